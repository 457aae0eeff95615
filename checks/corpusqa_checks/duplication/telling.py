"""Where sentences begin, and which of them are told: running text, not headings, lists, tables, code or markup."""

from __future__ import annotations

import numpy as np
from corpusqa_checks._shared.arrays import Bools, Ints
from corpusqa_checks.duplication.background import Floats
from corpusqa_checks.duplication.words import Places

# A told sentence has at least LEAST_TOLD words, ends with a stop or with the document (many texts are cut off), and
# holds at most one character of markup or code in MARKED words: a name such as @night_watch is no code.
LEAST_TOLD, MARKED = 4, 25
# A document is told if its told sentences hold at least this share of its weight. Chosen on news and encyclopaedic
# answers (of 200 texts all but three lie above 0.7) against two of the manuals among the development data (of their
# pages one in seven does): what manuals, catalogues and tables tell is a form that is filled in again and again.
TOLD_SHARE = 0.65
_STOPS = np.isin(np.arange(256), [ord(mark) for mark in ".!?"])
_MARKUP = np.isin(np.arange(256), [ord(mark) for mark in "`|<>{}\\_=~^"])
_BLANKS = np.isin(np.arange(256), [ord(mark) for mark in " \t\r\n"])
_LINE_FEED = ord("\n")
# A full stop after a capitalised word of up to three letters is an abbreviation's: Dr. Voss, Gen. Caine, U.S. troops.
_SHORT = 3


def opens_sentence(found: Places) -> Bools:
    """Whether a word is the first of a sentence.

    It is after an empty line; after a line end, unless the line goes on in lower case; and after a stop and white
    space, if it is capitalised.
    """
    opens = np.zeros(len(found.starts), bool)
    opens[found.offsets[:-1][found.offsets[:-1] < len(opens)]] = True
    before, after = found.ends[:-1], found.starts[1:]
    feeds, marks = _between(found.data == _LINE_FEED, before, after), _between(~_BLANKS[found.data], before, after)
    small = _small(found)[1:]
    wrapped = (feeds == 1) & small & (marks <= 1)  # a comma may stand before the line end, a dash or bullet after it
    wrapped &= ~_listed(found, after)
    stopped = (_between(_STOPS[found.data], before, after) > 0) & (after - before > 1)
    opens[1:] |= ((feeds > 0) & ~wrapped) | (stopped & ~small & ~_abbreviated(found)[:-1])
    return opens


def told_words(found: Places, opens: Bools) -> Bools:
    """Whether a word stands in a told sentence."""
    first = np.flatnonzero(opens)
    if not len(first):
        return np.zeros(len(opens), bool)
    last = np.append(first[1:], len(opens)) - 1
    ends = np.repeat(np.append(found.documents[1:], len(found.data)), np.diff(found.offsets))[last]
    gap_end = np.minimum(np.append(found.starts[1:], len(found.data))[last], ends)
    length = last - first + 1
    stopped = (_between(_STOPS[found.data], found.ends[last], gap_end) > 0) | (gap_end == ends)
    told = (length >= LEAST_TOLD) & stopped
    told &= MARKED * _between(_MARKUP[found.data], found.starts[first], gap_end) <= length
    return np.repeat(told, length)


def told_documents(told: Bools, weights: Floats, offsets: Ints) -> Bools:
    """Whether told words hold enough of each document's weight."""
    said, before = np.append(0, np.cumsum(weights * told)), np.append(0, np.cumsum(weights))
    whole = before[offsets[1:]] - before[offsets[:-1]]
    return np.asarray((said[offsets[1:]] - said[offsets[:-1]] >= TOLD_SHARE * whole) & (whole > 0), np.bool_)


def _between(marks: Bools, start: Ints, end: Ints) -> Ints:
    """Number of marked bytes from each start to each end."""
    before = np.append(0, np.cumsum(marks, dtype=np.int64))
    return np.asarray(before[end] - before[start], np.int64)


def _small(found: Places) -> Bools:
    """Whether a word begins with a lower-case letter."""
    first = found.data[found.starts]
    unchanged = first == found.text.lower[found.starts]
    second = np.minimum(found.starts + 1, len(found.data) - 1)
    small = (first >= ord("a")) & (first <= ord("z"))
    # Latin, Greek and Cyrillic letters beyond ASCII have two bytes with leads up to D3; other scripts have no capitals
    small |= (first >= 0xC3) & (first <= 0xD3) & unchanged & (found.data[second] == found.text.lower[second])
    return np.asarray(small, np.bool_)


def _abbreviated(found: Places) -> Bools:
    """Whether a word is a short capitalised one, after which a full stop need not end a sentence."""
    first = found.data[found.starts]
    capital = (first >= ord("A")) & (first <= ord("Z"))
    return np.asarray(capital & (found.ends - found.starts <= _SHORT), np.bool_)


def _listed(found: Places, after: Ints) -> Bools:
    """Whether a mark of a list stands right before the word or the blank before it."""
    bullets = np.isin(np.arange(256), [ord(mark) for mark in "-*+"])[found.data]
    return np.asarray(bullets[np.maximum(after - 1, 0)] | bullets[np.maximum(after - 2, 0)], np.bool_)
