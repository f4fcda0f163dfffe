"""What a search returns: values to read, with no engine behind them and no markup in them.

Floor 3.  Invariant: a ``Results`` can outlive the index it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .article import Article, ForceMatch, PublicationDate
from .copies import Copies
from .errors import Diagnostic
from .snippets import Snippet


@dataclass(frozen=True, slots=True)
class Bucket:
    """One value of a facet: ``value`` for programs, ``label`` for people, exact ``count``."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """The articles of a result counted by one field, most first (years, months: latest first)."""

    name: str
    buckets: tuple[Bucket, ...]

    def __iter__(self) -> Iterator[Bucket]:
        return iter(self.buckets)


@dataclass(frozen=True, slots=True)
class WordForms:
    """How a word of the query was widened: ``count`` articles of the index hold the ``word``
    itself, ``others`` are further forms with the same stem, most frequent first."""

    word: str
    count: int
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """What ``word``, a part of the query text, was counted as too: ``others``, as texts, and why:
    ``kind`` is ``synonym``, ``spelling``, ``force``, ``date`` or ``near``."""

    word: str
    kind: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of an explanation: what matched, and how much it added to the score."""

    what: str
    amount: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One article of a result.  ``rank`` counts from 1 over the whole result; ``copies`` are the
    articles with the same text, where there are any."""

    rank: int
    score: float
    article: Article
    snippets: tuple[Snippet, ...] = ()
    matched_terms: tuple[str, ...] = ()
    matched_fields: tuple[str, ...] = ()
    explanation: tuple[Contribution, ...] = ()
    copies: Copies | None = None

    @property
    def id(self) -> str:
        return self.article.id

    @property
    def title(self) -> str:
        return self.article.title

    @property
    def date(self) -> PublicationDate:
        return self.article.date

    @property
    def force(self) -> ForceMatch | None:
        return self.article.force

    @property
    def url(self) -> str:
        return self.article.url

    @property
    def path(self) -> str:
        return self.article.path

    @property
    def snippet(self) -> Snippet:
        """The best snippet; an empty one where the hit has none."""
        return self.snippets[0] if self.snippets else Snippet("body", "", 0)


@dataclass(frozen=True, slots=True)
class QueryEcho:
    """The query as it was understood: the text, its parse in words, the filters in force, and what
    was to be shown of copies: a value of ``CopiesMode``."""

    text: str
    parsed: str
    filters: Mapping[str, str | list[str]]
    sort: str
    offset: int
    limit: int
    copies: str = "group"


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to one search: ``total`` articles match, ``hits`` are those in hand.

    ``total_with_copies``  matches, those counted that another one stands for
    ``undated_excluded``  matches left out by a date filter because they have no date
    ``without``           where nothing matches all that was asked: how many articles would, were
                          one filter or narrowing clause left out (or ``all`` of them)
    ``forms``             how words were widened by stemming
    ``counted``           what words were counted as too: synonyms, forces, dates, near words
    ``warnings``          remarks on the query text, and what was done about it
    ``suggestions``       other queries worth a try, as query texts, best first
    ``suggested_totals``  how many articles each of them finds
    ``took_ms``           milliseconds from query text to results
    ``relaxed``           no article had all words, so these have most of them
    ``match``             how many of the plain words these have: ``all``, ``most`` or ``any``
    """

    query: QueryEcho
    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Facet] = field(default_factory=dict)
    forms: tuple[WordForms, ...] = ()
    counted: tuple[Counted, ...] = ()
    undated_excluded: int = 0
    without: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[Diagnostic, ...] = ()
    suggestions: tuple[str, ...] = ()
    suggested_totals: Mapping[str, int] = field(default_factory=dict)
    took_ms: float = 0.0
    relaxed: bool = False
    match: str = "all"
    generation: str = ""
    total_with_copies: int = 0

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    @property
    def next_offset(self) -> int | None:
        """Where the next page starts; ``None`` on the last."""
        following = self.query.offset + len(self.hits)
        return following if self.hits and following < self.total else None
