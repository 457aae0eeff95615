"""To whom kept rows belong: documents, by the number of this run (`doc`) and by the one of every run (`slot`).

The numbers of all documents are two arrays in files that every process of a run maps: 16 bytes a document, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Part, Stage, carried
from corpusqa.engines.segments import Ints, mapped, write_mapped

EPOCH = "epoch"  # note of the stage of documents: tells their slots from those given by other runs
MADE = "made."  # beginning of the names of tables with what was made of groups
# Columns of what is made that hold documents.
DOCUMENTS = ("doc", "a", "b")
_TABLES = ("doc_of", "slot_of")
_NUMBERS = ("row", "slot", "doc")


@dataclass(frozen=True)
class Owners:
    """The documents of one run.

    Attributes:
        doc_of: By slot its document, -1 for none.
        slot_of: By document its slot; -1 for one that is left out.
    """

    doc_of: Ints
    slot_of: Ints

    @classmethod
    def of(cls, slots: Ints, docs: Ints) -> Owners:
        """From the slots and documents side by side."""
        return cls(_inverted(slots, docs), _inverted(docs, slots))

    @classmethod
    def read(cls, stage: Stage, prefix: str = "") -> Owners:
        """The arrays of a stage, mapped: those of `belonging`, or under a prefix what `carry` took over."""
        doc_of, slot_of = (mapped(stage.paths(f"{prefix}{name}")[0], "number") for name in _TABLES)
        return cls(doc_of, slot_of)

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

    def without(self, slots: Ints) -> Owners:
        """The others."""
        doc_of, slot_of = self.doc_of.copy(), self.slot_of.copy()
        slot_of[doc_of[slots]] = -1
        doc_of[slots] = -1
        return Owners(doc_of, slot_of)


@dataclass(frozen=True)
class Belonging:
    """The documents of one run to which rows belong; plain values.

    Attributes:
        stage: Documents: the table `docs` of each task has `row` (in the task), `slot` and `doc`.
        table: Stage of the arrays of Owners; of those that are left out they hold nothing.
    """

    stage: Stage
    table: Stage

    @property
    def epoch(self) -> str:
        """What tells the slots of these documents from those of others."""
        return self.stage.about.get(EPOCH, "")

    def part(self, task: int) -> pl.DataFrame:
        """The documents of one task."""
        docs = self.stage.part("docs", task, columns=_NUMBERS)
        return docs.filter(pl.Series(self.owners().has(docs["slot"].to_numpy()), dtype=pl.Boolean))

    def owners(self) -> Owners:
        """All documents."""
        return Owners.read(self.table)

    def but(self, flow: Flow, name: str, left_out: Stage) -> Belonging:
        """Without the documents `b` of the table `pairs` of a stage from `kept_groups`; kept as the stage `name`."""
        if not left_out.rows(f"{MADE}pairs"):
            return self
        made_of = (self.table.digest, left_out.digest)
        return Belonging(self.stage, flow.write(name, made_of, self._rest(left_out), 1, writer=write_mapped))

    def _rest(self, left_out: Stage) -> Iterator[dict[str, pl.DataFrame]]:
        parts = (pl.read_parquet(path, columns=["b"], memory_map=False) for path in left_out.paths(f"{MADE}pairs"))
        yield _tables(self.owners().without(pl.concat(parts)["b"].to_numpy()))

    def carry(self, folder: Path, prefix: str) -> list[Part]:
        """The arrays as parts of another stage."""
        return [
            carried(part, self.table.folder, folder, f"{prefix}{part.table}", part.part) for part in self.table.parts
        ]


def belonging(flow: Flow, stage: Stage) -> Belonging:
    """All documents of a stage whose table `docs` has `slot` and `doc`."""
    return Belonging(stage, flow.write("owners", stage.digest, _arrays(stage), 1, writer=write_mapped))


def made(stage: Stage, table: str) -> pl.DataFrame:
    """What was made of all groups: a table of `fn`, its documents by their slots."""
    return stage.frame(f"{MADE}{table}")


def _arrays(stage: Stage) -> Iterator[Mapping[str, pl.DataFrame]]:
    parts = (pl.read_parquet(path, columns=["slot", "doc"], memory_map=False) for path in stage.paths("docs"))
    docs = pl.concat(parts)
    yield _tables(Owners.of(docs["slot"].to_numpy(), docs["doc"].to_numpy()))


def _tables(owners: Owners) -> dict[str, pl.DataFrame]:
    return {name: pl.DataFrame({"number": getattr(owners, name)}, {"number": pl.Int64}) for name in _TABLES}


def _inverted(keys: Ints, values: Ints) -> Ints:
    found = np.full(int(keys.max(initial=-1)) + 1, -1, np.int64)
    found[keys] = values
    return found


def _through(table: Ints, frame: pl.DataFrame) -> pl.DataFrame:
    """Numbers in columns of DOCUMENTS, looked up in a table."""
    return frame.with_columns(
        pl.Series(name, table[frame[name].to_numpy()], dtype=pl.Int64) for name in DOCUMENTS if name in frame.columns
    )
