"""README.md of a release. Every value in it is measured, declared by people, or said to be unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpusqa.card.front import front_matter
from corpusqa.card.markdown import code, number, section, share, table

Values = Mapping[str, Any]
NOT_SAID = "unknown: nobody has declared it"


def card(manifest: Values, report: Values, declared: Values) -> str:
    """The card of a release.

    Args:
        manifest: The release's manifest.
        report: report.json of the source.
        declared: `[card]` of the configuration: pretty_name, license, summary and so on.
    """
    title = declared.get("pretty_name") or manifest["input"]["name"]
    parts = [
        f"# {title}",
        str(declared.get("summary") or "<!-- Say here what this dataset is for; corpusqa leaves your text alone. -->"),
        section("account", "What is in it", _account(manifest)),
        section("removed", "What was removed and why", _removed(manifest)),
        section("edited", "What was cut and masked", _edited(report)),
        section("measured", "What was measured in the source", _measured(report)),
        section("declared", "What was declared", _declared(declared)),
        section("provenance", "How it was made", _provenance(manifest)),
    ]
    return front_matter(manifest, report, declared) + "\n" + "\n\n".join(parts) + "\n"


def _account(manifest: Values) -> str:
    ledger = manifest["ledger"]
    rows = [[code(name), number(said["rows"]), str(len(said["files"]))] for name, said in manifest["splits"].items()]
    counts = (
        f"Of {number(ledger['read'])} rows read, {number(ledger['kept'])} are here unchanged, "
        f"{number(ledger['edited'])} with cuts or masks; {number(ledger['dropped'])} were dropped and "
        f"{number(ledger['unreadable'])} could not be read. The rows that are not here are listed with their "
        "reasons in `removed/`, every cut and mask in `corpusqa/edits.parquet`."
    )
    columns = [[code(name), kind] for name, kind in manifest["columns"]]
    return "\n\n".join([counts, table(["split", "documents", "files"], rows), table(["column", "type"], columns)])


def _removed(manifest: Values) -> str:
    if not manifest["reasons"]:
        return "Nothing was dropped."
    rows = [[code(r["reason"]), number(r["first"]), number(r["only"])] for r in manifest["reasons"]]
    return table(["reason", "documents", "for no other reason"], rows)


def _edited(report: Values) -> str:
    edits = report.get("edits") or []
    if not edits:
        return "Nothing was cut or masked."
    rows = [[code(e["label"]), e["action"], number(e["documents"]), number(e["spans"])] for e in edits]
    return table(["label", "action", "documents", "spans"], rows)


def _measured(report: Values) -> str:
    """Statistics of every signal and label, as the report has them."""
    parts = []
    for name, check in (report.get("checks") or {}).items():
        signals = [
            [code(f"{name}.{s}"), said["about"], number(said["measured"]), share(said["statistics"])]
            for s, said in check["signals"].items()
        ]
        labels = [
            [
                code(f"{name}.{label}"),
                said["about"],
                number(said["statistics"].get("documents")),
                share(said["statistics"]),
            ]
            for label, said in check["labels"].items()
        ]
        parts.append(
            f"### {name}\n\n{check['about']}\n\n" + table(["name", "what", "documents", "value"], signals + labels)
        )
    return "\n\n".join(parts) or "No check ran."


def _declared(declared: Values) -> str:
    said = {"license": NOT_SAID, "source_datasets": NOT_SAID, **declared}
    rows = [
        [code(name), _shown(value)] for name, value in sorted(said.items()) if name not in ("summary", "pretty_name")
    ]
    return table(["field", "value"], rows)


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _provenance(manifest: Values) -> str:
    tools = ", ".join(f"{name} {version}" for name, version in manifest["tools"].items())
    checks = [
        [code(name), said["version"], said["origin"], number(said["failed"])]
        for name, said in manifest["checks"].items()
    ]
    rows = [
        ["version", manifest["version"]],
        ["content", code(manifest["content_id"])],
        ["build", code(manifest["build_id"])],
        ["made from", f"{manifest['input']['name']}, content {code(manifest['input']['digest'])}"],
        ["made by", tools],
    ]
    return "\n\n".join([table(["", ""], rows), table(["check", "version", "from", "failed on"], checks)])
