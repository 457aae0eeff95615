"""The Links halves: candidate pairs, those of them that an earlier run compared, and the verification of the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
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
from corpusqa.scan.ordered import among_numbers
from corpusqa.scan.rounds import PAIRS, Ints, Round, packed, rounds
from corpusqa.scan.scanned import Scanned
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
        rounds: Candidates.
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
    rounds: Sequence[Round]
    common: pl.DataFrame
    marked: bool
    before: Stage | None

    def known(self, pairs: pl.DataFrame) -> npt.NDArray[np.bool_]:
        """Which candidates (by slot) were compared before, and the common marks of both documents are the same."""
        if self.before is None:
            return np.zeros(pairs.height, bool)
        a, b = (pairs[side].to_numpy() for side in ("a", "b"))
        return among_numbers(packed(a, b), self._compared) & ~np.isin(a, self._touched) & ~np.isin(b, self._touched)

    @cached_property
    def _compared(self) -> Ints:
        """What was compared before, in order; 8 bytes a pair."""
        assert self.before is not None
        old = [pl.read_parquet(path, memory_map=False) for path in self.before.paths("compared")]
        pairs = np.concatenate([packed(part["a"].to_numpy(), part["b"].to_numpy()) for part in old])
        pairs.sort()
        return pairs

    @cached_property
    def _touched(self) -> Ints:
        """Slots of the documents whose common marks are others than before."""
        assert self.before is not None
        old = self.before.frame("common")
        changed = (one.join(other, on=[*MARKS], how="anti") for one, other in ((old, self.common), (self.common, old)))
        found: Ints = pl.concat(changed)["slot"].unique().to_numpy()
        return found


@dataclass(frozen=True)
class Part:
    """Those pairs of a round that are compared now: documents `a` and `b`, sorted."""

    half: Half
    pairs: pl.DataFrame


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
    said: dict[str, list[pl.DataFrame]] = {half.name: [] for half in todo}
    for number, some in enumerate(_together(scanned, todo, owners)):
        for part, pairs in zip(some, _compared(flow, scanned, some, owners, number), strict=True):
            said[part.half.name].append(pairs)
    for half in todo:
        found[half.name] = (_keep(flow, half, pl.concat(said.pop(half.name)), owners), half.capped)
    return {name: (_pairs(stage, owners), capped) for name, (stage, capped) in found.items()}


def _half(flow: Flow, scanned: Scanned, plugin: Plugin, half: str, kind: Links) -> Half:
    name, stage = f"{plugin.name}.{half}", scanned.index.stage
    key = (scanned.keys[plugin.name], half)
    table = key_table(plugin.name, half)
    pairs, capped = candidates(flow, name, table, key, scanned, kind)
    common = _common(flow, scanned, name, key, kind, table) if kind.marks else pl.DataFrame(schema=MARKS)
    same = digest_of(FORMAT, key, scanned.owners.epoch, pl.__version__)
    of = digest_of(same, scanned.measured.digest, stage.digest)
    there = flow.there(f"verified.{name}")
    before = there if _is_of(there, of) else flow.set_aside(f"verified.{name}", f"verified.{name}{BEFORE}")
    before = before if before is not None and before.about.get("key") == same else None
    return Half(
        name,
        plugin.name,
        half,
        of,
        same,
        capped,
        rounds(pairs, scanned.index.height),
        common,
        kind.marks is not None,
        before,
    )


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


def _together(scanned: Scanned, halves: Sequence[Half], owners: Owners) -> Iterator[list[Part]]:
    """What is verified together."""
    some: list[Part] = []
    held, count = 0, 0
    for half in halves:
        for one in half.rounds:
            part = Part(half, _new(half, one.pairs(), owners))
            involved = pl.concat([part.pairs["a"], part.pairs["b"]]).unique()
            weight = int(rows_of(scanned.index.held, involved, "doc", "bytes")["bytes"].sum())
            again = any(other.half is half for other in some)
            if some and (again or held + weight > TEXT_BYTES or count + part.pairs.height > PAIRS):
                yield some
                some, held, count = [], 0, 0
            some.append(part)
            held, count = held + weight, count + part.pairs.height
    if some:
        yield some


def _new(half: Half, pairs: pl.DataFrame, owners: Owners) -> pl.DataFrame:
    return pairs.filter(pl.Series(~half.known(owners.slotted(pairs)), dtype=pl.Boolean))


def _compared(flow: Flow, scanned: Scanned, some: Sequence[Part], owners: Owners, number: int) -> list[pl.DataFrame]:
    """The pairs that are compared now, and hold: columns of VERIFIED by part."""
    asked = [
        Asked(
            part.half.check,
            part.half.half,
            part.half.of,
            part.pairs,
            owners.named(part.half.common.rename({"slot": "doc"})) if part.half.marked else None,
        )
        for part in some
    ]
    if not any(one.pairs.height for one in asked):
        return [pl.DataFrame(schema=VERIFIED) for _ in asked]
    return verified(flow, scanned, asked, number)


def _keep(flow: Flow, half: Half, pairs: pl.DataFrame, owners: Owners) -> Stage:
    """The stage with the verified pairs of a half by slot, and all that were compared, a part for each round."""
    made_of = {"of": half.of, "key": half.key}
    stage = flow.write(f"verified.{half.name}", half.of, _kept(half, pairs, owners), len(half.rounds), made_of)
    flow.drop(f"verified.{half.name}{BEFORE}")
    return stage


def _kept(half: Half, pairs: pl.DataFrame, owners: Owners) -> Iterator[dict[str, pl.DataFrame]]:
    held = owners.slotted(pairs)
    if half.before is not None:
        old = half.before.frame("verified")
        held = pl.concat([old.filter(pl.Series(_still(half, old, owners), dtype=pl.Boolean)), held])
    first = {"verified": held.sort("a", "b"), "common": half.common}
    for number, one in enumerate(half.rounds):
        yield {"compared": owners.slotted(one.pairs()), **({} if number else first)}


def _still(half: Half, old: pl.DataFrame, owners: Owners) -> npt.NDArray[np.bool_]:
    """Which pairs of an earlier run are candidates still, and were not compared again."""
    keys = packed(old["a"].to_numpy(), old["b"].to_numpy())
    found = np.zeros(len(keys), bool)
    for one in half.rounds:
        pairs = owners.slotted(one.pairs())
        now = pairs.filter(pl.Series(half.known(pairs), dtype=pl.Boolean))
        found |= among_numbers(keys, np.sort(packed(now["a"].to_numpy(), now["b"].to_numpy())))
    return found


def _pairs(stage: Stage | None, owners: Owners) -> pl.DataFrame:
    assert stage is not None
    return owners.named(stage.frame("verified")).sort("a", "b")
