"""Documents whose parts are turns of a conversation."""

from __future__ import annotations

import polars as pl

from corpusqa.check import Batch

# Roles of parts that make a document a conversation, whatever its lines look like.
SPEAKERS = ("user", "assistant", "system", "human", "gpt", "bot", "tool", "function", "prompt", "answer")


def spoken_rows(batch: Batch) -> pl.Series:
    """Rows of the documents whose parts are turns of a conversation; Int64."""
    parts = batch.parts.filter(pl.col("role").str.to_lowercase().is_in(list(SPEAKERS)))
    return parts["row"].unique().cast(pl.Int64)
