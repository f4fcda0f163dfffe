"""What a search may be asked beside its text: every option checked before an engine sees it.

Floor 5.  Numbers come from ``settings.QueryLimits``.  Invariant: what passes is of the right type
and within its limit; all else is a ``QueryError`` that names the option and the limit, at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from .copies import CopiesMode
from .engines.base import Request, Sort
from .errors import Diagnostic, QueryError
from .fields import FACETS
from .filters import LISTS, Filters
from .query.remarks import quoted
from .question import Match, Question
from .settings import QueryLimits
from .snippets import SnippetOptions

_FACET_ALIASES = {"area": "force"}
_MODES = ("auto", "lead", "none")
_COPIES = tuple(mode.value for mode in CopiesMode)
_SORTS = tuple(sort.value for sort in Sort)
_MATCHES = tuple(match.value for match in Match)


def text_of(text: object) -> str:
    """The query text.  Raises ``QueryError`` for anything but text."""
    if not isinstance(text, str):
        kind = type(text).__name__
        raise refusal("bad-text", f"a query is text, not {kind}", "decode bytes as UTF-8 first")
    return text


def filters(switches: Filters, given: Mapping[str, object], limits: QueryLimits) -> Filters:
    """``switches`` with the lists and days of the options ``given``.  Raises ``QueryError``."""
    lists = {name: _listed(name, given.get(name, ()), limits.areas) for name in LISTS}
    for option, names in lists.items():
        for name in names:
            _short(option, name, limits.value)
    days = {name: _day(name, given.get(name), limits.value) for name in ("since", "until", "on")}
    listed = replace(switches, area=lists["area"], type=lists["type"], stage=lists["stage"])
    return replace(listed, since=days["since"], until=days["until"], on=days["on"])


def request(
    question: Question,
    sort: object,
    page: tuple[object, object],
    facets: object,
    limits: QueryLimits,
) -> Request:
    """What the engine is asked for; ``page`` is limit and offset.  Raises ``QueryError``."""
    size = _number("limit", page[0], limits.page_size)
    offset = _number("offset", page[1], limits.offset)
    if sort is None or sort == "":
        order = Sort.RELEVANCE if question.ranked else Sort.NEWEST
    else:
        order = Sort(_chosen("sort", sort, _SORTS))
    given = _listed("facets", facets, limits.facets)
    names = tuple(dict.fromkeys(_FACET_ALIASES.get(name, name) for name in given))
    for name in names:
        if name not in FACETS:
            known = ", ".join(FACETS)
            raise refusal("unknown-facet", f"no facet {quoted(name)!r}", f"there are: {known}")
    words = question.asked if order is Sort.RELEVANCE else None
    return Request(question.query, order, offset, size, names, asked=words)


def limit(number: object, limits: QueryLimits) -> int:
    """How many of something to return.  Raises ``QueryError``."""
    return _number("limit", number, limits.page_size)


def match_of(given: object) -> Match:
    """How many of the words are needed.  Raises ``QueryError``."""
    return Match.AUTO if given is None else Match(_chosen("match", given, _MATCHES))


def copies(mode: object) -> CopiesMode:
    """What to show of copies.  Raises ``QueryError``."""
    return CopiesMode(_chosen("copies", mode, _COPIES))


def snippets(mode: object, fragments: object, width: object, limits: QueryLimits) -> SnippetOptions:
    """What to show of each hit.  Raises ``QueryError``."""
    return SnippetOptions(
        fragments=_number("fragments", fragments, limits.fragments),
        width=_number("width", width, limits.width),
        mode=_chosen("snippets", mode, _MODES),
    )


def address(wanted: object, limits: QueryLimits) -> str:
    """An id, path or URL of an article.  Raises ``QueryError``."""
    if not isinstance(wanted, str):
        kind = type(wanted).__name__
        raise refusal("bad-address", f"an article is named by text, not {kind}", "give its id")
    _short("address", wanted, limits.address)
    # What cannot be written as UTF-8, or in a path, names nothing, and should look like nothing.
    return wanted.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()


def refusal(kind: str, message: str, hint: str) -> QueryError:
    """The error of one fatal remark."""
    return QueryError((Diagnostic(kind, message, 0, 0, hint, fatal=True),))


def _listed(option: str, given: object, most: int) -> tuple[str, ...]:
    """One name or several, each once; no more than ``most + 1`` are ever drawn."""
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, Iterable) or isinstance(given, (bytes, bytearray)):
        raise refusal(f"bad-{option}", f"{option} is a name or several, as text", "give a name")
    names: list[str] = []
    for name in given:
        if not isinstance(name, str):
            kind = type(name).__name__
            raise refusal(f"bad-{option}", f"{option} is text, not {kind}", "give a name")
        if len(names) == most:
            message = f"{option} has more than {most:,} values"
            raise refusal(f"limit-{option}", message, "give fewer")
        names.append(name)
    return tuple(names)


def _short(option: str, text: str, most: int) -> None:
    if len(text) > most:
        message = f"{option} {quoted(text)} has {len(text):,} characters; the limit is {most:,}"
        raise refusal(f"limit-{option}", message, "shorten it")


def _day(option: str, given: object, most: int) -> str:
    if given is None:
        return ""
    if not isinstance(given, (str, date)):
        kind = type(given).__name__
        raise refusal("bad-date", f"{option} is a date or text, not {kind}", "give it as text")
    text = str(given)
    _short(option, text, most)
    return text


def _number(option: str, value: object, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        kind = type(value).__name__
        raise refusal(f"bad-{option}", f"{option} is a whole number, not {kind}", f"0 to {most:,}")
    if not 0 <= value <= most:
        # A number of thousands of digits cannot even be written out.
        shown = f"{value:,}" if abs(value) < 10**18 else "of too many digits"
        raise refusal(f"limit-{option}", f"{option} {shown} is out of range", f"0 to {most:,}")
    return value


def _chosen(option: str, value: object, choices: tuple[str, ...]) -> str:
    if value not in choices:
        shown = quoted(str(value))
        raise refusal(f"bad-{option}", f"no {option} {shown!r}", f"there are: {', '.join(choices)}")
    return str(getattr(value, "value", value))
