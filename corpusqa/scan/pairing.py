"""Groups of documents with one key -> pairs, a bounded number of them for every document; whole arrays at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from corpusqa.engines.hashing import UInts, mix

# Up to this many documents with one key are paired all with all. In a larger group, documents with equal keys
# throughout (copies) are paired with the first of them, which stands for all. What then stands for more than that is
# a template's where the half says so; else it is paired all with all up to WHOLE. A still larger group is paired with
# its smallest member and each with the NEIGHBOURS before it in an order that what is in the members shuffles, so that
# groups of nearly the same documents make different pairs. In a GIANT group neighbours are the few BEFORE it in the
# order of documents: the same ones in every such group, which is what keeps the number of different pairs small. The
# report counts what is not paired whole.
ALL_WITH_ALL = 24
WHOLE = 128
NEIGHBOURS = 16
GIANT = 2048
BEFORE = 2

# `shared` counts keys that both documents have; `giant`: the pair comes of giant groups alone.
SHARED = {"a": pl.Int64, "b": pl.Int64, "shared": pl.Int64, "giant": pl.Boolean}
RARE = {"doc": pl.Int64, "keys": pl.Int64}
CAPPED = {"groups": pl.Int64, "documents": pl.Int64}
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Rules(NamedTuple):
    """What a Links half says of its keys: see there."""

    least: int = 1
    share: float = 0.0
    common: bool = True
    apart: bool = False


class Found(NamedTuple):
    """Pairs with what each of them adds to `shared`; a < b throughout."""

    a: Ints
    b: Ints
    shared: Ints | int = 1
    giant: bool = False


@dataclass(frozen=True)
class Groups:
    """Documents, group after group.

    Attributes:
        docs: The documents, in ascending order in each group.
        same: Equal for documents with equal keys throughout.
        sizes: Documents of each group.
    """

    docs: Ints
    same: Ints
    sizes: Ints

    @classmethod
    def of(cls, rows: pl.DataFrame) -> Groups:
        """From `key`, `doc`, `same`, sorted by key and doc."""
        key = rows["key"].to_numpy().view(np.uint64)
        firsts = np.flatnonzero(_turns(key))
        return cls(rows["doc"].to_numpy(), rows["same"].to_numpy(), np.diff(np.append(firsts, len(key))))

    @property
    def starts(self) -> Ints:
        """Position of the first document of each group."""
        return np.cumsum(self.sizes) - self.sizes

    def only(self, kept: Flags) -> Groups:
        """Some of the groups."""
        rows = np.repeat(kept, self.sizes)
        return Groups(self.docs[rows], self.same[rows], self.sizes[kept])

    def each(self) -> Iterator[tuple[Ints, UInts]]:
        """Documents of every group, and what tells them apart."""
        for start, size in zip(self.starts.tolist(), self.sizes.tolist(), strict=True):
            part = slice(start, start + size)
            yield self.docs[part], self.same[part].view(np.uint64)


def paired(rules: Rules, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Pairs of the documents that share keys.

    Args:
        rules: Which keys count.
        rows: `key`, `doc`, `same`, sorted by key and doc, no row twice. Under `apart`, `same` is what tells
            documents apart.

    Returns:
        `pairs` (SHARED, those of giant groups apart); `rare`: how many keys each document has that few documents share;
        `capped`: how many groups are not paired whole, and how many documents they hold.
    """
    every = Groups.of(rows)
    many = every.sizes > ALL_WITH_ALL
    if rules.apart:
        return _paired_apart(rules, every, many)
    firsts, copies = _standing(every.only(many))
    large = firsts.sizes > ALL_WITH_ALL
    whole = large & (firsts.sizes <= WHOLE) if rules.common else large & False
    found = [copies, *_within(every.only(~many)), *_within(firsts.only(~large)), *_within_alike(firsts.only(whole))]
    rest = firsts.only(large & ~whole)
    if rules.common:
        giant = rest.sizes > GIANT
        different, counts = _different(rest.only(~giant))
        found += [_around(*one, rules.least * n) for one, n in zip(different.each(), counts.tolist(), strict=True)]
        found += [_before(docs) for docs, _ in rest.only(giant).each()]
    common = np.flatnonzero(many)[large]
    return {
        "pairs": pl.concat([summed([one for one in found if one.giant is giant]) for giant in (False, True)]),
        "rare": _rare(every, common) if rules.share else pl.DataFrame(schema=RARE),
        "capped": _capped(rest),
    }


def summed(found: list[Found]) -> pl.DataFrame:
    """Each pair once: columns of SHARED, sorted by a and b; all of giant groups, or none."""
    both = np.concatenate([np.zeros(0, np.int64), *(one.a << 32 | one.b for one in found)])  # documents fit 31 bits
    shared = np.concatenate([np.zeros(0, np.int64), *(np.broadcast_to(one.shared, len(one.a)) for one in found)])
    order = np.argsort(both, kind="stable")
    both, shared = both[order], shared[order]
    firsts = np.flatnonzero(_turns(both))
    pairs = both[firsts]
    table = {"a": pairs >> 32, "b": pairs & 0xFFFFFFFF}
    if not len(firsts):
        return pl.DataFrame(schema=SHARED)
    sums = {"shared": np.add.reduceat(shared, firsts), "giant": np.full(len(firsts), found[0].giant)}
    return pl.DataFrame({**table, **sums}, schema=SHARED)


def _paired_apart(rules: Rules, every: Groups, many: Flags) -> dict[str, pl.DataFrame]:
    """Pairs where equal keys make no copies."""
    different = every.only(many)
    different = different.only(np.maximum.reduceat(_others(different), different.starts) if many.any() else many[many])
    return {
        "pairs": summed([*_within(every.only(~many)), *_with_another(different)]),
        "rare": _rare(every, np.flatnonzero(many)) if rules.share else pl.DataFrame(schema=RARE),
        "capped": _capped(different),
    }


def _with_another(groups: Groups) -> Iterator[Found]:
    """Each document with the first of its group that differs from it; in every group some do."""
    if not len(groups.sizes):
        return
    other = _others(groups)
    beyond = np.where(other, groups.docs, np.iinfo(np.int64).max)
    first, second = groups.docs[groups.starts], np.minimum.reduceat(beyond, groups.starts)
    partner = np.where(other, np.repeat(first, groups.sizes), np.repeat(second, groups.sizes))
    tied = groups.docs != np.repeat(first, groups.sizes)  # the first is tied to by the second
    a, b = groups.docs[tied], partner[tied]
    yield Found(np.minimum(a, b), np.maximum(a, b))


def _others(groups: Groups) -> Flags:
    """Whether a document differs from the first of its group."""
    return np.asarray(groups.same != np.repeat(groups.same[groups.starts], groups.sizes), np.bool_)


def _capped(groups: Groups) -> pl.DataFrame:
    """How many groups are not paired whole, and how many documents they hold."""
    return pl.DataFrame({"groups": [len(groups.sizes)], "documents": [int(groups.sizes.sum())]}, schema=CAPPED)


def _standing(groups: Groups) -> tuple[Groups, Found]:
    """Of each group the first of equal documents, and the pairs of the others with it."""
    group = np.repeat(np.arange(len(groups.sizes)), groups.sizes)
    order = np.lexsort((groups.same, group))  # stable: of equal documents the first stays the first
    new = _turns(groups.same[order]) | _turns(group[order])
    heads = order[new]
    first = groups.docs[heads][np.cumsum(new) - 1]
    copies = Found(first[~new], groups.docs[order][~new])
    kept = np.sort(heads)
    sizes = np.bincount(group[kept], minlength=len(groups.sizes)).astype(np.int64)
    return Groups(groups.docs[kept], groups.same[kept], sizes), copies


def _within(groups: Groups, weight: Ints | None = None) -> Iterator[Found]:
    """All pairs of each group, all groups of one size at once."""
    starts = groups.starts
    for size in np.unique(groups.sizes[groups.sizes > 1]).tolist():
        sized = groups.sizes == size
        first, second = np.triu_indices(size, 1)
        a, b = (groups.docs[starts[sized][:, None] + side].ravel() for side in (first, second))
        yield Found(a, b, 1 if weight is None else np.repeat(weight[sized], len(first)))


def _within_alike(groups: Groups) -> Iterator[Found]:
    """The same, for groups of which many have the same members."""
    yield from _within(*_different(groups))


def _different(groups: Groups) -> tuple[Groups, Ints]:
    """Of groups with the same members (copies share every key) only the first, and how many there are."""
    if not len(groups.sizes):
        return groups, groups.sizes
    sums = np.add.reduceat(mix(groups.docs.view(np.uint64)), groups.starts)
    members = np.rec.fromarrays([sums, groups.sizes])
    firsts, counts = np.unique(members, return_index=True, return_counts=True)[1:]
    kept = np.zeros(len(sums), bool)
    kept[firsts] = True
    return groups.only(kept), counts[np.argsort(firsts)].astype(np.int64)


def _around(docs: Ints, same: UInts, weight: int) -> Found:
    """Pairs with the smallest member, and with neighbours in an order that the members shuffle; each counts `weight`.

    The order follows from what is in the documents, because their numbers change with a document more or less.
    """
    order = docs[np.argsort(mix(same ^ mix(same).sum()), kind="stable")]
    star = [(np.repeat(docs[:1], len(docs) - 1), docs[1:])]
    near = [(order[:-step], order[step:]) for step in range(1, NEIGHBOURS + 1)]
    a, b = (np.concatenate(side) for side in zip(*star, *near, strict=True))
    return Found(np.minimum(a, b), np.maximum(a, b), weight)


def _before(docs: Ints) -> Found:
    """Pairs with the smallest member, and with those just before."""
    star = [(np.repeat(docs[:1], len(docs) - BEFORE - 1), docs[BEFORE + 1 :])]
    near = [(docs[:-step], docs[step:]) for step in range(1, BEFORE + 1)]
    a, b = (np.concatenate(side) for side in zip(*star, *near, strict=True))
    return Found(a, b, giant=True)


def _rare(groups: Groups, common: Ints) -> pl.DataFrame:
    """How many keys each document has, those of some groups left out."""
    counted = np.ones(len(groups.sizes), bool)
    counted[common] = False
    docs, keys = np.unique(groups.docs[np.repeat(counted, groups.sizes)], return_counts=True)
    return pl.DataFrame({"doc": docs, "keys": keys}, schema=RARE)


def _turns(values: npt.NDArray[np.integer]) -> Flags:
    """Where a value differs from the one before."""
    new = np.ones(len(values), bool)
    new[1:] = values[1:] != values[:-1]
    return new
