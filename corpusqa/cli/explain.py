"""`corpusqa explain NAME`: what a check, a signal or a label means, from what the check declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from corpusqa.scan.model import CheckInfo


@click.command(name="explain")
@click.argument("name")
def command(name: str) -> None:
    """Explain NAME: a check (pii), a signal or label (pii.phone), or a metric (pii.phone.per_mb).

    \b
    Example:
      corpusqa explain pii.phone
    """
    from corpusqa.cli.common import configured
    from corpusqa.plugins import find, load, select
    from corpusqa.scan.describe import describe

    check, _, rest = name.partition(".")
    config = configured(None)
    found = select(find(config.checks.files), [check])[0]
    info = describe([load(found, config.checks.options.get(check, {}))])[check]
    for line in _lines(info, rest):
        click.echo(line)


def _lines(info: CheckInfo, rest: str) -> list[str]:
    from corpusqa.errors import UsageError, near_misses

    member, _, statistic = rest.partition(".")
    known = {**info.signals, **info.labels, **info.halves}
    if member and member not in known:
        raise UsageError(f"{info.name} has no signal, label or half called {member!r}{near_misses(member, known)}")
    lines = [f"{info.name}.{member}" if member else info.name, ""]
    if member in info.signals:
        signal = info.signals[member]
        lines += [
            f"Signal, {signal.dtype}: {signal.about}. Null means not measurable; a null never drops a document.",
            "",
        ]
    if member in info.labels:
        lines += _label(info, member)
    if member in info.halves:
        lines += [f"Measured over the whole corpus ({info.halves[member]}).", ""]
    lines += [f'As a limit: "{info.name}.{member}.{statistic or "share"}" = {{ error = … }}', ""] if member else []
    options = [f"  {key} = {value!r}" for key, value in info.options.items()]
    lines += [info.doc, "", "Options, with the values they have now:", *(options or ["  none"])]
    suggested = [
        f"  {key} = [{line!r}]" for key, some in info.suggest.items() for line in some if not member or member in line
    ]
    return lines + (["", "Suggested rules:", *suggested] if suggested else [])


def _label(info: CheckInfo, member: str) -> list[str]:
    label = info.labels[member]
    kind = f"a finding of severity {label.severity}" if label.severity else "counted and cuttable, never a finding"
    lines = [f"Label: {label.about}; {kind}.", ""]
    if label.private:
        lines += ["Its text is private: masked in everything that is shown.", ""]
    if label.severity:
        lines += [
            "To accept findings on purpose:", "  [[suppress]]", f'  check = "{info.name}.{member}"',
            '  reason = "why these are acceptable"', "",
        ]  # fmt: skip
    return lines
