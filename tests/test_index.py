"""The library as a developer meets it: open, search, look up, count, on the seeds."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from corpus import Placed

import searchkit
from searchkit import (
    ArticleNotFound,
    Index,
    IndexExists,
    IndexNotFound,
    QueryError,
    SourceError,
    UnknownField,
    UnknownForce,
)
from searchkit.settings import QueryLimits


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, placed: Placed, seeds: Path) -> Iterator[Index]:
    with Index.build(seeds, placed(tmp_path_factory.mktemp("library") / "index")) as ix:
        yield ix


def titles(results: searchkit.Results) -> list[str]:
    return [hit.title for hit in results]


RECRUITMENT = "Recruitment campaign uses actors to keep cops on street"
HOPEFULS = "Almost 2,300 hopefuls keen to become Hertfordshire police officers"
DIFFERENCE = "Be the Difference"


def test_every_public_name_can_be_imported() -> None:
    for name in searchkit.__all__:
        assert getattr(searchkit, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = searchkit.nonsense


def test_the_seeds_have_their_dates(index: Index) -> None:
    dates = {hit.title: hit.date.to_dict() for hit in index.search()}
    assert dates[RECRUITMENT] == {
        "iso": "2021-02-02T19:05:00+00:00",
        "display": "2 February 2021, 7:05pm",
        "precision": "minute",
        "source": "body-head",
        "raw": "19:05 02/02/2021",
    }
    assert dates[DIFFERENCE]["iso"] == "2020-07-14T12:25:00+01:00"
    assert dates[HOPEFULS]["iso"] == "2020-08-21"


def test_diversity_finds_diverse_in_all_three_and_says_so(index: Index) -> None:
    results = index.search("diversity")
    assert results.total == len(results) == 3
    assert [form.others for form in results.forms] == [("diverse",)]
    for hit in results:
        assert "diverse" in hit.matched_terms
        start, end = hit.snippet.highlights[0]
        assert hit.snippet.text[start:end].casefold().startswith("divers")


def test_no_snippet_shows_markup_media_or_furniture(index: Index) -> None:
    for words in ("diversity", "officer", "apply", "find", "film", "here"):
        for hit in index.search(words):
            for snippet in hit.snippets:
                for trace in ("&amp;", "&#", "**", "](", ".mp4", "https://", "Find out more here"):
                    assert trace not in snippet.text
                text = getattr(hit.article, snippet.field)
                assert text[snippet.start : snippet.start + len(snippet.text)] == snippet.text


def test_a_link_never_beats_prose(index: Index) -> None:
    found = index.search("diversity")
    assert all("hertspoliceofficer.co.uk/diversity" not in h.article.body for h in found)
    linked = index.search("links:hertspoliceofficer")
    assert titles(linked) == [HOPEFULS]


def test_exact_takes_the_word_itself(index: Index) -> None:
    assert index.search("diverse", exact=True).total == 3
    assert index.search("=diversely").total == 0
    assert index.search("diversity", exact=True).total < 3


def test_filters_narrow_by_force_and_day(index: Index) -> None:
    assert titles(index.search("diversity", area="Essex Police")) == [RECRUITMENT]
    assert index.search("diversity", area=["herts", "A&S"]).total == 2
    assert titles(index.search(since="2021")) == [RECRUITMENT]
    assert titles(index.search(until="july 2020")) == [DIFFERENCE]
    assert titles(index.search(on="21/08/2020")) == [HOPEFULS]
    assert titles(index.search(on=date(2020, 8, 21))) == [HOPEFULS]
    assert titles(index.search("date:aug-2020")) == [HOPEFULS]


def test_without_words_the_newest_come_first(index: Index) -> None:
    assert titles(index.search()) == [RECRUITMENT, HOPEFULS, DIFFERENCE]
    assert titles(index.search(sort="oldest")) == [DIFFERENCE, HOPEFULS, RECRUITMENT]


def test_pages_follow_each_other(index: Index) -> None:
    first = index.search(limit=2)
    assert (first.total, len(first), first.next_offset) == (3, 2, 2)
    second = index.search(limit=2, offset=2)
    assert [hit.rank for hit in second] == [3]
    assert second.next_offset is None


def test_facets_count_all_matches(index: Index) -> None:
    results = index.search("police", limit=1, facets=("area", "year"))
    years = {bucket.value: bucket.count for bucket in results.facets["year"]}
    assert years == {"2021": 1, "2020": 2}
    assert [bucket.value for bucket in results.facets["year"]] == ["2021", "2020"]
    assert {bucket.label for bucket in results.facets["force"]} == {
        "Essex",
        "Hertfordshire",
        "Avon and Somerset",
    }


def test_where_no_article_has_every_word_most_words_do(index: Index) -> None:
    results = index.search("recruitment campaign actors zeppelin")
    assert results.relaxed
    assert titles(results)[0] == RECRUITMENT
    assert not index.search("recruitment campaign").relaxed


def test_an_article_is_found_by_id_path_url_and_the_start_of_its_id(index: Index) -> None:
    article = index.search("actors").hits[0].article
    assert index.get(article.id) == article
    for wanted in (article.id, article.id[:6], article.url, article.path):
        assert index.find(wanted) == article
    with pytest.raises(ArticleNotFound, match="nowhere"):
        index.find("nowhere")


def test_the_original_is_given_back_byte_for_byte(index: Index, seeds: Path) -> None:
    article = index.search("actors").hits[0].article
    assert index.raw(article) == (seeds / Path(article.path).name).read_bytes()


def test_an_original_that_changed_is_not_passed_off_as_the_indexed_one(
    tmp_path: Path, seeds: Path
) -> None:
    copy = tmp_path / "news" / "a.txt"
    copy.parent.mkdir()
    copy.write_bytes(next(seeds.iterdir()).read_bytes())
    with Index.build(copy.parent, tmp_path / "index") as ix:
        article = next(ix.articles())
        copy.write_bytes(copy.read_bytes() + b"\nmore\n")
        with pytest.raises(SourceError, match="has changed since it was indexed"):
            ix.raw(article)
        copy.unlink()
        with pytest.raises(SourceError, match="no longer there"):
            ix.raw(article)


def test_explanations_add_up_to_the_score(index: Index) -> None:
    for hit in index.search("recruitment diversity", explain=True):
        assert hit.explanation
        assert sum(part.amount for part in hit.explanation) == pytest.approx(hit.score, abs=1e-5)


def test_forces_and_stats_count_the_index(index: Index) -> None:
    held = {force.id: force for force in index.forces() if force.articles}
    assert set(held) == {"essex", "hertfordshire", "avon-and-somerset"}
    assert held["hertfordshire"].first == held["hertfordshire"].last == date(2020, 8, 21)
    stats = index.stats()
    assert stats.summary.articles == 3
    assert stats.precisions == {"minute": 2, "day": 1}
    assert stats.years == {"2020": 2, "2021": 1}
    assert stats.size_bytes > 0


@pytest.mark.parametrize(
    ("text", "options", "kind"),
    [
        ("foo:bar", {}, UnknownField),
        ("diversity", {"area": "hertz"}, UnknownForce),
        ("date:31/02/2021", {}, QueryError),
        ("diversity", {"since": "32/13/2020"}, QueryError),
        ("diversity", {"since": "2021", "until": "2020"}, QueryError),
        ("diversity", {"limit": 101}, QueryError),
        ("diversity", {"offset": -1}, QueryError),
        ("diversity", {"facets": "colour"}, QueryError),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_hint(
    index: Index, text: str, options: dict[str, object], kind: type[QueryError]
) -> None:
    with pytest.raises(kind) as caught:
        index.search(text, **options)
    assert caught.value.hint
    assert caught.value.diagnostics[0].fatal


def test_limits_can_be_raised_by_the_library(index: Index) -> None:
    with Index.open(index.address, limits=QueryLimits(page_size=1000)) as ix:
        assert len(ix.search(limit=500)) == 3


def test_an_index_is_made_once_and_opened_where_it_is(tmp_path: Path, placed: Placed) -> None:
    place = placed(tmp_path / "index")
    with pytest.raises(IndexNotFound) as caught:
        Index.open(place)
    assert "searchkit index" in caught.value.hint
    Index.create(place).close()
    with pytest.raises(IndexExists):
        Index.create(place)
    assert Index.create(place, exist_ok=True).search("anything").total == 0


def test_one_index_serves_many_threads(index: Index) -> None:
    def ask(_: int) -> int:
        return index.search("diversity").total

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(ask, range(80))) == {3}
