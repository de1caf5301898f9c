"""Shipments as lists and pages: what would be bought, what was, where it is, and what came of a command."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.fields import Fields, entries, fields, number, sentence, text, words
from orchestrator.surfaces.terminal.handoffs import time_text
from orchestrator.surfaces.terminal.layout import hanging, heading, labelled
from orchestrator.surfaces.terminal.lists import grid
from orchestrator.surfaces.terminal.screen import Screen

if TYPE_CHECKING:
    from orchestrator.core.shipping.planning import NotPlanned, Planned
    from orchestrator.core.shipping.shipment import Rate

_STYLES = {
    "parked": "bold red",
    "refused": "red",
    "exception": "red",
    "late": "yellow",
    "delivered": "green",
    "requested": "yellow",
}
_ADDRESS = ("person_name", "company_name", "address_line1", "address_line2")
_OTHERS = 3


def shipments_list(shipments: Sequence[Fields], screen: Screen, *, more: bool = False, narrowed: bool = False) -> str:
    """One line each; `narrowed` says that there may be others."""
    if not shipments:
        first = "No shipments yet. The first one: switchboard shipments create ORDER\n"
        return "There is no such shipment.\n" if narrowed else first
    rows = [
        (
            Text(text(one, "id"), style="cyan"),
            _state(one),
            text(one, "order_id"),
            text(one, "carrier"),
            next(iter(words(one, "tracking_numbers")), ""),
            time_text(one.get("promised_at")).partition(" ")[0],
            Text(_town(one), no_wrap=True, overflow="ellipsis"),
        )
        for one in shipments
    ]
    rest = [Text("There are more: --limit shows them.", style="dim")] if more else []
    names = ("id", "state", "order", "carrier", "tracking", "promised", "to")
    return screen.text(grid(names, rows), *rest)


def state_word(shipment: Fields) -> str:
    """The one word that says most: parked before late, late before where it is."""
    stage = text(shipment, "stage")
    if stage != "bought":
        return stage
    if shipment.get("is_exception") is True:
        return text(shipment, "status")
    return "late" if shipment.get("is_late") is True else text(shipment, "status")


def _state(shipment: Fields) -> Text:
    word = state_word(shipment)
    bad = shipment.get("is_exception") is True and text(shipment, "stage") == "bought"
    return Text(word.replace("_", " "), style=_STYLES["exception"] if bad else _STYLES.get(word, ""))


def _town(shipment: Fields) -> str:
    """Where to, in short: the town, and the country where it is another one."""
    there, here = fields(shipment, "ship_to"), fields(shipment, "ship_from")
    abroad = text(there, "country_code") != text(here, "country_code")
    return ", ".join(filter(None, (text(there, "city"), text(there, "country_code") if abroad else "")))


def _place(address: Fields) -> str:
    last = " ".join(filter(None, (text(address, "state_code"), text(address, "postal_code"))))
    return ", ".join(filter(None, (text(address, "city"), last, text(address, "country_code"))))


def shipment_page(shipment: Fields, screen: Screen) -> str:
    """One shipment with what became of it."""
    return screen.text(*_page(shipment, screen))


def _page(shipment: Fields, screen: Screen) -> Iterator[RenderableType]:
    name = Text.assemble((text(shipment, "id"), "bold cyan"), "  ", (f"order {text(shipment, 'order_id')}", "bold"))
    if shipment.get("is_return") is True:
        name.append("  return", style="bold")
    if shipment.get("test_mode") is True:
        name.append("  SAMPLE, NOT FOR SHIPPING", style="yellow")
    yield name
    about = [(label, value) for label, value in _about(shipment) if value]
    yield labelled(about, indent=2)
    if wanted := sentence(shipment, "action_required"):
        yield hanging([(screen.marks.bullet, Text(wanted, style="bold"))])
    if problems := words(shipment, "problems"):
        yield heading("What could not be read")
        yield hanging([("!", problem) for problem in problems])
    if told := entries(shipment, "events"):
        yield heading("What the carrier told (UTC)")
        yield labelled([(time_text(event.get("occurred_at")), _event(event)) for event in told], indent=2)
    if history := entries(shipment, "history"):
        yield heading("What was done (UTC)")
        yield labelled([(time_text(item.get("at")), _done(item)) for item in history], indent=2)


def _about(shipment: Fields) -> Iterator[tuple[str, Text | str]]:
    yield "state", Text.assemble(_state(shipment), _finer(shipment))
    yield "why", sentence(shipment, "reason")
    yield "with", text(shipment, "owner")
    yield "carrier", " ".join(filter(None, (text(shipment, "carrier"), text(shipment, "service"))))
    yield "tracking", ", ".join(words(shipment, "tracking_numbers"))
    yield "price", price_text(fields(shipment, "rate"))
    yield "from", _address(fields(shipment, "ship_from"))
    yield "to", _address(fields(shipment, "ship_to"))
    yield "parcels", "; ".join(_parcel(parcel) for parcel in entries(shipment, "parcels"))
    if insured := number(shipment, "insurance"):
        yield "insured", f"{insured:.2f} {text(fields(shipment, 'rate'), 'currency')}"
    yield "signature", text(shipment, "signature") if text(shipment, "signature") != "none" else ""
    for label, key in (("promised", "promised_at"), ("expected", "estimated_at"), ("delivered", "delivered_at")):
        yield label, _utc(shipment.get(key))
    yield "signed by", text(shipment, "signed_by")
    yield "void by", _utc(shipment.get("void_by")) if text(shipment, "stage") in {"bought", "parked"} else ""
    yield "refund", text(shipment, "refund_status") if text(shipment, "refund_status") != "none" else ""
    yield "label", _label(fields(shipment, "label"))
    yield "manifest", text(shipment, "manifest")
    yield "action", text(shipment, "action")


def _utc(value: object) -> str:
    """A time with its zone, where no heading names it; empty where there is none."""
    found = time_text(value)
    return f"{found} UTC" if found else ""


def _finer(shipment: Fields) -> str:
    found = text(shipment, "substatus").replace("_", " ")
    found = "" if found == state_word(shipment).replace("_", " ") else found
    late = "late" if shipment.get("is_late") is True else ""
    shown = ", ".join(filter(None, (found, late)))
    return f" ({shown})" if shown else ""


def price_text(rate: Fields) -> str:
    """An amount with its currency."""
    amount = number(rate, "amount")
    return f"{amount:.2f} {text(rate, 'currency')}" if amount is not None else ""


def _address(address: Fields) -> str:
    return ", ".join(filter(None, (*(text(address, key) for key in _ADDRESS), _place(address))))


def _parcel(parcel: Fields) -> str:
    sides = [number(parcel, side) for side in ("length", "width", "height")]
    size = " x ".join(f"{side:g}" for side in sides if side is not None)
    shown = f", {size} {text(parcel, 'dimension_unit').lower()}" if size else ""
    return f"{number(parcel, 'weight') or 0:g} {text(parcel, 'weight_unit').lower()}{shown}"


def _label(label: Fields) -> str:
    return f"{text(label, 'media_type')}, {number(label, 'size') or 0:,d} bytes" if label else ""


def _event(event: Fields) -> str:
    said = text(event, "description") or text(event, "carrier_code")
    place = text(event, "location")
    return f"{text(event, 'status').replace('_', ' ')}{f', {place}' if place else ''}: {said}"


def _done(item: Fields) -> Text:
    return Text.assemble((f"{text(item, 'action')} ", "dim"), sentence(item, "text"))


def plan_page(plan: "Planned", screen: Screen) -> str:
    """Exactly what would be bought."""
    parts: list[RenderableType] = [hanging([(screen.marks.bullet, clean(line)) for line in plan.summary], indent=0)]
    if notices := [one for one in plan.notices if not any(one in line for line in plan.summary)]:  # said once
        parts.append(hanging([("!", clean(line)) for line in notices], indent=0))
    if plan.others:
        shown = "; ".join(_rate(rate) for rate in plan.others[:_OTHERS])
        parts.append(Text(f"other services: {shown}", style="dim"))
    return screen.text(*parts)


def _rate(rate: "Rate") -> str:
    by = f", by {_utc(rate.promised_at.isoformat())}" if rate.promised_at else ""
    return clean(f"{rate.carrier} {rate.service} {rate.amount:.2f} {rate.currency}{by}")


def not_planned_page(plan: "NotPlanned", screen: Screen) -> str:
    """Why nothing can be bought, or what must be known first."""
    rows: list[tuple[Text | str, Text | str]] = [("x", Text(clean(one.text), style="bold")) for one in plan.reasons]
    if plan.missing:
        rows += [("?", _asked(question.text, question.choices)) for question in plan.questions]
    rows += [("!", clean(line)) for line in plan.notices]
    return screen.text(hanging(rows, indent=0))


def _asked(question: str, choices: Sequence[str]) -> str:
    listed = f" One of: {'; '.join(map(clean, choices))}." if choices else ""
    return f"{clean(question)}{listed}"


def result_page(document: Fields, screen: Screen) -> str:
    """What a command came to, with the shipment as it stands."""
    parts: list[RenderableType] = [Text(sentence(document, "message"), style="bold")]
    if following := text(document, "next"):
        parts.append(Text(f"next: {following}", style="dim"))
    if shipment := fields(document, "shipment"):
        parts += [Text(""), *_page(shipment, screen)]
    return screen.text(*parts)


def tracked_page(document: Fields, screen: Screen) -> str:
    """Where a shipment is, after its carrier was asked or has told."""
    count = int(number(document, "new") or 0)
    parts: list[RenderableType] = [Text(f"{count} new event{'' if count == 1 else 's'}", style="bold")]
    if unread := [*words(document, "troubles"), *(f"unknown code {code}" for code in words(document, "unmapped"))]:
        parts.append(hanging([("!", line) for line in unread], indent=0))
    return screen.text(*parts, Text(""), *_page(fields(document, "shipment"), screen))


def addresses_list(results: Sequence[Fields], screen: Screen) -> str:
    """What was found about addresses, each with its differences and reasons."""
    parts: list[RenderableType] = []
    for result in results:
        word = text(result, "result")
        style = {"valid": "green", "corrected": "yellow", "ambiguous": "yellow"}.get(word, "red")
        parts.append(Text.assemble((word, f"bold {style}"), "  ", _address(fields(result, "address"))))
        rows: list[tuple[Text | str, Text | str]] = [("~", _difference(one)) for one in entries(result, "differences")]
        rows += [("x", f"{text(one, 'field')}: {sentence(one, 'reason')}") for one in entries(result, "reasons")]
        rows += [("?", _address(one)) for one in entries(result, "candidates")]
        rows += [("!", sentence(one, "text")) for one in entries(result, "notes")]
        parts += [hanging(rows)] if rows else []
    return screen.text(*parts)


def _difference(one: Fields) -> str:
    return f"{text(one, 'field')}: {text(one, 'before')!r} -> {text(one, 'after')!r}, {sentence(one, 'why')}"


def imported_page(document: Fields, screen: Screen) -> str:
    """What became of a file of orders."""
    counts = f"{_counted(document, 'orders')} taken, {number(document, 'unchanged') or 0} as they were"
    rows = [(f"line {number(one, 'line')}", _rejected(one)) for one in entries(document, "rejected")]
    ignored = words(document, "ignored")
    rest = [Text(f"columns that mean nothing here: {', '.join(ignored)}", style="dim")] if ignored else []
    return screen.text(Text(counts, style="bold"), *([labelled(rows, indent=2)] if rows else []), *rest)


def _rejected(one: Fields) -> str:
    return f"{text(one, 'order_id')}: {sentence(one, 'reason')}"


def manifests_page(manifests: Sequence[Fields], screen: Screen) -> str:
    """What is handed over, by carrier."""
    if not manifests:
        return "Nothing is to be handed over.\n"
    parts: list[RenderableType] = []
    for manifest in manifests:
        totals = fields(manifest, "totals")
        amounts = ", ".join(f"{amount:.2f} {clean(name)}" for name, amount in _amounts(totals))
        head = f"{_counted(totals, 'shipments')}, {_counted(totals, 'parcels')}"
        shown = f"{head}, {number(totals, 'weight_kg') or 0:g} kg, {amounts}"
        title = f"{text(manifest, 'id')}  {text(manifest, 'carrier')}"
        parts += [Text.assemble((title, "bold cyan"), "  ", shown), _manifest_lines(manifest), Text("")]
    return screen.text(*parts[:-1])


def _counted(totals: Fields, name: str) -> str:
    count = int(number(totals, name) or 0)
    return f"{count} {name.removesuffix('s') if count == 1 else name}"


def _amounts(totals: Fields) -> list[tuple[str, float]]:
    return [(name, float(str(amount))) for name, amount in fields(totals, "amounts").items()]


def _manifest_lines(manifest: Fields) -> RenderableType:
    rows = [
        (
            Text(text(line, "id"), style="cyan"),
            text(line, "order_id"),
            text(line, "service"),
            ", ".join(words(line, "tracking_numbers")),
            f"{number(line, 'weight_kg') or 0:g} kg",
            _place(line),
        )
        for line in entries(manifest, "shipments")
    ]
    return grid(("id", "order", "service", "tracking", "weight", "to"), rows)
