"""What went wrong, as programs read it: ``application/problem+json`` (RFC 9457).

Floor 8.  One table says which error is which problem.  Invariant: a problem names no path of this
machine and holds no traceback; what is not in the table is told as nothing but a fault.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..errors import (
    ArticleNotFound,
    ClusterBusy,
    ClusterProblem,
    ClusterTimeout,
    Diagnostic,
    EngineError,
    IndexCorrupt,
    IndexIncompatible,
    IndexNotFound,
    IndexProblem,
    NoWorkerFree,
    QueryError,
    QueryStopped,
    QueryTooLarge,
    SearchkitError,
)
from ..render.characters import to_json
from ..render.envelope import diagnostic_to_dict
from .parameters import BadParameter
from .service import Busy

MEDIA_TYPE = "application/problem+json"
_TYPES = "urn:searchkit:problem:"
_RETRY_SECONDS = 5

log = logging.getLogger("searchkit.web")


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: ``kind`` ends its type, ``errors`` are remarks on parts of what was asked, each
    with the ``parameter`` it is about, unless that is ``q``, and the offsets ``start`` and ``end``
    into its text."""

    status: int
    kind: str
    title: str
    detail: str = ""
    hint: str = ""
    errors: tuple[Mapping[str, Any], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self, instance: str = "") -> dict[str, Any]:
        """The members of RFC 9457, and ``hint`` and ``errors`` where there are any."""
        told: dict[str, Any] = {
            "type": f"{_TYPES}{self.kind}",
            "title": self.title,
            "status": self.status,
        }
        more = {"detail": self.detail, "instance": quote(instance), "hint": self.hint}
        told.update({name: value for name, value in more.items() if value})
        if self.errors:
            told["errors"] = [dict(error) for error in self.errors]
        return told


_SAID: tuple[tuple[type[SearchkitError], int, str, str], ...] = (
    (BadParameter, 400, "parameter", "A parameter makes no sense"),
    (QueryError, 400, "query", "The query cannot be answered"),
    (NoWorkerFree, 503, "busy", "Too many searches at once"),
    (QueryStopped, 400, "stopped", "The query took too much"),
    (Busy, 503, "busy", "Too many searches at once"),
    (ArticleNotFound, 404, "article", "There is no such article"),
    (IndexNotFound, 503, "index", "There is no index"),
    (IndexIncompatible, 503, "index", "The index is of another version"),
    (IndexCorrupt, 503, "index", "The index is damaged"),
    (IndexProblem, 503, "index", "The index cannot be read"),
    (ClusterBusy, 503, "busy", "Too many searches at once"),
    (ClusterTimeout, 503, "late", "The index answers slowly"),
    (ClusterProblem, 503, "index", "The index cannot be read"),
    (EngineError, 500, "fault", "The search failed"),
)

_STATUSES: Mapping[int, tuple[str, str]] = {
    400: ("request", "The request makes no sense"),
    404: ("nowhere", "There is nothing here"),
    408: ("slow", "The request took too long to arrive"),
    405: ("method", "Only GET and HEAD are answered"),
    413: ("body", "The request has too large a body"),
    414: ("address", "The address is too long"),
    421: ("host", "This server has another name"),
    431: ("header", "The header of the request is too large"),
}


_PHRASES = frozenset(status.phrase for status in HTTPStatus)
"""What an ``HTTPException`` says where nothing was said."""


def problem_of(error: Exception) -> Problem:
    """What ``error`` is to those who asked."""
    if isinstance(error, HTTPException):
        kind, title = _STATUSES.get(error.status_code, ("request", error.detail))
        detail = error.detail if error.detail not in _PHRASES else ""
        return Problem(error.status_code, kind, title, detail, headers=dict(error.headers or {}))
    for known, status, kind, title in _SAID:
        if isinstance(error, known):
            return _told(error, status, kind, title)
    return Problem(500, "fault", "The search failed", "an unexpected error was logged")


_LATE = ("nothing is wrong with what was asked", "try again in a moment")


def _told(error: Exception, status: int, kind: str, title: str) -> Problem:
    """The problem of a row of the table; of the index and the engine, no word that names a path."""
    headers = {"retry-after": str(_RETRY_SECONDS)} if status == 503 else {}
    if isinstance(error, Busy):
        headers = {"retry-after": str(error.seconds)}
    if isinstance(error, QueryError):
        name = error.parameter if isinstance(error, BadParameter) else ""
        remarks = tuple(_remark(remark, name) for remark in error.diagnostics if remark.fatal)
        return Problem(status, kind, title, str(error), error.hint, remarks, headers)
    if isinstance(error, QueryStopped) and status == 400:
        limit = "limit-memory" if isinstance(error, QueryTooLarge) else "limit-seconds"
        remark = Diagnostic(limit, str(error), 0, 0, error.hint, fatal=True)
        return Problem(status, kind, title, str(error), error.hint, (_remark(remark, ""),))
    if isinstance(error, (Busy, QueryStopped)):
        return Problem(status, kind, title, str(error), error.hint, headers=headers)
    if isinstance(error, ArticleNotFound):
        return Problem(status, kind, title, str(error))
    if isinstance(error, ClusterTimeout):
        return Problem(status, kind, title, *_LATE, headers=headers)
    return Problem(status, kind, title, headers=headers)


def _remark(remark: Diagnostic, parameter: str) -> Mapping[str, Any]:
    told = diagnostic_to_dict(remark)
    return {**told, "parameter": parameter} if parameter else told


def respond(request: Request, error: Exception) -> Response:
    """The answer to a request that ended in ``error``, in the form that its path is answered in:
    ``app.state.error_page``, where there is one, makes a page of the problem."""
    problem = problem_of(error)
    if problem.status >= 500 and problem.kind in ("fault", "index", "late"):
        log.error("%s: %s", type(error).__name__, error, exc_info=problem.kind == "fault")
    page = getattr(request.app.state, "error_page", None)
    if page is not None and not request.url.path.startswith("/api/"):
        made: Response = page(request, problem)
        return made
    return json_response(problem, request.url.path)


def note_broken_off(request: Request, error: Exception) -> None:
    """Log ``error``, which ended the answer to a request in its middle; of what can be expected, in
    one line."""
    # Starlette wraps an error that it could have made an answer of, had none begun.
    cause = error.__cause__ if isinstance(error.__cause__, SearchkitError) else error
    said = "%s was broken off: %s: %s"
    where = quote(request.url.path)
    unexpected = not isinstance(cause, SearchkitError)
    log.error(said, where, type(cause).__name__, cause, exc_info=error if unexpected else None)


def refusal(status: int) -> Response:
    """The answer to what is no request."""
    kind, title = _STATUSES.get(status, _STATUSES[400])
    return json_response(Problem(status, kind, title))


def json_response(problem: Problem, instance: str = "") -> Response:
    """The problem as JSON."""
    text = to_json(problem.to_dict(instance)).encode("utf-8", "backslashreplace")
    return Response(text, problem.status, dict(problem.headers), MEDIA_TYPE)
