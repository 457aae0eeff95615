"""`corpusqa gate SRC`: exit 0 when every limit holds, 1 when one is broken, 3 when one could not be evaluated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from corpusqa.cli.common import run_account, run_options
from corpusqa.errors import FAILED, NOT_EVALUATED, PASSED

_CODES = {"passed": PASSED, "failed": FAILED}


@click.command(name="gate")
@run_options
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write the report into this folder.")
def command(source: str, output: Path | None, **options: Any) -> int:
    """Fail when SRC breaks its quality limits.

    Limits stand in corpusqa.toml under [gate.limits]; without them the built-in ones hold.

    \b
    Example:
      corpusqa gate data/
    """
    from corpusqa.api.outputs import write_report
    from corpusqa.reporting.terminal import render_gate

    found = run_account(source, options)
    if output is not None:
        write_report(found, output)
    click.echo(render_gate(found.report), nl=False)
    return _CODES.get(found.gate.status, NOT_EVALUATED)
