"""Files that a run leaves: the report folder and the release, each whole or not at all."""

from __future__ import annotations

import json
import os
import platform
import resource
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from corpusqa.api.again import judged_again
from corpusqa.api.declared import refuse_private
from corpusqa.api.made_from import made_from
from corpusqa.api.model import Account
from corpusqa.api.tables import write_parquet
from corpusqa.config import Config
from corpusqa.errors import UsageError
from corpusqa.plugins import Plugin, specs_of
from corpusqa.release import Recipe, Release, published, store_release, write_release
from corpusqa.release.manifest import MANIFEST
from corpusqa.release.publish import refuse_taken
from corpusqa.release.slices import slices
from corpusqa.release.sources import source_schema
from corpusqa.release.store import MARK, refuse_other
from corpusqa.reporting.plain import dumped
from corpusqa.scan.names import HELD, private_values, unspoken
from corpusqa.scratch import refuse_undecodable, staged

Content = bytes | Callable[[BinaryIO], None]
_PACKAGES = ("corpusqa", "polars", "pyarrow", "numpy", "pandera", "datasets")


def write_report(found: Account, folder: Path) -> None:
    """Write report.json, report.html, findings.parquet, verdicts.parquet and run.json into a folder.

    A disk that is full leaves the files of the run before: all are written before the first takes its place.

    Raises:
        UsageError: the folder is a file or not writable.
    """
    from corpusqa.reporting.html import render, too_large

    report = found.report
    page = render(report).encode()
    if warning := too_large(page):
        found.settings.say(warning)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{folder}: cannot be a folder for the report ({error.strerror}); choose another with -o"
        ) from None
    files: dict[str, Content] = {
        ".gitignore": b"*\n",
        "report.json": dumped(report),
        "report.html": page,
        "run.json": dumped(_run(found)),
        "findings.parquet": partial(write_parquet, found.listed.parts()),
        "verdicts.parquet": partial(write_parquet, found.verdict_parts()),
    }
    with ExitStack() as stack:
        ready = [
            (stack.enter_context(_staged(folder / name, content)), folder / name) for name, content in files.items()
        ]
        for temporary, path in ready:
            _exchange(temporary, path)


@dataclass(frozen=True)
class Target:
    """Where a release goes: a folder of its own, or the next version of a store.

    Attributes:
        out: The folder; None with a store.
        store: The store; None with a folder.
        replace: Exchange an existing folder.
        version: None for the version that follows from the changes, "date", or a number at least as high.
    """

    out: Path | None = None
    store: Path | None = None
    replace: bool = False
    version: str | None = None


def write_clean(found: Account, target: Target) -> Release:
    """Write the release; what was written is scanned once more before it is published.

    Raises:
        UsageError: the folder exists and holds something else, a rule would drop too much of a source, or the name of
            a column or what the card declares holds a private value.
        CannotEvaluate: nothing is left, or what was written does not read back.
    """
    from corpusqa.reporting.html import render

    _refuse_place(found.corpus.source, target)
    refuse_private(found)
    found.verdicts.refuse_alarms()
    recipe = Recipe(
        config=settled(found.config, found.plugins),
        mask_with=found.config.clean.mask_with,
        declared={**found.config.card, "sources": list(found.config.source)},
        report=found.report,
        files={"corpusqa/report.json": dumped(found.report), "corpusqa/report.html": render(found.report).encode()},
        also={"accepted": _accepting(found.config)},
        said=made_from(found),
    )
    specs = specs_of(found.plugins)
    second = partial(judged_again, found)
    parts = (found.corpus, found.scan, found.verdicts, specs, found.flow)
    with unspoken(found.plugins):
        if target.store is not None:
            return store_release(*parts, target.store, recipe, second=second, version=target.version)
        assert target.out is not None
        return write_release(*parts, target.out, recipe, second=second, replace=target.replace, version=target.version)


def _accepting(config: Config) -> str | None:
    """Digest of the file of accepted findings: the gate on what is written may find there what the first did not."""
    path = config.gate.baseline
    return None if path is None else sha256(Path(path).read_bytes()).hexdigest()


def planned(found: Account, target: Target) -> str:
    """What `write_clean` would write, for people; the same refusals.

    Raises:
        UsageError: the folder is or holds the source, a rule would drop too much of a source, or what the card declares
            holds a private value.
    """
    _refuse_place(found.corpus.source, target)
    refuse_private(found)
    found.verdicts.refuse_alarms()
    if found.scan.elsewhere.height:  # else no name can hold a private value
        with unspoken(found.plugins):
            source_schema(found.corpus, found.flow, specs_of(found.plugins))
    kept = published(found.corpus, found.scan, found.verdicts)
    files, _ = slices(kept)
    lines = [f"would write {kept.height:,} documents and list {found.scan.read - kept.height:,} in removed/"]
    lines += [f"  {file.path}  {file.rows:,} documents" for file in files]
    edits = found.verdicts.edits.group_by("action", "label").len().sort("action", "label")
    lines += [f"  {action} {label}: {count:,} spans" for action, label, count in edits.iter_rows()]
    out = target.out
    if out is not None and out.exists() and any(out.iterdir()):
        end = "would be exchanged" if target.replace else "is left alone if it is this release, and refused if not"
        lines.append(f"{out} exists: it {end}")
    return "\n".join(lines)


def refuse_target(source: object, target: Target) -> None:
    """Say before anything is read that a release cannot go where it should.

    Raises:
        UsageError: the place is or holds the source, lies in it, holds something else, or cannot be written to.
    """
    _refuse_place(source, target)
    if target.store is not None:
        refuse_other(target.store)
        _refuse_read_only(target.store / MARK)
    elif target.out is not None and not (target.out / MANIFEST).is_file():
        if not target.replace:
            refuse_taken(target.out)
        _refuse_read_only(target.out)


def refuse_table(source: object, table: Path) -> None:
    """Say before anything is read that a table of verdicts cannot go where it should.

    Raises:
        UsageError: the place is the source, lies in it, or is a folder.
    """
    there, place = table.resolve(), Path(str(source)).resolve()
    if there == place or (place.is_dir() and place in there.parents):
        raise UsageError(f"{table} is the source itself or lies inside it; choose another file for --verdicts-only")
    if there.is_dir():
        raise UsageError(f"{table} is a folder; --verdicts-only takes the name of a file")


def _refuse_read_only(place: Path) -> None:
    """Whatever becomes of a place, it is made in the folder that holds it."""
    folder = next(parent for parent in place.absolute().parents if parent.exists())
    if not os.access(folder, os.W_OK):
        raise UsageError(f"{place}: {folder} cannot be written to; choose another -o or --store")


def _refuse_place(source: object, target: Target) -> None:
    """A release that replaces the source would destroy it; one inside the source would be read as part of it.

    One below a path that is no text could not be written.
    """
    out = target.out or target.store
    if out is None:
        return
    refuse_undecodable(out, "-o or --store")
    if not Path(str(source)).exists():
        return
    there, place = out.resolve(), Path(str(source)).resolve()
    if there == place or there in place.parents:
        raise UsageError(f"{out} is or holds the source itself; choose another -o or --store")
    if place in there.parents:
        raise UsageError(
            f"{out} lies inside the source and would be read as part of it next time; choose another -o or --store"
        )


def settled(config: Config, plugins: Sequence[Plugin]) -> dict[str, Any]:
    """The configuration as plain values, without places and paths, which differ from machine to machine.

    It is published: of private values only those stay that `allow` and other options of checks declare.
    """
    values: dict[str, Any] = json.loads(json.dumps(asdict(config), default=str))
    kept: dict[str, Any] = _without(
        values, ("path", "place", "places", "notes", "files", "decisions", "baseline", "key_file")
    )
    own = {name: part for name, part in kept.items() if name not in ("checks", "card", "source")}
    private = frozenset(private_values(plugins, [pl.Series(list(_strings(own)), dtype=pl.String)]))
    hidden: dict[str, Any] = _hidden(own, private)
    return {**kept, **hidden}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def _hidden(value: Any, private: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {key: _hidden(inner, private) for key, inner in value.items()}
    if isinstance(value, list):
        return [_hidden(inner, private) for inner in value]
    return HELD if isinstance(value, str) and value in private else value


def _without(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {key: _without(inner, names) for key, inner in value.items() if key not in names}
    return [_without(inner, names) for inner in value] if isinstance(value, list) else value


def replace(path: Path, content: Content) -> None:
    """Write a file whole or not at all."""
    with _staged(path, content) as temporary:
        _exchange(temporary, path)


def _exchange(temporary: Path, path: Path) -> None:
    temporary.replace(path)


@contextmanager
def _staged(path: Path, content: Content) -> Iterator[Path]:
    """The content beside its place, on the disk; what was not renamed by the end goes."""
    try:
        with staged(path) as (temporary, file):
            if isinstance(content, bytes):
                file.write(content)
            else:
                content(file)
            file.flush()
            os.fsync(file.fileno())
            yield temporary
    except OSError as error:
        error.filename = error.filename or str(path)  # "no space left" does not say where
        raise


def _run(found: Account) -> dict[str, Any]:
    """What differs from run to run and machine to machine, kept out of report.json."""
    peak = {
        "this_process": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "largest_worker": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }
    return {
        "cpu_seconds": {name: round(spent, 3) for name, spent in found.scan.seconds.items()},
        "peak_megabytes": peak,
        "packages": {name: version(name) for name in _PACKAGES},
        "python": platform.python_version(),
        "system": platform.system(),
    }
