"""Lines of the frame that many pages of a site share.

Repetition is combined with the line model: what it calls main text is never marked, however often it is repeated, for
sites also share the subheads, ingredients and formulas of their texts. Nor is a line of a document that is no page.
Copies of one page, those of one longest paragraph, count once.

One thing is taken back from what pages of short lines count as text: a menu of words that no cue knows. It is the same
lines above the text, three and more of them, that say nothing and that the model doubts, on half of the site's pages.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
from corpusqa_checks._shared.spans import with_parts
from corpusqa_checks.boilerplate.hashing import string_hashes

from corpusqa.check import Batch, Frame, Groups

LABEL = "repeated"
LONGEST = 200  # characters of a line that can be furniture of a site
DOUBT = 2.5  # log-odds of main up to which a repeated line is marked
# Without a URL the corpus stands for the site: more pages are asked for, and the lines are spread over groups, so that
# no group holds the whole corpus.
CORPUS_PAGES = 5
SPREAD = 64
# A menu that counts as text has so many lines one after the other, on so large a share of a site's pages, which are as
# many as those of a corpus without sites.
MENU, MENU_SHARE = 3, 0.5
ROWS = ("row", "line", "start", "end", "at", "last", "page", "whole")


def repetition(labelled: Callable[[Batch], Frame], least_pages: int, share: float) -> Groups:
    """The corpus half that marks repeated lines.

    Args:
        labelled: Batch -> its lines with `row, at, start, end, text, score, label, menu` (main text that may be one).
        least_pages: On so many pages of its site a line has to occur.
        share: And on this share of them.
    """
    return Groups(
        keys=lambda batch: _keys(batch, labelled(batch)),
        reduce=lambda rows: _marked(rows, least_pages, share),
    )


def _keys(batch: Batch, lines: Frame) -> Frame:
    """One row per line that may be marked, and one without a line per page and group, by which pages are counted.

    Returns:
        `row`, `key` (the site, or a part of the corpus), `line` (hash of the text), `start`, `end` (0 for the page's
        own row), `at` and `last` (positions of its first and last line), `page` (what copies share), `whole` (the
        corpus stands for the site).
    """
    sites = _pages(batch, lines)
    text, label = pl.col("text").str.strip_chars(), pl.col("label")
    may = (pl.col("score") < DOUBT) & (text.str.len_chars() <= LONGEST) & text.str.contains(r"\p{L}{2}")
    framed = label.is_not_null() & (label != "title") & (pl.col("kind") == "page")
    few = with_parts(batch, lines.filter(may & framed))
    few = few.with_columns(line=string_hashes(few.select(text.str.to_lowercase()).to_series()))
    few = pl.concat([few.with_columns(last="at"), _menus(batch, lines)], how="diagonal")
    place = (pl.col("at") + pl.col("part"), pl.col("last") + pl.col("part"))
    rows = few.with_columns(place).join(sites, on="row", maintain_order="left")
    rows = rows.filter((pl.col("at") == pl.col("last")) | ~pl.col("whole"))
    spread = pl.when("whole").then(pl.int_ranges(0, SPREAD)).otherwise(pl.int_ranges(0, 1))
    nothing = (pl.lit(0, pl.Int64).alias(name) for name in ("start", "end", "at", "last"))
    own = sites.with_columns(spread.alias("line"), *nothing).explode("line", empty_as_null=True)
    # in a corpus without URLs the hash of the line spreads the lines
    key = pl.when("whole").then(pl.col("site") + pl.col("line") % SPREAD).otherwise("site")
    return pl.concat([table.select(*ROWS, key=key) for table in (rows, own)])


def _menus(batch: Batch, lines: Frame) -> Frame:
    """Each MENU lines one after the other that may be a menu, above everything else that is no frame: one row for them.

    Returns:
        Columns `row`, `start`, `end`, `at`, `last`, `part` and `line` (hash of the lines).
    """
    frame = pl.col("label").is_not_null() & (pl.col("label") != "title")
    head = (pl.col("menu") | frame).cum_min().over("row")
    few = with_parts(batch, lines.filter(head & pl.col("menu") & (pl.col("text").str.len_chars() <= LONGEST)))
    text, step = pl.col("text").str.to_lowercase(), MENU - 1
    together = (pl.col("at").shift(-step) == pl.col("at") + step) & (pl.col("part").shift(-step) == pl.col("part"))
    blocks = few.select(
        "row",
        "start",
        "at",
        "part",
        end=pl.col("end").shift(-step),
        last=pl.col("at") + step,
        line=pl.concat_str([text.shift(-ahead) for ahead in range(MENU)], separator="\n"),
        same=(pl.col("row").shift(-step) == pl.col("row")) & together,
    ).filter("same")
    return blocks.with_columns(line=string_hashes(blocks["line"])).drop("same")


def _pages(batch: Batch, lines: Frame) -> Frame:
    """Of each document `site` (hash of the host of its URL), `page` (hash of its longest main line) and `whole`."""
    host = pl.col("url").str.to_lowercase().str.extract(r"^[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(?:www\.)?([^/?#:]+)")
    frame = batch.frame.select(row=pl.int_range(pl.len(), dtype=pl.Int64), text="text", host=host)
    main = lines.filter(pl.col("label").is_null())
    longest = main.group_by("row").agg(
        pl.col("text").sort_by(pl.col("text").str.len_bytes(), "text").last().alias("body")
    )
    frame = frame.join(longest, on="row", how="left", maintain_order="left")
    return frame.select(
        "row",
        site=string_hashes(frame["host"]) // 2,
        page=string_hashes(frame.select(pl.coalesce("body", "text")).to_series()),
        whole=pl.col("host").is_null(),
    )


def _marked(rows: Frame, least_pages: int, share: float) -> Frame:
    """Whole groups -> `doc`, `start`, `end`, `label`, `why` of the repeated lines, adjacent lines as one span."""
    pages = pl.col("page").n_unique()
    lines = rows.with_columns(all=pages.over("key")).filter(pl.col("end") > 0)
    lines = lines.with_columns(seen=pages.over("key", "line"))
    least = pl.when("whole").then(max(least_pages, CORPUS_PAGES)).otherwise(least_pages)
    menu = pl.col("last") > pl.col("at")
    least = pl.when(menu).then(max(least_pages, CORPUS_PAGES)).otherwise(least)
    part = pl.when(menu).then(max(share, MENU_SHARE)).otherwise(share)
    marked = lines.filter((pl.col("seen") >= least) & (pl.col("seen") >= part * pl.col("all"))).sort("doc", "at")
    goes_on = (pl.col("doc") == pl.col("doc").shift()) & (pl.col("at") <= pl.col("last").shift() + 1)
    joined = marked.group_by("doc", (~goes_on.fill_null(False)).cum_sum().alias("block"), maintain_order=True).agg(
        pl.col("start").first(), pl.col("end").last(), pl.col("seen").max()
    )
    why = pl.format("on {} pages", "seen")
    return joined.select("doc", "start", "end", label=pl.lit(LABEL), why=why)
