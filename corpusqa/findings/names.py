"""How a document is called in what is shown: its id, or the number of its row where the id holds private values."""

from __future__ import annotations

import polars as pl

from corpusqa.findings.neutral import neutral_name
from corpusqa.scan.ids import row_name


def shown_ids(documents: pl.DataFrame) -> pl.Series:
    """Ids to show, named `document`.

    Args:
        documents: Columns `id`, `number`, `id_private`.
    """
    return _harmless(documents.select(document=pl.when("id_private").then(row_name()).otherwise("id"))["document"])


def shown_files(documents: pl.DataFrame) -> list[pl.Series]:
    """File names and sources to show, null where they hold private values.

    Args:
        documents: Columns `file`, `source`, `file_private`, `source_private`.
    """
    shown = documents.select(pl.when(~pl.col(f"{name}_private")).then(name).alias(name) for name in ("file", "source"))
    return [_harmless(shown["file"]), _harmless(shown["source"])]


def _harmless(names: pl.Series) -> pl.Series:
    """Each different name is looked at once."""
    different = names.drop_nulls().unique(maintain_order=True)
    shown = {name: neutral_name(name) for name in different.to_list()}
    changed = {name: text for name, text in shown.items() if name != text}
    return names.replace(changed) if changed else names
