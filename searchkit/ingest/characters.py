"""Bytes to text, and text to the characters searchkit keeps.

Floor 2.  ``decode`` is strict and says where and why it refuses; ``fold`` makes line ends,
spaces and invisible characters uniform; ``unescape`` resolves HTML character references.
Invariant: ``fold`` and ``unescape`` are idempotent, and curly quotes stay curly.
"""

from __future__ import annotations

import html
import re
import unicodedata
from html.entities import html5

from ..errors import ArticleError

_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}

# Characters that must not survive, or must become others: controls, no-break and other
# exotic spaces, zero-width characters, soft hyphens, direction marks, byte order marks.
_ODD = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u1680\u180e\u2000-\u200f"
    r"\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000\ufe0f\ufeff\ufff9-\ufffb]"
)
_ODD_ASCII = bytes((*range(9), *range(11, 32), 127))
_SPACES = frozenset("\xa0\u1680\u202f\u205f\u3000\x0b\x0c\x1c\x1d\x1e\x1f") | {
    chr(n) for n in range(0x2000, 0x200B)
}
_LINE_ENDS = {"\x85": "\n", "\u2028": "\n", "\u2029": "\n\n", "\r": "\n"}

_AMPERSANDS = re.compile(r"&(?:(?:amp|AMP|#0*38|#[xX]0*26);)+(?=#?\w+;)")
_REFERENCE = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MAX_ROUNDS = 4


def decode(source: bytes | str, path: str) -> tuple[str, bytes]:
    """The text of ``source`` without byte order mark, line ends as ``\\n``, and its bytes.

    Raises ``ArticleError`` with the line of the first byte or character that is not text.
    """
    if isinstance(source, str):
        text = source
        try:
            data = source.encode()
        except UnicodeEncodeError as error:
            line = source.count("\n", 0, error.start) + 1
            raise ArticleError(path, line, "half of a character pair (lone surrogate)") from error
    else:
        data = source
        text = _decode_bytes(data, path)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ArticleError(path, line, "a NUL byte: this is not a text file")
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text or text.isspace():
        raise ArticleError(path, None, "empty: there is no text in it")
    return text, data


def _decode_bytes(data: bytes, path: str) -> str:
    """``data`` as strict UTF-8."""
    other = _BOMS.get(data[:2])
    if other:
        raise ArticleError(path, None, f"encoded as {other}: save it as UTF-8")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if b"\0" in data[:4096]:
            raise ArticleError(path, None, "a NUL byte: this is not a text file") from error
        line = data.count(b"\n", 0, error.start) + 1
        raise ArticleError(
            path, line, f"not UTF-8 at byte {error.start}: save it as UTF-8"
        ) from error


def fold(text: str) -> str:
    """``text`` in NFC with plain spaces and ``\\n`` line ends, without invisible characters."""
    if text.isascii():
        return _ODD.sub(_replacement, text) if _may_be_odd(text) else text
    if _may_be_odd(text):
        text = _ODD.sub(_replacement, text.replace("\r\n", "\n"))
    return unicodedata.normalize("NFC", text)


def _may_be_odd(text: str) -> bool:
    """A test that most texts fail, several times faster than a search: all odd characters but
    two are such as Python would not print."""
    if text.isascii():
        return len(text.encode().translate(None, _ODD_ASCII)) < len(text)
    plain = text.replace("\n", " ").replace("\t", " ").isprintable()
    return not plain or "\u034f" in text or "\ufe0f" in text


def _replacement(match: re.Match[str]) -> str:
    """What stands for one odd character."""
    char = match.group()
    if char in _LINE_ENDS:
        return _LINE_ENDS[char]
    if char in _SPACES:
        return " "
    if "\x80" <= char <= "\x9f":
        # The C1 range in web text is Windows-1252, as in HTML's own rules.
        meant = html.unescape(f"&#{ord(char)};")
        return "" if "\x7f" <= meant <= "\x9f" else meant
    return ""


def unescape(text: str) -> str:
    """``text`` with HTML character references resolved, also those escaped several times over.

    Only references with a semicolon and a known name count: ``M&S;`` and ``&M;`` stay.
    """
    for _ in range(_MAX_ROUNDS):
        if "&" not in text:
            return text
        clean = _REFERENCE.sub(_resolve, _AMPERSANDS.sub("&", text))
        if clean == text:
            break
        text = clean
    return text


def _resolve(match: re.Match[str]) -> str:
    """The character of one reference, or the reference itself where it means nothing."""
    name = match.group(1)
    if not name.startswith("#"):
        return html5.get(name + ";", match.group())
    char = html.unescape(match.group())
    return "" if char in ("\ufffd", "\0") else char
