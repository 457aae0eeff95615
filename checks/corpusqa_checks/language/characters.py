"""Characters counted by class for whole batches: the cheap gates in front of everything else."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from corpusqa_checks.language.cache import tables
from corpusqa_checks.language.scripts import CLASSES
from corpusqa_checks.language.tables import CODES, Ints

SLICE = 1 << 15  # characters at once: their arrays stay in the processor's caches
WIDTH = CLASSES + 1


def class_counts(texts: Sequence[str]) -> Ints:
    """Characters of each class of scripts.py, texts x CLASSES; one more column counts capitals."""
    return counted(texts, tables().classes, WIDTH, tables().upper)


def counted(
    texts: Sequence[str], classes: npt.NDArray[np.uint8], width: int, upper: npt.NDArray[np.bool_] | None = None
) -> Ints:
    """Characters of each class, texts x width.

    Args:
        texts: What is counted.
        classes: The class of each code point.
        width: Columns of the answer.
        upper: Code points that count in the last column as well.
    """
    counts = np.zeros((len(texts), width), np.int64)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    cuts = np.unique([*np.searchsorted(np.cumsum(lengths), np.arange(0, lengths.sum(), SLICE)), len(texts)])
    for first, last in pairwise(cuts.tolist()):
        joined = "".join(texts[first:last])
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        codes = np.minimum(codes, CODES - 1)
        offsets = np.repeat(np.arange(last - first) * width, lengths[first:last])
        places = offsets + classes.take(codes)
        if upper is not None:
            places = np.concatenate([places, offsets[upper.take(codes)] + width - 1])
        counts[first:last] = np.bincount(places, minlength=(last - first) * width).reshape(-1, width)
    return counts
