"""Comments of readers below a short text, from the line that opens them to the last one of their form.

Comments are sentences, as the text above them is, and a head alone proves nothing: "Comments" stands in minutes, too,
above what was said, and "3 comments" below the title of a post, or below each of several. So a thread has text above
its head and, below it, what only stands at comments: a button to reply, or "Ann says:". Words: threads.toml.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
import polars as pl
from corpusqa_checks._shared.arrays import Bools, Ints, inside
from corpusqa_checks._shared.lanes import own_lane
from corpusqa_checks._shared.lines import Written
from corpusqa_checks._shared.words import folded
from corpusqa_checks.boilerplate.context import Layout
from corpusqa_checks.boilerplate.features import Looked
from corpusqa_checks.boilerplate.sparse import says_text

LONGEST = 80  # characters of a head, a form or a button
TEXT = 2  # lines above that say they are text, the title left out: the head of a post may stand below its first words
_BEGIN, _COLONS = "\x02", [":", "："]
MARKS = 2  # buttons and forms below a head that counts nothing; one button is enough where it does


def threads(written: Written, looked: Looked, where: Bools, main: Bools) -> Bools:
    """The lines of threads of comments.

    Args:
        written: The lines that are not blank.
        looked: Their features.
        where: Lines of the pages that are looked at.
        main: Lines of main text; a thread has some above it.
    """
    found, row = np.zeros(len(where), np.bool_), looked.layout.row
    cued = np.zeros(int(row.max(initial=-1)) + 1, np.bool_)
    cued[row[where & (looked.own["comments"] > 0)[looked.place]]] = True
    where = where & cued[row]
    if not where.any():
        return found
    near, of = looked.only(where), written.place[where]
    own, running = near.lines("size", "ends", "comments"), near.layout.running
    lines, _ = near.layout.before_and_after(running(main[where]))
    text, _ = near.layout.before_and_after(running(main[where] & says_text(near) & (lines > 0)))
    line, below = (own["size"] <= LONGEST) & (own["ends"] == 0), text >= TEXT
    line &= near.layout.total(running(line & below & (own["comments"] > 0))) > 0
    if not line.any():
        return found
    at = np.unique(of[line])
    of_texts = _kinds(written.texts.gather(at)).items()
    kinds = {name: _scattered(flags, at, len(written.texts))[of] & line for name, flags in of_texts}
    found[where] = _between(near.layout, kinds, below)
    return found


def _between(layout: Layout, kinds: dict[str, Bools], below: Bools) -> Bools:
    """From each head below text that has marks of comments before the next head to the last of them."""
    head, mark = kinds["head"], (kinds["mark"] | kinds["form"]) & ~kinds["head"]
    starts = np.flatnonzero(head)
    if not len(starts):
        return head
    stops = np.minimum(np.append(starts[1:], len(head)), layout.stop[starts])
    buttons, marks = (np.append(0, np.cumsum(flags)) for flags in (kinds["mark"] & mark, mark))
    enough = marks[stops] - marks[starts] >= np.where(kinds["counted"][starts], 1, MARKS)
    told = below[starts] & enough & (buttons[stops] > buttons[starts])
    last = np.maximum.accumulate(np.where(mark, layout.place, -1))[stops - 1] + 1
    return inside(starts[told], last[told], len(head))


@own_lane(lambda texts: texts)
def _kinds(texts: pl.Series) -> dict[str, pl.Series]:
    """Which of the texts are heads, heads that count comments, forms, and marks of a comment."""
    low = folded(texts)
    bare = low.str.replace_all(r"[0-9]+ ?", "")
    numbered = bare != low
    begun = _BEGIN + bare
    head = bare.is_in(_words("head")) | (numbered & begun.str.contains_any(_begun("titled")))
    said = texts.str.tail(1).is_in(_COLONS) & bare.str.contains_any(_words("said"))
    return {
        "head": head,
        "counted": head & numbered,
        "form": begun.str.contains_any(_begun("form")),
        "mark": bare.is_in(_words("reply")) | said,
    }


def _scattered(flags: pl.Series, at: Ints, size: int) -> Bools:
    """The flags at these places."""
    found = np.zeros(size, np.bool_)
    found[at] = flags.to_numpy()
    return found


@cache
def _words(group: str) -> list[str]:
    """The words of a group, folded, with their spaces."""
    table = tomllib.loads(files(__package__).joinpath("threads.toml").read_text("utf-8"))
    return sorted({f" {word} " for groups in table.values() for word in groups[group]})


@cache
def _begun(group: str) -> list[str]:
    """The words of a group at the beginning of a line, as the beginning of one of its words."""
    return [_BEGIN + word.rstrip() for word in _words(group)]
