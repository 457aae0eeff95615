"""Winnowed fingerprints: a few shingles of a text, chosen so that equal passages give equal ones.

Schleimer, Wilkerson, Aiken: Winnowing (2003). Of every WINDOW neighbouring shingles the smallest hash is kept. Two
texts with a verbatim run of SHINGLE + WINDOW - 1 words therefore share a fingerprint.
"""

from __future__ import annotations

import numpy as np
from corpusqa_checks._shared.arrays import Ints, changes, spread
from corpusqa_checks.duplication.mixing import SECOND, Hashes, mix
from corpusqa_checks.duplication.shingles import shingles
from corpusqa_checks.duplication.words import Words

SHINGLE, WINDOW = 8, 16
# Words of the shortest verbatim run that is always found.
RUN = SHINGLE + WINDOW - 1


def fingerprints(words: Words, window: int = WINDOW) -> tuple[Ints, Hashes]:
    """Document and hash of each fingerprint; a document of fewer words than SHINGLE + window - 1 has none."""
    smallest = smallest_of(shingles(words.hashes, SHINGLE), window)
    count = np.maximum(np.diff(words.offsets) - (SHINGLE + window - 1) + 1, 0)
    owner = np.repeat(np.arange(len(count)), count)
    # windows of one document stand where its words do: those that would reach into the next are passed over
    found = smallest[spread(words.offsets[:-1], count)]
    new = changes(found, owner)
    return owner[new], found[new]


def whole(words: Words) -> tuple[Ints, Hashes]:
    """Document and hash of all its words in their order, of each document of RUN words and more."""
    place = np.arange(len(words.hashes)) - np.repeat(words.offsets[:-1], np.diff(words.offsets))
    total = np.append(np.zeros(1, np.uint64), np.cumsum(mix(words.hashes + place.astype(np.uint64) * SECOND)))
    long = np.flatnonzero(np.diff(words.offsets) >= RUN)
    return long, mix(total[words.offsets[long + 1]] - total[words.offsets[long]])


def smallest_of(values: Hashes, window: int) -> Hashes:
    """Smallest of each `window` neighbouring values, by doubling."""
    if len(values) < window:
        return values[:0]
    width = 1
    while width < window:
        step = min(width, window - width)
        values = np.minimum(values[:-step], values[step:])
        width += step
    return values
