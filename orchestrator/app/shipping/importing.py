"""Takes orders of a file into the shop behind the workflow host, which is the one on this machine."""

import csv
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from orchestrator.app.workflows import HOST_FILE
from orchestrator.core.errors import InputError
from orchestrator.core.report import Json
from orchestrator.core.shipping.address import Address
from orchestrator.settings import Settings
from playbooks.shop.answers import SHIP_FROM
from playbooks.shop.importing import Imported, import_orders
from playbooks.shop.tables import write_fact, written
from plugins.logicapps.host.store import HostStore


def import_file(settings: Settings, path: Path, *, ship_from: Address | None = None) -> Json:
    """Take a CSV file of orders; InputError where the shop is not on this machine, or the file cannot be read.

    `ship_from` is from where the shop ships from now on; without one it stays as it is.
    """
    if settings.workflows:
        names = ", ".join(sorted(settings.workflows)[:3])
        raise InputError(
            f"orders are imported into the shop on this machine only, and the setting SWITCHBOARD_WORKFLOWS names "
            f"workflows elsewhere ({names}): import them into the system behind those, or unset it"
        )
    try:
        with path.open(encoding="utf-8", newline="") as lines, HostStore(settings.state / HOST_FILE) as store:
            done = store.look(lambda connection: _taken(connection, lines, name=str(path), ship_from=ship_from))
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read: {error.strerror}; name a CSV file of orders") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{str(path)!r} is no UTF-8 (byte {error.start}): save it as CSV UTF-8") from None
    except csv.Error as error:
        raise InputError(f"{str(path)!r} is no CSV: {error}; separate the columns by commas") from None
    return {
        "orders": done.orders,
        "unchanged": done.unchanged,
        "rejected": [asdict(one) for one in done.rejected],
        "ignored": list(done.ignored),
    }


def _taken(connection: sqlite3.Connection, lines: Iterable[str], *, name: str, ship_from: Address | None) -> Imported:
    """All in the one transaction of the caller."""
    done = import_orders(connection, lines, name=name)
    if ship_from is not None:  # after the orders: the first import takes the sample's own place away
        write_fact(connection, SHIP_FROM, written(ship_from))
    return done
