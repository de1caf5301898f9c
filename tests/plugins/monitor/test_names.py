"""Suggestions."""

from plugins.monitor.names import did_you_mean, nearest


def test_another_case_comes_first():
    """Then what is spelled alike, then what holds it."""
    names = ["AppRequests", "AppTraces", "apprequest", "Requests"]
    assert nearest("apprequests", names)[0] == "AppRequests"
    assert "AppRequests" in nearest("Requets", names) or "Requests" in nearest("Requets", names)
    assert nearest("zzz", names) == ()


def test_the_name_itself_is_no_suggestion():
    """It is what was not found."""
    assert "AppTraces" not in nearest("AppTraces", ["AppTraces"])


def test_words():
    """As the end of a sentence."""
    assert did_you_mean(()) == ""
    assert did_you_mean(("a", "b")) == "; did you mean 'a' or 'b'?"
