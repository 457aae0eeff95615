"""Dates and times of Arrow as ISO strings, and those that no calendar has."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.types as pt

# Days since 1970 that polars can write: the first of the year -262143 and the last of 262142. Outside it panics, and
# Python has none beyond the year 9999.
FIRST_DAY, LAST_DAY = -96_465_292, 95_026_236
PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
ISO = "%Y-%m-%dT%H:%M:%S%.f"


def is_time(kind: pa.DataType) -> bool:
    """Whether a type holds dates or times, or something nested that may."""
    inner = (kind.field(i).type for i in range(kind.num_fields))
    return bool(pt.is_temporal(kind)) or any(map(is_time, inner))


def beyond(column: pa.ChunkedArray) -> list[int]:
    """The rows of a column for which `is_time` holds whose dates or times are none."""
    if pt.is_date(column.type) or pt.is_timestamp(column.type):
        return np.flatnonzero(~_within(column).fill_null(value=True).to_numpy()).tolist()
    try:
        column.to_pylist()
    except (ValueError, OverflowError, pa.ArrowException):
        return [row for row in range(len(column)) if not readable(column[row])]
    return []


def iso(column: pa.ChunkedArray) -> pl.Series:
    """Dates or timestamps as ISO strings; null for those that no calendar has."""
    within = _within(column)
    numbers = _numbers(column).to_frame("v").select(pl.when(within).then("v")).to_series()
    if pt.is_date(column.type):
        days = numbers if pt.is_date32(column.type) else numbers // PER_DAY["ms"]
        return days.cast(pl.Int32).cast(pl.Date).dt.to_string("%Y-%m-%d")
    unit = column.type.unit
    moments = (numbers * 1000).cast(pl.Datetime("ms")) if unit == "s" else numbers.cast(pl.Datetime(unit))
    if column.type.tz is None:
        return moments.dt.to_string(ISO)
    moments = moments.dt.replace_time_zone("UTC").dt.convert_time_zone(known_zone(column.type.tz))
    return moments.dt.to_string(ISO + "%:z")


@cache
def known_zone(zone: str) -> str:
    """A time zone, or UTC, in which moments are the same, where polars knows none of this name, such as +05:30."""
    try:
        pl.Series([], dtype=pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
    except pl.exceptions.ComputeError:
        return "UTC"
    return zone


def _numbers(column: pa.ChunkedArray) -> pl.Series:
    """What dates or timestamps are stored as."""
    stored = pa.int32() if pt.is_date32(column.type) else pa.int64()
    chunks = [chunk.view(stored) for chunk in column.chunks]
    return pl.Series(pa.chunked_array(chunks, stored)).cast(pl.Int64)


def _within(column: pa.ChunkedArray) -> pl.Series:
    """Whether each is within what can be written, with a day at either end for zones."""
    kind = column.type
    per_day = 1 if pt.is_date32(kind) else PER_DAY["ms"] if pt.is_date64(kind) else PER_DAY[kind.unit]
    days = _numbers(column) // per_day
    margin = int(pt.is_timestamp(kind))
    return days.is_between(FIRST_DAY + margin, LAST_DAY - margin)


def readable(value: pa.Scalar) -> bool:
    """Whether Python has a value for one of Arrow."""
    try:
        value.as_py()
    except (ValueError, OverflowError, pa.ArrowException):
        return False
    return True
