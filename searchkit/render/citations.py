"""How articles are cited: in Markdown, in BibTeX, in the RIS of reference managers.

Floor 7.  The author of a release is the force, as a body; the date is as precise as it is known.
Invariant: nothing of an article can end its entry, or begin another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..results import Hit
from .characters import printable

_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}
_TEX_SIGN = re.compile("[" + re.escape("".join(_TEX)) + "]")
_MARKDOWN_SIGN = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
_NOT_IN_URL = re.compile('[\\s<>"\\\\^`{|}]')
_NO_KEY = re.compile("[^a-z0-9]+")


def markdown(hits: Iterable[Hit]) -> Iterator[str]:
    """A list: headline as a link, force, date, and the words around what was found."""
    for hit in hits:
        title = _in_markdown(hit.title or "(no headline)")
        shown = f"[{title}](<{_address(hit.url)}>)" if hit.url else title
        yield f"- **{shown}**  \n  {_in_markdown(_about(hit))}\n"
        snippet = " ".join(str(hit.snippet).split())
        if snippet:
            yield f"  > {_in_markdown(snippet)}\n"


def bibtex(hits: Iterable[Hit]) -> Iterator[str]:
    """An ``@online`` entry for each (BibLaTeX, *The biblatex package*, 2.1.1), with ``year`` and
    ``month`` for BibTeX, too.  The key is force, date and the start of the id."""
    for hit in hits:
        day = hit.date.iso[:10]
        facts = [
            ("author", f"{{{_in_tex(_name(hit))}}}"),
            ("title", f"{{{_in_tex(hit.title)}}}"),
            ("date", day),
            ("year", day[:4]),
            ("month", day[5:7].lstrip("0")),
            ("url", _in_tex_url(hit.url)),
            ("note", _in_tex(f"Press release, searchkit {hit.id}")),
        ]
        lines = [f"  {name} = {{{value}}},\n" for name, value in facts if value.strip("{}")]
        yield f"@online{{{_key(hit)},\n{''.join(lines)}}}\n\n"


def ris(hits: Iterable[Hit]) -> Iterator[str]:
    """A ``PRESS`` entry for each; lines end in CR and LF (RIS format specifications, Clarivate)."""
    for hit in hits:
        day = hit.date.iso[:10]
        parts = [*day.split("-"), "", ""][:3] if day else []
        facts = [
            ("TY", "PRESS"),
            # A comma at the end: the name of a body, not of a person.
            ("AU", f"{_name(hit)}," if _name(hit) else ""),
            ("TI", hit.title),
            ("PY", day[:4]),
            ("DA", "/".join([*parts, ""]) if day else ""),
            ("PB", _name(hit)),
            ("UR", hit.url),
            ("AB", str(hit.snippet)),
            ("ID", hit.id),
        ]
        for tag, value in facts:
            text = " ".join(printable(value).split())
            if text:
                yield f"{tag}  - {text}\r\n"
        yield "ER  - \r\n\r\n"


def _name(hit: Hit) -> str:
    return hit.force.name if hit.force else ""


def _about(hit: Hit) -> str:
    return " · ".join(filter(None, (_name(hit), hit.date.display)))


def _key(hit: Hit) -> str:
    force = _NO_KEY.sub("-", hit.force.id) if hit.force else "police"
    return "-".join(filter(None, (force, hit.date.iso[:10], hit.id[:8])))


def _in_tex(text: str) -> str:
    return _TEX_SIGN.sub(lambda sign: _TEX[sign.group()], " ".join(printable(text).split()))


def _address(url: str) -> str:
    return _NOT_IN_URL.sub(lambda sign: "".join(f"%{b:02X}" for b in sign.group().encode()), url)


def _in_tex_url(url: str) -> str:
    # Inside \url, which BibLaTeX puts it in, a percent sign and a number sign may stand alone.
    return _address(printable(url))


def _in_markdown(text: str) -> str:
    return _MARKDOWN_SIGN.sub(r"\\\1", " ".join(printable(text).split()))
