"""Doubtful lines in the body of a page: what nothing but the line model speaks against, and the text speaks for.

A subhead, an ingredient or "The river rose." looks like a line of a menu; the line model doubts it, because nothing
that it holds says prose. Its place does: frame within an article has a cue ("Read also"), so lines between paragraphs
of which none has a cue are main text, and so is a closing sentence right after the last one. Measured on the
development data: of such gaps two lines in three are main text, of such closing sentences every other.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from corpusqa_checks._shared.arrays import Bools, stretches
from corpusqa_checks.boilerplate.context import Floats, Layout
from corpusqa_checks.boilerplate.features import Columns, Looked

PARAGRAPH_SCORE = -1.5  # a paragraph of plain prose near the body may have so low a score
REACH = 10  # lines from the last sure paragraph to a doubtful one
NAMES = 0.5  # share of words with a capital from which a line with a word for "by" names an author
BRIEF = 4  # words of a line with a figure that says when something was asked or written
CLOSING = 4  # sentences right after the last paragraph that may close the text
CLOSING_SCORE = -4.0  # and have at least this score
BREAK, CUED = 8, 3  # so many lines that are no text, of which so many have a cue of the frame, end a block of text
DOUBTED = 1.0  # mean score up to which a block after the largest is frame
LONG_READ = 10_000  # characters of a largest block after which such a stretch is a gallery or a table of the text


def measured(columns: Columns) -> Bools:
    """Which texts are a word and a figure, so that a word of menus is what is measured ("Contents: 1.7 l")."""
    found: Bools = (columns["pair"] > 0) & (columns["digits"] > 0)
    return found


def silent(columns: Columns) -> tuple[Bools, Bools]:
    """Which texts have no cue of the frame, and which are sentences with one at most.

    Words for "by" and names of days and weather stand in every text: they are cues only beside names and digits. Before
    a figure a word of menus is what is measured ("Contents: 1.7 l").
    """
    dated = columns["digits"] > 0
    named = (columns["byline"] > 0) & (dated | (columns["capital"] >= NAMES))
    weak = columns["byline"] + columns["calendar"] + columns["weather"]
    sentence = columns["ends"] > 0
    of_menus = (columns["nav"] + columns["newsletter"]) * measured(columns)
    strong = columns["cues"] - weak - of_menus + named + ((weak - columns["byline"] > 0) & dated & ~sentence)
    return strong == 0, sentence & (strong <= 1)


def stamped(looked: Looked) -> Bools:
    """Which texts say who wrote something, when, or in what weather: a word for it beside a name or a date."""
    own, shapes = looked.own, looked.shapes
    date = (own["date"] > 0) | (shapes["dateline"] > 0) | ((own["calendar"] > 0) & (own["year"] > 0))
    brief = (shapes["ago"] > 0) & (own["words"] <= BRIEF)
    named = (own["byline"] > 0) & (
        date | (own["time"] > 0) | (own["year"] > 0) | (own["pair"] > 0) | (own["capital"] >= NAMES) | brief
    )
    found: Bools = date | (named & (shapes["amount"] == 0)) | ((own["weather"] > 0) & (own["digits"] > 0))
    return found


def before_and_behind(body: Bools, size: Floats, layout: Layout, *shares: float) -> list[Bools]:
    """Lines before the first paragraph, and for each share those before which it of the paragraphs stands."""
    prose = np.where(body, size, 0).astype(np.float32)
    before, rest = layout.before_and_after(layout.running(prose))
    others = before + rest - prose
    first = (before == 0) & ~body & (rest > 0)
    return [first, *((others > 0) & (before >= share * others) for share in shares)]


def filled(main: Bools, body: Bools, plain: Bools, layout: Layout) -> Bools:
    """Lines of the gaps of the body in which every line is plain.

    Args:
        main: Lines of main text.
        body: Its paragraphs.
        plain: Lines of no known segment that have no cue of the frame.
        layout: Which lines belong together.
    """
    before, rest = layout.before_and_after(layout.running(body))
    inside = ~main & (before > 0) & (rest > 0)
    if not len(inside):
        return inside
    starts, stops = stretches(inside, layout.row)
    every = np.logical_and.reduceat(plain, starts)
    found: Bools = inside & np.repeat(every, stops - starts)
    return found


def doubtful_paragraphs(main: Bools, body: Bools, plain: Bools, prose: Bools, score: Floats, layout: Layout) -> Bools:
    """Paragraphs that the model doubts little, soon after the body and nothing but plain lines and main text.

    Args:
        main: Lines of main text.
        body: Its paragraphs.
        plain: Lines of no known segment that have no cue of the frame.
        prose: Lines that are as long as a paragraph and hold the end of a sentence.
        score: Log-odds of main text.
        layout: Which lines belong together.
    """
    other = layout.running(~main & ~plain)[1:]
    last = np.maximum.accumulate(np.where(body, layout.place, -1))
    known = last >= layout.first
    near = known & (layout.place - last <= REACH) & (other == other[np.maximum(last, 0)])
    found: Bools = near & plain & prose & (score > PARAGRAPH_SCORE)
    return found


def closing(body: Bools, plain: Bools, ends: Bools, score: Floats, layout: Layout) -> Bools:
    """Sentences right after the last paragraph, as far as they follow each other."""
    before, rest = layout.before_and_after(layout.running(body))
    last = body & (rest == 1)
    may = plain & ends & (score >= CLOSING_SCORE) & (before > 0) & (rest == 0)
    found: npt.NDArray[np.float32] = last.astype(np.float32)
    closes = np.zeros(len(body), np.bool_)
    for _ in range(CLOSING):
        found = (layout.shifted(found, -1) * may).astype(np.float32)
        closes |= found > 0
    return closes


def stragglers(main: Bools, cued: Bools, score: Floats, size: Floats, layout: Layout) -> Bools:
    """Blocks of main text after the largest of the document and a long stretch of frame, of which the model is unsure.

    Comments of readers and teasers with a sentence of their own read like prose, but stand far below the article.
    Of such blocks on the training pages four words in five are frame.

    Args:
        main: Lines of main text.
        cued: Lines with a cue of the frame.
        score: Log-odds of main text.
        size: Characters of the lines.
        layout: Which lines belong together.
    """
    found = np.zeros(len(main), np.bool_)
    at = np.flatnonzero(main)
    if not len(at):
        return found
    other = layout.row[at[1:]] != layout.row[at[:-1]]
    frame = np.diff(np.cumsum(cued & ~main)[at])
    starts = np.flatnonzero(np.append(True, other | ((np.diff(at) > BREAK) & (frame >= CUED))))
    mass = np.add.reduceat(size[at].astype(np.float64), starts)
    sure = np.add.reduceat((score * size)[at].astype(np.float64), starts) > DOUBTED * mass
    row = layout.row[at[starts]]
    documents, ends = stretches(row)
    counts = ends - documents
    most = np.repeat(np.maximum.reduceat(mass, documents), counts)
    largest = mass == most
    begun = np.cumsum(largest)
    after = (begun > np.repeat(begun[documents] - largest[documents], counts)) & ~largest
    found[at] = np.repeat(after & ~sure & (most < LONG_READ), np.diff(np.append(starts, len(at))))
    return found
