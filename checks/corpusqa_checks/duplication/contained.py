"""Halves `contained` and `passage`: verbatim text of one document inside another."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
from corpusqa_checks._shared.characters import slices
from corpusqa_checks._shared.memo import once_per_batch
from corpusqa_checks.duplication.distinct import by_text, distinct
from corpusqa_checks.duplication.evidence import PAIRS, Place, with_evidence
from corpusqa_checks.duplication.mixing import as_keys
from corpusqa_checks.duplication.passages import Texts, apart, covered, runs_of
from corpusqa_checks.duplication.sets import Sets, sets_of, shared, shingled
from corpusqa_checks.duplication.winnow import SHINGLE, fingerprints
from corpusqa_checks.duplication.words import words

from corpusqa.check import Batch, Frame, Links

# Share of the shorter text's shingles that the longer one holds from which it counts as contained.
CONTAINMENT = 0.8
# Fingerprints that a contained text shares: one may be a quotation.
LEAST_KEYS = 2
# Evidence of one pair: its longest passages.
MOST_PASSAGES = 20


def contained(share: float) -> Links:
    """Documents of which one holds at least the share of the other's shingles."""
    return Links(keys, lambda batch, pairs: verify_contained(batch, pairs, share), LEAST_KEYS, common=False)


def passage(least_words: int) -> Links:
    """Documents with a verbatim run of so many words in common."""
    return Links(keys, lambda batch, pairs: verify_passage(batch, pairs, least_words), common=False)


@once_per_batch
def keys(batch: Batch) -> Frame:
    """The winnowed fingerprints of each document."""
    rows, found = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    for first, last in slices(batch.main.buffers):
        owner, hashes = fingerprints(words(batch.main.buffers, first, last))
        rows.append(owner + first)
        found.append(hashes)
    return pl.DataFrame({"row": np.concatenate(rows), "key": as_keys(np.concatenate(found))}).unique(
        maintain_order=True
    )


def verify_contained(batch: Batch, pairs: Frame, share: float) -> Frame:
    """The pairs whose containment reaches the share, with it."""
    return by_text(batch.main, pairs, lambda texts, different: _verified(texts, different, share))


def _verified(batch: Batch, pairs: Frame, share: float) -> Frame:
    sets = sets_of(shingled(batch.buffers, SHINGLE))
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    containment = shared(sets, a, b) / np.maximum(np.minimum(sets.sizes[a], sets.sizes[b]), 1)
    table = pl.DataFrame({"a": a, "b": b, "similarity": containment}, schema=PAIRS)
    return table.filter(pl.col("similarity") >= share)


def verify_passage(batch: Batch, pairs: Frame, least_words: int) -> Frame:
    """The pairs with a common run of so many words, with the share of the shorter text that such runs cover."""
    different = distinct(batch.main)
    texts, sets = Texts(different.batch.buffers), sets_of(shingled(different.batch.buffers, SHINGLE))
    judged = cache(lambda i, j: _passages(texts, sets, i, j, least_words))
    number = different.number.tolist()
    said = ((a, b, judged(number[a], number[b])) for a, b in pairs.select("a", "b").iter_rows())
    return with_evidence(batch.main, [(a, b, *found) for a, b, found in said if found])


def _passages(texts: Texts, sets: Sets, a: int, b: int, least_words: int) -> tuple[float, list[Place]] | None:
    """The share of the shorter text that the common runs cover, and the longest of them; None without any."""
    few = shared(sets, np.array([a]), np.array([b]))[0] <= least_words - SHINGLE
    if few and not any(texts.repeats(row, int(sets.sizes[row])) for row in (a, b)):
        return None  # fewer shingles in common than one run holds
    found = runs_of(texts, a, b, least_words)
    if not len(found):
        return None
    shorter, side = (a, 0) if texts.size(a) <= texts.size(b) else (b, 1)
    share = covered(found[:, side], found[:, 2]) / texts.size(shorter)
    return share, texts.places(a, b, apart(found)[:MOST_PASSAGES])
