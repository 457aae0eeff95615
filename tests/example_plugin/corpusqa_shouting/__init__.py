"""Documents that shout."""

import polars as pl

from corpusqa.check import Check, Signal


def shouting(*, min_letters: int = 20) -> Check:
    """Documents written in capitals.

    Options:
        min_letters: Texts with fewer letters are not judged.
    """
    letters, capitals = pl.col("text").str.count_matches(r"\p{L}"), pl.col("text").str.count_matches(r"\p{Lu}")
    share = pl.when(letters >= min_letters).then(capitals / letters)
    signals = {"share": Signal(pl.Float64, "share of letters that are capitals", share)}
    return Check(signals, suggest={"drop": ["shouting.share > 0.6"]})
