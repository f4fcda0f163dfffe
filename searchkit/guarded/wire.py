"""What goes between the pool and its workers: one line of JSON each way.

Floor 7.  A question is ``{"do": name, "with": arguments, "places": whether absolute paths are
told}``; an answer ``{"generation": name, "answer": value}``, in this order, or ``{"error": ...}``.
Before an answer come notes: where a worker begins to wait for another machine, and where it goes
on.  Invariant: an error arrives as the class it was raised as, with its words.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from typing import Any

from .. import errors
from ..errors import Diagnostic, SearchkitError

Json = dict[str, Any]

_CLASSES: dict[str, type[SearchkitError]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, SearchkitError)
}


def packed(value: Json) -> bytes:
    """``value`` as one line; lone surrogates and line ends travel escaped."""
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


def unpacked(line: bytes) -> Json:
    """The value of one line.  Raises ``ValueError``."""
    value: Json = json.loads(line)
    return value


_HEAD, _JOINT, _END = b'{"generation":', b',"answer":', b"}\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker answered: ``text`` is the value as JSON in ASCII, as the worker wrote it;
    ``generation`` that which was answered from, empty where another was committed meanwhile."""

    generation: str
    text: bytes

    @property
    def value(self) -> Any:
        """What the text says."""
        return json.loads(self.text)


def answer_line(generation: str, value: object) -> bytes:
    """The line of an answer."""
    name, text = (json.dumps(v, separators=(",", ":")) for v in (generation, value))
    return b"".join((_HEAD, name.encode("ascii"), _JOINT, text.encode("ascii"), _END))


def answer_in(line: bytes) -> Answer:
    """The answer of one line; its text is not read.  Raises the error that the line tells, and
    ``ValueError``."""
    head, joint, rest = line.partition(_JOINT)
    if joint and head.startswith(_HEAD) and rest.endswith(_END):
        return Answer(json.loads(head[len(_HEAD) :]), rest[: -len(_END)])
    told = unpacked(line)
    if "error" not in told:
        raise ValueError("neither an answer nor an error")
    raise error_from_dict(told["error"])


_NOTES = {b'"waits"\n': True, b'"goes on"\n': False}


def note(waits: bool) -> bytes:
    """The line that says whether a worker begins to wait, or goes on."""
    return next(line for line, meaning in _NOTES.items() if meaning is waits)


class Waits:
    """How long a worker has waited for others, by its notes."""

    def __init__(self) -> None:
        self._sum = 0.0
        self._since: float | None = None

    def take(self, said: bytearray) -> None:
        """Take the notes that ``said`` begins with out of it."""
        while said.startswith(b'"') and (line := bytes(said[: said.find(b"\n") + 1])):
            if line not in _NOTES:
                raise ValueError("neither a note nor an answer")
            del said[: len(line)]
            self._sum = self.seconds
            self._since = time.monotonic() if _NOTES[line] else None

    @property
    def seconds(self) -> float:
        """Until now."""
        return self._sum + (0.0 if self._since is None else time.monotonic() - self._since)


def error_to_dict(error: SearchkitError) -> Json:
    """``error`` for the way: its class, what it holds, and what it says."""
    held = dict(vars(error))
    if isinstance(error, errors.QueryError):
        held["diagnostics"] = [asdict(remark) for remark in error.diagnostics]
    known = next(kind for kind in type(error).__mro__ if kind.__name__ in _CLASSES)
    return {"class": known.__name__, "message": str(error), "held": held}


def error_from_dict(told: Json) -> SearchkitError:
    """The error that ``error_to_dict`` made a dictionary of."""
    kind = _CLASSES.get(told["class"], SearchkitError)
    error = kind.__new__(kind)
    held = dict(told["held"])
    if "diagnostics" in held:
        held["diagnostics"] = tuple(Diagnostic(**remark) for remark in held["diagnostics"])
    error.__dict__.update(held)
    error.args = (told["message"],)
    return error
