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
from corpusqa_checks.language.cache import tables
from corpusqa_checks.language.tables import (
    BLANK_ID,
    CODES,
    EMPTY,
    ROW_BITS,
    ROW_MASK,
    SCALE,
    SLOTS,
    Ints,
    Tables,
    key_of,
    slot_of,
)

LONGEST = 10_000  # langdetect reads as many characters of a text
SLICE = 1 << 15  # characters at once: their arrays stay in the processor's caches
# Characters whose weights are added by one product in single precision, which is fast and yet exact: it holds integers
# up to 2**24, and no weight is above 2**14.
BLOCK = 32
PIECE = 1024  # characters whose weights are looked up and added together: 350 kB, used again for the next ones
MARKS = 0x300  # combining marks begin here, then other alphabets
# langdetect's own patterns (detector.py), as bounded repeats
_URL = re.compile(r"https?://[-_.?&~;+=/#0-9A-Za-z]{1,2076}")
_MAIL = re.compile(r"[-_.0-9A-Za-z]{1,64}@[-_0-9A-Za-z]{1,255}[-_.0-9A-Za-z]{1,255}")
_MARKS = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_LATIN = re.compile("[A-z]+")
_SEPARATOR = "\0"  # no n-gram ends with it


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
    prepared = [_prepared(text) for text in texts]
    sums = [_sums(prepared[first:last], known) for first, last in _slices(prepared)]
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


def _prepared(text: str) -> str:
    """Without addresses, as langdetect has it."""
    if "://" in text:
        text = _URL.sub(" ", text)
    if "@" in text:
        text = _MAIL.sub(" ", text)
    if _SEPARATOR in text:
        text = text.replace(_SEPARATOR, " ")
    return text[:LONGEST]


def _sums(texts: Sequence[str], known: Tables) -> Ints:
    """The sum of the weights of all n-grams of each text, in whole blocks of characters that multiply fast."""
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


def _added(weights: npt.NDArray[np.uint16], rows: Ints) -> npt.NDArray[np.float32]:
    """Sums of the weights of every block of rows; the memory for them is used again and stays in the caches."""
    width = weights.shape[1]
    sums = np.empty((len(rows) // BLOCK, 1, width), np.float32)
    found, exact = np.empty((PIECE, width), np.uint16), np.empty((PIECE, width), np.float32)
    ones = np.ones((1, BLOCK), np.float32)
    for first in range(0, len(rows), PIECE):
        count = min(PIECE, len(rows) - first)
        weights.take(rows[first : first + count], axis=0, out=found[:count], mode="clip")  # "raise" would copy
        exact[:count] = found[:count]
        blocks = slice(first // BLOCK, (first + count) // BLOCK)
        np.matmul(ones, exact[:count].reshape(-1, BLOCK, width), out=sums[blocks])
    return sums[:, 0]


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
    at = np.minimum(codes, CODES - 1)
    current, upper = known.ids.take(at).astype(np.int64), known.upper.take(at)
    last, before = np.empty_like(current), np.empty_like(current)
    last[1:], before[2:] = current[:-1], current[:-2]
    last[:1] = before[:2] = BLANK_ID
    letter = current != BLANK_ID
    good = letter.copy()
    good[1:] |= letter[:-1]  # the first of several blanks ends a word
    good[1:] &= ~(upper[1:] & upper[:-1])  # langdetect skips n-grams that end in two capitals
    good &= codes != ord(_SEPARATOR)
    before *= last != BLANK_ID  # an n-gram has no blank but at its ends
    rows = _found(key_of(before, last, current, known.radix), known)
    missing = np.flatnonzero((rows == 0) & good)
    rows[missing] = _found(key_of(known.radix - 1, last[missing], current[missing], known.radix), known)
    missing = missing[rows[missing] == 0]
    rows[missing] = known.singles.take(current[missing])
    rows[~good] = 0
    return rows


def _found(keys: Ints, known: Tables) -> Ints:
    """Rows of keys, 0 for those that no profile has."""
    at = slot_of(keys)
    seen = known.slots.take(at)
    hit = seen >> ROW_BITS == keys
    rows: Ints = (seen & ROW_MASK) * hit
    open_ = np.flatnonzero(~hit & (seen != EMPTY))
    while len(open_):
        at[open_] = (at[open_] + 1) & (SLOTS - 1)
        seen = known.slots.take(at[open_])
        hit = seen >> ROW_BITS == keys[open_]
        rows[open_[hit]] = seen[hit] & ROW_MASK
        open_ = open_[~hit & (seen != EMPTY)]
    return rows
