"""The check `text`: its options, what it declares, and how a batch is measured."""

from __future__ import annotations

import polars as pl
from corpusqa_checks._shared.characters import letters_and_spaces
from corpusqa_checks._shared.documents import per_document
from corpusqa_checks._shared.lanes import own_lane
from corpusqa_checks._shared.words import word_count
from corpusqa_checks.text.mojibake import mojibake
from corpusqa_checks.text.patterns import CONTROL, HTML, REPLACEMENT

from corpusqa.check import Batch, Check, Frame, Label, Measured, Signal

_TEXT = pl.col("text").str
SPANS = ("row", "start", "end", "label", "why")


def text() -> Check:
    r"""Sizes of the text and damage to it.

    Counted for every document: characters (code points), words (runs of non-white-space; Han, kana and Thai characters
    one each), lines (a line end at the very end opens no further line), the longest line, the share of letters among
    the characters that are not white space, and the share of lines that repeat an earlier line of the same document
    (blank lines and white space at the ends of lines do not count). Shares are null where there is nothing to
    divide by.

    Damage, each reported once per document, at its first place and with the number of places:

    - `replacement`: U+FFFD, the mark of bytes that a decoder could not read. What stood there is lost: fix the source.
    - `control`: control characters other than tab, line feed, form feed and carriage return.
    - `html`: tags of known elements, comments and entities that extraction left over. Documentation quotes HTML on
      purpose, therefore this is for information only.
    - `mojibake`: sequences that ftfy's badness heuristic calls unlikely in any text, such as "Ã¤" for "ä". Fix them
      with ftfy before training; the text is reported, never changed.

    Why it matters: broken characters and left-over markup become tokens of their own, and lines that repeat are
    learned by heart.

    Example: a name that ends in U+FFFD where its accent was, or a page whose every line stands in it twice.

    False alarms: texts about encodings and HTML, poems with a refrain, tables with equal rows.

    How to act: decode the source anew where you can; else drop what is mostly damage:
    `drop = ["text.mojibake > 20", "text.repeated_lines_share > 0.5"]`.
    """
    return Check(
        signals={
            "characters": Signal(pl.Int64, "length in code points", _TEXT.len_chars().cast(pl.Int64)),
            "words": Signal(pl.Int64, "number of words", word_count(pl.col("text"))),
            "lines": Signal(pl.Int64, "number of lines", _lines()),
            "longest_line": Signal(pl.Int64, "length of the longest line in code points"),
            "letters_share": Signal(pl.Float64, "share of letters among the visible characters"),
            "repeated_lines_share": Signal(pl.Float64, "share of the lines that repeat an earlier line"),
            "replacement": Signal(pl.Int64, "number of replacement characters", _characters(REPLACEMENT)),
            "control": Signal(pl.Int64, "number of control characters", _characters(CONTROL)),
            "html": Signal(pl.Int64, "number of HTML tags, comments and entities", _matches(HTML)),
            "mojibake": Signal(pl.Int64, "number of wrongly decoded sequences"),
        },
        labels={
            "replacement": Label("replacement characters", severity="info"),
            "control": Label("control characters", severity="info"),
            "html": Label("HTML tags, comments or entities", severity="info"),
            "mojibake": Label("wrongly decoded characters", severity="warning"),
        },
        measure=_measure,
        suggest={"drop": ["text.letters_share < 0.4", "text.repeated_lines_share > 0.5", "text.mojibake > 20"]},
    )


def _lines() -> pl.Expr:
    ends = _TEXT.count_matches("\r\n|\n|\r")
    open_end = (_TEXT.len_bytes() > 0) & ~_TEXT.contains("[\r\n]\\z")
    return (ends + open_end).cast(pl.Int64)


def _matches(pattern: str) -> pl.Expr:
    return _TEXT.count_matches(pattern).cast(pl.Int64)


def _characters(runs: str) -> pl.Expr:
    """Characters in the runs that the pattern matches; most documents have none and pay one search."""
    found = _TEXT.extract_all(runs).list.eval(pl.element().str.len_chars()).list.sum()
    return found.cast(pl.Int64)


@own_lane(lambda batch: batch.text)
def _measure(batch: Batch) -> Measured:
    garbled = mojibake(batch)
    counted = _by_row(batch, garbled, "count")
    signals = _line_signals(batch).with_columns(letters_share=_letters_share(batch), mojibake=counted)
    patterns = {"replacement": REPLACEMENT, "control": CONTROL, "html": HTML}
    spans = [_first(batch, label, pattern) for label, pattern in patterns.items()]
    return Measured(signals, pl.concat([*spans, _spans(garbled, "mojibake")]))


def _line_signals(batch: Batch) -> Frame:
    lines = batch.lines.select("row", width=pl.col("end") - pl.col("start"), text=pl.col("text").str.strip_chars())
    longest = lines.group_by("row").agg(longest_line=pl.col("width").max())
    filled = lines.filter(pl.col("text") != "")
    share = filled.group_by("row").agg(repeated_lines_share=1 - pl.col("text").n_unique() / pl.len())
    return per_document(batch.height, longest, share).drop("row")


def _letters_share(batch: Batch) -> pl.Series:
    letters, spaces = letters_and_spaces(batch.buffers)
    visible = batch.text.str.len_chars().to_numpy() - spaces
    counts = pl.DataFrame({"letters": letters, "visible": visible})
    return counts.select(pl.when(pl.col("visible") > 0).then(pl.col("letters") / pl.col("visible"))).to_series()


def _by_row(batch: Batch, found: Frame, column: str) -> pl.Series:
    """A column of the documents found, 0 for the others."""
    return per_document(batch.height, found)[column].fill_null(0)


def _first(batch: Batch, label: str, pattern: str) -> Frame:
    """A span at the first place of the pattern in each document that has one, with the number of places."""
    rows = batch.text.str.contains(pattern).arg_true()
    first = pl.DataFrame({"row": rows.cast(pl.Int64), "text": batch.text.gather(rows)}).with_columns(
        start=pl.col("text").str.find(pattern).cast(pl.Int64),
        bytes=pl.col("text").str.extract(f"({pattern})").str.len_bytes().cast(pl.Int64),
        count=_matches(pattern),
    )
    return _spans(batch.from_bytes(first.with_columns(end=pl.col("start") + pl.col("bytes"))), label)


def _spans(found: Frame, label: str) -> Frame:
    """`row`, `count`, `start`, `end` -> spans."""
    counted = pl.when(pl.col("count") == 1).then(pl.lit("1 place")).otherwise(pl.format("{} places", pl.col("count")))
    return found.with_columns(label=pl.lit(label), why=counted).select(SPANS)
