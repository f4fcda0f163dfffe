"""The command line: one module a command, and the only code that prints or exits.

Floor 8.  ``main`` is the entry point.  Invariant: results go to standard output, all else
to standard error, and every way out has its row in ``exits``.
"""

from .entry import main

__all__ = ["main"]
