"""What was compared with a reference, from both sides: the items that documents hold, the documents that hold items."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import polars as pl

from corpusqa.findings.names import shown_ids
from corpusqa.findings.neutral import neutral_name
from corpusqa.scan.model import Scan

SHOWN = 200  # items, and documents of one item


def reference_section(scan: Scan) -> dict[str, Any]:
    """`name`, `items`, `compared`, `held` (items), `documents` (that hold one) and the most-held items `held_by`.

    An item is named by its row in the reference, because its id may be private: `item`, `documents` (with `document`,
    `part` of the item or None for all of it, `similarity` and `passages`). A passage is `a_start`, `a_end` in the
    document and `b_start`, `b_end` in the item; the findings show it.
    """
    said, found = scan.reference, scan.matches
    name = str(said["name"])
    held = scan.rows_of(found["doc"], "doc", "id", "number", "id_private")
    names = held.select("doc", document=shown_ids(held))
    counts = found.group_by("item").agg(count=pl.col("doc").n_unique())
    most = counts.sort(["count", "item"], descending=[True, False]).head(SHOWN)["item"].to_list()
    rows = found.join(names, on="doc", how="left", maintain_order="left")
    return {
        "name": neutral_name(name if "://" in name else PurePath(name).name),
        "items": said["items"],
        "compared": said["compared"],
        "held": counts.height,
        "documents": found["doc"].n_unique(),
        "held_by": [_item(item, rows.filter(pl.col("item") == item)) for item in most],
    }


def _item(item: int, rows: pl.DataFrame) -> dict[str, Any]:
    closest = rows.sort(["similarity", "doc"], descending=[True, False])
    documents = [
        {"document": row["document"], "part": row["part"], "similarity": row["similarity"], "passages": row["evidence"]}
        for row in closest.head(SHOWN).iter_rows(named=True)
    ]
    return {"item": item, "count": rows["doc"].n_unique(), "documents": documents}
