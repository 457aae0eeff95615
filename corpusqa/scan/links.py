"""A Links half from candidates to verified pairs: packed into blocks whose texts fit into memory, then verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corpusqa.batch import DOCUMENT, Batch
from corpusqa.check import Links
from corpusqa.corpus import Corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Done, Stage, write_tables
from corpusqa.errors import ContractError
from corpusqa.plugins import Plugin, Spec
from corpusqa.readers import Unit
from corpusqa.scan.candidates import candidates
from corpusqa.scan.components import components
from corpusqa.scan.contract import blaming
from corpusqa.scan.held import rows_of
from corpusqa.scan.index import Index
from corpusqa.scan.model import EVIDENCE
from corpusqa.scan.unit import built, key_table
from corpusqa.scan.views import blanking_labels, language_signal

VERIFIED: dict[str, Any] = {"a": pl.Int64, "b": pl.Int64, "similarity": pl.Float64, "evidence": EVIDENCE}
_BLANK = {"start": pl.Int64, "end": pl.Int64}
_PART = {"part": pl.Int64, "start": pl.Int64, "end": pl.Int64, "role": pl.String}
_ROWS: dict[str, Any] = {
    "doc": pl.Int64,
    **DOCUMENT,
    "blanks": pl.List(pl.Struct(_BLANK)),
    "parts": pl.List(pl.Struct(_PART)),  # null where a document is one part
}


@dataclass(frozen=True)
class Scanned:
    """What the stages of a scan share: the source, the checks, and the first pass over it."""

    corpus: Corpus
    specs: tuple[Spec, ...]
    fingerprints: tuple[str, ...]
    measured: Stage
    index: Index


def verify(flow: Flow, scanned: Scanned, plugin: Plugin, half: str) -> tuple[pl.DataFrame, int]:
    """Verified pairs of a Links half.

    Returns:
        Columns of VERIFIED with docs, a < b, sorted; and the number of keys whose groups were capped.
    """
    name = f"{plugin.name}.{half}"
    table = key_table(plugin.name, half)
    kind = plugin.check.corpus[half]
    assert isinstance(kind, Links), half
    pairs, capped = candidates(flow, name, table, scanned.measured, scanned.index.stage, kind)
    found = pairs.frame("pairs").sort("a", "b")
    if found.is_empty():
        return pl.DataFrame(schema=VERIFIED), capped
    sizes = rows_of(scanned.index.held, pl.concat([found["a"], found["b"]]), "doc", "bytes")
    blocks = pack(found, sizes, flow.memory.batch)
    plan = flow.write(f"blocks.{name}", pairs.digest, _plan(blocks))
    made_of = (plan.digest, scanned.measured.digest, scanned.fingerprints)
    rows = partial(_texts, scanned.corpus, scanned.specs, scanned.measured, scanned.index.stage, plan)
    reduce = partial(_verify_block, scanned.specs, plugin.name, half, plan)
    count = len(plan.paths("pairs"))
    done = flow.shuffle(f"verify.{name}", made_of, _units(scanned, blocks), rows, _ROWS, count, reduce)
    return done.frame("verified").sort("a", "b"), capped


def pack(pairs: pl.DataFrame, sizes: pl.DataFrame, most: int) -> pl.DataFrame:
    """Candidate pairs -> `a`, `b`, `block`: each block's documents hold about `most` bytes of text or less.

    Whole candidate components stay together where they fit, so that a document is read into one block only. The
    documents of a component that is too large are put on shelves of half a block, in their order; a block then holds
    the documents `b` of one shelf, and as many bytes of documents `a` of other shelves.
    """
    places = _shelved(components(pairs).join(sizes, on="doc", how="left", maintain_order="left"), most)
    at_a, at_b = (places["doc"].search_sorted(pairs[side]) for side in ("a", "b"))
    tied = pairs.select("a", "b", from_a=places["shelf"].gather(at_a), shelf=places["shelf"].gather(at_b))
    away = tied.filter(pl.col("from_a") != pl.col("shelf")).select("shelf", "a").unique().sort("shelf", "a")
    size = places["bytes"].gather(places["doc"].search_sorted(away["a"]))
    before = (pl.col("bytes").cum_sum() - pl.col("bytes")).over("shelf")
    away = away.with_columns(size).with_columns(cut=before // max(1, most // 2)).select("shelf", "a", "cut")
    tied = tied.join(away, on=["shelf", "a"], how="left", maintain_order="left")
    cut = pl.col("cut").fill_null(0)
    number = (pl.col("shelf") * (cut.max() + 1) + cut).rank("dense").cast(pl.Int64) - 1
    return tied.select("a", "b", block=number).sort("block", "a", "b")


def _shelved(parts: pl.DataFrame, most: int) -> pl.DataFrame:
    """Documents of components (`doc`, `component`, `bytes`) -> with the number of their `shelf`, sorted by doc."""
    size = pl.col("bytes")
    ordered = parts.sort("component", "doc").with_columns(
        weight=size.sum().over("component"),
        inside=(size.cum_sum() - size).over("component"),
        before=size.cum_sum() - size,
    )
    first = pl.col("before").first().over("component")
    large = pl.col("weight") > most
    shelf = pl.struct(
        pl.when(large).then(first).otherwise(first // most * most),
        pl.when(large).then(1 + pl.col("inside") // max(1, most // 2)).otherwise(0),
    )
    return ordered.with_columns(shelf=shelf.rank("dense").cast(pl.Int64)).sort("doc")


def _plan(blocks: pl.DataFrame) -> list[dict[str, pl.DataFrame]]:
    """One part of `pairs` per block; the first part also holds `members`: in which blocks each document is needed."""
    members = (
        pl.concat([blocks.select("block", doc="a"), blocks.select("block", doc="b")]).unique().sort("block", "doc")
    )
    members = members.select("doc", _b=pl.col("block").cast(pl.Int32))
    parts = [{"pairs": block} for block in blocks.partition_by("block", include_key=False, maintain_order=True)]
    return [parts[0] | {"members": members}, *parts[1:]]


def _units(scanned: Scanned, blocks: pl.DataFrame) -> list[Unit]:
    """Units that hold an involved document."""
    involved = pl.concat([blocks["a"], blocks["b"]]).unique()
    numbers = set(np.unique(scanned.index.unit_of[involved.to_numpy()]).tolist())
    return [unit for unit in scanned.corpus.units if unit.number in numbers]


def _texts(
    corpus: Corpus, specs: tuple[Spec, ...], measured: Stage, index: Stage, plan: Stage, unit: Unit
) -> pl.DataFrame:
    """The involved documents of a unit, once per block, with what is blanked in `main` and the language as scanned."""
    docs = index.part("docs", unit.number).join(plan.frame("members"), on="doc").sort("row", "_b")
    read = corpus.read(unit)
    rows = read.documents.select("row", *DOCUMENT).join(docs, on="row", maintain_order="right")
    none = pl.DataFrame(schema={"row": pl.Int64, "parts": _ROWS["parts"]})
    parts = none if read.parts is None else _listed(read.parts, _PART, "parts")
    rows = rows.join(parts, on="row", how="left", maintain_order="left")
    return _with_views(built(specs), measured, unit, rows)


def _with_views(plugins: Sequence[Plugin], measured: Stage, unit: Unit, rows: pl.DataFrame) -> pl.DataFrame:
    language = language_signal(plugins)
    if language:
        signal = measured.part("signals", unit.number).select("row", said=".".join(language))
        rows = rows.join(signal, on="row", how="left", maintain_order="left")
        rows = rows.with_columns(language=pl.coalesce("said", "language"))
    labels = [label for names in blanking_labels(plugins).values() for label in names]
    spans = measured.part("spans", unit.number).filter(pl.col("label").is_in(labels) & pl.col("start").is_not_null())
    blanks = _listed(spans, _BLANK, "blanks")
    return rows.join(blanks, on="row", how="left", maintain_order="left").select("_b", *_ROWS)


def _verify_block(
    specs: tuple[Spec, ...], check: str, half: str, plan: Stage, folder: Path, block: int, rows: pl.DataFrame
) -> Done:
    plugin = next(p for p in built(specs) if p.name == check)
    kind = plugin.check.corpus[half]
    assert isinstance(kind, Links), half
    rows = rows.sort("doc")
    blanks, parts = _unlisted(rows, "blanks", _BLANK), _unlisted(rows, "parts", _PART)
    whole = rows["parts"].null_count() == rows.height
    batch = Batch(rows, {"main": lambda _batch: blanks}, None if whole else parts)
    place = pl.DataFrame({"doc": rows["doc"], "at": pl.int_range(rows.height, eager=True)})
    pairs = plan.part("pairs", block).join(place.rename({"doc": "a", "at": "at_a"}), on="a", maintain_order="left")
    pairs = pairs.join(place.rename({"doc": "b", "at": "at_b"}), on="b", maintain_order="left")
    with blaming(plugin, half, "verify"):
        said = kind.verify(batch, pairs.select(a="at_a", b="at_b"))
        verified = _checked(f"{check}.{half}", rows["doc"], said)
    batch.release()
    return Done(write_tables(folder, block, {"verified": verified}))


def _listed(frame: pl.DataFrame, fields: Mapping[str, Any], name: str) -> pl.DataFrame:
    """Rows of one document as a list of structs: `row` and the list, so that they travel with the document."""
    return frame.group_by("row", maintain_order=True).agg(pl.struct(*fields).alias(name))


def _unlisted(rows: pl.DataFrame, name: str, fields: Mapping[str, Any]) -> pl.DataFrame:
    """The lists of a column as rows again, `row` being the position of the document."""
    lists = rows.select(row=pl.int_range(pl.len()), **{name: pl.col(name)}).drop_nulls()
    if lists.is_empty():
        return pl.DataFrame(schema={"row": pl.Int64, **fields})
    return lists.explode(name, empty_as_null=False).unnest(name)


def _checked(half: str, docs: pl.Series, said: pl.DataFrame) -> pl.DataFrame:
    """Verified pairs by doc.

    Raises:
        ContractError: columns are missing or rows or similarities out of range.
    """
    if not {"a", "b", "similarity"} <= set(said.columns):
        raise ContractError(f"half {half!r}: verify returns a, b, similarity and evidence; got {said.schema}")
    if "evidence" not in said.columns:
        said = said.with_columns(evidence=pl.lit(None, EVIDENCE))
    table = said.select(*VERIFIED).cast(VERIFIED)  # type: ignore[arg-type]
    fits = pl.col("a", "b").is_between(0, len(docs) - 1).fill_null(False) & pl.col("similarity").is_between(
        0, 1
    ).fill_null(False)
    if table.filter(~pl.all_horizontal(fits)).height:
        raise ContractError(f"half {half!r}: verify returned rows outside the batch or a similarity outside 0..1")
    return table.with_columns(a=docs.gather(table["a"]), b=docs.gather(table["b"])).sort("a", "b")
