"""Web addresses in running text: found, collected, and shown without their tail.

Floor 2.  An address is not prose: its words must not match like prose.  So an address in
a sentence is shown as its site with ``/…`` where more followed, and the whole of it goes to the
links (or the media, for pictures and films).  Invariant: what is shown is not found again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

# Ends of site names; the loose ones are also English words or ends of words, so they count
# only where a path follows.
_TOP = "uk|com|org|net|info|gov|eu|wales|scot|cymru"
_LOOSE = _TOP + "|co|io|tv|me|ly|be|gl|london|news|app|media|ie|online|biz|to|ng"
_TAIL = r"(?:[^\s<>\"“”‘’\[\]{}|^`*\\()]|\\_|\([^\s()]{0,80}\))"
_ADDRESS = re.compile(
    r"(?P<scheme>https?:/{1,3})(?P<rest>" + _TAIL + r"+)"
    r"|(?<![A-Za-z0-9@./\\])(?P<bare>(?:www\.(?:[a-z0-9-]{1,63}\.){0,4}[a-z]{2,20}"
    r"|(?:[a-z0-9][a-z0-9-]{0,62}\.){1,5}(?:(?:" + _TOP + r")|(?:" + _LOOSE + r")(?=/\S)))"
    r"(?![^\W_]|[@-])(?::\d+)?(?:[/?#]" + _TAIL + r"*)?)",
    re.IGNORECASE,
)
# What every address without a scheme holds, and few lines of prose do; the letter after the
# full stop is tested first because it is faster.  A scheme is one more hint.
_DOTTED = re.compile(r"\.(?=[a-z0-9-])(?:(?<=www\.)|" + _LOOSE + ")", re.IGNORECASE)
_HINT = re.compile(_DOTTED.pattern + "|:/", re.IGNORECASE)
_TRAILING = ".,;:!?'_~-&"
_MEDIA_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|bmp|tiff?|mp4|m4v|mov|webm|avi|wmv|mp3|m4a|wav|ogg)(?:[?#&]|$)",
    re.IGNORECASE,
)
_MEDIA_HOST = re.compile(
    r"^(?:https?://)?(?:www\.|m\.)?(?:youtube\.com|youtu\.be|youtube-nocookie\.com|vimeo\.com"
    r"|player\.vimeo\.com|soundcloud\.com|flickr\.com|flic\.kr)/",
    re.IGNORECASE,
)
_AFTER_HOST = re.compile(r"[/?#…]")
_ENCODED_SCHEME = re.compile(r"^https?%3a%2f%2f", re.IGNORECASE)
_GAPPED = re.compile(r"(https?:/{1,3}) (?=www\.)", re.IGNORECASE)
_GLUED = re.compile(r"(?<=[\w,.:;)])(\*{2}|__?)(?=https?://|www\.)", re.IGNORECASE)


@dataclass(slots=True)
class Addresses:
    """Addresses collected from one article, in order of appearance, each once."""

    links: dict[str, None] = field(default_factory=dict)
    media: dict[str, None] = field(default_factory=dict)

    def add(self, url: str) -> bool:
        """Keep ``url``; returns whether it is a picture, film or sound."""
        url = decoded(url.strip().replace("\\_", "_"))
        if url in self.links:
            return False
        if url in self.media:
            return True
        if not url or url.startswith(("#", "javascript:", "data:")):
            return False
        is_media = is_media_url(url)
        (self.media if is_media else self.links)[url] = None
        return is_media


def is_media_url(url: str) -> bool:
    """Whether ``url`` leads to a picture, film or sound rather than a page."""
    return bool(_MEDIA_FILE.search(url) or _MEDIA_HOST.match(url))


def decoded(url: str) -> str:
    """``url``, decoded where the whole of it was percent-encoded (``https%3a%2f%2f…``)."""
    return unquote(url) if "%" in url and _ENCODED_SCHEME.match(url) else url


def shorten(text: str, found: Addresses) -> str:
    """``text`` with each bare address shown as its site; the addresses go to ``found``.

    A line that is nothing but an address is dropped, as is the address of a media file.
    """
    hints = _HINT if ":/" in text else _DOTTED
    hint = hints.search(text)
    if hint is None:
        return text
    parts: list[str] = []
    done = 0  # the line end up to which the text is done
    while hint is not None:
        start = text.rfind("\n", done, hint.start()) + 1
        end = text.find("\n", hint.end())
        end = len(text) if end < 0 else end
        parts += text[done:start], _shortened(text[start:end], found)
        done = end
        hint = hints.search(text, done)
    parts.append(text[done:])
    return "".join(parts)


def _shortened(line: str, found: Addresses) -> str:
    """One line that may hold an address."""
    if "_" in line or "**" in line:
        line = _GLUED.sub(r" \1", line)
    if "/ " in line:
        line = _GAPPED.sub(r"\1", line)
    whole = line.strip(" \t<>*_")
    alone = None if " " in whole else _ADDRESS.fullmatch(whole)
    if alone and _is_clutter(alone):
        found.add(alone.group().rstrip(_TRAILING))
        return ""
    parts: list[str] = []
    done = end = 0
    # No address holds a space, and searching for one is slow: only words with a hint are searched.
    for hint in (_HINT if ":/" in line else _DOTTED).finditer(line):
        if hint.start() < end:
            continue
        start = line.rfind(" ", end, hint.start()) + 1
        end = line.find(" ", hint.end())
        end = len(line) if end < 0 else end
        for address in _ADDRESS.finditer(line, start, end):
            parts += line[done : address.start()], _shown(address, found)
            done = address.end()
    parts.append(line[done:])
    return "".join(parts)


def _shown(address: re.Match[str], found: Addresses) -> str:
    """What stands for an address amid a line."""
    whole, start = address.group(), address.start()
    if address.string[max(0, start - 3) : start].endswith(("](", "]: ")):
        return whole  # the target of a markdown link, not prose
    url = whole.rstrip(_TRAILING)
    after = whole[len(url) :].strip("_~-&")
    host, tail = _parts((address["bare"] or address["rest"]).rstrip(_TRAILING))
    if tail == "…":
        return host + "/…" + after
    is_media = found.add(url)
    if is_media and _MEDIA_FILE.search(url):
        return after
    return host + ("/…" if tail else "") + after


def _is_clutter(alone: re.Match[str]) -> bool:
    """Whether an address alone on its line is for machines: a scheme or a path shows that."""
    _, tail = _parts((alone["bare"] or alone["rest"]).rstrip(_TRAILING))
    return tail != "…" and (bool(tail) or alone["scheme"] is not None)


def _parts(site: str) -> tuple[str, str]:
    """Host of an address without scheme, and what follows it (without its first mark)."""
    host = _AFTER_HOST.split(site, maxsplit=1)[0]
    return host, site[len(host) :].strip("/?#")
