"""Which pieces of texts are masked and what stands in their place, for all documents at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import polars as pl

from corpusqa.corpus.raw import Raw, strings_at
from corpusqa.release.cuts import PIECES
from corpusqa.release.mask import Masking, Replacer, kind_of

MASKS = {**PIECES, "replacement": pl.String}
_APART = 1 << 40  # more code points than a text has


def mask(documents: pl.Series, texts: Raw, spans: pl.DataFrame, masking: Masking) -> pl.DataFrame:
    """Unions of overlapping spans; each is one value, that of its longest span, the first among equals.

    Args:
        documents: The texts.
        texts: Their bytes, in which the spans are placed.
        spans: Columns of PLACED, sorted by row, start, end, label.
        masking: What masked values become.

    Returns:
        Columns of MASKS.
    """
    if spans.is_empty():
        return pl.DataFrame(schema=MASKS)
    rows, starts, ends = (spans[name].to_numpy() for name in ("row", "start", "end"))
    reach = np.maximum.accumulate(rows * _APART + ends)
    union = np.cumsum(np.append(True, (rows * _APART + starts)[1:] >= reach[:-1])) - 1
    firsts = np.flatnonzero(np.diff(union, prepend=-1))
    lasts = np.append(firsts[1:], len(union)) - 1
    longest = np.lexsort((-(ends - starts), union))[firsts]
    values = spans[longest]
    replacer = Replacer(masking, _taken(documents, values))
    said = strings_at(texts.data, values["low"].to_numpy(), values["high"].to_numpy()).to_pylist()
    new = replacer.replacements(values["row"].to_list(), values["label"].to_list(), said)
    return values.select(
        "row",
        "doc",
        start=pl.Series(starts[firsts]),
        end=pl.Series(reach[lasts] - rows[lasts] * _APART),
        label="label",
        replacement=pl.Series(new, dtype=pl.String),
    )


def _taken(documents: pl.Series, spans: pl.DataFrame) -> dict[tuple[int, str], int]:
    """By row and type, the highest number of a placeholder that the text holds already."""
    rows = spans.select("row").unique().sort("row")
    kinds = "|".join(sorted({re.escape(kind_of(label)) for label in spans["label"].unique()}))
    there = rows.with_columns(text=documents.gather(rows["row"])).filter(pl.col("text").str.contains(f"<(?:{kinds})_"))
    highest: dict[tuple[int, str], int] = {}
    for row, text in there.iter_rows():
        for kind, number in re.findall(rf"<({kinds})_(\d{{1,9}})>", text):
            highest[row, kind] = max(highest.get((row, kind), 0), int(number))
    return highest


def outside(masks: pl.DataFrame, cuts: pl.DataFrame) -> pl.DataFrame:
    """The masks without what is cut; what is left of one on either side of a cut is masked by itself.

    Args:
        masks: Columns of MASKS, disjoint and sorted by row and start.
        cuts: Columns of PIECES, the same.
    """
    lows, highs = (cuts["row"].to_numpy() * _APART + cuts[name].to_numpy() for name in ("start", "end"))
    starts, ends = (masks["row"].to_numpy() * _APART + masks[name].to_numpy() for name in ("start", "end"))
    first, after = np.searchsorted(highs, starts, side="right"), np.searchsorted(lows, ends, side="left")
    touched = first < after  # cuts number first..after overlap the mask
    if not touched.any():
        return masks
    left = [
        {**masks.row(number, named=True), "start": low, "end": high}
        for number in np.flatnonzero(touched).tolist()
        for low, high in _left(masks.row(number, named=True), cuts[int(first[number]) : int(after[number])])
    ]
    whole = masks.filter(pl.Series(~touched))
    return pl.concat([whole, pl.DataFrame(left, schema=MASKS)])


def _left(piece: dict[str, int], cuts: pl.DataFrame) -> Iterator[tuple[int, int]]:
    at = piece["start"]
    for low, high in cuts.select("start", "end").iter_rows():
        if low > at:
            yield at, low
        at = high
    if at < piece["end"]:
        yield at, piece["end"]
