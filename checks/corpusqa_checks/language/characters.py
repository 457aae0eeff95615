"""Characters counted by class for whole batches: the cheap gates in front of everything else."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from corpusqa_checks.language.cache import tables
from corpusqa_checks.language.scripts import CLASSES
from corpusqa_checks.language.tables import CODES, Ints

SLICE = 1 << 15  # characters at once: their arrays stay in the processor's caches
WIDTH = CLASSES + 1


def class_counts(texts: Sequence[str]) -> Ints:
    """Characters of each class of scripts.py, texts x CLASSES; one more column counts capitals."""
    counts = np.zeros((len(texts), WIDTH), np.int64)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    cuts = np.unique([*np.searchsorted(np.cumsum(lengths), np.arange(0, lengths.sum(), SLICE)), len(texts)])
    for first, last in pairwise(cuts.tolist()):
        counts[first:last] = _counted("".join(texts[first:last]), lengths[first:last])
    return counts


def _counted(joined: str, lengths: Ints) -> Ints:
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = np.minimum(codes, CODES - 1)
    offsets = np.repeat(np.arange(len(lengths)) * WIDTH, lengths)
    capitals = offsets[tables().upper.take(codes)] + CLASSES
    places = np.concatenate([offsets + tables().classes.take(codes), capitals])
    return np.bincount(places, minlength=len(lengths) * WIDTH).reshape(-1, WIDTH)
