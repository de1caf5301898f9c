"""What must be known before something can be shipped, and is not: it is asked back, never guessed."""

from dataclasses import dataclass

from orchestrator.core.documents import texts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One field that is missing or cannot be used.

    Attributes:
        field: Its name, such as `weight_g`.
        item: The item's id; empty where it is of the whole shipment.
        text: What to give, for people.
    """

    field: str
    item: str
    text: str

    document = texts_of
