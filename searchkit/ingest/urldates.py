"""The date a URL's path carries: ``/2020/07/14/``, ``/2021/february/``, ``/2020/``.

Floor 2.  Only whole path segments count: a number inside a slug is part of a headline.
Invariant: the number of an article (``/article/2019/...``) is never read as a year.
"""

from __future__ import annotations

import re

from ..ukdates import FIRST_YEAR, LAST_YEAR, MONTH_NUMBER, Parts

_NAME = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_MONTH = rf"(?P<month>\d{{1,2}}|{_NAME})"
_DAY = r"(?P<day>\d{1,2})"
_END = r"(?=/|$)"

SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (example, re.compile(shape, re.IGNORECASE))
    for example, shape in (
        # A whole date inside a month's folder is a week's folder: its Monday, not a day of issue.
        ("/2021/march/22-03-2021/", rf"/{_YEAR}/{_MONTH}/\d\d?-\d\d?-(?P=year){_END}"),
        ("/2020/07/14/", rf"/{_YEAR}/{_MONTH}/{_DAY}{_END}"),
        ("/2020-07-14-headline", rf"/{_YEAR}-{_MONTH}-{_DAY}(?=[/_-]|$)"),
        ("/14-07-2020/", rf"/{_DAY}-{_MONTH}-{_YEAR}{_END}"),
        ("/2020/07-july/", rf"/{_YEAR}/(?:\d\d-)?{_MONTH}(?:-(?P=year))?{_END}"),
        ("/march-2021/", rf"/{_MONTH}-{_YEAR}{_END}"),
        ("/2021-03/", rf"/{_YEAR}-{_MONTH}{_END}"),
        (
            "/news/2020/headline",
            rf"(?<!article)(?<!articles)(?<!story)(?<!stories)(?<!item)(?<!node)(?<!id)(?<!view)"
            rf"/{_YEAR}/(?=[^/])",
        ),
    )
)
"""An example and its expression, the most precise first."""

_YEAR_OR_MONTH = range(2001, 2013)
"""A lone folder ``/2012/`` is a year or, where folders are named by year and month, December
2020: it is not read."""

_ANY_YEAR = re.compile(r"[/-](?:19|20)\d\d")


def url_parts(url: str) -> Parts | None:
    """Year, and month and day where given, of the date in ``url``'s path; ``None`` if it has
    none.  The day is not checked against the calendar."""
    path = url.split("?", 1)[0].split("#", 1)[0]
    if _ANY_YEAR.search(path) is None:
        return None
    for _, shape in SHAPES:
        match = shape.search(path)
        if match is not None:
            parts = _read(match.groupdict())
            if parts is not None:
                return parts
    return None


def _read(groups: dict[str, str | None]) -> Parts | None:
    year = int(groups["year"] or 0)
    written, day = groups.get("month"), groups.get("day")
    month = MONTH_NUMBER.get(written[:3].lower()) if written else None
    if written and month is None:
        month = int(written)
    if not FIRST_YEAR <= year <= LAST_YEAR or not 1 <= (month or 1) <= 12:
        return None
    if month is None and year in _YEAR_OR_MONTH:
        return None
    parts = Parts(year, month, int(day) if day else None)
    return None if day and parts.real_day() is None else parts
