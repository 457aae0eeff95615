"""Which Arrow types are published, and how they are named."""

from __future__ import annotations

import json
from collections.abc import Callable

import pyarrow as pa
import pyarrow.types as pt

from corpusqa.corpus.times import known_zone
from corpusqa.corpus.typed import DEEPEST, LONG, depth, is_long

JSON = pa.json_()


def published_schema(schema: pa.Schema, text: str) -> pa.Schema:
    """The schema of the data files: the columns of the source in their order, the text as a string."""
    return pa.schema([_field(field, text) for field in schema])


def _field(field: pa.Field, text: str) -> pa.Field:
    if field.name == text:
        return pa.field(text, pa.string())
    return pa.field(field.name, _published(field.type), metadata=LONG if is_long(field) else None)


def _published(kind: pa.DataType) -> pa.DataType:
    """The type under which every reader of Parquet sees the same values; JSON text where there is none."""
    if isinstance(kind, pa.JsonType):
        return JSON
    plain = _plain(kind)
    return JSON if plain is None or depth(plain) > DEEPEST else plain


def _plain(kind: pa.DataType) -> pa.DataType | None:
    """Plain strings and lists, no dictionaries and views; None for what Parquet or its readers do not agree on.

    A column without any value becomes strings, because readers disagree on what "null" is.
    """
    if pt.is_dictionary(kind):
        return _plain(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return _plain(kind.storage_type)
    if pt.is_null(kind) or pt.is_large_string(kind) or pt.is_string_view(kind):
        return pa.string()
    if pt.is_large_binary(kind) or pt.is_binary_view(kind) or pt.is_fixed_size_binary(kind):
        return pa.binary()
    if pt.is_list(kind) or pt.is_large_list(kind) or pt.is_list_view(kind) or pt.is_fixed_size_list(kind):
        item = _plain(kind.value_type)
        return None if item is None else pa.list_(item)
    if pt.is_struct(kind):
        fields = [(field.name, _plain(field.type)) for field in kind]
        return pa.struct(fields) if fields and all(found is not None for _, found in fields) else None
    if pt.is_timestamp(kind):
        return pa.timestamp("ms" if kind.unit == "s" else kind.unit, kind.tz and known_zone(kind.tz))
    if pt.is_date64(kind):
        return pa.date32()
    return kind if any(test(kind) for test in (*_NAMES.values(), pt.is_decimal128)) else None


def described(schema: pa.Schema) -> list[list[str]]:
    """Name and type of every column in words of our own, which stay the same over releases of pyarrow."""
    return [[field.name, type_name(field.type)] for field in schema]


def type_name(kind: pa.DataType) -> str:
    """The name of a published type: `string`, `list<int64>`, `struct<"a": bool>`, `timestamp[us, UTC]`."""
    if isinstance(kind, pa.BaseExtensionType):
        return "json"
    if pt.is_list(kind):
        return f"list<{type_name(kind.value_type)}>"
    if pt.is_struct(kind):
        return "struct<" + ", ".join(f"{json.dumps(f.name)}: {type_name(f.type)}" for f in kind) + ">"
    if pt.is_timestamp(kind):
        return f"timestamp[{kind.unit}{', ' + kind.tz if kind.tz else ''}]"
    if pt.is_decimal(kind):
        return f"decimal({kind.precision}, {kind.scale})"
    return next(name for name, test in _NAMES.items() if test(kind))


_NAMES: dict[str, Callable[[pa.DataType], bool]] = {
    "string": pt.is_string,
    "binary": pt.is_binary,
    "bool": pt.is_boolean,
    "int8": pt.is_int8,
    "int16": pt.is_int16,
    "int32": pt.is_int32,
    "int64": pt.is_int64,
    "uint8": pt.is_uint8,
    "uint16": pt.is_uint16,
    "uint32": pt.is_uint32,
    "uint64": pt.is_uint64,
    "float16": pt.is_float16,
    "float32": pt.is_float32,
    "float64": pt.is_float64,
    "date": pt.is_date32,
    "time": pt.is_time64,
}
