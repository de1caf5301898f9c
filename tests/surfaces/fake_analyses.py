"""The part of the fake application that scores conversations of files."""

from collections.abc import Callable

from orchestrator.core.batching import BatchProgress
from orchestrator.surfaces.analysis_application import AnalysisRequest, Document


class FakeAnalyses:
    """Scores nothing; `requests` has what it was asked."""

    requests: list[AnalysisRequest]

    def analyze(self, request: AnalysisRequest, *, watch: Callable[[BatchProgress], None]) -> Document:
        """A batch of which one record is rejected, or none with a limit; an input named `stop` is interrupted."""
        self.requests.append(request)
        watch(BatchProgress(conversations=1, turns=2, rejected=0, share=0.5, seconds=1.0))
        if "stop" in request.inputs or "-" in request.inputs:
            raise KeyboardInterrupt
        rejected = 0 if request.limit else 1
        return {
            "status": "done",
            "engine": request.engine,
            "inputs": list(request.inputs),
            "out": str(request.out),
            "rejects": "rejects\x1b[31m.jsonl" if rejected else None,
            "report": str(request.report) if request.report else None,
            "conversations": 1_200,
            "turns": 12_345,
            "rejected": rejected,
            "resumed": request.resume,
            "processes": request.processes,
            "seconds": 2.5,
            "turns_per_second": 4_938.0,
            "stored": None,
            "model": None,
            "provenance": {"scorer_version": "1", "config_sha256": "0" * 64, "model": None, "redaction": "standard"},
        }

    def estimate(self, request: AnalysisRequest) -> Document:
        """Of three conversations."""
        self.requests.append(request)
        return {"model": "m", "conversations": 3, "input_tokens": 1_000, "output_tokens": 500, "cost": 0.25}
