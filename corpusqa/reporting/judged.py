"""What the policy did, in tables: rules, how they overlap, why documents went, what was edited."""

from __future__ import annotations

from typing import Any

import polars as pl

from corpusqa.findings.neutral import neutral_name
from corpusqa.policy import Verdicts
from corpusqa.reporting.plain import records

OVERLAPS_SHOWN = 50


def rule_rows(verdicts: Verdicts) -> list[dict[str, Any]]:
    """Every rule with the documents on which it fired, alone or with others, and on which it was null."""
    rows = records(verdicts.rules.select("rule", "fired", "only", "null"))
    return [{**row, "rule": neutral_name(row["rule"], 1000)} for row in rows]


def overlap_rows(verdicts: Verdicts) -> list[dict[str, Any]]:
    """Pairs of rules that fired on the same documents, the most frequent first: `a`, `b`, `documents`."""
    kinds = verdicts.counted.with_row_index("kind")
    fired = kinds.select("kind", "documents", a="rules").explode("a", empty_as_null=False).drop_nulls("a")
    pairs = fired.join(fired.select("kind", b="a"), on="kind").filter(pl.col("a") < pl.col("b"))
    counts = pairs.group_by("a", "b").agg(pl.col("documents").sum())
    rows = records(counts.sort(["documents", "a", "b"], descending=[True, False, False]).head(OVERLAPS_SHOWN))
    return [{**row, "a": neutral_name(row["a"], 1000), "b": neutral_name(row["b"], 1000)} for row in rows]


def reason_rows(verdicts: Verdicts) -> list[dict[str, Any]]:
    """Why documents were dropped, the first reason of each: `reason`, `documents`."""
    counts = verdicts.counted.filter(verdict="drop").group_by("reason").agg(pl.col("documents").sum())
    rows = records(counts.sort(["documents", "reason"], descending=[True, False]))
    return [{**row, "reason": neutral_name(row["reason"], 1000)} for row in rows]


def edit_rows(verdicts: Verdicts) -> list[dict[str, Any]]:
    """What is cut and masked: `label`, `action`, `documents`, `spans`, `characters`."""
    counts = verdicts.edits.group_by("action", "label").agg(
        documents=pl.col("doc").n_unique().cast(pl.Int64),
        spans=pl.len().cast(pl.Int64),
        characters=(pl.col("end") - pl.col("start")).sum(),
    )
    return records(counts.sort("action", "label"))
