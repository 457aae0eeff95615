"""The check `pii` on hostile and broken input: values are found or refused, and nothing takes more than linear time.

The time itself is measured in benchmarks/pii.py; here stands what makes it linear.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import corpusqa_checks.pii as package
import polars as pl
import pytest
from corpusqa_checks.pii import pii
from corpusqa_checks.pii.national_ids import kinds
from corpusqa_checks.pii.secrets import formats
from corpusqa_checks.pii.windows import LEFT, LONGEST, OWNED, windows

from corpusqa.check import Batch
from corpusqa.testing import plugin, run


def found(text: str, **options: Any) -> list[str]:
    result = run(plugin(pii, reserved=True, **options), [text])
    assert result.failures.is_empty()
    return [text[start:end] for start, end in result.spans.select("start", "end").iter_rows()]


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern that is tried at each place of a line."""
    for module in pkgutil.iter_modules(package.__path__):
        if module.name == "presidio":  # has no patterns, and needs its extra to be imported
            continue
        loaded = importlib.import_module(f"{package.__name__}.{module.name}")
        for name, value in vars(loaded).items():
            if isinstance(value, re.Pattern):
                yield f"{module.name}.{name}", value
    for kind in kinds():
        yield kind.name, kind.shape
    for shape in formats():
        yield shape.name, shape.pattern


# Over contexts of at most some hundred characters, over single values, or walked without backtracking.
SHORT = {
    "private_keys._BODY_LINE",
    "phones._DATE",
    "phones._DECIMALS",
    "phones._THOUSANDS",
    "phones._TRUNK",
    "phones._ADDEND",
    "terms._WORD",
    "emails._MESSAGE_ID",
    "emails._REMOTE_COMMAND",
    "secrets._WORDS",
    "secrets._LAST_CLASS",
    "secrets._PIECES",
    "secrets._HEAD",
    "secrets._CLAIMS",
}


def unbounded(pattern: re.Pattern[str]) -> bool:
    """Whether a repeat has no upper bound, `+`, `*` or `{n,}`, leaving classes and escapes aside."""
    bare = re.sub(r"\[(?:\\.|[^\]\\])*\]|\\.", "x", pattern.pattern)
    bare = re.sub(r"\(\?P?[<=!:>]", "(", re.sub(r"\}\+", "}", bare))
    return re.search(r"[x)][+*]|\{\d+,\}", bare) is not None


def test_every_repeat_in_a_pattern_over_lines_is_bounded() -> None:
    checked = dict(patterns())
    assert len(checked) > 200
    assert {name for name, pattern in checked.items() if unbounded(pattern)} <= SHORT
    assert unbounded(re.compile("a[bc]+"))
    assert not unbounded(re.compile(r"a[b+]{1,3}\+"))


def test_windows_own_every_place_of_a_long_line_once() -> None:
    text = "".join(chr(0x4E00 + n % 20000) for n in range(3 * LONGEST + 17))
    owned = [
        window.start + at for window in windows(text) for at in range(window.first, min(window.last, len(window.text)))
    ]
    assert owned == list(range(len(text)))
    assert all(window.first in (0, LEFT) for window in windows(text))
    assert [window.owns(0) for window in windows("short")] == [True]


@pytest.mark.parametrize("at", [0, 1, OWNED - 20, OWNED - 1, OWNED, OWNED + 1, LONGEST, 2 * LONGEST + 5])
def test_a_value_anywhere_in_a_long_line_is_found_once(at: int) -> None:
    filler = "x " * (2 * LONGEST)
    text = f"{filler[: 2 * (at // 2)]}kit@boats.example.org {filler}"
    assert found(text) == ["kit@boats.example.org"]


@pytest.mark.parametrize(
    "text",
    [
        "kit@boats.example.org",
        "\nkit@boats.example.org",
        "kit@boats.example.org\n",
        "\ufeffkit@boats.example.org",
        "\x00kit@boats.example.org\x00",
        "\u202ekit@boats.example.org\u202c",
        "a\rkit@boats.example.org\rb",
        "\U0001f600kit@boats.example.org\U0001f600",
    ],
)
def test_values_at_the_very_edges_are_found(text: str) -> None:
    assert found(text) == ["kit@boats.example.org"]


@pytest.mark.parametrize(
    "text",
    [
        "card 4111\u200b 1111\u200b 1111\u200b 1111",
        "card 41\u00ad11 1111 1111 1111",
        "card \u200f4111 1111 1111 1111",
        "card \uff14\uff11\uff11\uff11 1111 1111 1111",
        "card 4111\u00a01111\u202f1111\u20091111",
        "card 4111\u20111111\u20111111\u20111111",
    ],
)
def test_look_alike_characters_hide_nothing_and_offsets_are_those_of_the_original(text: str) -> None:
    (value,) = found(text)
    assert text.endswith(value)
    assert value[0] in "4\uff14"


@pytest.mark.parametrize(
    "text", ["card 4111 1111 1111\n1111", "mail kit@boats.\nexample.org", "IBAN GB29 NWBK 6016\r\n1331 9268 19"]
)
def test_a_value_cut_by_a_line_end_is_refused(text: str) -> None:
    """Joining lines would make values of tables and lists; what is cut is nobody's address any more."""
    assert found(text) == []


@pytest.mark.parametrize(
    "piece", ["7", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0", "1 ", "a@", "-----BEGIN PRIVATE KEY-----", "\u200b1"]
)
def test_a_million_hostile_characters_hold_nothing(piece: str) -> None:
    assert found((piece * (1_000_000 // len(piece) + 1))[:1_000_000]) == []


def test_short_strings_are_judged_like_texts() -> None:
    """Ids, URLs and file names are a batch of their own."""
    names = [
        "kit@boats.example.org",
        "https://news.example.org/?mail=kit@boats.example.org",
        "notes/kit@boats.example.org.txt",
        "17",
        "",
    ]
    rows = run(plugin(pii, reserved=True), names).spans["row"].to_list()
    assert rows == [0, 1, 2]


def test_a_key_block_does_not_reach_over_the_end_of_a_part() -> None:
    head = "-----BEGIN PRIVATE KEY-----\n" + "MC4CAQAwBQYDK2VwBCIEIO" * 3
    tail = "NTuctv5E1hK1bbY8fdpK06" * 3 + "\n-----END PRIVATE KEY-----"
    text = f"{head}\n\n{tail}"
    parts = [(0, 0, 0, len(head), ""), (0, 1, len(head) + 2, len(text), "")]
    frame = pl.DataFrame(parts, schema=["row", "part", "start", "end", "role"], orient="row")
    batch = Batch(pl.DataFrame({"id": ["a"], "text": [text]}), parts=frame)
    measure = pii().measure
    assert measure is not None
    spans = measure(batch).spans
    assert spans is not None
    assert spans.select("start", "end", "label").rows() == [(0, len(head), "private_key")]
