"""How an attempt to make a request exact may end, besides success."""


class Unclear(Exception):  # noqa: N818  # it ends a reading, it reports no fault
    """The words allow more than one thing, or none: the message goes to a person."""

    def __init__(self, missing: str, reason: str, *, question: str = "", choices: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.missing = missing
        self.reason = reason
        self.question = question
        self.choices = choices


class Impossible(Exception):  # noqa: N818  # it ends a reading, it reports no fault
    """What is asked is clear, and the policy or the stock forbids it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
