"""Sizes of a text and damage to it."""

from corpusqa_checks.text.check import text

__all__ = ["text"]
