"""How to cite an article: as a line of text, and for reference software.

Floor 8.  Invariant: no text of an article ends an entry of BibTeX or begins a command of LaTeX.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_COMMANDS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "$&#_%"},
}
_SPECIAL = re.compile(r"[\\{}~^$&#_%]")
_NO_URL = re.compile(r"[\s{}\\%]")


@dataclass(frozen=True, slots=True)
class Citation:
    """One article as ``plain`` text and as an entry of ``bibtex``."""

    plain: str
    bibtex: str


def citation(article: Mapping[str, Any], publisher: str) -> Citation:
    """How to cite ``article``, of the shape of ``render.envelope.article_to_dict``."""
    title, url = " ".join(article["title"].split()) or "(no headline)", article["url"]
    display, iso = article["date"]["display"], article["date"]["iso"]
    when = "no date" if display == "undated" else display
    plain = f"{publisher}, ‘{title}’, {when}. {url or 'Article ' + article['id']}"
    force = article["force"]["id"] if article["force"] else "police"
    rows = [("author", f"{{{_latex(publisher)}}}"), ("title", f"{{{_latex(title)}}}")]
    rows += [("year", iso[:4])] if iso else []
    rows += [("month", str(int(iso[5:7])))] if len(iso) >= 7 else []
    rows += [("date", iso[:10])] if len(iso) >= 10 else []
    rows += [("url", _NO_URL.sub(lambda m: f"%{ord(m[0]):02X}", url))] if url else []
    rows += [("note", f"searchkit article {article['id']}")]
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in rows)
    return Citation(plain, f"@misc{{{force}-{article['id'][:8]},\n{body}\n}}")


def _latex(text: str) -> str:
    """``text`` with everything that LaTeX would read as a command written out."""
    return _SPECIAL.sub(lambda match: _COMMANDS[match[0]], text)
