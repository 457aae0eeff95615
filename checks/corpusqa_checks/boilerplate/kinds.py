"""What a document is: a page, which has a frame, or something on which the line model abstains.

Poems, lists, code, tables, chats and hand-written markup are made of short lines that look like menus; text without
line breaks has no lines to tell apart. Each kind is told by the shares of its lines that have a certain shape.
"""

from __future__ import annotations

import polars as pl
from corpusqa_checks.boilerplate.features import Looked

from corpusqa.check import Frame

KNOWN = ("size", "words", "ends", "cues", "capital", "low_start")
SHAPED = (
    "heading",
    "fence",
    "tag",
    "program",
    "keyword",
    "cells",
    "item",
    "turn",
    "hash",
    "query",
    "prompt",
    "setting",
    "entry",
)
LEAST_LINES = 4  # documents of fewer lines have no frame
UNBROKEN = 2000  # characters of a line in them from which the text counts as unbroken
# Shares of the lines with a shape from which a document is of the kind; chosen on tests/cases/boilerplate.jsonl.
MARKUP, TAGS, CODE, ROWS, ITEMS, TURNS, DISTINCT, HASHES = 0.1, 0.3, 0.4, 0.6, 0.6, 0.6, 0.45, 0.3
MOST_DISTINCT = 40  # and so many different lines at most make a log
LIST_CUES = 0.4  # with more lines that have a cue of the frame, items are those of menus
PROMPTS, SETTINGS = 0.25, 0.8  # of sessions in a shell and of files of settings
FEW_CUES = 0.1  # share of lines with a cue of the frame up to which repeated lines make a log, and not a page
VERSE = {"lines": 8, "shortest": 12.0, "longest": 65.0, "any": 90.0, "ends": 0.6, "cues": 0.15, "capital": 0.45}
VERSE_WORDS = 3.2
WRAPPED = {"lines": 8, "share": 0.5, "ends": 0.5, "low": 0.35, "long": 0.05}


def kinds(looked: Looked) -> Frame:
    """The kind of each document that has a line.

    Args:
        looked: From `line_features`.

    Returns:
        Columns `row`, `kind`: page, short, unbroken, markup, code, table, list, chat, poem, wrapped or log.
    """
    known = {name: looked.shapes[name] for name in SHAPED} | {name: looked.own[name] for name in KNOWN}
    place = pl.Series("place", looked.place)
    table = pl.DataFrame(known).select(pl.all().gather(place), place, row=pl.Series(looked.layout.row))
    return table.group_by("row", maintain_order=True).agg(_shares()).select("row", kind=_kind())


def _shares() -> list[pl.Expr]:
    size = pl.col("size")
    middle = size.is_between(45, 110)
    return [
        pl.len().alias("lines"),
        pl.col("place").n_unique().alias("distinct"),
        size.max().alias("longest"),
        *(pl.col(name).mean() for name in ("heading", "tag", "cells", "turn", "hash", "prompt", "setting")),
        ((pl.col("item") + pl.col("entry")) > 0).mean().alias("item"),
        pl.col("fence").sum(),
        (pl.col("prompt").sum() >= 2).alias("prompted"),
        ((pl.col("program") + pl.col("keyword") + pl.col("query")) > 0).mean().alias("program"),
        size.quantile(0.1).alias("low"),
        size.quantile(0.9).alias("high"),
        pl.col("ends").mean(),
        (pl.col("cues") > 0).mean().alias("cued"),
        pl.col("capital").mean(),
        pl.col("words").mean(),
        middle.mean().alias("middle"),
        pl.col("low_start").mean(),
        (size > 130).mean().alias("long"),
    ]


def _kind() -> pl.Expr:
    few = pl.col("lines") < LEAST_LINES
    verse = (
        (pl.col("lines") >= VERSE["lines"])
        & (pl.col("low") >= VERSE["shortest"])
        & (pl.col("high") <= VERSE["longest"])
        & (pl.col("ends") <= VERSE["ends"])
        & (pl.col("cued") <= VERSE["cues"])
        & (pl.col("capital") <= VERSE["capital"])
        & (pl.col("longest") <= VERSE["any"])
        & (pl.col("words") >= VERSE_WORDS)
    )
    markup = (
        ((pl.col("fence") >= 2) & (pl.col("heading") >= MARKUP))
        | ((pl.col("fence") >= 1) & (pl.col("heading") >= 2 * MARKUP))
        | (pl.col("tag") >= TAGS)
    )
    repeating = (pl.col("distinct") <= DISTINCT * pl.col("lines")) & (pl.col("distinct") <= MOST_DISTINCT)
    log = (repeating & (pl.col("cued") <= FEW_CUES)) | (pl.col("hash") >= HASHES)
    wrapped = (
        (pl.col("lines") >= WRAPPED["lines"])
        & (pl.col("middle") >= WRAPPED["share"])
        & (pl.col("ends") <= WRAPPED["ends"])
        & (pl.col("low_start") >= WRAPPED["low"])
        & (pl.col("long") <= WRAPPED["long"])
    )
    session = (pl.col("prompt") >= PROMPTS) & pl.col("prompted")
    code = ((pl.col("program") >= CODE) & (pl.col("turn") < TURNS)) | session | (pl.col("setting") >= SETTINGS)
    return (
        pl.when(few & (pl.col("longest") > UNBROKEN))
        .then(pl.lit("unbroken"))
        .when(few)
        .then(pl.lit("short"))
        .when(code)
        .then(pl.lit("code"))
        .when(markup)
        .then(pl.lit("markup"))
        .when(pl.col("cells") >= ROWS)
        .then(pl.lit("table"))
        .when(pl.col("turn") >= TURNS)
        .then(pl.lit("chat"))
        .when((pl.col("item") >= ITEMS) & (pl.col("cued") <= LIST_CUES))
        .then(pl.lit("list"))
        .when(log)
        .then(pl.lit("log"))
        .when(verse)
        .then(pl.lit("poem"))
        .when(wrapped)
        .then(pl.lit("wrapped"))
        .otherwise(pl.lit("page"))
    )
