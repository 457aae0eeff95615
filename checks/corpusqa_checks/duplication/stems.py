"""Stems: what is left of a word when its ending goes; each with the sentence that it stands in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from corpusqa_checks._shared.arrays import Bools, Ints
from corpusqa_checks._shared.characters import Bytes, ascending
from corpusqa_checks.duplication.mixing import Hashes
from corpusqa_checks.duplication.telling import opens_sentence, told_words
from corpusqa_checks.duplication.words import Places, hashes, places

from corpusqa.check import Batch, Buffers

# A stem is the first five letters; a final s of words of four to six letters goes first. Blunt, but the same in every
# alphabet, and on the development pairs as good as a list of English endings.
LETTERS = 5
_PLURAL = range(4, 7)
_S = ord("s")


@dataclass(frozen=True)
class Stems:
    """The words of some documents, stemmed.

    Attributes:
        hashes: One per word, in order.
        starts: First byte of each word in the document's text.
        ends: The byte after its last one.
        sentences: Number of the sentence that holds the word, counted through all documents.
        offsets: int64 of length documents + 1; document i has the words offsets[i]:offsets[i + 1].
        told: Whether the word stands in a told sentence.
        figures: Whether the word begins with a digit.
        capital: Whether it begins with a capital letter inside a sentence.
        alone: Whether the word is a character that stands alone (Han, kana, Thai).
    """

    hashes: Hashes
    starts: Ints
    ends: Ints
    sentences: Ints
    offsets: Ints
    told: Bools
    figures: Bools
    capital: Bools
    alone: Bools


def stems(buffers: Buffers, first: int, last: int) -> Stems:
    """Stems of the documents first:last."""
    found = places(buffers, first, last)
    hashed = hashes(found.text.lower, found.starts, _stem_ends(found))
    opens = opens_sentence(found)
    sentences, told = np.cumsum(opens, dtype=np.int64), told_words(found, opens)
    lead = found.data[found.starts]
    return Stems(
        hashed,
        found.starts - found.origin,
        found.ends - found.origin,
        sentences,
        found.offsets,
        told,
        figures=np.asarray((lead >= ord("0")) & (lead <= ord("9")), np.bool_),
        capital=_capital(found) & ~opens,
        alone=_alone(found),
    )


def stem_strings(text: str) -> list[str]:
    """The stems of one text as strings: the readable form, for fitting and for tables."""
    found = places(Batch(pl.DataFrame({"text": [text]})).buffers, 0, 1)
    lower = found.text.lower.tobytes()
    bounds = zip(found.starts.tolist(), _stem_ends(found).tolist(), strict=True)
    return [lower[start:end].decode() for start, end in bounds]


def _capital(found: Places) -> Bools:
    """Whether a word begins with a capital letter."""
    changed = found.data != found.text.lower
    second = np.minimum(found.starts + 1, len(found.data) - 1)
    wide = found.data[found.starts] >= 0x80
    return np.asarray(changed[found.starts] | (wide & changed[second]), np.bool_)


def _alone(found: Places) -> Bools:
    """Whether a word is a character that stands alone."""
    first = np.zeros(len(found.data) + 1, bool)
    first[found.text.alone] = True
    return first[found.starts]


def _stem_ends(found: Places) -> Ints:
    """The byte after each stem."""
    letters = found.ends - found.starts
    last = found.text.lower[found.ends - 1]
    stem_ends = found.starts + _kept(letters, last)
    high = np.flatnonzero(found.data >= 0x80)
    if len(high):  # few words have letters of several bytes
        wide = ascending(np.searchsorted(found.starts, high, side="right") - 1)
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
