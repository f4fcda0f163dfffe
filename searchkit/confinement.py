"""What a child process does to itself before it works: no noise, no signals, so much memory.

Floor 1.  Called at the start of a process that ``interpreters`` made.  Invariant: what is allowed
here is never more than what the process was allowed before.
"""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

_COLUMNS = {resource.RLIMIT_AS: 0, resource.RLIMIT_DATA: 5}
"""Where ``/proc/self/statm`` counts the pages that a limit is about."""


def leave_signals() -> None:
    """Lets the parent alone hear what the terminal says, an alarm end the process, and neither
    leave a core file."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def silence(number: int) -> None:
    """Lets nothing that is printed to the descriptor ``number`` get anywhere, and nothing be read
    from it."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, number)
    os.close(nowhere)


def limit_memory(allowed: int, kind: int = resource.RLIMIT_AS) -> None:
    """Allows ``allowed`` bytes beyond what the process has now, where the system can tell how much
    that is: of its address space or, with ``RLIMIT_DATA``, of its data, to which mapped files do
    not count."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[_COLUMNS[kind]])
    except OSError:
        return
    _, hard = resource.getrlimit(kind)
    most = pages * resource.getpagesize() + allowed
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(kind, (most, hard))
