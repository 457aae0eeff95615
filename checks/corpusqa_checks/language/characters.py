"""Characters counted by class for whole batches: the cheap gates in front of everything else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from corpusqa_checks._shared.arrays import Ints
from corpusqa_checks.language.cache import tables
from corpusqa_checks.language.scripts import CLASSES

SLICE = 1 << 15  # characters at once: their arrays stay in the processor's caches
# Characters that text read in a wrong encoding is full of, that CLD2 refuses, or that are marks apart from their
# letters (see prose.py); of the leads of broken sequences only those that no language is full of: the others need a
# euro sign behind them.
SUSPECT = (
    *((0x00, 0x09), (0x0B, 0x0D), (0x0E, 0x20), (0x7F, 0xA0), (0xC2, 0xC4), (0xD0, 0xD2), (0x300, 0x370)),
    *((0x20AC, 0x20AD), (0xFDD0, 0xFDF0), (0xFFFE, 0x10000)),
)


def class_counts(texts: Sequence[str]) -> Ints:
    """Characters of each class of scripts.py, texts x CLASSES; two more columns count capitals and suspect ones."""
    counts = counted(texts, _kinds(), 4 * CLASSES).reshape(-1, 4, CLASSES)
    _, tall, suspect, both = counts.sum(axis=2).T
    found = np.empty((len(texts), CLASSES + 2), np.int64)
    np.add(counts[:, 0] + counts[:, 1], counts[:, 2] + counts[:, 3], out=found[:, :CLASSES])
    found[:, CLASSES], found[:, CLASSES + 1] = tall + both, suspect + both
    return found


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """The class of each code point, and whether it is a capital, and suspect, so that one count answers all three."""
    kinds = tables().classes + CLASSES * tables().upper.astype(np.uint8)
    for first, end in SUSPECT:
        kinds[first:end] += 2 * CLASSES
    return kinds


def counted(texts: Sequence[str], classes: npt.NDArray[np.uint8], width: int) -> Ints:
    """Characters of each class, texts x width; `classes` holds the class of each code point."""
    counts = np.zeros((len(texts), width), np.int64)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    cuts = np.unique([*np.searchsorted(np.cumsum(lengths), np.arange(0, lengths.sum(), SLICE)), len(texts)])
    for first, last in pairwise(cuts.tolist()):
        joined = "".join(texts[first:last])
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        offsets = np.repeat(np.arange(last - first) * width, lengths[first:last])
        offsets += classes.take(codes, mode="clip")  # the last class is that of all code points beyond
        counts[first:last] = np.bincount(offsets, minlength=(last - first) * width).reshape(-1, width)
    return counts
