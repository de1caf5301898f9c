from types import ModuleType

import pytest

from orchestrator.surfaces.terminal.charts import bar, spark
from orchestrator.surfaces.terminal.evidence import evidence_page, evidence_rows
from orchestrator.surfaces.terminal.layout import shorten, shorten_front
from orchestrator.surfaces.terminal.screen import ASCII, UNICODE, Screen

SCREEN = Screen(width=80)
Columns = list[tuple[str, str]]
Rows = list[list[object]]


def shown(reports: ModuleType, columns: Columns, rows: Rows, **more: object) -> str:
    """The rows as drawn."""
    return SCREEN.text(*evidence_rows(reports.evidence("E1", "s", columns, rows, **more), SCREEN, most=5))


def series(count: int, *, step: int = 1) -> Rows:
    """One row a minute, the number rising."""
    return [[f"2026-11-22T10:{minute:02d}:00Z", minute] for minute in range(count)][::step]


@pytest.mark.parametrize("step", [1, -1])
def test_a_series_over_time_is_a_line_from_left_to_right(reports: ModuleType, step: int):
    """Whichever way it was sorted."""
    text = shown(reports, [("at", "datetime"), ("failed", "long")], series(8, step=step))
    assert text.splitlines() == [
        "  failed  ▁▂▃▄▅▆▇█  0 to 7, most 7",
        "          2026-11-22 10:00 \N{EN DASH} 10:07 UTC",
    ]


def test_a_series_that_was_cut_says_so(reports: ModuleType):
    """Only the first rows are recorded with a report."""
    text = shown(reports, [("at", "datetime"), ("n", "long")], series(8), row_count=24)
    assert "(8 of 24 rows)" in text


def test_a_category_sorted_by_a_number_has_bars(reports: ModuleType):
    """And says how many rows there are besides."""
    rows: Rows = [[name, 100 - 10 * index] for index, name in enumerate("abcdefg")]
    lines = shown(reports, [("name", "string"), ("n", "long")], rows).splitlines()
    assert lines[1] == "  a     100  ████████████████"
    assert lines[-1] == "  2 rows more"


def test_an_unsorted_number_has_no_bars(reports: ModuleType):
    """A bar would claim an order that the query did not ask for."""
    rows: Rows = [["a", 1], ["b", 3], ["c", 2]]
    assert "█" not in shown(reports, [("name", "string"), ("n", "long")], rows)


def test_one_wide_row_becomes_pairs_that_stay_whole(reports: ModuleType):
    """No name is parted from its value at the end of a line."""
    columns = [(f"column_{index}", "long") for index in range(20)]
    text = shown(reports, columns, [list(range(20))])
    assert all(f"column_{index} {index}" in text for index in range(20))


def test_columns_without_values_are_left_out(reports: ModuleType):
    """And no rows draw nothing."""
    text = shown(reports, [("a", "string"), ("empty", "string")], [["x", ""], ["y", None], ["z", ""]])
    assert "empty" not in text
    assert shown(reports, [("a", "string")], []) == ""


def test_resource_ids_keep_their_end(reports: ModuleType):
    """What differs between them is at the end."""
    path = "/subscriptions/00000000/resourcegroups/shop/providers/microsoft.web/sites/"
    text = shown(reports, [("id", "string"), ("n", "long")], [[path + "a", 1], [path + "b", 2], [path + "c", 3]])
    assert "sites/a" in text
    assert "/subscriptions" not in text


def test_page_holds_all_and_never_breaks_the_query(reports: ModuleType):
    """Long texts become blocks, so that nothing is cut."""
    query = "AppTraces | where " + " and ".join(f'Message has "{word}"' for word in "abcdefgh")
    evidence = reports.evidence("E1", "s", [("text", "string")], [["word " * 40]], query=query, reason="slow")
    text = SCREEN.text(*evidence_page(evidence, SCREEN))
    assert query in text
    assert text.count("word") == 40
    assert ("Reason    slow" in text, "p_service = checkout-api" in text) == (True, True)


def test_page_of_nothing_says_so(reports: ModuleType):
    """An answer without rows is an answer."""
    assert "no rows" in SCREEN.text(*evidence_page(reports.evidence("E1", "s", [("a", "long")], []), SCREEN))


def test_sparks_scale_from_zero_and_leave_gaps():
    """A constant is flat, a missing value is a blank, ASCII has signs of its own."""
    assert spark([0, None, 8], UNICODE) == "▁ █"
    assert spark([5, 5], UNICODE) == "██"
    assert spark([None, None], UNICODE) == "  "
    assert spark([0, 6], ASCII) == "_@"


def test_bars_never_hide_a_small_value():
    """Anything above zero has at least one sign."""
    marks = UNICODE
    found = [bar(value, 1000, width=10, marks=marks) for value in (1000, 1, 0)]
    assert found == ["█" * 10, "█", ""]


def test_shortening_counts_terminal_cells():
    """A Chinese sign takes two."""
    assert shorten("日本語テキスト", 7, "…") == "日本語…"
    assert shorten_front("/a/b/日本", 6, "…") == "…/日本"
    assert shorten("abc", 0, "…") == ""


def test_a_link_stands_on_one_line_however_long_it_is(reports: ModuleType):
    """A link that is broken cannot be followed."""
    link = "https://portal.azure.com/#view/" + "a" * 400
    evidence = {**reports.evidence("E1", "s", [("a", "long")], []), "link": link}
    assert f"  in the portal: {link}" in SCREEN.text(*evidence_page(evidence, SCREEN)).splitlines()


def test_without_a_link_there_is_no_line_for_it(reports: ModuleType):
    """Log files have no portal."""
    evidence = {**reports.evidence("E1", "s", [("a", "long")], []), "link": None}
    assert "portal" not in SCREEN.text(*evidence_page(evidence, SCREEN))
