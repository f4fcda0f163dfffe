"""The questions: sets of queries that every engine is asked in the same words.

They are made once and kept in a file, with searchkit's own parser.  Invariant: stop words are
gone already, by searchkit's list, so that no engine searches for words that another leaves out.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from searchkit.analysis import STOP_WORDS, words
from searchkit.query.nodes import And, Node, Or, Phrase, Term
from searchkit.query.parser import parse

from .base import Question

LONG_QUERIES = 60
LONG_WORDS = 12
_SEED = 20_210_202
_OPERATORS = {"and", "or", "not", "near", "to"}
_PLAIN_WORD = re.compile(r"[a-z]{3,20}$")


def read(path: Path) -> dict[str, list[Question]]:
    """The sets of questions in the file ``write`` wrote."""
    sets = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: [Question(tuple(tuple(c) for c in clauses), any_of) for clauses, any_of in questions]
        for name, questions in sets.items()
    }


def write(path: Path, sets: dict[str, list[Question]]) -> None:
    """Keep ``sets`` for the processes that ask them."""
    plain = {name: [(q.clauses, q.any) for q in asked] for name, asked in sets.items()}
    path.write_text(json.dumps(plain), encoding="utf-8")


def sets_of(lines: Iterable[str], bodies: Iterable[str]) -> dict[str, list[Question]]:
    """The four sets: the lines as typed (``and``), any of their words (``or``), those of several
    words as phrases (``phrase``), and twelve words of one article of ``bodies`` each
    (``or12``)."""
    typed = [asked for line in lines if line.strip() and (asked := _typed(line))]
    several = [line for line in lines if len(words(line)) > 1 and '"' not in line]
    return {
        "and": typed,
        "or": [Question(q.clauses, any=True) for q in typed if len(q.clauses) > 1],
        "phrase": [Question((tuple(words(line)),)) for line in several],
        "or12": _long(bodies),
    }


def _typed(line: str) -> Question | None:
    clauses = _clauses(parse(line, today=date(2021, 6, 1)).query)
    return Question(clauses) if clauses else None


def _clauses(node: Node) -> tuple[tuple[str, ...], ...]:
    """The words and phrases of a plain query; none where it asks for anything else."""
    nodes = node.nodes if isinstance(node, (And, Or)) else (node,)
    clauses: list[tuple[str, ...]] = []
    for part in nodes:
        if isinstance(part, Term) and part.field is None:
            clauses.append((part.word,))
        elif isinstance(part, Phrase) and part.field is None:
            clauses.append(part.words)
        else:
            return ()
    return tuple(clauses)


def _long(bodies: Iterable[str]) -> list[Question]:
    """One question for each body that has enough words, up to ``LONG_QUERIES``.  Words are drawn
    as they occur, so that frequent ones come often: the hard case."""
    dice = random.Random(_SEED)
    questions: list[Question] = []
    for body in bodies:
        running = [w for w in words(body) if _PLAIN_WORD.match(w)]
        dice.shuffle(running)
        chosen = [w for w in dict.fromkeys(running) if w not in STOP_WORDS | _OPERATORS]
        if len(chosen) >= LONG_WORDS and len(questions) < LONG_QUERIES:
            questions.append(Question(tuple((w,) for w in chosen[:LONG_WORDS]), any=True))
    return questions
