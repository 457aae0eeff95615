"""What a check's results follow from is in its fingerprint: what it imports, names and reads, and nothing else."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from corpusqa.corpus import open_corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.plugins import Plugin, find, fingerprint, imported, load
from corpusqa.scan.run import scan

MODULE: Any = sys.modules[fingerprint.__module__]
CHECK = """
from pathlib import Path
import polars as pl
from corpusqa.check import Check, Signal
{imports}

def c(*, ner: str = "", also: list[str] = [], by: dict[str, str] = {{}}, model: str = "") -> Check:
    rests_on = [Path(model)] if model else []
    n = pl.col("text").str.len_chars().cast(pl.Int64) * 0 + {value}
    return Check({{"n": Signal(pl.Int64, "n", n)}}, rests_on=rests_on)
"""
LIBRARY = {"lib/fp_lib.py": "N = 1", "lib/fp_lib-1.0.dist-info/METADATA": "Name: fp-lib\nVersion: 1.0\n"}
UPDATED = {"lib/fp_lib.py": "N = 1", "lib/fp_lib-1.1.dist-info/METADATA": "Name: fp-lib\nVersion: 1.1\n"}
PACKAGE = {"fp_pack/__init__.py": "", "fp_pack/a.py": "from fp_pack.b import N", "fp_pack/b.py": "N = 1"}
# Imports of the check, its options, and files before and after; whether the fingerprint is to change.
CASES: dict[str, tuple[str, dict[str, object], Mapping[str, str], Mapping[str, str], bool]] = {
    "a module beside it": ("import fp_helper", {}, {"fp_helper.py": "N = 1"}, {"fp_helper.py": "N = 2"}, True),
    "what that imports": (
        "import json, fp_helper as h",
        {},
        {"fp_helper.py": "def f():\n    from fp_far import N\n    return N", "fp_far.py": "N = 1"},
        {"fp_helper.py": "def f():\n    from fp_far import N\n    return N", "fp_far.py": "N = 2"},
        True,
    ),
    "a module on a line that goes on": (
        "import json, \\\n    fp_helper",
        {},
        {"fp_helper.py": "N = 1"},
        {"fp_helper.py": "N = 2"},
        True,
    ),
    "a module of a package": ("from fp_pack.a import N", {}, PACKAGE, {**PACKAGE, "fp_pack/b.py": "N = 2"}, True),
    "a file that nobody imports": (
        "import fp_helper",
        {},
        {"fp_helper.py": ""},
        {"fp_helper.py": "", "x.py": ""},
        False,
    ),
    "another version of a library": ("import fp_lib", {}, LIBRARY, UPDATED, True),
    "the same version": ("import fp_lib", {}, LIBRARY, {**LIBRARY, "lib/fp_lib.py": "N = 2"}, False),
    "a function that an option names": ("", {"ner": "fp_names:f"}, {"fp_names.py": "1"}, {"fp_names.py": "2"}, True),
    "one in a list": ("", {"also": ["fp_names:f"]}, {"fp_names.py": "1"}, {"fp_names.py": "2"}, True),
    "one in a table": ("", {"by": {"en": "fp_names:f"}}, {"fp_names.py": "1"}, {"fp_names.py": "2"}, True),
    "the version of what an option names": ("", {"ner": "fp_lib:f"}, LIBRARY, UPDATED, True),
    "a module beside a library": (
        "",
        {"ner": "fp_names:f"},
        {**LIBRARY, "lib/fp_names.py": "1"},
        {**LIBRARY, "lib/fp_names.py": "2"},
        True,
    ),
    "a file that it rests on": ("", {"model": "m"}, {"m": "one"}, {"m": "two"}, True),
    "a folder that it rests on": ("", {"model": "d"}, {"d/a": "1"}, {"d/b": "1"}, True),
    "a file that is not there": ("", {"model": "m"}, {}, {"m": "one"}, True),
}


def laid(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def fresh_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that an earlier process would not have left: modules and what is known of them."""
    for name in [name for name in sys.modules if name.startswith("fp_")]:
        monkeypatch.delitem(sys.modules, name)
    for known in (imported._release, imported._holds_distributions, MODULE._code_of):
        known.cache_clear()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.syspath_prepend(str(folder / "lib"))
    monkeypatch.chdir(folder)


def loaded(folder: Path, imports: str = "", value: int = 1, **options: object) -> Plugin:
    laid(folder, {"c.py": CHECK.format(imports=imports, value=value)})
    return load(find([folder / "c.py"])["c"], options)


@pytest.mark.parametrize("name", CASES)
def test_it_changes_with_what_a_check_imports_names_and_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    imports, options, *worlds, changes = CASES[name]
    prints = []
    for number, files in enumerate(worlds):
        with monkeypatch.context() as patch:
            folder = tmp_path / str(number)
            folder.mkdir()
            laid(folder, files)
            fresh_process(folder, patch)
            prints.append(fingerprint(loaded(folder, imports, **options)))
    assert (prints[0] != prints[1]) is changes


def test_extras_that_are_installed_count_by_version(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = MODULE._versions.__wrapped__
    monkeypatch.setattr(imported, "version", {"lingua-language-detector": "9.9"}.get)
    assert ("lingua-language-detector", "9.9") in versions("corpusqa")


def test_a_check_and_a_file_that_changed_within_one_process_are_used_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"text": f"word {n}"}) + "\n" for n in range(3)))
    (tmp_path / "m").write_text("one")
    said = []
    for value in (1, 2):
        plugin = loaded(tmp_path, value=value, model=str(tmp_path / "m"))
        found, _ = scan(open_corpus(tmp_path / "a.jsonl"), [plugin], Flow(LocalEngine(1), tmp_path / "w"))
        said.append(found.in_memory().signals["c.n"].to_list())
    assert said == [[1] * 3, [2] * 3]
    before = fingerprint(plugin)
    (tmp_path / "m").write_text("other")
    assert fingerprint(plugin) != before
