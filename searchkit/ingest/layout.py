"""From the text of a page to the text of a release: what stands around it is taken away.

Floor 2.  Drops the repeated headline, date stamps, page furniture, picture captions and the
press office's initials; takes the label a release is filed under.  Invariant: lines are kept
or dropped whole, in order; nothing inside a line changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .boilerplate import is_furniture, is_label, is_picture_control
from .dates import Dated, publication_date
from .titles import comparable

_HEAD = 6
"""A headline is repeated, or a label printed, within this many lines of the top."""

_MOST_LABELS = 4
_DIGIT = re.compile(r"\d")
_BYLINE = re.compile(r"(?:from|by|author|source):?", re.IGNORECASE)
_INITIALS = re.compile(r"[A-Z](?: ?[A-Z]){1,2}(?:\s?[/,-]\s?[A-Z]{2,3})?")
_COUNTER = re.compile(r"\d{1,2}")
_RELATED = re.compile(r"there (?:is|are) (\d{1,3}) related updates? to this story", re.IGNORECASE)
_RELATED_STORY = re.compile(r"\d{1,2} [A-Z][a-z]{2,8} \d{4}: ")
_CAPTION_LENGTH = 80
_STANDFIRST_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Layout:
    """The ``body`` of a release, the ``category`` printed with it, and its date."""

    body: str
    category: str
    dated: Dated


def lay_out(text: str, meta: Mapping[str, str], url: str, titles: Iterable[str]) -> Layout:
    """Split ``text`` into body, category and date stamps; ``titles`` are the headline as found
    in several places, each dropped where the text repeats it at its top."""
    wanted = frozenset([comparable(title) for title in titles]) - {""}
    lines = text.split("\n")
    content = [n for n, line in enumerate(lines) if line]
    if "|" in text:
        content = _without_captions(lines, content)
    content = _without_related(lines, content)
    top = content[:_HEAD]
    content = _without_titles(lines, content, wanted)
    # Furniture that holds a number may be a date stamp, so it is judged after the dates are.
    furniture = {n for n in content if is_furniture(lines[n])}
    if furniture:
        content = [n for n in content if n not in furniture or _DIGIT.search(lines[n])]
    dated = publication_date(meta, [lines[n] for n in content], url)
    if dated.stamp_lines:
        content = [n for at, n in enumerate(content) if at not in dated.stamp_lines]
    if furniture:
        content = [n for n in content if n not in furniture]
    content, category = _without_labels(lines, content)
    if content[:_HEAD] != top:
        content = _without_titles(lines, content, wanted)
    content = _without_preamble(lines, content)
    while len(content) > 1 and _INITIALS.fullmatch(lines[content[-1]]):
        content.pop()
    return Layout(_joined(lines, content), category, dated)


def _without_captions(lines: list[str], content: list[int]) -> list[int]:
    """``content`` without the controls of pictures and the caption right above each."""
    dropped = set()
    for at, number in enumerate(content):
        if is_picture_control(lines[number]):
            dropped.add(number)
            above = content[at - 1] if at else None
            if above is not None and _is_caption(lines[above]):
                dropped.add(above)
    return [n for n in content if n not in dropped] if dropped else content


def _without_related(lines: list[str], content: list[int]) -> list[int]:
    """``content`` without the headlines listed under "There are 2 related updates"."""
    for at, number in enumerate(content[:_HEAD]):
        line = lines[number]
        said = _RELATED.match(line) if line[0] in "Tt" else None
        if said:
            end = at + 1
            while end <= at + int(said[1]) and end < len(content):
                if not _RELATED_STORY.match(lines[content[end]]):
                    break
                end += 1
            return content[:at] + content[end:]
    return content


def _is_caption(line: str) -> bool:
    return len(line) <= _CAPTION_LENGTH and line[-1] not in '.:;!?"”'


def _without_titles(lines: list[str], content: list[int], titles: frozenset[str]) -> list[int]:
    """``content`` without the lines near its top that only repeat the headline."""
    longest = 2 * max(map(len, titles), default=0)
    # A line that begins with a letter or figure of ASCII is compared by it first.
    starts = {start for title in titles for start in (title[0], title[0].upper())}
    repeats = [
        n
        for n in content[:_HEAD]
        if len(line := lines[n]) <= longest
        and ((start := line[0]) in starts or not (start.isascii() and start.isalnum()))
        and comparable(line) in titles
    ]
    return [n for n in content if n not in repeats] if repeats else content


def _without_preamble(lines: list[str], content: list[int]) -> list[int]:
    """``content`` without what can stand at its top: ``From:`` and the name below it, a picture's
    number, a first paragraph that the second begins with."""
    if len(content) > 2 and _BYLINE.fullmatch(lines[content[0]]):
        content = content[2 if content[1] == content[0] + 1 else 1 :]
    while len(content) > 1 and _COUNTER.fullmatch(lines[content[0]]):
        content = content[1:]
    if len(content) > 1:
        first, second = lines[content[0]], lines[content[1]]
        if len(first) >= _STANDFIRST_LENGTH and second.startswith(first.rstrip(".")):
            content = content[1:]
    return content


def _without_labels(lines: list[str], content: list[int]) -> tuple[list[int], str]:
    """``content`` without the labels at its top, or the one at its foot, and what they say."""
    labels: list[str] = []
    while len(content) > 1 and len(labels) < _MOST_LABELS and is_label(lines[content[0]]):
        labels.append(lines[content[0]].strip(" *:"))
        content = content[1:]
    if not labels and len(content) > 1 and is_label(lines[content[-1]]):
        labels.append(lines[content[-1]].strip(" *:"))
        content = content[:-1]
    return content, ", ".join({label.lower(): label for label in labels}.values())


def _joined(lines: list[str], content: list[int]) -> str:
    """The kept lines, an empty line between any two that had one between them."""
    kept: list[str] = []
    following = content[0] if content else 0
    for number in content:
        if number > following and "" in lines[following:number]:
            kept.append("")
        kept.append(lines[number])
        following = number + 1
    return "\n".join(kept)
