"""Releases: what a policy leaves of a corpus, as one immutable folder."""

from corpusqa.release.build import Recipe, Release, open_release, write_release
from corpusqa.release.outcome import empty_after_edits

__all__ = ["Recipe", "Release", "empty_after_edits", "open_release", "write_release"]
