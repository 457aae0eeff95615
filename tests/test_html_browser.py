"""The page in a real browser: search, sort, filter, links, colours, keyboard, and nothing that leaves it."""

from __future__ import annotations

import csv
import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpusqa.reporting.html import render
from tests.reporting_corpus import HOSTILE, PLAIN, run
from tests.test_html import many

pytestmark = pytest.mark.browser
CHROMIUM = Path(os.environ.get("CORPUSQA_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

LONG_HOST = f"{'a-long-name-of-a-site-' * 3}.example.org"
REPEATS = [
    {
        "site": site,
        "documents": 9,
        "looked": 8,
        "lines": [{"text": text, "label": "boilerplate.repeated", "documents": 8} for text in ("Home", "x" * 120)],
    }
    for site in (LONG_HOST, None)
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="the Python package playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} does not exist (apt-get install chromium, or set CORPUSQA_CHROMIUM)")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    report = run(tmp_path_factory.mktemp("plain"), PLAIN).report
    hostile = run(tmp_path_factory.mktemp("hostile"), HOSTILE).report
    pages = {
        "plain": report,
        "hostile": hostile,
        "many": many(report, 10_000),
        "repeats": report | {"repeats": REPEATS},
    }
    found = {}
    for name, said in pages.items():
        found[name] = folder / f"{name}.html"
        found[name].write_text(render(said), encoding="utf-8")
    return found


class Tab:
    """A page in a tab of its own that remembers what went wrong."""

    def __init__(self, browser: Any, file: Path, hash_: str = "", **options: Any) -> None:
        self.context = browser.new_context(accept_downloads=True, **options)
        self.troubles: list[str] = []
        self.requests: list[str] = []
        self.page = self.context.new_page()
        self.page.on("console", lambda said: self.troubles.append(said.text))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("dialog", lambda dialog: self.troubles.append(f"dialog: {dialog.message}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri() + hash_)
        if options.get("java_script_enabled", True):
            self.page.wait_for_function("document.getElementById('count').textContent !== ''")

    @property
    def rows(self) -> Any:
        return self.page.locator("#findings-table tbody tr")

    def shows(self, count: str | re.Pattern[str]) -> None:
        """Wait for this count above the table: following a link and drawing the rows are events of their own."""
        from playwright.sync_api import expect

        expect(self.page.locator("#count")).to_have_text(count, timeout=30_000)

    def severities(self) -> list[str]:
        return self.rows.locator("td:first-child").all_inner_texts()


@pytest.fixture
def tab(browser: Any, files: dict[str, Path]) -> Iterator[Any]:
    opened: list[Tab] = []

    def open_tab(name: str, hash_: str = "", **options: Any) -> Tab:
        opened.append(Tab(browser, files[name], hash_, **options))
        return opened[-1]

    yield open_tab
    for found in opened:
        found.context.close()
        assert found.troubles == []
        assert [url for url in found.requests if not url.startswith(("file://", "data:,", "blob:"))] == []


@pytest.mark.parametrize("name", ["plain", "hostile", "many"])
def test_it_opens_without_a_trouble_and_asks_for_nothing(tab, name):
    page = tab(name)

    assert page.rows.count() > 0
    assert page.page.title().startswith("corpusqa: ")


def test_hostile_text_does_not_run(tab):
    page = tab("hostile").page

    assert page.locator("img").count() == 0
    assert "<script>alert(1)</script>" in page.locator("#findings-table").inner_text()


def test_search_narrows_the_rows_and_the_address_remembers_it(tab):
    found = tab("plain")
    found.page.get_by_label("Search").fill("ferry")

    found.shows(re.compile(r"^\d findings of 10$"))
    assert all("ferry" in text for text in found.rows.all_inner_texts())
    found.page.wait_for_url("**#findings?text=ferry")


def test_filters_work_together_and_can_be_cleared(tab):
    found = tab("plain")
    found.page.locator("#filter-severity").select_option("error")
    found.page.locator("#filter-name").select_option("odd.word")
    found.shows("3 findings of 10")

    found.page.locator("#filter-source").select_option("wire")
    found.shows("1 finding of 10")

    found.page.get_by_role("button", name="Clear").click()
    found.shows("10 findings")


def test_a_search_for_nothing_shows_no_rows(tab):
    found = tab("plain")
    found.page.get_by_label("Search").fill("no such words anywhere")

    found.shows("0 findings of 10")
    assert found.rows.count() == 0


def test_columns_sort_both_ways_and_say_so(tab):
    found = tab("plain")
    assert found.severities() == ["error"] * 6 + ["warning"] * 3 + ["info"]
    head = found.page.locator("th[data-sort=severity]")

    found.page.get_by_role("button", name="severity").click()
    assert found.severities() == ["info"] + ["warning"] * 3 + ["error"] * 6
    assert head.get_attribute("aria-sort") == "descending"

    found.page.get_by_role("button", name="finding", exact=True).click()
    names = found.rows.locator("td:nth-child(2) a").all_inner_texts()
    assert names == sorted(names)
    assert head.get_attribute("aria-sort") is None


def test_ten_thousand_findings_are_paged_and_searched(tab):
    found = tab("many")
    found.shows("10000 findings")
    assert found.rows.count() == 50

    found.page.get_by_role("button", name="Next").click()
    assert found.page.locator("#page").inner_text() == "Page 2 of 200"
    found.page.get_by_label("Search").fill("doc-9999")
    found.shows("1 finding of 10000")


def test_a_link_to_a_finding_leads_to_its_row(tab):
    found = tab("many", f"#f-{2345:012x}")
    target = found.page.locator("tr.target")

    assert "doc-2345" in target.inner_text()
    assert target.is_visible()


def test_a_link_to_a_filter_filters(tab):
    found = tab("plain", "#findings?name=contacts.email")

    found.shows("1 finding of 10")
    assert found.page.locator("#filter-name").input_value() == "contacts.email"


def test_the_label_of_a_check_leads_to_its_findings(tab):
    found = tab("plain")
    found.page.locator("[id='odd.word'] a").click()

    found.shows("3 findings of 10")


def test_the_csv_holds_the_rows_that_are_shown_and_runs_nothing(tab):
    found = tab("hostile")
    found.page.get_by_label("Search").fill("calc")
    with found.page.expect_download() as download:
        found.page.get_by_role("button", name="CSV").click()
    rows = list(csv.reader(Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()))

    assert len(rows) == 2
    assert rows[1][2].startswith("'=cmd")
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]


def test_a_suppression_can_be_copied(browser, files):
    found = Tab(browser, files["plain"], permissions=["clipboard-read", "clipboard-write"])
    found.page.get_by_role("button", name=re.compile("Copy a suppression")).first.click()
    found.page.get_by_text("Copied").wait_for()
    copied = found.page.evaluate("navigator.clipboard.readText()")
    found.context.close()

    assert re.fullmatch(r'\[\[suppress\]\]\ncheck = "[\w.]+"\nfingerprint = "[0-9a-f]{32}"\nreason = ""\n', copied)


def test_colours_follow_the_system_and_the_button(tab):
    def back(page: Any) -> str:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    light, dark = tab("plain", color_scheme="light").page, tab("plain", color_scheme="dark").page
    by_system = back(light), back(dark)
    dark.get_by_role("button", name="Light colours").click()
    light.get_by_role("button", name="Dark colours").click()

    assert by_system == ("rgb(255, 255, 255)", "rgb(19, 22, 26)")
    assert (back(dark), back(light)) == by_system


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["plain", "hostile", "many"])
def test_axe_finds_nothing(tab, name, scheme):
    """Names, roles, contrast and the rest of WCAG 2.2 A and AA that a program can judge; everything is unfolded."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = tab(name, color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach((element) => { element.open = true; })")
    found = axe.Axe().run(page).response

    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]][:3]) for rule in found["violations"]] == []
    assert len(found["passes"]) > 20


def test_the_list_of_sections_says_where_the_reader_is(tab):
    page = tab("plain", viewport={"width": 1280, "height": 900}).page
    for name in ("Findings", "Limits"):
        page.get_by_role("navigation").get_by_role("link", name=name).click()
        page.locator("nav a[aria-current]").filter(has_text=name).wait_for()


def test_paper_has_no_controls(tab):
    page = tab("plain").page
    page.emulate_media(media="print")

    assert not page.locator("nav").is_visible()
    assert not page.locator("#filters").is_visible()
    assert page.locator("#findings-table tbody tr").first.is_visible()


def test_a_phone_shows_findings_one_under_the_other(tab):
    found = tab("plain", viewport={"width": 400, "height": 900})
    boxes = [found.rows.first.locator("td").nth(n).bounding_box() for n in range(4)]

    assert all(a["y"] + a["height"] <= b["y"] + 1 for a, b in itertools.pairwise(boxes))


def test_the_keyboard_is_enough(tab):
    found = tab("plain")
    page = found.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"

    seen = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim().slice(0, 20)"))
        if page.evaluate("document.activeElement.id") == "filter-text":
            break
    page.keyboard.type("ferry")
    found.shows(re.compile("of 10$"))
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_without_a_script_the_page_is_whole(tab):
    page = tab("plain", java_script_enabled=False).page

    assert page.locator("#findings-table tbody tr").count() == 10
    assert page.locator("noscript").inner_text().startswith("Without scripts this page shows 10 rows")
    assert not page.locator("#filters").is_visible()
    assert not page.locator("#theme").is_visible()


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_is_wider_than_the_window(tab, width, tmp_path):
    page = tab("hostile", viewport={"width": width, "height": 900}).page
    page.evaluate("document.querySelectorAll('details').forEach((element) => { element.open = true; })")
    page.screenshot(path=str(tmp_path / f"{width}.png"), full_page=True)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [360, 1200])
def test_repeated_lines_and_their_counts_are_in_view_at_every_width(tab, width):
    page = tab("repeats", viewport={"width": width, "height": 800}).page
    section = page.locator("#repeats")

    right = [box.bounding_box() for box in section.locator("td.number").all()]
    assert len(right) == 4
    assert all(box["x"] + box["width"] <= width for box in right)
    assert section.locator(".scroll").evaluate("box => box.scrollWidth <= box.clientWidth")
    assert section.locator("th[scope=rowgroup]").all_inner_texts() == [
        f"{LONG_HOST} 9 pages",
        "Pages without a URL 9 pages",
    ]
