"""What was written is scanned again: edited documents are measured, the others have the results that they had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import corpusqa.api.account as accounts
from corpusqa.api.account import account
from corpusqa.api.model import Account, Settings
from corpusqa.api.outputs import Target, write_clean
from corpusqa.check import Batch, Check, Measured, Signal
from corpusqa.config import ChecksOptions, CleanOptions, Config
from corpusqa.scan.known import Origin
from tests.files import TOYS, jsonl

OWN = Path(__file__)
COUNT, EDITED, DROPPED = 60, 12, 6
CLEAN = CleanOptions(policy="none", drop=("text.characters < 30",), mask=("pii.email",), alarm_share=1.0)


def seen(*, log: str = "") -> Check:
    """Notes how many texts it measures."""

    def measure(batch: Batch) -> Measured:
        with Path(log).open("a") as file:
            file.writelines("text\n" for _ in batch.text)
        return Measured(batch.frame.select(size=pl.col("text").str.len_chars().cast(pl.Int64)))

    return Check({"size": Signal(pl.Int64, "characters")}, measure=measure)


def texts() -> list[str]:
    """Every fifth has an address, every tenth is too short, and there are copies, some of them only once masked."""
    long = "Some words that make a document long enough to be kept, number {}. "
    return [
        f"short {i}" if i % 10 == 9
        else long.format(i // 3) + (f"Write to petra.holloway{i}@boats.example.net today." if i % 5 == 0 else "")
        for i in range(COUNT)
    ]  # fmt: skip


def lines(folder: Path) -> Path:
    rows = [{"id": f"d{i}", "text": text, "n": i / 2, "tags": ["a"] * (i % 3)} for i, text in enumerate(texts())]
    return jsonl(folder / "corpus.jsonl", rows)


def without_ids(folder: Path) -> Path:
    return jsonl(folder / "corpus.jsonl", [{"body": text, "url": "https://a.example/x"} for text in texts()])


def shards(folder: Path) -> Path:
    frame = pl.DataFrame({"key": range(COUNT), "text": texts(), "language": ["en"] * COUNT})
    for split, part in (("train", frame[:40]), ("test", frame[40:])):
        (folder / "data").mkdir(exist_ok=True)
        part.write_parquet(folder / f"data/{split}-00000-of-00001.parquet", row_group_size=7)
    return folder / "data"


def pages(folder: Path) -> Path:
    for i, text in enumerate(texts()):
        place = folder / f"pages/{'ab'[i % 2]}/page {i}.txt"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder / "pages"


def chats(folder: Path) -> Path:
    rows = [
        {"messages": [{"role": "user", "content": "Well?"}, {"role": "assistant", "content": text}]} for text in texts()
    ]
    return jsonl(folder / "corpus.jsonl", rows)


def same(one: Account, other: Account) -> bool:
    frames = ("documents", "signals", "spans", "edges", "clusters", "unreadable", "failures")
    scans = one.scan, other.scan
    return all(getattr(scans[0], name).equals(getattr(scans[1], name)) for name in frames)


@pytest.mark.parametrize("source", [lines, without_ids, shards, pages, chats])
def test_the_second_scan_measures_what_was_edited_and_says_what_a_scan_of_its_own_would(
    tmp_path: Path, source: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    checks = ("seen", "copies", "text", "pii")
    options = {"seen": {"log": str(log)}, "pii": {"reserved": True}}
    config = Config(checks=ChecksOptions(checks, (), (str(OWN), str(TOYS)), options), clean=CLEAN)
    found = account(source(tmp_path), config, Settings(tmp_path / "w", workers=1))
    log.write_text("")
    write_clean(found, Target(tmp_path / "out"))
    assert len(log.read_text().splitlines()) == EDITED

    written = replace(config, clean=CleanOptions(policy="none"))
    seeded = account(tmp_path / "out/data", written, Settings(tmp_path / "w2", workers=2), made_of=found)
    log.write_text("")
    monkeypatch.setattr(accounts, "origin_of", lambda *_: Origin(None, bytes(32)))
    alone = account(tmp_path / "out/data", written, Settings(tmp_path / "w3", workers=1), made_of=found)
    assert len(log.read_text().splitlines()) == COUNT - DROPPED
    assert same(seeded, alone)
    assert seeded.scan.clusters.height
    assert seeded.gate.rows.equals(alone.gate.rows)
