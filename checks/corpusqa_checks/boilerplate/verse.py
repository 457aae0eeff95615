"""Verse within a frame: on a page without a paragraph, a run of short lines that end and begin as lines of a poem do.

Menus and lists of headlines are short lines, too; but those of a poem lean on each other: some end with a comma or a
full stop, and the next begins with a small letter.
"""

from __future__ import annotations

import numpy as np
from corpusqa_checks._shared.arrays import Bools, Ints, stretches
from corpusqa_checks.boilerplate.context import Floats
from corpusqa_checks.boilerplate.features import Looked
from corpusqa_checks.boilerplate.gaps import silent

LINES = 6  # of verse at least
LONGEST, WORDS = 65, 3  # characters and words of a line
POINTED, LEANING = 0.3, 0.25  # shares of the lines that end with a sign, and that lean on the line before or after


def verses(looked: Looked, main: Bools) -> Bools:
    """The lines of the largest run of verse of every document that has no paragraph of main text.

    Args:
        looked: Features of the lines.
        main: Lines of main text.
    """
    own, layout, place = looked.own, looked.layout, looked.place
    comma = own["comma_end"] > 0
    pointed, leaning = comma | (own["ends"] > 0), comma | (own["low_start"] > 0)
    few = own["cues"] - own["byline"] - own["calendar"] - own["weather"] <= 1
    told = silent(own)[0] | (few & (pointed | leaning) & (own["words"] > WORDS))
    may = (told & (own["size"] <= LONGEST) & (own["words"] >= WORDS))[place]
    may &= layout.total(layout.running(main & (own["size"] > LONGEST)[place])) == 0
    starts, stops = stretches(may, layout.row)
    if not len(starts):
        return may
    count = stops - starts
    verse = may[starts] & (count >= LINES) & (_shares(pointed[place], starts, count) >= POINTED)
    verse &= _shares(leaning[place], starts, count) >= LEANING
    longest = layout.largest(np.repeat(np.where(verse, count, 0), count).astype(np.float32))
    found: Bools = np.repeat(verse, count) & (np.repeat(count, count) == longest)
    return found


def _shares(flags: Bools, starts: Ints, count: Ints) -> Floats:
    return (np.add.reduceat(flags, starts, dtype=np.int64) / count).astype(np.float32)
