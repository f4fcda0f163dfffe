"""One thing that was looked at, and how it is.

Floor 6.  Invariant: a check that is not ok says what to do next.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Status(str, Enum):
    """How a thing is: as it should be, worth knowing, or in the way."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class Topic(str, Enum):
    """What a check is about, in the order in which they are told."""

    INSTALLATION = "installation"
    SETTINGS = "settings"
    INDEX = "index"
    SOURCES = "sources"
    DISK = "disk"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class Check:
    """``name`` is what was looked at, ``found`` what there is, ``advice`` the next thing to do
    (empty where all is well)."""

    topic: Topic
    name: str
    status: Status
    found: str
    advice: str = ""


def ok(topic: Topic, name: str, found: str) -> Check:
    return Check(topic, name, Status.OK, found)


def warning(topic: Topic, name: str, found: str, advice: str) -> Check:
    return Check(topic, name, Status.WARNING, found, advice)


def problem(topic: Topic, name: str, found: str, advice: str) -> Check:
    return Check(topic, name, Status.PROBLEM, found, advice)
