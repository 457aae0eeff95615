r"""Words of whole batches as hashes: one pass over the UTF-8 bytes in NumPy, no Python per document or word."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from corpusqa_checks._shared.characters import SPACE, WORD, Bytes, Classified, Ints, ascending, classify
from corpusqa_checks.duplication.mixing import FIRST, GOLDEN, Hashes, mix

from corpusqa.check import Buffers

_MASKS = np.array([(1 << 8 * width) - 1 for width in range(8)] + [(1 << 64) - 1], np.uint64)
_32 = np.uint64(32)
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Places:
    """Where the words of some documents are.

    Attributes:
        data: The bytes of the documents, one after the other.
        text: What they mean.
        starts: First byte of each word in `data`.
        ends: The byte after its last one.
        offsets: int64 of length documents + 1; document i has the words offsets[i]:offsets[i + 1].
        documents: First byte of each document in `data`.
    """

    data: Bytes
    text: Classified
    starts: Ints
    ends: Ints
    offsets: Ints
    documents: Ints

    @cached_property
    def origin(self) -> Ints:
        """For each word the first byte of its document."""
        return np.repeat(self.documents, np.diff(self.offsets))


@dataclass(frozen=True)
class Words:
    """The words of some documents.

    Attributes:
        hashes: One per word, in order.
        offsets: int64 of length documents + 1; document i has the words offsets[i]:offsets[i + 1].
        places: Where they are.
    """

    hashes: Hashes
    offsets: Ints
    places: Places

    @cached_property
    def starts(self) -> Ints:
        """First byte of each word in the document's text."""
        return self.places.starts - self.places.origin

    @cached_property
    def ends(self) -> Ints:
        """The byte after its last one."""
        return self.places.ends - self.places.origin


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
    inside = (text.classes & SPACE == 0) if spaces else (text.classes & WORD).view(np.bool_)
    starts, ends = _bounds(inside, offsets, text, split=not spaces)
    per_document = np.searchsorted(starts, offsets)
    return Places(data, text, starts, ends, per_document, offsets[:-1])


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
    return Words(hashes(found.text.lower, found.starts, found.ends), found.offsets, found)


def _bounds(inside: Flags, offsets: Ints, text: Classified, *, split: bool) -> tuple[Ints, Ints]:
    """Positions at which runs start and end; no run crosses documents or holds a character that stands alone."""
    turns = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    if len(inside) and inside[0]:
        turns = np.append(0, turns)
    if len(turns) % 2:
        turns = np.append(turns, len(inside))
    starts, ends = turns[::2], turns[1::2]
    breaks = offsets[1:-1]
    if split and len(text.alone):
        breaks = np.concatenate([breaks, text.alone, text.alone + text.width])
    breaks = breaks[(breaks > 0) & (breaks < len(inside))]
    breaks = ascending(breaks[inside[breaks] & inside[breaks - 1]])
    if not len(breaks):
        return starts, ends
    return np.sort(np.append(starts, breaks), kind="stable"), np.sort(np.append(ends, breaks), kind="stable")


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
