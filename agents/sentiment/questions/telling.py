"""Tells answers about insights: sentences whose figures code takes from the rows, each with the check that it is so."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agents.sentiment.questions.asked import AskedInsight, label
from orchestrator.core.claims import DONE, Frame, StepFrame
from orchestrator.core.conversations.insights import LEAST_CONVERSATIONS, LEAST_OF_AGENT, Form, Group, Measure
from orchestrator.core.report import Statement, StatementKind
from orchestrator.core.table import Value

Row = Mapping[str, Value]
_STEP = "insights"
NO_CAUSE = "These figures tell what moved together, and not why: none of them is a cause."
_NAMES = {
    Measure.SATISFACTION: "satisfaction (1 to 5)",
    Measure.SENTIMENT: "sentiment (-1 to 1)",
    Measure.CUSTOMER_SENTIMENT: "the customers' sentiment (-1 to 1)",
    Measure.AGENT_SENTIMENT: "the agents' sentiment (-1 to 1)",
    Measure.QUALITY: "quality (1 to 5)",
    Measure.SURVEY: "the survey's satisfaction (1 to 5)",
    Measure.SCORECARD: "the scorecard's score",
}
_DONE = {
    Measure.RESOLVED: "were resolved",
    Measure.ABANDONED: "were abandoned",
    Measure.TRANSFERRED: "were transferred",
    Measure.REPEATED_CONTACT: "were repeated contacts",
    Measure.NEGATIVE: "were negative",
}
_PLURALS = {
    Group.REASON: "contact reason", Group.PRODUCT: "product", Group.QUEUE: "queue", Group.CHANNEL: "channel",
    Group.AGENT: "agent",
}  # fmt: skip
_MOST_PARTS = 2
_MOST_FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Sentences about the rows of one evidence."""

    evidence: str
    asked: AskedInsight

    def answer(self, rows: Sequence[Row]) -> list[Statement]:
        """The answer's sentences, the most important first."""
        total = next(row for row in rows if row["kind"] == "total")
        form = self.asked.query.form
        if form is Form.CHANGE:
            return [self._changed(total), *self._moved(rows, total), *self._no_cause(total)]
        told = [self._valued(total)]
        return told if form is Form.VALUE else [*told, *self._ranked(rows)]

    def examples(self, rows: Sequence[Row]) -> list[Statement]:
        """A sentence for each conversation, with what was said in it."""
        return [self._example(row) for row in rows]

    def _valued(self, row: Row) -> Statement:
        measure = self.asked.query.measure
        if measure is Measure.CONVERSATIONS or not row["conversations"]:
            return self._of(row, "{row.conversations:,d} conversations" + self._where, "conversations")
        if measure.is_share:
            text = "{row.hits:,d} of {row.n:,d} conversations" + f"{self._where} {_DONE[measure]}"
            if row["enough"]:
                text += ": {row.value:.1%}, with 95 % between {row.low:.1%} and {row.high:.1%}"
                return self._of(row, text, "hits", "n")
            return self._of(row, f"{text}: too few for a share, which needs {LEAST_CONVERSATIONS}", "hits", "n")
        name = _NAMES[measure]
        if not row["enough"]:
            text = f"Only {{row.n:,d}} conversations{self._where} have {name}: too few to tell an average, which needs "
            return self._of(row, f"{text}{LEAST_CONVERSATIONS}", "n")
        text = f"The average of {name}{self._where} is {{row.value:.2f}}, over {{row.n:,d}} conversations, with 95 % "
        return self._of(row, text + "between {row.low:.2f} and {row.high:.2f}", "value", "n")

    def _ranked(self, rows: Sequence[Row]) -> Iterator[Statement]:
        query = self.asked.query
        counts = query.measure is Measure.CONVERSATIONS
        groups = [row for row in rows if row["kind"] == "group"]
        ranked = [row for row in groups if counts or row["enough"]]
        noun = _PLURALS[query.group]
        least = LEAST_OF_AGENT if query.group is Group.AGENT else LEAST_CONVERSATIONS
        if not ranked and groups:
            counted = ", ".join(f"{_plain(label(str(row['key'])))} {row['n']:,d}" for row in groups[:_MOST_FEW])
            counted += f" and {len(groups) - _MOST_FEW} more" if len(groups) > _MOST_FEW else ""
            text = f"No {noun} has the {least} conversations{self._where} that ranking needs: {counted}"
            checks = [f"rows.all(r, r.kind != 'group' || r.n < {least})"]
            checks += [
                f"rows.exists(r, r.key == {_text(row['key'])} && r.n == {row['n']})" for row in groups[:_MOST_FEW]
            ]
            yield self._statement(text, " && ".join(checks))
        for place, row in enumerate(ranked[: query.limit], start=1):
            yield self._place(row, place if len(ranked) > 1 else 0, noun)
        if len(ranked) > 1 and not counts and _overlap(ranked[0], ranked[1]):
            yield self._order(ranked[0], ranked[1], noun)
        few = [row for row in groups if row not in ranked]
        if few and ranked:
            shown = ", ".join(_plain(label(str(row["key"]))) for row in few[:_MOST_FEW])
            shown += f" and {len(few) - _MOST_FEW} more" if len(few) > _MOST_FEW else ""
            text = f"Not ranked, with fewer than {least} conversations: {shown}"
            yield self._statement(
                text, f"size(rows.filter(r, r.kind == 'group' && r.key != '' && r.n < {least})) == {len(few)}"
            )

    def _place(self, row: Row, place: int, noun: str) -> Statement:
        query = self.asked.query
        found = f"rows.filter(r, r.kind == 'group' && r.key == {_text(row['key'])})[0]"
        name = _plain(label(str(row["key"])))
        heads = {0: "The only one ranked is", 1: "Highest is" if query.highest_first else "Lowest is"}
        head = heads.get(place, "Then")
        if query.measure is Measure.CONVERSATIONS:
            head = head.replace("Highest", "Most frequent").replace("Lowest", "Rarest")
            text = f"{head} {noun} {name}: {{{found}.conversations:,d}} conversations, {{{found}.share:.1%}} of them"
            return self._row(row, text, "conversations")
        if query.measure.is_share:
            text = f"{head} {noun} {name}: {{{found}.value:.1%}} {_DONE[query.measure]}, {{{found}.hits:,d}} of "
            text += f"{{{found}.n:,d}} (95 % between {{{found}.low:.1%}} and {{{found}.high:.1%}})"
            return self._row(row, text, "hits", "n")
        text = f"{head} {noun} {name}: {{{found}.value:.2f}} over {{{found}.n:,d}} conversations (95 % between "
        return self._row(row, text + f"{{{found}.low:.2f}} and {{{found}.high:.2f}})", "value", "n")

    def _order(self, first: Row, second: Row, noun: str) -> Statement:
        a, b = (f"rows.filter(r, r.kind == 'group' && r.key == {_text(row['key'])})[0]" for row in (first, second))
        text = f"The intervals of the first two overlap, so that which {noun} comes first may be chance"
        return self._statement(text, f"{a}.low <= {b}.high && {b}.low <= {a}.high")

    def _changed(self, row: Row) -> Statement:
        measure, asked = self.asked.query.measure, self.asked
        about = f" about {_plain(asked.about)}" if asked.about else ""
        when, then = f" {_plain(asked.period)}", f"{_plain(asked.before)}"
        if measure is Measure.CONVERSATIONS:
            text = f"{{row.n:,d}} conversations{about}{when}, against {{row.before_n:,d}} {then}"
            return self._of(row, text, "n", "before_n")
        share = measure.is_share
        shared = f"The share of conversations{about} that {_DONE.get(measure)}"
        name = shared if share else f"The average of {_NAMES[measure]}{about}"
        if not row["enough"]:
            text = f"Too few conversations{about} to compare: {{row.n:,d}}{when} and {{row.before_n:,d}} {then}, and "
            return self._of(row, f"{text}{LEAST_CONVERSATIONS} of each are needed", "n", "before_n")
        spec = ".1%" if share else ".2f"
        change = row["change"]
        moved = "stayed" if not change else "rose" if isinstance(change, float) and change > 0 else "fell"
        text = f"{name} was {{row.before:{spec}}} {then}, over {{row.before_n:,d}} conversations, and "
        text += f"{{row.value:{spec}}}{when}, over {{row.n:,d}}: it {moved}, a change of {{row.change:{spec}}} "
        text += "(95 % between "
        text += f"{{row.change_low:{spec}}} and {{row.change_high:{spec}}})"
        text += "" if row["clear"] else ", so that it may be chance"
        return self._of(row, text, "value", "before", "n", "before_n")

    def _moved(self, rows: Sequence[Row], total: Row) -> Iterator[Statement]:
        """What moved by reason and by queue, which is no cause; nothing where there are too few to compare."""
        if not total["enough"]:
            return
        for group in (Group.REASON, Group.QUEUE):
            parts = [row for row in rows if row["kind"] == "part" and row["by"] == group.value and row["key"]]
            if len(parts) <= 1 and self.asked.query.measure is not Measure.CONVERSATIONS:
                continue  # all are alike, or too few of each kind to tell them apart
            summed = next((row for row in rows if row["kind"] == "parts" and row["by"] == group.value), None)
            if summed is not None:
                yield self._mixed(summed, group)
            moved = [row for row in parts[:_MOST_PARTS] if row["change"]]
            for place, row in enumerate(moved, start=1):
                yield self._part(row, group, place)

    def _no_cause(self, total: Row) -> Iterator[Statement]:
        if total["enough"]:
            yield self._statement(NO_CAUSE.removesuffix("."), "size(rows) > 0")

    def _mixed(self, row: Row, group: Group) -> Statement:
        found = f"rows.filter(r, r.kind == 'parts' && r.by == {_text(group.value)})[0]"
        spec, noun = self._spec, _PLURALS[group]
        text = f"Told apart by {noun}, {{{found}.mix:{spec}}} of the change goes with another mix of {noun}s and "
        text += f"{{{found}.rate:{spec}}} with other results within them"
        return self._row(row, text, "mix", "rate")

    def _part(self, row: Row, group: Group, place: int) -> Statement:
        found = f"rows.filter(r, r.kind == 'part' && r.by == {_text(group.value)} && r.key == {_text(row['key'])})[0]"
        spec, name = self._spec, _plain(label(str(row["key"])))
        head = f"{'What moved most is' if place == 1 else 'Then'} {_PLURALS[group]} {name}"
        if self.asked.query.measure is Measure.CONVERSATIONS:
            text = f"{head}: {{{found}.n:,d}} conversations, against {{{found}.before_n:,d}} before"
            return self._row(row, text, "n", "before_n")
        text = f"{head}, with {{{found}.change:{spec}}} of the change: it is {{{found}.share:.1%}} of the "
        text += f"conversations, against {{{found}.before_share:.1%}} before"
        if row["value"] is not None and row["before"] is not None:
            text += f", at {{{found}.value:{spec}}}, against {{{found}.before:{spec}}}"
        return self._row(row, text, "change", "share", "before_share")

    def _example(self, row: Row) -> Statement:
        found = f"rows.filter(r, r.id == {_text(row['id'])})[0]"
        query = self.asked.query
        text = f"Conversation {{{found}.id}}"
        text += f" of {{{found}.started_at}}" if row["started_at"] else ""
        named = [f"{name} {_plain(label(str(row[name])))}" for name in ("queue", "reason") if row[name]]
        text += f" ({', '.join(named)})" if named else ""
        if query.measure in _NAMES:
            text += f": {_NAMES[query.measure]} {{{found}.value:.2f}}"
        if row["quote"]:
            text += f", turn {{{found}.turn}} says “{{{found}.quote}}”"
        elif row["summary"]:
            text += f", in short: {{{found}.summary}}"
        checks = [f"r.id == {_text(row['id'])}", f"r.value == {_number(row['value'])}"]
        checks += [f"r.quote == {_text(row['quote'])}"]
        return self._statement(text, f"rows.exists(r, {' && '.join(checks)})")

    @property
    def _spec(self) -> str:
        return ".1%" if self.asked.query.measure.is_share else ".2f"

    @property
    def _where(self) -> str:
        about = f" about {_plain(self.asked.about)}" if self.asked.about else ""
        when = f" {_plain(self.asked.period)}" if self.asked.period else " of all that are stored"
        return about + when

    def _of(self, row: Row, text: str, *names: str) -> Statement:
        """A sentence on the first row, the total."""
        checks = [f"row.{name} == {_number(row[name])}" for name in names if row[name] is not None]
        return self._statement(text, " && ".join(["row.kind == 'total'", *checks]))

    def _row(self, row: Row, text: str, *names: str) -> Statement:
        """A sentence on the row of a kind and key."""
        checks = [f"r.{name} == {_text(row[name])}" for name in ("kind", "by", "key")]
        checks += [f"r.{name} == {_number(row[name])}" for name in names if row[name] is not None]
        return self._statement(text, f"rows.exists(r, {' && '.join(checks)})")

    def _statement(self, template: str, check: str) -> Statement:
        return Statement(
            kind=StatementKind.SHOWN,
            template=f"{template}.",
            check=check,
            evidence=(self.evidence,),
            frame=Frame(values={}, steps=(StepFrame(step=_STEP, evidence=self.evidence, status=DONE),), current=_STEP),
        )


def _overlap(first: Row, second: Row) -> bool:
    ends = (first["low"], second["high"], second["low"], first["high"])
    low, high, other_low, other_high = (value if isinstance(value, float) else 0.0 for value in ends)
    return low <= high and other_low <= other_high


def _plain(text: str) -> str:
    """Text that stands in a template as it is."""
    return text.replace("{", "{{").replace("}", "}}")


def _text(value: object) -> str:
    """A text as an expression."""
    return json.dumps(str(value), ensure_ascii=True)


def _number(value: object) -> str:
    """A number as an expression; of a real one, never written as a whole one."""
    return repr(float(value)) if isinstance(value, float) else str(value)
