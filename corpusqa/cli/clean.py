"""`corpusqa clean SRC -o OUT`: the filtered dataset with its card, written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from corpusqa.cli.common import run_account, run_options


@click.command(name="clean")
@run_options
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder of the release; must not exist."
)
@click.option("--replace", is_flag=True, help="Exchange an existing folder for the new release.")
def command(source: str, output: Path, replace: bool, **options: Any) -> None:
    """Write the documents of SRC that the policy keeps, cut and masked, with card, manifest and removed ids.

    \b
    Example:
      corpusqa clean data/ -o cleaned/
    """
    from corpusqa.api.outputs import write_clean
    from corpusqa.reporting.terminal import render_ledger

    found = run_account(source, options)
    release = write_clean(found, output, replace=replace)
    click.echo(render_ledger(found.report), nl=False)
    click.echo(f"{release.summary}")
