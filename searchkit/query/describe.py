"""A tree of nodes in words, for people, and as query text, for the parser.

Floor 2.  ``describe`` says how a query was understood; ``render`` gives the text that
is understood so.  Invariant: ``parse(render(node)).query == node`` for every tree that the
parser makes of words of letters and digits.
"""

from __future__ import annotations

from datetime import date
from itertools import chain, pairwise

from ..fields import BY_NAME, Kind
from ..forces import resolve_force
from .nodes import (
    And,
    AtLeast,
    DateRange,
    Every,
    Filter,
    Fuzzy,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Term,
    Weighed,
    Widened,
    children,
)
from .spellings import as_one

_ANYWHERE = ""
_MIXED = "*"


def describe(node: Node) -> str:
    """``node`` as one line in words: ``(knife AND crime) in any field, force Essex, date
    1 January 2020 to 31 December 2020``.  A comma stands for AND."""
    clauses = node.nodes if isinstance(node, And) else (node,)
    by_field: dict[str, list[Node]] = {}
    others: list[str] = []
    for clause in clauses:
        field = _field_of(clause)
        if field == _MIXED:
            others.append(_in_words(clause, "", nested=len(clauses) > 1))
        else:
            by_field.setdefault(field, []).append(clause)
    worded = [_worded(field, tuple(nodes)) for field, nodes in by_field.items()]
    return ", ".join([*worded, *others])


def in_short(node: Node) -> str:
    """One word, phrase or filter of a query, without its field: what else a word is counted as."""
    if isinstance(node, Filter):
        return describe(node.node)
    return node.word if isinstance(node, Term) else _word_in_words(node).strip('"')


def _worded(field: str, nodes: tuple[Node, ...]) -> str:
    """Clauses that all look for words in one field."""
    text = _in_words(nodes[0] if len(nodes) == 1 else And(nodes), field, nested=True)
    return f"{text} in any field" if field == _ANYWHERE else f"{text} in {field}"


def _field_of(node: Node) -> str:
    """The one field that every word below ``node`` is looked for in (``_ANYWHERE``: in every
    searched one), or ``_MIXED`` where there are several or other things than words."""
    if isinstance(node, Widened):
        return _field_of(node.node)
    below = children(node)
    if below:
        fields = {_field_of(child) for child in below}
        return fields.pop() if len(fields) == 1 else _MIXED
    if isinstance(node, (Term, Phrase, Prefix, Fuzzy)):
        if node.field is None:
            return _ANYWHERE
        return node.field if _holds_words(node.field) else _MIXED
    return _MIXED


def _holds_words(field: str) -> bool:
    return field in BY_NAME and BY_NAME[field].kind is Kind.TEXT


def _in_words(node: Node, field: str, nested: bool = False) -> str:
    """``node`` in words; ``field`` is named once, outside, and so not again on each word."""
    if isinstance(node, (And, Or)):
        if isinstance(node, Or) and (values := _alternatives_in_words(node)):
            return values
        word = " AND " if isinstance(node, And) else " OR "
        joined = word.join(_in_words(child, field, nested=True) for child in node.nodes)
        return f"({joined})" if nested else joined
    if isinstance(node, AtLeast):
        choices = ", ".join(_in_words(child, field, nested=True) for child in node.nodes)
        return f"at least {node.minimum} of ({choices})"
    if isinstance(node, Not):
        if node.node == DateRange():
            return "undated"
        return f"NOT {_in_words(node.node, field, nested=True)}"
    if isinstance(node, Weighed):
        return f"{_in_words(node.node, field, nested=True)} x{node.weight:.1f}"
    if isinstance(node, Filter):
        return _in_words(node.node, field, nested=nested)
    if isinstance(node, Widened):
        typed = _in_words(node.node, field, nested=True)
        return f"({typed} or less {', '.join(_in_words(n, field, True) for n in node.others)})"
    return _leaf_in_words(node, field)


def _alternatives_in_words(node: Or) -> str:
    """Several values of one field, with the field named once; empty for anything else."""
    terms = [n for n in node.nodes if isinstance(n, Term) and n.field and not _holds_words(n.field)]
    fields = {term.field for term in terms}
    if len(terms) < len(node.nodes) or len(fields) != 1:
        return ""
    return f"{terms[0].field} " + " or ".join(_value_in_words(term) for term in terms)


def _leaf_in_words(node: Node, field: str) -> str:
    if isinstance(node, DateRange):
        return _dates_in_words(node)
    if isinstance(node, Every):
        return "every article"
    if isinstance(node, Nothing):
        return "nothing"
    if isinstance(node, Term) and node.field is not None and not _holds_words(node.field):
        return f"{node.field} {_value_in_words(node)}"
    return _with_field(_word_in_words(node), node, field)


def _value_in_words(term: Term) -> str:
    """A value; a force by its area."""
    force = resolve_force(term.word) if term.field in ("force", "mentions") else None
    return term.word if force is None else force.area


def _word_in_words(node: Node) -> str:
    if isinstance(node, Term):
        return f"{node.word} (exactly)" if node.exact else node.word
    if isinstance(node, Phrase):
        within = f" within {len(node.words) + node.slop} words" if node.slop else ""
        return f'"{" ".join(node.words)}"{within}'
    if isinstance(node, Prefix):
        return f"{node.word}*"
    if isinstance(node, Fuzzy):
        return f"{node.word}~{node.edits}"
    return ""


def _with_field(text: str, node: Node, field: str) -> str:
    own = getattr(node, "field", None) or ""
    return text if own == field else f"{text} in {own}"


def _dates_in_words(dates: DateRange) -> str:
    if dates.first is None and dates.last is None:
        return "dated"
    if dates.first is None:
        return f"date up to {_day(dates.last)}"
    if dates.last is None:
        return f"date from {_day(dates.first)}"
    if dates.first == dates.last:
        return f"date {_day(dates.first)}"
    return f"date {_day(dates.first)} to {_day(dates.last)}"


def _day(day: date | None) -> str:
    # Few queries hold a date, and the spellings of dates take time to import.
    from ..ukdates import MONTHS

    return "" if day is None else f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def render(node: Node) -> str:
    """The query text that is parsed to ``node``; an empty text for ``Every``.

    Raises ``ValueError`` for what cannot be typed: ``AtLeast``, and ``Every`` or ``Nothing``
    below another node.
    """
    if isinstance(node, Every):
        return ""
    if isinstance(node, Nothing):
        return "()"
    return _text(node)


def _text(node: Node, inner: bool = False) -> str:
    """``node`` as text, in brackets where it is ``inner`` and would come apart otherwise."""
    if isinstance(node, (And, Or)):
        return _bracketed(_joined_text(node), inner)
    if isinstance(node, Not):
        if node.node == DateRange():
            return "is:undated"
        text = _text(node.node, inner=True)
        return f"-({text})" if text[0] == "-" else f"-{text}"
    if isinstance(node, (Filter, Weighed, Widened)):
        return _text(node.node, inner)
    if isinstance(node, (Term, Phrase, Prefix, Fuzzy)):
        return _leaf_text(node)
    if isinstance(node, DateRange):
        return _dates_text(node)
    raise ValueError(f"{type(node).__name__} cannot be written as query text")


def _joined_text(node: And | Or) -> str:
    texts = [_text(child, inner=True) for child in node.nodes]
    if isinstance(node, Or):
        return " OR ".join(texts)
    joints = [" AND " if _are_one(*two) else " " for two in pairwise(node.nodes)]
    return "".join(chain.from_iterable(zip(texts, [*joints, ""], strict=True)))


def _are_one(left: Node, right: Node) -> bool:
    """Whether two words side by side would be read as one, too."""
    return (
        isinstance(left, Term)
        and isinstance(right, Term)
        and left.field == right.field
        and bool(as_one(left.word, right.word))
    )


def _bracketed(text: str, inner: bool) -> str:
    return f"({text})" if inner else text


def _leaf_text(node: Term | Phrase | Prefix | Fuzzy) -> str:
    prefix = "" if node.field is None else f"{node.field}:"
    if isinstance(node, Phrase):
        slop = f"~{node.slop}" if node.slop else ""
        return f'{prefix}"{" ".join(node.words)}"{slop}'
    if isinstance(node, Prefix):
        return f"{prefix}{node.word}*"
    if isinstance(node, Fuzzy):
        return f"{prefix}{node.word}~{node.edits}"
    if node.field is not None and not _holds_words(node.field):
        return prefix + _quoted_value(node.word)
    return f"{prefix}={node.word}" if node.exact else prefix + node.word


def _quoted_value(value: str) -> str:
    """``value``, in quotation marks where it would be read as something else without."""
    if (
        value[:1].isalnum()
        and value[-1].isalnum()
        and all(c.isalnum() or c in "/._-" for c in value)
    ):
        return value
    return f"'{value}'" if '"' in value else f'"{value}"'


def _dates_text(dates: DateRange) -> str:
    if dates.first is None and dates.last is None:
        return "is:dated"
    first, last = _iso(dates.first), _iso(dates.last)
    if first.endswith("-01-01") and last.endswith("-12-31"):
        first, last = first[:4], last[:4]
    return f"date:{first}" if first == last else f"date:{first}..{last}"


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()
