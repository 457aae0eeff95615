"""Characters counted by class for whole batches: the cheap gates in front of everything else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from corpusqa_checks.language.cache import tables
from corpusqa_checks.language.scripts import CLASSES
from corpusqa_checks.language.tables import Ints

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
    places = np.repeat(np.arange(len(lengths)) * 2 * CLASSES, lengths)
    places += _kinds().take(codes, mode="clip")
    both = np.bincount(places, minlength=len(lengths) * 2 * CLASSES).reshape(-1, CLASSES, 2)
    return np.concatenate([both.sum(axis=2), both[:, :, 1].sum(axis=1, keepdims=True)], axis=1)


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """Two kinds of each class, by code point: small letters and all else, then capitals."""
    return np.asarray(tables().classes * 2 + tables().upper, np.uint8)
