"""The command line: one module a command, and the only code that prints or exits.

Floor 9.  ``main`` is the entry point.  Invariant: results go to standard output, all else
to standard error, and every way out has its row in ``exits``.
"""

import os as _os
import signal as _signal


def _stop(*_: object) -> None:
    # Nothing is there yet to tell it with, or to undo.
    _os.write(2, b"stopped; index unchanged\n")
    _os._exit(130)


# Until the command runs, Ctrl-C ends the process with the line that it ends a run with.
_interrupts = _signal.getsignal(_signal.SIGINT)
_early = _interrupts is _signal.default_int_handler
try:
    if _early:
        _signal.signal(_signal.SIGINT, _stop)
except ValueError:
    _early = False  # imported by another thread, which signals do not reach

from .entry import main  # noqa: E402 - it takes a while, in which Ctrl-C is heard

if _early:
    _signal.signal(_signal.SIGINT, _interrupts)

__all__ = ["main"]
