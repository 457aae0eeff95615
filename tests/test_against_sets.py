"""Items as evaluation sets have them, in documents that hold them whole, cut, set otherwise, in other words or not."""

from __future__ import annotations

from pathlib import Path

from tests.test_against import compared

TASK = "The following are questions about marine biology. Read each of them with care and answer with one letter."
ASKED = "Write a function that takes a list of integers and returns"


def choice(question: str, *options: str) -> dict[str, str]:
    """A multiple-choice question under the instruction of its set."""
    listed = "\n".join(f"{letter}. {option}" for letter, option in zip("ABCD", options, strict=False))
    return {"question": f"{TASK}\n\n{question}\n{listed}\nAnswer:", "answer": "A"}


ITEMS = [
    choice("Which organ lets a flounder keep its colour close to that of the sea floor it lies on?", "skin", "gills"),
    choice("Why do barnacles on exposed rocks grow flatter shells than those in sheltered harbours?", "food", "waves"),
    choice("What keeps the blood of an icefish from freezing in water below zero degrees?", "proteins", "scales"),
    choice("How do sea cucumbers confuse a crab that has taken hold of them by one end?", "colour", "organs"),
    {
        "question": "Mira bakes 24 rolls each morning and eats 3 of them for breakfast. She gives 5 to her neighbour "
        "and sells the rest at the market for 2 crowns each. How many crowns does she take home each day?",
        "answer": "She sells 24 - 3 - 5 = 16 rolls. At 2 crowns each that makes 16 * 2 = 32 crowns. #### 32",
    },
    {
        "question": f"{ASKED} the longest run of rising neighbours.\n\ndef longest_rise(values):\n    best = run = 0\n",
        "answer": "    for left, right in zip(values, values[1:]):\n        run = run + 1 if right > left else 1\n"
        "        best = max(best, run)\n    return best\n",
    },
]
AROUND = "The harbour was quiet that evening, and the keeper walked home along the wall with his dog."
SUM = ITEMS[4]["question"]
CODE = ITEMS[5]["answer"]
PARAPHRASE = (
    "Mira makes two dozen rolls; three are her breakfast, five go next door, the others bring two crowns apiece."
)
# What a document says between two paragraphs of its own, and the item and part that it holds; None for nothing.
CASES: dict[str, tuple[str, tuple[int, int | None] | None]] = {
    "a question with its instruction": (ITEMS[0]["question"], (0, 0)),
    "a question without it": (ITEMS[1]["question"].removeprefix(TASK), (1, 0)),
    "the instruction alone": (TASK, None),
    "a sum word for word": (f"{SUM}\n\n{ITEMS[4]['answer']}", (4, None)),
    "a sum in capitals, with other signs": ("**Q:** " + SUM.upper().replace(". ", ".\n- "), (4, 0)),
    "most of a sum": (SUM[:140], (4, 0)),
    "little of a sum": (SUM[:70], None),
    "a sum with other figures": (SUM.replace("24", "36").replace("3 of", "4 of").replace("5", "6"), (4, 0)),
    "a sum in other words": (PARAPHRASE, None),
    "an answer alone": (ITEMS[4]["answer"], (4, 1)),
    "a program": (ITEMS[5]["question"] + CODE, (5, None)),
    "its solution": (CODE, (5, 1)),
    "its solution with other names": (CODE.replace("values", "xs").replace("left", "a").replace("right", "b"), None),
    "the wording of the task alone": (f"{ASKED} their sum.", None),
}


def test_items_of_real_kinds_and_only_these(tmp_path: Path) -> None:
    texts = [f"{AROUND}\n\n{said}\n\n{AROUND}" for said, _ in CASES.values()]
    rows = compared(tmp_path, ITEMS, texts).matches.select("doc", "item", "part").rows()
    found = {name: [row[1:] for row in rows if row[0] == doc] for doc, name in enumerate(CASES)}
    assert found == {name: [held] if held else [] for name, (_, held) in CASES.items()}
