"""The line model: a sum of one small curve per feature, so that every score can be explained.

The curves are piecewise linear: a numeric feature adds the value of its curve (interpolated between knots), a 0/1
feature adds its weight. They are fitted by benchmarks/fit_boilerplate.py as a logistic regression over hinges; the
data, the split and the settings are recorded in line_model.json beside the numbers.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from corpusqa_checks.boilerplate.context import Doubles, Floats
from corpusqa_checks.boilerplate.features import STEPS, Columns, Looked


@cache
def model() -> dict[str, Any]:
    """The fitted model: `curves` (feature -> knots and values), `weights` (0/1 feature -> weight), `bias`, `record`."""
    loaded: dict[str, Any] = json.loads(files(__package__).joinpath("line_model.json").read_text("utf-8"))
    return loaded


def line_scores(looked: Looked) -> Floats:
    """Log-odds that each line is main text, > 0 = main.

    What a line adds by itself, and what it adds to its neighbours, is summed up once for each different text. The terms
    are added feature by feature, so a line has the same score in every batch; rounded to 3 digits.
    """
    layout, place = looked.layout, looked.place
    score: Doubles = float(model()["bias"]) + _sum(looked.own, 0)[place] + _sum(looked.around, 0)
    for step in STEPS:
        score += layout.shifted(_sum(looked.own, step)[place], step, _sum({}, step)[0])
    return np.round(score, 3).astype(np.float32)


def _sum(columns: Columns, step: int) -> Doubles:
    """The sum of the terms of these features for the line `step` lines before; without columns, that of no line."""
    fitted = model()
    names = STEPS[step] if step else columns
    score = np.zeros(len(next(iter(columns.values()))) if columns else 1, np.float64)
    for name in names:
        key = f"{name}{step:+d}" if step else name
        values = columns[name] if columns else np.zeros(1, np.float32)
        if key in fitted["curves"]:
            score += np.interp(values, fitted["curves"][key]["knots"], fitted["curves"][key]["values"])
        elif key in fitted["weights"]:
            score += fitted["weights"][key] * values.astype(np.float64)
    return score
