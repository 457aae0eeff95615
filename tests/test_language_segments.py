"""Foreign paragraphs: where they are, and that ordinary pages have none."""

from __future__ import annotations

import polars as pl
import pytest
from corpusqa_checks.language import language

from corpusqa.testing import plugin, run

ENGLISH = (
    "The ferry left the harbour at noon, and the gulls went with it as they had every day of that long summer, "
    "because the cook threw the bread that nobody had eaten over the rail."
)
GERMAN = (
    "Die Fähre verließ am Mittag den Hafen, und die Möwen flogen mit ihr, wie sie es jeden Tag dieses langen Sommers "
    "taten, weil der Koch das Brot, das niemand gegessen hatte, über die Reling warf."
)
JAPANESE = (
    "連絡船は正午に港を出た。かもめはその夏の毎日と同じように船についていった。料理人が誰も食べなかったパンを手すりの外へ"
    "投げていたからである。港の人々はそれを見るのが好きだった。"
)
DUTCH = (
    "De veerboot verliet om twaalf uur de haven en de meeuwen vlogen mee, zoals zij dat elke dag van die lange zomer "
    "deden, omdat de kok het brood dat niemand had gegeten over de reling gooide."
)
LATIN = (
    "Gallia est omnis divisa in partes tres, quarum unam incolunt Belgae, aliam Aquitani, tertiam qui ipsorum lingua "
    "Celtae, nostra Galli appellantur. Hi omnes lingua, institutis, legibus inter se differunt."
)
BASQUE = (
    "Itsasontzia eguerdian irten zen portutik, eta kaioak harekin joan ziren, uda luze hartako egun guztietan egin "
    "zuten bezala, sukaldariak inork jan ez zuen ogia karelaz bestaldera botatzen zuelako."
)
CHINESE = (
    "渡船中午离开了港口，海鸥像那个漫长夏天的每一天一样跟着它飞，因为厨师把没有人吃的面包扔过了栏杆。港口的人们都喜欢看"
    "这个情景，孩子们每天都在码头上等着，数一数今天来了多少只海鸥，然后再慢慢走回家去。"
)
NAMES = (
    "Anna Schmidt, Peter Müller, Jürgen Weber, Sabine Fischer, Thomas Wagner, Monika Becker, Hans Huber, Grete Bauer, "
    "Karl Vogel, Lena Krüger"
)
FILLER = (
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore "
    "magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco."
)


def foreign(text: str) -> list[tuple[str, str]]:
    result = run(plugin(language), [text])
    spans = result.spans.filter(pl.col("label") == "language.foreign")
    return [(text[row["start"] : row["end"]], row["why"].split()[-1]) for row in spans.iter_rows(named=True)]


def test_a_notice_at_the_end() -> None:
    assert foreign("\n\n".join([ENGLISH, ENGLISH, ENGLISH, GERMAN])) == [(GERMAN, "de")]


def test_a_related_language_is_still_another() -> None:
    assert foreign("\n".join([GERMAN, GERMAN, GERMAN, DUTCH])) == [(DUTCH, "nl")]


def test_another_script() -> None:
    assert foreign("\n".join([ENGLISH, JAPANESE, ENGLISH])) == [(JAPANESE, "ja")]
    assert foreign("\n".join([JAPANESE, JAPANESE, ENGLISH])) == [(ENGLISH, "en")]


def test_short_lines_make_one_paragraph() -> None:
    wrapped = GERMAN.replace(", ", ",\n")
    assert foreign(f"{ENGLISH}\n{ENGLISH}\n\n{wrapped}\n\n{ENGLISH}") == [(wrapped, "de")]


def test_one_language_has_no_foreign_paragraph() -> None:
    assert foreign("\n\n".join([ENGLISH] * 5)) == []
    assert foreign("London, UK\nCategories\nFollow\nShare\n" + ENGLISH) == []


@pytest.mark.parametrize(("paragraph", "name"), [(LATIN, "la"), (BASQUE, "eu"), (GERMAN.upper(), "de")])
def test_a_language_that_the_profiles_lack_has_its_own_name(paragraph: str, name: str) -> None:
    assert foreign("\n\n".join([ENGLISH, ENGLISH, paragraph, ENGLISH])) == [(paragraph, name)]


def test_the_document_may_be_in_a_language_that_the_profiles_lack() -> None:
    assert foreign("\n\n".join([BASQUE, BASQUE, BASQUE])) == []
    assert foreign("\n\n".join([BASQUE, BASQUE, BASQUE, ENGLISH])) == [(ENGLISH, "en")]


@pytest.mark.parametrize("paragraph", [NAMES, FILLER])
def test_names_and_filler_are_nothing_foreign(paragraph: str) -> None:
    assert foreign("\n\n".join([ENGLISH, ENGLISH, paragraph, ENGLISH])) == []


def test_a_foreign_window_does_not_withhold_the_label() -> None:
    text = "\n\n".join([ENGLISH] * 40 + [GERMAN] * 3 + [ENGLISH] * 40)
    found = run(plugin(language), [text]).signals.row(0, named=True)
    assert (found["language.label"], found["language.status"]) == ("en", "confident")
    assert [name for _, name in foreign(text)] == ["de"] * 3


def test_no_label_against_the_greater_part_of_a_document() -> None:
    # a head and a tail in Japanese are two of the three windows
    text = "\n\n".join([JAPANESE] * 4 + [CHINESE] * 40 + [JAPANESE] * 4)
    found = run(plugin(language), [text]).signals.row(0, named=True)
    assert found["language.label"] != "ja"
    assert set(foreign(text)) == {(JAPANESE, "ja")}


def test_a_japanese_paragraph_makes_no_chinese_document_japanese() -> None:
    for count in (2, 4, 30):
        text = "\n\n".join([CHINESE] * count + [JAPANESE])
        found = run(plugin(language), [text], language=["zh"])
        row = found.signals.row(0, named=True)
        assert (row["language.label"], row["language.status"]) == ("zh", "confident")
        assert found.spans["label"].to_list() == ["language.foreign"]
        assert foreign(text) == [(JAPANESE, "ja")]


def test_a_chinese_paragraph_makes_no_japanese_document_chinese() -> None:
    text = "\n\n".join([JAPANESE] * 4 + [CHINESE])
    assert run(plugin(language), [text]).signals["language.label"].to_list() == ["ja"]
    assert foreign(text) == [(CHINESE, "zh")]


def test_chinese_and_japanese_in_one_paragraph_are_disputed() -> None:
    found = run(plugin(language), [CHINESE + JAPANESE]).signals.row(0, named=True)
    assert (found["language.label"], found["language.status"]) == (None, "disputed")
    assert found["language.confidence"] < 0.8


def test_programs_between_paragraphs_are_no_language() -> None:
    program = "for (int i = 0; i < size; ++i) { total[i] = (left[i] << 3) ^ right[i & 7]; } return total[size - 1] * 2;"
    assert foreign("\n\n".join([ENGLISH, program, program, ENGLISH])) == []


def test_the_share_counts_characters() -> None:
    text = "\n".join([ENGLISH, ENGLISH, GERMAN])
    share = run(plugin(language), [text, "", ENGLISH]).signals["language.foreign_share"].to_list()
    assert share == [len(GERMAN) / len(text), None, 0.0]
