"""The dates check: cases in the project's own words, options, hostile input, and the seed corpus."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from corpusqa_checks.dates import dates
from corpusqa_checks.dates.check import LABELS
from corpusqa_checks.dates.parsing import extract_dates

from corpusqa.scan.measuring import Result
from corpusqa.testing import plugin, run
from tests.files import SEEDS, SHARED, cases, seed_labels

CASES = cases("dates")
COLUMNS = ("url", "published", "collected", "language")


def findings(result: Result) -> pl.DataFrame:
    """The spans that are findings; the others name the role of a date."""
    severe = [f"dates.{name}" for name, label in LABELS.items() if label.severity is not None]
    return result.spans.filter(pl.col("label").is_in(severe))


def spans(result: Result, text: str) -> list[list[str | None]]:
    """Findings: labels without the check's name, with the text under each span."""
    return _shown(findings(result), text)


def labelled(result: Result, text: str) -> list[list[str | None]]:
    """Every span, roles as well, as in `spans`."""
    return _shown(result.spans, text)


def _shown(found: pl.DataFrame, text: str) -> list[list[str | None]]:
    return [
        [row["label"].partition(".")[2], None if row["start"] is None else text[row["start"] : row["end"]]]
        for row in found.iter_rows(named=True)
    ]


def test_every_date_is_labelled_with_its_role() -> None:
    text = (
        "The bells of the harbour\nPublished: 14 March 2024\nUpdated: 2 April 2024\n\n"
        "The old bells were hung on 3 May 1911 and the keeper wrote of it in a letter that everybody in town read.\n"
        "> On 5 June 2001 somebody wrote:\n"
    )
    roles = ["label_published", "label_updated", "prose", "quoted"]

    assert labelled(run(plugin(dates), [text]), text) == [
        list(pair) for pair in zip(roles, ["14 March 2024", "2 April 2024", "3 May 1911", "5 June 2001"], strict=True)
    ]
    bare = "The bells of the harbour\n14 March 2024\n\nLONDON, March 15, 2024 (Wire) - The bells rang."
    assert ["header_bare", "14 March 2024"] in labelled(run(plugin(dates), [bare]), bare)
    line = "LONDON, March 15, 2024 (Wire) - The bells rang."
    assert labelled(run(plugin(dates), [line]), line) == [["dateline", "March 15, 2024"]]


# expect: spans = [label, text under it or null]; document columns; and signals: claimed, claimed_from, upper, status,
# mentions, open. What a case does not name is not judged.
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['kind']}-{case['label']}-{case['comment'][:40]}")
def test_case(case: dict[str, Any]) -> None:
    expect, text = case["expect"], case["text"]
    result = run(plugin(dates), [text], **{name: [expect.get(name)] for name in COLUMNS})
    found = result.signals.row(0, named=True)
    names = {"status": "published_status", "open": "order_open"}
    held = sorted(spans(result, text), key=str) == sorted(expect["spans"], key=str)
    for name in expect.keys() - {"spans", *COLUMNS}:
        value = found[f"dates.{names.get(name, name)}"]
        held &= (str(value) if isinstance(value, dt.date) else value) == expect[name]

    assert held != (case["kind"] == "known_failure"), (spans(result, text), found)


def test_names_of_one_language_do_not_come_to_another() -> None:
    from babel import Locale
    from corpusqa_checks.dates.cldr import calendar

    for code in ("az", "cy"):  # babel keeps what it finds for the one in a table that the other shares
        assert Locale.parse(code).months["stand-alone"]["wide"][1]
    welsh = calendar("cy")
    assert welsh is not None
    assert "yanvar" not in {name for _, name in welsh.months}


def test_every_finding_has_a_case() -> None:
    across_documents = {"piled_dates", "copies_disagree"}  # see test_dates_across
    severe = {name for name, label in LABELS.items() if label.severity is not None}
    assert {case["label"] for case in CASES} >= severe - across_documents


@pytest.mark.parametrize(
    ("cutoff", "text", "published", "wanted"),
    [
        ("2024-06-01", "Written later.", "2024-07-01", "after"),
        ("2024-06-01", "The fair of 3 July 2024 is planned.", "2024-05-01", "mentions_after"),
        ("2024-06-01", "The fair of 3 July 2023 is over.", None, "not_shown"),
        ("", "Whatever.", "2024-07-01", None),
    ],
)
def test_the_cut_off(cutoff: str, text: str, published: str | None, wanted: str | None) -> None:
    result = run(plugin(dates, cutoff=cutoff), [text], published=[published])
    assert result.signals["dates.cutoff"].to_list() == [wanted]


@pytest.mark.parametrize(("options", "words"), [({"tolerance": -1}, "0 or more"), ({"cutoff": "soon"}, "2024-06-01")])
def test_bad_options_are_said(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        dates(**options)


def test_the_tolerance_is_an_option() -> None:
    text, columns = "A title\nPublished: 2 February 2024\nText.", {"published": ["2024-02-09"]}
    assert findings(run(plugin(dates), [text], **columns)).height == 1
    assert findings(run(plugin(dates, tolerance=7), [text], **columns)).is_empty()


def test_offsets_count_code_points() -> None:
    text = "😀 naïve café: Montag, den 12. März 2024 😀 und 31. Juni 2024"
    found = [text[m.start : m.end] for m in extract_dates(text, "de")]
    assert found == ["Montag, den 12. März 2024", "31. Juni 2024"]


def test_why_holds_no_text_of_the_document() -> None:
    text = "Secret Quern met on Monday, 12 March 2024 and 31 April 2023.\nPublished: 3 May 2021"
    result = run(plugin(dates), [text], published=["2024-02-09"], url=["https://secret.example/2020/01/02/quern"])
    assert result.spans.height >= 2
    assert not any(
        word in " ".join(result.spans["why"].drop_nulls()) for word in ("Quern", "Secret", "secret", "https")
    )


HOSTILE = [
    "1" * 20_000,
    "1/" * 10_000,
    "12 " * 6_000,
    "12 March " * 2_000,
    "Monday, " * 2_500,
    "2024-" * 4_000,
    "12." * 6_000,
    "\n" * 20_000,
    "a" * 20_000,
    "Published: " * 1_800,
    "1 a a a " * 2_500,
    "年" * 20_000,
    "2024年" * 3_000,
    "٣" * 20_000,
    "12 märz " * 2_000,
    "(" * 20_000,
    "Fri Sep 12 10:00:00 " * 1_000,
    "d'" * 10_000,
    "12-" * 6_000,
    "\u202e12 March 2024\u202c " * 1_000,
    "12\u00a0March\u00a0" * 1_500,
    "Monday 12 March 2024 " * 900,
    "31 February 2024 " * 1_100,
    "A, May 1 - " * 1_800,
    "\x00" * 20_000,
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_strings_survive(number: int) -> None:
    result = run(plugin(dates), [HOSTILE[number]], published=[HOSTILE[number]], url=[HOSTILE[number]])
    assert result.failures.is_empty()


def test_ten_megabytes_of_digits() -> None:
    assert extract_dates("7" * 10_000_000, "en") == []


def test_seed_corpus() -> None:
    labels = seed_labels()
    lines = (SEEDS / "metadata.jsonl").read_text("utf-8").splitlines()
    metadata = {row["file_name"]: row for row in map(json.loads, lines)}
    texts = [(SEEDS / row["file"]).read_bytes().decode() for row in labels]
    columns = {name: [metadata.get(row["file"], {}).get(name) for row in labels] for name in COLUMNS}
    result = run(plugin(dates), texts, **columns)
    judged = findings(result).filter(~pl.col("label").is_in(["dates.render_header"]))

    found = sorted(
        (labels[row["row"]]["file"], row["label"].partition(".")[2], texts[row["row"]][row["start"] : row["end"]])
        if row["label"] in ("dates.impossible_date", "dates.wrong_weekday")
        else (labels[row["row"]]["file"], row["label"].partition(".")[2], "")
        for row in judged.iter_rows(named=True)
    )
    wanted = sorted(fault for row in labels for fault in planted(row))

    assert found == wanted


def planted(row: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The faults that labels.jsonl lists, under the names of this check."""
    names = {"impossible": "impossible_date", "wrong_weekday": "wrong_weekday", "after_collected": "after_crawl"}
    faults: list[tuple[str, str, str]] = []
    for name, value in row["dates"].items():
        values = value if isinstance(value, list) else [""]
        faults += [(row["file"], names.get(name, name), quoted) for quoted in values]
    return faults


@pytest.mark.skipif(not SHARED.is_dir(), reason="development data is not distributed")
def test_the_two_seed_documents() -> None:
    texts = [path.read_text("utf-8") for path in sorted((SHARED / "seeds").glob("*.txt"))]
    result = run(plugin(dates), texts)
    first, second = result.signals.iter_rows(named=True)

    assert findings(result).select("row", "label").rows() == [(1, "dates.render_header")] * 2
    assert (first["dates.claimed"], first["dates.upper"], first["dates.mentions"]) == (None, None, 0)
    assert (second["dates.claimed"], second["dates.upper"]) == (None, dt.date(2025, 9, 12))


def test_no_unexplained_alarm(shared: Path) -> None:
    data = pl.read_parquet(shared / "data" / "dates_dev.parquet")
    published = data["published"].cast(pl.String).to_list()
    result = run(plugin(dates), data["text"].to_list(), published=published, url=data["url"].to_list())
    errors = result.spans.filter(pl.col("label").is_in(["dates.impossible_date", "dates.wrong_weekday"]))

    assert [data["id"][row].rpartition("/")[2] for row in errors["row"]] == ["rustconf-cfp.md"]
