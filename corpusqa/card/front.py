"""Front matter: what the Hub and `datasets` read from the head of README.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# The Hub's fixed buckets (hub-docs, datasetcard.md), by the least number of rows.
SIZES = (
    (1_000_000_000_000, "n>1T"),
    (100_000_000_000, "100B<n<1T"),
    (10_000_000_000, "10B<n<100B"),
    (1_000_000_000, "1B<n<10B"),
    (100_000_000, "100M<n<1B"),
    (10_000_000, "10M<n<100M"),
    (1_000_000, "1M<n<10M"),
    (100_000, "100K<n<1M"),
    (10_000, "10K<n<100K"),
    (1_000, "1K<n<10K"),
    (0, "n<1K"),
)
# Keys that people declare; `license` and `language` fall back to unknown and to what was measured.
DECLARED = (
    "pretty_name",
    "license",
    "license_name",
    "license_link",
    "language",
    "tags",
    "task_categories",
    "source_datasets",
    "annotations_creators",
    "multilinguality",
)
# A language is listed when at least this share of the documents is in it; a few misjudged ones are no claim.
LANGUAGE_SHARE = 0.01
INFO_KEYS = ("config_name", "features", "splits", "name", "download_size", "dataset_size")
_FRONT = re.compile(r"\A---[ \t]*\r?\n(?P<block>.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


def split_front(text: str) -> tuple[dict[str, Any], str]:
    """The head of a card and its body; an empty head if there is none that can be read."""
    import yaml  # type: ignore[import-untyped]

    found = _FRONT.match(text)
    if not found:
        return {}, text
    try:
        head = yaml.safe_load(found["block"])
    except yaml.YAMLError:
        head = None
    return head if isinstance(head, dict) else {}, text[found.end() :]


def front_matter(manifest: Mapping[str, Any], declared: Mapping[str, Any], existing: Mapping[str, Any]) -> str:
    """The block between `---` lines, with its final line end.

    Args:
        manifest: Says what was measured.
        declared: What people say in the configuration; goes before what they wrote into the card.
        existing: The head of the card so far; keys that are not ours stay.
    """
    import yaml

    ours = existing.get("corpusqa")
    earlier = ours.get("filled_in", []) if isinstance(ours, dict) else []
    said = {key: value for key, value in existing.items() if key not in earlier}
    said |= {key: declared[key] for key in DECLARED if declared.get(key)}
    fill = {"license": "unknown", "language": measured_languages(manifest["measured"])}
    filled = {key: value for key, value in fill.items() if value and key not in said}
    said |= filled
    said["size_categories"] = [size_category(manifest["measured"]["size"]["documents"])]
    said["configs"] = configs(manifest)
    if manifest.get("dataset_info"):
        said["dataset_info"] = _ordered(manifest["dataset_info"])
    said["corpusqa"] = {name: manifest[name] for name in ("format", "version", "content_id", "build_id")}
    said["corpusqa"]["filled_in"] = sorted(filled)  # so that the next card tells what people wrote from what we did
    ordered = {key: said[key] for key in (*existing, *said) if key in said}
    block: str = yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{block}---\n"


def size_category(rows: int) -> str:
    """The Hub's bucket of a number of rows."""
    return next(name for least, name in SIZES if rows >= least)


def configs(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Which files are which split; the removed rows are a configuration of their own."""
    splits = [{"split": split, "path": f"data/{split}-*.parquet"} for split in manifest["splits"]]
    found: list[dict[str, Any]] = [{"config_name": "default", "default": True, "data_files": splits}]
    if manifest["ledger"]["dropped"] + manifest["ledger"]["unreadable"]:
        files = [{"split": "train", "path": "removed/train-*.parquet"}]
        found.append({"config_name": "removed", "data_files": files})
    return found


def _ordered(value: Any) -> Any:
    """The keys in the order in which `datasets` writes them; the manifest has them by the alphabet."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: INFO_KEYS.index(key) if key in INFO_KEYS else len(INFO_KEYS))
        return {key: _ordered(value[key]) for key in keys}
    return [_ordered(item) for item in value] if isinstance(value, list) else value


def measured_languages(measured: Mapping[str, Any]) -> list[str]:
    """Languages of the documents, the most frequent first."""
    least = LANGUAGE_SHARE * measured["size"]["documents"]
    return [row["name"] for row in language_rows(measured) if row["documents"] >= least]


def language_rows(measured: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The measured languages that have a code: neither documents without one nor the row of the rare ones together."""
    return [row for row in measured["languages"] if row["name"] and " " not in row["name"]]
