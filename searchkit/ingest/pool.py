"""Parses articles in processes of their own, so that none can hurt the run.

Floor 2.  Workers are plain interpreters joined by pipes: no fork of this process, no pickles,
no locks.  One that hangs, crashes or grows too large costs the article it was at; the rest of
its load goes to a fresh one.
Invariant: ``parse`` answers every candidate exactly once, in the order in which they came.
"""

from __future__ import annotations

import selectors
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from types import TracebackType

from ..article import Article, Rejected
from ..settings import INGEST_LIMITS, IngestLimits
from .candidates import Candidate
from .link import Worker
from .worker import SPENT, time_reason
