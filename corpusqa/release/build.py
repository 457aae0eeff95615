"""From verdicts to a release: plan the files, have the engine write them, add what describes them, publish."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa

from corpusqa.card import card
from corpusqa.corpus import Corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Done, Stage
from corpusqa.errors import CannotEvaluate, LedgerError
from corpusqa.plugins import Spec
from corpusqa.release import tables
from corpusqa.release.manifest import FORMAT, MANIFEST, build_id, content_id, dumped, read_manifest
from corpusqa.release.mask import Masking, make_masking
from corpusqa.release.outcome import line_labels, text_digests
from corpusqa.release.parquet import sha256_of, write_frame
from corpusqa.release.publish import exists, publish, staging
from corpusqa.release.schema import described, published_schema
from corpusqa.release.slices import Slice, kept_documents, new_ids, own_ids, slices
from corpusqa.release.sources import source_schema
from corpusqa.release.writer import Job, canonical_functions, write_file
from corpusqa.scan.model import Scan

if TYPE_CHECKING:
    from corpusqa.policy import Verdicts

# Called with the folder in which a release is made, its data files finished; what it returns is stored as `gate`.
Second = Callable[[Path], Mapping[str, Any]]


@dataclass(frozen=True)
class Recipe:
    """What a release is made with besides the corpus and its verdicts; plain values.

    Attributes:
        config: The configuration as it applies; part of the release's identity and of its manifest.
        mask_with: Masking styles by label pattern, as in `[clean.mask_with]`.
        declared: What people say of the data, as in `[card]`.
        report: report.json as a mapping; what the card measures from.
        files: Further files by their path in the release.
    """

    config: Mapping[str, Any] = field(default_factory=dict)
    mask_with: Mapping[str, str] = field(default_factory=dict)
    declared: Mapping[str, Any] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Release:
    """A finished release.

    Attributes:
        folder: Where it is.
        manifest: Its manifest.
        fresh: False if it was there already.
    """

    folder: Path
    manifest: Mapping[str, Any]
    fresh: bool

    @property
    def summary(self) -> str:
        """One line for the terminal."""
        said = self.manifest
        rows = sum(split["rows"] for split in said["splits"].values())
        state = "" if self.fresh else " (was there already, nothing written)"
        return f"{self.folder}: {rows:,} documents, version {said['version']}, content {said['content_id'][:12]}{state}"

    def data_files(self) -> dict[str, list[Path]]:
        """The data files of each split, in order."""
        return {
            split: [self.folder / path for path in said["files"]] for split, said in self.manifest["splits"].items()
        }


def write_release(
    corpus: Corpus,
    scan: Scan,
    verdicts: Verdicts,
    specs: tuple[Spec, ...],
    flow: Flow,
    out: Path,
    recipe: Recipe,
    *,
    second: Second | None = None,
    replace: bool = False,
) -> Release:
    """Write what the verdicts leave of a corpus as one folder, whole or not at all.

    Args:
        corpus: The source.
        scan: Its scan.
        verdicts: Its verdicts, those of documents that edits leave without text among them.
        specs: The selected checks, for the canonical forms of masked values.
        flow: Engine and work folder.
        out: The folder to make. If it holds this very release, nothing is done.
        recipe: Configuration, card and report.
        second: Judges what was written before it is published.
        replace: Exchange another folder of this name.

    Raises:
        UsageError: `out` exists and is something else, or two splits would bear one name.
        CannotEvaluate: nothing is left, or what was written does not read back.
    """
    labels = {name: canonical_functions(specs).get(name) for name in scan.labels}
    masking = make_masking(recipe.mask_with, labels)
    identity = build_id(_made_of(corpus, scan, recipe, masking), verdicts.frame, verdicts.edits)
    there = _same(out, identity)
    if there:
        return there
    if out.exists() and not replace and (not out.is_dir() or any(out.iterdir())):
        raise exists(out)
    with staging(out) as folder:
        made = Making(corpus, scan, verdicts, specs, flow, recipe, masking, folder)
        manifest = made.all(identity, second)
        publish(folder, out, replace=replace)
    return Release(out, manifest, fresh=True)


def open_release(folder: Path) -> Release:
    """A release that was written before.

    Raises:
        UsageError: the folder is no release, or one of a newer format.
    """
    return Release(folder, read_manifest(folder), fresh=False)


def _same(out: Path, identity: str) -> Release | None:
    """The release in `out` if it was made of the same things."""
    if not (out / MANIFEST).is_file():
        return None
    found = open_release(out)
    whole = all((out / file["path"]).is_file() for file in found.manifest["files"])
    return found if whole and found.manifest["build_id"] == identity else None


def _made_of(corpus: Corpus, scan: Scan, recipe: Recipe, masking: Masking) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "input": [scan.digest, scan.read, repr(corpus.fields)],
        "config": recipe.config,
        "declared": recipe.declared,
        "masking": masking.identity,
        "checks": {name: check.fingerprint for name, check in scan.checks.items()},
        "tools": tools(),
    }


def tools() -> dict[str, str]:
    """Versions of what decides the bytes of a release."""
    return {name: installed(name) for name in ("corpusqa", "polars", "pyarrow")}


class Making:
    """A release while it is made in its folder."""

    def __init__(
        self,
        corpus: Corpus,
        scan: Scan,
        verdicts: Verdicts,
        specs: tuple[Spec, ...],
        flow: Flow,
        recipe: Recipe,
        masking: Masking,
        folder: Path,
    ) -> None:
        self.corpus, self.scan, self.verdicts, self.specs = corpus, scan, verdicts, specs
        self.flow, self.recipe, self.masking, self.folder = flow, recipe, masking, folder

    def all(self, identity: str, second: Second | None) -> dict[str, Any]:
        """Write everything; returns the manifest."""
        kept = self._kept()
        source = source_schema(self.corpus, self.flow)
        files, job = self._planned(kept, source.schema, source.trusted, identity)
        done = self._written(files, job)
        names = kept.select("doc", "new_id", "number", "source", "out_split", "id_private", "source_private")
        written = self._table(done, "written").join(names, on="doc", maintain_order="left")
        self._describe(written, self._table(done, "record"))
        manifest = self._manifest(identity, job, files, written)
        manifest["gate"] = dict(second(self.folder)) if second else None
        for path, content in self.recipe.files.items():
            self._put(path, content)
        self._put("README.md", card(manifest, self.recipe.report, self.recipe.declared).encode())
        manifest["files"] = self._files()
        self._put(MANIFEST, dumped(manifest))
        return manifest

    def _kept(self) -> pl.DataFrame:
        """The documents that are published, with their ids."""
        kept = kept_documents(self.scan.documents, self.verdicts.frame)
        if kept.is_empty():
            raise CannotEvaluate(f"{self.corpus.source}: the policy drops every document; there is nothing to publish")
        kept = kept.with_columns(own=own_ids(kept))
        nameless = kept.filter(pl.col("own").is_null() | (pl.col("own") != pl.col("id")))
        edits = self.verdicts.edits.join(nameless, on="doc", how="semi")
        edited = text_digests(self.corpus, self.scan, edits, self.flow, self.specs, self.masking)
        return kept.with_columns(new_ids(kept, edited))

    def _planned(self, kept: pl.DataFrame, source: pa.Schema, trusted: bool, identity: str) -> tuple[list[Slice], Job]:
        files, rows = slices(kept)
        edits = self.verdicts.edits
        parts = [{"rows": frame, "edits": edits.join(frame, on="doc", how="semi")} for frame in rows]
        plan: Stage = self.flow.write("release", (identity, self.corpus.root, self.corpus.units), parts)
        fields = self.corpus.fields
        schema = published_schema(source, fields.text)
        column = None if fields.id else _free("id", schema.names)
        lines = line_labels(self.scan)
        styles, key = self.masking.styles, self.masking.key
        return files, Job(self.corpus, self.specs, styles, key, lines, plan, schema, column, trusted, self.folder)

    def _written(self, files: list[Slice], job: Job) -> list[Done]:
        parts = self.folder / "parts"
        for place in (parts, self.folder / "data", self.folder / "corpusqa"):
            place.mkdir()
        tick = partial(self.flow.progress, "writing")
        done = self.flow.engine.run_map(files, partial(write_file, job, parts), tick)
        return sorted(done, key=lambda one: one.parts[0].part)

    def _table(self, done: list[Done], name: str) -> pl.DataFrame:
        paths = [self.folder / "parts" / part.name for one in done for part in one.parts if part.table == name]
        return pl.concat([pl.read_parquet(path, memory_map=False) for path in paths])

    def _describe(self, written: pl.DataFrame, record: pl.DataFrame) -> None:
        """The tables beside the data."""
        import shutil

        shutil.rmtree(self.folder / "parts")
        shown = tables.shown_ids(written)
        write_frame(self.folder / "corpusqa" / "docs.parquet", tables.docs(written, shown))
        write_frame(self.folder / "corpusqa" / "edits.parquet", tables.edits(record, written, shown))
        removed = tables.removed(self.scan, self.verdicts.frame)
        write_frame(self.folder / "removed" / "train-00000-of-00001.parquet", removed)
        balance = written.height + removed.height
        if balance != self.scan.read:
            raise LedgerError(f"{self.corpus.source}: {self.scan.read} rows were read, but {balance} are accounted for")

    def _manifest(self, identity: str, job: Job, files: list[Slice], written: pl.DataFrame) -> dict[str, Any]:
        columns = described(job.schema)
        splits = list(dict.fromkeys(file.split for file in files))
        digests = {split: written.filter(pl.col("out_split") == split)["digest"] for split in splits}
        said = {split: [file for file in files if file.split == split] for split in splits}
        return {
            "format": FORMAT,
            "version": "1.0.0",
            "parent": None,
            "content_id": content_id(columns, digests),
            "build_id": identity,
            "input": {"name": Path(self.corpus.source).name, "digest": self.scan.digest, "rows": self.scan.read},
            "config": self.recipe.config,
            "tools": tools(),
            "checks": tables.checks(self.scan),
            "ledger": tables.ledger(self.scan, self.verdicts.frame),
            "reasons": tables.reasons(self.verdicts.frame),
            "columns": described(job.file_schema),
            "text": self.corpus.fields.text,
            "splits": {
                split: {"rows": sum(f.rows for f in found), "files": [f.path for f in found]}
                for split, found in said.items()
            },
        }

    def _put(self, path: str, content: bytes) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)

    def _files(self) -> list[dict[str, Any]]:
        """Path, size and digest of every file but the card, which people may edit, and the manifest itself."""
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file() and path.name != "README.md")
        return [
            {"path": path.relative_to(self.folder).as_posix(), "bytes": path.stat().st_size, "sha256": sha256_of(path)}
            for path in paths
        ]


def _free(name: str, taken: list[str]) -> str:
    """The name, with an underscore before it where the source uses it for something else."""
    return name if name not in taken else _free(f"_{name}", taken)
