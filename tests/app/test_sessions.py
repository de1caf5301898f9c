"""Sessions that go on, and names that nobody knows."""

import pytest

from orchestrator.app.application import App
from orchestrator.core.errors import InputError
from orchestrator.surfaces.application import Options

QUESTION = "calls of pay to a dependency fail since 10:20"


async def say(options: Options, message: str, **changes: object) -> tuple[str, dict[str, object]]:
    """The session's id and the report."""
    values = {"logs": options.logs, "guides": options.guides, **changes}
    async with App().converse(Options(**values)) as conversation:  # type: ignore[arg-type]  # the test's own values
        return conversation.session, await conversation.ask(message, listen=lambda _: None)


async def test_a_session_goes_on_where_it_ended(options: Options) -> None:
    """A follow-up in another process knows the window of the first question."""
    session, first = await say(options, QUESTION)
    again, second = await say(options, "and for cart?", session=session)
    assert again == session
    assert second["window"]["from"] == first["window"]["from"]  # type: ignore[index]  # JSON


async def test_an_unknown_session_is_refused_with_the_nearest(options: Options) -> None:
    """A slip in the id must not begin a new session."""
    session, _ = await say(options, QUESTION)
    with pytest.raises(InputError, match=f"no session '{session}x': did you mean '{session}'"):
        await say(options, QUESTION, session=f"{session}x")


async def test_where_nothing_is_recorded_no_session_is_known(options: Options) -> None:
    """The message says so."""
    with pytest.raises(InputError, match=r"no session 's-1': none is recorded"):
        await say(options, QUESTION, session="s-1")


@pytest.mark.parametrize("message", [QUESTION, "who won the match last night?"])
async def test_a_parameter_that_no_guide_has_is_refused(options: Options, message: str) -> None:
    """Whatever the message is routed to; the nearest name stands beside it."""
    with pytest.raises(InputError, match=r"'p_servce'.*did you mean 'p_service'"):
        await say(options, message, parameters={"p_servce": "pay"})
