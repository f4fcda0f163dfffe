"""A corpus of any size out of a real one: a sample of it, or repeats of it.

A repeat keeps the front matter under a fresh URL (so a fresh id) and the first and last line,
shuffles the sentences between them, and trades a fifth of them with neighbours, so that copies
score differently and topics stay together.  Invariant: the same corpus, size and seed give the
same files.
"""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

_SEED = 20_200_714
_NEIGHBOURS = 40
"""Articles among which sentences are traded."""

_TRADED = 0.2
_FENCE = re.compile(r"```\w*\n(.*?)\n```\n", re.DOTALL)
_URL = re.compile(r"^url:\s*['\"]?(\S+?)['\"]?\s*$", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?]) +(?=[A-Z\"“‘'])")
_Parts = list[list[str]]


def grow(corpus: Path, size: int, target: Path) -> int:
    """Fill the new folder ``target`` with ``size`` articles of ``corpus``; returns the number."""
    originals = sorted(path for path in corpus.rglob("*") if path.suffix in (".md", ".txt"))
    if not originals:
        raise SystemExit(f"no .md or .txt files in {corpus}")
    dice = random.Random(_SEED)
    chosen = originals if size >= len(originals) else sorted(dice.sample(originals, size))
    for path in chosen:
        _place(path, target / path.relative_to(corpus))
    made, turn = len(chosen), 0
    while made < size:
        turn += 1
        dice.shuffle(originals)
        for path, text in _repeats(originals[: size - made], turn, dice):
            folder = target / path.parent.relative_to(corpus)
            copy = folder / f"{path.stem}-{turn}{path.suffix}"
            folder.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(text.encode())
            made += 1
    return made


def _place(path: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, copy)
    except OSError:
        shutil.copyfile(path, copy)


def _repeats(paths: list[Path], turn: int, dice: random.Random) -> Iterator[tuple[Path, str]]:
    for start in range(0, len(paths), _NEIGHBOURS):
        batch = paths[start : start + _NEIGHBOURS]
        heads, bodies = [], []
        for path in batch:
            head, body = _split(path.read_bytes().decode("utf-8", "replace"))
            heads.append(_readdressed(head, turn))
            bodies.append(body)
        _trade(bodies, dice)
        for path, head, body in zip(batch, heads, bodies, strict=True):
            yield path, head + "\n\n".join(body) + "\n"


def _split(text: str) -> tuple[str, list[str]]:
    """The front matter, fences included, and the sentences and lines after it."""
    fenced = _FENCE.match(text)
    end = fenced.end() if fenced else 0
    lines = [line for line in text[end:].splitlines() if line.strip()]
    parts = lines[:1]
    for line in lines[1:-1]:
        parts.extend(_SENTENCE_END.split(line))
    return text[:end] + "\n", parts + lines[1:][-1:]


def _readdressed(head: str, turn: int) -> str:
    """``head`` with another address, wherever it is named."""
    found = _URL.search(head)
    if not found:
        return head
    url = found.group(1)
    return head.replace(url, f"{url.rstrip('/')}/repeat-{turn}")


def _trade(bodies: _Parts, dice: random.Random) -> None:
    """Shuffle the inner parts of each body, some of them with those of the others."""
    places = [(number, at) for number, body in enumerate(bodies) for at in range(1, len(body) - 1)]
    traded = [place for place in places if dice.random() < _TRADED]
    values = [bodies[number][at] for number, at in traded]
    dice.shuffle(values)
    for (number, at), value in zip(traded, values, strict=True):
        bodies[number][at] = value
    for body in bodies:
        inner = body[1:-1]
        dice.shuffle(inner)
        body[1:-1] = inner
