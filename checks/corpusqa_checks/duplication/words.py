r"""Words of whole batches as hashes: one pass over the UTF-8 bytes in NumPy, no Python per document or word."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from corpusqa_checks._shared.characters import SPACE, WORD, Bytes, Classified, Ints, classify
from corpusqa_checks.duplication.mixing import FIRST, GOLDEN, Hashes, mix

from corpusqa.check import Buffers

_MASKS = np.array([(1 << 8 * width) - 1 for width in range(8)] + [(1 << 64) - 1], np.uint64)
_32 = np.uint64(32)


@dataclass(frozen=True)
class Words:
    """The words of some documents.

    Attributes:
        hashes: One per word, in order.
        starts: First byte of each word in the document's text.
        ends: The byte after its last one.
        offsets: int64 of length documents + 1; document i has the words offsets[i]:offsets[i + 1].
    """

    hashes: Hashes
    starts: Ints
    ends: Ints
    offsets: Ints


def words(buffers: Buffers, first: int, last: int) -> Words:
    r"""Words (`\w+` of the lower-cased text; Han, kana and Thai characters one each) of the documents first:last."""
    return _runs(buffers, first, last, WORD, inverted=False)


def runs(buffers: Buffers, first: int, last: int) -> Words:
    """Runs of characters other than white space, in lower case, of the documents first:last."""
    return _runs(buffers, first, last, SPACE, inverted=True)


def _runs(buffers: Buffers, first: int, last: int, bit: int, *, inverted: bool) -> Words:
    base = buffers.offsets[first : last + 1]
    offsets = base - base[0]
    text = classify(buffers.data[base[0] : base[-1]])
    inside = (text.classes & bit == 0) if inverted else (text.classes & bit != 0)
    starts, ends = _bounds(inside, offsets, text, split=not inverted)
    per_document = np.searchsorted(starts, offsets)
    origin = np.repeat(offsets[:-1], np.diff(per_document))
    return Words(_hashes(text.lower, starts, ends), starts - origin, ends - origin, per_document)


def _bounds(inside: Bytes, offsets: Ints, text: Classified, *, split: bool) -> tuple[Ints, Ints]:
    """Positions at which runs start and end; no run crosses documents or holds a character that stands alone."""
    size = len(inside)
    breaks = offsets
    if split and len(text.alone):
        breaks = np.concatenate([offsets, text.alone, text.alone + text.width])
    before = np.empty(size + 1, bool)
    before[0], before[1:] = False, inside
    before[breaks] = False
    after = np.empty(size + 1, bool)
    after[:size], after[size] = inside, False
    after[breaks] = False
    starts = np.flatnonzero(inside & ~before[:-1])
    ends = np.flatnonzero(inside & ~after[1:]) + 1
    return starts, ends


def _hashes(lower: Bytes, starts: Ints, ends: Ints) -> Hashes:
    """Hash of each run: its 8-byte blocks, each mixed with its place, summed, and the length."""
    padded = np.concatenate([lower, np.zeros(8, np.uint8)])
    blocks = np.lib.stride_tricks.as_strided(padded[:8].view(np.uint64), (len(lower) + 1,), (1,))
    length = ends - starts
    found = blocks[starts]
    found &= _MASKS[np.minimum(length, 8)]
    _scramble(found)
    long = np.flatnonzero(length > 8)
    if len(long):
        found[long] += _tails(blocks, starts[long] + 8, length[long] - 8)
    found += length.view(np.uint64) * GOLDEN
    found ^= found >> _32
    return found


def _tails(blocks: Hashes, starts: Ints, length: Ints) -> Hashes:
    """What the blocks after the first add to the hashes of long runs."""
    count = (length + 7) >> 3
    first = np.cumsum(count) - count
    place = np.arange(int(count.sum())) - np.repeat(first, count)
    found = blocks[np.repeat(starts, count) + 8 * place]
    found &= _MASKS[np.minimum(np.repeat(length, count) - 8 * place, 8)]
    found ^= (place + 1).view(np.uint64) * GOLDEN
    return np.add.reduceat(mix(found), first)


def _scramble(values: Hashes) -> None:
    """One round in place: enough for a word, because the hash of a shingle is mixed again."""
    values += GOLDEN
    values *= FIRST
    values ^= values >> _32
