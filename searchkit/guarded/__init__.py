"""Searching in processes that can be killed: a query that takes too much costs only itself.

Floor 7.  ``SearchWorkers`` keeps processes that have the index open (``worker``) and talks to
them in lines of JSON (``wire``), an answer being the envelope of ``render``.  Invariant: every
question gets its answer or a typed error, within its time, whatever a worker is doing.
"""

from .workers import SearchWorkers

__all__ = ["SearchWorkers"]
