"""Arrow columns for JSON values, without loss.

Every value read back equals the value that came in. Where Arrow has no type for that (a column that is sometimes a
string and sometimes a list, objects whose keys vary, integers beyond 64 bits), the column holds JSON text under the
Arrow type `json`, which `datasets` shows as the values themselves. A key that is absent in one row of the source and
null in another is null in both: only at the top level, where a table has no other way to say it, and in objects that
hold bytes, which JSON text never does. Dates, times and decimals in it are strings.
"""

from __future__ import annotations

import datetime
import decimal
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from types import MappingProxyType
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.types as pt

from corpusqa.errors import CannotEvaluate

JSON = pa.json_()
EXACT = 1 << 53  # whole numbers that a double holds exactly
INT64 = 1 << 63
DEEPEST = 32  # lists and structs in each other; Arrow cannot read a schema of about twice as many
FLAT = {
    pa.large_string(): pl.String,
    pa.int64(): pl.Int64,
    pa.float64(): pl.Float64,
    pa.bool_(): pl.Boolean,
}
LONG_NUMBER = re.compile(r"[0-9]{19}")


Values = Callable[[str], Iterable[pa.ChunkedArray]]


def to_table(records: Sequence[dict[str, Any]], ready: Mapping[str, pl.Series] = MappingProxyType({})) -> pa.Table:
    """One column per key, in order of first appearance; `ready` holds columns of strings that exist already."""
    keys = dict.fromkeys(key for record in records for key in record)
    columns = [_arrow(ready[key]) if key in ready else _column([record.get(key) for record in records]) for key in keys]
    return pa.Table.from_arrays(columns, list(keys))


def unify(schemas: Iterable[pa.Schema], values: Values | None = None) -> pa.Schema:
    """The narrowest schema that holds the rows of all of these without loss; what cannot be united becomes JSON.

    Args:
        schemas: Of the tables of a source.
        values: Gives the columns of a name in these tables; asked where some hold whole numbers and some fractions, of
            which only the values say whether one type holds both. Without it a double is taken to.

    Raises:
        CannotEvaluate: bytes stand beside something else in one column, which no type and no JSON text holds.
    """
    kinds: dict[str, dict[pa.DataType, None]] = {}
    for schema in schemas:
        for field in schema:
            kinds.setdefault(field.name, {})[_plain(field.type)] = None
    return pa.schema([(name, _united(name, list(several), values)) for name, several in kinds.items()])


def _united(name: str, kinds: Sequence[pa.DataType], values: Values | None) -> pa.DataType:
    some = [kind for kind in kinds if not pt.is_null(kind)]
    if values and all(map(_is_number, some)) and any(map(pt.is_floating, some)) and any(map(pt.is_integer, some)):
        return _number(list(values(name)))
    found = reduce(_union, kinds)
    if found == JSON and any(map(_holds_bytes, kinds)):
        others = " and ".join(dict.fromkeys(str(kind) for kind in some))
        raise CannotEvaluate(
            f"the column {name!r} holds {others} in different files, and no type holds both; give them one type, or "
            "read them as sources of their own"
        )
    return found


def _is_number(kind: pa.DataType) -> bool:
    return bool(pt.is_integer(kind) or pt.is_floating(kind))


def _number(columns: Iterable[pa.ChunkedArray]) -> pa.DataType:
    """The type of whole numbers and fractions: doubles where they hold all, whole numbers where no fraction is one.

    A column of whole numbers with a null is written as doubles by much software, 2**53 and more among them.
    """
    series = [pl.Series(column.cast(pa.float64() if pt.is_float16(column.type) else column.type)) for column in columns]
    whole = [one for one in series if one.dtype.is_integer()]
    if all(one.is_between(-EXACT, EXACT).all() for one in whole):
        return pa.float64()
    fractions = [one for one in series if not one.dtype.is_integer()]
    integral = all(((one == one.floor()) & (one.abs() < INT64)).all() for one in fractions)
    if integral and not any(one.dtype == pl.UInt64 for one in whole):
        return pa.int64()
    return pa.large_string()


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """A table in a schema made by `unify` from its own and others; columns that it does not have are null."""
    have = set(table.column_names)
    columns = [
        _conformed(table[field.name], field.type) if field.name in have else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def depth(kind: pa.DataType) -> int:
    """How many lists and structs lie inside each other in a type."""
    inner = [kind.field(i).type for i in range(kind.num_fields)]
    return 1 + max(map(depth, inner), default=0) if inner else 0


def _column(values: list[Any]) -> pa.Array:
    kind = _infer(values)
    if kind is None or depth(kind) > DEEPEST:
        return _json_array(values)
    return _flat(values, kind) if kind in FLAT else pa.array(values, kind)


def _flat(values: list[Any], kind: pa.DataType) -> pa.Array:
    """By way of polars: `pa.array` imports pandas, which takes longer than reading a small corpus."""
    return _arrow(pl.Series(values, dtype=FLAT[kind], strict=False))


def _arrow(values: pl.Series) -> pa.Array:
    return values.to_arrow(compat_level=pl.CompatLevel.oldest())


def _json_array(values: list[Any]) -> pa.Array:
    """JSON text; of the type `json` unless a number is too long for the decoder of `datasets`."""
    text = _texts(values)
    if any(value and LONG_NUMBER.search(value) for value in text):
        return _flat(text, pa.large_string())
    return pa.ExtensionArray.from_storage(JSON, _flat(text, pa.large_string()).cast(pa.string()))


def _infer(values: list[Any]) -> pa.DataType | None:
    """The Arrow type that holds these JSON values without loss, or None."""
    kinds = frozenset(type(value) for value in values if value is not None)
    find = _INFER.get(kinds)
    return find([value for value in values if value is not None]) if find else None


def _integers(values: list[int]) -> pa.DataType | None:
    return pa.int64() if min(values) >= -INT64 and max(values) < INT64 else None


def _numbers(values: list[float]) -> pa.DataType | None:
    exact = all(abs(value) <= EXACT for value in values if isinstance(value, int))
    return pa.float64() if exact else None


def _lists(values: list[list[Any]]) -> pa.DataType | None:
    item = _infer([item for value in values for item in value])
    return None if item is None else pa.large_list(item)


def _objects(values: list[dict[str, Any]]) -> pa.DataType | None:
    keys = values[0].keys()
    if not keys or any(value.keys() != keys for value in values):
        return None
    fields = {key: _infer([value[key] for value in values]) for key in keys}
    return None if None in fields.values() else pa.struct(list(fields.items()))


_INFER: dict[frozenset[type], Callable[[list[Any]], pa.DataType | None]] = {
    frozenset(): lambda _: pa.null(),
    frozenset([str]): lambda _: pa.large_string(),
    frozenset([bool]): lambda _: pa.bool_(),
    frozenset([int]): _integers,
    frozenset([float]): lambda _: pa.float64(),
    frozenset([int, float]): _numbers,
    frozenset([list]): _lists,
    frozenset([dict]): _objects,
    # what datasets in memory hold besides
    frozenset([bytes]): lambda _: pa.large_binary(),
    frozenset([datetime.date]): lambda _: pa.date32(),
    frozenset([datetime.datetime]): lambda values: pa.array(values).type,
    frozenset([datetime.time]): lambda _: pa.time64("us"),
    frozenset([datetime.timedelta]): lambda _: pa.duration("us"),
    frozenset([decimal.Decimal]): lambda values: pa.array(values).type,
}


def _plain(kind: pa.DataType) -> pa.DataType:
    """One spelling per meaning: large strings and lists, no dictionaries, no views."""
    if isinstance(kind, pa.JsonType):
        return JSON
    if pt.is_dictionary(kind):
        return _plain(kind.value_type)
    if pt.is_string(kind) or pt.is_string_view(kind):
        return pa.large_string()
    if pt.is_binary(kind) or pt.is_binary_view(kind):
        return pa.large_binary()
    if pt.is_list(kind) or pt.is_large_list(kind):
        return pa.large_list(_plain(kind.value_type))
    if pt.is_struct(kind):
        return pa.struct([(field.name, _plain(field.type)) for field in kind])
    return kind


def _union(a: pa.DataType, b: pa.DataType) -> pa.DataType:
    if a == b or pt.is_null(b):
        return a
    if pt.is_null(a):
        return b
    if pt.is_integer(a) and pt.is_integer(b):
        return JSON if pt.is_uint64(a) or pt.is_uint64(b) else pa.int64()
    if (pt.is_integer(a) or pt.is_floating(a)) and (pt.is_integer(b) or pt.is_floating(b)):
        return pa.float64()
    if pt.is_large_list(a) and pt.is_large_list(b):
        item = _union(a.value_type, b.value_type)
        return JSON if item == JSON else pa.large_list(item)
    if pt.is_struct(a) and pt.is_struct(b):
        names = dict.fromkeys(field.name for kind in (a, b) for field in kind)
        same = len(names) == a.num_fields == b.num_fields
        if same or _holds_bytes(a) or _holds_bytes(b):
            fields = [(name, _union(_inner(a, name), _inner(b, name))) for name in names]
            return JSON if any(kind == JSON for _, kind in fields) else pa.struct(fields)
    return JSON


def _inner(kind: pa.StructType, name: str) -> pa.DataType:
    at = kind.get_field_index(name)
    return kind.field(at).type if at >= 0 else pa.null()


def _holds_bytes(kind: pa.DataType) -> bool:
    if pt.is_large_binary(kind) or pt.is_fixed_size_binary(kind):
        return True
    if pt.is_struct(kind) or pt.is_map(kind):
        return any(_holds_bytes(kind.field(at).type) for at in range(kind.num_fields))
    return bool(pt.is_large_list(kind) or pt.is_fixed_size_list(kind)) and _holds_bytes(kind.value_type)


def _conformed(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if column.type == kind:
        return column
    if kind == JSON:
        return as_json(column)
    try:
        return column.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # a struct with its keys in another order
        return pa.chunked_array([pa.array(column.to_pylist(), kind)])


def as_json(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as JSON text of the type `json`; values that JSON does not have become strings."""
    if isinstance(column.type, pa.JsonType):
        text = [chunk.storage.cast(pa.string()) for chunk in column.chunks]
        return pa.chunked_array([pa.ExtensionArray.from_storage(JSON, chunk) for chunk in text], JSON)
    text = pa.array(_texts(column.to_pylist()), pa.string())
    return pa.chunked_array([pa.ExtensionArray.from_storage(JSON, text)], JSON)


def _texts(values: Iterable[Any]) -> list[str | None]:
    return [None if value is None else json.dumps(value, ensure_ascii=False, default=_text) for value in values]


def _text(value: Any) -> str:
    """What JSON has no form for, as text; the looks of bytes are not their value."""
    if isinstance(value, bytes):
        raise CannotEvaluate(
            "a column holds bytes beside other values, and JSON text, which would hold both, has no bytes"
        )
    return str(value)
