"""The description of the API for programs: an OpenAPI 3.1 document.

Floor 8.  Made of the table of parameters and of the schemas in ``data``; nothing is written
twice.  Invariant: every route of the API is described, with every parameter it takes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from .. import __version__
from ..render.feed import ATOM, JSON_FEED
from .parameters import SWITCH, TAKEN, Kind, Parameter, parameter

Json = dict[str, Any]

_PROBLEM = "application/problem+json"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Operation:
    """One route: ``takes`` is its row of ``parameters.TAKEN``, ``schema`` the file in ``data`` of
    what it answers, empty where that is no JSON of ours."""

    path: str
    name: str
    summary: str
    takes: str = "nothing"
    schema: str = ""
    media_type: str = _JSON
    tagged: bool = True


OPERATIONS: tuple[Operation, ...] = (
    Operation("/api/search", "search", "Search the articles.", "search", "results"),
    Operation("/api/articles/{article_id}", "article", "One article, whole.", schema="article"),
    Operation("/api/facets", "facets", "Count what answers by fields.", "facets", "facets"),
    Operation("/api/timeline", "timeline", "Count what answers by time.", "timeline", "timeline"),
    Operation("/api/forces", "forces", "The police forces.", schema="forces"),
    Operation("/api/suggest", "suggest", "Headlines, forces and words for what is being typed.",
              "suggest", "suggestions"),
    Operation("/feed.atom", "atom", "The newest that answer, as an Atom feed.", "feed",
              media_type=ATOM),
    Operation("/feed.json", "json_feed", "The newest that answer, as a JSON Feed.", "feed",
              media_type=JSON_FEED),
    Operation("/healthz", "health", "Whether questions are answered.", schema="health",
              tagged=False),
)  # fmt: skip

_MEANINGS: Mapping[int, str] = {
    304: "What `If-None-Match` names is still so.",
    400: "A parameter or the query makes no sense, or asks for more than may be asked.",
    404: "There is no such article.",
    405: "Only GET and HEAD are answered.",
    413: "The request has too large a body.",
    421: "This server has another name.",
    431: "The header of the request is too large.",
    500: "A fault of the server.",
    503: "The index cannot be read, or too much is asked at once; try again later.",
}


@cache
def document() -> bytes:
    """The document, as JSON."""
    told: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "searchkit",
            "version": __version__,
            "summary": "Full-text search for police news.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": {one.path: {"get": _operation(one)} for one in OPERATIONS},
        "components": {"schemas": {name: _schema(name) for name in _schemas()}},
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _schemas() -> tuple[str, ...]:
    return (*(one.schema for one in OPERATIONS if one.schema), "problem")


def _schema(name: str) -> Any:
    """A schema of ``data``, with its references as they are from within the document."""
    file = resources.files("searchkit").joinpath(f"data/{name}.schema.json")
    told = file.read_text("utf-8").replace('"#/$defs/', f'"#/components/schemas/{name}/$defs/')
    return {key: value for key, value in json.loads(told).items() if key != "$id"}


def _operation(one: Operation) -> Json:
    return {
        "operationId": one.name,
        "summary": one.summary,
        "parameters": list(_parameters(one)),
        "responses": {
            "200": _answer(one),
            **({"304": {"description": _MEANINGS[304]}} if one.tagged else {}),
            **{str(status): _problem(status) for status in _statuses(one)},
        },
    }


def _statuses(one: Operation) -> Iterator[int]:
    for status in _MEANINGS:
        if status >= 400 and (status != 404 or "{" in one.path):
            yield status


def _answer(one: Operation) -> Json:
    schema: Json = {"type": "string"}
    if one.schema:
        schema = {"$ref": f"#/components/schemas/{one.schema}"}
    elif one.media_type == JSON_FEED:
        schema = {"type": "object", "required": ["version", "title", "items"]}
    headers = {"ETag": {"schema": {"type": "string"}, "description": "Of index, day and request."}}
    return {
        "description": "What was asked for.",
        "content": {one.media_type: {"schema": schema}},
        **({"headers": headers} if one.tagged else {}),
    }


def _problem(status: int) -> Json:
    content = {_PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}}}
    told: Json = {"description": _MEANINGS[status], "content": content}
    if status == 503:
        told["headers"] = {
            "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}
        }
    return told


def _parameters(one: Operation) -> Iterator[Json]:
    if "{article_id}" in one.path:
        yield {
            "name": "article_id",
            "in": "path",
            "required": True,
            "description": "The id of the article, as hits tell it.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        }
    for name in TAKEN[one.takes]:
        row = parameter(one.takes, name)
        yield {"name": name, "in": "query", "description": row.help, "schema": _kind(row)}


def _kind(row: Parameter) -> Json:
    """The schema of a parameter's value."""
    told: Json = {}
    if row.kind is Kind.NUMBER:
        told = {"type": "integer", "minimum": row.least, "maximum": row.most}
    elif row.kind is Kind.SWITCH:
        told = {"type": "string", "enum": list(SWITCH)}
    elif row.kind is Kind.CHOICE:
        told = {"type": "string", "enum": list(row.choices)}
    elif row.kind is Kind.TEXT:
        told = {"type": "string", "maxLength": row.most}
    else:
        each: Json = {"type": "string", "maxLength": row.most}
        if row.choices:
            each = {"type": "string", "enum": list(row.choices)}
        told = {"type": "array", "items": each, "maxItems": row.times}
    if row.default is not None:
        told["default"] = "false" if row.default is False else row.default
    return told
