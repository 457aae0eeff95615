"""Every key of the configuration with the values it takes: the one list for loading, documentation and schema."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A kind of value: `words` for messages, `fits` to decide, `schema` in the words of JSON Schema."""

    words: str
    fits: Callable[[Any], bool]
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Key:
    """A key: what it takes and, in half a sentence, what it means."""

    kind: Kind
    about: str


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(item) for item in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_date(value: Any) -> bool:
    if isinstance(value, str):
        try:
            date.fromisoformat(value)
        except ValueError:
            return False
        return True
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_columns(value: Any) -> bool:
    named = isinstance(value, dict) and bool(value) and all(_is_text(item) for item in value.values())
    return _is_text(value) or (_is_texts(value) and bool(value)) or named


_STRING = {"type": "string", "minLength": 1}
_STRINGS = {"type": "array", "items": _STRING}
TEXT = Kind("a string", _is_text, _STRING)
TEXTS = Kind("a list of strings", _is_texts, _STRINGS)
ONE_OR_MORE = Kind(
    "a string or a list of strings", lambda v: _is_text(v) or _is_texts(v), {"anyOf": [_STRING, _STRINGS]}
)
NUMBER = Kind("a finite number", _is_number, {"type": "number"})
NOT_NEGATIVE = Kind("a number from 0", lambda v: _is_number(v) and v >= 0, {"type": "number", "minimum": 0})
COUNT = Kind(
    "a whole number from 0",
    lambda v: isinstance(v, int) and not isinstance(v, bool) and v >= 0,
    {"type": "integer", "minimum": 0},
)
SHARE = Kind(
    "a number from 0 to 1", lambda v: _is_number(v) and 0 <= v <= 1, {"type": "number", "minimum": 0, "maximum": 1}
)
DATE = Kind("a date such as 2027-03-31", _is_date, {"type": "string", "format": "date"})
TABLE = Kind("a table", lambda v: isinstance(v, dict), {"type": "object"})
COLUMNS = Kind(
    "a column, a list of columns or a table of roles and columns",
    _is_columns,
    {"anyOf": [_STRING, _STRINGS, {"type": "object", "additionalProperties": _STRING}]},
)

INPUT = {
    "text": Key(COLUMNS, "the column of the text"),
    "id": Key(TEXT, "the column of the ids"),
    "url": Key(TEXT, "the column of the URLs"),
    "source": Key(TEXT, "the column that says where a document comes from"),
    "published": Key(TEXT, "the column of the dates of publication"),
    "collected": Key(TEXT, "the column of the dates of collection"),
    "language": Key(TEXT, "the column of the language codes"),
    "split": Key(TEXT, "the column of the splits"),
}
AGAINST = {
    "text": Key(COLUMNS, "the column of the items' text, or those of their parts"),
    "id": Key(TEXT, "the column of their ids"),
}
CHECKS = {
    "select": Key(TEXTS, "names of the checks to run; every installed check by default"),
    "ignore": Key(TEXTS, "names of checks to leave out"),
    "files": Key(TEXTS, "Python files with checks of your own, relative to this file"),
}
CLEAN = {
    "policy": Key(TEXT, "the named policy that gives every list which is not given here: none, safe or web"),
    "drop": Key(TEXTS, "rules; a document on which one is true is dropped"),
    "cut": Key(TEXTS, "labels whose spans are cut out"),
    "mask": Key(TEXTS, "labels whose spans are masked"),
    "one_of": Key(TEXTS, "kinds of clusters of which one document stays"),
    "prefer": Key(TEXTS, "which document of a cluster stays: smallest value first, a leading - reverses"),
    "mask_with": Key(TABLE, "style of masks by label: placeholder, mask or pseudonym"),
    "decisions": Key(ONE_OR_MORE, "CSV files of decisions by hand, relative to this file"),
    "alarm_share": Key(SHARE, "share of a source that one drop rule may remove before clean stops"),
}
GATE = {
    "limits": Key(TABLE, "limits by metric"),
    "min_documents": Key(COUNT, "slices with fewer documents are shown, not judged"),
    "base": Key(TEXT, "what max_increase and max_drop compare with"),
    "baseline": Key(TEXT, "file of accepted findings, relative to this file"),
}
LIMIT = {
    "error": Key(NUMBER, "the gate fails above it"),
    "warn": Key(NUMBER, "a warning above it"),
    "error_below": Key(NUMBER, "the gate fails below it"),
    "warn_below": Key(NUMBER, "a warning below it"),
    "max_increase": Key(NOT_NEGATIVE, "the gate fails when the value exceeds that of the base by more"),
    "max_drop": Key(NOT_NEGATIVE, "the gate fails when the value falls below that of the base by more"),
    "by": Key(ONE_OR_MORE, "fields or signals by whose values the limit is judged as well"),
}
REPORT = {"by": Key(ONE_OR_MORE, "fields or signals that tables are split by")}
SUPPRESS = {
    "check": Key(TEXT, "names of findings, such as pii.email or pii.*"),
    "reason": Key(TEXT, "why the findings are accepted"),
    "expires": Key(DATE, "the last day on which it holds"),
    "source": Key(TEXT, "sources, with * for anything"),
    "doc": Key(TEXT, "document ids as they are shown, with * for anything"),
    "file": Key(TEXT, "file names, with * for anything"),
    "fingerprint": Key(TEXT, "the fingerprint of one finding"),
    "owner": Key(TEXT, "whom to ask"),
}
CARD = {
    "pretty_name": Key(TEXT, "the title of the card"),
    "summary": Key(TEXT, "what the dataset is, in a sentence or two"),
    "license": Key(ONE_OR_MORE, "licence, as the Hub spells it"),
    "license_name": Key(TEXT, "name of a licence that the Hub does not know"),
    "license_link": Key(TEXT, "where that licence can be read"),
    "language": Key(ONE_OR_MORE, "language codes; by default those that were measured"),
    "multilinguality": Key(ONE_OR_MORE, "monolingual, multilingual or translation"),
    "tags": Key(ONE_OR_MORE, "words to be found by"),
    "task_categories": Key(ONE_OR_MORE, "tasks, as the Hub spells them"),
    "source_datasets": Key(ONE_OR_MORE, "datasets that this one was derived from"),
    "annotations_creators": Key(ONE_OR_MORE, "who annotated, as the Hub spells it"),
    "url": Key(TEXT, "home page"),
    "citation": Key(TEXT, "how to cite it"),
    "published": Key(DATE, "date of publication"),
    "period": Key(TEXTS, "first and last date of the texts"),
    "motivation": Key(TEXT, "for what purpose it was made"),
    "creators": Key(ONE_OR_MORE, "who made it"),
    "funding": Key(TEXT, "who paid for it"),
    "collection": Key(TEXT, "how the data was collected"),
    "consent": Key(TEXT, "whether the people in the data consented"),
    "personal_data": Key(TEXT, "which personal data it holds"),
    "annotation": Key(TEXT, "who annotated it, and how"),
    "uses": Key(TEXT, "what it is meant for"),
    "out_of_scope": Key(TEXT, "what it should not be used for"),
    "limitations": Key(TEXT, "known limitations"),
    "biases": Key(TEXT, "known biases"),
    "social_impact": Key(TEXT, "what it may do to people"),
    "maintenance": Key(TEXT, "who maintains it, and how removal can be asked for"),
    "opt_out": Key(TEXT, "which opt-outs were respected"),
    "crawler": Key(TEXT, "which crawlers were used"),
}
SOURCE = {
    "name": Key(TEXT, "what to call the source"),
    "match": Key(ONE_OR_MORE, "patterns of sources and hosts, with * for anything"),
    "license": Key(TEXT, "its licence"),
    "collected": Key(TEXT, "when and how it was collected"),
    "opt_out_checked": Key(TEXT, "whether and when opt-outs were checked"),
}
# Tables of the file; `suppress` and `source` are lists of tables.
TABLES: Mapping[str, Mapping[str, Key]] = {
    "input": INPUT,
    "against": AGAINST,
    "checks": CHECKS,
    "clean": CLEAN,
    "gate": GATE,
    "report": REPORT,
    "suppress": SUPPRESS,
    "card": CARD,
    "source": SOURCE,
}
