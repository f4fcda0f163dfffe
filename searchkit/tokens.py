"""The tokens of an article as numbers, made once, where it was parsed, for whoever indexes it.

Floor 1.  A chunk of articles shares one vocabulary, so that an engine looks up each distinct
word once a chunk and handles the rest as arrays.  Invariant: ``vocabulary[n]`` for the numbers
``n`` of a field are the surfaces of ``analysis.words`` of that field's text, in order.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .analysis import words
from .article import Article
from .fields import text_values


@dataclass(frozen=True, slots=True)
class ArticleTokens:
    """The text fields of one article: field name to token numbers (``array("I")``, in text order),
    and the surfaces that the numbers stand for."""

    vocabulary: list[str]
    fields: Mapping[str, array[int]]


class Tokeniser:
    """Numbers the tokens of a chunk of articles with one growing vocabulary."""

    def __init__(self) -> None:
        self.vocabulary: list[str] = []
        self._numbers: dict[str, int] = {}

    def tokens(self, article: Article) -> ArticleTokens:
        """The tokens of ``article``; empty fields are left out."""
        fields = {
            name: self._numbered(words(text)) for name, text in text_values(article).items() if text
        }
        return ArticleTokens(self.vocabulary, {n: tokens for n, tokens in fields.items() if tokens})

    def _numbered(self, surfaces: Iterable[str]) -> array[int]:
        numbers, vocabulary = self._numbers, self.vocabulary
        result = array("I")
        for surface in surfaces:
            number = numbers.get(surface)
            if number is None:
                number = numbers[surface] = len(vocabulary)
                vocabulary.append(surface)
            result.append(number)
        return result
