"""Proposed actions as lists and pages: exactly what would be done, who may approve it, and what became of it."""

import json
from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from orchestrator.surfaces.terminal.actions import undo_text, verify_text
from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.fields import Fields, entries, fields, sentence, text, words
from orchestrator.surfaces.terminal.handoffs import time_text
from orchestrator.surfaces.terminal.layout import hanging, heading, labelled, shorten
from orchestrator.surfaces.terminal.policies import approving_rows, reach_of
from orchestrator.surfaces.terminal.screen import Screen
from orchestrator.surfaces.terminal.values import duration_text

_WHAT = 120
_LABEL = len("verified by")
_STATES = {
    "waiting": "bold yellow",
    "verified": "bold green",
    "done": "green",
    "unknown": "bold red",
    "failed": "bold red",
    "unverified": "bold red",
}
_RESULTS = {"done": "bold green", "waiting": "bold yellow", "accepted": "bold yellow", "refused": "bold red"}


def approvals_list(actions: Sequence[Fields], screen: Screen, *, more: bool = False) -> str:
    """Each with what it is, how far it reaches, how long it has waited and will, and who may approve it."""
    if not actions:
        return "No action waits for approval.\n"
    parts: list[RenderableType] = []
    for action in actions:
        state = text(action, "state")
        first = Text.assemble((state, _STATES.get(state, "")), f"  {shorten(arguments_line(action), _WHAT, '...')}")
        facts = [
            f"touches {reach_of(action)}",
            f"{_length(action.get('age_s'))} old",
            _expires(action),
            f"may approve: {_who_may(action)}" if state == "waiting" else "",
        ]
        second = Text("; ".join(fact for fact in facts if fact), style="dim")
        parts.append(hanging([(Text(text(action, "id"), style="cyan"), first), ("", second)], indent=0))
    rest = [Text("There are more: --limit shows them.", style="dim")] if more else []
    return screen.text(*parts, *rest)


def _length(seconds: object) -> str:
    return duration_text(seconds * 1000) if isinstance(seconds, int | float) and not isinstance(seconds, bool) else ""


def _expires(action: Fields) -> str:
    left = action.get("expires_in_s")
    if text(action, "state") != "waiting" or not isinstance(left, int | float):
        return ""
    return f"expires in {_length(left)}" if left > 0 else "expired"


def _who_may(action: Fields) -> str:
    ruling = fields(action, "policy")
    you = fields(ruling, "you")
    if text(ruling, "decision") == "forbidden":
        return "nobody, it is forbidden now"
    roles = ", ".join(words(ruling, "roles"))
    mine = "you" if you.get("may_approve") else ""
    return ", ".join(part for part in (mine, roles) if part) or "nobody in the usual way"


def arguments_line(action: Fields) -> str:
    """The action and its exact arguments on one line."""
    given = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in _arguments(action).items())
    return clean(f"{text(action, 'action')} {given}".strip())


def _arguments(action: Fields) -> Fields:
    return fields(action, "arguments")


def approval_page(action: Fields, screen: Screen) -> str:
    """Everything that a person needs to decide, then what became of it."""
    return screen.text(*proposal_parts(action, screen), *_grounds(action, screen), *_progress(action))


def proposal_parts(action: Fields, screen: Screen) -> list[RenderableType]:
    """What would be done: exact arguments, the command by hand, how far it reaches, how it is verified and undone."""
    state = text(action, "state")
    title = Text.assemble(
        ("Proposed action " if state == "waiting" else "Action ", "bold"),
        (text(action, "id"), "bold cyan"),
        f"  {text(action, 'action')} in {text(action, 'environment')}  ",
        (state.replace("_", " ").upper(), _STATES.get(state, "bold")),
    )
    by_hand = text(action, "by_hand")
    parts: list[RenderableType] = [title, labelled(_argument_rows(action), indent=2, label_width=_LABEL)]
    if by_hand:
        # on a line of its own and never broken, so that it can be copied
        parts.append(
            Text.assemble((f"  {'by hand':{_LABEL}}  ", "dim"), (by_hand, "cyan"), no_wrap=True, overflow="ignore")
        )
    rows = [
        ("touches", reach_of(action)),
        ("verified by", verify_text(action.get("verify")) or "nothing: nobody will look whether it helped"),
        ("undone by", undo_text(action.get("undo")) or "nothing that is known"),
        ("taint", "free text supplied an argument: check it" if action.get("tainted") else ""),
    ]
    parts.append(labelled([(label, value) for label, value in rows if value], indent=2, label_width=_LABEL))
    if state == "waiting":
        parts.append(Text(f"  {screen.marks.bullet} Nothing was done yet; an approval is not the action.", style="dim"))
    return parts


def _argument_rows(action: Fields) -> list[tuple[str, Text | str]]:
    given = _arguments(action)
    rows: list[tuple[str, Text | str]] = [
        (clean(name), Text(clean(json.dumps(value, ensure_ascii=False)), style="bold")) for name, value in given.items()
    ]
    return rows or [("arguments", "none")]


def _grounds(action: Fields, screen: Screen) -> list[RenderableType]:
    """Why it was proposed, and by which rule it is judged."""
    guide = fields(action, "guide")
    version = f" version {text(guide, 'version')}" if guide.get("version") else ""
    about = [
        ("guide", f"{text(guide, 'id')}{version}" if guide else ""),
        ("run", text(action, "run")),
        ("incident", text(action, "incident")),
        ("asked by", person_text(fields(action, "requester"))),
        ("proposed", time_text(action.get("proposed_at"))),
        ("expires", f"{time_text(action.get('expires_at'))} UTC" if action.get("expires_at") else ""),
    ]
    parts: list[RenderableType] = [heading("Why"), labelled([(a, b) for a, b in about if b], indent=2)]
    claims = entries(action, "claims")
    if claims:
        lines = [
            (screen.marks.bullet, Text.assemble(sentence(claim, "text"), (_evidence(claim), "dim"))) for claim in claims
        ]
        parts.append(hanging(lines))
    ruling = fields(action, "policy")
    rule = f"{text(ruling, 'rule')}  {text(ruling, 'place')}".strip()
    rows = [("rule", rule), *approving_rows(ruling), *[("", reason) for reason in words(ruling, "reasons")]]
    return [*parts, heading("Policy"), labelled([(a, b) for a, b in rows if b], indent=2)]


def _evidence(claim: Fields) -> str:
    shown = ", ".join(words(claim, "evidence"))
    return f"  [{shown}]" if shown else ""


def person_text(person: Fields) -> str:
    """A name, and whether anything but the operating system vouches for it."""
    name = text(person, "name")
    return f"{name} (not authenticated)" if name and not person.get("authenticated") else name


def _progress(action: Fields) -> list[RenderableType]:
    history = entries(action, "history")
    if not history:
        return []
    lines = [(time_text(item.get("at")), sentence(item, "text")) for item in history]
    return [heading("What became of it"), labelled(lines, indent=2)]


def result_text(document: Fields, screen: Screen) -> str:
    """What came of an approval, a denial, a review or a settling."""
    result = fields(document, "result")
    status = text(result, "status")
    word = Text(status.replace("_", " ").upper(), style=_RESULTS.get(status, "bold red"))
    first = Text.assemble((text(document, "id"), "bold cyan"), "  ", word, f"  {sentence(result, 'message')}")
    rows = [
        ("outcome", sentence(result, "outcome")),
        ("verification", sentence(result, "verification")),
        ("undo", sentence(result, "undo")),
        ("next", sentence(result, "next")),
    ]
    return screen.text(first, labelled([(label, value) for label, value in rows if value], indent=2))
