"""What the rewrite half compares: content stems by sentence, and pairs of neighbouring content stems."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl
from corpusqa_checks._shared.arrays import Bools, Ints
from corpusqa_checks.duplication.background import Floats, languages, weights
from corpusqa_checks.duplication.mixing import GOLDEN, Hashes, mix
from corpusqa_checks.duplication.stems import Stems, stems
from corpusqa_checks.duplication.telling import told_documents

from corpusqa.check import Batch

# Two content stems are neighbours with at most three other words between them, in one sentence.
REACH = 4
# Quotations of 15 to 600 characters in the marks of many languages: reports of one event share quotations, retellings
# share narration.
QUOTED = re.compile(
    '“[^“”\n]{15,600}”|"[^"\n]{15,600}"|«[^«»\n]{15,600}»|»[^«»\n]{15,600}«|„[^„“”\n]{15,600}[“”]|「[^「」\n]{15,600}」'
)


@dataclass(frozen=True)
class Narrative:
    """Stemmed documents with the weight of each word.

    Attributes:
        stems: The words.
        weights: How rare each stem is, 0 to 5; 0 outside told sentences.
        language: Table of each document's language, -1 for none and for documents that are not told.
    """

    stems: Stems
    weights: Floats
    language: Ints


def narrative(batch: Batch, first: int, last: int) -> Narrative:
    """The documents first:last of a batch."""
    found = stems(batch.buffers, first, last)
    language = languages(found.hashes, found.offsets)
    weight = weights(found.hashes, found.offsets, language)
    weight[found.alone] = 0
    told = told_documents(found.told, weight, found.offsets)
    language[~told] = -1
    weight[~(found.told & np.repeat(told, np.diff(found.offsets)))] = 0
    return Narrative(found, weight, language)


def quoted(batch: Batch, found: Stems, first: int) -> Bools:
    """Whether a word of the documents from `first` on is part of a quotation."""
    spans = [
        (row, *match.span())
        for row in range(len(found.offsets) - 1)
        for match in QUOTED.finditer(batch.text[first + row])
    ]
    if not spans:
        return np.zeros(len(found.hashes), bool)
    table = pl.DataFrame(spans, schema={"row": pl.Int64, "start": pl.Int64, "end": pl.Int64}, orient="row")
    cut = batch.to_bytes(table.with_columns(pl.col("row") + first))
    base = batch.buffers.offsets[cut["row"].to_numpy()]
    starts, ends = base + cut["start"].to_numpy(), base + cut["end"].to_numpy()
    at = np.repeat(batch.buffers.offsets[first : first + len(found.offsets) - 1], np.diff(found.offsets)) + found.starts
    place = np.searchsorted(starts, at, side="right") - 1
    return np.asarray((place >= 0) & (at < ends[place]), np.bool_)


def pairs(stems: Hashes, sentences: Ints, weights: Floats) -> tuple[Hashes, Ints]:
    """Pairs of neighbouring content stems, whatever their order.

    Args:
        stems: Of the words.
        sentences: Number of each word's sentence.
        weights: Of the words; 0 takes no part.

    Returns:
        Hashes, and the position of the second word of each pair.
    """
    at = np.flatnonzero(weights > 0)
    left, right = at[:-1], at[1:]
    near = (right - left <= REACH) & (sentences[left] == sentences[right])
    left, right = left[near], right[near]
    one, other = stems[left], stems[right]
    different = one != other
    one, other, right = one[different], other[different], right[different]
    return mix(np.minimum(one, other) * GOLDEN + np.maximum(one, other)), right
