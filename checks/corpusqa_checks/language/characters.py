"""Characters counted by class for whole batches: the cheap gates in front of everything else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from corpusqa_checks.language.cache import tables
from corpusqa_checks.language.scripts import CLASSES
from corpusqa_checks.language.tables import CODES, Ints


def class_counts(texts: Sequence[str]) -> Ints:
    """Characters of each class of scripts.py, texts x CLASSES; one more column counts capitals."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = np.minimum(codes, CODES - 1)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    text_of = np.repeat(np.arange(len(texts)), lengths)
    width = CLASSES + 1
    places = text_of * width + tables().classes[codes]
    capitals = text_of[tables().upper[codes]] * width + CLASSES
    counts = np.bincount(places, minlength=len(texts) * width) + np.bincount(capitals, minlength=len(texts) * width)
    return np.asarray(counts, np.int64).reshape(len(texts), width)
