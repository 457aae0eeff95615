"""Finding, selecting, loading and configuring checks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import corpusqa
from corpusqa.errors import ContractError, OptionError, PluginError
from corpusqa.plugins import find, fingerprint, load, select
from corpusqa.testing import run
from tests.files import TOYS

EXAMPLE = Path(__file__).parent / "example_plugin"
BUILT_IN = ["boilerplate", "cookie_text", "dates", "duplication", "language", "pii", "text"]


MEASURED = "def c() -> Check:\n    return Check({'n': Signal(pl.Int64, 'x')}, measure=m)\n"
SPAN = "SPAN = ['row', 'start', 'end', 'label']\n"


def local(folder: Path, body: str) -> Path:
    path = folder / "mine.py"
    path.write_text(f"import polars as pl\nfrom corpusqa.check import *\n{SPAN}{body}", encoding="utf-8")
    return path


def install(folder: Path, name: str, module: str, check: str) -> Path:
    """A distribution that brings one check, as pip would leave it on the path."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[corpusqa.checks]\n{check} = {module}:{check}\n")
    return folder


def test_the_built_in_checks_are_found_by_entry_point() -> None:
    assert [check.name for check in find().values() if check.distribution == "corpusqa"] == BUILT_IN


def test_listing_imports_no_check() -> None:
    code = "import sys; from corpusqa.plugins import find; find(); print([m for m in sys.modules if '_checks' in m])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


def test_two_distributions_that_claim_one_name_are_both_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(install(tmp_path / "a", "first-checks", "first", "volume")))
    monkeypatch.syspath_prepend(str(install(tmp_path / "b", "second-checks", "second", "volume")))

    with pytest.raises(
        PluginError, match=r"volume.*(first-checks|second-checks) 1\.0.*(first-checks|second-checks) 1\.0"
    ):
        find()


def test_a_file_that_claims_an_installed_name_is_refused(tmp_path: Path) -> None:
    path = local(tmp_path, "def pii() -> Check:\n    return Check()\n")

    with pytest.raises(PluginError, match=r"two checks are called 'pii'.*mine\.py"):
        find([path])


@pytest.mark.parametrize("name", ["doc", "ledger", "gate", "corpusqa", "documents"])
def test_reserved_names_are_refused(name: str, tmp_path: Path) -> None:
    path = local(tmp_path, f"def {name}() -> Check:\n    return Check()\n")

    with pytest.raises(PluginError, match="is reserved"):
        find([path])


def test_an_unknown_check_gets_the_nearest_name() -> None:
    with pytest.raises(PluginError, match="did you mean language"):
        select(find(), ["langauge"])


def test_a_file_of_checks_is_parsed_not_run(tmp_path: Path) -> None:
    path = local(tmp_path, "def mine() -> Check:\n    return Check()\nraise SystemExit(3)\n")

    assert "mine" in find([path])


@pytest.mark.parametrize(
    ("content", "message"), [("def (", r"mine\.py:\d+: not valid Python"), (None, r"missing\.py: cannot be read")]
)
def test_a_broken_file_of_checks_is_named(content: str | None, message: str, tmp_path: Path) -> None:
    path = local(tmp_path, content) if content else tmp_path / "missing.py"

    with pytest.raises(PluginError, match=message):
        find([path])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_leters": 3}, r"\[checks\.shouting\]: unknown option 'min_leters'; did you mean min_letters\?"),
        ({"min_letters": "many"}, r"min_letters = 'many' should be int"),
        ({"min_letters": True}, r"min_letters = True should be int"),
    ],
)
def test_options_are_held_to_the_signature(options: dict[str, object], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        load(find([TOYS])["shouting"], options)


@pytest.mark.parametrize("expected", ["en", ["en", 1], {"en": 1}])
def test_a_list_of_strings_is_asked_for_in_these_words(expected: object) -> None:
    with pytest.raises(OptionError, match=r"expected = .* should be a list of strings$"):
        load(find()["language"], {"expected": expected})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("def c() -> Check:\n    return 3\n", "returned int, not a Check"),
        ("def c() -> Check:\n    return Check(rests_on='words.txt')\n", "a list of paths and strings"),
        ("def c() -> Check:\n    return Check({'N': Signal(pl.Int64, 'x', pl.lit(1))})\n", "snake_case"),
        ("def c() -> Check:\n    return Check({'n': Signal(pl.Int64, 'x')})\n", "neither expressions nor measure"),
        ("def c() -> Check:\n    return Check({}, {}, None, {'h': Links(len, len)})\n", "gives the signal 'h'"),
        ("def c() -> Check:\n    return Check(suggest={'delete': ['x']})\n", "suggests delete"),
        ("def c() -> Check:\n    import absent_module\n", "absent_module"),
    ],
)
def test_a_broken_declaration_is_said_with_its_place(body: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=message):
        load(find([local(tmp_path, body)])["c"])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("Measured(pl.DataFrame({'m': b.text.str.len_chars()}))", "declared and measured differ: m, n"),
        ("Measured(pl.DataFrame({'n': ['x'] * b.height}))", "signal 'n' is String, declared Int64"),
        ("Measured(pl.DataFrame({'n': [1]}))", "1 rows of signals for 2 documents"),
        (
            "Measured(pl.DataFrame({'n': [1, 2]}), pl.DataFrame([(0, 0, 9, 'x')], SPAN, orient='row'))",
            "is not inside document 0",
        ),
        (
            "Measured(pl.DataFrame({'n': [1, 2]}), pl.DataFrame([(0, 0, 1, 'y')], SPAN, orient='row'))",
            "undeclared labels: y",
        ),
    ],
)
def test_a_result_is_held_to_its_declaration(body: str, message: str, tmp_path: Path) -> None:
    text = (
        f"def c() -> Check:\n    return Check({{'n': Signal(pl.Int64, 'x')}}, {{'x': Label('x')}}, lambda b: {body})\n"
    )
    with pytest.raises(ContractError, match=message):
        run(load(find([local(tmp_path, text)])["c"]), ["abc", "de"])


def test_nan_is_refused(tmp_path: Path) -> None:
    path = local(
        tmp_path, "def c() -> Check:\n    return Check({'n': Signal(pl.Float64, 'x', pl.lit(0.0) / pl.lit(0.0))})\n"
    )
    with pytest.raises(ContractError, match="NaN"):
        run(load(find([path])["c"]), ["abc"])


def test_views_that_wait_for_each_other_are_named() -> None:
    with pytest.raises(ContractError, match="reads_main -> reads_main"):
        run(load(find([TOYS])["reads_main"]), ["text"])


def test_the_fingerprint_changes_with_code_and_options(tmp_path: Path) -> None:
    body = "def c(*, n: int = 1) -> Check:\n    return Check({'n': Signal(pl.Int64, 'x', pl.lit(n))})\n"
    path = local(tmp_path, body)
    first = fingerprint(load(find([path])["c"]))

    assert fingerprint(load(find([path])["c"], {"n": 2})) != first
    other = tmp_path / "other"
    other.mkdir()
    assert fingerprint(load(find([local(other, body + "# changed\n")])["c"])) != first


@pytest.mark.slow
def test_a_third_party_distribution_is_installed_found_and_run(tmp_path: Path) -> None:
    place = tmp_path / "site"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(place),
    ]
    subprocess.run([*pip, str(EXAMPLE)], check=True)
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("EVERY WORD OF THIS TEXT IS A SHOUT")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from corpusqa.cli import run;"
        "sys.exit(run(['report', sys.argv[2], '--select', 'shouting', '-o', sys.argv[3], '--work', sys.argv[4]]))"
    )
    out = [str(place), str(tmp_path / "corpus"), str(tmp_path / "out"), str(tmp_path / "work")]
    said = subprocess.run([sys.executable, "-c", code, *out], capture_output=True, text=True, check=False)

    assert said.returncode == 0, said.stderr
    assert "shouting" in said.stdout


@pytest.mark.parametrize("error", ["SystemExit(0)", "GeneratorExit", "ValueError(b.text[0])"])
def test_whatever_a_check_raises_is_a_failure_of_the_document(error: str, tmp_path: Path) -> None:
    body = f"def m(b):\n    raise {error}\n{MEASURED}"
    found = run(load(find([local(tmp_path, body)])["c"]), ["abc", "de"])

    assert found.failures["why"].to_list() == [f"{error.partition('(')[0]} at mine.py:5"] * 2


def test_a_check_cannot_exchange_the_documents_of_a_batch(tmp_path: Path) -> None:
    body = f"def m(b):\n    b.frame = b.frame.head(0)\n{MEASURED}"
    others = [load(find([TOYS])["shouting"])]

    assert run(load(find([local(tmp_path, body)])["c"]), ["abc", "de"], others).failures.height == 2


@pytest.mark.parametrize("where", ["    raise RuntimeError('no model')\n", "    raise SystemExit(0)\n"])
def test_a_check_that_cannot_be_made_is_said_with_its_place(where: str, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"mine\.py:4: check 'c' cannot be made: (RuntimeError|SystemExit)"):
        load(find([local(tmp_path, f"def c() -> Check:\n{where}")])["c"])


@pytest.mark.parametrize("half", ["Derive(broken)", "Groups(keys, broken)", "Links(keys, broken)"])
def test_a_half_that_fails_is_named_without_its_message(half: str, tmp_path: Path) -> None:
    body = f"""
def broken(*given):
    raise KeyError("the text of a document")
def keys(batch):
    return pl.DataFrame({{"row": range(batch.height), "key": [1] * batch.height}})
def c() -> Check:
    return Check({{"h": Signal(pl.String, "x")}}, corpus={{"h": {half}}})
"""
    path = local(tmp_path, body)
    (tmp_path / "corpusqa.toml").write_text(f"[checks]\nselect = ['c']\nfiles = ['{path}']\n")
    (tmp_path / "two.jsonl").write_text('{"text": "one"}\n{"text": "two"}\n')

    with pytest.raises(ContractError, match=r"half 'c\.h': \w+ failed with KeyError at mine\.py:6$"):
        corpusqa.report(tmp_path / "two.jsonl", config=tmp_path / "corpusqa.toml")


def test_a_report_shows_its_ledger_and_no_row(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text('{"id": "anna@example.org", "text": "one"}\n')

    shown = repr(corpusqa.report(tmp_path / "one.jsonl", checks=["text"]))

    assert shown == "<corpusqa.Report read=1, kept=1, edited=0, dropped=0, unreadable=0>"
