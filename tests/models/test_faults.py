"""No error class of the client libraries is left without our words."""

import inspect
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import azure.core.exceptions
import azure.identity
import httpx2
import openai
import pytest
import semantic_kernel.exceptions
from semantic_kernel.connectors.ai.open_ai.exceptions.content_filter_ai_exception import ContentFilterAIException

from orchestrator.core.errors import ModelError, ModelFault
from orchestrator.models.faults import FOREIGN, model_error, retry_after_of
from orchestrator.models.foundry import project_error

REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")


def errors_of(module: ModuleType, base: type[BaseException]) -> list[type[BaseException]]:
    """Every error class that a module shows, and all their subclasses."""
    found = {item for item in list(vars(module).values()) if inspect.isclass(item) and issubclass(item, base)}
    waiting = list(found)
    while waiting:
        more = set(waiting.pop().__subclasses__()) - found
        found |= more
        waiting += more
    return sorted(found, key=lambda item: item.__name__)


def made(error: type[BaseException]) -> BaseException:
    """An instance; built past its constructor, as libraries' constructors differ and are not what is tested."""
    value = error.__new__(error)
    if isinstance(value, openai.APIError):
        status = getattr(error, "status_code", None) or 500
        fields: dict[str, Any] = {"body": None, "code": None, "message": "m", "request": REQUEST}
        value.__dict__.update(fields, status_code=status, response=httpx2.Response(status, request=REQUEST))
    return value


def every() -> Iterator[type[BaseException]]:
    """All error classes of the client libraries."""
    yield from errors_of(openai, openai.OpenAIError)
    yield from errors_of(httpx2, httpx2.HTTPError)
    yield from errors_of(httpx2, httpx2.StreamError)
    yield from errors_of(semantic_kernel.exceptions, semantic_kernel.exceptions.KernelException)
    yield from errors_of(azure.core.exceptions, azure.core.exceptions.AzureError)
    yield from errors_of(azure.identity, azure.core.exceptions.AzureError)
    yield ContentFilterAIException
    yield httpx2.InvalidURL


@pytest.mark.parametrize("error", list(every()), ids=lambda error: error.__name__)
def test_every_error_is_mapped(error: type[BaseException]) -> None:
    """To a model error of a known kind; what the service refused is not called unreadable."""
    assert issubclass(error, FOREIGN)
    ours = model_error(made(error))
    assert isinstance(ours, ModelError)
    unreadable = error is openai.APIResponseValidationError
    assert (ours.fault is ModelFault.UNREADABLE) is unreadable


@pytest.mark.parametrize("error", errors_of(azure.core.exceptions, azure.core.exceptions.AzureError))
def test_every_error_of_a_project_is_mapped(error: type[azure.core.exceptions.AzureError]) -> None:
    """With what was being done at its beginning."""
    value = error.__new__(error)
    value.__dict__.update(status_code=None, response=None)
    assert project_error(value, what="its deployments cannot be listed").message.startswith("its deployments")


def test_the_deepest_cause_is_told() -> None:
    """Semantic Kernel wraps, and its own content-filter class may break while it does."""
    busy = openai.RateLimitError("m", response=httpx2.Response(429, request=REQUEST), body=None)
    wrapped = ValueError("'BrandNew' is not a valid ContentFilterCodes")
    wrapped.__context__ = busy
    assert model_error(wrapped).fault is ModelFault.THROTTLED


def test_the_services_words_are_quoted_without_secrets() -> None:
    """Cut, on one line, and redacted."""
    body = {"message": "no\x1b[31m\nsuch model; password=hunter2-long " + "x" * 900}
    error = openai.BadRequestError("m", response=httpx2.Response(400, request=REQUEST), body=body)
    said = model_error(error).message
    assert "hunter2" not in said
    assert "\x1b" not in said
    assert len(said) < 300


def test_a_date_is_a_wait() -> None:
    """As HTTP writes it."""
    response = httpx2.Response(503, request=REQUEST, headers={"retry-after": "Wed, 25 Nov 2026 10:00:30 GMT"})
    error = openai.InternalServerError("m", response=response, body=None)
    assert retry_after_of(error, now=datetime(2026, 11, 25, 10, 0, 0, tzinfo=UTC)) == 30.0
