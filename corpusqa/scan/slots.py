"""Slots: numbers that documents keep from run to run, so that what was found of a document can be kept under it.

A document keeps its slot while its row, its source and split, and its public id stay the same; then it also keeps its
order among the others that did. A slot is never given twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from corpusqa.engines.flow import Flow
from corpusqa.engines.kept import BEFORE
from corpusqa.engines.parts import Stage
from corpusqa.readers import Unit

# What tells documents apart, as three numbers: 30 of the 32 digits of the row's digest, and a hash of the rest. A
# document that is not to be known again has none.
NAMES = {"name_1": pl.Int64, "name_2": pl.Int64, "name_3": pl.UInt64}
NEXT, EPOCH = "next", "epoch"  # notes of the stage: the first slot that is free, and what tells its slots from others


@dataclass(frozen=True)
class Slots:
    """The slots of all documents.

    Attributes:
        table: `slot` and the columns of NAMES, in the order of the documents.
        about: What to note of the stage that holds them.
    """

    table: pl.DataFrame
    about: dict[str, str]


def slots_of(flow: Flow, stage: str, measured: Stage, units: Sequence[Unit], public: pl.Series) -> Slots:
    """The slots of a run, those of the run before continued.

    Args:
        flow: Keeps the stage of the run before.
        stage: Its name; its table `docs` has `slot` and the columns of NAMES.
        measured: The first pass.
        units: In source order.
        public: Public ids of all documents.
    """
    before, at, names = flow.set_aside(stage, stage + BEFORE), 0, []
    for unit in units:
        documents = measured.part("documents", unit.number)
        own = public[at : at + documents.height].alias("public")
        names.append(_names(documents.with_columns(own), measured.part("failures", unit.number)))
        at += documents.height
    table = pl.concat(names)
    if before is None or before.about.get("polars") != pl.__version__:
        free, slots, epoch = 0, pl.Series("slot", [None] * at, pl.Int64), uuid.uuid4().hex
    else:
        free, epoch = int(before.about[NEXT]), before.about[EPOCH]
        old = before.frame("docs").select("slot", *NAMES).drop_nulls()
        slots = table.join(old, on=[*NAMES], how="left", maintain_order="left")["slot"]
    new = slots.is_null()
    slots = pl.select(pl.when(new).then(free + new.cum_sum() - 1).otherwise(slots)).to_series().cast(pl.Int64)
    about = {NEXT: str(free + int(new.sum())), EPOCH: epoch, "polars": pl.__version__}
    return Slots(table.with_columns(slots.alias("slot")), about)


def _names(documents: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    """The columns of NAMES; null where a name is private, whose hash is in no file, or a check failed."""
    private = documents.select(pl.any_horizontal("id_private", "source_private")).to_series()
    unknown = private.fill_null(True) | documents["row"].is_in(failures["row"].implode())
    rest = documents.select(pl.struct("public", "source", "split")).to_series().hash()
    digest = pl.col("digest").str
    return documents.select(
        digest.slice(0, 15).str.to_integer(base=16, dtype=pl.Int64).alias("name_1"),
        digest.slice(15, 15).str.to_integer(base=16, dtype=pl.Int64).alias("name_2"),
        pl.when(~unknown).then(rest).alias("name_3"),
    )
