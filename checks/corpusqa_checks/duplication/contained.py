"""Halves `contained` and `passage`: verbatim text of one document inside another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial

import numpy as np
import polars as pl
from corpusqa_checks._shared.arrays import Ints
from corpusqa_checks._shared.characters import slices
from corpusqa_checks._shared.memo import once_per_batch
from corpusqa_checks.duplication.distinct import by_text, distinct
from corpusqa_checks.duplication.evidence import PAIRS, with_evidence
from corpusqa_checks.duplication.mixing import Hashes, as_keys
from corpusqa_checks.duplication.passages import Texts, apart, covered, runs_of
from corpusqa_checks.duplication.sets import Sets, sets_of, shared, shingled
from corpusqa_checks.duplication.widespread import DENSE, Own, Templates, marks_of
from corpusqa_checks.duplication.winnow import SHINGLE, fingerprints, whole
from corpusqa_checks.duplication.words import Words, words

from corpusqa.check import Batch, Frame, Links

# Share of the shorter text's shingles that the longer one holds from which it counts as contained.
CONTAINMENT = 0.8
# Fingerprints that a contained text shares: one may be a quotation.
LEAST_KEYS = 2
# Text of more different documents than these is a template's. Up to as many, the fingerprints that documents share
# make them candidates; beyond, they are left out, so that a template is reported as one instead of in pairs.
MOST_DOCUMENTS = 24
# Evidence of one pair: its longest passages.
MOST_PASSAGES = 20


def contained(share: float) -> Links:
    """Documents of which one holds at least the share of the other's shingles."""
    return Links(
        keys,
        lambda batch, pairs, common: verify_contained(batch, pairs, common, share),
        LEAST_KEYS,
        common=False,
        marks=keys,
        rare=MOST_DOCUMENTS,
    )


def passage(least_words: int) -> Links:
    """Documents with a verbatim run of so many words in common."""
    return Links(
        keys,
        lambda batch, pairs, common: verify_passage(batch, pairs, common, least_words),
        common=False,
        marks=dense,
        rare=MOST_DOCUMENTS,
    )


@once_per_batch
def keys(batch: Batch) -> Frame:
    """The winnowed fingerprints of each document, and one key of all its words.

    Without that one, documents with few words beside a template would have equal keys, and count as copies of one.
    """
    return pl.concat([_by_slice(batch, fingerprints), _by_slice(batch, whole)])


@once_per_batch
def dense(batch: Batch) -> Frame:
    """More fingerprints of each document, which tell where text begins and ends that many documents share."""
    return _by_slice(batch, partial(fingerprints, window=DENSE))


def _by_slice(batch: Batch, hashed: Callable[[Words], tuple[Ints, Hashes]]) -> Frame:
    rows, found = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    for first, last in slices(batch.main.buffers):
        owner, hashes = hashed(words(batch.main.buffers, first, last))
        rows.append(owner + first)
        found.append(hashes)
    return pl.DataFrame({"row": np.concatenate(rows), "key": as_keys(np.concatenate(found))}).unique(
        maintain_order=True
    )


def verify_contained(batch: Batch, pairs: Frame, common: Frame, share: float) -> Frame:
    """The pairs whose containment reaches the share, with it; it has to without what may be a template's, too.

    Args:
        batch: The documents.
        pairs: Rows `a` and `b`.
        common: `mark`: keys that too many documents hold.
        share: The least containment.
    """
    marks = marks_of(common)
    return by_text(batch.main, pairs, lambda texts, different: _verified(texts, different, marks, share))


def _verified(batch: Batch, pairs: Frame, marks: Hashes, share: float) -> Frame:
    texts = shingled(batch.buffers, SHINGLE)
    sets, own = sets_of(texts), Own(texts, marks)
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    fewer = np.minimum(sets.sizes[a], sets.sizes[b])
    containment = shared(sets, a, b) / np.maximum(fewer, 1)
    table = pl.DataFrame({"a": a, "b": b, "similarity": containment}, schema=PAIRS)
    enough = containment >= share
    for at in np.flatnonzero(enough).tolist():
        sides = ((a[at], b[at]), (b[at], a[at]))
        enough[at] = all(own.held(sets, *side) >= share for side in sides if sets.sizes[side[0]] == fewer[at])
    return table.filter(pl.Series(enough, dtype=pl.Boolean))


def verify_passage(batch: Batch, pairs: Frame, common: Frame, least_words: int) -> Frame:
    """The pairs with a common run of so many words outside of templates.

    The similarity is the share of the shorter text that such runs cover.

    Args:
        batch: The documents.
        pairs: Rows `a` and `b`.
        common: `mark`: dense keys that too many documents hold.
        least_words: Words of the shortest run.
    """
    different = distinct(batch.main)
    texts, sets = Texts(different.batch.buffers), sets_of(shingled(different.batch.buffers, SHINGLE))
    templates = Templates(texts, marks_of(common))
    judged = cache(lambda i, j: _passages(templates, sets, i, j, least_words))
    number, cuts = different.number.tolist(), _cuts(batch.main)
    said = ((a, b, judged(number[a], number[b])) for a, b in pairs.select("a", "b").iter_rows())
    places = [
        (a, b, found[0], texts.places(number[a], number[b], found[1], (cuts.get(a, ()), cuts.get(b, ()))))
        for a, b, found in said
        if found
    ]
    return with_evidence(batch.main, places)


def _cuts(batch: Batch) -> dict[int, Sequence[int]]:
    """By document the bytes at which something is blanked; texts that are equal then need not be so before."""
    by_row = batch.blanked.group_by("row").agg(pl.col("start").unique().sort())
    return dict(by_row.iter_rows())


def _passages(templates: Templates, sets: Sets, a: int, b: int, least_words: int) -> tuple[float, Ints] | None:
    """The share of the shorter text that the common runs cover, and the longest of them; None without any."""
    texts = templates.texts
    few = shared(sets, np.array([a]), np.array([b]))[0] <= least_words - SHINGLE
    if few and not any(texts.repeats(row, int(sets.sizes[row])) for row in (a, b)):
        return None  # fewer shingles in common than one run holds
    found = templates.outside(a, b, runs_of(texts, a, b, least_words), least_words)
    if not len(found):
        return None
    shorter, side = (a, 0) if texts.size(a) <= texts.size(b) else (b, 1)
    share = covered(found[:, side], found[:, 2]) / texts.size(shorter)
    return share, apart(found)[:MOST_PASSAGES]
