"""A scan that goes on from an earlier one is, to the byte, the scan that starts from nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

from corpusqa.corpus import open_corpus
from corpusqa.engines import kept
from corpusqa.engines.flow import Flow
from corpusqa.engines.kept import OTHER_KEY
from corpusqa.engines.local import LocalEngine
from corpusqa.engines.memory import Memory
from corpusqa.plugins import Plugin, find, load
from corpusqa.scan import candidates, known, pairing
from corpusqa.scan.model import Scan
from corpusqa.scan.run import scan
from tests.files import TOYS, jsonl

TABLES = ("documents", "signals", "spans", "edges", "clusters", "unreadable", "failures", "duplicate_ids")
Rows = list[dict[str, str]]
# Sentences that are told: documents made of them share frames, keys of retellings, lines and passages.
PLACES = ("harbour", "lighthouse", "market", "ferry", "bridge", "quarry", "mill", "chapel", "station", "orchard")
PEOPLE = ("keeper", "captain", "teacher", "miller", "widow", "surveyor", "painter", "pilot", "clerk", "gardener")
DEEDS = ("wrote down every ship", "painted the old door", "counted the lamps", "sold the last boat", "closed the gate")


def sentence(chance: random.Random) -> str:
    place, person, deed = chance.choice(PLACES), chance.choice(PEOPLE), chance.choice(DEEDS)
    return f"The {person} of the {place} {deed} before the storm came over the {chance.choice(PLACES)} that evening."


def text(chance: random.Random, others: Rows) -> str:
    """A story, or one that repeats another: whole, with a changed line, or within a longer one."""
    own = "\n".join(sentence(chance) for _ in range(chance.randint(2, 7)))
    kind, other = chance.random(), chance.choice(others)["text"] if others else own
    if kind < 0.3:
        return other
    if kind < 0.5:
        return f"{other}\n{sentence(chance)}"
    return f"{own}\n{other}" if kind < 0.6 else own


def add(chance: random.Random, rows: Rows) -> None:
    for _ in range(chance.randint(1, 5)):
        row = {"text": text(chance, rows), "source": chance.choice("ab")}
        named = (
            {"id": f"d{chance.randint(0, 99)}"} if chance.random() < 0.8 else {}
        )  # some ids repeat, some are missing
        rows.insert(chance.randint(0, len(rows)), row | named)


def remove(chance: random.Random, rows: Rows) -> None:
    for _ in range(min(len(rows) - 1, chance.randint(1, 6))):
        rows.pop(chance.randrange(len(rows)))


def change(chance: random.Random, rows: Rows) -> None:
    for row in chance.sample(rows, 3):
        row["text"] = text(chance, rows)


def rename(chance: random.Random, rows: Rows) -> None:
    for row in chance.sample(rows, 2):
        row["id"] = f"d{chance.randint(0, 99)}"


def repeat(chance: random.Random, rows: Rows) -> None:
    rows += [dict(row) for row in chance.sample(rows, 3)]  # equal rows, ids and all


def move(chance: random.Random, rows: Rows) -> None:
    chance.shuffle(rows)


EDITS: tuple[Callable[[random.Random, Rows], None], ...] = (add, add, remove, change, rename, repeat, move)


def bring_back(chance: random.Random, rows: Rows, earlier: list[Rows]) -> None:
    gone = [row for row in chance.choice(earlier) if row not in rows]
    for row in chance.sample(gone, min(4, len(gone))):
        rows.insert(chance.randint(0, len(rows)), dict(row))


def written(folder: Path, rows: Rows, files: int = 1) -> None:
    """The rows as a folder of so many files."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    size = -(-len(rows) // files)
    for number in range(files):
        jsonl(folder / f"{number}.jsonl", rows[number * size : (number + 1) * size])


def scanned(folder: Path, rows: Rows, work: str, plugins: list[Plugin], files: int = 1) -> Scan:
    written(folder / "source", rows, files)
    flow = Flow(LocalEngine(1), folder / work, memory=Memory(batch=20_000, bucket=30_000))
    return scan(open_corpus(folder / "source", unit_bytes=20_000), plugins, flow)[0]


def selected(also: Sequence[str] = ("passage",)) -> list[Plugin]:
    found = find([TOYS])
    return [load(found["copies"]), load(found["frame_lines"]), load(found["duplication"], {"also": list(also)})]


def other_format(_chance: random.Random, _work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "FORMAT", kept.FORMAT + 1)


def other_code(chance: random.Random, _work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if words were told apart in another way: the code of the check is part of what its keys follow from."""
    made = f"code {chance.random()}"
    monkeypatch.setattr(known, "fingerprint", lambda plugin: made + plugin.name)


def damage(chance: random.Random, work: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    path = chance.choice([path for path in sorted(work.glob("*/*")) if path.stat().st_size])
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


# What may happen to the work folder between two runs beside edits of the source.
EVENTS = (None, None, other_format, other_code, damage, damage)


@pytest.mark.parametrize(
    ("seed", "steps"), [(0, 3), *(pytest.param(seed, 8, marks=pytest.mark.slow) for seed in range(1, 5))]
)
def test_whatever_happens_gives_what_a_run_from_nothing_gives(
    tmp_path: Path, seed: int, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, limit in (("ALL_WITH_ALL", 4), ("WHOLE", 8), ("NEIGHBOURS", 2), ("GIANT", 12)):
        monkeypatch.setattr(pairing, name, limit)
    monkeypatch.setattr(candidates, "ALL_WITH_ALL", 4)
    chance, rows, earlier, plugins = random.Random(seed), [], [], selected()
    for _ in range(14):
        add(chance, rows)
    halves: set[str] = set()
    for step in range(steps):
        files = chance.randint(1, 3)
        warm, cold = (scanned(tmp_path, rows, work, plugins, files) for work in ("warm", f"cold-{step}"))
        for table in TABLES:
            assert getattr(warm, table).equals(getattr(cold, table)), (step, table)
        assert warm.capped == cold.capped
        halves |= set(warm.edges["half"].unique())
        earlier.append([dict(row) for row in rows])
        for edit in chance.sample(EDITS, 2):
            edit(chance, rows)
        bring_back(chance, rows, earlier)
        event = chance.choice(EVENTS)
        if event:
            event(chance, tmp_path / "warm", monkeypatch)
        if chance.random() < 0.2:
            plugins = selected(chance.choice([(), ("passage",)]))
    assert {"duplication.exact", "duplication.near", "duplication.contained", "copies.same"} <= halves


def test_pairs_that_were_compared_are_not_compared_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, rows = random.Random(5), []
    for _ in range(14):
        add(chance, rows)
    plugins = [load(find()["duplication"])]
    scanned(tmp_path, rows, "w", plugins)
    seen: list[pl.DataFrame] = []
    from corpusqa.scan import links

    real = links.verified
    monkeypatch.setattr(links, "verified", lambda *said: seen.extend(one.pairs for one in said[2]) or real(*said))
    rows[3]["text"] += "\nThe pilot of the mill counted the lamps."
    found = scanned(tmp_path, rows, "w", plugins)
    changed = found.documents.filter(pl.col("number") == 3)["doc"].item()
    assert seen
    assert all(changed in pair for pairs in seen for pair in pairs.rows())


def test_a_damaged_list_of_documents_is_said_in_one_line(tmp_path: Path) -> None:
    chance, rows = random.Random(8), []
    for _ in range(8):
        add(chance, rows)
    scanned(tmp_path, rows, "w", selected())
    (manifest,) = (tmp_path / "w").glob("index/manifest.json")
    manifest.write_bytes(manifest.read_bytes()[:-9])
    add(chance, rows)
    cold = scanned(tmp_path, rows, "cold", selected())
    said: list[str] = []
    flow = Flow(LocalEngine(1), tmp_path / "w", memory=Memory(batch=20_000, bucket=30_000), say=said.append)
    warm, _ = scan(open_corpus(tmp_path / "source", unit_bytes=20_000), selected(), flow)
    assert warm.edges.equals(cold.edges)
    assert said == [f"{manifest}: damaged, so that index is made anew"]


def test_another_option_makes_the_index_anew_and_says_so(tmp_path: Path) -> None:
    chance, rows = random.Random(6), []
    for _ in range(8):
        add(chance, rows)
    found, said = find(), []
    source = tmp_path / "c.jsonl"
    jsonl(source, rows)
    for threshold in (0.9, 0.6):
        flow = Flow(LocalEngine(1), tmp_path / "w", say=said.append)
        warm, _ = scan(open_corpus(source), [load(found["duplication"], {"threshold": threshold})], flow)
    cold = scanned(tmp_path, rows, "cold", [load(found["duplication"], {"threshold": 0.6})])
    assert warm.edges.equals(cold.edges)
    assert f"duplication.near: {OTHER_KEY}" in said
