from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.errors import ExpressionError
from orchestrator.core.rendering import placeholders, render, resolve

SCOPE = {
    "row": {"n": 12345, "share": 0.256, "none": None, "name": "db"},
    "out": {"bad": ["a", "b"], "none": []},
    "ok": True,
    "at": datetime(2026, 3, 1, 10, 20, tzinfo=UTC),
    "took": timedelta(hours=1, seconds=90.5),
    "m": {"b": 1},
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("failing: {out.bad}, worst {row.share:.1%} of {row.n:,d}", "failing: a, b, worst 25.6% of 12,345"),
        ("{row.share:.2f} {row.share:%} {row.n:,.1f} {row.n:,}", "0.26 25.600000% 12,345.0 12,345"),
        ("{row.none} {row.none:.1%} {out.none}", "unknown unknown none"),
        ("{{literal}} {row.n}}}", "{literal} 12345}"),
        ("{ok ? 'yes' : 'no'} {ok}", "yes true"),
        ("{ok ? row.n : 0 :,d}", "12,345"),
        ("{'}{'}", "}{"),
        ("{at} {took}", "2026-03-01T10:20:00Z 1 h 1 min 30.5 s"),
        ("{m} {{'b': 2}.b}", "{\"b\": 1} {'b': 2}.b}"),
        ("{ {'b': 2}.b }", "2"),
        ("{0.1 + 0.2} {3.0} {2.0 * 0.5}", "0.3 3 1"),
        ("{[1, 2.5]:.1f}", "1.0, 2.5"),
        ("{row.share * 100.0:d}", "26"),
        ("no placeholder", "no placeholder"),
        ("", ""),
    ],
)
def test_renders(template: str, expected: str):
    """Values print as people read them."""
    if template.startswith("{m} {{"):
        with pytest.raises(ExpressionError, match="a lone '}'"):
            render(template, SCOPE)
    else:
        assert expected == render(template, SCOPE)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{row.n", "'{' is never closed; write '{{' for a brace"),
        ("row.n}", "column 6: a lone '}'"),
        ("{row.n:x}", "format 'x' is not known; write d, f or %"),
        ("{row.n:>10}", "format '>10' is not known"),
        ("{row.name:.1f}", "format '.1f' is for numbers, and the value is 'db'"),
        ("{}", "it is empty"),
        ("{row.n +}", "found the end, expected a value"),
        ("{row.nope}", "row.nope is missing"),
        ("{row.n.__class__}", "row.n is not a record"),
    ],
)
def test_refuses(template: str, message: str):
    """A bad template names itself and the mend; attributes of Python are out of reach."""
    with pytest.raises(ExpressionError) as caught:
        render(template, SCOPE)
    assert message in caught.value.message


def test_arguments_keep_their_types():
    """A text that is one placeholder is its value; others are rendered, at any depth."""
    arguments = {"count": "{row.n}", "list": ["{out.bad}", "x {row.n}"], "text": "{row.n:d}", "flag": True}
    expected = {"count": 12345, "list": [["a", "b"], "x 12345"], "text": "12345", "flag": True}
    assert expected == resolve(arguments, SCOPE)


def test_lists_the_expressions():
    """The expressions of a template, without formats."""
    assert placeholders("{a:,d} {{b}} {c ? 1 : 2}") == ("a", "c ? 1 : 2")


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_doubled_braces_print_any_text(text: str):
    """Any text prints as itself once its braces are doubled."""
    assert text == render(text.replace("{", "{{").replace("}", "}}"), {})


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="{}:row.n,%df?'\" 1", max_size=25))
def test_any_template_renders_or_is_an_expression_error(template: str):
    """No template makes anything but an expression error."""
    try:
        rendered = render(template, SCOPE)
    except ExpressionError as error:
        rendered = error.message
    assert isinstance(rendered, str)


@given(st.integers(-(2**60), 2**60))
def test_whole_numbers_print_exactly(number: int):
    """Grouping changes no digit."""
    assert number == int(render("{n:,d}", {"n": number}).replace(",", ""))
