"""A tree's text means what the tree means."""

import pytest

from orchestrator.core.cel.plain import plain_text
from orchestrator.core.cel.syntax import parse_expression

TEXTS = [
    "rows[0].n > 400",
    "(a || b) && !(c == d)",
    "a - (b - c)",
    "a - b - c",
    "(a + b) * c / -d",
    "rows.filter(r, r.n > 3 && r.ok).map(r, r.n)[0] == 4",
    "size(rows) in [1, 2] ? has(row.n) : x.contains('a')",
    "{'a': 1, b: [2]}['a'] == 1",
    "-(a + b) < (c ? d : e)",
    "(a == b) == c",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_text_has_the_same_tree(text: str) -> None:
    """Precedence and grouping are kept."""
    tree = parse_expression(text)
    assert parse_expression(plain_text(tree)) == tree


def test_comments_and_spacing_are_gone() -> None:
    """They could carry words."""
    assert plain_text(parse_expression("rows[0].n>1  // all is well\n && a")) == "rows[0].n > 1 && a"


def test_columns_go_by_the_callers_names() -> None:
    """Such as by what they were computed from."""
    assert plain_text(parse_expression("rows[0].n > 1"), column=lambda name: f"[{name}()]") == "rows[0].[n()] > 1"
