"""What the doctor found, a line a check, and as a dictionary.

Floor 7.  Invariant: the status is a word on every line, never colour alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..doctor import Diagnosis, Status
from .layout import Look, counted, pad, paint, wrap

_STATUS = max(len(status.value) for status in Status) + 2
_NAME = 16
_STYLES = {Status.OK: "dim", Status.WARNING: "match", Status.PROBLEM: "warning"}


def render_diagnosis(diagnosis: Diagnosis, look: Look) -> Iterator[str]:
    """The checks under their topics, what to do below each, and a last line that sums up."""
    topic = None
    for check in diagnosis.checks:
        if check.topic is not topic:
            topic = check.topic
            yield paint(topic.value, "headline", look)
        lines = wrap([(check.found, "")], look, _STATUS + _NAME)
        first = lines[0].lstrip(" ") if lines else ""
        name = pad(check.name, _NAME - 2) + "  "
        yield paint(pad(check.status.value, _STATUS), _STYLES[check.status], look) + name + first
        yield from lines[1:]
        if check.advice:
            yield from wrap([(f"-> {check.advice}", "")], look, _STATUS + _NAME)
    yield ""
    yield paint(_sum(diagnosis), _STYLES[diagnosis.worst], look)


def _sum(diagnosis: Diagnosis) -> str:
    problems = diagnosis.count(Status.PROBLEM)
    warnings = diagnosis.count(Status.WARNING)
    if diagnosis.worst is Status.OK:
        return "All is well."
    return f"{counted(problems, 'problem')}, {counted(warnings, 'warning')}"


def diagnosis_to_dict(diagnosis: Diagnosis) -> dict[str, Any]:
    """The same for programs."""
    return {
        "schema": "searchkit.doctor/1",
        "status": diagnosis.worst.value,
        "problems": diagnosis.count(Status.PROBLEM),
        "warnings": diagnosis.count(Status.WARNING),
        "checks": [
            {
                "topic": check.topic.value,
                "name": check.name,
                "status": check.status.value,
                "found": check.found,
                "advice": check.advice,
            }
            for check in diagnosis.checks
        ],
    }
