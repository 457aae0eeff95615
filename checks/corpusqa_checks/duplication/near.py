"""Half `near`: main texts whose sets of word shingles overlap by at least a Jaccard similarity."""

from __future__ import annotations

import numpy as np
import polars as pl
from corpusqa_checks._shared.arrays import Ints
from corpusqa_checks._shared.characters import slices
from corpusqa_checks.duplication.distinct import by_text
from corpusqa_checks.duplication.evidence import PAIRS
from corpusqa_checks.duplication.mixing import as_keys
from corpusqa_checks.duplication.sets import Sets, agreement, sets_of, shared, shingled
from corpusqa_checks.duplication.shingles import crossing, shingles
from corpusqa_checks.duplication.sketch import BINS, Sketch, band_keys, bands, least_bands, sketches
from corpusqa_checks.duplication.words import words

from corpusqa.check import Batch, Buffers, Frame, Links

SHINGLE = 5
# Below this many words of main text a shingle more or less decides, and the half says nothing.
LEAST_WORDS = 20
# Standard deviations of the sketch's estimate that a pair may lie below the threshold and still be compared exactly.
SLACK = 4.0


def near(threshold: float) -> Links:
    """Candidates share bands of their sketches; every pair is compared by all its shingles."""
    least = least_bands(threshold)
    return Links(lambda batch: keys(batch, threshold), lambda batch, pairs: verify(batch, pairs, threshold), least)


def keys(batch: Batch, threshold: float) -> Frame:
    """One key per band of each document with enough words."""
    count, rows = bands(threshold)
    found = [_sketched(batch.main.buffers, first, last) for first, last in slices(batch.main.buffers)]
    documents = np.concatenate([np.zeros(0, np.int64), *(documents for documents, _ in found)])
    sketch = np.concatenate([np.zeros((0, BINS), np.uint32), *(sketch for _, sketch in found)])
    key = as_keys(band_keys(sketch, count, rows)).ravel()
    return pl.DataFrame({"row": np.repeat(documents, count), "key": key})


def verify(batch: Batch, pairs: Frame, threshold: float) -> Frame:
    """The pairs whose Jaccard similarity reaches the threshold, with it."""
    return by_text(batch.main, pairs, lambda texts, different: _verified(texts, different, threshold))


def _verified(batch: Batch, pairs: Frame, threshold: float) -> Frame:
    texts = shingled(batch.buffers, SHINGLE, sketched=True)
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    close = agreement(texts.sketch, a, b) >= threshold - SLACK * float(np.sqrt(threshold * (1 - threshold) / BINS))
    sets = sets_of(texts, np.concatenate([a[close], b[close]]))
    a, b = _alike_in_size(sets, a[close], b[close], threshold)
    both = shared(sets, a, b)
    similarity = both / (sets.sizes[a] + sets.sizes[b] - both)
    table = pl.DataFrame({"a": a, "b": b, "similarity": similarity}, schema=PAIRS)
    return table.filter(pl.col("similarity") >= threshold)


def _sketched(buffers: Buffers, first: int, last: int) -> tuple[Ints, Sketch]:
    said = words(buffers, first, last)
    enough = np.flatnonzero(np.diff(said.offsets) >= LEAST_WORDS)
    sketch = sketches(shingles(said.hashes, SHINGLE), crossing(said, SHINGLE), said.offsets[:-1], last - first)
    return enough + first, sketch[enough]


def _alike_in_size(sets: Sets, a: Ints, b: Ints, threshold: float) -> tuple[Ints, Ints]:
    """Pairs that their sizes do not rule out."""
    low, high = np.minimum(sets.sizes[a], sets.sizes[b]), np.maximum(sets.sizes[a], sets.sizes[b])
    fitting = (low > 0) & (low >= threshold * high)
    return a[fitting], b[fitting]
