"""Parts and manifests: how tasks hand over files so that nothing is lost, counted twice or half-written."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

MANIFEST = "manifest.json"
SEAL = "seal"  # in a manifest the digest of the rest
FINISHED = "finished-"  # beginning of the notes of finished tasks
NOTHING: Mapping[str, str] = MappingProxyType({})
# Files of other stages that a task took over instead of writing their rows again bear the name of the table, PIECE and
# a number. The table CARRIED of the task has their rows that count, by their positions there (`old`) and in the task
# (`row`), and how many (`of`) there were.
PIECE, CARRIED = "+", "carried"
PLACES = {"row": pl.Int64, "piece": pl.Int64, "old": pl.Int64, "of": pl.Int64}


@dataclass(frozen=True)
class Part:
    """One Parquet file that a task wrote: part number (task), table, file name, rows, bytes, SHA-256."""

    part: int
    table: str
    name: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Done:
    """What comes back from a task: its parts and the CPU seconds it spent, by purpose."""

    parts: tuple[Part, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)


def write_tables(folder: Path, part: int, tables: Mapping[str, pl.DataFrame]) -> tuple[Part, ...]:
    """Write the tables of one task under names no other attempt uses.

    Raises:
        OSError: the disk is full or the folder not writable.
    """
    return tuple(_write(folder, part, table, frame) for table, frame in tables.items())


def _write(folder: Path, part: int, table: str, frame: pl.DataFrame) -> Part:
    name = f"{table}-{part:05d}-{uuid.uuid4().hex[:8]}.parquet"
    path = folder / name
    try:
        frame.write_parquet(path, compression="zstd", compression_level=1, statistics=True)
    except pl.exceptions.ComputeError as error:  # polars hides the number of the error of the system
        number = re.search(r"\(os error (\d+)\)", str(error))
        raise OSError(int(number[1]), os.strerror(int(number[1])), str(path)) if number else error from None
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Part(part, table, name, frame.height, path.stat().st_size, digest)


def carried(part: Part, there: Path, folder: Path, table: str, number: int) -> Part:
    """A file of another stage as a part of this one, under a name of its own; linked, not copied, if possible."""
    name = f"{table}-{number:05d}-{uuid.uuid4().hex[:8]}{Path(part.name).suffix}"
    try:
        (folder / name).hardlink_to(there / part.name)
    except OSError:  # a file system without links
        shutil.copyfile(there / part.name, folder / name)
    return replace(part, part=number, table=table, name=name)


@dataclass(frozen=True)
class Stage:
    """A finished stage: only the files that its manifest lists exist for readers."""

    folder: Path
    fingerprint: str
    parts: tuple[Part, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)  # what its maker noted of it

    @cached_property
    def digest(self) -> str:
        """Identity of the content, for the fingerprints of later stages: 64 hex digits."""
        rows = [(p.part, p.table, p.rows, p.sha256) for p in self.parts]
        return hashlib.sha256(repr(rows).encode()).hexdigest()

    def paths(self, table: str) -> list[Path]:
        """Files of a table, by part number."""
        return [self.folder / p.name for p in self.parts if p.table == table]

    def frame(self, table: str) -> pl.DataFrame:
        """All rows of a table, by part number.

        Raises:
            KeyError: the stage wrote no such table.
        """
        paths = self.paths(table)
        if not paths:
            raise KeyError(table)
        return pl.concat([pl.read_parquet(path, memory_map=False) for path in paths])

    def rows(self, table: str) -> int:
        """Rows of a table, all parts together; of files that were taken over all that are in them."""
        return sum(p.rows for p in self.parts if p.table.partition(PIECE)[0] == table)

    def weight(self, table: str) -> int:
        """About how many bytes a table takes in memory: what it takes on disk, or two words a row if that is more."""
        return sum(max(p.bytes, 16 * p.rows) for p in self.parts if p.table.partition(PIECE)[0] == table)

    def file(self, table: str, part: int) -> Part | None:
        """The file that one task wrote, or took over under this name."""
        return self._files.get((table, part))

    def part(
        self, table: str, part: int, rows: pl.Series | None = None, columns: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """The rows that one task wrote or took over; the latter are sorted by `row`.

        Args:
            table: Name of the table.
            part: Number of the task.
            rows: Only those with one of these values of `row` are wanted; files without any are not opened.
            columns: Those that are wanted, `row` among them; None is all.

        Raises:
            KeyError: the task wrote no such table.
        """
        pieces = [p for p in self.parts if p.part == part and p.table.startswith(table + PIECE)]
        if not pieces:
            return _only(self._read(table, part, columns), rows)
        places = self.part(CARRIED, part, rows)
        here = rows is None or not rows.is_in(places["row"].implode()).all()
        held = {number: group for (number,), group in places.group_by("piece")}
        numbered = ((int(p.table.rpartition(PIECE)[2]), p.table) for p in pieces)
        more = [_moved(self._read(name, part, columns), held[number]) for number, name in numbered if number in held]
        found = [_only(self._read(table, part, columns, None if here else 0), rows), *more]
        return pl.concat(found, how="diagonal").sort("row", maintain_order=True)

    def _read(self, table: str, part: int, columns: Sequence[str] | None, count: int | None = None) -> pl.DataFrame:
        path, wanted = self.folder / self._files[table, part].name, None if columns is None else list(columns)
        return pl.read_parquet(path, columns=wanted, memory_map=False, n_rows=count)

    @cached_property
    def _files(self) -> dict[tuple[str, int], Part]:
        return {(part.table, part.part): part for part in self.parts}


def _only(found: pl.DataFrame, rows: pl.Series | None) -> pl.DataFrame:
    return found if rows is None else found.filter(pl.col("row").is_in(rows.implode()))


def _moved(rows: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Rows of a file that was taken over, under their positions in the task; those without one are gone."""
    placed = rows.rename({"row": "old"}).join(places.select("row", "old"), on="old", maintain_order="left")
    return placed.select("row", pl.exclude("row", "old"))


def read_stage(folder: Path, fingerprint: str | None) -> Stage | None:
    """The finished stage in a folder, if there is one with this fingerprint (None: any) and all its files are there."""
    said = _manifest(folder)
    if not said or fingerprint not in (None, said["fingerprint"]):
        return None
    parts = tuple(Part(**part) for part in said["parts"])
    if not all(_whole(folder / p.name, p.bytes) for p in parts):
        return None
    return Stage(folder, said["fingerprint"], parts, said["seconds"], said["about"])


def damaged(folder: Path, fingerprint: str | None) -> str | None:
    """A file of the finished stage with this fingerprint (None: any) that is not what was written; None if all are."""
    said = _manifest(folder)
    if said is None:
        return MANIFEST
    if not said or fingerprint not in (None, said["fingerprint"]):
        return None
    parts = (Part(**part) for part in said["parts"])
    return next((p.name for p in parts if not _unchanged(folder / p.name, p)), None)


def _manifest(folder: Path) -> dict[str, Any] | None:
    """What a manifest says; nothing if there is none or an other version wrote it, None if it is damaged."""
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError:
        return {}
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    seal = said.pop(SEAL, None)
    if seal is None:
        return {}
    return said if seal == _seal(said) else None


def _seal(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def commit(
    folder: Path, fingerprint: str, results: Iterable[Done], expected: int, about: Mapping[str, str] = NOTHING
) -> Stage:
    """Publish a stage: the rename of its manifest is the success marker, the resume point and the progress in one.

    Raises:
        AssertionError: a task is missing or came back twice.
    """
    done = sorted(results, key=lambda one: one.parts[0].part if one.parts else -1)
    parts = tuple(part for one in done for part in sorted(one.parts, key=lambda p: p.table))
    numbers = [(p.part, p.table) for p in parts]
    assert len(set(numbers)) == len(numbers), f"{folder.name}: a task came back twice"
    assert len(done) == expected, f"{folder.name}: {len(done)} of {expected} tasks came back"
    seconds: dict[str, float] = {}
    for one in done:
        for what, spent in one.seconds.items():
            seconds[what] = seconds.get(what, 0.0) + spent
    rows = [asdict(part) for part in parts]
    said = {"fingerprint": fingerprint, "parts": rows, "seconds": seconds, "about": dict(about)}
    _write_json(folder / MANIFEST, {**said, SEAL: _seal(said)}, sync=True)
    _sweep(folder, {part.name for part in parts} | {MANIFEST})
    return Stage(folder, fingerprint, parts, seconds, about)


def _sweep(folder: Path, listed: set[str]) -> None:
    """Delete what the manifest does not list: parts of attempts that died, and the notes of finished tasks."""
    for path in folder.iterdir():
        if path.name not in listed:
            path.unlink(missing_ok=True)


def noted(number: int, folder: Path, fn: Callable[[Path, Any], Done], task: Any) -> Done:
    """Run one task and note that it is finished, so that a run which ends before its stage does not lose it."""
    done = fn(folder, task)
    said = {"parts": [asdict(part) for part in done.parts], "seconds": dict(done.seconds)}
    _write_json(folder / f"{FINISHED}{number}.json", said)
    return done


def notes(folder: Path) -> dict[int, Done]:
    """The tasks of an unfinished stage that are noted as finished and whose files are whole, by number."""
    found = {}
    for path in folder.glob(f"{FINISHED}*.json"):
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            number, parts = int(path.stem[len(FINISHED) :]), tuple(Part(**part) for part in said["parts"])
            if all(_unchanged(folder / part.name, part) for part in parts):
                found[number] = Done(parts, dict(said["seconds"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
    return found


def _write_json(path: Path, said: Mapping[str, Any], *, sync: bool = False) -> None:
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(said, file)
        file.flush()
        if sync:
            os.fsync(file.fileno())
    temporary.replace(path)


def _unchanged(path: Path, part: Part) -> bool:
    """Whether a file holds what its task wrote: after a crash of the machine a file may be there and be empty."""
    if not _whole(path, part.bytes):
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == part.sha256


def _whole(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False
