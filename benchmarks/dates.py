"""Measure the dates check: planted faults found, controls left alone, CPU, and growth on hostile strings.

    python benchmarks/dates.py

Planted texts are made here, in ten languages with names from CLDR. The corpus of dated posts is development data that
is not part of the project; without it that part says so. CPU is compared with dateparser.search where it is installed.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
from babel.dates import format_date
from corpusqa_checks.dates import dates
from corpusqa_checks.dates.parsing import extract_dates

from corpusqa.scan.measuring import Result
from corpusqa.testing import plugin, run

DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "dates_dev.parquet"
LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "nl", "sv", "pl", "ru"]
# English styles of weekday and date; {w} weekday, {a} its abbreviation, {m} month, {b} its abbreviation, {d} {o} {y}.
STYLES = (
    "{w}, {d} {m} {y}",
    "{w} {d} {m} {y}",
    "{w}, {m} {d}, {y}",
    "{a}, {d} {b} {y}",
    "{a} {b} {d} 09:15:00 {y}",
    "{w} the {o} of {m} {y}",
    "{iso} ({w})",
    "{a} {d} {b}, {y}",
)
SENTENCES = ("It was opened on {}.", "The meeting of {} lasted an hour.", "Nobody came ({}).")
COUNT = 200


def days(rng: random.Random, count: int) -> list[dt.date]:
    return [dt.date(1960, 1, 1) + dt.timedelta(days=rng.randrange(24_000)) for _ in range(count)]


def english(style: str, day: dt.date, weekday: int) -> str:
    named = dt.date(2024, 1, 1) + dt.timedelta(days=weekday)
    ending = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}.get(day.day, "th")
    return style.format(
        w=f"{named:%A}",
        a=f"{named:%a}",
        m=f"{day:%B}",
        b=f"{day:%b}",
        d=day.day,
        o=f"{day.day}{ending}",
        y=day.year,
        iso=day,
    )


def local(language: str, day: dt.date, weekday: int) -> str:
    """The full form of CLDR with another weekday in its place."""
    monday = dt.date(2024, 1, 1)
    right = format_date(day, "EEEE", locale=language)
    return format_date(day, "full", locale=language).replace(
        right, format_date(monday + dt.timedelta(days=weekday), "EEEE", locale=language)
    )


def found(result: Result, label: str) -> float:
    """Share of the documents with the label."""
    return result.spans.filter(pl.col("label") == f"dates.{label}")["row"].n_unique() / result.signals.height


def alarms(result: Result) -> int:
    """Spans of labels with a severity; `render_header` and the roles of dates alone are no faults."""
    told = [f"dates.{name}" for name, label in dates().labels.items() if label.severity and name != "render_header"]
    return result.spans.filter(pl.col("label").is_in(told)).height


def weekdays(rng: random.Random) -> None:
    for kind, shift in (("wrong weekdays found", 3), ("right weekdays left alone, alarms", 0)):
        said = []
        for style in STYLES:
            texts = [
                rng.choice(SENTENCES).format(english(style, d, (d.weekday() + shift) % 7)) for d in days(rng, COUNT)
            ]
            said.append((texts, "en"))
        for language in LANGUAGES:
            made = [local(language, d, (d.weekday() + shift) % 7) for d in days(rng, COUNT)]
            said.append(([rng.choice(("({})", "- {}", "{}")).format(text) for text in made], language))
        results = [run(plugin(dates), texts, language=[language] * len(texts)) for texts, language in said]
        if shift:
            shares = [found(result, "wrong_weekday") for result in results]
            names = [*(f"style {n}" for n in range(1, len(STYLES) + 1)), *LANGUAGES]
            print(kind, " ".join(f"{name} {share:.3f}" for name, share in zip(names, shares, strict=True)))
        else:
            print(kind, sum(map(alarms, results)), "of", sum(len(texts) for texts, _ in said))


def claims(rng: random.Random) -> None:
    some = [day for day in days(rng, 4 * COUNT) if day.year > 1991][:COUNT]  # since there are web pages
    away = [day + dt.timedelta(days=rng.choice((-400, -40, -7, 7, 40, 400))) for day in some]
    labelled = [f"A title\nPublished: {day.day} {day:%B %Y}\nThe text of the page." for day in some]
    urls = [f"https://wire.example/{day:%Y/%m/%d}/a-title" for day in some]
    wrong_urls = [f"https://wire.example/{day:%Y/%m/%d}/a-title" for day in away]
    iso, wrong = [str(day) for day in some], [str(day) for day in away]
    earlier = [str(day - dt.timedelta(days=rng.randrange(3, 300))) for day in some]
    lines = [f"PORT SENNET, {day:%B} {day.day} (Wire) - The ferry left at noon." for day in some]
    far = [str(day + dt.timedelta(days=rng.choice((-40, -7, 7, 40)))) for day in some]
    impossible = [
        f"The fair of {d} was held." for d in ("31 April 2021", "February 30, 1999", "2023-02-29", "31/06/2020")
    ] * 50
    planted = {
        "impossible_date": run(plugin(dates), impossible, language=["en"] * len(impossible)),
        "metadata_mismatch": run(plugin(dates), labelled, published=wrong),
        "url_mismatch": run(plugin(dates), labelled, url=wrong_urls),
        "after_crawl": run(plugin(dates), labelled, collected=earlier),
    }
    print("planted claims found", " ".join(f"{name} {found(r, name):.3f}" for name, r in planted.items()), end=" ")
    print(f"dateline {found(run(plugin(dates), lines, published=far), 'metadata_mismatch'):.3f}")
    controls = [
        run(plugin(dates), labelled, published=iso, url=urls, collected=iso),
        run(plugin(dates), lines, published=iso, collected=iso),
    ]
    print("controls, alarms", sum(map(alarms, controls)), "of", 2 * COUNT)


def corpus() -> None:
    if not DATA.exists():
        print(f"{DATA} is not distributed with the project; corpus part skipped")
        return
    data = pl.read_parquet(DATA)
    texts = data["text"].to_list()
    columns = {"published": data["published"].cast(pl.String).to_list(), "url": data["url"].to_list()}
    result = run(plugin(dates), texts, language=["en"] * len(texts), **columns)
    print("dated posts", data.height, dict(result.spans["label"].value_counts().rows()))
    seconds = spent(lambda: run(plugin(dates), texts, language=["en"] * len(texts), **columns))
    size = sum(map(len, texts)) / 1e6
    print(f"CPU {seconds:.2f} s for {size:.1f} million characters")
    bare = [text.translate(dict.fromkeys(map(ord, "0123456789"), "x")) for text in texts]
    print(f"the same without digits {spent(lambda: run(plugin(dates), bare)):.2f} s")
    try:
        from dateparser.search import search_dates
    except ImportError:
        print("dateparser is not installed: no comparison")
        return
    some = [text[:2_000] for text in texts[:40]]
    theirs = spent(lambda: [search_dates(text, languages=["en"]) for text in some])
    ours = spent(lambda: [extract_dates(text, "en") for _ in range(20) for text in some]) / 20
    print(f"extract_dates against dateparser.search: {theirs / ours:.0f}x")


def hostile() -> None:
    seeds = (
        "1",
        "1/",
        "12 March ",
        "Monday, ",
        "2024-",
        "12.",
        "a",
        "年",
        "2024年",
        "12 a a ",
        "d'",
        "Published: ",
        "12-",
    )
    worst = 0.0
    for seed in seeds:
        half, whole = (seed * (size // len(seed)) for size in (20_000, 40_000))
        times = [min(spent(lambda: extract_dates(text, None)) for _ in range(15)) for text in (half, whole)]  # noqa: B023
        worst = max(worst, times[1] / max(times[0], 1e-4))
    print(f"hostile strings, 40,000 against 20,000 characters: at most {worst:.2f}x")


def spent(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    rng = random.Random(5)
    extract_dates("1 May 2024", None)  # names are loaded once
    weekdays(rng)
    claims(rng)
    hostile()
    corpus()


if __name__ == "__main__":
    main()
