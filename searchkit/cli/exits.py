"""How a run ends: the one table of exit codes, and which error ends in which.

Floor 9.  Invariant: the first row of ``ENDINGS`` that fits an error decides.
"""

from __future__ import annotations

from enum import IntEnum

from ..errors import (
    ArticleError,
    ArticleNotFound,
    EngineError,
    IndexLocked,
    IndexProblem,
    MassRemoval,
    QueryError,
    QueryStopped,
    SearchkitError,
)


class Exit(IntEnum):
    """Exit codes of every command."""

    OK = 0
    NOTHING = 1
    USAGE = 2
    INDEX = 3
    LOCKED = 4
    TIMEOUT = 124
    BUG = 70
    INTERRUPTED = 130
    READER_GONE = 141
    TERMINATED = 143


MEANINGS: dict[Exit, str] = {
    Exit.OK: "done; for query: something was found",
    Exit.NOTHING: (
        "query, show and remove: nothing was found; "
        "index: done, but some input was rejected (or, with --on-error fail, nothing was done); "
        "check --repair: done, but articles are lost"
    ),
    Exit.USAGE: "a command line, setting, source or query that makes no sense",
    Exit.INDEX: (
        "the index is missing, damaged, of another version, or cannot be written, or its cluster "
        "does not answer; "
        "doctor: something is a problem"
    ),
    Exit.LOCKED: "another process was writing the index for longer than --lock-timeout",
    Exit.TIMEOUT: "the query was stopped: it took longer, or more memory, than one may",
    Exit.BUG: "an error that searchkit does not know: please report it, with --debug",
    Exit.INTERRUPTED: "stopped by Ctrl-C; the index is unchanged",
    Exit.READER_GONE: "the program reading the output went away",
    Exit.TERMINATED: "stopped by SIGTERM; the index is unchanged",
}

ENDINGS: tuple[tuple[type[BaseException], Exit], ...] = (
    (IndexLocked, Exit.LOCKED),
    (IndexProblem, Exit.INDEX),
    (EngineError, Exit.INDEX),
    (ArticleNotFound, Exit.NOTHING),
    (ArticleError, Exit.NOTHING),
    (QueryError, Exit.USAGE),
    (QueryStopped, Exit.TIMEOUT),
    (MassRemoval, Exit.USAGE),
    (SearchkitError, Exit.USAGE),
    (OSError, Exit.INDEX),
)


def exit_for(error: BaseException) -> Exit:
    """The exit code that ``error`` ends in."""
    return next((code for kind, code in ENDINGS if isinstance(error, kind)), Exit.BUG)


class ReaderGone(Exception):
    """The program that reads standard output has closed it."""


class Terminated(BaseException):
    """SIGTERM was received."""


class Interrupted(BaseException):
    """Ctrl-C was pressed; click would answer a ``KeyboardInterrupt`` with an empty line."""
