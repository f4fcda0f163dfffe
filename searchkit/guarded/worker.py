"""A searching process: reads questions from standard input, answers on standard output.

Floor 7.  Started by ``workers``, never by people; ends with its input.  The kernel ends it when
one question takes much longer than it may, also where nobody is left to kill it.  Invariant: one
line of answer for each line of question, in order.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from importlib import import_module
from typing import BinaryIO

from ..article import Article
from ..confinement import leave_signals, limit_memory, silence
from ..errors import EngineError, QueryError, QueryTooLarge, SearchkitError
from ..index import Index
from ..render.envelope import article_to_dict, to_dict
from ..settings import QueryLimits
from ..tables import Own, choose
from .wire import Json, error_to_dict, packed, unpacked

_PAST = 1.5
"""So many times its limit of seconds the process lives, where the pool does not kill it before."""


def open_index(path: str, limits: QueryLimits) -> Index:
    """The index a worker answers from."""
    return Index.open(path, limits=limits)


def main() -> None:
    """Runs until standard input ends.  The first line names the index, the limits, the opener."""
    leave_signals()
    with os.fdopen(os.dup(0), "rb") as asked, os.fdopen(os.dup(1), "wb") as answers:
        for number in (0, 1, 2):
            silence(number)
        try:
            _serve(asked, answers)
        except BrokenPipeError:
            os._exit(0)


def _serve(asked: BinaryIO, answers: BinaryIO) -> None:
    first = asked.readline()
    if not first:
        return
    told = unpacked(first)
    limits = QueryLimits(**told["limits"])
    choose(Own(**told["tables"]))
    module, _, function = told["opener"].partition(":")
    opener: Callable[[str, QueryLimits], Index] = getattr(import_module(module), function)
    try:
        index = opener(told["path"], limits)
    except SearchkitError as error:
        _tell(answers, {"error": error_to_dict(error)})
        return
    _tell(answers, {"answer": index.generation})
    for line in asked:
        signal.setitimer(signal.ITIMER_REAL, limits.seconds * _PAST)
        reply = _reply(index, line, limits)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _tell(answers, reply)


def _tell(answers: BinaryIO, reply: Json) -> None:
    answers.write(packed(reply))
    answers.flush()


def _reply(index: Index, line: bytes, limits: QueryLimits) -> Json:
    """The answer to one question, or what is wrong with it."""
    limit_memory(limits.memory_bytes, resource.RLIMIT_DATA)  # the index is mapped: no data
    try:
        question = unpacked(line)
        return {"answer": DEEDS[question["do"]](index, question["with"])}
    except SearchkitError as error:
        return {"error": error_to_dict(error)}
    except MemoryError:
        return {"error": error_to_dict(QueryTooLarge(limits.memory_bytes))}
    except Exception as error:  # noqa: BLE001 - a fault of one answer may not cost the others
        kind = type(error).__name__
        return {"error": error_to_dict(EngineError(f"unexpected {kind}: {error}"))}


def _search(index: Index, asked: Json) -> Json:
    unknown = asked.keys() - _SEARCH_OPTIONS
    if unknown:
        raise _no_option(min(unknown))
    return to_dict(index.search(**asked))


def _find(index: Index, asked: Json) -> Json:
    return _article(index.find(asked.get("wanted", "")))


def _get(index: Index, asked: Json) -> Json | None:
    article = index.get(asked.get("article_id", ""))
    return None if article is None else _article(article)


def _article(article: Article) -> Json:
    return article_to_dict(article)


def _generation(index: Index, _asked: Json) -> str:
    return index.generation


def _no_option(name: str) -> QueryError:
    from ..bounds import refusal

    return refusal("unknown-option", f"a search has no option {name[:40]!r}", "see Index.search")


DEEDS: dict[str, Callable[[Index, Json], object]] = {
    "search": _search,
    "find": _find,
    "get": _get,
    "generation": _generation,
}
"""What a worker can be asked, and what answers it."""

_SEARCH_OPTIONS = frozenset(
    "text area since until on sort limit offset facets match exact synonyms fuzzy include_undated "
    "include_boilerplate snippets fragments width explain copies".split()
)
