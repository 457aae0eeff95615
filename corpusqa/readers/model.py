"""What every reader speaks: files, units and blocks, all plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

if TYPE_CHECKING:
    import pyarrow as pa

UNIT_BYTES = 64 << 20  # text that one task reads: enough to hide its overhead, little enough for any memory
TEXT, NESTED, OTHER = "text", "nested", "other"  # what a column holds; text where some rows hold text
PLACE = {"row": pl.Int64, "file": pl.String, "line": pl.Int64, "offset": pl.Int64}
KEYS = {"row": pl.Int64, "file": pl.String, "line": pl.Int64, "key": pl.Binary, "known": pl.Boolean}
UNREADABLE = {**PLACE, "reason": pl.String, "rest": pl.Boolean}


@dataclass(frozen=True)
class File:
    """A file of the source: `path` relative to the root with forward slashes, size in bytes (-1 where unknown)."""

    path: str
    bytes: int


@dataclass(frozen=True)
class Unit:
    """What one task reads.

    Several files are read whole (`start` 0, `stop` -1). One file is read from `start` to `stop`, in bytes for formats
    of lines (the lines that start there) and in row groups or record batches for formats of tables.
    """

    number: int
    files: tuple[str, ...]
    start: int
    stop: int
    bytes: int


@dataclass(frozen=True)
class Trouble:
    """A row that cannot be read.

    Attributes:
        row: Position in the unit, from 0.
        file: Relative to the root.
        line: Counted from 1 at the unit's first line of the file; null where the format has no lines.
        offset: Bytes before the first byte that could not be read, after decompression; null where unknown.
        reason: Never quotes text.
        rest: Whether it stands for all that follows in the file, of which nobody can tell how many rows it was.
    """

    row: int
    file: str | None
    line: int | None
    offset: int | None
    reason: str
    rest: bool = False


@dataclass(frozen=True)
class Block:
    """What a reader makes of a unit: the rows as Python objects or as a table, and the rows that it could not read.

    Attributes:
        count: Rows of the unit, unreadable ones included.
        place: Columns of PLACE, one row per readable row.
        records: One mapping per readable row, for formats without a schema; else None.
        table: The columns as they are stored, for formats with a schema; else None.
        troubles: The rows that could not be read.
        lines: Physical lines that start in the unit; 0 for formats without lines.
        is_utf8: Whether the reader made sure that all strings of the table are valid UTF-8; files may hold others.
        keys: Of rows that were looked for by their bytes, columns of KEYS; those that are `known` are nowhere else.
    """

    count: int
    place: pl.DataFrame
    records: Sequence[dict[str, Any]] | None = None
    table: pa.Table | None = None
    troubles: list[Trouble] = field(default_factory=list)
    lines: int = 0
    is_utf8: bool = False
    keys: pl.DataFrame | None = None


class Reader(Protocol):
    """One format. A reader is a module with these functions; to add one, register it in corpusqa.readers."""

    def columns(self, root: Path, files: Sequence[File], thorough: bool) -> dict[str, str]:
        """Names of the columns in order of appearance, with what they hold: TEXT, NESTED or OTHER.

        Reads as little as it can; `thorough` asks a format without a schema to look further than at the first rows.
        """

    def glance(self, root: Path, file: File, names: Sequence[str], rows: int) -> Block:
        """Up to so many of the first rows of a file with the columns `names`, from as little as can be read."""

    def plan(self, root: Path, files: Sequence[File], unit_bytes: int) -> list[Unit]:
        """Units in the order of the files, of about `unit_bytes` before compression; empty files have none."""

    def read(self, root: Path, unit: Unit, names: Sequence[str] | None, rows: Collection[int] | None = None) -> Block:
        """The rows of a unit with the columns `names`, or with all of them.

        A file or row that cannot be read is a Trouble, never an exception; which rows are readable must not depend on
        `names`, except that a column named here may be unreadable by itself. Where only some rows are wanted, `rows`
        names their positions: the block has these and may have others, and its lines may be those up to the last.
        """


def first_rows(block: Block, rows: int) -> Block:
    """A block without what comes after so many of its readable rows."""
    table = None if block.table is None else block.table.slice(0, rows)
    return replace(block, place=block.place.head(rows), records=block.records and block.records[:rows], table=table)


def whole_files(files: Sequence[File], unit_bytes: int) -> list[Unit]:
    """Units of whole files, filled in order up to `unit_bytes`; a larger file has a unit of its own."""
    groups: list[list[File]] = []
    size = 0
    for file in files:
        if not groups or size + file.bytes > unit_bytes:
            groups.append([])
            size = 0
        groups[-1].append(file)
        size += file.bytes
    return [Unit(i, tuple(f.path for f in g), 0, -1, sum(f.bytes for f in g)) for i, g in enumerate(groups)]


def renumbered(units: Sequence[Unit]) -> list[Unit]:
    """The same units, numbered from 0."""
    return [Unit(i, u.files, u.start, u.stop, u.bytes) for i, u in enumerate(units)]


def kinds_of(records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What the columns of these rows hold."""
    found: dict[str, str] = {}
    for record in records:
        for name, value in record.items():
            if isinstance(value, str):
                found[name] = TEXT
            elif isinstance(value, list | dict) and found.get(name) != TEXT:
                found[name] = NESTED
            else:
                found.setdefault(name, OTHER)
    return found
