"""The standfirst of an article: what its site says it is about, else its first sentence.

Floor 2.  Invariant: a lead is never cut in mid-sentence, never the headline again, never
what the site says about every page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .. import masks
from ..sentences import sentences
from .contact import contact_spans
from .markup import plain
from .titles import clean_title, same_text

KEYS = ("og.description", "description", "summary", "standfirst", "excerpt", "twitter.description")
# What shows that a description was cut, and what each of them holds.
_CUT = re.compile(r"(?:…|\.{2,}|\[\s*(?:…|\.\.\.)\s*\]|\(more\)|read more)\W*$", re.IGNORECASE)
_MAY_BE_CUT = ("…", "..", "(", "read")
_ENDS_WELL = re.compile(r"[.!?][\"'”’)\]]*$")
_SITE_WIDE = re.compile(
    r"(?:the )?latest news\b|welcome to\b|news (?:and|&) appeals\b"
    r"|this website uses cookies|news article$|press releases?$",
    re.IGNORECASE,
)
_OFFICIAL = re.compile(r".{0,60}\bofficial (?:web ?site|site)\b", re.IGNORECASE)
_MARKS = "*_`\\•"
_ADDRESS = re.compile(r"://|\.(?<=\w\.)\w{2,}/")
_MOST = 320
_FEW_WORDS = 6
_PROBE = 40
_FAR = 2_000
_LINES = 12
_CONTACT_SIGNS = ("101", "999", "0800", "rimestoppers", "@", "contact", "ouch", "come forward")


def lead_of(
    meta: Mapping[str, str], title: str, body: str, prose: str, names: Sequence[str]
) -> str:
    """The site's own description when it is whole and says something; else a sentence.

    ``prose`` is ``body`` with what only tells how to make contact blanked; ``names`` are those of
    the publishing force, cut from a description as from a headline.
    """
    for key in KEYS:
        value = meta.get(key, "")
        if value and _is_marked(value):
            value = " ".join(plain(value).text.split())
        if value and _is_whole(value, body) and not same_text(clean_title(value, names), title):
            told = _told(value)
            if len(told.split()) >= _FEW_WORDS:
                return told
    return first_sentence(prose)


def _told(value: str) -> str:
    """``value`` without whom to ring."""
    spans = contact_spans(value) if any(map(value.__contains__, _CONTACT_SIGNS)) else ()
    return " ".join(masks.without(value, spans).split()) if spans else value


def _is_marked(value: str) -> bool:
    """Whether ``value`` holds markdown or an address."""
    return any(mark in value for mark in _MARKS) or (
        "/" in value and _ADDRESS.search(value) is not None
    )


def _is_whole(value: str, body: str) -> bool:
    """Whether ``value`` is a complete text about this one article."""
    if len(value) > _MOST or len(value.split()) < _FEW_WORDS:
        return False
    low = value.lower()
    if any(mark in low for mark in _MAY_BE_CUT) and _CUT.search(value):
        return False
    if _SITE_WIDE.match(value) or ("official" in low and _OFFICIAL.match(value)):
        return False
    if _ENDS_WELL.search(value):
        return True
    # Cut by length without a mark: the body goes on in mid-sentence where it stops.  Spaces
    # do not count, because descriptions lose those between paragraphs.
    probe = "".join(value.split())[-_PROBE:]
    text = "".join(body[: 4 * _MOST].split())
    at = text.find(probe)
    return at < 0 or text[at + len(probe) : at + len(probe) + 1] in ("", *".!?…")


def first_sentence(body: str) -> str:
    """The first sentence of ``body`` that reads as one: not a caption, not a telephone number."""
    spare = ""
    for line in [line for line in body.split("\n") if line.strip()][:_LINES]:
        start, end = sentences(line[:_FAR])[0]
        sentence = line[start:end]
        spare = spare or sentence
        if len(sentence.split()) >= _FEW_WORDS and _ENDS_WELL.search(sentence):
            return sentence
    return spare
