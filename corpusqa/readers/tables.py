"""What the readers of tables share: collecting tables and counting their rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.types as pt

from corpusqa.readers.list_views import as_lists, holds_list_views, is_list_view
from corpusqa.readers.model import NESTED, OTHER, PLACE, TEXT, Block, Trouble
from corpusqa.readers.zones import arrow_array

Int64s = npt.NDArray[np.int64]
SMALL_CHUNK = 1 << 16  # bytes, on average
TWICE = "two columns of the file, or two fields of one, have the same name"


class Tables:
    """The rows of a unit while it is read.

    Args:
        names: The columns that are asked for; None is all.
        wanted: Positions of the rows that are asked for; None is all.
    """

    def __init__(self, names: Sequence[str] | None, wanted: Collection[int] | None = None) -> None:
        self._wanted = None if wanted is None else np.sort(np.fromiter(wanted, np.int64))
        self._names = None if names is None else set(names)
        self._tables: list[pa.Table] = []
        self._places: list[pl.DataFrame] = []
        self._troubles: list[Trouble] = []
        self._count = 0

    def wanted(self, rows: int) -> Int64s | None:
        """Which of the rows that come next are asked for, by their positions among them; None is all.

        If there are none, the rows are counted and need not be read.
        """
        if self._wanted is None:
            return None
        first, last = np.searchsorted(self._wanted, [self._count, self._count + rows])
        found = self._wanted[first:last] - self._count
        self._count += 0 if len(found) else rows
        return found

    def add_some(self, file: str, table: pa.Table, at: Int64s, rows: int) -> None:
        """Add some of the rows that come next: `at` are their positions among these."""
        self._places.append(placed(file, rows, self._count)[at])
        self._tables.append(self._chosen(table))
        self._count += rows

    def add(self, file: str, table: pa.Table) -> None:
        """Add rows; columns that were not asked for are left out."""
        self._places.append(placed(file, table.num_rows, self._count))
        self._tables.append(self._chosen(table))
        self._count += table.num_rows

    def trouble(self, file: str, reason: str, rows: int | None = None) -> None:
        """Count rows that cannot be read; where nobody can tell how many, the rest of the file as one."""
        count, rest = (1, True) if rows is None else (rows, False)
        self._troubles.extend(Trouble(self._count + i, file, None, None, reason, rest) for i in range(count))
        self._count += count

    def block(self) -> Block:
        """Everything that was added."""
        place = pl.concat(self._places) if self._places else pl.DataFrame(schema=PLACE)
        table = pa.concat_tables(self._tables) if self._tables else pa.table({})
        return Block(self._count, place, table=together(table), troubles=self._troubles)

    def _chosen(self, table: pa.Table) -> pa.Table:
        """The wanted columns, views as plain strings and lists, and runs as their values.

        Arrow can filter neither, and `datasets` writes all buffers of views with every slice. A table without any
        wanted column keeps its number of rows in a column without a name.
        """
        present = [name for name in table.column_names if self._names is None or name in self._names]
        if not present:
            return pa.table({"": pa.nulls(table.num_rows)})
        return plain(table.select(present))


def together(table: pa.Table) -> pa.Table:
    """The table with its chunks joined if they are small: whatever goes through them takes as long for a small one."""
    chunks = max((column.num_chunks for column in table.columns), default=0)
    return table.combine_chunks() if table.nbytes < SMALL_CHUNK * chunks else table


def plain(table: pa.Table) -> pa.Table:
    """The table with views as plain strings and lists, and runs as their values."""
    fields = [field.with_type(_plain(field.type)) for field in table.schema]
    schema = pa.schema(fields, table.schema.metadata)
    if schema == table.schema:
        return table
    return pa.table([_cast(table[field.name], field.type) for field in schema], schema=schema)


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type without views and runs, also below it; the same object where it has none."""
    if pt.is_string_view(kind):
        return pa.large_string()
    if pt.is_binary_view(kind):
        return pa.large_binary()
    if pt.is_run_end_encoded(kind):
        return _plain(kind.value_type)
    if pt.is_dictionary(kind):
        values = _plain(kind.value_type)
        return kind if values == kind.value_type else pa.dictionary(kind.index_type, values, kind.ordered)
    if pt.is_struct(kind):
        fields = [field.with_type(_plain(field.type)) for field in kind]
        return kind if fields == list(kind) else pa.struct(fields)
    if pt.is_fixed_size_list(kind):
        found = pa.list_(kind.value_field.with_type(_plain(kind.value_type)), kind.list_size)
        return kind if found == kind else found
    if pt.is_map(kind):
        key, item = (field.with_type(_plain(field.type)) for field in (kind.key_field, kind.item_field))
        found = pa.map_(key, item, kind.keys_sorted)
        return kind if found == kind else found
    for test, make in _LISTS:
        if test(kind):
            found = make(kind.value_field.with_type(_plain(kind.value_type)))
            return kind if found == kind else found
    return kind


_LISTS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Field], pa.DataType]], ...] = (
    (pt.is_list, pa.list_),
    (pt.is_large_list, pa.large_list),
    (is_list_view, pa.large_list),  # values that views share are repeated
)


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """A column in its plain type, value by value where Arrow has no cast for it."""
    try:
        return (as_lists(column) if holds_list_views(column.type) else column).cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.chunked_array([arrow_array(column.to_pylist(), kind)], kind)


def placed(
    file: str, count: int, before: int, line: Int64s | None = None, offset: Int64s | None = None
) -> pl.DataFrame:
    """The places of rows of one file that come after `before` others; null where a format has no lines or offsets."""
    row = pl.int_range(before, before + count, eager=True).alias("row")
    name = pl.Series("file", [file], pl.String).new_from_index(0, count)
    return pl.DataFrame([row, name, _numbers("line", line, count), _numbers("offset", offset, count)])


def _numbers(name: str, values: Int64s | None, count: int) -> pl.Series:
    if values is None:
        return pl.Series(name, [None], pl.Int64).new_from_index(0, count)
    return pl.Series(name, values, pl.Int64)


def alike(one: pa.Schema, other: pa.Schema | None) -> bool:
    """Whether files of these schemas may share a unit: types and what `datasets` says of them are equal."""
    if other is None or one != other:
        return False
    said = [(schema.metadata or {}).get(b"huggingface") for schema in (one, other)]
    return bool(said[0] == said[1])


def kinds_of_schema(schema: pa.Schema) -> dict[str, str]:
    """What the columns of a schema hold."""
    return {field.name: _kind(field.type) for field in schema}


def named_twice(fields: Iterable[pa.Field]) -> bool:
    """Whether two columns, or two fields of a nested one, bear the same name, so that a name does not say which."""
    found = list(fields)
    inner = ([field.type.field(i) for i in range(field.type.num_fields)] for field in found)
    return len({field.name for field in found}) < len(found) or any(map(named_twice, inner))


def refuse_undecodable_names(fields: Iterable[pa.Field]) -> None:
    """Raise ValueError if the name of a column, or of a field below one, is not UTF-8."""
    for field in fields:
        field.name.encode()  # decoding it is what fails
        refuse_undecodable_names(field.type.field(i) for i in range(field.type.num_fields))


def _kind(kind: pa.DataType) -> str:
    if pt.is_dictionary(kind) or pt.is_run_end_encoded(kind):
        return _kind(kind.value_type)
    if pt.is_nested(kind) or isinstance(kind, pa.JsonType):
        return NESTED
    texts = (pt.is_string, pt.is_large_string, pt.is_string_view, pt.is_binary, pt.is_large_binary, pt.is_binary_view)
    return TEXT if any(test(kind) for test in texts) else OTHER


def runs(sizes: Sequence[int], limit: int) -> Iterator[tuple[int, int]]:
    """Consecutive pieces, filled up to the limit, as start and stop."""
    start, total = 0, 0
    for i, size in enumerate(sizes):
        if i > start and total + size > limit:
            yield start, i
            start, total = i, 0
        total += size
    yield start, len(sizes)
