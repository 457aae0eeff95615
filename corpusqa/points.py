"""From code points to bytes, for many places in many texts at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

BITS = 64  # bytes of text to a word of the index
BLOCK = 1 << 18  # bytes of text looked at together: what is made of them stays in the cache; a multiple of 8
AT_ONCE = 1 << 16  # places found together, so that what is unpacked for them stays small


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
    words = _heads(data[low:high])
    before = np.concatenate([[0], np.cumsum(np.bitwise_count(words), dtype=np.int64)])
    found = [
        _found(words, before, starts[at : at + AT_ONCE] - low, points[at : at + AT_ONCE])
        for at in range(0, len(starts), AT_ONCE)
    ]
    return np.minimum(np.concatenate(found) + low, high)


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
    bits = np.unpackbits(words[word].view(np.uint8).reshape(-1, BITS // 8), axis=1, bitorder="little")
    place = np.argmax(np.cumsum(bits, axis=1, dtype=np.uint8) > (wanted - before[word])[:, None], axis=1)
    return np.where(wanted >= before[-1], len(words) * BITS, word * BITS + place)
