"""Opens what a conversation about orders needs: procedures, and where a yes and a hand-over go."""

from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.app.policies import environment_of_shop
from orchestrator.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.shipment.tools import Consenting, OrderTools
    from orchestrator.core.handoffs import Parked
    from orchestrator.engine.proposals import Proposals
    from orchestrator.store.database import Database
    from playbooks.procedure import Procedure

SHIPPED = Path(str(files("playbooks"))) / "procedures"


def procedures_folder(settings: Settings) -> Path:
    """Where the procedures stand."""
    return settings.procedures or SHIPPED


@cache
def read_procedures(folder: Path) -> "Mapping[str, Procedure]":
    """The procedures of a folder by id."""
    from playbooks.procedure import load_procedures  # noqa: PLC0415  # with the YAML parser

    return load_procedures(folder)


def open_order_tools(settings: Settings, database: "Database | None", proposals: "Proposals | None") -> "OrderTools":
    """The tools of conversations about orders."""
    from agents.shipment.tools import OrderTools  # noqa: PLC0415  # brings Semantic Kernel
    from agents.shipment.works.names import WORKS  # noqa: PLC0415

    def consent() -> "Consenting":
        from orchestrator.engine.consent import RequesterConsent  # noqa: PLC0415

        assert proposals is not None
        return RequesterConsent(proposals.acting)

    def park(parked: "Parked") -> str:
        from orchestrator.store.handoffs import StoredHandoffs  # noqa: PLC0415

        assert database is not None
        return StoredHandoffs(database).park(parked).id

    return OrderTools(
        environment=partial(environment_of_shop, settings),
        live=bool(settings.workflows),
        procedures=lambda: read_procedures(procedures_folder(settings)),
        works=WORKS,
        consent=consent if proposals is not None else None,
        park=park if database is not None else None,
    )
