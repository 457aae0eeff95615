"""The lines of a batch as stretches of its UTF-8 buffer: no line is copied before a gate lets it through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
import pyarrow as pa
from corpusqa_checks._shared.arrays import Bools, Ints, changes
from corpusqa_checks.pii.gates import BEHIND, Gate, gates, let_through
from corpusqa_checks.pii.plain import plain

from corpusqa.check import Batch, Frame

# How much of the line above counts as context.
ABOVE = 60
_LINE_FEED = 0x0A


class Lines:
    """The lines of a batch. They keep their line ends, which no pattern minds."""

    def __init__(self, batch: Batch) -> None:
        self._data, self._offsets = batch.buffers.data, batch.buffers.offsets
        cuts = np.concatenate([np.flatnonzero(self._data == _LINE_FEED) + 1, self._offsets])
        cuts.sort(kind="stable")  # both halves are sorted: a merge
        self._cuts = cuts[changes(cuts)]
        buffers = [None, pa.py_buffer(self._cuts), pa.py_buffer(self._data)]
        array = pa.Array.from_buffers(pa.large_string(), len(self._cuts) - 1, buffers)
        self._lines = pl.Series("text", array, dtype=pl.String)
        filled = np.flatnonzero(np.diff(self._offsets) > 0)
        counts = np.diff(np.searchsorted(self._cuts, np.append(self._offsets[filled], self._offsets[-1])))
        self._rows: Ints = np.repeat(filled, counts)

    def candidates(self, held: Frame, names: Sequence[str]) -> Frame:
        """Lines that some gate lets through.

        Args:
            held: What `gates.holding` found in the texts.
            names: Gates.

        Returns:
            Columns `line`, `row`, `text`, `above` (the end of the line above) and one Boolean column per gate.
        """
        odd: Bools = held["odd"].to_numpy()
        self._plain = _in_plain(self._lines, np.flatnonzero(odd[self._rows]))
        matching = self._holding({name: gates()[name] for name in names}, held)
        chosen = {name: self._rest(name, matching[name]) for name in names}
        at = np.flatnonzero(np.logical_or.reduce(list(chosen.values())))
        flags = {name: pl.Series(mask[at], dtype=pl.Boolean) for name, mask in chosen.items()}
        texts = pl.DataFrame({"text": self._lines.gather(at), "above": self._above(self._lines, at)})
        return texts.with_columns(line=at, row=self._rows[at], **flags)

    def code_points(self, lines: Frame) -> list[int]:
        """Where the lines begin in their documents; `lines` in order."""
        begins: list[int] = []
        last_row, at, counted = -1, 0, 0
        view = memoryview(self._data)  # type: ignore[arg-type]
        for row, line in lines.select("row", "line").iter_rows():
            if row != last_row:
                last_row, at, counted = row, int(self._offsets[row]), 0
            begin = int(self._cuts[line])
            counted += len(str(view[at:begin], "utf-8"))
            at = begin
            begins.append(counted)
        return begins

    def _holding(self, wanted: Mapping[str, Gate], held: Frame) -> dict[str, Bools]:
        """Lines of the texts that a gate let through which hold one of its patterns; each pattern is searched once.

        A line holds nothing that its text does not hold, but where that is read in plain characters.
        """
        odd: Bools = held["odd"].to_numpy()
        passed = let_through(held, list(wanted))
        rows: dict[str, Bools] = {name: passed[name].to_numpy() | odd for name in wanted}
        found: dict[str, Bools] = {}
        every = [pattern for gate in wanted.values() for pattern in gate.lines or gate.texts]
        for pattern in dict.fromkeys([*(BEHIND[pattern] for pattern in every if pattern in BEHIND), *every]):
            needed = {pattern, *(late for late, first in BEHIND.items() if first == pattern)}
            asking = [rows[name] for name, gate in wanted.items() if needed & {*(gate.lines or gate.texts)}]
            texts: Bools = np.logical_or.reduce(asking)
            if pattern in held.columns:
                texts &= held[pattern].to_numpy() | odd
            asked = texts[self._rows]
            if pattern in BEHIND:
                asked &= found[BEHIND[pattern]]
            at = np.flatnonzero(asked)
            found[pattern] = np.zeros(len(self._rows), dtype=bool)
            if len(at):  # a pattern costs its compilation, even over nothing
                found[pattern][at] = self._plain.gather(at).str.contains(pattern).to_numpy()
        return {
            name: np.logical_or.reduce([found[p] for p in gate.lines or gate.texts]) & rows[name][self._rows]
            for name, gate in wanted.items()
        }

    def _rest(self, name: str, lines: Bools) -> Bools:
        """Of the lines those of which the rest of a gate is true too."""
        rest = gates()[name].rest
        if rest is None or not lines.any():
            return lines
        at = np.flatnonzero(lines)
        texts = pl.DataFrame({"text": self._plain.gather(at), "above": self._above(self._plain, at)})
        passes: Bools = np.zeros(len(lines), dtype=bool)
        passes[at] = texts.select(rest).to_series().to_numpy()
        return passes

    def _above(self, lines: pl.Series, at: Ints) -> pl.Series:
        """The ends of the lines above, empty at the beginning of a document."""
        before = np.maximum(at - 1, 0)
        same = pl.Series("same", (at > 0) & (self._rows[at] == self._rows[before]), dtype=pl.Boolean)
        tails = pl.DataFrame({"above": lines.gather(before), "same": same})
        tail = pl.col("above").str.strip_chars_end().str.slice(-ABOVE)
        return tails.select(pl.when("same").then(tail).otherwise(pl.lit("")).alias("above")).to_series()


def _in_plain(lines: pl.Series, at: Ints) -> pl.Series:
    """The lines, those at the given places in plain characters."""
    if not len(at):
        return lines
    changed = lines.gather(at).to_frame().select(plain(pl.col("text"))).to_series()
    return lines.clone().scatter(at, changed)
