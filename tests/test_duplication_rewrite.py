"""Retellings: the same story in other words."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from corpusqa_checks.duplication import rewrite
from corpusqa_checks.duplication.alignment import align, sentences
from corpusqa_checks.duplication.background import TOP, languages, weights
from corpusqa_checks.duplication.narrative import narrative, quoted
from corpusqa_checks.duplication.stems import stem_strings, stems

from corpusqa.check import Among, Batch, Check, Signal
from corpusqa.errors import PluginError
from corpusqa.plugins.load import _declared
from tests.copies import edges, scanned
from tests.files import SEEDS, seed_labels

# Stories of the seeds that others retell.
RETOLD = (
    ("harbour-gazette", "lighthouse-keeper.txt"),
    ("valley-news", "lighthouse-retold.txt"),
    ("coast-wire", "ferry.txt"),
    ("harbour-gazette", "ferry-last-crossing.txt"),
    ("valley-news", "ferry-retold.txt"),
)


def test_the_original_seeds_are_a_retelling(shared: Path, tmp_path: Path) -> None:
    labels = json.loads((shared / "seeds" / "labels.json").read_text("utf-8"))
    names = sorted(name for name in labels if name != "note")
    texts = [(shared / "seeds" / name).read_text("utf-8") for name in names]
    found = scanned(tmp_path, texts)
    assert set(edges(found, "rewrite")) == {(0, 1)}
    evidence = found.edges.filter(pl.col("half") == "duplication.rewrite")["evidence"][0].to_list()
    assert len(evidence) >= labels[names[0]]["duplication"]["min_aligned_sentences"]
    assert evidence == sorted(evidence, key=lambda row: row["a_start"])
    first = evidence[0]
    assert texts[0][first["a_start"] : first["a_end"]].startswith("The top Pentagon policy official")
    assert texts[1][first["b_start"] : first["b_end"]].startswith("The Pentagon’s top policy official")


def test_the_retellings_of_the_seeds_and_nothing_else(tmp_path: Path) -> None:
    labels = seed_labels()
    found = scanned(tmp_path, [(SEEDS / label["file"]).read_bytes().decode() for label in labels])
    allowed = ("rewrite", "exact", "near", "near_miss")
    for a, b in edges(found, "shared_material"):
        same = [key for key in allowed if key in labels[a] and labels[a][key] == labels[b].get(key)]
        assert same, (labels[a]["file"], labels[b]["file"])
    retold = {label["rewrite"] for label in labels if "rewrite" in label}
    pairs = {
        labels[a].get("rewrite")
        for a, b in edges(found, "rewrite")
        if labels[a].get("rewrite") == labels[b].get("rewrite")
    }
    assert pairs - {None} == retold


def test_recall_and_precision_on_the_development_pairs(shared: Path, tmp_path: Path) -> None:
    pairs = pl.read_parquet(shared / "data" / "rewrite_dev.parquet")
    texts = pl.concat([pairs["a"], pairs["b"]]).unique().sort().to_list()
    place = {text: at for at, text in enumerate(texts)}
    found = edges(scanned(tmp_path, texts), "rewrite")
    rows = [
        (label, kind, tuple(sorted((place[a], place[b]))) in found)
        for a, b, label, kind in pairs.select("a", "b", "label", "kind").rows()
    ]
    share = pl.DataFrame(rows, schema=["label", "kind", "found"], orient="row")
    recall = dict(share.filter(pl.col("label") == "rewrite").group_by("kind").agg(pl.col("found").mean()).rows())
    assert recall["inshorts"] >= 0.65
    assert recall["clough_cut"] >= 0.70
    assert recall["clough_light"] >= 0.70
    assert recall["clough_heavy"] >= 0.45
    assert not share.filter(pl.col("label") != "rewrite")["found"].any()


def batch(*texts: str) -> Batch:
    return Batch(pl.DataFrame({"text": list(texts)}))


def test_stems_are_the_same_in_every_alphabet() -> None:
    assert stem_strings("Planned PLANNING plans, boats boat gas") == ["plann", "plann", "plan", "boat", "boat", "gas"]
    assert stem_strings("Україна Україною, ΑΘΗΝΑ Αθήνας") == ["украї", "украї", "αθηνα", "αθήνα"]
    assert stem_strings("") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One stop. Another stop! And more? Yes", 4),
        ("He met Dr. Voss and Gen. Caine of the U.S. Army.", 1),
        ("at 6.15 p.m. the boat left. it was late", 1),
        ("a line\nAnother line", 2),
        ("a line that is wrapped\nand goes on", 1),
        ("first\n- second\n- third", 3),
        ("a paragraph\n\nand another", 2),
        ("Он ушёл. Потом вернулся. и остался", 2),
    ],
)
def test_sentences(text: str, expected: int) -> None:
    assert len(np.unique(stems(batch(text).buffers, 0, 1).sentences)) == expected


def test_no_sentence_goes_on_in_the_next_document() -> None:
    found = stems(batch("first", "second", "", "third").buffers, 0, 4)
    assert len(np.unique(found.sentences)) == 3


def test_the_language_is_told_by_function_words_or_not_at_all() -> None:
    english = "The keeper of the lamp wrote that it was not the wind but the sea which took the boat from him."
    german = "Der Wärter des Turms schrieb, dass es nicht der Wind war, sondern die See, die ihm das Boot nahm."
    code = "def f(x): return x * x; print(f(3)); assert f(4) == 16; f(5); f(6); f(7)"
    found = narrative(batch(english, german, code, "", "灯塔的看守人每天晚上都记下所有经过海角的船"), 0, 5)
    assert found.language[0] >= 0
    assert found.language[1] >= 0
    assert found.language[0] != found.language[1]
    assert found.language[2:].tolist() == [-1, -1, -1]
    assert (found.weights[found.stems.offsets[2] :] == 0).all()


def test_common_words_weigh_nothing_and_unlisted_ones_most() -> None:
    found = stems(batch("the gwendal and the harbour of skarholm").buffers, 0, 1)
    english = languages(stems(batch("the and of to in that it was").buffers, 0, 1).hashes, np.array([0, 8]))
    weight = weights(found.hashes, found.offsets, english)
    assert weight[0] == 0
    assert weight[1] == TOP


def test_quotations_are_found_in_many_marks() -> None:
    text = 'He said “the tide will turn at noon” and «la marée va tourner» and "it is not our boat" and “short”.'
    found = stems(batch("before", text).buffers, 0, 2)
    spoken = quoted(batch("before", text), found, 0)
    said = [text.encode()[a:b].decode() for a, b in zip(found.starts[spoken], found.ends[spoken], strict=True)]
    assert said == "the tide will turn at noon la marée va tourner it is not our boat".split()  # noqa: SIM905


def test_alignment_finds_the_counterpart_and_its_neighbour() -> None:
    one = [[1, 2, 3, 4], [5, 6, 7, 8], [20, 21, 22, 23]]
    other = [[1, 2, 3, 4], [5, 6, 7, 30], [8, 31, 32, 33], [40, 41, 42, 43]]

    def made(numbers: list[list[int]]):
        flat = np.array([stem for sentence in numbers for stem in sentence], np.uint64)
        place = np.array([at for at, sentence in enumerate(numbers) for _ in sentence])
        return sentences(flat, np.ones(len(flat)), place, np.arange(len(flat)), np.arange(len(flat)) + 1)

    found = align(made(one), made(other))
    assert found.sentences.tolist() == [0, 1]
    assert found.counterparts.tolist() == [0, 1]
    assert found.scores.tolist() == [1.0, 1.0]  # the second with its neighbour
    assert found.coverage == pytest.approx(2 / 3)


def told(text: str) -> bool:
    found = narrative(batch(text), 0, 1)
    return bool(found.language[0] >= 0)


def test_only_told_text_is_compared() -> None:
    story = (
        "The keeper of the lamp wrote down every ship that passed the point. He did so for thirty years, and nobody "
        "ever asked him for the book. When the light was put out, he gave it to the school in the village."
    )
    wrapped = story.replace(" that", "\nthat").replace(" ever", "\never").replace(" he", "\nhe")
    table = "\n".join(
        f"| The keeper of lamp {n} | wrote to the board in the year {n} | and it was so |" for n in range(9)
    )
    entries = "\n".join(f"- the lamp of the pier and the keeper of lamp {n}" for n in range(9))
    assert told(story)
    assert told(wrapped)
    assert told(story.removesuffix("."))
    assert not told(table)
    assert not told(entries)
    assert not told(f"{story}\n\n{table}")


def test_the_same_form_filled_in_twice_is_no_retelling(tmp_path: Path) -> None:
    form = (
        "The pier at {0} was closed on {1} March because of the damage that the storm had done to {0}. The council "
        "expects that repairs to the pier at {0} will cost {2} crowns and take {3} weeks. Until then the ferry from "
        "{0} leaves at {4} from the old quay beside the market."
    )
    places = ("Skarholm", 11, 70_000, 14, "8"), ("Gwendal", 19, 45_000, 31, "9")
    assert not edges(scanned(tmp_path, [form.format(*values) for values in places]), "shared_material")
    years = [form.format("Skarholm", *values) for values in ((11, 70_000, 14, "8"), (19, 45_000, 31, "9"))]
    assert not edges(scanned(tmp_path / "years", years), "rewrite")
    again = [years[0], years[0].replace("expects", "thinks").replace("beside the market", "near the market hall")]
    assert edges(scanned(tmp_path / "again", again), "rewrite")


def test_a_template_makes_no_retellings(tmp_path: Path) -> None:
    frame = (
        "This page describes a message that the edit control sends to its parent window. The feature was superseded by "
        "a newer control in the last release. Applications should call the newer function wherever that is possible. "
    )
    texts = [frame + f"The value w{n} names item{n * 7} of unit{n * 13} for state{n * 17}." for n in range(12)]
    assert not edges(scanned(tmp_path, texts), "rewrite")


def test_long_documents_and_lists_are_left_out_in_time(tmp_path: Path) -> None:
    long = "The keeper of the lamp wrote that it was not the wind but the sea which took the boat. " * 3_000
    assert not edges(scanned(tmp_path, [long, long + " And so it was."]), "rewrite")


def test_retellings_are_the_closer_ones_among_shared_material(tmp_path: Path) -> None:
    paths = sorted((SEEDS / folder / name) for folder, name in RETOLD)
    found = scanned(tmp_path, [path.read_bytes().decode() for path in paths])
    shared, retold = edges(found, "shared_material"), edges(found, "rewrite")
    assert retold
    assert retold == {pair: similarity for pair, similarity in shared.items() if similarity >= 0.27}


def test_a_half_among_another_names_one_that_is_there() -> None:
    check = Check({"close": Signal(pl.String, "")}, corpus={"close": Among("far", 0.5)})
    with pytest.raises(PluginError, match="among 'far'"):
        _declared("toy", check, lambda: check)


def test_copies_of_a_story_do_not_make_it_a_form(tmp_path: Path) -> None:
    one, other = ((SEEDS / folder / name).read_bytes().decode() for folder, name in RETOLD[:2])
    found = scanned(tmp_path, [one] * 8 + [other])
    assert {(a, 8) for a in range(8)} <= set(edges(found, "rewrite"))
    evidence = found.edges.filter((pl.col("half") == "duplication.rewrite") & (pl.col("b") == 8))["evidence"].to_list()
    assert all(places == evidence[0] for places in evidence)


def test_nothing_is_computed_of_a_text_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[tuple[int, int]] = []
    monkeypatch.setattr(rewrite, "narrative", lambda *said: (read.append(said[1:]), narrative(*said))[1])
    story = (SEEDS / RETOLD[0][0] / RETOLD[0][1]).read_bytes().decode()
    long = "The keeper of the lamp wrote that it was the sea which took the boat. " * 20_000
    assert rewrite.keys(batch(story, long, story))["row"].unique().sort().to_list() == [0, 2]
    assert read == [(0, 1), (2, 3)]
