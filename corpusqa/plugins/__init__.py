"""Find, select, load and configure checks. Listing imports nothing of a check; only a selected check is imported."""

from corpusqa.plugins.find import Found, find, select
from corpusqa.plugins.fingerprint import fingerprint, specs_of
from corpusqa.plugins.load import Plugin, Spec, build, load

__all__ = ["Found", "Plugin", "Spec", "build", "find", "fingerprint", "load", "select", "specs_of"]
