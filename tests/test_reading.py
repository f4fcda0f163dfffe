"""An article with the places that answer a question, as its page is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchkit import Index
from searchkit.errors import ArticleNotFound, QueryError
from searchkit.guarded.reading import TABLE_ROWS, read, table


def test_every_place_is_a_form_of_a_word_asked_for(small_index: Path) -> None:
    with Index.open(small_index) as index:
        hits = index.search("diversity", limit=50).hits
        assert len(hits) > 5
        for hit in hits:
            found = index.highlights(hit.article, "diversity")
            texts = {"title": hit.title, "lead": hit.article.lead, "body": hit.article.body}
            words = {
                texts[name][start:end].lower()
                for name, spans in found.items()
                for start, end in spans
            }
            assert words
            assert words <= {"diversity", "diverse"}
            for spans in found.values():
                assert list(spans) == sorted(spans)


def test_contact_lines_are_lit_only_where_they_are_searched(small_index: Path) -> None:
    with Index.open(small_index) as index:
        (hit, *_) = index.search("crimestoppers", include_boilerplate=True, match="all").hits
        start = hit.article.body.lower().index("crimestoppers")
        assert index.highlights(hit.article, "crimestoppers")["body"] == ()
        lit = index.highlights(hit.article, "crimestoppers", include_boilerplate=True)["body"]
        assert (start, start + len("crimestoppers")) in lit


def test_an_article_is_told_with_its_copies_and_its_citation(small_index: Path) -> None:
    with Index.open(small_index) as index:
        (hit, *_) = index.search("recruitment actors").hits
        told = read(index, {"wanted": hit.id, "text": "recruitment"})
        assert told["article"]["id"] == hit.id
        assert told["highlights"]["title"] == [[0, len("Recruitment")]]
        assert told["copies"]["articles"][0]["id"] == hit.id
        assert told["bibtex"].startswith("@online{")
        assert read(index, {"wanted": hit.id})["highlights"] == {}
        with pytest.raises(ArticleNotFound):
            read(index, {"wanted": "0" * 16})
        with pytest.raises(QueryError):
            read(index, {"wanted": hit.id, "text": "date:31/02/2021"})


def test_a_table_has_all_matches_up_to_its_limit_and_no_path(small_index: Path) -> None:
    with Index.open(small_index) as index:
        lines = table(index, {"text": "police"}).splitlines()
        assert len(lines) - 1 == min(TABLE_ROWS, index.count("police")) > 20
        assert "path" not in lines[0]
        assert str(small_index.parent) not in "".join(lines)
