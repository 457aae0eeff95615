"""`corpusqa report SRC`: measure a corpus and write the report; findings never change the exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from corpusqa.cli.common import notes_seen, run_account, run_options, sample_option
from corpusqa.cli.drawing import FORMAT_OPTION, drawn


@click.command(name="report")
@run_options(needed=False)
@sample_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("corpusqa-report"), show_default=True,
    help="Folder of report.json, report.html, findings.parquet, verdicts.parquet.",
)  # fmt: skip
@click.option("--from", "earlier", type=click.Path(path_type=Path), metavar="REPORT", help="Draw a report.json again.")
@FORMAT_OPTION
def command(source: str | None, output: Path, earlier: Path | None, formats: tuple[str, ...], **options: Any) -> None:
    """Measure SRC and write the report.

    SRC is a folder of text files, a .jsonl, .parquet or other file, or a folder of such files.

    \b
    Examples:
      corpusqa report data/
      corpusqa report corpus.jsonl.gz --select language,pii -o out/
      corpusqa report large/ --sample 2000
      corpusqa report --from corpusqa-report/report.json --format markdown
    """
    from corpusqa.reporting.formats import wanted_formats
    from corpusqa.reporting.terminal import render

    if (source is None) == (earlier is None):
        raise click.UsageError("say what to report on: either SRC or --from REPORT")
    wanted_formats(formats)  # a format that does not exist is said before an hour of scanning
    seen: tuple[str, ...] = ()
    if earlier is not None:
        from corpusqa.reporting.reading import read_report

        report, place = read_report(earlier), ""
    else:
        from corpusqa.api.outputs import write_report
        from corpusqa.readers.listing import refuse_below

        assert source is not None
        refuse_below(source, output, "-o")
        found = run_account(source, options)
        write_report(found, output)
        report, place, seen = found.report, str(output), notes_seen(found, options)
    drawn(report, formats, default=render(report, place, said=seen), output=place, source=source or "")
