"""Rules mean what they say: random rules against a small evaluator of our own with three-valued logic."""

from __future__ import annotations

import operator

from hypothesis import given, settings
from hypothesis import strategies as st

from corpusqa.policy.rules import compile_rule
from tests.small_scan import CHECKS, scan

ROWS = [(0, 0.0), (1, 0.5), (3, None), (None, 2.0), (None, None), (2, -1.0)]
FRAME = scan(len(ROWS), {"pii.count": [a for a, _ in ROWS], "boilerplate.ratio": [b for _, b in ROWS]}).frame

# A rule as text, how tightly it binds, and its value for a row (None is null).
NUMBERS = {"+": (operator.add, 3), "-": (operator.sub, 3), "*": (operator.mul, 4), "/": (None, 4)}
COMPARISONS = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def divided(a, b):
    return None if b == 0 else a / b


def binary(name, left, right):
    function, level = NUMBERS[name]
    function = function or divided
    text = f"{wrapped(left, level)} {name} {wrapped(right, level + 1)}"
    return text, level, lambda row: lifted(function, left[2](row), right[2](row))


def lifted(function, *values):
    return None if None in values else function(*values)


def wrapped(part, level):
    return part[0] if part[1] >= level else f"({part[0]})"


def comparison(name, left, right):
    text = f"{wrapped(left, 3)} {name} {wrapped(right, 3)}"
    return text, 2, lambda row: lifted(COMPARISONS[name], left[2](row), right[2](row))


def between(value, low, high):
    text = f"{wrapped(value, 3)} BETWEEN {wrapped(low, 3)} AND {wrapped(high, 3)}"
    return (
        text,
        2,
        lambda row: conjunction(
            lifted(operator.ge, value[2](row), low[2](row)), lifted(operator.le, value[2](row), high[2](row))
        ),
    )


def missing(value):
    return f"{wrapped(value, 3)} IS NULL", 2, lambda row: value[2](row) is None


def conjunction(a, b):
    return False if a is False or b is False else None if None in (a, b) else True


def disjunction(a, b):
    return True if a is True or b is True else None if None in (a, b) else False


def both(left, right):
    return f"{wrapped(left, 1)} AND {wrapped(right, 1)}", 1, lambda row: conjunction(left[2](row), right[2](row))


def either(left, right):
    return f"{wrapped(left, 0)} OR {wrapped(right, 0)}", 0, lambda row: disjunction(left[2](row), right[2](row))


def negated(part):
    return f"NOT {wrapped(part, 2)}", 1.5, lambda row: lifted(operator.not_, part[2](row))


LEAVES = st.one_of(
    st.sampled_from([("pii.count", 9, operator.itemgetter(0)), ("boilerplate.ratio", 9, operator.itemgetter(1))]),
    st.integers(0, 4).map(lambda n: (str(n), 9, lambda row: n)),
    st.sampled_from([0.5, 1.5]).map(lambda n: (str(n), 9, lambda row: n)),
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.builds(binary, st.sampled_from(sorted(NUMBERS)), inner, inner), max_leaves=4
)
TESTS = st.one_of(
    st.builds(comparison, st.sampled_from(sorted(COMPARISONS)), VALUES, VALUES),
    st.builds(between, VALUES, VALUES, VALUES),
    st.builds(missing, VALUES),
)
RULES = st.recursive(
    TESTS,
    lambda inner: st.one_of(st.builds(both, inner, inner), st.builds(either, inner, inner), st.builds(negated, inner)),
    max_leaves=4,
).filter(lambda rule: "." in rule[0].replace("0.5", "").replace("1.5", ""))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(RULES)
def test_a_rule_means_what_it_says(rule):
    text, _, value = rule
    assert compile_rule(text, CHECKS).fired(FRAME).to_list() == [value(row) for row in ROWS], text
