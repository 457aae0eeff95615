"""Loading the configuration: what is known, what is refused, and where it is said to stand."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from corpusqa.config import ChecksOptions, CleanOptions, Config, Limit, load_config, overridden
from corpusqa.config.keys import LIMIT, TABLES
from corpusqa.config.schema import json_schema
from corpusqa.errors import ConfigError
from tests.files import ROOT, SEEDS

WHOLE = """
[input]
text = "body"
published = "date"

[checks]
select = ["text", "pii"]
files = ["my_checks.py"]

[checks.pii]
allow = ["desk@example.org"]

[clean]
policy = "none"
drop = [
    "text.letters_share < 0.4",
    "pii.count > 3",
]
mask = ["pii.*"]
decisions = "takedown.csv"

[clean.mask_with]
"pii.email" = "mask"
key_file = "secret.key"

[gate]
min_documents = 50

[gate.limits]
"pii.email.per_mb" = { error = 5, warn = 1, max_increase = 0.5, by = "source" }
"documents.count" = { error_below = 10, max_drop = 2 }

[report]
by = ["source", "language"]

[[suppress]]
check = "pii.phone"
reason = "public register"
expires = 2027-03-31

[[suppress]]
check = "dates.*"
reason = "fiction"
expires = "2027-01-01"
source = "novels/*"
"""


def written(folder: Path, text: str, name: str = "corpusqa.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as raised:
        load_config(written(folder, text), folder)
    return str(raised.value)


def test_everything_a_file_can_say(tmp_path):
    config = load_config(written(tmp_path, WHOLE), tmp_path)
    assert (config.input.text, config.input.published, config.input.id) == ("body", "date", None)
    assert config.checks == ChecksOptions(
        ("text", "pii"), (), (str(tmp_path / "my_checks.py"),), {"pii": {"allow": ["desk@example.org"]}}
    )
    assert config.clean == CleanOptions(
        policy="none",
        drop=("text.letters_share < 0.4", "pii.count > 3"),
        mask=("pii.*",),
        mask_with={"pii.email": "mask", "key_file": str(tmp_path / "secret.key")},
        decisions=(str(tmp_path / "takedown.csv"),),
    )
    assert config.gate.min_documents == 50
    assert config.gate.limits == {
        "pii.email.per_mb": Limit(error=5, warn=1, max_increase=0.5, by=("source",)),
        "documents.count": Limit(error_below=10, max_drop=2),
    }
    assert config.report.by == ("source", "language")
    assert [s.expires for s in config.suppress] == [date(2027, 3, 31), date(2027, 1, 1)]
    assert config.path == tmp_path / "corpusqa.toml"


def test_rules_limits_and_suppressions_know_their_lines(tmp_path):
    config = load_config(written(tmp_path, WHOLE), tmp_path)
    assert config.clean.places["pii.count > 3"].endswith("corpusqa.toml:17")
    assert config.gate.limits["documents.count"].place.endswith("corpusqa.toml:31")
    assert [s.place.rpartition(":")[2] for s in config.suppress] == ["36", "41"]


def test_without_a_file_the_defaults_hold(tmp_path):
    config = load_config(None, tmp_path)
    assert config == Config()
    assert (config.clean.policy, config.report.by, config.gate.limits) == ("safe", ("source",), None)


def test_lists_not_given_stay_open_for_the_named_policy(tmp_path):
    config = load_config(written(tmp_path, "[clean]\ndrop = []\n"), tmp_path)
    assert (config.clean.drop, config.clean.cut) == ((), None)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[chekcs]\n", 1, "unknown key 'chekcs'; did you mean checks"),
        ("\n[clean]\nmin-documents = 3\n", 3, "[clean] unknown key 'min-documents'"),
        ("[gate]\nmin-documents = 3\n", 2, "did you mean min_documents?"),
        ("[clean]\ndrop = 'x > 1'\n", 2, "[clean] drop = 'x > 1' should be a list of strings"),
        ("[clean]\ndrop = [1]\n", 2, "should be a list of strings"),
        ("[clean]\nalarm_share = 2\n", 2, "a number from 0 to 1"),
        ("[clean]\ndrop = ['']\n", 2, "should be a list of strings"),
        ("[checks]\nselct = ['pii']\n", 2, "did you mean select"),
        ("checks = 3\n", 1, "[checks] is 3, but should be a table"),
        ("[input]\ntext = 3\n", 2, "a column, a list of columns or a table of roles and columns"),
        ("[gate]\nmin_documents = true\n", 2, "a whole number from 0"),
        ("[gate.limits]\n'pii.email.per_mb' = 5\n", 2, '"pii.email.per_mb" = { error = 5 }'),
        ("[gate.limits]\npii.email.per_mb = { error = 5 }\n", 2, 'write the whole metric in quotes: "pii.email"'),
        ("[gate.limits]\n'a.b' = { eror = 5 }\n", 2, "[gate.limits.\"a.b\"] unknown key 'eror'; did you mean error"),
        ("[gate.limits]\n'a.b' = { error = nan }\n", 2, "a finite number"),
        ("[gate.limits]\n'a.b' = { error = true }\n", 2, "a finite number"),
        ("[gate.limits]\n'a.b' = { max_drop = -1 }\n", 2, "a number from 0"),
        ("[gate.limits]\n'a.b' = { by = 'source' }\n", 2, "sets no limit"),
        ("[gate.limits]\n'a.b' = { error = 1, warn = 2 }\n", 2, "never reached"),
        ("[gate.limits]\n'a.b' = { error_below = 2, warn_below = 1 }\n", 2, "never reached"),
        ("[clean.mask_with]\npii.email = 'mask'\n", 2, 'write the label in quotes: "pii.email"'),
        ("[clean.mask_with]\n'pii.*' = 3\n", 2, "should be a string"),
        ("[suppress]\ncheck = 'x'\n", 1, "double brackets"),
        ("[[suppress]]\ncheck = 'x'\n\n[[suppress]]\nreason = 'y'\n", 1, "[suppress] reason is missing"),
        ("[[suppress]]\ncheck = 'x'\nreason = ' '\n", 3, "should be a string"),
        ("[[suppress]]\ncheck = 'x'\nreason = 'y'\nexpires = 'soon'\n", 4, "a date such as 2027-03-31"),
        ("[[suppress]]\ncheck='x'\nreason='y'\n[[suppress]]\ncheck='x'\nreason='y'\nexpired='z'\n", 7, "expires"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(tmp_path, text, line, words):
    message = refused(tmp_path, text)
    assert f"corpusqa.toml:{line}: " in message
    assert words in message


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"[clean\n", "not valid TOML"), (b"a = 1\na = 2\n", "not valid TOML"), (b"a = '\xff'\n", "not UTF-8 at byte 5")],
)
def test_files_that_are_no_toml(tmp_path, content, words):
    (tmp_path / "corpusqa.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=words):
        load_config(None, tmp_path)


def test_a_byte_order_mark_does_no_harm(tmp_path):
    (tmp_path / "corpusqa.toml").write_bytes(b"\xef\xbb\xbf[report]\r\nby = 'split'\r\n")
    assert load_config(None, tmp_path).report.by == ("split",)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path, tmp_path)


def test_a_missing_file(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read \(No such file"):
        load_config(tmp_path / "none.toml", tmp_path)


def test_the_search_ends_at_the_root_of_the_repository(tmp_path):
    inner = tmp_path / "repository" / "a" / "b"
    inner.mkdir(parents=True)
    written(tmp_path, "[report]\nby = 'split'\n")
    written(tmp_path / "repository", "[report]\nby = 'language'\n")
    assert load_config(None, inner).report.by == ("source",)  # not in a repository: the folder itself alone
    (tmp_path / "repository" / ".git").mkdir()
    assert load_config(None, inner).report.by == ("language",)
    (tmp_path / "repository" / "corpusqa.toml").unlink()
    assert load_config(None, inner).path is None


def test_pyproject_counts_where_it_has_the_table(tmp_path):
    path = written(tmp_path, "[project]\nname = 'x'\n", "pyproject.toml")
    assert load_config(None, tmp_path).path is None
    with pytest.raises(ConfigError, match="has no table"):
        load_config(path, tmp_path)
    written(tmp_path, "[tool.corpusqa.report]\nby = 'split'\n\n[tool.corpusqa.clean]\ndrap = 1\n", "pyproject.toml")
    with pytest.raises(ConfigError, match=r"pyproject\.toml:5: \[clean\] unknown key 'drap'; did you mean drop"):
        load_config(None, tmp_path)


def test_corpusqa_toml_wins_and_says_so(tmp_path):
    written(tmp_path, "[tool.corpusqa.report]\nby = 'split'\n", "pyproject.toml")
    written(tmp_path, "[report]\nby = 'language'\n")
    config = load_config(None, tmp_path)
    assert config.report.by == ("language",)
    assert "[tool.corpusqa]" in config.notes[0]


def test_the_command_line_replaces_rules_but_not_decisions(tmp_path):
    config = load_config(written(tmp_path, WHOLE), tmp_path)
    same = overridden(config, select=None, ignore=None, policy=None)
    assert same == config
    other = overridden(config, select=("dates",), ignore=("text",), policy="safe")
    assert (other.checks.select, other.checks.ignore) == (("dates",), ("text",))
    assert (other.clean.policy, other.clean.drop, other.clean.mask) == ("safe", None, None)
    assert other.clean.decisions == config.clean.decisions
    assert other.clean.mask_with == config.clean.mask_with


def test_what_people_declare_for_the_card(tmp_path):
    said = """
    [card]
    license = "cc-by-4.0"
    tags = ["news"]
    period = ["2020-01-01", "2024-12-31"]
    published = 2025-01-02
    [[source]]
    name = "Paper"
    match = "paper*"
    """
    config = load_config(written(tmp_path, said), tmp_path)
    assert config.card == {
        "license": "cc-by-4.0", "tags": ["news"], "period": ["2020-01-01", "2024-12-31"], "published": "2025-01-02",
    }  # fmt: skip
    assert config.source == ({"name": "Paper", "match": ["paper*"]},)
    for wrong, message in (
        ("[card]\nlicence = 'x'", "did you mean license"),
        ("[card]\nperiod = ['2020-01-01']", "first and the last"),
        ("[source]\nname = 'x'", "double brackets"),
        ("[[source]]\nname = 'x'", "match is missing"),
    ):
        with pytest.raises(ConfigError, match=message):
            load_config(written(tmp_path, wrong), tmp_path)


def test_the_configuration_of_the_seeds_is_valid():
    config = load_config(SEEDS / "corpusqa.toml", SEEDS)
    assert config.checks.options["pii"] == {"reserved": True}
    assert config.gate.limits["documents.count"].error_below == 60


def test_the_documentation_has_every_key_with_what_it_takes():
    page = (ROOT / "docs" / "config.md").read_text(encoding="utf-8")
    tables = {**TABLES, "limits": LIMIT}
    for table in tables.values():
        for name, key in table.items():
            assert f"| `{name}` | {key.kind.words} | {key.about} |" in page, name


def test_the_example_of_the_documentation_is_valid(tmp_path):
    page = (ROOT / "docs" / "config.md").read_text(encoding="utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]
    config = load_config(written(tmp_path, example), tmp_path)
    assert config.gate.limits["documents.count"].error_below == 10_000
    assert config.suppress[0].source == "gazette"


def as_json(text: str):
    """Parsed TOML as an editor hands it to a JSON Schema: dates are strings."""
    return json.loads(json.dumps(tomllib.loads(text), default=str))


def test_the_schema_takes_what_the_reader_takes():
    Draft202012Validator.check_schema(json_schema())
    validator = Draft202012Validator(json_schema())
    for text in (WHOLE, (SEEDS / "corpusqa.toml").read_text(encoding="utf-8"), ""):
        validator.validate(as_json(text))


@pytest.mark.parametrize(
    "text",
    [
        "[chekcs]",
        "[clean]\ndrop = 'x'",
        "[clean]\nalarm_share = 2",
        "[gate.limits]\n'a.b' = { eror = 5 }",
        "[gate.limits]\n'a.b' = {}",
        "[gate.limits]\n'a.b' = 5",
        "[[suppress]]\ncheck = 'x'",
        "[clean.mask_with]\n'pii.*' = 3",
        "[checks]\npii = 3",
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(tmp_path, text):
    assert not Draft202012Validator(json_schema()).is_valid(as_json(text))
    refused(tmp_path, text)
