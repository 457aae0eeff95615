"""The lines of a batch that are not blank; the lines of menus repeat from page to page, so each text is kept once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from corpusqa_checks._shared.memo import once_per_batch

from corpusqa.check import Batch, Frame

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Written:
    """The lines that are not blank.

    Attributes:
        frame: `row`, `line` (from 1), `start`, `end` (code points), `text`, and `at`: the position among the lines of
            the document that are not blank.
        texts: The different texts.
        place: For each line the place of its text among `texts`.
    """

    frame: Frame
    texts: pl.Series
    place: Ints

    def marked(self, flags: pl.Series) -> pl.Series:
        """What is known of each text, for each line."""
        return flags.gather(pl.Series(self.place))


@once_per_batch
def written_lines(batch: Batch) -> Written:
    """The lines of the batch that are not blank, in order."""
    lines = batch.lines.filter(pl.col("text").str.contains(r"\S"))
    groups = lines.select("text", at=pl.int_range(pl.len())).group_by("text").agg("at")
    place = np.empty(lines.height, np.int64)
    sizes = groups["at"].list.len().to_numpy()
    place[groups["at"].explode(empty_as_null=True).to_numpy()] = np.repeat(np.arange(groups.height), sizes)
    return Written(lines.with_columns(at=positions(lines["row"])), groups["text"], place)


def positions(row: pl.Series) -> pl.Series:
    """The position of each line in its document, by the ascending rows of the lines."""
    rows = row.to_numpy()
    new = np.append(True, rows[1:] != rows[:-1])[: len(rows)]
    number = np.arange(len(rows))
    return pl.Series(number - np.maximum.accumulate(np.where(new, number, 0)))
