"""Runs a batch that a model scores too."""

import time
from collections.abc import Callable
from pathlib import Path

from orchestrator.app.analysis.model_pool import ModelPool
from orchestrator.app.analysis.modelling import ModelPart, plan_model
from orchestrator.batch.run import BatchEnd, BatchJob, run_batch
from orchestrator.core.batching import BatchProgress
from orchestrator.core.conversations.lines import JudgeMaker
from orchestrator.core.conversations.scoring import Scoring
from orchestrator.core.personal_data.redactor import Find
from orchestrator.settings import Settings
from orchestrator.surfaces.analysis_application import Document, ModelRequest

Watch = Callable[[BatchProgress], None]
_TELL_EVERY_S = 0.2


def run_model_batch(
    job: BatchJob,
    make_judge: JudgeMaker,
    asked: ModelRequest,
    scoring: Scoring,
    settings: Settings,
    *,
    find: Find,
    watch: Watch,
    use: Callable[[Path], None] | None = None,
) -> tuple[BatchEnd, Document]:
    """What came of the batch, and of the model's part of it."""
    part = plan_model(asked, job, scoring, settings, find=find)
    pool = ModelPool(make_judge, part.open, at_once=part.pace.at_once, tell=_teller(part, watch))
    return run_batch(job, make_judge, watch=watch, use=use, pool=pool), part.document()


def _teller(part: ModelPart, watch: Watch) -> Callable[[], None]:
    """Tells of answers between two chunks."""
    began = told = time.monotonic()

    def tell() -> None:
        nonlocal told
        now = time.monotonic()
        if now - told < _TELL_EVERY_S:
            return
        told = now
        went = part.went
        watch(
            BatchProgress(
                conversations=went.scored + sum(went.without.values()),
                turns=0,
                rejected=0,
                share=None,
                seconds=now - began,
                stage="asking",
            )
        )

    return tell
