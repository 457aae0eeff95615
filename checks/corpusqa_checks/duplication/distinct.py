"""Equal texts are compared once: what holds for a pair of texts holds for every pair of their copies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from corpusqa_checks._shared.arrays import Ints
from corpusqa_checks.duplication.evidence import PAIRS

from corpusqa.check import Batch, Frame


@dataclass(frozen=True)
class Distinct:
    """The different texts of a batch.

    Attributes:
        batch: One document of each text, in the order of the first ones.
        number: For each document of the whole batch the position of its text there.
    """

    batch: Batch
    number: Ints


def distinct(batch: Batch) -> Distinct:
    """The different texts of a batch, compared byte by byte."""
    rows = batch.text.to_frame("text").with_row_index("row")
    firsts, number = np.unique(rows.select(pl.col("row").first().over("text")).to_series(), return_inverse=True)
    few = batch if len(firsts) == batch.height else batch.take(firsts.tolist())
    return Distinct(few, number.astype(np.int64))


def by_text(batch: Batch, pairs: Frame, verify: Callable[[Batch, Frame], Frame]) -> Frame:
    """Pairs of documents, verified once for each pair of texts: columns of PAIRS, in the order of `pairs`.

    Args:
        batch: The documents.
        pairs: Rows `a` and `b`.
        verify: (different texts, rows `a` and `b` of them, which may be one text twice) -> those that hold, as PAIRS.
    """
    texts = distinct(batch)
    places = {f"text_{side}": texts.number[pairs[side].to_numpy()] for side in ("a", "b")}
    tied = pairs.select("a", "b").with_columns(**{name: pl.Series(at) for name, at in places.items()})
    found = verify(texts.batch, tied.select(a="text_a", b="text_b").unique(maintain_order=True))
    found = found.rename({"a": "text_a", "b": "text_b"})
    return tied.join(found, on=["text_a", "text_b"], maintain_order="left").select(*PAIRS)
