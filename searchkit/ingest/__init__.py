"""Ingest: from sources and bytes to clean, dated, attributed articles.

Floor 2.  ``reader`` turns one source's bytes into an ``Article``; the pieces it is made of
(front matter, markup, titles, dates, references) are public too.  Invariant: nothing in
here touches an index.
"""

from .boilerplate import is_contact_line, is_furniture
from .formats import Format, format_of
from .markup import PlainText, plain
from .reader import article_id, parse_article, read_article
from .titles import clean_title

__all__ = [
    "Format",
    "PlainText",
    "article_id",
    "clean_title",
    "format_of",
    "is_contact_line",
    "is_furniture",
    "parse_article",
    "plain",
    "read_article",
]
