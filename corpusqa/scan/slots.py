"""Slots: numbers that documents keep from run to run, so that what was found of a document can be kept under it.

A document keeps its slot while its row, its source and split, and its public id stay the same; then it also keeps its
order among the others that did. A slot is never given twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from corpusqa.engines.flow import Flow
from corpusqa.engines.hashing import mix
from corpusqa.engines.kept import BEFORE
from corpusqa.engines.owners import EPOCH
from corpusqa.engines.parts import Stage
from corpusqa.readers import Unit

# What tells documents apart, as three numbers: 30 of the 32 digits of the row's digest, and a hash of the rest. A
# document that is not to be known again has none.
NAMES = {"name_1": pl.Int64, "name_2": pl.Int64, "name_3": pl.UInt64}
Ints = npt.NDArray[np.int64]
NEXT = "next"  # note of the stage, beside EPOCH: the first slot that is free


@dataclass(frozen=True)
class Slots:
    """The slots of all documents.

    Attributes:
        numbers: The slots, in the order of the documents.
        about: What to note of the stage that holds them.
    """

    numbers: Ints
    about: dict[str, str]


def slots_of(flow: Flow, stage: str, measured: Stage, units: Sequence[Unit], public: Iterable[pl.Series]) -> Slots:
    """The slots of a run, those of the run before continued.

    Args:
        flow: Keeps the stage of the run before.
        stage: Its name; its table `docs` has `slot` and the columns of NAMES.
        measured: The first pass.
        units: In source order.
        public: Public ids of all documents, unit by unit.
    """
    before = flow.set_aside(stage, stage + BEFORE)
    if before is None or before.about.get("polars") != pl.__version__:
        free, epoch = 0, uuid.uuid4().hex
        slots = np.full(measured.rows("documents"), -1, np.int64)
    else:
        free, epoch = int(before.about[NEXT]), before.about[EPOCH]
        old = _Old.of(before)
        known = [old.slots_of(names_of(measured, unit, ids)) for unit, ids in zip(units, public, strict=True)]
        slots = np.concatenate([np.zeros(0, np.int64), *known])
    new = np.flatnonzero(slots < 0)
    slots[new] = np.arange(free, free + len(new))
    return Slots(slots, {NEXT: str(free + len(new)), EPOCH: epoch, "polars": pl.__version__})


def names_of(measured: Stage, unit: Unit, public: pl.Series) -> pl.DataFrame:
    """The columns of NAMES of a unit; null where a name is private, whose hash is in no file, or a check failed."""
    documents = measured.part("documents", unit.number).with_columns(public.alias("public"))
    failures = measured.part("failures", unit.number)
    private = documents.select(pl.any_horizontal("id_private", "source_private")).to_series()
    unknown = private.fill_null(True) | documents["row"].is_in(failures["row"].implode())
    rest = documents.select(pl.struct("public", "source", "split")).to_series().hash()
    digest = pl.col("digest").str
    return documents.select(
        digest.slice(0, 15).str.to_integer(base=16, dtype=pl.Int64).alias("name_1"),
        digest.slice(15, 15).str.to_integer(base=16, dtype=pl.Int64).alias("name_2"),
        pl.when(~unknown).then(rest).alias("name_3"),
    )


@dataclass(frozen=True)
class _Old:
    """The documents of the run before: `slot` and the columns of NAMES, and one number for all three, in its order."""

    docs: pl.DataFrame
    keys: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, before: Stage) -> _Old:
        columns = ["slot", *NAMES]
        parts = (pl.read_parquet(path, columns=columns, memory_map=False) for path in before.paths("docs"))
        docs = pl.concat(parts).drop_nulls()
        keys = _key(docs)
        order = np.argsort(keys, kind="stable")
        return cls(docs[order], keys[order])

    def slots_of(self, names: pl.DataFrame) -> Ints:
        """The slot of each document, -1 for one that is new."""
        known = names.filter(pl.col("name_3").is_not_null()) if names["name_3"].null_count() else names
        if not len(self.keys) or known.is_empty():
            return np.full(names.height, -1, np.int64)
        at = np.minimum(np.searchsorted(self.keys, _key(known)), len(self.keys) - 1)
        there = self.docs[at]
        same = pl.all_horizontal(known[name] == there[name] for name in NAMES)
        found = pl.select(pl.when(same).then(there["slot"]).otherwise(-1)).to_series().to_numpy()
        slots = np.full(names.height, -1, np.int64)
        slots[names["name_3"].is_not_null().to_numpy()] = found
        return slots


def _key(names: pl.DataFrame) -> npt.NDArray[np.uint64]:
    one, two, three = (names[name].to_numpy().view(np.uint64) for name in NAMES)
    return mix(one ^ mix(two ^ mix(three)))
