"""Runs a batch on this machine, from its beginning or from where an earlier process was ended."""

import os
import sqlite3
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.batch.checkpoint import Checkpoint, identify, read_checkpoint
from orchestrator.batch.chunk import Chunk, Result
from orchestrator.batch.inputs.files import InputFile, find_files
from orchestrator.batch.inputs.opening import open_sources
from orchestrator.batch.inputs.source import Limits
from orchestrator.batch.partial import PartialFolder
from orchestrator.batch.pool import OwnProcess, Pool, Processes
from orchestrator.batch.publishing import publish
from orchestrator.batch.walk import walk
from orchestrator.batch.writer import OrderedWriter
from orchestrator.core.batching import BatchProgress
from orchestrator.core.conversations.lines import JudgeMaker
from orchestrator.core.errors import InputError, SwitchboardError

_SAVE_EVERY_S = 0.25  # at least; where the disk is slow, not more than a share of the time
_SAVING_SHARE = 0.04
_TELL_EVERY_S = 0.2
_SMALL = 512 * 1024  # bytes: starting processes takes longer than to score them

Watch = Callable[[BatchProgress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchJob:
    """What is asked of a batch.

    Attributes:
        inputs: Files, folders, `-` for stdin.
        columns: Columns by field.
        form: Whose form of conversations files of JSON have; None looks at each file.
        settings: What else the bytes depend on, by name: the scorer's version, its configuration's fingerprint.
        limit: How many records are read at most.
        processes: How many worker processes; None is one for each core, or none for little input.
        resume: Go on where an earlier process was ended.
        overwrite: Begin anew although one was.
    """

    inputs: tuple[str, ...]
    out: Path
    rejects: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    form: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    limit: int | None = None
    processes: int | None = None
    resume: bool = False
    overwrite: bool = False
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEnd:
    """What came of a batch.

    Attributes:
        resumed: Whether an earlier process had begun it.
        processes: How many scored; 0 where this one did.
    """

    inputs: tuple[str, ...]
    conversations: int
    turns: int
    rejected: int
    seconds: float
    turns_now: int
    resumed: bool
    processes: int


def run_batch(
    job: BatchJob,
    make_judge: JudgeMaker,
    *,
    watch: Watch,
    use: Callable[[Path], None] | None = None,
    pool: Pool | None = None,
) -> BatchEnd:
    """Score all records, in order; the result appears under its name when it is whole.

    Args:
        job: What is asked.
        make_judge: Makes the scorer in each process.
        watch: Hears how far it is.
        use: Is given the result's lines when they are whole, before they get their name.
        pool: Scores in place of this machine's processes.

    Raises:
        InputError: The input cannot be read, another process writes the same, or there is nothing to go on with.
    """
    folder = PartialFolder(job.out)
    files = find_files(job.inputs, never=(job.out, job.rejects, folder.path))
    _check(job, files)
    with folder.owned():
        return _Run(job, folder, files, make_judge, watch=watch, pool=pool).carry_out(use)


def _check(job: BatchJob, files: list[InputFile]) -> None:
    for option, path in (("--out", job.out), ("--rejects", job.rejects)):
        if path.is_dir():
            raise InputError(f"{option} {str(path)!r} is a folder: name a file")
    for file in files:
        if file.path is None and job.resume:
            raise InputError("stdin cannot be gone on with, as it is not there twice: save it to a file first")
        if file.path is not None and file.path.resolve() in {job.out.resolve(), job.rejects.resolve()}:
            raise InputError(f"{file.name!r} would be overwritten: name another --out or --rejects")
    if job.out.resolve() == job.rejects.resolve():
        raise InputError(f"--out and --rejects are both {str(job.out)!r}: name two files")
    _make_room(job.rejects)


def _make_room(rejects: Path) -> None:
    """Find out now, and not after hours, whether there is a place for the rejected records."""
    place = rejects.absolute().parent
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--rejects {str(rejects)!r} cannot be written: {error.strerror}; name another") from None
    if not os.access(place, os.W_OK | os.X_OK):
        raise InputError(f"--rejects {str(rejects)!r} cannot be written: no rights in its folder; name another")


class _Run:
    """A batch under way, in a folder that this process owns."""

    def __init__(
        self,
        job: BatchJob,
        folder: PartialFolder,
        files: list[InputFile],
        make_judge: JudgeMaker,
        *,
        watch: Watch,
        pool: Pool | None,
    ) -> None:
        self._job = job
        self._folder = folder
        self._files = files
        self._make_judge = make_judge
        self._watch = watch
        self._pool = pool
        self._began = time.monotonic()
        self._told = 0.0
        self._processes = self._count()
        self._start = self._begin()
        # the rate is counted from the first result on: to start processes takes no longer for more input
        self._rated, self._rated_at = self._start, self._began

    def carry_out(self, use: Callable[[Path], None] | None) -> BatchEnd:
        self._tell(self._start, stage="scoring")
        end = self._start if self._start.whole else self._score()
        try:
            self._tell(end, stage="writing")
            if use is not None and self._folder.out.exists():
                use(self._folder.out)
            publish(self._folder, self._job.out, self._job.rejects, rejected=end.rejected > 0)
        except OSError as error:
            raise SwitchboardError(f"the result cannot be written: {error}; mend that, then use --resume") from error
        return BatchEnd(
            inputs=tuple(file.name for file in self._files),
            conversations=end.conversations,
            turns=end.turns,
            rejected=end.rejected,
            seconds=time.monotonic() - self._began,
            turns_now=end.turns - self._start.turns,
            resumed=self._start.conversations + self._start.rejected > 0,
            processes=self._processes,
        )

    def _begin(self) -> Checkpoint:
        """The checkpoint to go on from: the earlier process's, or a new one."""
        job = self._job
        own = {"columns": str(dict(sorted(job.columns.items()))), "limit": str(job.limit)}
        settings = {**job.settings, **own, "longest record": str(job.limits.longest)}
        identity = identify(self._files, settings)
        before = read_checkpoint(self._folder.checkpoint) if job.resume else None
        if before is not None:
            if changed := identity.changed(before.identity):
                raise InputError(
                    f"{str(self._folder.path)!r} cannot be gone on with: {changed}; "
                    "undo that, or begin anew with --overwrite in place of --resume"
                )
            return before
        if self._folder.begun and not job.overwrite and not job.resume:
            raise InputError(
                f"{str(self._folder.path)!r} holds a batch that was not finished: "
                "go on with it by --resume, or begin anew by --overwrite"
            )
        self._folder.empty()
        return Checkpoint(identity=identity)

    def _count(self) -> int:
        if self._pool is not None:
            return 0
        if self._job.processes is not None:
            return self._job.processes
        small = all(file.path is not None for file in self._files) and sum(file.size for file in self._files) < _SMALL
        return 0 if small else _cores()

    def _score(self) -> Checkpoint:
        pool = self._pool or (
            Processes(self._make_judge, count=self._processes) if self._processes else OwnProcess(self._make_judge)
        )
        state = self._start
        try:
            with OrderedWriter(self._folder, self._start) as writer:
                writer.save()
                try:
                    self._write(writer, pool.score(self._chunks(writer)))
                except KeyboardInterrupt:
                    writer.save()
                    raise
                finally:
                    state = writer.state
                writer.save(whole=True)
                return writer.state
        except InputError:
            # nothing came of it: once the input is mended, there is nothing to go on with
            if not state.conversations and not state.rejected:
                self._folder.remove()
            raise
        except (OSError, sqlite3.Error) as error:
            raise SwitchboardError(f"the batch cannot go on: {error}; mend that, then use --resume") from error

    def _chunks(self, writer: OrderedWriter) -> Iterator[Chunk]:
        sources = open_sources(
            self._files,
            self._job.columns,
            self._job.limits,
            folder=self._folder.path,
            watch=lambda: self._tell(writer.state, stage="reading"),
            form=self._job.form,
        )
        return walk(sources, self._start.position, limit=self._job.limit)

    def _write(self, writer: OrderedWriter, results: Generator[tuple[Chunk, Result]]) -> None:
        next_save = time.monotonic() + _SAVE_EVERY_S
        with closing(results):  # its processes end with it
            for chunk, result in results:
                writer.write(chunk, result)
                now = time.monotonic()
                if self._rated is self._start:
                    self._rated, self._rated_at = writer.state, now
                if now > next_save:
                    writer.save()
                    done = time.monotonic()
                    next_save = done + max(_SAVE_EVERY_S, (done - now) / _SAVING_SHARE)
                self._tell(writer.state, stage="scoring")

    def _tell(self, state: Checkpoint, *, stage: str) -> None:
        now = time.monotonic()
        if now - self._told < _TELL_EVERY_S and stage != "writing":
            return
        self._told = now
        known = all(file.size for file in self._files)
        self._watch(
            BatchProgress(
                conversations=state.conversations,
                turns=state.turns,
                rejected=state.rejected,
                share=state.share if known else None,
                seconds=now - self._rated_at,
                turns_before=self._rated.turns,
                share_before=self._rated.share,
                stage=stage,
            )
        )


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
