"""Results made by hand, for the tests of rendering: invented places and people."""

from __future__ import annotations

from datetime import datetime

from searchkit.article import LONDON, Article, DateSource, ForceMatch, Precision, PublicationDate
from searchkit.errors import Diagnostic
from searchkit.results import (
    Bucket,
    Contribution,
    Facet,
    Hit,
    QueryEcho,
    Results,
    WordForms,
)
from searchkit.snippets import Snippet

MINUTE = PublicationDate(
    datetime(2021, 2, 2, 19, 5, tzinfo=LONDON),
    Precision.MINUTE,
    DateSource.BODY_HEAD,
    "19:05 02/02/2021",
)

BURGLARY = Article(
    id="00112233445566aa",
    title="Farm shop in Lower Wexcombe broken into",
    lead="Officers appeal for witnesses.",
    body="A quad bike was stolen from a farm shop.\nCall 101 with information.",
    boilerplate=((41, 67),),
    area="Essex",
    force=ForceMatch("essex", "Essex Police", "area"),
    date=MINUTE,
    url="https://www.example.org/news/2021/february/farm-shop-in-lower-wexcombe-broken-into/",
    path="archive/one.md",
    sha256="a" * 64,
    category="Appeal",
    references=("12/3456/21",),
    mentions=("kent",),
    meta={"title": "Farm shop"},
)

NAMELESS = Article(id="ffeeddccbbaa9988", title="", body="Nothing more is known.")

HOSTILE = Article(
    id="1234123412341234",
    title="Red \x1b[31malert\x1b[0m\tand\nmore\u202e",
    body="Body \x1b]0;owned\x07 text \x9b31m here.",
    path="odd\tname\n.md",
    url="https://www.example.org/\x1b[2J",
)

SNIPPETS = (
    Snippet("body", "A quad bike was stolen from a farm shop.", 0, ((2, 11),)),
    Snippet("body", "the quad bike is green", 60, ((4, 13),), cut_before=True, cut_after=True),
)


def hit(article: Article = BURGLARY, rank: int = 1, **values: object) -> Hit:
    defaults: dict[str, object] = {
        "snippets": SNIPPETS,
        "matched_terms": ("quad", "bike"),
        "matched_fields": ("title", "body"),
    }
    return Hit(rank, 7.8125, article, **{**defaults, **values})


def results(*hits: Hit, total: int | None = None, **values: object) -> Results:
    defaults: dict[str, object] = {
        "facets": {
            "force": Facet("force", (Bucket("essex", "Essex", 30), Bucket("kent", "Kent", 12))),
            "year": Facet("year", (Bucket("2021", "2021", 40), Bucket("2020", "2020", 2))),
        },
        "took_ms": 1.25,
        "generation": "1-abc",
    }
    query = QueryEcho("quad bike", "quad AND bike", {"area": ["essex"]}, "relevance", 0, 10)
    defaults["query"] = query
    count = len(hits) if total is None else total
    return Results(total=count, hits=hits, **{**defaults, **values})


FORMS = (WordForms("diversity", 258, ("diverse", "diversify")),)
WARNING = Diagnostic("stray-quote", "a quotation mark without its partner", 4, 5, "close it")
CONTRIBUTIONS = (Contribution("quad in title", 3.5), Contribution("bike in body", 0.25))
