"""Boilerplate: what of a page is the frame around its main text, line by line."""

from corpusqa_checks.boilerplate.check import boilerplate

__all__ = ["boilerplate"]
