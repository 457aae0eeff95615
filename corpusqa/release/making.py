"""A release while it is made: plan the files, have the engine write them, add what describes them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa

from corpusqa.card import card
from corpusqa.card.croissant import croissant
from corpusqa.card.lint import lint
from corpusqa.corpus import Corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Done, Stage
from corpusqa.errors import CannotEvaluate, LedgerError
from corpusqa.plugins import Spec
from corpusqa.release import tables
from corpusqa.release.beside import Written, describe
from corpusqa.release.changes import changes
from corpusqa.release.diff import Side, release_side, removed_for_good, returned
from corpusqa.release.features import dataset_info, features_of, outside
from corpusqa.release.files import free_name, known_files, listed, put
from corpusqa.release.key import build_id, key, name_of, tools
from corpusqa.release.manifest import (
    CROISSANT,
    DOCS,
    FORMAT,
    GONE,
    MANIFEST,
    ORIGIN,
    content_id,
    dumped,
    sealed,
)
from corpusqa.release.mask import make_masking
from corpusqa.release.measures import measured
from corpusqa.release.model import Recipe, Release
from corpusqa.release.outcome import line_labels, text_digests
from corpusqa.release.parquet import write_frame
from corpusqa.release.schema import described, published_schema
from corpusqa.release.slices import Slice, kept_documents, new_ids, own_ids, slices
from corpusqa.release.sources import source_schema
from corpusqa.release.versions import next_version
from corpusqa.release.writer import Job, canonical_functions, write_file
from corpusqa.scan.model import Scan

if TYPE_CHECKING:
    from corpusqa.policy import Verdicts

# Called with the folder in which a release is made, its data files finished; what it returns is stored as `gate`:
# `status`, `limits` (rows of report.json's gate) and whatever else is worth keeping.
Second = Callable[[Path], Mapping[str, Any]]


@dataclass(frozen=True)
class Line:
    """Where a release stands among its versions: its parent, the version that was asked for, versions that exist."""

    parent: Release | None
    version: str | None
    taken: tuple[str, ...]


def published(corpus: Corpus, scan: Scan, verdicts: Verdicts) -> pl.DataFrame:
    """The documents that a release holds, from `kept_documents`.

    Raises:
        UsageError: two splits would bear the same name.
        CannotEvaluate: there are none.
    """
    kept = kept_documents(scan, verdicts.outcomes)
    if kept.is_empty():
        raise CannotEvaluate(f"{corpus.source}: the policy drops every document; there is nothing to publish")
    return kept


class Making:
    """A release while it is made."""

    def __init__(
        self, corpus: Corpus, scan: Scan, verdicts: Verdicts, specs: tuple[Spec, ...], flow: Flow, recipe: Recipe
    ) -> None:
        self.corpus, self.scan, self.verdicts = corpus, scan, verdicts
        self.specs, self.flow, self.recipe = specs, flow, recipe
        self._published = published(corpus, scan, verdicts)
        labels = {name: canonical_functions(specs).get(name) for name in scan.labels}
        self.masking = make_masking(recipe.mask_with, labels)
        self.identity = key(corpus, scan, verdicts, recipe, self.masking)

    def into(self, folder: Path, line: Line, second: Second | None) -> dict[str, Any]:
        """Write everything into a folder; returns the manifest."""
        source = source_schema(self.corpus, self.flow, self.specs)
        kept = self._kept()
        files, job = self._planned(kept, source.schema, folder)
        private, by_hand = self._private_names(kept), self._by_hand(kept)
        del kept  # the rows of the files are in the plan
        done = self._written(files, job)
        for column, rows in outside([folder / file.path for file in files], job.file_schema).items():
            self.flow.say(
                f"{column}: {rows:,} rows name a file by its path and do not hold it; the release has the paths alone"
            )
        written = self._describe(folder, files, done, job)
        manifest: dict[str, Any] = self._manifest(job, files, private, written)
        docs = pl.read_parquet(folder / DOCS, memory_map=False) if line.parent else None
        manifest |= _lineage(line, docs, described(job.file_schema))
        sources = self.recipe.declared.get("sources", ())
        manifest["measured"] = measured(self.scan, self.verdicts.outcomes, written.sizes, sources)
        manifest["build_id"] = build_id(manifest["content_id"], self.scan, self.recipe, self.masking)
        manifest["gate"] = dict(second(folder)) if second else None
        put(folder, ORIGIN, dumped({"identity": self.identity, "input_digest": self.scan.digest}))
        self._remember(folder, line.parent, by_hand)
        for path, content in self.recipe.files.items():
            put(folder, path, content)
        paths = {split: said["files"] for split, said in manifest["splits"].items()}
        manifest["dataset_info"] = dataset_info(folder, paths, features_of(job.file_schema, source.noted))
        manifest["files"] = listed(folder, known_files(done))
        existing = self.recipe.card or (line.parent.card() if line.parent else "")
        manifest["gate"] = self._with_card(_with_returned(manifest["gate"], line.parent, docs), manifest, existing)
        put(folder, "README.md", self._card(manifest, existing).encode())
        put(folder, CROISSANT, dumped(croissant(manifest, self.recipe.declared)))
        manifest["files"] = listed(folder, {file["path"]: file for file in manifest["files"]})
        manifest = sealed(manifest)
        put(folder, MANIFEST, dumped(manifest))
        return manifest

    def _card(self, manifest: Mapping[str, Any], existing: str) -> str:
        return card(_as_read(manifest), self.recipe.report, self.recipe.declared, existing)

    def _with_card(
        self, gate: dict[str, Any] | None, manifest: Mapping[str, Any], existing: str
    ) -> dict[str, Any] | None:
        """The gate with what is wrong with the card; a card that misleads fails a gate that was judged."""
        found = lint(self._card(manifest, existing), _as_read(manifest)) if gate else []
        problems = [asdict(problem) for problem in found]
        if gate is None or not problems:
            return gate
        failed = any(problem["severity"] == "error" for problem in problems)
        return {**gate, "card": problems, **({"status": "failed"} if failed else {})}

    def _kept(self) -> pl.DataFrame:
        """The documents that are published, with their ids."""
        kept, self._published = self._published, self._published.clear()  # held once
        kept = kept.with_columns(own=own_ids(kept))
        nameless = kept.filter(pl.col("own").is_null() | (pl.col("own") != pl.col("id")))
        edits = self.verdicts.edits.join(nameless.select("doc"), on="doc", how="semi")
        edited = text_digests(self.corpus, self.scan, edits, self.flow, self.specs, self.masking)
        return kept.drop("id").with_columns(new_ids(kept, edited)).drop("own")

    def _planned(self, kept: pl.DataFrame, source: pa.Schema, folder: Path) -> tuple[list[Slice], Job]:
        fields = self.corpus.fields
        # Ids that the source has are published with its column; those that are added hold nothing private.
        added = pl.lit(None, pl.String) if fields.id else tables.shown_ids(kept)
        # The plan is a work file; nobody needs a private name any more.
        files, rows = slices(kept.with_columns(added.alias("id"), tables.shown_source(), tables.own_name()))
        edits = self.verdicts.edits
        parts = ({"rows": frame, "edits": edits.join(frame.select("doc"), on="doc", how="semi")} for frame in rows)
        plan: Stage = self.flow.write("release", (self.identity, self.corpus.units), parts, len(files))
        schema = published_schema(source, fields.text)
        column = None if fields.id else free_name("id", schema.names)
        lines = line_labels(self.scan)
        styles, secret = self.masking.styles, self.masking.key
        return files, Job(self.corpus, self.specs, styles, secret, lines, plan, schema, column, folder)

    def _written(self, files: list[Slice], job: Job) -> list[Done]:
        parts = job.folder / "parts"
        for place in (parts, job.folder / "data", job.folder / "corpusqa"):
            place.mkdir()
        tick = partial(self.flow.progress, "writing")
        try:
            done = self.flow.engine.run_map(files, partial(write_file, job, parts), tick)
        finally:  # where another text lies under the offsets of an edit, anything can go wrong
            if not self.corpus.unchanged():
                raise CannotEvaluate(f"{self.corpus.source}: changed while it was being cleaned; run the command again")
        return sorted(done, key=lambda one: one.parts[0].part)

    def _describe(self, folder: Path, files: list[Slice], done: list[Done], job: Job) -> Written:
        """Write the tables beside the data."""
        written = describe(folder, files, done, job.plan)
        shutil.rmtree(folder / "parts")
        removed = tables.removed(self.scan, self.verdicts)
        write_frame(folder / "removed" / "train-00000-of-00001.parquet", removed)
        balance = written.height + removed.height
        if balance != self.scan.read:
            raise LedgerError(f"{self.corpus.source}: {self.scan.read} rows were read, but {balance} are accounted for")
        return written

    def _private_names(self, kept: pl.DataFrame) -> dict[str, int]:
        columns = {name: getattr(self.corpus.fields, name) for name in tables.NAMES}
        return tables.private_names(kept, self.scan.elsewhere, columns)

    def _by_hand(self, kept: pl.DataFrame) -> pl.DataFrame:
        """The `id` of documents that a decision keeps."""
        chosen = kept.filter(pl.col("doc").is_in(list(self.verdicts.kept_by_hand)))
        return chosen.select(id=tables.shown_ids(chosen))

    def _remember(self, folder: Path, parent: Release | None, by_hand: pl.DataFrame) -> None:
        """Write down what versions before removed for good, so that it is missed in all that follow.

        Who decides by hand to keep such a document gives a reason once, and it is forgotten.
        """
        if parent is None:
            return
        gone = removed_for_good(release_side(parent.folder, "parent"))
        gone = gone.join(by_hand, on="id", how="anti").sort("id")
        if gone.height:
            write_frame(folder / GONE, gone)

    def _manifest(self, job: Job, files: list[Slice], private: dict[str, int], written: Written) -> dict[str, Any]:
        splits = list(dict.fromkeys(file.split for file in files))
        said = {split: [file for file in files if file.split == split] for split in splits}
        return {
            "format": FORMAT,
            "content_id": content_id(described(job.schema), written.hex_digests()),
            "input": {"name": name_of(self.corpus, self.recipe), "rows": self.scan.read},
            "config": self.recipe.config,
            "tools": tools(),
            "checks": tables.checks(self.scan),
            "ledger": tables.ledger(self.scan, self.verdicts.counted),
            "reasons": tables.reasons(self.verdicts.counted),
            "private_names": private,
            "private_left": tables.private_left(self.scan, written.sizes["doc"], self.verdicts.edits),
            "columns": described(job.file_schema),
            "text": self.corpus.fields.text,
            "declared": dict(self.recipe.declared),
            "private_labels": sorted(name for name, label in self.scan.labels.items() if label.private),
            "splits": {
                split: {"rows": sum(f.rows for f in found), "files": [f.path for f in found]}
                for split, found in said.items()
            },
        }


def _with_returned(
    gate: dict[str, Any] | None, parent: Release | None, docs: pl.DataFrame | None
) -> dict[str, Any] | None:
    """The gate with the number of documents that the parent lost by decision or for a private value and that are back.

    It fails then. Which they are `corpusqa diff` tells, at home: a manifest is published.
    """
    if gate is None or parent is None or docs is None:
        return gate
    back = returned(release_side(parent.folder, "parent"), Side("this", docs))
    return {**gate, "returned": len(back), "status": "failed"} if back else gate


def _as_read(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest as whoever reads it has it: splits by the alphabet, as in the card that is drawn from it."""
    said: dict[str, Any] = json.loads(dumped(manifest))
    return said


def _lineage(line: Line, docs: pl.DataFrame | None, columns: list[list[str]]) -> dict[str, Any]:
    """Version, parent and what changed since it."""
    parent = line.parent
    if parent is None or docs is None:
        return {"version": next_version(None, "major", line.version, line.taken), "parent": None, "changes": None}
    found = changes(parent.docs(), docs, columns=parent.manifest["columns"] != columns)
    previous = parent.manifest["version"]
    return {
        "version": next_version(previous, found.change, line.version, {*line.taken, previous}),
        "parent": {name: parent.manifest[name] for name in ("version", "content_id", "build_id")},
        "changes": found.counts,
    }
