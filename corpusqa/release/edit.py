"""Cuts and masks: the only place where text is edited.

`plan` turns spans that the policy wants cut or masked into a record of disjoint edits, `apply` carries a record out.
What is published is the source with the record applied and otherwise unchanged, byte for byte; whoever holds the source
and the record can check that.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from corpusqa.corpus.raw import Raw
from corpusqa.release.cuts import cut
from corpusqa.release.mask import Masking
from corpusqa.release.masks import mask, outside
from corpusqa.release.splice import CARRIED, in_bytes, raw_texts, spliced

EDITS = {"doc": pl.Int64, "start": pl.Int64, "end": pl.Int64, "label": pl.String, "action": pl.String}
# Disjoint, sorted by doc and start; offsets in code points of the source text; `replacement` is null for cuts.
RECORD = {**EDITS, "replacement": pl.String}
CUT, MASK = "cut", "mask"


def plan(
    documents: pl.DataFrame,
    edits: pl.DataFrame,
    lines: Collection[str],
    masking: Masking,
    parts: pl.DataFrame | None = None,
    texts: Raw | None = None,
) -> pl.DataFrame:
    r"""What will be done to each text.

    Args:
        documents: `doc`, `text`.
        edits: Columns of EDITS; spans of other documents are ignored, as are spans without offsets.
        lines: Labels whose spans are whole lines. A cut of such a label takes the lines with their line ends and the
            blank lines between and after them, at the end of the text the blank lines before instead. A cut of any
            other label takes its span.
        masking: What masked values become.
        parts: `doc`, `start`, `end` of the parts of texts that have several; no edit reaches over the end of a part.
        texts: The bytes of the texts, for who has them at hand.

    Returns:
        Columns of RECORD. Cuts come first: where spans to cut overlap, their union is cut and each piece bears the
        label that began first. Spans to mask are masked outside cuts; where they overlap, their union is one value of
        the longest span.
    """
    rows = documents.select("doc", row=pl.int_range(pl.len()))
    wanted = edits.filter(pl.col("start") < pl.col("end")).join(rows, on="doc")
    if wanted.is_empty():
        return pl.DataFrame(schema=RECORD)
    wanted = wanted.sort("row", "start", "end", "label")
    texts = raw_texts(documents["text"]) if texts is None else texts
    lows, highs = in_bytes(texts, wanted["row"].to_numpy(), wanted.select("start", "end").to_numpy())
    wanted = wanted.with_columns(low=pl.Series(lows), high=pl.Series(highs))
    cuts = cut(texts, wanted.filter(pl.col("action") == CUT), lines, parts)
    masks = mask(documents["text"], texts, wanted.filter(pl.col("action") == MASK), masking)
    record = pl.concat(
        [
            cuts.with_columns(action=pl.lit(CUT), replacement=pl.lit(None, pl.String)),
            outside(masks, cuts).with_columns(action=pl.lit(MASK)),
        ],
        how="diagonal",
    )
    return record.sort("doc", "start").select(*RECORD)


def apply(documents: pl.DataFrame, record: pl.DataFrame) -> pl.Series:
    """The texts of `documents` (`doc`, `text`) with the record carried out, in the same order."""
    edits = carried(documents, record)
    if edits.is_empty():
        return documents["text"]
    return pl.Series("text", spliced(raw_texts(documents["text"]), edits))


def carried(documents: pl.DataFrame, record: pl.DataFrame) -> pl.DataFrame:
    """The record by position in `documents`: columns of CARRIED."""
    rows = documents.select("doc", row=pl.int_range(pl.len()))
    return record.join(rows, on="doc").sort("row", "start").select(*CARRIED)


def without_text(texts: pl.Series) -> pl.Series:
    """Boolean series: nothing but white space is left."""
    return pl.Series([not text.strip() for text in texts], dtype=pl.Boolean)
