"""How a query was understood: in a line or two above the results, or all of it on demand.

Floor 7.  Invariant: with ``--explain-query``, everything that decided the result has its own line.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..results import Results

_SHARES = {"all": "", "most": " (most of the words)", "any": " (any of the words)"}
_OTHER_FORMS = 4


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


def forms_line(results: Results) -> str:
    """``also counting: diverse; use --exact ...``, where stemming widened a word."""
    others: list[str] = []
    for form in results.forms:
        others.extend(form.others[:_OTHER_FORMS])
        if len(form.others) > _OTHER_FORMS:
            others.append(f"{len(form.others) - _OTHER_FORMS} more forms of {form.word}")
    if not others:
        return ""
    itself = "the word itself" if len(results.forms) == 1 else "the words themselves"
    return f"also counting: {', '.join(others)}; use --exact for {itself}"


def counted_line(results: Results) -> str:
    """``also counting, below the words typed: collision for crash; ...``"""
    each = []
    for one in results.counted:
        left = len(one.others) - _OTHER_FORMS
        others = [*one.others[:_OTHER_FORMS], *([f"{left} more"] if left > 0 else [])]
        near = one.kind == "near"
        each.append(f"{'near spellings of' if near else ', '.join(others) + ' for'} {one.word}")
    hint = (
        ""
        if all(one.kind == "near" for one in results.counted)
        else "; use --no-synonyms for the words alone"
    )
    return f"also counting, below the words typed: {'; '.join(each)}{hint}"
