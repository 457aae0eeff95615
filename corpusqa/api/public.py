"""The Python API: the same run as the command line, on a path or on a dataset in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from corpusqa.api.account import account
from corpusqa.api.model import Account, Settings
from corpusqa.config import Config, InputOptions, load_config, overridden
from corpusqa.corpus import open_corpus, remove_spool, to_dataset
from corpusqa.engines.memory import bytes_of
from corpusqa.errors import UsageError, near_misses
from corpusqa.release.manifest import MANIFEST, read_manifest, verify_files
from corpusqa.scratch import scratch

if TYPE_CHECKING:
    from datasets import Dataset

Source = Any  # a path, or a Dataset, DatasetDict or IterableDataset


@dataclass(frozen=True, repr=False)
class Report:
    """What was found in a corpus; it shows itself in a notebook.

    Attributes:
        account: Everything that the report is drawn from.
    """

    account: Account

    @property
    def data(self) -> dict[str, Any]:
        """report.json as a mapping."""
        return self.account.report

    @property
    def signals(self) -> pl.DataFrame:
        """One row per document: its fields and every signal as `<check>.<signal>`."""
        return self.account.scan.frame

    @property
    def spans(self) -> pl.DataFrame:
        """Every span: `id`, `start`, `end` (code points), `label`, `score`, `why`."""
        return self._by_id(self.account.scan.spans)

    @property
    def findings(self) -> pl.DataFrame:
        """Every finding with its masked excerpt."""
        return self.account.findings

    @property
    def verdicts(self) -> pl.DataFrame:
        """One row per document: `id`, `verdict`, `reason` and all `rules` that fired."""
        return self.account.verdict_table

    @cached_property
    def html(self) -> str:
        """The report as one self-contained page."""
        from corpusqa.reporting.html import render

        return render(self.data)

    def __repr__(self) -> str:
        """The ledger alone: the frames hold ids and URLs as the source has them, which no log should show."""
        ledger = ", ".join(f"{name}={count}" for name, count in asdict(self.account.ledger).items())
        return f"<corpusqa.Report {ledger}>"

    def _repr_html_(self) -> str:
        import html

        page = html.escape(self.html, quote=True)
        return f'<iframe srcdoc="{page}" width="100%" height="800" sandbox="allow-scripts"></iframe>'

    def _by_id(self, frame: pl.DataFrame) -> pl.DataFrame:
        ids = self.account.scan.documents.select("doc", "id")
        return frame.join(ids, on="doc", how="left", maintain_order="left").select("id", pl.exclude("doc", "id"))


def load(source: Source, /, **columns: Any) -> Dataset:
    """Read a corpus into a Hugging Face dataset with explicit features.

    Args:
        source: A path to a folder or file.
        columns: Which columns hold what, as in `[input]`: `text` (a name, a list of them, or roles and names), `id`,
            `url`, `source`, `published`, `collected`, `language`, `split`.

    Raises:
        UsageError: there is no such field.
        SourceError: the path is missing, holds several formats or has no text column.
        EmptyCorpus: no document could be read.
        CannotEvaluate: the path is a release, and its data are not as it was written.
    """
    config = _configured(None, columns)
    if isinstance(source, str | Path) and (Path(source) / MANIFEST).is_file():
        files = read_manifest(Path(source))["files"]
        verify_files(Path(source), [file for file in files if file["path"].startswith("data/")])
    with scratch("corpusqa-run-") as work:
        return to_dataset(open_corpus(source, config.input, work=work))


def report(
    source: Source,
    /,
    *,
    config: str | Path | None = None,
    checks: Sequence[str] | None = None,
    policy: str | None = None,
    work: str | Path | None = None,
    workers: int | None = None,
    memory: str | int | None = None,
    sample: int | None = None,
    against: Source | None = None,
    **columns: Any,
) -> Report:
    """Measure a corpus.

    Args:
        source: A path, or a `datasets.Dataset`.
        config: A configuration file; by default the nearest corpusqa.toml.
        checks: Names of the checks to run; by default all.
        policy: `none`, `safe` or `web`, instead of the configured policy.
        work: Folder of work files to keep and reuse; by default a temporary one.
        workers: Worker processes.
        memory: What the run may take, such as `"2GB"`, or bytes.
        sample: Rows to look at, drawn by the hash of their ids; by default all.
        against: A reference, such as an evaluation set, whose items are looked for in the documents.
        columns: Which columns hold what, as in `load`.

    Raises:
        UsageError: source, configuration, rules or options are wrong.
        CannotEvaluate: nothing can be said.
    """
    chosen = _chosen(config, columns, checks, policy)
    with _settings(work, workers, memory, sample) as settings:
        return Report(_kept(account(source, chosen, settings, against)))


def clean(
    source: Source,
    /,
    policy: str | None = None,
    *,
    config: str | Path | None = None,
    checks: Sequence[str] | None = None,
    work: str | Path | None = None,
    workers: int | None = None,
    memory: str | int | None = None,
    against: Source | None = None,
    **columns: Any,
) -> Dataset:
    """The documents that the policy keeps, cut and masked, in memory; of several splits a `DatasetDict`.

    Arguments and errors are those of `report`.
    """
    import datasets

    from corpusqa.api.outputs import Target, write_clean

    chosen = _chosen(config, columns, checks, policy)
    with _settings(work, workers, memory) as settings, scratch("corpusqa-run-") as folder:
        found = account(source, chosen, settings, against)
        try:
            write_clean(found, Target(out=folder / "out"))
        finally:
            found.flow.close()
            remove_spool(found.corpus)
        # as a release is read anywhere: features are those of its card
        loaded = datasets.load_dataset(str(folder / "out"), cache_dir=str(folder / "cache"), keep_in_memory=True)
        return loaded if len(loaded) > 1 else loaded[next(iter(loaded))]


def _chosen(
    path: str | Path | None, columns: Mapping[str, Any], checks: Sequence[str] | None, policy: str | None
) -> Config:
    config = _configured(path, columns)
    return overridden(config, select=tuple(checks) if checks else None, ignore=None, policy=policy)


def _configured(path: str | Path | None, columns: Mapping[str, Any]) -> Config:
    known = [field.name for field in fields(InputOptions)]
    for name, column in columns.items():
        if name not in known:
            near = near_misses(name, known)
            raise UsageError(f"{name!r} is no argument and no field of a row{near} (fields: {', '.join(known)})")
        if name != "text" and not isinstance(column, str):
            raise UsageError(f"{name} = {column!r}: the name of a column")
    config = load_config(Path(path) if path is not None else None, Path.cwd())
    return replace(config, input=replace(config.input, **columns)) if columns else config


@contextmanager
def _settings(
    work: str | Path | None, workers: int | None, memory: str | int | None, sample: int | None = None
) -> Iterator[Settings]:
    """How to run; a work folder that nobody named goes at the end."""
    for name, value in (("workers", workers), ("sample", sample)):
        if value is not None and value < 1:
            raise UsageError(f"{name} = {value}: at least 1")
    try:
        limit = None if memory is None else bytes_of(str(memory))
    except ValueError:
        raise UsageError(f"memory = {memory!r} is not a size such as '2GB' or '1500MB'") from None
    with nullcontext(Path(work)) if work is not None else scratch("corpusqa-run-") as folder:
        yield Settings(folder, workers, memory=limit, sample=sample)


def _kept(found: Account) -> Account:
    """With everything in memory, for as long as the caller likes: the work files go, or become those of another run."""
    try:
        found = replace(found, scan=found.scan.in_memory())
        _ = found.report, found.findings
    finally:
        found.flow.close()
        remove_spool(found.corpus)
    return found
