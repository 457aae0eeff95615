"""From spans to findings: masked, made harmless and named by a fingerprint. Nothing else produces an excerpt."""

from corpusqa.findings.annotated import annotate
from corpusqa.findings.find import find
from corpusqa.findings.model import FINDINGS, ordered, own, rank
from corpusqa.findings.neutral import neutral
from corpusqa.findings.pairs import compare
from corpusqa.findings.repeats import SHARED, shared_lines

__all__ = ["FINDINGS", "SHARED", "annotate", "compare", "find", "neutral", "ordered", "own", "rank", "shared_lines"]
