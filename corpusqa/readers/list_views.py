"""List views as lists, rebuilt by hand: Arrow's own cast of a list view gives offsets that are wrong."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt


def is_list_view(kind: pa.DataType) -> bool:
    """Whether a type is a list view of either size."""
    return bool(pt.is_list_view(kind) or pt.is_large_list_view(kind))


def holds_list_views(kind: pa.DataType) -> bool:
    """Whether a type is or holds a list view, at any depth."""
    if is_list_view(kind):
        return True
    if pt.is_run_end_encoded(kind):
        return holds_list_views(kind.value_type)
    return any(holds_list_views(kind.field(at).type) for at in range(kind.num_fields))


def as_lists(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column with large lists where it has list views, also below lists and structs.

    Raises:
        ArrowNotImplementedError: If list views lie below something else, such as a map.
    """
    chunks = [_rebuilt(chunk) for chunk in column.chunks]
    return pa.chunked_array(chunks, None if chunks else _rebuilt(pa.array([], column.type)).type)


def _rebuilt(array: pa.Array) -> pa.Array:
    kind = array.type
    if not holds_list_views(kind):
        return array
    if pt.is_struct(kind):
        children = [_rebuilt(array.field(at)) for at in range(kind.num_fields)]
        fields = [field.with_type(child.type) for field, child in zip(kind, children, strict=True)]
        return pa.StructArray.from_arrays(children, fields=fields, mask=array.is_null())
    if is_list_view(kind) or pt.is_list(kind) or pt.is_large_list(kind):
        items = _rebuilt(array.flatten())
        ends = np.zeros(len(array) + 1, np.int64)
        np.cumsum(pc.list_value_length(array).fill_null(0), out=ends[1:])
        made = pa.large_list(kind.value_field.with_type(items.type))
        return pa.LargeListArray.from_arrays(pa.array(ends), items, type=made, mask=array.is_null())
    raise pa.ArrowNotImplementedError(f"list views below {kind}")
