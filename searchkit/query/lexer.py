"""Query text to lexemes, in one pass and in time linear in its length.

Floor 2.  The lexer knows the shape of words, phrases, signs and field prefixes, not
what a field holds.  Invariant: lexemes stand in order, never overlap, and every
character outside them is white space, punctuation or has a diagnostic.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from ..errors import Diagnostic
from .remarks import diagnose, quoted


class LexemeKind(Enum):
    """What a stretch of query text is."""

    WORD = "word"
    PHRASE = "phrase"
    FIELD = "field"
    LITERAL = "literal"
    OPEN = "open"
    CLOSE = "close"
    AND = "and"
    OR = "or"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One stretch of a query text.

    ``text`` is a word as typed, the inside of a phrase, the lower-case name of a field,
    or an operator as typed; ``tail`` is the ``~5`` after a phrase.
    """

    kind: LexemeKind
    text: str
    start: int
    end: int
    tail: str = ""


_DOUBLE_QUOTES = '"“”„‟«»＂'
# A letter in brackets right after a number is the end of the name of a road: A38(M).
_CHUNK = re.compile(rf"[^\s()|{_DOUBLE_QUOTES}]+(?:(?<=\d)\([^\W\d_]\))?")
_INITIALS = re.compile(r"[^\W\d_] & [^\W\d_](?![^\s,.;:!?…)])")
# Punctuation right before a space ends a sentence; after a phrase it would be a word of its own.
_SPACE = re.compile(r"\s+|[,.;:!?…]+(?=\s|$)")
_CLOSING_QUOTE = re.compile(f"[{_DOUBLE_QUOTES}]")
_CLOSING_SINGLE = re.compile(r"(?<=\S)['’](?=[\s)~|,.;:!?]|$)")
_TAIL = re.compile(r"~[0-9]*|\^[0-9.]*")
_FIELD = re.compile(r"([A-Za-z_]+):(?=[^\s)|])")
_FIELD_WITHOUT_VALUE = re.compile(r"([a-z_]+):(?=[\s)|]|$)")
_SCHEME = re.compile(r"[a-z]+://|(?:mailto|tel|urn):")
_ON_PURPOSE = re.compile(r"[a-z][a-z_]+")
_DASHED = re.compile(r"(?:[–—]|--)[–—-]*[^\W_]")
_ELIDED = re.compile(r"['’‘](?:til|tis|twas|cause|em|n|bout|round)\b", re.IGNORECASE)
_OPERATORS = {
    "AND": LexemeKind.AND,
    "&": LexemeKind.AND,
    "&&": LexemeKind.AND,
    "OR": LexemeKind.OR,
    "NOT": LexemeKind.NOT,
}
_MINUS = "-−"
_LITERAL = "=+"
_NOT_CHARACTERS = frozenset({"Cc", "Cs", "Cn"})
_INVISIBLE = dict.fromkeys(
    map(
        ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
    ),
    " ",
)


def _is_bad(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) in _NOT_CHARACTERS


def scan(text: str, known: Container[str]) -> tuple[list[Lexeme], list[Diagnostic]]:
    """The lexemes of ``text`` and what there is to say about the characters left out.

    ``known`` holds the field names, lower case.  Never raises.
    """
    return _Scanner(text, known).run()


class _Scanner:
    """One pass over one text."""

    def __init__(self, text: str, known: Container[str]) -> None:
        self.lexemes: list[Lexeme] = []
        self.remarks: list[Diagnostic] = []
        self._known = known
        self._text = self._without_bad_characters(text)
        if not text.isascii():
            self._text = self._text.translate(_INVISIBLE)
        self._at = 0
        self._quotes_end = False
        self._last_single = -1
        if "'" in self._text or "’" in self._text:
            singles = (m.start() for m in _CLOSING_SINGLE.finditer(self._text))
            self._last_single = max(singles, default=-1)

    def _without_bad_characters(self, text: str) -> str:
        """``text`` with each control character, surrogate or unassigned code point as a space."""
        if text.isascii() and text.isprintable():
            return text
        pieces: list[str] = []
        at = 0
        for bad, group in groupby(text, _is_bad):
            run = "".join(group)
            pieces.append(" " * len(run) if bad else run)
            if bad:
                fragment = quoted(run)
                self.remarks.append(diagnose("bad-character", at, at + len(run), fragment=fragment))
            at += len(run)
        return "".join(pieces)

    def run(self) -> tuple[list[Lexeme], list[Diagnostic]]:
        while self._at < len(self._text):
            space = _SPACE.match(self._text, self._at)
            if space:
                self._at = space.end()
            else:
                self._next()
        self._warn_of_capitals()
        return self.lexemes, self.remarks

    def _emit(self, kind: LexemeKind, length: int, text: str | None = None, tail: str = "") -> None:
        start, self._at = self._at, self._at + length
        shown = self._text[start : self._at] if text is None else text
        self.lexemes.append(Lexeme(kind, shown, start, self._at, tail))

    def _next(self) -> None:
        character = self._text[self._at]
        if character.isalnum():
            if not self._field():
                self._chunk()
        elif character == "(":
            self._emit(LexemeKind.OPEN, 1)
        elif character == ")":
            self._emit(LexemeKind.CLOSE, 1)
        elif character == "|":
            self._emit(LexemeKind.OR, 2 if self._text.startswith("||", self._at) else 1)
        elif character in _DOUBLE_QUOTES:
            self._phrase()
        elif not self._sign() and not self._single_quoted() and not self._field():
            self._chunk()

    def _phrase(self) -> None:
        closing = None if self._quotes_end else _CLOSING_QUOTE.search(self._text, self._at + 1)
        if closing:
            self._phrase_until(closing.start())
            return
        self._quotes_end = True
        self.remarks.append(diagnose("unbalanced-quote", self._at, self._at + 1))
        self._at += 1

    def _phrase_until(self, closing: int) -> None:
        inside = self._text[self._at + 1 : closing]
        tail = _TAIL.match(self._text, closing + 1)
        end = tail.end() if tail else closing + 1
        self._emit(LexemeKind.PHRASE, end - self._at, inside, tail.group() if tail else "")

    def _fresh(self) -> bool:
        """Whether a sign may stand here: at the start, after a space, a bracket or a prefix."""
        if self._at == 0 or self._text[self._at - 1].isspace() or self._text[self._at - 1] in "(|":
            return True
        return self._after_prefix()

    def _after_prefix(self) -> bool:
        """Whether a field, a minus or a literal sign ends right here."""
        last = self.lexemes[-1] if self.lexemes else None
        prefixes = (LexemeKind.FIELD, LexemeKind.LITERAL, LexemeKind.NOT)
        return bool(last and last.end == self._at and last.kind in prefixes)

    def _sign(self) -> bool:
        """Read ``-``, ``=`` or ``+`` if it belongs to what follows."""
        sign, following = self._text[self._at], self._text[self._at + 1 : self._at + 2]
        if following in ("", ")", "|", sign) or following.isspace() or not self._fresh():
            return False
        if self._at and self._text[self._at - 1] == sign:
            return False
        if sign in _MINUS:
            self._emit(LexemeKind.NOT, 1)
        elif sign in _LITERAL:
            self._emit(LexemeKind.LITERAL, 1)
        else:
            return False
        return True

    def _single_quoted(self) -> bool:
        """Read ``'several words'`` where the quotes cannot be apostrophes."""
        if self._text[self._at] not in "'‘" or not self._fresh() or self._at >= self._last_single:
            return False
        if _ELIDED.match(self._text, self._at):
            return False
        closing = _CLOSING_SINGLE.search(self._text, self._at + 2)
        if not closing or self._text[self._at + 1].isspace():
            return False
        self._phrase_until(closing.start())
        return True

    def _field(self) -> bool:
        """Read ``name:`` where it is a field and not a word with a colon."""
        if ":" not in self._text:
            return False
        after_field = bool(self.lexemes) and self.lexemes[-1].kind is LexemeKind.FIELD
        if not self._fresh() or (after_field and self._after_prefix()):
            return False
        prefix = _FIELD.match(self._text, self._at)
        if not prefix:
            return self._field_without_value()
        name = prefix.group(1)
        known = name.lower() in self._known
        if _SCHEME.match(self._text, self._at) and not known:
            return False
        if not known and not _ON_PURPOSE.fullmatch(name):
            return False
        self._emit(LexemeKind.FIELD, len(prefix.group()), name.lower())
        return True

    def _field_without_value(self) -> bool:
        empty = _FIELD_WITHOUT_VALUE.match(self._text, self._at)
        if empty and empty.group(1) in self._known:
            name = empty.group(1)
            self.remarks.append(diagnose("empty-field", self._at, empty.end(), name=name))
        return False

    def _chunk(self) -> None:
        """Read everything up to the next space, bracket, bar or quotation mark."""
        chunk = _INITIALS.match(self._text, self._at) or _CHUNK.match(self._text, self._at)
        length = len(chunk.group()) if chunk else 1
        text = self._text[self._at : self._at + length]
        kind = _OPERATORS.get(text, LexemeKind.WORD)
        valued = bool(self.lexemes and self._after_prefix())
        if kind is LexemeKind.WORD and not valued and not text[0].isalnum():
            if self._glued_tail(text):
                return
            if _DASHED.match(text):
                self._remark("not-a-minus", text)
        self._emit(LexemeKind.WORD if valued else kind, length)

    def _glued_tail(self, text: str) -> bool:
        """Leave out a ``~2`` or ``^3`` right after a bracket, with a remark."""
        tail = _TAIL.fullmatch(text)
        if not tail or not self._at or self._text[self._at - 1] != ")":
            return False
        self._remark("ignored-boost" if text[0] == "^" else "ignored-window", text)
        self._at += len(text)
        return True

    def _remark(self, kind: str, text: str) -> None:
        end = self._at + len(text)
        self.remarks.append(diagnose(kind, self._at, end, fragment=quoted(text)))

    def _warn_of_capitals(self) -> None:
        """In a text all in capitals, an operator may well have been meant as a word."""
        if not self._text.isupper():
            return
        words = [lexeme.text for lexeme in self.lexemes if lexeme.kind is LexemeKind.WORD]
        if not any(len(w) > 4 and w.isalpha() for w in words):
            return
        for lexeme in self.lexemes:
            if lexeme.text in ("OR", "NOT") and lexeme.kind is not LexemeKind.WORD:
                self.remarks.append(
                    diagnose("capital-operator", lexeme.start, lexeme.end, name=lexeme.text)
                )
