"""Everything that is said about a query: one table in the document, true and complete."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from searchkit import Index
from searchkit.errors import Diagnostic, QueryError
from searchkit.guarded.deeds import perform
from searchkit.query.parser import parse
from searchkit.query.remarks import REMARKS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "query-language.md"
_ROW = re.compile(r"^\| `([a-z-]+)` \| `(.+?)`(?: × (\d+))? \| `(.+)` \|$", re.M)
_CALL = re.compile(r"(?:\w+\.)?(?:search|get|timeline)\(.*\)")
ROWS = [
    (kind, example.replace("\\u0007", "\a") * int(times or 1), answer)
    for kind, example, times, answer in _ROW.findall(DOCUMENT.read_text("utf-8"))
]
QUERIES = [row for row in ROWS if not _CALL.fullmatch(row[1])]
CALLS = [row for row in ROWS if _CALL.fullmatch(row[1])]

Calls = Mapping[str, object]


def answered(call: str, calls: Calls) -> tuple[Diagnostic, ...]:
    """What is said where one of the document's calls is made."""
    found: dict[str, Any] = dict(calls)
    try:
        exec(f"results = {call}", found)
    except QueryError as error:
        return error.diagnostics
    return tuple(found["results"].warnings)


@contextmanager
def opened(folder: Path) -> Iterator[Calls]:
    """What the calls of the document call, on indexes such as it tells of."""
    words = " ".join(f"abc{n:05}" for n in range(1_025))
    (folder / "words.md").write_text(f"A headline\n\n{words}\n", "utf-8")
    call_us = "Call Crimestoppers anonymously on 0800 555 111."
    (folder / "contact.md").write_text(f"Knife found\n\nA knife was found.\n\n{call_us}\n", "utf-8")
    with Index.build(folder, folder / "index") as index, _damaged(folder) as damaged:
        guarded = SimpleNamespace(search=lambda text, **o: perform(index, "search", {**o}))
        named = {"search": index.search, "get": index.get, "timeline": index.timeline}
        yield {**named, "guarded": guarded, "damaged": damaged}


@contextmanager
def _damaged(folder: Path) -> Iterator[Index]:
    """An index of which the pointer to the newest state is empty."""
    place = folder / "damaged"
    for name in ("contact.md", "words.md"):
        with Index.create(place, exist_ok=True) as index:
            index.add(folder / name)
    (place / "CURRENT").write_bytes(b"")
    with Index.open(place) as index:
        yield index


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calls]:
    with opened(tmp_path_factory.mktemp("said")) as found:
        yield found


@pytest.mark.parametrize(("kind", "text", "answer"), QUERIES)
def test_every_query_of_the_table_is_answered_as_it_says(kind: str, text: str, answer: str) -> None:
    found = parse(text, today=date(2021, 9, 3)).diagnostics
    assert (kind, answer) in [(one.kind, one.message) for one in found]
    assert any(one.fatal for one in found) == REMARKS[kind].fatal


@pytest.mark.parametrize(("kind", "call", "answer"), CALLS)
def test_every_call_of_the_table_is_answered_as_it_says(
    calls: Calls, kind: str, call: str, answer: str
) -> None:
    told = re.escape(answer.removesuffix("…")) + (".+" if answer.endswith("…") else "")
    assert any(
        one.kind == kind and re.fullmatch(told, one.message, re.DOTALL)
        for one in answered(call, calls)
    )


@pytest.mark.parametrize("kind", REMARKS)
def test_every_remark_on_a_text_stands_in_the_table(kind: str) -> None:
    assert kind in {row[0] for row in QUERIES}


_MADE = ("Diagnostic", "refusal")
_FORMS = {
    **dict.fromkeys(_MADE, ("{}",)),
    "_listed": ("bad-{}", "limit-{}"),
    "_number": ("bad-{}", "limit-{}"),
    "_chosen": ("bad-{}",),
    "_short": ("limit-{}",),
}
"""What the kinds are that a function gives, by its first argument."""


def _said_in(source: str) -> Iterator[str]:
    """Patterns of the kinds that a module gives to diagnostics of its own."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or not call.args:
            continue
        first, name = call.args[0], call.func.id
        text = first.value if isinstance(first, ast.Constant) else None
        if name in _MADE and isinstance(first, ast.JoinedStr):
            parts = (p.value if isinstance(p, ast.Constant) else ".+" for p in first.values)
            yield "".join(map(str, parts))
        if isinstance(text, str):
            yield from (re.escape(form.format(text)) for form in _FORMS.get(name, ()))


def test_every_remark_that_is_made_elsewhere_stands_in_the_table() -> None:
    sources = (file.read_text("utf-8") for file in (ROOT / "searchkit").rglob("*.py"))
    said = {kind for source in sources for kind in _said_in(source)}
    told = {row[0] for row in ROWS}
    assert {"empty\\-force", "bad\\-sort", "limit\\-address", "unknown-.+"} <= said
    assert [kind for kind in said if not any(re.fullmatch(kind, one) for one in told)] == []
