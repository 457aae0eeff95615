"""What edits leave: documents without text, and names for edited documents, known before anything is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from corpusqa.corpus import Corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Done, Stage, write_tables
from corpusqa.plugins import Spec
from corpusqa.readers import Unit
from corpusqa.release.edit import CUT, apply, plan, without_text
from corpusqa.release.mask import Masking
from corpusqa.release.writer import canonical_functions
from corpusqa.scan.model import Scan

if TYPE_CHECKING:
    from corpusqa.policy import Verdicts

DIGITS = 32


def empty_after_edits(corpus: Corpus, scan: Scan, verdicts: Verdicts, flow: Flow) -> list[int]:
    """Documents of which the cuts leave nothing but white space; masks always leave something.

    Args:
        corpus: The source.
        scan: Its scan.
        verdicts: What was judged; the edits of documents that are not dropped count.
        flow: Engine and work folder; only units with cut documents are read, and of them only the fields.

    Returns:
        Their numbers (`doc`), sorted.
    """
    cuts = verdicts.edits.filter(pl.col("action") == CUT)
    stage = _edited(corpus, scan, cuts, flow, "edits.empty", (), Masking())
    return stage.frame("edited").filter("empty")["doc"].sort().to_list() if stage.parts else []


def text_digests(
    corpus: Corpus, scan: Scan, edits: pl.DataFrame, flow: Flow, specs: tuple[Spec, ...], masking: Masking
) -> pl.DataFrame:
    """`doc`, `digest` (32 hex digits over the published text) of the documents that have edits."""
    stage = _edited(corpus, scan, edits, flow, "edits.names", specs, masking)
    none = pl.DataFrame(schema={"doc": pl.Int64, "digest": pl.String})
    return stage.frame("edited").select("doc", "digest") if stage.parts else none


def line_labels(scan: Scan) -> frozenset[str]:
    """Labels whose spans are whole lines."""
    return frozenset(name for name, label in scan.labels.items() if label.line)


def _edited(
    corpus: Corpus, scan: Scan, edits: pl.DataFrame, flow: Flow, name: str, specs: tuple[Spec, ...], masking: Masking
) -> Stage:
    """A stage with one part per unit that has edited documents."""
    docs = scan.rows_of(edits["doc"], "doc", "unit", "row")
    placed = edits.join(docs, on="doc").select("unit", "row", "doc", "start", "end", "label", "action")
    parts = placed.sort("unit", "doc", "start", "end").partition_by("unit", as_dict=True, include_key=False)
    numbers = {number for (number,) in parts}
    tasks = [(part, unit) for part, unit in enumerate(unit for unit in corpus.units if unit.number in numbers)]
    print_ = hashlib.sha256(placed.sort(placed.columns).write_csv().encode()).hexdigest()
    wanted = flow.write(f"{name}.plan", (scan.digest, print_), [{"edits": parts[(u.number,)]} for _, u in tasks])
    task = partial(_edit_unit, corpus, wanted, line_labels(scan), specs, masking.styles, masking.key)
    prints = [check.fingerprint for check in scan.checks.values()]
    made_of = (wanted.digest, corpus.identity(), scan.digest, masking.identity, prints)
    return flow.map(name, made_of, tasks, task)


def _edit_unit(
    corpus: Corpus,
    wanted: Stage,
    lines: frozenset[str],
    specs: tuple[Spec, ...],
    styles: Mapping[str, str],
    key: bytes,
    folder: Path,
    task: tuple[int, Unit],
) -> Done:
    part, unit = task
    edits = wanted.part("edits", part)
    found, places = corpus.read(unit), edits.select("row", "doc").unique()
    documents = places.join(found.documents.select("row", "text"), on="row").sort("doc").select("doc", "text")
    parts = None if found.parts is None else places.join(found.parts, on="row")
    masking = Masking(styles, key, canonical_functions(specs))
    texts = apply(documents, plan(documents, edits.drop("row"), lines, masking, parts))
    digests = [hashlib.sha256(text.encode()).hexdigest()[:DIGITS] for text in texts]
    table = documents.select("doc").with_columns(
        digest=pl.Series(digests, dtype=pl.String), empty=pl.Series(without_text(texts), dtype=pl.Boolean)
    )
    return Done(write_tables(folder, part, {"edited": table}))
