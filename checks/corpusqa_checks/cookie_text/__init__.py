"""Consent text: cookie notices, their heads and their buttons."""

from corpusqa_checks.cookie_text.check import cookie_text

__all__ = ["cookie_text"]
