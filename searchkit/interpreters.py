"""New interpreters that run one function of searchkit, joined to this process by pipes.

Floor 1.  A process with threads is never forked, and nothing but its import path is handed on:
no variable that changes what Python does, no terminal, no signals of the terminal's.
Invariant: a child imports what this process would import, whatever folder it is in.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

_BOOTSTRAP = (
    "import os, sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    # Nothing is calculated that numpy would need threads, and their memory, for.
    "os.putenv('OPENBLAS_NUM_THREADS', '1'); "
    "from {module} import {function}; {function}()"
)


def start(
    module: str, function: str, *, shared: tuple[int, ...] = (), stderr: int = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    """A child that runs ``function`` of ``module``, with pipes to its streams and the descriptors
    ``shared``.  Its pipes are closed in every other child.  Raises ``OSError``."""
    if not sys.executable:
        raise OSError("no Python interpreter is known to start")
    flags = ["-I", *(["-B"] if sys.dont_write_bytecode else [])]
    code = _BOOTSTRAP.format(module=module, function=function)
    return subprocess.Popen(
        [sys.executable, *flags, "-c", code, json.dumps(import_path())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        bufsize=0,
        pass_fds=shared,
        start_new_session=True,
    )


def import_path() -> list[str]:
    """This process's import path, free of the current folder, which may have changed."""
    home = str(Path(__file__).parent.parent.absolute())
    entries = [os.path.abspath(entry) if entry else home for entry in sys.path]
    return entries if home in entries else [*entries, home]
