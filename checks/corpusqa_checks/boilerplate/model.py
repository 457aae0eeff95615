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
from corpusqa_checks.boilerplate.context import Floats
from corpusqa_checks.boilerplate.features import Columns


@cache
def model() -> dict[str, Any]:
    """The fitted model: `curves` (feature -> knots and values), `weights` (0/1 feature -> weight), `bias`, `record`."""
    loaded: dict[str, Any] = json.loads(files(__package__).joinpath("line_model.json").read_text("utf-8"))
    return loaded


def line_scores(columns: Columns) -> Floats:
    """Log-odds that each line is main text, > 0 = main.

    The terms are added feature by feature, so a line has the same score in every batch; rounded to 3 digits.
    """
    fitted = model()
    score = np.full(len(columns["size"]), fitted["bias"], np.float64)
    for name, curve in fitted["curves"].items():
        score += np.interp(columns[name], curve["knots"], curve["values"])
    for name, weight in fitted["weights"].items():
        score += weight * columns[name].astype(np.float64)
    return np.round(score, 3).astype(np.float32)
