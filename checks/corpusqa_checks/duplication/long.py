"""Half `long`: documents of which the halves that compare sentences say nothing, so that they are counted."""

from __future__ import annotations

import numpy as np
import polars as pl
from corpusqa_checks.duplication.rewrite import MOST_BYTES, MOST_WORDS
from corpusqa_checks.duplication.words import words

from corpusqa.check import Batch, Frame, Groups

# A word and what sets it apart take two bytes and more.
_FEW_BYTES = 2 * MOST_WORDS


def long() -> Groups:
    """Main texts of more than MOST_WORDS words, or of so many bytes that they hold more in every language."""
    return Groups(keys, reduce)


def keys(batch: Batch) -> Frame:
    """One key for all of them."""
    buffers = batch.main.buffers
    sizes = np.diff(buffers.offsets)
    rows = np.flatnonzero(sizes > _FEW_BYTES).tolist()
    found = [row for row in rows if sizes[row] > MOST_BYTES or words(buffers, row, row + 1).offsets[-1] > MOST_WORDS]
    return pl.DataFrame({"row": found, "key": [0] * len(found)}, schema={"row": pl.Int64, "key": pl.Int64})


def reduce(rows: Frame) -> Frame:
    """A span over the whole document for each."""
    return rows.select("doc", label=pl.lit("long"), why=pl.lit(f"more than {MOST_WORDS:,} words"))
