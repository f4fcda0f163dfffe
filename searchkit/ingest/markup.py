"""Markdown to the text a reader sees, with addresses set apart.

Floor 2.  Written for scraped markdown: marks that never close, empty bold, bullets typed as
characters.  Blocks are separated by one empty line, points of a list and line breaks
by a line end.  Invariant: ``plain`` is idempotent on its own text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyromark

from .characters import fold, unescape
from .links import Addresses, shorten
from .tags import without_site_codes, without_tags

_EVENTS = pyromark.Markdown(
    options=pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
).events
_MAX_ROUNDS = 8

# Prepared text without any of these, references and headings says nothing to a markdown parser
# but paragraphs.
_MARKS = "*_`\\[~"
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
    text, is_tidy = markdown.strip(), False
    for _ in range(_MAX_ROUNDS):
        ready, is_marked = _without_codes(text, found)
        if is_marked:
            pieces = _Pieces(found)
            pieces.feed(_EVENTS(ready))
            clean = tidied(_without_stray_marks("".join(pieces.parts)))
            heading = heading or tidied(pieces.heading)
        else:
            clean = ready if is_tidy and ready == text else tidied(ready)
        if clean == text:
            break
        text, is_tidy = clean, True
    return PlainText(text, heading, tuple(found.links), tuple(found.media))


def plain_page(text: str, found: Addresses) -> str:
    """Text that never was markdown (a page's): only characters, addresses and spaces change."""
    for _ in range(_MAX_ROUNDS):
        clean = tidied(shorten(unescape(fold(text)), found))
        if clean == text:
            break
        text = clean
    return text


def stripped(text: str) -> str:
    """``text`` of a metadata value: references resolved, tags gone, on one line."""
    if _is_clean(text):
        return text.strip()
    text = unescape(fold(text)) if "&" in text or not text.isascii() else text
    if "<" in text:
        text = without_tags(text, None)
    if "[" in text:
        text = without_site_codes(text)
    return tidied(" ".join(text.split()))


def stripped_all(texts: Collection[str]) -> list[str]:
    """``stripped`` of many values."""
    # With a sign between them that no test looks for, all are clean if they are together.
    if _is_clean("|".join(texts)):
        return [text.strip() for text in texts]
    return [stripped(text) for text in texts]


def _is_clean(text: str) -> bool:
    """Whether ``text``, as most values, can have nothing wrong with it but its ends."""
    return (
        text.isascii()
        and text.isprintable()
        and ("&" not in text or ";" not in text)
        and "<" not in text
        and "[" not in text
        and _UNTIDY_SPACE.search(text) is None
    )


def _without_codes(text: str, found: Addresses) -> tuple[str, bool]:
    """``text`` as it can be parsed, and whether there is anything but paragraphs to parse."""
    text = unescape(fold(text))
    if "<" in text:
        text = without_tags(text, found)
    if "[" in text:
        text = without_site_codes(text)
    text = shorten(text, found)
    has_table = "|" in text and "--" in text and _MAY_HOLD_TABLE.search(text) is not None
    text = "\n".join(_unwrapped(_prepared(text, has_table)))
    is_marked = any(mark in text for mark in _MARKS) or ("&" in text and ";" in text)
    return text, has_table or is_marked or ("#" in text and "\n#" in f"\n{text}")


# --- before the parser ------------------------------------------------------------------

# Expressions for stars begin with one, and look back only then: so the search skips to stars.
_EMPTY_BOLD = re.compile(r"\*\*(?<!\*{3})([ \t]+)\*\*(?!\*)")
_EMPTY_ITALIC = re.compile(r"(?<![\w_])_([ \t]+)_(?![\w_])")
_FOOTNOTE_STAR = re.compile(r"\((\*{1,3})\)")
# Masked words: f***, s**t, b****d; a longer word before the stars carries a mark, not a mask.
_MASKED = re.compile(r"(?<![\w./@])([A-Za-z][a-z]{0,2})(\*{2,})(?=[a-z]{1,5}\b|(?<=\*{3})(?!\w))")
# What every masked word holds, and most text does not: found much faster.
_MAY_BE_MASKED = re.compile(r"\*\*(?<=[A-Za-z]\*\*)[*a-z]")
_BULLETS = frozenset("-+*•·▪◦●‣\uf0b7")
# Any run of bullets, heading marks and quotation marks in front of a line.
_MARKERS = re.compile(
    r"(?:[-+*•·▪◦●‣\uf0b7][ \t]+|[•▪◦●‣\uf0b7]|#{1,6}[ \t]+|#{2,6}(?=[^\s#])|>[ \t]*)+"
)
_NUMBER_OR_REFERENCE = re.compile(r"(\d{1,9})([.)])(?=\s|$)|\[[^\]]*\]:(?!\s*(?:https?:|\\?<))")
_MARK_STARTS = _BULLETS.union("=_~#>|.\\`[0123456789")
_ONLY_MARKS = re.compile(r"[-=_*~#>+•·.\\ \t]*")
_FENCE = re.compile(r"(?:`{3,}|~{3,})[ \w-]*")


def _prepared(text: str, has_table: bool) -> list[str]:
    """The lines of ``text``, what the parser would take for what it is not escaped or dropped.

    Indents go (no code in a press release), so do lines of nothing but marks; numbers in
    front of points stay as typed.
    """
    text = text.replace("<", "\\<") if "<" in text else text
    if "*" in text:
        text = _FOOTNOTE_STAR.sub(lambda m: "(" + "\\*" * len(m[1]) + ")", text)
    if "**" in text:
        if _MAY_BE_MASKED.search(text):
            text = _MASKED.sub(lambda m: m[1] + "\\*" * len(m[2]), text)
        text = _EMPTY_BOLD.sub(r"\1", text)
    if "_" in text:
        text = _EMPTY_ITALIC.sub(r"\1", text)
    lines = [line.strip() for line in text.split("\n")]
    for number, line in enumerate(lines):
        if line and line[0] in _MARK_STARTS:
            lines[number] = _prepared_line(line, has_table)
    return lines


def _prepared_line(line: str, has_table: bool) -> str:
    """One line that begins with what may be a mark."""
    if (line[0] in "`~" and _FENCE.fullmatch(line)) or (
        _ONLY_MARKS.fullmatch(line) and any(c not in ".… " for c in line)
    ):
        return "" if not (has_table and "-" in line and "|" in line) else line
    mark = ""
    marker = _MARKERS.match(line)
    if marker:
        line = line[marker.end() :]
        found = marker.group()
        if not _BULLETS.isdisjoint(found):
            mark = "* "
        elif "#" in found:
            mark = "# " if found.startswith("# ") else "## "
    start = _NUMBER_OR_REFERENCE.match(line)
    if start is None:
        return mark + line
    number, stop = start.groups()
    return f"{mark}{number}\\{stop}{line[start.end() :]}" if number else f"{mark}\\{line}"


_WRAP_AT_LEAST, _WRAP_AT_MOST = 50, 100


def _unwrapped(lines: list[str]) -> list[str]:
    """``lines`` with hard-wrapped paragraphs joined: line ends that only fold long lines.

    Text counts as hard-wrapped when no line is long and no line could have taken the first
    word of the next; a line end that fails this was meant.
    """
    width = max(map(len, lines))
    if not _WRAP_AT_LEAST <= width <= _WRAP_AT_MOST:
        return lines
    joins = []
    for number, (line, following) in enumerate(pairwise(lines)):
        if not line or not following or following[:2] == "* " or following[0] in "#>|\\":
            continue
        if line[0] in "#|" or len(line) + 1 + len(following.split(None, 1)[0]) <= width:
            return lines
        joins.append(number)
    if len(joins) < 2:
        return lines
    for number in reversed(joins):
        lines[number] += " " + lines.pop(number + 1)
    return lines


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
            if event.__class__ is str:
                if event in ("SoftBreak", "HardBreak"):
                    self.parts.append("\n")
            elif "Text" in event:
                if not self._images:
                    self.parts.append(event["Text"])
            elif "Code" in event:
                self.parts.append(event["Code"])
            elif "Start" in event:
                if event["Start"].__class__ is dict:  # the others say nothing before their text
                    self._start(event["Start"])
            elif "End" in event:
                self._end(event["End"])

    def _start(self, tag: dict[str, Any]) -> None:
        ((name, value),) = tag.items()
        if name in ("Link", "Image"):
            self._found.add(value["dest_url"])
            self._images += name == "Image"
        elif name == "List":
            self._lists += 1
        elif name == "Heading" and value["level"] == "H1" and not self.heading:
            self._heading_from = len(self.parts)

    def _end(self, tag: Any) -> None:
        name = tag if tag.__class__ is str else next(iter(tag))
        if name == "Paragraph":
            pass
        elif name == "List":
            self._lists -= 1
        elif name == "Image":
            self._images -= 1
        elif name in ("TableRow", "TableHead") and self.parts[-1:] == [_CELL_GAP]:
            self.parts.pop()
        elif name == "Heading" and self._heading_from is not None:
            self.heading = "".join(self.parts[self._heading_from :])
            self._heading_from = None
        if not self._lists:
            self.parts.append(_AFTER.get(name, ""))
        elif not (self.parts and self.parts[-1] == "\n"):
            self.parts.append(_AFTER_IN_LIST.get(name, ""))


_BLOCKS = ("Paragraph", "Heading", "List", "BlockQuote", "Table", "CodeBlock", "HtmlBlock")
_CELL_GAP = ", "
_AFTER = dict.fromkeys(_BLOCKS, "\n\n") | {
    "TableRow": "\n",
    "TableHead": "\n",
    "TableCell": _CELL_GAP,
}
_AFTER_IN_LIST = dict.fromkeys((*_BLOCKS, "Item"), "\n") | {"TableCell": _CELL_GAP}


# --- after the parser -------------------------------------------------------------------

_LEFT_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\(([^()\n]{0,600})\)")
_STRAY_STARS = re.compile(r"\*(?:\*+|(?<!\S\*)(?:(?! \d|\S)|(?<!\d \*)(?!\S)))")
# A star in front of a line is a footnote where a word of the text has one too, else a bullet.
_LEADING_STAR = re.compile(r"^\*(?=\S)", re.MULTILINE)
_FOOTNOTED = re.compile(r"\*(?<=[\w).,%:’'”\"]\*)(?!\w)")
# Not of a name with underscores, an address or a handle; begins with one, as those for stars do.
_STRAY_UNDERSCORES = re.compile(r"_(?:(?<![\w@/]_)_*(?:(?=[^\W_])|(?!\w))|(?<=[^\W_]_)_*(?![\w@]))")


def _without_stray_marks(text: str) -> str:
    """``text`` without the emphasis marks that the parser could not pair.

    One star after a word (a footnote) and the stars of a masked word (``f***ing``) are prose.
    """
    if "](" in text:
        text = _LEFT_LINK.sub(r"\1", text)
    if "*" in text:
        masked: set[int] = set()
        if _MAY_BE_MASKED.search(text):
            masked.update(at for m in _MASKED.finditer(text) for at in range(*m.span(2)))

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


_UNTIDY_SPACE = re.compile(r" [ \n'’,.]")
_INDENT = re.compile(r"\n[ \t]")
_RUNS = re.compile(r" {2,}")
_MANY_LINE_ENDS = re.compile(r"\n{3,}")
# Scrapers put a space where a tag was: "Essex 's", "haven 't", "** town** , ** town**".
# The marks are one expression each: a search for two given characters skips most spaces.
_SPLITS = tuple(
    (f" {mark}", re.compile(f" {re.escape(mark)}{around}"), mark)
    for mark, around in (
        *((mark, rf"(?<=[A-Za-z] {mark})(?=(?:s|t|re|ve|ll|d|m)\b)") for mark in "'’"),
        *((mark, rf"(?<=[\w”\")…] [{mark}])(?=\s|$)") for mark in ",."),
    )
)


def tidied(text: str) -> str:
    """``text`` with single spaces, at most one empty line, and no space lost before ``'s``.

    Idempotent.
    """
    if "\t" not in text and not _INDENT.search(text) and not _UNTIDY_SPACE.search(text):
        return (_MANY_LINE_ENDS.sub("\n\n", text) if "\n\n\n" in text else text).strip()
    text = text.replace("\t", " ")
    if "  " in text:
        text = _RUNS.sub(" ", text)
    if " \n" in text or "\n " in text:
        text = "\n".join([line.strip(" ") for line in text.split("\n")])
    if "\n\n\n" in text:
        text = _MANY_LINE_ENDS.sub("\n\n", text)
    text = text.strip()
    for split, expression, mark in _SPLITS:
        if split in text:
            text = expression.sub(mark, text)
    return text
