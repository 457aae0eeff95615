"""The configuration in the words of JSON Schema, for editors that complete and check TOML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpusqa.config import keys
from corpusqa.config.reading import KEY_FILE

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """A JSON Schema of corpusqa.toml; the options of checks are left to the checks."""
    tables = {name: _table(known) for name, known in keys.TABLES.items()}
    tables["checks"]["additionalProperties"] = {"type": "object"}
    tables["gate"]["properties"]["limits"]["additionalProperties"] = {**_table(keys.LIMIT), "minProperties": 1}
    styles = tables["clean"]["properties"]["mask_with"]
    styles["additionalProperties"] = {"type": "string", "minLength": 1}
    styles["properties"] = {KEY_FILE: {"type": "string", "description": "file with the secret of pseudonyms"}}
    entry = {**tables["suppress"], "required": ["check", "reason"]}
    return {
        "$schema": DIALECT,
        "title": "corpusqa.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **tables,
            "suppress": {"type": "array", "items": entry},
            "source": {"type": "array", "items": {**tables["source"], "required": ["name", "match"]}},
        },
    }


def _table(known: Mapping[str, keys.Key]) -> dict[str, Any]:
    values = {name: {**key.kind.schema, "description": key.about} for name, key in known.items()}
    return {"type": "object", "additionalProperties": False, "properties": values}
