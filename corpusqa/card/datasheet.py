"""Questions that only people can answer, by the key of `[card]` under which the answer is declared.

Short forms of the questions of Gebru et al., "Datasheets for Datasets" (2021), and of the Hub's card template.
"""

from __future__ import annotations

QUESTIONS = {
    "motivation": "For what purpose was the dataset made?",
    "creators": "Who made it?",
    "funding": "Who paid for it?",
    "collection": "How was the data collected?",
    "consent": "Did the people in the data consent?",
    "personal_data": "Does it hold personal data?",
    "annotation": "Who annotated it, and how?",
    "uses": "What is it meant for?",
    "out_of_scope": "What should it not be used for?",
    "limitations": "What are its known limitations and biases?",
    "maintenance": "Who maintains it, and how are requests for removal handled?",
    "license": "Under which licence may it be used?",
    "source_datasets": "From which datasets was it derived?",
}
