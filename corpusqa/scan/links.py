"""The Links halves: candidate pairs, those of them that an earlier run compared, and the verification of the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import polars as pl

from corpusqa.check import Links
from corpusqa.engines.flow import Flow
from corpusqa.engines.hashing import digest_of
from corpusqa.engines.kept import BEFORE, ONCE, kept_groups
from corpusqa.engines.owners import Owners, made
from corpusqa.engines.parts import Stage
from corpusqa.plugins import Plugin
from corpusqa.scan.candidates import candidates, told_apart
from corpusqa.scan.held import rows_of
from corpusqa.scan.scanned import Scanned
from corpusqa.scan.slots import EPOCH
from corpusqa.scan.unit import key_table, mark_table
from corpusqa.scan.verifying import VERIFIED, Asked, verified

FORMAT = 1  # of the stages `verified.<half>`
MARKS = {"slot": pl.Int64, "mark": pl.Int64}
# Halves are verified together, so that texts are read once, as long as no more text than this is on its way at once.
TEXT_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Half:
    """A Links half on its way.

    Attributes:
        name: `<check>.<half>`.
        check: The check.
        half: Its half.
        of: What the verified pairs follow from.
        key: The same without the documents.
        capped: Keys whose groups were not paired whole.
        pairs: Candidates by slot.
        common: `slot`, `mark`: the common marks that documents hold.
        marked: Whether the half has marks.
        before: What an earlier run verified, under the same key.
    """

    name: str
    check: str
    half: str
    of: str
    key: str
    capped: int
    pairs: pl.DataFrame
    common: pl.DataFrame
    marked: bool
    before: Stage | None

    @cached_property
    def known(self) -> pl.DataFrame:
        """Those of the candidates that were compared before, and whose common marks are the same."""
        if self.before is None:
            return self.pairs.clear()
        old = self.before.frame("common")
        changed = pl.concat(
            [old.join(self.common, on=[*MARKS], how="anti"), self.common.join(old, on=[*MARKS], how="anti")]
        )
        known = self.pairs.join(self.before.frame("compared"), on=["a", "b"], how="semi")
        touched = changed["slot"].unique().implode()
        return known.filter(~pl.col("a").is_in(touched) & ~pl.col("b").is_in(touched)) if len(changed) else known


def linked(flow: Flow, scanned: Scanned, plugins: Sequence[Plugin]) -> dict[str, tuple[pl.DataFrame, int]]:
    """Verified pairs of every Links half, by its full name.

    Returns:
        Columns of VERIFIED with docs, a < b, sorted; and the number of keys whose groups were capped.
    """
    owners = scanned.owners.owners()
    halves = [
        _half(flow, scanned, plugin, half, kind)
        for plugin in plugins
        for half, kind in plugin.check.corpus.items()
        if isinstance(kind, Links)
    ]
    found = {half.name: (flow.there(f"verified.{half.name}"), half.capped) for half in halves}
    todo = [half for half in halves if not _is_of(found[half.name][0], half.of)]
    for number, some in enumerate(_together(scanned, todo, owners)):
        for half, pairs in zip(some, _compared(flow, scanned, some, owners, number), strict=True):
            found[half.name] = (_keep(flow, half, pairs, owners), half.capped)
    return {name: (_pairs(stage, owners), capped) for name, (stage, capped) in found.items()}


def _half(flow: Flow, scanned: Scanned, plugin: Plugin, half: str, kind: Links) -> Half:
    name, stage = f"{plugin.name}.{half}", scanned.index.stage
    key = (scanned.keys[plugin.name], half, stage.about[EPOCH])
    table = key_table(plugin.name, half)
    pairs, capped = candidates(flow, name, table, key, scanned, kind)
    pairs = scanned.owners.owners().slotted(pairs)
    common = _common(flow, scanned, name, key, kind, table) if kind.marks else pl.DataFrame(schema=MARKS)
    same = digest_of(FORMAT, key, pl.__version__)
    of = digest_of(same, scanned.measured.digest, stage.digest)
    there = flow.there(f"verified.{name}")
    before = there if _is_of(there, of) else flow.set_aside(f"verified.{name}", f"verified.{name}{BEFORE}")
    before = before if before is not None and before.about.get("key") == same else None
    return Half(name, plugin.name, half, of, same, capped, pairs, common, kind.marks is not None, before)


def _is_of(stage: Stage | None, of: str) -> bool:
    return stage is not None and stage.about.get("of") == of


def _common(flow: Flow, scanned: Scanned, name: str, key: object, kind: Links, keys: str) -> pl.DataFrame:
    """The marks that too many different documents hold to say anything: `slot`, `mark`."""
    measured, stage, table = scanned.measured, scanned.index.stage, mark_table(keys)
    tasks = sorted({part.part for part in measured.parts if part.table == table})
    schema = {"key": pl.Int64, "slot": pl.Int64, "same": pl.Int64}
    found = kept_groups(
        flow,
        f"marks.{name}",
        (key, kind.rare),
        (measured.digest, stage.digest),
        scanned.owners,
        tasks,
        partial(_marks_of, measured, keys),
        schema,
        partial(_held_by_many, kind.rare),
        measured.weight(table),
    )
    return made(found, "common").select(slot="doc", mark="mark")


def _marks_of(measured: Stage, keys: str, unit: int, docs: pl.DataFrame) -> pl.DataFrame:
    """Marks of the documents that have keys; documents whose keys are equal are copies, whatever their marks."""
    of = told_apart(measured, keys, unit, docs).select("slot", "same").unique("slot", maintain_order=True)
    if of.is_empty():
        return pl.DataFrame(schema={"key": pl.Int64, "slot": pl.Int64, "same": pl.Int64})
    marks = measured.part(mark_table(keys), unit, docs["row"])
    marks = marks.join(docs.select("row", "slot"), on="row").select("key", "slot")
    return marks.unique(maintain_order=True).join(of, on="slot", maintain_order="left")


def _held_by_many(rare: int, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    many = rows.filter(pl.col("same").n_unique().over("key") > rare)
    return {"common": many.select("doc", pl.col("key").alias("mark"), ONCE)}


def _together(scanned: Scanned, halves: Sequence[Half], owners: Owners) -> Iterator[list[Half]]:
    """Halves whose new pairs are verified together."""
    involved = [_involved(half, owners) for half in halves]
    if not involved:
        return
    sizes, held = rows_of(scanned.index.held, pl.concat(involved), "doc", "bytes"), 0
    some: list[Half] = []
    for half, docs in zip(halves, involved, strict=True):
        weight = int(docs.to_frame("doc").join(sizes, on="doc")["bytes"].sum())
        if some and held + weight > TEXT_BYTES:
            yield some
            some, held = [], 0
        some.append(half)
        held += weight
    if some:
        yield some


def _involved(half: Half, owners: Owners) -> pl.Series:
    new = owners.named(_new(half))
    return pl.concat([new["a"], new["b"]]).unique()


def _new(half: Half) -> pl.DataFrame:
    return half.pairs.join(half.known, on=["a", "b"], how="anti", maintain_order="left")


def _compared(flow: Flow, scanned: Scanned, halves: Sequence[Half], owners: Owners, number: int) -> list[pl.DataFrame]:
    """The pairs of some halves that are compared now, and hold: columns of VERIFIED."""
    asked = [
        Asked(
            half.check,
            half.half,
            owners.named(_new(half)).sort("a", "b"),
            owners.named(half.common.rename({"slot": "doc"})) if half.marked else None,
        )
        for half in halves
    ]
    if not any(one.pairs.height for one in asked):
        return [pl.DataFrame(schema=VERIFIED) for _ in asked]
    return verified(flow, scanned, asked, number)


def _keep(flow: Flow, half: Half, pairs: pl.DataFrame, owners: Owners) -> Stage:
    """The stage with the verified pairs of a half by slot, and all that were compared."""
    held = owners.slotted(pairs)
    if half.before is not None:
        held = pl.concat([half.before.frame("verified").join(half.known, on=["a", "b"], how="semi"), held])
    tables = {"compared": half.pairs, "verified": held.sort("a", "b"), "common": half.common}
    stage = flow.write(f"verified.{half.name}", half.of, [tables], about={"of": half.of, "key": half.key})
    flow.drop(f"verified.{half.name}{BEFORE}")
    return stage


def _pairs(stage: Stage | None, owners: Owners) -> pl.DataFrame:
    assert stage is not None
    return owners.named(stage.frame("verified")).sort("a", "b")
