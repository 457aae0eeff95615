"""From a batch to hits: gates over the texts, gates over their lines, detectors on the few lines that are left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from corpusqa_checks.pii import plain
from corpusqa_checks.pii.gates import Gate, is_odd
from corpusqa_checks.pii.hits import Detector, Hit, Line, resolved
from corpusqa_checks.pii.plain import Positions
from corpusqa_checks.pii.private_keys import private_keys
from corpusqa_checks.pii.windows import windows

from corpusqa.check import Batch, Frame

# How much of the line above counts as context.
ABOVE = 60
# Detectors that leave alone what another one found on the line, hence come last.
_LAST = "phones"


class Found(NamedTuple):
    """A hit with the row of its document; offsets are code points of the document."""

    row: int
    hit: Hit


def found(
    batch: Batch, gates: Mapping[str, Gate], detectors: Mapping[str, Detector], tiers: Sequence[str]
) -> list[Found]:
    """Every value of a batch, without overlaps.

    Args:
        batch: The documents.
        gates: Gates by detector.
        detectors: What judges a line, by the same names; `private_keys` reads whole texts and is not among them.
        tiers: Labels, the more telling first, for values that are equally long.
    """
    passed = batch.frame.select("text").select(odd=is_odd(), **{name: gate.texts for name, gate in gates.items()})
    rows = passed.select(pl.any_horizontal(pl.all())).to_series().arg_true()
    if rows.is_empty():
        return []
    flags = passed[rows]
    part = batch.take(rows)
    hits: dict[int, list[Hit]] = {}
    for row, hit in _in_lines(part, flags, gates, detectors):
        hits.setdefault(row, []).append(hit)
    for row in flags["private_keys"].arg_true() if "private_keys" in flags.columns else ():
        hits.setdefault(row, []).extend(_key_blocks(part, row))
    at = rows.to_list()
    return [Found(at[row], hit) for row in sorted(hits) for hit in resolved(hits[row], tiers)]


def _in_lines(
    batch: Batch, flags: Frame, gates: Mapping[str, Gate], detectors: Mapping[str, Detector]
) -> Iterator[tuple[int, Hit]]:
    lines = _Lines(batch)
    wanted = lines.candidates(flags, {name: gates[name] for name in detectors})
    if wanted.is_empty():
        return
    starts = lines.code_points(wanted)
    language = batch.language if wanted.select(pl.col(_LAST).any()).item() else None
    names = [name for name in detectors if name != _LAST] + [name for name in detectors if name == _LAST]
    columns = [wanted[name].to_list() for name in names]
    rows, texts, above = (wanted[name].to_list() for name in ("row", "text", "above"))
    for n, (row, text, start) in enumerate(zip(rows, texts, starts, strict=True)):
        chosen = [detectors[name] for name, column in zip(names, columns, strict=True) if column[n]]
        spoken = language[row] if language is not None else None
        for window in windows(text):
            for hit in _read(window.text, above[n] if not window.start else "", spoken, chosen):
                if window.owns(hit.start):
                    yield row, hit._replace(start=start + window.start + hit.start, end=start + window.start + hit.end)


def _read(text: str, above: str, language: str | None, detectors: Sequence[Detector]) -> Iterator[Hit]:
    """Hits of a line with offsets in it as it is written."""
    positions = Positions(text)
    line = Line(positions.text, Positions(above).text, language)
    for detector in detectors:
        hits = list(detector(line))
        line.taken += [(hit.start, hit.end) for hit in hits]
        for hit in hits:
            start, end = positions.original(hit.start, hit.end)
            yield hit._replace(start=start, end=end)


def _key_blocks(batch: Batch, row: int) -> Iterator[Hit]:
    """Key blocks go over lines, but not over parts."""
    text = batch.text[row]
    for start, end in batch.parts.filter(pl.col("row") == row).select("start", "end").iter_rows():
        for hit in private_keys(text[start:end]):
            yield hit._replace(start=start + hit.start, end=start + hit.end)


class _Lines:
    """The lines of a batch as stretches of its UTF-8 buffer: no text is copied before a gate asks for it."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        data, offsets = batch.buffers.data, batch.buffers.offsets
        self._cuts = np.unique(np.concatenate([np.flatnonzero(data == 0x0A) + 1, offsets]))
        ends = pa.py_buffer(self._cuts)
        series = pl.from_arrow(
            pa.Array.from_buffers(pa.large_string(), len(self._cuts) - 1, [None, ends, pa.py_buffer(data)])
        )
        self._lines: pl.Series = series if isinstance(series, pl.Series) else pl.Series([], dtype=pl.String)
        filled = np.flatnonzero(np.diff(offsets) > 0)
        self._rows = filled[np.searchsorted(offsets[filled], self._cuts[:-1], side="right") - 1]

    def candidates(self, flags: Frame, gates: Mapping[str, Gate]) -> Frame:
        """Lines that some gate lets through: `line`, `row`, `text`, `above` and one Boolean column per gate."""
        odd = flags["odd"].to_numpy()
        chosen: dict[str, npt.NDArray[np.bool_]] = {}
        for name, gate in gates.items():
            at = np.flatnonzero((flags[name].to_numpy() | odd)[self._rows])
            chosen[name] = np.zeros(len(self._lines), dtype=bool)
            table = self._table(at, odd)
            chosen[name][at[table.select(gate.lines).to_series().to_numpy()]] = True
        lines = np.flatnonzero(np.logical_or.reduce(list(chosen.values())))
        return self._table(lines, np.zeros_like(odd)).with_columns(
            line=lines, row=self._rows[lines], **{name: pl.Series(mask[lines]) for name, mask in chosen.items()}
        )

    def code_points(self, lines: Frame) -> list[int]:
        """Where the lines begin in their documents."""
        rows = lines["row"].to_numpy()
        start = self._cuts[:-1][lines["line"].to_numpy()] - self._batch.buffers.offsets[rows]
        spans = pl.DataFrame({"row": rows, "start": start, "end": start})
        return self._batch.from_bytes(spans)["start"].to_list()

    def _table(self, lines: npt.NDArray[np.int64], odd: npt.NDArray[np.bool_]) -> Frame:
        """`text` and `above` of lines; those of odd documents in plain characters."""
        same = (lines > 0) & (self._rows[lines] == self._rows[np.maximum(lines - 1, 0)])
        frame = pl.DataFrame({"text": self._lines[lines], "above": self._lines[np.maximum(lines - 1, 0)], "same": same})
        above = pl.when("same").then(pl.col("above").str.strip_chars_end().str.slice(-ABOVE)).otherwise(pl.lit(""))
        table = frame.select("text", above=above, odd=pl.Series(odd[self._rows[lines]]))
        if not odd.any():
            return table.drop("odd")
        change = partial(pl.when("odd").then)
        return table.select(
            change(plain.plain(pl.col(name))).otherwise(pl.col(name)).alias(name) for name in ("text", "above")
        )
