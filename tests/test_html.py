"""The page: whole, self-contained, harmless, and complete without its script."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import html5lib
import pytest
from jinja2 import DictLoader

from corpusqa.reporting.html import render, too_large
from corpusqa.reporting.html.charts import bins, bullet, ends, flow
from corpusqa.reporting.html.differences import differences
from corpusqa.reporting.html.island import ROWS_SHOWN, first_rows
from corpusqa.reporting.html.page import asset, digest
from tests.files import ROOT
from tests.reporting_corpus import HOSTILE, PLAIN, SECRETS, run

GOLDEN = ROOT / "tests" / "golden" / "report.html"
NAMESPACE = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return run(tmp_path_factory.mktemp("plain"), PLAIN).report


@pytest.fixture(scope="module")
def pages(report: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    hostile = run(tmp_path_factory.mktemp("hostile"), HOSTILE).report
    return {"plain": render(report), "hostile": render(hostile), "many": render(many(report, 700))}


def many(report: dict[str, Any], count: int) -> dict[str, Any]:
    """A report with so many findings."""
    rows = [
        {
            **report["findings"][at % len(report["findings"])],
            "fingerprint": f"{at:012x}{0:020x}",
            "document": f"doc-{at}",
        }
        for at in range(count)
    ]
    totals = {**report["totals"], "findings": count, "shown": count}
    return {**report, "findings": rows, "totals": totals}


@cache
def tree(page: str) -> Any:
    """The page as a browser reads it; a mistake in it is an error."""
    return html5lib.HTMLParser(strict=True).parse(page)


def elements(page: str, name: str) -> list[Any]:
    return list(tree(page).iter(f"{NAMESPACE}{name}"))


def data(page: str) -> list[dict[str, Any]]:
    """The findings in the data element, as the script reads them."""
    [element] = [e for e in elements(page, "script") if e.get("type") == "application/json"]
    packed = element.get("data-kind") != "json"
    said = json.loads(gzip.decompress(base64.b64decode(element.text)) if packed else element.text)
    columns = {name: [column["values"][at] for at in column["at"]] for name, column in said["columns"].items()}
    columns["fingerprint"] = re.findall("[0-9a-f]{32}", said["fingerprints"])
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@pytest.mark.parametrize("name", ["plain", "hostile", "many"])
class TestEveryPage:
    def test_it_is_html_without_mistakes(self, pages, name):
        tree(pages[name])

    def test_only_our_style_and_script_are_allowed(self, pages, name):
        [policy] = [e.get("content") for e in elements(pages[name], "meta") if e.get("http-equiv")]
        scripts = [e for e in elements(pages[name], "script") if e.get("type") is None]
        styles = elements(pages[name], "style")

        assert [e.text for e in scripts] == [asset("script.js")]
        assert [e.text for e in styles] == [asset("style.css")]
        assert policy == (
            f"default-src 'none'; style-src '{digest(asset('style.css'))}'; script-src '{digest(asset('script.js'))}'; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        )

    def test_it_asks_for_nothing_from_elsewhere(self, pages, name):
        for element in tree(pages[name]).iter():
            for attribute in ("src", "href", "action", "srcset", "data", "poster"):
                value = element.get(attribute)
                assert value is None or value.startswith("#") or value == "data:,"
        assert "@import" not in pages[name]
        assert "url(" not in asset("style.css")

    def test_nothing_in_it_is_styled_or_run_from_an_attribute(self, pages, name):
        for element in tree(pages[name]).iter():
            attributes = [attribute for attribute in element.attrib if isinstance(attribute, str)]
            assert not [a for a in attributes if a == "style" or a.startswith("on")]

    def test_every_id_stands_once_and_every_link_leads_somewhere(self, pages, name):
        ids = [element.get("id") for element in tree(pages[name]).iter() if element.get("id")]
        known = {f"f-{row['fingerprint'][:12]}" for row in data(pages[name])}

        assert len(ids) == len(set(ids))
        for link in elements(pages[name], "a"):
            target = link.get("href")[1:]
            assert target in ids or target in known or target.startswith(("findings?", "corpusqa."))

    def test_tables_and_charts_have_names(self, pages, name):
        for table in elements(pages[name], "table"):
            [caption] = table.findall(f"{NAMESPACE}caption")
            assert "".join(caption.itertext()).strip()
        for chart in tree(pages[name]).iter("{http://www.w3.org/2000/svg}svg"):
            assert chart.get("aria-hidden") == "true" or chart.get("aria-label")

    def test_it_holds_no_private_value(self, pages, name):
        said = pages[name] + json.dumps(data(pages[name]), ensure_ascii=False)

        assert not [secret for secret in SECRETS if secret in said]

    def test_unseen_characters_do_not_get_in(self, pages, name):
        said = pages[name] + json.dumps(data(pages[name]), ensure_ascii=False)

        assert not [c for c in "\x00\x07\x1b\x9b\u202e\u2066\ufeff" if c in said]


class TestPage:
    def test_it_is_as_it_was(self, report):
        """With CORPUSQA_UPDATE_GOLDEN=1 the file is written instead; look at the difference before committing it."""
        checks = {name: {**check, "version": "0", "origin": "tests"} for name, check in report["checks"].items()}
        page = render({**report, "tool": {"name": "corpusqa", "version": "0"}, "checks": checks})
        page = page.replace(asset("style.css"), "\n").replace(asset("script.js"), "\n")
        page = re.sub(r"sha256-[\w+/=]+", "sha256-", page)
        if os.environ.get("CORPUSQA_UPDATE_GOLDEN"):
            GOLDEN.write_text(page, encoding="utf-8")

        assert page == GOLDEN.read_text(encoding="utf-8")

    def test_hostile_text_is_text(self, pages):
        assert "<script>alert" not in pages["hostile"]
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages["hostile"]
        assert "{{7*7}}" in pages["hostile"]
        assert elements(pages["hostile"], "img") == []
        assert not [e for e in elements(pages["hostile"], "b") if e.text == "the same beginning"]

    def test_rows_stand_in_it_without_a_script(self, report, pages):
        rows = [row for row in elements(pages["plain"], "tr") if (row.get("id") or "").startswith("f-")]

        assert len(rows) == len(report["findings"])
        assert len([r for r in elements(pages["many"], "tr") if (r.get("id") or "").startswith("f-")]) == ROWS_SHOWN

    def test_the_data_are_the_findings(self, report, pages):
        assert len(data(pages["many"])) == 700
        said = data(pages["plain"])
        assert said
        assert said == [{name: finding[name] for name in said[0]} for finding in report["findings"]]

    def test_evidence_is_marked_in_the_excerpt(self, pages):
        marks = ["".join(mark.itertext()) for mark in elements(pages["plain"], "mark")]

        assert {"ODD", "[KEY]", "[EMAIL]"} <= set(marks)

    def test_words_that_differ_are_marked(self, pages):
        assert "Tuesday" in ["".join(e.itertext()) for e in elements(pages["plain"], "del")]
        assert "Wednesday," in ["".join(e.itertext()) for e in elements(pages["plain"], "ins")]

    def test_a_corpus_without_anything_has_a_page(self, tmp_path):
        page = render(run(tmp_path, [{"id": "a", "text": "Nothing to see here."}]).report)

        tree(page)
        assert "Nothing was found." in page

    def test_a_page_that_nobody_likes_to_open_says_so(self):
        assert too_large(b"x" * 5_000_000) is None
        assert "5.0 MB" in (too_large(b"x" * 5_000_001) or "")

    def test_ten_thousand_findings_stay_small(self, report):
        page = render(many(report, 10_000))

        assert len(page.encode()) < 1_500_000
        assert len(data(page)) == 10_000


class TestParts:
    def test_one_frequent_finding_does_not_fill_the_page(self):
        rows = [{"name": "a", "n": n} for n in range(2000)] + [{"name": "b", "n": n} for n in range(2000, 2020)]
        chosen = first_rows(rows)

        assert len(chosen) == ROWS_SHOWN
        assert sum(row["name"] == "b" for row in chosen) == 20
        assert [row["n"] for row in chosen] == sorted(row["n"] for row in chosen)

    def test_bins_fill_their_box(self):
        drawn = bins({"counts": [5, 0, 10], "edges": [0, 1, 2, 3]})

        assert [(bar["height"], bar["y"]) for bar in drawn] == [(36, 36), (72, 0)]
        assert drawn[0]["title"] == "0 to 1: 5 documents"

    def test_a_bin_of_one_whole_number_is_called_by_it(self):
        shape = {"counts": [5, 1], "edges": [-0.5, 0.5, 1.5]}

        assert [bar["title"] for bar in bins(shape)] == ["0: 5 documents", "1: 1 document"]
        assert ends(shape) == ("0", "1")

    def test_a_bullet_shows_value_and_limit_on_one_axis(self):
        assert bullet({"op": "max", "value": 5.0, "limit": 10.0}) == {"value": 88.0, "limit": 176.0}
        assert bullet({"op": "max", "value": 0.0, "limit": 0.0}) == {"value": 0.0, "limit": 0.0}
        assert bullet({"op": "max", "value": None, "limit": 1.0}) is None
        assert bullet({"op": "max_increase", "value": 1.0, "limit": 1.0}) is None

    def test_the_flow_shows_every_row(self):
        ledger = {"read": 100, "kept": 60, "edited": 20, "dropped": 15, "unreadable": 5}
        bands = flow({"ledger": ledger, "reasons": [{"reason": f"r{n}", "documents": 2} for n in range(7)]})

        assert sum(band["rows"] for band in bands) == 100
        assert [band["rows"] for band in bands] == [60, 20, 2, 2, 2, 2, 2, 5, 5]
        assert all(a["to"] + a["height"] < b["to"] for a, b in pairwise(bands))

    @pytest.mark.parametrize(
        ("first", "second", "left", "right"),
        [
            (
                "on Tuesday",
                "on Friday",
                [("same", "on "), ("other", "Tuesday")],
                [("same", "on "), ("other", "Friday")],
            ),
            ("a", "a", [("same", "a")], [("same", "a")]),
            ("", "b", [], [("other", "b")]),
            ("三月", "四月", [("other", "三"), ("same", "月")], [("other", "四"), ("same", "月")]),
        ],
    )
    def test_differences_are_words(self, first, second, left, right):
        assert differences(first, second) == (left, right)


def test_compiled_templates_are_kept_where_they_may_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from corpusqa.reporting.html import page

    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(page.resources, "files", lambda _package: tmp_path)
    monkeypatch.setattr(page.sys, "dont_write_bytecode", False)
    cache = page._compiled()
    assert cache is not None
    compiled = page.Environment(loader=DictLoader({"one": "{{ 1 + 1 }}"}), bytecode_cache=cache)
    assert compiled.get_template("one").render() == "2"
    assert len(list((tmp_path / "templates" / "__pycache__").iterdir())) == 1
    monkeypatch.setattr(page.os, "access", lambda *_: False)
    assert page._compiled() is None
    monkeypatch.setattr(page.sys, "dont_write_bytecode", True)
    assert page._compiled() is None
