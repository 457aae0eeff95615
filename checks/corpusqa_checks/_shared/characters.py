r"""Classes of characters for kernels over UTF-8 bytes.

A word is what Python's `\w+` finds, except that every Han, kana and Thai character is a word of its own. Characters
beyond plane 3 (emoji lie in plane 1) are no word characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from corpusqa_checks._shared.arrays import Bools, Ints, changes

from corpusqa.check import Buffers

Bytes = npt.NDArray[np.uint8]

# Bits of a character's class.
WORD, ALONE, LETTER, SPACE = 1, 2, 4, 8

# Text is worked off in slices of about this many bytes, so that the arrays of one slice stay in the cache.
SLICE = 1 << 19

# Unicode's White_Space property.
_SPACES = [*range(9, 14), 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
# Blocks of scripts that are written without spaces: Thai, kana, Han with its extensions and compatibility forms.
_ALONE = [(0x0E00, 0x0E80), (0x3005, 0x3008), (0x3040, 0x3100), (0x31F0, 0x3200), (0x3400, 0x4DC0), (0x4E00, 0xA000)]
_ALONE += [(0xF900, 0xFB00), (0xFF66, 0xFFA0)]
_PLANE_2, _END = 0x20000, 0x40000  # planes 2 and 3 hold nothing but Han


@dataclass(frozen=True)
class Tables:
    """By code point: `classes` (bits) and `lower` (lower case, itself where that takes other bytes; σ for ς)."""

    classes: Bytes
    lower: Ints


@dataclass(frozen=True)
class Classified:
    """The bytes of some text with what they mean.

    Attributes:
        lower: The bytes in lower case, ς as σ; a character never changes its place or width.
        classes: For every byte the class of its character.
        alone: Positions of the first bytes of characters that are words of their own.
        width: Their widths in bytes.
    """

    lower: Bytes
    classes: Bytes
    alone: Ints
    width: Ints


def slices(buffers: Buffers) -> Iterator[tuple[int, int]]:
    """Ranges of documents, each of about SLICE bytes or one document."""
    offsets = buffers.offsets
    start, count = 0, len(offsets) - 1
    while start < count:
        stop = int(np.searchsorted(offsets, offsets[start] + SLICE, side="right")) - 1
        stop = min(max(stop, start + 1), count)
        yield start, stop
        start = stop


def ascending(values: Ints) -> Ints:
    """The distinct values, sorted; where they nearly are, many times as fast as `np.unique`, which builds a table."""
    values = np.sort(values, kind="stable")
    return values[changes(values)]


def classify(data: Bytes) -> Classified:
    """Class and lower case of every character of well-formed UTF-8."""
    raw = data.tobytes()  # bytes.translate looks up twice as fast as an index array
    lower, classes = (np.frombuffer(raw.translate(table), np.uint8) for table in (_LOWER_BYTES, _CLASS_BYTES))
    at = np.flatnonzero(data >= 0xC0)
    if not len(at):
        return Classified(lower, classes, at, at)
    lower, classes = lower.copy(), classes.copy()
    points, width = code_points(data, at)
    known = tables()
    found = known.classes[np.minimum(points, _END)]
    for step in range(4):
        wide = width > step
        classes[at[wide] + step] = found[wide]
    _lower(lower, at, points, width, known)
    alone = found & ALONE != 0
    return Classified(lower, classes, at[alone], width[alone])


def letters_and_spaces(buffers: Buffers) -> tuple[Ints, Ints]:
    """Number of letters and of white-space characters in each document."""
    letters, spaces = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for first, last in slices(buffers):
        offsets = buffers.offsets[first : last + 1]
        data, counts = buffers.data[offsets[0] : offsets[-1]], np.zeros((2, last - first), np.int64)
        for start, stop in _pieces(data):
            part = data[start:stop]
            classes = classify(part).classes * ((part & 0xC0) != 0x80)  # first bytes stand for their characters
            ends = np.clip(offsets - offsets[0] - start, 0, len(part))
            counts += [_sums(classes & LETTER != 0, ends), _sums(classes & SPACE != 0, ends)]
        letters.append(counts[0])
        spaces.append(counts[1])
    return np.concatenate(letters), np.concatenate(spaces)


def _pieces(data: Bytes) -> Iterator[tuple[int, int]]:
    """Ranges of about SLICE bytes that end with a character: a document may be as long as all others together."""
    start = 0
    while start < len(data):
        stop = min(start + SLICE, len(data))
        while stop < len(data) and data[stop] & 0xC0 == 0x80:
            stop += 1
        yield start, stop
        start = stop


def _sums(flags: Bools, offsets: Ints) -> Ints:
    """Number of flags that are set in each document."""
    places = np.searchsorted(np.flatnonzero(flags), offsets)
    return np.diff(places)


def code_points(data: Bytes, at: Ints) -> tuple[Ints, Ints]:
    """Code points and widths in bytes of the characters of two bytes and more that start at the positions `at`."""
    lead = data[at].astype(np.int64)
    width = 2 + (lead >= 0xE0) + (lead >= 0xF0)
    points = lead & np.array([0, 0, 0x1F, 0x0F, 0x07])[width]
    for step in range(1, 4):
        wide = np.flatnonzero(width > step)
        points[wide] = points[wide] << 6 | (data[at[wide] + step] & 0x3F)
    return points, width


@cache
def tables() -> Tables:
    """The tables, made from Python's own database on first use (about 40 ms)."""
    chars = [chr(point) for point in range(_PLANE_2)]
    classes = np.full(_END + 1, WORD | ALONE | LETTER, np.uint8)
    classes[-1] = 0
    words = np.fromiter(map(str.isalnum, chars), bool, _PLANE_2)
    letters = np.fromiter(map(str.isalpha, chars), bool, _PLANE_2)
    classes[:_PLANE_2] = words * WORD + letters * LETTER
    for start, end in _ALONE:
        # marks count here: a Thai vowel sign is a character like the others
        marks = [unicodedata.category(char)[0] == "M" for char in chars[start:end]]
        classes[start:end] |= np.array(marks, np.uint8) * WORD
        classes[start:end] |= (classes[start:end] & WORD) * ALONE
    classes[_SPACES] |= SPACE
    classes[ord("_")] |= WORD
    return Tables(classes, _lower_table(chars))


def _lower_table(chars: list[str]) -> Ints:
    lower = np.arange(_END + 1)
    for point, char in enumerate(chars):
        small = char.lower()
        if small != char and len(small) == 1 and len(small.encode()) == len(char.encode()):
            lower[point] = ord(small)
    lower[ord("ς")] = ord("σ")  # a capital does not tell whether it ends a word
    return lower


def _lower(lower: Bytes, at: Ints, points: Ints, width: Ints, known: Tables) -> None:
    """Overwrite the capitals among the characters at `at`; the last six bits of a code point are its last byte."""
    small = known.lower[np.minimum(points, _END)]
    capital = np.flatnonzero((points < _END) & (small != points))
    at, width, left = at[capital], width[capital], small[capital]
    for back in range(1, 4):
        inside = width > back
        lower[at[inside] + width[inside] - back] = left[inside] & 0x3F | 0x80
        left[inside] >>= 6
    lower[at] = left | np.array([0, 0, 0xC0, 0xE0, 0xF0])[width]


def _ascii(values: list[int]) -> Bytes:
    return np.array(values + [0] * 128, np.uint8)


_ASCII_CLASSES = _ascii(
    [
        (WORD if chr(b).isalnum() or b == 0x5F else 0)
        | (LETTER if chr(b).isalpha() else 0)
        | (SPACE if b in _SPACES else 0)
        for b in range(128)
    ]
)
_ASCII_LOWER = np.arange(256, dtype=np.uint8)
_ASCII_LOWER[ord("A") : ord("Z") + 1] += 32
_LOWER_BYTES, _CLASS_BYTES = _ASCII_LOWER.tobytes(), _ASCII_CLASSES.tobytes()
