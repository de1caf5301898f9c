"""What the workflow quote_shipment answers: rates and refusals of the sample carriers."""

from collections.abc import Mapping
from datetime import datetime

from orchestrator.core.documents import decimal_of, list_of, needed_text, optional_text, optional_time
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import read_address
from orchestrator.core.shipping.reading import read_parcel
from orchestrator.core.workflows import NotPossibleError
from playbooks.shop.rating import Consignment, rates_of
from playbooks.shop.tariff import Tariff

BAD_REQUEST = 400


def quote(body: Mapping[str, object], *, tariff: Tariff, now: datetime) -> Json:
    """The answer for a request; the rates are those of `ship_at`, or of now."""
    try:
        consignment = read_consignment(body)
        ordered_at = max(optional_time(body.get("ship_at"), "ship_at") or now, now)
    except ValueError as error:
        raise NotPossibleError("BadRequest", f"{error}.", status=BAD_REQUEST) from None
    rates, refused = rates_of(tariff, consignment, ordered_at=ordered_at)
    return {"rates": [rate.document() for rate in rates], "refused": [one.document() for one in refused]}


def read_consignment(body: Mapping[str, object]) -> Consignment:
    """What is to be sent, of the body of a request; ValueError names what is wrong."""
    insurance = body.get("insurance")
    return Consignment(
        ship_from=read_address(body.get("ship_from")),
        ship_to=read_address(body.get("ship_to")),
        parcels=list_of(body.get("parcels"), "parcels", read_parcel),
        is_return=body.get("is_return") is True,
        insurance=None if insurance is None else decimal_of(insurance, "insurance"),
        signature=optional_text(body.get("signature"), "signature") or "none",
        hazards=frozenset(list_of(body.get("hazards"), "hazards", lambda one: needed_text(one, "a hazard"))) - {"none"},
    )
