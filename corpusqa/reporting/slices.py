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
        """The private sources of a scan, and the private ids, after which clusters are named."""
        found: dict[str, str] = {}
        for field, word in (("id", "row"), ("source", "source")):
            parts = scan.held.parts("documents", (field, "number", f"{field}_private"))
            hidden = pl.concat(part.filter(pl.col(f"{field}_private")) for part in parts)
            rows = hidden.unique(field, keep="first", maintain_order=True).select(field, "number")
            found |= {name: f"{word}:{number}" for name, number in rows.iter_rows()}
        return cls(found)

    def shown(self, value: str | None) -> str | None:
        """The name of a slice."""
        return neutral_name(value) if value is None or value not in self.private else self.private[value]


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
            "value": slices.shown(value),
            "documents": int(size),
            "metrics": _metrics(
                rows.filter((pl.col("by") == by) & pl.col("slice").eq_missing(pl.lit(value, pl.String)))
            ),
        }
        for by, value, size in largest.head(SHOWN).select("by", "slice", "size").iter_rows()
    ]


def _metrics(rows: pl.DataFrame) -> dict[str, float]:
    there = rows.filter(pl.col("value").is_not_null() & (pl.col("metric") != "documents.count"))
    return dict(there.select("metric", "value").iter_rows())
