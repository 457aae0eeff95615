"""To whom kept rows belong: documents, by the number of this run (`doc`) and by the one of every run (`slot`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from corpusqa.engines.parts import Stage
from corpusqa.engines.segments import Ints

MADE = "made."  # beginning of the names of tables with what was made of groups
# Columns of what is made that hold documents.
DOCUMENTS = ("doc", "a", "b")


@dataclass(frozen=True)
class Owners:
    """The documents of one run: `slots` and `docs`, int64 arrays side by side."""

    slots: Ints
    docs: Ints

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Owners:
        """From columns `slot` and `doc`."""
        return cls(frame["slot"].to_numpy(), frame["doc"].to_numpy())

    @cached_property
    def doc_of(self) -> Ints:
        """By slot its document, -1 for none."""
        found = np.full(int(self.slots.max(initial=-1)) + 1, -1)
        found[self.slots] = self.docs
        return found

    @cached_property
    def slot_of(self) -> Ints:
        """By document its slot."""
        found = np.full(int(self.docs.max(initial=-1)) + 1, -1)
        found[self.docs] = self.slots
        return found

    def has(self, slots: Ints) -> Any:
        """Whether each slot is a document of this run."""
        known = slots < len(self.doc_of)
        return known & (self.doc_of[np.where(known, slots, 0)] >= 0) if len(self.doc_of) else known

    def named(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Slots in columns of DOCUMENTS -> documents."""
        return _through(self.doc_of, frame)

    def slotted(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Documents in columns of DOCUMENTS -> slots."""
        return _through(self.slot_of, frame)


@dataclass(frozen=True)
class Belonging:
    """The documents of one run to which rows belong.

    Attributes:
        stage: All documents: the table `docs` of each task has `slot`, `doc`, and what the rows need.
        but: A stage from `kept_groups` whose table `pairs` has documents `b` that are left out.
    """

    stage: Stage
    but: Stage | None = None

    def part(self, task: int) -> pl.DataFrame:
        """The documents of one task."""
        return self._without(self.stage.part("docs", task))

    def owners(self) -> Owners:
        """All documents."""
        return Owners.of(self._without(self.stage.frame("docs").select("slot", "doc")))

    def _without(self, docs: pl.DataFrame) -> pl.DataFrame:
        if self.but is None:
            return docs
        return docs.join(made(self.but, "pairs").select(slot="b"), on="slot", how="anti", maintain_order="left")


def made(stage: Stage, table: str) -> pl.DataFrame:
    """What was made of all groups: a table of `fn`, its documents by their slots."""
    return stage.frame(f"{MADE}{table}")


def _through(table: Ints, frame: pl.DataFrame) -> pl.DataFrame:
    """Numbers in columns of DOCUMENTS, looked up in a table."""
    return frame.with_columns(
        pl.Series(name, table[frame[name].to_numpy()], dtype=pl.Int64) for name in DOCUMENTS if name in frame.columns
    )
