"""The report as one self-contained page."""

from corpusqa.reporting.html.page import render, too_large

__all__ = ["render", "too_large"]
