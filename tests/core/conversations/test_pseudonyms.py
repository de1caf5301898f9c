"""Names for agents in place of their ids."""

from orchestrator.core.conversations.pseudonyms import agent_pseudonym


def test_an_agent_has_the_same_name_in_every_batch():
    """It is kept in results, so it must never change."""
    assert agent_pseudonym("ag-1041") == "agent-23b2a6ffd2"


def test_ids_that_differ_have_names_that_differ():
    """Whatever signs they have."""
    names = {agent_pseudonym(one) for one in ("a", "A", "a ", "é", "e\u0301", "\ud83d")}
    assert len(names) == 6
