"""From a turn's state to its report: which result leads, what is said, in sentences made by code."""

from collections.abc import Sequence
from dataclasses import replace

from orchestrator.core.consent import SAY_YES
from orchestrator.core.report import GuideResult, Json, Question, Report, StatementKind, Status, Unknown, in_words
from orchestrator.core.runs import Offer, RunContext, Submission
from orchestrator.core.specs import AgentSpec

_NOTHING = "Nothing that I looked at shows an answer."
_ASKS = "The model asks:"
_ASKED = "The model has a question for you."
_LEADS = ("cause_found", "needs_input", "inconclusive", "no_data", "not_covered", "healthy")


def leading(results: Sequence[GuideResult]) -> GuideResult | None:
    """The result that speaks for the turn: a cause, else a question, else what is open; healthy only if all are.

    Of equals the best matched; of causes the most confident.
    """
    ranked = sorted(results, key=lambda result: (_LEADS.index(_rank_key(result)), _doubt(result)))
    return ranked[0] if ranked else None


def _doubt(result: GuideResult) -> int:
    known = ("high", "medium", "low")
    return known.index(result.verdict.confidence) if result.verdict.confidence in known else 0


def _rank_key(result: GuideResult) -> str:
    return "needs_input" if result.questions else result.verdict.status


def compose(context: RunContext, spec: AgentSpec, submission: Submission, *, route: Json) -> Report:
    """The report of a turn that was submitted."""
    lead = leading(context.results)
    offers = [context.offers[ref] for ref in submission.claims if ref in context.offers]
    chosen = sorted(offers, key=lambda offer: offer.result is not lead)
    questions = (*_questions(context.results, submission), *context.questions)
    others = tuple(result for result in context.results if result is not lead)
    unknown = (*_merged_unknown(lead, others, context), *_unfinished(submission))
    report = Report(
        status=_status(lead, questions, chosen, context, submission),
        run=context.run,
        session=context.session,
        agent=spec.name,
        asked=context.asked,
        message="",
        source=context.source,
        result=lead,
        claims=_documents(chosen, StatementKind.SHOWN),
        ruled_out=_documents(chosen, StatementKind.RULED_OUT),
        evidence=(*context.shown, *(item.document() for item in context.recorder.evidence())),
        hypotheses=(*(lead.hypotheses if lead else ()), *submission.hypotheses),
        unknown=unknown,
        next=(*(lead.next if lead else ()), *context.next),
        questions=questions,
        notes=(
            *_cut_short_note(submission),
            *context.notes,
            *context.about_data(),
            *(lead.notes if lead else ()),
            *_also_run(others),
        ),
        route=route,
        actions=tuple(context.actions),
        values=dict(context.values),
    )
    if report.status is Status.FAILED:
        return replace(report, message=in_words(f"The run failed: {submission.cut_short}.", source=report.source))
    if context.shown and lead is None and not chosen:
        return replace(report, message=in_words("Here is the evidence of the last answer.", source=report.source))
    return replace(report, message=sentence(report, spec))


def _merged_unknown(
    lead: GuideResult | None, others: Sequence[GuideResult], context: RunContext
) -> tuple[Unknown, ...]:
    """What could not be told, of every guide that ran, each text once; with a cause, the leading guide's alone."""
    settled = lead is not None and lead.verdict.status == "cause_found"
    open_ends = [item for result in (() if settled else others) for item in result.unknown]
    every = (*(lead.unknown if lead else ()), *open_ends, *context.unknown)
    return tuple({item.text: item for item in reversed(every)}.values())[::-1]


def _questions(results: Sequence[GuideResult], submission: Submission) -> tuple[Question, ...]:
    lead = leading(results)
    asked = lead.questions if lead else ()
    if asked or not submission.question:
        return asked
    # a model's own words: said to be its, and not in the answer
    return (Question(text=f"{_ASKS} {submission.question}"),)


def _cut_short_note(submission: Submission) -> tuple[str, ...]:
    return (f"the model's turn was ended: {submission.cut_short}",) if submission.cut_short else ()


def _unfinished(submission: Submission) -> tuple[Unknown, ...]:
    """A turn that code ended in the model's place says so."""
    if not submission.cut_short:
        return ()
    return (Unknown(text="The model did not finish; what it had found by then stands.", reason=submission.cut_short),)


def _status(
    lead: GuideResult | None,
    questions: Sequence[Question],
    chosen: Sequence[Offer],
    context: RunContext,
    submission: Submission,
) -> Status:
    if submission.cut_short and lead is None and not chosen:
        return Status.FAILED
    if (lead is not None and lead.questions) or context.questions:
        return Status.NEEDS_INPUT
    if context.actions:
        return Status.WAITING
    if lead is None and questions and not chosen and not context.shown:
        return Status.ABSTAINED
    return Status.ANSWERED


def _documents(offers: Sequence[Offer], kind: StatementKind) -> tuple[Json, ...]:
    """The claims of a kind, each text once: two guides may show the same."""
    texts = {offer.claim.text: offer.claim.document() for offer in reversed(offers) if offer.kind is kind}
    return tuple(reversed(texts.values()))


def _also_run(results: Sequence[GuideResult]) -> tuple[str, ...]:
    return tuple(f"also ran the guide {r.guide['id']}: {r.verdict.status}" for r in results if r.guide)


def sentence(report: Report, spec: AgentSpec) -> str:
    """The answer in plain sentences."""
    parts = [_headline(report)]
    if report.result is None:
        parts += [f"I cannot {item} yet." for item in spec.cannot]
    parts += [_ASKED if question.text.startswith(_ASKS) else question.text for question in report.questions]
    parts += [SAY_YES] if any("requester" in action for action in report.actions) else []
    text = " ".join(part for part in parts if part) or _NOTHING
    return in_words(text, source=report.source)


_HEADLINES = {
    "healthy": "Healthy",
    "no_data": "No data",
    "not_covered": "No guide covers this",
    "inconclusive": "Inconclusive",
}


def _headline(report: Report) -> str:
    if report.status is Status.NEEDS_INPUT:
        shown = _told(report) if report.result is None else ""
        return shown or "I need to know more before I can look."
    if report.result is None:
        return _told(report) or _nothing(report.unknown)
    verdict = report.result.verdict
    if verdict.status == "cause_found":
        return f"Suspected cause ({verdict.confidence} confidence): {verdict.summary}"
    return f"{_HEADLINES[verdict.status]}: {verdict.reason or verdict.summary}"


def _told(report: Report) -> str:
    """The claims as sentences."""
    texts = (str(claim["text"]) for claim in report.claims)
    return " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in texts)


def _nothing(unknown: Sequence[Unknown]) -> str:
    return " ".join(item.text for item in unknown)
