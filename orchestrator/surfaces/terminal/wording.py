"""The words and colours of answers: healthy, no data, not covered and unknown are different answers."""

from dataclasses import dataclass

from orchestrator.surfaces.terminal.fields import Fields, fields, sentence, sentences, text, texts


@dataclass(frozen=True, slots=True)
class Badge:
    """A status in capitals, its colour, and what it means where the word alone could mislead."""

    word: str
    style: str
    meaning: str = ""


VERDICTS = {
    "cause_found": Badge("CAUSE FOUND", "bold red"),
    "healthy": Badge("HEALTHY", "bold green"),
    "no_data": Badge("NO DATA", "bold yellow", "The telemetry cannot answer. This is not the same as healthy."),
    "inconclusive": Badge("I DON'T KNOW", "bold yellow", "Nothing was found that shows a cause."),
    "not_covered": Badge("NOT COVERED", "bold magenta", "No guide fits this incident, so nothing was checked."),
}
STATUSES = {
    "needs_input": Badge("I NEED TO KNOW MORE", "bold cyan"),
    "waiting": Badge("WAITING FOR APPROVAL", "bold cyan"),
    "failed": Badge("FAILED", "bold red", "The run broke off; what it had found by then stands below."),
    "abstained": Badge("NOT SURE WHOM TO ASK", "bold magenta"),
    "answered": Badge("ANSWERED", "bold green"),
}
_LEADS = Badge("INCONCLUSIVE", "bold yellow", "What was found stands below; nothing shows the cause.")
SAMPLE = "SAMPLE DATA"
SAMPLE_MEANING = "a made-up environment: no logs are configured (--logs DIR)"
SAMPLE_SHOP_MEANING = "a made-up shop: no orders of yours are here (shipments import FILE)"
SAMPLE_PREFIX = f"{SAMPLE}."
_REPEATED = ("Healthy: ", "No data to judge by: ", "No data: ", "No guide covers this: ", "Inconclusive: ")


def badge(report: Fields) -> Badge:
    """How the answer is called."""
    status = text(report, "status")
    if status in {"answered", ""} and (verdict := text(fields(report, "verdict"), "status")):
        if verdict == "inconclusive" and texts(report, "claims"):
            return _LEADS
        return VERDICTS.get(verdict, Badge(verdict.upper().replace("_", " "), "bold"))
    return STATUSES.get(status, Badge(status.upper().replace("_", " "), "bold"))


def answer_text(report: Fields) -> str:
    """The sentence below the badge: the verdict's, else the message."""
    verdict = fields(report, "verdict")
    said = sentence(verdict, "summary") or sentence(verdict, "reason")
    if text(verdict, "status") == "inconclusive" and any(claim in said for claim in sentences(report, "claims")):
        return ""  # it lists what was found and what was not, and both lists follow
    if text(report, "status") != "answered" or not said:
        said = sentence(report, "message") or said
    said = said.removeprefix(SAMPLE_PREFIX).strip()
    if not verdict:
        for claim in sentences(report, "claims"):  # they follow, with their evidence
            said = said.replace(f"{claim}.", "").replace(claim, "").strip()
    for word in _REPEATED:
        said = said.removeprefix(word)
    return said
