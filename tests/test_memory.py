"""`--memory`: sizes and workers that fit, and the same rows whatever they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpusqa.cli import run
from corpusqa.engines import memory
from corpusqa.engines.memory import Memory, bytes_of, planned
from corpusqa.errors import UsageError
from tests.files import TOYS, jsonl


@pytest.mark.parametrize(
    ("text", "size"),
    [("2GB", 2 * 10**9), ("2GiB", 2 * 10**9), ("1500 MB", 1500 * 10**6), ("1.5g", 1500 * 10**6), ("123", 123)],
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert bytes_of(text) == size


@pytest.mark.parametrize("text", ["", "lots", "-1GB", "2XB", "2 GB of it"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}$"):
        bytes_of(text)


@pytest.mark.parametrize("limit", [1_000_000_000, 2_000_000_000, 4_000_000_000, 64_000_000_000])
@pytest.mark.parametrize("asked", [1, 2, 16])
@pytest.mark.parametrize("size", [0, 10**10])
def test_what_is_planned_fits(limit: int, asked: int, size: int) -> None:
    sizes, workers = planned(limit, asked, size)
    factors = (memory.UNIT_FACTOR, memory.BATCH_FACTOR, memory.BUCKET_FACTOR)
    most = max(size * factor for size, factor in zip((sizes.unit, sizes.batch, sizes.bucket), factors, strict=True))
    assert 1 <= workers <= asked
    assert sizes.batch == memory.BATCH_BYTES  # what stands together in a batch decides about retellings
    driver = memory.DRIVER_BYTES + (int(memory.DRIVER_SHARE * size) if limit > 1_000_000_000 else 0)
    assert driver + workers * (memory.PROCESS_BYTES + most) <= limit


def test_a_larger_source_leaves_less_for_workers() -> None:
    assert [planned(2 * 10**9, 2, size)[1] for size in (0, 10**10, 10**11)] == [2, 2, 1]


def test_without_a_limit_everything_is_at_its_fastest() -> None:
    assert planned(None, 7) == (Memory(), 7)


def test_too_little_for_any_run_is_said() -> None:
    with pytest.raises(UsageError, match="at least 1 GB"):
        planned(100_000_000, 2)


def test_a_limit_changes_no_byte_of_the_report(tmp_path: Path) -> None:
    rows = [{"id": n, "text": f"{'SAME' if n % 3 else n} of words"} for n in range(100)]
    jsonl(tmp_path / "c.jsonl", rows)
    (tmp_path / "c.toml").write_text(f'[checks]\nfiles = ["{TOYS}"]\n')
    found = []
    for name, more in (("free", []), ("bound", ["--memory", "1GB"])):
        places = [
            "--work",
            str(tmp_path / f"w-{name}"),
            "-o",
            str(tmp_path / name),
            "--config",
            str(tmp_path / "c.toml"),
        ]
        assert run(["report", str(tmp_path / "c.jsonl"), "--select", "copies,shouting", "-q", *places, *more]) == 0
        found.append((tmp_path / name / "report.json").read_bytes())
    assert found[0] == found[1]
