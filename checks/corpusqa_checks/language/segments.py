"""Paragraphs in another language than the document: a notice at the end of an article, a quotation, a translation.

A paragraph is looked at where another language beats that of the document by a wide margin, and it is foreign where the
whole of `routing.detect`, with both models, then says so: a list of names, filler or a program in between is nothing
foreign, and a language that the profiles lack is not taken for its neighbour. Calling every paragraph by its own best
language would find a foreign one in every seventh ordinary page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl
from corpusqa_checks.language.cache import tables
from corpusqa_checks.language.characters import class_counts
from corpusqa_checks.language.confidence import plain
from corpusqa_checks.language.deciding import decided
from corpusqa_checks.language.glance import glance
from corpusqa_checks.language.names import differ
from corpusqa_checks.language.profile_nb import score
from corpusqa_checks.language.routing import Voter, detect
from corpusqa_checks.language.scripts import CLASSES, EAST_ASIAN, LETTER, ONE_LANGUAGE, SIGN, class_of
from corpusqa_checks.language.votes import canonical

# Characters that make a paragraph; shorter lines are taken together up to the next blank line. A line of East Asian
# text says as much in half the characters.
PARAGRAPH = 100
# As much of each paragraph is read to find those that may be foreign, and as much of these then; and so many letters it
# has to hold, East Asian ones counting double.
READ, READ_AGAIN, LETTERS = 160, 480, 80
# Nats by which the best language has to beat the document's, and how likely the answer then has to be right.
WIDE, SURE = 60.0, 0.3
# More signs than this among the letters: a program or a table.
SIGNS = 0.1
SEGMENTS = {"row": pl.Int64, "start": pl.Int64, "end": pl.Int64, "language": pl.String}
SCRIPTED = frozenset(ONE_LANGUAGE.values()) | {"zh", "ja", "ko"}


def foreign(lines: pl.DataFrame, labels: Sequence[str | None], voter: Voter | None) -> pl.DataFrame:
    """The foreign paragraphs of documents that have several paragraphs.

    Args:
        lines: The table of lines of a batch: row, line, start, end, text.
        labels: The language of each document; None takes that of most of its paragraphs.
        voter: The second detector, as for `routing.detect`.

    Returns:
        Columns of SEGMENTS, in order.
    """
    found = paragraphs(lines)
    found = found.filter(_open(found, labels))
    found = found.filter(_apart(found, labels)) if found.height else found
    if found.is_empty():
        return pl.DataFrame(schema=SEGMENTS)
    read = detect(found["text"], voter, SURE)
    # what is undecided between Chinese and Japanese is nothing foreign
    halves = read["main"].set(read["script"] == "Han", None)
    said = found.select("row", "start", "end", language=read["label"].fill_null(halves)).drop_nulls()
    main = _main(said, labels)
    named = zip(said["row"], said["language"], strict=True)
    return said.filter(pl.Series([differ(name, main[row]) for row, name in named], dtype=pl.Boolean))


def paragraphs(lines: pl.DataFrame) -> pl.DataFrame:
    """Paragraphs long enough to be judged, of documents that have at least two: row, start, end, width, text (head)."""
    width = pl.col("end") - pl.col("start")
    long = width >= PARAGRAPH
    blank = pl.col("text").str.strip_chars() == ""
    whole = lines.with_columns(width=width, long=long, blank=blank).with_columns(
        opens=pl.col("long") | pl.col("blank") | (pl.col("long") | pl.col("blank")).shift(1, fill_value=True)
    )
    several = whole.group_by("row").agg(pl.col("width").sum()).filter(pl.col("width") >= 2 * PARAGRAPH)
    units = (
        whole.join(several.select("row"), on="row", how="semi", maintain_order="left")
        .with_columns(unit=pl.col("opens").cum_sum())
        .filter(~pl.col("blank"))
        .group_by("row", "unit", maintain_order=True)
        .agg(pl.col("start").first(), pl.col("end").last(), pl.col("text").str.slice(0, READ_AGAIN).str.join(" "))
        .with_columns(width=pl.col("end") - pl.col("start"), text=pl.col("text").str.slice(0, READ_AGAIN))
        .filter(pl.col("width") >= PARAGRAPH // 2)
    )
    return units.filter(pl.len().over("row") > 1)


def _open(found: pl.DataFrame, labels: Sequence[str | None]) -> pl.Series:
    """Whether a paragraph may be foreign: long enough, no program, and not plainly in the document's language."""
    columns = {canonical(name): column for column, name in enumerate(tables().languages)}
    of = [labels[row] for row in found["row"].to_list()]
    rows = np.array([columns.get(name, 0) for name in of], np.int64)
    bars = np.array([plain().get(name or "", np.inf) for name in of])
    seen = glance(found["text"].str.slice(0, READ), rows, tables().leads)
    return pl.Series((seen.lead < bars) & (seen.letters >= LETTERS) & (seen.signs <= SIGNS * seen.letters))


def _apart(found: pl.DataFrame, labels: Sequence[str | None]) -> pl.Series:
    """Whether a paragraph may be in another language than its document: that is all that is left to find out."""
    heads = found["text"].str.slice(0, READ).to_list()
    texts = [text.lower() if text.isupper() else text for text in heads]  # the profiles know no shouting
    counts, scores = class_counts(texts), score(texts)
    letters = counts[:, LETTER:CLASSES].sum(axis=1)
    asian = counts[:, [class_of(name) for name in EAST_ASIAN]].sum(axis=1)
    columns = {canonical(name) or name: column for column, name in enumerate(tables().languages)}
    enough = (letters + asian >= LETTERS) & (counts[:, SIGN] <= SIGNS * letters)
    singles = decided(texts, counts, letters)[1].tolist()
    apart = []
    for place, (row, single) in enumerate(zip(found["row"], singles, strict=True)):
        nats, main = scores.nats[place], labels[row]
        if main is None or main not in columns or single or main in SCRIPTED:  # nothing to compare with
            apart.append(single != main)
        else:
            apart.append(nats.max() - nats[columns[main]] >= WIDE)
    return pl.Series(enough & np.array(apart, np.bool_))


def _main(said: pl.DataFrame, labels: Sequence[str | None]) -> dict[int, str]:
    """The document's language: its label, else the language of most of its text."""
    weights: dict[int, Counter[str]] = {}
    for row, start, end, name in said.iter_rows():
        weights.setdefault(row, Counter())[name] += end - start
    return {row: labels[row] or max(sorted(names), key=names.__getitem__) for row, names in weights.items()}
