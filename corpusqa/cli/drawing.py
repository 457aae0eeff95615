"""A report in the formats that were asked for, and what a CI system wants without being asked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from corpusqa.cli import let_go_of_stdout
from corpusqa.errors import UsageError

FORMAT_OPTION = click.option(
    "--format", "formats", multiple=True, metavar="FMT[:FILE]",
    help="terminal, json, html, markdown, github, sarif or junit; to a file or to stdout; may be repeated.",
)  # fmt: skip


def drawn(report: dict[str, Any], formats: Sequence[str], *, default: str, output: str = "", source: str = "") -> None:
    """Write a report in the formats that were asked for; without any, what a person or the CI system reads.

    Args:
        report: report.json.
        formats: Values of --format.
        default: What goes to stdout when no format is asked for: already drawn.
        output: Folder that the report was written to.
        source: What was scanned; formats that point into files count its place from the working directory.

    Raises:
        UsageError: a format is unknown, two of them go to stdout, or a file cannot be written.
    """
    from corpusqa.api.outputs import replace
    from corpusqa.reporting.formats import draw, in_github, root_of, wanted_formats

    wanted = wanted_formats(formats)
    root = root_of(source, Path.cwd()) if source else ""
    for one in wanted:
        text = draw(one.format, report, output=output, root=root)
        if one.path is None:
            _print(text)
        else:
            try:
                replace(one.path, text.encode())
            except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError) as error:
                raise UsageError(f"{one.path}: cannot be written ({error.strerror}); choose another file") from None
    if not wanted:
        _print(default)
        if in_github(os.environ):
            click.echo("GitHub Actions detected: annotations and a job summary are written", err=True)
            _print(draw("github", report, root=root))
            _summary(draw("markdown", report))


def _print(text: str) -> None:
    """To stdout; a reader that has gone away (`| head`) changes neither the verdict nor what else is written."""
    try:
        click.echo(text, nl=False)
    except BrokenPipeError:
        let_go_of_stdout()


def _summary(text: str) -> None:
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
