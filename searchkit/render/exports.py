"""All matches as files that other programs read: tables, lines of JSON, lists of citations.

Floor 7.  ``COLUMNS`` is the one table of what an export can tell of a hit; ``FORMS`` the one of
the forms it can have.  Everything streams: a form turns one hit after the other into text.
Invariant: no cell of a table is a formula to a spreadsheet, and ``original`` gives back what each
cell was made of.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..article import Article
from ..results import Hit
from .characters import to_json
from .citations import bibtex, markdown, ris

Value = str | float | tuple[str, ...] | None

BOM = "\ufeff"
"""By which spreadsheets know that a table is UTF-8."""

_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
"""How a cell begins that a spreadsheet takes for a formula (OWASP, *CSV Injection*), whatever
number of apostrophes stands before it."""

_SEPARATOR = "; "


class Column(NamedTuple):
    """One column: what it holds, in words, and of which hit what."""

    help: str
    value: Callable[[Hit], Value]
    text: bool = False


def _tags(kind: str) -> Callable[[Hit], Value]:
    return lambda hit: hit.article.tagged(kind)


COLUMNS: Mapping[str, Column] = {
    "id": Column("the id of the article", lambda hit: hit.id),
    "title": Column("the headline", lambda hit: hit.title),
    "force_id": Column("the force, as --area takes it", lambda hit: _force(hit.article).id),
    "force": Column("the name of the force", lambda hit: _force(hit.article).name),
    "published": Column("when it was published, as far as known: ISO 8601", lambda h: h.date.iso),
    "precision": Column(
        "how precisely: minute, day, month, year or none", lambda hit: hit.date.precision.value
    ),
    "date_source": Column("where the date was found", lambda hit: hit.date.source.value),
    "types": Column("kinds of crime", _tags("type")),
    "stages": Column("stages of the case", _tags("stage")),
    "refs": Column("incident and crime numbers", lambda hit: hit.article.references),
    "url": Column("the address of the release", lambda hit: hit.url),
    "path": Column("the file it was read from", lambda hit: hit.path),
    "sha256": Column("the hash of that file", lambda hit: hit.article.sha256),
    "cluster": Column(
        "what copies of one release share", lambda hit: hit.copies.cluster if hit.copies else ""
    ),
    "snippet": Column("the words around what was found", lambda hit: str(hit.snippet)),
    "score": Column("how well it fits: higher is better", lambda hit: round(hit.score, 4)),
    "lead": Column("the standfirst", lambda hit: hit.article.lead, text=True),
    "body": Column("the text, contact lines and all", lambda hit: hit.article.body, text=True),
}
"""The columns in their order; those with ``text`` only where the full text is asked for."""


class _Nobody(NamedTuple):
    id: str = ""
    name: str = ""


def _force(article: Article) -> Any:
    return article.force or _Nobody()


@dataclass(frozen=True, slots=True)
class Choice:
    """What of each hit is told: columns of ``COLUMNS``; ``bom`` puts a byte order mark first."""

    columns: tuple[str, ...]
    bom: bool = False

    @classmethod
    def of(
        cls, columns: Sequence[str] = (), *, full_text: bool = False, bom: bool = False
    ) -> Choice:
        """The columns named, or all but the texts; with ``full_text`` these, too.  Raises
        ``KeyError`` for one that there is none of."""
        for name in columns:
            if name not in COLUMNS:
                raise KeyError(name)
        chosen = list(columns) or [name for name, column in COLUMNS.items() if not column.text]
        if full_text:
            chosen += [n for n, column in COLUMNS.items() if column.text and n not in chosen]
        return cls(tuple(dict.fromkeys(chosen)), bom)


def safe(cell: str) -> str:
    """``cell`` with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def original(cell: str) -> str:
    """The text that ``safe`` made ``cell`` of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _cell(value: Value) -> str:
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, tuple):
        return safe(_SEPARATOR.join(value))
    return "" if value is None else str(value)


def _table(hits: Iterable[Hit], choice: Choice, delimiter: str) -> Iterator[str]:
    """A head and a row for each hit: RFC 4180, with ``delimiter`` in place of the comma."""
    held = io.StringIO(newline="")
    writer = csv.writer(held, delimiter=delimiter, lineterminator="\r\n")

    def line(cells: Iterable[str]) -> str:
        writer.writerow(cells)
        text = held.getvalue()
        held.seek(0)
        held.truncate()
        return text

    yield (BOM if choice.bom else "") + line(choice.columns)
    getters = [COLUMNS[name].value for name in choice.columns]
    for hit in hits:
        yield line(_cell(value(hit)) for value in getters)


def _csv(hits: Iterable[Hit], choice: Choice) -> Iterator[str]:
    return _table(hits, choice, ",")


def _tsv(hits: Iterable[Hit], choice: Choice) -> Iterator[str]:
    return _table(hits, choice, "\t")


def _jsonl(hits: Iterable[Hit], choice: Choice) -> Iterator[str]:
    """One object a hit; what may have several values is a list."""
    getters = [(name, COLUMNS[name].value) for name in choice.columns]
    for hit in hits:
        yield to_json({name: _listed(value(hit)) for name, value in getters}) + "\n"


def _listed(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value


class Form(NamedTuple):
    """One form of an export: what it is, its media type, how hits become text, and whether it has
    columns; one without always quotes the text."""

    help: str
    media_type: str
    write: Callable[[Iterable[Hit], Choice], Iterator[str]]
    columns: bool = False

    def quotes(self, choice: Choice) -> bool:
        """Whether snippets are shown."""
        return not self.columns or "snippet" in choice.columns


FORMS: Mapping[str, Form] = {
    "csv": Form("a table for spreadsheets", "text/csv; charset=utf-8; header=present", _csv, True),
    "tsv": Form("the same, tabs between", "text/tab-separated-values; charset=utf-8", _tsv, True),
    "jsonl": Form("one JSON object a line", "application/jsonl; charset=utf-8", _jsonl, True),
    "md": Form(
        "a list for reading", "text/markdown; charset=utf-8", lambda hits, _: markdown(hits)
    ),
    "bib": Form(
        "BibTeX and BibLaTeX", "application/x-bibtex; charset=utf-8", lambda hits, _: bibtex(hits)
    ),
    "ris": Form(
        "for reference managers",
        "application/x-research-info-systems; charset=utf-8",
        lambda hits, _: ris(hits),
    ),
}
"""The forms by the ending of the file's name."""
