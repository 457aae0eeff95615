"""`corpusqa config show|validate|schema`: the configuration as it applies."""

from __future__ import annotations

import json
from pathlib import Path

import click

_PATH = click.option(
    "--config", type=click.Path(path_type=Path), help="Configuration file; by default the nearest one."
)


@click.group(name="config")
def command() -> None:
    """Show or validate the configuration."""


@command.command()
@_PATH
@click.option("--origin", is_flag=True, help="Say where each line stands.")
def show(config: Path | None, origin: bool) -> None:
    """Print the configuration as it applies, as TOML; what only a named policy or the gate says is a comment."""
    from corpusqa.cli.common import configured
    from corpusqa.cli.showing import Showing

    for line in Showing(configured(config), origin=origin).lines():
        click.echo(line)


@command.command()
@_PATH
def validate(config: Path | None) -> None:
    """Check keys, values, rules and limits against the installed checks, without reading a corpus."""
    from corpusqa.api.account import selected
    from corpusqa.cli.common import configured
    from corpusqa.gate.limits import limits_of
    from corpusqa.policy import make_policy
    from corpusqa.scan.describe import describe

    found = configured(config)
    declared = describe(selected(found))
    policy = make_policy(found.clean, declared)
    limits, notes = limits_of(found.gate, declared)
    for note in notes:
        click.echo(note, err=True)
    rules = len(found.clean.drop or ())
    click.echo(f"{found.path or 'defaults'}: valid: {len(declared)} checks, {rules} drop rules, {len(limits)} limits")
    if policy.extra_columns:
        click.echo(f"rules name the source's own columns: {', '.join(policy.extra_columns)}")


@command.command()
def schema() -> None:
    """Print a JSON schema of corpusqa.toml, for editors."""
    from corpusqa.config.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=1, sort_keys=True))
