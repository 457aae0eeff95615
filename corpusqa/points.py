"""From code points to bytes, for many places in many texts at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

BITS = 64  # bytes of text to a word of the index
BLOCK = 1 << 18  # bytes of text looked at together: what is made of them stays in the cache; a multiple of 8
_HALVES = (32, 16, 8, 4, 2, 1)
AT_ONCE = 1 << 16  # places found together, so that what is unpacked for them stays small


class Places:
    """Where code points begin in a stretch of bytes: it is looked at once, however often places in it are asked for.

    Args:
        data: UTF-8 bytes.
        low: Where the stretch begins.
        high: Where it ends.
    """

    def __init__(self, data: npt.NDArray[np.uint8], low: int, high: int) -> None:
        self._low, self._high = low, high
        self._words = _heads(data[low:high])
        self._before = np.concatenate([[0], np.cumsum(np.bitwise_count(self._words), dtype=np.int64)])

    def of(self, starts: Int64s, points: Int64s) -> Int64s:
        """As `byte_places`, of texts in the stretch; its end where it has no more code points."""
        if not len(starts):
            return points
        found = [
            _found(self._words, self._before, starts[at : at + AT_ONCE] - self._low, points[at : at + AT_ONCE])
            for at in range(0, len(starts), AT_ONCE)
        ]
        return np.minimum(np.concatenate(found) + self._low, self._high)


def byte_places(data: npt.NDArray[np.uint8], starts: Int64s, points: Int64s) -> Int64s:
    """Where the code point number `points` after byte `starts` begins.

    Args:
        data: UTF-8 bytes.
        starts: Of each place, the first byte of its text.
        points: Of each place, how many code points of the text lie before it.

    Returns:
        Positions in `data`; the end of `data` where it has no more code points.
    """
    if not len(starts):
        return points
    # only what lies around the places is looked at
    low, high = int(starts.min()), min(len(data), int((starts + 4 * points).max()) + 4)
    return Places(data, low, high).of(starts, points)


def _heads(data: npt.NDArray[np.uint8]) -> Words:
    """A bit per byte, lowest first: whether it begins a code point, which 0b10...... does not."""
    words = np.zeros(len(data) // BITS + 1, "<u8")
    packed, signed = words.view(np.uint8), data.view(np.int8)
    for at in range(0, len(data), BLOCK):
        bits = np.packbits(signed[at : at + BLOCK] >= -64, bitorder="little")
        packed[at // 8 : at // 8 + len(bits)] = bits
    return words


def _found(words: Words, before: Int64s, starts: Int64s, points: Int64s) -> Int64s:
    word, bit = np.divmod(starts, BITS)
    passed = np.bitwise_count(words[word] & ((np.uint64(1) << bit.astype(np.uint64)) - np.uint64(1)))
    wanted = before[word] + passed + points
    word = np.minimum(np.searchsorted(before, wanted, side="right") - 1, len(words) - 1)
    place = word * BITS + _nth_bits(words[word], (wanted - before[word]).astype(np.uint8))
    return np.where(wanted >= before[-1], len(words) * BITS, place)


def _nth_bits(words: Words, nth: npt.NDArray[np.uint8]) -> Int64s:
    """Where bit number `nth` of those that are set stands in each word, by halves: is it behind those of the lower?"""
    place = np.zeros(len(words), np.uint8)
    for width in _HALVES:
        low = np.bitwise_count(words & np.uint64((1 << width) - 1))
        behind = low <= nth
        nth = nth - low * behind
        step = behind * np.uint8(width)
        words = words >> step
        place += step
    return place.astype(np.int64)
