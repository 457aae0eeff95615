"""`corpusqa baseline update SRC`: accept the findings that are there now, so that only new ones fail the gate."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from corpusqa.cli.common import run_account, run_options


@click.group(name="baseline")
def command() -> None:
    """Keep the file of accepted findings."""


@command.command()
@run_options()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("corpusqa-baseline.jsonl"), show_default=True
)
@click.option("--prune", is_flag=True, help="Leave out entries that match no finding any more.")
def update(source: str, output: Path, prune: bool, **options: Any) -> None:
    """Write every error that SRC has now into the baseline; reasons that people wrote stay.

    \b
    Example:
      corpusqa baseline update data/ --prune
    """
    from corpusqa.api.outputs import replace
    from corpusqa.gate.baseline import key_of, read_baseline, updated

    key = key_of(os.environ)
    found = run_account(source, options)
    old = read_baseline(output, key) if output.is_file() else None
    new = updated(
        old,
        found.listed.take("name", "severity", "doc", "fingerprint"),
        found.scan,
        name=output.name,
        key=key,
        prune=prune,
    )
    replace(output, new.dumped())
    before = old.entries.height if old else 0
    click.echo(f"{output}: {new.entries.height} accepted findings ({before} before)")
