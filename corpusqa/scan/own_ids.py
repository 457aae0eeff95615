"""The ids that a source gives its rows, as the first pass left them: read unit by unit whenever they are asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from corpusqa.corpus import Corpus, validate_documents
from corpusqa.engines.parts import Stage
from corpusqa.readers import Unit
from corpusqa.scan.held import ROWS, aligned
from corpusqa.scan.ids import SHORT, PublicIds, repeated_ids
from corpusqa.scan.names import any_hidden, recalled
from corpusqa.scan.ranking import sampled


@dataclass(frozen=True)
class OwnIds:
    """The ids of all rows in source order.

    Attributes:
        measured: The first pass.
        units: In source order.
        heights: Documents of each unit.
        names: `at` (position among all documents) and ROWS of the documents with a private name, which are in no file.
        sample: Some ids, or what public ids will begin with.
        digest: Content digest of the corpus.
    """

    measured: Stage
    units: Sequence[Unit]
    heights: tuple[int, ...]
    names: pl.DataFrame
    sample: pl.Series
    digest: str

    @classmethod
    def of(cls, corpus: Corpus, measured: Stage) -> OwnIds:
        """Those of a corpus; documents are validated, and units with private names read again."""
        heights, names, samples = [], [], [pl.Series("id", [], dtype=pl.String)]
        whole, at = hashlib.sha256(), 0
        for unit in corpus.units:
            part = measured.part("documents", unit.number)
            validate_documents(part, f"the documents of unit {unit.number}")
            part = part.with_columns(unit=pl.lit(unit.number, pl.Int64), at=pl.int_range(at, at + pl.len()))
            whole.update(bytes.fromhex("".join(part["digest"])))
            if part.height and any_hidden(part):
                part = recalled(corpus, part)
                names.append(part.filter(pl.any_horizontal(f"{name}_private" for name in ROWS)).select("at", *ROWS))
            stem = pl.concat_str(pl.col("id") + "#", pl.col("digest").str.slice(0, SHORT), ignore_nulls=True)
            samples.append(sampled(part.select(id=stem)["id"]))
            heights.append(part.height)
            at += part.height
        none = pl.DataFrame(schema={"at": pl.Int64, **dict.fromkeys(ROWS, pl.String)})
        private, sample = pl.concat([none, *names]), pl.concat(samples)
        return cls(measured, corpus.units, tuple(heights), private, sample, whole.hexdigest())

    @property
    def count(self) -> int:
        """Number of documents."""
        return sum(self.heights)

    def parts(self) -> Iterator[tuple[pl.Series, pl.Series]]:
        """Ids and digests, unit by unit."""
        for ids, digests, _ in self._read():
            yield ids, digests

    def named(self, public: PublicIds) -> Iterator[tuple[pl.Series, pl.Series]]:
        """Public ids, and whether they hold a private value, unit by unit."""
        at = 0
        for ids, digests, private in self._read():
            yield public.named(at, ids, digests), private
            at += ids.len()

    def hidden(self, public: PublicIds) -> pl.DataFrame:
        """`names` with public ids."""
        found, at = [self.names["id"].clear()], 0
        if self.names.height:
            for ids, _ in self.named(public):
                here = self.names["at"].filter(self.names["at"].is_between(at, at + ids.len(), closed="left"))
                found.append(ids.gather(here - at))
                at += ids.len()
        return self.names.with_columns(pl.concat(found).alias("id"))

    def repeated(self, public: PublicIds) -> pl.DataFrame:
        """`id`, `count` of the ids that occur more than once."""
        return repeated_ids(self._repeated(public))

    def _repeated(self, public: PublicIds) -> Iterator[pl.Series]:
        at = 0
        for ids, _ in () if public.once.all() else self.parts():
            yield ids.filter(pl.Series(~public.once[at : at + ids.len()], dtype=pl.Boolean))
            at += ids.len()

    def _read(self) -> Iterator[tuple[pl.Series, pl.Series, pl.Series]]:
        at = 0
        for unit in self.units:
            part = self.measured.part("documents", unit.number, columns=("id", "digest", "id_private"))
            ids, private = part["id"].cast(pl.String), part["id_private"]
            if private.any():
                said = aligned(pl.int_range(at, at + part.height, eager=True), self.names.rename({"at": "doc"}))
                ids = said["id"].zip_with(private, ids)
            yield ids, part["digest"], private
            at += part.height
