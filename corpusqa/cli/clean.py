"""`corpusqa clean SRC -o OUT`: the filtered dataset with its card, written whole or not at all."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from corpusqa.cli.common import run_account, run_options


@click.command(name="clean")
@run_options()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder of the release; must not exist.")
@click.option("--store", type=click.Path(path_type=Path), help="Keep the release as the next version of a store.")
@click.option("--replace", is_flag=True, help="Exchange an existing folder for the new release.")
@click.option("--data-version", metavar="N|date", help="Version of the data; by default it follows from the changes.")
@click.option("--dry-run", is_flag=True, help="Say what would be written and write nothing.")
@click.option(
    "--verdicts-only",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the verdict table alone, as Parquet.",
)
def command(
    source: str,
    output: Path | None,
    store: Path | None,
    replace: bool,
    data_version: str | None,
    dry_run: bool,
    verdicts_only: Path | None,
    **options: Any,
) -> None:
    """Write the documents of SRC that the policy keeps, cut and masked, with card, manifest and removed ids.

    \b
    Examples:
      corpusqa clean data/ -o cleaned/
      corpusqa clean data/ --store releases/
    """
    if not (dry_run or verdicts_only) and (output is None) == (store is None):
        raise click.UsageError("say where the release goes: either -o FOLDER or --store FOLDER")
    from corpusqa.api.outputs import Target, planned, refuse_table, refuse_target, write_clean
    from corpusqa.api.outputs import replace as replace_file
    from corpusqa.api.tables import write_parquet
    from corpusqa.reporting.terminal import render_ledger

    target = Target(output, store, replace, data_version)
    if verdicts_only is None:
        refuse_target(source, target)
    else:
        refuse_table(source, verdicts_only)
    found = run_account(source, options)
    click.echo(render_ledger(found.report), nl=False)
    for note in found.verdicts.notes:
        click.echo(f"note: {note}", err=True)
    if verdicts_only is not None:
        replace_file(verdicts_only, partial(write_parquet, found.verdict_parts()))
        click.echo(f"{verdicts_only}: {found.scan.height:,} verdicts")
    if dry_run:
        click.echo(planned(found, target))
    elif verdicts_only is None:
        click.echo(write_clean(found, target).summary)
