"""What is asked, and what would be right: topics, and the sets they come in.

Floor 7.  Invariant: every topic of a set has at least one relevant document, and the ids of
topics differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """A query ``text``, and ``judged``: document id to grade, relevant above 0."""

    id: str
    text: str
    judged: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a collection, as its file has it."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents and the topics judged on them.  ``unjudged`` counts queries without a relevant
    document, which are left out, and ``absent`` judgements of documents that are not there."""

    name: str
    documents: tuple[Document, ...]
    topics: tuple[Topic, ...]
    unjudged: int = 0
    absent: int = 0
