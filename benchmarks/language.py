"""Measure the language check beside langdetect: accuracy, abstention, mixed documents and CPU, in one run.

    python benchmarks/language.py

Needs the development data, which are not part of the project; without them it says so and stops. Ratios of CPU time
are of one process; run it on a quiet machine.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from corpusqa_checks.language import language
from corpusqa_checks.language.cache import tables
from corpusqa_checks.language.detectors import DETECTORS
from corpusqa_checks.language.routing import detect
from corpusqa_checks.language.votes import canonical
from fit_language import truth

from corpusqa.testing import plugin, run

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
THRESHOLD = 0.8
VOTE = DETECTORS["cld2"].detect_batch
BATCH = 2_000_000  # characters measured at once; a batch of a real run holds up to 16 MB
CASES = ((50, 3), (200, 3), (1000, 2), (10_000, 1))


# Texts of the declaration that carry the code of a language and are written in another variety, which a detector has to
# refuse: Savoyard in a spelling of its own under fra, Chimiini under swh, Vietnamese in Chinese characters.
VARIETIES = (pl.col("source") == "udhr") & (
    pl.col("iso639_3").is_in(["fra", "swh"]) | ((pl.col("iso639_3") == "vie") & (pl.col("script") == "Hani"))
)


def accuracy(data: pl.DataFrame, covered: set[str | None]) -> None:
    """Answered, right when answered and wrong of all, by length, for languages langdetect has and lacks."""
    found = detect(data["text"], VOTE, THRESHOLD)
    judged = data.drop("script").with_columns(
        truth=pl.Series([truth(code) for code in data["lang"]]), label=found["label"], status=found["status"]
    )
    right = pl.col("label") == pl.col("truth")
    table = judged.group_by("length_class", covered=pl.col("truth").is_in(sorted(filter(None, covered)))).agg(
        pl.len(),
        answered=pl.col("label").is_not_null().mean().round(4),
        right_when_answered=(right.sum() / pl.col("label").is_not_null().sum()).round(4),
        wrong=(~right).fill_null(False).mean().round(4),
    )
    print(table.sort("length_class", "covered"))


def agreement(data: pl.DataFrame) -> None:
    """profile_nb against seeded langdetect, on languages that it has; Han is left to the script."""
    chosen = data.filter(~pl.col("text").str.contains(r"\p{Han}")).sample(4_000, seed=7)
    texts = chosen["text"].to_list()
    votes = DETECTORS["langdetect"].detect_batch(texts)
    mine = DETECTORS["profile_nb"].detect_batch(texts)
    pairs = [(v.language == m.language, v.reliable) for v, m in zip(votes, mine, strict=True) if v.language]
    sure = [same for same, reliable in pairs if reliable]
    print(f"same label as langdetect: {np.mean([s for s, _ in pairs]):.4f} of {len(pairs)}", end="; ")
    print(f"where it says p > .99: {np.mean(sure):.5f} of {len(sure)} ({len(sure) - sum(sure)} differ)")


def abstention() -> None:
    """Texts without language that get a label."""
    texts = pl.read_parquet(DATA / "no_language.parquet")["text"]
    found = detect(texts, VOTE, THRESHOLD)
    print(
        f"no_language: {found['label'].null_count()} of {len(texts)} refused",
        dict(found["status"].value_counts().rows()),
    )


def mixed(data: pl.DataFrame, languages: list[str]) -> None:
    """Documents of four paragraphs, one of them foreign; and the same without."""
    rng = random.Random(3)
    pools = {
        name: [t for t in texts if len(t) >= 60]
        for name, texts in data.filter(pl.col("length_class") == "sentence").group_by("lang").agg("text").rows()
        if name in languages
    }
    made, wanted = [], []
    for number in range(600):
        main, other = rng.sample(sorted(pools), 2)
        paragraphs = [" ".join(rng.sample(pools[main], 4)) for _ in range(4)]
        if number % 2:
            paragraphs[rng.randrange(4)] = " ".join(rng.sample(pools[other], 3))
        made.append("\n\n".join(paragraphs))
        wanted.append(number % 2 == 1)
    share = run(plugin(language), made).signals["language.foreign_share"] > 0
    hits = sum(s and w for s, w in zip(share, wanted, strict=True))
    false = sum(s and not w for s, w in zip(share, wanted, strict=True))
    print(f"mixed documents: recall {hits / sum(wanted):.3f}, false alarms {false / (600 - sum(wanted)):.3f}")


def cpu(data: pl.DataFrame) -> None:
    """CPU of one text, and how many times less that is than langdetect's."""
    sentences = data.filter((pl.col("length_class") == "sentence") & ~pl.col("text").str.contains(r"\p{Han}"))
    joined = [" ".join(texts) * 3 for texts in sentences.group_by("lang", maintain_order=True).agg("text")["text"]]
    DETECTORS["langdetect"].detect_batch(["loads its profiles"])
    for length, count in CASES:
        texts = [text[at * length : (at + 1) * length] for text in joined for at in range(count)]
        texts = [text for text in texts if len(text) == length]
        many = texts * max(4, BATCH // (len(texts) * length))
        batch = pl.Series(many)
        ways: dict[str, Callable[[], object]] = {
            "langdetect": lambda: DETECTORS["langdetect"].detect_batch(texts),  # noqa: B023
            "profile_nb": lambda: DETECTORS["profile_nb"].detect_batch(many),  # noqa: B023
            "with vote": lambda: detect(batch, VOTE, THRESHOLD),  # noqa: B023
            "whole check": lambda: run(plugin(language), many),  # noqa: B023
        }
        rounds = [{name: spent(way) for name, way in ways.items()} for _ in range(3)]  # interleaved
        best = {name: min(seconds[name] for seconds in rounds) for name in ways}
        reference = best.pop("langdetect") / len(texts)
        told = [f"{name} {reference * len(many) / s:.0f}x ({s / len(many) * 1e6:.0f} us)" for name, s in best.items()]
        print(f"{length:6} characters: langdetect {reference * 1e6:.0f} us; " + ", ".join(told))


def spent(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    if not DATA.is_dir():
        sys.exit(f"{DATA} is not distributed with the project; nothing measured")
    data = pl.read_parquet(DATA / "language_dev.parquet")
    covered = {canonical(name) for name in tables().languages}
    pl.Config.set_tbl_rows(20)
    held = data.filter(pl.col("split") == "dev")
    accuracy(held, covered)
    print("the same without texts that are in another variety than their code says")
    accuracy(held.filter(~VARIETIES.fill_null(False)), covered)
    known = data.filter(pl.col("lang").is_in(sorted(filter(None, covered))))
    agreement(known)
    abstention()
    mixed(known, ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "fi", "sv", "cs", "tr", "hu", "el", "ja"])
    cpu(known)


if __name__ == "__main__":
    main()
