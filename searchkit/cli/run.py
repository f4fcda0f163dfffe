"""What every command shares: settings with flags applied, the terminal, and ways to speak.

Floor 9.  Invariant: ``emit`` writes to standard output, ``say`` to standard error, and
nothing else writes anywhere.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ..errors import Diagnostic
from ..render.characters import printable, to_json
from ..render.layout import Look
from ..settings import Settings, Surroundings, load_settings, surroundings
from ..tables import Own, choose
from .exits import ReaderGone
from .hints import for_index

_PAGER = ("less", "-FIRX")
_WIDEST = 100  # columns: longer lines of prose are hard to read
_PIPE_WIDTH = 80


@dataclass
class Run:
    """One run of the command line.  ``flags`` maps settings given as flags to (value, flag);
    ``output`` is the file that results go to, if it is not standard output."""

    flags: dict[str, tuple[object, str]] = field(default_factory=dict)
    quiet: bool = False
    debug: bool = False
    output: str = ""

    @cached_property
    def surroundings(self) -> Surroundings:
        return surroundings()

    @cached_property
    def _given(self) -> Settings:
        """The settings before any flag, which may still be added."""
        return load_settings()

    @property
    def settings(self) -> Settings:
        """The settings in force.  Raises ``SettingsError``."""
        settings = self._given
        for name, (value, flag) in self.flags.items():
            settings = settings.override(name, value, flag)
        return settings

    def flag(self, name: str, value: object, flag: str = "") -> None:
        """Note that ``value`` was given for the setting ``name`` on the command line."""
        if value is not None:
            self.flags[name] = (value, flag or f"--{name.replace('_', '-')}")

    @property
    def look(self) -> Look:
        """The terminal that standard output is, or what stands in for one."""
        on_terminal = sys.stdout.isatty()
        choice = self.settings.text("color")
        able = (
            on_terminal and not self.surroundings.no_color and self.surroundings.terminal != "dumb"
        )
        color = choice == "always" or (choice == "auto" and able)
        width = _PIPE_WIDTH
        if on_terminal:
            width = min(_WIDEST, _terminal_size()[0])
        return Look(width, color, color and on_terminal and self.surroundings.hyperlinks)

    def choose_tables(self) -> None:
        """Read the tables of forces and tags that the settings name over the shipped ones.

        Raises ``SettingsError``.
        """
        paths = {name: self._given.text(name) for name in ("forces", "tags")}
        choose(Own(**{name: os.path.abspath(path) for name, path in paths.items() if path}))

    def hinted(self, text: str) -> str:
        """``text`` with the index that was named on the command line in the commands it names."""
        given, _ = self.flags.get("index", ("", ""))
        return for_index(text, str(given))

    def tell(self, text: str) -> None:
        """Say something, whether or not ``--quiet`` was given."""
        say(self.hinted(text))

    def note(self, text: str) -> None:
        """Say something that ``--quiet`` silences."""
        if not self.quiet:
            self.tell(text)

    def show(self, lines: Iterable[str], *, pager: bool = True) -> None:
        """Write lines for people, through a pager where they are longer than the screen."""
        held = list(lines)
        text = "".join(f"{line}\n" for line in held)
        wanted = pager and self.settings.on("pager") and sys.stdout.isatty()
        if wanted and len(held) >= _terminal_size()[1]:
            from shutil import which

            command = shlex.split(self.surroundings.pager) or list(_PAGER)
            if command == ["less"]:
                command = list(_PAGER)
            if which(command[0]) and command[0] != "cat":
                _page(command, text)
                return
        emit(text)


def _terminal_size() -> tuple[int, int]:
    """Columns and lines of the terminal."""
    # It brings the readers of archives along, which a search into a pipe need not wait for.
    from shutil import get_terminal_size

    return get_terminal_size((_PIPE_WIDTH, 24))


def _page(command: list[str], text: str) -> None:
    # Most runs page nothing, and it takes time to import.
    import subprocess

    pager = subprocess.Popen(command, stdin=subprocess.PIPE, encoding="utf-8", errors="replace")
    try:
        pager.communicate(text)
    except BrokenPipeError:
        pager.wait()  # the reader has seen enough and quit


def emit(*texts: str) -> None:
    """Write to standard output.  Raises ``ReaderGone`` where nobody reads any more."""
    try:
        for text in texts:
            _write(text)
        sys.stdout.flush()
    except BrokenPipeError as problem:
        raise ReaderGone from problem


def emit_json(value: object) -> None:
    """Write a value as indented JSON."""
    emit(to_json(value, indent=2), "\n")


def emit_bytes(data: bytes) -> None:
    """Write bytes to standard output as they are."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError as problem:
        raise ReaderGone from problem


def say(text: str) -> None:
    """Write a line to standard error."""
    try:
        print(safe(text), file=sys.stderr, flush=True)  # noqa: T201 - the command line speaks
    except BrokenPipeError:
        # Nobody listens to remarks any more; the work itself goes on.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def safe(text: str) -> str:
    """``text`` without control characters, line ends aside, as the stream can encode it."""
    lines = "\n".join(printable(line) for line in text.split("\n"))
    encoding = sys.stderr.encoding or "utf-8"
    return lines.encode(encoding, "replace").decode(encoding)


def remark_lines(remarks: Iterable[Diagnostic]) -> Iterator[str]:
    """Remarks on a query: what is wrong, then what to type instead; the same only once."""
    said: set[tuple[str, str]] = set()
    for remark in remarks:
        if (remark.message, remark.hint) in said:
            continue
        said.add((remark.message, remark.hint))
        word = "error" if remark.fatal else "warning"
        yield f"{word}: {remark.message}"
        if remark.hint:
            yield f"{' ' * (len(word) + 2)}{remark.hint}"


def _write(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    if encoding.lower().replace("-", "") not in ("utf8", "utf_8"):
        text = text.encode(encoding, "replace").decode(encoding)
    sys.stdout.write(text)
