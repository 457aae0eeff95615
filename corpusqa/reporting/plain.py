"""Plain values for JSON: no NaN, no dates, numbers short enough to be the same on every machine."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Mapping
from typing import Any

import polars as pl

# Sums of floats differ in their last digits with the order of adding; nine digits are the same everywhere.
DIGITS = 9


def plain(value: Any) -> Any:
    """The value as JSON knows it, with sorted keys; a float without a value becomes None."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as plain mappings."""
    return [{name: plain(value) for name, value in row.items()} for row in frame.iter_rows(named=True)]


def dumped(value: Mapping[str, Any]) -> bytes:
    """JSON that is the same for equal values: sorted keys, one value per line."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()
