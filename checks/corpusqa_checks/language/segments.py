"""Paragraphs in another language than the document: a notice at the end of an article, a quotation, a translation.

A paragraph is foreign only where its language beats that of the document by a wide margin; calling every paragraph by
its own best language would find a foreign one in every seventh ordinary page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl
from corpusqa_checks.language.cache import tables
from corpusqa_checks.language.characters import class_counts
from corpusqa_checks.language.confidence import plain, typical
from corpusqa_checks.language.deciding import decided
from corpusqa_checks.language.glance import glance
from corpusqa_checks.language.names import differ
from corpusqa_checks.language.profile_nb import Scores, score
from corpusqa_checks.language.scripts import CLASSES, EAST_ASIAN, LETTER, ONE_LANGUAGE, SIGN, class_of
from corpusqa_checks.language.tables import Ints
from corpusqa_checks.language.votes import canonical

# Characters that make a paragraph; shorter lines are taken together up to the next blank line. A line of East Asian
# text says as much in half the characters.
PARAGRAPH = 100
# As much of each paragraph is read; and so many letters it has to hold, East Asian ones counting double.
READ, LETTERS = 160, 80
# Nats by which the paragraph's language has to beat the document's, and how far below the typical it may be per n-gram.
WIDE, UNTYPICAL = 60.0, 0.5
# More signs than this among the letters: a program or a table.
SIGNS = 0.05
SEGMENTS = {"row": pl.Int64, "start": pl.Int64, "end": pl.Int64, "language": pl.String}
SCRIPTED = frozenset(ONE_LANGUAGE.values()) | {"zh", "ja", "ko"}


def foreign(lines: pl.DataFrame, labels: Sequence[str | None]) -> pl.DataFrame:
    """The foreign paragraphs of documents that have several paragraphs.

    Args:
        lines: The table of lines of a batch: row, line, start, end, text.
        labels: The language of each document; None takes that of most of its paragraphs.

    Returns:
        Columns of SEGMENTS, in order.
    """
    found = paragraphs(lines)
    found = found.filter(_open(found, labels))
    if found.is_empty():
        return pl.DataFrame(schema=SEGMENTS)
    texts = found["text"].to_list()
    scores = score(texts)
    languages = [canonical(name) or name for name in tables().languages]
    said = _named(class_counts(texts), scores, languages)
    rows = found["row"].to_list()
    main = _main(rows, found["width"].to_list(), said, labels)
    kept = [
        (row, start, end, name)
        for place, (row, start, end, name) in enumerate(zip(rows, found["start"], found["end"], said, strict=True))
        if name is not None and _is_foreign(name, main.get(row), scores.nats[place], languages)
    ]
    return pl.DataFrame(kept, schema=SEGMENTS, orient="row")


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
        .agg(pl.col("start").first(), pl.col("end").last(), pl.col("text").str.slice(0, READ).str.join(" "))
        .with_columns(width=pl.col("end") - pl.col("start"), text=pl.col("text").str.slice(0, READ))
        .filter(pl.col("width") >= PARAGRAPH // 2)
    )
    return units.filter(pl.len().over("row") > 1)


def _open(found: pl.DataFrame, labels: Sequence[str | None]) -> pl.Series:
    """Whether a paragraph may be foreign: long enough, no program, and not plainly in the document's language."""
    columns = {canonical(name): column for column, name in enumerate(tables().languages)}
    of = [labels[row] for row in found["row"].to_list()]
    rows = np.array([columns.get(name, 0) for name in of], np.int64)
    bars = np.array([plain().get(name or "", np.inf) for name in of])
    seen = glance(found["text"], rows, tables().leads)
    return pl.Series((seen.lead < bars) & (seen.letters >= LETTERS) & (seen.signs <= SIGNS * seen.letters))


def _named(counts: Ints, scores: Scores, languages: Sequence[str]) -> list[str | None]:
    """The language of each paragraph, None where it cannot be told for certain."""
    letters = counts[:, LETTER:CLASSES].sum(axis=1)
    asian = counts[:, [class_of(name) for name in EAST_ASIAN]].sum(axis=1)
    script, single = decided(counts, letters)
    best = [languages[column] for column in scores.nats.argmax(axis=1).tolist()]
    usual = np.array([typical().get(name, (99.0, 0.0))[0] for name in best])
    fits = scores.nats.max(axis=1) / np.maximum(scores.grams, 1) >= usual - UNTYPICAL
    sure = (
        (letters + asian >= LETTERS) & (script != "") & (counts[:, SIGN] <= SIGNS * letters) & (fits | (single != ""))
    )
    return [(one or name) if ok else None for one, name, ok in zip(single.tolist(), best, sure.tolist(), strict=True)]


def _main(
    rows: Sequence[int], widths: Sequence[int], said: Sequence[str | None], labels: Sequence[str | None]
) -> dict[int, str]:
    """The document's language: its label, else the language of most of its text."""
    weights: dict[int, Counter[str]] = {}
    for row, width, name in zip(rows, widths, said, strict=True):
        if name is not None:
            weights.setdefault(row, Counter())[name] += width
    return {row: labels[row] or max(sorted(names), key=names.__getitem__) for row, names in weights.items()}


def _is_foreign(name: str, main: str | None, nats: np.ndarray, languages: Sequence[str]) -> bool:
    if main is None or not differ(name, main):
        return False
    if name in SCRIPTED or main in SCRIPTED:
        return True
    if main not in languages:  # a language that only the vote knows: nothing to compare with
        return False
    return bool(nats[languages.index(name)] - nats[languages.index(main)] >= WIDE)
