"""Diffs between releases, stores and reports."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from corpusqa.errors import UsageError
from corpusqa.release import Recipe
from corpusqa.release.diff import Side, difference, is_side, side
from corpusqa.release.diff_text import html, markdown, summary
from tests.files import jsonl
from tests.release_helpers import clean, rows


def report(mean: float, *findings: str, source: str = "a") -> dict:
    listed = [
        {
            "fingerprint": f,
            "name": "marks.mail",
            "severity": "warning",
            "document": f"d<{f}>",
            "message": "an | address",
        }
        for f in findings
    ]
    return {
        "checks": {"marks": {"signals": {"n": {"statistics": {"mean": mean, "max": 9.0}}}, "labels": {}}},
        "slices": [{"by": "source", "value": source, "metrics": {"marks.n.mean": mean}}],
        "findings": listed,
        "totals": {"findings": len(listed), "by_name": {"marks.mail": len(listed)}},
    }


def release(folder: Path, name: str, records: list[dict], said: dict) -> Path:
    recipe = Recipe(files={"corpusqa/report.json": json.dumps(said).encode()})
    return clean(jsonl(folder / f"{name}.jsonl", records), folder / "w", folder / name, recipe=recipe).folder


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    before = [{**row, "source": "a" if i % 2 else "b"} for i, row in enumerate(rows(30))]
    after = [dict(row) for row in before[5:]] + [{**before[0], "id": "new"}]
    after[3]["n"] = 99
    after[4]["split"] = "train" if after[4]["split"] == "test" else "test"
    return release(tmp_path, "A", before, report(1.0, "f1", "f2")), release(
        tmp_path, "B", after, report(2.0, "f2", "f3")
    )


def test_documents_statistics_and_findings_that_differ_are_named(pair: tuple[Path, Path]) -> None:
    found = difference(side(pair[0]), side(pair[1]))
    documents = found.data["documents"]
    listed = {kind: [row["id"] for row in said] for kind, said in documents["listed"].items()}
    assert listed["added"] == ["new"]
    assert sorted(listed["removed"]) == ["d0", "d1", "d2", "d3", "d4"]
    assert sorted(listed["changed"]) == ["d8", "d9"]  # the split is a column too
    assert listed["moved"] == ["d9"]
    assert found.data["sources"] == [
        {"source": "b", "added": 1, "removed": 3, "changed": 1},
        {"source": "a", "added": 0, "removed": 2, "changed": 1},
    ]
    assert found.data["signals"] == [
        {"metric": "marks.n.mean", "by": "", "slice": "", "a": 1.0, "b": 2.0},
        {"metric": "marks.n.mean", "by": "source", "slice": "a", "a": 1.0, "b": 2.0},
    ]
    assert [row["document"] for row in found.data["findings"]["new"]] == ["d<f3>"]
    assert [row["document"] for row in found.data["findings"]["fixed"]] == ["d<f1>"]
    assert found.differs
    assert not found.failed
    json.dumps(found.data)


def test_a_thing_does_not_differ_from_itself(pair: tuple[Path, Path]) -> None:
    found = difference(side(pair[0]), side(pair[0]))
    assert not found.differs
    assert not found.failed


def test_every_format_shows_it_and_none_is_markup(pair: tuple[Path, Path]) -> None:
    found = difference(side(pair[0]), side(pair[1]))
    assert "5 removed" in summary(found)
    text = markdown(found)
    assert "an \\| address" in text
    assert "| `marks.n.mean` |" in text
    page = html(found)
    assert "d&lt;f3&gt;" in page
    assert "<script" not in page

    class Tables(HTMLParser):
        count = 0

        def handle_starttag(self, tag: str, attrs: list) -> None:
            self.count += tag == "table"

    parser = Tables()
    parser.feed(page)
    assert parser.count == 5


def docs(*ids: str) -> pl.DataFrame:
    return pl.DataFrame({"id": ids, "digest": list(ids), "split": ["train"] * len(ids), "source": [""] * len(ids)})


@pytest.mark.parametrize(
    ("reason", "back"),
    [("decision", True), ("decision: asked to", True), ("pii.severe > 0", True),
     ("a.b = 1 AND pii.count > 0", True), ("withheld", True), ("mypii.count > 0", False),
     ("text.words < 5", False)],
)  # fmt: skip
def test_what_was_removed_by_decision_or_for_private_values_must_not_come_back(reason: str, back: bool) -> None:
    gone = pl.DataFrame({"id": ["x", "row:3"], "reason": [reason, reason]})
    a = Side("A", docs("a"), removed=gone, private_labels=("pii.secret",))
    found = difference(a, Side("B", docs("a", "x", "row:3")))
    assert found.failed is back
    assert [row["id"] for row in found.data["returned"]] == (["x"] if back else [])
    assert ("is back" in summary(found)) is back


def test_documents_whose_ids_look_like_numbers_of_rows_are_followed(tmp_path: Path) -> None:
    """One is changed, one moved, one taken down by hand and back, and one that has a private id stands elsewhere."""
    texts = {"row:1": "one", "me@x.test": "two", "row:3": "three", "row:0": "four", "row:x": "five"}
    before = [{"id": name, "text": text, "split": "train"} for name, text in texts.items()]
    after = [dict(row) for row in (before[1], before[0], *before[2:])]
    after[1]["text"], after[2]["split"], after[4]["text"] = "another", "test", "other"
    (tmp_path / "takedown.csv").write_text("id,decision\nrow:0~,drop\n")
    a = clean(
        jsonl(tmp_path / "a.jsonl", before), tmp_path / "w", tmp_path / "A", decisions=(tmp_path / "takedown.csv",)
    )
    b = clean(jsonl(tmp_path / "b.jsonl", after), tmp_path / "w", tmp_path / "B")
    found = difference(side(a.folder), side(b.folder)).data
    listed = {kind: sorted(row["id"] for row in said) for kind, said in found["documents"]["listed"].items()}
    assert listed == {
        "added": ["row:0~"], "removed": [], "changed": ["row:1~", "row:3~", "row:x"], "moved": ["row:3~"],
    }  # fmt: skip
    assert [row["id"] for row in found["returned"]] == ["row:0~"]
    assert found["untold"] == []


def test_reports_alone_are_compared_without_documents(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(report(1.0, "f1")))
    (tmp_path / "r").mkdir()
    (tmp_path / "r/report.json").write_text(json.dumps(report(1.0, "f1", "f2")))
    found = difference(side(tmp_path / "a.json"), side(tmp_path / "r"))
    assert "documents" not in found.data
    assert len(found.data["findings"]["new"]) == 1


def test_versions_of_a_store_are_named_by_their_number(tmp_path: Path) -> None:
    for count in (20, 25):
        clean(jsonl(tmp_path / "c.jsonl", rows(count)), tmp_path / "w", tmp_path / "store", store=True)
    found = difference(side(f"{tmp_path}/store@v1.0.0"), side(tmp_path / "store"))
    assert found.data["documents"]["added"] == 5
    assert found.data["b"]["version"] == "1.1.0"


@pytest.mark.parametrize("name", ["nothing", "text.json", "empty"])
def test_what_is_none_of_these_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.json").write_text("[1")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=name):
        side(tmp_path / name)


def test_two_things_without_anything_in_common_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing in common"):
        difference(Side("A", docs("a")), Side("B", report=report(1.0)))


def test_what_is_no_corpus_is_never_read_as_one(pair: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer/store.json").write_text('{"format": 99}')
    (tmp_path / "corpus.json").write_text('[{"text": "the \\"ledger\\""}]')
    (tmp_path / "report.json").write_text('{"ledger": {}}')
    assert not is_side(tmp_path / "corpus.json")
    assert is_side(tmp_path / "report.json")
    assert is_side(pair[0])
    assert is_side(tmp_path / "newer")
    assert is_side(f"{tmp_path}/newer@v1.0.0")
    with pytest.raises(UsageError, match="format 99"):
        side(tmp_path / "newer")
