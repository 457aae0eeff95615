"""What is written is what was judged: rows are compared by their digests when they are read for writing.

A plan names rows by unit and position. Were it ever the plan of other rows, what a policy drops would be published
under the id of what it keeps, and every count would balance. The digest of a row that is published as it is has to be
that of the row that was judged, and most formats need it anyway; of rows that are edited, the source is hashed too.
"""

from __future__ import annotations

import polars as pl

from corpusqa.corpus import Corpus, Rows
from corpusqa.corpus.arrow import table_digests
from corpusqa.errors import CannotEvaluate
from corpusqa.readers import Unit


def refuse_other(corpus: Corpus, unit: Unit, found: Rows, planned: pl.DataFrame) -> None:
    """Compare rows of the source with those that were judged.

    Args:
        corpus: The source.
        unit: What was read.
        found: Its rows, with the table of all columns.
        planned: `row`, its `place` in `found`, and the `digest` of the row that was judged.

    Raises:
        CannotEvaluate: a row is another one.
    """
    assert found.table is not None
    here = pl.Series(table_digests(found.table, planned["place"].to_list()), dtype=pl.String)
    unlike = planned.filter(here != planned["digest"])
    if unlike.is_empty():
        return
    # a column of several types is a column of JSON in a table, where a string has another digest than in its row
    rows = corpus.read_some(unit, unlike["row"].sort(), full=True).documents.select("row", read="digest")
    wrong = unlike.join(rows, on="row", how="left").filter(pl.col("read").ne_missing(pl.col("digest")))
    if wrong.height:
        raise CannotEvaluate(
            f"{corpus.source}: rows to write are not the rows that were judged ({wrong.height:,} of them), and "
            "nothing was written; run the command again with another --work, and please report this"
        )
