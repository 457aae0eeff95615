"""`corpusqa gate SRC`: exit 0 when every limit holds, 1 when one is broken, 3 when one could not be evaluated."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from corpusqa.cli.common import notes_seen, run_account, run_options, sample_option
from corpusqa.cli.drawing import FORMAT_OPTION, drawn
from corpusqa.errors import FAILED, NOT_EVALUATED, PASSED

_CODES = {"passed": PASSED, "failed": FAILED}


@click.command(name="gate")
@run_options()
@sample_option
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write the report into this folder.")
@click.option("--base", metavar="BASE", help="Compare with a path, a release, a report.json or a hub revision.")
@click.option("--baseline", metavar="FILE", help="Findings that the team accepted.")
@FORMAT_OPTION
def command(
    source: str, output: Path | None, base: str | None, baseline: str | None, formats: tuple[str, ...], **options: Any
) -> int:
    """Fail when SRC breaks its quality limits.

    Limits stand in corpusqa.toml under [gate.limits]; without them the built-in ones hold.

    \b
    Examples:
      corpusqa gate data/
      corpusqa gate data/ --base releases@latest --format sarif:findings.sarif
    """
    from corpusqa.readers.listing import refuse_below
    from corpusqa.reporting.formats import in_github, wanted_formats
    from corpusqa.reporting.terminal import render_gate

    wanted_formats(formats)
    if output is not None:
        refuse_below(source, output, "-o")
    found = run_account(source, options, base=base, baseline=baseline)
    if output is not None:
        from corpusqa.api.outputs import write_report

        write_report(found, output)
    alone = output is None and not formats and not in_github(os.environ)
    report = found.summary if alone else found.report
    drawn(
        report, formats, default=render_gate(report, said=notes_seen(found, options)),
        output=str(output or ""), source=source,
    )  # fmt: skip
    return _CODES.get(found.gate.status, NOT_EVALUATED)
