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


@dataclass(frozen=True)
class Places:
    """Where the words of some documents are.

    Attributes:
        data: The bytes of the documents, one after the other.
        text: What they mean.
        starts: First byte of each word in `data`.
        ends: The byte after its last one.
        offsets: As in Words.
        origin: For each word the first byte of its document.
    """

    data: Bytes
    text: Classified
    starts: Ints
    ends: Ints
    offsets: Ints
    origin: Ints


def words(buffers: Buffers, first: int, last: int) -> Words:
    r"""Words (`\w+` of the lower-cased text; Han, kana and Thai characters one each) of the documents first:last."""
    return _hashed(places(buffers, first, last))


def runs(buffers: Buffers, first: int, last: int) -> Words:
    """Runs of characters other than white space, in lower case, of the documents first:last."""
    return _hashed(places(buffers, first, last, spaces=True))


def places(buffers: Buffers, first: int, last: int, *, spaces: bool = False) -> Places:
    """Where words are, or with `spaces` everything that is not white space."""
    base = buffers.offsets[first : last + 1]
    offsets = base - base[0]
    data = buffers.data[base[0] : base[-1]]
    text = classify(data)
    inside = (text.classes & SPACE == 0) if spaces else (text.classes & WORD != 0)
    starts, ends = _bounds(inside, offsets, text, split=not spaces)
    per_document = np.searchsorted(starts, offsets)
    return Places(data, text, starts, ends, per_document, np.repeat(offsets[:-1], np.diff(per_document)))


def hashes(lower: Bytes, starts: Ints, ends: Ints) -> Hashes:
    """Hash of each piece of `lower`: its 8-byte blocks, each mixed with its place, summed, and the length."""
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


def _hashed(found: Places) -> Words:
    hashed = hashes(found.text.lower, found.starts, found.ends)
    return Words(hashed, found.starts - found.origin, found.ends - found.origin, found.offsets)


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
