"""Every engine gives the same bytes: a suite that a new engine joins by adding itself to ENGINES."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from corpusqa.corpus import Corpus, open_corpus
from corpusqa.engines import Engine
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.engines.memory import Memory
from corpusqa.engines.parts import write_tables
from corpusqa.errors import EmptyCorpus, WorkerDied
from corpusqa.plugins import Plugin, find, load
from corpusqa.scan.model import Scan
from corpusqa.scan.run import scan
from tests.files import TOYS

ENGINES: dict[str, Callable[[], Engine]] = {
    "serial": lambda: LocalEngine(1),
    "two workers": lambda: LocalEngine(2),
    "four workers": lambda: LocalEngine(4),
}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    made = ENGINES[request.param]()
    yield made
    made.close()


def plugins(*names: str) -> list[Plugin]:
    found = find([TOYS])
    return [load(found[name]) for name in names or ("copies", "frame_lines", "shouting")]


def documents(count: int = 400, seed: int = 3) -> list[dict[str, str]]:
    """Documents with copies, a hot key (a text in every fifth row), empty and odd texts."""
    rng = random.Random(seed)
    words = ["tide", "HARBOUR", "æther", "漢字", "😀", "lamp", "ROPE", "salt", "wind", "# menu\n"]
    rows = []
    for n in range(count):
        text = "the same every time" if n % 5 == 0 else " ".join(rng.choices(words, k=rng.randint(0, 30)))
        rows.append({"id": f"d{n:04d}", "text": text, "source": rng.choice("abc")})
    return rows + [{**row, "id": f"{row['id']}-copy"} for row in rows[1:40]]


def corpus(folder: Path, rows: list[dict[str, str]], unit_rows: int) -> Corpus:
    """A corpus of about one unit per `unit_rows` rows."""
    path = folder / "corpus.parquet"
    schema = {"id": pl.String, "text": pl.String, "source": pl.String}
    pl.DataFrame(rows, schema=schema).write_parquet(path, row_group_size=unit_rows)
    with pq.ParquetFile(path) as file:
        sizes = [file.metadata.row_group(group).total_byte_size for group in range(file.num_row_groups)]
    return open_corpus(path, unit_bytes=2 * max(sizes, default=1))


def test_the_corpora_of_this_suite_have_several_units(tmp_path: Path) -> None:
    assert len(corpus(tmp_path, documents(), 100).units) > 2
    assert len(corpus(tmp_path, documents(40), 10).units) > 2


def digests(scanned: Scan) -> dict[str, list[tuple[object, ...]]]:
    """The rows of a scan that must not depend on how the work was cut, sorted by public id."""
    independent = scanned.documents.drop("number", "unit", "row", "line", "file")
    spans = scanned.spans.drop("why")  # reasons name rows, which an other input order numbers otherwise
    frames = {"documents": independent, "signals": scanned.signals, "spans": spans, "edges": scanned.edges}
    return {name: sorted(frame.rows(), key=repr) for name, frame in {**frames, "clusters": scanned.clusters}.items()}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scan, dict[str, str]]:
    folder = tmp_path_factory.mktemp("reference")
    flow = Flow(LocalEngine(1), folder / "work", memory=Memory(bucket=2000))
    found, _ = scan(corpus(folder, documents(), 100), plugins(), flow)
    return found, manifests(flow)


def manifests(flow: Flow) -> dict[str, str]:
    import json

    from corpusqa.engines.parts import MANIFEST, Stage, read_stage

    stages: dict[str, str] = {}
    for path in sorted(flow.work.glob(f"*/{MANIFEST}")):
        said = json.loads(path.read_text())
        stage = read_stage(path.parent, said["fingerprint"])
        assert isinstance(stage, Stage)
        # CPU seconds are stored with a scan for people; they are the only part of it that may differ
        kept = [p for p in stage.parts if p.table != "meta"]
        stages[path.parent.name] = Stage(stage.folder, "", tuple(kept)).digest
    return stages


def test_the_same_manifests_for_any_engine_and_worker_count(
    engine: Engine, tmp_path: Path, reference: tuple[Scan, dict[str, str]]
) -> None:
    flow = Flow(engine, tmp_path / "work", memory=Memory(bucket=2000))
    scan(corpus(tmp_path, documents(), 100), plugins(), flow)

    assert manifests(flow) == reference[1]


@pytest.mark.parametrize(("unit_rows", "bucket_bytes"), [(7, 500), (1000, 1 << 30), (50, 1200)])
def test_the_same_rows_for_any_unit_size_and_bucket_count(
    unit_rows: int, bucket_bytes: int, tmp_path: Path, reference: tuple[Scan, dict[str, str]]
) -> None:
    flow = Flow(LocalEngine(1), tmp_path / "work", memory=Memory(bucket=bucket_bytes))
    found, _ = scan(corpus(tmp_path, documents(), unit_rows), plugins(), flow)

    assert digests(found) == digests(reference[0])


def test_the_same_rows_for_permuted_input(tmp_path: Path, reference: tuple[Scan, dict[str, str]]) -> None:
    rows = documents()
    random.Random(5).shuffle(rows)
    found, _ = scan(corpus(tmp_path, rows, 64), plugins(), Flow(LocalEngine(1), tmp_path / "work"))

    assert digests(found) == digests(reference[0])


def test_a_second_run_gives_what_a_first_one_gives(engine: Engine, tmp_path: Path) -> None:
    flow = Flow(engine, tmp_path / "work", memory=Memory(bucket=2000))
    scan(corpus(tmp_path, documents(), 100), plugins(), flow)
    rows = [row for n, row in enumerate(documents()) if n % 50 != 7]
    rows[3]["text"] = rows[20]["text"] = "another text, twice"
    again, _ = scan(corpus(tmp_path, rows, 100), plugins(), flow)
    fresh, _ = scan(corpus(tmp_path, rows, 100), plugins(), Flow(LocalEngine(1), tmp_path / "fresh"))

    assert digests(again) == digests(fresh)


def test_every_copy_is_found_and_one_hot_key_is_one_cluster(reference: tuple[Scan, dict[str, str]]) -> None:
    found = reference[0]
    texts = {row["id"]: row["text"] for row in documents()}
    hot = {name for name, text in texts.items() if text == "the same every time"}
    sizes = found.clusters.join(found.documents.select("doc", "id"), on="doc").group_by("cluster").agg("id")
    members = {row["cluster"]: set(row["id"]) for row in sizes.iter_rows(named=True)}

    assert members["d0000"] == hot
    assert found.frame.filter(pl.col("id") == "d0001")["copies.same"].item() is not None
    assert not found.capped  # copies are compared with the first of them


def test_a_finished_stage_is_not_run_again(tmp_path: Path) -> None:
    ticks: list[str] = []
    source = corpus(tmp_path, documents(60), 10)
    work = tmp_path / "work"
    first, _ = scan(source, plugins(), Flow(LocalEngine(1), work, lambda stage, _done, _all: ticks.append(stage)))
    ran = len(ticks)
    second, _ = scan(source, plugins(), Flow(LocalEngine(1), work, lambda stage, _done, _all: ticks.append(stage)))

    assert ran > 0
    assert len(ticks) == ran
    assert second.signals.equals(first.signals)


def test_changed_input_is_never_served_from_the_work_folder(tmp_path: Path) -> None:
    flow = Flow(LocalEngine(1), tmp_path / "work")
    scan(corpus(tmp_path, documents(60), 10), plugins(), flow)
    changed = documents(60)
    changed[3]["text"] = "ALL OF THIS IS NOW WRITTEN IN CAPITALS"
    found, _ = scan(corpus(tmp_path, changed, 10), plugins(), flow)

    assert found.frame.filter(pl.col("id") == "d0003")["shouting.share"].item() == 1.0


def test_an_empty_corpus_says_so(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(EmptyCorpus):
        scan(corpus(tmp_path, [], 10), plugins(), Flow(engine, tmp_path / "work"))


def test_a_killed_worker_is_named_and_costs_no_finished_unit(tmp_path: Path) -> None:
    rows = documents(40)
    rows[25]["text"] = "please kill me"
    engine = LocalEngine(2)
    flow = Flow(engine, tmp_path / "work")
    with pytest.raises(WorkerDied, match=r"corpus\.parquet"):
        scan(corpus(tmp_path, rows, 10), plugins("killer"), flow)
    engine.close()

    assert not (tmp_path / "work" / "measure" / "manifest.json").exists()


def test_a_failing_document_costs_only_itself(tmp_path: Path) -> None:
    rows = documents(30)
    rows[7]["text"] = "boom, my secret text"
    found, _ = scan(corpus(tmp_path, rows, 30), plugins("failing"), Flow(LocalEngine(1), tmp_path / "work"))
    struck = found.documents.join(found.failures, on="doc").select("id", "check", "why").rows()

    assert [row[:2] for row in struck] == [("d0007", "failing")]
    assert all(why.startswith("ValueError at toy_checks.py:") for *_, why in struck)
    assert found.frame["failing.chars"].null_count() == 1


def test_a_second_process_waits_for_the_work_folder(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.engines.memory import Memory
Flow(LocalEngine(1), Path(sys.argv[1]), say=lambda line: print(line, flush=True))
print("alone", flush=True)
"""
    first = Flow(LocalEngine(1), tmp_path / "work")
    Flow(LocalEngine(1), tmp_path / "work")  # runs of one process share it
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "work")], stdout=subprocess.PIPE, text=True
    ) as second:
        assert second.stdout is not None
        assert second.stdout.readline() == f"waiting for another run that works in {tmp_path / 'work'}\n"
        del first
        assert second.stdout.readline() == "alone\n"


def test_a_full_disk_is_an_error_of_the_system_with_its_file(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="File too large") as caught:
            write_tables(tmp_path, 0, {"numbers": pl.select(n=pl.int_range(10_000).shuffle(1))})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(caught.value.filename).startswith(str(tmp_path))
