"""Which segment of a page each line belongs to.

The line model says main or not; the consent scorer, short heads, long lines with two cues and the sections that a head
opens at the end of a page say which part of the frame a line is, and overrule the model where it cannot know: an author
blurb reads like prose.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import polars as pl
from corpusqa_checks._shared.words import folded
from corpusqa_checks.boilerplate.context import Floats, Layout
from corpusqa_checks.boilerplate.counts import as_pattern
from corpusqa_checks.boilerplate.features import Columns

from corpusqa.check import Frame

Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]

# The segments of a page; their places are the codes that the arrays hold.
SEGMENTS = (
    "main",
    "header",
    "title",
    "byline",
    "about",
    "nav",
    "social",
    "newsletter",
    "sponsor",
    "legal",
    "cookie",
    "comments",
    "other",
)
CODE = {name: code for code, name in enumerate(SEGMENTS)}
MAIN, OTHER = CODE["main"], CODE["other"]

# Segments in the order in which they claim a short line that has cues of several.
BY_CUE = {
    "legal": ("legal",),
    "newsletter": ("newsletter",),
    "comments": ("comments",),
    "social": ("social",),
    "sponsor": ("sponsor",),
    "about": ("about",),
    "byline": ("byline",),
    "nav": ("nav", "more", "account"),
}
HEAD_CHARS, HEAD_WORDS = 60, 8  # a head is a short line
DOUBT = 1.0  # a head or typed line overrules the model up to this score
SURE = 2.5  # lines that the model is so sure of are claimed by no section but those in CLAIM_ALL
TAIL = 0.7  # sections open after this share of the prose
CLAIM_ALL = ("about", "newsletter", "cookie")
LONG = 60  # characters from which a line is typed by two cues of appeals.toml
TITLE_WORDS = (3, 30)
TITLE_REACH = 8  # lines between the title and the first paragraph
TITLE_DOUBT = -1.5


def segments(lines: Frame, columns: Columns, layout: Layout, score: Floats, cookie: Bools) -> Codes:
    """The code of the segment of every line.

    Args:
        lines: The lines that are not blank: `row`, `text`; in order.
        columns: Features from `line_features`.
        layout: The layout of the documents.
        score: Log-odds of main from the line model.
        cookie: Lines of consent notices.
    """
    before, after = _zones(columns, layout, score)
    label = np.where(score > 0, MAIN, OTHER).astype(np.int8)
    heads = _heads(columns)
    appeals = _appeals(lines, (before | after) & (columns["size"] > LONG))
    open_to_types = (score <= 0) | ((before | after) & (score <= DOUBT))
    label = np.where((heads != MAIN) & open_to_types, heads, label)
    label = np.where((appeals != MAIN) & (before | after), appeals, label)
    label = np.where(cookie, CODE["cookie"], label).astype(np.int8)
    label = _sections(label, heads, after, layout, score)
    label = _header(label, columns, layout, before)
    return _title(label, columns, layout, score)


def _zones(columns: Columns, layout: Layout, score: Floats) -> tuple[Bools, Bools]:
    """Lines before the first and in the tail of the main prose."""
    prose = np.where((score > 0) & (columns["size"] >= LONG), columns["size"], 0).astype(np.float32)
    share = layout.share_before(prose)
    some = layout.total(prose) > 0
    return (share == 0) & (prose == 0) & some, (share >= TAIL) & some


def _heads(columns: Columns) -> Codes:
    """The segment that a short line names by its cues, else MAIN."""
    found = np.full(len(columns["size"]), MAIN, np.int8)
    short = (columns["size"] <= HEAD_CHARS) & (columns["words"] <= HEAD_WORDS) & (columns["ends"] == 0)
    for name, groups in reversed(BY_CUE.items()):
        for group in groups:
            found[short & (columns[group] > 0)] = CODE[name]
    found[(columns["rights"] > 0)] = CODE["legal"]
    return found


@cache
def appeal_patterns(label: str) -> list[str]:
    """The cues of long lines of a label, in all languages, as patterns for folded text."""
    table = tomllib.loads(files(__package__).joinpath("appeals.toml").read_text("utf-8"))
    return sorted({as_pattern(cue) for cues in table[label].values() for cue in cues}, key=lambda cue: (-len(cue), cue))


def _appeals(lines: Frame, where: Bools) -> Codes:
    """The segment of which a long line has the most cues, two at least, else MAIN."""
    labels = ("about", "newsletter", "sponsor", "legal", "comments")
    found = np.full(lines.height, MAIN, np.int8)
    if not where.any():
        return found
    low = lines.filter(where).select(low=folded(pl.col("text").str.slice(0, 1500)))["low"]
    counts = np.stack(
        [low.str.extract_many(appeal_patterns(label), leftmost=True).list.n_unique().to_numpy() for label in labels], 1
    )
    best = counts.argmax(1)
    named = np.array([CODE[label] for label in labels], np.int8)[best]
    found[where] = np.where(counts[np.arange(len(best)), best] >= 2, named, MAIN)
    return found


def _sections(label: Codes, heads: Codes, after: Bools, layout: Layout, score: Floats) -> Codes:
    """Lines of the tail that belong to the head above them."""
    opens = after & (label != MAIN) & (label != OTHER)
    last = np.maximum.accumulate(np.where(opens, layout.place, -1))
    inside = after & ~opens & (last >= layout.first)
    section = np.where(inside, label[np.maximum(last, 0)], MAIN)
    claims = inside & ((score < SURE) | np.isin(section, [CODE[name] for name in CLAIM_ALL]))
    return np.where(claims & ((label == OTHER) | (label == MAIN)), section, label)


def _header(label: Codes, columns: Columns, layout: Layout, before: Bools) -> Codes:
    """Date, place and weather above the text; menus there are nav."""
    cue = columns["calendar"] + columns["weather"] + columns["degrees"] + columns["date"] + columns["time"]
    near = layout.window((cue > 0).astype(np.float32), 2, 2) > 0
    top = before & (label == OTHER)
    label = np.where(top & near, CODE["header"], label)
    return np.where((label == OTHER) & (columns["size"] <= 40) & (columns["ends"] == 0), CODE["nav"], label)


def _title(label: Codes, columns: Columns, layout: Layout, score: Floats) -> Codes:
    """The best line above the first paragraph, when it can be a title."""
    low, high = TITLE_WORDS
    body = (label == MAIN) & (columns["size"] >= LONG) & (columns["stops"] > 0)
    _, ahead = layout.distance(body)
    no_body_before = (
        layout.running(body.astype(np.float32))[layout.place] == layout.running(body.astype(np.float32))[layout.first]
    )
    fits = (columns["words"] >= low) & (columns["words"] <= high) & (columns["ends"] == 0) & (columns["length"] < 5.5)
    replaceable = np.isin(label, [OTHER, CODE["header"], CODE["nav"]])
    plain = (label == MAIN) | (replaceable & (score > TITLE_DOUBT))
    may = no_body_before & ~body & (ahead <= TITLE_REACH) & fits & plain
    best = layout.largest(np.where(may, score, -99).astype(np.float32))
    chosen = may & (score == best)
    once = chosen & (
        layout.running(chosen.astype(np.float32))[layout.place]
        == layout.running(chosen.astype(np.float32))[layout.first]
    )
    return np.where(once, CODE["title"], label)
