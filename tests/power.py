"""Power cuts: what was done to a disk, and the states in which a cut may leave it.

``Recording`` is a disk that keeps every operation.  ``Platter`` is told the first so many of
them, and ``cut`` draws a state: bytes that were not synced are there, lost, torn or zeros, each
write by itself; names made, renamed or removed in a folder that was not synced are so, or not,
each by itself.  A synced file may still lack its name.  What was synced is there.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus import articles, revised
from faulty import Faulty, Sound, using

from searchkit.article import Article
from searchkit.engines import whoosh
from searchkit.engines.base import Request
from searchkit.errors import IndexNotFound
from searchkit.query.nodes import Every

SECTOR = 512
State = Mapping[str, str]
"""What an index holds: content hash by article id."""

Operation = tuple[Any, ...]


@dataclass
class Recording(Faulty):
    """Keeps what was done below ``root``, and after how many operations which state was safe."""

    root: Path
    at: int = 0
    done: list[Operation] = field(default_factory=list)
    promises: list[tuple[int, State, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.at)

    def tell(
        self, what: str, path: Path, do: Callable[[], Any], torn: Callable[[], Any] | None = None
    ) -> Any:
        made = what != "open_lock" or not path.exists()
        answer = super().tell(what, path, do, torn)
        if what in ("create", "allocate", "mkdir", "unlink", "rmdir", "sync"):
            self.done.append((what, self._name(path)))
        if what == "allocate":
            self.done.append(("truncate", self._name(path), path.stat().st_size))
        if what == "open_lock" and made:
            self.done.append(("create", self._name(path)))
        return answer

    def replace(self, source: Path, target: Path) -> None:
        super().replace(source, target)
        self.done.append(("replace", self._name(source), self._name(target)))

    def wrote(self, path: Path, at: int, data: bytes) -> None:
        self.done.append(("write", self._name(path), at, data))

    def resized(self, path: Path, size: int) -> None:
        self.done.append(("truncate", self._name(path), size))

    def _name(self, path: Path) -> tuple[str, ...]:
        return path.relative_to(self.root).parts

    def promise(self, state: State, catalogue: bytes) -> None:
        """From here on no cut may take ``state`` away."""
        self.promises.append((len(self.done), state, catalogue))


class _File:
    """Bytes that are on the disk, and writes that may be."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = bytearray(data)
        self.pending: list[tuple[int, bytes | None]] = []

    def sync(self) -> None:
        for at, data in self.pending:
            _write(self.data, at, data)
        self.pending = []

    def drawn(self, dice: Dice) -> bytes:
        """The bytes after a cut."""
        left = bytearray(self.data)
        for at, data in self.pending:
            if data is None:
                if dice.happens():
                    _write(left, at, None)
            else:
                _write(left, at, dice.written(data))
        return bytes(left)


def _write(data: bytearray, at: int, written: bytes | None) -> None:
    """Put ``written`` at ``at``, or make ``data`` as long as ``at``."""
    end = at + len(written or b"")
    data.extend(bytes(max(0, end - len(data))))
    if written is None:
        del data[at:]
    else:
        data[at:end] = written


class _Folder:
    """Names that are on the disk, names as a program sees them, and changes between the two."""

    def __init__(self, names: dict[str, _File | _Folder] | None = None) -> None:
        self.names = dict(names or {})
        self.seen = dict(self.names)
        self.pending: list[tuple[str, str, _File | _Folder | None]] = []

    def change(self, gone: str, name: str, what: _File | _Folder | None) -> None:
        self.pending.append((gone, name, what))
        _rename(self.seen, gone, name, what)

    def sync(self) -> None:
        self.names, self.pending = dict(self.seen), []

    def drawn(self, dice: Dice) -> dict[str, _File | _Folder]:
        """The names after a cut."""
        left = dict(self.names)
        for change in self.pending:
            if dice.happens():
                _rename(left, *change)
        return left


def _rename(names: dict[str, Any], gone: str, name: str, what: _File | _Folder | None) -> None:
    names.pop(gone, None)
    if what is not None:
        names[name] = what


class Dice:
    """Decides what of the unsynced happened: all of it, nothing, or each with some chance."""

    def __init__(self, seed: str) -> None:
        self._dice = random.Random(seed)
        self._chance = self._dice.choice((0.0, 0.1, 0.5, 0.5, 0.9, 1.0))

    def happens(self) -> bool:
        return self._dice.random() < self._chance

    def written(self, data: bytes) -> bytes:
        """What is left of a write: all, nothing, some sectors, or zeros."""
        if self.happens():
            return data
        how = self._dice.choice(("lost", "torn", "zeros"))
        if how == "torn":
            return data[: self._dice.randrange(len(data) // SECTOR + 1) * SECTOR]
        return bytes(len(data)) if how == "zeros" else b""


class Platter:
    """A disk after the operations of ``done``, with what is certain and what is not."""

    def __init__(self, done: list[Operation]) -> None:
        self.root = _Folder()
        for operation in done:
            self._apply(*operation)

    def _at(self, path: tuple[str, ...]) -> Any:
        found: Any = self.root
        for name in path:
            found = found.seen[name]
        return found

    def _apply(self, what: str, path: tuple[str, ...], *more: Any) -> None:
        if what == "sync":
            self._at(path).sync()
        elif what == "write":
            self._at(path).pending.append(more)
        elif what == "truncate":
            self._at(path).pending.append((more[0], None))
        elif what == "replace":
            (target,) = more
            assert target[:-1] == path[:-1], "a rename from folder to folder"
            self._at(path[:-1]).change(path[-1], target[-1], self._at(path))
        else:
            made = {"create": _File, "allocate": _File, "mkdir": _Folder}.get(what)
            self._at(path[:-1]).change(path[-1], path[-1], made() if made else None)

    def cut(self, dice: Dice, target: Path) -> None:
        """Make ``target`` a folder with what a cut at this moment may leave."""
        _lay(self.root, dice, target)


def _lay(folder: _Folder, dice: Dice, target: Path) -> None:
    target.mkdir()
    for name, what in folder.drawn(dice).items():
        if isinstance(what, _Folder):
            _lay(what, dice, target / name)
        else:
            (target / name).write_bytes(what.drawn(dice))


def apply(
    path: Path, model: dict[str, str], batch: list[Article], gone: list[str], **options: Any
) -> bytes:
    """One commit; ``model`` is what the index holds afterwards.  Returns the catalogue."""
    with whoosh.open_writer(path, lock_timeout=0, **options) as writer:
        for article in batch:
            writer.put(article)
            model[article.id] = article.sha256
        for article_id in gone:
            writer.delete(article_id)
            model.pop(article_id, None)
        catalogue = repr(sorted(model.items())).encode()
        writer.commit(catalogue)
    return catalogue


def life(disk: Recording, path: Path) -> None:
    """Create an index, add, change, remove, merge and rebuild; promise after each."""
    model: dict[str, str] = {}
    known = articles(24, seed=5)
    with using(disk):
        whoosh.create(path)
        disk.promise({}, b"")
        for number in range(0, 24, 4):
            batch = known[number : number + 4]
            changed = [revised(known[number - 1], f"turn {number}")] if number else []
            catalogue = apply(path, model, [*batch, *changed], [])
            disk.promise(dict(model), catalogue)
        catalogue = apply(path, model, [], [article.id for article in known[:3]])
        disk.promise(dict(model), catalogue)
        model.clear()
        catalogue = apply(path, model, known[5:15], [], rebuild=True)
        disk.promise(dict(model), catalogue)
        catalogue = apply(path, model, known[:2], [])
        disk.promise(dict(model), catalogue)


def held(path: Path) -> tuple[State, bytes]:
    """What the index at ``path`` holds: it must be whole, and its search must agree."""
    with whoosh.open_reader(path) as engine:
        assert engine.recovered == "", engine.recovered
        state = {article.id: article.sha256 for article in engine.articles()}
        assert engine.search(Request(Every())).total == len(state)
        return state, engine.catalogue()


def survives(disk: Recording, at: int, seed: int, folder: Path) -> str:
    """Cut the power after ``at`` operations and look at the index: what was promised last, or
    what comes next, whole, and the next commit works.  Returns which of them it was.

    Raises ``AssertionError`` or what the engine raises.
    """
    Platter(disk.done[:at]).cut(Dice(f"{seed}-{at}"), folder)
    path = folder / "index"
    safe = [promise for promise in disk.promises if promise[0] <= at]
    following = [promise for promise in disk.promises if promise[0] > at][:1]
    try:
        state, catalogue = held(path)
    except IndexNotFound:
        assert not safe, "the index is gone"
        whoosh.create(path)
        state, catalogue, found = {}, b"", "none"
    else:
        allowed = [(s, c) for _, s, c in [*safe[-1:], *following]]
        assert (state, catalogue) in allowed, "neither the old nor the new generation"
        found = "old" if safe and (state, catalogue) == allowed[0] else "new"
    more = articles(2, seed=99)
    model = dict(state)
    with using(Sound()):
        after = apply(path, model, more, list(state)[:1])
    assert held(path) == (model, after), "the next commit went wrong"
    return found


def moments(done: list[Operation], seed: int, count: int) -> list[int]:
    """Where to cut: every other time next to an operation that is no write to a file."""
    dice = random.Random(seed)
    turns = [at for at, (what, *_) in enumerate(done) if what != "write"]
    return [
        dice.choice(turns) + dice.randrange(2) if number % 2 else dice.randrange(len(done) + 1)
        for number in range(count)
    ]
