"""Fit the confidence curves of the language check: logistic regression on the train split of language_dev.parquet.

    python benchmarks/fit_language.py [--write]

Needs the development data, which are not part of the project; without them it says so and stops. Prints calibration
on the dev split; `--write` replaces confidence.json.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from corpusqa_checks.language import confidence, prose, routing, votes
from corpusqa_checks.language.cache import tables
from corpusqa_checks.language.confidence import WAYS, Evidence
from corpusqa_checks.language.glance import glance
from corpusqa_checks.language.names import differ
from corpusqa_checks.language.profile_nb import score
from corpusqa_checks.language.scripts import CLASSES, LETTER
from corpusqa_checks.language.segments import PARAGRAPH, READ

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data" / "language_dev.parquet"
# Technical documents, English but for a few: what the models make of prose among names and code. The fit sees some of
# the origins, the figures come from the others; made variants are left out.
DOCUMENTS = DATA.parent / "bench_corpus.parquet"
SEEN = ["MicrosoftDocs/win32", "MicrosoftDocs/cpp-docs", "tldr-pages/tldr"]
TABLE = ROOT / "checks" / "corpusqa_checks" / "language" / "confidence.json"
RIDGE = 2.0
# Most of the 458 languages of UDHR are hardly ever met: their texts weigh less than those of the 75 common ones where
# two models agree. Where one model stands alone they count in full, because that is when they are mistaken.
RARE = {"agree": 0.7, "script": 0.2}
# Every language has about as many rows in the data; on the web English is half of everything, and some are common.
COMMON = {"en": 20.0} | dict.fromkeys(["de", "es", "fr", "it", "pt", "nl", "pl", "ru", "tr", "id", "vi"], 4.0)
BEYOND = 0.1  # nats above what 95 of 100 foreign paragraphs stay below
DOCUMENT = 4.0  # of more use than single sentences
RARE_CLASSES = ["20", "50", "200", "1000"]  # those of UDHR
LONG_ENOUGH = 40  # letters from which a text tells what is typical of its language

# Members of macrolanguages that count as right when the macrolanguage is named (ISO 639-3).
MEMBERS = {
    "zh": "cmn yue wuu nan hak gan hsn cjy lzh",
    "qu": "quy quz qva qvc qvh qvm qvn qwh qul qug qxn qxu quh qxa qud qub",
    "no": "nb nn",
    "az": "azb azj",
    "om": "gaz hae orc",
    "gn": "gug gnw gun",
    "mn": "khk mvf",
    "ay": "ayr ayc",
    "cr": "csw crk crl",
    "iu": "ike ikt",
    "oj": "ojb ojg",
    "fa": "prs pes",
    "sw": "swh swc",
    "lah": "pnb skr",
    "syr": "aii cld",
    "ku": "kmr ckb sdh",
    "et": "ekk",
    "lv": "lvs",
    "sq": "als aln aae",
    "ms": "zsm zlm",
    "ps": "pbu pst pbt",
    "uz": "uzn uzs",
    "za": "ccx",
    "bik": "bcl",
    "hmn": "hnj hea mww",
}
MACRO = {member: macro for macro, members in MEMBERS.items() for member in members.split()}


def truth(code: str) -> str:
    """The code that a right answer has."""
    return votes.canonical(MACRO.get(code, code)) or code


@dataclass
class Samples:
    """Texts that got as far as an answer."""

    ways: np.ndarray
    labels: np.ndarray
    right: np.ndarray
    rare: np.ndarray
    document: np.ndarray
    true: np.ndarray
    evidence: Evidence

    def weights(self) -> np.ndarray:
        """How much each text counts in the fit."""
        common = np.array([COMMON.get(name, 1.0) for name in self.true.tolist()])
        common[self.document] = DOCUMENT
        return np.where(self.rare, [RARE.get(way, 1.0) for way in self.ways.tolist()], 1.0) * common


def samples(data: pl.DataFrame) -> Samples:
    """Way, answer, truth and evidence for every text that the script or the models judge."""
    said = prose.prose(data["text"])
    read = said.texts
    letters = said.counts[:, LETTER:CLASSES].sum(axis=1)
    found = routing.detect(data["text"], None, 0.0)
    modelled = found["status"].is_in(["single_model", "disputed"]) & found["script"].ne_missing("Han")
    judged = np.flatnonzero(modelled.to_numpy())
    by_script = np.flatnonzero((found["status"] == "confident").to_numpy())
    texts = [read[place] for place in judged.tolist()]
    said_by = votes.cld2(texts)
    best, evidence = routing.ranked(score(texts), said_by, letters[judged])
    ways = [routing.way(names[0], vote) for names, vote in zip(best, said_by, strict=True)]
    labels = [routing.answer(names[0], vote, way) for names, vote, way in zip(best, said_by, ways, strict=True)]
    both = [evidence, routing.scripted(letters[by_script])]
    together = {name: np.concatenate([getattr(one, name) for one in both]) for name in vars(evidence)}
    places = np.concatenate([judged, by_script])
    labels += [found["label"][place] for place in by_script.tolist()]
    true = np.array([truth(code) for code in data["lang"]])[places]
    rare, document = ((data["length_class"].is_in(kinds)).to_numpy()[places] for kinds in (RARE_CLASSES, ["document"]))
    named = np.array(labels)
    return Samples(
        np.array([*ways, *["script"] * len(by_script)]),
        named,
        named == true,
        rare,
        document,
        true,
        Evidence(**together),
    )


def read(split: str) -> pl.DataFrame:
    """Texts, languages and length classes of a split."""
    columns = ["text", "lang", "length_class"]
    texts = pl.read_parquet(DATA).filter(pl.col("split") == split).select(columns)
    documents = pl.read_parquet(DOCUMENTS).filter(~pl.col("source").str.starts_with("injected"))
    mine = documents.filter(pl.col("source").is_in(SEEN) == (split == "train")).with_columns(
        length_class=pl.lit("document")
    )
    return pl.concat([texts, mine.sample(min(2_000, mine.height), seed=3).select(columns)])


def typical_of(known: Samples, values: np.ndarray, names: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Mean of values of texts in each language, and their deviation times the root of the letters."""
    table = {}
    named = np.array(names)
    for name in sorted(set(names) - {""}):
        mine = (
            ~known.document
            & (known.labels == name)
            & (named == name)
            & known.right
            & (known.evidence.letters >= LONG_ENOUGH)
        )
        if mine.sum() >= 10:
            mean = values[mine].mean()
            spread = ((values[mine] - mean) * np.sqrt(known.evidence.letters[mine])).std()
            table[name] = (round(float(mean), 3), max(round(float(spread), 3), 0.001))
    return table


def plain_of(data: pl.DataFrame) -> dict[str, float]:
    """For each language of Latin script the mean lead that paragraphs of no other language reach, but for a few.

    A language whose own paragraphs seldom reach it gains nothing and is left out.
    """
    long = data.filter((pl.col("length_class") == "sentence") & (pl.col("text").str.len_chars() >= PARAGRAPH))
    long = long.with_columns(truth=pl.Series([truth(code) for code in long["lang"]], dtype=pl.String))
    known = {votes.canonical(name): row for row, name in enumerate(tables().languages)}
    texts = {
        name: pl.Series(some).str.slice(0, READ)
        for name, some in long.group_by("truth").agg("text").rows()
        if name in known and pl.Series(some).str.contains(r"^[\p{Latin}\P{L}]*$").mean() > 0.9
    }
    bars = {}
    for name in sorted(texts):
        seen = {
            other: glance(some, np.full(len(some), known[name]), tables().leads).lead for other, some in texts.items()
        }
        reached = [np.quantile(lead, 0.95) for other, lead in seen.items() if differ(name, other)]
        bar = float(max(reached)) + BEYOND
        if np.median(seen[name]) > bar:
            bars[name] = round(bar, 2)
    return bars


def fitted(known: Samples, way: str) -> tuple[list[float], dict[str, float]]:
    """Newton's method on the ridge-penalised likelihood of a way: the curve, and a bias for each label."""
    mine = known.ways == way
    names = sorted(set(known.labels[mine].tolist())) if way in ("agree", "outside", "alone") else []
    features = known.evidence.columns()
    columns = np.hstack([features, np.stack([known.labels == n for n in names], 1)]) if names else features
    columns, right, weights = columns[mine].astype(float), known.right[mine].astype(float), known.weights()[mine]
    curve = np.zeros(columns.shape[1])
    for _ in range(60):
        p = 1 / (1 + np.exp(-columns @ curve))
        hessian = columns.T @ (columns * (weights * p * (1 - p))[:, None]) + RIDGE * np.eye(len(curve))
        step = np.linalg.solve(hessian, columns.T @ (weights * (right - p)) - RIDGE * curve)
        curve += step
        if np.abs(step).max() < 1e-9:
            break
    bias = {name: round(float(value), 2) for name, value in zip(names, curve[features.shape[1] :], strict=True)}
    return curve[: features.shape[1]].round(4).tolist(), {n: v for n, v in bias.items() if abs(v) >= 0.05}


def calibration_error(sure: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error over ten equal bins."""
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())]
    return float(sum(gaps))


def main() -> None:
    if not DATA.exists():
        sys.exit(f"{DATA} is not distributed with the project; nothing fitted")
    data = read("train")
    known = samples(data)
    table = confidence.fitted()
    table["typical"] = typical_of(known, known.evidence.typical, known.evidence.best)
    table["typical_vote"] = typical_of(known, np.log1p(known.evidence.score), known.evidence.named)
    table["plain"] = plain_of(data)
    both = {way: fitted(known, way) for way in WAYS}
    table["curves"], table["bias"] = ({way: both[way][side] for way in WAYS} for side in (0, 1))
    held = samples(read("dev"))
    sure, columns = np.zeros(len(held.right)), held.evidence.columns()
    for way in WAYS:
        mask = held.ways == way
        sure[mask] = confidence.confidence(way, held.labels[mask].tolist(), columns[mask])
        error = calibration_error(sure[mask], held.right[mask])
        print(f"{way:8} rows {mask.sum():6}  right {held.right[mask].mean():.3f}  ECE {error:.3f}")
    table["record"] = {
        "fit": "benchmarks/fit_language.py",
        "rows": {way: int((known.ways == way).sum()) for way in WAYS},
        "dev_ece": round(calibration_error(sure, held.right), 4),
    }
    print(f"all      ECE {table['record']['dev_ece']}")
    documents = held.document & held.right
    print(
        f"documents of other origins, right and above 0.8: {np.mean(sure[documents] >= 0.8):.3f} of {documents.sum()}"
    )
    if "--write" in sys.argv:
        TABLE.write_text("{\n" + ",\n".join(f'"{k}": {json.dumps(v)}' for k, v in table.items()) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
