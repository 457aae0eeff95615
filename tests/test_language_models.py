"""Naive Bayes over langdetect's profiles: the n-grams, the sums, the tables and their cache."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from corpusqa_checks.language import cache, language, profile_nb, prose
from corpusqa_checks.language.characters import class_counts
from corpusqa_checks.language.detectors import DETECTORS, NAMED, VOTERS, detector, installed
from corpusqa_checks.language.scripts import SCRIPTS
from corpusqa_checks.language.tables import ALPHA, BASE, ROW_BITS, ROW_MASK, Tables, build, key_of, profile_names

from corpusqa.testing import plugin, run

TEXTS = [
    "The ferry left the harbour at noon, and the gulls went with it.",
    "Die Fähre verließ um zwölf den Hafen; ÄÖÜ und GROSSE Buchstaben.",
    "Паром вышел из гавани в полдень, and some Latin words beside it.",
    "Το πλοίο έφυγε το μεσημέρι.",
    "Con phà rời bến cảng vào buổi trưa, cùng lũ chim mòng biển.",
    "Vào buo\u0302\u0309i tru\u031ba, a\u0301 a\u0300 combining marks",
    "see https://example.org/a/b?c=d or write to someone@example.org about it",
    "   double  blanks\t\ttabs and\nlines   ",
    "x",
    "",
    "1234 5678 !!!",
    "הספינה עזבה את הנמל בצהריים",
    "nevertheless NASA and USA and McDonald and iPhone",
]


@pytest.fixture(scope="module")
def reference() -> object:
    from langdetect import detector_factory

    detector_factory.init_factory()
    return detector_factory._factory


def grams(factory: object, text: str) -> list[str]:
    detector = factory.create()  # type: ignore[attr-defined]
    detector.append(text)
    detector.cleaning_text()
    return list(detector._extract_ngrams())


@pytest.mark.parametrize("text", TEXTS)
def test_the_n_grams_are_langdetects(reference: object, text: str) -> None:
    scores = profile_nb.score([text])
    wanted = grams(reference, text)
    table = reference.word_lang_prob_map  # type: ignore[attr-defined]
    order = [reference.langlist.index(name) for name in profile_names()]  # type: ignore[attr-defined]
    nats = np.zeros(len(order))
    for gram in wanted:
        nats += np.log1p(np.array(table[gram])[order] * BASE / ALPHA)

    assert scores.grams.tolist() == [len(wanted)]
    assert np.abs(scores.nats[0] - nats).max() <= 0.002 * max(1, len(wanted))


def test_the_same_alone_and_in_a_batch() -> None:
    together = profile_nb.score(TEXTS)
    for number, text in enumerate(TEXTS):
        alone = profile_nb.score([text])
        assert (alone.nats[0] == together.nats[number]).all()


def test_every_key_is_found_again() -> None:
    tables = cache.tables()
    keys = tables.slots[(tables.slots & ROW_MASK) > 0] >> ROW_BITS
    rows = profile_nb._found(keys, tables)

    assert len(set(rows.tolist())) == len(keys) == len(tables.weights) - 1
    assert profile_nb._found(np.array([key_of(3, 3, np.array([3]), 5)[0] + 10**15]), tables).tolist() == [0]


def test_the_weights_of_characters_that_are_added_together_fit() -> None:
    assert int(cache.tables().weights.max()) * profile_nb.TOGETHER < 2**16


def test_every_script_has_characters() -> None:
    classes = set(cache.tables().classes.tolist())
    assert classes == set(range(5 + len(SCRIPTS)))


@pytest.fixture(scope="module")
def built() -> Tables:
    """Tables that are built here, once: it takes a second."""
    return build()


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: Tables) -> Path:
    """No tables in memory, an empty cache folder."""
    monkeypatch.setattr(cache, "build", lambda: built)
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path / "kept"))
    cache._tables.cache_clear()
    return tmp_path / "kept"


def same(one: Tables, other: Tables) -> bool:
    return all(
        (getattr(one, n) == getattr(other, n)).all()
        for n in ("ids", "upper", "classes", "slots", "singles", "weights", "leads")
    )


def test_tables_are_kept_and_read_again(fresh: Path) -> None:
    made = cache.tables()
    (kept,) = fresh.iterdir()
    cache._tables.cache_clear()
    before = kept.stat().st_mtime_ns

    assert same(cache.tables(), made)
    assert kept.stat().st_mtime_ns == before


def test_a_damaged_file_is_replaced(fresh: Path) -> None:
    made = cache.tables()
    (kept,) = fresh.iterdir()
    kept.write_bytes(kept.read_bytes()[:1000])
    cache._tables.cache_clear()

    assert same(cache.tables(), made)
    assert kept.stat().st_size > 1000


def counted(monkeypatch: pytest.MonkeyPatch, built: Tables) -> list[Tables]:
    """The tables that were built from now on."""
    calls: list[Tables] = []
    monkeypatch.setattr(cache, "build", lambda: calls.append(built) or built)
    return calls


def test_a_folder_that_refuses_costs_only_time(fresh: Path, built: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = counted(monkeypatch, built)
    fresh.write_text("a file where the folder should be")

    assert same(cache.tables(), built)
    assert len(calls) == 1
    assert fresh.read_text() == "a file where the folder should be"


def test_what_could_not_be_put_in_its_place_is_removed(
    fresh: Path, built: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.tables()
    (kept,) = fresh.iterdir()
    kept.unlink()
    (kept / "in the way").mkdir(parents=True)
    cache._tables.cache_clear()
    calls = counted(monkeypatch, built)

    assert same(cache.tables(), built)
    assert len(calls) == 1
    assert [path.name for path in fresh.iterdir()] == [kept.name]


PLAIN = {
    "en": "The ferry left the harbour at noon, and the gulls went with it as they had every day of that long summer.",
    "de": "Die Fähre verließ am Mittag den Hafen, und die Möwen flogen mit ihr wie an jedem Tag dieses langen Sommers.",
    "ru": "Паром вышел из гавани в полдень, и чайки летели за ним, как и каждый день того долгого лета.",
}


@pytest.mark.parametrize("name", sorted(DETECTORS))
def test_detectors_answer_alike_on_plain_text(name: str) -> None:
    if installed(name) is None:
        pytest.skip(f"{DETECTORS[name].package} is not installed")
    votes = DETECTORS[name].detect_batch([*PLAIN.values(), ""])

    assert [vote.language for vote in votes] == [*PLAIN, None]
    assert DETECTORS[name].detect_batch(list(PLAIN.values())[::-1]) == votes[2::-1]


@pytest.mark.parametrize("name", [*VOTERS, *NAMED])
def test_every_second_model_confirms_plain_text(name: str) -> None:
    options = {"vote": name, "model": fasttext_model() if name == "fasttext" else ""}
    if installed(name) is None:
        pytest.skip(f"{name} is not installed")
    found = run(plugin(language, **options), list(PLAIN.values()))

    assert found.signals.select("language.label", "language.status").rows() == [(label, "confident") for label in PLAIN]
    assert f"{name} {installed(name)}" in language(**options).signals["label"].about


def fasttext_model() -> str:
    """The path of a model, which the project does not distribute."""
    if installed("fasttext") is None:
        pytest.skip("fasttext-predict is not installed: pip install corpusqa[fasttext]")
    named = os.environ.get("CORPUSQA_FASTTEXT_MODEL", "")
    if not named:
        pytest.skip("CORPUSQA_FASTTEXT_MODEL names no model file, such as lid.176.ftz")
    return named


def test_fasttext_reads_the_model_it_is_given() -> None:
    path = fasttext_model()
    reader = detector("fasttext", path)
    votes = reader.detect_batch([*PLAIN.values(), "", "1234 5678"])

    assert [vote.language for vote in votes[:3]] == list(PLAIN)
    assert hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12] in reader.detail  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"vote": "fasttext", "model": "no/such/file"}, "is no file|corpusqa\\[fasttext\\]"),
        ({"vote": "lingua", "model": "x.ftz"}, "read by vote = 'fasttext' alone"),
        ({"model": "x.ftz"}, "read by vote = 'fasttext' alone"),
    ],
)
def test_bad_models_are_said(options: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        language(**options)


def test_the_reference_is_seeded_and_safe_in_threads() -> None:
    from concurrent.futures import ThreadPoolExecutor

    from corpusqa_checks.language.detectors import _langdetect

    _langdetect.cache_clear()
    reference = DETECTORS["langdetect"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: reference.detect_batch(list(PLAIN.values())), range(8)))

    assert all(answer == answers[0] for answer in answers)


def test_the_same_label_wherever_the_reference_is_sure() -> None:
    texts = [text for text in TEXTS if len(text) > 30] + list(PLAIN.values())
    sure = DETECTORS["langdetect"].detect_batch(texts)
    mine = DETECTORS["profile_nb"].detect_batch(texts)

    assert [m.language for s, m in zip(sure, mine, strict=True) if s.reliable] == [
        s.language for s in sure if s.reliable
    ]


def test_every_character_that_is_mended_is_suspect() -> None:
    """The counts decide which texts are looked at with the patterns."""
    signs = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    broken = [lead + sign for lead in "\u00c2\u00c3\u00d0\u00d1\u00e2" for sign in signs]
    for texts, pattern in ((signs, prose.UNUSUAL), (broken, prose.BROKEN)):
        matched = pl.Series(texts).filter(pl.Series(texts).str.contains(pattern))

        assert len(matched) > 100
        assert (class_counts(matched.to_list())[:, -1] > 0).all()
