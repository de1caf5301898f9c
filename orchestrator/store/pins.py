"""The texts that runs keep to, as rows by version."""

from collections.abc import Iterable

from orchestrator.core.pinning import PinnedText
from orchestrator.store.database import Database
from orchestrator.store.documents import from_text, to_text

_PIN = "INSERT INTO pinned_texts (version, path, body) VALUES (?, ?, ?) ON CONFLICT (version) DO NOTHING"


class StoredPins:
    """Implements `core.pinning.Pins`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pin(self, texts: Iterable[PinnedText]) -> None:
        """See the protocol; where all are known, which is most often so, nothing is written."""
        wanted = {text.version: text for text in texts}
        if not wanted:
            return
        marks = ", ".join("?" for _ in wanted)
        known = self._database.read(f"SELECT version FROM pinned_texts WHERE version IN ({marks})", *wanted)  # noqa: S608  # marks only
        for (version,) in known:
            del wanted[str(version)]
        if wanted:
            with self._database.transaction(alone="pins") as connection:
                for text in wanted.values():
                    connection.execute(_PIN, text.version, text.path, to_text(text.text))

    def pinned(self, version: str) -> PinnedText | None:
        """See the protocol."""
        rows = self._database.read("SELECT path, body FROM pinned_texts WHERE version = ?", version)
        if not rows:
            return None
        text = from_text(rows[0][1], what=f"the guide of version {version}")
        return PinnedText(version=version, path=str(rows[0][0]), text=str(text))
