"""What a request must pass before it starts a run: a way in, a body that fits, a key where one is needed."""

import hmac
from collections.abc import Callable, Mapping
from itertools import zip_longest

from orchestrator.core.workflows import WorkflowSpec
from plugins.logicapps.address import path_text
from plugins.logicapps.host.replies import error_reply
from plugins.logicapps.host.signing import is_signed
from plugins.logicapps.protocol import unquoted_key
from plugins.logicapps.schema import body_problems

TokenCheck = Callable[[str], bool]
"""Whether a bearer token fits the authorization policies of the triggers."""
_BEARER = "bearer "


def bearer(headers: Mapping[str, str]) -> str | None:
    """The token of an `Authorization` header."""
    value = headers.get("authorization", "")
    return value[len(_BEARER) :].strip() if value.lower().startswith(_BEARER) else None


def is_token(given: str | None, wanted: str) -> bool:
    """Whether a token is the one wanted, in constant time."""
    return given is not None and hmac.compare_digest(given.encode(), wanted.encode())


class NotAdmittedError(Exception):
    """A request starts nothing; `reply` says why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.reply = error_reply(status, code, message)


def admit_caller(
    query: Mapping[str, str],
    headers: Mapping[str, str],
    *,
    keys: Mapping[str, str],
    base: str,
    permission: str,
    tokens: TokenCheck | None,
) -> None:
    """Let in who has a signature or a token, never both; NotAdmittedError otherwise."""
    token = bearer(headers)
    if "sig" in query and "authorization" in headers:
        message = "The request has SAS authentication scheme and 'Bearer' authorization scheme. Use only one of them."
        raise NotAdmittedError(401, "DirectApiRequestHasMoreThanOneAuthorization", message)
    if "sig" in query:
        if not is_signed(query, keys=keys.values(), base=base, permission=permission):
            message = "The signature of the request does not permit this operation."
            raise NotAdmittedError(401, "AuthorizationFailed", message)
        return
    if token is None or tokens is None:
        message = "The request must be authenticated only by Shared Access scheme."
        raise NotAdmittedError(401, "DirectApiAuthorizationRequired", message)
    if not tokens(token):
        message = "One or more claims are missing or do not match the open authentication access control policy."
        raise NotAdmittedError(403, "MisMatchingOAuthClaims", message)


def admit_body(spec: WorkflowSpec, body: object) -> Mapping[str, object]:
    """A body that fits the trigger's schema; NotAdmittedError with what is wrong."""
    problems = body_problems(spec.request, body) if isinstance(body, dict) else ("the body is no object",)
    if problems or not isinstance(body, dict):
        message = f"The input body does not match the schema: {'; '.join(problems)}"
        raise NotAdmittedError(400, "TriggerInputSchemaMismatch", message)
    return body


def admit_key(spec: WorkflowSpec, headers: Mapping[str, str], body: Mapping[str, object]) -> str | None:
    """The key of a changing workflow's request; a reading one needs none."""
    if not spec.changing:
        return None
    key = unquoted_key(headers.get("idempotency-key", ""))
    if not key:
        message = "The workflow changes something and needs the header Idempotency-Key."
        raise NotAdmittedError(400, "IdempotencyKeyMissing", message)
    if body.get("key") != key:
        message = "The body's key is not that of the header Idempotency-Key."
        raise NotAdmittedError(400, "IdempotencyKeyMismatch", message)
    return key


def admit_path(template: str | None, raw: str) -> Mapping[str, str]:
    """The fields of a relative path, from its raw form; NotAdmittedError where it does not fit the template."""
    wanted = (template or "").strip("/").split("/")
    given = raw.strip("/").split("/")
    found: dict[str, str] = {}
    for part, segment in zip_longest(wanted, given, fillvalue=""):
        if part.startswith("{") and segment:
            found[part.strip("{}")] = path_text(segment)
        elif part != path_text(segment):
            raise NotAdmittedError(404, "NotFound", "The relative path does not match that of the trigger.")
    return found
