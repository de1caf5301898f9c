"""Products that conversations are about, and the names under which they are known."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product of the configured list.

    Attributes:
        aliases: Other names that people use, in any case.
        skus: Its stock-keeping units: as they stand in the text of a conversation or in its metadata.
    """

    id: str
    title: str
    aliases: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
