"""Fit the line model: logistic regression over hinges of the features, on the train split of boilerplate_lines.parquet.

    python benchmarks/fit_boilerplate.py [--write]

Needs scikit-learn and the development data, which are not part of the project; without them it says so and stops.
Prints the token F of main text on both splits; `--write` replaces line_model.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import polars as pl
from corpusqa_checks._shared.lines import written
from corpusqa_checks.boilerplate import features, model
from corpusqa_checks.boilerplate.features import Columns

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data" / "boilerplate_lines.parquet"
MODEL = ROOT / "checks" / "corpusqa_checks" / "boilerplate" / "line_model.json"
LEFT_OUT = ("size", "words", "short")  # raw counts whose logarithms and ratios are features
KNOTS = 6
STRENGTH = 0.01  # inverse of the L2 penalty


def load() -> pl.DataFrame:
    """Lines that are not blank, with the number of their page and main as 1, other as 0, unjudged as -1."""
    target = pl.col("label").replace_strict({"main": 1, "other": 0, "unjudged": -1}, return_dtype=pl.Int64)
    table = pl.read_parquet(DATA).with_columns(row=pl.col("page").rle_id().cast(pl.Int64), target=target)
    return table.filter(pl.col("text").str.strip_chars() != "")


def knots(values: np.ndarray, size: np.ndarray) -> list[float]:
    """Where the curve of a numeric feature may bend; empty for a 0/1 feature.

    Half of the knots are quantiles of the lines and half of the text, or all would lie among the short lines of menus;
    knots closer than a share of the range are left out.
    """
    if len(np.unique(values[:20000])) <= 2:
        return []
    order = np.argsort(values)
    filled = np.cumsum(size[order], dtype=np.float64)
    shares = np.linspace(0.02, 0.98, KNOTS)
    by_text = values[order][np.minimum(np.searchsorted(filled / filled[-1], shares), len(order) - 1)]
    at = np.unique(np.round(np.append(np.quantile(values, shares), by_text).astype(np.float64), 4))
    kept = [float(at[0])]
    for value in at[1:]:
        if value - kept[-1] >= (at[-1] - at[0]) / (2.5 * KNOTS):
            kept.append(float(value))
    return kept


def hinges(columns: Columns, cuts: dict[str, list[float]]) -> np.ndarray:
    """Each numeric feature as the part of every interval between knots that it fills, each 0/1 feature as it is."""
    parts = []
    for name, at in cuts.items():
        x = columns[name][:, None]
        low = np.array(at)
        parts.append(np.clip((x - low[:-1]) / np.diff(low), 0, 1) if len(at) > 1 else x)
    return np.concatenate(parts, axis=1).astype(np.float32)


def fit(columns: Columns, table: pl.DataFrame) -> dict[str, object]:
    """The curves, weights and bias from the judged lines of the train split.

    A line weighs the square root of its size, and the lines of a page together the square root of their number.
    """
    from sklearn.linear_model import LogisticRegression

    judged = table.select(judged=(pl.col("target") >= 0).sum().over("row")).to_series().to_numpy()
    use = (table["split"] == "train").to_numpy() & (table["target"] >= 0).to_numpy()
    weight = np.sqrt(columns["size"] / np.maximum(6, judged))[use]
    names = [name for name in columns if name not in LEFT_OUT]
    cuts = {name: knots(columns[name][use], columns["size"][use]) for name in names}
    chosen = {name: column[use] for name, column in columns.items()}
    fitted = LogisticRegression(C=STRENGTH, max_iter=500).fit(
        hinges(chosen, cuts), table["target"].to_numpy()[use], sample_weight=weight / weight.mean()
    )
    return {**curves(cuts, fitted.coef_[0]), "bias": round(float(fitted.intercept_[0]), 4)}


def curves(cuts: dict[str, list[float]], weights: np.ndarray) -> dict[str, object]:
    """Hinge weights as running sums: the values of each curve at its knots."""
    shaped: dict[str, object] = {}
    plain: dict[str, float] = {}
    at = 0
    for name, low in cuts.items():
        width = max(1, len(low) - 1)
        if len(low) > 1:
            values = np.append(0.0, np.cumsum(weights[at : at + width]))
            shaped[name] = {"knots": low, "values": [round(float(v), 4) for v in values]}
        else:
            plain[name] = round(float(weights[at]), 4)
        at += width
    return {"curves": shaped, "weights": plain}


def tokens(text: pl.Series) -> np.ndarray:
    """Weight of a line in the scores: words, and .6 for each Han or kana character."""
    return (text.str.count_matches(r"\S+") + 0.6 * text.str.count_matches(r"[\u3040-\u9fff]")).to_numpy()


def report(table: pl.DataFrame, score: np.ndarray) -> None:
    """Token precision, recall and F of main text over judged lines, by split and set, and the dev languages."""
    judged = table.with_columns(score=pl.Series(score), tokens=pl.Series(tokens(table["text"]))).filter(
        pl.col("target") >= 0
    )
    true, said = pl.col("target") == 1, pl.col("score") > 0
    sums = {
        "pages": pl.col("page").n_unique(),
        "hit": (pl.col("tokens") * (true & said)).sum(),
        "said": (pl.col("tokens") * said).sum(),
        "true": (pl.col("tokens") * true).sum(),
    }
    shown = {
        "P": pl.col("hit") / pl.col("said"),
        "R": pl.col("hit") / pl.col("true"),
        "F": 2 * pl.col("hit") / (pl.col("said") + pl.col("true")),
    }
    pl.Config.set_tbl_rows(60)
    for keys in (["split"], ["split", "set"], ["split", "lang"]):
        print(
            judged.group_by(keys)
            .agg(**sums)
            .select(*keys, "pages", **{k: v.round(3) for k, v in shown.items()})
            .sort(keys)
        )


def main() -> None:
    """Fit, report and, with --write, keep."""
    if not DATA.is_file():
        sys.exit(f"no development data at {DATA}: it is not distributed with the project")
    table = load()
    looked = features.line_features(written(table.select("row", "text")))
    columns = looked.features()
    fitted = fit(columns, table)
    record = {
        "data": "boilerplate_lines.parquet, judged lines of split train (DAnIEL, readability, trafilatura pages)",
        "pages": table.filter(pl.col("split") == "train")["page"].n_unique(),
        "fit": f"logistic regression over hinges at {KNOTS} + {KNOTS} quantiles of lines and of text, L2, C={STRENGTH}",
        "script": "benchmarks/fit_boilerplate.py",
    }
    text = json.dumps({"record": record, **fitted}, indent=1, ensure_ascii=False)
    if "--write" in sys.argv:
        MODEL.write_text(text + "\n", "utf-8")
    model.model.cache_clear()
    report(table, model.line_scores(looked))


if __name__ == "__main__":
    main()
