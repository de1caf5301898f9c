from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.core.errors import GuideError, InputError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType
from orchestrator.core.window import Window
from playbooks.guide import Guide
from playbooks.parameters import Resolved, resolve_parameters
from playbooks.parse import parse_guide
from playbooks.services import Service, Services

SAMPLE = (Path(__file__).parent / "data" / "dependency_failing.md").read_text(encoding="utf-8")
GUIDE = parse_guide(SAMPLE, path="g.md")
NOW = datetime(2026, 3, 4, 10, 50, tzinfo=UTC)
KNOWN = {("AppDependencies", "AppRoleName"): ["checkout-api", "payment", "orders", "basket-service"]}


def resolve(
    message: str = "",
    *,
    guide: Guide = GUIDE,
    alert: object = None,
    session: Mapping[str, object] | None = None,
    given: Mapping[str, object] | None = None,
    services: Services | None = None,
    values: Mapping[tuple[str, str], list[str]] | None = None,
) -> Resolved:
    """Resolve the sample's parameters at 10:50 UTC."""
    return resolve_parameters(
        guide,
        message=message,
        alert=alert,
        session=session,
        now=NOW,
        tz=UTC,
        services=services,
        values=KNOWN if values is None else values,
        given=given,
    )


def values_of(resolved: Resolved) -> dict[str, object]:
    """Values by name."""
    return {item.name: item.value for item in resolved.values}


def with_parameters(text: str) -> Guide:
    """A guide with these parameters and one step."""
    front = "---\nid: t\ntitle: T\nowner: me\nreviewed: 2026-03-01\nparameters:\n"
    step = "---\n## One {#one}\n```yaml step\nbranches: [{otherwise: true, unknown: x}]\n```\n"
    return parse_guide(front + text + step, path="t.md")


def test_reads_the_message():
    """A service that logs and a time are taken from the words; the end is now by default."""
    resolved = resolve("Checkout API returns 502 since 10:20")
    at = NOW.replace(hour=10, minute=20)
    expected = (
        QueryParameter("p_service", ColumnType.STRING, "checkout-api"),
        QueryParameter("p_from", ColumnType.DATETIME, at),
        QueryParameter("p_to", ColumnType.DATETIME, NOW),
    )
    assert expected == resolved.values
    assert resolved.window == Window(at, NOW)
    assert resolved.origins == {"p_service": "message", "p_from": "message", "p_to": "default"}
    assert resolved.questions == ()


@pytest.mark.parametrize(
    ("message", "text", "choices"),
    [
        ("chekout-api is down", "no service 'chekout-api'; did you mean checkout-api?", ("checkout-api",)),
        ("checkout is down", "no service 'checkout'; did you mean checkout-api?", ("checkout-api",)),
        ("payment and orders fail", "the message names several: payment, orders.", ("payment", "orders")),
        ("something fails", "What is the service (p_service, string)?",
         ("basket-service", "checkout-api", "orders", "payment")),
    ],
)  # fmt: skip
def test_asks_instead_of_guessing(message: str, text: str, choices: tuple[str, ...]):
    """An unknown, an ambiguous and a missing service become a question with choices."""
    resolved = resolve(message)
    (question,) = resolved.questions
    assert question.parameter == "p_service"
    assert text in question.text
    assert choices == question.choices
    assert "p_service" not in values_of(resolved)


@pytest.mark.parametrize(
    ("message", "parameter", "text"),
    [
        ("payment is slow since 25:99", "p_from", "'since 25:99' is no time that I can read"),
        ("payment is slow since 10:20 until 31:00", "p_to", "'until 31:00' is no time that I can read"),
    ],
)
def test_a_time_that_cannot_be_read_is_asked_for(message: str, parameter: str, text: str):
    """The default would answer about another time than the one meant."""
    (question,) = resolve(message).questions
    assert parameter == question.parameter
    assert text in question.text


def test_says_why_nothing_was_found():
    """A name that nothing holds, and a table that is empty, are told apart."""
    assert "the message names no service that AppDependencies.AppRoleName holds." in resolve("zzz").questions[0].text
    assert "as the table is empty or missing. What is" in resolve("zzz", values={}).questions[0].text
    assert resolve("").questions[0].text == "What is the service (p_service, string)?"


def test_a_generic_word_may_be_left_out():
    """`basket` is `basket-service`, the only value of that name."""
    assert values_of(resolve("basket is slow"))["p_service"] == "basket-service"


def test_the_inventory_knows_aliases():
    """An alias stands for the name under which the service logs, also where it logs nothing now."""
    services = Services((
        Service(id="shop", aliases=("storefront",), role_names=("checkout-api",)),
        Service(id="ghost", role_names=("ghost-web", "ghost-worker")),
    ))  # fmt: skip
    assert values_of(resolve("the Storefront is down", services=services))["p_service"] == "checkout-api"
    assert values_of(resolve("ghost is down", services=services))["p_service"] == "ghost-web"
    alert = {"labels": {"service": "storefront"}}
    assert values_of(resolve("", alert=alert, services=services))["p_service"] == "checkout-api"


def test_sources_are_tried_in_order():
    """Given values win, then the alert, the message, the session."""
    alert = {"labels": {"service": "orders"}, "Data": {"firedDateTime": "2026-03-04T09:00:00+01:00"}}
    session = {"p_service": "payment"}
    assert values_of(resolve("basket", alert=alert, session=session))["p_service"] == "orders"
    assert values_of(resolve("basket", session=session))["p_service"] == "basket-service"
    assert values_of(resolve("it", session=session))["p_service"] == "payment"
    resolved = resolve("basket", alert=alert, given={"p_service": "x", "p_from": "now-2h"})
    assert values_of(resolved) == {"p_service": "x", "p_from": NOW - timedelta(hours=2), "p_to": NOW}
    assert resolved.origins["p_service"] == "given"
    assert values_of(resolve("", alert=alert))["p_from"] == datetime(2026, 3, 4, 8, tzinfo=UTC)


def test_a_likely_typo_is_asked_for_and_a_faint_likeness_is_not():
    """In a session a mistyped service is a question; a word that merely resembles one leaves the session's."""
    session = {"p_service": "orders"}
    assert resolve("and for chekout-api?", session=session).questions[0].choices == ("checkout-api",)
    assert values_of(resolve("the pavements?", session=session))["p_service"] == "orders"
    assert resolve("the pavements?").questions[0].choices == ("payment",)


def test_an_unusable_alert_value_is_asked_for():
    """A broken time in the alert does not fall through to a default."""
    (question,) = resolve("orders", alert={"data": {"firedDateTime": "soon"}}).questions
    assert question.parameter == "p_from"
    assert "the alert's 'data.firedDateTime' cannot be used: 'soon' is not a time" in question.text


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"p_fro": 1}, "has no parameter 'p_fro'; did you mean 'p_from'"),
        ({"p_from": "garbage"}, "parameter p_from (datetime): 'garbage' is not a time"),
        ({"p_service": ["a"]}, "parameter p_service (string)"),
    ],
)
def test_a_wrong_given_value_is_an_error(given: dict[str, object], message: str):
    """What somebody sets outright is checked by name and type."""
    with pytest.raises(InputError) as caught:
        resolve("orders", given=given)
    assert message in caught.value.message


def test_given_times_may_be_words():
    """A time is understood as in a message."""
    assert values_of(resolve("orders", given={"p_from": "yesterday at 14:00"}))["p_from"] == datetime(
        2026, 3, 3, 14, tzinfo=UTC
    )


def test_a_backward_span_is_asked_for():
    """A start that is not before its end is a question, and the window stays sound."""
    resolved = resolve("orders until 09:00")
    assert [question.parameter for question in resolved.questions] == ["p_from"]
    assert resolved.window.end == NOW.replace(hour=9, minute=0)


def test_an_alert_that_begins_after_now_is_beyond_the_data():
    """Its time is not taken for another, as that of a message is; one that begins before is not."""
    guide = with_parameters(
        "  p_from: {type: datetime, from: [{alert: startsAt}, {message: time}]}\n"
        "  p_to: {type: datetime, from: [{message: time.end}], default: now}\n"
    )
    later = NOW + timedelta(days=3)
    assert resolve(guide=guide, alert={"startsAt": later.isoformat()}).beyond == later
    assert resolve(guide=guide, alert={"startsAt": NOW.isoformat()}).beyond == NOW
    assert resolve(guide=guide, alert={"startsAt": (NOW - timedelta(minutes=1)).isoformat()}).beyond is None
    assert resolve("orders fail since 23:00", guide=guide).beyond is None


def test_defaults_hang_on_each_other_in_any_order():
    """`p_base-1h` may stand before `p_base`."""
    guide = with_parameters(
        "  p_before: {type: datetime, default: p_from-1h}\n  p_from: {type: datetime, default: p_to-30m}\n"
        "  p_to: {type: datetime, from: [message: time.end, default: now]}\n"
    )
    expected = {"p_before": NOW - timedelta(minutes=90), "p_from": NOW - timedelta(minutes=30), "p_to": NOW}
    assert expected == values_of(resolve(guide=guide))


def test_defaults_in_a_circle_are_refused():
    """Two defaults that wait for each other are a fault of the guide."""
    with pytest.raises(GuideError, match="defaults hang on each other in a circle: p_a -> p_b -> p_a"):
        with_parameters("  p_a: {type: datetime, default: p_b-1h}\n  p_b: {type: datetime, default: p_a-1h}\n")


def test_what_hangs_on_a_question_is_not_asked_for():
    """Only the parameter at the root is asked for; without one the window is the last hour."""
    guide = with_parameters("  p_from: {type: datetime}\n  p_before: {type: datetime, default: p_from-1h}\n")
    resolved = resolve(guide=guide)
    assert [question.parameter for question in resolved.questions] == ["p_from"]
    assert resolved.window == Window(NOW - timedelta(hours=1), NOW)


@pytest.mark.parametrize(
    ("message", "value", "asked"),
    [
        ("more than 50 errors since 10:20", 50, False),
        ("more than 1,500 errors", 1500, False),
        ("50 errors on 3 nodes", None, True),
        ("errors on api-2 since 10:20", None, True),
    ],
)
def test_one_number_is_taken_and_two_are_asked_for(message: str, value: int | None, asked: bool):  # noqa: FBT001 - a test's case
    """Numbers in times and names do not count."""
    guide = with_parameters("  p_n: {type: long, from: [message: number]}\n")
    resolved = resolve(message, guide=guide)
    assert value == values_of(resolved).get("p_n")
    assert asked == bool(resolved.questions)


def test_lists_take_all_that_is_named():
    """A list parameter takes every value named, and reaches queries as dynamic."""
    text = SAMPLE.replace("    type: string", "    type: list<string>", 1)
    (value, *_) = resolve("payment and orders fail", guide=parse_guide(text, path="g.md")).values
    assert value == QueryParameter("p_service", ColumnType.DYNAMIC, ["payment", "orders"])


def test_alert_paths_reach_into_lists():
    """A number in a path is a place in a list, and keys match in any case."""
    guide = with_parameters("  p_s: {type: string, from: [alert: 'alerts.0.labels.Service']}\n")
    assert values_of(resolve(guide=guide, alert={"alerts": [{"labels": {"service": "web"}}]})) == {"p_s": "web"}
    assert [question.parameter for question in resolve(guide=guide, alert={"alerts": []}).questions] == ["p_s"]
