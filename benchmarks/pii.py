"""Speed of the check `pii`: gates, whole check, hostile strings, and peers beside it in one interleaved run.

Usage:
    python benchmarks/pii.py CORPUS.parquet [--mb 20] [--rounds 3] [--peers PYTHON] [--json OUT]

`--peers` is the interpreter of an environment that holds datatrove and presidio-analyzer (never that of the project);
this file runs itself there, `--peer NAME`, on the same documents. Speeds are MB of UTF-8 text per second of wall clock,
best of the rounds, with the CPU time beside it: on a busy machine compare CPU time.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

HALF, WHOLE = 20_000, 40_000
BATCH_BYTES = 32_000_000

# Each is repeated to HALF and WHOLE characters. The first dozen broke detectors of others (cubic and quadratic time).
HOSTILE = {
    "letters": "a",
    "letters and hyphens": "a-",
    "at sign, hyphens": "@a-",
    "single digits": "1 ",
    "spaces": " ",
    "one dot": "1.",
    "iban groups": "DE12 AAAA ",
    "plus one brackets": "+1((",
    "colons": ":",
    "a colons": "a:",
    "urls without end": "a://b:",
    "api_key": "api_key",
    "jwt heads": "eyJ",
    "digits": "7",
    "at signs": "@",
    "dots": "a.",
    "addresses": "a@b.",
    "quads": "203.0.113.",
    "hextets": "2001:db8:",
    "key heads": "-----BEGIN PRIVATE KEY-----",
    "assignments": "key=",
    "quotes": 'token="',
    "brackets": "(((((1",
    "zero width": "1\u200b",
    "full width": "\uff11",
    "bidi": "\u202e1",
    "base64": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3ODk",
    "cues": "Tel. 12 ",
    "phones in a row": "+44 20 7946 0958 ",
    "name of an id": "PESEL 4405140135",
    "cards in a row": "4111 1111 1111 1112 ",
    "apostrophes": "a'",
    "percent": "%41",
    "user info": "https://a:b",
    "slack": "xoxb-1-",
    "token heads": "-eyJ",
    "token pieces": "eyJhbGciOiJIUzI1NiJ9.",
    "key in key": "key=a1B",
    "marks": "1\u0301",
    "phones and cards": "+44 20 7946 0958 4111 1111 1111 1111 ",
    "lines": "Tel.\n1234567\n",
}


def documents(file: Path, limit: float) -> list[str]:
    """The first texts of a Parquet file, about so many MB."""
    import pyarrow.parquet as pq

    texts, size = [], 0
    for text in pq.read_table(file, columns=["text"])["text"].to_pylist():
        texts.append(text)
        size += len(text.encode())
        if limit and size > limit * 1e6:
            break
    return texts


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of wall clock and of CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def own(texts: Sequence[str]) -> dict[str, Callable[[], object]]:
    """The gates alone and the whole check, in batches as in a scan."""
    import polars as pl
    from corpusqa_checks.pii import pii
    from corpusqa_checks.pii.detectors import DETECTORS
    from corpusqa_checks.pii.gates import holding, let_through

    from corpusqa.batch import Batch

    frame = pl.DataFrame({"id": [str(n) for n in range(len(texts))], "text": texts})
    edges = frame["text"].str.len_bytes().cast(pl.Int64).cum_sum() // BATCH_BYTES
    slices = frame.with_columns(batch=edges).partition_by("batch", include_key=False)
    measure = pii().measure
    assert measure is not None
    gated = list(DETECTORS)
    return {
        "gates": lambda: [let_through(holding(part.select("text"), gated), gated) for part in slices],
        "whole check": lambda: [measure(Batch(part)) for part in slices],
    }


def datatrove(texts: Sequence[str]) -> Callable[[], object]:
    """Its formatter for e-mail addresses and IP addresses."""
    from datatrove.pipeline.formatters import PIIFormatter

    formatter = PIIFormatter()
    return lambda: [formatter.format(text) for text in texts]


def presidio(texts: Sequence[str]) -> Callable[[], object]:
    """Twelve pattern recognisers over a blank spaCy tokeniser: no model."""
    import spacy
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer import predefined_recognizers as known
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class Blank(SpacyNlpEngine):
        def __init__(self) -> None:
            super().__init__()
            self.nlp = {"en": spacy.blank("en")}

    names = [
        "CreditCard",
        "Crypto",
        "Email",
        "Iban",
        "Ip",
        "MedicalLicense",
        "Phone",
        "UsBank",
        "UsLicense",
        "UsItin",
        "UsPassport",
        "UsSsn",
    ]
    registry = RecognizerRegistry(recognizers=[getattr(known, f"{name}Recognizer")() for name in names])
    engine = AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["en"])
    return lambda: [engine.analyze(text, "en") for text in texts]


PEERS = {"datatrove": (datatrove, 1.0), "presidio": (presidio, 0.02)}


def hostile(rounds: int) -> dict[str, dict[str, float]]:
    """Milliseconds per string, and how the time grows when the string is twice as long."""
    import polars as pl
    from corpusqa_checks.pii import pii

    from corpusqa.batch import Batch

    measure = pii(reserved=True).measure
    assert measure is not None
    frames = {n: pl.DataFrame({"id": ["a"], "text": ["b"]}) for n in (0,)}
    measure(Batch(frames[0]))
    results = {}
    for name, piece in HOSTILE.items():
        texts = [(piece * (size // len(piece) + 1))[:size] for size in (HALF, WHOLE)]
        batches = [pl.DataFrame({"id": ["a"], "text": [text]}) for text in texts]
        best = [min(timed(lambda f=frame: measure(Batch(f)))[1] for _ in range(rounds + 2)) for frame in batches]
        results[name] = {"ms": round(best[1] * 1e3, 1), "growth": round(best[1] / max(best[0], 1e-4), 2)}
    return results


def peer(name: str, file: Path, megabytes: float) -> None:
    """Run a peer in its own environment and print seconds."""
    make, share = PEERS[name]
    texts = documents(file, megabytes * share if megabytes else 93 * share)
    work = make(texts)
    work_size = sum(len(text.encode()) for text in texts) / 1e6
    wall, cpu = timed(work)
    print(json.dumps({"mb": work_size, "wall": wall, "cpu": cpu}))


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--mb", type=float, default=0.0, help="only the first so many MB")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--peer", choices=sorted(PEERS))
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    if asked.peer:
        peer(asked.peer, asked.corpus, asked.mb)
        return
    texts = documents(asked.corpus, asked.mb)
    size = sum(len(text.encode()) for text in texts) / 1e6
    rates: dict[str, list[tuple[float, float]]] = {}
    for _ in range(asked.rounds):
        for name, work in own(texts).items():
            wall, cpu = timed(work)
            rates.setdefault(name, []).append((size / wall, size / cpu))
        for name in PEERS if asked.peers else ():
            command = [str(asked.peers), __file__, str(asked.corpus), "--mb", str(asked.mb), "--peer", name]
            said = json.loads(
                subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
            )
            rates.setdefault(name, []).append((said["mb"] / said["wall"], said["mb"] / said["cpu"]))
    report: dict[str, Any] = {
        name: {"MB/s": round(max(w for w, _ in several), 2), "MB per CPU second": round(max(c for _, c in several), 2)}
        for name, several in rates.items()
    }
    for name, said in report.items():
        print(f"{name:14}{said['MB/s']:10.2f} MB/s {said['MB per CPU second']:10.2f} MB per CPU second")
    report["hostile"] = hostile(asked.rounds)
    for name, said in sorted(report["hostile"].items(), key=lambda item: -item[1]["ms"]):
        print(f"  {name:22}{said['ms']:8.1f} ms for {WHOLE:,} characters, {said['growth']:.2f} times {HALF:,}")
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=1), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
