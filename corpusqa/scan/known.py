"""What an earlier scan of a source measured, by the digest of the row: what has not changed is not measured again.

A result is used again only if the whole row with the names in it that have no value, the source and split that its
place gives it, the check with its options and versions, the checks that feed its views, and corpusqa's own code are the
same. The results are those of one earlier scan of the source, which is deleted as soon as the new one is whole, so that
they never take more room than that; or those of the corpus that the source was made of.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from corpusqa.corpus import Corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.hashing import digest_of
from corpusqa.engines.parts import CARRIED, PIECE, PLACES, Part, Stage, carried
from corpusqa.plugins import Plugin, fingerprint
from corpusqa.scan.known_lines import KnownLines, known_lines
from corpusqa.scan.views import blanking_labels, language_signal

NAME = "known"  # of the stage that is set aside
SAME = ("digest", "unsaid", "source", "split")
MATCHES = {"row": pl.Int64, "unit": pl.Int64, "old": pl.Int64}
# A file of keys is taken over whole if so many of the documents in it are still there, and if so many of the documents
# of a unit come from it; of others the rows are written again. So a unit has few files, with little in vain.
ALIVE, SHARE = 0.75, 0.1
# As many hex digits as an Int64 holds; the whole digest is compared afterwards.
_KEY = pl.col("digest").str.slice(0, 15).str.to_integer(base=16, dtype=pl.Int64)


@dataclass(frozen=True)
class Known:
    """An earlier `measure` stage.

    Attributes:
        stage: The stage.
        checks: The checks whose results may be used.
        index: File with key, unit and row of every document, int64 arrays sorted by key; mapped, not read.
        lines: The same of lines by their bytes.
    """

    stage: Stage
    checks: tuple[str, ...]
    index: Path
    lines: KnownLines

    def matches(self, documents: pl.DataFrame) -> pl.DataFrame:
        """`row` of the documents that were measured before, with the `unit` and the row `old` where."""
        keys, units, rows = np.load(self.index, mmap_mode="r")
        wanted = documents.select(_KEY).to_series().to_numpy()
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        found = documents.select("row", *SAME).with_columns(unit=pl.Series(units[at]), old=pl.Series(rows[at]))
        found = found.filter(pl.Series(keys[at] == wanted))
        return pl.concat([pl.DataFrame(schema=MATCHES), *(self._same(u, part) for u, part in _by_unit(found))])

    def _same(self, unit: int, found: pl.DataFrame) -> pl.DataFrame:
        """Of rows that may be the same those that are; one on which a check failed is measured again."""
        there = self.stage.part("documents", unit, columns=("row", "source_private", *SAME))
        there = there.filter(~pl.col("source_private")).select(pl.col("row").alias("old"), *SAME)
        failed = self.stage.part("failures", unit).select(old="row")
        there = there.join(failed, on="old", how="anti")
        same = found.join(there, on=["old", *SAME], how="semi", nulls_equal=True, maintain_order="left")
        return same.select(*MATCHES)

    def table(self, name: str, matches: pl.DataFrame) -> pl.DataFrame | None:
        """The rows of a table that concern the matched documents, under their new positions."""
        units = {part.part for part in self.stage.parts if part.table == name}
        frames = [
            self.stage.part(name, unit, rows["old"])
            .rename({"row": "old"})
            .join(rows.select("row", "old"), on="old", maintain_order="left")
            .select("row", pl.exclude("row", "old"))
            for unit, rows in _by_unit(matches)
            if unit in units
        ]
        return pl.concat(frames, how="diagonal") if frames else None

    def pieces(self, matches: pl.DataFrame) -> tuple[pl.DataFrame, list[Piece]]:
        """The files that hold the keys of most matched documents, and where in them these are: columns of PLACES.

        All tables of keys are where these say, as long as all are of one scan.
        """
        places, found = [pl.DataFrame(schema=PLACES)], list[Piece]()
        for unit, rows in _by_unit(matches):
            for (piece, of), group in rows.join(self._places(unit), on="old").group_by("piece", "of"):
                if group.height >= max(ALIVE * of, SHARE * matches.height):
                    places.append(group.select("row", pl.lit(len(found), pl.Int64).alias("piece"), old="at", of="of"))
                    found.append(Piece(unit, piece))
        return pl.concat(places).sort("row"), found

    def _places(self, unit: int) -> pl.DataFrame:
        """By its position `old` in a unit the file that a document lies in, `piece` (-1: its own), and where, `at`."""
        documents, moved = self.stage.file("documents", unit), self.stage.file(CARRIED, unit)
        assert documents is not None
        own = documents.rows - (moved.rows if moved else 0)
        here = pl.DataFrame({"old": pl.int_range(self.stage.part("counts", unit)["rows"].item(), eager=True)})
        here = here.with_columns(piece=pl.lit(-1, pl.Int64), at="old", of=pl.lit(own, pl.Int64))
        if moved is None:
            return here
        there = self.stage.part(CARRIED, unit).select("piece", "of", at="old", old="row")
        return pl.concat([here.join(there, on="old", how="anti"), there.select(here.columns)])

    def take(self, table: str, pieces: Sequence[Piece], folder: Path, number: int) -> list[Part]:
        """Files of a table as parts of a unit of this scan."""
        parts = [self.stage.file(table + (f"{PIECE}{p.number}" if p.number >= 0 else ""), p.unit) for p in pieces]
        whole = [(at, part) for at, part in enumerate(parts) if part is not None]
        return [carried(part, self.stage.folder, folder, f"{table}{PIECE}{at}", number) for at, part in whole]


class Piece(NamedTuple):
    """A file of an earlier stage: of a unit, by its number among those that it took over itself; -1 is its own."""

    unit: int
    number: int


@dataclass(frozen=True)
class Origin:
    """The first pass over the corpus that another one was made of, and the secret of that corpus."""

    stage: Stage | None
    secret: bytes = field(repr=False)


def origin_of(corpus: Corpus, flow: Flow) -> Origin:
    """A corpus that was measured in a work folder, as the origin of another one."""
    return Origin(flow.there("measure"), corpus.secret())


def known(flow: Flow, keys: dict[str, str], origin: Origin | None = None) -> Known | None:
    """What can be used of the origin's first pass or of the last one here, which is set aside; None if nothing can be.

    Args:
        flow: Keeps the stages.
        keys: From `check_keys`.
        origin: What the corpus was made of.
    """
    stage = origin.stage if origin else flow.set_aside("measure", NAME)
    checks = [] if stage is None else [name for name, key in keys.items() if stage.about.get(name) == key]
    if stage is None or not checks:
        return None
    units = sorted({part.part for part in stage.parts if part.table == "documents"})
    frames = [
        part.select(_KEY.alias("key"), pl.lit(unit, pl.Int64).alias("unit"), "row")
        for unit in units
        for part in (stage.part("documents", unit, columns=("row", "digest")),)
    ]
    table = pl.concat(frames).sort("key", "unit", "row")
    if table.is_empty():
        return None
    place = flow.work / NAME / f"index-{uuid.uuid4().hex[:8]}.npy"
    place.parent.mkdir(exist_ok=True)
    np.save(place, table.to_numpy().T)
    return Known(stage, tuple(checks), place, known_lines(stage, units, place.with_stem(f"lines-{place.stem}")))


def check_keys(corpus: Corpus, plugins: Sequence[Plugin], code: str, secret: bytes) -> dict[str, str]:
    """For every check a digest of all that its results follow from but the row.

    That is also the code of the checks that feed its views, and of those with private labels, since a private value in
    a field is kept from all checks. The keys of private values are hashed with the secret of the source.
    """
    prints = {plugin.name: fingerprint(plugin) for plugin in plugins}
    language = language_signal(plugins)
    private = _private(plugins)
    feeding = sorted({*blanking_labels(plugins), *([language[0]] if language else []), *private})
    common = (code, pl.__version__, corpus.fields, [(name, prints[name]) for name in feeding])
    return {n: digest_of(common, n, print_, secret if n in private else None) for n, print_ in prints.items()}


def secret_of(corpus: Corpus, plugins: Sequence[Plugin]) -> bytes:
    """The secret of the source; empty, and not read, where no check has private labels."""
    return corpus.secret() if _private(plugins) else b""


def _private(plugins: Sequence[Plugin]) -> set[str]:
    return {p.name for p in plugins if any(label.private for label in p.check.labels.values())}


def _by_unit(frame: pl.DataFrame) -> list[tuple[int, pl.DataFrame]]:
    return [(unit, part) for (unit,), part in frame.group_by("unit", maintain_order=True)]
