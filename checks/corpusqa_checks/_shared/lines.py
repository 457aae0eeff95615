"""The lines of a batch that are not blank; the lines of menus repeat from page to page, so each text is kept once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from corpusqa_checks._shared.arrays import Bools, Ints, changes
from corpusqa_checks._shared.memo import once_per_batch
from corpusqa_checks._shared.signs import Signs, signs_of
from corpusqa_checks._shared.words import unspaced, words_of

from corpusqa.check import Batch, Frame

# Soft hyphens, spaces of no width, marks of direction and the like, but not the signs that join letters or keep them
# apart, and the Arabic signs that enclose a number.
_INVISIBLE = r"[\p{Cf}--[\u200c\u200d\u0600-\u0605\u06dd\u08e2]]"
_EDGES = r"^[\s\u200c\u200d]+|[\s\u200c\u200d]+$"
_ODD = r"[\p{Cf}--[\u0600-\u0605\u06dd\u08e2]]"


@dataclass(frozen=True)
class Written:
    """The lines that are not blank.

    Attributes:
        frame: `row`, `line` (from 1), `start`, `end` (code points of the line as it is), `text` (as it is read:
            without white space around it and without invisible characters), and `at`: the position among the lines of
            the document that are not blank.
        texts: The different texts.
        place: For each line the place of its text among `texts`.
        again: Which lines occur more than once in their document.
    """

    frame: Frame
    texts: pl.Series
    place: Ints
    again: Bools

    @cached_property
    def signs(self) -> Signs:
        """The signs of each text."""
        return signs_of(self.texts)

    @cached_property
    def unspaced(self) -> Bools:
        """Which texts have Han, kana or Thai characters."""
        return unspaced(self.texts, self.signs)

    @cached_property
    def words(self) -> pl.Series:
        """The words of each text."""
        return pl.Series(words_of(self.texts, self.signs, self.unspaced))

    def of_lines(self, values: pl.Series) -> pl.Series:
        """What is known of each text, for each line."""
        return values.gather(pl.Series(self.place))


@once_per_batch
def written_lines(batch: Batch) -> Written:
    """The lines of the batch that are not blank, in order; one of nothing but invisible characters is blank."""
    odd = batch.text.str.contains(_ODD).arg_true()
    lines = batch.lines.with_columns(pl.col("text").str.strip_chars())
    if len(odd):
        near = lines["row"].is_in(odd.implode()).arg_true()
        near = near.filter(lines["text"].gather(near).str.contains(_ODD))
        lines = lines.with_columns(text=lines["text"].scatter(near, _read(lines["text"].gather(near))))
    lines = lines.filter(pl.col("text") != "")
    return written(lines.with_columns(at=positions(lines["row"])))


def _read(texts: pl.Series) -> pl.Series:
    """The texts as they are read."""
    return texts.str.replace_all(_INVISIBLE, "").str.replace_all(_EDGES, "")


def written(lines: Frame) -> Written:
    """Lines of ascending `row` as they are kept: each different `text` once."""
    groups = lines.select("text", at=pl.int_range(pl.len())).group_by("text").agg("at")
    order = groups["at"].explode(empty_as_null=True).to_numpy()
    of_order = np.repeat(np.arange(groups.height), groups["at"].list.len().to_numpy())
    rows = lines["row"].to_numpy()[order]
    same = (rows[1:] == rows[:-1]) & (of_order[1:] == of_order[:-1])
    place, again = np.empty(lines.height, np.int64), np.zeros(lines.height, np.bool_)
    place[order] = of_order
    again[order[1:][same]] = again[order[:-1][same]] = True
    return Written(lines, groups["text"], place, again)


def positions(row: pl.Series) -> pl.Series:
    """The position of each line in its document, by the ascending rows of the lines."""
    rows = row.to_numpy()
    number = np.arange(len(rows))
    return pl.Series(number - np.maximum.accumulate(np.where(changes(rows), number, 0)))
