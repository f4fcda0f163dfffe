"""Words and phrases of a query: what was typed -> nodes of analysed words.

Floor 2.  Wildcards, near spellings, literal words, compounds and URLs are told apart
here.  Invariant: a word that cannot be searched for as it was typed leaves a remark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .. import analysis
from .limits import Tally
from .nodes import Fuzzy, Node, Or, Phrase, Prefix, Term, words_node
from .remarks import diagnose, quoted
from .spellings import Words, one_spelling, others


@dataclass(frozen=True, slots=True)
class Typed:
    """A word or the inside of a phrase as typed, where it stands, and what governs it:
    the text field before it, if any, and whether it is to be taken literally."""

    text: str
    start: int
    end: int
    field: str | None = None
    exact: bool = False
    tail: str = ""


@dataclass(frozen=True, slots=True)
class ParsedWord:
    """A plain word of a query: no wildcard, no near spelling, not in a phrase.

    ``text`` is what was typed, from ``start`` to ``end`` of the query; ``surfaces`` are its
    analysed words (several for a compound such as ``e-fit``), ``stem`` the stem of a
    single one, else empty; ``others`` are other spellings of it, as words.  ``exact`` words are
    literal; ``negated`` ones are excluded; ``dropped`` ones are stop words that the search
    leaves out.
    """

    text: str
    surfaces: tuple[str, ...]
    stem: str
    start: int
    end: int
    exact: bool = False
    negated: bool = False
    field: str | None = None
    dropped: bool = False
    others: tuple[Words, ...] = ()

    @property
    def node(self) -> Node:
        """The node this word is searched for with."""
        return words_node(self.surfaces, self.field, self.exact, self.others)


_EDGES = ",.;:!?…"
_TILDE = re.compile(r"(.+?)~([0-9.]*)")
_BOOST = re.compile(r"(.+?)\^[0-9.]+")
_STARS = re.compile(r"\*{2,}")
_STARRED = re.compile(r"[^\W_]*\d\*\d[^\W_]*")  # numbers of some forces: 19*243369
_QUESTION = re.compile(r"\w*\?+\w+")
_URL = re.compile(r"(?:https?://(?:www\.)?|www\.)(?=[^\W_])", re.IGNORECASE)
_HOST = re.compile(
    r"(?:[a-z0-9-]+\.)+(?:uk|com|org|net|info|eu|tv|wales|cymru|scot|london)(?:[/?#].*)?",
    re.IGNORECASE,
)
_URL_FIELDS = ("address", "links")
_LONGEST_NUMBER = 6


def read_word(typed: Typed, tally: Tally) -> Node | ParsedWord | None:
    """The node of a word with a sign of its own, a ``ParsedWord`` for a plain one, ``None`` for
    one that cannot be searched for; ``tally.remarks`` then says why."""
    word = typed.text.rstrip(_EDGES) or typed.text
    if word.isalnum():
        return _plain_word(word, typed, tally)
    boost = _BOOST.fullmatch(word)
    if boost:
        _remark("ignored-boost", typed, tally, word[len(boost.group(1)) :])
        word = boost.group(1)
    if "**" in word and any(c.isalnum() for c in word):
        _remark("ignored-stars", typed, tally)
        word = _STARS.sub(" ", word)
    if ("*" in word and not _STARRED.fullmatch(word)) or _QUESTION.fullmatch(word):
        return _prefix(word, typed, tally)
    near = _TILDE.fullmatch(word)
    if near:
        return _fuzzy(near.group(1), near.group(2), typed, tally)
    url = _URL.match(word)
    if (url or _HOST.fullmatch(word)) and typed.field in (None, *_URL_FIELDS):
        return _url(word[url.end() if url else 0 :], typed, tally)
    return _plain_word(word, typed, tally)


def _plain_word(word: str, typed: Typed, tally: Tally) -> ParsedWord | None:
    """``word``, which has no sign of its own; ``None`` with a remark where nothing is left."""
    surfaces = _surfaces(word, typed, tally)
    if not surfaces:
        return None
    stem = analysis.stem(surfaces[0]) if len(surfaces) == 1 else ""
    return ParsedWord(
        typed.text,
        surfaces,
        stem,
        typed.start,
        typed.end,
        typed.exact,
        field=typed.field,
        others=() if typed.exact else others(one_spelling(word), surfaces),
    )


def read_phrase(typed: Typed, tally: Tally) -> Node | None:
    """The node of a phrase (of one word: the word, literally), ``None`` for an empty one."""
    if not any(c.isalnum() for c in typed.text):
        _remark("empty-phrase", typed, tally, f'"{typed.text}"')
        return None
    if "*" in typed.text:
        _remark("phrase-wildcard", typed, tally)
    surfaces = _surfaces(typed.text, typed, tally)
    if not surfaces:
        return None
    slop = _slop(typed, len(surfaces), tally)
    spellings = [surfaces, *others(one_spelling(typed.text), surfaces)]
    nodes = [_phrase(one, typed.field, slop) for one in spellings]
    return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))


def words_of_phrase(typed: Typed) -> list[ParsedWord]:
    """The words of a phrase that ``read_phrase`` read, each with its own place in the query."""
    inside = typed.start + 1
    return [
        ParsedWord(
            typed.text[token.start : token.end],
            (token.surface,),
            token.stem,
            inside + token.start,
            inside + token.end,
            exact=True,
            field=typed.field,
        )
        for token in analysis.tokens(typed.text)
    ]


def _phrase(words: Words, field: str | None, slop: int) -> Node:
    return Phrase(words, field, slop) if len(words) > 1 else Term(words[0], field, exact=True)


def _slop(typed: Typed, words: int, tally: Tally) -> int:
    """The window that the ``~5`` after a phrase asks for; 0 with a remark where it asks for
    none or too much."""
    digits = typed.tail[1:]
    start = typed.end - len(typed.tail)
    if typed.tail.startswith("^") or (typed.tail and (not digits or words == 1)):
        kind = "ignored-boost" if typed.tail[0] == "^" else "ignored-window"
        fragment = quoted(typed.tail)
        tally.remarks.append(diagnose(kind, start, typed.end, fragment=fragment))
    elif typed.tail:
        slop = _number(digits)
        if tally.fits("limit-slop", slop, typed.tail, start):
            return slop
    return 0


def _prefix(word: str, typed: Typed, tally: Tally) -> Node | None:
    core = word.rstrip("*")
    if not core:
        _remark("lone-wildcard", typed, tally)
        return None
    if core[0] in "*?":
        _remark("leading-wildcard", typed, tally)
        return None
    start = re.split(r"[*?]", core)[0]
    tokens = _whole(core) or analysis.tokens(core)
    if start == core and len(tokens) > 1:
        parts = " ".join(token.surface for token in tokens)
        _remark("compound-wildcard", typed, tally, parts=parts)
        return None
    if start != core or not tokens or tokens[0].end != len(core):
        _remark("inner-wildcard", typed, tally, stem=quoted(start))
        return None
    return _counted_prefix(tokens[0].surface, typed, tally)


def _whole(core: str) -> list[analysis.Token]:
    """The one compound that ``core`` is, if it is one."""
    return [one for one in analysis.compounds(core) if (one.start, one.end) == (0, len(core))]


def _counted_prefix(surface: str, typed: Typed, tally: Tally) -> Node | None:
    tally.use("limit-terms", typed.start, typed.end)
    tally.use("limit-prefixes", typed.start, typed.end)
    enough = tally.fits("limit-prefix-letters", len(surface), typed.text, typed.start)
    if not enough or not tally.fits("limit-word", len(surface), typed.text, typed.start):
        return None
    return Prefix(surface, typed.field)


def _fuzzy(core: str, digits: str, typed: Typed, tally: Tally) -> Node | None:
    surfaces = _surfaces(core, typed, tally)
    if not surfaces:
        return None
    if len(surfaces) > 1 and (whole := _whole(core)):
        surfaces = (whole[0].surface,)
    if len(surfaces) > 1:
        _remark("compound-fuzzy", typed, tally, parts=" ".join(surfaces))
        return None
    tally.use("limit-fuzzies", typed.start, typed.end)
    edits = _number(digits) if digits else 1
    if not tally.fits("limit-edits", edits, f"~{digits}", typed.end - len(digits) - 1):
        return None
    if edits == 0:
        return Term(surfaces[0], typed.field, exact=True)
    return Fuzzy(surfaces[0], typed.field, edits)


def _url(rest: str, typed: Typed, tally: Tally) -> Node | None:
    """A pasted URL: the article that has it as its own, links to it or shows it."""
    surfaces = _surfaces(rest, typed, tally)
    if not surfaces:
        return None
    fields = (typed.field,) if typed.field else (*_URL_FIELDS, None)
    nodes = tuple(words_node(surfaces, field, exact=True) for field in fields)
    return nodes[0] if len(nodes) == 1 else Or(nodes)


def _surfaces(text: str, typed: Typed, tally: Tally) -> tuple[str, ...]:
    """The analysed words of ``text``, counted; empty where it has none or one is too long."""
    text = one_spelling(text)
    tokens = [token for token in analysis.tokens(text) if token.surface.strip()]
    if not tokens:
        _remark("ignored-symbols", typed, tally)
        return ()
    tally.use("limit-terms", typed.start, typed.end, len(tokens))
    for token in tokens:
        raw = text[token.start : token.end]
        if not tally.fits("limit-word", len(raw), raw, typed.start):
            return ()
    return tuple(token.surface for token in tokens)


def _number(digits: str) -> int:
    """``digits`` as a number; anything else or absurdly long is more than any limit allows."""
    return int(digits) if digits.isdecimal() and len(digits) <= _LONGEST_NUMBER else 10**9


def _remark(kind: str, typed: Typed, tally: Tally, fragment: str = "", **values: str) -> None:
    shown = quoted(fragment or typed.text)
    tally.remarks.append(diagnose(kind, typed.start, typed.end, fragment=shown, **values))
