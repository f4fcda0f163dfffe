"""Stock Whoosh with its multiprocessing writer: two processes, one segment of each.

Everything else is ``stock_whoosh``.  Invariant: only the writer differs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import stock_whoosh
from .stock_whoosh import Reader, open_writer, version

__all__ = ["SETTINGS", "Builder", "Reader", "version"]

SETTINGS = {
    **stock_whoosh.SETTINGS,
    "build": f"writer with procs=2, multisegment, {stock_whoosh.SETTINGS['build'].split(', ')[1]}",
}


class Builder(stock_whoosh.Builder):
    """A writer that hands batches to two processes."""

    def _opened(self, folder: Path) -> Any:
        return open_writer(folder, procs=2, multisegment=True)
