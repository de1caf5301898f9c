"""What must hold in the end, read from the two files by SQL alone: no code of the program decides how it did."""

import base64
import hashlib
import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shipping_faults.scene import CREATE, ENVIRONMENT, Scene, kind_of, name_of

DONE = frozenset({"done", "verified", "unverified", "untold"})
NOT_BOUGHT = frozenset({"failed", "denied", "expired", "void", "forbidden"})
_FILED = re.compile(r"filed (\d+) (A-\d+)")
_OTHER = re.compile(r"other (\S+) (\w+)")
_EVENTS = "SELECT action, at, kind, body FROM action_events ORDER BY action, seq"
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Sold:
    """A shipment at the carrier, with its label's hash as its bytes have it and as the carrier says."""

    key: str
    order: str
    label: str
    declared: str


@dataclass(frozen=True, slots=True)
class Acted:
    """An action as the store holds it."""

    number: int
    key: str
    order: str
    stage: str
    owner: bool
    reason: str
    filed_at: datetime
    settled_at: datetime | None


def judge(scene: Scene) -> dict[str, object]:
    """What is wrong, by kind: each is a list and should be empty; and how much there is."""
    with closing(_open(scene.target)) as target, closing(_open(scene.root / "state" / "journal.db")) as journal:
        sold, acted = _sold(target), _acted(journal)
        records, labels = _records(journal), _labels(journal)
        origins = target.execute("SELECT count(*) FROM runs WHERE origin_run_id IS NOT NULL").fetchone()[0]
        requests = target.execute("SELECT count(*) FROM runs WHERE workflow = ?", (CREATE,)).fetchone()[0]
    by_order = _grouped(sold)
    actions: dict[str, list[Acted]] = defaultdict(list)
    for action in acted:
        actions[action.order].append(action)
    told = "\n".join(path.read_text() for path in sorted(scene.root.glob("told-*.log")))
    numbers = range(1, scene.orders + 1)
    ends = Counter(_end(actions[name_of(number)], by_order.get(name_of(number), ())) for number in numbers)
    return {
        "duplicates": [
            f"{order}: {', '.join(one.key for one in found)}"
            for order, found in sorted(by_order.items())
            if len(found) > 1
        ],
        "lost_orders": [name_of(number) for number in numbers if not actions[name_of(number)]],
        "lost_proposals": _lost_proposals(told, acted),
        "shipments_without_record": _unrecorded(sold, acted, records),
        "wrong_labels": _wrong_labels(sold, acted, records, labels),
        "said_shipped_and_not": [
            f"{one.order}: {one.key}" for one in acted if one.stage in DONE and one.key not in {s.key for s in sold}
        ],
        "refused_without_reason": [
            f"{one.order}: A-{one.number}" for one in acted if one.stage == "failed" and not one.reason
        ],
        "hung": [
            f"{one.order}: A-{one.number} {one.stage}"
            for one in acted
            if one.stage not in {*DONE, *NOT_BOUGHT, "unknown"}
        ],
        "parked_without_owner": [
            f"{one.order}: A-{one.number}" for one in acted if one.stage == "unknown" and not one.owner
        ],
        "shipped_against_the_rules": [
            name_of(number) for number in numbers if kind_of(number) and name_of(number) in by_order
        ],
        "refused_though_it_may_ship": [
            f"{name_of(number)}: {'; '.join(one.reason for one in actions[name_of(number)])}"
            for number in numbers
            if not kind_of(number)
            and _end(actions[name_of(number)], by_order.get(name_of(number), ())) in {"refused", "cancelled"}
        ],
        "other_payload_taken": [
            f"{key}: {what}" for key, what in _OTHER.findall(told) if what not in {"refused", "lost"}
        ],
        "count": {
            "orders": scene.orders,
            **{f"ended_{name}": count for name, count in sorted(ends.items())},
            "actions": len(acted),
            "requests_at_target": requests,
            "resubmitted": origins,
            "other_payloads": len(_OTHER.findall(told)),
            "other_payloads_refused": sum(what == "refused" for _, what in _OTHER.findall(told)),
        },
        "settled_s": sorted(
            (one.settled_at - one.filed_at).total_seconds() for one in acted if one.settled_at is not None
        ),
    }


def _open(path: Any) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def _sold(target: sqlite3.Connection) -> list[Sold]:
    if target.execute("SELECT 1 FROM sqlite_master WHERE name = 'shop_shipments'").fetchone() is None:
        return []
    rows = target.execute(
        "SELECT s.key, s.order_id, l.content, l.sha256 FROM shop_shipments s "
        "LEFT JOIN shop_labels l ON l.shipment = s.id WHERE s.voided_at IS NULL"
    )
    return [
        Sold(
            key=key.partition("~")[0],
            order=order.rstrip("~"),
            label=hashlib.sha256(content or b"").hexdigest(),
            declared=str(declared),
        )
        for key, order, content, declared in rows
    ]


def _grouped(sold: Sequence[Sold]) -> Mapping[str, Sequence[Sold]]:
    found: dict[str, list[Sold]] = defaultdict(list)
    for one in sold:
        found[one.order].append(one)
    return found


def _acted(journal: sqlite3.Connection) -> list[Acted]:
    events: dict[int, Rows] = defaultdict(list)
    for action, at, kind, body in journal.execute(_EVENTS):
        events[action].append((at, kind, body))
    rows = journal.execute("SELECT number, action_key, subject, stage FROM actions ORDER BY number")
    return [_one(number, key, subject, stage, events[number]) for number, key, subject, stage in rows]


def _one(number: int, key: str, subject: str, stage: str, events: Rows) -> Acted:
    ends = [at for at, kind, _ in events if kind in {"ActionDone", "ActionFailed", "ActionVoided"}]
    why = [json.loads(body).get("reason", "") for _, kind, body in events if kind in {"ActionFailed", "ActionVoided"}]
    return Acted(
        number=number,
        key=key,
        order=subject.removeprefix(f"{ENVIRONMENT}."),
        stage=stage,
        owner=any(kind == "OwnerNamed" for _, kind, _ in events),
        reason=str(why[-1]) if why else "",
        filed_at=datetime.fromisoformat(events[0][0]),
        settled_at=datetime.fromisoformat(ends[0]) if ends else None,
    )


def _records(journal: sqlite3.Connection) -> Mapping[int, tuple[str, str]]:
    """Stage and label of each action's shipment record."""
    rows = journal.execute("SELECT action, stage, label FROM shipments")
    return {action: (stage, str(label)) for action, stage, label in rows}


def _labels(journal: sqlite3.Connection) -> Mapping[int, str]:
    """The hash of each action's stored label, over the bytes that are there."""
    rows = journal.execute("SELECT action, content FROM action_files")
    return {action: hashlib.sha256(base64.b64decode(content)).hexdigest() for action, content in rows}


def _unrecorded(sold: Sequence[Sold], acted: Sequence[Acted], records: Mapping[int, tuple[str, str]]) -> list[str]:
    """Shipments at the carrier that nobody here knows of, nor has to find out about."""
    by_key = {one.key: one for one in acted}
    wrong = []
    for one in sold:
        action = by_key.get(one.key)
        if action is None or action.stage not in {*DONE, "unknown"}:
            wrong.append(f"{one.order}: {one.key} is sold, and its action is {action.stage if action else 'not there'}")
        elif action.stage in DONE and records.get(action.number, ("", ""))[0] != "bought":
            wrong.append(f"{one.order}: {one.key} is sold, and its record is {records.get(action.number)}")
    return wrong


def _wrong_labels(
    sold: Sequence[Sold],
    acted: Sequence[Acted],
    records: Mapping[int, tuple[str, str]],
    labels: Mapping[int, str],
) -> list[str]:
    by_key = {one.key: one for one in acted if one.stage in DONE}
    known = [(one, by_key[one.key]) for one in sold if one.key in by_key]
    return [
        f"{one.order}: the label of A-{action.number} is not the carrier's"
        for one, action in known
        if len({one.label, one.declared, labels.get(action.number), records.get(action.number, ("", ""))[1]}) != 1
    ]


def _lost_proposals(told: str, acted: Sequence[Acted]) -> list[str]:
    there = {f"A-{one.number}" for one in acted}
    return sorted({f"B{int(number):06d}: {name}" for number, name in _FILED.findall(told) if name not in there})


def _end(actions: Sequence[Acted], sold: Sequence[Sold]) -> str:
    stages = {one.stage for one in actions}
    if stages & DONE:
        return "shipped"
    if "unknown" in stages:
        return "parked"
    if "failed" in stages:
        return "refused"
    if stages and stages <= NOT_BOUGHT:
        return "cancelled"
    return "lost" if not actions or sold else "hung"
