"""Copies of a release: what is one, what only looks like one, and what becomes of them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from corpus import Place, Placed, fill_index
from hypothesis import given
from hypothesis import strategies as st
from releases import joint, missing, release, text

from searchkit.article import Article
from searchkit.copies import CopiesMode
from searchkit.engines import whoosh as embedded
from searchkit.engines.base import Engine, Request, Sort
from searchkit.engines.whoosh import generations, inspection, storage
from searchkit.errors import IndexCorrupt, QueryError
from searchkit.homes import home_of
from searchkit.index import Index
from searchkit.ingest.contact import contact_spans
from searchkit.likeness import StoryReader, text_of
from searchkit.neighbours import Texts, components, pairs
from searchkit.prepared import Preparer, signature_of
from searchkit.query.nodes import Every, Node, Or, Term
from searchkit.shingles import SAMPLING, signatures_of
from searchkit.tokens import Array
from searchkit.versions import compare


def put(place: Place, articles: Iterable[Article], **options: float) -> None:
    """Add ``articles`` to the index in one run."""
    with home_of(place).open_writer(lock_timeout=5, **options) as writer:
        for one in articles:
            writer.put(one)
        writer.commit(b"")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    embedded.create(tmp_path / "index")
    return tmp_path / "index"


def clusters(path: Path) -> set[frozenset[str]]:
    """The paths of the articles of each cluster."""
    engine = embedded.open_reader(path)
    held = {article.id: article.path for article in engine.articles()}
    found = {frozenset(held[one] for one in engine.copies(key)) for key in held}
    engine.close()
    return found - {frozenset()}


def names(path: Path) -> set[str]:
    engine = embedded.open_reader(path)
    found = engine.search(Request(Every(), limit=1000)).matches
    engine.close()
    return {match.copies.cluster for match in found if match.copies}


def paths(articles: Iterable[Article]) -> frozenset[str]:
    return frozenset(article.path for article in articles)


def together(path: Path, *articles: Article) -> bool:
    put(path, articles)
    return clusters(path) == {paths(articles)}


class TestWhatACopyIs:
    def test_a_joint_release_with_local_quotes(self, path: Path) -> None:
        assert together(path, *joint(1))

    def test_the_same_text_twice(self, path: Path) -> None:
        assert together(path, release("a", text(1)), release("b", text(1)))

    def test_a_release_that_stands_whole_in_a_longer_one_of_another_force(self, path: Path) -> None:
        longer = release("b", f"{text(2, 20)}\n\n{text(1)}", "essex")
        assert together(path, release("a", text(1)), longer)

    def test_no_other_appeal_in_the_same_words(self, path: Path) -> None:
        one = missing("Jonah Pellew", 34, "Coldhithe")
        other = missing("Ada Marchmont", 17, "Brackwell", days=1)
        abroad = missing("Ivo Strand", 51, "Gorsley", "essex", 2)
        assert not together(path, one, other, abroad)
        assert clusters(path) == set()

    def test_an_appeal_that_two_forces_publish(self, path: Path) -> None:
        one = missing("Jonah Pellew", 34, "Coldhithe")
        assert together(path, one, release("b", one.body, "essex", 1, one.title))

    def test_no_figures_of_another_week(self, path: Path) -> None:
        def week(number: int, charged: int) -> Article:
            body = f"In the week to {number} June {charged} people were charged. {text(3)}"
            return release(f"week{number}", body, "dorset", number, f"Week to {number} June")

        put(path, (week(7, 12), week(14, 9), week(21, 17)))
        assert clusters(path) == set()

    def test_no_news_that_repeats_what_was_known(self, path: Path) -> None:
        later = release("b", f"A man has been arrested. {text(4, 4)}\n\n{text(1)}", days=1)
        put(path, (release("a", text(1)), later))
        assert clusters(path) == set()

    def test_no_campaign_of_another_year(self, path: Path) -> None:
        one, other = joint(5, ("kent", "essex"))
        again = release("again", other.body, "essex", 365)
        put(path, (one, again))
        assert clusters(path) == set()

    def test_no_text_that_is_too_short_to_tell(self, path: Path) -> None:
        body = "The missing girl has been found safe and well. Thank you for sharing."
        put(path, (release("a", body), release("b", body, "essex")))
        assert clusters(path) == set()

    def test_how_to_reach_the_police_is_no_part_of_a_text(self) -> None:
        line = "Anyone with information should call Kent Police on 101 or Crimestoppers."
        body = f"{text(1)}\n{line}"
        marked = replace(release("a", body), boilerplate=contact_spans(body))
        assert text_of(marked).strip() == text(1)

    def test_the_share_that_copies_have_in_common_can_be_set(self, path: Path) -> None:
        one, other, _ = joint(6)
        put(path, (one, other), containment=0.99)
        assert clusters(path) == set()
        put(path, ())
        assert clusters(path) == set()
        put(path, (), containment=0.6)
        assert clusters(path) == {paths((one, other))}

    def test_an_article_is_no_copy_of_its_earlier_version(self, path: Path) -> None:
        put(path, [release("a", text(1))])
        put(path, [release("a", f"{text(1)} {text(2, 2)}")])
        assert clusters(path) == set()


MANY = [
    *itertools.chain.from_iterable(joint(seed) for seed in range(10, 16)),
    *(release(f"alone{n}", text(900 + n), "kent", n) for n in range(20)),
    *(release(f"twin{n}", text(800), "essex", n) for n in range(3)),
    *(missing(f"Name{n} Other{n}", 20 + n, f"Town{n}", days=n) for n in range(8)),
]


class TestTheSameClusters:
    def test_whatever_the_order_and_the_runs(self, tmp_path: Path) -> None:
        seen = []
        for seed in range(4):
            chance = random.Random(seed)
            batch = list(MANY)
            chance.shuffle(batch)
            place = tmp_path / f"index{seed}"
            embedded.create(place)
            while batch:
                size = chance.randint(1, len(batch)) if seed else len(batch)
                put(place, batch[:size])
                batch = batch[size:]
            seen.append((clusters(place), names(place)))
        assert len(seen[0][0]) == 7
        assert seen[1:] == seen[:1] * 3

    def test_what_is_deleted_leaves_its_cluster(self, path: Path) -> None:
        batch = joint(1)
        put(path, batch)
        before = names(path)
        with embedded.open_writer(path, lock_timeout=5) as writer:
            writer.delete(max(batch, key=lambda article: article.id).id)
            writer.commit(b"")
        left = sorted(batch, key=lambda article: article.id)[:2]
        assert clusters(path) == {paths(left)}
        assert names(path) == before
        with embedded.open_writer(path, lock_timeout=5) as writer:
            writer.delete(left[0].id)
            writer.commit(b"")
        assert clusters(path) == set()

    def test_what_is_changed_leaves_its_cluster(self, path: Path) -> None:
        batch = joint(1)
        put(path, batch)
        put(path, [release(batch[0].path, text(77), "kent")])
        assert clusters(path) == {paths(batch[1:])}

    def test_texts_that_were_compared_are_not_read_again(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(path, MANY)
        read: list[int] = []
        real = StoryReader.stories
        monkeypatch.setattr(
            StoryReader,
            "stories",
            lambda own, given: (read.append(len(given)), real(own, given))[1],
        )
        put(path, [release("new", text(4711))])
        assert read == []
        put(path, joint(20))
        assert sum(read) == 3
        assert len(clusters(path)) == 8

    def test_an_article_signed_anywhere_has_one_signature(self) -> None:
        batch = MANY[:12]
        alone = [signature_of(article) for article in batch]
        preparer = Preparer()
        preparer.prepare(MANY[20:])
        assert [ready.signature for ready in preparer.prepare(batch)] == alone
        shingles = signatures_of(alone).shingles
        assert len(shingles)
        assert not (shingles % SAMPLING).any()


def texts_of(shingles: Array, sizes: Array) -> Texts:
    """Texts with these ``shingles``, end to end, ``sizes[t]`` of the text ``t``."""
    return Texts(
        len(sizes),
        len(shingles),
        lambda: iter([(shingles, np.repeat(np.arange(len(sizes)), sizes))]),
        lambda chosen: (shingles[:0], sizes[:0]),
    )


SETS = st.lists(st.sets(st.integers(0, 60), max_size=30), min_size=1, max_size=14)


@given(SETS, st.sampled_from([0.2, 0.4, 0.7, 1.0]))
def test_pairs_are_all_that_share_enough(held: list[set[int]], least: float) -> None:
    shingles = np.array([one for each in held for one in sorted(each)], np.uint32)
    sizes = np.array([len(each) for each in held], np.int64)
    found, _ = pairs(texts_of(shingles, sizes), least)
    wanted = [
        (one, other)
        for one, other in itertools.combinations(range(len(held)), 2)
        if held[one] & held[other]
        and len(held[one] & held[other]) / min(sizes[one], sizes[other]) >= least
    ]
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == wanted


def test_a_shingle_of_very_many_texts_makes_no_pairs() -> None:
    count = 3_000
    shingles = np.array([n for text in range(count) for n in (7, 100 + text)], np.uint32)
    assert not len(pairs(texts_of(shingles, np.full(count, 2)), 0.1)[0].first)
    near = np.array([n for text in range(count) for n in (7 + text // 60, 9999 + text)], np.uint32)
    found, _ = pairs(texts_of(near, np.full(count, 2)), 0.1)
    assert 0 < len(found.first) <= 60 * count


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30))
def test_components_are_what_pairs_join(joined: list[tuple[int, int]]) -> None:
    labels = list(range(20))
    for _ in range(20):
        for one, other in joined:
            labels[one] = labels[other] = min(labels[one], labels[other])
    first, second = (np.array([pair[n] for pair in joined], np.int64) for n in range(2))
    assert components(first, second, 20).tolist() == labels


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Place:
    """An index of ``MANY`` in several segments."""
    place = placed(tmp_path_factory.mktemp("groups") / "index")
    home_of(place).create()
    for start in range(0, len(MANY), 20):
        put(place, MANY[start : start + 20])
    return place


@pytest.fixture(scope="module")
def engine(many: Place) -> Iterator[Engine]:
    with home_of(many).open_reader() as reader:
        yield reader


class TestGroups:
    """One article stands for its cluster: beside the whole list, grouped in Python."""

    QUERIES: tuple[Node, ...] = (
        Every(),
        Term("harvest"),
        Term("quarry"),
        Or((Term("lantern"), Term("missing"), Term("zephyr"))),
        Term("essex", "force"),
    )

    @pytest.mark.parametrize("sort", list(Sort))
    @pytest.mark.parametrize("query", QUERIES)
    def test_groups_are_those_of_the_whole_list(
        self, engine: Engine, query: Node, sort: Sort
    ) -> None:
        facets = ("force", "year")
        whole = engine.search(Request(query, sort, 0, 1000, facets))
        wanted: list[str] = []
        seen: dict[str, list[Article]] = {}
        best: dict[str, float] = {}
        for match in whole.matches:
            if match.copies is None:
                wanted.append(match.article.id)
                continue
            name = match.copies.cluster
            if name not in seen:
                wanted.append(name)
                best[name] = match.score
            if match.score == best[name] or sort is not Sort.RELEVANCE:
                seen.setdefault(name, []).append(match.article)
        found = engine.search(Request(query, sort, 0, 1000, facets, CopiesMode.GROUP))
        got = [m.copies.cluster if m.copies else m.article.id for m in found.matches]
        assert sorted(got) == sorted(wanted)
        assert (found.total, found.with_copies) == (len(wanted), whole.total)
        assert whole.with_copies == whole.total
        assert found.facets == whole.facets
        assert sum(m.copies.collapsed for m in found.matches if m.copies) == whole.total - len(got)
        for match in found.matches:
            if match.copies:
                self._stands_for(match.article, seen[match.copies.cluster], sort, match.score > 0)

    def _stands_for(self, shown: Article, equals: list[Article], sort: Sort, scored: bool) -> None:
        """Of the best copies the earliest is shown; of one day, that of the lowest id."""
        sign = -1 if sort is Sort.NEWEST else 1
        starts = {article.id: article.date.start for article in equals}
        ordered = sorted(
            equals,
            key=lambda a: (sign * (starts[a.id].timestamp() if starts[a.id] else 0), a.id),
        )
        # Where no word was asked for, a cluster shows the newest, as it orders them.
        may_be_last = sort is Sort.RELEVANCE and not scored
        assert shown.id in {ordered[0].id, ordered[-1 if may_be_last else 0].id}

    @pytest.mark.parametrize("sort", list(Sort))
    def test_pages_fit_together(self, engine: Engine, sort: Sort) -> None:
        query = Or((Term("lantern"), Term("harvest"), Term("missing")))
        for mode in CopiesMode:
            whole = engine.search(Request(query, sort, 0, 1000, (), mode))
            listed = []
            for offset in range(0, whole.total + 3, 3):
                listed += engine.search(Request(query, sort, offset, 3, (), mode)).matches
            assert tuple(listed) == whole.matches
            assert len(listed) == whole.total

    def test_only_copies(self, engine: Engine) -> None:
        found = engine.search(Request(Every(), limit=1000, copies=CopiesMode.ONLY))
        assert (found.total, found.with_copies) == (7, 21)
        assert all(match.copies for match in found.matches)
        twins = [match.copies for match in found.matches if match.copies and match.copies.exact]
        assert [(twin.count, twin.forces, twin.kind) for twin in twins] == [
            (2, ("essex",), "exact")
        ]

    def test_only_copies_where_there_are_none(self, path: Path) -> None:
        put(path, [release("a", text(1))])
        engine = embedded.open_reader(path)
        found = engine.search(Request(Every(), copies=CopiesMode.ONLY))
        assert (found.total, found.with_copies, found.matches) == (0, 0, ())


class TestInTheLibrary:
    @pytest.fixture
    def index(self, many: Place) -> Iterator[Index]:
        with Index.open(many) as opened:
            yield opened

    def test_both_totals_are_told(self, index: Index) -> None:
        results = index.search("harvest", limit=5, facets="force")
        every = index.search("harvest", limit=5, copies="all")
        assert results.total < results.total_with_copies == every.total == every.total_with_copies
        assert sum(b.count for b in results.facets["force"]) == every.total
        assert results.next_offset == 5

    def test_a_force_filtered_on_is_the_one_shown(self, index: Index) -> None:
        hits = index.search("", area="dorset", copies="only").hits
        assert {hit.force.id for hit in hits if hit.force} == {"dorset"}
        assert {hit.copies.forces for hit in hits if hit.copies} == {("essex", "kent")}
        assert {hit.copies.collapsed for hit in hits if hit.copies} == {0}

    def test_another_mode_is_refused(self, index: Index) -> None:
        with pytest.raises(QueryError, match="no copies 'some'"):
            index.search("", copies="some")

    def test_sentences_are_shown_with_those_that_have_them(self, index: Index) -> None:
        batch = joint(10)
        found = index.copies(batch[1].id)
        assert [a.id for a in found.articles] == [batch[1].id, batch[0].id, batch[2].id]
        holders = [line.articles for line in found.lines]
        assert holders.count((0, 1, 2)) == 12
        assert sorted(set(holders)) == [(0,), (0, 1, 2), (1,), (2,)]
        for number, article in enumerate(found.articles):
            own = [line.text for line in found.lines if number in line.articles]
            assert " ".join(own) == article.body.replace("\n\n", " ")

    def test_an_article_without_copies_is_alone(self, index: Index) -> None:
        article = release("alone0", text(900), "kent", 0)
        found = index.copies(article.id)
        assert (found.articles, found.cluster) == ((article,), "")

    def test_a_sentence_stands_before_the_next_that_others_have(self) -> None:
        first = release("a", "One is here. Two is here. Three is here.")
        second = release("b", "Two is here. Four is here. Three is here! Five is here.")
        lines = compare(first, [second]).lines
        assert [line.text.split()[0] for line in lines] == ["One", "Two", "Four", "Three", "Five"]
        assert [line.articles for line in lines] == [(0,), (0, 1), (1,), (0, 1), (1,)]


class TestDamage:
    def file(self, path: Path) -> Path:
        stored = generations.read(path, "CURRENT")
        assert stored.copies is not None
        return generations.store_folder(path, stored) / stored.copies.name

    def test_check_looks_at_the_file_of_copies(self, path: Path) -> None:
        put(path, MANY)
        assert not inspection.inspect(path, None).faults
        file = self.file(path)
        data = bytearray(file.read_bytes())
        data[100] ^= 1
        file.write_bytes(data)
        assert any(file.name == fault.where for fault in inspection.inspect(path, 0).faults)

    def test_no_file_of_copies_ends_in_anything_but_an_error(self, path: Path) -> None:
        put(path, MANY)
        file = self.file(path)
        whole = file.read_bytes()
        outcomes = set()
        for at in range(8, len(whole), 11):
            data = bytearray(whole)
            data[at] ^= 0x55
            file.write_bytes(data)
            try:
                engine = embedded.open_reader(path)
                engine.search(Request(Every(), limit=100, copies=CopiesMode.GROUP))
                engine.close()
                outcomes.add("answered")
            except IndexCorrupt:
                outcomes.add("refused")
        assert outcomes == {"answered", "refused"}

    def test_copies_without_their_file_are_damage(self, path: Path) -> None:
        put(path, MANY)
        storage.disk.unlink(self.file(path))
        with pytest.raises(IndexCorrupt):
            embedded.open_reader(path)


def test_what_is_suggested_is_counted_as_it_would_be_shown(tmp_path: Path, placed: Placed) -> None:
    with Index.open(fill_index(placed(tmp_path / "index"), joint(1))) as index:
        for copies, total in (("group", 1), ("all", 3), ("only", 1)):
            missed = index.search("campaing", copies=copies)
            assert missed.suggested_totals == {"campaign": total}
            assert index.search("campaign", copies=copies).total == total
            assert index.search("campaign", since="2031", copies=copies).without == {"since": total}


def test_regions_are_those_of_the_forces(tmp_path: Path, placed: Placed) -> None:
    forces = ("kent", "essex", "norfolk", "elsewhere")
    made = [release(f"r{n}", text(100 + n), force) for n, force in enumerate(forces)]
    batch = [*made, replace(release("r", text(99)), force=None)]
    with Index.open(fill_index(placed(tmp_path / "index"), batch)) as index:
        (region,) = index.search(facets="region").facets.values()
    assert [(b.value, b.label, b.count) for b in region.buckets] == [
        ("", "no region", 2),
        ("East of England", "East of England", 2),
        ("South East", "South East", 1),
    ]
