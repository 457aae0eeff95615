"""Findings: what they say, what they never show, and what they are called."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusqa.findings import FINDINGS, annotate, compare, find, neutral, ordered, own
from corpusqa.findings.excerpt import Private, excerpt, masked
from corpusqa.findings.fingerprint import fingerprint
from corpusqa.release.edit import RECORD
from corpusqa.scan.clusters import member_spans
from corpusqa.scan.held import InMemory
from corpusqa.scan.model import (
    CLUSTERS,
    DOCUMENTS,
    EDGES,
    FAILURES,
    SPANS,
    UNREADABLE,
    CheckInfo,
    LabelInfo,
    Scan,
)

SECRET = "jane.roe@example.org"


def label(severity: str | None = "warning", private: bool = False) -> LabelInfo:
    return LabelInfo("an odd thing", severity, False, True, private)


def check(name: str, **labels: LabelInfo) -> CheckInfo:
    return CheckInfo(name, "1", "test", "", "", {}, "", {}, labels, {}, {})


PII = check("pii", email=label(private=True), secret=label("error", private=True))
DATES = check("dates", wrong_weekday=label("error"), seen=label(None))
CHECKS = {"pii": PII, "dates": DATES}


def documents(*texts: str | None, **columns: list[object]) -> pl.DataFrame:
    count = len(texts)
    base = {
        "doc": list(range(count)),
        "id": [f"d{i}" for i in range(count)],
        "number": list(range(count)),
        "text": list(texts),
        "source": ["wire"] * count,
        **{f"{name}_private": [False] * count for name in ("id", "url", "file", "source")},
    }
    schema = {**DOCUMENTS, "text": pl.String}
    frame = pl.DataFrame({**base, **columns})
    missing = [pl.lit(None, dtype).alias(n) for n, dtype in schema.items() if n not in frame.columns]
    return frame.with_columns(missing).select(*schema).cast(schema)


def spans(*rows: tuple[int, int | None, int | None, str]) -> pl.DataFrame:
    return pl.DataFrame([(*row, None, None) for row in rows], schema=SPANS, orient="row")


def at(text: str, piece: str, name: str, doc: int = 0) -> tuple[int, int, int, str]:
    start = text.index(piece)
    return doc, start, start + len(piece), name


def scan(docs: pl.DataFrame, failures: list[tuple[int, str, str]] = (), repeated: dict[str, int] | None = None) -> Scan:
    ids = {"id": list(repeated or {}), "count": list((repeated or {}).values())}
    return Scan(
        held=InMemory(
            {
                "documents": [docs.select(*DOCUMENTS)],
                "signals": [docs.select("doc")],
                "spans": [pl.DataFrame(schema=SPANS)],
            }
        ),
        edges=pl.DataFrame(schema=EDGES),
        clusters=pl.DataFrame(schema=CLUSTERS),
        unreadable=pl.DataFrame(schema=UNREADABLE),
        failures=pl.DataFrame(list(failures), schema=FAILURES, orient="row"),
        checks=CHECKS,
        digest="0" * 64,
        read=docs.height,
        duplicate_ids=pl.DataFrame(ids, schema={"id": pl.String, "count": pl.Int64}),
    )


class TestFind:
    def test_a_span_with_a_severity_becomes_a_finding_and_another_does_not(self):
        text = "It was on Monday, 3 May 2022, they said."
        found = find(
            documents(text),
            spans(at(text, "Monday, 3 May 2022", "dates.wrong_weekday"), at(text, "May", "dates.seen")),
            CHECKS,
        )

        assert found.schema == pl.Schema(FINDINGS)
        row = found.row(0, named=True)
        assert found.height == 1
        assert (row["name"], row["check"], row["severity"], row["document"]) == (
            "dates.wrong_weekday",
            "dates",
            "error",
            "d0",
        )
        assert row["excerpt"] == text
        assert row["excerpt"][row["hit_start"] : row["hit_end"]] == "Monday, 3 May 2022"
        assert row["message"] == "An odd thing"

    def test_every_private_span_is_masked_in_every_excerpt(self):
        text = f"On Monday, 3 May 2022, {SECRET} wrote again."
        found = find(
            documents(text),
            spans(at(text, "Monday, 3 May 2022", "dates.wrong_weekday"), at(text, SECRET, "pii.email")),
            CHECKS,
        )

        assert found["excerpt"].to_list() == ["On Monday, 3 May 2022, [EMAIL] wrote again."] * 2

    def test_a_private_span_that_a_window_would_cut_is_masked_whole(self):
        text = "x" * 40 + SECRET + " then came Monday the third, and all was well"
        rows = spans(at(text, SECRET, "pii.email"), at(text, "Monday", "dates.wrong_weekday"))
        shown = find(documents(text), rows, CHECKS).filter(name="dates.wrong_weekday").item(0, "excerpt")

        assert "[EMAIL]" in shown
        assert not any(piece in shown for piece in ("jane", "roe", "example", ".org"))

    def test_without_a_check_that_looks_for_private_values_only_the_shape_is_shown(self):
        text = "Anna Šubić, 030 23125 001, wrote on Monday."
        found = find(documents(text), spans(at(text, "Monday", "dates.wrong_weekday")), {"dates": DATES})

        assert found.item(0, "excerpt") == "xxxx xxxxx, 999 99999 999, xxxxx xx xxxxxx."

    def test_where_that_check_failed_only_the_shape_is_shown(self):
        texts = ["Call 0123 on Monday", "Call 0456 on Monday"]
        rows = spans(*(at(text, "Monday", "dates.wrong_weekday", doc) for doc, text in enumerate(texts)))
        failures = pl.DataFrame([(0, "pii", "ValueError at pii.py:1")], schema=FAILURES, orient="row")

        assert find(documents(*texts), rows, CHECKS, failures)["excerpt"].to_list() == [
            "xxxx 9999 xx xxxxxx",
            "Call 0456 on Monday",
        ]

    def test_a_finding_that_is_the_document_shows_its_masked_beginning(self):
        text = f"{SECRET} said. " + "word " * 100
        found = find(
            documents(text), spans((0, None, None, "dates.wrong_weekday"), at(text, SECRET, "pii.email")), CHECKS
        )
        row = found.filter(name="dates.wrong_weekday").row(0, named=True)

        assert row["excerpt"].startswith("[EMAIL] said. word")
        assert (row["start"], row["hit_start"], row["hit_end"]) == (None, 0, 0)

    def test_a_private_id_is_shown_as_the_number_of_its_row_and_its_file_not_at_all(self):
        docs = documents(
            "a b",
            id=[SECRET],
            number=[7],
            file=[f"{SECRET}/a.txt"],
            source=[SECRET],
            id_private=[True],
            file_private=[True],
            source_private=[True],
        )
        row = find(docs, spans((0, 0, 1, "dates.wrong_weekday")), CHECKS).row(0, named=True)

        assert (row["document"], row["file"], row["source"]) == ("row:7", None, None)

    @pytest.mark.parametrize(
        ("columns", "expected"),
        [
            ({"file": ["d0"], "line": [None]}, 3),  # a text file: the line of the evidence
            ({"file": ["all.jsonl"], "line": [12]}, 12),  # a line that is a document
            ({"file": ["all.parquet"], "line": [None]}, None),  # a table has no lines
            ({}, None),
        ],
    )
    def test_the_line_is_that_of_the_file(self, columns, expected):
        text = "one\ntwo\nMonday\n"
        rows = spans(at(text, "Monday", "dates.wrong_weekday"))

        assert find(documents(text, **columns), rows, CHECKS).item(0, "line") == expected

    def test_long_evidence_is_shown_by_its_ends(self):
        text = "begin " + "middle " * 1000 + "finish"
        shown = find(documents(text), spans((0, 0, len(text), "dates.wrong_weekday")), CHECKS).item(0, "excerpt")

        assert shown.startswith("begin")
        assert shown.endswith("finish")
        assert len(shown) < 240

    def test_no_spans_no_findings(self):
        assert find(documents("a"), spans(), CHECKS).schema == pl.Schema(FINDINGS)


class TestFingerprint:
    def of(self, text: str, piece: str, name: str = "dates.wrong_weekday", **more: object) -> list[str]:
        rows = spans(*[(0, m, m + len(piece), name) for m in range(len(text)) if text.startswith(piece, m)])
        return find(documents(text), rows, CHECKS, **more)["fingerprint"].to_list()

    def test_it_survives_edits_elsewhere_and_changes_with_the_context(self):
        near, far = "w " * 40 + "on Monday we met " + "w " * 40, "Another beginning. "
        [one] = self.of(near, "Monday")

        assert self.of(far + near, "Monday") == [one]
        assert self.of(near.replace("met", "ate"), "Monday") != [one]

    def test_equal_findings_of_a_document_are_told_apart_by_their_ordinal(self):
        block = "-" * 200 + "Monday" + "-" * 200
        prints = self.of(block + block, "Monday")

        assert len(set(prints)) == 2

    def test_it_holds_no_digest_of_a_private_value(self):
        one, two = ("mail jane@example.org now", "mail john@example.org now")
        first = self.of(one, "jane@example.org", "pii.email")
        second = self.of(two, "john@example.org", "pii.email")

        assert first == second

    def test_with_a_key_it_covers_the_value(self):
        first = self.of("mail jane@example.org now", "jane@example.org", "pii.email", key=b"k")
        second = self.of("mail john@example.org now", "john@example.org", "pii.email", key=b"k")

        assert first != second

    def test_pieces_cannot_be_shifted_into_each_other(self):
        assert fingerprint("ab", "c", "d", 0) != fingerprint("a", "bc", "d", 0)


class TestNeutral:
    @pytest.mark.parametrize(
        ("hostile", "harmless"),
        [
            ("::error::x", ": :error: :x"),
            (":::", ": : :"),
            ("##[group]x", "## [group]x"),
            ("##vso[task]", "##vso [task]"),
            ("\x1b[31mred", "␛[31mred"),
            ("a\nb\tc\rd", "a⏎b c␍d"),
            ("abc\u202edef", "abc⟨U+202E⟩def"),
            ("\ufeffzero\u200bwidth", "⟨U+FEFF⟩zero⟨U+200B⟩width"),
            ("\U000e0041", "⟨U+E0041⟩"),
            ("\x9b31m", "⟨U+009B⟩31m"),
            ("\ufffe\U0010ffff", "⟨U+FFFE⟩⟨U+10FFFF⟩"),
            ("می\u200cخواهم", "می\u200cخواهم"),
            ("a: b, 10:30, # x", "a: b, 10:30, # x"),
        ],
    )
    def test_it_takes_the_power_away(self, hostile, harmless):
        assert neutral(hostile) == harmless

    @given(st.text(alphabet=st.sampled_from("a:#[vso]\n\x1b\u202e\u200b ü")))
    def test_nothing_dangerous_is_left_and_a_second_time_changes_nothing(self, text):
        shown = neutral(text)

        assert not any(bad in shown for bad in ("::", "##[", "##vso[", "\n", "\x1b", "\u202e", "\u200b"))
        assert neutral(shown) == shown

    def test_evidence_keeps_its_place_in_a_changed_excerpt(self):
        text = "\x1b\n::Monday::"
        row = find(documents(text), spans(at(text, "Monday", "dates.wrong_weekday")), CHECKS).row(0, named=True)

        assert row["excerpt"] == "␛⏎: :Monday: :"
        assert row["excerpt"][row["hit_start"] : row["hit_end"]] == "Monday"


class TestMasking:
    @given(
        st.text(min_size=1, max_size=60),
        st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=6),
        st.integers(0, 60),
        st.integers(1, 60),
    )
    def test_no_private_character_reaches_an_excerpt(self, text, stretches, start, length):
        marked = list(text.replace("P", "q"))
        found = []
        for first, size in stretches:
            last = min(first + size, len(text))
            if first < last:
                found.append((first, last, "pii.x"))
                marked[first:last] = "P" * (last - first)
        whole, start = "".join(marked), min(start, len(text) - 1)
        private = Private.of(found)
        pieces = "".join(excerpt(whole, start, min(start + length, len(text)), private)).replace("[X]", "")

        assert "P" not in pieces
        assert "P" not in masked(whole, start, len(whole), private).replace("[X]", "")

    def test_overlapping_stretches_become_one_named_by_the_longest(self):
        private = Private.of([(2, 6, "pii.email"), (4, 20, "pii.url_credentials")])

        assert masked("ab" + "P" * 18 + "cd", 0, 22, private) == "ab[URL_CREDENTIALS]cd"


class TestOrdered:
    def test_errors_come_first_then_fingerprints(self):
        text = "mail Monday"
        rows = spans(
            at(text, "mail", "pii.email"),
            at(text, "mail", "pii.secret"),
            at(text, "Monday", "dates.wrong_weekday"),
        )
        docs = documents(text)
        found = ordered(find(docs, rows, CHECKS))

        assert found["severity"].to_list() == ["error", "error", "warning"]
        assert found["fingerprint"][:2].is_sorted()

    def test_a_failed_check_and_repeated_ids_are_errors(self):
        docs = documents("a", "b")
        found = own(scan(docs, failures=[(1, "dates", "ValueError at dates.py:3")], repeated={"d": 3, SECRET: 2}))

        assert set(found["severity"]) == {"error"}
        by_name = {row["name"]: row for row in found.to_dicts()}
        assert by_name["corpusqa.check_failed"]["document"] == "d1"
        assert "dates failed on this document: ValueError at dates.py:3" in by_name["corpusqa.check_failed"]["message"]
        assert by_name["corpusqa.duplicate_id"]["message"].startswith("2 ids of the source occur more than once")
        assert SECRET not in str(found.to_dicts())


class TestCompare:
    def pair(self, *texts: str, evidence: list[dict[str, object]] | None = None, private: list[tuple] = ()) -> list:
        pairs = pl.DataFrame([("c.near", 0, 1, 0.9, evidence)], schema=EDGES, orient="row")
        return compare(pairs, documents(*texts), spans(*private), CHECKS).item(0, "pieces").to_list()

    def test_a_pair_is_shown_where_its_texts_begin_to_differ(self):
        same = "the same words " * 100
        [piece] = self.pair(same + "and then one thing", same + "and then another")

        assert piece["a"].endswith("then one thing")
        assert piece["b"].endswith("then another")
        assert len(piece["a"]) < 300

    def test_equal_texts_have_no_piece(self):
        assert self.pair("a b c", "a b c") == []

    def test_aligned_passages_are_shown_where_there_are_some(self):
        evidence = [
            {"a_start": 6, "a_end": 9, "b_start": 0, "b_end": 4, "score": 0.5},
            {"a_start": 0, "a_end": 5, "b_start": 5, "b_end": 9, "score": 0.75},
        ]

        assert self.pair("first two", "zwei eins", evidence=evidence) == [
            {"a": "first", "b": "eins", "score": 0.75},
            {"a": "two", "b": "zwei", "score": 0.5},
        ]

    def test_private_values_are_masked_on_both_sides(self):
        one, two = f"write to {SECRET} soon", f"write to {SECRET} later"
        rows = [at(one, SECRET, "pii.email", 0), at(two, SECRET, "pii.email", 1)]
        [piece] = self.pair(one, two, private=rows)

        assert (piece["a"], piece["b"]) == ("write to [EMAIL] soon", "write to [EMAIL] later")


class TestAnnotate:
    def test_stretches_bear_their_labels_and_what_cleaning_does(self):
        text = "Menu\nmail jane.roe@example.org now"
        rows = [(0, 0, 5, "dates.seen"), at(text, SECRET, "pii.email"), at(text, SECRET[3:9], "dates.seen")]
        record = pl.DataFrame(
            {
                "doc": [0, 0],
                "start": [0, 10],
                "end": [5, 30],
                "action": ["cut", "mask"],
                "replacement": [None, "<EMAIL_1>"],
            },
        )
        [segments] = annotate(documents(text), spans(*rows), record, CHECKS)["segments"].to_list()

        assert segments == [
            {"text": "Menu\n", "labels": ["dates.seen"], "action": "cut", "after": ""},
            {"text": "mail ", "labels": [], "action": None, "after": None},
            {"text": "[EMAIL]", "labels": ["dates.seen", "pii.email"], "action": "mask", "after": "<EMAIL_1>"},
            {"text": " now", "labels": [], "action": None, "after": None},
        ]

    def test_a_long_document_is_shown_from_its_beginning(self):
        no_edits = pl.DataFrame(schema=RECORD)
        text = "word " * 10_000
        row = annotate(documents(text), spans((0, 3990, 4010, "pii.email")), no_edits, CHECKS).row(0, named=True)

        assert (row["shown"], row["characters"]) == (4000, 50_000)
        assert [segment["text"] for segment in row["segments"]][-1] == "[EMAIL]"


def test_a_counterpart_is_called_by_its_id_or_by_its_row_where_that_is_private() -> None:
    private = [False, True, False]
    documents = pl.DataFrame({"doc": [0, 1, 2], "id": ["a", "b@example.org", "c"], "number": [7, 8, 9]})
    documents = documents.with_columns(id_private=pl.Series(private))
    edges = pl.DataFrame({"half": "copies.same", "a": [0, 1], "b": [1, 2], "similarity": [0.9, 0.95]})
    clusters = pl.DataFrame({"half": "copies.same", "cluster": "a", "doc": [0, 1, 2]})
    reasons = member_spans("copies.same", edges, clusters, documents)["why"].to_list()

    assert reasons[:2] == ["similarity 0.9 to row:8", "similarity 0.95 to c"]
    assert reasons[2].startswith("similarity 0.95 to row:8; ")
