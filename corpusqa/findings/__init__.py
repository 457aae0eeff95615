"""From spans to findings: masked, made harmless and named by a fingerprint. Nothing else produces an excerpt."""

from corpusqa.findings.annotated import annotate
from corpusqa.findings.find import find
from corpusqa.findings.model import FINDINGS, ordered
from corpusqa.findings.neutral import neutral
from corpusqa.findings.pairs import compare

__all__ = ["FINDINGS", "annotate", "compare", "find", "neutral", "ordered"]
