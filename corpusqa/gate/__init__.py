"""The gate: limits over a corpus and its slices, which decide the exit code."""

from corpusqa.gate.catalogue import catalogue, slice_names
from corpusqa.gate.evaluate import GateResult, evaluate
from corpusqa.gate.limits import BUILT_IN
from corpusqa.gate.metrics import METRICS, metrics

__all__ = ["BUILT_IN", "METRICS", "GateResult", "catalogue", "evaluate", "metrics", "slice_names"]
