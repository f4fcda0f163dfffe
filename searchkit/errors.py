"""Every exception searchkit raises, and the diagnostics that query errors carry.

Floor 0: imports nothing of searchkit.  One tree, so that a caller can catch as
wide or as narrow as it needs:

    SearchkitError
    +-- ArticleError(path, line, reason)     bytes that are not an article
    +-- SourceError(source, reason, hint)    a source that cannot be read at all
    +-- SettingsError(origin, reason)        a setting that makes no sense
    +-- QueryError(diagnostics)              a query that cannot be answered
    |   +-- UnknownField
    |   +-- UnknownForce
    |   +-- UnsupportedQuery                 understood, but not by this engine
    +-- QueryStopped                         a query that took too much while it was answered
    |   +-- QueryTimeout(seconds)
    |   |   +-- NoWorkerFree               it was never begun
    |   +-- QueryTooLarge(memory_bytes)
    +-- ArticleNotFound(wanted)              no article of that id, path, URL or number
    +-- IndexProblem(path)                   what is wrong with an index on disk
    |   +-- IndexNotFound
    |   +-- IndexExists
    |   +-- IndexLocked(path, holder)
    |   +-- IndexCorrupt
    |   +-- IndexIncompatible
    +-- MassRemoval(removed, total)          a run that would drop too much, stopped
    +-- EngineError                          anything else an engine reports
        +-- ClusterProblem(address)          what is wrong with a cluster that holds an index
            +-- ClusterUnreachable           nobody answers there
            +-- ClusterRefused               it lets us not in: password, rights, certificate
            +-- ClusterDegraded              a part of the index is on no node
            +-- ClusterBusy                  it has too much to do
            +-- ClusterTimeout               it did not answer in time
            +-- ClusterUnsupported           it is no cluster that searchkit can use

The text of an exception is one sentence of what is wrong and where; ``hint`` is
the next thing to do, or an empty string.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One remark on a query text.

    ``kind`` is the contract (``"bad-date"``, ``"unknown-field"``, ...); ``message``
    may change.  ``start`` and ``end`` are character offsets into the query text
    (``end`` exclusive); ``hint`` says what to type instead, or is empty.
    ``fatal`` diagnostics make a search raise, the others become warnings.
    """

    kind: str
    message: str
    start: int
    end: int
    hint: str = ""
    fatal: bool = False


class SearchkitError(Exception):
    """Base of every error searchkit raises on purpose."""

    hint: str = ""


class ArticleError(SearchkitError):
    """Bytes that could not be read as an article.

    ``path`` is the source key, ``line`` a 1-based line number or ``None`` where
    no line applies, ``reason`` a sentence without a final full stop.
    """

    def __init__(self, path: str, line: int | None, reason: str) -> None:
        self.path = path
        self.line = line
        self.reason = reason
        where = path if line is None else f"{path}:{line}"
        super().__init__(f"{where}: {reason}" if where else reason)


class SourceError(SearchkitError):
    """A source named by the user that cannot be read at all."""

    def __init__(self, source: str, reason: str, hint: str = "") -> None:
        self.source = source
        self.reason = reason
        self.hint = hint
        super().__init__(f"{source}: {reason}")


class SettingsError(SearchkitError):
    """A setting that makes no sense; ``origin`` is the file, variable or flag it came from."""

    def __init__(self, origin: str, reason: str, hint: str = "") -> None:
        self.origin = origin
        self.reason = reason
        self.hint = hint
        super().__init__(f"{origin}: {reason}")


class QueryError(SearchkitError):
    """A query that cannot be answered; ``diagnostics`` holds at least one fatal remark."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        worst = next((d for d in self.diagnostics if d.fatal), self.diagnostics[0])
        self.hint = worst.hint
        super().__init__(worst.message)


class UnknownField(QueryError):
    """A field name that searchkit does not have."""


class UnknownForce(QueryError):
    """A police force that the gazetteer does not know."""


class UnsupportedQuery(QueryError):
    """A query the chosen engine cannot evaluate."""


class QueryStopped(SearchkitError):
    """A query that was within the limits of its text, and was stopped while it was answered."""

    hint = "ask for less: fewer words with * or ~, or fewer results"


class QueryTimeout(QueryStopped):
    """A query that was not answered within ``seconds``."""

    def __init__(self, seconds: float, reason: str = "the query was stopped") -> None:
        self.seconds = seconds
        super().__init__(f"{reason} after {seconds:g} s, the limit")


class NoWorkerFree(QueryTimeout):
    """A query that waited for ``seconds`` while others were answered."""

    hint = "ask again in a moment"

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds, "no worker was free: the query was given up")


class QueryTooLarge(QueryStopped):
    """A query that took more than ``memory_bytes`` of memory."""

    def __init__(self, memory_bytes: int) -> None:
        self.memory_bytes = memory_bytes
        limit = f"{memory_bytes // (1024 * 1024):,} MB"
        super().__init__(f"the query was stopped: it took more than {limit} of memory, the limit")


class ArticleNotFound(SearchkitError):
    """No article answers to the id, path, URL or result number asked for."""

    def __init__(self, wanted: str, hint: str = "") -> None:
        self.wanted = wanted
        self.hint = hint
        super().__init__(f"no article {wanted!r} in the index")


class IndexProblem(SearchkitError):
    """Something is wrong with the index at ``path``."""

    def __init__(self, path: str, reason: str, hint: str = "") -> None:
        self.path = path
        self.reason = reason
        self.hint = hint
        super().__init__(reason)


class IndexNotFound(IndexProblem):
    """There is no index at this path."""

    def __init__(self, path: str) -> None:
        # Few programs come here, and all of them import this module.
        import shlex

        where = "" if path == "index" else f" --index {shlex.quote(path)}"
        super().__init__(path, f"no index in {path}", f"create one with:  searchkit index{where}")


class IndexExists(IndexProblem):
    """There already is an index at this path."""

    def __init__(self, path: str) -> None:
        super().__init__(path, f"there already is an index in {path}", "open it instead")


class IndexLocked(IndexProblem):
    """Another writer holds the index; ``holder`` says which process, since when."""

    def __init__(self, path: str, holder: str) -> None:
        self.holder = holder
        super().__init__(
            path,
            f"the index in {path} is being written by {holder}",
            "wait for it to end, or allow more time with --lock-timeout SECONDS",
        )


class IndexCorrupt(IndexProblem):
    """The bytes of the index are damaged."""


class IndexIncompatible(IndexProblem):
    """The index was built by another version of searchkit's analysis, schema or layout."""


class MassRemoval(SearchkitError):
    """A run that would remove a large part of the index and was stopped before it did.

    ``removed`` and ``total`` count articles.
    """

    def __init__(self, removed: int, total: int) -> None:
        self.removed = removed
        self.total = total
        self.hint = "if that is intended, run it again with --yes"
        super().__init__(
            f"this run would remove {removed:,} of {total:,} articles; nothing was changed"
        )


class EngineError(SearchkitError):
    """The engine failed in a way that has no name of its own."""


class ClusterProblem(EngineError):
    """Something is wrong with the cluster that holds the index ``address``, which has no password
    in it; nothing was changed but what is told."""

    def __init__(self, address: str, reason: str, hint: str = "") -> None:
        self.address = address
        self.reason = reason
        self.hint = hint
        super().__init__(f"{address}: {reason}")


class ClusterUnreachable(ClusterProblem):
    """No node of the cluster answers."""


class ClusterRefused(ClusterProblem):
    """The cluster lets us not in: a password, a right or a certificate that it does not take."""


class ClusterDegraded(ClusterProblem):
    """A part of the index is on no node, so that no answer would be whole."""


class ClusterBusy(ClusterProblem):
    """The cluster has too much to do, also after it was asked again."""


class ClusterTimeout(ClusterProblem):
    """The cluster did not answer in time."""


class ClusterUnsupported(ClusterProblem):
    """What answers is no OpenSearch, or of a version that searchkit does not know."""
