"""`corpusqa report SRC`: measure a corpus and write the report; findings never change the exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from corpusqa.cli.common import run_account, run_options


@click.command(name="report")
@run_options
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("corpusqa-report"), show_default=True,
    help="Folder of report.json, report.html, findings.parquet, verdicts.parquet.",
)  # fmt: skip
def command(source: str, output: Path, **options: Any) -> None:
    """Measure SRC and write the report.

    SRC is a folder of text files, a .jsonl, .parquet or other file, or a folder of such files.

    \b
    Examples:
      corpusqa report data/
      corpusqa report corpus.jsonl.gz --select language,pii -o out/
    """
    from corpusqa.api.outputs import write_report
    from corpusqa.reporting.terminal import render

    found = run_account(source, options)
    write_report(found, output)
    click.echo(render(found.report, str(output)), nl=False)
