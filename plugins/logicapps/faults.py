"""What each exception of the HTTP client says about a request: whether it may have arrived."""

import httpx

from plugins.logicapps.protocol import Failure, Loss

# Most specific first. What is not known to have failed before the first byte counts as sent.
_LOSSES: tuple[tuple[type[Exception], Failure], ...] = (
    (httpx.ConnectTimeout, Failure(loss=Loss.NOT_SENT, reason="no connection within the time limit")),
    (httpx.PoolTimeout, Failure(loss=Loss.NOT_SENT, reason="no free connection within the time limit")),
    (httpx.ConnectError, Failure(loss=Loss.NOT_SENT, reason="no connection to the workflow's host")),
    (httpx.ProxyError, Failure(loss=Loss.NOT_SENT, reason="the proxy opened no connection")),
    (
        httpx.UnsupportedProtocol,
        Failure(loss=Loss.NOT_SENT, reason="the address is not http or https", code="BadAddress", retryable=False),
    ),
    (
        httpx.InvalidURL,
        Failure(loss=Loss.NOT_SENT, reason="the address cannot be read", code="BadAddress", retryable=False),
    ),
    (httpx.TimeoutException, Failure(loss=Loss.AFTER_SEND, reason="no answer within the time limit")),
    (httpx.NetworkError, Failure(loss=Loss.AFTER_SEND, reason="the connection broke before the answer was there")),
    (httpx.ProtocolError, Failure(loss=Loss.AFTER_SEND, reason="the answer broke off, or was no HTTP")),
    (httpx.TransportError, Failure(loss=Loss.AFTER_SEND, reason="the request failed on its way")),
    (httpx.DecodingError, Failure(loss=Loss.AFTER_SEND, reason="the answer's encoding cannot be undone")),
    (httpx.TooManyRedirects, Failure(loss=Loss.AFTER_SEND, reason="the answer was a redirect, which is not followed")),
    (httpx.HTTPError, Failure(loss=Loss.AFTER_SEND, reason="the request failed")),
    (httpx.StreamError, Failure(loss=Loss.AFTER_SEND, reason="the answer could not be read to its end")),
    (httpx.CookieConflict, Failure(loss=Loss.AFTER_SEND, reason="the answer's cookies contradict each other")),
)
HTTP_ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)
"""The roots of everything that the client library raises."""


def failure_of(error: Exception) -> Failure:
    """The failure that an exception of httpx means; its own text, which may hold an address, is left behind."""
    return next(failure for kind, failure in _LOSSES if isinstance(error, kind))
