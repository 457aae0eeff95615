"""Between Arrow columns and strings: every value a document field or a digest needs, whatever the column's type."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.types as pt

from corpusqa.corpus.digest import canonical, digest_columns
from corpusqa.corpus.raw import is_string, raw
from corpusqa.corpus.times import beyond, is_time, iso, readable
from corpusqa.readers.records import Bad, refuse_depth, refuse_surrogates
from corpusqa.readers.tables import runs

TEXT, VALUE = "s", "j"  # tags of the digest: a string, or canonical JSON of another value
ROWS = 8192  # digested at once, but for larger chunks: every step has a price


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type can hold text: strings however they are stored, or their bytes."""
    if pt.is_dictionary(kind):
        return is_text(kind.value_type)
    return bool(pt.is_string(kind) or pt.is_large_string(kind) or pt.is_string_view(kind)) or _is_bytes(kind)


def texts(column: pa.ChunkedArray, is_utf8: bool = False) -> tuple[pl.Series, list[int]]:
    """A column for which `is_text` holds as strings, and the rows that are not valid UTF-8, which are null.

    Args:
        column: The values.
        is_utf8: Whether the strings of a column of strings are known to be valid.
    """
    if is_utf8 and is_string(column.type):
        return _series(column), []
    if pt.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    try:  # files can hold strings that no writer has checked; polars does so five times as fast as `validate`
        column.validate()
        return _series(_as_bytes(column)).cast(pl.String), []
    except (pa.ArrowInvalid, pl.exceptions.ComputeError):
        return _decoded(column)


def _as_bytes(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Strings as the bytes that they are stored in, without a copy but for views."""
    plain = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary()}.get(column.type)
    if plain is None:
        return (
            column if pt.is_binary(column.type) or pt.is_large_binary(column.type) else column.cast(pa.large_binary())
        )
    return pa.chunked_array([chunk.view(plain) for chunk in column.chunks], plain)


def undecodable(column: pa.ChunkedArray) -> list[int]:
    """The rows of a column of any type that hold bytes which are no UTF-8 where text should be, or no JSON likewise."""
    if is_text(column.type):
        return [] if _is_bytes(column.type) else texts(column)[1]
    if isinstance(column.type, pa.JsonType):
        return [row for row, text in enumerate(column.to_pylist()) if not _is_json(text)]
    if pt.is_temporal(column.type):  # see `beyond`
        return []
    try:
        column.validate(full=True)
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return [row for row in range(len(column)) if not readable(column[row])]
    return []


def _is_json(text: str | None) -> bool:
    text = text or "null"
    try:
        value = json.loads(text)
        refuse_depth(value, text)
        refuse_surrogates(value)
    except (ValueError, RecursionError, Bad):
        return False
    return True


def strings(column: pa.ChunkedArray) -> tuple[pl.Series, str]:
    """A column as strings and the tag of its digest: strings and ISO dates as they are, other values as JSON.

    Raises:
        UnicodeDecodeError: If a nested value holds a string that is not valid UTF-8.
    """
    kind = column.type
    if isinstance(kind, pa.ExtensionType | pa.BaseExtensionType):
        return _extension(column)
    if is_text(kind) and not _is_bytes(kind.value_type if pt.is_dictionary(kind) else kind):
        return texts(column)[0], TEXT
    if pt.is_date(kind) or pt.is_timestamp(kind):
        return iso(column), TEXT
    if pt.is_boolean(kind) or pt.is_integer(kind):
        return _series(column).cast(pl.String), VALUE
    bad = beyond(column) if is_time(kind) else []
    values = column.to_pylist() if not bad else [None if i in bad else v.as_py() for i, v in enumerate(column)]
    return pl.Series([None if v is None else canonical(v) for v in values], dtype=pl.String), VALUE


def table_digests(table: pa.Table, rows: Sequence[int] | None = None) -> list[str]:
    """One digest per row of a table whose strings are known to be valid UTF-8.

    Args:
        table: The rows.
        rows: Positions of the rows that are wanted; None is all, in order.
    """
    names = [name for name in table.column_names if not pt.is_null(table[name].type)]
    plain = [name for name in names if is_string(table[name].type)]
    longest = max(plain, key=lambda name: table[name].nbytes, default=None)
    small = table.select([name for name in names if name != longest])
    if longest is None:
        return digest_columns(_columns(small, rows), table.num_rows if rows is None else len(rows))
    if rows is not None:
        return digest_columns(_columns(small, rows), len(rows), (longest, [raw(table[longest]).take(rows)]))
    found: list[str] = []
    chunks = table[longest].chunks  # where they lie: joined, they would be copied
    for start, stop in runs([len(chunk) for chunk in chunks], ROWS):
        values = [raw(pa.chunked_array([chunk])) for chunk in chunks[start:stop]]
        height = sum(len(some.starts) for some in values)
        found += digest_columns(_columns(small.slice(len(found), height)), height, (longest, values))
    return found


def _columns(table: pa.Table, rows: Sequence[int] | None = None) -> dict[str, pl.Series]:
    """Columns as `digest_columns` takes them."""
    chosen = table if rows is None else table.take(pa.array(rows, pa.int64()))
    found = {name: strings(chosen[name]) for name in chosen.column_names}
    return {name: values.alias(tag) for name, (values, tag) in found.items()}


def _extension(column: pa.ChunkedArray) -> tuple[pl.Series, str]:
    storage = pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
    values, tag = strings(storage)
    if column.type.extension_name != "arrow.json":
        return values, tag
    return values.map_elements(lambda text: canonical(json.loads(text)), return_dtype=pl.String), VALUE


def _series(column: pa.ChunkedArray) -> pl.Series:
    found = pl.from_arrow(column)
    assert isinstance(found, pl.Series)
    return found


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pt.is_binary(kind) or pt.is_large_binary(kind) or pt.is_binary_view(kind))


def _decoded(column: pa.ChunkedArray) -> tuple[pl.Series, list[int]]:
    """Value by value, for the rare column with bytes that are not UTF-8."""
    values: list[str | None] = []
    bad: list[int] = []
    for row, value in enumerate(_raw(column)):
        try:
            values.append(None if value is None else value.decode())
        except UnicodeDecodeError:
            values.append(None)
            bad.append(row)
    return pl.Series(values, dtype=pl.String), bad


def _raw(column: pa.ChunkedArray) -> list[Any]:
    binary = pa.binary_view() if pt.is_string_view(column.type) else pa.large_binary()
    values: list[Any] = column.cast(binary).to_pylist()
    return values
