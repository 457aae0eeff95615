"""Frames: what is left of a sentence without its names and figures. Forms that were filled in have frames in common."""

from __future__ import annotations

import numpy as np
from corpusqa_checks._shared.arrays import Ints, begins
from corpusqa_checks.duplication.mixing import GOLDEN, Hashes, mix
from corpusqa_checks.duplication.narrative import Narrative

# Stems of this weight and more are names: the tables of the languages do not list them.
NAME = 4.75
# With fewer words left a frame says nothing; then the sentence is taken as it is.
LEAST_WORDS = 5


def frames(told: Narrative) -> tuple[Ints, Hashes]:
    """Position of the sentence of each word, and a hash of the words of each sentence's frame in their order."""
    stems = told.stems
    if not len(stems.hashes):
        return np.zeros(0, np.int64), np.zeros(0, np.uint64)
    firsts = begins(stems.sentences)
    number = np.repeat(np.arange(len(firsts)), np.diff(np.append(firsts, len(stems.hashes))))
    kept = (told.weights < NAME) & ~stems.figures
    kept |= (np.add.reduceat(kept, firsts, dtype=np.int64) < LEAST_WORDS)[number]
    before: Ints = np.cumsum(kept, dtype=np.int64) - kept
    place: Ints = before - before[firsts][number]
    placed = mix(stems.hashes ^ (place.view(np.uint64) * GOLDEN))
    placed[~kept] = 0
    return number, np.add.reduceat(placed, firsts)


def frames_by_document(told: Narrative) -> tuple[Ints, Hashes]:
    """Document and hash of each sentence's frame."""
    number, hashed = frames(told)
    first = begins(number)
    return np.searchsorted(told.stems.offsets, first, side="right") - 1, hashed
