"""A sample of the rows of a source, drawn by the hash of their keys: plain values that can cross to another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from corpusqa.readers import Block, Unit
from corpusqa.readers.model import PLACE


@dataclass(frozen=True)
class Sample:
    """Which rows of a source were drawn.

    Attributes:
        of: Rows of the source, unreadable ones included.
        rows: Positions of the drawn rows by unit; None where the files of the corpus are the sample.
        counts: Rows of every unit.
        lines: Physical lines that start in every unit.
        source: Identity of the whole source, where it was read to draw the rows.
    """

    of: int
    rows: Mapping[int, tuple[int, ...]] | None = None
    counts: Mapping[int, int] = field(default_factory=dict)
    lines: Mapping[int, int] = field(default_factory=dict)
    source: str = ""

    def without(self, unit: Unit) -> Block | None:
        """What a unit is read as of which no row was drawn: nothing has to be opened for it."""
        if self.rows is None or unit.number in self.rows:
            return None
        number = unit.number
        return Block(self.counts[number], pl.DataFrame(schema=PLACE), records=(), lines=self.lines[number])

    def drawn(self, unit: Unit, block: Block) -> Block:
        """The drawn rows of a unit's block; positions and the number of rows stay those of the unit."""
        if self.rows is None:
            return block
        wanted = self.rows[unit.number]
        keep = block.place["row"].is_in(wanted)
        table = None if block.table is None else block.table.filter(keep.to_arrow())
        records = None if block.records is None else [r for r, kept in zip(block.records, keep, strict=True) if kept]
        troubles = [trouble for trouble in block.troubles if trouble.row in set(wanted)]
        count, lines = self.counts.get(unit.number, block.count), self.lines.get(unit.number, block.lines)
        place = block.place.filter(keep)
        return replace(block, count=count, lines=lines, place=place, table=table, records=records, troubles=troubles)
