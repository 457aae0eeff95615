"""Public ids: one string per document, unique, the same for any unit size and input order.

Over all documents at once only hashes of ids are compared, 8 bytes each; the ids are read part by part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from corpusqa.scan.ordered import among_numbers

# Hex digits of the row digest in a public id: 48 bits tell rows apart that already share an id.
SHORT = 12
NUMBERED = r"^row:[0-9]+$"  # how a document is shown whose id holds a private value; no public id is like that
Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
# Ids of rows in source order, some at a time: String ids as the source has them, or null, and hex digests of the rows,
# or their first SHORT digits. Asked for several times.
Parts = Callable[[], Iterator[tuple[pl.Series, pl.Series]]]


@dataclass(frozen=True)
class PublicIds:
    """What becomes of the ids of all rows.

    An id `row:<number>` is taken as `row:<number>~`. An id that occurs once stays; one that repeats becomes `<id>#<12
    hex of the row digest>`; a row without an id is named by 12 hex of its digest; equal rows get the ordinals `-2`,
    `-3` and so on. Where someone else bears such a name as a single id, the row and those that equal it get a tilde
    before the ordinal, until nobody does.

    Attributes:
        once: Whether the row's own id stays.
        tildes: Number of tildes by position of the row.
        placed: Positions of the rows with an ordinal, ascending.
        ordinals: Their ordinals.
    """

    once: Flags
    tildes: dict[int, int]
    placed: Ints
    ordinals: Ints

    @classmethod
    def of(cls, parts: Parts) -> PublicIds:
        """The public ids of rows."""
        both = [(_hashed(_taken(ids)), ids.is_null().to_numpy()) for ids, _ in parts()]
        hashes = np.concatenate([np.zeros(0, np.uint64), *(one for one, _ in both)])
        null = np.concatenate([np.zeros(0, bool), *(one for _, one in both)])
        del both
        once = ~null & ~_repeated(hashes)
        odd = np.flatnonzero(~once)
        none = np.zeros(0, np.int64)
        if not len(odd):
            return cls(once, {}, none, none)
        single = np.sort(hashes[once])
        del hashes
        shared = cls(once, {}, none, none)._odd(parts)
        ordinal = _ordinals(shared)
        later = np.flatnonzero(ordinal > 1)
        found = cls(once, {}, odd[later], ordinal[later])
        while (clash := among_numbers(found._odd(parts), single)).any():
            marked = odd[among_numbers(shared, np.unique(shared[clash]))].tolist()
            found = replace(found, tildes=found.tildes | {at: found.tildes.get(at, 0) + 1 for at in marked})
        return found

    def named(self, start: int, ids: pl.Series, digests: pl.Series) -> pl.Series:
        """The public ids of the rows from `start` on, which have these ids and digests: the series `id`."""
        once, ids = pl.Series(self.once[start : start + ids.len()], dtype=pl.Boolean), _taken(ids)
        if once.all():
            return ids.alias("id")
        rows = pl.DataFrame({"id": ids, "hex": digests.str.slice(0, SHORT), "once": once})
        stem = pl.when("once").then("id").otherwise(pl.concat_str(pl.col("id") + "#", "hex", ignore_nulls=True))
        low, high = np.searchsorted(self.placed, (start, start + ids.len()))
        ordinals = {int(at): f"-{n}" for at, n in zip(self.placed[low:high], self.ordinals[low:high], strict=True)}
        ends = {at: "~" * n for at, n in self.tildes.items() if start <= at < start + ids.len()}
        ends |= {at: ends.get(at, "") + said for at, said in ordinals.items()}
        if not ends:
            return rows.select(id=stem)["id"]
        said = pl.DataFrame({"at": list(ends), "end": list(ends.values())}, {"at": pl.Int64, "end": pl.String})
        placed = rows.select(stem=stem, at=pl.int_range(start, start + ids.len()))
        return placed.join(said, on="at", how="left", maintain_order="left").select(
            id=pl.concat_str("stem", "end", ignore_nulls=True)
        )["id"]

    def _odd(self, parts: Parts) -> Hashes:
        """Hashes of the names of all rows whose own id does not stay."""
        found, start = [np.zeros(0, np.uint64)], 0
        for ids, digests in parts():
            odd = ~self.once[start : start + ids.len()]
            if odd.any():
                found.append(_hashed(self.named(start, ids, digests).filter(pl.Series(odd))))
            start += ids.len()
        return np.concatenate(found)


def row_name() -> pl.Expr:
    """`row:<number>`, of the column `number`: how a document is shown whose id holds a private value."""
    return pl.format("row:{}", "number")


def numbered() -> pl.Expr:
    """Whether the column `id` holds a `row_name`."""
    return pl.col("id").str.contains(NUMBERED)


def public_ids(ids: pl.Series, digests: pl.Series) -> pl.Series:
    """The public ids of rows in source order that are there at once."""

    def parts() -> Iterator[tuple[pl.Series, pl.Series]]:
        yield ids, digests

    return PublicIds.of(parts).named(0, ids, digests)


def repeated_ids(parts: Sequence[pl.Series] | Iterator[pl.Series]) -> pl.DataFrame:
    """Ids of the source that occur more than once: `id`, `count`, sorted by id.

    Args:
        parts: Ids of rows of which no single one needs to be among them.
    """
    none = pl.Series("id", [], dtype=pl.String)
    counts = pl.concat([none, *(part.alias("id") for part in parts)]).drop_nulls().to_frame()
    counted = counts.group_by("id").agg(count=pl.len().cast(pl.Int64))
    return counted.filter(pl.col("count") > 1).sort("id")


def _taken(ids: pl.Series) -> pl.Series:
    """Ids of the source of which none looks like a `row_name`."""
    like = ids.str.contains(NUMBERED)
    return (ids + "~").zip_with(like, ids) if like.any() else ids


def _ordinals(names: Hashes) -> Ints:
    """The place of each row among those of the same name, from 1."""
    order = np.argsort(names, kind="stable")
    new = np.ones(len(order), bool)
    new[1:] = names[order][1:] != names[order][:-1]
    starts = np.flatnonzero(new)
    ordinal = np.empty(len(order), np.int64)
    ordinal[order] = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order)))) + 1
    return ordinal


def _hashed(ids: pl.Series) -> Hashes:
    found: Hashes = ids.hash().to_numpy()
    return found


def _repeated(hashes: Hashes) -> Flags:
    """Whether a value stands elsewhere too."""
    ordered = np.sort(hashes)
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    return among_numbers(hashes, again)
