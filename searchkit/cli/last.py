"""The last list of results, so that ``searchkit show 3`` knows what 3 is.

Floor 9.  Kept in the user's state folder, never in the index.  Invariant: a list is only
used for the index it came from.
"""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

from ..errors import ArticleNotFound
from ..homes import home_of
from ..results import Results

_NAME = "last-results.json"


def remember(results: Results, index: str, folder: Path) -> None:
    """Keep the ids of the hits by their numbers.  Raises ``OSError`` where that fails."""
    value = {
        "index": _which(index),
        "ids": {str(hit.rank): hit.id for hit in results.hits},
    }
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{_NAME}.{os.urandom(4).hex()}"
    fresh.write_text(json.dumps(value), encoding="utf-8")
    os.replace(fresh, folder / _NAME)


def recall(number: int, index: str, folder: Path) -> str:
    """The id of result ``number`` of the last list.  Raises ``ArticleNotFound``."""
    try:
        value = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        ids, listed_in = dict(value["ids"]), value["index"]
    except (OSError, ValueError, KeyError, TypeError):
        ids, listed_in = {}, ""
    wanted = str(number)
    if not ids:
        raise ArticleNotFound(wanted, "no search has listed anything yet: searchkit query WORDS")
    if listed_in != _which(index):
        named = shlex.quote(listed_in)
        raise ArticleNotFound(wanted, f"the last search was of another index: --index {named}")
    if wanted not in ids:
        numbers = sorted(int(n) for n in ids)
        raise ArticleNotFound(wanted, f"the last search listed {numbers[0]} to {numbers[-1]}")
    return str(ids[wanted])


def named(wanted: str, index: str, folder: Path) -> str:
    """The id, path or URL that ``wanted`` is, or, where it is a number of up to five digits, the
    id of that result of the last list.  Raises as ``recall`` does."""
    if wanted.isascii() and wanted.isdigit() and len(wanted) <= _LONGEST_NUMBER:
        return recall(int(wanted), index, folder)
    return wanted


_LONGEST_NUMBER = 5


def _which(index: str) -> str:
    """One name for one index, whatever folder it is named in and through which links."""
    home = home_of(index)
    return str(home.folder.resolve()) if home.folder else home.lasting
