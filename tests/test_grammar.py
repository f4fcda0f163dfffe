"""The grammar in the document is that of the parser: whatever it makes is read without remarks on
its form."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from searchkit.query.parser import parse
from searchkit.query.values import KNOWN, UNAVAILABLE

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "query-language.md"
_TOKEN = re.compile(r"""\s*("[^"]*"|'[^']*'|[a-z]+(?: [a-z]+)*|[=,;|(){}[\]])""")
_LEFT_OPEN = {"character": "bqé7", "letter": "bqzéß", "digit": "12", "joint": "/.@_", "bare": ""}
_LEFT_OPEN |= {"apostrophe": "'’", "hyphen": "-‐–"}
_SPACED = frozenset({"all", "query"})
_TWICE = re.compile(r"([-−=+])(?=\1)")
_OPERATORS = ("AND", "&", "&&", "OR", "|", "||")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
# What a text means is not for a grammar to say: names, days, sizes, and what may surprise.
_OF_MEANING = frozenset(
    """
    unknown-force unknown-tag unknown-region unknown-nation unknown-state bad-date value-wildcard
    mixed-operators double-negation ignored-window
    """.split()
)

Rules = dict[str, list[str]]


def rules() -> Rules:
    """The rules of the document: name to tokens."""
    block = re.search(r"^```ebnf\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.M | re.S)
    assert block
    found: Rules = {}
    tokens = _TOKEN.findall(block[1])
    while tokens:
        end = tokens.index(";")
        name, equals, *found[tokens[0]] = tokens[:end]
        assert equals == "=", name
        del tokens[: end + 1]
    return found


def _split(tokens: list[str], sign: str) -> list[list[str]]:
    """``tokens`` cut at each ``sign`` that stands in no bracket."""
    parts: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token in _CLOSING) - (token in _CLOSING.values())
        if token == sign and not depth:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


class Writer:
    """Makes texts by the rules, the shorter the deeper it is in them."""

    def __init__(self, chance: random.Random) -> None:
        self.rules = rules()
        self.chance = chance
        self.depth = 0

    def rule(self, name: str) -> str:
        if name in _LEFT_OPEN and name not in self.rules:
            return self.chance.choice(_LEFT_OPEN[name] or ["kent", "2020", "dated", "d/1-x"])
        self.depth += 1
        text = self.choice(self.rules[name], name)
        self.depth -= 1
        return _TWICE.sub("", text) if name == "clause" else text

    def choice(self, tokens: list[str], within: str) -> str:
        ways = _split(tokens, "|")
        if within == "words" and self.depth > 9:
            ways = ways[1:]
        parts = _split(self.chance.choice(ways), ",")
        return (" " if within in _SPACED else "").join(filter(None, map(self.part(within), parts)))

    def part(self, within: str) -> Callable[[list[str]], str]:
        def made(tokens: list[str]) -> str:
            first = tokens[0]
            if first in _CLOSING and tokens[-1] == _CLOSING[first]:
                times = {
                    "(": 1,
                    "[": self.chance.randint(0, 1),
                    "{": self.chance.choice((0, 0, 1, 2)),
                }
                inside = tokens[1:-1]
                several = [self.choice(inside, within) for _ in range(times[first])]
                return (" " if within in _SPACED else "").join(several)
            if first[0] in "\"'":
                text = first[1:-1]
                return f" {text} " if text in _OPERATORS else text + " " * (text == "NOT")
            return self.rule(first)

        return made


def test_every_name_in_the_grammar_has_a_rule_or_is_said_to_be_left_open() -> None:
    known = rules()
    named = {t for tokens in known.values() for t in tokens if t[0].isalpha()}
    assert named - known.keys() <= _LEFT_OPEN.keys()
    said = DOCUMENT.read_text("utf-8").split("What the rules leave open:")[1].split("\n\n")[0]
    assert [name for name in named - known.keys() if f"*{name}*" not in said] == []


def test_the_grammar_names_every_field() -> None:
    known = rules()
    names = {t.strip('"') for rule in ("text field", "value field") for t in known[rule]} - {"|"}
    assert names == KNOWN - UNAVAILABLE


@pytest.mark.parametrize("seed", range(8))
def test_what_the_grammar_makes_is_read_without_a_remark_on_its_form(seed: int) -> None:
    writer = Writer(random.Random(seed))
    sound = 0
    for _ in range(40):
        text = writer.rule("query")
        said = parse(text, today=date(2021, 9, 3)).diagnostics
        # What is refused leaves a gap, of which the remarks on what is around it may speak.
        counted = [d for d in said if d.fatal] or said
        kinds = {d.kind for d in counted if not d.kind.startswith("limit-")}
        assert kinds <= _OF_MEANING, (text, said)
        sound += not any(d.fatal for d in said)
    assert sound > 10
