"""Alerts of a payload: its format found or given, every record read by itself, whatever the others hold."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from orchestrator.core.alerts.alert import Alert
from orchestrator.core.alerts.alertmanager import alerts_in, read_alertmanager
from orchestrator.core.alerts.azure_monitor import read_azure, without_identity
from orchestrator.core.alerts.fields import Fields, read_moment
from orchestrator.core.alerts.formats import Format, binary_event, detect
from orchestrator.core.alerts.mapping import AlertMapping
from orchestrator.core.alerts.pagerduty import read_event, read_webhook
from orchestrator.core.alerts.plain import read_plain
from orchestrator.core.alerts.receipt import Receipt
from orchestrator.core.alerts.servicenow import read_record, records_in
from orchestrator.core.errors import InputError

MAX_BYTES = 2 * 1024 * 1024
_BLANK = re.compile(r"\s*")
_MAX_NESTED = 3  # envelopes in envelopes
_KNOWN = "known are azure_monitor, alertmanager, grafana, pagerduty, cloudevents, servicenow and plain JSON"
UNKNOWN = f"no format that is known has these fields; {_KNOWN}, or give a mapping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How payloads are to be read.

    Attributes:
        format: Read every payload as this one; None finds out.
        mapping: Makes alerts of another shape; payloads of known formats are read as what they are.
        headers: Of the request, for CloudEvents in binary mode.
    """

    format: Format | None = None
    mapping: AlertMapping | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def severities(self) -> Mapping[str, int]:
        """The sender's own words for severity."""
        return self.mapping.severities if self.mapping is not None else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One record of a payload.

    Attributes:
        alert: What it says; None where it could not be read.
        problem: Why not.
        format: What it was taken for; None where that is not known.
        body: It as JSON text, without identities and routing keys; secrets of other kinds are still in it.
        sha256: Of the record as received.
    """

    body: str
    sha256: str
    format: Format | None = None
    alert: Alert | None = None
    problem: str = ""


def read_text(text: str, reading: Reading, *, at: datetime) -> Iterator[Received]:
    """Every alert of a text: one JSON value, or JSON Lines of them; what is no JSON is given back as it is."""
    for value, raw in _values(text):
        if isinstance(value, _NotJson):
            yield _unread(raw, value.problem)
        else:
            yield from read_payload(value, reading, at=at)


@dataclass(frozen=True, slots=True)
class _NotJson:
    problem: str


def _values(text: str) -> Iterator[tuple[object, str]]:
    """JSON values with their texts: the whole where it is one, else one after another, else line by line."""
    whole = text.removeprefix("\ufeff").strip()
    if not whole:
        return
    value = _decoded(whole)
    if not isinstance(value, _NotJson) or "\n" not in whole:
        yield value, whole
        return
    texts = _one_by_one(whole) or [line for line in whole.splitlines() if line.strip()]
    decoded = [(_decoded(item), item) for item in texts]
    if all(isinstance(item, _NotJson) for item, _ in decoded):
        yield value, whole  # one document that is broken, not lines of which each is
        return
    yield from decoded


def _one_by_one(text: str) -> list[str]:
    """The texts of values that follow each other, however many lines each takes; empty where one is no JSON."""
    decoder = json.JSONDecoder()
    found: list[str] = []
    at = 0
    while at < len(text):
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return []
        found.append(text[at:end])
        blank = _BLANK.match(text, end)
        at = blank.end() if blank else end
    return found


def _decoded(text: str) -> object:
    if len(text) > MAX_BYTES:
        return _NotJson(
            f"it has {len(text):,} characters, more than the {MAX_BYTES:,} that are read; send fewer alerts"
        )
    try:
        return json.loads(text)
    except RecursionError:
        return _NotJson("it is nested too deeply; send the alert's own JSON")
    except ValueError as error:
        return _NotJson(f"not JSON ({error}); send one object, a list, or one object per line")


def read_payload(value: object, reading: Reading, *, at: datetime) -> Iterator[Received]:
    """Every alert of a decoded payload; a list is a payload per element."""
    if isinstance(value, list):
        for item in value:
            yield from read_payload(item, reading, at=at) if isinstance(item, Mapping) else [_refused(item)]
    elif isinstance(value, Mapping):
        yield from _read_object(value, reading, at=at, depth=0)
    else:
        yield _refused(value)


def _refused(value: object) -> Received:
    return _unread(_dumped(value), f"{_dumped(value)[:80]} is no object; send each alert as a JSON object")


def _read_object(payload: Mapping[str, object], reading: Reading, *, at: datetime, depth: int) -> Iterator[Received]:
    format_ = reading.format or detect(payload, reading.headers)
    if reading.mapping is not None and reading.mapping.fields and format_ in {None, Format.PLAIN}:
        yield from _mapped(payload, reading.mapping, reading, at=at)
        return
    match format_:
        case None:
            yield _unread(_dumped(payload), UNKNOWN)
        case Format.ALERTMANAGER | Format.GRAFANA:
            yield from _each(alerts_in(payload), format_, reading, at=at)
        case Format.SERVICENOW:
            yield from _each(records_in(payload), format_, reading, at=at)
        case Format.CLOUDEVENTS:
            yield from _enveloped(payload, reading, at=at, depth=depth)
        case Format.AZURE_MONITOR | Format.PAGERDUTY_EVENT | Format.PAGERDUTY_WEBHOOK | Format.PLAIN:
            yield from _each([payload], format_, reading, at=at)
        case _:
            assert_never(format_)


def _each(
    records: Iterator[object] | list[Mapping[str, object]], format_: Format, reading: Reading, *, at: datetime
) -> Iterator[Received]:
    for record in records:
        yield _read_record(record, format_, reading, at=at)


def _read_record(record: object, format_: Format, reading: Reading, *, at: datetime) -> Received:
    body, sha256 = _dumped(_kept(record)), _hashed(record)
    receipt = Receipt(at=at, sha256=sha256, severities=reading.severities)
    try:
        alert = _parse(_object(record), format_, receipt)
    except InputError as error:
        return Received(body=body, sha256=sha256, format=format_, problem=error.message)
    except RecursionError:
        return Received(body=body, sha256=sha256, format=format_, problem="it is nested too deeply to be read")
    return Received(body=body, sha256=sha256, format=format_, alert=alert)


def _object(record: object) -> Mapping[str, object]:
    if not isinstance(record, Mapping):
        raise InputError(f"{_dumped(record)[:80]} is no object; send each alert as a JSON object")
    return record


def _parse(record: Mapping[str, object], format_: Format, receipt: Receipt) -> Alert:
    match format_:
        case Format.AZURE_MONITOR:
            return read_azure(record, receipt)
        case Format.ALERTMANAGER | Format.GRAFANA:
            return read_alertmanager(record, receipt, format_=format_)
        case Format.PAGERDUTY_EVENT:
            return read_event(record, receipt)
        case Format.PAGERDUTY_WEBHOOK:
            return read_webhook(record, receipt)
        case Format.SERVICENOW:
            return read_record(record, receipt)
        case Format.PLAIN:
            return read_plain(record, receipt)
        case Format.CLOUDEVENTS:
            raise InputError("a CloudEvent is an envelope and no alert by itself")
        case _:
            assert_never(format_)


def _mapped(
    payload: Mapping[str, object], mapping: AlertMapping, reading: Reading, *, at: datetime
) -> Iterator[Received]:
    """What a mapping makes of a payload; the raw record is kept, not what was made of it."""
    try:
        records = list(mapping.alerts_in(payload))
    except InputError as error:
        yield _unread(_dumped(payload), error.message)
        return
    for record in records:
        try:
            made = _read_record(mapping.plain(_object(record)), Format.PLAIN, reading, at=at)
        except InputError as error:
            yield _unread(_dumped(record), error.message)
            continue
        alert = replace(made.alert, raw_sha256=_hashed(record)) if made.alert else None
        yield replace(made, body=_dumped(_kept(record)), sha256=_hashed(record), alert=alert)


def _enveloped(payload: Mapping[str, object], reading: Reading, *, at: datetime, depth: int) -> Iterator[Received]:
    """What a CloudEvent carries, detected anew; its own time stands in where the alert inside has none."""
    binary = binary_event(reading.headers) and not Fields(payload).has("specversion")
    headers = {name.casefold(): value for name, value in reading.headers.items()}
    sent = read_moment(headers.get("ce-time")) if binary else Fields(payload).moment("time")
    inside = payload if binary else _data(Fields(payload))
    nested = replace(reading, format=None, headers={})
    if depth >= _MAX_NESTED or inside is None:
        yield _unread(_dumped(payload), "the CloudEvent carries no JSON data; send the alert as its `data`")
    elif isinstance(inside, Mapping):
        yield from _read_object(inside, nested, at=sent or at, depth=depth + 1)
    else:
        yield from read_payload(inside, nested, at=sent or at)


def _data(event: Fields) -> object:
    value = event.at("data")
    encoded = event.at("data_base64")
    if value is None and isinstance(encoded, str):
        try:
            value = base64.b64decode(encoded, validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            return None
    if not isinstance(value, str):
        return value
    decoded = _decoded(value)
    return None if isinstance(decoded, _NotJson) else decoded


def _kept(record: object) -> object:
    """A record without what must not be kept: people's identities and routing keys, which are tokens."""
    if not isinstance(record, Mapping):
        return record
    plain = without_identity(record)
    return {
        name: "[redacted routing key]" if str(name).casefold() == "routing_key" else value
        for name, value in plain.items()
    }


def _unread(body: str, problem: str) -> Received:
    sha256 = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
    storable = body[:MAX_BYTES].replace("\0", "\ufffd").encode("utf-8", "backslashreplace").decode("utf-8")
    return Received(body=storable, sha256=sha256, problem=problem)


def _dumped(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=True)
    except (ValueError, RecursionError, TypeError):
        return json.dumps(f"{type(value).__name__} that cannot be written")


def _hashed(value: object) -> str:
    return hashlib.sha256(_dumped(value).encode("ascii")).hexdigest()
