"""The features of the line model: what a line holds and what stands around it, as columns over all lines of a batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from corpusqa_checks._shared.arrays import Bools, Ints
from corpusqa_checks._shared.lines import Written
from corpusqa_checks.boilerplate.context import Floats, Layout
from corpusqa_checks.boilerplate.counts import CUES, HEAD, text_counts
from corpusqa_checks.boilerplate.patterns import ENDS, MARKS, SHAPES

Columns = dict[str, Floats]

# What the features of a line in its document are made of.
AROUND = ("size", "stops", "capital", "comments", "ends", "cues", "small", "length")
# Marks of the neighbours that tell what kind of block a line stands in.
NEIGHBOURS = ("ends", "bullet", "date", "nav", "more", "social", "comments", "legal", "newsletter", "byline")

# Features of the neighbours, by how many lines further on the neighbour stands.
STEPS = {
    -2: ("length",),
    -1: ("length", "small", "capital", *NEIGHBOURS),
    1: ("length", "small", "capital", *NEIGHBOURS),
    2: ("length",),
}


@dataclass(frozen=True)
class Looked:
    """What is known of the lines of a batch. A feature is a Float32 column.

    Attributes:
        own: Features of a line by itself, one value for each different text.
        shapes: SHAPES, one value for each different text.
        around: Features of a line in its document, one value for each line.
        place: For each line the place of its text.
        layout: Which lines belong together.
    """

    own: Columns
    shapes: Columns
    around: Columns
    place: Ints
    layout: Layout

    def lines(self, *names: str) -> Columns:
        """These features, one value for each line."""
        return {name: self.around[name] if name in self.around else self.own[name][self.place] for name in names}

    def only(self, where: Bools) -> Looked:
        """What is known of some documents alone; `where` says which lines are theirs."""
        texts, place = np.unique(self.place[where], return_inverse=True)
        own, shapes = ({name: of[texts] for name, of in columns.items()} for columns in (self.own, self.shapes))
        around = {name: column[where] for name, column in self.around.items()}
        return Looked(own, shapes, around, place, Layout.of(self.layout.row[where]))

    def features(self) -> Columns:
        """All features of the line model, one value for each line; the neighbours' are called `length-1` and so on."""
        columns = self.lines(*self.own, *self.around)
        for step, names in STEPS.items():
            columns |= {f"{name}{step:+d}": self.layout.shifted(columns[name], step) for name in names}
        return columns


def line_features(written: Written) -> Looked:
    """Features of every line by itself and in its document."""
    get = text_counts(written)
    own = _own(get) | {name: get[name] for name in (*ENDS, *MARKS, *CUES)}
    layout = Layout.of(written.frame["row"].to_numpy().astype(np.int64))
    of_lines = {name: own[name][written.place] for name in AROUND}
    around = {"again": written.again.astype(np.float32)} | _place(of_lines, layout) | _windows(of_lines, layout)
    return Looked(own, {name: get[name] for name in SHAPES}, around, written.place, layout)


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


def _place(columns: Columns, layout: Layout) -> Columns:
    """Where the line stands among the prose of its document."""
    size = columns["size"]
    is_prose = (size >= 60) & (columns["stops"] > 0) & (columns["capital"] < 0.6)
    prose = np.where(is_prose, size, 0).astype(np.float32)
    sums = layout.running(prose)
    previous, following = layout.distance(is_prose)
    total, near = layout.total(sums), layout.window(sums, 10, 10)
    around = {"prose_2": (2, 2), "prose_8": (8, 8), "prose_back_4": (4, 0), "prose_ahead_4": (0, 4)}
    return {
        "prose_before": layout.share_before(sums),
        **{name: np.log1p(np.maximum(0, layout.window(sums, *reach) - prose)) for name, reach in around.items()},
        "to_previous": np.log1p(previous),
        "to_next": np.log1p(following),
        "prose_share": total / np.maximum(layout.total(layout.running(size)), 1),
        # how the line and its neighbourhood compare with the largest of the document
        "prose_largest_share": (prose / np.maximum(layout.largest(prose), 1)).astype(np.float32),
        "near_largest_share": (near / np.maximum(layout.largest(near), 1)).astype(np.float32),
        **_thread(columns, layout),
    }


def _thread(columns: Columns, layout: Layout) -> Columns:
    """Cues of comments before, after and near the line: comments read like prose, what stands between them does not."""
    cue = (columns["comments"] > 0) & (columns["size"] < 80)
    before, after = layout.before_and_after(layout.running(cue))
    return {
        "comments_before": np.log1p(before),
        "comments_after": np.log1p(after),
        "comments_8": layout.window(layout.running(columns["comments"] > 0), 8, 8),
    }


def _windows(columns: Columns, layout: Layout) -> Columns:
    """Means over the neighbourhood."""
    low, high = layout.bounds(4, 4)
    return {
        f"{name}_4": (layout.window(layout.running(columns[name]), 4, 4) / (high - low)).astype(np.float32)
        for name in ("ends", "cues", "small", "length")
    }
