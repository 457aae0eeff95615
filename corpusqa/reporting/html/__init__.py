"""The report as one self-contained page."""

from corpusqa.reporting.html.page import render

__all__ = ["render"]
