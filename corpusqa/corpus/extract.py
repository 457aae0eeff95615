"""Texts and fields out of a block, whether it holds Python objects or a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.types as pt

from corpusqa.batch import Buffers, from_buffers
from corpusqa.corpus.arrow import is_text, strings, texts, undecodable
from corpusqa.corpus.digest import canonical
from corpusqa.corpus.fields import Fields
from corpusqa.corpus.parts import NULL, NoText, joined, pieces
from corpusqa.readers.model import Block

NOT_UTF8 = "the text is not valid UTF-8"

Bounds = tuple[int, int, int, int, str]  # position in the block, part, start, end, role


@dataclass(frozen=True)
class Texts:
    """The texts of a block.

    Attributes:
        text: One per row, null where there is none.
        reasons: Why a row has none; None where it has one.
        parts: Where the pieces lie, if the source has texts in several places; else empty.
    """

    text: pl.Series
    reasons: list[str | None]
    parts: list[Bounds] = field(default_factory=list)


def texts_of(block: Block, fields: Fields) -> Texts:
    """The texts of a block's rows."""
    if fields.cells:
        return _pieces(block, fields)
    if block.table is None:
        return _strings([record.get(fields.text) for record in block.records or ()])
    height = block.place.height
    if fields.text not in block.table.column_names:
        return _nothing(height, NULL)  # whether others of its unit have one must not show
    column = block.table[fields.text]
    if not is_text(column.type):
        reason = f"the text is {_kind_of(column.type)}, not a string"
        reasons = [NULL if null else reason for null in column.is_null().to_pylist()]
        return Texts(pl.Series([None] * height, dtype=pl.String), [*reasons])
    found, bad = texts(column, block.is_utf8)
    said: list[str | None] = [NULL if null else None for null in found.is_null()]
    for row in bad:
        said[row] = NOT_UTF8
    return Texts(found, said)


def field_of(block: Block, name: str | None) -> pl.Series:
    """The column of a field as strings; a name with dots leads into nested columns."""
    if name is None:
        return pl.Series([None] * block.place.height, dtype=pl.String)
    if block.table is not None and name in block.table.column_names:
        column = block.table[name]
        return texts(column, block.is_utf8)[0] if is_text(column.type) else strings(column)[0]
    values = values_of(block, (name,))
    if "." in name and all(value is None for value in values):
        values = values_of(block, name.split("."))
    return pl.Series([v if isinstance(v, str) or v is None else canonical(v) for v in values], dtype=pl.String)


def values_of(block: Block, path: Sequence[str]) -> list[Any]:
    """The values at a path as Python objects; None where a key on the way is absent."""
    first, *rest = path
    if block.table is None:
        values = [record.get(first) for record in block.records or ()]
    elif first in block.table.column_names:
        values = column_values(block.table[first])
    else:
        values = [None] * block.place.height
    for key in rest:
        values = [value.get(key) if isinstance(value, dict) else None for value in values]
    return values


def column_values(column: pa.ChunkedArray) -> list[Any]:
    """A column as Python objects, JSON text decoded; None where a value is no JSON or holds text that is not UTF-8."""
    if isinstance(column.type, pa.JsonType):
        lost = set(undecodable(column))
        texts_of_json = column.to_pylist()
        return [None if t is None or row in lost else json.loads(t) for row, t in enumerate(texts_of_json)]
    if is_text(column.type):
        return texts(column)[0].to_list()
    bad = set(undecodable(column))
    if bad:
        return [None if row in bad else column[row].as_py() for row in range(len(column))]
    values: list[Any] = column.to_pylist()
    return values


def _pieces(block: Block, fields: Fields) -> Texts:
    cells = [values_of(block, cell.path) for cell in fields.cells]
    found: list[str | None] = []
    reasons: list[str | None] = []
    parts: list[Bounds] = []
    for row, values in enumerate(zip(*cells, strict=True)):
        try:
            row_pieces = pieces(fields.cells, values)
        except NoText as error:
            found.append(None)
            reasons.append(str(error))
            continue
        text, bounds = joined(row_pieces)
        found.append(text)
        reasons.append(None)
        parts.extend(
            (row, part, start, end, piece.role)
            for part, (piece, (start, end)) in enumerate(zip(row_pieces, bounds, strict=True))
        )
    return Texts(pl.Series(found, dtype=pl.String), reasons, parts)


def _strings(values: Sequence[Any]) -> Texts:
    if all(type(value) is str for value in values):
        return Texts(series_of(values), [None] * len(values))
    reasons = [None if isinstance(v, str) else NULL if v is None else _kind(v) for v in values]
    return Texts(pl.Series([v if isinstance(v, str) else None for v in values], dtype=pl.String), reasons)


def series_of(values: Sequence[str]) -> pl.Series:
    """Strings as a series, at twice the speed of its constructor where they are long."""
    data = [value.encode() for value in values]
    ends = np.zeros(len(data) + 1, np.int64)
    np.cumsum([len(value) for value in data], out=ends[1:])
    return from_buffers(Buffers(np.frombuffer(b"".join(data), np.uint8), ends))


def _nothing(height: int, reason: str) -> Texts:
    return Texts(pl.Series([None] * height, dtype=pl.String), [reason] * height)


def _kind(value: Any) -> str:
    name = {dict: "an object", list: "a list", bool: "a truth value"}.get(type(value))
    name = name or ("a date or time" if isinstance(value, date | time | timedelta) else "a number")
    return f"the text is {name}, not a string"


def _kind_of(kind: pa.DataType) -> str:
    """The same of a type of Arrow, so that a row is told of in one way however it is read."""
    if isinstance(kind, pa.JsonType):
        return "JSON of any kind"
    if isinstance(kind, pa.BaseExtensionType):
        return _kind_of(kind.storage_type)
    if pt.is_dictionary(kind) or pt.is_run_end_encoded(kind):
        return _kind_of(kind.value_type)
    names = {pt.is_boolean: "a truth value", pt.is_temporal: "a date or time", pt.is_struct: "an object"}
    said = next((name for test, name in names.items() if test(kind)), None)
    return said or ("an object" if pt.is_map(kind) else "a list" if pt.is_nested(kind) else "a number")
