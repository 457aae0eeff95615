"""Half `template`: lines that many different documents hold."""

from __future__ import annotations

import polars as pl
from corpusqa_checks.duplication.exact import digests
from corpusqa_checks.duplication.exact import keys as document_keys
from corpusqa_checks.duplication.mixing import as_keys

from corpusqa.check import Batch, Frame, Groups

# Lines of fewer words repeat by chance: "Read more", a date, a heading.
LEAST_WORDS = 5


def template(most_documents: int) -> Groups:
    """Lines that stand in more documents than that; exact copies count as one document."""
    return Groups(keys, lambda rows: reduce(rows, most_documents))


def keys(batch: Batch) -> Frame:
    """The lines of at least LEAST_WORDS words: digest as key, place in code points, and the document's digest."""
    text = pl.col("text").str
    lines = batch.lines.filter(pl.col("end") - pl.col("start") > 2 * LEAST_WORDS - 2)
    lines = lines.filter(text.count_matches(r"\S+") >= LEAST_WORDS)
    _, found = digests(Batch(lines.select("text")).buffers)
    whole = document_keys(batch).rename({"key": "digest"})
    keyed = lines.select("row", "start", "end").with_columns(key=pl.Series(as_keys(found)))
    return keyed.join(whole, on="row", how="left", maintain_order="left")


def reduce(rows: Frame, most_documents: int) -> Frame:
    """Whole groups of equal lines -> a span for each line of the groups that are large enough."""
    sizes = rows.group_by("key", maintain_order=True).agg(documents=pl.col("digest").n_unique())
    found = rows.join(sizes.filter(pl.col("documents") > most_documents), on="key", maintain_order="left")
    why = pl.format("a line of {} documents", "documents")
    return found.select("doc", "start", "end", label=pl.lit("template"), why=why)
