"""Fit the weights of the consent scorer: logistic regression on the rows of cookie_text.parquet whose split is train.

    python benchmarks/fit_cookie_text.py [--write]

Needs scipy and the development data, which are not part of the project; without them it says so and stops.
Prints recall and false alarms on both splits; `--write` replaces consent_model.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import polars as pl
from corpusqa_checks._shared import consent, consent_stems

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data" / "cookie_text.parquet"
MODEL = ROOT / "checks" / "corpusqa_checks" / "_shared" / "consent_model.json"
STRENGTH = 0.5  # inverse of the L2 penalty
POSITIVE, OTHER_NEGATIVE = (
    8.0,
    0.1,
)  # weights of positives and of negatives without a gate word; other negatives weigh 1


# Features that speak against consent text: their weights are at most 0, all others at least 0, so that each weight
# has the sign of its meaning and no accident of the training rows turns a cue round.
AGAINST = (
    "told",
    "cookie_told",
    "cookie_bake",
    "long_40",
    "long_80",
    "long_160",
    "tech",
    "bake",
    "news",
    "marks",
    "cookie_tech",
    "cookie_news",
    "cookie_marks",
    "cookie_silent",
    "unvoiced_12",
)

# The training rows hold hardly a line that names a cookie policy or a privacy policy in a notice: set, not fitted.
LEAST = {"cookie_policy": 1.0, "other_voice_policy": 1.0, "phrase": 4.0}
# Nor hardly a line of news about cookies or of a bakery: what speaks against a notice is at least so strong.
MOST = {"told": -0.5, "bake": -1.5, "cookie_bake": -1.0, "cookie_silent": -3.0}


def fit(rows: pl.DataFrame) -> dict[str, object]:
    """Weights and bias for the features of `consent.features`: logistic loss, L2, bounded signs."""
    from scipy.optimize import minimize

    table = consent.features(consent.counts(rows["text"]))
    x = np.hstack([table.to_numpy(), np.ones((rows.height, 1))])
    sign = np.where(rows["consent"].to_numpy(), 1.0, -1.0)
    gated = rows["text"].str.contains(consent_stems.gate()).to_numpy()
    weight = np.where(sign > 0, POSITIVE, np.where(gated, 1.0, OTHER_NEGATIVE))

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (x @ w)
        pull = -weight * sign / (1 + np.exp(margin))
        penalty = w[:-1] / STRENGTH
        return float(weight @ np.logaddexp(0, -margin) + penalty @ w[:-1] / 2), x.T @ pull + np.append(penalty, 0)

    bounds = [
        (None, MOST.get(name, 0.0)) if name in AGAINST else (LEAST.get(name, 0.0), None) for name in table.columns
    ] + [(None, None)]
    fitted = minimize(
        loss, np.zeros(x.shape[1]), jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": 2000}
    ).x
    weights = {name: round(float(v), 4) for name, v in zip(table.columns, fitted[:-1], strict=True)}
    return {"weights": weights, "bias": round(float(fitted[-1]), 4)}


def report(rows: pl.DataFrame, cut: float) -> None:
    """Share of rows above the cut, by kind and split, and by language for the positives."""
    said = rows.with_columns(
        hit=pl.Series(consent.scores(consent.counts(rows["text"]))) > cut,
        cookie=rows["text"].str.contains(consent_stems.gate()),
    )
    pl.Config.set_tbl_rows(60)
    print(
        said.group_by("consent", "kind", "split")
        .agg(pl.len(), pl.col("hit").mean().round(4))
        .sort("consent", "kind", "split")
    )
    named = said.filter(
        ~pl.col("consent") & pl.col("text").str.to_lowercase().str.contains_any(consent_stems.stems("cookie"))
    )
    print(named.group_by("split").agg(pl.len(), pl.col("hit").mean().round(4)))
    spoken = said.filter("consent").group_by("split", "lang").agg(pl.len(), pl.col("hit").mean().round(3))
    print(spoken.sort("split", "lang").rows())


def main() -> None:
    """Fit, report and, with --write, keep."""
    if not DATA.is_file():
        sys.exit(f"no development data at {DATA}: it is not distributed with the project")
    rows = pl.read_parquet(DATA)
    train = rows.filter(pl.col("split") == "train")
    fitted = fit(train)
    record = {
        "data": "cookie_text.parquet, split train: strings of two consent tools; guides, law, news, recipes",
        "rows": train.height,
        "positive": int(train["consent"].sum()),
        "fit": f"logistic regression, L2, C={STRENGTH}, signs bounded",
        "row weights": f"positive {POSITIVE}, negative with a gate word 1, without {OTHER_NEGATIVE}",
        "script": "benchmarks/fit_cookie_text.py",
    }
    if "--write" in sys.argv:
        MODEL.write_text(json.dumps({"record": record, **fitted}, indent=1) + "\n", "utf-8")
    consent.model.cache_clear()
    for cut in (-1.0, 0.0):
        report(rows, cut)


if __name__ == "__main__":
    main()
