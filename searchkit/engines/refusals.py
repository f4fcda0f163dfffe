"""What engines refuse, in the same words whichever is asked: fields that are not there, wide words.

Floor 3.  A word with * or ~ stands for all words of the index that it fits, and they are counted
before any is looked for.  Invariant: an expansion is complete or an error, never a part of itself.
"""

from __future__ import annotations

from collections.abc import Callable

from ..errors import Diagnostic, QueryError, UnknownField
from ..fields import BY_NAME, Field
from ..settings import QUERY_LIMITS


class Budget:
    """The words that all expansions of one query may have together: ``QUERY_LIMITS.expansions``."""

    def __init__(self) -> None:
        self._taken: list[tuple[int, Callable[[], int] | None]] = []

    def take(self, bound: int, count: Callable[[], int], what: str) -> None:
        """Take ``count()`` words, which are at most ``bound``; only counted where that matters.
        Raises ``QueryError`` where they are too many, alone or with those taken before."""
        limit = QUERY_LIMITS.expansions
        self._taken.append((bound, count))
        if sum(words for words, _ in self._taken) <= limit:
            return
        self._taken = [(words if known is None else known(), None) for words, known in self._taken]
        alone, total = self._taken[-1][0], sum(words for words, _ in self._taken)
        if alone > limit:
            raise _too_wide(f"{alone:,} {what}", "write more of the word")
        if total > limit:
            said = f"the words with * or ~ stand for {total:,} words together"
            raise _too_wide(said, "write more of each word, or use fewer of them")


def starting(prefix: str) -> str:
    """What the words are that a prefix stands for."""
    return f"words that start with {prefix!r}"


def close(word: str) -> str:
    """What the words are that a word with misspellings stands for."""
    return f"words close to {word!r}"


def _too_wide(what: str, hint: str) -> QueryError:
    message = f"{what}: more than {QUERY_LIMITS.expansions:,}"
    return QueryError([Diagnostic("limit-expansions", message, 0, 0, hint, fatal=True)])


def field_named(name: str) -> Field:
    """The field with this name or alias.  Raises ``UnknownField``."""
    if name not in BY_NAME:
        raise _unknown("unknown-field", f"there is no field {name!r}")
    return BY_NAME[name]


def only_whole(name: str | None) -> UnknownField:
    """The error for a field that can be asked for whole values alone, or for none."""
    return _unknown("unknown-field", f"the field {name!r} can only be asked for a whole value")


def unknown_facet(name: str) -> UnknownField:
    """The error for what nothing can be counted by."""
    return _unknown("unknown-facet", f"there is nothing to count by {name!r}")


def _unknown(kind: str, message: str) -> UnknownField:
    return UnknownField([Diagnostic(kind, message, 0, 0, fatal=True)])
