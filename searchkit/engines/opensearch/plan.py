"""What a query is compiled to: clauses that are said as dictionaries, and that explain a score.

Floor 4.  The cluster finds and scores; a score is explained by asking for one article with every
leaf named, so that what each leaf scored is known, and adding up here as the cluster does.
Invariant: weights stand at leaves alone, so that the score of a named leaf is all of its share.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Query: TypeAlias = dict[str, Any]
"""A part of the query DSL."""

Reasons: TypeAlias = list[tuple[str, float]]

_ALL: Query = {"match_all": {}}


class Clause(ABC):
    """Something that matches articles; ``scored`` where it can add to a score."""

    __slots__ = ()

    @property
    @abstractmethod
    def scored(self) -> bool: ...

    @abstractmethod
    def query(self, *, named: bool = False) -> Query:
        """As the query DSL says it; with its leaves ``named``."""

    @abstractmethod
    def reasons(self, held: Mapping[str, float]) -> Reasons | None:
        """What it adds to the score of an article that the named leaves in ``held`` match, with
        that score; ``None`` where it does not match."""


@dataclass(frozen=True, slots=True)
class Leaf(Clause):
    """One query of ``kind``, of a ``field`` where such queries name theirs outside ``body``.
    ``boost`` is ``None`` where it adds nothing to a score."""

    kind: str
    field: str | None
    body: Mapping[str, Any]
    boost: float | None
    label: str
    name: str

    @property
    def scored(self) -> bool:
        return self.boost is not None

    def query(self, *, named: bool = False) -> Query:
        body = dict(self.body)
        if self.boost is not None:
            body["boost"] = self.boost
        if named:
            body["_name"] = self.name
        said = {self.kind: body if self.field is None else {self.field: body}}
        return said if self.scored else _unscored(said)

    def reasons(self, held: Mapping[str, float]) -> Reasons | None:
        if self.name not in held:
            return None
        return [(self.label, held[self.name])] if self.scored else []


@dataclass(frozen=True, slots=True)
class Everything(Clause):
    """Every article; no score."""

    @property
    def scored(self) -> bool:
        return False

    def query(self, *, named: bool = False) -> Query:
        return _unscored(_ALL)

    def reasons(self, held: Mapping[str, float]) -> Reasons | None:
        return []


@dataclass(frozen=True, slots=True)
class All(Clause):
    """Articles of every part; the scores are added.  No parts: every article."""

    parts: tuple[Clause, ...]

    @property
    def scored(self) -> bool:
        return any(part.scored for part in self.parts)

    def query(self, *, named: bool = False) -> Query:
        if len(self.parts) == 1:
            return self.parts[0].query(named=named)
        kinds: dict[str, list[Query]] = {"must": [], "filter": [], "must_not": []}
        for part in self.parts:
            if isinstance(part, Without):
                kinds["must_not"].append(part.part.query(named=named))
            else:
                kinds["must" if part.scored else "filter"].append(part.query(named=named))
        if not kinds["must"] and not kinds["filter"]:
            kinds["filter"].append(_ALL)
        return {"bool": {kind: queries for kind, queries in kinds.items() if queries}}

    def reasons(self, held: Mapping[str, float]) -> Reasons | None:
        lines: Reasons = []
        for part in self.parts:
            more = part.reasons(held)
            if more is None:
                return None
            lines += more
        return lines


@dataclass(frozen=True, slots=True)
class AtLeastOf(Clause):
    """Articles of at least ``minimum`` parts (1 or more); the scores are added."""

    minimum: int
    parts: tuple[Clause, ...]

    @property
    def scored(self) -> bool:
        return any(part.scored for part in self.parts)

    def query(self, *, named: bool = False) -> Query:
        if self.minimum > len(self.parts):
            return {"match_none": {}}
        if len(self.parts) == 1:
            return self.parts[0].query(named=named)
        should = [part.query(named=named) for part in self.parts]
        return {"bool": {"should": should, "minimum_should_match": self.minimum}}

    def reasons(self, held: Mapping[str, float]) -> Reasons | None:
        found = [part.reasons(held) for part in self.parts]
        lines = [line for line in found if line is not None]
        if len(lines) < self.minimum:
            return None
        return [entry for line in lines for entry in line]


NOTHING = AtLeastOf(1, ())


@dataclass(frozen=True, slots=True)
class Without(Clause):
    """Every article but those of ``part``; no score."""

    part: Clause

    @property
    def scored(self) -> bool:
        return False

    def query(self, *, named: bool = False) -> Query:
        return {"bool": {"filter": [_ALL], "must_not": [self.part.query(named=named)]}}

    def reasons(self, held: Mapping[str, float]) -> Reasons | None:
        return [] if self.part.reasons(held) is None else None


@dataclass(frozen=True, slots=True)
class Wanting(Clause):
    """Articles of ``required``; those that match ``more`` too score that as well."""

    required: Clause
    more: tuple[Clause, ...]

    @property
    def scored(self) -> bool:
        return True

    def query(self, *, named: bool = False) -> Query:
        should = [part.query(named=named) for part in self.more]
        return {"bool": {"must": [self.required.query(named=named)], "should": should}}

    def reasons(self, held: Mapping[str, float]) -> Reasons | None:
        lines = self.required.reasons(held)
        if lines is None:
            return None
        return lines + [entry for part in self.more for entry in part.reasons(held) or ()]


@dataclass(frozen=True, slots=True)
class Best(Clause):
    """Articles of any of ``parts``: the highest of their scores, and ``tie`` times the others."""

    parts: tuple[Clause, ...]
    tie: float = 0.0

    @property
    def scored(self) -> bool:
        return any(part.scored for part in self.parts)

    def query(self, *, named: bool = False) -> Query:
        if len(self.parts) == 1:
            return self.parts[0].query(named=named)
        queries = [part.query(named=named) for part in self.parts]
        return {"dis_max": {"queries": queries, "tie_breaker": self.tie}}

    def reasons(self, held: Mapping[str, float]) -> Reasons | None:
        found = [lines for part in self.parts if (lines := part.reasons(held)) is not None]
        if not found:
            return None
        found.sort(key=_sum, reverse=True)
        others = [(what, self.tie * amount) for lines in found[1:] for what, amount in lines]
        return [*found[0], *(others if self.tie else ())]


def _sum(lines: Sequence[tuple[str, float]]) -> float:
    return sum(amount for _, amount in lines)


def _unscored(query: Query) -> Query:
    return {"bool": {"filter": [query]}}
