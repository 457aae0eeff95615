"""Which segment of a page each line belongs to.

The line model says main or not; the consent scorer, short heads, long lines with two cues and the sections that a head
opens at the end of a page say which part of the frame a line is, and overrule the model where it cannot know: an author
blurb reads like prose.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from corpusqa_checks._shared.arrays import Bools
from corpusqa_checks._shared.lines import Written
from corpusqa_checks.boilerplate.appeals import APPEALS, most_cues
from corpusqa_checks.boilerplate.context import Floats, Layout
from corpusqa_checks.boilerplate.features import Columns, Looked
from corpusqa_checks.boilerplate.gaps import (
    NAMES,
    before_and_behind,
    closing,
    doubtful_paragraphs,
    filled,
    measured,
    silent,
    stamped,
    stragglers,
)
from corpusqa_checks.boilerplate.listed import amounts, specifications
from corpusqa_checks.boilerplate.sparse import frame_cues, pages_of_short_lines, sparse
from corpusqa_checks.boilerplate.threads import threads
from corpusqa_checks.boilerplate.verse import verses

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
FREE = [CODE[name] for name in ("main", "other", "nav", "header", "byline")]  # what a list or verse may be taken for

# Segments in the order in which they claim a line that has cues of several.
BY_CUE = (
    ("legal", "legal"),
    ("newsletter", "newsletter"),
    ("comments", "comments"),
    ("social", "social"),
    ("sponsor", "sponsor"),
    ("about", "about"),
    ("nav", "more"),
    ("byline", "byline"),
    ("nav", "nav"),
    ("nav", "account"),
)
MEASURED = ("nav", "newsletter")  # words that before a figure say what is measured or paid
HEAD_CHARS, HEAD_WORDS = 60, 12  # a head is a short line; a row of links between bars may be longer
DOUBT = 1.0  # a head overrules the model up to this score
SURE = 2.5  # a line of so high a score is claimed only by the sections of CLAIM_ALL
# Shares of the paragraphs after which long lines are looked at, heads open sections, and long lines may be typed
# against the model.
HALF, TAIL, END = 0.5, 0.7, 0.85
# How many lines a head at the end claims, by segment, and up to which score; comments go on to the next head.
CLAIMS = {"about": (2, 99.0), "newsletter": (3, 99.0), "sponsor": (2, 0.0), "comments": (10_000, SURE), "nav": (8, 0.0)}
THREAD, MANY = 2, 6  # so many lines speak of comments where comments follow, or so many lines follow
CLAIMED = ("social", "newsletter", "account", "more", "legal", "comments", "about", "sponsor")
LONG = 60  # characters from which a line may be typed by two cues of appeals.toml
SENTENCES = 40  # characters from which two sentences are a paragraph
BODY = 90  # characters from which a line of main text is a paragraph
TITLE_WORDS = (3, 30)
TITLE_CHARS = 200
CUED_TITLE = 30  # characters from which a title may have a word of the frame
TITLE_REACH = 8  # lines between the title and the first paragraph
TITLE_DOUBT = -1.5  # a title may have so low a score
SENTENCE_SCORE = -1.6  # a sentence of so high a score may have one cue of the frame
APPEAL_SCORE = -3.0  # a long sentence of so high a score that is no appeal is text, whatever words it has
BELOW_TITLE = 2  # lines below the title in which its author or price may stand without a word that says so
NAME_WORDS = 5  # of an author with a place
STAMP_WORDS = 14  # a date line has at most so many words
STAMP_DIGITS = 0.13  # and this share of digits or a cue of a byline, when the model takes it for main text


def segments(written: Written, looked: Looked, score: Floats, cookie: Bools) -> tuple[Codes, Bools]:
    """The code of the segment of every line, and which lines stand on pages of short lines.

    Args:
        written: The lines that are not blank.
        looked: Their features.
        score: Log-odds of main from the line model.
        cookie: Lines of consent notices.
    """
    columns, layout = looked.lines("size", "stops"), looked.layout
    body = _body(columns, score) & ~cookie
    before, second_half, tail = before_and_behind(body, columns["size"], layout, HALF, TAIL)
    doubted = (score <= 0) & (second_half | before)
    appeals, cues = _appeals(written, (columns["size"] > LONG) & (doubted | tail))
    before, after, late = before_and_behind(body & (cues < 2), columns["size"], layout, TAIL, END)
    label = np.where(score > 0, MAIN, OTHER).astype(np.int8)
    heads = _heads(looked.own, looked.shapes)[looked.place]
    able = {name: flags[looked.place] for name, flags in _able(looked.own | looked.shapes).items()}
    typed = (heads != MAIN) & ((score <= 0) | ((before | after) & (score <= DOUBT)))
    label = np.where(typed, heads, label)
    few = (score <= 0) | ((score <= DOUBT) & (appeals != CODE["sponsor"])) | (appeals == CODE["about"])
    label = np.where((cues >= np.where(few, 2, 3)) & (late | (score <= 0)), appeals, label)
    label = np.where(cookie, CODE["cookie"], label).astype(np.int8)
    label = _sections(label, after, layout, score, _own_appeals(looked, appeals, cues))
    label = _header(label, able, layout, before)
    label = _body_filled(label, looked, score)
    short = pages_of_short_lines(looked, label == MAIN)
    label = _sparse_text(label, written, looked, score, short)
    free = np.isin(label, FREE)
    formed = (verses(looked, label == MAIN) | amounts(looked, label == MAIN)) & free
    label = np.where(formed | (specifications(looked, label == MAIN) & free), MAIN, label).astype(np.int8)
    return _below_title(_title(label, looked, able, score, formed), looked, able), short


def _body(columns: Columns, score: Floats) -> Bools:
    """Paragraphs of the main text."""
    found: Bools = (score > 0) & (_paragraph(columns) | (columns["size"] >= BODY))
    return found


def _paragraph(columns: Columns) -> Bools:
    """Long lines with a sentence, and two sentences of scripts that say much in few characters."""
    one = (columns["size"] >= LONG) & (columns["stops"] > 0)
    two: Bools = (columns["size"] >= SENTENCES) & (columns["stops"] >= np.log1p(2))
    return one | two


def _heads(columns: Columns, shapes: Columns) -> Codes:
    """The segment that each text, a short line or a row of links, names by its cues, else MAIN."""
    found = np.full(len(columns["size"]), MAIN, np.int8)
    short = (columns["size"] <= HEAD_CHARS) & (columns["words"] <= HEAD_WORDS)
    links = (columns["pipes"] > 0) & (columns["stops"] == 0)
    head = ((short & (columns["ends"] == 0)) | links) & (shapes["numbered"] == 0)
    figure = measured(columns)  # "Contents: 1.7 l" is no head
    for name, group in reversed(BY_CUE):
        found[head & (columns[group] > 0) & ~(figure & (group in MEASURED))] = CODE[name]
    found[columns["rights"] > 0] = CODE["legal"]
    return found


def _appeals(written: Written, where: Bools) -> tuple[Codes, Codes]:
    """The segment of which a long line has the most cues, and how many different ones."""
    found = np.full(len(written.texts), MAIN, np.int8)
    most = np.zeros(len(written.texts), np.int8)
    asked = np.unique(written.place[where])
    best, most[asked] = most_cues(written.texts.gather(asked))
    found[asked] = np.array([CODE[label] for label in APPEALS], np.int8)[best]
    return np.where(where, found[written.place], MAIN), np.where(where, most[written.place], 0)


def _own_appeals(looked: Looked, appeals: Codes, cues: Codes) -> Codes:
    """The segment of which a line has a cue of its own; OTHER for a line of no sentence, MAIN for one without a cue."""
    own = looked.lines("ends", "words", "size", *CLAIMED)
    cued = np.any([own[group] > 0 for group in CLAIMED], axis=0)
    sentence = ((own["ends"] > 0) & (own["words"] >= TITLE_WORDS[0])) | (own["size"] >= LONG)
    said = np.where(cues > 0, appeals, np.where(cued | ~sentence, OTHER, MAIN))
    return said.astype(np.int8)


def _sections(label: Codes, after: Bools, layout: Layout, score: Floats, appeals: Codes) -> Codes:
    """Lines at the end that belong to the head above them; a sentence only if it has a cue itself.

    A sentence without one follows a subhead of the text ("Sponsors" in minutes), but for comments of readers, which are
    told by a second line with a word for them, and for teasers. One with a cue of another segment is of that.
    """
    opens = after & (label != MAIN) & (label != OTHER)
    last = np.maximum.accumulate(np.where(opens, layout.place, -1))
    inside = after & ~opens & (last >= layout.first)
    section = np.where(inside, label[np.maximum(last, 0)], MAIN)
    follows = np.minimum.accumulate(np.where(opens, layout.place, len(label))[::-1])[::-1]
    long = np.minimum(follows, layout.stop) - last > MANY
    thread = long | (layout.total(layout.running(label == CODE["comments"])) >= THREAD)
    may = (appeals != MAIN) | np.isin(section, [CODE["nav"], CODE["about"]]) | ((section == CODE["comments"]) & thread)
    of = np.where((appeals == MAIN) | (appeals == OTHER) | (section == CODE["nav"]), section, appeals)
    for name, (count, most) in CLAIMS.items():
        claimed = (section == CODE[name]) & may & (layout.place - last <= count) & (score < most)
        label = np.where(claimed, of, label).astype(np.int8)
    return label


def _able(columns: Columns) -> dict[str, Bools]:
    """What each text can be by itself: a `stamp` (date, place, weather), a `dated` line, a `menu`, a `title`."""
    day = (columns["calendar"] > 0) | (columns["date"] > 0) | (columns["dateline"] > 0)
    sky = (columns["weather"] > 0) | (columns["degrees"] > 0)
    plain = (columns["digits"] > 0) | (columns["pair"] > 0) | (columns["words"] <= 2)
    low, high = TITLE_WORDS
    fits = (columns["words"] >= low) & (columns["words"] <= high) & (columns["size"] <= TITLE_CHARS)
    closed = (columns["ends"] > columns["asks"]) | (columns["comma_end"] > 0) | (columns["pipes"] > 0)
    return {
        "stamp": (day | sky) & plain & (columns["words"] <= STAMP_WORDS),
        "dated": (columns["digits"] >= STAMP_DIGITS) | (columns["byline"] > 0),
        "menu": (columns["size"] <= 40) & (columns["ends"] == 0),
        "title": fits & ~closed,
        "head": (columns["cues"] - columns["calendar"] - columns["weather"] > 0) & (columns["size"] < CUED_TITLE),
        # a title may begin with a word for "by" or have one; the line of an author is names
        "lower": (columns["capital"] < NAMES) & (columns["digits"] == 0) & (columns["words"] >= 4),
        "paragraph": _paragraph(columns),
        "date": columns["dateline"] > 0,
        "price": columns["price"] > 0,
        "name": (columns["capital"] == 1)
        & (columns["words"] <= NAME_WORDS)
        & (columns["words"] >= 2)
        & ~closed
        & ((columns["words"] == 2) | (columns["commas"] > 0)),
    }


def _header(label: Codes, able: dict[str, Bools], layout: Layout, before: Bools) -> Codes:
    """Date, place and weather above the text; other short lines there are menus."""
    stamp = able["stamp"]
    undecided = np.isin(label, [OTHER, CODE["byline"], CODE["nav"]])
    dated = (label == MAIN) & able["dated"]
    label = np.where(before & stamp & (undecided | dated), CODE["header"], label)
    near = layout.window(layout.running(stamp), 2, 2) > 0
    label = np.where(before & near & (label == OTHER), CODE["header"], label)
    return np.where((label == OTHER) & able["menu"], CODE["nav"], label).astype(np.int8)


def _body_filled(label: Codes, looked: Looked, score: Floats) -> Codes:
    """Main text, too, where only the line model speaks against it: lines between paragraphs, sentences after them."""
    columns, layout = looked.lines("size", "ends", "stops", "cues"), looked.layout
    main, long = label == MAIN, (columns["size"] >= LONG) | _paragraph(columns)
    body = main & long
    quiet, one_cue = (flags[looked.place] for flags in silent(looked.own))
    untyped, byline = np.isin(label, [OTHER, CODE["nav"]]), label == CODE["byline"]
    plain = ((untyped | byline) & quiet) | ((label == OTHER) & one_cue & (score > SENTENCE_SCORE))
    doubtful = doubtful_paragraphs(main, body, plain, long & (columns["stops"] > 0), score, layout)
    main, body = main | doubtful, body | doubtful
    label = np.where(doubtful, MAIN, label)
    kept = filled(main, body, plain, layout) | closing(body, plain, columns["ends"] > 0, score, layout)
    label = np.where(kept, MAIN, label)
    far = stragglers(label == MAIN, columns["cues"] > 0, score, columns["size"], layout)
    return np.where(far, OTHER, label).astype(np.int8)


def _sparse_text(label: Codes, written: Written, looked: Looked, score: Floats, where: Bools) -> Codes:
    """The lines of the text on pages of short lines, which the model takes for menus, and comments below it."""
    if where.any():
        label[where] = _text_of_short_lines(label[where], looked.only(where), score[where])
        label[threads(written, looked, where, label == MAIN) & np.isin(label, FREE)] = CODE["comments"]
    return label


def _text_of_short_lines(label: Codes, looked: Looked, score: Floats) -> Codes:
    layout, place = looked.layout, looked.place
    cued = frame_cues(looked)[place] & (label != MAIN)
    long = (looked.own["ends"] > 0) & (looked.own["size"] >= LONG)
    cued &= ~((label == OTHER) & long[place] & (score > APPEAL_SCORE))
    barred = ~np.isin(label, FREE) | cued
    dated = stamped(looked)[place] & np.isin(label, [CODE["header"], CODE["byline"]]) & (looked.own["ends"] == 0)[place]
    opens = (np.isin(label, [CODE[name] for name in CLAIMS if name != "nav"]) & cued) | (looked.own["more"] > 0)[place]
    last = np.maximum.accumulate(np.where(barred, layout.place, -1))
    below = (last >= layout.first) & opens[np.maximum(last, 0)]
    text = sparse(looked, barred, below, dated, score)
    return np.where(text, MAIN, label).astype(np.int8)


def _title(label: Codes, looked: Looked, able: dict[str, Bools], score: Floats, formed: Bools) -> Codes:
    """The best line above the first paragraph, verse or list of what is needed, when it can be a title."""
    layout = looked.layout
    body = ((label == MAIN) & able["paragraph"]) | formed
    _, ahead = layout.distance(body)
    none_yet = layout.before_and_after(layout.running(body))[0] == 0
    near_stamp = (label == CODE["header"]) & ~able["stamp"]
    with_by = (label == CODE["byline"]) & able["lower"]
    # the model knows no pages that begin with verse or a list
    known = (score > TITLE_DOUBT) | formed[np.minimum(layout.place + ahead.astype(np.int64), len(formed) - 1)]
    replaceable = (np.isin(label, [OTHER, CODE["nav"]]) | near_stamp | with_by) & known & ~able["head"]
    may = none_yet & ~body & (ahead <= TITLE_REACH) & able["title"] & ((label == MAIN) | replaceable)
    best = layout.largest(np.where(may, score, -99).astype(np.float32))
    chosen = may & (score == best)
    first = chosen & (layout.before_and_after(layout.running(chosen))[0] == 0)
    return np.where(first, CODE["title"], label).astype(np.int8)


def _below_title(label: Codes, looked: Looked, able: dict[str, Bools]) -> Codes:
    """Between title and text names are those of the author, a date is the page's, and a price belongs to the text."""
    layout = looked.layout
    sums = layout.running(label == CODE["title"])
    near = (layout.window(sums, BELOW_TITLE, 0) > 0) & (label != CODE["title"])
    near &= layout.before_and_after(layout.running((label == MAIN) & able["paragraph"]))[0] == 0
    label = np.where(near & able["date"] & (label == MAIN), CODE["header"], label)
    near &= silent(looked.own)[0][looked.place]
    label = np.where(near & able["name"] & (label == MAIN), CODE["byline"], label)
    priced = near & able["price"] & np.isin(label, [OTHER, CODE["nav"], CODE["header"]])
    return np.where(priced, MAIN, label).astype(np.int8)
