"""The key of a release: a digest of all that what it says and holds follows from.

A release of the same key is there already and is not made again, and the plan of its files is used again after a run
that was killed; so whatever could make two releases differ has to be in it. What a release holds, and what of it is in
the key:

| of the release | follows from | in the key |
|---|---|---|
| rows, types and order of columns, noted features | bytes of the source, names and order of its files | `corpus` |
| fields, splits and sources by place, the id column | the same, and `[input]` | `corpus` |
| numbers of rows, unreadable rows and their reasons | the same, code | `corpus`, `code` |
| rows that are kept, their order, reasons of others | scan, policy, decisions by hand | verdicts, `kept` |
| published texts and the record of edits | spans to edit, styles, secret of pseudonyms | edits, `masking` |
| private names and what is left, failed checks | scan: the source and the checks | `corpus`, `checks` |
| report.json, report.html: notes, reference, gate | that, and the reference | `said` (or they themselves) |
| what they say of the base of the gate | another release, this one or a later one | only its name, `config` |
| what they, manifest and card call the source | how it was named | no |
| gate on what was written | that, limits, accepted findings | `config`, `also` |
| card, croissant.json, manifest | that, `[card]`, `[[source]]`, the card before | `declared`, `card` |
| origins and versions of checks and libraries | what is installed | `checks`, `tools` |
| layout, and how all of it is written | this program | `format`, `code`, `tools` |

The base is left out because `[gate] base` may be the very release that is written, or the latest version of its store:
once that is written, every comparison has another result, and the same command would write for ever. The manifest loses
nothing: the gate on what was written, which `push` asks, compares with no base, and follows from limits and measures.
The name of the source is left out because one folder has many (`.`, a link to it); the names of its files count.

Parent, version and changes are not in it: they follow from the release that is there, with which the key is compared;
a version that was asked for is compared on its own (`versions.answers`). Nor are units, memory and workers, which
change no row; units are in the key of every work file that counts by them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpusqa.corpus import Corpus
from corpusqa.plugins.fingerprint import own_code
from corpusqa.release import tables
from corpusqa.release.manifest import FORMAT, dumped, identity
from corpusqa.release.mask import Masking
from corpusqa.release.model import Recipe
from corpusqa.scan.model import Scan

if TYPE_CHECKING:
    from corpusqa.policy import Verdicts


def tools() -> dict[str, str]:
    """Versions of what decides the bytes of a release."""
    return {name: installed(name) for name in ("corpusqa", "polars", "pyarrow")}


def name_of(corpus: Corpus, recipe: Recipe) -> str:
    """What a release calls its source."""
    return str(recipe.report.get("corpus", {}).get("name", Path(corpus.source).name))


def key(corpus: Corpus, scan: Scan, verdicts: Verdicts, recipe: Recipe, masking: Masking) -> str:
    """64 hex digits; see above. It covers digests of the source and stays at home."""
    made_of = {
        **_made_with(scan, recipe, masking),
        "code": own_code(),
        "corpus": [corpus.identity(), scan.digest, scan.read],
        "checks": tables.checks(scan),
        "kept": sorted(verdicts.kept_by_hand),
        "said": _digest(dumped(_said(recipe))),
        "card": recipe.card,
        "also": recipe.also,
    }
    return identity(made_of, verdicts.parts(), [verdicts.edits])


def build_id(content: str, scan: Scan, recipe: Recipe, masking: Masking) -> str:
    """64 hex digits over what a release holds (its `content_id`) and what it was made with; it is published."""
    return identity({**_made_with(scan, recipe, masking), "input": content})


def _made_with(scan: Scan, recipe: Recipe, masking: Masking) -> Mapping[str, Any]:
    return {
        "format": FORMAT,
        "config": recipe.config,
        "declared": recipe.declared,
        "masking": masking.identity,
        "checks": {name: check.fingerprint for name, check in scan.checks.items()},
        "tools": tools(),
    }


def _said(recipe: Recipe) -> Mapping[str, Any]:
    if recipe.said is not None:
        return {"said": recipe.said, "files": sorted(recipe.files)}
    return {"report": recipe.report, "files": {path: _digest(content) for path, content in recipe.files.items()}}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
