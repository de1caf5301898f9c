"""How each table is purged: when a row is old, when it belongs to what is not over, and where it may name a person.

Every table of the schema stands here; a test says which one does not.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """One table.

    Attributes:
        key: Its primary key.
        old: True of rows that were last touched before the time that each `?` stands for; empty where rows are kept at
            any age.
        open: True of rows that no purge touches, since they belong to what is not over; empty where there are none.
        words: The columns that may name a person: JSON, or plain text. None of them is part of the key.
        unique: Those of them whose values must stay apart.
        sealed: Columns that cannot be searched, such as a file's bytes: emptied where `words` name the person.
    """

    table: str
    key: tuple[str, ...]
    old: str = ""
    open: str = ""
    words: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()


# how `RunFinished` begins where the run waits for a person
_WAITS = '{"kind": "RunFinished", "status": "waiting"%'
_OPEN_INCIDENTS = "SELECT number FROM incidents WHERE status IN ('open', 'acknowledged')"
# what may still be done, or may have been done, or is still to be looked for or reviewed
_OPEN_ACTIONS = """
SELECT action FROM shipment_actions WHERE shipment IN (SELECT number FROM shipments WHERE is_open = 1) UNION
SELECT number FROM actions WHERE stage IN ('waiting', 'approved', 'claimed', 'accepted', 'unknown', 'done')
UNION SELECT action FROM action_events WHERE kind = 'GlassBroken'
  AND action NOT IN (SELECT action FROM action_events WHERE kind = 'GlassReviewed')
"""
# what is under way, what has no end, and what an action or an incident that is not over rests on
_OPEN_RUNS = f"""
SELECT run FROM run_requests WHERE state IN ('queued', 'running', 'waiting')
UNION SELECT l.run FROM journal l WHERE l.seq = (SELECT max(seq) FROM journal WHERE run = l.run)
  AND (l.kind <> 'RunFinished' OR l.body LIKE '{_WAITS}')
UNION SELECT run FROM actions WHERE run IS NOT NULL AND number IN ({_OPEN_ACTIONS})
UNION SELECT run FROM run_requests
  WHERE idempotency_key IN (SELECT 'triage:INC-' || o.number || ':1' FROM ({_OPEN_INCIDENTS}) AS o)
UNION SELECT s.run FROM journal s JOIN incident_events e ON e.refs LIKE '%"' || s.run || '"%'
  WHERE s.kind = 'RunStarted' AND e.number IN ({_OPEN_INCIDENTS})
"""  # noqa: S608  # our own words
_RUN = f"run IN ({_OPEN_RUNS})"
_INCIDENT = f"incident IN ({_OPEN_INCIDENTS})"
_NUMBER = f"number IN ({_OPEN_INCIDENTS})"
_NAME = f"incident IN (SELECT 'INC-' || o.number FROM ({_OPEN_INCIDENTS}) AS o)"  # noqa: S608  # our own words
_ALERT = f"fingerprint IN (SELECT fingerprint FROM alert_members WHERE {_INCIDENT})"  # noqa: S608  # our own words
_PAYLOAD = f"sha256 IN (SELECT sha256 FROM alerts WHERE {_ALERT})"  # noqa: S608  # our own words
# what a shipment that stays was made from stays with it
_OLD_ACTION = """
action IN (SELECT action FROM action_events GROUP BY action HAVING max(at) < ?)
AND action NOT IN (SELECT action FROM shipment_actions WHERE shipment IN (SELECT number FROM shipments))
"""
# under way, parked, or on its way
_SHIPMENT = "shipment IN (SELECT number FROM shipments WHERE is_open = 1)"
_ITEM = "number IN (SELECT number FROM handoffs WHERE state <> 'resolved')"

# in the order in which rows go: what tells whether another row is old or open goes after it
PURGED: tuple[Purged, ...] = (
    Purged(table="results", key=("run", "step"), old="at < ?", open=_RUN, words=("body",)),
    Purged(
        table="run_requests",
        key=("run",),
        old="coalesce(ended_at, requested_at) < ?",
        open=_RUN,
        words=("body", "requested_by", "idempotency_key", "cancelled_by", "waiting_for"),
        unique=("idempotency_key",),
    ),
    Purged(table="processes", key=("executor",), old="heartbeat_at < ?"),
    Purged(
        table="journal",
        key=("run", "seq"),
        old="run IN (SELECT run FROM journal GROUP BY run HAVING max(at) < ?)",
        open=_RUN,
        words=("body", "session"),
    ),
    # what people review and keep in files; a text goes once no run that is left keeps to it
    Purged(table="pinned_texts", key=("version",)),
    # a guide's record is counted from these two
    Purged(table="guide_uses", key=("run",)),
    Purged(table="incident_marks", key=("incident", "number"), open=_NAME, words=("body",)),
    Purged(table="incident_notes", key=("incident", "number"), old="at < ?", open=_NAME, words=("body",)),
    Purged(
        table="incident_events",
        key=("number", "seq"),
        old="number IN (SELECT number FROM incident_events GROUP BY number HAVING max(recorded_at) < ?)",
        open=_NUMBER,
        words=("actor", "text", "refs"),
    ),
    Purged(
        table="incidents",
        key=("number",),
        old="started_at < ? AND number NOT IN (SELECT number FROM incident_events)",
        open=_NUMBER,
        words=("body",),
    ),
    Purged(
        table="alert_members",
        key=("fingerprint", "start"),
        old="incident NOT IN (SELECT number FROM incidents)",
        words=("body",),
        open=_INCIDENT,
    ),
    Purged(
        table="alert_scopes",
        key=("scope", "start", "fingerprint"),
        old="start < ? AND fingerprint NOT IN (SELECT fingerprint FROM alert_members)",
    ),
    Purged(
        table="alerts",
        key=("fingerprint", "condition", "at", "fired_at"),
        old="received_at < ? AND fingerprint NOT IN (SELECT fingerprint FROM alert_members)",
        open=_ALERT,
        words=("signal", "body"),
    ),
    Purged(
        table="alert_payloads",
        key=("sha256",),
        old="received_at < ? AND sha256 NOT IN (SELECT sha256 FROM alerts)",
        open=_PAYLOAD,
        words=("problem", "body"),
    ),
    Purged(
        table="handoff_changes",
        key=("number", "seq"),
        old="number IN (SELECT number FROM handoff_changes GROUP BY number HAVING max(at) < ?)",
        open=_ITEM,
        words=("who", "note"),
    ),
    Purged(
        table="handoffs",
        key=("number",),
        old="number NOT IN (SELECT number FROM handoff_changes)",
        open=_ITEM,
        words=("body", "cause", "holder"),
        unique=("cause",),
    ),
    Purged(
        table="shipment_events",
        key=("shipment", "seq"),
        old="shipment IN (SELECT number FROM shipments WHERE updated_at < ?)",
        open=_SHIPMENT,
        words=("body",),
    ),
    Purged(
        table="shipment_numbers",
        key=("shipment", "seq"),
        old="shipment IN (SELECT number FROM shipments WHERE updated_at < ?)",
        open=_SHIPMENT,
        words=("number", "given"),
    ),
    Purged(
        table="shipments",
        key=("number",),
        old="updated_at < ?",
        open="is_open = 1",
        words=("order_id", "body"),
    ),
    # what was handed over with others stays listed while one of them stays
    Purged(
        table="manifests",
        key=("number",),
        old="made_at < ? AND number NOT IN (SELECT manifest FROM shipments WHERE manifest IS NOT NULL)",
        words=("body",),
    ),
    Purged(
        table="action_files",
        key=("action", "sha256"),
        old=_OLD_ACTION,
        open=f"action IN ({_OPEN_ACTIONS})",
        words=("about",),
        sealed=("content",),
    ),
    Purged(
        table="action_events",
        key=("action", "seq"),
        old=_OLD_ACTION,
        open=f"action IN ({_OPEN_ACTIONS})",
        words=("body",),
    ),
    # how often a fact was acted on is counted apart, so that no key comes again
    Purged(
        table="actions",
        key=("number",),
        old="number NOT IN (SELECT action FROM action_events)",
        open=f"number IN ({_OPEN_ACTIONS})",
        words=("subject", "action_key", "service"),
        unique=("action_key",),
    ),
    # whose action was seen is not made a shipment again, as long as there is the action
    Purged(table="shipment_actions", key=("action",), old="action NOT IN (SELECT number FROM actions)"),
    # people's answers go with the sample that they are about; what is disputed stays until it is settled
    Purged(table="review_items", key=("sample", "conversation"), old="at < ?"),
    Purged(table="reviews", key=("number",), old="at < ?", words=("reviewer", "body")),
    Purged(
        table="review_disputes",
        key=("number",),
        old="at < ? AND number IN (SELECT number FROM review_dispute_ends)",
        open="number NOT IN (SELECT number FROM review_dispute_ends)",
        words=("body",),
    ),
    Purged(
        table="review_dispute_ends",
        key=("number",),
        old="number NOT IN (SELECT number FROM review_disputes)",
        words=("body",),
    ),
    # numbers are never given twice, and what was purged stays told
    Purged(table="counters", key=("name",)),
    Purged(table="purges", key=("number",)),
)
