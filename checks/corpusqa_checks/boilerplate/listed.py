"""Lists that belong to the text, told by their lines: what a recipe needs, and the measures of what is described.

The line model takes them for menus. Lines with an amount ("200 g barley") are in no menu, lines with a word and a
figure ("Length: 32 cm") only where no text stands above them.
"""

from __future__ import annotations

import numpy as np
from corpusqa_checks._shared.arrays import Bools, inside
from corpusqa_checks.boilerplate.context import runs
from corpusqa_checks.boilerplate.features import Looked
from corpusqa_checks.boilerplate.gaps import measured, silent

LEAST = 2  # lines with an amount in a list of what is needed, and lines of measures that follow each other
CITED = 4  # words of a work with its year
SHORT = 60  # characters of a line of either


def amounts(looked: Looked, main: Bools) -> Bools:
    """Runs of short lines without a cue of the frame from the line above the first amount to the last one.

    Where main text follows at once, the run belongs to it as a whole.
    """
    layout, own = looked.layout, looked.own
    amount = (looked.shapes["amount"] > 0) & (own["cues"] == own["byline"]) & (own["size"] <= SHORT)  # "200 g di farro"
    may = ((_quiet(looked) | amount) & (own["ends"] == 0))[looked.place] & (~main | amount[looked.place])
    at = np.flatnonzero(amount[looked.place] & may)
    starts, stops = runs(may, layout.row)
    first, last = np.searchsorted(at, starts), np.searchsorted(at, stops)
    enough = last - first >= LEAST
    starts, stops, first, last = starts[enough], stops[enough], first[enough], last[enough]
    after = np.minimum(stops, len(main) - 1)
    goes_on = (stops < layout.stop[starts]) & main[after]
    return inside(np.maximum(starts, at[first] - 1), np.where(goes_on, stops, at[last - 1] + 1), len(main))


def specifications(looked: Looked, main: Bools) -> Bools:
    """Runs of measures or of works cited below main text, or below a short line without a cue that stands below it."""
    own, place, layout, quiet = looked.own, looked.place, looked.layout, _quiet(looked)
    reference = silent(own)[0] & (own["ends"] > 0) & (own["year"] > 0) & (own["words"] >= CITED)
    measure = ((quiet & measured(own)) | reference)[place] & ~main
    head = (quiet & (own["ends"] == 0) & (own["pair"] == 0))[place] & ~main
    starts, stops = runs(measure, layout.row)
    starts, stops = starts[stops - starts >= LEAST], stops[stops - starts >= LEAST]
    one, two = np.maximum(starts - 1, 0), np.maximum(starts - 2, 0)
    below = (starts - 1 >= layout.first[starts]) & main[one]
    headed = (starts - 2 >= layout.first[starts]) & head[one] & main[two]
    told = below | headed
    return inside((starts - headed)[told], stops[told], len(main))


def _quiet(looked: Looked) -> Bools:
    found: Bools = silent(looked.own)[0] & (looked.own["size"] <= SHORT)
    return found
