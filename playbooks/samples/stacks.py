"""How failures look in the exceptions of each language's real libraries."""
# ruff: noqa: E501  # messages stand as the libraries write them

from collections.abc import Mapping
from dataclasses import dataclass

_PHRASES: Mapping[str, str] = {
    "400": "Bad Request",
    "404": "Not Found",
    "429": "Too Many Requests",
    "500": "Internal Server Error",
    "502": "Bad Gateway",
    "503": "Service Unavailable",
    "504": "Gateway Timeout",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """An exception's type and message, and its outer ones where it is wrapped; messages hold `{fields}`."""

    type: str
    message: str
    outer_type: str = ""
    outer_message: str = ""

    def filled(self, fields: Mapping[str, str]) -> "Shape":
        """The same with its messages' fields in place."""
        return Shape(self.type, _fill(self.message, fields), self.outer_type, _fill(self.outer_message, fields))


@dataclass(frozen=True, slots=True)
class Stack:
    """One language's agent: SDK version, what it writes as result code when no response came, and its exceptions."""

    name: str
    sdk: str
    no_response: str
    shapes: Mapping[str, Shape]
    process: str
    faults: tuple[Shape, ...]


def _fill(text: str, fields: Mapping[str, str]) -> str:
    for name, value in fields.items():
        text = text.replace("{" + name + "}", value)
    return text


def phrase(code: str) -> str:
    """The reason phrase of an HTTP status."""
    return _PHRASES.get(code, "Error")


_HTTP = "System.Net.Http.HttpRequestException"
_SLOTS = 'remaining connection slots are reserved for roles with privileges of the "pg_use_reserved_connections" role'
DOTNET = Stack(
    name="dotnet",
    sdk="dotnetc:2.22.0-997",
    no_response="Faulted",
    process="dotnet",
    shapes={
        "status": Shape(_HTTP, "Response status code does not indicate success: {code} ({phrase})."),
        "timeout": Shape(
            "System.TimeoutException",
            "The operation was canceled.",
            "System.Threading.Tasks.TaskCanceledException",
            "The request was canceled due to the configured HttpClient.Timeout of {seconds} seconds elapsing.",
        ),
        "refused": Shape("System.Net.Sockets.SocketException", "Connection refused", _HTTP, "Connection refused ({host})"),
        "unreachable": Shape(
            "System.Net.Sockets.SocketException", "No route to host", _HTTP, "No route to host ({host})"
        ),
        "tls": Shape(
            "System.Security.Authentication.AuthenticationException",
            "The remote certificate is invalid because of errors in the certificate chain: NotTimeValid",
            _HTTP,
            "The SSL connection could not be established, see inner exception.",
        ),
        "redis": Shape(
            "StackExchange.Redis.RedisConnectionException",
            "No connection is active/available to service this operation: GET {key}; UnableToConnect on {host}/Interactive,"
            " Initializing/NotStarted, last: NONE, origin: BeginConnectAsync, outstanding: 0",
        ),
        "redis_timeout": Shape(
            "StackExchange.Redis.RedisTimeoutException",
            "Timeout awaiting response (outbound=0KiB, inbound=0KiB, {ms}ms elapsed, timeout is 5000ms), command=GET,"
            " next: GET {key}, inst: 0, qu: 14, qs: 231, serverEndpoint: {host}",
        ),
        "slots": Shape("Npgsql.PostgresException", f"53300: {_SLOTS}"),
        "pool": Shape(
            "Npgsql.NpgsqlException",
            "The connection pool has been exhausted, either raise 'Max Pool Size' (currently {limit}) or 'Timeout'"
            " (currently 15 seconds) in your connection string.",
        ),
        "sql": Shape("Npgsql.NpgsqlException", "Exception while reading from stream", "", ""),
        "blob": Shape(
            "Azure.RequestFailedException",
            "The server is busy. Status: 503 (The server is busy.) ErrorCode: ServerBusy, host {host}",
        ),
        "oom": Shape("System.OutOfMemoryException", "Exception of type 'System.OutOfMemoryException' was thrown."),
        "lock": Shape(
            "Azure.Messaging.ServiceBus.ServiceBusException",
            "The lock supplied is invalid. Either the lock expired, or the message has already been removed from the"
            " queue. (MessageLockLost). For troubleshooting information, see https://aka.ms/azsdk/net/servicebus/exceptions/troubleshoot.",
        ),
        "circuit": Shape(
            "Polly.CircuitBreaker.BrokenCircuitException", "The circuit is now open and is not allowing calls."
        ),
        "invalid": Shape("FluentValidation.ValidationException", "Validation failed: -- {entity}: must not be empty."),
        "overload": Shape(
            "Polly.RateLimiting.RateLimiterRejectedException", "The operation could not be executed because it was rejected by the rate limiter."
        ),
    },
    faults=(
        Shape("System.NullReferenceException", "Object reference not set to an instance of an object."),
        Shape("System.MissingMethodException", "Method not found: 'System.Decimal {entity}.Contracts.Totals.get_Net()'."),
        Shape("System.Collections.Generic.KeyNotFoundException", "The given key 'currencyCode' was not present in the dictionary."),
        Shape(
            "System.Text.Json.JsonException",
            "The JSON value could not be converted to {entity}.Contracts.Amount. Path: $.total | LineNumber: 0 | BytePositionInLine: 214.",
        ),
        Shape(
            "System.InvalidOperationException",
            "Unable to resolve service for type '{entity}.Abstractions.IClock' while attempting to activate '{entity}.Handlers.SubmitHandler'.",
        ),
    ),
)  # fmt: skip
_SPRING = "org.springframework.web.client."
JAVA = Stack(
    name="java",
    sdk="javaagent:3.5.4",
    no_response="0",
    process="java",
    shapes={
        "status": Shape(_SPRING + "HttpServerErrorException", "{code} {phrase}: [no body]"),
        "timeout": Shape(
            "java.net.SocketTimeoutException",
            "Read timed out",
            _SPRING + "ResourceAccessException",
            'I/O error on GET request for "https://{host}": Read timed out',
        ),
        "refused": Shape(
            "java.net.ConnectException",
            "Connection refused",
            _SPRING + "ResourceAccessException",
            'I/O error on GET request for "http://{host}": Connection refused',
        ),
        "unreachable": Shape(
            "java.net.NoRouteToHostException",
            "No route to host",
            _SPRING + "ResourceAccessException",
            'I/O error on GET request for "http://{host}": No route to host',
        ),
        "tls": Shape(
            "java.security.cert.CertificateExpiredException",
            "NotAfter: {not_after}",
            "javax.net.ssl.SSLHandshakeException",
            "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed",
        ),
        "redis": Shape("io.lettuce.core.RedisConnectionException", "Unable to connect to {host}"),
        "redis_timeout": Shape(
            "io.lettuce.core.RedisCommandTimeoutException", "Command timed out after 5 second(s) on {host}"
        ),
        "slots": Shape("org.postgresql.util.PSQLException", f"FATAL: {_SLOTS}"),
        "pool": Shape(
            "java.sql.SQLTransientConnectionException",
            "HikariPool-1 - Connection is not available, request timed out after 30000ms (total={limit}, active={limit}, idle=0, waiting=37)",
        ),
        "sql": Shape("org.postgresql.util.PSQLException", "An I/O error occurred while sending to the backend."),
        "blob": Shape(
            "com.azure.storage.blob.models.BlobStorageException",
            'Status code 503, "<Code>ServerBusy</Code><Message>The server is busy.</Message>", host {host}',
        ),
        "oom": Shape("java.lang.OutOfMemoryError", "Java heap space"),
        "lock": Shape(
            "com.azure.messaging.servicebus.ServiceBusException",
            "The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.",
        ),
        "circuit": Shape(
            "io.github.resilience4j.circuitbreaker.CallNotPermittedException",
            "CircuitBreaker '{host}' is OPEN and does not permit further calls",
        ),
        "invalid": Shape(
            "jakarta.validation.ConstraintViolationException", "submit.{entity}.postcode: must not be blank"
        ),
        "overload": Shape(
            "io.github.resilience4j.bulkhead.BulkheadFullException", "Bulkhead 'inbound' is full and does not permit further calls"
        ),
    },
    faults=(
        Shape("java.lang.NullPointerException", 'Cannot invoke "java.math.BigDecimal.add(java.math.BigDecimal)" because "this.net" is null'),
        Shape("java.lang.NoSuchMethodError", "'java.util.Optional {entity}Mapper.toContract({entity})'"),
        Shape("java.lang.ClassCastException", "class java.lang.Integer cannot be cast to class java.lang.Long"),
        Shape("com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException", 'Unrecognized field "net_total" (class {entity}Dto)'),
        Shape("org.springframework.beans.factory.NoSuchBeanDefinitionException", "No qualifying bean of type '{entity}Policy' available"),
    ),
)  # fmt: skip
_REQUESTS = "requests.exceptions."
_ADAPTER = "HTTPSConnectionPool(host='{host}', port=443)"
PYTHON = Stack(
    name="python",
    sdk="py3.11:otel1.27.0:dst1.6.4",
    no_response="0",
    process="gunicorn",
    shapes={
        "status": Shape(_REQUESTS + "HTTPError", "{code} Server Error: {phrase} for url: https://{host}"),
        "timeout": Shape(_REQUESTS + "ReadTimeout", _ADAPTER + ": Read timed out. (read timeout={seconds})"),
        "refused": Shape(
            "ConnectionRefusedError",
            "[Errno 111] Connection refused",
            _REQUESTS + "ConnectionError",
            _ADAPTER + ": Max retries exceeded (Caused by NewConnectionError('[Errno 111] Connection refused'))",
        ),
        "unreachable": Shape(
            "OSError",
            "[Errno 113] No route to host",
            _REQUESTS + "ConnectionError",
            _ADAPTER + ": Max retries exceeded (Caused by NewConnectionError('[Errno 113] No route to host'))",
        ),
        "tls": Shape(
            "ssl.SSLCertVerificationError",
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)",
            _REQUESTS + "SSLError",
            _ADAPTER + ": Max retries exceeded (Caused by SSLError(SSLCertVerificationError(1, '[SSL:"
            " CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)')))",
        ),
        "redis": Shape("redis.exceptions.ConnectionError", "Error 111 connecting to {host}. Connection refused."),
        "redis_timeout": Shape("redis.exceptions.TimeoutError", "Timeout reading from {host}"),
        "slots": Shape(
            "psycopg.OperationalError", f'connection failed: connection to server at "{{host}}", port 5432 failed: FATAL:  {_SLOTS}'
        ),
        "pool": Shape(
            "sqlalchemy.exc.TimeoutError",
            "QueuePool limit of size {limit} overflow 10 reached, connection timed out, timeout 30.00",
        ),
        "sql": Shape("psycopg.OperationalError", "consuming input failed: server closed the connection unexpectedly"),
        "blob": Shape("azure.core.exceptions.HttpResponseError", "The server is busy. ErrorCode:ServerBusy host:{host}"),
        "oom": Shape("MemoryError", "Unable to allocate 64.0 MiB"),
        "lock": Shape(
            "azure.servicebus.exceptions.MessageLockLostError",
            "The lock on the message lock has expired. Callers should call renew_message_lock.",
        ),
        "circuit": Shape("pybreaker.CircuitBreakerError", "Timeout not elapsed yet, circuit breaker still open"),
        "invalid": Shape("pydantic_core._pydantic_core.ValidationError", "1 validation error for {entity}\npostcode\n  Field required"),
        "overload": Shape("starlette.exceptions.HTTPException", "503: worker pool is saturated"),
    },
    faults=(
        Shape("AttributeError", "'NoneType' object has no attribute 'net_total'"),
        Shape("KeyError", "'currency_code'"),
        Shape("TypeError", "unsupported operand type(s) for +: 'decimal.Decimal' and 'float'"),
        Shape("ImportError", "cannot import name '{entity}Policy' from 'contracts'"),
        Shape("json.decoder.JSONDecodeError", "Expecting value: line 1 column 1 (char 0)"),
    ),
)  # fmt: skip
STACKS = (DOTNET, JAVA, PYTHON)
