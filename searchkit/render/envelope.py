"""The one dictionary shape of results, for every program that reads them.

Floor 7.  The contract is ``searchkit.results/1``, described by ``data/results.schema.json``:
keys may be added to it, none is removed or changes its meaning without a new number.
Invariant: ``to_dict`` holds only strings, numbers, booleans, ``None``, lists and dictionaries.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..article import Article, Tag
from ..copies import Copies
from ..errors import Diagnostic
from ..results import Facet, Hit, Results
from ..snippets import Snippet

SCHEMA = "searchkit.results/1"
SCHEMA_NUMBERS = (1,)

Json = dict[str, Any]


def to_dict(results: Results) -> Json:
    """The envelope: the query as understood, totals, hits, facets and remarks."""
    query = results.query
    return {
        "schema": SCHEMA,
        "query": {
            "text": query.text,
            "parsed": query.parsed,
            "filters": {name: _plain(value) for name, value in query.filters.items()},
            "sort": query.sort,
            "offset": query.offset,
            "limit": query.limit,
            "copies": query.copies,
        },
        "total": results.total,
        "total_with_copies": results.total_with_copies,
        "undated_excluded": results.undated_excluded,
        "without": dict(results.without),
        "relaxed": results.relaxed,
        "match": results.match,
        "took_ms": round(results.took_ms, 3),
        "generation": results.generation,
        "forms": [
            {"word": form.word, "count": form.count, "others": list(form.others)}
            for form in results.forms
        ],
        "counted": [
            {"word": one.word, "kind": one.kind, "others": list(one.others)}
            for one in results.counted
        ],
        "hits": [hit_to_dict(hit) for hit in results.hits],
        "facets": {name: buckets_to_list(facet) for name, facet in results.facets.items()},
        "suggestions": list(results.suggestions),
        "suggested_totals": dict(results.suggested_totals),
        "warnings": [diagnostic_to_dict(warning) for warning in results.warnings],
        "next": _next(results),
    }


def hit_to_dict(hit: Hit) -> Json:
    """One hit: what was found, where, why, and how to cite it."""
    found: Json = {
        "id": hit.id,
        "rank": hit.rank,
        "score": round(hit.score, 4),
        **identity(hit.article),
        "matched_terms": list(hit.matched_terms),
        "matched_fields": list(hit.matched_fields),
        "snippets": [snippet_to_dict(snippet) for snippet in hit.snippets],
        "copies": copies_to_dict(hit.copies),
    }
    if hit.explanation:
        found["explanation"] = [
            {"what": line.what, "amount": round(line.amount, 4)} for line in hit.explanation
        ]
    return found


def copies_to_dict(copies: Copies | None) -> Json:
    """What a hit tells of its copies; ``forces`` are ids, "" for articles of no known force."""
    if copies is None:
        return {"count": 0}
    return {
        "count": copies.count,
        "cluster": copies.cluster,
        "forces": list(copies.forces),
        "kind": copies.kind,
        "collapsed": copies.collapsed,
    }


def article_to_dict(article: Article) -> Json:
    """One whole article, text and all."""
    return {
        "schema": "searchkit.article/1",
        "id": article.id,
        **identity(article),
        "title_source": article.title_source,
        "lead": article.lead,
        "body": article.body,
        "boilerplate": [list(span) for span in article.boilerplate],
        "area": article.area,
        "mentioned_dates": list(article.mentioned_dates),
        "links": list(article.links),
        "media": list(article.media),
        "meta": dict(article.meta),
        "notes": list(article.notes),
    }


def snippet_to_dict(snippet: Snippet) -> Json:
    """A snippet; ``text`` is the field's own, from ``start`` on, without any mark added."""
    return {
        "field": snippet.field,
        "text": snippet.text,
        "start": snippet.start,
        "highlights": [list(pair) for pair in snippet.highlights],
        "cut_before": snippet.cut_before,
        "cut_after": snippet.cut_after,
    }


def diagnostic_to_dict(remark: Diagnostic) -> Json:
    """A remark on the query text; ``start`` and ``end`` are character offsets into it."""
    return {
        "kind": remark.kind,
        "message": remark.message,
        "start": remark.start,
        "end": remark.end,
        "hint": remark.hint,
    }


def identity(article: Article) -> Json:
    """What hits and articles have in common."""
    force = article.force
    return {
        "title": article.title,
        "force": force and {"id": force.id, "name": force.name, "source": force.source},
        "date": article.date.to_dict(),
        "url": article.url,
        "path": article.path,
        "sha256": article.sha256,
        "category": article.category,
        "references": list(article.references),
        "operations": list(article.operations),
        "mentions": list(article.mentions),
        "tags": tags_to_list(article.tags),
    }


def tags_to_list(tags: Iterable[Tag]) -> list[Json]:
    """Tags with the words that give them, and where they stand."""
    return [{"id": tag.id, "evidence": tag.evidence, "where": tag.where} for tag in tags]


def _plain(value: str | list[str]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


def _next(results: Results) -> Json | None:
    """Where the next page starts; ``None`` on the last one."""
    offset = results.next_offset
    if offset is None:
        return None
    return {"offset": offset, "page": offset // max(1, results.query.limit) + 1}


def buckets_to_list(facet: Facet) -> list[Json]:
    """The values of a facet with their labels and counts."""
    return [{"value": b.value, "label": b.label, "count": b.count} for b in facet]
