"""How what became of a dozen candidates travels from the worker to the pool, in one frame.

Floor 2.  The answers of one worker share one vocabulary until it is large: each frame carries the
words that are new in it, the numbers of all tokens as they lie in memory (both ends are one
machine), and nothing that the pool would have to take apart word by word.
Invariant: ``Opener.opened(*Sender.packed(outcomes))`` are the outcomes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..article import Article, Rejected
from ..prepared import Facts, Prepared, Preparer

Head = dict[str, Any]
"""``answers`` holds a list for each candidate: its SHA-256; the reason and the line of one that
was rejected; or, of an article, the length of its stored form and, unless only that is sent, the
lengths of its tokens, its facts and the length of its signature.  ``words`` is the length of the
new words in bytes, ``fresh`` begins a new vocabulary.  The body is: words, then the stored forms,
then the tokens, then the signatures."""


class Answer(NamedTuple):
    """The SHA-256 of a candidate's bytes, and what became of it: ``None`` where the bytes are
    the known ones; the article alone where nobody is going to index it."""

    sha256: str
    outcome: Prepared | Article | Rejected | None


class Sender:
    """The worker's end: prepares articles, and knows which words were sent.

    With ``plain`` only the articles themselves are sent.
    """

    def __init__(self, *, plain: bool = False) -> None:
        self._plain = plain
        self._preparer = Preparer()
        self._vocabulary: list[str] = []
        self._sent = 0

    def packed(
        self, outcomes: Sequence[tuple[str, Article | Rejected | None]]
    ) -> tuple[Head, list[bytes]]:
        """Head and body (in parts) of the frame that holds ``outcomes``, each with its SHA-256.
        It has to be sent: the frames that follow build on it."""
        answers: list[list[Any]] = []
        articles: list[Article] = []
        places: list[int] = []
        for sha256, outcome in outcomes:
            if isinstance(outcome, Article):
                articles.append(outcome)
                places.append(len(answers))
                answers.append([sha256])
            elif outcome is None:
                answers.append([sha256])
            else:
                answers.append([sha256, outcome.reason, outcome.line])
        if self._plain:
            stored = [article.to_json() for article in articles]
            for place, one in zip(places, stored, strict=True):
                answers[place].append(len(one))
            return {"answers": answers}, stored
        prepared = self._preparer.prepare(articles) if articles else []
        for place, ready in zip(places, prepared, strict=True):
            size = len(ready.signature)
            answers[place] += [len(ready.stored), ready.lengths, ready.facts, size]
        head, words = self._words(prepared)
        signatures = b"".join([ready.signature for ready in prepared])
        body = [words, *(p.stored for p in prepared), *(p.tokens for p in prepared), signatures]
        return {"answers": answers, **head}, body

    def _words(self, prepared: Sequence[Prepared]) -> tuple[Head, bytes]:
        """The words that the other end has not seen yet."""
        if not prepared:
            return {"words": 0, "fresh": False}, b""
        fresh = prepared[0].vocabulary is not self._vocabulary
        if fresh:
            self._vocabulary, self._sent = prepared[0].vocabulary, 0
        # Tokens hold letters and digits; a space is in none of them.
        words = " ".join(self._vocabulary[self._sent :]).encode()
        self._sent = len(self._vocabulary)
        return {"words": len(words), "fresh": fresh}, words


class Opener:
    """The pool's end of one worker: knows the vocabulary its answers have built so far."""

    def __init__(self) -> None:
        self._vocabulary: list[str] = []

    def opened(self, head: Head, body: bytes, keys: Sequence[str]) -> list[Answer]:
        """The answers of one frame, which must be the next one; ``keys`` are the candidates'."""
        if "words" not in head:
            return _plain(head, body, keys)
        start = head["words"]
        if head["fresh"]:
            self._vocabulary = []
        if start:
            self._vocabulary.extend(body[:start].decode().split(" "))
        indexed = [answer for answer in head["answers"] if len(answer) == _INDEXED]
        at = start + sum(answer[1] for answer in indexed)
        signed = at + 4 * sum(sum(answer[2]) for answer in indexed)
        opened = []
        for key, answer in zip(keys, head["answers"], strict=False):
            if len(answer) != _INDEXED:
                opened.append(_other(key, answer))
                continue
            sha256, size, lengths, facts, length = answer
            end, last = at + 4 * sum(lengths), signed + length
            stored, tokens, signature = body[start : start + size], body[at:end], body[signed:last]
            ready = Prepared(Facts(*facts), stored, self._vocabulary, tokens, lengths, signature)
            opened.append(Answer(sha256, ready))
            start, at, signed = start + size, end, last
        return opened


_ARTICLE, _REJECTED, _INDEXED = 2, 3, 5
"""How many values the answers to the kinds of outcomes have; a known one has its hash alone."""


def _plain(head: Head, body: bytes, keys: Sequence[str]) -> list[Answer]:
    """The answers of a frame that holds articles alone."""
    opened, start = [], 0
    for key, answer in zip(keys, head["answers"], strict=False):
        if len(answer) != _ARTICLE:
            opened.append(_other(key, answer))
            continue
        end = start + answer[1]
        opened.append(Answer(answer[0], Article.from_json(body[start:end])))
        start = end
    return opened


def _other(key: str, answer: Sequence[Any]) -> Answer:
    """The answer for what is no article."""
    if len(answer) == _REJECTED:
        return Answer(answer[0], Rejected(key, answer[2], answer[1]))
    return Answer(answer[0], None)
