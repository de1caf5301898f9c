"""Vectors of texts, for search by meaning."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from orchestrator.core.errors import ModelError, SettingsError, SwitchboardError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

MAX_TEXTS = 64  # of one request; with MAX_CHARACTERS far below the 300,000 tokens that it may have
MAX_CHARACTERS = 20_000  # of one text, at most 8,191 tokens; what stands first tells the subject
_BUSY = frozenset({408, 409, 429})
_KEY = "check SWITCHBOARD_MODEL_API_KEY, or give the identity the role Cognitive Services OpenAI User"
_MISFITS = {
    401: f"refuses this key or identity (401); {_KEY}",
    403: f"refuses this key or identity (403); {_KEY}",
    404: "is not there (404); set SWITCHBOARD_EMBEDDING_MODEL to a deployment of the endpoint",
}


class Embedder(Protocol):
    """Turns texts into vectors of one length."""

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        ...

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """A vector per text, in order. Raises `ModelError`, or `SettingsError` where a setting is wrong."""
        ...


class OpenAIEmbedder:
    """Asks an endpoint of the OpenAI protocol; the client is lent, its owner closes it.

    Args:
        client: `AsyncOpenAI`, `AsyncAzureOpenAI` or what `AIProjectClient.get_openai_client()` gives.
        model: The model, or the deployment on Azure.
        dimensions: The length of its vectors.
    """

    def __init__(self, client: "AsyncOpenAI", *, model: str, dimensions: int) -> None:
        self._client = client
        self._model = model
        self._dimensions = dimensions

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._dimensions

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """A vector per text, in order; an empty text is embedded as a space, which the endpoint takes."""
        vectors: list[tuple[float, ...]] = []
        for start in range(0, len(texts), MAX_TEXTS):
            vectors += await self._ask([text[:MAX_CHARACTERS] or " " for text in texts[start : start + MAX_TEXTS]])
        return vectors

    async def _ask(self, texts: list[str]) -> list[tuple[float, ...]]:
        from openai import OpenAIError  # noqa: PLC0415  # comes with the client

        try:
            answer = await self._client.embeddings.create(model=self._model, input=texts, encoding_format="float")
        except OpenAIError as error:
            raise translated(error, self._model) from error
        ordered = sorted(answer.data, key=lambda item: item.index)
        vectors = [tuple(item.embedding) for item in ordered]
        self._check(vectors, len(texts))
        return vectors

    def _check(self, vectors: Sequence[Sequence[float]], count: int) -> None:
        if len(vectors) != count:
            raise ModelError(f"{self._model!r} gave {len(vectors)} vectors for {count} texts; try again")
        wrong = next((len(vector) for vector in vectors if len(vector) != self._dimensions), None)
        if wrong is not None:
            raise SettingsError(
                f"{self._model!r} gives vectors of {wrong} numbers, not {self._dimensions}; "
                f"set SWITCHBOARD_EMBEDDING_DIMENSIONS to {wrong} and run `switchboard index fill --recreate`"
            )


def translated(error: Exception, model: str) -> SwitchboardError:
    """An error of the openai library as ours; its text may quote a key, so that only its kind is told."""
    import openai  # noqa: PLC0415  # comes with the client

    place = f"the embedding model {model!r}"
    if isinstance(error, openai.APIStatusError):
        status = error.status_code
        if status in _MISFITS:
            return SettingsError(f"{place} {_MISFITS[status]}")
        return ModelError(f"{place} answered {status}; try again later", retryable=status in _BUSY or status >= 500)  # noqa: PLR2004  # HTTP
    if isinstance(error, openai.APITimeoutError):
        return ModelError(f"{place} did not answer in time; try again", retryable=True)
    if isinstance(error, openai.APIConnectionError):
        return ModelError(f"{place} cannot be reached; check its endpoint", retryable=True)
    return ModelError(f"{place} failed ({type(error).__name__}); see the log")
