"""What may be asked of articles, in the same words wherever articles are asked for.

Floor 5.  Searching, counting, timelines and exports share these options and read them here.
Invariant: the same text and options are the same question, whatever is made of its answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, TypedDict

from . import bounds
from .article import LONDON
from .filters import Filters
from .question import Match, Question, ask
from .settings import QueryLimits
from .synonyms import Vocabulary, shipped

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Asking(TypedDict, total=False):
    """The options of a question.

    ``area``     names or ids of forces; several mean any of them
    ``type``, ``stage``  kinds of crime and stages of a case, as ``searchkit tags`` lists them;
                 several mean any of them
    ``since``, ``until``, ``on``  days or periods, as text or ``datetime.date``; the end of
                 an imprecise ``until`` is the end of its period
    ``match``    how many of plain words an article needs: ``all``, ``most``, ``any``, or ``auto``:
                 all; most, where none has all; any of a sentence.  With ``any``, the text is plain
                 words, and nothing in it an operator
    ``exact``    every word as typed, in no other form
    ``synonyms`` whether plain words count what they stand for, too (``docs/vocabulary.md``); a
                 ``Vocabulary`` says what
    ``fuzzy``    words spelt nearly like those typed count, too
    ``include_undated``      articles without a date pass filters by date
    ``include_boilerplate``  words are looked for in contact lines, too
    """

    area: str | Iterable[str]
    type: str | Iterable[str]
    stage: str | Iterable[str]
    since: str | date | None
    until: str | date | None
    on: str | date | None
    match: str | Match | None
    exact: bool
    synonyms: bool | Vocabulary
    fuzzy: bool
    include_undated: bool
    include_boilerplate: bool


def question(text: object, limits: QueryLimits, **asking: Unpack[Asking]) -> Question:
    """The question that ``text``, in the query language, and the options ask.

    Raises ``QueryError`` (``UnknownField``, ``UnknownForce``) for what cannot be answered, and
    ``TypeError`` for an option that there is none of.
    """
    unknown = asking.keys() - Asking.__annotations__.keys()
    if unknown:
        raise TypeError(f"there is no option {min(unknown)!r}")
    synonyms = asking.get("synonyms", True)
    match = bounds.match_of(asking.get("match"))
    switches = Filters(
        synonyms=bool(synonyms),
        any_word=match is Match.ANY,
        exact=bool(asking.get("exact")),
        fuzzy=bool(asking.get("fuzzy")),
        include_undated=bool(asking.get("include_undated")),
        include_boilerplate=bool(asking.get("include_boilerplate")),
    )
    filters = bounds.filters(switches, asking, limits)
    table = synonyms if isinstance(synonyms, Vocabulary) else shipped()
    today = datetime.now(LONDON).date()
    asked = ask(bounds.text_of(text), filters, today=today, limits=limits, table=table)
    return asked.matching(match)
