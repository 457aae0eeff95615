"""A glance at paragraphs: which of them are plainly in the language of their document, from three bytes at a time.

Almost every paragraph is, and exact naive Bayes costs twenty times as much. The lead of three bytes for a language is
log(p / q), with p their share among the trigrams of its profile and q their share in the other profiles. A paragraph
whose mean lead is above the one that other languages hardly ever reach needs no second look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from corpusqa_checks._shared.arrays import Ints
from corpusqa_checks.language.scripts import SIGNS

# Bytes as five bits: a to z without case, lead bytes of UTF-8 as one, its other bytes as four, all else as a blank.
BITS = 5
CELLS = 1 << 3 * BITS
_BLANK, _LEAD, _FOLLOWING = 0, 27, 28
STEPS = 16  # of a lead, per nat
SLICE = 1 << 15  # bytes looked at together: their arrays stay in the processor's caches
UNSEEN = 0.5 / 10_000  # langdetect's smoothing
_GAP = b"  "  # between texts, so that no three bytes join two of them


def _symbols() -> npt.NDArray[np.uint8]:
    symbols = np.zeros(256, np.uint8)
    small = np.arange(26)
    symbols[ord("a") + small] = symbols[ord("A") + small] = small + 1
    symbols[0x80:0xC0] = _FOLLOWING + (np.arange(0x40) & 3)
    symbols[0xC0:] = _LEAD
    return symbols


SYMBOLS = _symbols()
# What a byte adds to the letters of a text, at most: East Asian characters, of three bytes and more, count double.
_LETTERS = (SYMBOLS > _BLANK) * ((np.arange(256) & 0xC0) != 0x80) * (1 + (np.arange(256) >= 0xE0)).astype(np.uint8)
_SIGNS = np.isin(np.arange(256), list(SIGNS.encode()))


def leads(profiles: Sequence[dict[str, Any]]) -> npt.NDArray[np.int8]:
    """The lead of each cell for each language, in 1/STEPS nats: languages x CELLS.

    Args:
        profiles: langdetect's, in the order of the rows.
    """
    grams = [[(gram, n) for gram, n in profile["freq"].items() if len(gram) == 3] for profile in profiles]
    texts = [gram for profile in grams for gram, _ in profile]
    widths = np.array([len(text.encode()) for text in texts])
    gram_of = np.repeat(np.arange(len(texts)), widths)
    language = np.repeat(np.arange(len(profiles)), [len(profile) for profile in grams])
    counts = np.array([n for profile in grams for _, n in profile], np.float64)
    inside = gram_of[:-2] == gram_of[2:]
    at = gram_of[:-2][inside]
    cells = _cells(np.frombuffer("".join(texts).encode(), np.uint8))[inside] + language[at] * CELLS
    sums = np.bincount(cells, weights=counts[at], minlength=len(profiles) * CELLS).reshape(-1, CELLS)
    shares = sums / sums.sum(axis=1, keepdims=True)
    others = (shares.sum(axis=0) - shares) / (len(profiles) - 1)
    found = np.rint(STEPS * np.log((shares + UNSEEN) / (others + UNSEEN)))
    return np.asarray(np.clip(found, -127, 127), np.int8)


@dataclass(frozen=True)
class Glance:
    """What a glance shows of texts, one value each.

    Attributes:
        lead: Mean lead in nats for the language asked for; 0 for a text without letters.
        letters: Letters at most, East Asian ones counted double.
        signs: Characters that programs are full of.
    """

    lead: npt.NDArray[np.float64]
    letters: Ints
    signs: Ints


def glance(texts: pl.Series, rows: Ints, table: npt.NDArray[np.int8]) -> Glance:
    """Look at each text for one language.

    Args:
        texts: String, no nulls.
        rows: The row of `table` for the language of each text.
        table: From `leads`.
    """
    if texts.is_empty():
        return Glance(np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64))
    gap = _GAP.decode()
    data = np.frombuffer((gap + gap.join(texts.to_list()) + gap).encode(), np.uint8)
    widths = texts.str.len_bytes().to_numpy().astype(np.int64) + len(_GAP)
    starts = np.concatenate([[0], np.cumsum(widths)])
    cuts = np.unique([*np.searchsorted(starts, np.arange(0, starts[-1], SLICE)), len(texts)])
    seen = [
        _seen(data[starts[first] : starts[last] + len(_GAP)], starts[first : last + 1], rows[first:last], table)
        for first, last in pairwise(cuts.tolist())
    ]
    lead, letters, signs = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    return Glance(lead, letters, signs)


def _seen(data: npt.NDArray[np.uint8], starts: Ints, rows: Ints, table: npt.NDArray[np.int8]) -> tuple[Any, Ints, Ints]:
    """Lead, letters and signs of a few texts."""
    starts = starts - starts[0]
    cells = _cells(data)
    cells += np.repeat(rows * CELLS, np.diff(starts))
    letters = _LETTERS.take(data)
    words = _sums((letters[2:] | letters[1:-1]) > 0, starts)
    lead = _sums(table.reshape(-1).take(cells), starts) / (STEPS * np.maximum(words, 1))
    return lead, _sums(letters[2:], starts), _sums(_SIGNS.take(data)[2:], starts)


def _cells(data: npt.NDArray[np.uint8]) -> Ints:
    """The cell of every three bytes, the first at place 0."""
    symbols = SYMBOLS.take(data).astype(np.int64)
    cells = symbols[:-2] << BITS
    cells |= symbols[1:-1]
    cells <<= BITS
    cells |= symbols[2:]
    return cells


def _sums(values: npt.NDArray[Any], starts: Ints) -> Ints:
    """Sums over texts of values that belong to the third of three bytes."""
    return np.add.reduceat(values, starts[:-1], dtype=np.int64)
