"""Query text to a tree of nodes, with a remark on everything that was not used.

Floor 2.  ``parse`` is the language as ``docs/query-language.md`` has it: words side by
side mean AND and bind closer than OR.  Invariant: ``parse`` never raises, whatever the
text, and every span it reports lies within the text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ..errors import Diagnostic
from ..settings import QUERY_LIMITS, QueryLimits
from .describe import render
from .lexer import Lexeme, LexemeKind, scan
from .limits import Tally, too_long
from .neighbours import Part, sequence
from .nodes import And, Every, Node, Not, Nothing, Or
from .parsed import Parsed, asks_for_words, join, relax
from .remarks import diagnose, merged, quoted
from .values import (
    KNOWN,
    READERS,
    Value,
    canonical,
    has_names,
    holds_words,
    longer_value,
    read_value,
    typed_value,
    unknown_field,
)
from .words import ParsedWord, Typed, read_phrase, read_word

__all__ = ["Parsed", "ParsedWord", "parse", "relax"]


def parse(
    text: str, *, today: date, exact: bool = False, limits: QueryLimits = QUERY_LIMITS
) -> Parsed:
    """Read ``text`` as a query.  Never raises.

    ``today`` is the day that ``date:"last 30 days"`` counts from; ``exact`` takes every word
    literally, without its other forms.
    """
    remark = too_long(text, limits)
    if remark:
        return Parsed(text, Nothing(), (remark,))
    return _Parser(text, today, exact, limits).parse()


@dataclass(frozen=True, slots=True)
class _Scope:
    """What governs the words of a clause: the canonical name of the field they stand in, and
    whether they are literal or excluded; ``depth`` counts brackets."""

    field: str | None = None
    literal: bool = False
    negated: bool = False
    depth: int = 0


_MOST_WRONG = 3
"""After this many wrong fields and values the rest are not looked at: what is near to each is
costly to find, and the query fails anyway."""

_SEVERAL = "several values need OR between them: force:(met OR kent)"

_LONGEST_VALUE = 6
"""No value is longer than this many words (``the last 30 days``, ``495 of 11 January 2021``)."""


class _Parser:
    """Recursive descent over the lexemes of one text; depth is limited before it is used."""

    def __init__(self, text: str, today: date, exact: bool, limits: QueryLimits) -> None:
        self._text = text
        self._today = today
        self._exact = exact
        self._words: list[ParsedWord] = []
        self._phrases: list[Typed] = []
        self._literal: set[int] = set()
        self._lexemes, self._remarks = scan(text, KNOWN)
        self._tally = Tally(limits, self._remarks)
        self._at = 0
        self._plain = True
        self._wrong = 0

    def parse(self) -> Parsed:
        node = self._alternatives(_Scope())
        fatal = any(remark.fatal for remark in self._remarks)
        if node is None:
            node = Nothing() if self._text.strip() else Every()
            if self._text.strip() and not fatal:
                self._remark("nothing-to-search", 0, len(self._text))
        remarks = sorted(self._remarks, key=lambda remark: (remark.start, remark.end))
        plain = not fatal and self._plain and any(not word.negated for word in self._words)
        return Parsed(
            self._text,
            Nothing() if fatal else node,
            tuple(merged(remarks, self._text)),
            tuple(self._words),
            plain,
            tuple(self._phrases),
        )

    def _remark(self, kind: str, start: int, end: int, **values: object) -> None:
        self._remarks.append(diagnose(kind, start, end, **values))

    def _peek(self) -> LexemeKind | None:
        return self._lexemes[self._at].kind if self._at < len(self._lexemes) else None

    def _take(self) -> Lexeme:
        self._at += 1
        return self._lexemes[self._at - 1]

    def _stray(self, lexeme: Lexeme) -> None:
        """Say that an operator, a sign or a field has nothing to work on."""
        kind = "stray-operator" if lexeme.text.isupper() else "stray-sign"
        shown = quoted(self._text[lexeme.start : lexeme.end])
        self._remark(kind, lexeme.start, lexeme.end, fragment=shown, name=shown)

    def _alternatives(self, scope: _Scope) -> Node | None:
        """One sequence, or several with OR between them."""
        branches: list[Node] = []
        unclear = False
        waiting: Lexeme | None = None
        while True:
            node, loose = self._sequence(scope)
            if node is not None:
                branches.append(node)
                unclear = unclear or loose
            if waiting and (node is None or len(branches) == 1):
                self._stray(waiting)
            if self._peek() is not LexemeKind.OR:
                break
            waiting = self._take()
            self._plain = False
        if not branches:
            return None
        joined = join(Or, branches)
        if unclear and waiting and len(branches) > 1:
            reading = quoted(render(joined), longest=200)
            self._remark("mixed-operators", waiting.start, waiting.end, reading=reading)
        return joined

    def _sequence(self, scope: _Scope) -> tuple[Node | None, bool]:
        """Clauses side by side or with AND between them, and whether any two stand side by side
        without one."""
        parts: list[Part] = []
        loose = False
        waiting: Lexeme | None = None
        while (kind := self._peek()) not in (None, LexemeKind.OR):
            if kind is LexemeKind.CLOSE:
                if scope.depth:
                    break
                self._unbalanced(self._take(), "left out")
            elif kind is LexemeKind.AND:
                if waiting or not parts:
                    self._stray(self._lexemes[self._at])
                waiting = self._take()
            else:
                part = self._clause(scope)
                if part is not None:
                    loose = loose or (bool(parts) and waiting is None)
                    parts.append(replace(part, beside=bool(parts) and waiting is None))
                    waiting = None
        if waiting and parts:
            self._stray(waiting)
        nodes = sequence(parts, self._words, self._literal, self._text)
        return (join(And, nodes) if nodes else None), loose and len(nodes) > 1

    def _unbalanced(self, bracket: Lexeme, treated: str) -> None:
        self._remark(
            "unbalanced-bracket", bracket.start, bracket.end, fragment=bracket.text, treated=treated
        )

    def _clause(self, scope: _Scope) -> Part | None:
        """One word, phrase, value or bracket with the signs and the field before it."""
        prefixes = self._prefixes()
        negations = [prefix for prefix in prefixes if prefix.kind is LexemeKind.NOT]
        if len(negations) > 1:
            start, end = negations[0].start, negations[-1].end
            self._remark("double-negation", start, end, fragment=quoted(self._text[start:end]))
        found = len(self._words)
        node = self._atom(self._narrowed(scope, prefixes), prefixes)
        if node is None:
            return None
        one_word = len(self._words) == found + 1 and node == self._words[found].node
        place = found if one_word else None
        if negations:
            return Part(Not(node), False, place)
        return Part(node, asks_for_words(node), place)

    def _prefixes(self) -> list[Lexeme]:
        """The signs and fields that stand right before what comes next."""
        prefixes: list[Lexeme] = []
        while self._peek() in (LexemeKind.NOT, LexemeKind.LITERAL, LexemeKind.FIELD):
            prefixes.append(self._take())
        return prefixes

    def _narrowed(self, scope: _Scope, prefixes: list[Lexeme]) -> _Scope:
        kinds = {prefix.kind for prefix in prefixes}
        if LexemeKind.NOT in kinds:
            scope = replace(scope, negated=not scope.negated)
        if LexemeKind.LITERAL in kinds:
            scope = replace(scope, literal=True)
        for prefix in prefixes:
            if prefix.kind is LexemeKind.FIELD:
                self._plain = False
                name = canonical(prefix.text)
                if name not in READERS and not holds_words(name) and self._wrong < _MOST_WRONG:
                    self._remarks.append(unknown_field(name, prefix.start, prefix.end - 1))
                    self._wrong += 1
                scope = replace(scope, field=name)
        return scope

    def _atom(self, scope: _Scope, prefixes: list[Lexeme]) -> Node | None:
        """What the prefixes stand before: a bracket, or words or a value."""
        kind = self._peek()
        if kind not in (LexemeKind.OPEN, LexemeKind.WORD, LexemeKind.PHRASE) or (
            prefixes and self._is_apart(prefixes[-1])
        ):
            self._stray(prefixes[-1])
            return None
        if kind is LexemeKind.OPEN:
            self._plain = False
            return self._bracket(scope)
        if scope.field is None or holds_words(scope.field):
            return self._word(scope)
        direct = any(prefix.kind is LexemeKind.FIELD for prefix in prefixes)
        return self._value(scope.field, direct)

    def _is_apart(self, prefix: Lexeme) -> bool:
        """Whether punctuation and a space part a sign or field from what follows."""
        between = self._text[prefix.end : self._lexemes[self._at].start]
        return not prefix.text.isupper() and any(c.isspace() for c in between)

    def _bracket(self, scope: _Scope) -> Node | None:
        opening = self._take()
        if self._tally.deep(scope.depth + 1, opening.start):
            self._at = len(self._lexemes)
            return None
        first = self._at
        node = self._alternatives(replace(scope, depth=scope.depth + 1))
        empty = self._at == first
        if self._peek() is not LexemeKind.CLOSE:
            if not self._tally.too_deep:
                self._unbalanced(opening, "closed at the end")
            return node
        closing = self._take()
        if empty:
            self._remark("empty-brackets", opening.start, closing.end, fragment="()")
        return node

    def _word(self, scope: _Scope) -> Node | None:
        """A word or a phrase of a text field, or of every searched field."""
        lexeme = self._take()
        exact = self._exact or scope.literal
        typed = Typed(
            lexeme.text, lexeme.start, lexeme.end, scope.field, exact=exact, tail=lexeme.tail
        )
        if lexeme.kind is LexemeKind.PHRASE:
            self._plain = False
            if not scope.negated:
                self._phrases.append(typed)
            return read_phrase(typed, self._tally)
        read = read_word(typed, self._tally)
        if not isinstance(read, ParsedWord):
            self._plain = self._plain and read is None
            return read
        if scope.literal:
            self._literal.add(len(self._words))
        self._words.append(replace(read, negated=True) if scope.negated else read)
        return read.node

    def _value(self, name: str, direct: bool) -> Node | None:
        """A value of a field that holds no text.  In brackets words side by side are one value;
        ``direct`` is a value right after its field."""
        self._plain = False
        taken = [self._take()]
        while not direct and taken[0].kind is self._peek() is LexemeKind.WORD:
            taken.append(self._take())
        if name not in READERS or self._wrong >= _MOST_WRONG:
            return None
        value = typed_value(name, taken, self._today)
        if taken[0].tail:
            start = taken[0].end - len(taken[0].tail)
            fragment = quoted(taken[0].tail)
            self._remark("ignored-window", start, taken[0].end, fragment=fragment)
        self._tally.use("limit-terms", value.start, value.end)
        if name == "date":
            self._tally.use("limit-ranges", value.start, value.end)
        if not value.text:
            self._remark("empty-phrase", taken[0].start, taken[-1].end, fragment='""')
            return None
        if taken[0].kind is LexemeKind.WORD and "*" in value.text:
            fragment = quoted(value.text)
            self._remark("value-wildcard", value.start, value.end, name=name, fragment=fragment)
            return None
        hint = _SEVERAL if len(taken) > 1 else ""
        return self._read(value, self._whole_value(value, taken[0]) if direct else "", hint)

    def _whole_value(self, value: Value, first: Lexeme) -> str:
        """What ``value`` was probably meant to be, if a space cut it short; else empty."""
        following: list[str] = []
        for lexeme in self._lexemes[self._at : self._at + _LONGEST_VALUE - 1]:
            if lexeme.kind is not LexemeKind.WORD or first.kind is not LexemeKind.WORD:
                break
            following.append(lexeme.text)
        return longer_value(replace(value, text=first.text), following)

    def _read(self, value: Value, whole: str, hint: str) -> Node | None:
        """The node of ``value``; a remark where it is wrong, or less than the ``whole``."""
        if has_names(value) and not self._tally.fits_all(value.text.split(","), value.start):
            return None
        read = read_value(value)
        if isinstance(read, Diagnostic):
            if whole:
                hint = f'put the whole value in quotation marks: {value.name}:"{quoted(whole)}"'
            self._remarks.append(replace(read, hint=hint or read.hint))
            self._wrong += read.fatal
            return None
        if whole:
            said = {"fragment": quoted(value.text), "whole": quoted(whole)}
            self._remark("unquoted-value", value.start, value.end, name=value.name, **said)
        return read
