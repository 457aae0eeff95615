"""The language of each document, or an honest "cannot tell"."""

from corpusqa_checks.language.check import language

__all__ = ["language"]
