"""Names of documents that hold private values: found like any text, and never written to a work file.

What a document is called (its id, URL, file and source) decides much: takedowns by URL, rules, the smallest id of a
cluster. A name in which a check finds a private value is therefore known in memory, read from the source again when it
is needed, and null in every stage of the work folder.
"""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import unquote, unquote_plus

import polars as pl

from corpusqa.corpus import Corpus
from corpusqa.errors import CorpusqaError
from corpusqa.plugins import Plugin
from corpusqa.scan.views import Measuring

_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,7}(?:\.(?:gz|zst|bz2|xz))?\Z")
_STEPS, _SPACES = re.compile(r"[/?&#]+"), re.compile(r"[_=]")
# A character as it is, or as `repr` writes it; what would be no text (half of a surrogate pair) stays as it is.
_ESCAPED = re.compile(
    r"\\(?:x[0-9a-f]{2}|u(?!d[89a-f])[0-9a-f]{4}|U000[0-9a-f]{5}|U0010[0-9a-f]{4}|[nrt'\\])|.", re.DOTALL
)
# Each has a column `<name>_private`.
NAMES = ("id", "url", "file", "source")
# What stands for a line that people wrote and that holds a private value.
HELD = "(holds a private value)"
# A private value is no date, language or split: such a field counts as not stated, for checks as well.
STATED = ("published", "collected", "language", "split")


def marked(plugins: Sequence[Plugin], frame: pl.DataFrame, names: Sequence[str] = NAMES) -> pl.DataFrame:
    """With a column `<name>_private` for each of the named columns, and without private values in STATED."""
    return marked_with(kinds_in(plugins, frame, names), frame, names)


def kinds_in(plugins: Sequence[Plugin], frame: pl.DataFrame, names: Sequence[str] = NAMES) -> dict[str, dict[str, int]]:
    """The private values in the named columns and in STATED, as `private_kinds` says them."""
    return private_kinds(plugins, [frame[name] for name in (*names, *_stated(frame))])


def marked_with(private: Iterable[str], frame: pl.DataFrame, names: Sequence[str] = NAMES) -> pl.DataFrame:
    """As `marked`, where the private values are known."""
    values = list(private)
    flags = (pl.col(name).is_in(values).fill_null(False).alias(f"{name}_private") for name in names)
    return frame.with_columns(*flags, *without(_stated(frame), values))


def _stated(frame: pl.DataFrame) -> list[str]:
    return [name for name in STATED if name in frame.columns]


def hidden(documents: pl.DataFrame, names: Sequence[str] = NAMES) -> pl.DataFrame:
    """Names that hold private values become null; what a work file may hold of documents."""
    return documents.with_columns(pl.when(~pl.col(f"{name}_private")).then(name).alias(name) for name in names)


def any_hidden(documents: pl.DataFrame) -> bool:
    """Whether some name holds a private value."""
    return bool(documents.select(_any_private().any()).item())


def recalled(corpus: Corpus, documents: pl.DataFrame) -> pl.DataFrame:
    """The hidden names again, from the source; only units that hold some are read.

    Args:
        corpus: The source.
        documents: `unit`, `row`, NAMES and their flags, all documents of the units that are there.
    """
    wanted = set(documents.filter(_any_private())["unit"].unique())
    read = [
        corpus.read(unit).documents.select("row", *NAMES).with_columns(unit=pl.lit(unit.number, pl.Int64))
        for unit in corpus.units
        if unit.number in wanted
    ]
    if not read:
        return documents
    both = documents.join(pl.concat(read), on=["unit", "row"], how="left", maintain_order="left", suffix="_said")
    said = (pl.when(f"{name}_private").then(f"{name}_said").otherwise(name).alias(name) for name in NAMES)
    return both.with_columns(said).select(documents.columns)


def without(names: Sequence[str], private: Sequence[str]) -> list[pl.Expr]:
    """The named columns, null where they hold one of the private values."""
    return [pl.when(~pl.col(name).is_in(private)).then(name).alias(name) for name in names]


def private_values(plugins: Sequence[Plugin], columns: Sequence[pl.Series]) -> list[str]:
    """The values in which a check finds something private, however a name spells it, or on which it fails."""
    return list(private_kinds(plugins, columns))


def private_kinds(plugins: Sequence[Plugin], columns: Sequence[pl.Series]) -> dict[str, dict[str, int]]:
    """The values of `private_values` with the labels of what is in them, and how often; none where a check failed."""
    values = pl.concat([column.cast(pl.String) for column in columns]).drop_nulls().unique(maintain_order=True)
    if values.is_empty() or not masking(plugins):
        return {}
    read = [(number, text) for number, value in enumerate(values) for text in readings(value)]
    texts = pl.DataFrame({"text": [text for _, text in read]})
    found: dict[int, dict[str, int]] = {}
    for plugin in masking(plugins):
        result = Measuring([plugin], texts).result(plugin.name)
        spans = result.spans.filter(pl.col("label").is_in(private_labels(plugin)))
        counts = spans.group_by("row", "label").len().sort("row", "label")
        for row, label, count in counts.iter_rows():
            kinds = found.setdefault(read[row][0], {})
            kinds[label] = max(kinds.get(label, 0), count)
        for row in result.failures["row"]:
            found.setdefault(read[row][0], {})
    return {str(values[number]): found[number] for number in sorted(found)}


def is_text(name: str) -> bool:
    """Whether a name can be written as text; the path of a file may hold bytes that are none."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def masking(plugins: Sequence[Plugin]) -> list[Plugin]:
    """The checks that have private labels."""
    return [plugin for plugin in plugins if private_labels(plugin)]


def private_labels(plugin: Plugin) -> list[str]:
    """Full names of the private labels of a check."""
    return [f"{plugin.name}.{name}" for name, label in plugin.check.labels.items() if label.private]


def told(plugins: Sequence[Plugin], said: pl.Series) -> pl.Series:
    """What people wrote (reasons, lines of a configuration), HELD where it holds a private value."""
    private = private_values(plugins, [said])
    return said.replace(private, [HELD] * len(private)) if private else said


@contextmanager
def unspoken(plugins: Sequence[Plugin]) -> Iterator[None]:
    """Errors of ours that are raised inside name no private value: paths and names of columns are in their messages."""
    try:
        yield
    except CorpusqaError as error:
        error.args = tuple(masked(plugins, said) if isinstance(said, str) else said for said in error.args)
        raise


def masked(plugins: Sequence[Plugin], said: str) -> str:
    """A message with the kind of a private value in its place, also where `repr` has escaped characters of the value.

    Bytes of a path that are no text are shown as escapes: no check and no terminal takes them.
    """
    said = said.encode("utf-8", "backslashreplace").decode()
    for plugin in masking(plugins):
        for read in (_unescaped, _as_it_is):
            text, at = read(said)
            result = Measuring([plugin], pl.DataFrame({"text": [text]})).result(plugin.name)
            private = result.spans.filter(pl.col("label").is_in(private_labels(plugin)))
            for start, end, label in private.select("start", "end", "label").sort("start", descending=True).iter_rows():
                if start is not None:
                    said = f"{said[: at[start]]}<{label.rpartition('.')[2].upper()}>{said[at[end] :]}"
    return said


def _as_it_is(said: str) -> tuple[str, Sequence[int]]:
    return said, range(len(said) + 1)


def _unescaped(said: str) -> tuple[str, Sequence[int]]:
    """A message with the characters that its escapes stand for, and where in the message each character begins."""
    pieces = [(found[0], found.start()) for found in _ESCAPED.finditer(said)]
    read = [(literal_eval(f"'{piece}'") if len(piece) > 1 else piece, start) for piece, start in pieces]
    return "".join(character for character, _ in read), [*(start for _, start in read), len(said)]


def readings(name: str) -> list[str]:
    """A name as texts: as it is, unescaped, its steps without the ending of a file, and with spaces in it.

    A plus sign is a space in a query and belongs to the number elsewhere: both are read.
    """
    forms = dict.fromkeys((unquote_plus(name), unquote(name)) if "%" in name or "+" in name else (name,))
    steps = [_STEPS.sub("\n", _ENDING.sub("", plain)) for plain in forms]
    return list(dict.fromkeys((name, *forms, *steps, *(_SPACES.sub(" ", step) for step in steps))))


def _any_private() -> pl.Expr:
    return pl.any_horizontal(f"{name}_private" for name in NAMES)
