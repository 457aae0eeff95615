"""Slices: documents that share a value, such as their source; the largest of them, each with its metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from corpusqa.findings.neutral import neutral_name
from corpusqa.scan.model import Scan

SHOWN = 50  # per field; the gate judges all of them


@dataclass(frozen=True)
class Slices:
    """How slices may be called: a private source is named by the first row that has it."""

    private: dict[str, str]

    @classmethod
    def of(cls, scan: Scan) -> Slices:
        """The private sources of a scan."""
        hidden = scan.documents.filter(pl.col("source_private")).unique("source", keep="first", maintain_order=True)
        return cls({source: f"source:{number}" for source, number in hidden.select("source", "number").iter_rows()})

    def shown(self, by: str, value: str | None) -> str | None:
        """The name of a slice."""
        return self.private.get(value or "") or neutral_name(value) if by == "source" else neutral_name(value)


def slice_sections(measured: pl.DataFrame, slices: Slices) -> list[dict[str, Any]]:
    """The largest slices of each field: `by`, `value`, `documents` and `metrics`; absent metrics have no value there.

    Args:
        measured: Rows of `gate.metrics`, those of the whole corpus included.
        slices: How slices may be called.
    """
    rows = measured.filter(pl.col("by") != "")
    sizes = rows.filter(metric="documents.count").select("by", "slice", size="value")
    largest = sizes.sort(["by", "size", "slice"], descending=[False, True, False]).group_by("by", maintain_order=True)
    return [
        {
            "by": by,
            "value": slices.shown(by, value),
            "documents": int(size),
            "metrics": _metrics(rows.filter(by=by, slice=value)),
        }
        for by, value, size in largest.head(SHOWN).select("by", "slice", "size").iter_rows()
    ]


def _metrics(rows: pl.DataFrame) -> dict[str, float]:
    there = rows.filter(pl.col("value").is_not_null() & (pl.col("metric") != "documents.count"))
    return dict(there.select("metric", "value").iter_rows())
