"""The rank of every public id by its UTF-8 bytes, by ranges of ids that are sorted one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from corpusqa.engines.spilled import gathered, spill
from corpusqa.scratch import scratch

# Ids that are sorted at a time, about; and how many of each part tell where the ranges begin.
AT_ONCE, SAMPLED = 300_000, 64
FOLDER = "corpusqa-ranks-"
_SCHEMA = pl.Schema({"_b": pl.Int32, "at": pl.Int64, "id": pl.String})
Ints = npt.NDArray[np.int64]


def sampled(ids: pl.Series) -> pl.Series:
    """A few ids of a part, for `ranges`."""
    chosen = ids.gather_every(max(1, ids.len() // SAMPLED))
    return pl.Series("id", chosen.to_list(), dtype=pl.String)  # copied: what was chosen would hold all of the others


def ranges(sample: pl.Series, documents: int) -> pl.Series:
    """The ids at which ranges of about AT_ONCE of so many documents begin, but for the first."""
    count = -(-documents // AT_ONCE)
    ordered = sample.unique().sort()
    return ordered.gather([ordered.len() * n // count for n in range(1, count)]).unique().sort()


def ranked(parts: Iterable[tuple[pl.Series, pl.Series]], starts: pl.Series, documents: int, work: Path) -> Ints:
    """The position of each id when all are sorted: the numbers by which documents are tied.

    Args:
        parts: Public ids in source order, and which of them are private: these are held, not written.
        starts: From `ranges`.
        documents: How many ids there are.
        work: Folder for the others on their way.
    """
    docs, at, held = np.empty(documents, np.int64), 0, [pl.DataFrame(schema=_SCHEMA)]
    with scratch(FOLDER, work) as folder:
        paths: list[Path] = []
        for ids, private in parts:
            bucket = starts.search_sorted(ids, side="right").cast(pl.Int32).alias("_b")
            rows = pl.DataFrame([bucket, ids.alias("id")]).with_columns(at=pl.int_range(at, at + ids.len()))
            at += ids.len()
            paths.append(folder / f"{len(paths)}.arrow")
            spill(rows.filter(~private), _SCHEMA, starts.len() + 1, paths[-1])
            held.append(rows.filter(private).select(*_SCHEMA).cast(_SCHEMA))
        here, before = pl.concat(held), 0
        for number in range(starts.len() + 1):
            rows = pl.concat([gathered(paths, _SCHEMA, number), here.filter(_b=number)])
            docs[rows.sort("id")["at"].to_numpy()] = np.arange(before, before + rows.height)
            before += rows.height
    return docs
