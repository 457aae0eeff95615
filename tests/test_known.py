"""What has not changed is not measured again, and what is used again is what would have been measured."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from corpusqa import cli
from corpusqa.corpus import open_corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.engines.parts import CARRIED, PIECE, Done, Stage, read_stage, write_tables
from corpusqa.plugins import Plugin, find, load
from corpusqa.scan.known import ALIVE, NAME, SHARE
from corpusqa.scan.model import Scan
from corpusqa.scan.run import scan
from tests.files import TOYS, jsonl

# A check that notes every text it sees, one with keys, and one that blanks what another one reads.
OWN = '''
from pathlib import Path
import polars as pl
from corpusqa.check import Check, Label, Measured, Signal

def seen(*, log: str = "", scale: int = 1) -> Check:
    """Notes what it measures."""
    def measure(batch):
        with Path(log).open("a") as file:
            file.writelines(f"{len(text)}\\n" for text in batch.text)
        return Measured(batch.frame.select(size=batch.main.text.str.len_chars().cast(pl.Int64) * scale))
    return Check({"size": Signal(pl.Int64, "characters")}, measure=measure)

def first_word(*, word: str = "menu") -> Check:
    """Blanks a word at the start."""
    def measure(batch):
        rows = batch.frame.select(row=pl.int_range(pl.len()), hit=pl.col("text").str.starts_with(word)).filter("hit")
        spans = rows.select("row", start=pl.lit(0, pl.Int64), end=pl.lit(len(word), pl.Int64), label=pl.lit("word"))
        return Measured(batch.frame.select(hits=pl.col("text").str.count_matches(word).cast(pl.Int64)), spans)
    return Check({"hits": Signal(pl.Int64, "hits")}, {"word": Label("a word", main=False)}, measure)
'''


def rows(count: int = 200) -> list[dict[str, object]]:
    return [
        {"id": f"d{n}", "text": f"{'menu ' if n % 7 == 0 else ''}text {n} " + "word " * (n % 9)} for n in range(count)
    ]


class Runs:
    """Scans of one source in one work folder."""

    def __init__(self, folder: Path, unit_bytes: int = 2000) -> None:
        self.folder, self.unit_bytes = folder, unit_bytes
        self.log, self.source = folder / "log", folder / "c.jsonl"
        (folder / "own.py").write_text(OWN)

    def plugins(self, word: str = "menu", scale: int = 1) -> list[Plugin]:
        found = find([self.folder / "own.py", TOYS])
        options = {"seen": {"log": str(self.log), "scale": scale}, "first_word": {"word": word}}
        return [load(found[name], options.get(name, {})) for name in ("copies", "first_word", "seen", "shouting")]

    def scan(self, texts: list[dict[str, object]], work: str = "w", **options: object) -> tuple[Scan, int]:
        """The scan, and how many texts the check `seen` saw."""
        jsonl(self.source, texts)
        self.log.write_text("")
        corpus = open_corpus(self.source, unit_bytes=self.unit_bytes)
        found, _ = scan(corpus, self.plugins(**options), Flow(LocalEngine(1), self.folder / work))  # type: ignore[arg-type]
        found = found.in_memory()  # the next scan takes its files
        return found, len(self.log.read_text().splitlines())


def same(one: Scan, other: Scan) -> bool:
    frames = ("documents", "signals", "spans", "edges", "clusters", "unreadable", "failures")
    return all(getattr(one, name).equals(getattr(other, name)) for name in frames)


def test_only_what_has_changed_is_measured(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    assert runs.scan(rows())[1] == 200
    changed = rows()
    changed[3]["text"], changed[150]["text"] = "menu another text", "and yet another"
    changed = [{"id": "new", "text": "one more at the front, so that every place moves"}, *changed[:60], *changed[61:]]
    found, seen = runs.scan(changed)
    fresh, _ = runs.scan(changed, "fresh")

    assert seen == 3
    assert same(found, fresh)
    assert not (tmp_path / "w" / NAME).exists()


def measured(folder: Path) -> Stage:
    found = read_stage(folder / "w" / "measure", None)
    assert found is not None
    return found


@pytest.mark.parametrize(("links", "count"), [(True, 3), (False, 1)])
def test_files_of_keys_are_taken_over_and_neither_many_nor_mostly_in_vain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool, count: int
) -> None:
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", lambda *_: (_ for _ in ()).throw(OSError("no links here")))
    runs, texts, chance, taken = Runs(tmp_path), rows(90), random.Random(3), []
    runs.scan(texts)
    for number in range(count):
        texts[chance.randrange(len(texts))]["text"] = f"changed in run {number}"
        texts.insert(chance.randrange(len(texts)), {"id": f"n{number}", "text": f"new in run {number}"})
        texts += [dict(texts[0])] if number == 1 else []  # the same row twice, in two places
        texts = texts[40:] + texts[:40] if number == 2 else texts  # what was far apart is in one unit
        found, seen = runs.scan(texts)
        taken.append([part for part in measured(tmp_path).parts if PIECE in part.table])
        assert seen <= 3
        assert all(count <= 1 / SHARE for count in Counter(part.part for part in taken[-1]).values())
        for part in taken[-1]:
            places = measured(tmp_path).part(CARRIED, part.part)
            assert places.filter(pl.col("piece") == int(part.table[-1])).height >= ALIVE * places["of"].min()
    fresh, _ = runs.scan(texts, "fresh")

    assert same(found, fresh)
    assert all(taken)
    assert max(path.stat().st_nlink for path in (tmp_path / "w" / "measure").iterdir()) == 1  # of the runs before


def test_another_option_measures_that_check_alone(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.scan(rows())
    found, seen = runs.scan(rows(), scale=2)
    fresh, _ = runs.scan(rows(), "fresh", scale=2)

    assert seen == 200
    assert same(found, fresh)


def test_a_check_is_measured_again_when_what_feeds_its_view_changes(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    before, _ = runs.scan(rows())
    found, seen = runs.scan(rows(), word="text")
    fresh, _ = runs.scan(rows(), "fresh", word="text")

    assert seen == 200
    assert same(found, fresh)
    assert before.signals["seen.size"].to_list() == found.signals["seen.size"].to_list()  # blanked, not cut


def test_the_same_row_elsewhere_in_the_source_is_known(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.scan(rows())
    found, seen = runs.scan(rows()[::-1])
    fresh, _ = runs.scan(rows()[::-1], "fresh")

    assert seen == 0
    assert same(found, fresh)


def test_a_document_on_which_a_check_failed_is_measured_again(tmp_path: Path) -> None:
    texts = rows(30)
    texts[4]["text"] = "boom, a text that no toy can stand"
    jsonl(tmp_path / "c.jsonl", texts)
    failing = [load(find([TOYS])["failing"])]
    flow = Flow(LocalEngine(1), tmp_path / "w")
    scan(open_corpus(tmp_path / "c.jsonl"), failing, flow)
    texts.append({"id": "new", "text": "new"})
    jsonl(tmp_path / "c.jsonl", texts)
    found, _ = scan(open_corpus(tmp_path / "c.jsonl"), failing, flow)

    assert found.failures["check"].to_list() == ["failing"]
    assert found.signals["failing.chars"].null_count() == 1


def sizes(folder: Path, task: int) -> Done:
    """Counts its calls, and ends the run at the fourth task until it may go on."""
    with (folder.parent / "calls").open("a") as file:
        file.write(f"{task}\n")
    if task == 3 and not (folder.parent / "go").exists():
        raise KeyboardInterrupt
    return Done(write_tables(folder, task, {"numbers": pl.DataFrame({"n": [task]})}))


@pytest.mark.parametrize(("damaged", "again"), [(False, [3, 4]), (True, [1, 3, 4])])
def test_finished_tasks_of_a_run_that_died_are_kept_if_their_files_are_whole(
    tmp_path: Path, damaged: bool, again: list[int]
) -> None:
    flow = Flow(LocalEngine(1), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        flow.map("numbers", "made of this", range(5), sizes)
    if damaged:
        part = next((tmp_path / "numbers").glob("numbers-00001-*"))
        part.write_bytes(bytes(part.stat().st_size))
    (tmp_path / "go").touch()
    (tmp_path / "calls").unlink()
    stage = flow.map("numbers", "made of this", range(5), sizes)

    assert [int(line) for line in (tmp_path / "calls").read_text().split()] == again
    assert stage.frame("numbers")["n"].to_list() == [0, 1, 2, 3, 4]
    assert len(list((tmp_path / "numbers").iterdir())) == 6  # what is not listed is swept


def test_what_is_left_of_a_stage_made_of_something_else_is_not_used(tmp_path: Path) -> None:
    flow = Flow(LocalEngine(1), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        flow.map("numbers", "made of this", range(5), sizes)
    (tmp_path / "go").touch()
    (tmp_path / "calls").unlink()
    flow.map("numbers", "made of that", range(5), sizes)

    assert len((tmp_path / "calls").read_text().split()) == 5


def test_what_other_code_made_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = Flow(LocalEngine(1), tmp_path)
    flow.write("made", "of this", [{"numbers": pl.DataFrame({"n": [1]})}])
    assert flow.finished("made", "of this", 1)
    monkeypatch.setattr("corpusqa.engines.flow.own_code", lambda: "another version")
    assert flow.finished("made", "of this", 1) is None


def test_report_gate_and_clean_share_one_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, work = tmp_path / "c.jsonl", ["--work", str(tmp_path / "w"), "-q", "--select", "shouting,copies"]
    jsonl(source, rows())
    (tmp_path / "c.toml").write_text(f'[checks]\nfiles = ["{TOYS}"]\n')
    work += ["--config", str(tmp_path / "c.toml")]
    assert cli.run(["report", str(source), "-o", str(tmp_path / "report"), *work]) == 0
    stages = [path for path in sorted((tmp_path / "w").glob("scan-*/*")) if path.is_dir()]
    before = {path: path.read_bytes() for stage in stages for path in stage.iterdir()}

    def measured(*_: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr("corpusqa.scan.measuring.measure", measured)
    monkeypatch.setattr("corpusqa.scan.views.measure", measured)
    assert cli.run(["gate", str(source), *work]) == 0
    assert cli.run(["clean", str(source), "--dry-run", *work]) == 0
    assert {path: path.read_bytes() for path in before} == before
