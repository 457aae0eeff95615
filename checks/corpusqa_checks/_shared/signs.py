"""Which signs a text holds, by one look at its bytes: a pattern is searched only where one that it needs stands.

An ASCII sign has a bit of its own; digits, capitals and small letters share one each, white space other than the space
one, and so do the characters beyond ASCII whose UTF-8 form begins with the same byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl
from corpusqa_checks._shared.arrays import Bools, Ints

from corpusqa.check import Batch

Signs = npt.NDArray[np.uint64]
# First and last text of a slice, where each begins among its bytes, these, and the byte before if of the first text.
Slice = tuple[int, int, Ints, npt.NDArray[np.uint8], int | None]

DIGIT, CAPITAL, SMALL, TAB = "0", "A", "a", "\t"
_PLAIN = [chr(byte) for byte in range(33, 127) if not chr(byte).isalnum()]
_CLASSES = (DIGIT, CAPITAL, SMALL, TAB)
# First bytes that have a bit each: Latin signs, Hebrew and Arabic signs, everything of three bytes, the first of four.
_LEADS = (0xC2, 0xD6, 0xD8, 0xDB, *range(0xE0, 0xF1))
# One character for each first byte of the white space beyond ASCII.
_WIDE_SPACES = "\u00a0\u1680\u2000\u3000"
_WIDE_SPACE = r"[\s--[\t-\r ]]"
_SLICE = 1 << 18  # bytes looked at together, so that what is made of them stays in the cache


def signs_of(texts: pl.Series) -> Signs:
    """The bits of the signs of each text (String, none null or empty); UInt64."""
    found = np.zeros(len(texts), np.uint64)
    for first, last, starts, data, _ in _slices(texts):
        found[first:last] |= np.bitwise_or.reduceat(_table()[data], starts)
    return found


def with_any(signs: Signs, of: str) -> Bools:
    """Which texts may hold one of these characters; a digit or an ASCII letter stands for its class."""
    found: Bools = signs & np.bitwise_or.reduce([_bit(sign) for sign in of]) != 0
    return found


def runs_of(texts: pl.Series, signs: Signs) -> Ints:
    r"""Runs of non-white-space in each text, as `\S+` finds them; their signs spare most texts that pattern."""
    runs = np.zeros(len(texts), np.int64)
    for first, last, starts, data, before in _slices(texts):
        space = _spaces()[data]
        begins = ~space
        begins[1:] &= space[:-1]
        begins[starts] = ~space[starts]
        if before is not None:  # the slice begins within a text
            begins[0] &= _spaces()[before]
        runs[first:last] += np.add.reduceat(begins, starts, dtype=np.int64)
    wide = np.flatnonzero(with_any(signs, _WIDE_SPACES))
    wide = wide[texts.gather(wide).str.contains(_WIDE_SPACE).to_numpy()]
    runs[wide] = texts.gather(wide).str.count_matches(r"\S+").to_numpy()
    return runs


def _slices(texts: pl.Series) -> Iterator[Slice]:
    """The bytes of texts that are not empty, in slices, a long text over several."""
    buffers = Batch(pl.DataFrame({"text": texts})).buffers
    data, offsets = buffers.data, buffers.offsets
    for start in range(0, len(data), _SLICE):
        stop = min(start + _SLICE, len(data))
        first = int(np.searchsorted(offsets, start, side="right")) - 1
        last = int(np.searchsorted(offsets, stop))
        starts = np.maximum(offsets[first:last], start) - start
        yield first, last, starts, data[start:stop], None if offsets[first] == start else int(data[start - 1])


@cache
def _table() -> Signs:
    """The bit of each byte; 0 for the space and for bytes within a character."""
    table = np.zeros(256, np.uint64)
    table[0xC0:] = 1 << 63
    for number, lead in enumerate(_LEADS):
        table[lead] = 1 << number
    for number, sign in enumerate((*_PLAIN, *_CLASSES), len(_LEADS)):
        table[ord(sign)] = 1 << number
    for first, last in ("09", "AZ", "az", "\t\r"):
        table[ord(first) : ord(last) + 1] = table[ord(first)]
    return table


def _bit(sign: str) -> np.uint64:
    return np.uint64(_table()[sign.encode()[0]])


@cache
def _spaces() -> Bools:
    table = np.zeros(256, np.bool_)
    table[[*range(9, 14), 32]] = True
    return table
