"""Incident, crime and log numbers in a text, and the names of police operations.

Floor 2.  A number counts near a word that announces it (``quoting``, ``crime number``,
``CAD``) or in a shape that only references have (``35/60797/20``).  Invariant: telephone
numbers, dates, times, ages and sums of money are never references; every reference is
as ``normalise_reference`` spells it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..refnumbers import FILLERS, LABELS, OF_DAY, normalise_reference
from .figures import shape

_PART = r"(?:[A-Z]{0,2}\d+[A-Z]{0,2}|[A-Z]{1,3})(?![A-Za-z0-9])"
# Letters that belong to the number and stand before its first figure: PR/P, CF, NYP-, HW/FM/.
_PREFIX = r"(?:(?:[A-Z]{1,3}/){2}|[A-Za-z]{1,5}(?:[/-] ?)?[A-Z]?|(?:NYP|CC) )"
_NUMBER = (
    rf"{_PREFIX}?\d+(?:[A-Z]{{2,4}}(?:\d+|(?=/))|[A-Zsi])?"
    rf"(?:(?: ?/ ?(?=[A-Z]?\d)|/(?=[A-Z]{{1,3}}(?:/|\b))|[*:_-]){_PART})*"
)
_SLASH_DAY = r"\d{1,5} ?/ ?\d{1,2} ?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_VALUE = re.compile(
    rf"((?i:{_SLASH_DAY}(?: ?\d{{4}}| ?\d{{2}})?)|{_NUMBER})(?![A-Za-z0-9])((?i:{OF_DAY}))?"
)
_FIGURE = re.compile(rb"0[0/*:.,-]*")
"""A figure and the marks within it, in the shape of a text."""
_REACH = 60
"""Characters before a figure in which the words that announce it stand."""
_NEAREST = 36
_LETTERS = re.compile(r"[a-z]+")
_NEAR = frozenset(
    "crime crimes incident incidents occurrence event serial log case investigation enquiry job "
    "cad isr iml urn storm niche quote quoting quoted ref refs reference references number "
    "numbers no nos report code id".split()
)
_GAP = r"[ \t.:;#*_(\[\"'“”‘’,/-]"
_CUE = re.compile(
    rf"(?<![\w-])((?i:(?:{LABELS})\b(?:{_GAP}+(?:{FILLERS})\b)*))(?:\(s\))?{_GAP}*({_PREFIX}?)$"
)
# What such a word and the signs behind it end with, from the last space before the number on.
_CUE_END = re.compile(rf"(?:(?<![^\W_])(?i:{FILLERS})\b(?:\(s\))?|^){_GAP}*{_PREFIX}?$")
# Strong enough to announce a short number: not "incident 12", but "incident number 123".
_EXPLICIT = re.compile(
    r"(?i)\b(?:quot|ref|(?:numbers?|nos?|log|serial|isr|iml|cad|urn|storm|niche)\b)"
)
# "Quoting Operation Blackboard or 44200068330": too long for a year or a sum, no telephone's 0.
_LONG = re.compile(r"[1-9]\d{9,11}(?![\w/*:-]|[.,]\d)")
_LEAST_LONG = 10
_PUNCTUATION = "/*:.,-"
# The serial number of a bicycle or a generator, unless a day follows it.
_GOODS = re.compile(r"(?i)^serial.{1,3}(?:numbers?|nos?)\b")
_NUMBERED = re.compile(r"(?i)\b(?:numbers?|nos?|ref(?:erence)?s?)\b")
_ALSO = re.compile(r"(?:,|;)? ?(?:(?:and|or|&) )?(?=[A-Za-z/-]{0,7}\d)")
# Shapes that need no announcement: 35/60797/20, 21*97936, PR/P19275677, CC-22102020-0391.
_UNMISTAKABLE = re.compile(
    r"[0-9A-Z](?<![\w/.*-].)(?:(?<=[0-9])[0-9](?:/\d{3,6}/\d{2}|\*\d{4,7})"
    r"|(?<=P)R/P?\d{6,}|(?<=[A-Z])[A-Z]{1,3}-[0-9]{8}-\d{4})(?![\w/*]|-\d)"
)
# In the shape of a text: where one of them may stand, if it does not hold "PR/".
_MARKED = re.compile(rb"0(?:(?<![\w/.*-]0)0(?:/[0?]{3}|\*[0?]{4})|(?<=[A-Z]-0)0{7}-[0?]{4})")
_EMERGENCY = frozenset({"101", "105", "111", "112", "999", "18000", "116000", "116123"})
# Days, months of a year, and spans of years (2019/20), however written.
_DATE_LIKE = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])([/-])(?:0?[1-9]|1[0-2])(?:\1(?:\d{2}|\d{4}))?"
    r"|\d{1,2}[/-](?:19|20)\d\d|(?:19|20)\d\d[/-](?:19|20)?\d\d"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
# What follows a figure that counts something: 4,708 / 12.5 / 50% / 9:30am / a telephone number.
_NOT_AFTER = re.compile(
    r",\d{3}|\.\d|%|[ -]?(?:am|pm|per|percent|years?|months?|weeks?|days?|hours?|people|times"
    r"|officers|crimes|incidents|offences)\b| \d{3}"
)


def references(text: str, meta_value: str = "", flat: bytes | None = None) -> tuple[str, ...]:
    """The references in ``text``, normalised, in order of appearance, each once.

    ``meta_value`` is a reference that stands alone in metadata; it comes first.  ``flat`` is the
    shape of ``text``, for whoever has it already.
    """
    found: dict[str, None] = {}
    if meta_value and any(c.isdigit() for c in meta_value):
        found[normalise_reference(meta_value)] = None
    flat = shape(text) if flat is None else flat
    reached = 0
    for figure in _FIGURE.finditer(flat):
        at, end = figure.span()
        if at < reached:
            continue
        first = at - _REACH if at > _REACH else 0
        announced = _may_announce(text[text.rfind(" ", first, at - 1) + 1 or first : at])
        if not announced and end - at < _LEAST_LONG:
            continue
        near = text[max(0, at - _NEAREST) : at].lower()
        if _NEAR.isdisjoint(_LETTERS.findall(near)):
            continue
        lead = text[first:at]
        cue = _CUE.search(lead) if announced else None
        if cue is not None and not _in_address(lead):
            reached = _announced(text, at - len(cue[2]), cue[1], found)
        elif _LONG.match(text, at) and _EXPLICIT.search(lead) and lead[-1].isspace():
            found[text[at:end].rstrip(_PUNCTUATION)] = None
    if "PR/" in text or _MARKED.search(flat):
        for match in _UNMISTAKABLE.finditer(text):
            found[normalise_reference(match.group())] = None
    return tuple(found)


@lru_cache(maxsize=4096)
def _may_announce(word: str) -> bool:
    """Whether a number may be announced that ``word`` stands before, the last between spaces."""
    return _CUE_END.search(word) is not None


def _in_address(lead: str) -> bool:
    """Whether ``lead`` breaks off within a web address."""
    words = lead.split()
    inside = bool(words) and not lead[-1].isspace()
    return inside and ("://" in words[-1] or words[-1].startswith(("www.", "/")))


def _announced(text: str, at: int, cue: str, found: dict[str, None]) -> int:
    """Add to ``found`` the numbers from ``at`` on that ``cue`` announces; where the last ends."""
    explicit, numbered, goods = _strength(cue)
    while True:
        match = _VALUE.match(text, at)
        if match is None:
            return at
        whole, number = match[0], match[1]
        reference = normalise_reference(whole)
        if " OF " in reference:
            at = match.end()
        elif (
            goods
            or not _believable(number, explicit, numbered)
            or _NOT_AFTER.match(text, match.end(1))
        ):
            return at
        else:
            if number != whole:
                reference = normalise_reference(number)
            at = match.end(1)
        found[reference] = None
        also = _ALSO.match(text, at)
        if also is None or not also.group():
            return at
        at, explicit, numbered = also.end(), False, False


@lru_cache(maxsize=1024)
def _strength(cue: str) -> tuple[bool, bool, bool]:
    """Whether ``cue`` announces a short number, says that it is a number, and means goods."""
    return (
        _EXPLICIT.search(cue) is not None,
        _NUMBERED.search(cue) is not None,
        _GOODS.search(cue) is not None,
    )


def _believable(number: str, explicit: bool, numbered: bool) -> bool:
    """Whether ``number``, tied to no day, can be a reference."""
    if number.isdigit():
        digits = len(number)
        if number in _EMERGENCY or (number[0] == "0" and digits >= (11 if numbered else 10)):
            return False
        return digits >= 6 or (explicit and digits >= 3 and not _YEAR.fullmatch(number))
    if ":" in number:
        return numbered
    digits = sum(map(str.isdigit, number))
    return digits >= 4 and not _DATE_LIKE.fullmatch(number)


_NAME = r"[A-Z][a-z]+(?:['’](?:s\b)?[a-z]*)?(?:-[A-Z][a-z]+)?"
_OPERATION = re.compile(
    r"O(?:(?<=#O)p(?:eration)?([A-Z][a-z]+)([A-Z][a-z]+)?\b"
    rf"|(?<![\w-]O)(?:(?:peration|p\.?) ?[*_\"'“‘]*({_NAME})(?:[ ]({_NAME})(?![\w-]))?"
    r"|PERATION [\"'“‘]?([A-Z]{3,})\b))"
)
_POSSESSIVE = re.compile(r"['’]s?$")
# Words that stand after "Operation" in headlines and titles of posts, and name nothing.
_NO_NAME = frozenset(
    "Unit Units Support Team Teams Department Division Manager Managers Director Room Group "
    "Centre Command Commander Officer Officers Training Sergeant Inspector Police Detective "
    "Superintendent Chief Assistant Deputy Constable Week Campaign Results Result Day "
    "Investigation Awareness Area Project Key Press Staff Lead Leads Launches Launched Launch "
    "Targeting Targets Tackles Tackling Sees See Continues Returns Returned Underway Update "
    "Supported Sends Over Defendants Court Road Roads Rural Multi Against Across Following After "
    "Before During For From In Into On At To By With And Of Or The A An Is Are Was Were Has Have "
    "Will We He She They It This That These As If No Not More Who What When North South East "
    "West Northern Southern Eastern Western Monday Tuesday Wednesday Thursday Friday Saturday "
    "Sunday January February March April May June July August September October November "
    "December".split()
)


def operations(text: str) -> tuple[str, ...]:
    """Names of police operations in ``text``, in lower case without the word ``operation``, in
    order of appearance, each once.

    A second capitalised word belongs to the name (``close pass``) unless it is a rank, a unit
    or the like, or the text uses the first word alone as well.
    """
    if "Op" not in text and "OPERATION" not in text:
        return ()
    pairs: list[tuple[str, str]] = []
    for match in _OPERATION.finditer(text):
        first = match[1] or match[3] or match[5].capitalize()
        second = match[2] or match[4] or ""
        if _POSSESSIVE.sub("", first) not in _NO_NAME:
            pairs.append((first, "" if second in _NO_NAME else second))
    alone = {_plain(first, last=True) for first, second in pairs if not second}
    names: dict[str, None] = {}
    for first, second in pairs:
        single = _plain(first, last=True)
        whole = f"{_plain(first)} {_plain(second, last=True)}"
        names[single if not second or single in alone else whole] = None
    return tuple(names)


def _plain(word: str, last: bool = False) -> str:
    """``word`` in lower case without apostrophes; the ``last`` of a name loses its ``'s``."""
    bare = _POSSESSIVE.sub("", word) if last else word
    return bare.replace("'", "").replace("’", "").lower()
