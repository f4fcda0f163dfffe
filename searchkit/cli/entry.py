"""Run a command line to its exit code: the one place where errors become messages.

Floor 9.  An error is one sentence and, on the next line, what to do about it; the traceback
only comes with ``--debug``.  Invariant: ``main`` returns a code and raises nothing, ``--debug``
aside.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import click

from ..errors import QueryError, SearchkitError
from ..settings import keep_algebra_single
from .app import app
from .exits import Exit, Interrupted, ReaderGone, Terminated, exit_for
from .run import Run, remark_lines, say
from .words import WordsCommand

STOPPED = "stopped; index unchanged"

_NEW_OBJECTS = 50_000
"""More than start-up makes between two looks for garbage: there is none to be found then."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (``sys.argv`` by default) and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given[: given.index("--") if "--" in given else len(given)]
    keep_algebra_single()
    gc.set_threshold(_NEW_OBJECTS)
    if not _streams_open():
        for line in _message("standard output is closed", "send it to a file, or to /dev/null"):
            say(line)
        return Exit.USAGE
    try:
        with _signals_stop():
            return _ended(given, debug)
    finally:
        # The process ends now, and need not look through all it has on its way out.
        gc.freeze()


def _ended(given: list[str], debug: bool) -> int:
    """The exit code of a command line, every error told on standard error."""
    run = Run()
    try:
        code = app.main(args=given, prog_name="searchkit", standalone_mode=False, obj=run)
    except (KeyboardInterrupt, Interrupted, click.Abort):
        if sys.stderr.isatty():
            say("")  # the terminal shows ^C where the line begins
        say(STOPPED)
        return Exit.INTERRUPTED
    except Terminated:
        say(STOPPED)
        return Exit.TERMINATED
    except (ReaderGone, BrokenPipeError):
        _drop_output()
        return Exit.READER_GONE
    except click.ClickException as error:
        for line in _usage_lines(error):
            run.tell(line)
        return Exit.USAGE
    except Exception as error:
        if debug:
            raise
        for line in error_lines(error):
            run.tell(line)
        return exit_for(error)
    return code if isinstance(code, int) else Exit.OK


def error_lines(error: Exception) -> list[str]:
    """``error`` as people read it: what is wrong, then what to do."""
    if isinstance(error, QueryError):
        return list(remark_lines(error.diagnostics))
    if isinstance(error, SearchkitError):
        return _message(str(error), error.hint)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return _message(f"{where}{error.strerror or error}", "")
    kind = type(error).__name__
    return _message(
        f"unexpected {kind}: {error}", "this is a fault of searchkit: run it again with --debug"
    )


def _message(text: str, hint: str) -> list[str]:
    lines = [f"error: {text}"]
    if hint:
        lines.append(f"       {hint}")
    return lines


def _usage_lines(error: click.ClickException) -> list[str]:
    """A fault of the command line, with the nearest option where one is near."""
    text = error.format_message().rstrip(".")
    hint = ""
    context = getattr(error, "ctx", None)
    if isinstance(error, click.NoSuchOption):
        text = f"no option {error.option_name}"
        hint = f"did you mean {error.possibilities[0]}?" if error.possibilities else ""
        if isinstance(context and context.command, WordsCommand) and len(error.option_name) == 2:
            hint = f"to leave out the word {error.option_name[1]}:  -- {error.option_name}"
    if not hint and context is not None:
        hint = f"see:  {context.command_path} --help"
    return _message(text[:1].lower() + text[1:], hint)


def _streams_open() -> bool:
    """Whether there is a standard output.  Descriptors that are closed are opened to nowhere, so
    that no file of the index gets their number, and with it what others print."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:  # noqa: PERF203 - three times
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for good
    return sys.stdout is not None


@contextmanager
def _signals_stop() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the run with a line.  In child processes they just end them, and
    where Ctrl-C is ignored, as behind a shell's ``&``, it stays so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    owner = os.getpid()

    def stop(number: int, _frame: FrameType | None) -> None:
        interrupted = number == signal.SIGINT
        if os.getpid() != owner:
            os._exit(Exit.INTERRUPTED if interrupted else Exit.TERMINATED)
        raise Interrupted if interrupted else Terminated

    wanted = [signal.SIGTERM]
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        wanted.append(signal.SIGINT)
    before = [(number, signal.signal(number, stop)) for number in wanted]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _drop_output() -> None:
    """Send what is left to nowhere, so that closing the stream at exit says nothing."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
