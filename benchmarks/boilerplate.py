"""Speed and quality of the checks boilerplate and cookie_text.

    POLARS_MAX_THREADS=1 python benchmarks/boilerplate.py [--quality]

Prints CPU seconds, MB/s and pages/s of each check and of both; how the cost of hostile strings grows when they double;
and, where the development data lies beside the project, the token F of main text on its dev split next to rules that
need no model, and the consent text that is found and what is none. `--quality` leaves the hostile strings out.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import polars as pl
from corpusqa_checks.boilerplate import boilerplate
from corpusqa_checks.boilerplate.check import labelled_lines
from corpusqa_checks.cookie_text import cookie_text

from corpusqa.batch import Batch
from corpusqa.check import Check, Groups

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data" / "boilerplate_lines.parquet"
CONSENT = DATA.with_name("cookie_text.parquet")
CASES = ROOT / "tests" / "cases" / "boilerplate.jsonl"
HOSTILE = [
    *("a", "a-", "a@a-", " ", "1 ", ":", "(", "[a", "|", "; ", "\t", "`", "'", ". ", "…", "。", "\u0301", "A"),
    *("cookie ", "we use ", "x: ", "{", "http://", "\\", "a, ", "ก ", "5 kr ", "5 June 2025 "),
    *("Mill and its ", "page not found ", "3 comments: "),
]
CHARACTERS = 20_000
COPIES = 20
RUNS = 5


def measured(frame: pl.DataFrame) -> dict[str, float]:
    """CPU seconds of each check alone and of both on one batch, the least of RUNS."""
    checks = {"cookie_text": [cookie_text()], "boilerplate": [boilerplate()], "both": [cookie_text(), boilerplate()]}
    return {name: min(_seconds(frame, some) for _ in range(RUNS)) for name, some in checks.items()}


def _seconds(frame: pl.DataFrame, checks: list[Check]) -> float:
    start = time.process_time()
    batch = Batch(frame)
    for check in checks:
        assert check.measure is not None
        check.measure(batch)
    return time.process_time() - start


def speed(frame: pl.DataFrame) -> None:
    """MB/s and pages/s."""
    size = frame["text"].str.len_bytes().sum() / 1e6
    print(f"{frame.height} pages, {size:.1f} MB")
    for name, seconds in measured(frame).items():
        print(f"  {name:12} {seconds:6.2f} CPU s  {size / seconds:6.1f} MB/s  {frame.height / seconds:6.0f} pages/s")


def growth() -> None:
    """How many times longer twice as long a hostile string takes; 2.0 is linear."""
    worst = 0.0
    for piece in HOSTILE:
        once, twice = (
            measured(pl.DataFrame({"text": [hostile(piece, size, number) for number in range(COPIES)]}))["both"]
            for size in (CHARACTERS, 2 * CHARACTERS)
        )
        worst = max(worst, twice / once)
        print(f"  {piece.strip()[:8]!r:12} {once:.3f} -> {twice:.3f} CPU s  x{twice / once:.2f}")
    print(f"  worst x{worst:.2f}")


def hostile(piece: str, size: int, number: int) -> str:
    """A string of the piece; each has a number, because equal lines are looked at once."""
    return f"{number} {piece * size}"[:size]


def quality(table: pl.DataFrame, frame: pl.DataFrame) -> None:
    """Token F of main text on the dev split: rules without a model, the line model, segments, repetition."""
    lines = labelled_lines(Batch(frame)).select("row", "line", "text", "words", "score", "label")
    known = table.select("row", "line", "label", "set", "lang", "split", "tokens").rename({"label": "gold"})
    lines = lines.join(known, on=["row", "line"]).join(_repeated(frame), on=["row", "line"], how="left")
    dev = lines.filter((pl.col("split") == "dev") & (pl.col("gold") != "unjudged"))
    text, words = pl.col("text").str.strip_chars(), pl.col("words")
    typed = pl.col("label").is_null() | (pl.col("label") == "title")
    rules = {
        "keep all": pl.lit(True),
        "C4 line rule": text.str.contains(r"[.!?\"”]$") & (words >= 3),
        "long lines (jusText-like)": (text.str.len_chars() >= 70) & text.str.contains(r"[.!?。！？]"),
        "line model": pl.col("score") > 0,
        "with segments": typed,
        "with repetition": typed & pl.col("again").is_null(),
    }
    for name, rule in rules.items():
        by = {key: _scores(dev.filter(where), rule)[2] for key, where in _slices(dev)}
        print(
            f"  {name:26} P %.3f R %.3f F %.3f  " % _scores(dev, rule) + " ".join(f"{k} {v:.3f}" for k, v in by.items())
        )
    full = (
        dev.filter(pl.col("set") != "trafilatura")
        .group_by("row")
        .agg(
            gold=(pl.col("tokens") * (pl.col("gold") == "other")).sum() / pl.col("tokens").sum(),
            said=(pl.col("tokens") * ~typed).sum() / pl.col("tokens").sum(),
        )
    )
    print(f"  mean error of the ratio of a page: {(full['gold'] - full['said']).abs().mean():.3f}")


def _repeated(frame: pl.DataFrame) -> pl.DataFrame:
    half = boilerplate().corpus["repeated"]
    assert isinstance(half, Groups)
    batch = Batch(frame)
    spans = half.reduce(half.keys(batch).rename({"row": "doc"})).select(row="doc", first="start", last="end")
    lines = batch.lines.join(spans, on="row")
    inside = (pl.col("start") >= pl.col("first")) & (pl.col("end") <= pl.col("last"))
    return lines.filter(inside).select("row", "line", again=pl.lit(True)).unique()


def _slices(dev: pl.DataFrame) -> list[tuple[str, pl.Expr]]:
    sets = [(name, pl.col("set") == name) for name in dev["set"].unique().sort()]
    pages = dev.group_by("lang").agg(pl.col("row").n_unique()).filter(pl.col("row") >= 10).sort("lang")
    return sets + [(name, pl.col("lang") == name) for name in pages["lang"]]


def _scores(dev: pl.DataFrame, rule: pl.Expr) -> tuple[float, float, float]:
    gold, tokens = pl.col("gold") == "main", pl.col("tokens")
    sums = dev.select(hit=(tokens * (gold & rule)).sum(), said=(tokens * rule).sum(), true=(tokens * gold).sum())
    hit, said, true = sums.row(0)
    return hit / max(said, 1e-9), hit / max(true, 1e-9), 2 * hit / max(said + true, 1e-9)


def consent(rows: pl.DataFrame) -> None:
    """Consent text found by kind and by language, and what is none: mentions of cookies by kind, all lines of news."""
    rows = rows.filter(pl.col("split") == "dev").with_columns(pl.col("text").str.replace_all(r"[\r\n]+", " "))
    check = cookie_text()
    assert check.measure is not None
    found = check.measure(Batch(rows.select("text"))).signals["lines"] > 0
    rows = rows.with_columns(hit=found, named=pl.col("text").str.to_lowercase().str.contains_any(["cookie", "куки"]))
    share = [pl.len().alias("rows"), pl.col("hit").mean().round(3)]
    spoken, other = rows.filter("consent"), rows.filter(~pl.col("consent"))
    print("  found   ", *spoken.group_by("kind").agg(share).sort("kind").rows())
    print("  language", *spoken.group_by("lang").agg(share).filter(pl.col("rows") >= 10).sort("lang").rows())
    print("  mentions", *other.filter("named").group_by("kind").agg(share).sort("kind").rows())
    print("  news    ", *other.filter(pl.col("kind") == "news_line").group_by("kind").agg(share).rows())


def pages() -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """The pages of the development data, or the cases of the tests many times over."""
    if not DATA.is_file():
        cases = [json.loads(line)["text"] for line in CASES.read_text("utf-8").splitlines()]
        return pl.DataFrame(
            {"text": cases * 100, "url": [None] * len(cases) * 100}, schema_overrides={"url": pl.String}
        ), None
    table = pl.read_parquet(DATA).with_columns(row=pl.col("page").rle_id().cast(pl.Int64))
    table = table.with_columns(
        text=pl.col("text").str.replace_all(r"[\r\n]", " "),
        line=pl.int_range(1, pl.len() + 1).over("row").cast(pl.Int64),
        tokens=pl.col("text").str.count_matches(r"\S+") + 0.6 * pl.col("text").str.count_matches(r"[\u3040-\u9fff]"),
    )
    url = pl.format("https://{}/", pl.col("site").first())
    return table.group_by("row", maintain_order=True).agg(pl.col("text").str.join("\n"), url=url).drop("row"), table


def main() -> None:
    """Run all parts."""
    frame, table = pages()
    speed(frame)
    if "--quality" not in sys.argv:
        print(f"hostile strings, {COPIES} of {CHARACTERS:,} characters, doubled")
        growth()
    if table is None:
        sys.exit(f"no development data at {DATA}: quality is not measured")
    print("token F of main text on dev")
    quality(table, frame)
    print("cookie_text on dev: share of rows with a consent line")
    consent(pl.read_parquet(CONSENT))


if __name__ == "__main__":
    main()
