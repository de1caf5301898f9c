"""The shipments of an order, as far as the shop knows of any."""

import sqlite3

from orchestrator.core.report import Json


def shipments_of(connection: sqlite3.Connection, order_id: str) -> tuple[Json, ...]:  # noqa: ARG001  # no carrier's tables yet
    """An order's shipments, oldest first."""
    return ()
