r"""The check contract: all that the author of a check imports.

A check measures. It declares the signals it computes and the labels its spans may bear, and never applies a threshold
that decides an outcome, opens a file or knows a worker. The smallest complete check is one function:

    def shouting(*, min_letters: int = 20) -> Check:
        '''Documents written in capitals.'''
        letters, capitals = pl.col("text").str.count_matches(r"\p{L}"), pl.col("text").str.count_matches(r"\p{Lu}")
        share = pl.when(letters >= min_letters).then(capitals / letters)
        return Check({"share": Signal(pl.Float64, "share of letters that are capitals", share)})

The keyword parameters are the options, the docstring is what `corpusqa checks show` prints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import polars as pl

from corpusqa.batch import Batch, Buffers

__all__ = [
    "Against",
    "Among",
    "Batch",
    "Buffers",
    "Check",
    "Derive",
    "Frame",
    "Groups",
    "Label",
    "Links",
    "Measured",
    "Signal",
]

Frame = pl.DataFrame
Dtype = type[pl.DataType]
Severity = Literal["error", "warning", "info"]

DTYPES: tuple[Dtype, ...] = (pl.Int64, pl.Float64, pl.Boolean, pl.String, pl.Date)
VIEWS = ("", "language")


@dataclass(frozen=True)
class Signal:
    """One measured value per document, in the column `<check>.<name>`.

    Attributes:
        dtype: Int64, Float64, Boolean, String or Date. Null means "not measurable here"; NaN never occurs.
        about: What it says, with its unit, in half a sentence.
        expr: An expression over the column `text`; without it `measure` or a corpus half gives the values.
        view: The view that the values feed: "language", or none.
        optional: Null also says that the signal does not apply, as where a document has nothing of what it is about;
            reports then do not count a document without a value as not measured.
    """

    dtype: Dtype
    about: str
    expr: pl.Expr | None = None
    view: str = ""
    optional: bool = False

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise TypeError(f"a signal's dtype is one of {', '.join(d.__name__ for d in DTYPES)}, not {self.dtype!r}")
        if self.view not in VIEWS:
            raise TypeError(f"a signal feeds the view 'language' or none, not {self.view!r}")


@dataclass(frozen=True)
class Label:
    """What a span may be called; its name everywhere is `<check>.<label>`.

    Attributes:
        about: What it marks, in half a sentence.
        severity: "error", "warning" or "info"; None is counted and cuttable, but never a finding.
        line: The spans are whole lines (adjacent lines of one label are one span).
        main: False takes the spans out of `Batch.main`.
        private: The spans hold private values, which are masked in everything that is shown.
        canonical: Brings a value to the form in which equal values are equal, for numbering and pseudonyms.
    """

    about: str
    severity: Severity | None = None
    line: bool = False
    main: bool = True
    private: bool = False
    canonical: Callable[[str], str] | None = None


@dataclass(frozen=True)
class Measured:
    """What `measure` returns for one batch.

    Attributes:
        signals: One row per document, in batch order; one column per signal that `measure` computes.
        spans: Columns `row` (position of the document in the batch), `start`, `end` (code points of the original
            text, half open; both null for the document itself), `label`, and optionally `score` (Float64) and `why`
            (a short reason, never document text). None is the same as no rows.
    """

    signals: Frame
    spans: Frame | None = None


@dataclass(frozen=True)
class Links:
    """A corpus half that ties documents together by verified pairs.

    Attributes:
        keys: Batch -> frame `row`, `key` (Int64). Documents that share a key are candidates.
        verify: (Batch of every involved document once, frame `a`, `b` of rows in it) -> frame `a`, `b`,
            `similarity` (0..1) and optionally `evidence` (a list of structs `a_start, a_end, b_start, b_end, score`) of
            the pairs that hold. Connected components become clusters, named by their smallest public id. What is said
            of a pair follows from its two documents alone, because it is kept as long as these do not change.
        least: Documents are candidates only if they share so many keys.
        share: And only if these are at least this part of the keys of the document that has fewer; keys that more
            documents share than are paired all with all count for neither.
        common: False leaves out keys that more different documents share than are paired all with all, and counts
            them: such a key names a template. By default the documents are paired with some others that share the key.
        marks: Batch -> frame `row`, `key` (Int64): what documents hold that says less the more of them hold it. With
            it `verify` has a third argument, a frame `mark` of the marks among those of its documents that are common
            in the corpus.
        rare: A mark is common if more different documents with keys hold it; equal keys make copies, which count once.
        apart: Name of an Int64 column of `keys`: two documents with one key that agree in it are no pair that holds.
            Equal keys then make no copies: where more documents share a key than are paired all with all, each of them
            is paired with the first that differs from it in this column, and the report counts such keys.
    """

    keys: Callable[[Batch], Frame]
    verify: Callable[..., Frame]
    least: int = 1
    share: float = 0.0
    common: bool = True
    marks: Callable[[Batch], Frame] | None = None
    rare: int = 0
    apart: str = ""


@dataclass(frozen=True)
class Among:
    """A corpus half of those pairs of a Links half that are more similar: a stricter notion, found without more work.

    Attributes:
        half: Name of the Links half of the same check.
        least: Similarity from which its pairs count.
    """

    half: str
    least: float


@dataclass(frozen=True)
class Groups:
    """A corpus half that sees all rows that share a key at once.

    Attributes:
        keys: Batch -> frame `row`, `key` (Int64) and any flat columns that `reduce` needs.
        reduce: Frame `key`, `doc` and those columns, whole groups, many at a time -> frame `doc` with the half's signal
            columns, or `doc`, `start`, `end`, `label` for spans; the engine routes the rows back to the documents. Each
            row follows from one group alone, and `doc` is only ever handed on: what was said of a group is kept as
            long as it does not change, while documents are numbered anew in every run.
    """

    keys: Callable[[Batch], Frame]
    reduce: Callable[[Frame], Frame]


@dataclass(frozen=True)
class Derive:
    """A corpus half in polars over the finished scan; it sees no text.

    Attributes:
        fn: Frame of one row per document (`doc`, `id`, `source`, `split` and the declared signals of the selected
            checks under their full names) -> frame `doc` with the half's signal columns, or `doc`, `label`, `why`.
        needs: The fields and signals (by their full names) that it reads. The frame then holds `doc` and these alone,
            null throughout where no selected check gives a signal: a large corpus takes much less memory for it.
        where: Of what it needs, which documents it sees (over the columns of the frame); None: all of them.
        pairs: Links halves by their full names. With any, `fn` has a second argument, their verified pairs: `half`,
            `a`, `b` (both as `doc`).
    """

    fn: Callable[..., Frame]
    needs: Sequence[str] = ()
    where: pl.Expr | None = None
    pairs: Sequence[str] = ()


@dataclass(frozen=True)
class Against:
    """A corpus half that looks for the items of a reference, such as an evaluation set, in the documents.

    It runs where the run names a reference (`--against`); elsewhere its signal and label do not exist. The half gives
    the Int64 signal of its own name, the number of items that a document holds, and a span for every passage, if a
    label bears its name.

    Attributes:
        prepare: Batch of every item at once -> any frame with a row for everything to compare by, and the column
            `item` (row of the item). It is made once a process.
        match: (batch of documents, the items, that frame) -> frame `row`, `item`, `part` (of the item, null for all of
            it), `similarity` (0..1) and `evidence` as in Links, a being the document and b the item.
    """

    prepare: Callable[[Batch], Frame]
    match: Callable[[Batch, Batch, Frame], Frame]


Half = Links | Among | Groups | Derive | Against


@dataclass(frozen=True)
class Check:
    """A check's value: what it will produce and how, declared before anything runs.

    Attributes:
        signals: Declared signals by name, those of the corpus halves included.
        labels: Declared labels by name, those of the corpus halves included.
        measure: Batch -> Measured; None when every signal has an expression or comes from a half.
        corpus: Corpus halves by name; a Links or Among half gives the String signal of its own name: the cluster id or
            null.
        suggest: Lines for `drop`, `cut`, `mask` and `one_of` that a user may copy into the configuration.
        rests_on: What results follow from besides the code, the options and the versions of what is required: a Path is
            a file or folder that the check reads, such as a model; a string counts as it stands, such as the name and
            version of a model that is installed. When one changes, the check is run again.
    """

    signals: Mapping[str, Signal] = field(default_factory=dict)
    labels: Mapping[str, Label] = field(default_factory=dict)
    measure: Callable[[Batch], Measured] | None = None
    corpus: Mapping[str, Half] = field(default_factory=dict)
    suggest: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rests_on: Sequence[Path | str] = ()
