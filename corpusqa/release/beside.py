"""The tables beside the data, written one data file after the other; what the manifest needs is added up meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from corpusqa.engines.parts import Done, Stage
from corpusqa.release import tables
from corpusqa.release.files import tables_of
from corpusqa.release.manifest import DOCS
from corpusqa.release.parquet import write_frames
from corpusqa.release.slices import Slice

EDITS = "corpusqa/edits.parquet"


@dataclass(frozen=True)
class Written:
    """What is known of the published documents when their files are written.

    Attributes:
        sizes: `doc`, `chars`, `bytes` of the published texts, sorted by doc.
        digests: By split the digests of the rows in order, those of a file in one piece: 16 bytes each.
    """

    sizes: pl.DataFrame
    digests: dict[str, list[bytes]]

    @property
    def height(self) -> int:
        """How many there are."""
        return self.sizes.height

    def hex_digests(self) -> dict[str, Iterator[str]]:
        """The digests by split, as hex digits."""
        return {split: (piece.hex() for piece in pieces) for split, pieces in self.digests.items()}


def describe(folder: Path, files: Sequence[Slice], done: Sequence[Done], plan: Stage) -> Written:
    """Write the tables of documents and edits.

    Args:
        folder: Of the release in the making.
        files: The data files.
        done: What the tasks that wrote them left, in their order.
        plan: Its table `rows` (columns of ROWS) has the same documents in the same order, a part for each file.
    """
    sizes: list[pl.DataFrame] = []
    digests: dict[str, list[bytes]] = {}
    write_frames(folder / DOCS, _docs(folder, files, done, plan, sizes, digests))
    write_frames(folder / EDITS, _edits(folder, files, done, plan))
    return Written(pl.concat(sizes).sort("doc"), digests)


def _docs(
    folder: Path,
    files: Sequence[Slice],
    done: Sequence[Done],
    plan: Stage,
    sizes: list[pl.DataFrame],
    digests: dict[str, list[bytes]],
) -> Iterator[pl.DataFrame]:
    for file, written in zip(files, tables_of(done, folder, "written"), strict=True):
        named = _named(plan, file)
        assert named["doc"].equals(written["doc"]), f"{file.path}: its rows are others than planned"
        whole = pl.concat([written, named.drop("doc")], how="horizontal")
        sizes.append(written.select("doc", "chars", "bytes"))
        digests.setdefault(file.split, []).append(bytes.fromhex("".join(written["digest"])))
        yield tables.docs(whole, tables.shown_ids(whole))


def _edits(folder: Path, files: Sequence[Slice], done: Sequence[Done], plan: Stage) -> Iterator[pl.DataFrame]:
    for number, (file, record) in enumerate(zip(files, tables_of(done, folder, "record"), strict=True)):
        if record.height or not number:  # the first one has the columns
            named = _named(plan, file)
            yield tables.edits(record, named, tables.shown_ids(named))


def _named(plan: Stage, file: Slice) -> pl.DataFrame:
    names = ("doc", "new_id", "number", "source", "id_private", "source_private")
    return plan.part("rows", file.number).select(*names, out_split=pl.lit(file.split))
