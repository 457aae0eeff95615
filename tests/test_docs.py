"""What the documentation shows works as it stands."""

from __future__ import annotations

import re
from typing import Any

from click.testing import CliRunner

from corpusqa.cli import COMMANDS, group
from tests.files import ROOT

FENCE = re.compile(r"```python\n(.*?)```", re.S)


def test_the_code_of_writing_a_check_runs() -> None:
    blocks = FENCE.findall((ROOT / "docs/writing-a-check.md").read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    exec("import polars as pl\nfrom corpusqa.check import *\n" + "\n".join(blocks), names)

    names["test_notes"]()
    assert names["shouting"]().suggest["drop"] == ["shouting.share > 0.6"]


def test_every_module_that_the_design_names_exists() -> None:
    text = (ROOT / "docs/design.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:corpusqa/)?[a-z_]+/(?:[a-z_]+\.py)?)`", text)) - {"seeds/"}
    missing = [name for name in named if not (ROOT / name).exists() and not (ROOT / "corpusqa" / name).exists()]

    assert missing == []


def test_every_command_has_help_and_is_documented() -> None:
    manual = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        said = CliRunner().invoke(group, [name, "--help"])

        assert said.exit_code == 0, name
        assert len(said.output.split("\n\n")[1].strip()) > 20, name
        assert f"corpusqa {name}" in manual, name


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path.name}: {target}"
        for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/decisions/*.md")]
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        if not target.startswith(("http://", "https://")) and not (path.parent / target).exists()
    ]

    assert broken == []


def test_decisions_are_numbered_once_and_say_their_number() -> None:
    paths = sorted((ROOT / "docs/decisions").glob("*.md"))
    numbers = [int(path.name[:4]) for path in paths]

    assert len(set(numbers)) == len(numbers)
    assert [path.read_text(encoding="utf-8").partition(".")[0] for path in paths] == [f"# {n}" for n in numbers]
