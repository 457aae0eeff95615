"""The check `cookie_text`: what it declares, and how a batch is measured."""

from __future__ import annotations

import polars as pl
from corpusqa_checks._shared.documents import per_document
from corpusqa_checks._shared.lines import written_lines
from corpusqa_checks._shared.notices import mixed_lines, notice_lines, rows_beyond_judgement
from corpusqa_checks._shared.spans import line_spans
from corpusqa_checks.cookie_text.languages import languages

from corpusqa.check import Batch, Check, Frame, Label, Measured, Signal

SIGNALS = {
    "lines": Signal(pl.Int64, "lines of consent text"),
    "notices": Signal(pl.Int64, "blocks of adjacent consent lines"),
    "mixed": Signal(pl.Int64, "lines in which consent text stands beside other sentences, which are left alone"),
    "share": Signal(pl.Float64, "share of the words that is consent text; null without words or where it is mixed"),
    "language": Signal(
        pl.String, "language of the consent text, ISO 639; null without or when it cannot be told", optional=True
    ),
}
LABELS = {
    "notice": Label("lines of a cookie notice, its head or its buttons", severity="warning", line=True, main=False),
}
SUGGEST = {"cut": ["cookie_text.*"], "drop": ["cookie_text.share > 0.5"]}


def cookie_text() -> Check:
    """Consent text: cookie notices, their heads, buttons and settings, left in the text by the extraction.

    A line is a notice when one of its sentences is one and no other sentence says something else. A sentence is one
    when the site itself speaks in it of its cookies ("we use cookies to ...", "by continuing on this site"), when
    it tells the reader of his own choice ("your cookie preferences"), when it begins with the name of the site, its
    partners and what they use cookies for, when it says what these cookies are needed for, or when it is a button
    of hardly more than the words of consent ("Accept all cookies"); a fitted linear score of its words, in 66
    languages, has to agree. What is reported ("the company said it uses cookies"), quoted, said by a named speaker,
    set in code, keys or columns, or baked is none, and neither the word "cookie" nor how often it stands there is
    ever enough. The lines that are notices seed one; weaker lines, short heads ("Privacy Overview") and buttons
    ("Accept all", "OK") beside it join.

    Left alone: conversations (parts with roles), pages with three or more long lines that name cookies and are no
    notice, privacy policies (two lines on what is collected and on rights), pages about baking unless the site says
    what its cookies are for, and the middle of a document when most of it would go. Since a cut takes whole lines, a
    line that mixes a notice with other sentences is left and counted (`mixed`), and the share is null; so it is when a
    line of more than 2,500 characters has a word of consent.

    Why it matters: a few hundred notices stand on millions of pages. Left in, they are among the most frequent
    sentences of a web corpus, in every language.

    Example: "We use cookies to improve this site. Accept all | Settings".

    False alarms: a short privacy policy that says little but of cookies; a writer who speaks of his own site's cookies
    in the first person.

    How to act: `cut = ["cookie_text.*"]` removes the lines, `drop = ["cookie_text.share > 0.5"]` documents that are
    little else.
    """
    return Check(signals=SIGNALS, labels=LABELS, measure=_measure, suggest=SUGGEST)


def _measure(batch: Batch) -> Measured:
    lines = notice_lines(batch)
    spans = line_spans(batch, lines.with_columns(label=pl.lit("notice")))
    return Measured(_signals(batch, lines, spans), spans)


def _signals(batch: Batch, lines: Frame, spans: Frame) -> Frame:
    """One row per document; a document without consent lines is in none of the joined tables."""
    written, count = written_lines(batch), pl.len().cast(pl.Int64)
    words = written.frame.select("row", words=written.of_lines(written.words))
    table = per_document(
        batch.height,
        lines.group_by("row").agg(lines=count, said=pl.col("words").sum()),
        words.filter(pl.col("row").is_in(lines["row"].implode())).group_by("row").agg(pl.col("words").sum()),
        spans.group_by("row").agg(notices=count),
        mixed_lines(batch).group_by("row").agg(mixed=count),
        languages(lines),
    )
    unbroken = pl.col("row").is_in(rows_beyond_judgement(batch).implode()) & pl.col("lines").is_null()
    measurable = batch.text.str.contains(r"\S") & ~unbroken & pl.col("mixed").is_null()
    return table.select(
        pl.col("lines", "notices", "mixed").fill_null(0),
        share=pl.when(measurable).then((pl.col("said") / pl.col("words")).fill_null(0.0)),
        language="language",
    )
