"""Lines of pages and what they are called.

Cases: `expect.lines` is the segment of every line that is not blank, in order; `expect.main` only
says which of them are main text (m) and which are frame (f); `expect.kind` is what the text is taken for.
"""

from __future__ import annotations

import ast
import json
import re
import string
import tomllib
import unicodedata
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from corpusqa_checks._shared.lines import Written, written
from corpusqa_checks._shared.signs import with_any
from corpusqa_checks._shared.words import folded, word_count
from corpusqa_checks.boilerplate import boilerplate
from corpusqa_checks.boilerplate.appeals import APPEALS, appeal_patterns, appeal_words, most_cues
from corpusqa_checks.boilerplate.check import labelled_lines
from corpusqa_checks.boilerplate.counts import HEAD, SHORT, text_counts
from corpusqa_checks.boilerplate.patterns import COUNTED, ENDS, MARKS, NEEDED, SHAPES
from corpusqa_checks.cookie_text import cookie_text

from corpusqa.batch import Batch
from corpusqa.check import Groups
from corpusqa.scan.views import Measuring
from corpusqa.testing import plugin, run
from tests.files import ROOT, cases

CASES = cases("boilerplate")
ARTICLE = next(case["text"] for case in CASES if case["label"] == "story")
PAGE = next(case["text"] for case in CASES if case["label"] == "page_en")


def line_labels(text: str, spans: pl.DataFrame) -> dict[int, str]:
    """Label by line number (from 1) of the lines that are not blank; main lines are `main`."""
    found: dict[int, str] = {}
    at = 0
    for number, line in enumerate(text.split("\n"), 1):
        inside = spans.filter((pl.col("start") <= at) & (pl.col("end") >= at + len(line)))
        if line.strip():
            found[number] = inside["label"][0].split(".")[1] if inside.height else "main"
        at += len(line) + 1
    return found


def stated_labels(lines: dict[str, list[list[int]]]) -> dict[int, str]:
    return {number: label for label, ranges in lines.items() for a, b in ranges for number in range(a, b + 1)}


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    result = run(plugin(boilerplate), [case["text"]])
    found: dict[str, Any] = {"lines": list(line_labels(case["text"], result.spans).values())}
    if "main" in case["expect"]:
        found = {"main": "".join("m" if label in ("main", "title") else "f" for label in found["lines"])}
    if "kind" in case["expect"]:
        found["kind"] = result.signals["boilerplate.kind"][0]
    if case["kind"] == "known_failure":
        assert found != case["expect"], "this failure is mended: make it an ordinary case"
    else:
        assert found == case["expect"]


@pytest.fixture(scope="module")
def seed_pages(shared: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    stated = json.loads((shared / "seeds" / "labels.json").read_text("utf-8"))
    return {name: ((shared / "seeds" / name).read_text("utf-8"), stated[name]) for name in stated if name != "note"}


def test_every_line_of_the_seed_pages(seed_pages: dict[str, tuple[str, dict[str, Any]]]) -> None:
    ratios = []
    for text, stated in seed_pages.values():
        result = run(plugin(boilerplate), [text])
        expected = stated_labels(stated["lines"])
        found = line_labels(text, result.spans)
        assert {number: expected[number] for number in found} == found
        ratios.append(result.signals["boilerplate.ratio"][0])
    assert ratios[0] == 0.0
    assert ratios[1] == pytest.approx(0.322, abs=0.0005)


def test_cookie_lines_of_the_seed_pages(seed_pages: dict[str, tuple[str, dict[str, Any]]]) -> None:
    for text, stated in seed_pages.values():
        spans = run(plugin(cookie_text), [text]).spans
        lines = [[text[:a].count("\n") + 1, text[:b].count("\n") + 1] for a, b in spans.select("start", "end").rows()]
        assert lines == stated["cookie_text"]
        marked = run(plugin(boilerplate), [text]).spans.filter(pl.col("label") == "boilerplate.cookie")
        assert marked.select("start", "end").rows() == spans.select("start", "end").rows()


def test_both_checks_call_the_same_lines_consent_text() -> None:
    table = "Necessary cookies: 4\nStatistics cookies: 12\nMarketing cookies: 7"
    notice = "We use cookies to improve your experience. You can accept or refuse them in the settings."
    texts = [f"{ARTICLE}\n{notice}\n{table}", *(case["text"] for case in CASES)]
    texts += [f"{ARTICLE}\n{case['text']}" for case in cases("cookie_text")]
    said = run(plugin(cookie_text), texts).spans.select("row", "start", "end").sort("row", "start")
    marked = run(plugin(boilerplate), texts).spans.filter(pl.col("label") == "boilerplate.cookie")
    assert said.filter(pl.col("row") == 0).height == 1
    assert marked.select("row", "start", "end").sort("row", "start").equals(said)


def test_shares_add_up_and_the_title_counts_as_main() -> None:
    row = run(plugin(boilerplate), [PAGE]).signals.row(0, named=True)
    frame = [
        f"boilerplate.{name}_share"
        for name in ["header", "byline", "about", "nav", "social", "newsletter", "sponsor", "cookie"]
    ]
    words = len(PAGE.split())
    title = 10  # words of the title
    assert sum(row[name] for name in frame) == pytest.approx(row["boilerplate.ratio"])
    assert row["boilerplate.title_share"] == pytest.approx(title / words)
    assert row["boilerplate.main_words"] == round((1 - row["boilerplate.ratio"]) * words)


def test_the_frame_leaves_the_main_view_and_the_title_stays() -> None:
    frame = pl.DataFrame({"id": ["a"], "text": [PAGE]})
    main = Measuring([plugin(boilerplate), plugin(cookie_text)], frame).batch.main.text[0]
    assert "Harbour board delays" in main
    assert "Nobody had measured them" in main
    for gone in ("Humidity", "QH Staff Writers", "Categories", "Subscribe", "Privacy Overview", "cookies"):
        assert gone not in main
    assert len(main.encode()) == len(PAGE.encode())


def test_spans_do_not_cross_parts() -> None:
    menu = "Home\nSearch\nContact us\n"
    text = f"{ARTICLE}\n\n{menu}\n\n{menu}"
    cut = len(text) - len(menu)
    parts = pl.DataFrame(
        {"row": [0, 0], "part": [0, 1], "start": [0, cut], "end": [cut - 2, len(text)], "role": ["", ""]}
    )
    result = Measuring([plugin(boilerplate)], pl.DataFrame({"id": ["a"], "text": [text]}), parts).result("boilerplate")
    assert any(end <= cut - 2 for end in result.spans["end"])
    assert all(end <= cut - 2 or start >= cut for start, end in result.spans.select("start", "end").rows())


def test_conversations_are_told_by_the_roles_of_their_parts() -> None:
    frame = pl.DataFrame({"id": ["a"], "text": [f"Home\nSearch\nContact us\n\n{ARTICLE}"]})
    parts = {"row": [0, 0], "part": [0, 1], "start": [0, 24], "end": [22, 24 + len(ARTICLE)]}
    said = [
        Measuring([plugin(boilerplate)], frame, pl.DataFrame(parts | {"role": roles})).result("boilerplate").signals
        for roles in (["user", "assistant"], ["", ""])
    ]
    assert [row["boilerplate.kind"][0] for row in said] == ["chat", "page"]


def test_without_text_nothing_is_measured() -> None:
    row = run(plugin(boilerplate), ["", " \n\t\n"]).signals
    assert row.null_count().row(0) == (2,) * row.width


def test_line_ends_of_every_kind_are_outside_the_spans() -> None:
    lines = ["Home", "Search", "Contact us", *ARTICLE.split("\n"), "Share on Facebook"]
    for end in ("\n", "\r\n", "\r"):
        text = end.join(lines)
        spans = run(plugin(boilerplate), [text]).spans
        assert [text[a:b] for a, b in spans.select("start", "end").rows()] == [end.join(lines[:3]), "Share on Facebook"]


def repeated(texts: list[str], urls: list[str | None]) -> list[tuple[int, str]]:
    """Document and text of the spans that the corpus half marks."""
    half = boilerplate().corpus["repeated"]
    assert isinstance(half, Groups)
    batch = Batch(pl.DataFrame({"text": texts, "url": urls}, schema={"text": pl.String, "url": pl.String}))
    found = half.reduce(half.keys(batch).rename({"row": "doc"})).sort("doc", "start")
    return [(doc, texts[doc][a:b]) for doc, a, b in found.select("doc", "start", "end").rows()]


def test_lines_that_pages_of_a_site_share_are_marked() -> None:
    lines = ARTICLE.split("\n")
    pages = [
        "\n".join([f"{lines[0]} It was day {n}.", *lines[1:], "Tern Hall opening hours", "Log in"]) for n in range(4)
    ]
    marked = repeated(pages, [f"https://quill.example.org/{n}" for n in range(4)])
    assert [(doc, text) for doc, text in marked if "Tern Hall" in text] == [
        (n, "Tern Hall opening hours\nLog in") for n in range(4)
    ]
    assert not any(lines[2] in text for _, text in marked), "prose is never marked, however often it is repeated"


def test_copies_of_one_page_are_no_repetition() -> None:
    page = f"{ARTICLE}\nTern Hall opening hours\nLog in"
    assert repeated([page] * 6, ["https://quill.example.org/1"] * 6) == []


SUBHEAD = "What the harbour master wrote"
RECIPE = """Home
Recipes
{0} soup for four
Every house in the valley has a {0} soup of its own, and this is the one that my aunt made on market days.
Ingredients
300 g {0}
1 pinch of salt
2 onions
Method
Cut the {0} into small pieces and let them steam in the pot, slowly and without water.
Stir.
Serve hot.
Print this recipe
Share on Pinterest"""
CODE = """import os
from pathlib import Path

def {0}(folder):
    total = 0
    for name in os.listdir(folder):
        total += Path(name).stat().st_size
    return total"""
CHAT = """Ann: {0}?
Ben: Good morning
Ann: I have lost my keys
Ben: Good night"""
WORDS = ("barley", "leek", "carrot", "pumpkin", "lentil", "pea", "bean")


@pytest.mark.parametrize("site", ["https://quill.example.org/", None])
@pytest.mark.parametrize(
    ("page", "marked"),
    [
        (
            "Home\nLog in\n{0} " + ARTICLE.replace("\n", "\n{0} ") + f"\n{SUBHEAD}\n{{0}} {ARTICLE[:300]}",
            {"Home\nLog in"},
        ),
        (RECIPE, {"Home\nRecipes", "Print this recipe\nShare on Pinterest"}),
        (CODE, set()),
        (CHAT, set()),
    ],
    ids=["subheads", "recipes", "code", "chats"],
)
def test_main_text_and_what_is_no_page_is_never_repetition(page: str, marked: set[str], site: str | None) -> None:
    texts = [page.format(word).replace("drawer", word) for word in WORDS]
    urls = [site and f"{site}{word}" for word in WORDS]
    lines = {line for _, text in repeated(texts, urls) for line in text.split("\n")}
    assert lines == {line for text in marked for line in text.split("\n")}


MENU = ["What we do for boats", "Where our moorings are", "How to join the club", "Who looks after the crane"]
ANIMALS = ("seal", "otter", "heron", "tern", "gull", "eel", "crab", "pike")
NOTE = """The {0} of the north basin
Last week a {0} was seen at the slip. It slept.
The harbour master gave it a name, which is a secret.
Do not feed the {0}, please. It eats what the river brings, and what falls from the fishing boats at noon."""


@pytest.mark.parametrize(
    ("above", "below", "menus"),
    [
        (MENU, [], 8),
        (MENU[:2], [], 0),  # two lines may be a formula
        ([], MENU, 0),  # and so may those below the text
        ([f"{MENU[0]} ({{0}})", *MENU[1:3]], [], 0),  # not the same on every page
    ],
    ids=["menu", "two", "below", "other"],
)
def test_a_menu_that_counts_as_text_is_repetition(above: list[str], below: list[str], menus: int) -> None:
    pages = ["\n".join([*above, NOTE, *below]).format(animal) for animal in ANIMALS]
    urls: list[str | None] = [f"https://quill.example.org/{animal}" for animal in ANIMALS]
    assert [text for _, text in repeated(pages, urls)] == ["\n".join(above)] * menus
    assert repeated(pages[:4], urls[:4]) == []
    assert repeated(pages, [None] * len(pages)) == [], "without a site nobody knows whose menu it is"
    lines = labelled_lines(Batch(pl.DataFrame({"text": pages})))
    assert lines.filter(pl.col("text").is_in(above))["label"].is_null().all(), "what is main depends on the page alone"


def test_two_pages_or_a_tenth_of_a_site_are_no_repetition() -> None:
    pages = [f"{ARTICLE} It was day {n}.\nLog in\nNotice {n if n > 2 else 'again'} of the hall" for n in range(31)]
    urls = [f"https://quill.example.org/{n}" for n in range(31)]
    assert repeated(pages[:2], urls[:2]) == []
    assert not any("again" in text for _, text in repeated(pages, urls))


def test_without_urls_more_pages_are_asked_for() -> None:
    pages = [f"{ARTICLE} It was day {n}.\nTern Hall opening hours\nLog in" for n in range(5)]
    assert repeated(pages[:4], [None] * 4) == []
    marked = [text for _, text in repeated(pages, [None] * 5)]
    assert marked.count("Tern Hall opening hours\nLog in") == 5


def test_bad_input_ends_in_bounded_work_and_a_verdict() -> None:
    odd_ends = [ARTICLE.replace("\n", sign) for sign in ("\u2028", "\u0085", "\v")]
    texts = ["\n" * 200_000, "word " * 400_000, *odd_ends, f"{ARTICLE}\n" * 50, "\x00\u202e\n" * 100, "Home\n" * 3000]
    result = run(plugin(boilerplate), texts)
    assert result.failures.is_empty()
    # lines end with \n, \r\n or \r: other signs for it leave one line, in which no frame is told
    assert result.signals["boilerplate.kind"].to_list()[:5] == [None, "unbroken", "short", "short", "short"]
    assert result.signals["boilerplate.ratio"].to_list()[:5] == [None] * 5
    assert result.spans.filter(pl.col("row") < 5).is_empty()


def test_adjacent_lines_of_a_label_are_one_span() -> None:
    spans = run(plugin(boilerplate), [PAGE]).spans.sort("start")
    labels = spans["label"].to_list()
    assert all(a != b for a, b in pairwise(labels))


def test_every_pattern_runs_in_a_linear_engine() -> None:
    checks = ROOT / "checks" / "corpusqa_checks"
    for folder in ("boilerplate", "cookie_text", "_shared"):
        for source in (checks / folder).glob("*.py"):
            assert not {"re", "regex"} & _imported(source), (
                f"{source.name}: patterns belong to polars, whose time is linear"
            )


def test_no_line_is_spared_a_pattern_that_it_matches() -> None:
    told = [line for case in CASES for line in case["text"].split("\n") if line.strip()]
    odd = [
        "19 mph",
        "5℃",
        "a ［b］",
        "x：y",
        "— a",
        "│ · b",
        "₽",
        "®",
        "\tb\tc\td",
        "deadbeef1 a",
        "::",
        "_",
        "5年",
        "٣ ٤",
    ]
    short = ["Home", "Über uns", "MENU", "第一章", "cafe\u0301 noir", "defaced walls", "4 Oct", "# a", "2025-10-04"]
    signs = sorted({sign for needed in NEEDED.values() for sign in needed} | set(string.punctuation))
    mixed = [f"{before}{sign}{after}" for sign in signs for before, after in (("a", " b"), ("", " 1,5"), ("Ab 7 ", ""))]
    looked = _written(pl.Series([*told, *odd, *short, *mixed]).unique())
    texts, found = looked.texts, text_counts(looked)
    head = texts.str.slice(0, HEAD).str.strip_chars()
    for name, pattern in (MARKS | SHAPES | ENDS).items():
        expected = head.str.contains(pattern)
        if name not in ENDS:
            expected &= texts.str.len_chars() <= SHORT
        if name == "hash":  # "defaced" is a word
            expected &= texts.str.contains(r"[0-9]")
        assert found[name].astype(bool).tolist() == expected.to_list(), name
    for name, pattern in COUNTED.items():
        assert found[name].tolist() == head.str.count_matches(pattern).to_list(), name


def test_words_are_counted_alike_in_every_way() -> None:
    wide = [f"a{chr(point)}b" for point in (*range(1, 0x3100), 0xA000, 0xFEFF, 0xFF66, 0x1F600, 0x20000)]
    looked = _written(pl.Series(["a b", " a b", "a  b", "a\tb ", "海 上", "ab海c d", "ไทย ab", "x", "é ü", *wide]))
    expected = looked.texts.to_frame("text").select(word_count(pl.col("text"))).to_series()
    assert looked.words.to_list() == expected.to_list()


def test_long_texts_are_looked_at_in_slices() -> None:
    long = ["海 x " * 200_000, "word " * 300_000 + ";", "x" * 600_000, *["ab c"] * 70_000, "y\u00a0" * 100_000]
    looked = _written(pl.Series(long))
    assert (
        looked.words.to_list() == looked.texts.to_frame("text").select(word_count(pl.col("text"))).to_series().to_list()
    )
    assert with_any(looked.signs, ";").tolist() == looked.texts.str.contains(";").to_list()
    assert with_any(looked.signs, "海").tolist() == looked.texts.str.contains("海").to_list()


def test_signs_and_spaces_are_folded_to_one_space() -> None:
    told = ["a-b", " - ", "a  b", "«Ä»  ö.", "x\u00a0\t y", "one two", "İstanbul", "ﬁn ½", "e\u0301!", "海。上", ""]
    slow = [re.sub(r"[^\w\u0301]+|_", " ", f" {unicodedata.normalize('NFKC', text.lower())} ") for text in told]
    slow[6] = " istanbul "  # lower case adds a dot, which goes
    slow[7] = " fin 1 2 "
    assert folded(pl.Series(told)).to_list() == slow


def _written(texts: pl.Series) -> Written:
    """One line per document."""
    return written(pl.DataFrame({"row": pl.int_range(len(texts), eager=True), "text": texts}))


def _imported(source: Path) -> set[str]:
    """Top-level names of the modules that a file imports."""
    names = [
        node for node in ast.walk(ast.parse(source.read_text("utf-8"))) if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    modules = [
        [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""] for node in names
    ]
    return {name.split(".")[0] for found in modules for name in found}


@pytest.fixture(scope="module")
def judged_lines(shared: Path) -> pl.DataFrame:
    """Judged lines of the dev pages: `row, set, lang, main` (gold), `said` (no frame label) and `tokens`."""
    table = pl.read_parquet(shared / "data" / "boilerplate_lines.parquet").filter(pl.col("split") == "dev")
    table = table.with_columns(
        pl.col("text").str.replace_all(r"[\r\n]", " "), row=pl.col("page").rle_id().cast(pl.Int64)
    ).with_columns(line=pl.int_range(1, pl.len() + 1).over("row").cast(pl.Int64))
    texts = table.group_by("row", maintain_order=True).agg(pl.col("text").str.join("\n"))
    lines = labelled_lines(Batch(texts.select("text")))
    kept = pl.col("label").is_null() | (pl.col("label") == "title")
    tokens = pl.col("text").str.count_matches(r"\S+") + 0.6 * pl.col("text").str.count_matches(r"[\u3040-\u9fff]")
    gold = table.filter(pl.col("label") != "unjudged").select(
        "row", "line", "set", "lang", main=pl.col("label") == "main"
    )
    return gold.join(lines.select("row", "line", said=kept, tokens=tokens), on=["row", "line"])


def token_f(lines: pl.DataFrame) -> float:
    tokens, main, said = pl.col("tokens"), pl.col("main"), pl.col("said")
    sums = lines.select(hit=(tokens * (main & said)).sum(), said=(tokens * said).sum(), main=(tokens * main).sum())
    hit, claimed, true = sums.row(0)
    return float(2 * hit / (claimed + true))


def test_main_text_of_the_development_pages(judged_lines: pl.DataFrame) -> None:
    assert token_f(judged_lines) >= 0.88
    pages = judged_lines.group_by("lang").agg(pl.col("row").n_unique()).filter(pl.col("row") >= 10)["lang"]
    assert len(pages) >= 5
    assert {lang for lang in pages if token_f(judged_lines.filter(pl.col("lang") == lang)) < 0.85} == set()


def test_ratio_of_the_development_pages(judged_lines: pl.DataFrame) -> None:
    full = judged_lines.filter(pl.col("set") != "trafilatura")
    tokens = pl.col("tokens")
    errors = full.group_by("row").agg(
        error=((tokens * pl.col("main")).sum() - (tokens * pl.col("said")).sum()).abs() / tokens.sum()
    )
    assert errors["error"].mean() <= 0.08


@pytest.mark.parametrize("label", APPEALS)
def test_each_cue_of_a_long_line_is_found_in_text_as_it_is_written(label: str) -> None:
    table = tomllib.loads(files("corpusqa_checks.boilerplate").joinpath("appeals.toml").read_text("utf-8"))[label]
    assert len(table) >= 20
    cues = pl.Series([cue for cues in table.values() for cue in cues])
    for written_as in (cues, cues.str.to_uppercase(), cues.str.to_titlecase()):
        assert written_as.filter(~written_as.str.contains(appeal_words())).to_list() == []
    found = folded(cues).str.contains_any(appeal_patterns(label))
    assert cues.filter(~found).to_list() == []


@pytest.mark.parametrize(
    ("text", "label", "cues"),
    [
        ("Commenters commented on the comment.", "comments", 1),
        ("Die Kommentare werden kommentiert, der Kommentator kommentiert.", "comments", 1),
        ("Les abonnés s'abonnent : l'abonnement est un abonnement.", "newsletter", 1),
        ("Подписчики подписались на подписку.", "newsletter", 1),
        ("التعليق على تعليقك والتعليقات", "comments", 1),
        ("Comments are moderated; fields with a star are required fields.", "comments", 3),
        ("Abonnieren Sie den Newsletter, wir brauchen nur Ihre E-Mail-Adresse.", "newsletter", 3),
        ("未经授权，禁止转载", "legal", 4),
        ("The pictures went from Facebook to Twitter, Telegram and Instagram.", "social", 1),
        ("Folgen Sie uns auf Facebook, Instagram und Telegram!", "social", 2),
        ("Ставьте лайк и подписывайтесь на наш канал в Телеграм.", "social", 4),
        ("The ferry left the harbour at noon.", "about", 0),
    ],
)
def test_forms_of_a_word_are_one_cue(text: str, label: str, cues: int) -> None:
    best, most = most_cues(pl.Series([text]))
    assert (APPEALS[best[0]], most[0]) == (label, cues)


INVISIBLE = {
    "space of no width at the end": lambda text: text.replace("\n", "\u200b\n") + "\u200b",
    "mark of direction at the end": lambda text: text.replace("\n", "\u200f\n") + "\u200f",
    "mark of direction at the start": lambda text: "\u200e" + text.replace("\n", "\n\u200e"),
    "byte order mark at the start": lambda text: "\ufeff" + text.replace("\n", "\n\ufeff"),
    "embedded": lambda text: "\u202b" + text.replace("\n", "\u202c\n\u202b") + "\u202c",
    "soft hyphens": lambda text: re.sub(r"(\w\w)(?=\w\w)", "\\1\u00ad", text),
    "lines of no width between": lambda text: text.replace("\n", "\n\u200b \u200d\n"),
    "space at the end": lambda text: text.replace("\n", " \n") + " ",
    "much space at the end": lambda text: text.replace("\n", " " * 50 + "\n"),
    "indented": lambda text: "    " + text.replace("\n", "\n    "),
    "indented by tabs": lambda text: "\t\t\t" + text.replace("\n", "\n\t\t\t"),
    "wide space at the end": lambda text: text.replace("\n", "\u3000\n"),
}


@pytest.mark.parametrize("change", INVISIBLE)
def test_what_cannot_be_seen_changes_no_label(change: str) -> None:
    def labels(texts: list[str]) -> list[tuple[int, str, str | None]]:
        lines = labelled_lines(Batch(pl.DataFrame({"text": texts})))
        return lines.select("row", "kind", pl.col("label")).rows()

    texts = [case["text"] for case in CASES]
    assert labels([INVISIBLE[change](text) for text in texts]) == labels(texts)


def _short_lines(name: str) -> dict[str, list[tuple[str, str]]]:
    """The pages of a file of cases: lines with their marks by name."""
    pages: dict[str, list[tuple[str, str]]] = {}
    for line in (ROOT / "tests/cases" / name).read_text("utf-8").splitlines()[3:]:
        if line.startswith("=== "):
            pages[line[4:]] = []
        else:
            pages[list(pages)[-1]].append((line[0], line[2:]))
    return pages


READ = _short_lines("boilerplate_pages.txt")
SHORT_LINES = READ | _short_lines("boilerplate_errors.txt")


@pytest.fixture(scope="module")
def said_of_short_lines() -> dict[str, str]:
    """By page, m for each line that is main text and f for each that is not."""
    texts = ["\n".join(text for _, text in lines) for lines in SHORT_LINES.values()]
    lines = labelled_lines(Batch(pl.DataFrame({"text": texts})))
    kept = pl.col("label").is_null() | (pl.col("label") == "title")
    said = lines.group_by("row", maintain_order=True).agg(
        pl.when(kept).then(pl.lit("m")).otherwise(pl.lit("f")).str.join("")
    )
    return dict(zip(SHORT_LINES, said["literal"], strict=True))


@pytest.mark.parametrize("name", SHORT_LINES)
def test_short_lines_of_texts_are_main_text(name: str, said_of_short_lines: dict[str, str]) -> None:
    marks = "".join(mark for mark, _ in SHORT_LINES[name])
    assert said_of_short_lines[name] == marks.translate(str.maketrans("MF", "fm"))


def test_few_lines_of_texts_are_lost() -> None:
    marks = "".join(mark for lines in READ.values() for mark, _ in lines)
    assert marks.count("M") <= 0.03 * (marks.count("m") + marks.count("M"))
    assert marks.count("F") <= 0.06 * (marks.count("f") + marks.count("F"))


def test_errors_are_a_kind_and_texts_about_them_are_none() -> None:
    texts = {name: [text for _, text in lines] for name, lines in SHORT_LINES.items() if name not in READ}
    said = labelled_lines(Batch(pl.DataFrame({"text": ["\n".join(lines) for lines in texts.values()]})))
    errors = {name for name, row in zip(texts, range(len(texts)), strict=True) if _kind_of(said, row) == "error"}
    assert errors == {
        name for name in texts if name.startswith(("error_", "wall_", "short_", "held_err_", "held_short_"))
    }


def test_a_pair_of_messages_is_no_page() -> None:
    text = "Page not found\n\nSeite nicht gefunden"
    parts = {"row": [0, 0], "part": [0, 1], "start": [0, 16], "end": [14, len(text)], "role": ["en", "de"]}
    for some, kind in ((pl.DataFrame(parts), "short"), (None, "error")):
        batch = Batch(pl.DataFrame({"text": [text]}), parts=some)
        assert labelled_lines(batch)["kind"].to_list() == [kind] * 2


def _kind_of(lines: pl.DataFrame, row: int) -> str:
    return str(lines.filter(pl.col("row") == row)["kind"][0])


@pytest.mark.parametrize("other", ["It was the third one that day.", "Depth of the harbour: 4 m", "- a loaf of bread"])
def test_one_line_that_says_something_else_makes_an_error_a_text(other: str) -> None:
    page = ["Home", "Boats", "Page not found", "The page you are looking for does not exist.", "Back to the home page"]
    texts = ["\n".join([*page[:at], *line, *page[at:]]) for at in range(2, 6) for line in ([], [other])]
    kinds = labelled_lines(Batch(pl.DataFrame({"text": texts}))).group_by("row", maintain_order=True).agg("kind")
    assert [kind[0] == "error" for kind in kinds["kind"]] == [True, False] * 4


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["12/05/24, 18:03 - Ann: {0}?", "12/05/24, 18:04 - Ben: no"], "chat"),
        (["[20:14] 小林：{0}", "[20:15] 阿美：好"], "chat"),
        (["20:01 花子「{0}」", "20:03 太郎「うん」"], "chat"),
        (["HANS. {0} da?", "GRETE. Ich."], "chat"),
        (["Home > News > {0}", "Home > Council > {0}"], "page"),
        (["SELECT {0}", "FROM boats", "WHERE berth > 3;"], "code"),
        (["ann@quay:~$ ls {0}", "a", "b"], "code"),
        (["name: {0}", "image: tide", "- data:/var"], "code"),
        (["Tarn {0} 9 7 1 1 22"], "table"),
        (["{0} – an axe with a long handle"], "list"),
        (["Blue {0} Harbour Stones", "Grey {0} River Bank"], "text"),
    ],
)
def test_kinds_that_have_no_frame(lines: list[str], kind: str) -> None:
    pairs = [f"{one} and {other}" for one in WORDS for other in WORDS]
    text = "\n".join(line.format(word) for word in pairs for line in lines)
    said = labelled_lines(Batch(pl.DataFrame({"text": [text]})))
    assert said["kind"].unique().to_list() == [kind]
    assert (said["label"].drop_nulls().is_empty()) == (kind != "page")
