"""Parquet: units are row groups, columns are read as they are stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpusqa.readers.files import open_file, shown, why
from corpusqa.readers.model import PLACE, Block, File, Trouble, Unit, renumbered

DAMAGED = "not a Parquet file, or damaged"


def columns(root: Path, files: Sequence[File], thorough: bool) -> list[str]:
    """Names of the columns of all files, in order of first appearance."""
    names: dict[str, None] = {}
    for file in files:
        opened = _open(root, file.path)
        if isinstance(opened, pq.ParquetFile):
            names.update(dict.fromkeys(opened.schema_arrow.names))
            opened.close(force=True)
    return list(names)


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
        rows, same, schema = opened.metadata.num_rows, opened.schema_arrow == schema, opened.schema_arrow
        opened.close(force=True)
        last = units[-1] if units else None
        if not rows:
            continue
        if same and last and last.stop == -1 and last.bytes + sum(sizes) <= unit_bytes:
            units[-1] = Unit(0, (*last.files, file.path), 0, -1, last.bytes + sum(sizes))
        elif sum(sizes) <= unit_bytes:
            units.append(Unit(0, (file.path,), 0, -1, sum(sizes)))
        else:
            units.extend(Unit(0, (file.path,), a, b, sum(sizes[a:b])) for a, b in _runs(sizes, unit_bytes))
    return renumbered(units)


def read(root: Path, unit: Unit, names: Sequence[str] | None) -> Block:
    """The row groups of a unit as one table."""
    tables: list[pa.Table] = []
    places: list[pl.DataFrame] = []
    troubles: list[Trouble] = []
    count = 0
    for path in unit.files:
        file = shown(path)
        for found in _groups(root, path, unit, names):
            if isinstance(found, pa.Table):
                row = pl.int_range(count, count + found.num_rows, eager=True)
                empty = pl.lit(None, pl.Int64)
                places.append(pl.select(row=row, file=pl.lit(file), line=empty, offset=empty).cast(PLACE))  # type: ignore[arg-type]
                tables.append(found)
                count += found.num_rows
            else:
                rows, reason = found
                troubles.extend(Trouble(count + i, file, None, None, reason) for i in range(rows))
                count += rows
    place = pl.concat(places) if places else pl.DataFrame(schema=PLACE)
    table = pa.concat_tables(tables) if tables else pa.table({})
    return Block(count, place, table=table, troubles=troubles)


def _groups(root: Path, path: str, unit: Unit, names: Sequence[str] | None) -> Iterator[pa.Table | tuple[int, str]]:
    """Each row group as a table, or its number of rows and the reason why it cannot be read."""
    opened = _open(root, path)
    if not isinstance(opened, pq.ParquetFile):
        yield 1, opened
        return
    try:
        present = [name for name in opened.schema_arrow.names if names is None or name in names]
        stop = opened.metadata.num_row_groups if unit.stop == -1 else unit.stop
        for group in range(unit.start, stop):
            rows = opened.metadata.row_group(group).num_rows
            try:
                table = opened.read_row_group(group, columns=present, use_threads=False)
            except (pa.ArrowException, OSError, ValueError):
                yield rows, "a damaged row group"
                continue
            yield _without_views(table) if present else pa.table({"": pa.nulls(rows)})
    finally:
        opened.close(force=True)  # it leaves a stream that it was given open


def _without_views(table: pa.Table) -> pa.Table:
    """Views as plain strings: Arrow cannot filter views, and `datasets` writes all their buffers with every slice."""
    plain = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}
    fields = [field.with_type(plain.get(field.type, field.type)) for field in table.schema]
    schema = pa.schema(fields, table.schema.metadata)
    return table if schema == table.schema else table.cast(schema)


def _open(root: Path, path: str) -> pq.ParquetFile | str:
    """The file, or the reason why it cannot be opened."""
    try:
        stream = open_file(root / path)
    except OSError as error:
        return why(error)
    try:
        return pq.ParquetFile(stream)
    except (pa.ArrowException, OSError, ValueError):
        stream.close()
        return DAMAGED


def _group_bytes(opened: pq.ParquetFile, file: File) -> list[int]:
    """Bytes of each row group before compression, as its writer states them.

    Not asked by column: of a damaged footer pyarrow aborts the process when a column's metadata are looked at.
    """
    groups = opened.metadata.num_row_groups
    stated = [opened.metadata.row_group(i).total_byte_size for i in range(groups)]
    return [size if size > 0 else file.bytes // groups for size in stated]


def _runs(sizes: Sequence[int], limit: int) -> Iterator[tuple[int, int]]:
    """Consecutive row groups, filled up to the limit."""
    start, total = 0, 0
    for i, size in enumerate(sizes):
        if i > start and total + size > limit:
            yield start, i
            start, total = i, 0
        total += size
    yield start, len(sizes)
