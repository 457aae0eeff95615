"""A sample is drawn by key, read where it lies, and never claims what it did not see."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusqa.cli import run
from corpusqa.corpus import Corpus, open_corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.gate.sampled import wilson
from corpusqa.readers import UNIT_BYTES
from corpusqa.scan.sampling import sampled
from tests.files import jsonl

ROWS = [{"id": f"d{n:03}", "text": f"text number {n}\nof many", "n": n} for n in range(300)]


def drawn(source: Path, work: Path, asked: int, unit_bytes: int = UNIT_BYTES) -> Corpus:
    return sampled(open_corpus(source, unit_bytes=unit_bytes), Flow(LocalEngine(1), work), asked)


def read(corpus: Corpus) -> pl.DataFrame:
    return pl.concat([corpus.read(unit, full=True).documents for unit in corpus.units])


def test_the_same_rows_for_any_order_unit_size_and_format(tmp_path: Path) -> None:
    shuffled = random.Random(1).sample(ROWS, len(ROWS))
    pl.DataFrame(shuffled).write_parquet(tmp_path / "c.parquet", row_group_size=40)
    first = read(drawn(jsonl(tmp_path / "a.jsonl", ROWS), tmp_path / "1", 30))
    others = [
        read(drawn(jsonl(tmp_path / "b.jsonl", shuffled), tmp_path / "2", 30, unit_bytes=900)),
        read(drawn(tmp_path / "c.parquet", tmp_path / "3", 30, unit_bytes=900)),
    ]
    assert first.height == 30
    for other in others:
        assert sorted(other["id"]) == sorted(first["id"])
        assert sorted(other["digest"]) == sorted(first["digest"])


def test_the_same_unreadable_rows_for_any_unit_size(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("id,text\n" + "".join(f"{n},text {n}\n" if n % 3 else f"{n}\n" for n in range(300)))
    lost = []
    for unit_bytes in (200, 900, UNIT_BYTES):
        corpus = drawn(source, tmp_path / str(unit_bytes), 60, unit_bytes)
        before, found = 0, []
        for block in map(corpus.read, corpus.units):
            found += [before + row for row in block.unreadable["row"]]
            before += block.count
        lost.append(found)
    assert 10 < len(lost[0]) < 60
    assert lost[0] == lost[1] == lost[2]


def test_a_smaller_sample_is_part_of_a_larger_one(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "a.jsonl", ROWS)
    small, large = (set(read(drawn(source, tmp_path / str(n), n))["id"]) for n in (20, 50))
    assert small < large


def test_rows_keep_their_lines_over_units_that_are_not_opened(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "a.jsonl", ROWS)
    work = ["--work", str(tmp_path / "w"), "-o", str(tmp_path / "out"), "-q", "--select", "text"]
    corpus = drawn(source, tmp_path / "1", 3, unit_bytes=900)
    assert corpus.sample is not None
    assert corpus.sample.rows is not None
    assert len(corpus.sample.rows) < len(corpus.units)
    assert run(["report", str(source), "--sample", "12", *work]) == 0
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert report["sample"]["of"] == 300
    assert report["ledger"]["read"] == 12


def test_rows_without_an_id_are_drawn_by_what_they_hold(tmp_path: Path) -> None:
    nameless = [{"text": row["text"]} for row in ROWS]
    first = read(drawn(jsonl(tmp_path / "a.jsonl", nameless), tmp_path / "1", 25))
    second = read(drawn(jsonl(tmp_path / "b.jsonl", nameless[::-1]), tmp_path / "2", 25))
    assert sorted(first["digest"]) == sorted(second["digest"])


def test_of_text_files_only_the_drawn_are_opened(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(40):
        (folder / f"{n}.txt").write_text(f"text {n}")
    corpus = drawn(folder, tmp_path / "w", 5)
    for path in folder.iterdir():
        if path.name not in {file.path for file in corpus.files}:
            path.unlink()
    assert read(corpus).height == 5
    assert corpus.sample is not None
    assert corpus.sample.of == 40


def test_broken_rows_are_drawn_as_others_are(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" if n % 2 else "{broken\n" for n, row in enumerate(ROWS)))
    corpus = drawn(source, tmp_path / "w", 100)
    rows = [corpus.read(unit, full=True) for unit in corpus.units]
    documents, unreadable = (sum(frame.height for frame in found) for found in zip(
        *((r.documents, r.unreadable) for r in rows), strict=True
    ))  # fmt: skip
    assert documents + unreadable == 100
    assert 30 < unreadable < 70


def test_a_sample_of_everything_is_no_sample(tmp_path: Path) -> None:
    corpus = drawn(jsonl(tmp_path / "a.jsonl", ROWS), tmp_path / "w", 1000)
    assert corpus.sample is None
    assert read(corpus).height == 300


@pytest.mark.parametrize(
    ("share", "count", "low", "high"), [(0.0, 100, 0.0, 0.0370), (0.5, 100, 0.4038, 0.5962), (1.0, 10, 0.7225, 1.0)]
)
def test_intervals_of_shares_are_those_of_wilson(share: float, count: int, low: float, high: float) -> None:
    assert wilson(share, count) == pytest.approx((low, high), abs=5e-5)


def gate(folder: Path, texts: list[str], limits: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    source = jsonl(folder / "a.jsonl", [{"id": f"d{n}", "text": text} for n, text in enumerate(texts)])
    (folder / "c.toml").write_text(f"[gate.limits]\n{limits}\n")
    options = [
        "--sample",
        "200",
        "--select",
        "pii,text",
        "--work",
        str(folder / "w"),
        "--config",
        str(folder / "c.toml"),
    ]
    return run(["gate", str(source), *options]), capsys.readouterr().out


def test_a_sampled_gate_never_claims_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = gate(tmp_path, ["plain text of no interest"] * 400, '"pii.email.count" = { error = 0 }', capsys)
    assert code == 3
    assert "which does not decide" in " ".join(said.split())
    assert "0 to" in said


def test_a_mean_of_equal_values_says_nothing_of_the_rows_that_were_not_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = gate(tmp_path, ["plain text of no interest"] * 400, '"pii.count.mean" = { error = 0 }', capsys)
    assert code == 3
    assert "a sample cannot tell" in " ".join(said.split())
    assert "of the sampled rows alone" in " ".join(said.split())  # checks that failed
    varied = [f"plain text of {'no ' * (n % 7)}interest" for n in range(400)]
    assert gate(tmp_path, varied, '"text.words.mean" = { error = 9 }', capsys)[0] == 0


def test_a_sampled_gate_decides_where_the_whole_interval_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = [f"write to someone{n}@mail{n}.de soon" if n % 2 else "plain text of no interest" for n in range(400)]
    assert gate(tmp_path, texts, '"pii.email.share" = { error = 0.9 }', capsys)[0] == 0
    assert gate(tmp_path, texts, '"pii.email.share" = { error = 0.1 }', capsys)[0] == 1
    assert gate(tmp_path, texts, '"pii.email.share" = { error = 0.5 }', capsys)[0] == 3
    assert gate(tmp_path, texts, '"duplication.exact.share" = { error = 0.5 }', capsys)[0] == 2


def test_a_sampled_gate_fails_where_a_file_ends_in_the_middle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = jsonl(tmp_path / "cut.jsonl", ROWS)
    source.write_bytes(source.read_bytes()[:-9])
    assert run(["gate", str(source), "--sample", "20", "--select", "text", "--work", str(tmp_path / "w")]) == 1
    (said,) = (line for line in capsys.readouterr().out.splitlines() if "corpusqa.cut_short.count" in line)
    assert said.startswith("error")


def test_work_files_hold_no_hash_of_an_id_that_could_be_found_by_trying(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "a.jsonl", ROWS)
    drawn(source, tmp_path / "w", 30)
    tried = {int.from_bytes(hashlib.sha256(str(row["id"]).encode()).digest()[:8], "big") >> 1 for row in ROWS}
    (kept,) = (tmp_path / "w").rglob("keys-*.parquet")
    hashes = pl.read_parquet(kept)["hash"]
    assert len(hashes) == 30
    assert not tried & set(hashes)


HALF: list[dict[str, object]] = [
    {"text": row["text"], "id": row["id"] if n % 2 else None} for n, row in enumerate(ROWS)
]


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    """The rows in the format that the name ends in, a missing id left out or, where that cannot be, null or empty."""
    frame = pl.DataFrame(rows, schema={"text": pl.String, "id": pl.String})
    some = [{key: value for key, value in row.items() if value is not None} for row in rows]
    if path.suffix == ".jsonl":
        return jsonl(path, some)
    if path.suffix == ".json":
        path.write_text(json.dumps(some))
    elif path.suffix == ".csv":
        frame.write_csv(path)
    elif path.suffix == ".parquet":
        frame.write_parquet(path, row_group_size=40)
    else:
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table, max_chunksize=40)
    return path


@pytest.mark.parametrize("ending", ["jsonl", "json", "csv", "parquet", "arrow"])
def test_where_some_ids_are_missing_the_same_rows_are_drawn_of_every_format(tmp_path: Path, ending: str) -> None:
    def key(row: dict[str, object]) -> str:
        text = f"4:texts{len(str(row['text']))}:{row['text']}"
        return str(row["id"] or hashlib.sha256(text.encode()).hexdigest()[:32])

    first = sorted(HALF, key=lambda row: hashlib.sha256(key(row).encode()).digest())[:60]
    expected = sorted(str(row["text"]) for row in first)
    shuffled = random.Random(1).sample(HALF, len(HALF))
    for name, rows, unit_bytes in (("a", HALF, UNIT_BYTES), ("b", HALF, 900), ("c", shuffled, 900)):
        source = written(tmp_path / f"{name}.{ending}", rows)
        assert sorted(read(drawn(source, tmp_path / name, 60, unit_bytes))["text"]) == expected


def test_rows_without_an_id_that_cannot_be_read_are_drawn_by_their_place(tmp_path: Path) -> None:
    raw = pa.array([f"{n}".encode() + b"\xff" * (n % 2) for n in range(100)])
    x = pa.Array.from_buffers(pa.string(), 100, raw.buffers())
    some = [f"d{n}" if n % 3 else None for n in range(100)]
    for name, ids in (("none", {}), ("some", {"id": some})):
        table = pa.table(
            {**ids, "text": [f"text {n}" for n in range(100)], "x": pa.StructArray.from_arrays([x], ["y"])}
        )
        pq.write_table(table, tmp_path / f"{name}.parquet", row_group_size=30)
        lost = []
        for unit_bytes in (100, UNIT_BYTES):
            corpus = drawn(tmp_path / f"{name}.parquet", tmp_path / f"{name}{unit_bytes}", 40, unit_bytes)
            before, found = 0, []
            for rows in (corpus.read(unit, full=True) for unit in corpus.units):
                found += [before + row for row in (*rows.documents["row"], *rows.unreadable["row"])]
                before += rows.count
            lost.append(sorted(found))
        assert lost[0] == lost[1]
        assert len(lost[0]) == 40
        assert 10 < sum(row % 2 for row in lost[0]) < 30
