"""`corpusqa try RULE`: what a rule would do, answered from the last scan."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import polars as pl

    from corpusqa.config import Config
    from corpusqa.scan.model import Scan

# A rule that compares one signal with one number has a threshold, and documents on either side of it.
_THRESHOLD = re.compile(r"\s*([a-z_]+\.[a-z_]+)\s*(?:<=|>=|<|>)\s*(-?[0-9.]+)\s*\Z")
_SIDES = 5


@click.command(name="try")
@click.argument("rule")
@click.option("--config", type=click.Path(path_type=Path), help="Configuration file.")
@click.option("--work", type=click.Path(path_type=Path), default=Path(".corpusqa"), show_default=True)
@click.option("--by", help="Field or signal to slice by; by default those of [report] by.")
def command(rule: str, config: Path | None, work: Path, by: str | None) -> None:
    """Say what a drop rule would remove, without scanning again.

    \b
    Example:
      corpusqa try "drop: boilerplate.ratio > 0.6"
    """
    from corpusqa.api.last import last
    from corpusqa.cli.common import configured

    found = last(work)
    text = rule.removeprefix("drop:").strip()
    settings = configured(config)
    for line in _answer(found.scan, text, settings, (by,) if by else settings.report.by):
        click.echo(line)


def _answer(scan: Scan, rule: str, config: Config, by: Sequence[str]) -> list[str]:
    import polars as pl

    from corpusqa.errors import UsageError, near_misses
    from corpusqa.policy import judge, make_policy

    alone = make_policy(
        replace(config.clean, policy="none", drop=(rule,), cut=(), mask=(), one_of=(), decisions=()), scan.checks
    )
    present = make_policy(config.clean, scan.checks)
    if alone.extra_columns or present.extra_columns:
        raise UsageError(
            "rules on doc.… need the source: run `corpusqa clean SRC --dry-run` with the rule in the configuration"
        )
    judged = judge(scan, alone, None)
    fired, null = judged.frame.filter(verdict="drop")["doc"], int(judged.rules["null"].sum())
    gone = judge(scan, present, None).frame.filter(verdict="drop")["doc"]
    frame = scan.frame.with_columns(
        fired=pl.col("doc").is_in(fired.implode()), gone=pl.col("doc").is_in(gone.implode())
    )
    only = frame.filter(pl.col("fired") & ~pl.col("gone")).height
    lines = [f"{rule}: {len(fired):,} of {frame.height:,} documents, {only:,} of them by this rule alone"]
    lines += [f"  no value on {null:,} documents, which therefore stay"] if null else []
    for field in by:
        if field not in frame.columns:
            raise UsageError(f"--by {field}: no field or signal is called that{near_misses(field, frame.columns)}")
        lines += _sliced(frame, field)
    return lines + _sides(frame, rule)


def _sliced(frame: pl.DataFrame, by: str) -> list[str]:
    import polars as pl

    from corpusqa.findings.neutral import neutral_name

    table = (
        frame.group_by(by).agg(pl.col("fired").sum(), documents=pl.len()).sort("fired", by, descending=[True, False])
    )
    rows = table.filter(pl.col("fired") > 0).head(20).rows()
    return [f"  {by} {neutral_name(str(value))}: {count:,} of {documents:,}" for value, count, documents in rows]


def _sides(frame: pl.DataFrame, rule: str) -> list[str]:
    """The documents closest to the threshold on either side."""
    import polars as pl

    from corpusqa.findings.names import shown_ids

    found = _THRESHOLD.match(rule)
    if not found or found[1] not in frame.columns:
        return []
    signal, threshold = found[1], float(found[2])
    near = frame.select(document=shown_ids(frame), value=pl.col(signal), fired="fired").drop_nulls("value")
    near = near.with_columns(distance=(pl.col("value") - threshold).abs()).sort("distance", "document")
    lines = []
    for fired, title in ((True, "would be dropped"), (False, "would stay")):
        rows = near.filter(fired=fired).head(_SIDES).sort("value").select("document", "value").rows()
        lines += [f"closest that {title}:", *(f"  {value:.4g}  {document}" for document, value in rows)]
    return lines
