"""Whether a message says yes or no to what was proposed, and nothing else."""

import re
from enum import StrEnum

SAY_YES = "Say yes to have exactly this done, or no."
"""Ends an answer that proposes something to who asked."""
A_PERSON = "A person must approve this; your yes alone does not count here."
"""Ends it where the policy does not let the requester's yes count."""
PERSONS_BESIDES = "A person must approve {names} besides."
"""Added where the requester's yes counts for some of what is proposed."""
NO_YES = "A yes changes nothing here: {why}."
"""Ends it, or is added, where nothing waits for anybody."""
_LONGEST = 80
_YES = re.compile(
    r"\W*(?:(?:yes|yep|yeah|yup|sure|ok|okay|correct|agreed|confirmed|i confirm|i agree|please do|go ahead|do it|"
    r"do that|proceed|please proceed|go for it|that is right|that's right|sounds good|please|thanks|thank you)\b\W*)+",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\W*(?:no|nope|nah|stop|cancel that|do not|don['\u2019]t|not now|never mind|nevermind|rather not)\b\W*"
    r"(?:(?:do it|do that|thanks|thank you|please|proceed|that)\b\W*)*",
    re.IGNORECASE,
)
_FIRM = re.compile(
    r"\b(?:yes|yep|yeah|yup|sure|ok|okay|correct|agreed|confirm\w*|agree|do|proceed|go|right)\b", re.IGNORECASE
)


class Consent(StrEnum):
    """What was said."""

    YES = "yes"
    NO = "no"


def read_consent(text: str) -> Consent | None:
    """An explicit yes or no as a whole message; None where it says anything else, such as a yes with a condition."""
    if len(text) > _LONGEST or "?" in text:
        return None
    if _NO.fullmatch(text):
        return Consent.NO
    return Consent.YES if _YES.fullmatch(text) and _FIRM.search(text) else None
