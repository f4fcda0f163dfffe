"""Judged collections on disk: a folder with ``docs.jsonl``, ``queries.jsonl`` and ``qrels.tsv``.

Floor 7.  The first two hold a JSON object a line (``id``, ``title`` and ``text``; ``id`` and
``text``), the third a query id, a document id and a grade a line, with tabs.  Judgements may be
in TREC's own form too, with four columns.  Invariant: what is wrong is named with its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import SourceError
from .topics import Collection, Document, Topic

DOCUMENTS, QUERIES, JUDGEMENTS = "docs.jsonl", "queries.jsonl", "qrels.tsv"

_LAYOUT = f"a collection is a folder with {DOCUMENTS}, {QUERIES} and {JUDGEMENTS}"


def read_collection(folder: Path) -> Collection:
    """The collection in ``folder``.  Raises ``SourceError`` where it is none."""
    if not folder.is_dir():
        raise SourceError(str(folder), "there is no such folder", _LAYOUT)
    documents = _documents(folder / DOCUMENTS)
    queries = _queries(folder / QUERIES)
    judged = _judgements(folder / JUDGEMENTS, queries)
    if not judged:
        raise SourceError(str(folder / JUDGEMENTS), "it judges no document relevant", _LAYOUT)
    known = {document.id for document in documents}
    absent = sum(one not in known for grades in judged.values() for one in grades)
    topics = tuple(Topic(id_, text, judged[id_]) for id_, text in queries.items() if id_ in judged)
    name = folder.resolve().name
    return Collection(name, tuple(documents), topics, len(queries) - len(topics), absent)


def _documents(path: Path) -> list[Document]:
    documents: dict[str, Document] = {}
    for place, values in _objects(path):
        id_, title = _text(values, "id", place), _text(values, "title", place, "")
        if id_ in documents:
            raise SourceError(place, f"document {id_!r} was there before", _LAYOUT)
        documents[id_] = Document(id_, title, _text(values, "text", place))
    if not documents:
        raise SourceError(str(path), "it holds no document", _LAYOUT)
    return list(documents.values())


def _queries(path: Path) -> dict[str, str]:
    queries: dict[str, str] = {}
    for place, values in _objects(path):
        id_ = _text(values, "id", place)
        if id_ in queries:
            raise SourceError(place, f"query {id_!r} was there before", _LAYOUT)
        queries[id_] = _text(values, "text", place)
    return queries


def _judgements(path: Path, queries: dict[str, str]) -> dict[str, dict[str, int]]:
    """Document to grade, by query, for queries with a relevant document."""
    judged: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        columns = line.split("\t") if "\t" in line else line.split()
        place = f"{path}:{number}"
        if len(columns) not in (3, 4):
            reason = f"a query, a document and a grade, not {len(columns)} columns"
            raise SourceError(place, reason, _LAYOUT)
        query, document, grade = columns[0], columns[-2], columns[-1]
        if query not in queries:
            raise SourceError(place, f"there is no query {query!r} in {QUERIES}", _LAYOUT)
        try:
            value = int(grade)
        except ValueError:
            raise SourceError(place, f"a grade is a whole number, not {grade!r}", _LAYOUT) from None
        judged.setdefault(query, {})[document] = value
    return {query: grades for query, grades in judged.items() if max(grades.values()) > 0}


def _objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The JSON objects of a file, each with the place it stands at."""
    for number, line in _lines(path):
        place = f"{path}:{number}"
        try:
            values = json.loads(line)
        except (ValueError, RecursionError) as problem:
            raise SourceError(place, f"it is not JSON ({problem})", _LAYOUT) from problem
        if not isinstance(values, dict):
            raise SourceError(place, "it is not a JSON object", _LAYOUT)
        yield place, values


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that are not empty, with their numbers from 1."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except FileNotFoundError:
        raise SourceError(str(path), "there is no such file", _LAYOUT) from None
    except UnicodeDecodeError as problem:
        raise SourceError(str(path), f"it is not UTF-8 ({problem.reason})", _LAYOUT) from problem
    except OSError as problem:
        raise SourceError(str(path), f"it cannot be read ({problem.strerror})") from problem


def _text(values: dict[str, Any], name: str, place: str, default: str | None = None) -> str:
    """The text under ``name``; numbers do for ids."""
    value = values.get(name, default)
    if name == "id" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or (name == "id" and not value.strip()):
        raise SourceError(place, f"it has no {name}", _LAYOUT)
    # Half a character can be written as \u, and nowhere be indexed.
    return value.encode("utf-8", "replace").decode()
