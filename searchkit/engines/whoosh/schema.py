"""The Whoosh schema of an index, built from ``fields.FIELDS``, and articles as its documents.

Floor 4.  Every text field is two Whoosh fields, ``body`` (stems, with frequencies) and ``body_x``
(surfaces, with positions); a keyword field is one; ``article`` is stored, and the period of an
article is three columns of numbers.  All that is indexed is analysed by ``analysis``.
Invariant: its indexed fields are those of ``layout.POSTINGS``.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Sequence
from typing import Any

from whoosh import columns, fields, formats

from ...analysis import BESIDE, indexed, stem
from ...article import Article
from ...errors import EngineError
from ...fields import KEYWORDS, TEXTS, text_values
from ...packing import pack
from ...prepared import facts_of
from .layout import surfaces
from .stored import WHEN

ARTICLE = "article"
"""The stored field that holds what ``packing.pack`` makes of an article."""

FIRST, LAST, SECOND = WHEN_FIELDS = tuple(f"when_{part}" for part in WHEN.names or ())
"""The fields that are columns: the parts of ``stored.WHEN``, in their order."""

TEXT_OF = {**{name: name for name in TEXTS}, **{surfaces(name): name for name in TEXTS}}
"""The text field that a Whoosh field was made of."""

Analyser = Callable[[Any], Sequence[str]]


class Counts(formats.Format):
    """Postings whose weight is the frequency and that carry nothing else."""

    posting_size = 0

    def encode(self, places: array[int]) -> bytes:
        return b""

    def decode_frequency(self, _: bytes) -> int:
        return 1


class Positions(formats.Format):
    """Postings that carry token positions, as native unsigned 4-byte numbers."""

    posting_size = -1

    def encode(self, places: array[int]) -> bytes:
        return places.tobytes()

    def decode_positions(self, value: bytes) -> list[int]:
        return array("I", value).tolist()

    def decode_frequency(self, value: bytes) -> int:
        return len(value) // array("I").itemsize


class Indexed(fields.FieldType):
    """A field whose terms are made by ``analysis``, not by a Whoosh analyser."""

    def __init__(
        self,
        format: Counts | Positions,
        terms_of: Analyser,
        *,
        scorable: bool,
        unique: bool = False,
    ) -> None:
        self.format, self.terms_of, self._encode = format, terms_of, format.encode
        self.scorable, self.stored, self.unique = scorable, False, unique

    def index(self, value: Any, **_: Any) -> Generator[tuple[bytes, int, float, bytes], Any, None]:
        """Each term of ``value``: frequency, weight (the same) and the value of its posting."""
        held: dict[str, array[int]] = {}
        place = -1
        for term in self.terms_of(value):
            place += not (self.scorable and term.startswith(BESIDE))
            word = term.removeprefix(BESIDE) if self.scorable else term
            held.setdefault(word, array("I")).append(place)
        for term, places in held.items():
            yield term.encode(), len(places), len(places), self._encode(places)

    def process_text(self, qstring: str, mode: str = "", **_: Any) -> Any:
        return iter([qstring])


def stems(text: str) -> list[str]:
    """The stems of the tokens of ``text``, of its compounds too."""
    return [stem(word.removeprefix(BESIDE)) for word in indexed(text)]


def whole(value: str | Sequence[str]) -> list[str]:
    """The values of a keyword field, each once; empty ones are none."""
    several = [value] if isinstance(value, str) else value
    return [one for one in dict.fromkeys(several) if one]


def build() -> fields.Schema:
    """The schema every segment is written and read with."""
    made: dict[str, fields.FieldType] = {}
    for name in TEXTS:
        made[name] = Indexed(Counts(), stems, scorable=True)
        made[surfaces(name)] = Indexed(Positions(), indexed, scorable=True)
    for name in KEYWORDS:
        made[name] = Indexed(Counts(), whole, scorable=False, unique=name == "id")
    made[ARTICLE] = fields.STORED()
    for name, kind in zip(WHEN_FIELDS, "iiq", strict=True):
        made[name] = fields.COLUMN(columns.NumericColumn(kind))
    return fields.Schema(**made)


def document(article: Article) -> dict[str, Any]:
    """``article`` as Whoosh's ``add_document`` takes it.

    Raises ``EngineError`` for one that cannot be stored.
    """
    try:
        facts, blob = facts_of(article), pack(article)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise EngineError(f"article {article.id} cannot be stored: {error}") from error
    texts = text_values(article)
    return {
        **texts,
        **{surfaces(name): text for name, text in texts.items()},
        **dict(zip(KEYWORDS, map(list, facts.keywords), strict=True)),
        "id": article.id,
        ARTICLE: blob,
        **dict(zip(WHEN_FIELDS, facts.when, strict=True)),
    }


SCHEMA = build()
"""Not to be changed: a schema that Whoosh writes with is better a ``build`` of its own."""
