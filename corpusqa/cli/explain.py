"""`corpusqa explain NAME`: what a check, a signal or a label means, from what the check declares."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from corpusqa.reporting.docs import Doc
    from corpusqa.scan.model import CheckInfo

WIDTH = 100


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
    member, _, statistic = rest.partition(".")
    for title, lines in _sections(info, member, statistic):
        if title:
            click.echo(f"\n{title}")
        for line in lines:
            click.echo(line)


def _sections(info: CheckInfo, member: str, statistic: str) -> list[tuple[str, list[str]]]:
    """Titles with their lines; what a check does not say is left out."""
    from corpusqa.errors import UsageError, near_misses
    from corpusqa.reporting.docs import read_doc

    known = {**info.signals, **info.labels, **info.halves}
    if member and member not in known:
        raise UsageError(f"{info.name} has no signal, label or half called {member!r}{near_misses(member, known)}")
    doc = read_doc(info.doc)
    full = f"{info.name}.{member}" if member else info.name
    sections = [
        ("", [full, *_kind(info, member)]),
        ("What it is", _what(doc, member, info)),
        ("Why it matters", _wrapped(doc.why)),
        ("Example", _wrapped(doc.example)),
        ("What it leaves alone", _wrapped(doc.spares)),
        ("False alarms", _wrapped(doc.errs)),
        ("How to act", [*_wrapped(doc.act), *_suggested(info, member)]),
        ("Options, with the values they have now", _options(info, doc)),
        ("To limit it in corpusqa.toml", _limit(info, member, statistic)),
        ("To accept findings on purpose", _suppress(info, member)),
    ]
    return [(title, lines) for title, lines in sections if lines]


def _kind(info: CheckInfo, member: str) -> list[str]:
    lines = []
    if member in info.signals:
        lines.append(f"  a signal ({info.signals[member].dtype}): {info.signals[member].about}")
    if member in info.labels:
        label = info.labels[member]
        kind = f"a finding of severity {label.severity}" if label.severity else "counted and cuttable, never a finding"
        lines.append(f"  a label, {kind}: {label.about}")
        lines += ["  its text is private: masked in everything that is shown"] if label.private else []
    if member in info.halves:
        lines.append(f"  measured over the whole corpus ({info.halves[member]})")
    return lines or [f"  a check of {info.origin}: {info.about}"]


def _what(doc: Doc, member: str, info: CheckInfo) -> list[str]:
    from corpusqa.reporting.docs import about_member

    lines: list[str] = []
    if member:
        declared = info.signals.get(member) or info.labels.get(member)
        said = about_member(doc, member) or ([declared.about] if declared else [])
        return [line for text in said for line in _wrapped(text)]
    for block in doc.what:
        lines += ["", *_wrapped(block.text)] if block.text else [""]
        for term, text in block.entries:
            lines += textwrap.wrap(f"{term}: {text}", WIDTH, initial_indent="  - ", subsequent_indent="    ")
    return lines[1:]


def _suggested(info: CheckInfo, member: str) -> list[str]:
    return [
        f"  [clean] {key} = [{line!r}]"
        for key, some in info.suggest.items()
        for line in some
        if not member or member in line
    ]


def _options(info: CheckInfo, doc: Doc) -> list[str]:
    values = [f"  {key} = {value!r}" for key, value in info.options.items()]
    return [*values, *textwrap.indent(textwrap.dedent(doc.options), "    ").splitlines()]


def _limit(info: CheckInfo, member: str, statistic: str) -> list[str]:
    if not member:
        return []
    label = info.labels.get(member)
    usual = "per_mb" if label and label.private else "share"
    return ["  [gate.limits]", f'  "{info.name}.{member}.{statistic or usual}" = {{ error = … }}']


def _suppress(info: CheckInfo, member: str) -> list[str]:
    if member not in info.labels or not info.labels[member].severity:
        return []
    return ["  [[suppress]]", f'  check = "{info.name}.{member}"', '  reason = "why these are acceptable"']


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text[:1].upper() + text[1:], WIDTH, initial_indent="  ", subsequent_indent="  ")
