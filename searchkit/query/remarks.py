"""Everything the query language says about a query text: one table of diagnostic kinds.

Floor 2.  The lexer, the limits and the parser name a kind; wording, hint and weight
stand here alone.  Invariant: every fragment quoted in a message is printable and short,
whatever was typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..errors import Diagnostic

_LONGEST_QUOTE = 40
_MERGED = "ignored-symbols"


class Remark(NamedTuple):
    """Wording of one kind of diagnostic; ``fatal`` ones stop the search, others warn.

    ``message`` and ``hint`` are ``str.format`` templates.
    """

    message: str
    hint: str = ""
    fatal: bool = False


REMARKS: dict[str, Remark] = {
    # What cannot be answered.
    "unknown-field": Remark("unknown field {name}: (column {column})", "{hint}", fatal=True),
    "unavailable-field": Remark(
        "{name}: is not available in this version (column {column})",
        "leave {name}: out to search for the words themselves, or use title: or body:",
        fatal=True,
    ),
    "unknown-force": Remark("{message}", "{hint}", fatal=True),
    "unknown-region": Remark("{message}", "{hint}", fatal=True),
    "unknown-nation": Remark("{message}", "{hint}", fatal=True),
    "unknown-state": Remark(
        "{name}:{fragment} is not something an article can be (column {column})",
        "use is:dated or is:undated",
        fatal=True,
    ),
    "unknown-tag": Remark(
        "{name}:{fragment} is no known {name} (column {column})", "{hint}", fatal=True
    ),
    "bad-date": Remark("{message} (column {column})", "{hint}", fatal=True),
    "lone-wildcard": Remark(
        "* alone stands for every word (column {column})",
        "leave the query empty to browse everything, or type the start of a word: knif*",
        fatal=True,
    ),
    "leading-wildcard": Remark(
        "{fragment} starts with a wildcard (column {column})",
        "type the start of the word instead: knif*",
        fatal=True,
    ),
    "inner-wildcard": Remark(
        "{fragment} has a wildcard inside the word (column {column})",
        "a * can only end a word: {stem}*",
        fatal=True,
    ),
    "compound-wildcard": Remark(
        "{fragment} is several words, and * can only end one (column {column})",
        "search for its parts: {parts}*",
        fatal=True,
    ),
    "value-wildcard": Remark(
        "{name}: takes whole values, not {fragment} (column {column})",
        "type the value in full; quotation marks make a * literal",
        fatal=True,
    ),
    "compound-fuzzy": Remark(
        "{fragment} is several words, and ~ can only follow one (column {column})",
        "search for its parts: {parts}~",
        fatal=True,
    ),
    # What would cost too much.
    "limit-characters": Remark(
        "the query has {count:,} characters; the limit is {limit:,}",
        "shorten the query",
        fatal=True,
    ),
    "limit-terms": Remark(
        "the query has more than {limit} words (column {column})", "leave words out", fatal=True
    ),
    "limit-word": Remark(
        "{fragment} is longer than {limit} characters (column {column})",
        "shorten it, or type the start of the word and a *",
        fatal=True,
    ),
    "limit-depth": Remark(
        "brackets stand more than {limit} deep (column {column})",
        "use fewer brackets inside brackets",
        fatal=True,
    ),
    "limit-prefix-letters": Remark(
        "{fragment} is too short for a wildcard (column {column})",
        "type at least {limit} letters before the *",
        fatal=True,
    ),
    "limit-prefixes": Remark(
        "the query has more than {limit} words with * (column {column})",
        "use fewer wildcards",
        fatal=True,
    ),
    "limit-fuzzies": Remark(
        "the query has more than {limit} words with ~ (column {column})",
        "use fewer words with ~",
        fatal=True,
    ),
    "limit-edits": Remark(
        "~ takes a number of changes up to {limit}, not {fragment} (column {column})",
        "use ~1 to ~{limit}",
        fatal=True,
    ),
    "limit-ranges": Remark(
        "the query has more than {limit} dates (column {column})",
        "use fewer dates, or one range: date:2019..2020",
        fatal=True,
    ),
    "limit-slop": Remark(
        "{fragment} is too wide a window (column {column})", "use ~1 to ~{limit}", fatal=True
    ),
    # What was not used, or may not mean what it seems to.
    "nothing-to-search": Remark(
        "nothing in this query can be searched for", "type a word of letters or digits"
    ),
    "ignored-symbols": Remark("{fragment} has no letters or digits, so it was left out"),
    "bad-character": Remark("{fragment} is not a character of any text, so it was left out"),
    "stray-operator": Remark(
        "{fragment} has nothing to work on, so it was left out",
        'put it in quotation marks to search for the word: "{name}"',
    ),
    "stray-sign": Remark("{fragment} has nothing to work on, so it was left out"),
    "unbalanced-quote": Remark(
        "a quotation mark is never closed, so the words after it are plain words",
        'close the phrase: "stop and search"',
    ),
    "unbalanced-bracket": Remark("{fragment} has no partner, so it was {treated}"),
    "empty-phrase": Remark("{fragment} holds no word, so it was left out"),
    "empty-brackets": Remark("{fragment} holds nothing, so it was left out"),
    "empty-field": Remark(
        "{name}: has no value, so {name} is a plain word",
        "write the value right after the colon, without a space",
    ),
    "unquoted-value": Remark(
        "{name}: takes only {fragment}; the words after it are plain words",
        'put the whole value in quotation marks: {name}:"{whole}"',
    ),
    "phrase-wildcard": Remark(
        "* means nothing inside quotation marks, so it was left out",
        "take the word out of the quotation marks",
    ),
    "ignored-stars": Remark("two or more * side by side are no wildcard, so they were left out"),
    "ignored-boost": Remark("{fragment} is ignored: words cannot be given weights"),
    "ignored-window": Remark(
        "{fragment} is ignored", 'a window needs two words or more and a number: "knife crime"~5'
    ),
    "not-a-minus": Remark(
        "{fragment} starts with a dash, not a minus, so it is a plain word",
        "use a hyphen to leave a word out: -london",
    ),
    "double-negation": Remark(
        "{fragment} says not more than once; it was read as one not", "use one - or NOT"
    ),
    "mixed-operators": Remark(
        "words side by side bind closer than OR; read as: {reading}",
        "use brackets to say which words belong together",
    ),
    "capital-operator": Remark(
        "{name} was read as an operator, because it is in capitals",
        "write it in lower case if it is a word",
    ),
}


def diagnose(kind: str, start: int, end: int, **values: object) -> Diagnostic:
    """The diagnostic of ``kind`` for the characters from ``start`` to ``end`` of the query.

    ``values`` fill the templates; ``column`` (from 1) is filled from ``start``.
    """
    remark = REMARKS[kind]
    values.setdefault("column", start + 1)
    return Diagnostic(
        kind,
        remark.message.format(**values),
        start,
        end,
        remark.hint.format(**values),
        remark.fatal,
    )


def quoted(fragment: str, longest: int = _LONGEST_QUOTE) -> str:
    """``fragment`` fit for a message: printable, on one line, at most ``longest`` characters."""
    shown = "".join(
        c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in fragment[: longest + 1]
    )
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def merged(remarks: Sequence[Diagnostic], text: str) -> list[Diagnostic]:
    """``remarks``, in order of place, with neighbours that say only that symbols were left out
    put together where nothing but white space parts them in ``text``."""
    if not remarks:
        return []
    kept: list[Diagnostic] = []
    first = last = None
    for remark in (*remarks, None):
        mergeable = remark is not None and remark.kind == _MERGED
        if first and last and not (remark and mergeable and _adjoin(last, remark, text)):
            kept.append(
                diagnose(_MERGED, first.start, last.end, fragment=_shown(text, first, last))
            )
            first = None
        if remark and mergeable:
            first, last = first or remark, remark
        elif remark:
            kept.append(remark)
    return kept


def _adjoin(one: Diagnostic, two: Diagnostic, text: str) -> bool:
    return not text[one.end : two.start].strip()


def _shown(text: str, first: Diagnostic, last: Diagnostic) -> str:
    return quoted(text[first.start : min(last.end, first.start + 2 * _LONGEST_QUOTE)])
