"""The check `boilerplate`: its options, what it declares, and how a batch is measured."""

from __future__ import annotations

import numpy as np
import polars as pl
from corpusqa_checks._shared.arrays import Bools
from corpusqa_checks._shared.documents import per_document
from corpusqa_checks._shared.lines import written_lines
from corpusqa_checks._shared.memo import once_per_batch
from corpusqa_checks._shared.notices import notice_lines
from corpusqa_checks._shared.spans import line_spans
from corpusqa_checks._shared.turns import spoken_rows
from corpusqa_checks.boilerplate.errors import error_pages
from corpusqa_checks.boilerplate.features import Looked, line_features
from corpusqa_checks.boilerplate.kinds import kinds
from corpusqa_checks.boilerplate.model import line_scores
from corpusqa_checks.boilerplate.repeated import LABEL, repetition
from corpusqa_checks.boilerplate.segments import MAIN, SEGMENTS, segments
from corpusqa_checks.boilerplate.sparse import frame_cues, says_text

from corpusqa.check import Batch, Check, Frame, Label, Measured, Signal

# The segments of a page. Main lines bear no label; the title does, and is main text.
ABOUTS = {
    "header": "date, place and weather above the text",
    "title": "the title, which is main text",
    "byline": "who wrote it and when",
    "about": "who the author or the outlet is",
    "nav": "menus, paging, teasers and links to other stories",
    "social": "sharing and following",
    "newsletter": "pleas to subscribe and sign up",
    "sponsor": "advertising, sponsors and pleas to give",
    "legal": "rights, imprint, terms",
    "cookie": "consent text (a finding of the check cookie_text)",
    "comments": "comments of readers and their forms",
    "other": "not main text, of no known kind",
}
UNCERTAIN = 0.7  # |log-odds| below which a line is uncertain
# Share of words that may be doubted, or may be all that is main text, and of lines with a cue, on pages without frame.
PLAIN, BARE = 0.1, 0.05


def boilerplate(*, repeated_pages: int = 3, repeated_share: float = 0.2) -> Check:
    """What of a page is the frame around its main text, line by line, in any language, from plain text alone.

    Each line gets a score from a fitted linear model of its shape, its cues in some 40 languages and its place among
    the prose of the document; what is not main text is labelled by its kind: header, byline, about, nav, social,
    newsletter, sponsor, legal, cookie, comments, other. Main lines bear no label; the title is labelled but is main
    text. Labels other than `title` are left out of the main text that other checks may read.

    Not every text is a page: `kind` says short (fewer than four lines), unbroken (long text without line breaks),
    markup, code, table, list, chat, poem, wrapped or log, and there only consent text is labelled; the ratio is null
    where nothing is.

    `error` is a document that is nothing but an error of a server ("404 Not Found"), a check of the browser or a wall
    ("Subscribe to continue reading"): no line of it is main text. One sentence that says something else, and it is a
    page like others.

    With the other documents of a site in view, `repeated` marks lines of the frame that stand on several of its pages;
    lines of the main text never, whatever they share, but for a menu above a short text that half of the site's pages
    share. It may be cut and is counted, but does not change what is main.
    `text` is a page on which nothing says frame: a few doubtful lines are then main text, or all of them where hardly a
    line has a cue. On pages of short lines (notices, minutes, recipes) runs of lines without a cue are the text.

    Options:
        repeated_pages: On so many pages of a site a line is repeated (without URLs: on 5 or more of the corpus).
        repeated_share: And on so large a share of its pages.

    Why it matters: the frame of a site stands on every one of its pages. A model learns it by heart instead of the
    text, and it makes different pages look like copies.

    Example: a page that begins with "Home > Culture > Buildings" and ends with "Share this story".

    False alarms: lists of names or prices and lines of dialogue within an article can look like frame.
    `uncertain_share` says on how much of a page the model is unsure; look at those pages before cutting.
    A row that is one message of a program ("Page not found") is an error, too.

    How to act: `cut` names the labels whose lines go; `drop = ["boilerplate.ratio > 0.8"]` drops pages that are
    little but frame, `drop = ["boilerplate.kind = 'error'"]` those that hold no text.
    """
    labels = {name: Label(about, line=True, main=name == "title") for name, about in ABOUTS.items()}
    frame = [name for name in ABOUTS if name != "title"]
    labels[LABEL] = Label("lines that many pages of the site share", line=True)
    signals = {
        "kind": Signal(
            pl.String,
            "page; text without a frame; error; or why no line is judged: short, unbroken, markup, code, table, ...",
        ),
        "ratio": Signal(pl.Float64, "share of the words outside the main text; the title counts as main"),
        "char_share": Signal(pl.Float64, "share of the characters of lines outside the main text"),
        "main_words": Signal(pl.Int64, "words of the main text, title included"),
        "uncertain_share": Signal(
            pl.Float64, f"share of the lines that the line model is unsure of (|score| < {UNCERTAIN})"
        ),
    } | {f"{name}_share": Signal(pl.Float64, f"share of the words: {ABOUTS[name]}") for name in ABOUTS}
    suggest = {
        "cut": [f"boilerplate.{name}" for name in frame if name not in ("byline", "about", "other")],
        "drop": ["boilerplate.ratio > 0.8"],
    }
    half = repetition(labelled_lines, repeated_pages, repeated_share)
    return Check(signals=signals, labels=labels, measure=_measure, corpus={LABEL: half}, suggest=suggest)


@once_per_batch
def labelled_lines(batch: Batch) -> Frame:
    """The lines that are not blank, with what they are.

    Returns:
        `row`, `line`, `at` (position among the lines that are not blank), `start`, `end`, `text`, `words`, `chars`,
        `score` (log-odds of main text), `kind` (of the document), `label` (null for main lines) and `menu` (main lines
        that may be entries of a menu after all).
    """
    written = written_lines(batch)
    looked = line_features(written)
    score = line_scores(looked)
    cookie = np.zeros(written.frame.height, np.bool_)
    cookie[notice_lines(batch)["index"].to_numpy()] = True
    code, brief = segments(written, looked, score, cookie)
    label = pl.Series(SEGMENTS).gather(code).set(pl.Series(code == MAIN), None)
    table = written.frame.with_columns(
        words=written.of_lines(written.words),
        chars=pl.col("end") - pl.col("start"),
        score=pl.Series(score, dtype=pl.Float64),
        label=label,
    )
    table = table.join(kinds(looked), on="row", how="left", maintain_order="left")
    spoken = pl.col("row").is_in(spoken_rows(batch).implode())
    table = table.with_columns(kind=pl.when(spoken).then(pl.lit("chat")).otherwise("kind"))
    error = pl.Series(error_pages(written, looked, label, _kinds_of_pages(batch, table)))
    if error.any():
        main = pl.col("label").is_null() | (pl.col("label") == "title")
        table = table.with_columns(
            kind=pl.when(error).then(pl.lit("error")).otherwise("kind"),
            label=pl.when(error & main).then(pl.lit("other")).otherwise("label"),
        )
    table = table.with_columns(kind=_kind_with_frame(table, looked))
    titled = (pl.col("kind") == "text") & (pl.col("label") == "title")
    judged = (pl.col("kind") == "page") | (pl.col("kind") == "error") | titled | (pl.col("label") == "cookie")
    table = table.with_columns(label=pl.when(judged).then("label"))
    return table.with_columns(menu=pl.Series(_menus(table, looked, brief & (score <= 0))))


def _kinds_of_pages(batch: Batch, table: Frame) -> pl.Series:
    """The kind of the document of each line; null for few lines in several parts, which are no page but a pair."""
    rows = batch.parts.filter(pl.col("part") > 0)["row"].unique()
    if rows.is_empty():
        return table["kind"]
    pair = (pl.col("kind") == "short") & pl.col("row").is_in(rows.cast(pl.Int64).implode())
    return table.select(pl.when(~pair).then("kind")).to_series()


def _menus(table: Frame, looked: Looked, doubted: Bools) -> Bools:
    """Main lines, among these, that do not say they are text."""
    found = doubted.copy()
    if found.any():
        lines = table.select("label", "kind")[np.flatnonzero(doubted)]
        main = lines.select(pl.col("label").is_null() & pl.col("kind").is_in(["page", "text"])).to_series()
        found[doubted] = main.to_numpy() & ~says_text(looked.only(doubted))
    return found


def _kind_with_frame(table: Frame, looked: Looked) -> pl.Series:
    """The kind; a page on which nothing says frame is plain `text`.

    Either a few words are doubted, none of which has a cue: a letter, a story. Or hardly any is main text, and hardly
    a line has a cue of the frame: verse, names, settings of a program.
    """
    lines = table.with_columns(cued=pl.Series(looked.own["cues"][looked.place] > 0))
    doubted = pl.col("label").is_not_null() & (pl.col("label") != "title")
    uncued = ~pl.col("cued") & pl.col("label").is_in(["other", "nav"])
    of_all = pl.col("words").sum().over("row")
    words = pl.col("words").filter(doubted).sum().over("row")
    plain = ~(doubted & ~uncued).any().over("row") & (words > 0) & (words <= PLAIN * of_all)
    page = pl.col("kind") == "page"
    consent = (pl.col("label") == "cookie").fill_null(False).any().over("row")  # what is below it are its vendors
    known = lines.select(
        plain=(plain & page).fill_null(False), empty=page & ~consent & (of_all - words <= PLAIN * of_all)
    )
    text, empty = known["plain"].to_numpy().copy(), known["empty"].to_numpy()
    if empty.any():
        there = looked.only(empty)
        sums = there.layout.running(frame_cues(there)[there.place])
        text[empty] |= there.layout.total(sums) <= BARE * (there.layout.stop - there.layout.first)
    return table.select(pl.when(pl.Series(text)).then(pl.lit("text")).otherwise("kind")).to_series()


def _measure(batch: Batch) -> Measured:
    lines = labelled_lines(batch)
    spans = line_spans(batch, lines.filter(pl.col("label").is_not_null()))
    return Measured(_signals(batch, lines), spans)


def _signals(batch: Batch, lines: Frame) -> Frame:
    words, chars, label = pl.col("words"), pl.col("chars"), pl.col("label")
    outside = (label.is_not_null() & (label != "title")).fill_null(False)
    measurable = pl.col("kind").first().is_in(["page", "text", "error"]) | label.is_not_null().any()
    counted = lines.group_by("row").agg(
        pl.col("kind").first(),
        measurable=measurable,
        ratio=words.filter(outside).sum() / words.sum(),
        char_share=chars.filter(outside).sum() / chars.sum(),
        main_words=words.filter(~outside).sum().cast(pl.Int64),
        uncertain_share=(pl.col("score").abs() < UNCERTAIN).mean(),
        **{f"{name}_share": words.filter(label == name).sum() / words.sum() for name in ABOUTS},
    )
    table = per_document(batch.height, counted)
    shares = [name for name in table.columns if name not in ("row", "kind", "measurable")]
    return table.select("kind", pl.when("measurable").then(pl.col(shares)))
