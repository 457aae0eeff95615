"""Shingles: the hashes of n neighbouring words."""

from __future__ import annotations

import numpy as np
from corpusqa_checks._shared.arrays import Ints
from corpusqa_checks._shared.characters import ascending
from corpusqa_checks.duplication.mixing import SECOND, Hashes, mix
from corpusqa_checks.duplication.words import Words


def shingles(words: Hashes, size: int) -> Hashes:
    """Hash of the `size` words from each word on: a polynomial in the words' hashes, mixed.

    Shingles that run into the next document are there too, but mean nothing: `crossing` says which. There are
    words - size + 1 in all, or none.
    """
    count = len(words) - size + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    total = words[:count].copy()
    for step in range(1, size):
        total *= SECOND
        total += words[step : step + count]
    return mix(total)


def crossing(words: Words, size: int) -> Ints:
    """Positions in `shingles` that run into the next document."""
    ends = words.offsets[1:]
    places = (ends[:, None] - np.arange(1, size)).ravel()
    inside = (places >= 0) & (places < len(words.hashes) - size + 1)
    return ascending(places[inside])  # documents shorter than a shingle name some twice
