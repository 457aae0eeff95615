"""Checks for the tests of findings and reports: small, and no concern of anyone who changes a real one."""

from __future__ import annotations

import hashlib

import polars as pl

from corpusqa.check import Batch, Check, Derive, Frame, Label, Links, Measured, Signal


def contacts() -> Check:
    """Addresses and keys.

    A model repeats what it has read; an address in the training text is an address in its answers.
    """
    labels = {
        "email": Label("an e-mail address", "warning", private=True),
        "key": Label("a secret key", "error", private=True),
    }

    def measure(batch: Batch) -> Measured:
        spans = [_spans(batch, r"(?<![\w.])[\w.]++@[\w.]+\w", "email"), _spans(batch, r"KEY-\w+", "key")]
        return Measured(pl.DataFrame(), pl.concat(spans))

    return Check({}, labels, measure, suggest={"mask": ["contacts.*"]})


def odd() -> Check:
    """Odd words, notes, and a failure on every document that says boom."""
    labels = {
        "word": Label("an odd word", "error"),
        "note": Label("a document that is a note", "info"),
        "menu": Label("a line of a menu", line=True, main=False),
    }
    signals = {
        "words": Signal(pl.Int64, "words"),
        "capitals": Signal(pl.Float64, "share of letters that are capitals"),
        "kind": Signal(pl.String, "first word", optional=True),
        "long": Signal(pl.Boolean, "more than fifty words"),
    }

    def measure(batch: Batch) -> Measured:
        if batch.text.str.contains("boom").any():
            raise ValueError("boom")
        text = pl.col("text")
        letters = text.str.count_matches(r"\p{L}")
        words = text.str.count_matches(r"\S+").cast(pl.Int64)
        values = batch.frame.select(
            words=words,
            capitals=pl.when(letters > 0).then(text.str.count_matches(r"\p{Lu}") / letters),
            kind=text.str.extract(r"^(\w{1,12})\b"),
            long=words > 50,
        )
        notes = batch.text.str.starts_with("NOTE").arg_true()
        rows = pl.DataFrame({"row": notes, "start": None, "end": None, "label": "note"}, schema=_SPANS)
        lines = batch.lines.filter(pl.col("text").str.starts_with("# "))
        menus = lines.select("row", "start", "end", label=pl.lit("menu")).cast(_SPANS)
        return Measured(values, pl.concat([_spans(batch, "ODD", "word"), rows, menus]))

    return Check(signals, labels, measure)


def copies() -> Check:
    """Documents that begin alike: the same first twenty characters."""
    half = Links(_keys, _verify)
    return Check(
        {"same": Signal(pl.String, "cluster of documents that begin alike"), "alone": Signal(pl.Boolean, "no copy")},
        {"same": Label("a document that begins like another", "warning")},
        None,
        {"same": half, "alone": Derive(lambda frame: frame.select("doc", alone=pl.col("copies.same").is_null()))},
    )


_SPANS = {"row": pl.Int64, "start": pl.Int64, "end": pl.Int64, "label": pl.String}


def _spans(batch: Batch, pattern: str, label: str) -> Frame:
    import re

    rows = [(row, m.start(), m.end(), label) for row, text in enumerate(batch.text) for m in re.finditer(pattern, text)]
    return pl.DataFrame(rows, schema=_SPANS, orient="row")


def _keys(batch: Batch) -> Frame:
    keys = [
        int.from_bytes(hashlib.blake2b(text[:20].encode(), digest_size=8).digest(), "little", signed=True)
        for text in batch.text
    ]
    return pl.DataFrame({"row": range(batch.height), "key": keys}, schema={"row": pl.Int64, "key": pl.Int64})


def _verify(batch: Batch, pairs: Frame) -> Frame:
    lengths = batch.text.str.len_chars().cast(pl.Float64)
    a, b = lengths.gather(pairs["a"]), lengths.gather(pairs["b"])
    return pairs.with_columns(similarity=pl.select(pl.min_horizontal(a, b) / pl.max_horizontal(a, b)).to_series())
