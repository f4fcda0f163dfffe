"""Text without the tags and codes that web pages and content systems leave in it.

Floor 2.  For text that is not a page but has bits of one: ``<p>`` in a description, ``<br>``
in markdown, Drupal's media tokens, BBCode.  Invariant: words in angle brackets that are no
HTML tag stay (``<name withheld>``).
"""

from __future__ import annotations

import re

from .links import Addresses

_KNOWN_TAGS = (
    "a abbr address article aside audio b big blockquote body br button caption center cite code "
    "col colgroup dd del details div dl dt em embed figcaption figure font footer form h1 h2 h3 "
    "h4 h5 h6 head header hr html i iframe img input ins label li link main mark meta nav "
    "noscript object ol option p picture pre q s script section select small source span strike "
    "strong style sub summary sup svg table tbody td textarea tfoot th thead time title tr tt u "
    "ul video wbr o:p"
)
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b[^<>]{0,500}>.*?(?:</\1\s*>|\Z)"
    r"|</?(" + "|".join(_KNOWN_TAGS.split()) + r")(?:\s[^<>]{0,4000})?/?>",
    re.IGNORECASE | re.DOTALL,
)
_BREAKING = frozenset("br dd dt li option tr wbr".split())
_INLINE = frozenset(
    "a abbr b big button cite code del em font i input ins label mark q s small span strike "
    "strong sub sup time tt u o:p".split()
)
_HREF = re.compile(r"\b(?:href|src)\s*=\s*[\"']?([^\s\"'<>]+)", re.IGNORECASE)
_AUTOLINK = re.compile(r"<(?:mailto:)?((?:https?://|www\.)[^\s<>]+|[^\s<>@]+@[^\s<>@]+)>", re.I)


def without_tags(text: str, found: Addresses | None) -> str:
    """``text`` without HTML tags; words in angle brackets that are no tags stay."""

    def replace(match: re.Match[str]) -> str:
        tag = (match[2] or "").lower()
        address = _HREF.search(match.group()) if tag and found is not None else None
        if address and found is not None:
            found.add(address[1])
        if not tag:
            return ""
        if tag in _INLINE:
            return ""
        return "\n" if tag in _BREAKING else "\n\n"

    return _TAG.sub(replace, _AUTOLINK.sub(r"\1", text))


_BBCODE = re.compile(
    r"\[/?(?:video|img|url|embed|audio|media|caption|b|i|u|quote)(?:=[^\[\]\n]{0,500})?\](?![\[(:])"
)
_TOKEN_START, _TOKEN_END = "[[{", "}]]"


def without_site_codes(text: str) -> str:
    """``text`` without what content systems leave in it: Drupal's media tokens, BBCode tags."""
    if _TOKEN_START in text:
        kept: list[str] = []
        at = 0
        while (start := text.find(_TOKEN_START, at)) >= 0:
            end = text.find(_TOKEN_END, start)
            if end < 0:
                break
            kept += text[at:start], " "
            at = end + len(_TOKEN_END)
        text = "".join((*kept, text[at:]))
    return _BBCODE.sub(" ", text)
