"""What the stages of the corpus halves share."""

from __future__ import annotations

from dataclasses import dataclass

from corpusqa.corpus import Corpus
from corpusqa.engines.owners import Belonging
from corpusqa.engines.parts import Stage
from corpusqa.plugins import Spec
from corpusqa.scan.index import Index


@dataclass(frozen=True)
class Scanned:
    """The source, the checks, and the first pass over it.

    Attributes:
        corpus: The source.
        specs: The checks.
        fingerprints: Of corpusqa's own code and of the checks.
        keys: By check a digest of all that its results follow from but the rows, as from `check_keys`.
        measured: The stage of the units.
        index: The documents by number.
        owners: The same, for what is kept from run to run.
    """

    corpus: Corpus
    specs: tuple[Spec, ...]
    fingerprints: tuple[str, ...]
    keys: dict[str, str]
    measured: Stage
    index: Index
    owners: Belonging
