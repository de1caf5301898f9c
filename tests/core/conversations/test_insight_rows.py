"""What is kept of a result."""

import pytest
from scored import result

from orchestrator.core.conversations.insight_rows import COLUMNS, NoResultError, insight_row, version_key


def test_a_row_has_every_column_and_whole_numbers() -> None:
    """Scores are times 10,000, times in UTC and whole seconds, what is not known is null or empty."""
    row = insight_row(result(7, started_at="2026-06-03T12:00:00.750+02:00", survey_csat=4, queue=None))
    assert tuple(sorted(row)) == tuple(sorted(COLUMNS))
    expected = {"id": "c-0007", "started_at": "2026-06-03T10:00:00Z", "satisfaction": 30_000, "survey_csat": 40_000}
    assert {name: row[name] for name in expected} == expected
    assert (row["queue"], row["quality"], row["turns"]) == ("", None, 2)


def test_the_longest_span_of_the_first_feature_is_quoted_first() -> None:
    """Each turn once, three at most."""
    spans = [("quality", 0, "other"), ("resolved", 3, "done"), ("satisfaction", 1, "no"), ("satisfaction", 2, "never")]
    evidence = [{"feature": name, "turn": turn, "start": 0, "end": 2, "text": text} for name, turn, text in spans]
    quotes = str(insight_row(result(1, evidence=evidence))["quotes"])
    assert [word for word in ("never", "no", "done") if f'"{word}"' in quotes] == ["never", "no", "done"]
    assert quotes.index("never") < quotes.index('"no"') < quotes.index("done")
    assert "other" not in quotes


def test_of_what_was_not_redacted_no_text_is_kept() -> None:
    """Neither summary nor quotes; the numbers stay."""
    row = insight_row(result(1, provenance={"scorer_version": "1", "redaction": "off"}))
    assert (row["summary"], row["quotes"], row["satisfaction"]) == ("", "[]", 30_000)


def test_the_same_result_has_the_same_content() -> None:
    """Any other number or text has another."""
    assert insight_row(result(1))["content"] == insight_row(result(1))["content"]
    assert insight_row(result(1))["content"] != insight_row(result(1, overall={"satisfaction": 3.1}))["content"]


@pytest.mark.parametrize(
    ("given", "message"),
    [({"id": ""}, "no id"), ({"provenance": {}}, "no provenance.scorer_version"), ({"overall": {}}, None)],
)
def test_what_is_no_result_is_refused(given: dict[str, object], message: str | None) -> None:
    """It says what is missing."""
    document = {**result(1), **given}
    if message is None:
        assert insight_row(document)["satisfaction"] is None
        return
    with pytest.raises(NoResultError, match=message):
        insight_row(document)


def test_versions_sort_as_they_follow() -> None:
    """As texts."""
    assert sorted(["1.10.0", "1.9.2", "2"], key=version_key) == ["1.9.2", "1.10.0", "2"]
