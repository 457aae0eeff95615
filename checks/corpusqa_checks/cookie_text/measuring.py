"""The check `cookie_text`."""

from __future__ import annotations

import polars as pl
from corpusqa_checks._shared.lines import written_lines
from corpusqa_checks._shared.notices import notice_lines, rows_beyond_judgement
from corpusqa_checks._shared.spans import line_spans
from corpusqa_checks._shared.speech import languages

from corpusqa.check import Batch, Check, Frame, Label, Measured, Signal

SIGNALS = {
    "lines": Signal(pl.Int64, "lines of consent text"),
    "notices": Signal(pl.Int64, "blocks of adjacent consent lines"),
    "share": Signal(pl.Float64, "share of the words that is consent text; null without words or line breaks"),
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

    A line counts when its wording as a whole says so: who speaks ("we use", "this site", "your consent"), what the
    reader may do ("accept", "withdraw", "settings"), what it is for and where more is said, in some 60 languages,
    weighed against the voices of technical articles, recipes and news by a fitted linear score. The word "cookie"
    alone is never enough, and no notice needs it if its neighbours are sure. Strong lines seed a notice; weaker lines,
    short heads ("Privacy Overview") and buttons ("Accept all") beside it join.

    Left alone: articles about cookies, consent and data protection (three long lines that name them and are no
    notice), recipes, and the middle of a document when most of it would go. Lines are judged whole; a
    line of more than 2,500 characters is text without line breaks, in which no consent text is told (the share is null
    when it has a word of one).

    Why it matters: a few hundred notices stand on millions of pages. Left in, they are among the most frequent
    sentences of a web corpus, in every language.

    Example: "We use cookies to improve this site. Accept all | Settings".

    False alarms: the privacy policy of a site, where it is the document itself and no frame around one.

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
    counted = lines.group_by("row").agg(lines=pl.len().cast(pl.Int64), said=pl.col("words").sum())
    blocks = spans.group_by("row").agg(notices=pl.len().cast(pl.Int64))
    documents = batch.frame.select(row=pl.int_range(pl.len(), dtype=pl.Int64), some=pl.col("text").str.contains(r"\S"))
    table = documents
    written = written_lines(batch)
    every = written.frame.select("row", words=written.of_lines(written.words))
    said = every.filter(pl.col("row").is_in(counted["row"].implode())).group_by("row").agg(pl.col("words").sum())
    for part in (counted, said, blocks, languages(lines)):
        table = table.join(part, on="row", how="left", maintain_order="left")
    unbroken = pl.col("row").is_in(rows_beyond_judgement(batch).implode()) & pl.col("lines").is_null()
    measurable = pl.col("some") & ~unbroken
    return table.select(
        pl.col("lines", "notices").fill_null(0),
        share=pl.when(measurable).then((pl.col("said") / pl.col("words")).fill_null(0.0)),
        language="language",
    )
