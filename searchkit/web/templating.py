"""Templates filled with views: the one place where text becomes HTML.

Floor 8.  Every value is escaped by the engine, and a name that a view does not have is an error.
Invariant: no template and no view marks text as safe.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from ..render.characters import printable

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_TEMPLATES = _HERE / "templates"

MENU = (
    ("/search", "Search"),
    ("/timeline", "Timeline"),
    ("/forces", "Forces"),
    ("/tips", "Tips"),
    ("/about", "About"),
)


@lru_cache(maxsize=1)
def _engine() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    made.filters["shown"] = shown
    made.filters["number"] = "{:,}".format
    made.globals.update(menu=MENU, stamp=_stamp(), overview=None)
    return made


def shown(text: object) -> str:
    """``text`` of other people as a page may show it: without control characters and those that
    turn the direction of a line."""
    return printable(str(text))


def page(template: str, view: Any, *, here: str, **more: Any) -> HTMLResponse:
    """The template filled with ``view``; ``here`` is the path that the menu marks."""
    text = _engine().get_template(template).render(view=view, here=here, **more)
    return HTMLResponse(text.encode("utf-8", "replace"))


def _stamp() -> str:
    """Another text whenever a file that pages load has changed."""
    files = sorted(STATIC.iterdir())
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]
