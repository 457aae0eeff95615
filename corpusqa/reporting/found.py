"""What the report says of all findings, taken from them some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from corpusqa.findings.model import FINDINGS, SEVERITIES

_KEYS = ("name", "check", "severity", "accepted")
_COUNTS = {"name": pl.String, "check": pl.String, "severity": pl.String, "accepted": pl.Boolean, "count": pl.Int64}


@dataclass(frozen=True)
class Found:
    """All findings in short.

    Attributes:
        shown: The first of them, columns of FINDINGS and `accepted`: why the team accepts them, null where it does not;
            the accepted ones stand behind the others of their severity.
        counts: `count` by `name`, `check`, `severity` and `accepted` (true or false).
    """

    shown: pl.DataFrame
    counts: pl.DataFrame

    @classmethod
    def of(cls, parts: Iterable[pl.DataFrame], accepted: pl.DataFrame | None, most: int) -> Found:
        """One pass over the findings.

        Args:
            parts: Columns of FINDINGS, in the order of `findings.ordered`.
            accepted: `fingerprint`, `name` and `reason` of findings that the team accepts.
            most: How many are shown.
        """
        known = pl.DataFrame(schema={"fingerprint": pl.String, "name": pl.String, "accepted": pl.String})
        if accepted is not None:
            known = accepted.select("fingerprint", "name", accepted="reason")
            known = known.unique(["fingerprint", "name"], keep="first")
        first = {
            (s, taken): pl.DataFrame(schema={**FINDINGS, "accepted": pl.String})
            for s in SEVERITIES
            for taken in (False, True)
        }
        counts = [pl.DataFrame(schema=_COUNTS)]
        for part in parts:
            told = part.join(known, on=["fingerprint", "name"], how="left", maintain_order="left")
            for (severity, taken), rows in first.items():
                if rows.height < most:
                    here = told.filter((pl.col("severity") == severity) & (pl.col("accepted").is_not_null() == taken))
                    first[severity, taken] = pl.concat([rows, here.head(most - rows.height)])
            mark = told.with_columns(pl.col("accepted").is_not_null())
            counts.append(mark.group_by(_KEYS).agg(count=pl.len().cast(pl.Int64)))
        sums = pl.concat(counts).group_by(_KEYS).agg(pl.col("count").sum())
        return cls(pl.concat(first.values()).head(most), sums)

    def by(self, *columns: str) -> Mapping[tuple[str, ...], int]:
        """Numbers of findings by some of `name`, `check`, `severity`."""
        sums = self.counts.group_by(columns).agg(pl.col("count").sum())
        return {tuple(row[:-1]): row[-1] for row in sums.iter_rows()}
