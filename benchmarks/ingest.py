"""Alerts in: 100 a second for a minute, in many formats, twice and out of order; is anything lost or doubled?

    python benchmarks/ingest.py                       # a minute, on SQLite
    python benchmarks/ingest.py --postgres postgresql://user@host/db --json
    python benchmarks/ingest.py --rate 0              # as fast as it goes

What the store holds in the end is compared with a model that is written here a second time, from the documented rules
and from what was generated, not from what was parsed. Beside it stand one transaction per alert, and a plain INSERT per
payload that reads and groups nothing.
"""

import argparse
import json
import random
import resource
import sqlite3
import statistics
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any

from orchestrator.core.alerts.parse import Reading, read_text
from orchestrator.core.incidents.occurrence import GroupingSettings
from orchestrator.store.database import Database
from orchestrator.store.incidents import StoredIncidents
from orchestrator.store.opening import open_database
from playbooks.services import Service, Services
from playbooks.topology import ServiceTopology

START = datetime(2026, 11, 1, tzinfo=UTC)
END = START + timedelta(days=14)
SERVICES = 40
FORMATS = ("azure", "alertmanager", "pagerduty", "servicenow", "plain", "cloudevents")
SPANS = GroupingSettings()
Key = tuple[str, str]


@dataclass(frozen=True)
class Sent:
    """A message as generated: the alert, what it tells, and when."""

    rule: str
    service: str
    fired: datetime
    resolved: datetime | None = None

    @property
    def title(self) -> str:
        """Unique among alerts."""
        return f"{self.rule} on {self.service}"


@dataclass(frozen=True)
class Shape:
    """Over how long, how many services and how many rules the alerts are spread."""

    seconds: int
    services: int
    rules: int


SPREAD = Shape(seconds=10 * 86_400, services=SERVICES, rules=6)
STORM = Shape(seconds=1_800, services=6, rules=600)


def inventory() -> Services:
    """Services in a chain of three each: s0 calls s1, s1 calls s2; s3 calls s4, ..."""
    return Services(
        tuple(
            Service(
                id=f"s{n}", depends_on=(f"s{n + 1}",) if n % 3 < 2 and n + 1 < SERVICES else (), owner=f"team-{n % 5}"
            )
            for n in range(SERVICES)
        )
    )


def neighbours(one: str, other: str) -> bool:
    """Whether one calls the other, in the inventory above."""
    low, high = sorted((int(one[1:]), int(other[1:])))
    return high == low + 1 and low % 3 < 2


def generate(rng: random.Random, n: int, shape: Shape) -> list[Sent]:
    """Messages in the order of their times: alerts fire, most end, some go on firing, some flap."""
    found: list[Sent] = []
    while len(found) < n:
        rule, service = f"rule{rng.randrange(shape.rules)}", f"s{rng.randrange(shape.services)}"
        at = START + timedelta(seconds=rng.randrange(shape.seconds))
        for _ in range(rng.choice((1, 1, 1, 1, 2, 8))):
            found.append(Sent(rule, service, at))
            ends = at + timedelta(seconds=rng.randrange(30, 400))
            if rng.random() < 0.85:
                found.append(Sent(rule, service, at, ends))
            at = ends + timedelta(seconds=rng.randrange(20, 200))
    unique = list(dict.fromkeys(found))[:n]
    return sorted(unique, key=lambda sent: sent.resolved or sent.fired)


def written(sent: Sent) -> dict[str, Any]:
    """The message in its alert's format."""
    kind = FORMATS[(int(sent.rule[4:]) + int(sent.service[1:])) % len(FORMATS)]
    fired, ended = iso(sent.fired), iso(sent.resolved) if sent.resolved else None
    if kind in {"azure", "cloudevents"}:
        return azure(sent, fired, ended, wrapped=kind == "cloudevents")
    if kind == "alertmanager":
        labels = {"alertname": sent.title, "service": sent.service, "severity": "warning"}
        alert = {"status": "resolved" if ended else "firing", "labels": labels, "annotations": {"summary": sent.title}}
        alert |= {"startsAt": fired, "endsAt": ended or "0001-01-01T00:00:00Z"}
        return {"version": "4", "groupKey": sent.title, "status": alert["status"], "alerts": [alert]}
    if kind == "pagerduty":
        payload = {"summary": sent.title, "source": "host", "severity": "error", "timestamp": ended or fired}
        payload |= {"component": sent.service}
        action = "resolve" if ended else "trigger"
        return {"routing_key": "0" * 32, "event_action": action, "dedup_key": sent.title, "payload": payload}
    if kind == "servicenow":
        record = {"source": "scom", "node": sent.service, "message_key": sent.title, "description": sent.title}
        return {"records": [record | {"severity": "0" if ended else "2", "time_of_event": ended or fired}]}
    status = {"status": "resolved", "fired_at": fired, "resolved_at": ended} if ended else {"fired_at": fired}
    return {"title": sent.title, "service": sent.service, "severity": "high", "fingerprint": sent.title} | status


def azure(sent: Sent, fired: str, ended: str | None, *, wrapped: bool) -> dict[str, Any]:
    """As Azure Monitor writes it, in a CloudEvent or not."""
    essentials = {"alertId": sent.title + fired, "alertRule": sent.title, "severity": "Sev2", "firedDateTime": fired}
    essentials |= (
        {"monitorCondition": "Resolved", "resolvedDateTime": ended} if ended else {"monitorCondition": "Fired"}
    )
    data = {"essentials": essentials, "alertContext": {}, "customProperties": {"service": sent.service}}
    alert = {"schemaId": "azureMonitorCommonAlertSchema", "data": data}
    return {"specversion": "1.0", "id": fired, "source": "x", "type": "alert", "data": alert} if wrapped else alert


def iso(at: datetime) -> str:
    """As most senders write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def deliveries(rng: random.Random, sent: Sequence[Sent], n: int, *, unknown: int) -> list[str]:
    """Payloads in the order in which they arrive: each at least once, many again, out of order, some of no format."""
    texts = [json.dumps(written(item)) for item in sent]
    again = [
        (place + rng.uniform(0, 800), texts[place]) for place in rng.sample(range(len(texts)), n - len(texts) - unknown)
    ]
    first = [(place + rng.uniform(0, 400), text) for place, text in enumerate(texts)]
    odd = [(rng.uniform(0, len(texts)), json.dumps({"hello": number})) for number in range(unknown)]
    return [text for _, text in sorted([*first, *again, *odd])]


# What should be, once more and otherwise: by walking times and comparing pairs.


@dataclass
class Stretch:
    """An occurrence in the model."""

    title: str
    service: str
    spans: list[list[datetime | None]]
    firings: int = 1
    flaps: bool = False

    def holds_with(self, other: "Stretch", span_s: float) -> bool:
        """Whether the other, which began no earlier, began within the span, while this held, or soon enough after."""
        began, ended = self.spans[0][0], self.spans[-1][1]
        apart = (other.spans[0][0] - began).total_seconds()  # type: ignore[operator]  # starts are times
        if apart <= span_s or ended is None:
            return bool(apart <= max(span_s, SPANS.longest_s))
        after = (other.spans[0][0] - ended).total_seconds()  # type: ignore[operator]  # starts are times
        return bool(apart <= SPANS.longest_s and after <= span_s + (SPANS.quiet_s if self.flaps else 0))


def stretches(title: str, service: str, messages: Sequence[Sent], *, tells_beginning: bool) -> list[Stretch]:
    """The occurrences of one alert by the documented rules."""
    told = {(sent.fired, 0) for sent in messages if sent.resolved is None or tells_beginning}
    told |= {(sent.resolved, 1) for sent in messages if sent.resolved is not None}
    made: list[Stretch] = []
    for at, ends in sorted(told):
        last = made[-1] if made else None
        span = last.spans[-1] if last else None
        if ends:
            if span is not None and span[1] is None:
                span[1] = at
        elif last is None or span is None:
            made.append(Stretch(title, service, [[at, None]]))
        elif span[1] is None:
            last.firings += 1
        elif (at - span[1]).total_seconds() <= max(SPANS.reopen_s, SPANS.quiet_s if last.flaps else 0):
            last.firings += 1
            last.spans.append([at, None])
            recent = [begun for begun, _ in last.spans if begun and (at - begun).total_seconds() <= SPANS.flap_s]
            last.flaps = last.flaps or len(recent) >= SPANS.flap_count
        else:
            made.append(Stretch(title, service, [[at, None]]))
    return made


def model(sent: Sequence[Sent]) -> Counter[tuple[object, ...]]:
    """Each incident as (alerts, start, whether it is resolved, how often alerts fired again)."""
    alerts: dict[Key, list[Sent]] = defaultdict(list)
    for item in sent:
        alerts[item.rule, item.service].append(item)
    made = []
    for (rule, service), messages in alerts.items():
        kind = FORMATS[(int(rule[4:]) + int(service[1:])) % len(FORMATS)]
        tells = kind not in {"pagerduty", "servicenow"}
        made += stretches(messages[0].title, service, messages, tells_beginning=tells)
    parent = list(range(len(made)))

    def top(at: int) -> int:
        while parent[at] != at:
            at = parent[at]
        return at

    starts = [item.spans[0][0] for item in made]
    order = sorted(range(len(made)), key=lambda at: str(starts[at]))
    for place, one in enumerate(order):
        for other in order[place + 1 :]:
            apart = (starts[other] - starts[one]).total_seconds()  # type: ignore[operator]  # starts are times
            if apart > max(SPANS.service_s, SPANS.topology_s, SPANS.longest_s):
                break
            same = made[one].service == made[other].service and made[one].holds_with(made[other], SPANS.service_s)
            near = neighbours(made[one].service, made[other].service)
            if same or (near and made[one].holds_with(made[other], SPANS.topology_s)):
                low, high = sorted((top(one), top(other)))
                parent[high] = low
    groups: dict[int, list[Stretch]] = defaultdict(list)
    for at, item in enumerate(made):
        groups[top(at)].append(item)
    return Counter(
        (
            tuple(sorted({item.title for item in group})),
            min(str(item.spans[0][0]) for item in group),
            all(item.spans[-1][1] is not None for item in group),
            sum(item.firings - 1 for item in group),
        )
        for group in groups.values()
    )


def held(database: Database) -> Counter[tuple[object, ...]]:
    """The same of what the store holds."""
    stored = StoredIncidents(database, topology=ServiceTopology(inventory()), clock=lambda: END)
    stored.settle()
    rows = database.read("SELECT fingerprint, body FROM alerts")
    titles = {fingerprint: json.loads(str(body))["title"] for fingerprint, body in rows}
    return Counter(
        (
            tuple(sorted(titles[name] for name in incident.alerts)),
            str(incident.started_at),
            incident.status.value == "resolved",
            incident.repeats,
        )
        for incident in stored.listed(limit=1_000_000)
        if incident.merged_into is None
    )


def check(database: Database, sent: Sequence[Sent], *, unknown: int) -> dict[str, object]:
    """Whether anything was lost or doubled."""
    ((kept,),) = database.read("SELECT count(*) FROM alerts")
    ((unread,),) = database.read("SELECT count(*) FROM alert_payloads WHERE problem <> ''")
    expected, found = model(sent), held(database)
    ((runs,),) = database.read("SELECT count(*) FROM run_requests")
    ((numbers,),) = database.read("SELECT count(*) FROM incidents")
    return {
        "messages_sent": len(sent),
        "messages_kept": kept,
        "unknown_sent": unknown,
        "unknown_kept": unread,
        "incidents_expected": sum(expected.values()),
        "incidents_found": sum(found.values()),
        "incidents_that_differ": sum(((expected - found) + (found - expected)).values()),
        "runs_requested_twice": max(0, int(str(runs)) - int(str(numbers))),
    }


def deliver(
    texts: Sequence[str], take: Callable[[Sequence[str]], None], *, rate: float, most: int
) -> dict[str, object]:
    """Hand payloads over at a rate; the time from each one's arrival to its acknowledgement."""
    waiting: SimpleQueue[tuple[float, str]] = SimpleQueue()
    began = time.perf_counter()

    def arrive() -> None:
        for number, text in enumerate(texts):
            due = began + number / rate if rate else time.perf_counter()
            if rate:
                time.sleep(max(0.0, due - time.perf_counter()))
            waiting.put((due, text))

    sender = threading.Thread(target=arrive)
    sender.start()
    latencies: list[float] = []
    while len(latencies) < len(texts):
        batch = [waiting.get()]
        while len(batch) < most:
            try:
                batch.append(waiting.get_nowait())
            except Empty:
                break
        take([text for _, text in batch])
        done = time.perf_counter()
        latencies += [done - due for due, _ in batch]
    sender.join()
    cuts = statistics.quantiles(latencies, n=100)
    took = time.perf_counter() - began
    return {
        "alerts": len(texts),
        "seconds": round(took, 1),
        "alerts_per_s": round(len(texts) / took, 1),
        "p50_ms": round(cuts[49] * 1000, 1),
        "p95_ms": round(cuts[94] * 1000, 1),
        "max_ms": round(max(latencies) * 1000, 1),
    }


def ours(database: Database) -> Callable[[Sequence[str]], None]:
    """The ingest path: parse, keep raw, group, tell, request runs, all durable before it returns."""
    stored = StoredIncidents(database, topology=ServiceTopology(inventory()), clock=lambda: END)

    def take(texts: Sequence[str]) -> None:
        stored.ingest([item for text in texts for item in read_text(text, Reading(), at=END)])

    return take


def plain_insert(folder: Path) -> Callable[[Sequence[str]], None]:
    """A durable INSERT per payload, without reading it."""
    connection = sqlite3.connect(folder / "plain.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE raw (body TEXT NOT NULL)")

    def take(texts: Sequence[str]) -> None:
        for text in texts:
            connection.execute("INSERT INTO raw VALUES (?)", (text,))

    return take


def measure(name: str, *, options: argparse.Namespace, sent: Sequence[Sent], texts: Sequence[str]) -> dict[str, object]:
    """One way of taking alerts in."""
    most = 1 if name.endswith("one by one") else 200
    with TemporaryDirectory() as folder:
        if name == "plain INSERT":
            return {"way": name, **deliver(texts, plain_insert(Path(folder)), rate=options.rate, most=most)}
        url = options.postgres if name.startswith("PostgreSQL") else None
        with closing(open_database(Path(folder), url=url)) as database:
            figures = deliver(texts, ours(database), rate=options.rate, most=most)
            return {"way": name, **figures, **check(database, sent, unknown=options.unknown)}


def main() -> int:
    """Measure each way, print, and fail where anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=100.0, help="alerts a second; 0 is as fast as it goes")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--alerts", type=int, help="in place of rate times seconds")
    parser.add_argument("--unknown", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", metavar="URL", help="an empty database to measure, too")
    parser.add_argument("--storm", action="store_true", help="all within half an hour: two incidents of thousands")
    parser.add_argument("--no-baselines", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    total = options.alerts or round((options.rate or 100) * options.seconds)
    rng = random.Random(options.seed)  # noqa: S311  # a seed to repeat by
    sent = generate(rng, round(total * 0.8), STORM if options.storm else SPREAD)
    texts = deliveries(rng, sent, total, unknown=options.unknown)
    ways = ["SQLite", *(["PostgreSQL"] if options.postgres else [])]
    if not options.no_baselines:
        ways += ["SQLite, one by one", "plain INSERT"]
    rows = [measure(way, options=options, sent=sent, texts=texts) for way in ways]
    document = {
        "seed": options.seed,
        "rate": options.rate,
        "storm": options.storm,
        "ways": rows,
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    if options.json:
        print(json.dumps(document, indent=2))
    else:
        show(document)
    wrong = ("incidents_that_differ", "runs_requested_twice")
    return int(
        any(row.get("messages_kept") != row.get("messages_sent") for row in rows)
        or any(row.get("unknown_kept") != row.get("unknown_sent") for row in rows)
        or any(row.get(name) for row in rows for name in wrong)
    )


def show(document: dict[str, Any]) -> None:
    """The figures as lines."""
    for row in document["ways"]:
        print(row.pop("way"))
        for name, value in row.items():
            print(f"  {name.replace('_', ' '):24} {value}")
    print(f"peak memory of this process, model and deliveries with it: {document['peak_memory_mb']} MB")


if __name__ == "__main__":
    sys.exit(main())
