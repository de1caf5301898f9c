"""`switchboard shipments`: the commands that buy, give back and settle."""

import asyncio
import sys
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import Application, Document
from orchestrator.surfaces.cli import options as shared
from orchestrator.surfaces.cli import shipment_views, shipping_data
from orchestrator.surfaces.cli.exits import ExitCode
from orchestrator.surfaces.cli.output import out_screen, warn, write, write_json
from orchestrator.surfaces.cli.shipment_views import Shipment, require_folder, write_label
from orchestrator.surfaces.cli.shipping_data import read_address_file
from orchestrator.surfaces.shipping_application import Found as Seen
from orchestrator.surfaces.terminal.fields import fields, text
from orchestrator.surfaces.terminal.shipments import not_planned_page, plan_page, result_page

if TYPE_CHECKING:
    from orchestrator.core.shipping.planning import NotPlanned, Planned

CREATE_EXAMPLES = """\b
Examples:
  switchboard shipments create W1001
  switchboard shipments create W1001 --by 2026-12-01 --max-price 20 --out labels
  switchboard shipments create W1001 --fastest --signature adult --label-format ZPL --yes --json
"""
CANCEL_EXAMPLES = """\b
Examples:
  switchboard shipments cancel S-1 --reason "the customer ordered the wrong size"
"""
RESOLVE_EXAMPLES = """\b
Examples:
  switchboard shipments resolve S-1 --found shipped --number 1Z999AA10123456784 --note "seen in the carrier's portal"
  switchboard shipments resolve S-1 --found not_shipped --note "the carrier knows no such reference"
"""
_EXITS = {
    "done": ExitCode.ANSWERED,
    "planned": ExitCode.WAITING,
    "waiting": ExitCode.WAITING,
    "accepted": ExitCode.WAITING,
    "unknown": ExitCode.WAITING,
    "failed": ExitCode.FAILED,
    "refused": ExitCode.BAD_INPUT,
    "needs_input": ExitCode.BAD_INPUT,
}


class Signature(StrEnum):
    """Whose signature the carrier asks for."""

    ANY = "any"
    ADULT = "adult"
    NONE = "none"


class LabelFormat(StrEnum):
    """Forms of labels."""

    PDF = "PDF"
    ZPL = "ZPL"
    PNG = "PNG"


class Found(StrEnum):
    """What a person found at the carrier."""

    SHIPPED = "shipped"
    NOT_SHIPPED = "not_shipped"


_LONGEST_REASON = 1000  # of void_shipment's schema
_SEEN: Mapping[Found, Seen] = {Found.SHIPPED: "shipped", Found.NOT_SHIPPED: "not_shipped"}


def add_commands(cli: typer.Typer) -> None:
    """Add the group of this module."""
    group = typer.Typer(
        help="Ship orders: plan, buy, follow and give back.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command(epilog=CREATE_EXAMPLES)(create)
    shipment_views.add_to(group)
    group.command(epilog=CANCEL_EXAMPLES)(cancel)
    group.command(epilog=RESOLVE_EXAMPLES)(resolve)
    shipping_data.add_to(group)
    cli.add_typer(group, name="shipments")


def create(
    context: typer.Context,
    order: Annotated[str, typer.Argument(metavar="ORDER", help="The order's id.")],
    *,
    service: Annotated[str, typer.Option("--service", metavar="NAME", help="This service, and no other.")] = "",
    by: Annotated[
        str | None, typer.Option("--by", metavar="DATE", help="The last day on which it may arrive, as 2026-12-01.")
    ] = None,
    fastest: Annotated[bool, typer.Option("--fastest", help="The earliest promise; else the lowest price.")] = False,
    max_price: Annotated[
        str | None, typer.Option("--max-price", metavar="AMOUNT", help="The most that it may cost.")
    ] = None,
    signature: Annotated[
        Signature | None, typer.Option("--signature", help="Whose signature is asked for; else as the goods need.")
    ] = None,
    insure: Annotated[str | None, typer.Option("--insure", metavar="AMOUNT", help="The value to insure.")] = None,
    ship_to: Annotated[
        Path | None, typer.Option("--ship-to", metavar="FILE", help="Another address than the order's (JSON).")
    ] = None,
    returning: Annotated[bool, typer.Option("--return", help="From the customer back to the shop.")] = False,
    label_format: Annotated[LabelFormat, typer.Option("--label-format", help="How it is printed.")] = LabelFormat.PDF,
    test_mode: Annotated[bool, typer.Option("--test-mode", help="A label that is worth nothing, to try it.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="The label's folder; else the current one.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where there is no terminal.")] = False,
    as_json: shared.AsJson = False,
) -> None:
    """Plan the shipment of an order, show exactly what would be bought, and buy it after a yes, once.

    Exit code 0 bought, 3 waiting for an approval or a yes, 2 refused or something is missing, 1 failed.
    """
    from orchestrator.core.shipping.planning import NotPlanned, Wishes  # noqa: PLC0415  # not for --help

    wishes = Wishes(
        service=service,
        deliver_by=_day(by, "--by") if by is not None else None,
        fastest=fastest,
        max_price=_amount(max_price, "--max-price"),
        signature=signature.value if signature is not None else "",
        insurance=_amount(insure, "--insure"),
        ship_to=read_address_file(ship_to) if ship_to is not None else None,
        label_format=label_format.value,
        is_return=returning,
        test_mode=test_mode,
    )
    application = shared.application_of(context)
    plan = asyncio.run(application.plan_shipment(order, wishes))
    if isinstance(plan, NotPlanned):
        _show_not_planned(plan, as_json=as_json)
        raise typer.Exit(ExitCode.BAD_INPUT)
    if not yes and not _asked(plan, as_json=as_json):
        raise typer.Exit(ExitCode.WAITING)
    folder = out or Path()
    require_folder(folder)  # before anything is paid for
    _finish(
        application,
        application.buy_shipment(plan, tell=warn),
        _Shown(as_json=as_json, out=folder, plan=plan),
    )


def _show_not_planned(plan: "NotPlanned", *, as_json: bool) -> None:
    if as_json:
        write_json(_plan_document(plan))
    else:
        write(not_planned_page(plan, out_screen()))


def _asked(plan: "Planned", *, as_json: bool) -> bool:
    """Show what would be bought, and ask for a yes; without anybody to ask the plan is all that is given."""
    if as_json:
        write_json(_plan_document(plan))
        return False
    write(plan_page(plan, out_screen()))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        warn("Nothing was bought. To buy exactly this, give the same command with --yes.")
        return False
    try:
        yes = typer.confirm("Buy exactly this?", default=False)
    except typer.Abort:  # Ctrl-C, Ctrl-D
        warn("\nNothing was bought.")
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    if not yes:
        warn("Nothing was bought.")
    return yes


def cancel(
    context: typer.Context,
    shipment: Shipment,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the record and the carrier.")],
    as_json: shared.AsJson = False,
) -> None:
    """Give a label back before the carrier has the parcel, or take back the wish for one.

    Exit code 0 given back, 3 waiting for an approval, 2 refused, 1 failed.
    """
    if not reason.strip():
        raise InputError("--reason is empty: say why, for the record and the carrier")
    if len(reason) > _LONGEST_REASON:
        raise InputError(f"--reason has {len(reason):,d} characters: give at most {_LONGEST_REASON:,d}")
    application = shared.application_of(context)
    _finish(application, application.cancel_shipment(shipment, reason=reason, tell=warn), _Shown(as_json=as_json))


def resolve(
    context: typer.Context,
    shipment: Shipment,
    *,
    found: Annotated[Found, typer.Option("--found", help="What you found at the carrier.")],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="How you found out.")],
    number: Annotated[
        list[str] | None,
        typer.Option("--number", metavar="NUMBER", help="Its tracking number, where it was shipped. Repeatable."),
    ] = None,
    as_json: shared.AsJson = False,
) -> None:
    """Settle a parked shipment; its target is read first, and counts more than what you found. It buys nothing."""
    if not note.strip():
        raise InputError("--note is empty: say how you found out, for those who read it later")
    application = shared.application_of(context)
    seen = application.resolve_shipment(shipment, found=_SEEN[found], numbers=number or (), note=note)
    _finish(application, seen, _Shown(as_json=as_json))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """How an end is shown: what was planned, and where the label goes."""

    as_json: bool
    out: Path | None = None
    plan: "Planned | None" = None


def _plan_document(plan: "Planned | NotPlanned") -> Document:
    from orchestrator.core.shipping.planning import plan_document  # noqa: PLC0415  # not for --help

    return plan_document(plan)


def _finish(application: Application, work: Coroutine[Any, Any, Document], shown: _Shown) -> None:
    """Do it, write the label where one was bought, print what came of it, and leave with its exit code."""
    document = asyncio.run(work)
    status, shipment = text(document, "status"), fields(document, "shipment")
    trouble = ""
    if shown.out is not None and status == "done":
        label = asyncio.run(application.shipment_label(text(shipment, "id")))
        try:
            document["label_file"] = str(write_label(label, shown.out / label.name))
        except InputError as error:  # it is bought all the same, and that is told
            trouble = error.message
    if shown.as_json:
        plan = {"plan": _plan_document(shown.plan)} if shown.plan is not None else {}
        write_json({**document, **plan})
    elif status == "refused":
        warn(f"switchboard: {text(document, 'message')}")
    else:
        write(result_page(document, out_screen()))
        if path := text(document, "label_file"):
            write(f"label: {path}")
    if trouble:
        warn(f"switchboard: {text(shipment, 'id')} is bought, and its label was not written: {trouble}")
    raise typer.Exit(ExitCode.FAILED if trouble else _EXITS.get(status, ExitCode.FAILED))


def _day(given: str, option: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InputError(f"{option} {given!r} is no day: write it like 2026-12-01") from None


def _amount(given: str | None, option: str) -> Decimal | None:
    if given is None:
        return None
    try:
        found = Decimal(given)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or found < 0:
        raise InputError(f"{option} {given!r} is no amount: write it like 19.90")
    return found
