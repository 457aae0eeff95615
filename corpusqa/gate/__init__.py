"""The gate: limits over a corpus and its slices, which decide the exit code."""

from corpusqa.gate.accepted import Accepted, accept
from corpusqa.gate.base import Base, base_of_report, base_of_scan, find_report, read_report
from corpusqa.gate.baseline import Baseline, key_of, read_baseline, updated
from corpusqa.gate.catalogue import catalogue, refuse_slicing, slice_names
from corpusqa.gate.evaluate import GateResult, evaluate
from corpusqa.gate.limits import BUILT_IN
from corpusqa.gate.metrics import METRICS, metrics

__all__ = [
    "BUILT_IN",
    "METRICS",
    "Accepted",
    "Base",
    "Baseline",
    "GateResult",
    "accept",
    "base_of_report",
    "base_of_scan",
    "catalogue",
    "evaluate",
    "find_report",
    "key_of",
    "metrics",
    "read_baseline",
    "read_report",
    "refuse_slicing",
    "slice_names",
    "updated",
]
