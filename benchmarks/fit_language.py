"""Fit the confidence curves of the language check: logistic regression on the train split of language_dev.parquet.

    python benchmarks/fit_language.py [--write]

Needs the development data, which are not part of the project; without them it says so and stops. Prints calibration
on the dev split; `--write` replaces confidence.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import polars as pl
from corpusqa_checks.language import prose, routing, votes
from corpusqa_checks.language.characters import class_counts
from corpusqa_checks.language.confidence import WAYS, Evidence
from corpusqa_checks.language.profile_nb import score
from corpusqa_checks.language.scripts import CLASSES, LETTER

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data" / "language_dev.parquet"
TABLE = ROOT / "checks" / "corpusqa_checks" / "language" / "confidence.json"
RIDGE = 1.0
# Most of the 458 languages of UDHR are hardly ever met: their texts weigh less than those of the 75 common ones.
RARE = 0.2
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
    "sw": "swb swh swc",
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


def samples(data: pl.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Way, evidence columns, whether the answer is right and the weight, for every text that the models judge."""
    said = prose.prose(data["text"])
    read = said["prose"].to_list()
    counts = class_counts(read)
    letters = counts[:, LETTER:CLASSES].sum(axis=1)
    found = routing.detect(data["text"], None, 0.0)
    judged = np.flatnonzero(found["status"].is_in(["single_model", "disputed"]).to_numpy())
    by_script = np.flatnonzero((found["status"] == "confident").to_numpy())
    texts = [read[place] for place in judged.tolist()]
    said_by = votes.cld2(texts)
    best, evidence = routing.ranked(score(texts), said_by, letters[judged])
    ways = [routing.way(names[0], vote) for names, vote in zip(best, said_by, strict=True)]
    answers = [
        vote.language if way == "outside" else names[0] for names, vote, way in zip(best, said_by, ways, strict=True)
    ]
    nothing = np.zeros(len(by_script))
    scripted = Evidence(nothing, nothing, letters[by_script].astype(float), nothing, nothing)
    true = [truth(code) for code in data["lang"]]
    right = [answer == true[place] for answer, place in zip(answers, judged.tolist(), strict=True)]
    right += [found["label"][place] == true[place] for place in by_script.tolist()]
    columns = np.vstack([evidence.columns(), scripted.columns()])
    rare = (data["source"] == "udhr").to_numpy()[np.concatenate([judged, by_script])]
    weights = np.where(rare, RARE, 1.0)
    return np.array([*ways, *["script"] * len(by_script)]), columns, np.array(right, float), weights


def fitted(columns: np.ndarray, right: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Newton's method on the ridge-penalised likelihood; constant columns get weight 0."""
    curve = np.zeros(columns.shape[1])
    penalty = RIDGE * np.eye(len(curve))
    for _ in range(50):
        p = 1 / (1 + np.exp(-columns @ curve))
        hessian = columns.T @ (columns * (weights * p * (1 - p))[:, None]) + penalty
        step = np.linalg.solve(hessian, columns.T @ (weights * (right - p)) - penalty @ curve)
        curve += step
        if np.abs(step).max() < 1e-9:
            break
    return curve


def calibration_error(sure: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error over ten equal bins."""
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())]
    return float(sum(gaps))


def main() -> None:
    if not DATA.exists():
        sys.exit(f"{DATA} is not distributed with the project; nothing fitted")
    data = pl.read_parquet(DATA)
    ways, columns, right, weights = samples(data.filter(pl.col("split") == "train"))
    curves = {
        way: fitted(columns[ways == way], right[ways == way], weights[ways == way]).round(4).tolist() for way in WAYS
    }
    counts = {way: int((ways == way).sum()) for way in WAYS}
    ways, columns, right, _ = samples(data.filter(pl.col("split") == "dev"))
    sure = np.zeros(len(right))
    for way in WAYS:
        mask = ways == way
        sure[mask] = 1 / (1 + np.exp(-columns[mask] @ np.array(curves[way])))
        error = calibration_error(sure[mask], right[mask])
        print(f"{way:8} rows {mask.sum():6}  right {right[mask].mean():.3f}  ECE {error:.3f}")
    print(f"all      ECE {calibration_error(sure, right):.4f}")
    for threshold in (0.7, 0.8, 0.9, 0.95):
        kept = (sure >= threshold) & (ways != "split")
        print(f"confidence >= {threshold}: answered {kept.mean():.3f}, right {right[kept].mean():.4f}")
    if "--write" in sys.argv:
        record = {
            "fit": "benchmarks/fit_language.py",
            "rows": counts,
            "dev_ece": round(calibration_error(sure, right), 4),
        }
        TABLE.write_text(json.dumps({"curves": curves, "record": record}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
