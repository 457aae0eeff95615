"""The formats by name, where each goes, and what a CI system wants without being asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpusqa.errors import CannotEvaluate, UsageError, near_misses
from corpusqa.reporting.plain import dumped

FORMATS = ("terminal", "json", "html", "markdown", "github", "sarif", "junit")


@dataclass(frozen=True)
class Wanted:
    """A format and the file that it goes to; without a file it goes to stdout."""

    format: str
    path: Path | None = None


def wanted_formats(said: Sequence[str]) -> list[Wanted]:
    """The values of `--format`, each `FMT` or `FMT:FILE`.

    Raises:
        UsageError: a format is not known, a file is named twice, or two formats go to stdout.
    """
    found = []
    for value in said:
        name, _, file = value.partition(":")
        if name not in FORMATS:
            raise UsageError(
                f"--format {value}: no format is called {name!r}{near_misses(name, FORMATS)} ({', '.join(FORMATS)})"
            )
        found.append(Wanted(name, Path(file) if file else None))
    out = [wanted.format for wanted in found if wanted.path is None]
    if len(out) > 1:
        raise UsageError(f"--format: {' and '.join(out)} cannot both go to stdout; give one of them a file, as in "
                         f"{out[1]}:FILE")  # fmt: skip
    paths = [wanted.path for wanted in found if wanted.path is not None]
    for path in paths:
        if paths.count(path) > 1:
            raise UsageError(f"--format: two formats go to {path}; give each a file of its own")
    return found


def draw(name: str, report: dict[str, Any], *, output: str = "", root: str = "") -> str:
    """A report in one format.

    Args:
        name: One of FORMATS.
        report: report.json.
        output: Folder that the report was written to, for the terminal.
        root: Folder of the corpus files, relative to the root of the repository, for formats that point into files.

    Raises:
        CannotEvaluate: the report lacks a part that this version draws.
    """
    try:
        return _drawn(name, report, output, root)
    except KeyError as error:  # the names of parts, never text
        raise CannotEvaluate(
            f"the report lacks a part that {name} needs ({error.args[0]}): it was made by another version; make it "
            "again with `corpusqa report`"
        ) from None


def _drawn(name: str, report: dict[str, Any], output: str, root: str) -> str:
    if name == "json":
        return dumped(report).decode()
    if name == "terminal":
        from corpusqa.reporting import terminal

        return terminal.render(report, output)
    if name == "html":
        from corpusqa.reporting import html

        return html.render(report)
    if name == "markdown":
        from corpusqa.reporting import markdown

        return markdown.render(report)
    if name == "junit":
        from corpusqa.reporting import junit

        return junit.render(report)
    if name == "github":
        from corpusqa.reporting import github

        return github.render(report, root)
    from corpusqa.reporting import sarif

    return sarif.render(report, root)


def root_of(source: str, repository: Path) -> str:
    """The folder of a source's files relative to the repository; nothing where the source lies elsewhere."""
    if "://" in source or source == "-":
        return ""
    path = Path(source).resolve()
    folder = path if path.is_dir() else path.parent
    try:
        relative = folder.relative_to(repository.resolve()).as_posix()
    except ValueError:
        return ""
    return "" if relative == "." else relative


def in_github(environment: Mapping[str, str]) -> bool:
    """Whether a GitHub Actions runner reads what is printed."""
    return environment.get("GITHUB_ACTIONS") == "true"
