"""README.md of a release. Every value in it is measured, declared by people, or said to be unknown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from corpusqa.card import tables
from corpusqa.card.front import front_matter, split_front
from corpusqa.card.markdown import section, sections, with_sections

Values = Mapping[str, Any]
HINT = "<!-- Say here what this dataset is for; corpusqa leaves your text alone. -->"


def card(manifest: Values, report: Values, declared: Values, existing: str = "") -> str:
    """The card of a release.

    Args:
        manifest: The release's manifest.
        report: report.json of the source, or of what was written.
        declared: `[card]` of the configuration: pretty_name, license, summary and so on.
        existing: A card to bring up to date; its prose and the keys that people added to its head stay.
    """
    head, body = split_front(existing)
    new = measured_sections(manifest, report, declared)
    if not body.strip():
        title = declared.get("pretty_name") or manifest["input"]["name"]
        body = f"\n# {title}\n\n{declared.get('summary') or HINT}\n"
    return front_matter(manifest, declared, head) + with_sections(body, new)


def measured_sections(manifest: Values, report: Values, declared: Values) -> dict[str, str]:
    """The sections between markers, by name, in order."""
    manifest = json.loads(json.dumps(manifest, sort_keys=True))  # the order of keys that the stored manifest has
    said = {
        "account": ("What is in it", tables.account(manifest)),
        "removed": ("What was removed and why", tables.removed(manifest)),
        "edited": ("What was cut and masked", tables.edited(report)),
        "composition": ("Languages, periods and sources", tables.composition(manifest["measured"])),
        "quality": ("What was measured", tables.quality(report)),
        "gate": ("Quality gate", tables.gate(manifest)),
        "changes": ("Changes since the last version", tables.changes(manifest)),
        "summary": ("Summary of training content", tables.training_content(manifest, declared)),
        "datasheet": ("Datasheet", tables.datasheet(manifest, declared)),
        "provenance": ("How it was made", tables.provenance(manifest)),
    }
    return {name: section(name, title, body) for name, (title, body) in said.items() if body}


def drift(text: str, manifest: Values, report: Values, declared: Values) -> list[str]:
    """What differs between a card and the one that its release has: names of sections and keys of the head."""
    text = text.replace("\r\n", "\n")  # an editor may have saved it so
    there, wanted = sections(text), measured_sections(manifest, report, declared)
    found = [f"section {name!r}" for name in wanted if there.get(name) != wanted[name]]
    head, _ = split_front(text)
    fresh, _ = split_front(front_matter(manifest, declared, head))
    return found + [f"key {key!r} of the head" for key in fresh if head.get(key) != fresh[key]]
