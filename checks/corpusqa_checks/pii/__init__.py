"""Personal data and secrets, found with validators and context."""

from corpusqa_checks.pii.check import pii

__all__ = ["pii"]
