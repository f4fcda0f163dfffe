"""Query texts and options, sane and insane, against an index.

    python -m fuzz.queries --seconds 600 --queries QUERIES.txt --index INDEX

Texts are put together from the grammar, mutated from real queries, and made of raw bytes.
Every one has to give results or a ``QueryError``, in less than ``--slow`` seconds.  All are
read and joined with their filters; one in ``--every`` is also asked of the index.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from searchkit.errors import ArticleNotFound, QueryError
from searchkit.filters import Filters
from searchkit.index import Index
from searchkit.question import ask
from searchkit.render.envelope import to_dict

from .loop import ODD, arguments, mutated, report, run

TODAY = date(2021, 9, 3)
SEEDS = Path(__file__).resolve().parent.parent / "seeds"

QUERIES = (
    "knife crime", '"stop and search" -london', "force:essex date:2020..2021", "burglar* OR theft",
    "(drugs OR cannabis) (court OR jailed)", "diversity~1", '"county lines"~5', "ref:495",
    "title:police -title:appeal", "=policing", "region:north-west", "is:undated", "has:date",
    'date:"last 30 days" robbery', "mentions:kent,essex", "op:sceptre", "https://www.met.police.uk",
    "e-fit", "o'neill", "20/8/2021", "force:met,\"west midlands\"", "NOT fraud", "AND OR NOT",
)  # fmt: skip

SIGNS = (
    "(", ")", "((", "))", '"', "“", "”", "'", "’", "-", "--", "–", "=", "+", "|", "||", "&", "&&",
    "*", "**", "?", "~", "~1", "~2", "~9", "~99999999", "^2", ":", "::", "..", "…", ",", ".", "/",
    " AND ", " OR ", " NOT ", " and ", " TO ", "[", "]", "{", "}", "\\", "<", ">", "@", "#", "!",
)  # fmt: skip
FIELDS = (
    "title:", "lead:", "body:", "force:", "area:", "date:", "region:", "nation:", "is:", "has:",
    "ref:", "op:", "id:", "path:", "mentions:", "links:", "type:", "nosuch:", "category:", "url:",
)  # fmt: skip
VALUES = (
    "2020", "31/2/2020", "2020-13-45", "last 30 days", "yesterday", "0001", "9999", "99999",
    "essex", "wales", "dated", "99999999999999999999", "1/1/1..31/12/9999", "29/2",
    "last 99999 years",
)  # fmt: skip

Asked = tuple[str, dict[str, Any]]


def maker(queries: list[str]) -> Callable[[random.Random], Asked]:
    """A function that makes a text and options from a random source."""
    words = sorted({word for query in queries for word in query.split()})
    pieces = [sign.encode() for sign in (*SIGNS, *FIELDS)]
    pieces += [odd.encode("utf-8", "surrogatepass") for odd in ODD]

    def piece(rng: random.Random) -> str:
        kind = rng.randrange(10)
        if kind < 4:
            return rng.choice(words)
        if kind < 7:
            return rng.choice(SIGNS)
        if kind == 7:
            return rng.choice(FIELDS) + rng.choice((*VALUES, *words))
        if kind == 8:
            return rng.choice(ODD)
        return rng.choice(words)[: rng.randrange(1, 6)] + rng.choice(("*", "~", "~2", "?"))

    def text(rng: random.Random) -> str:
        kind = rng.randrange(20)
        if kind < 10:
            joints = ("", " ", " ", " ")
            count = rng.choice((1, 3, 6, 12, 60))
            return "".join(piece(rng) + rng.choice(joints) for _ in range(count))
        if kind < 17:
            data = mutated(rng.choice(queries).encode(), rng, pieces)
            return data.decode("utf-8", "surrogateescape")
        if kind == 17:
            return rng.randbytes(rng.randrange(200)).decode("utf-8", "surrogateescape")
        if kind == 18:
            return "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randrange(60)))
        long = (10, 1_000, 10_000, 40_000)
        return rng.choice((*SIGNS, *ODD, *FIELDS, "x", "a ", "-a ", "'a ")) * rng.choice(long)

    return lambda rng: (text(rng), _options(rng) if rng.random() < 0.2 else {})


def _options(rng: random.Random) -> dict[str, Any]:
    """Options of a search, mostly wrong in one way or another."""
    odd = (None, "", "x" * 500, -1, 0, 10**400, 1.5, True, b"x", object(), [], ["a"] * 500)
    sane: dict[str, tuple[Any, ...]] = {
        "area": ("essex", ["met", "kent"], "nowhere"),
        "since": VALUES, "until": VALUES, "on": VALUES,
        "sort": ("newest", "oldest", "relevance", "random"),
        "limit": (0, 10, 100, 101), "offset": (0, 5, 10_000, 10_001),
        "facets": ("force", ["year", "month"], "nosuch"),
        "width": (0, 40, 2_000), "fragments": (0, 2, 10), "snippets": ("lead", "none", "all"),
        "explain": (True,), "exact": (True,), "include_undated": (True,),
    }  # fmt: skip
    chosen = rng.sample(sorted(sane), rng.randrange(1, 4))
    plain = ("explain", "exact", "include_undated")
    return {
        name: rng.choice(sane[name] if name in plain or rng.random() < 0.8 else odd)
        for name in chosen
    }


def target(index: Index, every: int) -> Callable[[Asked], object]:
    """A function that reads a text and asks ``index`` one in ``every``, and raises only what
    should never be raised."""
    turns = count(1)

    def search(text: str, options: dict[str, Any], turn: int) -> None:
        if turn % every:
            ask(text, Filters(), today=TODAY)
        else:
            to_dict(index.search(text, **options))

    def one(asked: Asked) -> None:
        text, options = asked
        turn = next(turns)
        try:
            search(text, options, turn)
        except QueryError as error:
            if not error.diagnostics or not 0 < len(str(error)) < 1_000:
                raise ValueError(f"not an error to show: {error!r:.200}") from error
        if not turn % every:
            with contextlib.suppress(ArticleNotFound, QueryError):
                index.find(text)

    return one


def main() -> int:
    def extra(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--queries", type=Path, help="real queries, one a line")
        parser.add_argument("--every", type=int, default=10, help="how many share one search")
        parser.add_argument("--index", type=Path, help="an index; by default one of the seeds")

    options = arguments(__doc__ or "", extra)
    given = options.queries.read_text("utf-8").splitlines() if options.queries else []
    queries = [line for line in given if line.strip()] or list(QUERIES)
    with tempfile.TemporaryDirectory() as folder:
        place = options.index or Path(folder) / "index"
        if not options.index:
            Index.build(SEEDS, place).close()
        with Index.open(place) as index:
            tally = run(maker(queries), target(index, options.every), options)
    return report("queries", tally, options)


if __name__ == "__main__":
    sys.exit(main())
