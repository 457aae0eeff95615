"""Arrow IPC, as streams (what `datasets` saves) and as files (Feather): units are runs of record batches."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.types as pt

from corpusqa.readers.files import open_file, shown, why
from corpusqa.readers.model import Block, File, Unit, first_rows, renumbered
from corpusqa.readers.tables import TWICE, Tables, alike, kinds_of_schema, named_twice, refuse_undecodable_names, runs

MAGIC = b"ARROW1"  # at the start of the file format; a stream has none
DAMAGED = "not an Arrow file, or damaged"
ERRORS = (pa.ArrowException, OSError, ValueError)
BYTES_OF = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary(), pa.string_view(): pa.binary_view()}
NUMBERS_OF = {32: pa.int32(), 64: pa.int64()}  # by the bits that a time takes; an interval of three parts has no twin


def columns(root: Path, files: Sequence[File], thorough: bool) -> dict[str, str]:
    """The columns of all files, in order of first appearance."""
    found: dict[str, str] = {}
    for file in files:
        try:
            with _Opened(root / file.path) as opened:
                found = kinds_of_schema(opened.schema) | found
        except ERRORS:  # the reader says so later, with its place
            continue
    return found


def glance(root: Path, file: File, names: Sequence[str], rows: int) -> Block:
    """The first rows, by whole record batches."""
    counted, stop = 0, 0
    try:
        with _Opened(root / file.path) as opened:
            for stop, batch in enumerate((batch for batch in opened if batch.num_rows), 1):  # noqa: B007
                counted += batch.num_rows
                if counted >= rows:
                    break
    except ERRORS:  # the reader says so, with its place
        pass
    return first_rows(read(root, Unit(0, (file.path,), 0, stop, file.bytes), names), rows)


def plan(root: Path, files: Sequence[File], unit_bytes: int) -> list[Unit]:
    """Runs of record batches, or small files, of about `unit_bytes`; a file that cannot be opened is a unit too."""
    units: list[Unit] = []
    schema: pa.Schema | None = None  # of the last unit: files of different schemas never share one
    for file in files:
        try:
            with _Opened(root / file.path) as opened:
                # not `nbytes`: of a damaged batch pyarrow aborts the process when it is sliced
                sizes = [batch.get_total_buffer_size() for batch in opened if batch.num_rows]
                same = alike(opened.schema, schema)
                schema = opened.schema if sizes else schema
        except ERRORS:
            units.append(Unit(0, (file.path,), 0, -1, file.bytes))
            schema = None
            continue
        last = units[-1] if units else None
        if same and last and last.stop == -1 and last.bytes + sum(sizes) <= unit_bytes:
            units[-1] = Unit(0, (*last.files, file.path), 0, -1, last.bytes + sum(sizes)) if sizes else last
            continue
        found = [Unit(0, (file.path,), a, b, sum(sizes[a:b])) for a, b in runs(sizes, unit_bytes) if sizes]
        units.extend([Unit(0, (file.path,), 0, -1, found[0].bytes)] if len(found) == 1 else found)
    return renumbered(units)


def read(root: Path, unit: Unit, names: Sequence[str] | None, rows: Collection[int] | None = None) -> Block:
    """The record batches of a unit as one table; what follows a damaged batch is one unreadable row."""
    tables = Tables(names, rows)
    for path in unit.files:
        file = shown(path)
        try:
            with _Opened(root / path) as opened:
                _add(tables, file, opened, unit)
        except pa.ArrowException:
            tables.trouble(file, DAMAGED)
        except OSError as error:
            tables.trouble(file, why(error) if error.strerror else DAMAGED)
        except ValueError:
            tables.trouble(file, DAMAGED)
    return tables.block()


def _add(tables: Tables, file: str, opened: _Opened, unit: Unit) -> None:
    batches = (batch for batch in opened if batch.num_rows)
    twice = named_twice(opened.schema)
    for number, batch in enumerate(batches):
        if number >= unit.start and (unit.stop == -1 or number < unit.stop):
            wanted = tables.wanted(batch.num_rows)
            if wanted is not None and not len(wanted):
                continue
            if twice:
                tables.trouble(file, TWICE, batch.num_rows)
            elif _is_sound(batch):
                tables.add(file, pa.Table.from_batches([batch]))
            else:
                tables.trouble(file, "a damaged record batch", batch.num_rows)
        elif number >= unit.start:
            return


def _is_sound(batch: pa.RecordBatch) -> bool:
    """Whether offsets and lengths fit: nothing has decoded them yet.

    Text that is not UTF-8 and times that no calendar has are looked for later, row by row.
    """
    return all(len(column) == batch.num_rows and _is_sound_column(column) for column in batch.columns)


def _is_sound_column(column: pa.Array) -> bool:
    try:
        stored = _stored(column.type)
        (column if stored == column.type else column.view(stored)).validate(full=True)
    except (pa.ArrowException, ValueError):
        return False
    return True


def _stored(kind: pa.DataType) -> pa.DataType:
    """The type that lies in memory like this one and holds bytes for text and numbers for times, at any depth."""
    if kind in BYTES_OF:
        return BYTES_OF[kind]
    if pt.is_temporal(kind) and kind.bit_width in NUMBERS_OF:
        return NUMBERS_OF[kind.bit_width]
    if pt.is_struct(kind):
        return pa.struct([_field(kind.field(at)) for at in range(kind.num_fields)])
    if pt.is_map(kind):
        return pa.map_(_field(kind.key_field), _field(kind.item_field))
    if pt.is_fixed_size_list(kind):
        return pa.list_(_field(kind.value_field), kind.list_size)
    if pt.is_list(kind) or pt.is_large_list(kind):
        return (pa.list_ if pt.is_list(kind) else pa.large_list)(_field(kind.value_field))
    return kind


def _field(field: pa.Field) -> pa.Field:
    return field.with_type(_stored(field.type))


class _Opened:
    """An Arrow file or stream, mapped into memory: iterating reads only what is asked of a batch."""

    def __init__(self, path: Path) -> None:
        with open_file(path) as stream:
            is_file = stream.read(len(MAGIC)) == MAGIC
        self._map = pa.memory_map(str(path))
        try:
            self._reader = pa.ipc.open_file(self._map) if is_file else pa.ipc.open_stream(self._map)
            self.schema: pa.Schema = self._reader.schema
            refuse_undecodable_names(self.schema)
        except BaseException:
            self._map.close()
            raise

    def __enter__(self) -> _Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self._map.close()

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        if isinstance(self._reader, pa.ipc.RecordBatchStreamReader):
            yield from self._reader
        else:
            yield from (self._reader.get_batch(i) for i in range(self._reader.num_record_batches))
