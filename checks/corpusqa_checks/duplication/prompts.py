"""Half `same_prompt`: rows that ask the same and answer otherwise."""

from __future__ import annotations

import polars as pl
from corpusqa_checks._shared.memo import once_per_batch
from corpusqa_checks.duplication.exact import EXACT, digests, folded
from corpusqa_checks.duplication.mixing import as_keys
from corpusqa_checks.duplication.roles import ANSWER, PROMPT, said

from corpusqa.check import Batch, Frame, Links

_KEYS = {"row": pl.Int64, "key": pl.Int64}


def same_prompt() -> Links:
    """Rows with one key have prompts that are equal once white space and case are folded; answers are then compared."""
    return Links(keys, verify)


def keys(batch: Batch) -> Frame:
    """One key for each document with a prompt and an answer."""
    turns = _turns(batch)
    if turns.is_empty():
        return pl.DataFrame(schema=_KEYS)
    at, found = digests(Batch(turns.select(text="prompt")).buffers)
    return pl.DataFrame({"row": turns["row"].gather(at), "key": as_keys(found)}, schema=_KEYS)


def verify(batch: Batch, pairs: Frame) -> Frame:
    """The pairs with equal prompts and different answers."""
    turns = _turns(batch).select("row", prompt=folded("prompt"), answer=folded("answer"))
    both = pairs.select("a", "b").join(turns, left_on="a", right_on="row", maintain_order="left")
    both = both.join(turns, left_on="b", right_on="row", suffix="_b", maintain_order="left")
    found = both.filter((pl.col("prompt") == pl.col("prompt_b")) & (pl.col("answer") != pl.col("answer_b")))
    return found.select("a", "b", similarity=pl.lit(1.0)).cast(EXACT)  # type: ignore[arg-type]


@once_per_batch
def _turns(batch: Batch) -> Frame:
    """`row`, `prompt` and `answer` of the documents that have both."""
    if (batch.parts["role"] == "").all():
        return pl.DataFrame(schema={"row": pl.Int64, "prompt": pl.String, "answer": pl.String})
    turns = {"prompt": said(batch, PROMPT), "answer": said(batch, ANSWER, but=PROMPT)}
    rows = pl.DataFrame(turns).with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    return rows.drop_nulls().filter(pl.col("prompt").str.strip_chars() != "")
