"""The tokens of an article as numbers, made once, where it was parsed, for whoever indexes it.

Floor 1.  A chunk of articles shares one vocabulary, so that an engine looks up each distinct
word once a chunk and handles the rest as arrays.  Invariant: ``vocabulary[n]`` for the numbers
``n`` of a field are the surfaces of ``analysis.words`` of that field's text, in order.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass

from .analysis import words
from .article import Article
from .fields import text_values

CHUNK_WORDS = 50_000
"""Distinct words after which a vocabulary should be left for a fresh one."""

_MOST_PIECES = 200_000
_LONGEST_PIECE = 32


@dataclass(frozen=True, slots=True)
class ArticleTokens:
    """The text fields of one article.

    ``vocabulary``  the surfaces that the numbers stand for; one list object for all articles of
                    a chunk, which only grows (at its end) as further articles bring new words
    ``fields``      field name to token numbers, in text order; empty fields are left out
    ``stored``      the article's JSON, zlib-compressed, ready to be kept; empty where nobody
                    made it beforehand
    """

    vocabulary: list[str]
    fields: Mapping[str, array[int]]
    stored: bytes = b""


class Tokeniser:
    """Numbers the tokens of a chunk of articles with one growing vocabulary."""

    def __init__(self) -> None:
        self.vocabulary: list[str] = []
        self._columns = _Columns(self.vocabulary)

    @property
    def is_full(self) -> bool:
        """Whether the next article should begin a chunk of its own, with a new tokeniser."""
        return len(self.vocabulary) >= CHUNK_WORDS

    def tokens(self, article: Article) -> ArticleTokens:
        """The tokens of ``article``, without ``stored``."""
        columns = self._columns.__getitem__
        fields = {}
        for name, text in text_values(article).items():
            column = b"".join(map(columns, text.split())) if text else b""
            if column:
                fields[name] = array("I", column)
        return ArticleTokens(self.vocabulary, fields)


class _Numbers(dict[str, int]):
    """Surface to its number: a new one for each that was not there."""

    def __init__(self, vocabulary: list[str]) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def __missing__(self, surface: str) -> int:
        number = self[surface] = len(self._vocabulary)
        self._vocabulary.append(surface)
        return number


class _Columns(dict[str, bytes]):
    """Text between white space to the numbers of its tokens, as the bytes of an ``array("I")``.

    No token reaches across white space, so the tokens of a text are those of its pieces.
    Splitting is several times faster than a regular expression over the text, and what follows
    (finding tokens, folding, numbering) happens once for each distinct piece.
    """

    def __init__(self, vocabulary: list[str]) -> None:
        super().__init__()
        self._number = _Numbers(vocabulary).__getitem__

    def __missing__(self, piece: str) -> bytes:
        column = array("I", map(self._number, words(piece))).tobytes()
        # Long pieces are addresses, which hardly come twice.
        if len(piece) <= _LONGEST_PIECE:
            if len(self) >= _MOST_PIECES:
                self.clear()
            self[piece] = column
        return column
