"""One schema for the tables of a source, however its rows were cut into them.

The type of a column is the join of what its values are: it is the same for any units and any order of them, and each
table is brought to it from its own values. `typed` joins the values of one table by the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial, reduce

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from corpusqa.corpus.typed import (
    DEEPEST,
    EXACT,
    INT64,
    JSON,
    LONG,
    as_json,
    decimal_type,
    depth,
    is_long,
    number_type,
)
from corpusqa.errors import CannotEvaluate
from corpusqa.readers.zones import arrow_array

Values = Callable[[str], Iterable[pa.ChunkedArray]]
Path = tuple[str | None, ...]  # from a column to values inside: names of fields, None for the items of a list
Numbers = Callable[[Path], pa.DataType]


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
    long: set[str] = set()
    for schema in schemas:
        for field in schema:
            kinds.setdefault(field.name, {})[_plain(field.type)] = None
            long.update([field.name] if is_long(field) else [])
    united = {name: _united(name, list(several), values) for name, several in kinds.items()}
    fields = [(name, pa.large_string() if name in long else kind) for name, kind in united.items()]
    return pa.schema([pa.field(name, kind, metadata=LONG if name in long else None) for name, kind in fields])


def _united(name: str, kinds: Sequence[pa.DataType], values: Values | None) -> pa.DataType:
    numbers = cache(partial(_number, name, values))
    found = reduce(lambda a, b: _union(a, b, numbers, ()), kinds)
    found = JSON if len(kinds) > 1 and depth(found) > DEEPEST else found
    if found == JSON and any(map(_holds_bytes, kinds)):
        others = " and ".join(dict.fromkeys(str(kind) for kind in kinds if not pt.is_null(kind)))
        raise CannotEvaluate(
            f"the column {name!r} holds {others} in different files, and no type holds both; give them one type, or "
            "read them as sources of their own"
        )
    return found


def _number(name: str, values: Values | None, path: Path) -> pa.DataType:
    """The type of the numbers that lie in all tables at a place, whole ones of two kinds or fractions among them.

    See `number_type`; without fractions none holds those of 64 bits with a sign and those without.
    """
    exact = integral = True
    fractions = values is None
    for column in values(name) if values else ():
        for array in (_inside(chunk, path) for chunk in column.chunks):
            if array is None:
                continue
            one = pl.Series(array.cast(pa.float64()) if pt.is_floating(array.type) else array)
            fractions = fractions or one.dtype.is_float()
            if one.dtype.is_integer():
                exact = exact and (one.is_null() | (one.cast(pl.Int128).abs() <= EXACT)).all()
                integral = integral and one.dtype != pl.UInt64
            else:
                integral = integral and _are_whole(one.drop_nulls().to_numpy())
        if not exact and not integral:
            break
    found = number_type(exact, integral) if fractions else None
    return JSON if found is None else found


def _are_whole(values: npt.NDArray[np.floating]) -> bool:
    """Whether 64 bits hold all of these as whole numbers; see `typed.is_whole`."""
    minus_zero = (values == 0) & np.signbit(values)
    return bool(((values == np.floor(values)) & (np.abs(values) < INT64) & ~minus_zero).all())


def _inside(array: pa.Array, path: Path) -> pa.Array | None:
    """The numbers that lie at a place inside the values of a column, in any order; None where no numbers lie there."""
    for step in path:
        if pt.is_struct(array.type) and step is not None and array.type.get_field_index(step) >= 0:
            array = pc.struct_field(array, step)
        elif (pt.is_list(array.type) or pt.is_large_list(array.type)) and step is None:
            array = array.flatten()
        else:
            return None
    array = array.dictionary_decode() if pt.is_dictionary(array.type) else array
    return array if pt.is_integer(array.type) or pt.is_floating(array.type) else None


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """A table in a schema made by `unify` from its own and others; columns that it does not have are null."""
    have = set(table.column_names)
    columns = [
        _conformed(table[field.name], field) if field.name in have else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


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


def _union(a: pa.DataType, b: pa.DataType, numbers: Numbers, path: Path) -> pa.DataType:
    if a == b or pt.is_null(b):
        return a
    if pt.is_null(a):
        return b
    if pt.is_integer(a) and pt.is_integer(b) and not pt.is_uint64(a) and not pt.is_uint64(b):
        return pa.int64()
    if pt.is_floating(a) and pt.is_floating(b):
        return pa.float64()
    if (pt.is_integer(a) or pt.is_floating(a)) and (pt.is_integer(b) or pt.is_floating(b)):
        return numbers(path)
    if pt.is_decimal(a) and pt.is_decimal(b):
        return decimal_type(max(a.precision - a.scale, b.precision - b.scale), max(a.scale, b.scale)) or JSON
    if pt.is_large_list(a) and pt.is_large_list(b):
        item = _union(a.value_type, b.value_type, numbers, (*path, None))
        return JSON if item == JSON else pa.large_list(item)
    if pt.is_struct(a) and pt.is_struct(b):
        return _union_of_structs(a, b, numbers, path)
    return JSON


def _union_of_structs(a: pa.StructType, b: pa.StructType, numbers: Numbers, path: Path) -> pa.DataType:
    names = dict.fromkeys(field.name for kind in (a, b) for field in kind)
    if not len(names) == a.num_fields == b.num_fields and not _holds_bytes(a) and not _holds_bytes(b):
        return JSON
    fields = [(name, _union(_inner(a, name), _inner(b, name), numbers, (*path, name))) for name in names]
    return JSON if any(kind == JSON for _, kind in fields) else pa.struct(fields)


def _inner(kind: pa.StructType, name: str) -> pa.DataType:
    at = kind.get_field_index(name)
    return kind.field(at).type if at >= 0 else pa.null()


def _holds_bytes(kind: pa.DataType) -> bool:
    if pt.is_large_binary(kind) or pt.is_fixed_size_binary(kind):
        return True
    if pt.is_struct(kind) or pt.is_map(kind):
        return any(_holds_bytes(kind.field(at).type) for at in range(kind.num_fields))
    return bool(pt.is_large_list(kind) or pt.is_fixed_size_list(kind)) and _holds_bytes(kind.value_type)


def _conformed(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    kind = field.type
    if is_long(field):
        chunks = [chunk.storage for chunk in as_json(column).chunks]
        return pa.chunked_array(chunks, pa.string()).cast(kind)
    if column.type == kind:
        return column
    if kind == JSON:
        return as_json(column)
    try:
        return column.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # a struct with its keys in another order
        return pa.chunked_array([arrow_array(column.to_pylist(), kind)])
