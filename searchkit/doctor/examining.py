"""Everything looked at, in the order in which it is told.

Floor 6.  Invariant: a check that itself fails is told as one, with the error's own words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import SettingsError
from ..settings import DEFAULT_ORIGIN, SETTINGS, Settings
from .checks import Check, Status, Topic, ok, problem
from .contents import index_checks
from .installation import installation
from .places import places


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Every check, in order of topic."""

    checks: tuple[Check, ...]

    @property
    def worst(self) -> Status:
        """The status of the worst check."""
        found = {check.status for check in self.checks}
        return next((s for s in (Status.PROBLEM, Status.WARNING) if s in found), Status.OK)

    def count(self, status: Status) -> int:
        return sum(check.status is status for check in self.checks)


def examine(
    index: str | Path,
    settings: Settings | SettingsError,
    more: Iterable[Check] = (),
) -> Diagnosis:
    """Look at the installation, at ``settings`` (or what is wrong with them), at the index in
    the folder ``index`` or at that address, and its sources, at its disk or its cluster; ``more``
    are checks of the caller's."""
    place = index if "://" in str(index) else Path(index)
    contents, size = _index(place)
    checks = [
        *_looked(Topic.INSTALLATION, installation),
        *_settings(settings),
        *contents,
        *_looked(Topic.DISK, lambda: places(place, size) if isinstance(place, Path) else ()),
        *more,
    ]
    order = list(Topic)
    return Diagnosis(tuple(sorted(checks, key=lambda check: order.index(check.topic))))


def _index(index: str | Path) -> tuple[list[Check], int]:
    try:
        return index_checks(index)
    except Exception as error:  # noqa: BLE001 - told as a problem, with its words
        return [_failed(Topic.INDEX, error)], 0


def _looked(topic: Topic, look: Callable[[], Iterable[Check]]) -> list[Check]:
    """The checks that ``look`` makes; those made before it fails, and that it failed."""
    found: list[Check] = []
    try:
        found.extend(look())
    except Exception as error:  # noqa: BLE001 - told as a problem, with its words
        found.append(_failed(topic, error))
    return found


def _failed(topic: Topic, error: Exception) -> Check:
    text = f"could not be looked at: {type(error).__name__}: {error}"
    return problem(topic, topic.value, text, "see it whole:  searchkit stats --debug")


def _settings(settings: Settings | SettingsError) -> Iterator[Check]:
    """Every setting that is not left at its default, and where it comes from."""
    if isinstance(settings, SettingsError):
        advice = settings.hint or "correct it, or take it out"
        yield problem(Topic.SETTINGS, "settings", str(settings), advice)
        return
    given = [s.name for s in SETTINGS if settings.origins[s.name] != DEFAULT_ORIGIN]
    for name in given:
        text = f"{settings.values[name]}, from {settings.origins[name]}"
        yield ok(Topic.SETTINGS, name, text)
    left = len(SETTINGS) - len(given)
    if left:
        text = f"{left} at their defaults (searchkit config --show-origin)"
        yield ok(Topic.SETTINGS, "others" if given else "settings", text)
