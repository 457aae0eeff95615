"""Candidate pairs -> verified pairs: packed into blocks whose texts fit into memory, then compared by their checks."""

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
from corpusqa.scan.components import components
from corpusqa.scan.contract import blaming
from corpusqa.scan.held import rows_of
from corpusqa.scan.model import EVIDENCE
from corpusqa.scan.scanned import Scanned
from corpusqa.scan.unit import built
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
class Asked:
    """Pairs that a half is to verify.

    Attributes:
        check: The check.
        half: Its half.
        of: What the pairs follow from.
        pairs: `a`, `b`, documents with a < b.
        common: `doc`, `mark`: which common marks the documents hold; None where the half has no marks.
    """

    check: str
    half: str
    of: str
    pairs: pl.DataFrame
    common: pl.DataFrame | None = None


def verified(flow: Flow, scanned: Scanned, asked: Sequence[Asked], number: int) -> list[pl.DataFrame]:
    """What holds of the pairs of different halves, columns of VERIFIED by half; every text is read once for all.

    Args:
        flow: Runs the stages.
        scanned: The source and the first pass.
        asked: At least one pair in all.
        number: Tells the stages of one run apart.
    """
    involved = pl.concat([one.pairs[side] for one in asked for side in ("a", "b")])
    sizes = rows_of(scanned.index.held, involved, "doc", "bytes")
    packed = [pack(one.pairs, sizes, flow.memory.batch) for one in asked if one.pairs.height]
    some = [one for one in asked if one.pairs.height]
    parts = [part for one, blocks in zip(some, packed, strict=True) for part in _parts(one, blocks)]
    of = [(one.check, one.half, one.of, one.pairs.hash_rows().sum()) for one in some]
    plan = flow.write(f"blocks.{number}", of, [parts[0] | {"members": _members(parts)}, *parts[1:]])
    made_of = (plan.digest, scanned.corpus.identity(), scanned.measured.digest, scanned.fingerprints)
    rows = partial(_texts, scanned.corpus, scanned.specs, scanned.measured, scanned.index.stage, plan)
    reduce = partial(_verify_block, scanned.specs, plan)
    done = flow.shuffle(f"verify.{number}", made_of, _units(scanned, parts), rows, _ROWS, len(parts), reduce)
    found = done.frame("verified")
    by_half = found.partition_by("check", "half", as_dict=True, include_key=False)
    return [by_half.get((one.check, one.half), pl.DataFrame(schema=VERIFIED)) for one in asked]


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


def _parts(asked: Asked, blocks: pl.DataFrame) -> list[dict[str, pl.DataFrame]]:
    """The plan of a half, block by block: `pairs`, whose they are (`of`), and the `common` marks of their documents."""
    found = []
    for block in blocks.partition_by("block", include_key=False, maintain_order=True):
        part = {"pairs": block, "of": pl.DataFrame({"check": [asked.check], "half": [asked.half]})}
        if asked.common is not None:
            part["common"] = asked.common.filter(pl.col("doc").is_in(_involved(block).implode()))
        found.append(part)
    return found


def _members(parts: Sequence[dict[str, pl.DataFrame]]) -> pl.DataFrame:
    """In which blocks each document is needed."""
    involved = [_involved(part["pairs"]).to_frame("doc") for part in parts]
    return pl.concat(docs.with_columns(_b=pl.lit(n, pl.Int32)) for n, docs in enumerate(involved))


def _involved(pairs: pl.DataFrame) -> pl.Series:
    return pl.concat([pairs["a"], pairs["b"]]).unique().sort()


def _units(scanned: Scanned, parts: Sequence[dict[str, pl.DataFrame]]) -> list[Unit]:
    """Units that hold an involved document."""
    involved = pl.concat([_involved(part["pairs"]) for part in parts]).unique()
    numbers = set(np.unique(scanned.index.unit_of[involved.to_numpy()]).tolist())
    return [unit for unit in scanned.corpus.units if unit.number in numbers]


def _texts(
    corpus: Corpus, specs: tuple[Spec, ...], measured: Stage, index: Stage, plan: Stage, unit: Unit
) -> pl.DataFrame:
    """The involved documents of a unit, once per block, with what is blanked in `main` and the language as scanned."""
    docs = index.part("docs", unit.number).select("row", "doc").join(plan.frame("members"), on="doc").sort("row", "_b")
    read = corpus.read_some(unit, docs["row"].unique())
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


def _verify_block(specs: tuple[Spec, ...], plan: Stage, folder: Path, block: int, rows: pl.DataFrame) -> Done:
    check, half = plan.part("of", block).row(0)
    plugin = next(p for p in built(specs) if p.name == check)
    kind = plugin.check.corpus[half]
    assert isinstance(kind, Links), half
    rows = rows.sort("doc")
    blanks, parts = _unlisted(rows, "blanks", _BLANK), _unlisted(rows, "parts", _PART)
    whole = rows["parts"].null_count() == rows.height
    batch = Batch(rows, {"main": lambda _batch: blanks}, None if whole else parts)
    place = pl.DataFrame({"doc": rows["doc"], "at": pl.int_range(rows.height, eager=True)})
    pairs = plan.part("pairs", block).join(place.rename({"doc": "a", "at": "at_a"}), on="a", maintain_order="left")
    pairs = pairs.join(place.rename({"doc": "b", "at": "at_b"}), on="b", maintain_order="left").select(
        a="at_a", b="at_b"
    )
    with blaming(plugin, half, "verify"):
        said = kind.verify(batch, pairs, plan.part("common", block)) if kind.marks else kind.verify(batch, pairs)
        found = _checked(f"{check}.{half}", rows["doc"], said)
    batch.release()
    named = found.with_columns(check=pl.lit(check), half=pl.lit(half))
    return Done(write_tables(folder, block, {"verified": named}))


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
