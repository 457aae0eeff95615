"""Releases: what a policy leaves of a corpus, as one immutable folder."""

from corpusqa.release.build import store_release, write_release
from corpusqa.release.cards import checked, redrawn
from corpusqa.release.making import Second, published
from corpusqa.release.model import Recipe, Release, open_release
from corpusqa.release.outcome import empty_after_edits

__all__ = [
    "Recipe",
    "Release",
    "Second",
    "checked",
    "empty_after_edits",
    "open_release",
    "published",
    "redrawn",
    "store_release",
    "write_release",
]
