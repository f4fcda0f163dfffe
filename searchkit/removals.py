"""Articles that were taken down: what is remembered of them, so that none comes back.

Floor 5.  The catalogue keeps one ``Removal`` for each, through every run and rebuild, until it is
undone.  Invariant: a removal holds hashes, a time and the reason given; nothing of the article.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .prepared import Facts


@dataclass(frozen=True, slots=True)
class Removal:
    """One article taken down.

    ``article_id``  16 hexadecimal digits: a hash of its URL, or of title and text without one
    ``hashes``      the SHA-256 of every file it was indexed from
    ``when``        ISO 8601 in UTC, to the second
    """

    article_id: str
    hashes: tuple[str, ...]
    when: str
    reason: str = ""

    def __str__(self) -> str:
        why = f": {self.reason}" if self.reason else ""
        return f"article {self.article_id} was removed on {self.when[:10]}{why}"


class Barred:
    """What must not be indexed: the URLs and the very files of ``removals``."""

    def __init__(self, removals: Iterable[Removal]) -> None:
        self._by_id = {removal.article_id: removal for removal in removals}
        self._by_hash = {
            digest: removal for removal in self._by_id.values() for digest in removal.hashes
        }

    def by(self, facts: Facts) -> Removal | None:
        """The removal that keeps the article of ``facts`` out."""
        return self._by_id.get(facts.id) or self._by_hash.get(facts.sha256)


def encoded(removals: Iterable[Removal]) -> list[list[Any]]:
    """``removals`` as JSON values."""
    return [[r.article_id, list(r.hashes), r.when, r.reason] for r in removals]


def decoded(values: Mapping[str, Any]) -> dict[str, Removal]:
    """The removals among the first values of a catalogue of any version, by id.

    Raises ``ValueError`` or ``TypeError`` where they are something else.
    """
    known = {}
    for article, hashes, when, reason in values.get("removals", ()):
        if type(hashes) is not list or set(map(type, (article, when, reason, *hashes))) != {str}:
            raise ValueError("a removal has other values than text")
        known[article] = Removal(article, tuple(hashes), when, reason)
    return known
