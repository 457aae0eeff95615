"""Foreign paragraphs: where they are, and that ordinary pages have none."""

from __future__ import annotations

import polars as pl
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


def test_programs_between_paragraphs_are_no_language() -> None:
    program = "for (int i = 0; i < size; ++i) { total[i] = (left[i] << 3) ^ right[i & 7]; } return total[size - 1] * 2;"
    assert foreign("\n\n".join([ENGLISH, program, program, ENGLISH])) == []


def test_the_share_counts_characters() -> None:
    text = "\n".join([ENGLISH, ENGLISH, GERMAN])
    share = run(plugin(language), [text, "", ENGLISH]).signals["language.foreign_share"].to_list()
    assert share == [len(GERMAN) / len(text), None, 0.0]
