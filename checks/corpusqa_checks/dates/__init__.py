"""Dates that cannot be, and claims of publication that contradict each other."""

from corpusqa_checks.dates.check import dates

__all__ = ["dates"]
