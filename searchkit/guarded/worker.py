"""A searching process: reads questions from standard input, answers on standard output.

Floor 7.  Started by ``workers``, never by people; ends with its input.  The kernel ends it when
one question takes much longer than it may, also where nobody is left to kill it.  Invariant: one
line of answer for each line of question, in order, and before it a note of each wait.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from ..confinement import leave_signals, limit_memory, silence
from ..errors import EngineError, QueryTooLarge, SearchkitError
from ..homes import home_of
from ..index import Index
from ..settings import QueryLimits
from ..synonyms import load_vocabulary
from ..tables import Own, choose
from ..waiting import at_most
from .deeds import Synonyms, perform, without_places
from .wire import answer_line, error_to_dict, note, packed, unpacked

_PAST = 1.5
"""So many times its limit of seconds the process lives, where the pool does not kill it before."""

_SHARE = 0.9
"""So much of its limit of seconds a question may wait for a cluster, so that one that is slow is
told as that before the process is killed."""

_NEW_OBJECTS = 50_000
"""An answer makes thousands of objects and no cycles: to look for those less often saves a tenth of
its time."""


def open_index(path: str, limits: QueryLimits) -> Index:
    """The index a worker answers from."""
    return Index.open(path, limits=limits)


def await_index(path: str, limits: QueryLimits) -> Index:
    """The same, also where there is none yet, or none that can be read: each question looks."""
    index = Index(path, limits)
    if home_of(path).folder is None:
        # No question should wait for the client of clusters to be imported.
        with suppress(SearchkitError):
            _ = index.generation
    return index


def main() -> None:
    """Runs until standard input ends.  The first line names the index, the limits, the opener,
    the user's tables."""
    leave_signals()
    gc.set_threshold(_NEW_OBJECTS)
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
    patience = partial(at_most, limits.seconds * _SHARE, lambda waits: _tell(answers, note(waits)))
    own = told["synonyms"]
    module, _, function = told["opener"].partition(":")
    opener: Callable[[str, QueryLimits], Index] = getattr(import_module(module), function)
    try:
        synonyms = load_vocabulary(Path(own)) if isinstance(own, str) else own
        with patience():
            index = opener(told["path"], limits)
    except SearchkitError as error:
        _tell(answers, packed({"error": error_to_dict(error)}))
        return
    _tell(answers, answer_line("", "ready"))
    for line in asked:
        signal.setitimer(signal.ITIMER_REAL, limits.seconds * _PAST)
        with patience():
            reply = _reply(index, line, limits, synonyms)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _tell(answers, reply)


def _tell(answers: BinaryIO, line: bytes) -> None:
    answers.write(line)
    answers.flush()


def _reply(index: Index, line: bytes, limits: QueryLimits, synonyms: Synonyms) -> bytes:
    """The answer to one question, or what is wrong with it."""
    limit_memory(limits.memory_bytes, resource.RLIMIT_DATA)  # the index is mapped: no data
    error: SearchkitError
    try:
        question = unpacked(line)
        before = index.generation
        answer = perform(index, question["do"], question["with"], synonyms)
        if not question["places"]:
            answer = without_places(answer)
        return answer_line(before if before == index.generation else "", answer)
    except SearchkitError as problem:
        error = problem
    except MemoryError:
        error = QueryTooLarge(limits.memory_bytes)
    except Exception as problem:  # noqa: BLE001 - a fault of one answer may not cost the others
        error = EngineError(f"unexpected {type(problem).__name__}: {problem}")
    return packed({"error": error_to_dict(error)})
