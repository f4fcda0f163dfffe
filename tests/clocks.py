"""Time that tests pass: no test waits for a clock."""

from __future__ import annotations

from types import ModuleType

import pytest


class Clock:
    """Time that passes by sleeping alone, in place of the module ``time``."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def clock_of(monkeypatch: pytest.MonkeyPatch, *modules: ModuleType) -> Clock:
    """The one clock of ``modules``, for as long as the test lasts."""
    made = Clock()
    for module in modules:
        monkeypatch.setattr(module, "time", made)
    return made
