"""An article with the places that answer a question, as its page is told."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from corpus import Place

from searchkit import Index
from searchkit.errors import ArticleNotFound, QueryError
from searchkit.guarded import reading
from searchkit.guarded.reading import read, table


def test_every_place_is_a_form_of_a_word_asked_for(small_index: Place) -> None:
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


def test_contact_lines_are_lit_only_where_they_are_searched(small_index: Place) -> None:
    with Index.open(small_index) as index:
        (hit, *_) = index.search("crimestoppers", include_boilerplate=True, match="all").hits
        start = hit.article.body.lower().index("crimestoppers")
        assert index.highlights(hit.article, "crimestoppers")["body"] == ()
        lit = index.highlights(hit.article, "crimestoppers", include_boilerplate=True)["body"]
        assert (start, start + len("crimestoppers")) in lit


def test_an_article_is_told_with_its_copies_and_its_citation(small_index: Place) -> None:
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


def test_the_parts_of_a_table_are_all_matches_and_name_no_path(
    small_index: Place, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "TABLE_ROWS", 7)
    with Index.open(small_index) as index:
        text, offset = "", 0
        while offset is not None:
            part = table(index, {"text": "police", "offset": offset})
            text += part["text"]
            offset = part["next"]
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert [row[0] for row in rows[1:]] == [hit.id for hit in index.iter("police")]
        assert len(rows) > 20
        assert "path" not in rows[0]
        assert str(seeds) not in text
