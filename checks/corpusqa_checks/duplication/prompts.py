"""Half `same_prompt`: rows that ask the same and answer otherwise."""

from __future__ import annotations

import numpy as np
import polars as pl
from corpusqa_checks._shared.memo import once_per_batch
from corpusqa_checks.duplication.evidence import PAIRS
from corpusqa_checks.duplication.exact import digests, folded
from corpusqa_checks.duplication.mixing import as_keys
from corpusqa_checks.duplication.roles import ANSWER, PROMPT, said

from corpusqa.check import Batch, Frame, Links

_KEYS = {"row": pl.Int64, "key": pl.Int64, "answer": pl.Int64}


def same_prompt() -> Links:
    """Rows with one key have prompts that are equal once white space and case are folded; answers are then compared."""
    return Links(keys, verify, apart="answer")


def keys(batch: Batch) -> Frame:
    """One key for each document with a prompt and an answer, and what tells its answer from others."""
    turns = _turns(batch)
    if turns.is_empty():
        return pl.DataFrame(schema=_KEYS)
    return pl.DataFrame({"row": turns["row"], "key": _digest(turns["prompt"]), "answer": _digest(turns["answer"])})


def verify(batch: Batch, pairs: Frame) -> Frame:
    """The pairs with equal prompts and different answers."""
    turns = _turns(batch)
    both = pairs.select("a", "b").join(turns, left_on="a", right_on="row", maintain_order="left")
    both = both.join(turns, left_on="b", right_on="row", suffix="_b", maintain_order="left")
    found = both.filter((pl.col("prompt") == pl.col("prompt_b")) & (pl.col("answer") != pl.col("answer_b")))
    return found.select("a", "b", similarity=pl.lit(1.0)).cast(PAIRS)


@once_per_batch
def _turns(batch: Batch) -> Frame:
    """`row`, `prompt` and `answer`, both folded, of the documents that have both."""
    if (batch.parts["role"] == "").all():
        return pl.DataFrame(schema={"row": pl.Int64, "prompt": pl.String, "answer": pl.String})
    turns = {"prompt": said(batch, PROMPT), "answer": said(batch, ANSWER, but=PROMPT)}
    rows = pl.DataFrame(turns).with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    return rows.drop_nulls().with_columns(folded("prompt"), folded("answer")).filter(pl.col("prompt") != "")


def _digest(said: pl.Series) -> pl.Series:
    """A digest of each folded string, 0 for the empty one: it is equal where the strings are."""
    at, found = digests(Batch(said.to_frame("text")).buffers)
    digest = np.zeros(len(said), np.int64)
    digest[at] = as_keys(found)
    return pl.Series(digest)
