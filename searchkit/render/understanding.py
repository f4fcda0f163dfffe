"""How a query was understood, line by line: what ``--explain-query`` shows.

Floor 7.  Invariant: everything that decided the result stands in a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..results import Results

_SHARES = {"all": "", "most": " (most of the words)", "any": " (any of the words)"}


def understood(results: Results) -> Iterator[str]:
    """What was asked, what its words count, and what that finds."""
    yield f"text     {results.query.text}"
    yield f"parsed   {results.query.parsed}"
    for name, value in results.query.filters.items():
        yield f"{name:<8} {value if isinstance(value, str) else ', '.join(value)}"
    for form in results.forms:
        also = f"; also {', '.join(form.others)}" if form.others else ""
        yield f"word     {form.word} (in {form.count:,} articles){also}"
    for one in results.counted:
        yield f"{one.kind:<8} {one.word}; counts also {', '.join(one.others)}"
    yield f"sort     {results.query.sort}"
    yield f"matches  {results.total:,}{_SHARES[results.match]}"
    if results.total_with_copies > results.total:
        yield f"copies   {results.total_with_copies:,} with those that another one stands for"
    for left, count in results.without.items():
        yield f"without  {left}: {count:,}"
