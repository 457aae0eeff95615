"""Repetition: documents, or pieces of them, that say the same thing again."""

from corpusqa_checks.duplication.check import duplication

__all__ = ["duplication"]
