"""The corpus: sources are recognised, planned as units and read as documents."""

from corpusqa.corpus.fields import Fields
from corpusqa.corpus.hub import to_dataset
from corpusqa.corpus.model import Corpus, columns, remove_spool, seen_as
from corpusqa.corpus.opening import open_corpus
from corpusqa.corpus.rows import Rows
from corpusqa.corpus.schema import validate_documents
from corpusqa.corpus.united import conform, unify

__all__ = [
    "Corpus",
    "Fields",
    "Rows",
    "columns",
    "conform",
    "open_corpus",
    "remove_spool",
    "seen_as",
    "to_dataset",
    "unify",
    "validate_documents",
]
