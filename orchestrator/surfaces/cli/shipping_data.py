"""`switchboard shipments`: the commands about addresses, files of orders and manifests."""

import asyncio
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import Application, Document
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.output import out_screen, warn, write, write_json
from orchestrator.surfaces.terminal.fields import entries, items
from orchestrator.surfaces.terminal.shipments import addresses_list, imported_page, manifests_page

if TYPE_CHECKING:
    from orchestrator.core.shipping.address import Address

VALIDATE_EXAMPLES = """\b
Examples:
  switchboard shipments validate W1001
  switchboard shipments validate addresses.jsonl --json
  switchboard shipments validate --address '{"address_line1": "1 Main St", "city": "Reno", "country_code": "US"}'
"""
IMPORT_EXAMPLES = """\b
Examples:
  switchboard shipments import orders.csv
  switchboard shipments import orders.csv --ship-from warehouse.json
"""
MANIFEST_EXAMPLES = """\b
Examples:
  switchboard shipments manifest --out today.csv
  switchboard shipments manifest --date 2026-11-25 --carrier overland --out overland.json
  switchboard shipments manifest M-1 --out again.csv
"""


def add_to(group: typer.Typer) -> None:
    """Add the commands of this module."""
    group.command(epilog=VALIDATE_EXAMPLES)(validate)
    group.command("import", epilog=IMPORT_EXAMPLES)(import_)
    group.command(epilog=MANIFEST_EXAMPLES)(manifest)


def validate(
    context: typer.Context,
    what: Annotated[
        str | None,
        typer.Argument(metavar="[FILE|ORDER]", help="A file of addresses (JSON or JSON Lines), or an order's id."),
    ] = None,
    *,
    address: Annotated[str | None, typer.Option("--address", metavar="JSON", help="One address.")] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Check addresses without asking anybody: valid, corrected with the difference shown, ambiguous, or unknown.

    Exit code 0 all are valid or corrected, 1 one is not, 2 bad input.
    """
    application = shared.application_of(context)
    found = [application.validate_address(one) for one in _addresses(application, what, address)]
    if as_json:
        write_json({"results": found})
    else:
        write(addresses_list(found, out_screen()))
    usable = all(one["result"] in {"valid", "corrected"} for one in found)
    raise typer.Exit(ExitCode.ANSWERED if usable else ExitCode.FAILED)


def _addresses(application: Application, what: str | None, address: str | None) -> "list[Address]":
    if (what is None) == (address is None):
        raise InputError("give one of these: a file, an order's id, or --address JSON")
    if address is not None:
        return [_address(address, "--address")]
    path = Path(str(what))
    if path.is_dir():
        raise InputError(f"{str(path)!r} is a folder: name a file of addresses, or give an order's id")
    if path.is_file():
        return _file(path)
    if path.suffix in {".json", ".jsonl"}:
        raise InputError(f"there is no file {str(path)!r}: name one of addresses, or give an order's id")
    return [asyncio.run(application.order_address(str(what)))]


def _file(path: Path) -> "list[Address]":
    """One address, a list of them, or one a line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{str(path)!r} cannot be read: {error}; name a file of JSON in UTF-8") from None
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        found = [_address(line, f"{path}:{number}") for number, line in lines]
    else:
        listed = whole if isinstance(whole, list) else [whole]
        found = [_read(one, f"{path}, address {number}") for number, one in enumerate(listed, start=1)]
    if not found:
        raise InputError(f"{str(path)!r} holds no address: give one, a list, or one a line")
    return found


def read_address_file(path: Path) -> "Address":
    """The address of a JSON file; InputError names what is wrong."""
    from orchestrator.core.shipping.address import read_address  # noqa: PLC0415  # not for --help

    try:
        return read_address(json.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read: {error.strerror}; name a JSON file with an address") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{str(path)!r} holds no address: {error}") from None


def _warehouse(application: Application, path: Path) -> "Address":
    """An address that a carrier finds: every label would be refused from another, order by order."""
    place = read_address_file(path)
    found = application.validate_address(place)
    if found["result"] not in {"valid", "corrected"}:
        why = "; ".join(str(one["reason"]) for one in entries(found, "reasons"))
        raise InputError(f"{str(path)!r} is no place to ship from: {why}")
    return place


def _address(text: str, place: str) -> "Address":
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place} is no JSON: {error}; give an object of address_line1, city, ...") from None
    return _read(document, place)


def _read(document: object, place: str) -> "Address":
    from orchestrator.core.shipping.address import read_address  # noqa: PLC0415  # not for --help

    try:
        return read_address(document)
    except ValueError as error:
        raise InputError(f"{place}: {error}") from None


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Orders as CSV, a row for each line of an order.")],
    *,
    ship_from: Annotated[
        Path | None, typer.Option("--ship-from", metavar="FILE", help="From where the shop ships (JSON).")
    ] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Take orders of a file into the shop on this machine; the same file taken again changes nothing.

    Exit code 1 where some were rejected; the others are taken.
    """
    application = shared.application_of(context)
    place = _warehouse(application, ship_from) if ship_from is not None else None
    document = application.import_orders(file, ship_from=place)
    if as_json:
        write_json(document)
    else:
        write(imported_page(document, out_screen()))
    raise typer.Exit(ExitCode.FAILED if items(document, "rejected") else ExitCode.ANSWERED)


def manifest(
    context: typer.Context,
    which: Annotated[
        str | None, typer.Argument(metavar="[MANIFEST]", help="Print this one again, such as M-1, unchanged.")
    ] = None,
    *,
    day: Annotated[
        str | None, typer.Option("--date", metavar="DATE", help="What was bought until that day (UTC); else today.")
    ] = None,
    carrier: Annotated[str | None, typer.Option("--carrier", metavar="CODE", help="Of this carrier only.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write .csv or .json.")] = None,
    as_json: shared.AsJson = False,
) -> None:
    """List what is handed to each carrier; a shipment is on one manifest, and a manifest never changes."""
    if out is not None and out.suffix.lower() not in {".csv", ".json"}:
        raise InputError(f"--out {str(out)!r} is neither .csv nor .json: name a file that ends so")
    application = shared.application_of(context)
    if which is not None:
        found: tuple[Document, ...] = (application.show_manifest(which),)
    else:
        found = application.make_manifests(day=_day(day), carrier=carrier)
    if out is not None:
        _write(found, out)
    if as_json:
        write_json({"manifests": list(found)})
    else:
        write(manifests_page(found, out_screen()))


def _day(given: str | None) -> date:
    if given is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InputError(f"--date {given!r} is no day: write it like 2026-11-25") from None


def _write(found: tuple[Document, ...], out: Path) -> None:
    from orchestrator.surfaces.manifest_file import manifest_csv  # noqa: PLC0415  # not for --help

    as_csv = out.suffix.lower() == ".csv"
    document = json.dumps({"manifests": list(found)}, indent=2, ensure_ascii=False)
    text = manifest_csv(found) if as_csv else f"{document}\n"
    try:
        # a spreadsheet tells UTF-8 by its mark
        out.write_text(text, encoding="utf-8-sig" if as_csv else "utf-8", newline="")
    except OSError as error:
        raise InputError(f"--out {str(out)!r} cannot be written: {error.strerror}; name another file") from None
    warn(f"written: {out}")
