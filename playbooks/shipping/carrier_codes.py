"""Reads what carriers' codes mean in our states: `shipping/carrier_codes.yaml`, or a file of the same form."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from orchestrator.core.errors import GuideError, InputError, Place
from orchestrator.core.shipping.incidents import IncidentReason
from orchestrator.core.shipping.shipment import TrackingStatus
from playbooks.yaml_values import YamlValue, read_yaml

SHIPPED = Path(__file__).parent / "carrier_codes.yaml"
_STATUSES = tuple(status.value for status in TrackingStatus)
_REASONS = tuple(reason.value for reason in IncidentReason)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means.

    Attributes:
        known: Whether a table has it; what none has is `unknown` and moves no parcel.
    """

    status: TrackingStatus
    reason: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True)
class CodeTable:
    """The codes of one carrier or service; `details` give a reason by the detail alone."""

    source: str
    codes: Mapping[str, Meaning]
    details: Mapping[str, str]

    def meaning(self, code: str, detail: str = "") -> Meaning:
        """What a code with its detail means; small and capital letters are alike."""
        whole, inner = code.strip().upper(), detail.strip().upper()
        found = self.codes.get(f"{whole}/{inner}") or self.codes.get(whole)
        reason = self.details.get(inner, "")
        if found is None:
            return Meaning(TrackingStatus.UNKNOWN, reason, known=False)
        return Meaning(found.status, found.reason or reason)


@dataclass(frozen=True, slots=True)
class CarrierCodes:
    """The tables of all carriers and services."""

    tables: Mapping[str, CodeTable]

    def meaning(self, carrier: str, code: str, detail: str = "") -> Meaning:
        """What a carrier's code means; `unknown` where there is no table, or it does not have the code."""
        table = self.tables.get(carrier)
        return table.meaning(code, detail) if table else Meaning(TrackingStatus.UNKNOWN, known=False)


@cache
def shipped_codes() -> CarrierCodes:
    """The tables that come with the product."""
    return load_carrier_codes(SHIPPED)


def load_carrier_codes(path: Path) -> CarrierCodes:
    """Read the tables of a file; GuideError with file, line and field where it is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"the carrier codes {str(path)!r} cannot be read: {error.strerror}; name a file") from error
    except UnicodeDecodeError as error:
        raise GuideError(f"byte {error.start} is not UTF-8; save the file as UTF-8", place=Place(str(path))) from error
    return parse_carrier_codes(text, file=str(path))


def parse_carrier_codes(text: str, *, file: str) -> CarrierCodes:
    """Parse the tables; GuideError where a status or a reason is none of ours, or a code stands twice."""
    tables = read_yaml(text, place=Place(file, 1)).mapping()
    return CarrierCodes({carrier: _table(value) for carrier, value in tables.items()})


def _table(value: YamlValue) -> CodeTable:
    entries = value.mapping(known=("source", "codes", "details"), required=("source", "codes"))
    codes = _raised(entries["codes"])
    details = _raised(entries["details"]) if "details" in entries else {}
    return CodeTable(
        source=entries["source"].text(),
        codes={code: _meaning(item) for code, item in codes.items()},
        details={code: _reason(item) for code, item in details.items()},
    )


def _raised(value: YamlValue) -> dict[str, YamlValue]:
    """The entries by their codes in capitals; GuideError where two differ in case only."""
    found: dict[str, YamlValue] = {}
    for code, item in value.mapping().items():
        if code.upper() in found:
            raise item.error(f"the code {code!r} stands twice; small and capital letters are alike")
        found[code.upper()] = item
    return found


def _meaning(value: YamlValue) -> Meaning:
    if not isinstance(value.value, dict):
        return Meaning(TrackingStatus(value.choice(_STATUSES)))
    entries = value.mapping(known=("status", "reason"), required=("status",))
    reason = entries["reason"].choice(_REASONS) if "reason" in entries else ""
    return Meaning(TrackingStatus(entries["status"].choice(_STATUSES)), reason)


def _reason(value: YamlValue) -> str:
    return value.mapping(known=("reason",), required=("reason",))["reason"].choice(_REASONS)
