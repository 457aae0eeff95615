"""A small check, hand-made verdicts and a corpus, for tests of what is made of releases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from corpusqa.check import Check, Label, Measured, Signal
from corpusqa.config import CleanOptions
from corpusqa.corpus import open_corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.policy import judge, make_policy
from corpusqa.release import Recipe, Release, empty_after_edits, store_release, write_release
from corpusqa.scan.run import scan
from corpusqa.testing import plugin

ACTIONS = {"marks.mail": "mask", "marks.cookie": "cut"}


def marks() -> Check:
    """Finds mail@x.test addresses, lines that say COOKIE and documents whose first number ends in 7."""

    def measure(batch) -> Measured:
        rows = []
        for row, text in enumerate(batch.text):
            at = 0
            for line in text.split("\n"):
                if line.startswith("COOKIE"):
                    rows.append((row, at, at + len(line), "cookie"))
                for word in line.split(" "):
                    if "@" in word:
                        start = at + line.index(word)
                        rows.append((row, start, start + len(word), "mail"))
                at += len(line) + 1
        schema = {"row": pl.Int64, "start": pl.Int64, "end": pl.Int64, "label": pl.String}
        return Measured(pl.DataFrame(), pl.DataFrame(rows, schema=schema, orient="row"))

    mail = Label("an address", "warning", private=True, canonical=str.lower)
    seven = Signal(pl.Boolean, "the number ends in 7", pl.col("text").str.contains(r"^Document \d*7\b"))
    cookie = Label("cookie text", line=True, main=False)
    return Check({"seven": seven}, {"mail": mail, "cookie": cookie}, measure=measure)


POLICY = CleanOptions(
    policy="none", drop=("marks.seven = TRUE",), cut=("marks.cookie",), mask=("marks.mail",), alarm_share=1.0
)


def clean(
    source: Path, work: Path, out: Path, *, workers: int = 1, unit_bytes: int = 1 << 26, store: bool = False, **more
) -> Release:
    corpus = open_corpus(source, None, work=work, unit_bytes=unit_bytes)
    flow = Flow(LocalEngine(workers), work / f"flow-{workers}-{unit_bytes}", say=more.pop("say", lambda _line: None))
    check = plugin(marks)
    found = scan(corpus, [check], flow)
    found = found[0] if isinstance(found, tuple) else found
    verdicts = judge(found, make_policy(replace(POLICY, decisions=more.pop("decisions", ())), found.checks), None)
    verdicts = verdicts.with_empty(empty_after_edits(corpus, found, verdicts, flow))
    write = store_release if store else write_release
    return write(corpus, found, verdicts, (check.spec,), flow, out, more.pop("recipe", Recipe()), **more)


def rows(count: int = 60) -> list[dict]:
    return [
        {
            "id": f"d{i}",
            "text": f"Document {i} é😀\n\n" + (f"write to A{i % 3}@x.test or a{i % 3}@X.test\n\n" if i % 2 else "")
            + ("COOKIE notice\n\nmore\n" if i % 3 == 0 else "end\n") + "x" * i,
            "n": i if i % 10 else None,
            "meta": {"tags": ["a", "b"][: i % 3], "score": i / 2},
            "mixed": [i, str(i), None, {"k": i}][i % 4],
            "split": "test" if i % 5 == 0 else "train",
        }
        for i in range(count)
    ]  # fmt: skip


def data(release: Release) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for files in release.data_files().values() for path in files}


def expected(record: dict) -> str:
    i = record["id"][1:]
    n = int(i) % 3
    text = record["text"].replace(f"A{n}@x.test", "<MAIL_1>").replace(f"a{n}@X.test", "<MAIL_1>")
    return text.replace("COOKIE notice\n\n", "")
