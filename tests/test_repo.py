"""The repository keeps its promises: what is shipped, what is exported, what is imported, what is said."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import corpusqa
from tests.files import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def test_entry_points_and_modules_are_the_same_set() -> None:
    points = set(PROJECT["project"]["entry-points"]["corpusqa.checks"])
    modules = {path.parent.name for path in (ROOT / "checks/corpusqa_checks").glob("[a-z]*/__init__.py")}

    assert points == modules, "after adding an entry point run `make test` again: it installs anew"


def test_public_names_are_sorted_and_all_there() -> None:
    assert sorted(corpusqa.__all__) == corpusqa.__all__
    for name in corpusqa.__all__:
        assert getattr(corpusqa, name).__doc__, name


def imported(code: str) -> set[str]:
    said = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(said.stdout.split("\n")[-2].split(" "))


def test_import_and_help_load_nothing_heavy() -> None:
    heavy = {"polars", "pyarrow", "pandas", "numpy", "datasets", "pandera", "rich", "jinja2"}
    ask = "from corpusqa.cli import run; run(['--help'])"

    assert not imported("import corpusqa") & heavy
    assert not imported(ask) & heavy
    assert not imported("from corpusqa.cli import run; run(['report', '--help'])") & heavy


def test_a_report_on_a_folder_never_imports_datasets(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("A small text about the harbour, its ferries and its lamps.")
    out = f"{str(tmp_path / 'corpus')!r}, '-o', {str(tmp_path / 'out')!r}, '--work', {str(tmp_path / 'work')!r}"

    assert "datasets" not in imported(f"from corpusqa.cli import run; assert run(['report', {out}]) == 0")


@pytest.mark.slow
def test_the_wheel_holds_the_two_packages_and_nothing_else(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(pip, check=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    tops = {name.split("/")[0] for name in names}
    shipped = {name for name in names if not name.split("/")[0].endswith(".dist-info")}
    kept = {
        str(path.relative_to(ROOT)).removeprefix("checks/")
        for path in tracked()
        if path.relative_to(ROOT).parts[0] == "corpusqa"
        or path.relative_to(ROOT).parts[:2] == ("checks", "corpusqa_checks")
    }

    assert {top for top in tops if not top.endswith(".dist-info")} == {"corpusqa", "corpusqa_checks"}
    assert shipped >= kept


def test_the_project_speaks_of_itself_alone() -> None:
    foreign = re.compile(
        r"/work/|/root/|/tmp/team|\bissue #\d+\b|helper[- ]?\d|files\.pythonhosted|pypi\.org/simple", re.I
    )
    said = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.suffix in {".py", ".md", ".toml", ".yml", ".yaml", ".txt", ""} and path.name != "test_repo.py"
        if path.is_file() and "seeds" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if foreign.search(line)
    ]

    assert said == []


def test_every_required_top_level_entry_is_there() -> None:
    required = [
        "pyproject.toml",
        "corpusqa",
        "checks",
        "tests",
        "seeds",
        "CHANGELOG.md",
        "README.md",
        "LICENSE",
        "Makefile",
    ]

    assert [name for name in required if not (ROOT / name).exists()] == []
