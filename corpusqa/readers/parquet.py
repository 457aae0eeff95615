"""Parquet: units are row groups, columns are read as they are stored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as pt

from corpusqa.readers.files import open_file, shown, why
from corpusqa.readers.model import Block, File, Unit, first_rows, renumbered
from corpusqa.readers.tables import (
    TWICE,
    Int64s,
    Tables,
    alike,
    kinds_of_schema,
    named_twice,
    plain,
    refuse_undecodable_names,
    runs,
)

# A million rows of one text are stated as a few bytes a row, because a dictionary holds the text once. Groups of fewer
# bytes a row than PACKED are measured by reading them: short rows, which are quick to read, are the price.
PACKED, BATCH_ROWS = 256, 1000
SOME_ROWS = 250  # decoded at once where few are wanted
BUFFER = 1 << 20  # read at once of each column
DAMAGED = "not a Parquet file, or damaged"
ERRORS = (pa.ArrowException, OSError, ValueError)


def columns(root: Path, files: Sequence[File], thorough: bool) -> dict[str, str]:
    """The columns of all files, in order of first appearance."""
    found: dict[str, str] = {}
    for file in files:
        opened = _open(root, file.path)
        if isinstance(opened, pq.ParquetFile):
            found = kinds_of_schema(opened.schema_arrow) | found
            opened.close(force=True)
    return found


def glance(root: Path, file: File, names: Sequence[str], rows: int) -> Block:
    """The first rows, from the first pages that hold them."""
    tables = Tables(names)
    opened = _open(root, file.path)
    if isinstance(opened, pq.ParquetFile):
        present = [name for name in opened.schema_arrow.names if name in names]
        try:
            if present and not named_twice(opened.schema_arrow):
                batches = opened.iter_batches(min(rows, BATCH_ROWS), columns=present, use_threads=False)
                for batch in islice(batches, -(-rows // BATCH_ROWS)):
                    tables.add(shown(file.path), pa.Table.from_batches([batch]))
        except ERRORS:  # the reader says so, with its place
            pass
        finally:
            opened.close(force=True)
    return first_rows(tables.block(), rows)


def plan(root: Path, files: Sequence[File], unit_bytes: int) -> list[Unit]:
    """Row groups, or small files, of about `unit_bytes`; a file that cannot be opened is a unit too."""
    units: list[Unit] = []
    schema: pa.Schema | None = None  # of the last unit: files of different schemas never share one
    for file in files:
        opened = _open(root, file.path)
        if not isinstance(opened, pq.ParquetFile):
            units.append(Unit(0, (file.path,), 0, -1, file.bytes))
            schema = None
            continue
        sizes = _group_bytes(opened, file)
        rows, same = opened.metadata.num_rows, alike(opened.schema_arrow, schema)
        schema = opened.schema_arrow if rows else schema
        opened.close(force=True)
        last = units[-1] if units else None
        if not rows:
            continue
        if same and last and last.stop == -1 and last.bytes + sum(sizes) <= unit_bytes:
            units[-1] = Unit(0, (*last.files, file.path), 0, -1, last.bytes + sum(sizes))
        elif sum(sizes) <= unit_bytes:
            units.append(Unit(0, (file.path,), 0, -1, sum(sizes)))
        else:
            units.extend(Unit(0, (file.path,), a, b, sum(sizes[a:b])) for a, b in runs(sizes, unit_bytes))
    return renumbered(units)


def read(root: Path, unit: Unit, names: Sequence[str] | None, rows: Collection[int] | None = None) -> Block:
    """The row groups of a unit as one table; of wanted rows the row groups that hold some."""
    tables = Tables(names, rows)
    for path in unit.files:
        file = shown(path)
        opened = _open(root, path)
        if not isinstance(opened, pq.ParquetFile):
            tables.trouble(file, opened)
            continue
        try:
            _add(tables, file, opened, unit, names)
        finally:
            opened.close(force=True)  # it leaves a stream that it was given open
    return tables.block()


def _add(tables: Tables, file: str, opened: pq.ParquetFile, unit: Unit, names: Sequence[str] | None) -> None:
    present = [name for name in opened.schema_arrow.names if names is None or name in names]
    stop = opened.metadata.num_row_groups if unit.stop == -1 else unit.stop
    twice = named_twice(opened.schema_arrow)
    for group in range(unit.start, stop):
        rows = opened.metadata.row_group(group).num_rows
        wanted = tables.wanted(rows)
        if wanted is not None and not len(wanted):
            continue
        if twice:
            tables.trouble(file, TWICE, rows)
            continue
        try:
            if wanted is not None:
                tables.add_some(file, _some(opened, group, present, wanted), wanted, rows)
                continue
            table = opened.read_row_group(group, columns=present, use_threads=False)
        except ERRORS:
            tables.trouble(file, "a damaged row group", rows)
        else:
            tables.add(file, table if present else pa.table({"": pa.nulls(rows)}))


def _some(opened: pq.ParquetFile, group: int, present: Sequence[str], wanted: Int64s) -> pa.Table:
    """Some rows of a row group, which is decoded to its end all the same: damage anywhere in it makes it unreadable."""
    if not present:
        return pa.table({"": pa.nulls(len(wanted))})
    found: list[pa.Table] = []
    at = 0
    for batch in opened.iter_batches(SOME_ROWS, row_groups=[group], columns=present, use_threads=False):
        first, last = np.searchsorted(wanted, [at, at + batch.num_rows])
        if last > first or not found:
            found.append(plain(pa.Table.from_batches([batch])).take(pa.array(wanted[first:last] - at)))
        at += batch.num_rows
    return pa.concat_tables(found)


def largest_group(root: Path, file: File) -> int:
    """Bytes of the largest row group of a file before compression; 0 if it cannot be opened."""
    opened = _open(root, file.path)
    if not isinstance(opened, pq.ParquetFile):
        return 0
    try:
        return max(_group_bytes(opened, file), default=0)
    finally:
        opened.close(force=True)


def plain_bytes(batch: pa.RecordBatch) -> int:
    """Bytes of a batch without dictionaries, as it is once its strings are read."""
    plain = (column.dictionary_decode() if pt.is_dictionary(column.type) else column for column in batch.columns)
    return int(sum(column.nbytes for column in plain))


def open_bit_by_bit(stream: BinaryIO) -> pq.ParquetFile:
    """A file whose batches take memory for themselves alone; otherwise pyarrow holds what is stored of a row group.

    INT96 is what Spark wrote for times, which it knows to the microsecond. As nanoseconds, in which pyarrow reads it
    unless told, times before 1677 and after 2262 would come out as others.
    """
    return pq.ParquetFile(stream, buffer_size=BUFFER, pre_buffer=False, coerce_int96_timestamp_unit="us")


def _open(root: Path, path: str) -> pq.ParquetFile | str:
    """The file, or the reason why it cannot be opened."""
    try:
        stream = open_file(root / path)
    except OSError as error:
        return why(error)
    try:
        opened = open_bit_by_bit(stream)
        refuse_undecodable_names(opened.schema_arrow)
        return opened
    except ERRORS:
        stream.close()
        return DAMAGED


def _group_bytes(opened: pq.ParquetFile, file: File) -> list[int]:
    """Bytes of each row group once it is read.

    As its writer states them, unless they are so few for its rows that a dictionary may hold the values: then by
    reading it, batch by batch. Not asked by column: of a damaged footer pyarrow aborts the process when a column's
    metadata are looked at.
    """
    groups = opened.metadata.num_row_groups
    sizes = []
    for group in range(groups):
        about = opened.metadata.row_group(group)
        stated = about.total_byte_size if about.total_byte_size > 0 else file.bytes // groups
        packed = about.num_rows > 0 and stated < PACKED * about.num_rows
        sizes.append(max(stated, _decoded(opened, group)) if packed else stated)
    return sizes


def _decoded(opened: pq.ParquetFile, group: int) -> int:
    """Bytes of a row group in memory, of which no more than a batch is there at once; 0 if it cannot be read."""
    try:
        return sum(map(plain_bytes, opened.iter_batches(BATCH_ROWS, row_groups=[group], use_threads=False)))
    except ERRORS:
        return 0
