"""Consent text in many languages, and what only looks like it.

Cases: `expect.lines` are the numbers (from 1) of the lines that are consent text; `expect.language` the language of the
notice.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from corpusqa_checks._shared import consent, consent_lines, consent_stems, notices
from corpusqa_checks.cookie_text import cookie_text

from corpusqa.batch import Batch
from corpusqa.testing import plugin, run
from tests.files import cases

CASES = cases("cookie_text")
NOTICE = "This site uses cookies to measure traffic. You can accept or refuse them in the settings."
PROSE = "The ferry left the harbour at noon and the gulls went with it, as they had every day that summer."


def marked_lines(text: str, spans: pl.DataFrame) -> list[int]:
    """Numbers of the lines inside the spans, blank ones left out."""
    lines = text.split("\n")
    inside = (range(text[:a].count("\n"), text[:b].count("\n") + 1) for a, b in spans.select("start", "end").rows())
    return [number + 1 for block in inside for number in block if lines[number].strip()]


@pytest.fixture(scope="module")
def found() -> list[dict[str, Any]]:
    """What is found in each case, all in one batch."""
    result = run(plugin(cookie_text), [case["text"] for case in CASES])
    spans = [result.spans.filter(pl.col("row") == row) for row in range(len(CASES))]
    languages = result.signals["cookie_text.language"]
    lines = [marked_lines(case["text"], some) for case, some in zip(CASES, spans, strict=True)]
    return [{"lines": some, "language": language} for some, language in zip(lines, languages, strict=True)]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{n}_{case['label']}" for n, case in enumerate(CASES)])
def test_case(found: list[dict[str, Any]], number: int) -> None:
    case = CASES[number]
    said = {name: found[number][name] for name in case["expect"]}
    if case["kind"] == "known_failure":
        assert said != case["expect"], "this failure is mended: make it an ordinary case"
    else:
        assert said == case["expect"]


def test_counts_and_share() -> None:
    text = "\n".join([PROSE, PROSE, "", NOTICE, "", "Accept all"])
    result = run(plugin(cookie_text), [text, PROSE, "", " \n"])
    assert result.signals["cookie_text.lines"].to_list() == [2, 0, 0, 0]
    assert result.signals["cookie_text.notices"].to_list() == [1, 0, 0, 0]
    said = len(NOTICE.split()) + 2
    assert result.signals["cookie_text.share"].to_list() == [said / (said + 2 * len(PROSE.split())), 0.0, None, None]
    assert result.spans.select("start", "end").rows() == [(2 * len(PROSE) + 3, len(text))]


def test_a_middle_that_would_mostly_go_is_left_alone() -> None:
    page = [PROSE] * 3 + [NOTICE] * 6 + [PROSE] * 3
    assert run(plugin(cookie_text), ["\n".join(page)]).spans.is_empty()
    edge = [PROSE] * 6 + [NOTICE] * 6
    assert run(plugin(cookie_text), ["\n".join(edge)]).signals["cookie_text.lines"][0] == 6


def test_an_article_without_line_breaks_does_not_go_with_its_notice() -> None:
    for copies in (1, 2, 5, 8, 40):
        row = run(plugin(cookie_text), [f"{NOTICE} {' '.join([PROSE] * copies)}"])
        assert row.spans.is_empty(), copies
        assert row.signals["cookie_text.share"].to_list() == [None], copies
    assert row.signals["cookie_text.share"].to_list() == [None], "not measurable: no lines to tell apart"


def test_text_without_a_gate_word_never_reaches_the_scorer(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[int] = []
    real = consent_lines.judged
    monkeypatch.setattr(notices, "judged", lambda text: judged.append(len(text)) or real(text))
    run(plugin(cookie_text), [PROSE] * 50)
    run(plugin(cookie_text), ["\n".join([PROSE] * 50 + [NOTICE])])
    # the line with a gate word, then the lines near the sure one, which are all alike
    assert judged == [0, 1, 1]


def test_stems_are_folded_and_in_every_group() -> None:
    table = consent_stems.table()
    languages = consent_stems.languages_of_stems()
    assert len(languages) >= 60
    for name in languages:
        assert set(table[name]) == {*consent_stems.GROUPS, *consent_stems.COUNTER, *consent_stems.POINTING}, name
        assert table[name]["told"], name
        assert table[name]["bake"], name
        for stem in (stem for stems in table[name].values() for stem in stems):
            assert stem == unicodedata.normalize("NFKC", stem).lower()
            assert not set(stem) & set("-.,;:!?'’\"()&/"), (name, stem)


def test_no_word_speaks_for_a_notice_and_against_it() -> None:
    for name in consent_stems.languages_of_stems():
        groups = consent_stems.table()[name]
        positive = [f" {stem.strip()} " for group in consent_stems.GROUPS for stem in groups[group]]
        for against in [*groups["told"], *groups["bake"]]:
            assert not [stem for stem in positive if against in stem], (name, against)


def test_every_weight_has_the_sign_of_its_meaning() -> None:
    against = ("long_", "unvoiced", "told", "bake", "tech", "news", "marks", "cookie_silent")
    against += ("cookie_told", "cookie_bake", "cookie_tech", "cookie_news", "cookie_marks")
    for name, weight in consent.model()["weights"].items():
        assert (weight <= 0) if name.startswith(against) else (weight >= 0), name


def test_a_line_that_mixes_is_left_and_counted() -> None:
    texts = [f"{PROSE}\n{PROSE} {NOTICE}", f"{PROSE} {NOTICE}", f"{PROSE}\n{NOTICE}", PROSE]
    result = run(plugin(cookie_text), texts)
    assert result.signals["cookie_text.mixed"].to_list() == [1, 1, 0, 0]
    assert result.signals["cookie_text.lines"].to_list() == [0, 0, 1, 0]
    assert [share is None for share in result.signals["cookie_text.share"]] == [True, True, False, False]


def test_no_turn_of_a_conversation_is_a_notice() -> None:
    batch = Batch(
        pl.DataFrame({"text": [NOTICE, f"{PROSE}\n\n{NOTICE}"]}),
        parts=pl.DataFrame(
            {
                "row": [0, 1, 1],
                "part": [0, 0, 1],
                "start": [0, 0, len(PROSE) + 2],
                "end": [len(NOTICE), len(PROSE), len(PROSE) + 2 + len(NOTICE)],
                "role": ["assistant", "title", "body"],
            }
        ),
    )
    assert notices.notice_lines(batch)["row"].to_list() == [1]


@pytest.mark.parametrize("form", ["NFD", "nbsp", "spaces", "soft hyphens", "marks", "wide", "capitals"])
def test_what_hides_a_word_of_consent_is_folded(form: str) -> None:
    spoken = [
        "Nous utilisons des fichiers témoins sur ce site. Vous pouvez les accepter ou les refuser.",
        "Käytämme evästeitä sivustomme kehittämiseen. Voit hyväksyä tai hylätä ne.",
        "이 웹사이트는 쿠키를 사용합니다. 설정에서 쿠키를 거부하거나 동의할 수 있습니다.",
    ]
    hidden = {
        "NFD": lambda text: unicodedata.normalize("NFD", text),
        "nbsp": lambda text: text.replace(" ", "\u00a0"),
        "spaces": lambda text: text.replace(" ", "  "),
        "soft hyphens": lambda text: "".join(c + "\u00ad" * (n % 4 == 3 and c.isalpha()) for n, c in enumerate(text)),
        "marks": lambda text: "\u200e" + text.replace(" ", "\u200b ") + "\u200b",
        "wide": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
        "capitals": str.upper,
    }[form]
    assert run(plugin(cookie_text), [hidden(text) for text in spoken]).signals["cookie_text.lines"].to_list() == [1] * 3


def development(shared: Path) -> pl.DataFrame:
    rows = pl.read_parquet(shared / "data" / "cookie_text.parquet").filter(pl.col("split") == "dev")
    texts = rows["text"].str.replace_all(r"[\r\n]+", " ").to_list()
    lines = run(plugin(cookie_text), texts).signals["cookie_text.lines"]
    return rows.with_columns(
        hit=lines > 0, named=pl.Series(texts).str.to_lowercase().str.contains_any(["cookie", "куки"])
    )


def test_development_rows(shared: Path) -> None:
    rows = development(shared)
    hits = dict(rows.filter("consent").group_by("kind").agg(pl.col("hit").mean()).rows())
    assert hits["banner"] >= 0.94
    assert hits["button"] >= 0.90
    assert rows.filter(~pl.col("consent") & pl.col("named"))["hit"].mean() <= 0.02
    assert not rows.filter(pl.col("kind") == "news_line")["hit"].any()
    spoken = rows.filter("consent").group_by("lang").agg(pl.len(), pl.col("hit").mean()).filter(pl.col("len") >= 20)
    assert spoken["hit"].min() >= 0.8
