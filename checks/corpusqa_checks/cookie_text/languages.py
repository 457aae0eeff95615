"""Which language a consent notice is written in, by the stems that it uses."""

from __future__ import annotations

from functools import cache

import polars as pl
from corpusqa_checks._shared.consent_stems import GROUPS, languages_of_stems, stems, table
from corpusqa_checks._shared.words import folded

from corpusqa.check import Frame

# A notice whose best language has less than this much evidence (a stem of n languages is 1/n for each) is not named.
LEAST = 1.0
# Of two languages with almost equal evidence neither is named; letters tell the Serbian scripts, stems Bosnian from
# Croatian often do not.
MARGIN = 1.05


def languages(lines: Frame) -> Frame:
    """The language of the consent lines of each document.

    Args:
        lines: Columns `row` and `text`.

    Returns:
        Columns `row`, `language` (ISO 639-1, else 639-3); documents whose notice cannot be told are left out.
    """
    found = (
        lines.select("row", stem=folded(lines["text"]).str.extract_many(_every_stem(), overlapping=True).list.unique())
        .explode("stem", empty_as_null=True)
        .join(_weights(), on="stem")
        .group_by("row", "language")
        .agg(pl.col("weight").sum())
        .sort("row", "weight", "language", descending=[False, True, False])
    )
    best = found.group_by("row", maintain_order=True).agg(
        pl.col("language").first(),
        pl.col("weight").first(),
        second=pl.col("weight").slice(1, 1).first().fill_null(0.0),
    )
    sure = (pl.col("weight") >= LEAST) & (pl.col("weight") >= MARGIN * pl.col("second"))
    return best.filter(sure).select("row", "language")


@cache
def _weights() -> Frame:
    """One row per stem and language: a stem that n languages share speaks for each with the weight 1/n."""
    rows = [
        (stem, language)
        for language in languages_of_stems()
        for stem in {stem for group in GROUPS for stem in table()[language][group]}
    ]
    frame = pl.DataFrame(rows, schema={"stem": pl.String, "language": pl.String}, orient="row")
    return frame.with_columns(weight=1 / pl.len().over("stem"))


@cache
def _every_stem() -> list[str]:
    return sorted({stem for group in GROUPS for stem in stems(group)})
