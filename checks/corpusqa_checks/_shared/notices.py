"""Which lines of a document are consent text: the line scores, then the document as a whole.

Strong lines seed a notice; weaker neighbours and short heads and buttons beside it join; a document that is about
cookies is left alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from corpusqa_checks._shared import consent
from corpusqa_checks._shared.lines import written_lines
from corpusqa_checks._shared.memo import once_per_batch

from corpusqa.check import Batch, Frame

Bools = npt.NDArray[np.bool_]

# Log-odds, chosen on the dev rows of the consent data (benchmarks/fit_cookie_text.py) and on the cases of the tests.
STRONG = 0.0  # a notice by itself
WEAK = -2.9  # a notice beside one
REACH = 2  # a weak line joins across one line that does not
PANEL = 12  # lines around strong lines that are looked at: a settings panel has no more between two sentences
HEAD_CHARS, HEAD_WORDS = 60, 7  # heads and buttons are short
HEAD_SCORE = -4.5  # and have a cue
TOPIC_LINES, TOPIC_WORDS = 2, 12  # so many long lines that name cookies, and are no notice, make the topic cookies
MIDDLE = 0.3  # a block that touches neither the first nor the last quarter may hold so much of the text

LINES = {
    "index": pl.Int64,
    "row": pl.Int64,
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
        Columns of LINES in order: `index` (among the lines of `written_lines`), `row`, `at` (position among the lines
        of the document that are not blank), `start` and `end` (code points), `text`, `words`, `score` (log-odds).
    """
    table = _documents_with_strong_lines(batch)
    if table.is_empty():
        return pl.DataFrame(schema=LINES)
    table = _scored_neighbours(table).with_columns(words=_words(batch, table["index"]))
    on = _grown(table)
    return table.filter(pl.Series(on & ~_spared(table, on))).select(*LINES)


def rows_beyond_judgement(batch: Batch) -> pl.Series:
    """Rows of the documents in which a line with a gate word is too long to be judged as one."""
    lines = written_lines(batch).frame.filter(_gated(batch))
    return lines.filter(pl.col("end") - pl.col("start") > consent.HEAD)["row"].unique()


@once_per_batch
def _gated(batch: Batch) -> pl.Series:
    """Which lines have a gate word: no other line is a notice by itself, and most text never reaches the scorer."""
    written = written_lines(batch)
    return written.of_lines(written.texts.str.contains(consent.gate()))


def _documents_with_strong_lines(batch: Batch) -> Frame:
    """All lines of the documents in which a line with a gate word scores STRONG; only lines with one are scored."""
    gated = _gated(batch)
    lines = written_lines(batch).frame.with_row_index("index").with_columns(gated=gated)
    strong = lines.filter(gated).with_columns(**_scored(lines.filter(gated)["text"]))
    rows = strong.filter(pl.col("score") > STRONG)["row"].unique()
    kept = lines.filter(pl.col("row").is_in(rows.implode()))
    known = strong.select("index", "score", "cookies", "policy_only")
    return kept.join(known, on="index", how="left", maintain_order="left").with_columns(_filled())


def _words(batch: Batch, index: pl.Series) -> pl.Series:
    """The words of these lines."""
    written = written_lines(batch)
    return written.words.gather(pl.Series(written.place).gather(index))


def _scored(text: pl.Series) -> dict[str, pl.Series]:
    """The columns of `consent.scored`; each different text is scored once."""
    different = text.unique()
    said = consent.scored(different).with_columns(text=different)
    known = text.to_frame("text").join(said, on="text", how="left", maintain_order="left")
    return {name: known[name] for name in said.columns if name != "text"}


def _filled() -> list[pl.Expr]:
    """Lines that were not scored have no cue."""
    fill = {"score": consent.FLOOR, "cookies": 0.0, "policy_only": False}
    return [pl.col(name).fill_null(value) for name, value in fill.items()]


def _scored_neighbours(table: Frame) -> Frame:
    """The table with scores for the lines near strong ones, too."""
    row = table["row"].to_numpy()
    near = pl.Series(_spread((table["score"] > STRONG).to_numpy(), row, PANEL)) & ~table["gated"]
    more = table.filter(near).select("index").with_columns(**_scored(table.filter(near)["text"]))
    return table.update(more, on="index", how="left")


def _grown(table: Frame) -> Bools:
    """The strong lines, and what joins them."""
    row, score = table["row"].to_numpy(), table["score"].to_numpy()
    short = (
        (table["text"].str.strip_chars().str.len_chars() <= HEAD_CHARS) & (table["words"] <= HEAD_WORDS)
    ).to_numpy()
    above = table["policy_only"].to_numpy()
    head = short & (score > HEAD_SCORE) & ~above
    on: Bools = score > STRONG
    for _ in range(PANEL):
        next_on = np.append(on[1:] & (row[1:] == row[:-1]), False)
        grown = on | (_spread(on, row, REACH) & (score > WEAK)) | (_spread(on, row, 1) & head)
        # a privacy policy above a notice is its head, below it a line of links
        grown |= next_on & short & above
        if (grown == on).all():
            break
        on = grown
    return on


def _spread(on: Bools, row: npt.NDArray[np.int64], reach: int) -> Bools:
    """Lines within `reach` lines of one that is on, in the same document."""
    near = on.copy()
    for step in range(1, min(reach, len(row) - 1) + 1):
        same = row[step:] == row[:-step]
        near[step:] |= on[:-step] & same
        near[:-step] |= on[step:] & same
    return near


def _spared(table: Frame, on: Bools) -> Bools:
    """Lines of documents about cookies, and of blocks that are too much of the middle of their document."""
    frame = table.select("row", "words", "cookies").with_columns(on=pl.Series(on))
    other = (pl.col("cookies") > 0) & ~pl.col("on") & (pl.col("words") >= TOPIC_WORDS)
    before = pl.col("words").cum_sum().over("row") - pl.col("words")
    frame = frame.with_columns(
        topic=other.sum().over("row") >= TOPIC_LINES,
        total=pl.col("words").sum().over("row"),
        before=before,
        block=pl.struct("row", "on").rle_id(),
    )
    total = pl.col("total").first()
    ends = (pl.col("before") + pl.col("words")).max()
    inner = (pl.col("before").min() >= 0.25 * total) & (ends <= 0.75 * total)
    large = pl.col("words").sum() > MIDDLE * total
    return frame.select(pl.col("topic") | (inner & large).over("block")).to_series().to_numpy()
