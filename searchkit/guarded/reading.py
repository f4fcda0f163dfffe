"""What people who read in a browser ask for beside results: one article, and a table to take away.

Floor 7.  Deeds of ``deeds``.  Invariant: what is told of an article is enough for its page, so that
nothing of the page is asked for twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from ..index import Index
from ..render.citations import bibtex
from ..render.copies import copies_to_dict
from ..render.envelope import article_to_dict
from ..render.exports import FORMS, Choice
from ..results import Hit
from .wire import Json

TABLE_ROWS = 1_000
"""So many articles a table of one question has at most."""

_COLUMNS = (
    "id title force_id force published precision date_source types stages refs url cluster snippet"
).split()


def read(index: Index, asked: Mapping[str, Any]) -> Json:
    """The article ``wanted``, where it answers the question that led to it, its copies, and how to
    cite it.  Raises ``ArticleNotFound``."""
    options = dict(asked)
    article = index.find(options.pop("wanted", ""))
    lit = index.highlights(article, **options) if options.get("text") else {}
    return {
        "article": article_to_dict(article),
        "highlights": {name: [list(span) for span in spans] for name, spans in lit.items()},
        "copies": copies_to_dict(index.copies(article.id)),
        "bibtex": "".join(bibtex((Hit(1, 0.0, article),))),
    }


def table(index: Index, asked: Mapping[str, Any]) -> str:
    """The first ``TABLE_ROWS`` matches as comma-separated values."""
    hits = islice(index.iter(**asked), TABLE_ROWS)
    return "".join(FORMS["csv"].write(hits, Choice.of(_COLUMNS)))
