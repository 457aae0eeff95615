"""Work folders: who may work in one, which source has which, and what is left of them."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import pytest

import corpusqa
from corpusqa.api.account import account
from corpusqa.api.folders import folder_of, tidy
from corpusqa.api.last import last
from corpusqa.api.model import Settings
from corpusqa.cli import run
from corpusqa.config import Config, load_config, overridden
from corpusqa.corpus import open_corpus
from corpusqa.corpus.place import place_of
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.engines.lock import Lock, alone, unused
from corpusqa.engines.parts import commit
from corpusqa.errors import CorpusqaError, UsageError
from tests.files import jsonl

TEXT = "The keeper wrote down every ship that passed the lighthouse before the storm came over the harbour"


def source(path: Path, *rows: str) -> Path:
    return jsonl(path, ({"id": f"{number}", "text": row} for number, row in enumerate(rows)))


@pytest.fixture
def corpora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two corpora and a reference, which is the working directory."""
    source(tmp_path / "a.jsonl", TEXT, f"{TEXT} today.")
    source(tmp_path / "b.jsonl", TEXT, f"{TEXT} tomorrow.")
    source(tmp_path / "e.jsonl", f"{TEXT} today.")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def config(base: str | None = None, *checks: str) -> Config:
    found = overridden(load_config(None, Path.cwd()), select=checks or ("text",), ignore=None, policy=None)
    return replace(found, gate=replace(found.gate, base=base))


def started(do: Callable[[], Any], then: threading.Event) -> threading.Thread:
    """A thread; `then` is set when it ends in whatever way."""

    def whole() -> None:
        try:
            do()
        finally:
            then.set()

    thread = threading.Thread(target=whole, daemon=True)
    thread.start()
    return thread


def is_free(folder: Path) -> bool:
    with unused(folder) as free:
        return free


class TestRunsTakeTurns:
    def test_a_run_has_the_folder_of_its_base_before_it_reads_anything(self, corpora: Path) -> None:
        """Two gates that compare a with b and b with a would else each wait for the folder that the other one has."""
        free: list[bool] = []

        def progress(_stage: str, _done: int, _all: int) -> None:
            free.extend(is_free(folder_of(Path("w"), name, None)) for name in ("a.jsonl", "b.jsonl"))

        found = account("a.jsonl", config("b.jsonl"), Settings(Path("w"), progress=progress))
        assert found.gate.status == "passed"
        assert free
        assert not any(free)

    def test_a_base_that_came_later_is_not_waited_for(self, corpora: Path) -> None:
        later = corpora / "later.jsonl"
        found = account("a.jsonl", config(str(later)), Settings(Path("w")))
        source(later, TEXT)
        with pytest.raises(CorpusqaError, match=r"later\.jsonl: the base was not there when the run began"):
            _ = found.gate

    def test_folders_are_taken_in_one_order(self, tmp_path: Path) -> None:
        folders = [tmp_path / name for name in "abc"]
        mine, said = alone(folders[:1], print), threading.Event()
        theirs: list[Lock] = []
        alone(folders[1:], print).release()
        other = started(lambda: theirs.append(alone(reversed(folders), lambda _line: said.set())), said)
        said.wait()
        assert [is_free(folder) for folder in folders] == [False, True, True]
        mine.release()
        other.join()
        assert [is_free(folder) for folder in folders] == [False, False, False]
        theirs.pop().release()
        assert [is_free(folder) for folder in folders] == [True, True, True]

    def test_a_thread_waits_for_another_one(self, tmp_path: Path) -> None:
        said, told = list[str](), threading.Event()

        def say(line: str) -> None:
            said.append(line)
            told.set()

        first = Flow(LocalEngine(1), tmp_path / "w")
        Flow(LocalEngine(1), tmp_path / "w").close()  # one of the same run does not
        other = started(lambda: Flow(LocalEngine(1), tmp_path / "w", say=say).close(), told)
        told.wait()
        first.close()
        other.join()
        assert said == [f"waiting for another run that works in {tmp_path / 'w'}"]

    def test_a_folder_that_was_removed_meanwhile_is_made_again(self, tmp_path: Path) -> None:
        work, told, held = tmp_path / "scan-1", threading.Event(), list[Lock]()
        work.mkdir()
        with unused(work) as free:
            assert free
            other = started(lambda: held.append(alone([work], lambda _line: told.set())), told)
            told.wait()
            work.rename(tmp_path / "removed-1")
        other.join()
        assert not is_free(work)

    def test_a_report_holds_nothing(self, corpora: Path) -> None:
        found = corpusqa.report("a.jsonl", work="w", checks=["text"])
        assert [is_free(folder) for folder in Path("w").glob("scan-*")] == [True]
        corpusqa.report("a.jsonl", work="w", checks=["pii"])  # what the other was made of is gone
        assert found.findings.height == found.data["totals"]["findings"]
        assert found.verdicts.height == found.signals.height == 2
        assert "iframe" in found._repr_html_()

    @pytest.mark.parametrize("fails", [corpusqa.report, corpusqa.clean])
    def test_an_error_holds_nothing(self, corpora: Path, fails: Callable[..., Any]) -> None:
        Path("corpusqa.toml").write_text('[clean]\ndrop = ["text.words > 1"]\n')
        Path("e.jsonl").write_text('{"id": "1", "text": "ab"}\n')
        arguments = {"against": "e.jsonl"} if fails is corpusqa.report else {}
        with pytest.raises(CorpusqaError) as kept:
            fails("a.jsonl", work="w", checks=["text", "duplication"], **arguments)
        assert [is_free(folder) for folder in Path("w").glob("scan-*")] == [True]
        assert kept.tb is not None  # and with it all frames of the run


LIMITS = """
[gate.limits]
"text.words.mean" = { max_increase = 0 }
"duplication.reference.documents" = { max_increase = 0 }
"""


def test_a_source_can_be_its_own_base_with_a_reference(corpora: Path) -> None:
    Path("corpusqa.toml").write_text(LIMITS)
    found = account("a.jsonl", config("./a.jsonl", "text", "duplication"), Settings(Path("w")), "e.jsonl")
    assert found.report["gate"]["status"] == "passed"  # all of it is read after the base was
    compared = found.gate.rows.drop_nulls("base")["metric"]
    assert compared.to_list() == ["text.words.mean", "duplication.reference.documents"]
    assert len(list(Path("w").glob("scan-*"))) == 1


def test_a_limit_of_the_reference_can_stand_beside_a_base(corpora: Path) -> None:
    """The base is compared with no reference, and is not refused for it."""
    Path("corpusqa.toml").write_text('[gate.limits]\n"duplication.reference.documents" = { error = 2 }\n')
    found = account("a.jsonl", config("b.jsonl", "text", "duplication"), Settings(Path("w")), "e.jsonl")
    assert found.gate.status == "passed"


def test_the_last_scan_is_that_of_the_source_not_of_its_base(corpora: Path) -> None:
    assert account("a.jsonl", config("b.jsonl"), Settings(Path("w"))).gate.status == "passed"
    assert last(Path("w")).source == "a.jsonl"


class TestOneFolderASource:
    def test_however_it_is_spelled(self, corpora: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        source(corpora / "data/a.jsonl", TEXT)
        (corpora / "link").symlink_to(corpora / "data")
        stages: set[str] = set()
        for name in ("data", "data/", "./data", "data/../data", f"{corpora}/data", "link", ["data"]):
            settings = Settings(corpora / "w", progress=lambda stage, _done, _all: stages.add(stage))
            account(name, config(), settings).flow.close()
            assert ("measure" in stages) == (name == "data")
            stages.clear()
        monkeypatch.chdir(corpora / "data")
        account(".", config(), Settings(corpora / "w")).flow.close()
        assert len(list((corpora / "w").glob("scan-*"))) == 1

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("data/*.jsonl", "./data/*.jsonl", True),
            ("data/*.jsonl", "data/sub/../*.jsonl", True),
            ("data/*.jsonl", "data/*.json", False),
            ("data/*.jsonl", "data/a.jsonl", False),
            ("data/**/*.jsonl", "data/*.jsonl", False),
            (["a.jsonl", "b.jsonl"], ["./b.jsonl", "a.jsonl"], True),
            (["a.jsonl", "b.jsonl"], ["a.jsonl", "e.jsonl"], False),
            (["a.jsonl", "b.jsonl"], ".", False),
            (["a.jsonl", "./a.jsonl"], Path("a.jsonl"), True),
            (["[ab].jsonl"], "[ab].jsonl", True),
            ("https://me:key@x.org/a.jsonl?signed=1", "https://x.org/a.jsonl?signed=2", True),
            ("https://x.org/a.jsonl", "https://x.org/b.jsonl", False),
            ("hf://datasets/me/a:train", "hf://datasets/me/a:test", False),
            ("-", "standard input", False),  # a file of that name
            ("-", "./-", False),
        ],
    )
    def test_places(self, corpora: Path, one: Any, other: Any, same: bool) -> None:
        (corpora / "data/sub").mkdir(parents=True)
        assert (place_of(one) == place_of(other)) == same

    def test_places_of_objects(self) -> None:
        rows = datasets.Dataset.from_list([{"text": TEXT}])
        more = datasets.Dataset.from_list([{"text": TEXT}, {"text": "more"}])
        assert place_of(rows) == place_of(more)
        split = datasets.DatasetDict(train=rows)
        places = {place_of(one) for one in (rows, rows.to_iterable_dataset(), split, datasets.DatasetDict(test=rows))}
        assert len(places) == 4

    def test_the_same_name_in_two_folders_is_two_sources(self, corpora: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("one", "two"):
            source(corpora / name / "data/a.jsonl", f"{TEXT} {name}")
            monkeypatch.chdir(corpora / name)
            account("data", config(), Settings(corpora / "w")).flow.close()
        assert len(list((corpora / "w").glob("scan-*"))) == 2


# Files of the user, in folders whose names begin as ours do, or are even like ours.
USERS = (
    "removed-2019/page",
    "removed-20191231/page",
    "scan-2019/pages/page",
    "scan-201912312359/pages/manifest.json",
    "scan-201912312358/lock",
    "source-2019/page",
    "source-document/page",
    "corpusqa-ranks-2019/page",
)
OF_USER = {name.partition("/")[0] for name in USERS}


def scan_name(number: int) -> str:
    return f"scan-{number:012x}"


class TestWhatIsKept:
    @pytest.fixture
    def work(self, tmp_path: Path) -> Path:
        """Scans of 10 bytes, the last ones last by their names, and what a run that removed one left of it."""
        for number in range(6):
            folder = tmp_path / scan_name(number)
            (folder / "measure").mkdir(parents=True)
            (folder / "measure/part").write_bytes(bytes(10))
            (folder / "lock").touch()
            os.utime(folder / "lock", (number, number))
        (tmp_path / "removed-01234567/measure").mkdir(parents=True)
        (tmp_path / "removed-01234567/lock").touch()
        (tmp_path / "source-1").mkdir()
        return tmp_path

    @pytest.mark.parametrize(
        ("most", "limit", "left"),
        [(6, 60, "012345"), (4, 60, "2345"), (6, 39, "345"), (0, 60, ""), (6, 9, "")],
    )
    def test_the_last_ones_used_within_a_number_and_a_size(self, work: Path, most: int, limit: int, left: str) -> None:
        tidy(work, most, limit)
        assert {path.name for path in work.iterdir()} == {"source-1", *(scan_name(int(number)) for number in left)}

    def test_a_scan_of_a_version_without_locks_goes_and_folders_of_the_user_stay(self, work: Path) -> None:
        (work / scan_name(0) / "lock").unlink()
        commit(work / scan_name(0) / "measure", "fingerprint", [], 0)
        kept = {work / name for name in USERS}
        for page in kept:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text("{}")
        before = {path for path in work.rglob("*") if path.relative_to(work).parts[0] in OF_USER}
        tidy(work, 0, 0)
        open_corpus(source(work / "a.jsonl", TEXT), work=work)
        assert {path for path in work.rglob("*") if path.name != "a.jsonl"} == {work / "source-1", *before}

    @pytest.mark.parametrize("most", [0, 2])
    def test_what_somebody_uses_stays(self, work: Path, most: int) -> None:
        lock = alone([work / scan_name(1)], print)
        os.utime(work / scan_name(1) / "lock", (1, 1))
        tidy(work, most, 1000)
        assert sorted(path.name for path in work.glob("scan-*")) == (
            [scan_name(number) for number in ([1, 4, 5] if most else [1])]
        )
        lock.release()
        tidy(work, 1, 1000)
        assert [path.name for path in work.glob("scan-*")] == [scan_name(1)]  # it was used last

    def test_every_run_tidies_up(self, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(work)
        monkeypatch.setattr("corpusqa.api.folders.MOST", 3)
        account(source(work / "a.jsonl", TEXT), config(), Settings(work)).flow.close()
        here = folder_of(work, work / "a.jsonl", None).name
        assert {path.name for path in work.glob("scan-*")} == {here, scan_name(4), scan_name(5)}
        assert last(work).scan.height == 1


class TestDamage:
    @pytest.mark.parametrize(
        ("stage", "damage"), [("measure", "[]"), ("measure", "[" * 100_000), ("index", "1"), ("scan", "null")]
    )
    def test_a_manifest_that_is_none_is_made_anew(self, corpora: Path, stage: str, damage: str) -> None:
        account("a.jsonl", config(), Settings(Path("w"))).flow.close()
        (manifest,) = Path("w").glob(f"scan-*/{stage}/manifest.json")
        manifest.write_text(damage)
        if stage == "index":  # which nobody asks for while the scan is there
            (manifest.parent.parent / "scan/manifest.json").unlink()
        said: list[str] = []
        found = account("a.jsonl", config(), Settings(Path("w"), say=said.append))
        assert found.ledger.read == 2
        assert any(line.endswith(f"{stage}/manifest.json: damaged, so that {stage} is made anew") for line in said)
        assert isinstance(json.loads(manifest.read_text()), dict)

    def test_a_note_of_the_last_scan_that_is_none(self, corpora: Path) -> None:
        account("a.jsonl", config(), Settings(Path("w"))).flow.close()
        for damage in ("[1]", "[]", '"scan"', "{", '{"scan": "x"}', '{"scan": 1, "source": []}'):
            Path("w/last.json").write_text(damage)
            with pytest.raises(UsageError, match="w: holds no scan; run `corpusqa report SRC` first"):
                last(Path("w"))

    @pytest.mark.parametrize("place", ["file", "file/below"])
    def test_a_work_folder_that_is_a_file(self, corpora: Path, capsys: pytest.CaptureFixture[str], place: str) -> None:
        Path("file").touch()
        assert run(["report", "a.jsonl", "--work", place]) == 2
        assert (
            f"{corpora}/file: is a file, and the work files need a folder; choose another --work"
            in capsys.readouterr().err
        )


def test_other_rows_are_not_called_other_options(corpora: Path) -> None:
    """What is kept of private values hangs on the beginning of the source."""
    said: list[str] = []
    for name in ("anna", "bert"):
        source(corpora / "a.jsonl", *(f"Write to {name}@mail.example.de now, {n}" for n in range(3)))
        account("a.jsonl", config(None, "pii"), Settings(Path("w"), say=said.append)).flow.close()
    (line,) = (line for line in said if line.startswith("pii.shared: "))
    assert "or, of private values, the beginning of the source" in line
