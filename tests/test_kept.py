"""Groups that are kept from run to run: whatever changes, they are what they would be if made from nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from corpusqa.engines import kept
from corpusqa.engines.flow import Flow
from corpusqa.engines.kept import COUNT, OTHER_KEY, kept_groups
from corpusqa.engines.local import LocalEngine
from corpusqa.engines.memory import Memory
from corpusqa.engines.owners import Owners, belonging, made
from corpusqa.engines.segments import Segment, write_segment

SCHEMA = {"key": pl.Int64, "slot": pl.Int64, "word": pl.String}
Documents = dict[int, tuple[float, list[tuple[int, str]]]]  # by slot: its place in the order, and its keys with words


def rows_of(documents: Documents, _task: int, docs: pl.DataFrame) -> pl.DataFrame:
    rows = [(key, slot, word) for slot in docs["slot"] for key, word in documents[slot][1]]
    return pl.DataFrame(rows, SCHEMA, orient="row")


def described(log: Path, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Pairs of neighbours in each group, its size and the words of its first document; notes the keys that it sees."""
    with log.open("a") as file:
        file.writelines(f"{key}\n" for key in rows["key"].unique())
    before = rows.with_columns(a=pl.col("doc").shift().over("key"))
    pairs = before.filter(pl.col("a") != pl.col("doc")).select("a", b="doc")
    sized = rows.with_columns(size=pl.len().over("key").cast(pl.Int64))
    first = sized.filter(pl.col("doc") == pl.col("doc").min().over("key")).select("doc", "word", "size")
    one = pl.lit(1, pl.Int64).alias(COUNT)
    return {
        "pairs": pairs.group_by("a", "b").agg(pl.len().cast(pl.Int64).alias(COUNT)),
        "first": first.with_columns(one),
    }


class Run:
    """Runs over documents in one work folder."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.log = folder / "log"
        folder.mkdir(exist_ok=True)
        self.flow = Flow(LocalEngine(1), folder / "w", memory=Memory(bucket=4000), say=self.said.append)

    def __call__(self, documents: Documents, key: str = "key") -> dict[str, list[tuple[object, ...]]]:
        """The tables of all groups, with documents named by slot."""
        order = sorted(documents, key=lambda slot: documents[slot][0])
        numbers = {"row": range(len(order)), "slot": order, "doc": range(len(order))}
        docs = pl.DataFrame(numbers, dict.fromkeys(numbers, pl.Int64))
        self.log.write_text("")
        stage = self.flow.write("docs", documents, [{"docs": docs[:50]}, {"docs": docs[50:]}])
        rows, fn = partial(rows_of, documents), partial(described, self.log)
        size = 40 * sum(len(rows) for _, rows in documents.values())
        found = kept_groups(self.flow, "g", key, documents, belonging(self.flow, stage), [0, 1], rows, SCHEMA, fn, size)
        return listed({name: made(found, name) for name in ("pairs", "first")})

    @property
    def seen(self) -> set[int]:
        return {int(line) for line in self.log.read_text().split()}


def listed(tables: dict[str, pl.DataFrame]) -> dict[str, list[tuple[object, ...]]]:
    """The rows of tables, equal ones added up."""
    summed = {name: kept._summed([table]).select(sorted(table.columns)) for name, table in tables.items()}
    return {name: sorted(table.rows(), key=repr) for name, table in summed.items()}


def from_nothing(documents: Documents) -> dict[str, list[tuple[object, ...]]]:
    """What is made of all groups at once, with documents named by slot."""
    order = sorted(documents, key=lambda slot: documents[slot][0])
    rows = rows_of(documents, 0, pl.DataFrame({"slot": order}))
    owners = Owners.of(np.array(order, np.int64), np.arange(len(order)))
    sorted_rows = owners.named(rows.rename({"slot": "doc"})).sort("key", "doc", "word")
    tables = described(Path(os.devnull), sorted_rows)
    return listed({name: owners.slotted(table) for name, table in tables.items()})


def document(chance: np.random.Generator) -> tuple[float, list[tuple[int, str]]]:
    rows = [(int(key), str(chance.integers(3))) for key in chance.integers(-40, 40, chance.integers(0, 6))]
    return float(chance.random()), rows


@pytest.mark.parametrize("seed", range(2))
def test_whatever_comes_and_goes_the_result_is_that_of_a_run_from_nothing(tmp_path: Path, seed: int) -> None:
    chance, run = np.random.default_rng(seed), Run(tmp_path / "kept")
    documents = {slot: document(chance) for slot in range(120)}
    for step in range(11):
        assert run(documents) == from_nothing(documents)
        gone = chance.choice(sorted(documents), len(documents) // (2 if step == 8 else 12), replace=False).tolist()
        for slot in gone:
            del documents[slot]
        new = int(chance.integers(0, 12))
        documents |= {1000 * (step + 1) + n: document(chance) for n in range(new)}
    held = list((tmp_path / "kept" / "w" / "g").glob("rows.*.arrow"))
    assert {path.name.split("-")[0] for path in held} <= {f"rows.{n}" for n in range(kept.MOST_SEGMENTS + 1)}
    assert not list((tmp_path / "kept" / "w").glob("*.before"))


def test_rows_of_documents_that_went_long_ago_are_still_in_the_segments(tmp_path: Path) -> None:
    run = Run(tmp_path)
    documents: Documents = {slot: (float(slot), [(slot // 3, "w")]) for slot in range(60)}
    for gone in (59, 0, 30):
        run(documents)
        del documents[gone]
    assert run(documents) == from_nothing(documents)


def test_a_document_that_comes_back_counts_once(tmp_path: Path) -> None:
    run = Run(tmp_path)
    whole: Documents = {slot: (float(slot), [(slot // 3, "w")]) for slot in range(60)}
    less: Documents = {slot: said for slot, said in whole.items() if slot != 7}
    for documents in (whole, less, whole, less, whole):
        assert run(documents) == from_nothing(documents)


def test_only_groups_that_changed_are_looked_at(tmp_path: Path) -> None:
    run = Run(tmp_path)
    documents: Documents = {slot: (float(slot), [(slot // 3, "w"), (99, "w")]) for slot in range(60)}
    run(documents)
    assert run.seen == {*range(20), 99}
    run({**{slot: said for slot, said in documents.items() if slot != 7}, 100: (0.5, [(4, "w")])})
    assert run.seen == {2, 4, 99}


def test_what_was_kept_under_another_key_is_refused_and_made_anew(tmp_path: Path) -> None:
    run = Run(tmp_path)
    documents: Documents = {slot: (float(slot), [(slot // 3, "w")]) for slot in range(60)}
    first = run(documents)
    assert run({**documents, 60: (60.0, [(1, "w")])}, "another key") != first
    assert run.seen == set(range(20))
    assert run.said == [f"g: {OTHER_KEY}"]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def turned(path: Path) -> None:
    """One bit of a byte in the middle is another one, as a disk or a memory that fails would have it."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def emptied(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


DAMAGES = (cut, turned, emptied, Path.unlink)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_made_anew_and_said_in_one_line(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    documents: Documents = {slot: (float(slot), [(slot // 3, "w")]) for slot in range(60)}
    less = {slot: said for slot, said in documents.items() if slot != 7}
    Run(tmp_path)(documents)
    names = sorted(path.name.rpartition("-")[0] for path in (tmp_path / "w" / "g").iterdir())
    for name in names:
        if not name and damage == Path.unlink:
            continue  # without a manifest nothing says that there was an index
        Run(tmp_path)(documents)
        (path,) = (tmp_path / "w" / "g").glob(f"{name}-*" if name else "manifest.json")
        damage(path)
        run = Run(tmp_path)
        assert run(less) == from_nothing(less)
        assert run.seen == set(range(20))
        assert run.said == [f"{path}: damaged, so that g is made anew"]


def test_what_another_version_left_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents: Documents = {slot: (float(slot), [(slot // 3, "w")]) for slot in range(60)}
    run = Run(tmp_path)
    run(documents)
    monkeypatch.setattr(kept, "FORMAT", kept.FORMAT + 1)
    del documents[7]
    assert run(documents) == from_nothing(documents)
    assert run.seen == set(range(20))
    assert run.said == [f"g: {OTHER_KEY}"]
    manifest = tmp_path / "w" / "g" / "manifest.json"  # and one from before manifests were sealed
    manifest.write_text(json.dumps({k: v for k, v in json.loads(manifest.read_text()).items() if k != "seal"}))
    del documents[8]
    assert run(documents) == from_nothing(documents)
    assert run.seen == set(range(20))


@pytest.mark.parametrize("most", [0, (1 << 31) - 1, 1 << 31, -(1 << 31) - 1])
def test_numbers_that_do_not_fit_32_bits_stay_as_they_are(tmp_path: Path, most: int) -> None:
    rows = pl.DataFrame({"key": [-(1 << 63), 7], "slot": [1, 2], "start": [most, None], "word": ["a", "b"]})
    part = write_segment(tmp_path, 0, "rows.0", kept._narrow(rows))
    segment = Segment(tmp_path / part.name)
    assert segment.slots.dtype.itemsize == 4
    assert segment.take(np.array([0, 1])).cast(rows.schema).equals(rows)
