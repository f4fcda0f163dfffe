"""The command line: one module a command, and the only code that prints or exits.

Floor 8.  ``main`` is the entry point.  Invariant: results go to standard output, all else
to standard error, and every way out has its row in ``exits``.
"""

import signal as _signal

# Until the command runs, Ctrl-C just ends the process: there is nothing yet to tell or to undo.
_interrupts = _signal.getsignal(_signal.SIGINT)
_early = _interrupts is _signal.default_int_handler
try:
    if _early:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
except ValueError:
    _early = False  # imported by another thread, which signals do not reach

from .entry import main  # noqa: E402

if _early:
    _signal.signal(_signal.SIGINT, _interrupts)

__all__ = ["main"]
