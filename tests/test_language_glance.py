"""The glance at paragraphs: its sums, and that it passes over nothing that would have been found."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from corpusqa_checks.language import glance, segments
from corpusqa_checks.language.cache import tables
from corpusqa_checks.language.confidence import plain
from corpusqa_checks.language.votes import cld2

from corpusqa.lines import line_table
from tests.files import cases

CASES = cases("language")
TEXTS = ["The ferry left the harbour at noon.", "", "Über die Möwen, [42] = {x};", "港の人々", "a"]


def slowly(text: str, row: int) -> tuple[float, int, int]:
    data = b"  " + text.encode() + b"  "
    three = [data[at : at + 3] for at in range(len(data) - 2)][: len(data) - 2]
    symbols = [[int(glance.SYMBOLS[byte]) for byte in some] for some in three]
    leads = [int(tables().leads[row, a << 10 | b << 5 | c]) for a, b, c in symbols]
    letter = [chr(byte).isalpha() if byte < 0x80 else byte >= 0xC0 for byte in data]
    words = sum(letter[at + 2] or letter[at + 1] for at in range(len(data) - 2))
    letters = sum(1 + (ord(c) >= 0x800) for c in text if c.isalpha())
    signs = sum(c in "<>{}[]()|=_#$%^&*+~`\\/@\t" for c in text)
    return sum(leads) / 16 / max(words, 1), letters, signs


@pytest.mark.parametrize("size", [1 << 15, 3])
def test_the_sums_are_those_of_single_texts(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(glance, "SLICE", size)
    rows = np.array([3, 0, 13, 7, 54])
    seen = glance.glance(pl.Series(TEXTS), rows, tables().leads)
    wanted = [slowly(text, row) for text, row in zip(TEXTS, rows.tolist(), strict=True)]

    assert list(zip(seen.lead.tolist(), seen.letters.tolist(), seen.signs.tolist(), strict=True)) == [
        (pytest.approx(lead), letters, signs) for lead, letters, signs in wanted
    ]


def test_nothing_to_look_at() -> None:
    assert glance.glance(pl.Series([], dtype=pl.String), np.zeros(0, np.int64), tables().leads).lead.tolist() == []


def test_a_language_leads_in_its_own_text() -> None:
    names = list(tables().languages)
    english = "The gulls went with the ferry as they had every day of that long summer."
    seen = glance.glance(pl.Series([english] * len(names)), np.arange(len(names)), tables().leads)
    assert names[int(seen.lead.argmax())] == "en"
    assert seen.lead.max() > plain()["en"]


def test_it_passes_over_no_foreign_paragraph(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [case["text"] for case in CASES if case["expect"]["label"]]
    labels = [case["expect"]["label"] for case in CASES if case["expect"]["label"]]
    mixed = ["\n\n".join([*texts[at : at + 3]]) for at in range(len(texts) - 3)]
    lines = line_table(pl.Series(mixed))
    quick = segments.foreign(lines, labels[: len(mixed)], cld2)
    monkeypatch.setattr(segments, "plain", dict)

    assert quick.height >= 5
    assert quick.equals(segments.foreign(lines, labels[: len(mixed)], cld2))
