"""What people declare of the data, held against what was measured of the documents that would be published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from corpusqa.card.lint import contradictions as against
from corpusqa.release.measures import measured
from corpusqa.release.tables import private_left

if TYPE_CHECKING:
    from corpusqa.api.model import Account


def contradictions(found: Account) -> list[str]:
    """Values that `[card]` declares and measurements contradict, one sentence each."""
    if not found.config.card:
        return []
    outcomes = found.verdicts.outcomes
    kept = outcomes.filter(pl.col("verdict") != "drop")["doc"]
    if kept.is_empty():
        return []
    left = private_left(found.scan, kept, found.verdicts.edits)
    return against(found.config.card, {"measured": measured(found.scan, outcomes), "private_left": left})
