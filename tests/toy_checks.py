"""Small checks for the tests of engine, views and contract: one of every kind of half."""

from __future__ import annotations

import hashlib

import polars as pl

from corpusqa.check import Batch, Check, Derive, Frame, Groups, Label, Links, Measured, Signal


def shouting(*, min_letters: int = 20) -> Check:
    """Documents written in capitals."""
    letters, capitals = pl.col("text").str.count_matches(r"\p{L}"), pl.col("text").str.count_matches(r"\p{Lu}")
    share = pl.when(letters >= min_letters).then(capitals / letters)
    return Check({"share": Signal(pl.Float64, "share of letters that are capitals", share)})


def frame_lines() -> Check:
    """Lines that begin with a hash sign are no main text."""

    def measure(batch: Batch) -> Measured:
        lines = batch.lines.filter(pl.col("text").str.starts_with("#"))
        counts = lines.group_by("row").len("n").with_columns(pl.col("n").cast(pl.Int64))
        rows = pl.DataFrame({"row": pl.int_range(batch.height, eager=True)}).join(counts, on="row", how="left")
        return Measured(
            rows.sort("row").select(pl.col("n").fill_null(0)), lines.select("row", "start", "end", label=pl.lit("nav"))
        )

    return Check({"n": Signal(pl.Int64, "such lines")}, {"nav": Label("such a line", line=True, main=False)}, measure)


def copies() -> Check:
    """Equal main text, the number of equally long texts, and which of them are long."""
    halves = {"same": Links(_keys, _verify), "peers": Groups(_lengths, _peers), "long": Derive(_long, ["copies.peers"])}
    signals = {
        "same": Signal(pl.String, "cluster of equal main texts"),
        "peers": Signal(pl.Int64, "documents of the same length, itself included"),
        "long": Signal(pl.Boolean, "more than one peer"),
    }
    return Check(signals, {"same": Label("equal main text", "warning")}, None, halves)


def _folded(batch: Batch) -> pl.Series:
    return batch.main.text.str.strip_chars().str.to_lowercase()


def _keys(batch: Batch) -> Frame:
    digests = [hashlib.blake2b(text.encode(), digest_size=8).digest() for text in _folded(batch)]
    keys = [int.from_bytes(digest, "little", signed=True) for digest in digests]
    return pl.DataFrame({"row": range(batch.height), "key": keys}, schema={"row": pl.Int64, "key": pl.Int64})


def _verify(batch: Batch, pairs: Frame) -> Frame:
    text = _folded(batch)
    same = text.gather(pairs["a"]) == text.gather(pairs["b"])
    return pairs.with_columns(similarity=same.cast(pl.Float64)).filter(pl.col("similarity") == 1)


def _lengths(batch: Batch) -> Frame:
    return pl.DataFrame(
        {"row": pl.int_range(batch.height, eager=True), "key": batch.text.str.len_bytes().cast(pl.Int64)}
    )


def _peers(rows: Frame) -> Frame:
    return rows.select("doc", peers=pl.len().over("key").cast(pl.Int64))


def _long(frame: Frame) -> Frame:
    return frame.select("doc", long=pl.col("copies.peers") > 1)


def failing() -> Check:
    """Fails on every document that says boom."""

    def measure(batch: Batch) -> Measured:
        if batch.text.str.contains("boom").any():
            raise ValueError(f"cannot: {batch.text[0]}")
        return Measured(pl.DataFrame({"chars": batch.text.str.len_chars().cast(pl.Int64)}))

    return Check({"chars": Signal(pl.Int64, "characters")}, {}, measure)


def reads_main() -> Check:
    """The main text, and a label that would blank it: a circle."""

    def measure(batch: Batch) -> Measured:
        return Measured(pl.DataFrame({"main": batch.main.text}))

    return Check({"main": Signal(pl.String, "main text")}, {"x": Label("blanks", main=False)}, measure)


def killer() -> Check:
    """Kills the process that reads a certain document."""

    def measure(batch: Batch) -> Measured:
        if batch.text.str.contains("kill me").any():
            import os
            import signal

            os.kill(os.getpid(), signal.SIGKILL)
        return Measured(pl.DataFrame({"n": pl.repeat(1, batch.height, dtype=pl.Int64, eager=True)}))

    return Check({"n": Signal(pl.Int64, "one")}, {}, measure)
