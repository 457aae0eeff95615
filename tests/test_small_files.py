"""Many small files share a unit, whatever each of them holds, and give the rows that they give alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusqa.corpus import Corpus, open_corpus
from corpusqa.readers import Unit


def write_json(path: Path, number: int) -> None:
    row = json.dumps({"id": f"d{number}", "text": f"number {number}"})
    forms = [
        row,
        f"[{row}, {row}]",
        f"{row}\n{row}\n",
        f"{row}\n{{broken\n",
        f"[{row}, {{",
        "",
        "[]",
        "\ufeff" + row,
        "7",
    ]
    path.with_suffix(".json").write_text(forms[number % len(forms)])


def table(number: int) -> pa.Table:
    """Of three types, some without rows."""
    kind = [pa.int64(), pa.string(), pa.float64()][number // 4 % 3]
    rows = pa.table({"text": [f"number {number}"], "n": pa.array([number]).cast(kind)})
    return rows.slice(0, int(number % 3 != 1))


def write_parquet(path: Path, number: int) -> None:
    pq.write_table(table(number), path.with_suffix(".parquet"))


def write_arrow(path: Path, number: int) -> None:
    with pa.ipc.new_file(path.with_suffix(".arrow"), table(number).schema) as writer:
        writer.write(table(number))


WRITERS: dict[Callable[[Path, int], None], int] = {write_json: 1, write_parquet: 9, write_arrow: 9}


def documents(corpus: Corpus) -> list[tuple[object, ...]]:
    rows = [corpus.read(unit, full=True) for unit in corpus.units]
    assert sum(one.count for one in rows) == sum(one.documents.height + one.unreadable.height for one in rows)
    return [row for one in rows for row in one.documents.select("id", "text", "file", "line", "digest").rows()] + [
        row for one in rows for row in one.unreadable.select("file", "line", "offset", "reason", "rest").rows()
    ]


@pytest.mark.parametrize(("writer", "units"), WRITERS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_small_files_share_units(tmp_path: Path, writer: Callable[[Path, int], None], units: int) -> None:
    for number in range(36):
        writer(tmp_path / f"{number:02}", number)
    together = open_corpus(tmp_path)
    paths = [path for unit in together.units for path in unit.files]
    apart = replace(together, units=tuple(Unit(i, (path,), 0, -1, 0) for i, path in enumerate(paths)))
    assert len(together.units) <= units < len(apart.units)
    assert sorted(map(repr, documents(together))) == sorted(map(repr, documents(apart)))
    assert documents(together)
    assert sum(map(len, (unit.files for unit in together.units))) >= 24


def test_a_header_that_is_no_text_is_that_of_its_file_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,te\xffxt\n1,one\n")
    (tmp_path / "b.csv").write_bytes(b"id,text\n2,two\n")
    corpus = open_corpus(tmp_path)
    (rows,) = (corpus.read(unit, full=True) for unit in corpus.units)
    assert rows.documents["text"].to_list() == ["two"]
    assert rows.unreadable.select("file", "rest").rows() == [("a.csv", True)]
