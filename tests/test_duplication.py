"""Exact and near copies: through the whole scan, and by the definition."""

from __future__ import annotations

import gc
import random
import re
import unicodedata
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from corpusqa_checks._shared.characters import classify
from corpusqa_checks.duplication import near
from corpusqa_checks.duplication import words as words_module
from corpusqa_checks.duplication.background import languages, weights
from corpusqa_checks.duplication.sketch import BINS, bands, densify, least_bands, walks
from corpusqa_checks.duplication.stems import stems
from corpusqa_checks.duplication.words import words

from corpusqa.check import Batch, Links
from corpusqa.errors import OptionError
from corpusqa.plugins import find, load
from corpusqa.scan.clusters import CHAINED, transitive
from corpusqa.scan.views import Measuring
from tests.copies import ALL, edges, scanned
from tests.files import SEEDS, cases, seed_labels

# A row's `text` is two documents; `expect` says the similarity with which a half pairs them, null for not at all.
CASES = cases("duplication")
ALONE = ("THAI", "HIRAGANA", "KATAKANA", "CJK", "IDEOGRAPHIC", "KATAKANA-HIRAGANA")


def reference_words(text: str) -> list[str]:
    """Words by the definition, character by character."""
    found, run = [], ""
    for char in text:
        category = unicodedata.category(char)[0]
        alone = unicodedata.name(char, "").split(" ")[0] in ALONE and category in "LMN"
        if alone or not (char.isalnum() or char == "_"):
            found += [run, char if alone else ""]
            run = ""
        else:
            run += char.lower() if len(char.lower().encode()) == len(char.encode()) else char
    return [word for word in [*found, run] if word]


def shingles(text: str) -> set[tuple[str, ...]]:
    found = reference_words(text)
    return {tuple(found[n : n + 5]) for n in range(len(found) - 4)}


def jaccard(one: set[Any], other: set[Any]) -> float:
    return len(one & other) / len(one | other)


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_cases(case: dict[str, Any], tmp_path: Path) -> None:
    found = scanned(tmp_path, case["text"])
    for half, similarity in case["expect"].items():
        expected = {} if similarity is None else {(0, 1): pytest.approx(similarity, abs=1e-6)}
        assert edges(found, half) == expected, half


def test_the_families_of_the_seeds(tmp_path: Path) -> None:
    labels = seed_labels()
    found = scanned(tmp_path, [(SEEDS / label["file"]).read_bytes().decode() for label in labels])

    def families(keys: tuple[str, ...]) -> set[tuple[int, int]]:
        return {
            (a, b)
            for b in range(len(labels))
            for a in range(b)
            if any(key in labels[a] and labels[a].get(key) == labels[b].get(key) for key in keys)
        }

    assert set(edges(found, "exact")) == families(("exact",))
    assert set(edges(found, "near")) == families(("exact", "near"))


def test_the_original_seeds_are_no_copies(shared: Path, tmp_path: Path) -> None:
    texts = [path.read_text("utf-8") for path in sorted((shared / "seeds").glob("*.txt"))]
    found = scanned(tmp_path, texts)
    assert not edges(found, "exact")
    assert not edges(found, "near")


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.75, 0.8, 0.9])
def test_every_pair_above_the_threshold_and_no_other(threshold: float, tmp_path: Path) -> None:
    rng = random.Random(7)
    vocabulary = [f"w{n}" for n in range(300)]
    texts = []
    for _ in range(40):
        base = rng.choices(vocabulary, k=rng.randint(20, 400))
        for changes in range(6):
            copy = list(base)
            for _ in range(changes * max(1, len(base) // 60)):
                copy[rng.randrange(len(copy))] = rng.choice(vocabulary)
            texts.append(" ".join(copy))
    rng.shuffle(texts)
    found = edges(scanned(tmp_path, texts, threshold=threshold), "near")
    sets = [shingles(text) for text in texts]
    expected = {(a, b): jaccard(sets[a], sets[b]) for b in range(len(texts)) for a in range(b)}
    expected = {pair: similarity for pair, similarity in expected.items() if similarity >= threshold}
    assert found == pytest.approx(expected)


def test_many_copies_are_one_cluster_at_bounded_cost(tmp_path: Path) -> None:
    text = "The keeper of the lamp wrote down every ship that passed the point between dusk and dawn that winter too."
    found = scanned(tmp_path, [text] * 2_000)
    assert found.clusters.group_by("half").agg(pl.col("cluster").n_unique(), pl.len()).sort("half").rows() == [
        ("duplication.exact", 1, 2_000),
        ("duplication.near", 1, 2_000),
    ]
    assert len(edges(found, "near")) < 10 * 2_000
    assert not found.capped  # each is compared with the first of them, which stands for all


def test_a_family_that_is_too_large_to_pair_whole_is_counted(tmp_path: Path) -> None:
    frame = " ".join(f"w{n * 37 % 1_009}" for n in range(300))
    found = scanned(tmp_path, [f"{frame} v{n} v{n + 1} v{n + 2}" for n in range(400)])
    assert found.clusters.filter(pl.col("half") == "duplication.near")["cluster"].n_unique() == 1
    assert len(edges(found, "near")) < 400 * 25 * 17
    assert any("duplication.near" in what for what in found.capped)  # said, never silent


def test_a_family_of_many_near_copies_is_found_whole(tmp_path: Path) -> None:
    rng = random.Random(13)
    vocabulary = [f"w{n}" for n in range(5_000)]
    base = rng.choices(vocabulary, k=200)
    texts = []
    for _ in range(90):
        copy = list(base)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(190)
            copy[at : at + rng.randint(2, 6)] = rng.choices(vocabulary, k=4)
        texts.append(" ".join(copy))
    sets = [shingles(text) for text in texts]
    expected = {(a, b) for b in range(90) for a in range(b) if jaccard(sets[a], sets[b]) >= 0.8}
    assert len(expected) > 400
    found = scanned(tmp_path, [*texts, *texts[:5] * 10])  # copies of some of them neither hide nor cap the others
    assert expected <= set(edges(found, "near"))
    assert not [what for what in found.capped if "near" in what]


def test_furniture_neither_makes_nor_hides_a_copy(tmp_path: Path) -> None:
    stories = [
        "The last ferry left the old harbour at noon while hundreds of people waved from the wall and the band played.",
        "A swarm of bees has settled behind the letter boxes of the former post office and will not be moved.",
    ]
    notice = (
        "We use cookies to improve your experience on this website and to show you personalised advertising.\n"
        "By clicking accept all cookies you consent to the use of cookies as described in our cookie policy.\n" * 3
    )
    pages = [f"{stories[0]}\n\n{notice}", f"{stories[1]}\n\n{notice}", stories[0]]
    assert set(edges(scanned(tmp_path, pages, ("duplication", "boilerplate")), "near")) == {(0, 2)}


@pytest.mark.parametrize("threshold", [0.4, 1.2])
def test_a_threshold_out_of_range_is_refused(threshold: float, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="threshold"):
        scanned(tmp_path, ["a"], threshold=threshold)


def test_bands_are_those_of_the_research() -> None:
    assert [bands(t) for t in (0.7, 0.8, 0.9)] == [(32, 4), (25, 5), (16, 8)]
    assert [least_bands(t) for t in (0.5, 0.7, 0.75, 0.8, 0.9)] == [6, 1, 3, 2, 1]


def test_words_are_those_of_the_definition() -> None:
    texts = [path.read_bytes().decode() for path in sorted(SEEDS.rglob("*.txt"))]
    texts += [
        "",
        "_a1 b-c",
        "Ωmega ΣΊΣΥΦΟΣ",
        "日本語テキスト2024年",
        "แมว2ตัว",
        "हिन्दी",
        "😀x😀",
        "ẞtraße İzmir K",
        "e\u0301",
    ]
    found = words(Batch(pl.DataFrame({"text": texts})).buffers, 0, len(texts))
    for row, text in enumerate(texts):
        raw, part = text.encode(), slice(found.offsets[row], found.offsets[row + 1])
        cuts = [raw[a:b].decode() for a, b in zip(found.starts[part], found.ends[part], strict=True)]
        assert [word.upper() for word in cuts] == [word.upper() for word in reference_words(text)]


@pytest.mark.parametrize("spaces", [False, True])
def test_a_large_text_has_the_same_words_in_pieces(spaces: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(2)
    signs = ["ab .\n", "日本語 。x", "แมว a", "😀 a\x00b", "é ü_x", "a" * 60 + " "]
    monkeypatch.setattr(words_module, "LARGE", 100)
    monkeypatch.setattr(words_module, "SLICE", 50)
    for _ in range(60):
        text = "".join(chance.choices(chance.choice(signs), k=chance.randint(120, 900)))
        buffers = Batch(pl.DataFrame({"text": [text]})).buffers
        found = words_module.places(buffers, 0, 1, spaces=spaces)
        pieces = (words_module.runs if spaces else words)(buffers, 0, 1)
        assert np.array_equal(pieces.hashes, words_module.hashes(found.text.lower, found.starts, found.ends))
        assert np.array_equal(pieces.starts, found.starts)
        assert np.array_equal(pieces.ends, found.ends)
        assert len(words_module.cuts(buffers.data, spaces=spaces)) > 2 or " " not in text[:-60]


def test_equal_words_have_equal_hashes_and_others_do_not() -> None:
    tokens = [f"{'x' * width}{n}" for width in (0, 3, 6, 7, 8, 15, 16, 17, 40) for n in range(50)]
    text = " ".join([*tokens, *(token.upper() for token in tokens)])
    hashes = words(Batch(pl.DataFrame({"text": ["not this one", text]})).buffers, 1, 2).hashes
    assert (hashes[: len(tokens)] == hashes[len(tokens) :]).all()
    assert len(np.unique(hashes)) == len(set(tokens))


def test_lower_case_keeps_every_byte_in_its_place() -> None:
    text = "ÀÉ Şß ΑΩ ЖЯ Ꭰ 𐐀 Ⴀ İ K Ⱥ"
    raw = np.frombuffer(text.encode(), np.uint8)
    lower = classify(raw).lower.tobytes().decode()
    kept = [char.lower() if len(char.lower().encode()) == len(char.encode()) else char for char in text]
    assert lower == "".join(kept)


def test_sigma_at_the_end_of_words_is_one_letter_with_its_capital(tmp_path: Path) -> None:
    text = "ο φυλακας του φαρου εγραψε ολους τους πλοες στο βιβλιο της σκαλας και ο γιος του τους διαβασε σε ολους "
    text += "τους ψαραδες που περνουσαν απο το νησι εκεινες τις μερες του χειμωνα"
    found = scanned(tmp_path, [text, text.upper(), text.replace("ς", "σ"), "Νεα: " + text.upper()])
    assert set(edges(found, "exact")) == {(0, 1), (0, 2), (1, 2)}
    near_pairs = edges(found, "near")
    assert len(near_pairs) == 6
    assert near_pairs[0, 1] == near_pairs[1, 2] == 1.0


def test_listed_words_are_folded_as_the_words_of_texts() -> None:
    texts = ["ο γιος της και ο πατερας τους", "Ο ΓΙΟΣ ΤΗΣ ΚΑΙ Ο ΠΑΤΕΡΑΣ ΤΟΥΣ"]
    told = [stems(Batch(pl.DataFrame({"text": [text]})).buffers, 0, 1) for text in texts]
    small, large = (languages(one.hashes, one.offsets)[0] for one in told)
    assert small == large >= 0
    assert weights(told[0].hashes, told[0].offsets, np.array([small]))[2] == 0  # της


def test_empty_bins_are_filled_from_full_ones() -> None:
    sketch = np.full((3, BINS), 0xFFFFFFFF, np.uint32)
    sketch[0, 5], sketch[1] = 7, np.arange(BINS)
    filled = densify(sketch.copy())
    assert (filled[0] == 7).all()
    assert (filled[1] == np.arange(BINS)).all()
    assert (filled[2] == 0xFFFFFFFF).all()
    assert walks().min() >= 0
    assert walks().max() < BINS


def test_the_sketch_does_not_depend_on_the_neighbours() -> None:
    texts = [" ".join(f"w{(n * k) % 97}" for n in range(60 + k)) for k in range(1, 9)]
    whole = near.keys(Batch(pl.DataFrame({"text": texts})), 0.8)
    for row, text in enumerate(texts):
        alone = near.keys(Batch(pl.DataFrame({"text": [text]})), 0.8)
        assert alone["key"].to_list() == whole.filter(pl.col("row") == row)["key"].to_list()


def test_labelled_pairs_of_the_benchmark_corpus(shared: Path, tmp_path: Path) -> None:
    pairs = pl.read_parquet(shared / "data" / "bench_pairs.parquet").filter(pl.col("jaccard") >= 0.8).head(300)
    ids = pl.concat([pairs["id_a"], pairs["id_b"]]).unique().sort()
    corpus = pl.read_parquet(shared / "data" / "bench_corpus.parquet").filter(pl.col("id").is_in(ids.implode()))
    place = {key: at for at, key in enumerate(corpus["id"])}
    texts = corpus["text"].to_list()
    found = edges(scanned(tmp_path, texts), "near")
    wanted = {tuple(sorted((place[a], place[b]))) for a, b in pairs.select("id_a", "id_b").rows()}
    spaced = {(a, b) for a, b in wanted if not re.search(r"[\u3040-\u9fff\u0e00-\u0e7f]", texts[a] + texts[b])}
    assert len(spaced) > 200
    assert spaced <= set(found)
    for (a, b), similarity in random.Random(1).sample(sorted(found.items()), 100):
        assert similarity == pytest.approx(jaccard(shingles(texts[a]), shingles(texts[b])))


def test_costly_halves_run_only_when_asked_for() -> None:
    found = find()["duplication"]
    halves = load(found).check.corpus

    assert "passage" not in halves
    assert "passage" in load(found, {"also": ["passage"]}).check.corpus
    with pytest.raises(OptionError, match="passages"):
        load(found, {"also": ["passages"]})


def test_members_tied_through_others_are_marked(tmp_path: Path) -> None:
    rng = random.Random(11)
    base = [f"w{rng.randrange(10_000)}" for _ in range(200)]
    step = [*base]
    step[50] = step[150] = "gull"
    far = [*step]
    far[20] = far[100] = "tern"
    found = scanned(tmp_path, [" ".join(words_) for words_ in (base, step, far)], threshold=0.9)
    assert set(edges(found, "near")) == {(0, 1), (1, 2)}
    assert transitive(found.edges, found.clusters).rows() == [("duplication.near", "00000", 2)]
    why = dict(found.spans.filter(pl.col("label") == "duplication.near").select("doc", "why").rows())
    assert [doc for doc, reason in why.items() if reason.endswith(CHAINED)] == [2]


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_a_batch_is_let_go_when_its_documents_are_done() -> None:
    frame = pl.DataFrame({"text": ["The ferry leaves from the northern pier at seven in the morning. " * 9] * 3})
    plugins = [load(find()[name], options) for name, options in (("boilerplate", None), ("duplication", ALL))]
    measuring = Measuring(plugins, frame)
    for half, kind in plugins[1].check.corpus.items():
        if isinstance(kind, Links):
            wanted = ["row", "key", *filter(None, [kind.apart])]
            assert measuring.keys("duplication", half).keys.columns == wanted
    batch, main = weakref.ref(measuring.batch), weakref.ref(measuring.batch.main)
    measuring.batch.release()
    del measuring
    assert batch() is None
    assert main() is None


@pytest.mark.usefixtures("no_collector")
def test_a_batch_without_views_needs_no_release() -> None:
    batch = Batch(pl.DataFrame({"text": ["one", "two"]}))
    assert batch.main.buffers.data.size
    there = weakref.ref(batch)
    del batch
    assert there() is None


def test_copies_are_verified_as_one(tmp_path: Path) -> None:
    rng = random.Random(3)
    words = [f"w{n}" for n in range(200)]
    base = [rng.choices(words, k=90) for _ in range(3)]
    texts = [" ".join(each) for each in base]
    close = " ".join([*base[0][:60], "other", *base[0][61:]])
    rows = [texts[0], close, texts[1], *[texts[0]] * 4, close, texts[2]]
    found = scanned(tmp_path, rows)
    sets = [shingles(text) for text in rows]
    for half in ("near", "contained", "passage"):
        family = [0, 1, 3, 4, 5, 6, 7]
        assert set(edges(found, half)) == {(a, b) for a in family for b in family if a < b}, half
    for (a, b), similarity in edges(found, "near").items():
        assert similarity == pytest.approx(jaccard(sets[a], sets[b]))
