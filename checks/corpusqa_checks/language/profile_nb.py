"""Exact naive Bayes over langdetect's profiles, for whole batches of texts.

langdetect draws n-grams at random until one language wins; here every n-gram of the text counts once. The sums are of
integers, so the answer is the same for any batch, order and process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from corpusqa_checks._shared.arrays import Ints
from corpusqa_checks.language.cache import tables
from corpusqa_checks.language.tables import (
    BLANK_ID,
    EMPTY,
    MORE,
    ROW_BITS,
    ROW_MASK,
    SCALE,
    SLOTS,
    Tables,
    key_of,
    slot_of,
)

LONGEST = 10_000  # langdetect reads as many characters of a text
SLICE = 1 << 15  # characters at once: their arrays stay in the processor's caches
# The weights of a block of characters are added in one go, of four of them in 16 bits: no weight is above 2**14.
TOGETHER, BLOCK = 4, 32
MARKS = 0x300  # combining marks begin here, then other alphabets
# langdetect's own patterns (detector.py), as bounded repeats
_URL = re.compile(r"https?://[-_.?&~;+=/#0-9A-Za-z]{1,2076}")
_MAIL = re.compile(r"[-_.0-9A-Za-z]{1,64}@[-_0-9A-Za-z]{1,255}[-_.0-9A-Za-z]{1,255}")
_GONE = {"://": _URL, "@": _MAIL, "\0": re.compile("\0")}
_MARKS = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_LATIN = re.compile("[A-z]+")
_SEPARATOR = "\0"  # no n-gram ends with it, and no text holds it


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
    sums = [_sums(_prepared(texts[first:last]), known) for first, last in _slices(texts)]
    both = np.concatenate([np.zeros((0, known.weights.shape[1]), np.int64), *sums])
    return Scores(both[:, :-1] / SCALE, both[:, -1])


def _slices(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Ranges of texts of about SLICE characters, or one text."""
    first, size = 0, 0
    for number, text in enumerate(texts):
        if size and size + len(text) > SLICE:
            yield first, number
            first, size = number, 0
        size += len(text)
    if first < len(texts):
        yield first, len(texts)


def _prepared(texts: Sequence[str]) -> Sequence[str]:
    """Without addresses, as langdetect has it, and no longer than it reads."""
    together = " ".join(texts)
    for sign, pattern in _GONE.items():
        if sign in together:
            texts = [pattern.sub(" ", text) if sign in text else text for text in texts]
    return [text[:LONGEST] for text in texts] if len(together) > LONGEST else texts


def _sums(texts: Sequence[str], known: Tables) -> Ints:
    """The sum of the weights of all n-grams of each text, in whole blocks of characters."""
    codes, blocks = _in_blocks(texts)
    for change in (_composed, _without_latin):
        if (codes >= MARKS).any():  # some are not of a Latin alphabet
            changed = change(texts, codes, blocks)
            if changed is not texts:
                texts = changed
                codes, blocks = _in_blocks(texts)
    by_block = _added(known.weights, _rows(codes, known))
    starts = np.concatenate([[0], np.cumsum(blocks[:-1])])
    return np.add.reduceat(by_block.astype(np.int64), starts, axis=0)


def _added(weights: npt.NDArray[np.uint16], rows: Ints) -> npt.NDArray[np.uint32]:
    """Sums of the weights of every block of rows: of all blocks the first row, of all the second, and so on."""
    places = np.ascontiguousarray(rows.reshape(-1, BLOCK).T)
    shape = places.shape[1], weights.shape[1]
    sums, some, more = np.zeros(shape, np.uint32), np.empty(shape, np.uint16), np.empty(shape, np.uint16)
    for first in range(0, BLOCK, TOGETHER):
        weights.take(places[first], axis=0, out=some, mode="clip")  # "raise" would copy
        for other in range(first + 1, first + TOGETHER):
            some += weights.take(places[other], axis=0, out=more, mode="clip")
        sums += some
    return sums


def _in_blocks(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint32], Ints]:
    """Code points, every text between separators that fill its blocks, and the number of its blocks."""
    blocks = [(len(text) + BLOCK) // BLOCK for text in texts]
    filled = [
        _SEPARATOR + text + _SEPARATOR * (n * BLOCK - len(text) - 1) for text, n in zip(texts, blocks, strict=True)
    ]
    codes = np.frombuffer("".join(filled).encode("utf-32-le", "surrogatepass"), np.uint32)
    return codes, np.array(blocks, np.int64)


def _composed(texts: Sequence[str], codes: npt.NDArray[np.uint32], _: Ints) -> Sequence[str]:
    """With Vietnamese marks composed."""
    if not (codes - MARKS <= 0x23).any():
        return texts
    from langdetect.utils.ngram import NGram

    return [str(NGram.normalize_vi(text)) if _MARKS.search(text) else text for text in texts]


def _without_latin(texts: Sequence[str], codes: npt.NDArray[np.uint32], blocks: Ints) -> Sequence[str]:
    """Latin letters go from texts in which other scripts have more than twice as many characters, as in langdetect."""
    other = (codes >= MARKS) & ~((codes >= 0x1E00) & (codes < 0x1F00))
    latin = (codes >= ord("A")) & (codes <= ord("z"))
    starts = np.concatenate([[0], np.cumsum(blocks[:-1])]) * BLOCK
    counts = [np.add.reduceat(which, starts, dtype=np.int64) for which in (latin, other)]
    gone = (counts[0] > 0) & (counts[0] * 2 < counts[1])
    if not gone.any():
        return texts
    return [_LATIN.sub("", text) if go else text for text, go in zip(texts, gone.tolist(), strict=True)]


def _rows(codes: npt.NDArray[np.uint32], known: Tables) -> Ints:
    """The row of `weights` for each character: of the longest known n-gram that ends there, with its suffixes."""
    current = known.ids.take(codes, mode="clip").astype(np.int64)  # code points from the last one on count as that
    upper = known.upper.take(codes, mode="clip")
    letter = current != BLANK_ID
    good = letter.copy()
    good[1:] |= letter[:-1]  # the first of several blanks ends a word
    good[1:] &= ~(upper[1:] & upper[:-1])  # langdetect skips n-grams that end in two capitals
    good &= codes != ord(_SEPARATOR)
    before, last = np.zeros_like(current), np.zeros_like(current)
    last[1:] = current[:-1]
    np.multiply(current[:-2], letter[1:-1], out=before[2:])  # an n-gram has no blank but at its ends
    rows = _found(key_of(before, last, current, known.radix), known)
    missing = np.flatnonzero((rows == 0) & good)
    last, current = last[missing], current[missing]
    shorter = _found(key_of(known.radix - 1, last, current, known.radix), known)
    rows[missing] = np.where(shorter > 0, shorter, known.singles.take(current))
    rows *= good
    return rows


def _found(keys: Ints, known: Tables) -> Ints:
    """Rows of keys, 0 for those that no profile has."""
    at = slot_of(keys)
    seen = known.slots.take(at)
    hit = seen >> ROW_BITS == keys
    rows: Ints = (seen & ROW_MASK) * hit
    open_ = np.flatnonzero((seen & MORE > 0) & ~hit)
    keys, at = keys[open_], at[open_]
    while len(open_):
        at = (at + 1) & (SLOTS - 1)
        seen = known.slots.take(at)
        hit = seen >> ROW_BITS == keys
        rows[open_[hit]] = seen[hit] & ROW_MASK
        left = ~hit & (seen != EMPTY)
        open_, keys, at = open_[left], keys[left], at[left]
    return rows
