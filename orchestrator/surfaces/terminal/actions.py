"""What to do next: proposed actions with their exact commands, then everything else in order."""

from collections.abc import Mapping

from rich.console import RenderableType
from rich.text import Text

from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.evidence import value_text
from orchestrator.surfaces.terminal.fields import Fields, entries, fields, text, texts
from orchestrator.surfaces.terminal.layout import hanging, heading, labelled
from orchestrator.surfaces.terminal.screen import Screen

_BEGUN = frozenset({"claimed", "accepted", "unknown", "done", "verified", "unverified", "untold"})


def next_section(report: Fields, screen: Screen) -> list[RenderableType]:
    """A command to type stands on a line of its own and is never broken, so that it can be copied.

    Actions numbered first; a line of `next` that only repeats one of them is left out.
    """
    actions = entries(report, "actions")
    others = [line for line in _others(report) if not any(_repeats(line, action) for action in actions)]
    if not actions and not others:
        return []
    parts: list[RenderableType] = [heading("What to do next")]
    for index, action in enumerate(actions, start=1):
        parts.append(hanging([(f"{index}.", _headline(action))]))
        if by_hand := text(action, "by_hand"):
            parts.append(Text.assemble(("     by hand  ", "dim"), (by_hand, "cyan"), no_wrap=True, overflow="ignore"))
        if rows := _details(action, session=text(report, "session")):
            parts.append(labelled(rows, indent=5, label_width=len("by hand")))
    start = len(actions) + 1
    if others:
        parts.append(hanging([(f"{number}.", line) for number, line in enumerate(others, start=start)]))
    if actions and not any(text(action, "state") in _BEGUN for action in actions):
        parts.append(Text(f"  {screen.marks.bullet} Proposals: nothing was done.", style="dim"))
    return parts


def _others(report: Fields) -> list[str]:
    """The lines of `next`; those that only name a finding again become one line with the findings' numbers."""
    claims = texts(report, "claims")
    again = {f"Follow up: {claim}": index for index, claim in enumerate(claims, start=1)}
    lines = texts(report, "next")
    numbers = [str(again[line]) for line in lines if line in again]
    rest = [line for line in lines if line not in again]
    return [f"Follow up what was found: {', '.join(numbers)} above", *rest] if numbers else rest


def _repeats(line: str, action: Fields) -> bool:
    name, by_hand = text(action, "action"), text(action, "by_hand")
    return bool(name) and name in line and (not by_hand or by_hand in line)


def _headline(action: Fields) -> Text:
    arguments = fields(action, "arguments")
    given = ", ".join(f"{clean(name)}={_short(value)}" for name, value in arguments.items())
    name = text(action, "id")
    return Text.assemble(
        (f"{name}  " if name else "", "bold cyan"), (text(action, "action"), "bold"), f"  {given}" if given else ""
    )


def _short(value: object) -> str:
    """One argument; of what is nested only that it is, as `approvals show` has it in full."""
    if isinstance(value, Mapping):
        return "{...}"
    nested = isinstance(value, list) and any(isinstance(item, Mapping) for item in value)
    return "[...]" if nested else value_text(value)


def _details(action: Fields, *, session: str) -> list[tuple[str, Text | str]]:
    rows: list[tuple[str, Text | str]] = []
    asked = bool(fields(action, "requester"))  # for themselves: what counts is what it costs
    if reach := _reach(action.get("blast_radius")):
        rows.append(("amount" if asked else "touches", reach))
    if verify := verify_text(action.get("verify")):
        rows.append(("verify", verify))
    if undo := undo_text(action.get("undo")):
        rows.append(("undo", undo))
    if action.get("tainted") is True and not asked:
        rows.append(("taint", "free text had a hand in it: a person looks at it in every mode"))
    if deciding := _deciding(action, session=session):
        rows.append(deciding)
    if problem := text(action, "problem"):
        rows.append(("problem", problem))
    return rows


def _deciding(action: Fields, *, session: str) -> tuple[str, str] | None:
    """How to say yes to one that waits, or that nobody may."""
    name, state = text(action, "id"), text(action, "state")
    if name and state == "waiting" and action.get("consent") is True:
        here = f"say yes in this conversation (switchboard ask --session {session} yes)" if session else "say yes here"
        return "yes", f"{here}, or a person: switchboard approvals approve {name}"
    if name and state == "waiting":
        return "approve", text(action, "approve") or f"switchboard approvals approve {name}"
    if name and state:
        return "now", f"{state}; switchboard approvals show {name}"
    return None


def _reach(radius: object) -> str:
    if not isinstance(radius, Mapping):
        return "" if radius is None else value_text(radius)
    value, unit = radius.get("value"), clean(radius.get("unit") or "")
    return f"unknown number of {unit}" if value is None and unit else f"{value_text(value)} {unit}".strip()


def verify_text(verify: object) -> str:
    """How it is seen that it helped, in a window of its own."""
    if not isinstance(verify, Mapping):
        return "" if verify is None else value_text(verify)
    found = {str(name): clean(value) for name, value in verify.items() if value}
    asked = f"step {found['step']}" if "step" in found else "the query in the guide" if "kql" in found else ""
    parts = [
        f"wait {found['wait']}" if "wait" in found else "",
        f"ask {asked}" if asked else "",
        f"over the {found['window_after']} after it" if "window_after" in found else "",
        f"expect {found['expect']}" if "expect" in found else "",
    ]
    return ", ".join(part for part in parts if part)


def undo_text(undo: object) -> str:
    """What takes it back."""
    if not isinstance(undo, Mapping):
        return "" if undo is None else value_text(undo)
    arguments = undo.get("arguments")
    pairs = arguments.items() if isinstance(arguments, Mapping) else ()
    given = ", ".join(f"{clean(name)}={value_text(value)}" for name, value in pairs)
    return f"{clean(undo.get('action') or '')}  {given}".strip()
