"""`corpusqa config show|validate|schema`: the configuration as it applies."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

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
    """Print the configuration as it applies, defaults included."""
    from corpusqa.cli.common import configured

    found = configured(config)
    click.echo(f"# {found.path or 'no configuration file: defaults'}")
    places = dict(found.clean.places) if origin else {}
    for table, values in asdict(found).items():
        if isinstance(values, dict):
            click.echo(f"\n[{table}]")
            for key, value in values.items():
                if key not in ("places", "place"):
                    where = [place for line, place in places.items() if isinstance(value, tuple) and line in value]
                    click.echo(f"{key} = {_toml(value)}" + (f"  # {', '.join(where)}" if where else ""))


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


def _toml(value: Any) -> str:
    if value is None:
        return '""  # not set'
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(str(k))} = {_toml(v)}" for k, v in value.items() if v is not None) + " }"
    return json.dumps(value, ensure_ascii=False, default=str)
