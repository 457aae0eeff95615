"""Stems and sentences: what is left of a word when its ending goes, and where one statement stops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from corpusqa_checks._shared.characters import Bytes, Ints
from corpusqa_checks.duplication.mixing import Hashes
from corpusqa_checks.duplication.words import Places, hashes, places

from corpusqa.check import Batch, Buffers

# A stem is the first five letters; a final s of words of four to six letters goes first. Blunt, but the same in every
# alphabet, and on the development pairs as good as a list of English endings.
LETTERS = 5
_PLURAL = range(4, 7)
_S, _LINE_FEED = ord("s"), ord("\n")
_STOPS = np.isin(np.arange(256), [ord(mark) for mark in ".!?"])
# A full stop after a capitalised word of up to three letters is an abbreviation's: Dr. Voss, Gen. Caine, U.S. troops.
_SHORT = 3


Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Stems:
    """The words of some documents, stemmed.

    Attributes:
        hashes: One per word, in order.
        starts: First byte of each word in the document's text.
        ends: The byte after its last one.
        sentences: Number of the sentence that holds the word, counted through all documents.
        offsets: int64 of length documents + 1; document i has the words offsets[i]:offsets[i + 1].
        alone: Whether the word is a character that stands alone (Han, kana, Thai).
    """

    hashes: Hashes
    starts: Ints
    ends: Ints
    sentences: Ints
    offsets: Ints
    alone: Flags


def stems(buffers: Buffers, first: int, last: int) -> Stems:
    """Stems of the documents first:last."""
    found = places(buffers, first, last)
    hashed = hashes(found.text.lower, found.starts, _stem_ends(found))
    sentences = np.cumsum(_opens_sentence(found), dtype=np.int64)
    alone = np.isin(found.starts, found.text.alone)
    return Stems(hashed, found.starts - found.origin, found.ends - found.origin, sentences, found.offsets, alone)


def stem_strings(text: str) -> list[str]:
    """The stems of one text as strings: the readable form, for fitting and for tables."""
    found = places(Batch(pl.DataFrame({"text": [text]})).buffers, 0, 1)
    lower = found.text.lower.tobytes()
    bounds = zip(found.starts.tolist(), _stem_ends(found).tolist(), strict=True)
    return [lower[start:end].decode() for start, end in bounds]


def _stem_ends(found: Places) -> Ints:
    """The byte after each stem."""
    letters = found.ends - found.starts
    last = found.text.lower[found.ends - 1]
    stem_ends = found.starts + _kept(letters, last)
    high = np.flatnonzero(found.data >= 0x80)
    if len(high):  # few words have letters of several bytes
        wide = np.unique(np.searchsorted(found.starts, high, side="right") - 1)
        wide = wide[wide >= 0]
        lead = np.append(np.flatnonzero((found.data & 0xC0) != 0x80), len(found.data))
        at = np.searchsorted(lead, found.starts[wide])
        letters = np.searchsorted(lead, found.ends[wide]) - at
        stem_ends[wide] = lead[at + _kept(letters, last[wide])]
    return stem_ends


def _kept(letters: Ints, last: Bytes) -> Ints:
    """Letters of the stems of words with so many letters and such a last byte."""
    plural = (letters >= _PLURAL.start) & (letters < _PLURAL.stop) & (last == _S)
    return np.asarray(np.minimum(letters - plural, LETTERS), np.int64)


def _opens_sentence(found: Places) -> Flags:
    """Whether a word is the first of a sentence: after a line end, or after a stop and white space, if capitalised."""
    opens = np.zeros(len(found.starts), bool)
    opens[found.offsets[:-1][found.offsets[:-1] < len(opens)]] = True
    gap = found.starts[1:] - found.ends[:-1]
    broken = _after(found, found.data == _LINE_FEED)[1:]
    stopped = _after(found, _STOPS[found.data])[1:] & (gap > 1)
    first = found.data[found.starts]
    unchanged = first == found.text.lower[found.starts]
    second = np.minimum(found.starts + 1, len(found.data) - 1)
    # Latin, Greek and Cyrillic letters beyond ASCII have two bytes with leads up to D3; other scripts have no capitals
    small = (first >= ord("a")) & (first <= ord("z"))
    small |= (first >= 0xC3) & (first <= 0xD3) & unchanged & (found.data[second] == found.text.lower[second])
    abbreviated = (first >= ord("A")) & (first <= ord("Z")) & (found.ends - found.starts <= _SHORT)
    opens[1:] |= broken | (stopped & ~small[1:] & ~abbreviated[:-1])
    return opens


def _after(found: Places, marks: Flags) -> Flags:
    """Whether a mark stands between a word and the one before it; marks are never inside words."""
    follows = np.zeros(len(found.starts) + 1, bool)
    follows[np.searchsorted(found.starts, np.flatnonzero(marks))] = True
    return follows[:-1]
