"""Where the sentences of a text begin and end.

Floor 1: imports nothing of searchkit.  Made for press releases in British English:
titles and ranks (``Det. Insp.``), times (``2.30pm``, ``9 a.m.``), initials, web
addresses, and quotations that close after the full stop.
Invariant: the spans are ordered, do not overlap, begin and end with a character that
is not white space, and hold every such character of the text.
"""

from __future__ import annotations

import re

_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_LINE_ENDS = frozenset(_BREAKS)
_STOPS = ".!?…"
_CLOSERS = "\"'”’»)]}*_"
# A run of stops from its second on, with the quotes and brackets that close after it.
_RUN = rf"(?<![{_STOPS}].)[{_STOPS}]*(?![{_STOPS}])[{re.escape(_CLOSERS)}]*(?=\s|$)"
# A line end, or a run of stops; then space.
_END = re.compile(rf"[{_BREAKS}{_STOPS}](?:(?<=[{_BREAKS}])|{_RUN})\s*")
# The same where nothing but full stops ends a sentence: one sign is found much sooner than any.
_FULL_STOP = re.compile(rf"\.{_RUN}\s*")
_OPENERS = "\"'“‘«([{*_"
_CONTINUES = frozenset(",;:.…!?)]")

# Never the last word of a sentence: something named, numbered or listed must follow.
_LEADING = frozenset(
    "mr mrs ms mx dr prof rev revd hon sir st fr messrs pc dc sgt sergt insp supt cllr "
    "det ds di dci dcs ch capt col lt gen cmdr cpl pte maj eg ie e.g i.e viz cf vs approx "
    "fig ref tel ext a.k.a aka dept".split()
)
# May end a sentence: they do not when a word in lower case or a number follows.
_EITHER = frozenset(
    "a.m p.m am pm etc ltd plc inc co jr snr sr jnr bros esq "
    "jan feb mar apr aug sept sep oct nov dec mon tue tues wed thu thur thurs fri sat".split()
)
_NUMBERED = frozenset("no nos p pp para sec art vol".split())
_LONGEST = 7  # letters; more than any word above has
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")


def sentences(text: str) -> list[tuple[int, int]]:
    """The (start, end) character spans of the sentences of ``text``, ``end`` exclusive.

    A line end always ends a sentence; white space between sentences belongs to none.
    """
    start = len(text) - len(text.lstrip())
    plain = _is_plain(text)
    if plain and text.find(".", start, -1) < 0 and start < len(text):
        return [(start, len(text.rstrip()))]
    found = []
    for match in (_FULL_STOP if plain else _END).finditer(text, start):
        if not _ends(text, start, match):
            continue
        end = match.end()
        found.append((start, start + len(text[start:end].rstrip())))
        start = end
    if start < len(text):
        found.append((start, len(text.rstrip())))
    return found


def _is_plain(text: str) -> bool:
    """Whether ``text`` is one line without other stops than full stops."""
    others = "!" in text or "?" in text or "…" in text
    return not others and text.splitlines() == [text]


def _ends(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether the stop found ends the sentence that began at ``start``."""
    upcoming = text[stop.end() : stop.end() + 1]
    if not upcoming or not _LINE_ENDS.isdisjoint(stop.group()):
        return True
    if upcoming.islower() or upcoming in _CONTINUES:
        return False
    at = stop.start()
    if text[at] != "." or text[at + 1] in _STOPS:
        return True
    if at - start > _LONGEST and text[at - _LONGEST : at].isalpha():
        return True
    word = text[max(start, at - 24) : at].rpartition(" ")[2].rpartition("/")[2].lstrip(_OPENERS)
    lower = word.lower()
    if lower in _LEADING or _opens_a_list_entry(text, start, at, word):
        return False
    if lower in _NUMBERED or lower in _EITHER:
        return not upcoming.isdigit()
    is_initial = len(word) == 1 and word.isupper() and word != "I"
    return not (is_initial or _DOTTED.fullmatch(word))


def _opens_a_list_entry(text: str, start: int, at: int, word: str) -> bool:
    """Whether ``word`` is the ``1`` of ``1. First point`` at the start of a sentence."""
    return len(word) <= 2 and word.isdigit() and not text[start : at - len(word)].strip(_OPENERS)
