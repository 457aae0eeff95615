"""What a killed run had staged goes with the next run; what a living one stages stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from corpusqa.corpus import open_corpus
from corpusqa.release.publish import staging
from corpusqa.scratch import staged

STAGING = """
import sys
from pathlib import Path
from corpusqa.scratch import staged
with staged(Path(sys.argv[1])) as (temporary, file):
    print(temporary, flush=True)
    sys.stdin.read()
"""


def test_only_files_of_dead_runs_are_removed(tmp_path: Path) -> None:
    path, other = tmp_path / "report.json", tmp_path / ".report.json.backup"
    other.write_text("of the user")
    command = [sys.executable, "-c", STAGING, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        left = Path(run.stdout.readline().strip())
        with staged(path) as (mine, file):
            assert left.exists()
            file.write(b"new")
            file.flush()
            mine.replace(path)
        assert left.exists()
        run.kill()
    assert left.exists()
    with staged(path) as (mine, _):
        assert set(tmp_path.iterdir()) == {path, other, mine}
    assert path.read_bytes() == b"new"


def test_the_next_run_removes_a_copy_that_a_killed_one_left_even_if_it_copies_nothing(tmp_path: Path) -> None:
    work, source = tmp_path / "work", tmp_path / "a.jsonl"
    source.write_text('{"text": "some words"}\n')
    spool = "import sys, pathlib; from corpusqa.corpus.locating import spool_folder as f"
    spool += "; print(f(pathlib.Path(sys.argv[1])), flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", spool, str(work)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout
        left = Path(run.stdout.readline().strip())
        open_corpus(source, work=work)
        assert left.exists()
        run.kill()
    open_corpus(source, work=work)
    assert not left.exists()


def test_what_a_killed_release_left_goes_and_what_only_looks_like_it_stays(tmp_path: Path) -> None:
    for name in ("01234567", "backup"):
        (tmp_path / f".out.corpusqa-{name}").mkdir()
        (tmp_path / f".out.corpusqa-{name}.lock").touch()
    with staging(tmp_path / "out") as mine:
        assert mine.is_dir()
    assert {path.name for path in tmp_path.iterdir()} == {".out.corpusqa-backup", ".out.corpusqa-backup.lock"}
