"""Passages, containment, templates and leaks between splits."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from corpusqa_checks.duplication import contained, template
from corpusqa_checks.duplication.passages import Texts, runs_of
from corpusqa_checks.duplication.splits import leaked
from corpusqa_checks.duplication.widespread import LEAST_TEMPLATE
from corpusqa_checks.duplication.winnow import RUN, fingerprints
from corpusqa_checks.duplication.words import words

from corpusqa.check import Batch
from corpusqa.errors import OptionError
from tests.copies import edges, scanned

NO_MARKS = pl.DataFrame(schema={"mark": pl.Int64})


def prose(rng: random.Random, count: int) -> list[str]:
    return [f"{rng.choice('bcdfgklmnprstvz')}{rng.choice('aeiou')}{rng.randrange(40_000)}" for _ in range(count)]


def batch(*texts: str) -> Batch:
    return Batch(pl.DataFrame({"text": list(texts)}))


@pytest.mark.parametrize("seed", range(5))
def test_every_run_of_23_words_is_found_with_its_place(seed: int) -> None:
    rng = random.Random(seed)
    texts, runs = [], []
    for _ in range(40):
        run = prose(rng, rng.randint(RUN, 60))
        sides = [[prose(rng, rng.randint(0, 300)), prose(rng, rng.randint(0, 300))] for _ in range(2)]
        texts += [" ".join([*before, *run, *after]) for before, after in sides]
        runs.append(" ".join(run))
    made = batch(*texts)
    keys = contained.keys(made)
    pairs = keys.join(keys, on="key").filter(pl.col("row") < pl.col("row_right"))
    candidates = pairs.select(a="row", b="row_right").unique().sort("a", "b")
    assert {(2 * n, 2 * n + 1) for n in range(40)} <= set(candidates.rows())
    found = contained.verify_passage(made, candidates, NO_MARKS, RUN)
    assert found.select("a", "b").rows() == [(2 * n, 2 * n + 1) for n in range(40)]
    for n, evidence in enumerate(found["evidence"].to_list()):
        place = evidence[0]
        assert texts[2 * n][place["a_start"] : place["a_end"]] == runs[n]
        assert texts[2 * n + 1][place["b_start"] : place["b_end"]] == runs[n]


def test_shorter_runs_make_no_passage() -> None:
    rng = random.Random(1)
    run = " ".join(prose(rng, RUN - 1))
    texts = Texts(batch(" ".join(prose(rng, 50)) + " " + run, run + " " + " ".join(prose(rng, 50))).buffers)
    assert len(runs_of(texts, 0, 1, RUN - 1)) == 1
    assert len(runs_of(texts, 0, 1, RUN)) == 0


def test_fingerprints_do_not_depend_on_the_neighbours() -> None:
    rng = random.Random(2)
    texts = [" ".join(prose(rng, count)) for count in (0, 5, RUN - 1, RUN, RUN + 1, 200)]
    buffers = batch(*texts).buffers
    owner, hashes = fingerprints(words(buffers, 0, len(texts)))
    for row, text in enumerate(texts):
        _, alone = fingerprints(words(batch(text).buffers, 0, 1))
        assert hashes[owner == row].tolist() == alone.tolist()
        assert bool(len(alone)) == (len(text.split()) >= RUN)


def test_a_document_inside_another_is_contained_and_not_near(tmp_path: Path) -> None:
    rng = random.Random(3)
    story, frame, other = (" ".join(prose(rng, count)) for count in (150, 400, 300))
    found = scanned(tmp_path, [story, f"{frame[:900]} {story} {frame[900:]}", other])
    assert edges(found, "contained") == {(0, 1): 1.0}
    assert not edges(found, "near")
    assert edges(found, "passage") == {(0, 1): 1.0}


def test_passages_keep_their_places_behind_blanked_and_wide_characters(tmp_path: Path) -> None:
    rng = random.Random(4)
    quote = " ".join(prose(rng, 40))
    notice = "We use cookies – “small files” – to improve your experience. You can accept or reject all cookies.\n\n"
    texts = [
        notice + "Ünïcödé ähead. " + " ".join(prose(rng, 60)) + "\n" + quote,
        " ".join(prose(rng, 80)) + " " + quote,
    ]
    found = scanned(tmp_path, texts, ("duplication", "cookie_text", "boilerplate"))
    place = found.edges.filter(pl.col("half") == "duplication.passage")["evidence"][0].to_list()[0]
    assert texts[0][place["a_start"] : place["a_end"]] == quote
    assert texts[1][place["b_start"] : place["b_end"]] == quote


@pytest.mark.parametrize("cut_in", [(0,), (1,), (0, 1)])
def test_a_passage_that_runs_across_a_cut_is_shown_in_pieces(tmp_path: Path, cut_in: tuple[int, ...]) -> None:
    rng = random.Random(9)
    notice = "We use cookies – “small files” – to improve your experience. You can accept or reject all cookies."
    first, second = (" ".join(prose(rng, count)) for count in (40, 30))
    texts = [
        "\n\n".join([first, *([notice] if side in cut_in else []), second, " ".join(prose(rng, 60))])
        for side in range(2)
    ]
    found = scanned(tmp_path, texts, ("duplication", "cookie_text", "boilerplate"))
    places = found.edges.filter(pl.col("half") == "duplication.passage")["evidence"][0].to_list()
    for side in range(2):
        name = "ab"[side]
        shown = [texts[side][place[f"{name}_start"] : place[f"{name}_end"]] for place in places]
        assert shown == [first, second]


def test_a_template_is_reported_as_one_and_makes_no_pairs(tmp_path: Path) -> None:
    rng = random.Random(5)
    footer = " ".join(prose(rng, 60))
    texts = [" ".join(prose(rng, 30)) + "\n" + footer for _ in range(90)]
    texts += [texts[0]] * 3
    found = scanned(tmp_path, texts)
    spans = found.spans.filter(pl.col("label") == "duplication.template")
    assert spans.height == len(texts)
    assert set(spans["why"]) == {"a line of 90 documents"}
    assert [texts[doc][a:b] for doc, a, b in spans.select("doc", "start", "end").rows()] == [footer] * len(texts)
    # exact copies share passages all the same: what only they hold is no template
    assert set(edges(found, "passage")) == {(a, b) for b in range(90, 93) for a in (0, *range(90, b))}


@pytest.mark.parametrize("seed", range(12))
def test_pairs_are_made_of_what_lies_outside_of_templates(seed: int) -> None:
    """Documents 2n and 2n + 1 share `own[n]` words of their own between two templates that all documents hold."""
    rng = random.Random(seed)
    head, foot = (prose(rng, rng.randint(RUN, 100)) for _ in range(2))
    own = [0, 1, 2, 5, 9, 12, LEAST_TEMPLATE - 1, RUN, RUN, RUN + 1, 31, 60, 90]
    texts = []
    for count in own:
        shared = prose(rng, count)
        texts += [" ".join([*prose(rng, 14), *head, *shared, *foot, *prose(rng, 3)]) for _ in range(2)]
    made = batch(*texts)
    pairs = pl.DataFrame(list(combinations(range(len(texts)), 2)), schema={"a": int, "b": int}, orient="row")
    expected = [(2 * n, 2 * n + 1) for n, count in enumerate(own) if count >= RUN]
    found = contained.verify_passage(made, pairs, common(contained.dense(made)), RUN)
    assert found.select("a", "b").rows() == expected
    rare = contained.keys(made).filter(pl.col("row").n_unique().over("key") <= contained.MOST_DOCUMENTS)
    tied = rare.join(rare, on="key").select(a="row", b="row_right")
    assert set(expected) <= set(tied.rows())  # candidates
    held = contained.verify_contained(made, pairs, common(contained.keys(made)), contained.CONTAINMENT)
    assert set(held.select("a", "b").rows()) <= {(2 * n, 2 * n + 1) for n, count in enumerate(own) if count == 90}


def common(keys: pl.DataFrame) -> pl.DataFrame:
    """The keys that more documents hold than may."""
    return keys.filter(pl.col("row").n_unique().over("key") > contained.MOST_DOCUMENTS).select(mark="key").unique()


def test_a_story_inside_another_page_is_contained_whatever_the_template() -> None:
    rng = random.Random(8)
    head, foot, story = (prose(rng, count) for count in (40, 95, 60))
    bodies = [story, [*story, *prose(rng, 40)], *(prose(rng, 60) for _ in range(30))]
    made = batch(*(" ".join([*head, *body, *foot]) for body in bodies))
    pairs = pl.DataFrame(list(combinations(range(len(bodies)), 2)), schema={"a": int, "b": int}, orient="row")
    held = contained.verify_contained(made, pairs, common(contained.keys(made)), contained.CONTAINMENT)
    assert held.select("a", "b").rows() == [(0, 1)]


def test_a_template_with_few_own_words_makes_no_pairs_and_no_leak(tmp_path: Path) -> None:
    rng = random.Random(7)
    footer = " ".join(prose(rng, 95))
    titles = ["Sport", "Sport", *(f"title{n}" for n in range(38))]
    texts = [" ".join([*prose(rng, n % 15), title]) + ".\n" + footer for n, title in enumerate(titles)]
    found = scanned(tmp_path, texts)
    assert not edges(found, "passage")
    assert not edges(found, "contained")


def test_copies_alone_make_no_template() -> None:
    text = "one two three four five six\nseven eight nine ten eleven"
    rows = template.keys(batch(*[text] * 50)).rename({"row": "doc"})
    assert template.reduce(rows, 24).is_empty()


def test_leaks_between_splits() -> None:
    frame = pl.DataFrame(
        {
            "doc": [0, 1, 2, 3, 4, 5, 6, 7, 8],
            "split": ["train", "test", "train", "train", None, "validation", "train", "train", "test"],
            "duplication.exact": ["a", "a", None, None, None, None, None, None, None],
            "duplication.near": ["a", "a", "c", "c", "a", None, "g", "g", "g"],
        }
    )
    pairs = pl.DataFrame({"half": "duplication.near", "a": [0, 2, 6, 7], "b": [1, 3, 7, 8]})
    found = leaked(frame, pairs, "duplication.exact", ["duplication.near"])
    assert sorted(found.rows()) == [
        (0, "split_leakage", "exact: also in split test"),
        (1, "split_leakage", "exact: also in split train"),
        (6, "split_leakage", "near: also in split test, through others only"),
        (7, "split_leakage", "near: also in split test"),
        (8, "split_leakage", "near: also in split train"),
    ]


def test_repetition_inside_one_text_stays_bounded() -> None:
    line = "the same line over and over again until the page is full of it\n"
    texts = Texts(batch(line * 3_000, line * 2_000).buffers)
    runs = runs_of(texts, 0, 1, RUN)
    assert len(runs) < 200
    assert runs[:, 2].min() >= RUN


def test_runs_too_short_to_be_found_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="at least 23"):
        scanned(tmp_path, ["a"], passage_words=10)


def test_containment_is_exact() -> None:
    rng = random.Random(6)
    base = prose(rng, 200)
    half = " ".join([*base[:160], *prose(rng, 40)])
    found = contained.verify_contained(
        batch(" ".join(base), half),
        pl.DataFrame({"a": [0], "b": [1]}, schema={"a": pl.Int64, "b": pl.Int64}),
        NO_MARKS,
        0.5,
    )
    assert found["similarity"].to_list() == [pytest.approx(153 / 193)]
    assert np.isfinite(found["similarity"].to_numpy()).all()
