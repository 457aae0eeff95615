"""The card: what is measured is written anew, what people wrote stays, what contradicts is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from corpusqa.card import card
from corpusqa.card.card import drift
from corpusqa.card.croissant import croissant
from corpusqa.card.front import size_category, split_front
from corpusqa.card.lint import contradictions, lint
from corpusqa.release import Recipe, checked, redrawn
from corpusqa.release.measures import SHOWN, _short
from tests.files import jsonl
from tests.release_helpers import clean, rows

DECLARED = {
    "pretty_name": "A corpus of tests",
    "license": "cc-by-4.0",
    "limitations": "small | *odd*",
    "sources": [
        {"name": "Paper", "match": ["paper*"], "license": "own", "collected": "2024", "opt_out_checked": True},
        {"name": "Web", "match": "*.test", "license": "none"},
    ],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("card")
    more = [
        {**row, "language": "en" if i % 3 else "fr", "published": f"2024-01-{i % 28 + 1:02d}T00:00:00Z",
         "source": ["paper one", "web", "other"][i % 3], "url": f"https://{'abc'[i % 3]}.test/{i}"}
        for i, row in enumerate(rows())
    ]  # fmt: skip
    return clean(jsonl(folder / "c.jsonl", more), folder / "w", folder / "out", recipe=Recipe(declared=DECLARED)).folder


@pytest.fixture
def manifest(made: Path) -> dict:
    return json.loads((made / "corpusqa/manifest.json").read_text())


@pytest.fixture
def text(made: Path) -> str:
    return (made / "README.md").read_text()


def test_the_card_of_a_plain_release_leaves_nothing_in_its_gate(tmp_path: Path) -> None:
    made = clean(
        jsonl(tmp_path / "c.jsonl", rows()[1:]), tmp_path / "w", tmp_path / "out",
        second=lambda _folder: {"status": "passed"},
    )  # fmt: skip
    assert list(made.manifest["splits"]) == ["train", "test"]  # the card has them by the alphabet
    assert made.manifest["gate"] == {"status": "passed"}


def test_the_head_is_what_the_hub_and_datasets_read(text: str, manifest: dict) -> None:
    from datasets.utils.metadata import MetadataConfigs
    from huggingface_hub import DatasetCard

    head = DatasetCard(text).data.to_dict()
    assert head["license"] == "cc-by-4.0"
    assert head["pretty_name"] == "A corpus of tests"
    assert head["language"] == ["en", "fr"]
    assert head["size_categories"] == ["n<1K"]
    assert head["corpusqa"]["content_id"] == manifest["content_id"]
    configs = MetadataConfigs.from_dataset_card_data(DatasetCard(text).data)
    assert configs.get_default_config_name() == "default"
    assert set(configs) == {"default", "removed"}


def test_datasets_is_told_what_the_files_hold(made: Path, text: str, manifest: dict) -> None:
    info = split_front(text)[0]["dataset_info"]
    assert [feature["name"] for feature in info["features"]] == [name for name, _ in manifest["columns"]]
    splits = {split["name"]: split["num_examples"] for split in info["splits"]}
    assert splits == {split: said["rows"] for split, said in manifest["splits"].items()}
    files = [made / path for said in manifest["splits"].values() for path in said["files"]]
    assert info["download_size"] == sum(path.stat().st_size for path in files)


def test_declared_values_that_measurements_contradict_are_sentences(manifest: dict) -> None:
    declared = {
        "language": ["en", "de"],
        "period": ["2024-01-05", "2024-02-01"],
        "uses": "It is free of personal data.",
    }
    said = contradictions(declared, {**manifest, "private_left": {"pii.phone": 2}})
    assert [sentence.split(" ")[:3] for sentence in said] == [
        ["the", "card", "declares"], ["the", "card", "does"], ["the", "card", "declares"], ["the", "card", "says"]
    ]  # fmt: skip
    assert contradictions({"language": ["en", "fr"], "license": "mit"}, manifest) == []


def test_every_number_is_that_of_the_manifest(text: str, manifest: dict) -> None:
    assert "Of 60 rows read, 20 are here unchanged, 34 with cuts or masks; 6 were dropped" in text
    assert "| `marks.seven = TRUE` | 6 | 6 |" in text
    assert "| published | 2024-01-01 | 2024-01-28 | 54 |" in text
    assert manifest["measured"]["undeclared_source"] == 0
    assert "small \\| \\*odd\\*" in text


def test_declared_sources_stand_beside_what_was_measured(manifest: dict) -> None:
    sources = {row["name"]: row for row in manifest["measured"]["declared_sources"]}
    assert sources["Paper"]["documents"] + sources["Web"]["documents"] == 54
    assert sources["Paper"]["documents"] == sum(1 for i in range(60) if i % 3 == 0 and i % 10 != 7)


def test_prose_and_keys_of_people_stay_when_the_card_is_written_again(text: str, manifest: dict) -> None:
    head, body = split_front(text)
    edited = f"---\n{yaml.safe_dump({**head, 'tags': ['mine'], 'size_categories': ['n>1T']})}---\n" + body.replace(
        "# A corpus of tests", "# A corpus of tests\n\nMy words, *as I* wrote them.\n\n## Mine"
    ).replace("6 were dropped", "0 were dropped")
    again = card(manifest, {}, DECLARED, edited)
    assert "My words, *as I* wrote them.\n\n## Mine" in again
    assert "6 were dropped" in again
    assert split_front(again)[0]["tags"] == ["mine"]
    assert split_front(again)[0]["size_categories"] == ["n<1K"]
    assert card(manifest, {}, DECLARED, again) == again


def test_drift_is_named(text: str, manifest: dict) -> None:
    assert drift(text, manifest, {}, DECLARED) == []
    wrong = text.replace("6 were dropped", "0 were dropped").replace("- n<1K", "- n>1T")
    assert drift(wrong, manifest, {}, DECLARED) == ["section 'account'", "key 'size_categories' of the head"]


def test_the_card_of_a_finished_release_is_checked_and_drawn_again(made: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "copy"
    shutil.copytree(made, folder)
    assert checked(folder) == []
    assert redrawn(folder) == (folder / "README.md").read_text()
    text = (folder / "README.md").read_text().replace("6 were dropped", "0 were dropped")
    (folder / "README.md").write_text(text)
    assert [problem.code for problem in checked(folder)] == ["card.drift"]
    assert "6 were dropped" in redrawn(folder)
    assert "license: mit" in redrawn(folder, {"license": "mit"})
    (folder / "README.md").unlink()
    assert "6 were dropped" in redrawn(folder)


def test_a_fresh_card_has_no_problem(text: str, manifest: dict) -> None:
    assert lint(text, manifest) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ("---\n", "\ufeff---\n", "card.bom", "byte order mark"),
        ("---\n", "", "card.head", "no head"),
        ("license: cc-by-4.0", "license: [", "card.yaml", "not valid YAML"),
        ("language:\n- en\n- fr", "language: no", "card.language", "Norwegian"),
        ("license: cc-by-4.0", "license: mit\nlicense: cc-by-4.0", "card.yaml", "names license twice"),
        ("language:\n- en\n- fr", "language: english", "card.language", "'english'"),
        ("language:\n- en\n- fr", "language: en", "card.contradiction", "does not declare fr, but 18 of 54"),
        ("language:\n- en\n- fr", "language: [en, fr, de]", "card.contradiction", "declares de, but only 0"),
        ("cc-by-4.0", "cc-by-4", "card.license", "did you mean"),
        ("cc-by-4.0", "other", "card.license", "license_name"),
        ("- n<1K", "- 1K<n<10K", "card.size", "measured as n<1K"),
        ("- n<1K", "- tiny", "card.size", "none of the Hub's"),
        ("path: data/train-*.parquet", "path: data/tain-*.parquet", "card.configs", "fits no file"),
        ("- split: test", "- split: train", "card.configs", "names the split train twice"),
        ("configs:\n- config_name: default", "configs:\n- name: default", "card.configs", "config_name"),
        ("config_name: removed", "config_name: removed\n  default: true", "card.configs", "two configurations"),
        ("corpusqa:\n", "other:\n", "card.identity", "another release"),
        ("# A corpus", "[More Information Needed]\n# A corpus", "card.placeholder", "left over"),
        ("# A corpus", "{{ dataset_summary }}\n# A corpus", "card.placeholder", "left over"),
        ("num_examples: 42", "num_examples: 3", "card.info", "train has 42 rows, not 3"),
        ("  - name: train\n    num_bytes", "  - name: dev\n    num_bytes", "card.info", "names the split dev"),
        ("  - name: text\n    dtype: string\n", "", "card.info", "not the columns of the files"),
    ],
)  # fmt: skip
def test_what_the_hub_would_refuse_or_measurements_contradict_is_found(
    text: str, manifest: dict, old: str, new: str, code: str, message: str
) -> None:
    assert old in text
    problems = lint(text.replace(old, new, 1), manifest)
    found = [problem for problem in problems if problem.code == code and message in problem.message]
    assert found, problems
    if code not in ("card.bom", "card.head", "card.identity"):
        assert found[0].line > 1


def test_a_denial_of_personal_data_is_held_against_what_was_measured(text: str, manifest: dict) -> None:
    denied = text.replace("# A corpus of tests", "# A corpus of tests\n\nThis dataset contains no personal data.")
    assert lint(denied, {**manifest, "private_left": {}}) == []
    (found,) = lint(denied, {**manifest, "private_left": {"pii.phone": 3}})
    assert found.code == "card.contradiction"
    assert "3 private values" in found.message


def test_a_declared_period_is_held_against_the_dates(text: str, manifest: dict) -> None:
    wrong = {**manifest, "declared": {"period": ["2023-01-01", "2024-01-10"]}}
    assert [problem.code for problem in lint(text, wrong)] == ["card.contradiction"]


def test_what_is_no_date_ends_no_period(tmp_path: Path) -> None:
    said = ("2020-13-40", "2021-02-29", "2022-01-02T10:00:00Z", "2023-05-06", "soon", None)
    source = jsonl(tmp_path / "c.jsonl", [{"text": f"Document {n}.", "published": date} for n, date in enumerate(said)])
    release = clean(source, tmp_path / "w", tmp_path / "out")
    period = release.manifest["measured"]["periods"]["published"]
    assert period == {"first": "2022-01-02", "last": "2023-05-06", "documents": 2}


@pytest.mark.parametrize(
    ("rows", "name"), [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (5_000_000, "1M<n<10M"), (10**13, "n>1T")]
)  # fmt: skip
def test_size_categories(rows: int, name: str) -> None:
    assert size_category(rows) == name


def test_croissant_is_valid(made: Path, manifest: dict) -> None:
    said = json.loads((made / "croissant.json").read_text())
    files = {entry["@id"]: entry for entry in said["distribution"] if entry["@type"] == "cr:FileObject"}
    for entry in manifest["files"]:
        if entry["path"].startswith("data/"):
            assert files[entry["path"]]["sha256"] == entry["sha256"]
    fields = [field["name"] for field in said["recordSet"][0]["field"]]
    assert fields == [name for name, _ in manifest["columns"] if name != "meta"]
    assert said["rai:dataCollectionTimeframe"] == ["2024-01-01", "2024-01-28"]
    assert said["rai:dataLimitations"] == "small | *odd*"


@pytest.mark.filterwarnings("ignore")
def test_mlcroissant_accepts_it(made: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")
    dataset = mlcroissant.Dataset(str(made / "croissant.json"))
    assert dataset.metadata.ctx.issues.errors == set()
    ids = [record["documents/id"].decode() for record in dataset.records("documents")]
    assert len(ids) == 54


def test_rare_languages_together_are_no_language(manifest: dict) -> None:
    many = [
        {"name": f"q{chr(97 + n // 26)}{chr(97 + n % 26)}", "documents": 1, "characters": 9} for n in range(SHOWN + 13)
    ]
    shown = _short(many)
    assert shown[-1]["name"] == "13 others"
    manifest["measured"] |= {"languages": shown, "size": {**manifest["measured"]["size"], "documents": len(many)}}
    head, _ = split_front(card(manifest, {}, {}, ""))
    assert head["language"] == [row["name"] for row in many[:SHOWN]]
    assert "others" not in json.dumps(croissant(manifest, {})["inLanguage"])
