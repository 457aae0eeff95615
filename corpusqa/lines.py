r"""The table of lines of a batch. Lines end with \n, \r\n or a lone \r; offsets are code points."""

from __future__ import annotations

import re

import numpy as np
import polars as pl

LINES = {"row": pl.Int64, "line": pl.Int64, "start": pl.Int64, "end": pl.Int64, "text": pl.String}
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")


def line_table(text: pl.Series) -> pl.DataFrame:
    """Every line of every text, in order.

    Args:
        text: String series without nulls.

    Returns:
        Columns `row` (position of the text), `line` (from 1), `start`, `end` (code points, half open, without the line
        end) and `text`. A line end at the very end of a text opens a last, empty line.
    """
    odd = text.str.contains(r"\r(?:[^\n]|\z)")  # lone carriage returns are rare: those texts go the slow way
    texts = pl.DataFrame({"row": pl.int_range(len(text), eager=True), "text": text})
    table = _split(texts.filter(~odd))
    if odd.any():
        table = pl.concat([table, _walk(texts.filter(odd))]).sort("row", "line")
    return table


def _split(texts: pl.DataFrame) -> pl.DataFrame:
    r"""Texts whose lines end with \n or \r\n: one split for all, offsets by a running sum."""
    lines = texts.with_columns(pl.col("text").str.split("\n")).explode("text", empty_as_null=True)
    rows = lines["row"].to_numpy()
    width = lines["text"].str.len_chars().to_numpy().astype(np.int64) + 1
    stop = np.cumsum(width)
    first = np.flatnonzero(np.append(True, rows[1:] != rows[:-1])) if len(rows) else np.zeros(0, np.int64)
    counts = np.diff(np.append(first, len(rows)))
    base = np.repeat(stop[first] - width[first], counts)
    number = np.arange(len(rows)) - np.repeat(first, counts) + 1
    table = lines.with_columns(line=number, start=stop - width - base, end=stop - 1 - base)
    return _without_returns(table).select(*LINES).cast(LINES)  # type: ignore[arg-type]


def _without_returns(table: pl.DataFrame) -> pl.DataFrame:
    r"""Lines that ended with \r\n still hold the \r; many corpora have none and skip the copy."""
    ended = pl.col("text").str.ends_with("\r")
    if not table.select(ended.any()).item():
        return table
    return table.with_columns(
        end=pl.col("end") - ended.cast(pl.Int64),
        text=pl.col("text").str.strip_chars_end("\r"),  # at most one: a second one would be a lone \r
    )


def _walk(texts: pl.DataFrame) -> pl.DataFrame:
    """Texts with lone carriage returns, line by line."""
    rows = [
        (row, number, found.start(1), found.end(1), found[1])
        for row, text in texts.iter_rows()
        for number, found in enumerate(_found(text), 1)
    ]
    return pl.DataFrame(rows, schema=LINES, orient="row")


def _found(text: str) -> list[re.Match[str]]:
    found = list(_LINE.finditer(text))
    # the pattern also matches the empty string after a last line that had no line end
    return found[:-1] if len(found) > 1 and found[-2].end(1) == found[-2].end() else found
