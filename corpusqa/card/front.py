"""Front matter: what the Hub and `datasets` read from the head of README.md."""

from __future__ import annotations

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
# Keys of the front matter that people declare; others are ours.
DECLARED = ("pretty_name", "license", "license_name", "license_link", "language", "tags", "task_categories",
            "source_datasets", "annotations_creators", "multilinguality")  # fmt: skip


def front_matter(manifest: Mapping[str, Any], report: Mapping[str, Any], declared: Mapping[str, Any]) -> str:
    """The block between `---` lines, with its final line end."""
    import yaml  # type: ignore[import-untyped]

    said: dict[str, Any] = {key: declared[key] for key in DECLARED if declared.get(key)}
    said.setdefault("license", "unknown")
    languages = measured_languages(report)
    if languages:
        said.setdefault("language", languages)
    said["size_categories"] = [size_category(sum(split["rows"] for split in manifest["splits"].values()))]
    said["configs"] = configs(manifest)
    said["corpusqa"] = {
        "format": manifest["format"],
        "version": manifest["version"],
        "content_id": manifest["content_id"],
        "build_id": manifest["build_id"],
    }
    block: str = yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=1000)
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


def measured_languages(report: Mapping[str, Any]) -> list[str]:
    """Languages of the documents, the most frequent first, where a check measured them."""
    rows = [row for row in report.get("languages") or [] if row.get("language")]
    return [row["language"] for row in sorted(rows, key=lambda row: (-row["documents"], row["language"]))]
