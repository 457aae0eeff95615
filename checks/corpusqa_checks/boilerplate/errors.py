"""Pages that hold no text: errors of a server, checks of the browser, walls before a text.

They read like text, in whole sentences, and the rules for pages of short lines take them for one. What they say is
known, though, and they say nothing else: a page is one of them when a line says so and every other sentence, figure and
label says what such pages say. One line that says something else, and nothing is done: a story may begin with "Access
denied", and a manual speaks of pages that were not found. Menus and headlines may stand there; a headline is no title
where no text follows. The words stand in errors.toml.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
import polars as pl
from corpusqa_checks._shared.arrays import Bools
from corpusqa_checks._shared.lanes import own_lane
from corpusqa_checks._shared.lines import Written
from corpusqa_checks._shared.words import folded
from corpusqa_checks.boilerplate.counts import as_pattern
from corpusqa_checks.boilerplate.features import Looked
from corpusqa_checks.boilerplate.sparse import LINES, PARAGRAPH, says_text

from corpusqa.check import Frame

SEGMENTS = ("newsletter", "legal", "cookie", "social", "comments")  # what may stand on such a page in sentences
KINDS = ("page", "short")
SIZE = 2000.0  # characters of such a page at most, menus included; LINES lines
_HOST, _NUMBER = r"[\w-]+(?:\.[\w-]+)+", r"\S*[0-9]\S*"  # names of hosts and numbers of requests say nothing
GROUPS = ("certain", "stated", "beside")
EVERY = "every"
# Share of a line within the words of errors.toml from which it says little else: with one of them, with several.
COVER, COVER_SEVERAL = 0.4, 0.3
MONTH_WORDS = 2  # of an archive: "May 2024"
STATED = 2  # lines that are stated, where none is certain
FEW, SURE = 4, 0.6  # a document of fewer lines needs lines of which so large a share is such words
CODES = 2  # different lines with the code of a server: more are a list of codes


def error_pages(written: Written, looked: Looked, label: pl.Series, kind: pl.Series) -> Bools:
    """The lines of pages that are nothing but an error, a check of the browser or a wall.

    Args:
        written: The lines that are not blank.
        looked: Their features.
        label: The segment of each line, null for main text.
        kind: The kind of the document of each line; only pages and short texts may be such a page.
    """
    layout = looked.layout
    small = _small(looked)
    found = np.zeros(len(small), np.bool_)
    small[small] = kind.filter(pl.Series(small)).is_in(KINDS).fill_null(False).to_numpy()
    naming = _naming(written, small)
    if not naming.any():
        return found
    where = small & (layout.total(layout.running(naming)) > 0)
    near = looked.only(where)
    lines = _said(written.texts.gather(written.place[where]), pl.Series(near.layout.row))
    own = near.lines("size", "stops", "year", "words")
    text = says_text(near) | ((own["size"] >= PARAGRAPH) & (own["stops"] > 0))
    text &= ~((own["year"] > 0) & (own["words"] <= MONTH_WORDS))
    framed = label.filter(pl.Series(where)).is_in(SEGMENTS).fill_null(False).to_numpy()
    other = text & ~framed & ~lines["said"].to_numpy()
    found[where] = _of_pages(lines, other)
    return found


def _small(looked: Looked) -> Bools:
    """Lines of documents of few lines and characters."""
    layout = looked.layout
    starts = np.flatnonzero(layout.first == layout.place)
    if not len(starts):
        return np.zeros(0, np.bool_)
    size = np.add.reduceat(looked.own["size"][looked.place].astype(np.float64), starts)
    count = np.diff(np.append(starts, len(layout.row)))
    return np.repeat((count <= LINES) & (size <= SIZE), count)


def _naming(written: Written, where: Bools) -> Bools:
    """Lines, among these, that hold a word of an error; most have not even the longest word of one, and are spared."""
    at = np.flatnonzero(where)
    texts = written.texts.gather(written.place[at])
    asked = np.flatnonzero(texts.str.normalize("NFKC").str.to_lowercase().str.contains_any(_longest_words()))
    found = np.zeros(len(where), np.bool_)
    if len(asked):
        found[at[asked]] = _named(texts.gather(asked)).to_numpy()
    return found


@own_lane(lambda texts: texts)
def _named(texts: pl.Series) -> pl.Series:
    return folded(texts).str.contains_any(_naming_cues())


@cache
def _longest_words() -> list[str]:
    words = {max(cue.split(), key=len) for cue in _naming_cues()}
    return sorted(word for word in words if not any(other in word for other in words - {word}))


def _of_pages(lines: Frame, other: Bools) -> Bools:
    """Lines of the pages of which a line is certain, or two are stated, and none says anything else.

    Of a document of few lines, which may be no page at all, more is asked; a list of codes is a list.
    """
    table = lines.with_columns(other=pl.Series(other))
    told = pl.col("certain").any() | (pl.col("text").filter("stated").n_unique() >= STATED)
    firm = (pl.col("certain") & pl.col("firm")).any() | (pl.col("text").filter("firm").n_unique() >= STATED)
    told &= (pl.len() >= FEW) | firm
    listed = pl.col("text").filter("code").n_unique() > CODES
    page = (told & ~listed & ~pl.col("other").any()).over("row")
    return table.select(page).to_series().to_numpy()


@own_lane(lambda text, _row: text)
def _said(text: pl.Series, row: pl.Series) -> Frame:
    """What lines say of an error, in the languages in which their page speaks of one.

    Returns:
        `row`, `text`, and whether the line is `certain`, `stated`, `firm` (either, and it says hardly anything else),
        `said` (it says little that is not in errors.toml), and has a `code`.
    """
    low = folded(text.str.replace_all(_HOST, " "))
    letters = low.str.replace_all(_NUMBER, "").str.count_matches(r"\S")
    lines = pl.DataFrame({"row": row, "text": text, "letters": letters}).with_row_index("at")
    cues = lines.select("at", "row", cue=low.str.extract_many(_every_cue(), leftmost=True))
    cues = cues.filter(pl.col("cue").list.len() > 0).explode("cue").join(_owners(), on="cue")
    spoken = cues.filter(pl.col("group") < GROUPS.index("beside")).select("row", "language").unique()
    spoken = pl.concat([spoken, spoken.select("row", language=pl.lit(EVERY))]).unique()
    own = cues.join(spoken, on=["row", "language"], how="semi").sort("at", "group").unique(["at", "cue"], keep="first")
    code = (pl.col("language") == EVERY) & (pl.col("group") == GROUPS.index("certain"))
    held = own.group_by("at").agg(
        pl.col("group").min(), code=code.any(), cues=pl.len(), covered=pl.col("cue").str.count_matches(r"\S").sum()
    )
    lines = lines.join(held, on="at", how="left", maintain_order="left")
    cover = pl.col("covered").fill_null(0) / pl.col("letters").clip(lower_bound=1)
    said = (cover >= COVER) | ((cover >= COVER_SEVERAL) & (pl.col("cues") >= 2).fill_null(False))
    return lines.select(
        "row",
        "text",
        said=said,
        code=pl.col("code").fill_null(False),
        certain=said & (pl.col("group") == 0).fill_null(False),
        firm=(cover >= SURE) & (pl.col("group") <= 1).fill_null(False),
        stated=said & (pl.col("group") <= 1).fill_null(False),
    )


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    """The words by language and group."""
    return tomllib.loads(files(__package__).joinpath("errors.toml").read_text("utf-8"))


@cache
def _owners() -> Frame:
    """One row per cue, group (its place in GROUPS) and language: `cue`, `group`, `language`."""
    rows = [
        (as_pattern(cue), at, language)
        for language, groups in _table().items()
        for at, group in enumerate(GROUPS)
        for cue in groups[group]
    ]
    return pl.DataFrame(rows, schema={"cue": pl.String, "group": pl.Int64, "language": pl.String}, orient="row")


@cache
def _every_cue() -> list[str]:
    """All cues, longest first, so that a leftmost search finds the longest."""
    return sorted(set(_owners()["cue"]), key=lambda cue: (-len(cue), cue))


@cache
def _naming_cues() -> list[str]:
    """What at least one line of such a page holds."""
    return sorted(set(_owners().filter(pl.col("group") < GROUPS.index("beside"))["cue"]))
