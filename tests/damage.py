"""Ways to damage an index, and everything that may be asked of one that is: for tests and fuzz."""

from __future__ import annotations

import json
import os
import pickle
import random
import struct
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from searchkit import Index
from searchkit.cli.exits import Exit, exit_for
from searchkit.engines.whoosh import generations
from searchkit.errors import SearchkitError

QUERIES = (
    "police",
    "diversity county -london",
    '"stop and search"',
    '"appealing witnesses"~8',
    "burgl*",
    "serch~2",
    "title:fraud OR lead:town",
    "force:essex ref:12/34567/20",
    "",
)
FACETS = ("force", "region", "year", "month", "mentions", "type", "stage")


def use(path: Path) -> int:
    """Open the index and ask everything of it; how many answers it gave before it ended in an
    error of searchkit's.  Any other exception goes through."""
    answers = 0
    try:
        with Index.open(path) as index:
            for text in QUERIES:
                for sort in ("relevance", "newest"):
                    found = index.search(text, sort=sort, facets=FACETS, limit=5, explain=True)
                    [str(hit.snippet) + hit.title + hit.date.display for hit in found.hits]
                    answers += 1
            index.search("police", since="2019", until="2020", area="Essex")
            index.stats()
            index.forces()
            sum(len(article.to_json()) for article in index.articles())
            assert index.sources is not None, "the catalogue is read"
            index.get("0" * 16)
            answers += 5
    except SearchkitError as error:
        # The error itself would keep the files open that its frames hold, in a circle with it.
        said, code = str(error), exit_for(error)
    else:
        return answers
    assert said
    assert code is not Exit.BUG
    return answers


def files(path: Path) -> list[Path]:
    """Every file of the index that means something, in one order."""
    found = [f for f in path.rglob("*") if f.is_file() and f.name not in ("lock", "reserve")]
    return sorted(file for file in found if file.stat().st_size)


def flip(file: Path, chance: random.Random) -> str:
    """Turn one bit over."""
    size = file.stat().st_size
    at, bit = chance.randrange(size), chance.randrange(8)
    with open(file, "r+b") as opened:
        opened.seek(at)
        (byte,) = opened.read(1)
        opened.seek(at)
        opened.write(bytes([byte ^ 1 << bit]))
    return f"{file.name} byte {at} bit {bit}"


class Bomb:
    """A pickle of it touches ``mark`` when it is loaded."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, (str(self.mark),)


def bomb(mark: Path) -> bytes:
    """A hostile pickle."""
    return pickle.dumps(Bomb(mark))


def reseal(path: Path, change: Callable[[dict[str, Any]], None] | None = None) -> None:
    """Have ``CURRENT`` describe the files as they are now, ``change`` its body, and sign it: what
    somebody would do who knows the format."""
    pointer = path / generations.CURRENT
    body = json.loads(pointer.read_bytes())
    folder = path / generations.STORES / body["store"]
    described = [segment["file"] for segment in body["segments"]] + [body["catalogue"]]
    for file in described:
        if file is not None:
            file["size"] = (folder / file["name"]).stat().st_size
            file["sha256"] = generations.sha256(folder / file["name"])
    if change is not None:
        change(body)
    body.pop("sha256", None)
    body["sha256"] = generations._digest(body)
    pointer.write_text(json.dumps(body, indent=1) + "\n")


def table_of(file: Path) -> tuple[bytes, dict[str, Any]]:
    """The columns of a segment, as bytes, and its table."""
    data = file.read_bytes()
    size, _ = struct.unpack("<Q8s", data[-16:])
    return data[: -16 - size], json.loads(data[-16 - size : -16])


def write_table(file: Path, columns: bytes, table: object) -> None:
    """Put ``table`` behind ``columns``; text is taken as it is."""
    text = table if isinstance(table, bytes) else json.dumps(table).encode()
    file.write_bytes(columns + text + struct.pack("<Q8s", len(text), b"SKCOLS01"))


def damaged_files(path: Path, generation: generations.Generation) -> list[str]:
    """The names of the files whose bytes are not those that were committed."""
    folder = generations.store_folder(path, generation)
    return [
        file.name
        for file in generation.files()
        if sha256((folder / file.name).read_bytes()).hexdigest() != file.sha256
    ]
