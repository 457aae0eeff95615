"""Halves `rewrite` and `shared_material`: the same story told in other words.

The score of a pair is computed on the narration of the lighter text, that is without its quotations, because reports of
one event share quotations and retellings share narration: the share of its sentences' weight that has a counterpart in
the other text, times the share of its pairs of neighbouring content stems that the other text has too, less what was
replaced in sentences that are the same otherwise. In texts with the same names and figures nothing else counts as
replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import polars as pl
from corpusqa_checks._shared.arrays import Ints, changes
from corpusqa_checks._shared.characters import slices
from corpusqa_checks._shared.memo import once_per_batch
from corpusqa_checks.duplication.alignment import align
from corpusqa_checks.duplication.distinct import distinct
from corpusqa_checks.duplication.evidence import Place, with_evidence
from corpusqa_checks.duplication.exact import digests
from corpusqa_checks.duplication.frames import frames_by_document
from corpusqa_checks.duplication.mixing import Hashes, as_keys
from corpusqa_checks.duplication.moulds import replaced
from corpusqa_checks.duplication.narrative import narrative, pairs
from corpusqa_checks.duplication.near import LEAST_WORDS
from corpusqa_checks.duplication.retold import Retold
from corpusqa_checks.duplication.sets import common
from corpusqa_checks.duplication.story import Story, stories, told_alike

from corpusqa.check import Batch, Frame, Links

# Scores from which a pair is a retelling, or shares material: on the development pairs no two independent texts on one
# topic come above 0.06 at all.
REWRITE, SHARED_MATERIAL = 0.27, 0.15
# One aligned sentence may be a coincidence.
LEAST_ALIGNED = 2
# Candidates share this many of their keys, and this part of the keys of the one that has fewer; and of their pairs of
# stems outside quotations this many. The share of the keys estimates that of the pairs before any text is read again.
LEAST_KEYS, KEYS_SHARE, LEAST_SHARED = 3, 0.15, 3
# What was replaced in sentences of one mould counts against a pair so many times. At 4 one in 200 pairs of one form is
# left, at 8 none; of the retellings of news nine in ten lose nothing. What counts as replaced, `moulds.py` says.
AGAINST = 8
# A sentence that stands in more different documents than these, but for names and figures, says nothing of two of them.
MOST_DOCUMENTS = 5
# Of a text most of which is a template's that the other is made from too, what is left says too little.
LEAST_LEFT = 0.5
# The table of aligned sentences grows with the product of two lengths: longer documents are left out.
MOST_WORDS = 20_000
# So many bytes hold more words than that in every language with a table; nothing is computed of such a text.
MOST_BYTES = 64 * MOST_WORDS


def shared_material(score: float) -> Links:
    """Pairs whose score reaches `score`; retellings are those among them that reach a higher one."""
    return Links(
        keys,
        lambda batch, candidates, common: verify(batch, candidates, common, score),
        LEAST_KEYS,
        KEYS_SHARE,
        common=False,
        marks=marks,
        rare=MOST_DOCUMENTS,
    )


def keys(batch: Batch) -> Frame:
    """The pairs of neighbouring content stems of each document that is told in a language with a table."""
    return _compared(batch)[0]


def marks(batch: Batch) -> Frame:
    """The frames of the sentences of these documents."""
    return _compared(batch)[1]


@once_per_batch
def _compared(batch: Batch) -> tuple[Frame, Frame]:
    rows, found = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    owners, framed = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    offsets = batch.main.buffers.offsets
    for first, last in slices(batch.main.buffers):
        if offsets[last] - offsets[first] > MOST_BYTES:  # one document: slices of several are smaller
            continue
        told = narrative(batch.main, first, last)
        hashes, words = pairs(told.stems.hashes, told.stems.sentences, told.weights)
        owner = np.searchsorted(told.stems.offsets, words, side="right") - 1
        count = np.diff(told.stems.offsets)
        fitting = (count >= LEAST_WORDS) & (count <= MOST_WORDS)
        document, key = _distinct(owner[fitting[owner]], hashes[fitting[owner]])
        rows.append(document + first)
        found.append(key)
        teller, hashed = frames_by_document(told)
        told_of = np.isin(teller, document)
        owners.append(teller[told_of] + first)
        framed.append(hashed[told_of])
    return _table(rows, found), _table(owners, framed)


def verify(batch: Batch, candidates: Frame, common: Frame, score: float) -> Frame:
    """The pairs that are retellings, with their score and the aligned sentences in the order of the lighter text.

    Texts that are equal but for white space and case are no retelling: `exact` says what they are.

    Args:
        batch: The documents.
        candidates: Rows `a` and `b`.
        common: `mark`: frames that say nothing, because too many documents hold them.
        score: The least.
    """
    different = distinct(batch.main)
    told = stories(different.batch, common["mark"].unique().to_numpy().view(np.uint64))
    rows, digest = digests(different.batch.buffers)
    folded = dict(zip(rows.tolist(), digest.tolist(), strict=True))
    once = cache(lambda i, j: judged(told[i], told[j], score) if folded.get(i) != folded.get(j) else None)
    number = different.number.tolist()
    said = ((a, b, once(number[a], number[b])) for a, b in candidates.select("a", "b").iter_rows())
    return with_evidence(batch.main, [(a, b, *found) for a, b, found in said if found])


def judged(a: Story, b: Story, least: float) -> tuple[float, list[Place]] | None:
    """Score and aligned sentences of two stories, or None below `least` or with fewer than LEAST_ALIGNED sentences."""
    swapped = a.weight > b.weight
    light, heavy = told_alike(b, a) if swapped else told_alike(a, b)
    if light.weight < LEAST_LEFT * float(light.every_weight.sum()):
        return None
    shared = common(light.told, heavy.pairs)
    if shared < LEAST_SHARED or shared < least * len(light.told):
        return None  # the coverage that the share is multiplied with is at most 1
    score = align(light.narration, heavy.whole).coverage * shared / len(light.told)
    if score >= least:
        score *= 1 - AGAINST * replaced(light, heavy)
    if score < least:
        return None
    found = Retold(light, heavy, align(light.whole, heavy.whole), swapped)
    aligned = len(found.alignment.sentences) >= LEAST_ALIGNED
    return (score, found.places()) if aligned and found.of_one_thing else None


def _table(rows: Sequence[Ints], hashes: Sequence[Hashes]) -> Frame:
    return pl.DataFrame({"row": np.concatenate(rows), "key": as_keys(np.concatenate(hashes))})


def _distinct(owner: Ints, hashes: Hashes) -> tuple[Ints, Hashes]:
    """The distinct hashes of each owner."""
    order = np.lexsort((hashes, owner))
    owner, hashes = owner[order], hashes[order]
    new = changes(owner, hashes)
    return owner[new], hashes[new]
