"""The one table of what may be asked over HTTP: the names of the command line, without dashes.

Floor 8.  Pages, the API and its description read it.  Invariant: what ``read`` returns is within
every limit that can be checked without the index; all else is a ``BadParameter`` that names the
parameter, and what would do.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from ..article import LONDON
from ..copies import CopiesMode
from ..errors import Diagnostic, QueryError
from ..fields import FACETS, PERIODS
from ..filters import LISTS, Filters, choices, span_of
from ..settings import QUERY_LIMITS
from ..timeline import SPLITS

_DAYS = ("since", "until", "on")
_FLAG = re.compile(r"--(?=[a-z])")
_ON, _OFF = ("true", "1", "yes", "on"), ("false", "0", "no", "off")
SWITCH = (*_ON, *_OFF)
"""What a switch can be set to."""


class Kind(Enum):
    """What the value of a parameter is."""

    TEXT = "text"
    NAMES = "names"
    """Several values: the parameter is repeated."""
    CHOICE = "choice"
    NUMBER = "number"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row.  ``least`` and ``most`` bound a number, or ``most`` the characters of a text and of
    each name; ``times`` bounds how often names are given; ``choices`` are all there are."""

    name: str
    kind: Kind
    help: str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = QUERY_LIMITS.value
    times: int = 1
    default: str | int | bool | None = None


_LIMITS = QUERY_LIMITS

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("q", Kind.TEXT, "The query, in the query language; empty: every article.",
              most=_LIMITS.characters, default=""),
    Parameter("area", Kind.NAMES, "Only these police forces: ids or names.", times=_LIMITS.areas),
    Parameter("type", Kind.NAMES, "Only these kinds of crime.", times=_LIMITS.areas),
    Parameter("stage", Kind.NAMES, "Only these stages of a case.", times=_LIMITS.areas),
    Parameter("since", Kind.TEXT, "Published on or after: 2020, aug-2020, 21/8/2020."),
    Parameter("until", Kind.TEXT, "Published on or before the end of this period."),
    Parameter("on", Kind.TEXT, "Published on this day, in this month or year."),
    Parameter("match", Kind.CHOICE, "Words needed; default: all, most if none has all, any of a "
              "sentence.", choices=("all", "most", "any")),
    Parameter("exact", Kind.SWITCH, "Words as typed: no other forms of them.", default=False),
    Parameter("fuzzy", Kind.SWITCH, "Near spellings too, below the words as typed.",
              default=False),
    Parameter("no-synonyms", Kind.SWITCH, "Words stand for themselves alone.", default=False),
    Parameter("include-undated", Kind.SWITCH, "Let undated articles pass date filters.",
              default=False),
    Parameter("include-boilerplate", Kind.SWITCH, "Look at contact lines, too.", default=False),
    Parameter("sort", Kind.CHOICE, "Order; default: relevance, newest where there are no words.",
              choices=("relevance", "newest", "oldest")),
    Parameter("copies", Kind.CHOICE, "One article for its copies, all of them, or only those that "
              "have any.", choices=tuple(mode.value for mode in CopiesMode), default="group"),
    Parameter("limit", Kind.NUMBER, "Results on a page.", most=_LIMITS.page_size, default=10),
    Parameter("page", Kind.NUMBER, "Which page, counted from 1.", least=1,
              most=_LIMITS.offset + 1, default=1),
    Parameter("facet", Kind.NAMES, "Count all matches by these.", choices=FACETS,
              times=_LIMITS.facets),
    Parameter("snippet", Kind.TEXT, "Characters of text shown, or none, or lead.", most=16,
              default="240"),
    Parameter("fragments", Kind.NUMBER, "Pieces of text shown.", least=1,
              most=_LIMITS.fragments, default=2),
    Parameter("by", Kind.CHOICE, "What time is counted by.", choices=PERIODS, default="month"),
    Parameter("split", Kind.CHOICE, "Divide each period by this.", choices=SPLITS),
    Parameter("share", Kind.SWITCH, "Count all articles of each period, too.", default=False),
)  # fmt: skip

BY_NAME: Mapping[str, Parameter] = {one.name: one for one in PARAMETERS}

_ASKING = (
    "q area type stage since until on match exact fuzzy no-synonyms include-undated "
    "include-boilerplate"
).split()

TAKEN: Mapping[str, tuple[str, ...]] = {
    "search": (*_ASKING, "sort", "copies", "limit", "page", "facet", "snippet", "fragments"),
    "facets": (*_ASKING, "facet"),
    "timeline": (*_ASKING, "by", "split", "share"),
    "feed": (*_ASKING, "copies", "limit"),
    "suggest": ("q", "limit"),
    "nothing": (),
}
"""Which parameters each endpoint takes."""

_OTHERWISE: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("suggest", "limit"): {"most": 20, "default": 8, "help": "Headlines and words."},
    ("feed", "limit"): {"default": 50},
    ("facets", "facet"): {
        "help": "What to count by; default: force, type, stage and year.",
    },
}
"""Where a parameter is not quite the same at an endpoint."""


@lru_cache(maxsize=256)
def parameter(endpoint: str, name: str) -> Parameter:
    """The row of a parameter as an endpoint takes it.  Raises ``KeyError``."""
    return replace(BY_NAME[name], **_OTHERWISE.get((endpoint, name), {}))


class BadParameter(QueryError):
    """A parameter that makes no sense; ``parameter`` is its name."""

    def __init__(
        self, parameter: str, kind: str, message: str, hint: str = "", end: int = 0
    ) -> None:
        self.parameter = parameter
        super().__init__((Diagnostic(kind, message, 0, end, hint, fatal=True),))


def read(
    endpoint: str, pairs: Iterable[tuple[str, str]], *, forgiving: bool = False
) -> dict[str, Any]:
    """The values that ``pairs`` of a query string give, by parameter, as what they are: names as
    a list, numbers, switches.  What was not given is not there.

    ``forgiving`` is for forms, that send their empty fields too: those were not given.
    Raises ``BadParameter``.
    """
    values: dict[str, Any] = {}
    for name, text in pairs:
        if name not in TAKEN[endpoint]:
            raise _unknown(name, TAKEN[endpoint])
        one = parameter(endpoint, name)
        if forgiving and not text.strip():
            continue
        if one.kind is Kind.NAMES:
            values.setdefault(name, []).append(_checked(one, text))
            if len(values[name]) > one.times:
                message = f"{name} has more than {one.times:,} values"
                raise BadParameter(name, f"limit-{name}", message, "give fewer")
        elif name in values:
            raise BadParameter(name, "repeated-parameter", f"{name} is given twice", "give it once")
        else:
            values[name] = _checked(one, text)
    _check_filters(values)
    return values


def _check_filters(values: Mapping[str, Any]) -> None:
    """Raises ``BadParameter`` for forces and tags that there are none of, and for no dates."""
    today = datetime.now(LONDON).date()
    given = {name: values[name] for name in (*LISTS, *_DAYS) if values.get(name)}
    for name, value in given.items():
        _check_filter(name, {name: tuple(value) if name in LISTS else value}, today)
    days = {name: value for name, value in given.items() if name in _DAYS}
    if len(days) > 1:
        _check_filter("since" if "since" in days else "until", days, today)


def _check_filter(name: str, options: Mapping[str, Any], today: date) -> None:
    filters = Filters(**options)
    try:
        for _ in choices(filters):
            pass
        span_of(filters, today)
    except QueryError as error:
        remark = next(one for one in error.diagnostics if one.fatal)
        message = remark.message.removesuffix(f" (--{name})")
        hint = _FLAG.sub("", remark.hint)
        raise BadParameter(name, remark.kind, message, hint, remark.end) from error


def asking(values: Mapping[str, Any]) -> dict[str, Any]:
    """The options of ``asking.Asking``, and ``text``, that ``values`` of ``read`` say."""
    options = {
        name.replace("-", "_"): value
        for name, value in values.items()
        if name in _ASKING and name not in ("q", "no-synonyms")
    }
    options["text"] = values.get("q", "")
    if values.get("no-synonyms"):
        options["synonyms"] = False
    return options


def searching(values: Mapping[str, Any]) -> dict[str, Any]:
    """The options of ``Index.search`` that ``values`` say.  Raises ``BadParameter``."""
    options = asking(values)
    options.update(
        {name: values[name] for name in ("sort", "copies", "limit", "fragments") if name in values}
    )
    limit = values.get("limit", BY_NAME["limit"].default)
    options["limit"] = limit
    options["offset"] = _offset(values.get("page", 1), limit)
    options["facets"] = values.get("facet", [])
    snippet = values.get("snippet", "")
    if snippet in ("none", "lead"):
        options["snippets"] = snippet
    elif snippet:
        options["width"] = _width(snippet)
    return options


def _offset(page: int, limit: int) -> int:
    offset = (page - 1) * limit
    if offset > QUERY_LIMITS.offset:
        message = f"page {page:,} is beyond the first {QUERY_LIMITS.offset:,} results, the limit"
        raise BadParameter("page", "limit-page", message, "narrow the search, or export it")
    return offset


def _width(text: str) -> int:
    width = _whole(text)
    if width is None or not width <= QUERY_LIMITS.width:
        most = f"{QUERY_LIMITS.width:,}"
        message = f"snippet {text!r} is none of none, lead and a number of characters up to {most}"
        raise BadParameter("snippet", "bad-snippet", message, "240 is usual")
    return width


def _checked(one: Parameter, text: str) -> str | int | bool:
    """What ``text`` says for a parameter.  Raises ``BadParameter``."""
    if one.kind is Kind.NUMBER:
        return _number(one, text)
    if one.kind is Kind.SWITCH:
        if text.lower() not in SWITCH:
            raise _no(one, text, ("true", "false"))
        return text.lower() in _ON
    if one.choices:
        if text not in one.choices:
            raise _no(one, text, one.choices)
    elif len(text) > one.most:
        message = f"{one.name} has {len(text):,} characters; the limit is {one.most:,}"
        kind = "characters" if one.name == "q" else one.name
        raise BadParameter(one.name, f"limit-{kind}", message, "shorten it")
    return text


def _number(one: Parameter, text: str) -> int:
    number = _whole(text)
    within = f"{one.least:,} to {one.most:,}"
    if number is None:
        shown = _short(text)
        raise BadParameter(one.name, f"bad-{one.name}", f"{one.name} {shown} is no number", within)
    if not one.least <= number <= one.most:
        message = f"{one.name} {number:,} is out of range: the limit is {one.most:,}"
        raise BadParameter(one.name, f"limit-{one.name}", message, within)
    return number


def _whole(text: str) -> int | None:
    """The whole number that ``text`` is, of up to nine digits."""
    plain = text.isascii() and text.isdigit() and len(text) <= 9
    return int(text) if plain else None


def _no(one: Parameter, text: str, choices: tuple[str, ...]) -> BadParameter:
    near = difflib.get_close_matches(text[:40].lower(), choices, 1)
    known = f"there are: {', '.join(choices)}"
    hint = f"did you mean {near[0]}?  {known}" if near else known
    return BadParameter(one.name, f"bad-{one.name}", f"no {one.name} {_short(text)}", hint)


def _unknown(name: str, taken: tuple[str, ...]) -> BadParameter:
    near = difflib.get_close_matches(name[:40].lower(), taken, 1)
    known = f"there are: {', '.join(taken)}" if taken else "none is taken here"
    hint = f"did you mean {near[0]}?" if near else known
    return BadParameter(name[:40], "unknown-parameter", f"no parameter {_short(name)}", hint)


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")
