"""A family of very many copies is told with a few findings; it counts, is suppressed and is cleaned as a whole."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import corpusqa
from corpusqa.reporting import markdown, terminal
from corpusqa.reporting.html import render
from corpusqa.scan import clusters

COPIES, LISTED = 30, 4
STORY = "The keeper of the lamp wrote down every ship that passed the point between dusk and dawn that winter. "
OTHER = "A swarm of bees has settled behind the letter boxes of the former post office and will not be moved at all. "


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(clusters, "LISTED", LISTED)
    texts = [STORY * 2] * COPIES + [OTHER * 2] * 2
    pl.DataFrame({"id": [f"d{n:02}" for n in range(len(texts))], "text": texts}).write_parquet(tmp_path / "a.parquet")
    return tmp_path / "a.parquet"


def reported(source: Path, config: str = "") -> corpusqa.Report:
    path = source.parent / "corpusqa.toml"
    path.write_text(f"[checks]\nselect = ['duplication']\n[clean]\none_of = ['duplication.exact']\n{config}", "utf-8")
    return corpusqa.report(source, config=path, workers=1)


def test_the_first_members_are_findings_and_all_of_them_count(source: Path) -> None:
    found = reported(source)
    names = found.findings.filter(name="duplication.exact")["document"].to_list()
    assert sorted(names) == [*(f"d{n:02}" for n in range(LISTED)), "d30", "d31"]
    data = found.data
    assert data["checks"]["duplication"]["labels"]["exact"]["statistics"]["count"] == COPIES + 2
    assert [row["size"] for row in data["clusters"] if row["half"] == "exact"] == [COPIES, 2]
    assert (data["ledger"]["kept"], data["ledger"]["dropped"]) == (2, COPIES)
    what = "duplication.exact: members of large clusters, not listed as findings"
    assert data["capped"][what] == COPIES - LISTED
    for page in (terminal.render(data), "\n".join(markdown.render(data).splitlines()), render(data)):
        assert f"{what}: {COPIES - LISTED}" in page.replace("\n", " ")


def test_a_suppression_takes_those_that_are_not_listed_too(source: Path) -> None:
    limit = "[gate.limits]\n'duplication.exact.count' = { error = 2 }\n"
    entry = "[[suppress]]\ncheck = 'duplication.exact'\nreason = 'on purpose'\ndoc = 'd[012]*'\n"
    assert reported(source, limit).account.gate.status == "failed"
    found = reported(source, limit + entry)
    assert found.account.gate.status == "passed"
    assert any(f"{COPIES} findings of duplication.exact" in note for note in found.data["notes"])
