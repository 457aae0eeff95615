r"""Words of whole batches as hashes: one pass over the UTF-8 bytes in NumPy, no Python per document or word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from corpusqa_checks._shared.arrays import Bools, Ints
from corpusqa_checks._shared.characters import SLICE, SPACE, WORD, Bytes, Classified, ascending, classify
from corpusqa_checks.duplication.mixing import FIRST, GOLDEN, Hashes, mix

from corpusqa.check import Buffers

_MASKS = np.array([(1 << 8 * width) - 1 for width in range(8)] + [(1 << 64) - 1], np.uint64)
_32 = np.uint64(32)
# A document of more bytes is worked off in pieces, and where to cut is looked for in so many bytes.
LARGE, LOOK = 1 << 22, 1 << 12


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
        bounds: Gives, when it is asked, the first byte of each word in its document's text and the byte after its last.
    """

    hashes: Hashes
    offsets: Ints
    bounds: Callable[[], tuple[Ints, Ints]]

    @cached_property
    def starts(self) -> Ints:
        """First byte of each word in the document's text."""
        return self.bounds()[0]

    @cached_property
    def ends(self) -> Ints:
        """The byte after its last one."""
        return self.bounds()[1]


def words(buffers: Buffers, first: int, last: int) -> Words:
    r"""Words (`\w+` of the lower-cased text; Han, kana and Thai characters one each) of the documents first:last."""
    return _said(buffers, first, last, spaces=False)


def runs(buffers: Buffers, first: int, last: int) -> Words:
    """Runs of characters other than white space, in lower case, of the documents first:last."""
    return _said(buffers, first, last, spaces=True)


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


def _said(buffers: Buffers, first: int, last: int, *, spaces: bool) -> Words:
    start, end = int(buffers.offsets[first]), int(buffers.offsets[last])
    if last - first == 1 and end - start > LARGE:
        return _in_pieces(buffers.data[start:end], spaces=spaces)
    found = places(buffers, first, last, spaces=spaces)
    return Words(_hashes(found), found.offsets, lambda: (found.starts - found.origin, found.ends - found.origin))


def _hashes(found: Places) -> Hashes:
    return hashes(found.text.lower, found.starts, found.ends)


def _in_pieces(data: Bytes, *, spaces: bool) -> Words:
    """The words of one large document, piece by piece: what is held of it beside its text are the words' hashes."""
    pieces = Buffers(data, np.array(cuts(data, spaces=spaces)))
    count = len(pieces.offsets) - 1

    def bounds() -> tuple[Ints, Ints]:
        found = [places(pieces, n, n + 1, spaces=spaces) for n in range(count)]
        starts, ends = ([getattr(one, side) for one in found] for side in ("starts", "ends"))
        before = np.repeat(pieces.offsets[:-1], [len(one) for one in starts])
        return np.concatenate(starts) + before, np.concatenate(ends) + before

    hashed = np.concatenate([_hashes(places(pieces, n, n + 1, spaces=spaces)) for n in range(count)])
    return Words(hashed, np.array([0, len(hashed)]), bounds)


def cuts(data: Bytes, *, spaces: bool) -> list[int]:
    """Where a text may be cut into pieces of about SLICE bytes without cutting a word; its two ends are among them."""
    found, reach = [0], SLICE
    while found[-1] + reach < len(data):
        stop = _character(data, found[-1] + reach)
        start = _character(data, max(found[-1] + 1, stop - LOOK))
        last = np.flatnonzero(_apart(data[start:stop], spaces=spaces))[-1:]
        if len(last):
            found.append(start + int(last[0]))
            reach = SLICE
        else:
            reach += SLICE  # inside a word as long as that
    return [*found, len(data)]


def _apart(data: Bytes, *, spaces: bool) -> Bools:
    """First bytes of the characters before which no word goes on."""
    text = classify(data)
    apart: Bools = (text.classes & SPACE != 0) if spaces else (text.classes & WORD == 0)
    if not spaces:
        apart[text.alone] = True
    apart &= (data & 0xC0) != 0x80
    return apart


def _character(data: Bytes, at: int) -> int:
    """The first position from `at` on at which a character begins, or the end."""
    while at < len(data) and (data[at] & 0xC0) == 0x80:
        at += 1
    return at


def _bounds(inside: Bools, offsets: Ints, text: Classified, *, split: bool) -> tuple[Ints, Ints]:
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
