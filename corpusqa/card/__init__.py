"""The dataset card: front matter for the Hub, measured sections between markers, prose by people around them."""

from corpusqa.card.card import card

__all__ = ["card"]
