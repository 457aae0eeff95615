"""Exact naive Bayes over langdetect's profiles, for whole batches of texts.

langdetect draws n-grams at random until one language wins; here every n-gram of the text counts once. The sums are of
integers, so the answer is the same for any batch, order and process.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from corpusqa_checks.language.cache import tables
from corpusqa_checks.language.tables import BLANK_ID, CODES, EMPTY, SCALE, SLOTS, Ints, Tables, key_of, slot_of

LONGEST = 10_000  # langdetect reads as many characters of a text
# Single precision holds integers up to 2**24; no row of the tables has more than 2**14.
EXACT = 1 << 10
TEXTS_AT_ONCE = 128  # keeps the arrays in the processor's caches
# langdetect's own patterns (detector.py), as bounded repeats
_URL = re.compile(r"https?://[-_.?&~;+=/#0-9A-Za-z]{1,2076}")
_MAIL = re.compile(r"[-_.0-9A-Za-z]{1,64}@[-_0-9A-Za-z]{1,255}[-_.0-9A-Za-z]{1,255}")
_MARKS = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_SEPARATOR = "\n"


@dataclass(frozen=True)
class Scores:
    """Log likelihoods of texts, in nats above that of a text of unseen n-grams.

    Attributes:
        nats: float64, texts x languages.
        grams: int64, number of n-grams of each text that the profiles know; 0 = the text says nothing.
    """

    nats: npt.NDArray[np.float64]
    grams: Ints


def score(texts: Sequence[str]) -> Scores:
    """The scores of texts; the columns are the languages of `tables()`."""
    known = tables()
    sums = np.zeros((len(texts), known.weights.shape[1]), np.int64)
    prepared = [_prepared(text) for text in texts]
    for first in range(0, len(texts), TEXTS_AT_ONCE):
        rows, starts = _rows(prepared[first : first + TEXTS_AT_ONCE], known)
        for number, (start, end) in enumerate(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True), first):
            for at in range(start, end, EXACT):
                sums[number] += _sum(known.weights.take(rows[at : min(at + EXACT, end)], axis=0))
    return Scores(sums[:, :-1] / SCALE, sums[:, -1])


def _sum(weights: npt.NDArray[np.uint16]) -> Ints:
    """The sum of at most EXACT rows; in single precision, which the processor adds fastest, and yet exact."""
    return (np.ones(len(weights), np.float32) @ weights.astype(np.float32)).astype(np.int64)


def _prepared(text: str) -> str:
    """Without addresses, with Vietnamese marks composed, as langdetect does; each only where a cheap test finds any."""
    if "://" in text:
        text = _URL.sub(" ", text)
    if "@" in text:
        text = _MAIL.sub(" ", text)
    if not text.isascii() and _MARKS.search(text):
        from langdetect.utils.ngram import NGram

        text = str(NGram.normalize_vi(text))
    return text[:LONGEST]


def _rows(texts: Sequence[str], known: Tables) -> tuple[npt.NDArray[np.int32], Ints]:
    """Rows of `weights`, one for each character that completes n-grams, and where each text begins."""
    # every text is preceded by a separator, which is a blank to the first n-grams and completes none itself
    codes = np.frombuffer((_SEPARATOR + _SEPARATOR.join(texts)).encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    starts = np.concatenate([[0], np.cumsum(lengths + 1)])
    codes, starts = _without_latin(codes, starts)
    codes = np.minimum(codes, CODES - 1)
    ids, upper = known.ids[codes].astype(np.int64), known.upper[codes]
    good = ids != BLANK_ID
    good[1:] |= good[:-1]  # the first of several blanks ends a word
    good[1:] &= ~(upper[1:] & upper[:-1])  # langdetect skips n-grams that end in two capitals
    good[starts[:-1]] = False
    at = np.flatnonzero(good)
    return _looked_up(ids, at, known), np.searchsorted(at, starts)


def _without_latin(codes: npt.NDArray[np.uint32], starts: Ints) -> tuple[npt.NDArray[np.uint32], Ints]:
    """Latin letters go from texts in which other scripts have more than twice as many characters, as in langdetect."""
    other = (codes >= 0x300) & ~((codes >= 0x1E00) & (codes < 0x1F00))
    if not other.any():
        return codes, starts
    latin = (codes >= ord("A")) & (codes <= ord("z"))
    counts = [np.add.reduceat(which, starts[:-1], dtype=np.int64) for which in (latin, other)]
    gone = latin & np.repeat(counts[0] * 2 < counts[1], np.diff(starts))
    kept = np.concatenate([[0], np.cumsum(~gone)])
    return codes[~gone], kept[starts]


def _looked_up(ids: Ints, at: Ints, known: Tables) -> npt.NDArray[np.int32]:
    """The row of the longest known n-gram that ends at each place `at`, which stands for its suffixes too."""
    none = known.radix - 1
    current, last = ids[at], ids[at - 1]
    before = np.where(last == BLANK_ID, none, ids[at - 2])  # an n-gram has no blank but at its ends
    rows = _found(key_of(before, last, current, known.radix), known)
    missing = np.flatnonzero(rows == 0)
    rows[missing] = _found(key_of(none, last[missing], current[missing], known.radix), known)
    missing = missing[(rows[missing] == 0) & (current[missing] != BLANK_ID)]
    rows[missing] = _found(key_of(none, none, current[missing], known.radix), known)
    return rows


def _found(keys: Ints, known: Tables) -> npt.NDArray[np.int32]:
    """Rows of keys, 0 for those that no profile has."""
    at = slot_of(keys)
    seen = known.slots[at]
    rows = np.where(seen == keys, known.places[at], 0).astype(np.int32)
    open_ = np.flatnonzero((seen != keys) & (seen != EMPTY))
    while len(open_):
        at[open_] = (at[open_] + 1) % SLOTS
        seen = known.slots[at[open_]]
        hit = seen == keys[open_]
        rows[open_[hit]] = known.places[at[open_[hit]]]
        open_ = open_[~hit & (seen != EMPTY)]
    return rows
