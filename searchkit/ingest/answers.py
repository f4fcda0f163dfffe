"""How an article and its tokens travel from the worker that made them to the pool.

Floor 2.  The answers of one worker share one vocabulary until it is large: each carries the
words that are new in it, the columns of numbers as they lie in memory (both ends are one
machine), and nothing that the pool would have to take apart word by word.
Invariant: ``Opener.opened(*Sender.packed(article))`` is the article and its tokens.
"""

from __future__ import annotations

import zlib
from array import array
from typing import Any

from ..article import Article
from ..tokens import ArticleTokens, Tokeniser

Head = dict[str, Any]
"""``article``, ``stored`` and ``words`` are lengths in bytes, ``fields`` those of the columns by
name, in the order in which the body holds them; ``fresh`` begins a new vocabulary."""

_LEVEL = 3
"""Of zlib: hardly slower than the first, hardly larger than the last."""


class Sender:
    """The worker's end: tokenises, and knows which words were sent."""

    def __init__(self) -> None:
        self._tokeniser = Tokeniser()
        self._sent = 0

    def packed(self, article: Article) -> tuple[Head, bytes]:
        """Head and body of the answer that holds ``article``.  It has to be sent: the answers
        that follow build on it."""
        if self._tokeniser.is_full:
            self._tokeniser, self._sent = Tokeniser(), 0
        tokens = self._tokeniser.tokens(article)
        # Tokens hold letters and digits; a space is in none of them.
        words = " ".join(tokens.vocabulary[self._sent :]).encode()
        plain = article.to_json()
        stored = zlib.compress(plain, _LEVEL)
        columns = [column.tobytes() for column in tokens.fields.values()]
        head = {
            "article": len(plain),
            "stored": len(stored),
            "words": len(words),
            "fields": dict(zip(tokens.fields, map(len, columns), strict=True)),
            "fresh": self._sent == 0,
        }
        self._sent = len(tokens.vocabulary)
        return head, b"".join((plain, stored, words, *columns))


class Opener:
    """The pool's end of one worker: knows the vocabulary its answers have built so far."""

    def __init__(self) -> None:
        self._vocabulary: list[str] = []

    def opened(self, head: Head, body: bytes) -> tuple[Article, ArticleTokens]:
        """The article and the tokens of one answer, which must be the next one."""
        end = head["article"]
        article = Article.from_json(body[:end])
        start, end = end, end + head["stored"]
        stored = body[start:end]
        start, end = end, end + head["words"]
        if head["fresh"]:
            self._vocabulary = []
        self._vocabulary.extend(body[start:end].decode().split(" ") if end > start else ())
        fields = {}
        for name, length in head["fields"].items():
            start, end = end, end + length
            fields[name] = array("I", body[start:end])
        return article, ArticleTokens(self._vocabulary, fields, stored)
