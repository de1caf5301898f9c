"""What lint found in policies, and what a policy says about one action."""

from rich.console import RenderableType
from rich.text import Text

from orchestrator.surfaces.application import CheckedPolicies
from orchestrator.surfaces.terminal.cleaning import clean
from orchestrator.surfaces.terminal.fields import Fields, fields, text, words
from orchestrator.surfaces.terminal.layout import hanging, heading, labelled
from orchestrator.surfaces.terminal.screen import Screen
from orchestrator.surfaces.terminal.values import duration_text, number_text
from playbooks.problems import Level

_DECISIONS = {"forbidden": "bold red", "approval": "bold yellow", "allowed": "bold green"}
_WORDS = {"forbidden": "FORBIDDEN", "approval": "NEEDS APPROVAL", "allowed": "ALLOWED"}


def policies_page(checked: CheckedPolicies, screen: Screen) -> str:
    """Each problem on lines of its own, then the count."""
    parts: list[RenderableType] = []
    for problem in checked.problems:
        style = "red" if problem.level is Level.ERROR else "yellow"
        parts.append(
            Text.assemble(f"{clean(problem.place)}: ", (problem.level.value, style), f": {clean(problem.message)}")
        )
    wrong = sum(problem.level is Level.ERROR for problem in checked.problems)
    parts.append(
        Text(
            f"{checked.rules} rules in {clean(checked.folder)}: {wrong} errors, "
            f"{len(checked.problems) - wrong} warnings",
            style="dim",
        )
    )
    return screen.text(*parts)


def ruling_page(document: Fields, screen: Screen) -> str:
    """The decision, the rule that made it, why, and who may."""
    decision = text(document, "decision")
    word = Text(_WORDS.get(decision, decision), style=_DECISIONS.get(decision, ""))
    title = Text.assemble((text(document, "action"), "bold"), f" in {text(document, 'environment')}  ", word)
    you = fields(document, "you")
    may = "approve" if you.get("may_approve") else "break the glass" if you.get("may_break_glass") else "not approve"
    rows = [
        ("rule", f"{text(document, 'rule')}  {text(document, 'place')}".strip()),
        ("mode", text(document, "mode")),
        ("touches", reach_of(document)),
        *approving_rows(document),
        ("you", f"{text(you, 'name')} may {may}" if you else ""),
    ]
    return screen.text(
        title,
        labelled([(label, value) for label, value in rows if value], indent=2),
        heading("Why"),
        hanging([(screen.marks.bullet, reason) for reason in words(document, "reasons")]),
    )


def approving_rows(document: Fields) -> list[tuple[str, str]]:
    """Who may approve, how many must, and until when it waits."""
    if text(document, "decision") != "approval":
        return []
    roles, names = words(document, "roles"), words(document, "approvers")
    persons = document.get("approvals")
    needs = "one person" if persons == 1 else f"{persons} different persons"
    after = document.get("expires_after_s")
    return [
        ("needs", needs),
        ("who may", f"{', '.join(roles)}: {', '.join(names) or 'nobody yet'}" if roles else "nobody in the usual way"),
        ("consent", "the authenticated requester's own yes counts" if document.get("consent") else ""),
        ("break glass", ", ".join(words(document, "break_glass"))),
        ("waits for", duration_text(after * 1000) if isinstance(after, int | float) else ""),
    ]


def reach_of(document: Fields) -> str:
    """How far it reaches, in words."""
    radius = fields(document, "blast_radius")
    value, unit = radius.get("value"), text(radius, "unit")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"an unknown number of {unit}" if unit else "unknown"
    return f"{number_text(value)} {unit}".strip()
