"""The one table of fields: what an article can be asked for, and how each is kept.

Floor 1.  The query parser reads names and aliases here, engines build their schema
from it, ranking reads its weights.  Invariant: a field an engine indexes or a user
can type stands in ``FIELDS`` and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .article import Article


class Kind(str, Enum):
    """How the values of a field are compared.

    ``TEXT`` is analysed into words; ``KEYWORD`` values are matched whole, lower case;
    ``DATE`` is the period an article can have been published in.
    """

    TEXT = "text"
    KEYWORD = "keyword"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Field:
    """One field.  ``weight`` is its share in ranking plain words (0: only when named);
    ``aliases`` are other names a user may type."""

    name: str
    kind: Kind
    weight: float = 0.0
    aliases: tuple[str, ...] = ()
    facet: bool = False
    help: str = ""


FIELDS: tuple[Field, ...] = (
    Field("title", Kind.TEXT, 2.5, ("headline",), help="the headline"),
    Field("lead", Kind.TEXT, 2.0, ("summary",), help="the standfirst, or the first sentence"),
    Field("body", Kind.TEXT, 1.0, ("text",), help="the text of the release"),
    Field("boilerplate", Kind.TEXT, help="how to make contact, and what the force repeats"),
    Field("address", Kind.TEXT, 0.0, ("url",), help="words of the article's own URL"),
    Field("links", Kind.TEXT, 0.0, ("link",), help="words of the URLs the text links to"),
    Field("category", Kind.TEXT, 0.0, (), help="the label the force put above the text"),
    Field("force", Kind.KEYWORD, 0.0, ("area",), facet=True, help="who published it"),
    Field("mentions", Kind.KEYWORD, 0.0, ("mention",), facet=True, help="other forces named in it"),
    Field("type", Kind.KEYWORD, 0.0, (), facet=True, help="the kind of crime it is about"),
    Field("stage", Kind.KEYWORD, 0.0, (), facet=True, help="the stage of the case"),
    Field("ref", Kind.KEYWORD, 0.0, ("reference",), help="an incident, crime or log number"),
    Field("op", Kind.KEYWORD, 0.0, ("operation",), help="a police operation, by name"),
    Field("id", Kind.KEYWORD, help="the article's id"),
    Field("path", Kind.KEYWORD, help="the file it was read from"),
    Field("date", Kind.DATE, 0.0, ("published",), help="when it was published"),
)

BY_NAME: dict[str, Field] = {
    name: field for field in FIELDS for name in (field.name, *field.aliases)
}
SEARCHED: tuple[Field, ...] = tuple(f for f in FIELDS if f.weight > 0)
"""The fields a plain word is looked for in."""

TEXTS = tuple(field.name for field in FIELDS if field.kind is Kind.TEXT)
KEYWORDS = tuple(field.name for field in FIELDS if field.kind is Kind.KEYWORD)

PERIODS: tuple[str, ...] = ("year", "month", "week", "day")
"""What time is counted by; a week is named by its Monday."""

FACETS: tuple[str, ...] = ("force", "region", "mentions", "type", "stage", *PERIODS)
"""What ``--facet`` counts; ``area`` is accepted for ``force``."""

SCHEMA_VERSION = 3
"""Raised whenever the table above changes in a way that old indexes do not have."""


def text_values(article: Article) -> dict[str, str]:
    """The text of every ``TEXT`` field of ``article``, by field name."""
    return {
        "title": article.title,
        "lead": article.lead,
        "body": _told(article),
        "boilerplate": article.contact,
        "address": article.url,
        "links": "\n".join(article.links),
        "category": article.category,
    }


def _told(article: Article) -> str:
    """The body without its boilerplate, but with the incident numbers that stood there: they are
    of this article alone."""
    prose = article.prose
    if not article.boilerplate:
        return prose
    return "\n".join((prose, *[ref for ref in article.references if ref not in prose]))


def keyword_values(article: Article) -> dict[str, tuple[str, ...]]:
    """The values of every ``KEYWORD`` field of ``article``, by field name."""
    return {
        "force": (article.force.id,) if article.force else (),
        "mentions": article.mentions,
        "type": article.tagged("type"),
        "stage": article.tagged("stage"),
        "ref": article.references,
        "op": article.operations,
        "id": (article.id,),
        "path": (article.path,) if article.path else (),
    }
