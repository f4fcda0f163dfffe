"""Dates: what press offices write, and what users type, bent out of shape.

    python -m fuzz.dates --seconds 600

A text is a date, a period, or none of these; a period ends after it begins, and a date that was
read is one of the calendar.
"""

from __future__ import annotations

import random
import sys
from datetime import date
from pathlib import Path

from searchkit.ingest.dates import publication_date
from searchkit.query.dates import BadDate, parse_period
from searchkit.ukdates import parse_uk_date

from .loop import ODD, arguments, report, run

TODAY = date(2021, 9, 3)
WRITTEN = (
    "20/8/2021", "Posted on 20 August 2021 at 12:30pm", "Fri, 20 Aug 2021 09:05:00 +0100",
    "aug-2020",
    "2021-08-20T12:30:00Z", "20th of August, 2021", "Published: 1 Sept 21",
    "9.30am Monday 2 May 2016",
    "last 30 days", "2019..2020", "..31/12/2020", "yesterday", "3 weeks ago", "29 February",
    "12:30",
    "1 January 0001", "31/12/9999", "2020-W10", "Release date: 05.06.2018", "last month", "1/1/1..",
)  # fmt: skip
_PARTS = (
    "0", "1", "9", "00", "31", "32", "99", "2021", "0000", "9999", "99999", "-", "/", ".", ":",
    "..",
    " ", "  ", ",", "am", "pm", "Z", "+01:00", "-99:99", "+14", "th", "st", "of", "Jan", "february",
    "Feb", "Sept", "Monday", "ago", "last", "days", "at", "BST", "GMT", "٣", "²", "Ⅻ", "２０２１",
    "Posted ", "Updated: ", "**", "…", *ODD,
)  # fmt: skip


def make(rng: random.Random) -> str:
    """A date, bent, or parts of dates side by side."""
    if rng.random() < 0.4:
        return "".join(rng.choices(_PARTS, k=rng.randrange(1, 14)))
    text = rng.choice(WRITTEN)
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        at = rng.randrange(len(text) + 1)
        new = rng.choice(_PARTS) * rng.choice((1, 1, 1, 1, 200))
        text = text[:at] + new + text[at + rng.choice((0, 0, 1, 3)) :]
    return text


def read(text: str) -> None:
    """Reads one text in every way; raises ``ValueError`` for what no calendar has."""
    published = parse_uk_date(text)
    if published is not None:
        published.to_dict()
    try:
        period = parse_period(text, TODAY)
    except BadDate as error:
        if not error.message or not error.hint or "\n" in error.message:
            raise ValueError(f"not an error to show: {error!r}") from error
    else:
        if period.first and period.last and period.first > period.last:
            raise ValueError(f"a period that ends before it begins: {period}")
    url = f"https://www.kent.police.uk/news/{text}/2021/08/a"
    publication_date({"date": text, "article:published_time": text}, [text, "Officers."], url)
    publication_date({}, [f"Posted {text}", text], text)


def main() -> int:
    options = arguments(__doc__ or "")
    return report(Path(__file__).stem, run(make, read, options), options)


if __name__ == "__main__":
    sys.exit(main())
