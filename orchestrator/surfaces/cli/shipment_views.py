"""`switchboard shipments`: the commands that show, print and follow."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.core.errors import InputError
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli.output import out_screen, warn, write, write_json
from orchestrator.surfaces.shipping_application import LabelFile
from orchestrator.surfaces.terminal.shipments import shipment_page, shipments_list, tracked_page

LIST_EXAMPLES = """\b
Examples:
  switchboard shipments list
  switchboard shipments list --status parked --status exception
  switchboard shipments list --order W1001 --json
"""
SHOW_EXAMPLES = """\b
Examples:
  switchboard shipments show S-1
  switchboard shipments show W1001 --json
"""
LABEL_EXAMPLES = """\b
Examples:
  switchboard shipments label S-1 --out label.pdf
"""
TRACK_EXAMPLES = """\b
Examples:
  switchboard shipments track S-1
  switchboard shipments track --push webhook.json
  curl ... | switchboard shipments track S-1 --push -
"""
Shipment = Annotated[
    str, typer.Argument(metavar="SHIPMENT", help="Its id such as S-1, a tracking number, or the order's id.")
]
_LIMIT = 10_000


def add_to(group: typer.Typer) -> None:
    """Add the commands of this module."""
    group.command(epilog=SHOW_EXAMPLES)(show)
    group.command(epilog=LABEL_EXAMPLES)(label)
    group.command(epilog=TRACK_EXAMPLES)(track)
    group.command("list", epilog=LIST_EXAMPLES)(list_)


def list_(
    context: typer.Context,
    *,
    status: Annotated[
        list[str] | None,
        typer.Option(
            "--status", metavar="STATE", help="Only these: parked, exception, late, in_transit, ... Repeatable."
        ),
    ] = None,
    order: Annotated[str | None, typer.Option("--order", metavar="ORDER", help="Only those of this order.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=_LIMIT, help="How many.")] = 20,
    as_json: shared.AsJson = False,
) -> None:
    """List shipments, the newest first: what waits, what is parked or late, and where the others are."""
    states = [_state(one) for one in status or ()]
    # one more than is shown tells whether there are more
    found = shared.application_of(context).list_shipments(states=states, order=order, limit=limit + 1)
    shipments, more = found[:limit], len(found) > limit
    if as_json:
        write_json({"shipments": list(shipments), "more": more})
    else:
        narrowed = bool(states) or order is not None
        write(shipments_list(shipments, out_screen(), more=more, narrowed=narrowed))


def _state(given: str) -> str:
    """A stage, a status of a parcel, `late` or `exception`; InputError names what is near."""
    from difflib import get_close_matches  # noqa: PLC0415  # not for --help

    from orchestrator.core.shipping.shipment import TrackingStatus  # noqa: PLC0415  # the same
    from orchestrator.core.shipping.stage import ShipmentStage  # noqa: PLC0415  # the same

    known = dict.fromkeys(("late", "exception", *(one.value for one in (*ShipmentStage, *TrackingStatus))))
    word = given.strip().lower().replace("-", "_").replace(" ", "_")
    if word in known:
        return word
    near = get_close_matches(word, known, n=3, cutoff=0.6) or sorted(known)
    raise InputError(f"--status {given!r} is no state of a shipment: give {', '.join(near)}")


def show(context: typer.Context, shipment: Shipment, *, as_json: shared.AsJson = False) -> None:
    """Show a shipment, or all of an order: addresses, price, label, where it is, and what was done."""
    found = shared.application_of(context).show_shipments(shipment)
    if as_json:
        write_json({"shipments": list(found), "more": False})
    else:
        screen = out_screen()
        write("\n".join(shipment_page(one, screen) for one in found))


def label(
    context: typer.Context,
    shipment: Shipment,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to; - is stdout.")],
) -> None:
    """Print a label again: the same bytes as the carrier gave, and nothing is bought."""
    application = shared.application_of(context)
    found = asyncio.run(application.shipment_label(shipment))
    if str(out) == "-":
        sys.stdout.buffer.write(found.data)
        sys.stdout.flush()
    else:
        warn(f"{found.shipment}: {write_label(found, out)}, {len(found.data):,d} bytes, {found.media_type}")


def track(
    context: typer.Context,
    shipment: Annotated[
        str | None,
        typer.Argument(metavar="[SHIPMENT]", help="Its id such as S-1, a tracking number, or the order's id."),
    ] = None,
    *,
    push: Annotated[
        Path | None,
        typer.Option("--push", metavar="FILE", help="Take in what a carrier sent, instead of asking it; - is stdin."),
    ] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Ask the carrier where a shipment is, or take in what it sent; late and repeated news change nothing."""
    application = shared.application_of(context)
    if push is not None:
        document = application.push_tracking(_payload(push), name=shipment or "")
    elif shipment is not None:
        document = asyncio.run(application.track_shipment(shipment))
    else:
        raise InputError("which shipment? Give its id, a tracking number, or --push FILE with what a carrier sent")
    if as_json:
        write_json(document)
    else:
        write(tracked_page(document, out_screen()))


def _payload(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"--push {str(path)!r} cannot be read: {error.strerror}; name a JSON file, or -") from None


def require_folder(path: Path) -> None:
    """InputError where no label can be written into a folder; it is made where it is missing."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {str(path)!r} is no folder for labels: {error.strerror}; name another") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise InputError(f"--out {str(path)!r} cannot be written into: name another folder, or mend its rights")


def write_label(found: LabelFile, path: Path) -> Path:
    """Write a label's bytes; a file that holds others is not overwritten. InputError where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_bytes() != found.data:
            raise InputError(
                f"{str(path)!r} holds something else than this label; that is kept: "
                f"switchboard shipments label {found.shipment} --out FILE"
            )
        path.write_bytes(found.data)
    except OSError as error:
        raise InputError(
            f"{str(path)!r} cannot be written: {error.strerror}; the label is kept: "
            f"switchboard shipments label {found.shipment} --out FILE"
        ) from None
    return path
