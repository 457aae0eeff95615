"""From spans to findings: masked, made harmless and named by a fingerprint. Nothing else produces an excerpt."""

from corpusqa.findings.find import find
from corpusqa.findings.model import FINDINGS, ordered
from corpusqa.findings.neutral import neutral

__all__ = ["FINDINGS", "find", "neutral", "ordered"]
