"""Invented releases that are copies of each other, and some that only look so."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime, timedelta

from searchkit.article import (
    LONDON,
    Article,
    DateSource,
    ForceMatch,
    Precision,
    PublicationDate,
)

DAY = datetime(2020, 6, 1, tzinfo=LONDON)
_WORDS = (
    "harvest lantern copper meadow signal parish engine timber ribbon winter market garden window "
    "anchor barley candle ditch ember furrow gravel hollow island jacket kettle ladder mantle "
    "needle orchard pillar quarry rafter saddle thatch urchin valley walnut yonder zephyr bracken"
).split()


def text(seed: int, sentences: int = 12) -> str:
    """Some sentences that no other ``seed`` has."""
    chance = random.Random(seed)
    return " ".join(
        f"The {' '.join(chance.choices(_WORDS, k=11))} was seen." for _ in range(sentences)
    )


def release(
    name: str, body: str, force: str = "kent", days: int = 0, title: str = "A release"
) -> Article:
    """An article of ``force``, published some days after the first of June."""
    when = PublicationDate(DAY + timedelta(days=days), Precision.DAY, DateSource.PUBLISH_DATE, "x")
    return Article(
        id=hashlib.sha256(name.encode()).hexdigest()[:16],
        title=title,
        body=body,
        force=ForceMatch(force, force.title(), "area"),
        date=when,
        path=name,
        sha256=hashlib.sha256(f"{name}{body}".encode()).hexdigest(),
    )


def joint(seed: int, forces: tuple[str, ...] = ("kent", "essex", "dorset")) -> list[Article]:
    """One release, to which each of ``forces`` has added a quote."""
    return [
        release(
            f"joint{seed}-{force}",
            f"{text(seed)}\n\n{text(10_000 * seed + n, 2)}",
            force,
            n,
            f"Campaign {seed} in {force}",
        )
        for n, force in enumerate(forces)
    ]


def missing(name: str, age: int, town: str, force: str = "kent", days: int = 0) -> Article:
    """An appeal in the words that all such appeals of a force have."""
    body = (
        f"We are asking for help to find {name}, who was last seen in {town} on the evening of "
        f"the day before. The {age} year old left home on foot and has not been in touch with "
        "family or friends since then, which is out of character. Officers are growing more and "
        "more concerned for the safety of the missing person and would like to hear from all who "
        "have seen anything at all. Search teams with dogs have been out since the report was "
        "made and will go on through the night. Please look in sheds, garages and outbuildings, "
        f"and watch the footage of your cameras. If you are reading this, {name}, please let us "
        "know that you are safe and well, since all that we want is to know that you are unharmed."
    )
    return release(f"missing-{name}", body, force, days, f"Have you seen missing {name}?")
