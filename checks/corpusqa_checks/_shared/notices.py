"""Which lines of a document are consent text: the line scores, then the document as a whole.

Strong lines seed a notice; weaker neighbours and short heads and buttons beside it join; a document that is about
cookies is left alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from corpusqa_checks._shared import consent
from corpusqa_checks._shared.memo import once_per_batch
from corpusqa_checks._shared.words import word_count

from corpusqa.check import Batch, Frame

Bools = npt.NDArray[np.bool_]

# Log-odds, chosen on the dev rows of the consent data (benchmarks/fit_cookie_text.py) and on the cases of the tests.
STRONG = -0.5  # a notice by itself
WEAK = -3.6  # a notice beside one: any cue of consent text at all
REACH = 2  # lines between a weak line and the next line of the notice, at most, plus one
HEAD_CHARS, HEAD_WORDS = 60, 7  # heads and buttons are short
HEAD_SCORE = -4.5  # and have a cue
TOPIC_LINES = 3  # so many long lines that name cookies and are no notice make a document about cookies
TOPIC_WORDS = 12
MIDDLE = 0.3  # a block that touches neither the first nor the last quarter may hold so much of the text

LINES = {
    "row": pl.Int64,
    "line": pl.Int64,
    "at": pl.Int64,
    "start": pl.Int64,
    "end": pl.Int64,
    "text": pl.String,
    "words": pl.Int64,
    "score": pl.Float64,
}


@once_per_batch
def notice_lines(batch: Batch) -> Frame:
    """The lines of the batch that are consent text.

    Returns:
        Columns of LINES in order: `row`, `line` (from 1), `at` (position among the lines that are not blank),
        `start` and `end` (code points), `text`, `words`, `score` (log-odds).
    """
    gated = batch.text.str.contains_any(consent.gate())
    if not gated.any():
        return pl.DataFrame(schema=LINES)
    rows = pl.select(pl.arg_where(gated)).to_series().cast(pl.Int64)
    table = batch.lines.filter(pl.col("row").is_in(rows.implode()) & (pl.col("text").str.strip_chars() != ""))
    table = table.with_columns(
        at=pl.int_range(pl.len()).over("row"),
        score=_line_scores(table),
        words=word_count(pl.col("text")),
        named=pl.col("text").str.contains_any(consent.gate()),
    )
    return table.filter(_in_notices(table)).select(*LINES)


def _line_scores(table: Frame) -> pl.Series:
    """Scores of the lines that can matter: those with a gate word, then the neighbours of strong ones."""
    score = np.full(table.height, consent.FLOOR)
    gated = table["text"].str.contains_any(consent.gate()).to_numpy()
    score[gated] = consent.scores(table.filter(gated)["text"])
    row = table["row"].to_numpy()
    near = _spread(score > STRONG, row, 12) & ~gated
    score[near] = consent.scores(table.filter(near)["text"])
    return pl.Series(score)


def _in_notices(table: Frame) -> pl.Series:
    row, score = table["row"].to_numpy(), table["score"].to_numpy()
    short = (table["text"].str.len_chars() <= HEAD_CHARS).to_numpy() & (table["words"] <= HEAD_WORDS).to_numpy()
    head = short & (score > HEAD_SCORE)
    on = score > STRONG
    for _ in range(12):  # a settings panel is a dozen of short lines at most
        grown = on | (_spread(on, row, REACH) & (score > WEAK)) | (_spread(on, row, 1) & head)
        if (grown == on).all():
            break
        on = grown
    return pl.Series(on & ~_spared(table, on))


def _spread(on: Bools, row: npt.NDArray[np.int64], reach: int) -> Bools:
    """Lines within `reach` lines of one that is on, in the same document."""
    near = on.copy()
    for step in range(1, reach + 1):
        same = row[step:] == row[:-step]
        near[step:] |= on[:-step] & same
        near[:-step] |= on[step:] & same
    return near


def _spared(table: Frame, on: Bools) -> Bools:
    """Lines of documents about cookies, and of blocks that are too much of the middle of their document."""
    frame = table.select("row", "words", "named").with_columns(on=pl.Series(on))
    topic = (pl.col("named") & ~pl.col("on") & (pl.col("words") >= TOPIC_WORDS)).sum().over("row") >= TOPIC_LINES
    before = pl.col("words").cum_sum().over("row") - pl.col("words")
    total = pl.col("words").sum().over("row")
    frame = frame.with_columns(topic=topic, place=before / total, total=total, block=pl.col("on").rle_id())
    inner = (pl.col("place").min() >= 0.25) & ((pl.col("place") + pl.col("words") / pl.col("total")).max() <= 0.75)
    large = pl.col("words").sum() > MIDDLE * pl.col("total").first()
    return frame.select(pl.col("topic") | (inner & large).over("row", "block")).to_series().to_numpy()
