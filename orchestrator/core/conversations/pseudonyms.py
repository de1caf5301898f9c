"""Names for agents in results and reports, in place of the ids that the source has for them."""

from hashlib import blake2b

_PERSON = b"switchboard-agnt"  # hashes of the same id elsewhere are others
_BYTES = 5


def agent_pseudonym(agent_id: str) -> str:
    """The same name for the same id, wherever it is made: `agent-` and ten hexadecimal digits.

    It hides ids from readers, not from those who have the list of ids: they can make the names of all and compare.
    """
    return f"agent-{blake2b(agent_id.encode('utf-8', 'surrogatepass'), digest_size=_BYTES, person=_PERSON).hexdigest()}"
