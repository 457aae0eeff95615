"""The features of the line model: what a line holds and what stands around it, as columns over all lines of a batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from corpusqa_checks.boilerplate.context import Floats, Layout
from corpusqa_checks.boilerplate.counts import CUES, HEAD, MARKS, line_counts

from corpusqa.check import Frame

Columns = dict[str, Floats]

# Marks of the neighbours that tell what kind of block a line stands in.
NEIGHBOURS = ("ends", "bullet", "date", "nav", "more", "social", "comments", "legal", "newsletter", "byline")


@dataclass(frozen=True)
class Looked:
    """What is known of the lines of a batch.

    Attributes:
        counts: Columns of `line_counts`, one row per line.
        columns: The features, Float32 by name.
        layout: Which lines belong together.
    """

    counts: Frame
    columns: Columns
    layout: Layout


def line_features(lines: Frame) -> Looked:
    """Features of every line by itself and in its document.

    Args:
        lines: The lines of a batch that are not blank: `row`, `text`; in order.
    """
    counts = line_counts(lines)
    get = {name: counts[name].to_numpy() for name in counts.columns}
    layout = Layout.of(lines["row"].to_numpy().astype(np.int64))
    columns = _own(get)
    columns |= {name: get[name] for name in ("ends", "colon", "dots", "low_start", "comma_end", "quote", *MARKS, *CUES)}
    columns["again"] = _again(lines, counts)
    columns |= _place(columns, get, layout)
    columns |= _around(columns, layout)
    return Looked(counts, columns, layout)


def _own(get: Columns) -> Columns:
    """Shapes of the line itself."""
    chars, unspaced = get["chars"], get["unspaced"]
    words = np.maximum(1, get["runs"] + 0.6 * unspaced)
    size = chars + 1.2 * unspaced
    capital = get["capital"] / words
    seen = np.minimum(chars, HEAD)  # what the counts were taken of
    dense = unspaced > 0.3 * seen
    return {
        "size": size,
        "words": words,
        "length": np.log1p(size),
        "word_length": seen / words,
        "capital": capital,
        "capital_short": np.where(words < 12, capital, 0),
        "digits": get["digits"] / np.maximum(seen, 1),
        "commas": get["commas"] / words,
        "stops": np.log1p(get["stops"]),
        # function words cannot be seen in scripts without small letters: a middle value for them
        "small": np.where(dense, 0.3, get["small"] / words),
        "separators": get["separators"] / words,
        "cues": sum((get[name] for name in CUES), np.zeros_like(chars)),
    }


def _again(lines: Frame, counts: Frame) -> Floats:
    """1 for lines that occur more than once in their document."""
    table = pl.DataFrame({"row": lines["row"], "place": counts["place"]})
    repeated = table.select((pl.len().over("row", "place") > 1).cast(pl.Float32))
    return repeated.to_series().to_numpy()


def _place(columns: Columns, get: Columns, layout: Layout) -> Columns:
    """Where the line stands among the prose of its document."""
    size = columns["size"]
    is_prose = (size >= 60) & (get["stops"] > 0) & (columns["capital"] < 0.6)
    prose = np.where(is_prose, size, 0).astype(np.float32)
    previous, following = layout.distance(is_prose)
    total = layout.total(prose)
    return {
        "prose_before": layout.share_before(prose),
        "prose_2": np.log1p(np.maximum(0, layout.window(prose, 2, 2) - prose)),
        "prose_8": np.log1p(np.maximum(0, layout.window(prose, 8, 8) - prose)),
        "prose_back_4": np.log1p(np.maximum(0, layout.window(prose, 4, 0) - prose)),
        "prose_ahead_4": np.log1p(np.maximum(0, layout.window(prose, 0, 4) - prose)),
        "to_previous": np.log1p(previous),
        "to_next": np.log1p(following),
        "prose_share": total / np.maximum(layout.total(size), 1),
        **_main_block(prose, layout),
        **_thread(columns, layout),
    }


def _main_block(prose: Floats, layout: Layout) -> Columns:
    """How the line and its neighbourhood compare with the largest of the document."""
    near = layout.window(prose, 10, 10)
    return {
        "prose_largest_share": (prose / np.maximum(layout.largest(prose), 1)).astype(np.float32),
        "near_largest_share": (near / np.maximum(layout.largest(near), 1)).astype(np.float32),
    }


def _thread(columns: Columns, layout: Layout) -> Columns:
    """Cues of comments before, after and near the line: comments read like prose, what stands between them does not."""
    cue = ((columns["comments"] > 0) & (columns["size"] < 80)).astype(np.float32)
    before, after = layout.before_and_after(cue)
    return {
        "comments_before": np.log1p(before),
        "comments_after": np.log1p(after),
        "comments_8": layout.window((columns["comments"] > 0).astype(np.float32), 8, 8),
    }


def _around(columns: Columns, layout: Layout) -> Columns:
    """The neighbours."""
    around: Columns = {}
    for step in (-2, -1, 1, 2):
        around[f"length{step:+d}"] = layout.shifted(columns["length"], step)
    for step in (-1, 1):
        around[f"small{step:+d}"] = layout.shifted(columns["small"], step)
        around[f"capital{step:+d}"] = layout.shifted(columns["capital"], step)
        for name in NEIGHBOURS:
            around[f"{name}{step:+d}"] = layout.shifted(columns[name], step)
    lines = layout.window(np.ones_like(columns["size"]), 4, 4)
    for name in ("ends", "cues", "small", "length"):
        around[f"{name}_4"] = (layout.window(columns[name], 4, 4) / lines).astype(np.float32)
    return around
