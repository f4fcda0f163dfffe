"""The user's own tables of forces and tags: which files hold them, and what those files say.

Floor 1.  One process speaks of one set of forces and of tags, in articles as in queries.
Invariant: which tables those are is said before the first question about them is answered.
"""

from __future__ import annotations

import importlib
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import SettingsError


@dataclass(frozen=True, slots=True)
class Own:
    """The paths of the user's own tables, each in the form of the shipped one; empty for none."""

    forces: str = ""
    tags: str = ""

    def files(self) -> tuple[Path, ...]:
        """Those that there are."""
        return tuple([Path(path) for path in (self.forces, self.tags) if path])


class _Chosen:
    """What was chosen, and whether somebody has asked for it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._own = Own()
        self._asked = False

    def choose(self, own: Own) -> None:
        with self._guard:
            if own != self._own and self._asked:
                raise SettingsError(
                    (own.forces or own.tags or "tables"),
                    "is too late: this process has read other tables already",
                    "choose tables before the first question",
                )
            self._own = own

    def ask(self) -> Own:
        with self._guard:
            self._asked = True
            return self._own


_CHOSEN = _Chosen()


def choose(own: Own) -> None:
    """Read ``own`` over the shipped tables, in all of this process and in those that parse for it.

    Raises ``SettingsError`` where other tables have been read already.
    """
    _CHOSEN.choose(own)


def chosen() -> Own:
    """The tables that were chosen; from now on there are no others."""
    return _CHOSEN.ask()


def bytes_of(path: Path) -> bytes:
    """Raises ``SettingsError`` where ``path`` cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(str(path), f"cannot be read: {error.strerror}") from error


def parsed(data: bytes, origin: str) -> Any:
    """What the table ``origin`` says in ``data``: TOML where its name ends so, or else YAML.

    Raises ``SettingsError``.
    """
    if origin.endswith(".toml"):
        # In the standard library from Python 3.11 on; the same code under another name before.
        toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
        try:
            return toml.loads(data.decode())
        except ValueError as error:
            raise SettingsError(origin, f"is not TOML: {error}") from error
    # Only a user's own table is YAML, and a search should not wait for its reader.
    import yaml

    try:
        return yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(origin, f"is not YAML: {error}") from error
