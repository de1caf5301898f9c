"""The check before a run: every expression of the guide against the columns that its queries yield."""

import asyncio
from collections.abc import Sequence

from orchestrator.core.errors import GuideError
from orchestrator.core.ports import Logs, QueryParameter
from orchestrator.core.table import Column
from playbooks.guide import Guide
from playbooks.problems import Level
from playbooks.typecheck import check_types


async def check_before_run(guide: Guide, logs: Logs, parameters: Sequence[QueryParameter]) -> None:
    """Raise GuideError for the first mistyped expression; a query that cannot be asked is left to its step.

    `parameters` are the run's own values, so that a backend may keep what it prepares for the run.
    """
    loop = asyncio.get_running_loop()
    own = {parameter.name: parameter for parameter in parameters}

    def describe(kql: str, samples: Sequence[QueryParameter]) -> Sequence[Column]:
        given = [own.get(sample.name, sample) for sample in samples]
        return asyncio.run_coroutine_threadsafe(logs.describe(kql, parameters=given), loop).result()

    def first() -> GuideError | None:
        for problem in check_types(guide, describe, queries=False):
            if problem.level is Level.ERROR:
                return GuideError(problem.message, place=problem.place)
        return None

    fault = await asyncio.to_thread(first)
    if fault is not None:
        raise fault
