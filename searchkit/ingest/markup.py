"""Markdown to the text a reader sees, with addresses set apart.

Floor 2.  Written for scraped markdown: marks that never close, empty bold, bullets typed as
characters.  Blocks are separated by one empty line, points of a list and line breaks
by a line end.  Invariant: ``plain`` is idempotent on its own text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyromark

from .characters import fold, unescape
from .links import Addresses, shorten

_EVENTS = pyromark.Markdown(
    options=pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
).events
_MAX_ROUNDS = 8

# What a pass can leave behind that a further pass might read as a mark.
_SUSPECT = re.compile(
    r"[*_`\\<\[\]~&]|^(?:#|[-+>=•·▪◦●‣\uf0b7|])",
    re.MULTILINE,
)
_MAY_HOLD_TABLE = re.compile(r"^[ \t]*\|?[ \t]*:?-{2,}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PlainText:
    """What is left of marked-up text: ``heading`` is its first level 1 heading, or empty."""

    text: str
    heading: str = ""
    links: tuple[str, ...] = ()
    media: tuple[str, ...] = ()


def plain(markdown: str) -> PlainText:
    """``markdown`` as text, with the addresses it linked to or named."""
    found = Addresses()
    heading = ""
    text = markdown
    for _ in range(_MAX_ROUNDS):
        clean, first = _once(text, found)
        heading = heading or first
        if clean == text:
            break
        text = clean
        if not _SUSPECT.search(text):
            break
    return PlainText(text, heading, tuple(found.links), tuple(found.media))


def plain_page(text: str, found: Addresses) -> str:
    """Text that never was markdown (a page's): only characters, addresses and spaces change."""
    while True:
        clean = tidied(shorten(unescape(fold(text)), found))
        if clean == text:
            return text
        text = clean


def _once(text: str, found: Addresses) -> tuple[str, str]:
    """One pass over ``text``: the text it leaves, and its first level 1 heading."""
    text = unescape(fold(text))
    if "<" in text:
        text = _without_tags(text, found)
    if "[" in text:
        text = _SITE_CODE.sub(" ", text)
    text = shorten(text, found)
    text = _unwrapped(_prepared(text))
    pieces = _Pieces(found)
    pieces.feed(_EVENTS(text))
    return tidied(_without_stray_marks("".join(pieces.parts))), tidied(pieces.heading)


# --- before the parser ------------------------------------------------------------------

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


def _without_tags(text: str, found: Addresses | None) -> str:
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


# What content systems leave in a text: Drupal's media tokens, BBCode tags.
_SITE_CODE = re.compile(
    r"\[\[\{.{0,8000}?\}\]\]|\[/?(?:video|img|url|embed|audio|media|caption|b|i|u|quote)(?:=[^\]\n]{0,500})?\]",
    re.DOTALL,
)


def stripped(text: str) -> str:
    """``text`` of a metadata value: references resolved, tags gone, on one line."""
    text = unescape(fold(text)) if "&" in text or not text.isascii() else text
    if "<" in text:
        text = _without_tags(text, None)
    if "[" in text:
        text = _SITE_CODE.sub(" ", text)
    return tidied(" ".join(text.split()))


_EMPTY_BOLD = re.compile(r"(?<!\*)\*\*([ \t]+)\*\*(?!\*)")
_EMPTY_ITALIC = re.compile(r"(?<![\w_])_([ \t]+)_(?![\w_])")
_FOOTNOTE_STAR = re.compile(r"\((\*{1,3})\)")
# Masked words: f***, s**t, b****d; a longer word before the stars carries a mark, not a mask.
_MASKED = re.compile(r"(?<![\w./@])([A-Za-z][a-z]{0,2})(\*{2,})(?=[a-z]{1,5}\b|(?<=\*{3})(?!\w))")
_LINE_START = re.compile(
    r"(?P<mark>[-+*•·▪◦●‣\uf0b7][ \t]+|[•▪◦●‣\uf0b7])|(?P<number>\d{1,9})(?P<stop>[.)])(?=\s|$)"
    r"|(?P<hashes>#{2,6})(?=[^\s#])|(?P<reference>\[[^\]]*\]:(?!\s*(?:https?:|<)))"
)
_ONLY_MARKS = re.compile(r"[-=_*~#>+•·.\\ \t]*")
_FENCE = re.compile(r"(?:`{3,}|~{3,})[ \w-]*")


def _prepared(text: str) -> str:
    """``text`` with everything escaped or dropped that the parser would take for what it is not.

    Indents go (no code in a press release), so do lines of nothing but marks; numbers in
    front of points stay as typed.
    """
    keep_rules = "|" in text and _MAY_HOLD_TABLE.search(text) is not None
    text = text.replace("<", "\\<") if "<" in text else text
    if "*" in text:
        text = _FOOTNOTE_STAR.sub(lambda m: "(" + "\\*" * len(m[1]) + ")", text)
        text = _MASKED.sub(lambda m: m[1] + "\\*" * len(m[2]), text)
        text = _EMPTY_BOLD.sub(r"\1", text)
    if "_" in text:
        text = _EMPTY_ITALIC.sub(r"\1", text)
    lines = []
    for raw in text.split("\n"):
        line = raw.strip()
        if line and not line[0].isalpha():
            line = _prepared_line(line, keep_rules)
        lines.append(line)
    return "\n".join(lines)


def _prepared_line(line: str, keep_rules: bool) -> str:
    """One line that begins with something other than a letter."""
    if _FENCE.fullmatch(line) or (
        _ONLY_MARKS.fullmatch(line) and any(c not in ".… " for c in line)
    ):
        return "" if not (keep_rules and "-" in line and "|" in line) else line
    start = _LINE_START.match(line)
    if start is None:
        return line
    rest = line[start.end() :]
    if start["mark"]:
        return "* " + rest.lstrip() if rest.strip() else ""
    if start["number"]:
        return f"{start['number']}\\{start['stop']}{rest}"
    if start["hashes"]:
        return f"{start['hashes']} {rest}"
    return "\\" + line


_WRAP_AT_LEAST, _WRAP_AT_MOST = 50, 100


def _unwrapped(text: str) -> str:
    """``text`` with hard-wrapped paragraphs joined: line ends that only fold long lines.

    Text counts as hard-wrapped when no line is long and no line could have taken the first
    word of the next; a line end that fails this was meant.
    """
    lines = text.split("\n")
    width = max(map(len, lines))
    if not _WRAP_AT_LEAST <= width <= _WRAP_AT_MOST:
        return text
    joins = []
    for number, (line, following) in enumerate(pairwise(lines)):
        if not line or not following or following[:2] == "* " or following[0] in "#>|\\":
            continue
        if line[0] in "#|" or len(line) + 1 + len(following.split(None, 1)[0]) <= width:
            return text
        joins.append(number)
    if len(joins) < 2:
        return text
    for number in reversed(joins):
        lines[number] += " " + lines.pop(number + 1)
    return "\n".join(lines)


# --- the parser's events ----------------------------------------------------------------


class _Pieces:
    """Collects the text of markdown events, and the addresses they link to."""

    def __init__(self, found: Addresses) -> None:
        self.parts: list[str] = []
        self.heading = ""
        self._found = found
        self._lists = 0
        self._images = 0
        self._heading_from: int | None = None

    def feed(self, events: Iterable[Any]) -> None:
        for event in events:
            if isinstance(event, str):
                if event in ("SoftBreak", "HardBreak"):
                    self.parts.append("\n")
            elif "Text" in event:
                if not self._images:
                    self.parts.append(event["Text"])
            elif "Code" in event:
                self.parts.append(event["Code"])
            elif "Start" in event:
                self._start(event["Start"])
            elif "End" in event:
                self._end(event["End"])

    def _start(self, tag: Any) -> None:
        name, value = _named(tag)
        if name in ("Link", "Image"):
            self._found.add(value["dest_url"])
            self._images += name == "Image"
        elif name == "List":
            self._lists += 1
        elif name == "Heading" and value["level"] == "H1" and not self.heading:
            self._heading_from = len(self.parts)

    def _end(self, tag: Any) -> None:
        name, _ = _named(tag)
        if name == "List":
            self._lists -= 1
        elif name == "Image":
            self._images -= 1
        elif name == "Heading" and self._heading_from is not None:
            self.heading = "".join(self.parts[self._heading_from :])
            self._heading_from = None
        if not self._lists:
            self.parts.append(_AFTER.get(name, ""))
        elif not (self.parts and self.parts[-1] == "\n"):
            self.parts.append(_AFTER_IN_LIST.get(name, ""))


_BLOCKS = ("Paragraph", "Heading", "List", "BlockQuote", "Table", "CodeBlock", "HtmlBlock")
_AFTER = dict.fromkeys(_BLOCKS, "\n\n") | {"TableRow": "\n", "TableHead": "\n", "TableCell": ", "}
_AFTER_IN_LIST = dict.fromkeys((*_BLOCKS, "Item"), "\n") | {"TableCell": ", "}


def _named(tag: Any) -> tuple[str, Any]:
    """The name and the value of an event's tag."""
    if isinstance(tag, str):
        return tag, None
    ((name, value),) = tag.items()
    return name, value


# --- after the parser -------------------------------------------------------------------

_LEFT_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\(([^()\n]{0,600})\)")
_STRAY_STARS = re.compile(r"(?<=\w)\*{2,}(?=\w)|\*{2,}|(?<!\S)\*(?!\S)")
# A star in front of a line is a footnote where a word of the text has one too, else a bullet.
_LEADING_STAR = re.compile(r"^\*(?=\S)", re.MULTILINE)
_FOOTNOTED = re.compile(r"[\w).,%:’'”\"]\*(?!\w)")
_STRAY_UNDERSCORES = re.compile(
    r"(?<![\w@/])_+(?=[^\W_])|(?<![\w@/])_+(?!\w)|(?<=[^\W_])_+(?![\w@])"
)


def _without_stray_marks(text: str) -> str:
    """``text`` without the emphasis marks that the parser could not pair.

    One star after a word (a footnote) and the stars of a masked word (``f***ing``) are prose.
    """
    if "](" in text:
        text = _LEFT_LINK.sub(r"\1", text)
    if "*" in text:
        masked = {at for m in _MASKED.finditer(text) for at in range(*m.span(2))}

        def unstarred(match: re.Match[str]) -> str:
            if match.start() in masked:
                return match.group()
            around = text[match.start() - 1 : match.start()] + text[match.end() : match.end() + 1]
            return " " if len(around) == 2 and around.isalnum() else ""

        text = _STRAY_STARS.sub(unstarred, text)
        if not _FOOTNOTED.search(text):
            text = _LEADING_STAR.sub("", text)
    if "_" in text:
        text = _STRAY_UNDERSCORES.sub("", text)
    return text


_RUNS = re.compile(r"[ \t]{2,}|\t")
_AROUND_LINE_ENDS = re.compile(r" +\n *|\n +")
_MANY_LINE_ENDS = re.compile(r"\n{3,}")
# Scrapers put a space where a tag was: "Essex 's", "haven 't", "** town** , ** town**".
_SPLIT_APOSTROPHE = re.compile(r"(?<=[A-Za-z]) (['’])(?=(?:s|t|re|ve|ll|d|m)\b)")
_SPLIT_STOP = re.compile(r"(?<=[\w”\")…]) (?=[,.](?:\s|$))")


def tidied(text: str) -> str:
    """``text`` with single spaces, at most one empty line, and no space lost before ``'s``."""
    if "  " in text or "\t" in text:
        text = _RUNS.sub(" ", text)
    if " \n" in text or "\n " in text:
        text = _AROUND_LINE_ENDS.sub("\n", text)
    if "\n\n\n" in text:
        text = _MANY_LINE_ENDS.sub("\n\n", text)
    text = text.strip()
    if " '" in text or " ’" in text:
        text = _SPLIT_APOSTROPHE.sub(r"\1", text)
    if " ," in text or " ." in text:
        text = _SPLIT_STOP.sub("", text)
    return text
