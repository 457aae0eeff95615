"""The shape of a signal in a few numbers, small enough to stand in report.json."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from corpusqa.findings.neutral import neutral_name

BINS = 24
VALUES_SHOWN = 16
# A signal with more different strings than this is no category: its values could be names, and are not shown.
MOST_CATEGORIES = 200
# The largest value beyond so many medians: on a linear axis all but the last bin would be empty.
SKEWED = 20.0


def histogram(values: pl.Series) -> dict[str, Any] | None:
    """Counts of the values that were measured.

    Returns:
        For numbers `kind` "bins", `log`, `edges` (one more than counts) and `counts`; for the rest `kind` "values" and
        `values`, a list of `value` and `documents` (years in order of time, others the most frequent first), `other`
        for the documents beyond the list. None when nothing was measured or the strings are no categories.
    """
    measured = values.drop_nulls()
    if measured.is_empty():
        return None
    if measured.dtype.is_numeric():
        return _bins(measured.to_numpy().astype(np.float64), whole=measured.dtype.is_integer())
    if measured.dtype == pl.Date:
        return _years(measured)
    if measured.dtype == pl.Boolean:
        return {"kind": "values", "values": _counted(measured.cast(pl.String)), "other": 0}
    if measured.n_unique() > MOST_CATEGORIES:
        return None
    counted = _counted(measured)
    rest = sum(int(row["documents"]) for row in counted[VALUES_SHOWN:])
    return {"kind": "values", "values": counted[:VALUES_SHOWN], "other": rest}


def _bins(values: npt.NDArray[np.float64], whole: bool) -> dict[str, Any]:
    low, high = float(values.min()), float(values.max())
    if low == high:
        return {"kind": "bins", "log": False, "edges": [low, high], "counts": [len(values)]}
    if whole and high - low < BINS:  # a bin per number, which stands in its middle
        counts, edges = np.histogram(values, bins=int(high - low) + 1, range=(low - 0.5, high + 0.5))
        return {"kind": "bins", "log": False, "edges": edges.tolist(), "counts": counts.tolist()}
    log = low >= 0 and high > SKEWED * max(float(np.median(values)), 1.0)
    scaled = np.log1p(values) if log else values
    counts, edges = np.histogram(scaled, bins=BINS, range=(float(scaled.min()), float(scaled.max())))
    shown = np.expm1(edges) if log else edges
    return {"kind": "bins", "log": bool(log), "edges": shown.tolist(), "counts": counts.tolist()}


def _years(dates: pl.Series) -> dict[str, Any]:
    years = dates.dt.year()
    step = 1 if years.n_unique() <= BINS else 10
    firsts = (years // step * step).value_counts().sort(years.name)
    named = [{"value": f"{first}s" if step > 1 else str(first), "documents": count} for first, count in firsts.rows()]
    return {"kind": "values", "values": named[-BINS:], "other": sum(int(row["documents"]) for row in named[:-BINS])}


def _counted(values: pl.Series) -> list[dict[str, Any]]:
    counts = values.value_counts().sort(["count", values.name], descending=[True, False])
    return [{"value": neutral_name(value, 60), "documents": count} for value, count in counts.rows()]
