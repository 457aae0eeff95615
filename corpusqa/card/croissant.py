"""croissant.json: the release in Croissant 1.1 with the RAI vocabulary, as plain JSON.

Specification: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html, and the RAI extension 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpusqa.card.front import language_rows

Values = Mapping[str, Any]
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "annotation": "cr:annotation",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
PARQUET, FILES = "application/x-parquet", "data-files"
# Type of a column -> Croissant data type; everything nested is read as text.
TYPES = {"string": "sc:Text", "bool": "sc:Boolean", "date": "sc:Date", "float32": "sc:Float", "float64": "sc:Float"}
# `[card]` key -> property of the RAI vocabulary.
RAI = {
    "collection": "dataCollection",
    "personal_data": "personalSensitiveInformation",
    "limitations": "dataLimitations",
    "biases": "dataBiases",
    "uses": "dataUseCases",
    "social_impact": "dataSocialImpact",
    "maintenance": "dataReleaseMaintenancePlan",
    "annotation": "dataAnnotationProtocol",
}


def croissant(manifest: Values, declared: Values) -> dict[str, Any]:
    """The metadata of a release.

    Args:
        manifest: Its manifest; `files` lists at least the data files.
        declared: `[card]` of the configuration.
    """
    name = str(declared.get("pretty_name") or manifest["input"]["name"])
    license_ = declared.get("license")
    said = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": _identifier(name),
        "alternateName": name,
        "description": str(declared.get("summary") or f"Text documents made from {manifest['input']['name']}"),
        "url": str(declared.get("url") or f"urn:corpusqa:{manifest['content_id']}"),
        "version": manifest["version"],
        "inLanguage": [row["name"] for row in language_rows(manifest["measured"])],
        "distribution": _distribution(manifest),
        "recordSet": [_records(manifest)],
        "prov:wasDerivedFrom": {"@type": "prov:Entity", "sc:name": manifest["input"]["name"]},
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "sc:name": f"corpusqa clean {manifest['tools']['corpusqa']}",
            "sc:identifier": manifest["build_id"],
        },
        **_rai(manifest, declared),
    }
    if license_:
        said["license"] = license_
    for key, term in (("creators", "creator"), ("citation", "citeAs"), ("published", "datePublished")):
        if declared.get(key):
            said[term] = declared[key]
    return said


def _distribution(manifest: Values) -> list[dict[str, Any]]:
    """The data files with their digests, and the set of all of them, from which records are read."""
    digests = {file["path"]: file for file in manifest["files"]}
    paths = [path for said in manifest["splits"].values() for path in said["files"]]
    files = [
        {
            "@type": "cr:FileObject",
            "@id": path,
            "name": _identifier(path),
            "contentUrl": path,
            "contentSize": f"{digests[path]['bytes']} B",
            "encodingFormat": PARQUET,
            "sha256": digests[path]["sha256"],
        }
        for path in paths
    ]
    whole = {
        "@type": "cr:FileSet",
        "@id": FILES,
        "name": FILES,
        "encodingFormat": PARQUET,
        "includes": "data/*.parquet",
    }
    return [*files, whole]


def _records(manifest: Values) -> dict[str, Any]:
    """The columns, with what was measured as annotations; nested columns have no type in Croissant and are left out."""
    flat = [(name, kind) for name, kind in manifest["columns"] if not kind.startswith(("list<", "struct<"))]
    sizes = manifest["measured"]["size"].items()
    return {
        "@type": "cr:RecordSet",
        "@id": "documents",
        "name": "documents",
        "description": f"One text document each; the text is in the column {manifest['text'] or 'of its parts'}.",
        "annotation": [
            {"@type": "cr:Field", "@id": f"documents/{_identifier(key)}", "name": key, "value": value,
             "dataType": "sc:Integer"}
            for key, value in sizes
        ],
        "field": [
            {"@type": "cr:Field", "@id": f"documents/{name}", "name": name, "dataType": _type(kind),
             "source": {"fileSet": {"@id": FILES}, "extract": {"column": name}}}
            for name, kind in flat
        ],
    }  # fmt: skip


def _rai(manifest: Values, declared: Values) -> dict[str, Any]:
    """What is measured of collection and preparation, and what people declare."""
    periods = manifest["measured"]["periods"]["published"]
    said: dict[str, Any] = {f"rai:{term}": str(declared[key]) for key, term in RAI.items() if declared.get(key)}
    if periods["first"]:
        said["rai:dataCollectionTimeframe"] = [periods["first"], periods["last"]]
    ledger = manifest["ledger"]
    said["rai:dataPreprocessingProtocol"] = [
        f"{name} {check['version']} with {check['options'] or 'its defaults'}"
        for name, check in manifest["checks"].items()
    ]
    said["rai:dataManipulationProtocol"] = (
        f"Of {ledger['read']} rows read, {ledger['kept']} are unchanged, {ledger['edited']} have cuts or masks, "
        f"{ledger['dropped']} were dropped and {ledger['unreadable']} could not be read; "
        "removed/ and corpusqa/edits.parquet list all of them."
    )
    return said


def _type(kind: str) -> str:
    if kind.startswith(("int", "uint")):
        return "sc:Integer"
    return "sc:DateTime" if kind.startswith("timestamp") else TYPES.get(kind, "sc:Text")


def _identifier(name: str) -> str:
    """Letters, digits, dashes and underscores."""
    return (
        "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "-" for sign in name).strip("-") or "x"
    )
