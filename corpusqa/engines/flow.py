"""Stages over the two primitives of an engine: map, shuffle, group by key; written once for all engines."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.engines import Engine, MapFn, ReduceFn, ShardFn
from corpusqa.engines.hashing import buckets_of, digest_of
from corpusqa.engines.lock import Lock, alone
from corpusqa.engines.memory import Memory
from corpusqa.engines.parts import (
    MANIFEST,
    NOTHING,
    Done,
    Part,
    Stage,
    commit,
    damaged,
    noted,
    notes,
    read_stage,
    write_tables,
)
from corpusqa.plugins.fingerprint import own_code

STARTED = "started"  # holds the fingerprint that an unfinished stage is to have
Progress = Callable[[str, int, int], None]
Rows = Callable[[Any], pl.DataFrame]
Writer = Callable[[Path, int, Mapping[str, pl.DataFrame]], tuple[Part, ...]]
GroupFn = Callable[[pl.DataFrame], dict[str, pl.DataFrame]]


def quiet(_stage: str, _done: int, _all: int) -> None:
    """No progress."""


class Flow:
    """Runs stages on an engine and keeps their results in a work folder.

    Args:
        engine: Schedules the tasks.
        work: Folder of the stages; made with mode 0700.
        progress: Called with stage, finished and all tasks.
        memory: How the work is cut; changes how rows are spread, never which rows there are.
        say: Told what a person should know meanwhile.
        lock: Holds the work folder, and others that the run will need before it ends; taken here by default.
    """

    def __init__(
        self,
        engine: Engine,
        work: Path,
        progress: Progress = quiet,
        memory: Memory = Memory(),  # noqa: B008 (a frozen value)
        say: Callable[[str], None] = lambda _line: None,
        lock: Lock | None = None,
    ) -> None:
        self.engine = engine
        self.work = work
        self.progress = progress
        self.memory = memory
        self.say = say
        self._said: set[str] = set()
        self._sound: set[tuple[Part, ...]] = set()  # the files of stages that this run has looked at
        self._lock = alone([work], say) if lock is None else lock

    def close(self) -> None:
        """Let go of the work folders: what was made can be replaced by other runs from now on."""
        self._lock.release()

    def holds(self, folder: Path) -> bool:
        """Whether no other run can work in a folder until this is closed."""
        return self._lock.holds(folder)

    def map(
        self,
        name: str,
        made_of: object,
        tasks: Sequence[Any],
        fn: Callable[[Path, Any], Done],
        about: Mapping[str, str] = NOTHING,
    ) -> Stage:
        """One task at a time: `fn(folder, task)` writes the parts of the task.

        A task that was finished by a run which then died is not run again.

        Args:
            name: Name of the stage.
            made_of: Everything the result depends on besides the tasks, as plain values.
            tasks: Plain values.
            fn: Importable function or partial.
            about: What to note of the stage for those who read it later.
        """

        def run(folder: Path) -> list[Done]:
            done = notes(folder)
            rest = [(number, task) for number, task in enumerate(tasks) if number not in done]
            task: MapFn = partial(_noted, fn, folder)
            tick = partial(self._tick, name, len(done))
            if rest:
                tick(0, len(rest))  # what takes long is seen from its beginning
            return [*done.values(), *(self.engine.run_map(rest, task, tick) if rest else ())]

        return self._stage(name, digest_of(name, made_of, tasks), len(tasks), run, about)

    def _tick(self, name: str, before: int, done: int, total: int) -> None:
        self.progress(name, before + done, before + total)

    def shuffle(
        self,
        name: str,
        made_of: object,
        tasks: Sequence[Any],
        rows: Rows,
        schema: dict[str, Any],
        buckets: int,
        reduce: Callable[[Path, int, pl.DataFrame], Done],
        about: Mapping[str, str] = NOTHING,
    ) -> Stage:
        """Rows that carry their own bucket number `_b` meet in that bucket; `about` is noted of the stage."""
        full = pl.Schema({"_b": pl.Int32, **schema})

        def run(folder: Path) -> list[Done]:
            one: ReduceFn = partial(reduce, folder)
            shard: ShardFn = rows
            self.progress(name, 0, buckets)
            return self.engine.run_shuffle(tasks, shard, full, buckets, one, partial(self.progress, name))

        return self._stage(name, digest_of(name, made_of, buckets, tasks), buckets, run, about)

    def group_by_key(
        self,
        name: str,
        made_of: object,
        tasks: Sequence[Any],
        rows: Rows,
        schema: dict[str, Any],
        keys: Sequence[str],
        fn: GroupFn,
        buckets: int,
        ordered: bool = True,
    ) -> Stage:
        """Rows with equal Int64 `keys` meet; `fn` sees whole groups, many at a time, in a canonical order.

        Args:
            name: Name of the stage.
            made_of: Everything the result depends on besides the tasks.
            tasks: Plain values.
            rows: Task -> rows of `schema`.
            schema: Flat columns, keys among them.
            keys: Int64 columns that decide which rows meet.
            fn: Rows of a bucket, sorted by all columns -> tables to write.
            buckets: How many buckets.
            ordered: Whether `fn` needs the order; what it makes must not follow from it otherwise.
        """
        bucketed = partial(_with_bucket, rows, tuple(keys), buckets)
        return self.shuffle(name, made_of, tasks, bucketed, schema, buckets, partial(_reduce, fn, ordered))

    def write(
        self,
        name: str,
        made_of: object,
        parts: Iterable[Mapping[str, pl.DataFrame]],
        count: int | None = None,
        about: Mapping[str, str] = NOTHING,
        writer: Writer = write_tables,
    ) -> Stage:
        """A stage that the driver itself makes: one part per element, each asked for when the one before is written.

        Args:
            name: Name of the stage.
            made_of: Everything the result depends on.
            parts: The tables of each part; nothing is taken from it if the stage is there.
            count: How many there are; None counts them first.
            about: What to note of the stage.
            writer: How the tables become files.
        """
        if count is None:
            parts = list(parts)
            count = len(parts)

        def run(folder: Path) -> list[Done]:
            return [Done(writer(folder, number, tables)) for number, tables in enumerate(parts)]

        return self._stage(name, digest_of(name, made_of, count), count, run, about)

    def buckets(self, size: int) -> int:
        """How many buckets rows of this many bytes are spread over."""
        return max(1, -(-size // self.memory.bucket))

    def finished(self, name: str, made_of: object, count: int) -> Stage | None:
        """What `write` left under this name, if it was made of the same."""
        return self._found(name, _here(digest_of(name, made_of, count)))

    def has(self, name: str, made_of: object, tasks: Sequence[Any]) -> bool:
        """Whether `map` would find this stage finished."""
        return self._found(name, _here(digest_of(name, made_of, tasks))) is not None

    def there(self, name: str) -> Stage | None:
        """The finished stage under a name, whatever it was made of."""
        return self._found(name, None)

    def _found(self, name: str, fingerprint: str | None) -> Stage | None:
        """The finished stage under a name, if it has this fingerprint (None: any); a damaged one is deleted.

        Every file is read once a run, which costs 0.6 s a gigabyte.
        """
        folder = self.work / name
        stage = read_stage(folder, fingerprint)
        if stage is not None and stage.parts in self._sound:
            return stage
        bad = damaged(folder, fingerprint)
        if bad is not None:
            self.say_once(f"{folder / bad}: damaged, so that {name} is made anew")
            self.drop(name)
            return None
        if stage is not None:
            self._sound.add(stage.parts)
        return stage

    def say_once(self, line: str) -> None:
        """Say something once a run, however often it comes up."""
        if line not in self._said:
            self._said.add(line)
            self.say(line)

    def set_aside(self, name: str, other: str) -> Stage | None:
        """Keep a finished stage, which is about to be made anew of something else, under another name.

        Returns:
            The stage under that name, whenever it was put there; None if there is none.
        """
        if self.there(name) is not None:
            self.drop(other)
            (self.work / name).rename(self.work / other)
        return self.there(other)

    def drop(self, name: str) -> None:
        """Delete a stage that nothing needs any more."""
        place = self.work / name
        (place / MANIFEST).unlink(missing_ok=True)  # first: what is half deleted must not look finished
        shutil.rmtree(place, ignore_errors=True)

    def _stage(
        self,
        name: str,
        fingerprint: str,
        expected: int,
        run: Callable[[Path], list[Done]],
        about: Mapping[str, str] = NOTHING,
    ) -> Stage:
        fingerprint = _here(fingerprint)
        folder = self.work / name
        finished = self._found(name, fingerprint)
        if finished is not None:
            return finished
        if _started(folder) != fingerprint:
            self.drop(name)
            folder.mkdir(parents=True, mode=0o700)
            (folder / STARTED).write_text(fingerprint, encoding="utf-8")
        stage = commit(folder, fingerprint, run(folder), expected, about)
        self._sound.add(stage.parts)
        return stage


def _here(fingerprint: str) -> str:
    """The fingerprint of a stage that this version of polars and of our own code makes."""
    return digest_of(fingerprint, pl.__version__, own_code())


def _started(folder: Path) -> str | None:
    try:
        return (folder / STARTED).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def _noted(fn: Callable[[Path, Any], Done], folder: Path, numbered: tuple[int, Any]) -> Done:
    number, task = numbered
    return noted(number, folder, fn, task)


def _with_bucket(rows: Rows, keys: Sequence[str], buckets: int, task: Any) -> pl.DataFrame:
    frame = rows(task)
    return frame.with_columns(buckets_of(frame, keys, buckets))


def _reduce(fn: GroupFn, ordered: bool, folder: Path, bucket: int, frame: pl.DataFrame) -> Done:
    rows = frame.drop("_b")
    return Done(write_tables(folder, bucket, fn(rows.sort(rows.columns, nulls_last=True) if ordered else rows)))
