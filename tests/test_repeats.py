"""Lines that the pages of a site share, in every format of the report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpusqa.api.account import account
from corpusqa.api.model import Settings
from corpusqa.config import load_config
from corpusqa.reporting import markdown, terminal
from corpusqa.reporting.html import render
from tests.files import cases, jsonl

ARTICLE = next(case["text"] for case in cases("boilerplate") if case["label"] == "story")
MENU = "Home\nSearch\nContact: petra.holloway@example.org"
CONFIG = """
[checks]
select = ["boilerplate", "cookie_text", "pii"]

[checks.pii]
reserved = true

[clean]
cut = ["boilerplate.nav", "boilerplate.repeated"]
"""


def report(folder: Path, rows: list[dict[str, Any]]) -> dict[str, Any]:
    source, config = folder / "pages.jsonl", folder / "corpusqa.toml"
    jsonl(source, rows)
    config.write_text(CONFIG)
    return account(source, load_config(config, folder), Settings(folder / "work", workers=1)).report


def page(number: int, site: str | None) -> dict[str, Any]:
    text = f"{MENU}\n{ARTICLE} It was day {number} of {site}.\nOpening hours of Tern Hall\nUnique {number}"
    url = f"https://www.{site}/{number}" if site else None
    return {"id": f"{site}-{number}", "url": url, "text": text}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    sites = [("quill.example.org", 5), ("tern.example.com", 3), ("lone.example.net", 1), (None, 2)]
    rows = [page(number, site) for site, count in sites for number in range(count)]
    return report(tmp_path_factory.mktemp("repeats"), rows)


def test_the_sites_with_most_pages_come_first(found: dict[str, Any]) -> None:
    assert [(row["site"], row["documents"], row["looked"]) for row in found["repeats"]] == [
        ("quill.example.org", 5, 5),
        ("tern.example.com", 3, 3),
    ]
    lines = {line["text"]: (line["label"], line["documents"]) for line in found["repeats"][0]["lines"]}
    assert lines["Opening hours of Tern Hall"] == ("boilerplate.repeated", 5)
    assert not any("Unique" in text or "ferry" in text for text in lines)


def test_of_lines_on_as_many_pages_the_longest_come_first(found: dict[str, Any]) -> None:
    for row in found["repeats"]:
        order = [(-line["documents"], -len(line["text"]), line["label"], line["text"]) for line in row["lines"]]
        assert order == sorted(order)
        assert len({line["documents"] for line in row["lines"]}) < len(row["lines"])


def test_private_values_in_shared_lines_are_masked(found: dict[str, Any]) -> None:
    assert any("[EMAIL]" in line["text"] for line in found["repeats"][0]["lines"])
    assert "petra.holloway@example.org" not in json.dumps(found)


def test_every_format_shows_them(found: dict[str, Any]) -> None:
    for text in (markdown.render(found), terminal.render(found, color=False), render(found)):
        assert "Repeated lines" in text
        assert "quill.example.org" in text
    assert "Opening hours of Tern Hall" in render(found)


def test_nothing_is_said_where_no_line_is_shared(tmp_path: Path) -> None:
    single = report(tmp_path, [page(0, "quill.example.org")])
    assert single["repeats"] == []
    for text in (markdown.render(single), terminal.render(single, color=False), render(single)):
        assert "Repeated lines" not in text
