"""A small corpus of invented releases, the same on every run: as articles and as files.

Places and operations are made up.  The articles have forces and none, dates of every precision
and none, references, operations, mentions, links, words with many forms, and phrases.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from searchkit.article import (
    LONDON,
    Article,
    DateSource,
    ForceMatch,
    Precision,
    PublicationDate,
)
from searchkit.homes import home_of
from searchkit.ingest.contact import Spans, contact_spans
from searchkit.tagging import tags_of

Place = Path | str
"""A folder, or the address of an index on a cluster."""

Placed = Callable[[Path], Place]
"""Gives the place of a new index: see the fixture ``placed``."""

FORCES = (
    ("essex", "Essex Police", "www.essex.police.uk", "Essex"),
    ("kent", "Kent Police", "www.kent.police.uk", "Kent"),
    ("hertfordshire", "Hertfordshire Constabulary", "www.herts.police.uk", "Hertfordshire"),
    ("metropolitan", "Metropolitan Police Service", "news.met.police.uk", "Metropolitan"),
)
_SUBJECTS = (
    "burglary",
    "stop and search",
    "diversity",
    "knife crime",
    "a stolen bicycle",
    "county lines",
    "recruitment",
    "a missing walker",
    "fraud",
    "a road traffic collision",
)
_TOWNS = "Aldermere Brackwell Coldhithe Dunsford Eastmarsh Fenwick Gorsley Hartwold".split()
_SENTENCES = (
    "Officers in {town} are appealing for witnesses after {subject}.",
    "We’re reaching out to our diverse communities in {town}, said Sergeant Marlowe.",
    "The diversity of {town} is something to be proud of.",
    "Two burglars were arrested; a third man's arrest followed in {town}.",
    "Detectives searched an address in {town} and seized £2,300 and 1.2kg of cannabis.",
    "Anyone stopped by police may ask for a record of the stop and search.",
    "A search began; drivers were told to stop near {town}.",
    "The café on the quay in {town} reopened on Monday.",
    "Call 101 and quote the reference {ref}.",
    "Police officers patrolled {town} on bicycles, as they have done for years and years.",
    "Running, runs and runner: {subject} runs through the year’s figures.",
)
_CONTACT = (
    "Anyone with information is asked to call 101 quoting {ref}.",
    "Call Crimestoppers anonymously on 0800 555 111.",
    "If you saw anything, call police on 101 or Crimestoppers on 0800 555 111, quoting {ref}.",
)
_PRECISIONS = (
    Precision.MINUTE,
    Precision.DAY,
    Precision.DAY,
    Precision.MONTH,
    Precision.YEAR,
    Precision.NONE,
)


def articles(count: int = 200, seed: int = 7) -> tuple[Article, ...]:
    """``count`` different articles; the same for the same ``seed``."""
    chance = random.Random(seed)
    return tuple(_article(chance, number) for number in range(count))


def revised(article: Article, words: str) -> Article:
    """``article`` with another text."""
    return replace(article, body=f"{words}. {article.body}", title=f"{article.title} {words}")


def write_files(folder: Path, count: int = 40, seed: int = 7) -> list[Path]:
    """The same articles as files, ``<folder>/<Area>/<id>.txt``, in the form of the seeds."""
    return [_write(folder, article) for article in articles(count, seed)]


def _write(folder: Path, article: Article) -> Path:
    area = article.area or "Elsewhere"
    path = folder / area / f"{article.id}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    fence = "`" * 3
    matter = [f"{fence}yaml", f"area: {area}", f"url: {article.url}", f"title: '{article.title}'"]
    start = article.date.start
    if start is not None and article.date.precision is Precision.DAY:
        matter.append(f"publish.date: {start:%d/%m/%Y}")
    elif start is not None and article.date.precision is Precision.MINUTE:
        matter.append(f"publish.date: {start:%H:%M %d/%m/%Y}")
    path.write_text("\n".join([*matter, fence, "", article.body, ""]), encoding="utf-8")
    return path


def _with_contact(number: int, body: str, reference: str) -> tuple[str, Spans]:
    """``body``, most often with a line after it on whom to ring, and where such lines stand."""
    chance = random.Random(number)
    if body and chance.random() < 0.7:
        line = chance.choice(_CONTACT).format(ref=reference)
        body = f"{body}\n\n{line}"
    return body, contact_spans(body)


def _article(chance: random.Random, number: int) -> Article:
    town, subject = chance.choice(_TOWNS), chance.choice(_SUBJECTS)
    force = chance.choice((*FORCES, None))
    reference = f"{chance.randint(10, 99)}/{chance.randint(10_000, 99_999)}/20"
    sentences = [
        chance.choice(_SENTENCES).format(town=town, subject=subject, ref=reference)
        for _ in range(chance.randint(0, 8))
    ]
    body, boilerplate = _with_contact(number, "\n\n".join(sentences), reference)
    host = force[2] if force else "www.example.org"
    url = f"https://{host}/news/{subject.replace(' ', '-')}-{town.lower()}-{number}"
    title, lead = f"{subject.capitalize()} in {town}", sentences[0] if sentences else ""
    category = chance.choice(("", "", "Appeal", "Court Result"))
    return Article(
        id=hashlib.sha256(url.encode()).hexdigest()[:16],
        title=title,
        body=body,
        boilerplate=boilerplate,
        lead=lead,
        area=force[3] if force else "",
        force=ForceMatch(force[0], force[1], "area") if force else None,
        date=_date(chance),
        url=url,
        path=f"{force[3] if force else 'Elsewhere'}/{number:05}.txt",
        sha256=hashlib.sha256(url.encode()).hexdigest(),
        category=category,
        tags=tags_of(title, lead, category),
        references=(reference,) if chance.random() < 0.4 else (),
        operations=(chance.choice(("lanternfish", "quill")),) if chance.random() < 0.2 else (),
        mentions=tuple(sorted(chance.sample(["essex", "kent", "gwent"], chance.randint(0, 2)))),
        links=(f"https://{host}/diversity",) if chance.random() < 0.3 else (),
    )


def _date(chance: random.Random) -> PublicationDate:
    precision = chance.choice(_PRECISIONS)
    if precision is Precision.NONE:
        return PublicationDate()
    year, month, day = chance.randint(2018, 2020), chance.randint(1, 12), chance.randint(1, 28)
    if precision is Precision.YEAR:
        start = datetime(year, 1, 1, tzinfo=LONDON)
    elif precision is Precision.MONTH:
        start = datetime(year, month, 1, tzinfo=LONDON)
    elif precision is Precision.DAY:
        start = datetime(year, month, day, tzinfo=LONDON)
    else:
        start = datetime(year, month, day, chance.randint(0, 23), 30, tzinfo=LONDON)
    return PublicationDate(start, precision, DateSource.PUBLISH_DATE, start.isoformat())


def fill_index(place: Place, batch: Iterable[Article]) -> Place:
    """A new index at ``place`` that holds ``batch``, written without reading files."""
    home = home_of(place)
    home.create()
    with home.open_writer(lock_timeout=1) as writer:
        for article in batch:
            writer.put(article)
        writer.commit(b"")
    return place
