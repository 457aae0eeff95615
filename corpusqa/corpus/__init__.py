"""The corpus: sources are recognised, planned as units and read as documents."""

from corpusqa.corpus.fields import Fields
from corpusqa.corpus.model import Corpus, source_columns
from corpusqa.corpus.opening import open_corpus
from corpusqa.corpus.rows import Rows

__all__ = ["Corpus", "Fields", "Rows", "open_corpus", "source_columns"]
