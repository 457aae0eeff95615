"""Values of rows in memory, which may be those of other libraries, brought to such as `typed` knows, without loss."""

from __future__ import annotations

import datetime
import decimal
import enum
from collections.abc import Mapping
from typing import Any

import numpy as np

from corpusqa.errors import CannotEvaluate

KNOWN = frozenset(
    [
        *(str, bool, int, float, bytes, type(None), decimal.Decimal),
        *(datetime.date, datetime.datetime, datetime.time, datetime.timedelta),
    ]
)
SAME = (np.bool_, np.int64, np.float64)  # of numpy, whose values are those of Python
NULLS = ("NaTType", "NAType")  # of pandas
TENSORS = ("torch", "jax", "jaxlib", "tensorflow")  # packages of arrays that numpy can take over
MOMENTS = {
    "D": "D",
    "W": "D",
    "M": "D",
    "Y": "D",
    "h": "s",
    "m": "s",
    **{unit: unit for unit in ("s", "ms", "us", "ns")},
}
SPANS = {"W": "s", "D": "s", **{unit: MOMENTS[unit] for unit in ("h", "m", "s", "ms", "us", "ns")}}
WHAT_TO_DO = {
    "set": "make it a list, in an order of your choice",
    "frozenset": "make it a list, in an order of your choice",
    "PIL": "declare the column as `datasets.Image()` in the features of the dataset, or make it bytes",
}
ELSE = "make it numbers, strings, lists or objects with `map`, or leave it out with `remove_columns`"


def settled(record: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose values are those of JSON, bytes, dates, times, decimals, and of numpy those with types of their own.

    What means "no value" elsewhere (NaT, NA, masked) is None; arrays are lists of their items.

    Raises:
        CannotEvaluate: For a value of a type that nobody can tell how to keep; names the column and the type.
    """
    found = {}
    for name, value in record.items():
        try:
            found[_key(name)] = value if type(value) in KNOWN else _settled(value)
        except _Unknown as unknown:
            raise CannotEvaluate(f"the column {name!r} holds values of the type {unknown}") from None
    return found


class _Unknown(Exception):
    """A value of a type that is not known."""

    def __init__(self, kind: type, why: str = "") -> None:
        advice = WHAT_TO_DO.get(kind.__module__.partition(".")[0]) or WHAT_TO_DO.get(kind.__name__, ELSE)
        super().__init__(f"{kind.__module__}.{kind.__qualname__}{why}, which cannot be kept as they are; {advice}")


def _settled(value: Any) -> Any:
    if type(value) in KNOWN:
        return value
    if isinstance(value, np.ndarray | np.generic):
        return _of_numpy(value)
    package = type(value).__module__.partition(".")[0]
    if package == "pandas":
        return _of_pandas(value)
    if package in TENSORS and hasattr(value, "shape"):
        return _of_numpy(_as_array(value))
    return _of_python(value)


def _of_python(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_key(key): _settled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_settled(item) for item in value]
    if isinstance(value, enum.Enum):
        raise _Unknown(type(value))
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    for kind in (str, int, float):  # and classes of their own
        if isinstance(value, kind):
            return kind(value)
    raise _Unknown(type(value))


def _key(key: Any) -> str:
    """A name of JSON: 1 and "1" would be one."""
    if not isinstance(key, str):
        raise _Unknown(type(key), " as names of fields")
    return str(key)


def _of_numpy(value: Any) -> Any:
    """An array as lists, a scalar as the value of Python if that has the same type, else as it is."""
    if value is np.ma.masked:
        return None
    kind = value.dtype.kind
    if kind in "cV" or (kind == "f" and value.dtype.itemsize > 8):
        raise _Unknown(type(value), f" ({value.dtype})")
    if isinstance(value, np.ndarray) and value.ndim:
        if value.dtype.type in SAME:
            return value.tolist()
        return [_settled(item) for item in value]
    if isinstance(value, np.ndarray):
        return _settled(value[()])
    if kind in "Mm":
        return _moment(value)
    return value.item() if isinstance(value, (*SAME, np.str_, np.bytes_)) else value


def _moment(value: Any) -> Any:
    """A date, or a moment or span in a unit of Arrow."""
    if np.isnat(value):
        return None
    units = MOMENTS if value.dtype.kind == "M" else SPANS
    unit = units.get(np.datetime_data(value.dtype)[0])
    found = None if unit is None else value.astype(f"{value.dtype.kind}8[{unit}]")
    if found is not None and unit == "D":
        found = found.item()
    if isinstance(found, int) or found is None or (unit != "D" and found != value):  # beyond what the unit holds
        raise _Unknown(type(value), f" ({value.dtype})")
    return found


def _of_pandas(value: Any) -> Any:
    name = type(value).__name__
    if name in NULLS:
        return None
    if name == "Timestamp" and value.tzinfo is None:
        return _moment(value.to_datetime64())
    if name == "Timestamp" and not value.nanosecond:
        return value.to_pydatetime()
    if name == "Timedelta":
        return _moment(value.to_timedelta64())
    raise _Unknown(type(value))


def _as_array(value: Any) -> Any:
    """A tensor as an array with the same values."""
    try:
        if hasattr(value, "detach"):
            return value.detach().cpu().numpy()
        return np.asarray(value)
    except (TypeError, RuntimeError, ValueError) as error:  # a number format that numpy does not have
        raise _Unknown(type(value), f" ({value.dtype})") from error
