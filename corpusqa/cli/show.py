"""`corpusqa show DOC`: one document of the last scan with everything that is known of it, or a queue for review."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import polars as pl

    from corpusqa.api.last import Last
    from corpusqa.config import Config


@click.command(name="show")
@click.argument("doc", required=False)
@click.option("--near", metavar="SIGNAL=VALUE", help="The documents closest to a value instead of one document.")
@click.option("-n", "count", type=click.IntRange(min=1), default=20, show_default=True, help="How many with --near.")
@click.option(
    "--csv", "table", type=click.Path(path_type=Path), help="Write the queue as a file for [clean] decisions."
)
@click.option("--config", type=click.Path(path_type=Path), help="Configuration file.")
@click.option("--work", type=click.Path(path_type=Path), default=Path(".corpusqa"), show_default=True)
def command(doc: str | None, near: str | None, count: int, table: Path | None, config: Path | None, work: Path) -> None:
    """Show the document DOC (its id, or row:NUMBER) of the last scan: verdict, signals, spans and masked text.

    \b
    Examples:
      corpusqa show harbour-gazette/ferry-last-crossing.txt
      corpusqa show --near boilerplate.ratio=0.6 -n 50 --csv review.csv
    """
    from corpusqa.api.last import last
    from corpusqa.cli.common import configured

    if (doc is None) == (near is None):
        raise click.UsageError("name a document, or ask for a queue with --near SIGNAL=VALUE")
    found = last(work)
    if near is not None:
        _queue(found, near, count, table)
    else:
        assert doc is not None
        for line in _document(found, doc, configured(config)):
            click.echo(line)


def _queue(found: Last, near: str, count: int, table: Path | None) -> None:
    import polars as pl

    from corpusqa.errors import UsageError, near_misses
    from corpusqa.findings.names import shown_ids

    signal, _, value = near.partition("=")
    frame = found.scan.frame
    numeric = [name for name, dtype in found.scan.signals.schema.items() if dtype.is_numeric() and name != "doc"]
    if signal not in numeric:
        raise UsageError(f"--near {near}: no numeric signal is called {signal!r}{near_misses(signal, numeric)}")
    try:
        distance = (pl.col(signal) - float(value)).abs()
    except ValueError:
        raise UsageError(f"--near {near}: {value!r} is not a number") from None
    rows = frame.drop_nulls(signal).sort(distance, "id").head(count)
    if table is not None:
        _review(rows, signal, near).write_csv(table)
        click.echo(
            f"{table}: {rows.height} documents; write keep or drop into the column decision and name the file under "
            "[clean] decisions"
        )
        return
    for name, number in zip(shown_ids(rows), rows[signal], strict=True):
        click.echo(f"{number:.4g}  {name}")


def _review(rows: pl.DataFrame, signal: str, near: str) -> pl.DataFrame:
    """The queue as a file: nothing is decided in it yet.

    A document is named by its id, or by its digest where the id holds a private value or a spreadsheet would run it.
    """
    import polars as pl

    odd = pl.col("id_private") | pl.col("id").str.contains(r"^\s*[=+\-@]|[\p{Cc}\p{Cf}]")
    return rows.select(
        id=pl.when(~odd).then("id"),
        digest=pl.when(odd).then("digest"),
        decision=pl.lit(None, pl.String),
        reason=pl.lit(f"reviewed at {near}"),
        value=signal,
    )


def _document(found: Last, doc: str, config: Config) -> list[str]:
    import polars as pl

    from corpusqa.errors import UsageError, near_misses
    from corpusqa.findings.names import shown_files, shown_ids
    from corpusqa.findings.neutral import neutral_name
    from corpusqa.scan.ids import row_name

    scan = found.scan
    rows = scan.frame.filter((pl.col("id") == doc) | (row_name() == doc))
    if rows.is_empty():
        public = scan.documents.filter(~pl.col("id_private"))["id"]
        hidden = (
            "; an id that holds a private value is named by its row, row:NUMBER"
            if len(public) < scan.documents.height
            else ""
        )
        where = found.source or "the last scan"
        raise UsageError(f"{where} has no document {doc!r}{neutral_name(near_misses(doc, public))}{hidden}")
    row = rows.row(0, named=True)
    file, source = (series[0] for series in shown_files(rows))
    place = (f"{file}:{row['line']}" if row["line"] else file) if file else ""
    lines = [
        shown_ids(rows)[0],
        f"  source {source}, {row['chars']:,} characters {place}".rstrip(),
        *_verdict(found, row, config),
        "",
        "Signals",
    ]
    signals = [key for key in scan.signals.columns if key != "doc" and row[key] is not None]
    lines += [f"  {key}: {_short(row[key])}" for key in signals]
    return [*lines, "", "Spans", *_spans(scan.spans.filter(doc=row["doc"])), "", *_text(found, rows, config)]


def _verdict(found: Last, row: dict[str, Any], config: Config) -> list[str]:
    from corpusqa.policy import judge, make_policy

    policy = make_policy(config.clean, found.scan.checks)
    if policy.extra_columns:
        return ["  verdict: rules on doc.… need the source; see verdicts.parquet"]
    said = judge(found.scan, policy, None).frame.filter(doc=row["doc"]).row(0, named=True)
    rules = "; ".join(said["rules"] or []) or "no rule fired"
    return [f"  verdict: {said['verdict']}" + (f" ({said['reason']})" if said["reason"] else ""), f"  rules: {rules}"]


def _spans(spans: pl.DataFrame) -> list[str]:
    from corpusqa.findings.neutral import neutral

    lines = []
    for start, end, label, why in spans.select("start", "end", "label", "why").iter_rows():
        place = "document" if start is None else f"{start}..{end}"
        lines.append(f"  {place}  {label}" + (f"  {neutral(why)}" if why else ""))
    return lines or ["  none"]


def _text(found: Last, rows: pl.DataFrame, config: Config) -> list[str]:
    """The masked text, from the source as it was scanned."""
    import polars as pl

    from corpusqa.api.evidence import evidence
    from corpusqa.api.last import mark
    from corpusqa.corpus import open_corpus
    from corpusqa.scan.model import EDGES

    if not found.source:
        return ["The path of the source is private or no text and was not noted: scan it through a link to see texts."]
    corpus = open_corpus(found.source, config.input)
    if mark(corpus) != found.identity:
        return ["The source has changed since it was scanned: run `corpusqa report` again to see the text."]
    edits = pl.DataFrame(
        schema={"doc": pl.Int64, "start": pl.Int64, "end": pl.Int64, "label": pl.String, "action": pl.String}
    )
    annotated = evidence(corpus, found.scan, edits, pl.DataFrame(schema=EDGES), [rows["doc"][0]]).documents
    return ["Text", "".join(segment["text"] for segment in annotated["segments"][0])]


def _short(value: Any) -> str:
    from corpusqa.findings.neutral import neutral_name

    return f"{value:.4g}" if isinstance(value, float) else neutral_name(str(value)) or ""
