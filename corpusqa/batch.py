"""A slice of documents with memoised views: each is computed at most once and shared by all checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from corpusqa.lines import line_table
from corpusqa.points import byte_places

# The columns of a document as a check sees them. Dates stay the strings that the source states (ISO form where the
# source has typed dates), because a check has to be able to say that one is malformed.
DOCUMENT = {
    "id": pl.String,
    "text": pl.String,
    "url": pl.String,
    "source": pl.String,
    "published": pl.String,
    "collected": pl.String,
    "language": pl.String,
    "split": pl.String,
}
PARTS = {"row": pl.Int64, "part": pl.Int64, "start": pl.Int64, "end": pl.Int64, "role": pl.String}

# A provider of a view: "language" gives one String column per document, "main" the spans (row, start, end) to blank.
Provider = Callable[["Batch"], pl.DataFrame]


@dataclass(frozen=True)
class Buffers:
    """The texts of a batch as Arrow buffers.

    Attributes:
        data: UTF-8 bytes of all texts, one after the other; uint8, read only.
        offsets: int64 of length documents + 1; document i is data[offsets[i]:offsets[i + 1]].
    """

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]


class Batch:
    """Documents of one batch.

    Args:
        frame: One row per document; the column `text` is String without nulls, the other columns of DOCUMENT are
            filled with nulls where absent. Other columns are ignored.
        providers: Who gives the views "language" and "main"; without one `language` is the document's column and
            `main` the batch itself.
        parts: Rows `row, part, start, end, role`: the pieces of each text in code points; by default one a document.
    """

    def __init__(
        self, frame: pl.DataFrame, providers: Mapping[str, Provider] | None = None, parts: pl.DataFrame | None = None
    ) -> None:
        missing = [pl.lit(None, dtype).alias(name) for name, dtype in DOCUMENT.items() if name not in frame.columns]
        self._frame = frame.with_columns(missing).select(*DOCUMENT)
        self._providers = dict(providers or {})
        self._parts = parts
        self.memo: dict[object, Any] = {}  # what checks remember of this batch

    @property
    def frame(self) -> pl.DataFrame:
        """One row per document, the columns of DOCUMENT; shared by all checks, so that none may put another there."""
        return self._frame

    @property
    def height(self) -> int:
        """Number of documents."""
        return self.frame.height

    @property
    def text(self) -> pl.Series:
        """The texts: String, no nulls."""
        return self.frame["text"]

    @cached_property
    def lines(self) -> pl.DataFrame:
        r"""Every line of every document: `row`, `line` (from 1), `start`, `end` (code points), `text`.

        Lines end with \n, \r\n or a lone \r, which is not part of the line; an empty text is one empty line.
        """
        return line_table(self.text)

    @cached_property
    def parts(self) -> pl.DataFrame:
        """Pieces of each text: `row`, `part` (from 0), `start`, `end` (code points), `role`; no span crosses one."""
        if self._parts is not None:
            return self._parts.select(*PARTS)
        row = pl.int_range(self.height, eager=True).alias("row")
        whole = {"part": pl.lit(0), "start": pl.lit(0), "end": self.text.str.len_chars(), "role": pl.lit("")}
        return pl.DataFrame({"row": row}).with_columns(**whole).cast(PARTS)  # type: ignore[arg-type]

    @cached_property
    def buffers(self) -> Buffers:
        """The texts as UTF-8 bytes and offsets, for array kernels."""
        return text_buffers(self.text)

    @cached_property
    def language(self) -> pl.Series:
        """ISO 639-1 code of each document: what the language provider says, else the document's column, else null."""
        column = self.frame["language"]
        if "language" not in self._providers:
            return column
        said = self._providers["language"](self).to_series()
        return pl.select(pl.coalesce(said, column)).to_series().alias("language")

    @property
    def main(self) -> Batch:
        """The same documents with everything that is not main text blanked by spaces, byte by byte.

        Byte offsets stay those of the original; convert spans found here with `from_bytes` of this batch.
        """
        # a batch that kept itself would stay in memory until the garbage collector looks for cycles
        return self._main if "main" in self._providers else self

    @cached_property
    def _main(self) -> Batch:
        return MainBatch(self, self._providers["main"](self))

    def release(self) -> None:
        """Let go of the text and of every view; views refer to their batch, so that nothing else would for a while."""
        vars(self).clear()

    @property
    def blanked(self) -> pl.DataFrame:
        """What is blanked in this view, in bytes: `row`, `start`, `end`; nothing in the documents as they are."""
        return pl.DataFrame(schema={"row": pl.Int64, "start": pl.Int64, "end": pl.Int64})

    def main_without(self, spans: pl.DataFrame) -> Batch:
        """`main` with further spans blanked: `row`, `start`, `end` in code points of the original text."""
        if spans.is_empty():
            return self.main
        said = self._providers.get("main")
        found = [spans.select("row", "start", "end"), *([said(self).select("row", "start", "end")] if said else [])]
        return MainBatch(self, pl.concat(found))

    def from_bytes(self, spans: pl.DataFrame) -> pl.DataFrame:
        """Spans with byte offsets -> the same spans with code points of the original text.

        Args:
            spans: Columns `row`, `start`, `end` (byte offsets in the document, on code points) and others.
        """
        rows = spans["row"].to_numpy().astype(np.int64)
        ends = [self._code_points(rows, spans[side].to_numpy().astype(np.int64)) for side in ("start", "end")]
        return spans.with_columns(start=pl.Series(ends[0], dtype=pl.Int64), end=pl.Series(ends[1], dtype=pl.Int64))

    def to_bytes(self, spans: pl.DataFrame) -> pl.DataFrame:
        """Spans with code points -> the same spans with byte offsets inside the document."""
        rows = spans["row"].to_numpy().astype(np.int64)
        ends = [self._byte_offsets(rows, spans[side].to_numpy().astype(np.int64)) for side in ("start", "end")]
        return spans.with_columns(start=pl.Series(ends[0], dtype=pl.Int64), end=pl.Series(ends[1], dtype=pl.Int64))

    def take(self, rows: list[int] | pl.Series) -> Batch:
        """The documents at these positions as a batch of their own."""
        parts = None
        if self._parts is not None:
            order = pl.DataFrame({"row": rows}, schema={"row": pl.Int64}).with_row_index("new")
            parts = self._parts.join(order, on="row").with_columns(row=pl.col("new").cast(pl.Int64)).drop("new")
        return Batch(self.frame[rows], self._providers, parts)

    def _code_points(self, rows: npt.NDArray[np.int64], offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Code points before byte `offsets` of the documents `rows`: counts bytes that do not continue a character."""
        if not len(rows):
            return offsets
        data, starts = self.buffers.data, self.buffers.offsets
        at = np.concatenate([starts[rows], starts[rows] + offsets])
        order, where = np.unique(at, return_inverse=True)
        first, last = int(order[0]), int(order[-1])
        heads = np.append((data[first:last] & 0xC0) != 0x80, False)
        counts = np.add.reduceat(heads, order - first, dtype=np.int64)
        before = np.concatenate([[0], np.cumsum(counts)[:-1]])[where]
        return np.asarray(before[len(rows) :] - before[: len(rows)], dtype=np.int64)

    def _byte_offsets(self, rows: npt.NDArray[np.int64], points: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Bytes before code point `points` of the documents `rows`."""
        data, starts = self.buffers.data, self.buffers.offsets
        return np.minimum(byte_places(data, starts[rows], points), starts[rows + 1]) - starts[rows]


class MainBatch(Batch):
    """The main text of a batch: other spans are blanked, offsets in bytes are those of the original."""

    def __init__(self, original: Batch, blanks: pl.DataFrame) -> None:
        text = original.text if blanks.is_empty() else blank(original, blanks)
        super().__init__(original.frame.with_columns(text=text), {}, original._parts)
        self._original = original
        self._blanks = blanks

    @property
    def blanked(self) -> pl.DataFrame:
        """In bytes, as `blank` overwrote them."""
        return self._original.to_bytes(self._blanks.select(pl.col("row").cast(pl.Int64), "start", "end"))

    @cached_property
    def language(self) -> pl.Series:
        """As in the original batch."""
        return self._original.language

    def from_bytes(self, spans: pl.DataFrame) -> pl.DataFrame:
        """Spans with byte offsets -> the same spans with code points of the original text."""
        return self._original.from_bytes(spans)


def blank(batch: Batch, spans: pl.DataFrame) -> pl.Series:
    """The texts with the spans (`row`, `start`, `end` in code points) overwritten by spaces, byte by byte."""
    at = batch.to_bytes(spans)
    data, offsets = batch.buffers.data.copy(), batch.buffers.offsets
    base = offsets[at["row"].to_numpy()]
    for start, end in zip(
        (base + at["start"].to_numpy()).tolist(), (base + at["end"].to_numpy()).tolist(), strict=True
    ):
        data[start:end] = 0x20
    return from_buffers(Buffers(data, offsets))


def text_buffers(text: pl.Series) -> Buffers:
    """Arrow buffers of a String series without nulls; the bytes are copied once."""
    array = text.to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, data = array.buffers()
    at = (
        np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
        if offsets
        else np.zeros(1, np.int64)
    )
    raw = np.frombuffer(data, np.uint8) if data else np.zeros(0, np.uint8)
    return Buffers(raw[at[0] : at[-1]], at - at[0])


def from_buffers(buffers: Buffers) -> pl.Series:
    """The String series that the buffers hold."""
    import pyarrow as pa

    count = len(buffers.offsets) - 1
    parts = [None, pa.py_buffer(buffers.offsets), pa.py_buffer(buffers.data)]
    return pl.Series("text", pa.Array.from_buffers(pa.large_string(), count, parts), dtype=pl.String)
