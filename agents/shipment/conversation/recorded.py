"""What procedures read in a turn, kept as the turn's evidence."""

from dataclasses import dataclass

from agents.shipment.procedure.following import Known
from orchestrator.core.document_table import document_table
from orchestrator.core.evidence import Recorded
from orchestrator.core.recording import Recorder
from orchestrator.core.report import Json


@dataclass(frozen=True, slots=True)
class RecordedReading:
    """Reads by way of a turn's recorder: every answer becomes evidence."""

    recorder: Recorder

    async def read(self, step: str, workflow: str, body: Json, *, purpose: str) -> Known:
        """What a reading workflow answers."""
        return _known(await self.recorder.ask_workflow(workflow, body, key=step, purpose=purpose))

    async def note(self, step: str, document: Json, *, source: str, purpose: str) -> Known:
        """Keep what was worked out or said."""
        recorder = self.recorder
        table = document_table(document)
        return _known(await recorder.note(recorder.reserve(), key=step, table=table, source=source, purpose=purpose))


def _known(recorded: Recorded) -> Known:
    evidence = recorded.evidence
    if recorded.table is None or not recorded.table.rows:
        return Known(document=None, evidence=evidence.id, reason=evidence.reason or "it gave no answer")
    return Known(document=dict(recorded.table.records()[0]), evidence=evidence.id)
