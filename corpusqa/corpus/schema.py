"""What every reader promises of a document, as a pandera model over a projection without text.

The text itself never enters the validation: pandera quotes failing values. It says what is broken and where; that
nothing is, polars says alone, so that a run over sound documents does not import pandera (decision 20).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from corpusqa.corpus.digest import DIGITS
from corpusqa.errors import ContractError
from corpusqa.strict import environment_kept, validate_strict

ISO_DATE = r"^\d{4}-\d{2}-\d{2}"
PROJECTED = {
    "row": pl.Int64,
    "chars": pl.Int64,
    "bytes": pl.Int64,
    "id_bytes": pl.Int64,
    "published_is_iso": pl.Boolean,
    "collected_is_iso": pl.Boolean,
    "digest_digits": pl.Int64,
}


def project(documents: pl.DataFrame) -> pl.DataFrame:
    """Measures of documents, without their text: what the schema speaks of. Sizes may have been measured already."""
    text = pl.col("text").str
    sizes = {"chars": text.len_chars(), "bytes": text.len_bytes()} if "text" in documents.columns else {}
    return documents.with_columns(**sizes).select(
        "row",
        pl.col("chars", "bytes").cast(pl.Int64),
        id_bytes=pl.col("id").str.len_bytes().cast(pl.Int64),
        published_is_iso=pl.col("published").str.contains(ISO_DATE),
        collected_is_iso=pl.col("collected").str.contains(ISO_DATE),
        digest_digits=pl.col("digest").str.len_bytes().cast(pl.Int64),
    )


def document_schema() -> Any:
    """The pandera model; built on first use, because pandera takes most of a second to import."""
    with environment_kept():
        import pandera.polars as pa

    class Documents(pa.DataFrameModel):
        """A projection of the documents of one unit."""

        row: int = pa.Field(ge=0, unique=True)
        chars: int = pa.Field(ge=0)
        bytes: int = pa.Field(ge=0)
        id_bytes: int = pa.Field(ge=0, nullable=True)
        published_is_iso: bool = pa.Field(nullable=True)
        collected_is_iso: bool = pa.Field(nullable=True)
        digest_digits: int = pa.Field(eq=DIGITS)

        @pa.dataframe_check(error="one to four bytes a character")
        def whole_characters(cls, data: Any) -> Any:  # noqa: N805
            between = pl.col("bytes").is_between(pl.col("chars"), 4 * pl.col("chars"))
            return data.lazyframe.select(between)

    return Documents


def is_sound(measured: pl.DataFrame) -> bool:
    """Whether a projection is what `document_schema` asks for."""
    if measured.schema != PROJECTED:
        return False
    sound = measured.select(
        pl.col("row", "chars", "bytes", "digest_digits").is_not_null().all(),
        pl.col("row").is_unique().all().alias("once"),
        pl.min_horizontal(pl.col("row", "chars", "bytes", "id_bytes").min().fill_null(0)).ge(0).alias("least"),
        pl.col("digest_digits").eq(DIGITS).all().alias("digits"),
        pl.col("bytes").is_between(pl.col("chars"), 4 * pl.col("chars")).all().alias("whole"),
    )
    return all(sound.row(0))


def validate_documents(documents: pl.DataFrame, what: str) -> None:
    """Check the documents of a unit, read in full, against the schema.

    Raises:
        ContractError: If a reader broke its promise; names columns, checks and rows, never values.
    """
    measured = project(documents)
    if is_sound(measured):
        return
    found = validate_strict(document_schema(), measured, what=what, may_be_empty=True)
    column, check, row = found.row(0) if found.height else (None, "is none that the schema knows", None)
    first = f"{column or 'row'} {check} in row {row}"
    raise ContractError(f"{what}: {found.height} violations of the document schema; first {first}")
