"""What may stand after ``field:`` where the field holds values, not words.

Floor 2.  One table, ``READERS``, from field name to the function that reads its values.
Invariant: a value is either a node that says exactly what was typed, or a fatal
diagnostic; never a node that finds something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ..analysis import MAX_WORD, words
from ..errors import Diagnostic, QueryError
from ..fields import BY_NAME, Kind
from ..forces import Force, forces_in_nation, forces_in_region, require_force, resolve_force
from ..tagging import known_values, tag_value
from .lexer import Lexeme, LexemeKind
from .nodes import DateRange, Node, Not, Or, Term, words_node
from .remarks import diagnose, quoted

UNAVAILABLE = frozenset({"saved"})
"""Fields of which the name is reserved: refused with a message of their own."""

VIRTUAL = frozenset({"region", "nation", "place", "is", "has"})
"""Names that a query can use but no article holds: each stands for other clauses."""

KNOWN = frozenset(BY_NAME) | VIRTUAL | UNAVAILABLE
"""Every name before a colon that is never taken for a word."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value as typed, after the field ``name`` (canonical), where it stands in the query."""

    name: str
    text: str
    start: int
    end: int
    today: date


def canonical(name: str) -> str:
    """The field's own name for ``name`` or an alias of it; ``name`` itself where it has none."""
    return BY_NAME[name].name if name in BY_NAME else name


def holds_words(name: str) -> bool:
    """Whether the field ``name`` (canonical) holds text, so that its value is words."""
    return name in BY_NAME and BY_NAME[name].kind is Kind.TEXT


def read_value(value: Value) -> Node | Diagnostic:
    """The node for ``value``, or what is wrong with it; commas part several names of forces or
    places, of which any will do.  ``value.name`` is in ``READERS``."""
    if value.name not in _LISTED or "," not in value.text:
        return READERS[value.name](value)
    nodes: list[Node] = []
    for part in _PART.finditer(value.text):
        start = value.start + part.start()
        one = replace(value, text=part.group(), start=start, end=start + len(part.group()))
        read = READERS[value.name](one)
        if isinstance(read, Diagnostic):
            return read
        nodes.extend(read.nodes if isinstance(read, Or) else (read,))
    several = tuple(dict.fromkeys(nodes))
    return several[0] if len(several) == 1 else Or(several)


_LISTED = frozenset({"force", "mentions", "region", "nation", "place", "type", "stage"})
_PART = re.compile(r"[^,\s](?:[^,]*[^,\s])?")
_OPERATION = re.compile(r"^(?:operation )+(?=.)")


def typed_value(name: str, lexemes: Sequence[Lexeme], today: date) -> Value:
    """The value that one phrase or some words side by side are, without the spaces, quotation
    marks and final punctuation around it."""
    raw = " ".join(lexeme.text for lexeme in lexemes)
    start = lexemes[0].start + len(raw) - len(raw.lstrip())
    if lexemes[0].kind is LexemeKind.PHRASE:
        start += 1
        text = raw.strip()
    else:
        text = raw.rstrip(",;")
    return Value(name, text, start, start + max(1, len(text)), today)


def has_names(value: Value) -> bool:
    """Whether ``value`` is one or several names of forces, places or tags."""
    return value.name in _LISTED


def unknown_field(name: str, start: int, end: int) -> Diagnostic:
    """What to say about a field that does not exist, or not yet."""
    if name in UNAVAILABLE:
        return diagnose("unavailable-field", start, end, name=name)
    if name in _MEANT:
        return diagnose("unknown-field", start, end, name=name, hint=_MEANT[name])
    import difflib

    near = difflib.get_close_matches(name, sorted(KNOWN - UNAVAILABLE), n=1, cutoff=0.6)
    hint = "a space after the colon makes it a word"
    if near:
        hint = f"did you mean {near[0]}:? ({hint})"
    return diagnose("unknown-field", start, end, name=quoted(name), hint=hint)


_FROM = "use date:2019.. (from 2019 on), or the option --since 2019"
_UP_TO = "use date:..2019 (up to the end of 2019), or the option --until 2019"
_WITHIN = "use date:2019, date:aug-2019 or date:21/8/2019, or the option --on"
_FORCE = "use force:kent, or the option --area kent"
_ADDRESS = "use url:herts.police.uk for words of the article's address"

_MEANT = {
    **dict.fromkeys(("since", "after", "from"), _FROM),
    **dict.fromkeys(("until", "till", "before", "to"), _UP_TO),
    **dict.fromkeys(("on", "year", "month", "day", "when"), _WITHIN),
    **dict.fromkeys(("police", "constabulary", "county"), _FORCE),
    **dict.fromkeys(("site", "host", "domain", "inurl", "website"), _ADDRESS),
    **dict.fromkeys(("intitle", "subject"), "use title:knife"),
    **dict.fromkeys(("town", "city", "where", "location"), "use place:watford"),
}
"""Names that other tools have, or options of the command line, and what to type instead."""


def longer_value(value: Value, following: Sequence[str]) -> str:
    """``value`` with as many of the ``following`` words as its author clearly meant as part of
    it (``force:west midlands``); an empty string where it is whole as it stands."""
    for count in range(len(following), 0, -1):
        whole = " ".join((value.text, *following[:count])).rstrip(",;")
        if len(whole) <= MAX_WORD and _is_value(value, whole):
            return whole
    return ""


def _is_value(value: Value, whole: str) -> bool:
    """Whether the longer text ``whole`` is itself a value of the field."""
    if value.name == "ref":
        return " OF " in _reference_number(whole)
    if value.name in ("force", "mentions"):
        return all(resolve_force(name) for name in whole.split(","))
    if value.name not in _CHECKED:
        return False
    return not isinstance(read_value(replace(value, text=whole)), Diagnostic)


_CHECKED = frozenset({"region", "nation", "date", "type", "stage"})
"""Fields of which a wrong value can be told from a right one."""


def _force(value: Value) -> Node | Diagnostic:
    try:
        force = require_force(value.text, value.start, value.end)
    except QueryError as problem:
        return problem.diagnostics[0]
    return Term(force.id, value.name, exact=True)


def _region(value: Value) -> Node | Diagnostic:
    return _any_of(value, forces_in_region)


def _nation(value: Value) -> Node | Diagnostic:
    return _any_of(value, forces_in_nation)


def _any_of(value: Value, find: Callable[[str, int, int], tuple[Force, ...]]) -> Node | Diagnostic:
    try:
        forces = find(value.text, value.start, value.end)
    except QueryError as problem:
        return problem.diagnostics[0]
    terms = tuple(Term(force.id, "force", exact=True) for force in forces)
    return terms[0] if len(terms) == 1 else Or(terms)


def _place(value: Value) -> Node | Diagnostic:
    """The very words, one after the other, where releases name their place."""
    surfaces = tuple(words(value.text))
    if not surfaces:
        fragment = quoted(value.text)
        return diagnose("ignored-symbols", value.start, value.end, fragment=fragment)
    return Or(tuple(words_node(surfaces, field, exact=True) for field in _PLACES))


_PLACES = ("title", "lead", "category", "address")


def _date(value: Value) -> Node | Diagnostic:
    # Most queries hold no date, and the spellings of dates take time to import.
    from .dates import BadDate, parse_period

    try:
        period = parse_period(value.text, value.today)
    except BadDate as problem:
        start = value.start + problem.offset
        end = max(start, min(start + len(problem.fragment), value.end))
        return diagnose("bad-date", start, end, message=problem.message, hint=problem.hint)
    return DateRange(period.first, period.last)


def _state(value: Value) -> Node | Diagnostic:
    state = _STATES.get((value.name, value.text.lower()))
    if state is None:
        fragment = quoted(value.text)
        return diagnose("unknown-state", value.start, value.end, name=value.name, fragment=fragment)
    return state


_STATES: dict[tuple[str, str], Node] = {
    ("is", "dated"): DateRange(),
    ("is", "undated"): Not(DateRange()),
    ("has", "date"): DateRange(),
}


def _reference(value: Value) -> Node | Diagnostic:
    number = _reference_number(value.text)
    if not number:
        fragment = quoted(value.text)
        return diagnose("ignored-symbols", value.start, value.end, fragment=fragment)
    return Term(number, value.name, exact=True)


def _reference_number(text: str) -> str:
    # Rarer still than dates, and built on them.
    from ..refnumbers import normalise_reference

    return normalise_reference(text)


def _operation(value: Value) -> Node:
    name = " ".join(value.text.lower().split())
    return Term(_OPERATION.sub("", name), value.name, exact=True)


def require_tag(field: str, text: str) -> Term | Diagnostic:
    """The articles with the tag of ``field``, ``type`` or ``stage``, that an option names; a fatal
    remark where there is no such tag."""
    return _tag(Value(field, text, 0, len(text), date.min))


def _tag(value: Value) -> Term | Diagnostic:
    known = known_values(value.name)
    wanted = tag_value(value.name, value.text)
    if wanted:
        return Term(wanted, value.name, exact=True)
    import difflib

    near = difflib.get_close_matches(value.text.lower(), known, n=1, cutoff=0.5)
    hint = f"use one of {', '.join(known)}"
    if near:
        hint = f"did you mean {value.name}:{near[0]}?  searchkit tags lists them all"
    return diagnose(
        "unknown-tag",
        value.start,
        value.end,
        name=value.name,
        fragment=quoted(value.text),
        hint=hint,
    )


def _as_typed(value: Value) -> Node:
    return Term(value.text, value.name, exact=True)


READERS: dict[str, Callable[[Value], Node | Diagnostic]] = {
    "force": _force,
    "mentions": _force,
    "region": _region,
    "nation": _nation,
    "place": _place,
    "date": _date,
    "type": _tag,
    "stage": _tag,
    "is": _state,
    "has": _state,
    "ref": _reference,
    "op": _operation,
    "id": _as_typed,
    "path": _as_typed,
}
"""How each field that does not hold text reads its values."""
