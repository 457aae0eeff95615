"""Cuts and masks: what is published is the source minus the record, byte for byte."""

from __future__ import annotations

import random
import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusqa.errors import ConfigError
from corpusqa.release.edit import EDITS, RECORD, apply, plan, without_text
from corpusqa.release.mask import Masking, make_masking

LINES = {"c.line"}
KEY = "0123456789abcdef0123456789abcdef"


def documents(*texts: str) -> pl.DataFrame:
    return pl.DataFrame({"doc": range(len(texts)), "text": texts}, schema={"doc": pl.Int64, "text": pl.String})


def spans(text: str, pattern: str, label: str, action: str, doc: int = 0) -> list[tuple[int, int, int, str, str]]:
    return [(doc, m.start(), m.end(), label, action) for m in re.finditer(pattern, text, re.M)]


def edited(text: str, rows: list[tuple[int, int, int, str, str]], masking: Masking | None = None) -> str:
    frame = pl.DataFrame(rows, schema=EDITS, orient="row")
    record = plan(documents(text), frame, LINES, masking or Masking())
    return apply(documents(text), record)[0]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("A\nCUT\nB\n", "A\nB\n"),
        ("A\n\nCUT\n\nB\n", "A\n\nB\n"),
        ("A\n\nCUT\n\n\t\n\nCUT too\n\nB\n", "A\n\nB\n"),
        ("CUT\n\nB\n", "B\n"),
        ("A\n\nCUT\n", "A\n"),
        ("A\n\nCUT", "A\n"),
        ("A\n\n\nCUT\n\nCUT\n", "A\n"),
        ("A\r\n\r\nCUT\r\n\r\nB\r\n", "A\r\n\r\nB\r\n"),
        ("A\rCUT\rB", "A\rB"),
        ("A\n   CUT  \nB", "A\nB"),
        ("A\n\nCUT\n\n\n", "A\n\n\n"),
        ("CUT\n\nCUT", ""),
        ("\n\nCUT\n\n", ""),
        ("A CUT\nB", "A B"),
        ("été\n\nCUT 😀\n\nB😀", "été\n\nB😀"),
    ],
)
def test_a_cut_takes_its_lines_and_the_blank_lines_after(text: str, left: str) -> None:
    assert edited(text, spans(text, r"CUT.*?(?=[ \t]*\r?$|\r)", "c.line", "cut")) == left


def test_a_cut_of_another_label_takes_its_span_alone() -> None:
    text = "before [x] after\n\n[x]\n\nend"
    assert edited(text, spans(text, r"\[x\]", "c.word", "cut")) == "before  after\n\n\n\nend"


def test_overlapping_cuts_are_one_cut() -> None:
    text = "keep 0123456789 keep"
    rows = [(0, 5, 9, "c.a", "cut"), (0, 7, 15, "c.b", "cut"), (0, 8, 9, "c.c", "cut")]
    record = plan(documents(text), pl.DataFrame(rows, schema=EDITS, orient="row"), LINES, Masking())
    assert apply(documents(text), record)[0] == "keep  keep"
    assert record.select("start", "end", "label").rows() == [(5, 9, "c.a"), (9, 15, "c.b")]


def test_equal_values_share_a_number_and_types_have_their_own() -> None:
    text = "a@x.test, A@X.test and b@x.test call 12345"
    rows = spans(text, r"\w@\S+(?<![,.])", "pii.email", "mask") + spans(text, r"\d+", "pii.phone", "mask")
    masking = make_masking({}, {"pii.email": str.lower, "pii.phone": None})
    assert edited(text, rows, masking) == "<EMAIL_1>, <EMAIL_1> and <EMAIL_2> call <PHONE_1>"


def test_a_number_that_the_text_uses_already_is_not_given_again() -> None:
    text = "write to <EMAIL_2> or b@x.test"
    assert edited(text, spans(text, r"b@\S+", "pii.email", "mask")) == "write to <EMAIL_2> or <EMAIL_3>"


def test_overlapping_masks_hide_their_union_under_the_longest() -> None:
    text = "x 0123456789 y"
    rows = [(0, 2, 6, "pii.a", "mask"), (0, 5, 12, "pii.b", "mask")]
    assert edited(text, rows) == "x <B_1> y"


def test_a_mask_inside_a_cut_is_gone_and_one_across_its_edge_is_masked_outside() -> None:
    text = "keep 0123456789 keep"
    rows = [(0, 5, 10, "c.a", "cut"), (0, 6, 8, "pii.a", "mask"), (0, 8, 15, "pii.b", "mask")]
    assert edited(text, rows) == "keep <B_1> keep"


def test_the_style_mask_keeps_the_shape_alone() -> None:
    masking = make_masking({"pii.*": "mask"}, {"pii.email": None})
    text = "mail jo.doe+x@x-y.test now"
    assert edited(text, spans(text, r"jo\S+", "pii.email", "mask"), masking) == "mail **.***+*@*-*.**** now"


def test_pseudonyms_are_equal_for_equal_values_over_documents_and_keys_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a@x.test A@X.TEST b@x.test"
    rows = spans(text, r"\S+", "pii.email", "mask")
    said = []
    for key in (KEY, KEY[::-1]):
        monkeypatch.setenv("CORPUSQA_PSEUDONYM_KEY", key)
        masking = make_masking({"pii.email": "pseudonym"}, {"pii.email": str.lower})
        assert key not in repr(masking)
        said.append(edited(text, rows, masking).split(" "))
    first, second = said
    assert first[0] == first[1] != first[2]
    assert re.fullmatch(r"<EMAIL_[0-9a-f]{16}>", first[0])
    assert first[0] != second[0]


@pytest.mark.parametrize("key", [None, "", "short"])
def test_a_pseudonym_without_a_key_is_an_error_that_says_how_to_make_one(
    key: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CORPUSQA_PSEUDONYM_KEY", raising=False)
    if key is not None:
        monkeypatch.setenv("CORPUSQA_PSEUDONYM_KEY", key)
    with pytest.raises(ConfigError, match=r"CORPUSQA_PSEUDONYM_KEY .*openssl rand"):
        make_masking({"pii.*": "pseudonym"}, {"pii.email": None})


def test_the_key_may_stand_in_a_file(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    found = make_masking({"pii.*": "pseudonym", "key_file": str(tmp_path / "key")}, {"pii.email": None})
    monkeypatch.setenv("CORPUSQA_PSEUDONYM_KEY", KEY)
    assert found == make_masking({"pii.*": "pseudonym"}, {"pii.email": None})


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"pii.email": "plaeholder"}, "did you mean placeholder"),
        ({"pii.emial": "mask"}, "did you mean pii.email"),
        ({"pii.*": "pseudonym", "key_file": "/no/such/file"}, "No such file"),
    ],
)
def test_a_wrong_style_or_pattern_is_an_error_with_the_nearest_name(said: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_masking(said, {"pii.email": None, "pii.phone": None})


def test_the_longest_pattern_decides() -> None:
    found = make_masking({"pii.*": "mask", "pii.email": "placeholder"}, {"pii.email": None, "pii.phone": None})
    assert found.styles == {"pii.email": "placeholder", "pii.phone": "mask"}


def test_a_canonical_function_that_fails_leaves_values_apart() -> None:
    def refuse(value: str) -> str:
        raise ValueError(value)

    masking = make_masking({}, {"pii.email": refuse})
    assert edited("a@x b@x a@x", spans("a@x b@x a@x", r"\S+", "pii.email", "mask"), masking) == (
        "<EMAIL_1> <EMAIL_2> <EMAIL_1>"
    )


def test_documents_without_text_are_told_from_those_with_some() -> None:
    assert without_text(pl.Series(["", " \n\t\u00a0", "a", "\u200b"])).to_list() == [True, True, False, False]


def test_parts_keep_their_borders() -> None:
    first, second = "CUT\n", "B\n\nCUT"
    text = first + "\n\n" + second
    parts = pl.DataFrame({"doc": [0, 0], "start": [0, 6], "end": [4, 12]})
    rows = pl.DataFrame(spans(text, r"CUT", "c.line", "cut"), schema=EDITS, orient="row")
    record = plan(documents(text), rows, LINES, Masking(), parts)
    assert record.select("start", "end").rows() == [(0, 4), (8, 12)]
    assert apply(documents(text), record)[0] == "\n\nB\n"


LETTERS = st.sampled_from(list("ab \n\r\t😀é@0"))
TEXTS = st.lists(LETTERS, max_size=60).map("".join)


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, list[tuple[int, int, int, str, str]]]:
    text = draw(TEXTS)
    rows = []
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, len(text)))
        label, action = draw(
            st.sampled_from([("c.line", "cut"), ("c.word", "cut"), ("pii.email", "mask"), ("pii.phone", "mask")])
        )
        rows.append((0, start, end, label, action))
    return text, rows


@settings(max_examples=400, deadline=None)
@given(cases())
def test_the_published_text_is_the_source_minus_the_record(
    case: tuple[str, list[tuple[int, int, int, str, str]]],
) -> None:
    text, rows = case
    record = plan(documents(text), pl.DataFrame(rows, schema=EDITS, orient="row"), LINES, Masking())
    assert record.schema == pl.Schema(RECORD)
    published = apply(documents(text), record)[0]

    at, rest = 0, published
    for _, start, end, _, action, replacement in record.iter_rows():
        assert at <= start < end <= len(text)
        kept = text[at:start] + (replacement or "")
        assert rest.startswith(kept)
        assert (replacement is None) == (action == "cut")
        rest, at = rest[len(kept) :], end
    assert rest == text[at:]

    touched = {i for _, a, b, *_ in record.iter_rows() for i in range(a, b)}
    asked = {i for _, a, b, *_ in rows for i in range(a, b)}
    assert asked <= touched
    cut_lines = any(label == "c.line" for *_, label, _ in rows)
    extra = touched - asked
    assert not extra if not cut_lines else all(text[i].isspace() for i in extra)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["CUT", "CUT this", "", "  ", "text", "a@x b@y a@x", "😀 c@z"]), max_size=10),
       st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())  # fmt: skip
def test_editing_what_was_edited_changes_nothing(lines: list[str], end: str, last: bool) -> None:
    text = end.join(lines) + (end if last else "")

    def once(text: str) -> str:
        cut = spans(text, r"^CUT[^\r\n]*|(?<=\r)CUT[^\r\n]*", "c.line", "cut")
        return edited(text, cut + spans(text, r"\w@\w", "pii.email", "mask"))

    first = once(text)
    assert once(first) == first
    assert "CUT" not in first
    assert "@" not in first
    kept = [re.sub(r"\w@\w", "", line) for line in lines if line.strip() and not line.startswith("CUT")]
    assert [re.sub(r"<EMAIL_\d>", "", line) for line in re.split(r"\r\n|\r|\n", first) if line.strip()] == kept


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["CUT", "CUT it", "CUT [x]", "", " ", "text", "é [x]", "\u2028"]), max_size=7),
                max_size=4), st.sampled_from(["\n", "\r\n"]), st.randoms())  # fmt: skip
def test_documents_planned_at_once_are_planned_like_each_alone(
    texts: list[list[str]], end: str, chance: random.Random
) -> None:
    frame = documents(*(end.join(lines) for lines in texts))
    rows = [
        span
        for doc, text in frame.iter_rows()
        for pattern, label in ((r"CUT[^\r\n]*", "c.line"), (r"\[x\]", "c.word"), (r"te|\[x", "pii.email"))
        for span in spans(text, pattern, label, "mask" if label == "pii.email" else "cut", doc)
        if chance.random() < 0.8
    ]
    chance.shuffle(rows)
    edits = pl.DataFrame(rows, schema=EDITS, orient="row")
    record = plan(frame, edits, LINES, Masking())
    # a part that is the whole text changes nothing, but keeps a document from being looked at with the others
    whole = frame.select("doc", start=pl.lit(0, pl.Int64), end=pl.col("text").str.len_chars().cast(pl.Int64))
    assert record.equals(plan(frame, edits, LINES, Masking(), whole))
    alone = [plan(frame[doc : doc + 1], edits, LINES, Masking()) for doc in range(frame.height)]
    assert record.equals(pl.concat([pl.DataFrame(schema=RECORD), *alone]))
    published = [apply(frame[doc : doc + 1], record)[0] for doc in range(frame.height)]
    assert apply(frame, record).to_list() == published


def test_other_documents_and_spans_without_offsets_are_left_alone() -> None:
    rows = pl.DataFrame(
        [(1, 0, 1, "c.word", "cut"), (7, 0, 1, "c.word", "cut"), (0, None, None, "c.word", "cut")],
        schema=EDITS,
        orient="row",
    )
    texts = documents("abc", "abc", "abc")
    record = plan(texts, rows, LINES, Masking())
    assert record.height == 1
    assert apply(texts, record).to_list() == ["abc", "bc", "abc"]


def test_many_spans_of_a_long_text_are_cut() -> None:
    text = "CUT\nkeep\n" * 20_000
    rows = spans(text, r"CUT", "c.line", "cut")
    assert edited(text, rows) == "keep\n" * 20_000
