"""Which lines of a document are consent text: what each line is, then the document as a whole.

Lines that are a notice seed one; weaker neighbours and short heads and buttons beside it join. Conversations, and
documents about cookies, are left alone; so is a line in which a notice stands beside other sentences.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from corpusqa_checks._shared import consent
from corpusqa_checks._shared.arrays import Bools, Ints
from corpusqa_checks._shared.consent_lines import JUDGED, judged
from corpusqa_checks._shared.consent_stems import buttons, documents, gate
from corpusqa_checks._shared.lines import written_lines
from corpusqa_checks._shared.memo import once_per_batch
from corpusqa_checks._shared.signs import with_any
from corpusqa_checks._shared.turns import spoken_rows
from corpusqa_checks._shared.words import folded

from corpusqa.check import Batch, Frame

# Signs that hide a gate word: soft hyphens, marks without width, wide spaces and letters, letters in pieces.
_ODD = r"[\u00a0\u00ad\u0300-\u036f\u1100-\u11ff\u200b-\u200f\u2060\ufeff\uff21-\uff5a]"
_LEADING = "\u00a0\u0300\u1100\u200b\uff21"  # a sign for each first byte of theirs in UTF-8
# Log-odds, chosen on the dev rows of the consent data (benchmarks/fit_cookie_text.py) and on the cases of the tests.
STRONG = 0.0  # a notice by itself
WEAK = -3.1  # a notice beside one
LOOSE = -3.4  # and between two lines of one
REACH = 2  # a weak line joins across one line that does not
PANEL = 12  # lines around strong lines that are looked at: a settings panel has no more between two sentences
HEAD_CHARS, HEAD_WORDS = 60, 7  # heads and buttons are short
TOPIC_LINES, TOPIC_WORDS = 3, 12  # so many long lines that name cookies, and are no notice, make the topic cookies
NAMING_WORDS = 8  # a line of so many words that names cookies, and is no notice, makes doubtful what is no sure one
POLICY_LINES = 2  # so many lines beside notices that say what a privacy policy does make the document one
INTRODUCED = 5  # words of a line that introduces a quotation with a colon
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
    table = _judged_neighbours(table).with_columns(words=_words(batch, table["index"]))
    table = table.with_columns(introduced=_introduced(table), short=_short(table))
    on = _grown(table)
    return table.filter(pl.Series(on & ~_spared(table, on))).select(*LINES)


def rows_beyond_judgement(batch: Batch) -> pl.Series:
    """Rows of the documents in which a line with a gate word is too long to be judged as one."""
    lines = written_lines(batch).frame.filter(_gated(batch))
    return lines.filter(pl.col("end") - pl.col("start") > consent.HEAD)["row"].unique()


def mixed_lines(batch: Batch) -> Frame:
    """Lines in which a notice stands beside sentences that are none: columns `row`, `start`, `end`."""
    return _gated_lines(batch).filter("mixed").select("row", "start", "end")


@once_per_batch
def _gated(batch: Batch) -> pl.Series:
    """Which lines have a gate word: no other line is a notice by itself, and most text never reaches the scorer."""
    written = written_lines(batch)
    found = written.texts.str.contains(gate())
    # what hides one is folded where there is any
    wide = np.flatnonzero(with_any(written.signs, _LEADING))
    odd = wide[written.texts.gather(wide).str.contains(_ODD).to_numpy()]
    spaced = written.texts.str.contains("  ", literal=True).arg_true().to_numpy()
    for hidden in (odd, spaced):
        if len(hidden):
            texts = written.texts.gather(hidden).str.slice(0, consent.HEAD + 1)
            found = found.scatter(hidden, found.gather(hidden) | folded(texts).str.contains(gate()))
    return written.of_lines(found)


@once_per_batch
def _gated_lines(batch: Batch) -> Frame:
    """The lines with a gate word, outside conversations, with the columns of `judged`."""
    lines = written_lines(batch).frame.with_row_index("index").filter(_gated(batch))
    lines = lines.filter(~pl.col("row").is_in(spoken_rows(batch).implode()))
    return lines.with_columns(**_judged(lines["text"]))


def _documents_with_strong_lines(batch: Batch) -> Frame:
    """All lines of the documents in which a line with a gate word is a notice; only lines with one are judged."""
    known = _gated_lines(batch)
    rows = known.filter(_strong() | pl.col("lone"))["row"].unique()
    lines = written_lines(batch).frame.with_row_index("index").filter(pl.col("row").is_in(rows.implode()))
    known = known.select("index", *JUDGED, gated=pl.lit(True))
    return lines.join(known, on="index", how="left", maintain_order="left").with_columns(_filled())


def _strong() -> pl.Expr:
    # what these cookies are needed for has few other words by which it could score
    return ((pl.col("score") > STRONG) | (pl.col("needed") & (pl.col("score") > WEAK))) & pl.col("seed")


def _words(batch: Batch, index: pl.Series) -> pl.Series:
    """The words of these lines."""
    written = written_lines(batch)
    return written.words.gather(pl.Series(written.place).gather(index))


def _judged(text: pl.Series) -> dict[str, pl.Series]:
    """The columns of `judged`; each different text is judged once."""
    different = text.unique()
    said = judged(different).with_columns(text=different)
    known = text.to_frame("text").join(said, on="text", how="left", maintain_order="left")
    return {name: known[name] for name in JUDGED}


def _filled() -> list[pl.Expr]:
    """Lines that were not judged have no cue."""
    flags = [pl.col(name).fill_null(False) for name in (*JUDGED, "gated") if name != "score"]
    return [pl.col("score").fill_null(consent.FLOOR), *flags]


def _judged_neighbours(table: Frame) -> Frame:
    """The table with what the lines near strong ones are, too."""
    row = table["row"].to_numpy()
    strong, lone = (table.select(known).to_series().to_numpy() for known in (_strong(), pl.col("lone")))
    near = pl.Series(_spread(strong, row, PANEL) | _spread(lone, row, 1)) & ~table["gated"]
    more = table.filter(near).select("index").with_columns(**_judged(table.filter(near)["text"]))
    return table.update(more, on="index", how="left").with_columns(near=near | table["gated"])


def _introduced(table: Frame) -> pl.Series:
    """Lines that the sentence above announces with a colon: an example, a quotation."""
    seed = table.select(_strong()).to_series().arg_true()
    above = (seed - 1).filter(seed > 0)
    over = table[above].with_columns(index=above + 1, mine=table["row"].gather(above + 1))
    colon = pl.col("text").str.contains(r"[:：]\s*$") & (pl.col("words") >= INTRODUCED) & ~_strong()
    said = over.filter(colon & (pl.col("row") == pl.col("mine")))["index"]
    return pl.repeat(False, table.height, eager=True).scatter(said, True)


def _short(table: Frame) -> pl.Series:
    """Lines near a notice that are no longer than a head or a button."""
    size, words = pl.col("text").str.strip_chars().str.len_chars(), pl.col("words")
    # where each character counts as a word, a head has more of them
    few = (words <= HEAD_WORDS) | ((words > size / 2) & (words <= 3 * HEAD_WORDS))
    near = table["near"].arg_true()
    short = table[near].select((size <= HEAD_CHARS) & few).to_series()
    return pl.repeat(False, table.height, eager=True).scatter(near.filter(short), True)


def _grown(table: Frame) -> Bools:
    """The strong lines, and what joins them."""
    row, short = table["row"].to_numpy(), table["short"].to_numpy()
    above = table["policy_only"].to_numpy()
    head = short & table["head"].to_numpy() & ~above
    weak = ((table["score"] > WEAK) & table["joins"] & ~table["introduced"]).to_numpy()
    inner = (table["score"] > LOOSE) & table["speaks"] & ~table["introduced"]
    on = _seeds(table)
    baked = table.select(pl.col("baked").any().over("row")).to_series().to_numpy()  # what stands above may be goods
    still = (table["lone"] & ~table["seed"]).to_numpy()  # a link brings no neighbours
    button = short.copy()
    button[short] = folded(table["text"].filter(table["short"])).is_in(buttons()).to_numpy()
    for _ in range(PANEL):
        sure = on & ~still
        below, over = _after(sure, row, 1), _after(sure[::-1], row[::-1], 1)[::-1] & ~baked
        far = _spread(sure, row, REACH) & ~baked
        grown = on | ((far | _after(sure, row, REACH)) & weak) | ((below | over) & head)
        # a privacy policy above a notice is its head, below it a line of links
        grown |= (over & short & above) | (below & button) | (below & over & inner.to_numpy())
        if (grown == on).all():
            break
        on = grown
    return on


def _seeds(table: Frame) -> Bools:
    """The lines that are a notice by themselves.

    On a page about baking, only those that say what the cookies are for: "choose your cookies" is none there. And
    where a long line names cookies and is no notice, only those in which the site itself speaks.
    """
    baked = pl.col("baked").any().over("row")
    sole = ~(pl.col("named") & ~pl.col("seed") & (pl.col("words") >= NAMING_WORDS)).any().over("row")
    seeds = _strong() & ~pl.col("introduced") & pl.when(baked).then("stated").otherwise(pl.col("sure") | sole)
    # the word by itself is a link where it stands beside one to the privacy policy, or where nothing else stands
    policy, lines = pl.col("policy_only"), pl.len().over("row")
    beside = policy.shift().over("row").fill_null(False) | policy.shift(-1).over("row").fill_null(False)
    lone = pl.col("lone") & ~baked & (beside | (lines == 1))
    return table.select(seeds | lone).to_series().to_numpy()


def _after(on: Bools, row: Ints, reach: int) -> Bools:
    """Lines at most `reach` lines below one that is on, in the same document."""
    near = np.zeros(len(on), np.bool_)
    for step in range(1, min(reach, len(row) - 1) + 1):
        near[step:] |= on[:-step] & (row[step:] == row[:-step])
    return near


def _spread(on: Bools, row: Ints, reach: int) -> Bools:
    """Lines within `reach` lines of one that is on, in the same document, and that one."""
    return on | _after(on, row, reach) | _after(on[::-1], row[::-1], reach)[::-1]


def _spared(table: Frame, on: Bools) -> Bools:
    """Lines of documents about cookies, of privacy policies, and of blocks that are too much of the middle of theirs.

    At the foot of a document about cookies may stand the notice of the page: what follows a line in which the site
    says what its cookies are for, and nothing else.
    """
    frame = table.select("row", "words", "named", "stated").with_columns(on=pl.Series(on))
    other = pl.col("named") & ~pl.col("on") & (pl.col("words") >= TOPIC_WORDS)
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
    foot = (ends == total).over("block") & pl.col("stated").cum_max().over("block")
    spared = (pl.col("topic") & ~foot) | (inner & large).over("block")
    return frame.select(spared | _policies(table, on)).to_series().to_numpy()


def _policies(table: Frame, on: Bools) -> pl.Series:
    """Lines of documents that are a privacy policy: beside the notices they say what is collected, and of rights.

    The title of the document may stand for one of the lines.
    """
    beside = (table["near"] & ~pl.Series(on)).arg_true()
    said = folded(table["text"].gather(beside)).str.contains_any(documents())
    says = pl.repeat(False, table.height, eager=True).scatter(beside, said)
    title = pl.col("policy_only") & pl.col("short") & (pl.col("at") == 0)
    lines = table.with_columns(on=pl.Series(on), says=says).select("row", says=(title & ~pl.col("on")) | pl.col("says"))
    return lines.select((pl.col("says").sum().over("row") >= POLICY_LINES).alias("policy")).to_series()
