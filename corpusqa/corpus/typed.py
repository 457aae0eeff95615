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
from math import copysign
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.types as pt

from corpusqa.errors import CannotEvaluate
from corpusqa.readers.zones import arrow_array

JSON = pa.json_()
LONG = {b"corpusqa": b"JSON with long numbers"}  # metadata of a field: published as strings, all of JSON text
EXACT = 1 << 53  # whole numbers that a double holds exactly
INT64 = 1 << 63
JSON_NUMBERS = (
    -INT64,
    (1 << 64) - 1,
)  # what the decoder behind the feature `Json` of `datasets` takes; it fails beyond
DEEPEST = 32  # lists and structs in each other; Arrow cannot read a schema of about twice as many
DIGITS, MOST_DIGITS = 38, 76  # of decimals of 128 and 256 bits
FLAT = {
    pa.large_string(): pl.String,
    pa.int64(): pl.Int64,
    pa.float64(): pl.Float64,
    pa.bool_(): pl.Boolean,
}
BESIDE = (
    "holds bytes beside other values, and JSON text, which would hold both, has no bytes; give all its values one type"
)
LONG_NUMBER = re.compile(r"[0-9]{19}")
WHOLE = re.compile(r"\.0(?![0-9])|e\+")  # how Python writes a double that may be a whole number


def to_table(records: Sequence[dict[str, Any]], ready: Mapping[str, pl.Series] = MappingProxyType({})) -> pa.Table:
    """One column per key, in order of first appearance; `ready` holds columns of strings that exist already."""
    keys = dict.fromkeys(key for record in records for key in record)
    columns = [
        _named(key, _arrow(ready[key])) if key in ready else _column(key, [record.get(key) for record in records])
        for key in keys
    ]
    return pa.Table.from_arrays([array for _, array in columns], schema=pa.schema([field for field, _ in columns]))


def depth(kind: pa.DataType) -> int:
    """How many lists and structs lie inside each other in a type."""
    inner = [kind.field(i).type for i in range(kind.num_fields)]
    return 1 + max(map(depth, inner), default=0) if inner else 0


def _named(name: str, array: pa.Array, long: bool = False) -> tuple[pa.Field, pa.Array]:
    return pa.field(name, array.type, metadata=LONG if long else None), array


def is_long(field: pa.Field) -> bool:
    """Whether a column is JSON with a number that no decoder of `datasets` takes, here or in another unit."""
    return bool((field.metadata or {}).get(b"corpusqa") == LONG[b"corpusqa"])


def _column(name: str, values: list[Any]) -> tuple[pa.Field, pa.Array]:
    kind = _infer(values)
    if kind is None or depth(kind) > DEEPEST:
        try:
            text = _texts(values)
        except CannotEvaluate:
            raise CannotEvaluate(f"the column {name!r} {BESIDE}") from None
        array = pa.ExtensionArray.from_storage(JSON, _flat(text, pa.large_string()).cast(pa.string()))
        suspects = (value for value, one in zip(values, text, strict=True) if one and LONG_NUMBER.search(one))
        return _named(name, array, any(map(_is_beyond, suspects)))
    return _named(name, _flat(values, kind) if kind in FLAT else arrow_array(values, kind))


def _flat(values: list[Any], kind: pa.DataType) -> pa.Array:
    """By way of polars: `pa.array` imports pandas, which takes longer than reading a small corpus."""
    return _arrow(pl.Series(values, dtype=FLAT[kind], strict=False))


def _arrow(values: pl.Series) -> pa.Array:
    return values.to_arrow(compat_level=pl.CompatLevel.oldest())


def _is_beyond(value: Any) -> bool:
    """Whether a value holds a whole number, itself or inside, that is too long for JSON_NUMBERS."""
    if isinstance(value, dict | list):
        return any(map(_is_beyond, value.values() if isinstance(value, dict) else value))
    return isinstance(value, int) and not JSON_NUMBERS[0] <= value <= JSON_NUMBERS[1]


def _infer(values: list[Any]) -> pa.DataType | None:
    """The Arrow type that holds these values without loss, or None; `united.unify` joins types by the same rules."""
    kinds = frozenset(type(value) for value in values if value is not None)
    find = _INFER.get(kinds) or (_scalars if any(issubclass(kind, np.generic) for kind in kinds) else None)
    return find([value for value in values if value is not None]) if find else None


def _integers(values: list[int]) -> pa.DataType | None:
    return pa.int64() if min(values) >= -INT64 and max(values) < INT64 else None


def _numbers(values: list[float]) -> pa.DataType | None:
    whole = [value for value in values if isinstance(value, int)]
    fits = all(-INT64 <= value < INT64 for value in whole)
    exact = all(abs(value) <= EXACT for value in whole)
    return number_type(exact, fits and all(map(is_whole, values)))


def is_whole(value: float) -> bool:
    """Whether 64 bits hold a number as a whole one; minus zero is none."""
    return isinstance(value, int) or (
        value.is_integer() and abs(value) < INT64 and (value != 0 or copysign(1, value) > 0)
    )


def number_type(exact: bool, integral: bool) -> pa.DataType | None:
    """The type of whole numbers and fractions: doubles where they hold all, whole numbers where no fraction is one.

    A column of whole numbers with a null is written as doubles by much software, 2**53 and more among them.

    Args:
        exact: Whether doubles hold the whole numbers exactly.
        integral: Whether all of them, fractions included, are whole numbers of 64 bits.
    """
    return pa.float64() if exact else pa.int64() if integral else None


def _scalars(values: list[Any]) -> pa.DataType | None:
    """The type of numbers, dates and durations of numpy, also beside numbers of Python."""
    kinds = {kind for value in values if (kind := _scalar(value)) is not None}
    if len(kinds) == 1 and all(_scalar(value) is not None for value in values):
        return next(iter(kinds))
    if not all(isinstance(value, np.integer | np.floating | int | float) and value is not True for value in values):
        return None
    if all(map(pt.is_integer, kinds)):
        return None if pa.uint64() in kinds else pa.int64()
    if all(map(pt.is_floating, kinds)):
        return pa.float64()
    found = _numbers([value.item() if isinstance(value, np.generic) else value for value in values])
    return None if found == pa.int64() and pa.uint64() in kinds else found


def _scalar(value: Any) -> pa.DataType | None:
    if isinstance(value, np.generic):
        return pa.from_numpy_dtype(value.dtype)
    find = _INFER.get(frozenset([type(value)]))
    return find([value]) if find else None


def _lists(values: list[list[Any]]) -> pa.DataType | None:
    item = _infer([item for value in values for item in value])
    return None if item is None else pa.large_list(item)


def _objects(values: list[dict[str, Any]]) -> pa.DataType | None:
    keys = dict.fromkeys(key for value in values for key in value)
    same = all(value.keys() == keys.keys() for value in values)
    if not keys or not (same or any(map(_has_bytes, values))):
        return None
    fields = {key: _infer([value.get(key) for value in values]) for key in keys}
    return None if None in fields.values() else pa.struct(list(fields.items()))


def _has_bytes(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_has_bytes, value.values() if isinstance(value, dict) else value))
    return isinstance(value, bytes)


def _moments(values: list[datetime.datetime]) -> pa.DataType | None:
    kinds = {pa.scalar(datetime.datetime(2000, 1, 1, tzinfo=zone)).type for zone in {one.tzinfo for one in values}}
    return kinds.pop() if len(kinds) == 1 else None


def _clocks(values: list[datetime.time]) -> pa.DataType | None:
    return None if any(value.tzinfo for value in values) else pa.time64("us")


def _decimals(values: list[decimal.Decimal]) -> pa.DataType | None:
    if not all(value.is_finite() for value in values):
        return None
    sizes = list(map(_digits_of, values))
    return decimal_type(max(whole for whole, _ in sizes), max(fraction for _, fraction in sizes))


def _digits_of(value: decimal.Decimal) -> tuple[int, int]:
    """How many digits a finite decimal has before and behind the point, below zero where it has zeros there."""
    _, digits, exponent = value.as_tuple()
    return len(digits) + int(exponent), -int(exponent)


def decimal_type(whole: int, fraction: int) -> pa.DataType | None:
    """The type of decimals with so many digits before and behind the point; None where there is none."""
    fraction = max(fraction, 0)
    digits = max(whole, 0) + fraction
    if digits > MOST_DIGITS:
        return None
    return pa.decimal128(digits, fraction) if digits <= DIGITS else pa.decimal256(digits, fraction)


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
    frozenset([datetime.datetime]): _moments,
    frozenset([datetime.time]): _clocks,
    frozenset([datetime.timedelta]): lambda _: pa.duration("us"),
    frozenset([decimal.Decimal]): _decimals,
}


def as_json(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as JSON text of the type `json`; values that JSON does not have become strings."""
    if isinstance(column.type, pa.JsonType):
        text = [chunk.storage.cast(pa.string()) for chunk in column.chunks]
        return pa.chunked_array([pa.ExtensionArray.from_storage(JSON, chunk) for chunk in text], JSON)
    text = pa.array(_texts(column.to_pylist()), pa.string())
    return pa.chunked_array([pa.ExtensionArray.from_storage(JSON, text)], JSON)


def _texts(values: Iterable[Any]) -> list[str | None]:
    return [None if value is None else _json(value) for value in values]


def _json(value: Any) -> str:
    """JSON text in which 1.0 is 1: a column of numbers may have made one of the other, depending on what it held."""
    text = _encode(value)
    return _encode(_without_points(value)) if WHOLE.search(text) else text


def _without_points(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_points(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return list(map(_without_points, value))
    if isinstance(value, np.floating):
        value = value.item()
    return int(value) if isinstance(value, float) and is_whole(value) else value


def _text(value: Any) -> Any:
    """What JSON has no form for, as text; the looks of bytes are not their value."""
    if isinstance(value, bytes):
        raise CannotEvaluate(f"a column {BESIDE}")
    if isinstance(value, decimal.Decimal):
        return _digits(value)
    if isinstance(value, np.datetime64 | np.timedelta64):
        return str(pa.scalar(value).as_py())  # as the values of a column of them are written
    return value.item() if isinstance(value, np.number | np.bool_) else str(value)


def _digits(value: decimal.Decimal) -> str:
    """A decimal without zeros at its end, which a column of others may have given it."""
    if not value.is_finite() or decimal_type(*_digits_of(value)) is None:
        return str(value)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_encode = json.JSONEncoder(ensure_ascii=False, default=_text).encode
