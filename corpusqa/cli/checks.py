"""`corpusqa checks list` and `corpusqa checks show NAME`."""

from __future__ import annotations

import click


@click.group(name="checks")
def command() -> None:
    """List the checks, or show one."""


@command.command(name="list")
def list_checks() -> None:
    """List every check that is installed or named in the configuration, without importing any."""
    from corpusqa.cli.common import configured
    from corpusqa.plugins import find

    found = find(configured(None).checks.files)
    width = max((len(name) for name in found), default=0)
    for check in found.values():
        click.echo(f"{check.name:<{width}}  {check.origin}  {check.target}")


@command.command()
@click.argument("name")
def show(name: str) -> None:
    """Show what the check NAME measures: its documentation, options, signals, labels and corpus halves."""
    from corpusqa.cli.common import configured
    from corpusqa.plugins import find, load, select
    from corpusqa.scan.describe import describe

    config = configured(None)
    found = select(find(config.checks.files), [name])[0]
    info = describe([load(found, config.checks.options.get(name, {}))])[name]
    click.echo(f"{info.name}  ({info.origin})\n\n{info.doc}\n")
    _table("Options", [(key, repr(value)) for key, value in info.options.items()])
    _table("Signals", [(f"{name}.{n}", f"{s.dtype}  {s.about}") for n, s in info.signals.items()])
    _table("Labels", [(f"{name}.{n}", f"{v.severity or '-'}  {v.about}") for n, v in info.labels.items()])
    _table("Corpus halves", [(f"{name}.{n}", kind) for n, kind in info.halves.items()])
    _table("Suggested rules", [(key, line) for key, lines in info.suggest.items() for line in lines])


def _table(title: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        width = max(len(left) for left, _ in rows)
        click.echo(f"{title}:")
        for left, right in rows:
            click.echo(f"  {left:<{width}}  {right}")
        click.echo()
