"""The rule language: what it says, what it refuses, and that nothing hostile reaches the parser."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusqa.errors import RuleError
from corpusqa.policy.names import OWN
from corpusqa.policy.rules import compile_rule
from tests.small_scan import CHECKS, scan

SCAN = scan(
    {
        "id": ["a", "b", "it's", "d"],
        "source": ["x", "x/y", None, "MIT"],
        "published": ["2019-12-31", "2020-01-01T10:00:00+02:00", "31 May 2020", None],
        "chars": [10, 20, 30, 0],
        "line": [1, 2, 0, None],
    },
    {
        "boilerplate.ratio": [0.7, 0.6, None, 0.0],
        "pii.count": [0, 4, 2, None],
        "language.label": ["de", "en", None, "de"],
        "dates.first": [date(2020, 1, 1), date(2021, 1, 1), None, None],
        "dates.certain": [True, False, None, True],
    },
).frame


def said(rule: str, frame: pl.DataFrame = SCAN) -> str:
    """One character per document: + fired, - did not, ? cannot be said."""
    return "".join({True: "+", False: "-", None: "?"}[v] for v in compile_rule(rule, CHECKS).fired(frame))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("boilerplate.ratio > 0.6", "+-?-"),
        ("boilerplate.ratio >= .6", "++?-"),
        ("boilerplate.ratio >= 6e-1", "++?-"),
        ("boilerplate.ratio<0.6", "--?+"),
        ("boilerplate.ratio <> 0.7", "-+?+"),
        ("boilerplate.ratio != 0.7", "-+?+"),
        ("pii.count == 4", "-+-?"),
        ("pii.count = 4", "-+-?"),
        ("NOT pii.count = 4", "+-+?"),
        ("pii.count BETWEEN 2 AND 4", "-++?"),
        ("pii.count NOT BETWEEN 2 AND 4", "+--?"),
        ("pii.count IN (2, 4)", "-++?"),
        ("pii.count not in (2, 4)", "+--?"),
        ("pii.count IS NULL", "---+"),
        ("pii.count is not null", "+++-"),
        ("pii.count + 1 > 2 * 2", "-+-?"),
        ("(pii.count + 1) * 2 > 6", "-+-?"),
        ("pii.count % 4 = 0", "++-?"),
        ("-pii.count < -3", "-+-?"),
        ("pii.count / 8 = 0.5", "-+-?"),
        ("pii.count > 3 AND boilerplate.ratio > 0.5", "-+--"),
        ("pii.count > 3 OR boilerplate.ratio > 0.6", "++??"),
        ("source = 'x' OR (pii.count > 1 AND NOT language.label = 'en')", "+-??"),
        ("source = 'MIT'", "--?+"),
        ("source LIKE 'x%'", "++?-"),
        ("source NOT LIKE '%/_'", "+-?+"),
        ("id = 'it''s'", "--+-"),
        ("language.label IN ('de', 'fr')", "+-?+"),
        ("published < DATE '2020-01-01'", "+-??"),
        ("published >= date '2020-01-01'", "-+??"),
        ("dates.first > published", "++??"),
        ("dates.first BETWEEN DATE '2020-01-01' AND DATE '2020-12-31'", "+-??"),
        ("dates.certain", "+-?+"),
        ("NOT dates.certain", "-+?-"),
        ("dates.certain = TRUE", "+-?+"),
        ("dates.certain = false AND pii.count > 0", "-+?-"),
        ("chars < 20", "+--+"),
        ("  boilerplate.ratio\n >\t0.6  ", "+-?-"),
    ],
)
def test_what_rules_say(rule, expected):
    assert said(rule) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("chars / line > 5", "++??"),  # 10/1, 20/2, 30/0, 0/null
        ("pii.count / (chars - 10) > 0.3", "?+-?"),
        ("pii.count / -line < 0", "-+??"),
        ("chars % line = 0", "++??"),
        ("chars / line / line >= 5", "++??"),
        ("(chars - 30) / line > 0.6", "--??"),  # 0 / 0 would be NaN, and NaN > 0.6 true
        ("chars * 1.0 / 0 > 1", "????"),
    ],
)
def test_division_by_zero_is_null_and_keeps_the_document(rule, expected):
    assert said(rule) == expected


OWN_COLUMNS = SCAN.with_columns(
    pl.Series(OWN + "edu_score", [1.0, 5.0, float("nan"), None]),
    pl.Series(OWN + "odd name", ["a", "b", "c", None]),
    pl.Series(
        OWN + "meta", [{"score": 1, "tags": ["x"]}, {"score": 5, "tags": []}, None, {"score": None, "tags": None}]
    ),
    pl.Series(OWN + "^a.*$", [1, 2, 3, 4]),
    pl.Series(OWN + 'say "hi"', [1, 2, 3, 4]),
    pl.Series(OWN + "größe", [1, 2, 3, 4]),
    pl.Series(OWN + "when", ["2020-01-01 10:00:00"] * 4).str.to_datetime(),
    pl.Series(OWN + "kind", ["a", "b", "a", None], dtype=pl.Categorical),
    pl.Series(OWN + "id", ["own", "own", "own", "own"]),
    pl.Series(OWN + "empty", [None] * 4),
)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("doc.edu_score < 3", "+-??"),
        ("doc.edu_score > 3", "-+??"),  # NaN is not above 3
        ("doc.\"odd name\" = 'a'", "+--?"),
        ("doc.meta.score > 3", "-+??"),
        ('doc."^a.*$" > 2', "--++"),
        ('doc."say ""hi""" > 2', "--++"),
        ("doc.größe > 2 AND pii.count > 1", "--+?"),
        ("doc.when < DATE '2020-01-02'", "++++"),
        ("doc.kind = 'a'", "+-+?"),
        ("doc.id = 'own' AND id = 'a'", "+---"),
        ("doc.kind LIKE 'a%'", "+-+?"),
    ],
)
def test_columns_of_the_source(rule, expected):
    assert said(rule, OWN_COLUMNS) == expected


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("doc.edu_scor < 3", "no row of the source has a value in a column 'edu_scor'; did you mean edu_score"),
        ("doc.empty < 3", "no row of the source has a value in a column 'empty'"),
        ("doc.meta.scor < 3", "doc.meta.scor: there is no 'scor' in it; did you mean score"),
        ("doc.meta > 3", "which no rule compares; name a field inside it"),
        ("doc.meta.tags = 'x'", "which no rule compares"),
        ("doc.kind > 3", "different types (doc.kind is String)"),
        ("doc.kind > DATE '2020-01-01'", "dates that are text compare as text, '2020-01-31'"),
        ("doc.edu_score", "its value is Float64, not true or false"),
    ],
)
def test_columns_are_held_to_their_types_once_they_are_known(rule, words):
    compiled = compile_rule(rule, CHECKS)
    with pytest.raises(RuleError) as raised:
        compiled.fired(OWN_COLUMNS)
    assert words in str(raised.value)
    assert f"`{rule}`" in str(raised.value)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        # no calls, aggregates, windows, casts, subqueries, comments, statements
        ("MAX(pii.count) > 3", "MAX( at character 1: a rule calls no functions"),
        ("pii.count > AVG (pii.count)", "a rule calls no functions"),
        ("COUNT(*) > 1", "a rule calls no functions"),
        ("pii.count > (SELECT 1)", "nothing is called 'SELECT'"),
        ("pii.count IN (SELECT doc FROM self)", "nothing is called 'SELECT'"),
        ("EXISTS (SELECT 1)", "a rule calls no functions"),
        ("SUM(pii.count) OVER () > 3", "a rule calls no functions"),
        ("CAST(pii.count AS TEXT) = '1'", "a rule calls no functions"),
        ("pii.count::text = '1'", "':" + ":text' at character 10 is not in the rule language"),
        ("pii.count > 3 -- AND dates.certain", "-- at character 15: a rule holds no comments"),
        ("pii.count > 3 /* all */", "/* at character 15: a rule holds no comments"),
        ("pii.count > 3; DROP TABLE x", "';' at character 14 is not in the rule language"),
        ("pii.count > 3 # more", "'#' at character 15"),
        ("CASE WHEN pii.count > 3 THEN TRUE END", "nothing is called 'CASE'"),
        ("pii.count > ALL (1, 2)", "a rule calls no functions"),
        ("* = 1", "it names no signal"),
        ("pii.* > 1", "'.*' at character 4"),
        ("^pii.*$ > 1", "'^pii.*$' at character 1"),
        ("`pii.count` > 1", "at character 1 is not in the rule language"),
        ("pii.count > $1", "'$1' at character 13"),
        ("pii.count > 0x10", "'0x10' at character 13"),
        ("pii.count > 1_000", "'1_000' at character 13"),
        ("pii.count || 'a' = '1a'", "'||' at character 11"),
        ("source ~ 'x'", "'~' at character 8"),
        ("source ILIKE 'x'", "nothing is called 'ILIKE'"),
        ("struct_col['a'] > 1", "at character 11 is not in the rule language"),
        # without a name every document would go, or none
        ("1 = 1", "it names no signal"),
        ("TRUE", "it names no signal"),
        ("'a' LIKE '%'", "it names no signal"),
        ("", "the rule is empty"),
        ("   ", "the rule is empty"),
        # quotes
        ('source = "MIT"', "text stands in single quotes, 'MIT'"),
        ('source = "it\'s"', "'it''s'"),
        ('"pii.count" > 3', "double quotes are for odd names of columns"),
        ("source = 'x", "the quote at character 10 is never closed"),
        # near misses
        (
            "boilerplate.ration > 0.6",
            "boilerplate has no signal 'ration'; did you mean boilerplate.ratio? (it has ratio)",
        ),
        ("boilerplte.ratio > 0.6", "no selected check is called 'boilerplte'; did you mean boilerplate?"),
        ("toxicity.score > 1", "no selected check is called 'toxicity'"),
        ("soruce = 'x'", "nothing is called 'soruce'; did you mean source?"),
        ("edu_score < 3", "a column of the source is written doc.edu_score"),
        ("meta.score < 3", "the row's own columns are doc.meta.score"),
        ("source = x", "nothing is called 'x'"),
        ("text LIKE '%x%'", "rules never read the text"),
        (
            "pii.email > 3",
            "pii.email is a label, which can be cut, masked and limited; rules compare signals: pii.count",
        ),
        ("doc > 3", "doc is followed by the name of a column"),
        ("pii > 3", "nothing is called 'pii'"),
        ("pii.count.x > 3", "pii has no signal 'count.x'"),
        # form
        ("pii.count", "its value is Int64, not true or false"),
        ("pii.count + 1", "its value is"),
        ("source", "its value is String"),
        ("pii.count >", "cannot be understood"),
        ("pii.count > > 3", "cannot be understood"),
        ("pii.count 3", "3 at character 11: something is missing before it"),
        ("pii.count IN ()", "cannot be understood"),
        ("AND pii.count > 3", "cannot be understood"),
        ("pii.count > 3 pii.count", "pii.count at character 15: something is missing before it"),  # an alias in SQL
        ("pii.count > 3 TRUE", "something is missing before it"),
        ("pii.count > (3) (4)", "something is missing before it"),
        ("source = 'a' 'b'", "something is missing before it"),
        ("(pii.count > 3", "1 opened with ( and never closed"),
        ("pii.count > 3)", "the parenthesis at character 14 closes nothing"),
        ("(" * 31 + "pii.count" + ")" * 31 + " > 3", "nested deeper than 30"),
        ("pii.count > 3 OR " * 200 + "pii.count > 3", "longer than 2,000 characters"),
        ("pii.count = NULL", "write IS NULL or IS NOT NULL"),
        ("pii.count > 3 AND NOT NULL", "write IS NULL or IS NOT NULL"),
        ("pii.count IN (1, NULL)", "write IS NULL or IS NOT NULL"),
        ("published < DATE '2020-13-01'", "a date is written DATE '2020-01-31'"),
        ("published < DATE", "a date is written DATE '2020-01-31'"),
        # types
        ("published < '2020-01-01'", "published is Date); a date is written DATE '2020-01-31'"),
        ("pii.count > 'x'", "different types (pii.count is Int64)"),
        ("language.label > 3", "different types (language.label is String)"),
        ("language.label IN (1, 2)", "different types"),
        ("pii.count LIKE '1%'", "different types"),
        ("source + pii.count > 3", "different types"),
        ("source < 'z' AND pii.count", "different types"),
    ],
)
def test_what_is_refused_and_what_is_said(rule, words):
    with pytest.raises(RuleError) as raised:
        compile_rule(rule, CHECKS)
    assert words in str(raised.value)
    assert str(raised.value).startswith(f"`{rule}`: ")


def test_a_panic_of_the_parser_is_an_error_of_the_rule(monkeypatch):
    def panics(_sql):
        raise pl.exceptions.PanicException("inside Rust")

    monkeypatch.setattr(pl, "sql_expr", panics)
    with pytest.raises(RuleError, match="cannot be understood"):
        compile_rule("pii.count > 3", CHECKS)


_WORDS = [
    "pii.count",
    "source",
    "doc.x",
    "3",
    "0.5",
    "'x'",
    "(",
    ")",
    ",",
    "/",
    "%",
    "-",
    "=",
    ">",
    "AND",
    "OR",
    "NOT",
    "IN",
]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([*_WORDS, "IS", "NULL", "BETWEEN", "LIKE", "DATE", "TRUE", "''", "x.y"]), max_size=12))
def test_any_row_of_words_is_a_rule_or_an_error_of_ours(words):
    try:
        compile_rule(" ".join(words), CHECKS)
    except RuleError as error:
        assert "c0" not in str(error)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=40))
def test_any_text_is_a_rule_or_an_error_of_ours(text):
    try:
        compile_rule(text, CHECKS)
    except RuleError as error:
        assert str(error)


def test_a_rule_knows_which_checks_it_needs():
    rule = compile_rule("pii.count > 3 AND doc.meta.score < 1 AND source = 'x' AND boilerplate.ratio > 0", CHECKS)
    assert rule.checks == {"pii", "boilerplate"}
    assert [name.path for name in rule.names if name.path] == [("meta", "score")]
