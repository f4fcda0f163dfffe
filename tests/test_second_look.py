"""The second look at the first hits: what gains, what does not, and that pages fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from corpus import Placed, articles, revised
from engine_contract import article

from searchkit import Index, QueryError
from searchkit.engines import whoosh
from searchkit.engines.base import Request, Sort
from searchkit.engines.whoosh import rerank
from searchkit.query.nodes import And, Node, Or, Term, Weighed
from searchkit.query.parser import parse
from searchkit.query.questions import LONG, Asked, any_of, is_long

Opened = Callable[..., whoosh.WhooshEngine]
TODAY = date(2024, 6, 1)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens an engine on articles, each batch of them a commit of its own."""
    engines: list[whoosh.WhooshEngine] = []

    def open_(*batches: list) -> whoosh.WhooshEngine:
        whoosh.create(tmp_path / "index")
        for batch in batches:
            with whoosh.open_writer(tmp_path / "index", lock_timeout=1) as writer:
                for one in batch:
                    writer.put(one)
                writer.commit(b"")
        engines.append(whoosh.open_reader(tmp_path / "index"))
        return engines[-1]

    yield open_
    for engine in engines:
        engine.close()


def found(engine: whoosh.WhooshEngine, node: Node, asked: Asked | None) -> list[str]:
    request = Request(node, limit=1000, asked=asked)
    return [match.article.id for match in engine.search(request).matches]


def words(text: str, kind: type[And] | type[Or] = And) -> Node:
    return kind(tuple(map(Term, text.split())))


class TestCloseness:
    def test_words_side_by_side_come_before_words_far_apart(self, opened: Opened) -> None:
        rest = "one two three four five six seven eight nine ten"
        engine = opened(
            [
                article("a1", f"knife {rest} crime in the borough of Ashby"),
                article("a2", f"{rest} in the borough of Ashby knife crime"),
                *[article(f"b{n}", f"nothing of that {rest}") for n in range(9)],
            ]
        )
        node = words("knife crime")
        plain = engine.search(Request(node)).matches
        assert plain[0].score == plain[1].score
        assert found(engine, node, Asked(("knife", "crime"))) == ["a2", "a1"]

    def test_a_single_hit_gains_nothing_and_is_not_said_to(self, opened: Opened) -> None:
        rest = [article(f"b{n}", "nothing of that") for n in range(9)]
        engine = opened([article("a1", "knife crime in the borough of Ashby"), *rest])
        request = Request(words("knife crime"), asked=Asked(("knife", "crime")))
        (match,) = engine.search(request).matches
        lines = engine.explain(request, match.article.id)
        assert sum(amount for _, amount in lines) == pytest.approx(match.score, abs=1e-4)

    def test_the_headline_counts_more_than_the_text(self, opened: Opened) -> None:
        engine = opened(
            [
                article("a1", "knife and other crime", "Something about knife crime today"),
                article("a2", "knife crime and other", "Crime that is about some knife"),
                *[article(f"b{n}", "nothing of that", "Something else of today") for n in range(9)],
            ]
        )
        node = words("knife crime")
        close = {
            match.article.id: match.score
            for match in engine.search(Request(node, asked=Asked(("knife", "crime")))).matches
        }
        plain = {match.article.id: match.score for match in engine.search(Request(node)).matches}
        assert close["a1"] - plain["a1"] > close["a2"] - plain["a2"] > 0

    def test_a_word_beside_itself_is_no_pair(self, opened: Opened) -> None:
        engine = opened([article("a1", "knife knife"), article("a2", "nothing")])
        again = engine.search(Request(Term("knife"), asked=Asked(("knife", "knife")))).matches
        assert again == engine.search(Request(Term("knife"))).matches


class TestLearning:
    def test_a_hit_with_the_words_of_the_other_hits_gains(self, opened: Opened) -> None:
        about = "trawler harbour smuggling"
        engine = opened(
            [
                *[article(f"a{n}", f"boat {about} number{n} extra{n}") for n in range(6)],
                article("z1", "boat trawler harbour one two three"),
                article("z2", "boat garden flowers one two three"),
                *[article(f"b{n}", "nothing of that is in here") for n in range(60)],
            ]
        )
        node, asked = Term("boat"), Asked(("boat",), learn=True)
        plain = {m.article.id: m.score for m in engine.search(Request(node)).matches}
        assert plain["z1"] == plain["z2"]
        listed = found(engine, node, asked)
        assert listed.index("z1") < listed.index("z2")

    def test_what_was_learnt_does_not_displace_the_first_hit(self, opened: Opened) -> None:
        engine = opened(
            [
                article("first", "boat boat boat alone"),
                *[article(f"a{n}", f"boat trawler harbour smuggling {n}") for n in range(8)],
                *[article(f"b{n}", "nothing of that is in here") for n in range(60)],
            ]
        )
        listed = found(engine, Term("boat"), Asked(("boat",), learn=True))
        assert listed[0] == "first"
        assert len(listed) == 9


@pytest.mark.parametrize("learn", [False, True])
class TestWholeLists:
    @pytest.fixture
    def engine(self, opened: Opened) -> whoosh.WhooshEngine:
        everything = articles(300)
        changed = [revised(one, "burglary burglars") for one in everything[::9]]
        return opened(everything[:200], everything[200:], changed)

    def test_pages_fit_together_and_no_total_changes(
        self, engine: whoosh.WhooshEngine, learn: bool
    ) -> None:
        node = words("police burglary search diversity", Or)
        asked = Asked(("police", "burglary", "stop", "search"), learn)
        whole = engine.search(Request(node, limit=1000, asked=asked))
        assert whole.total == engine.count(node) == len(whole.matches)
        assert len(whole.matches) > rerank.DEPTH_LONG
        for offset in range(0, 140, 7):
            page = engine.search(Request(node, Sort.RELEVANCE, offset, 7, asked=asked)).matches
            assert page == whole.matches[offset : offset + 7]

    def test_only_the_first_hits_move_and_scores_descend(
        self, engine: whoosh.WhooshEngine, learn: bool
    ) -> None:
        node = words("police burglary search diversity", Or)
        depth = rerank.DEPTH_LONG if learn else rerank.DEPTH
        plain = found(engine, node, None)
        asked = Asked(("police", "burglary"), learn)
        matches = engine.search(Request(node, limit=1000, asked=asked)).matches
        listed = [match.article.id for match in matches]
        assert sorted(listed[:depth]) == sorted(plain[:depth])
        assert listed[depth:] == plain[depth:]
        scores = [match.score for match in matches]
        assert scores == sorted(scores, reverse=True)

    def test_an_explanation_adds_up_to_the_score(
        self, engine: whoosh.WhooshEngine, learn: bool
    ) -> None:
        node = words("police burglary search diversity", Or)
        asked = Asked(("police", "burglary", "stop", "search"), learn)
        for match in engine.search(Request(node, asked=asked, limit=12)).matches:
            lines = engine.explain(Request(node, asked=asked), match.article.id)
            assert sum(amount for _, amount in lines) == pytest.approx(match.score, abs=1e-4)

    def test_dates_order_as_ever(self, engine: whoosh.WhooshEngine, learn: bool) -> None:
        node, asked = Term("police"), Asked(("police", "burglary"), learn)
        request = Request(node, Sort.NEWEST, limit=50, asked=asked)
        assert engine.search(request) == engine.search(Request(node, Sort.NEWEST, limit=50))


QUESTION = "What do the detectives know about vans that were stolen from farms near Ashby?"


class TestLongQuestions:
    def test_any_of_their_telling_words_will_do(self) -> None:
        parsed = parse(QUESTION.rstrip("?"), today=TODAY)
        assert is_long(parsed)
        names = "detectives know vans stolen farms near ashby"
        assert any_of(parsed) == words(names, Or)

    def test_a_word_typed_twice_counts_more_but_not_twice(self) -> None:
        parsed = parse("vans farms vans", today=TODAY)
        node = any_of(parsed)
        assert isinstance(node, Or)
        (weighed,) = [one for one in node.nodes if isinstance(one, Weighed)]
        assert weighed.node == Term("vans")
        assert 1.0 < weighed.weight < 2.0

    def test_excluded_words_stay_excluded(self) -> None:
        node = any_of(parse("vans farms -london", today=TODAY))
        assert isinstance(node, And)

    @pytest.mark.parametrize(
        "text", ['vans "on farms"', "vans OR farms", "title:vans farms", "van"]
    )
    def test_other_than_plain_words_are_taken_as_typed(self, text: str) -> None:
        assert any_of(parse(text, today=TODAY)) is None

    def test_a_few_words_are_all_required(self) -> None:
        few = " ".join(f"word{n}" for n in range(LONG - 1))
        assert not is_long(parse(few, today=TODAY))
        assert is_long(parse(f"{few} another", today=TODAY))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("match")
    texts = ("red van and blue lorry", "red van", "blue lorry", "green tractor", "red tractor")
    for number, text in enumerate(texts):
        (folder / f"{number}.md").write_text(f"---\ntitle: Number {number}\n---\nThe {text}.\n")
    with Index.build(folder, placed(folder.parent / "match-index")) as ix:
        yield ix


class TestMatch:
    @pytest.mark.parametrize(
        ("match", "total", "said"),
        [("all", 1, "all"), ("any", 4, "any"), ("most", 2, "most"), (None, 1, "all")],
    )
    def test_how_many_words_are_needed(
        self, index: Index, match: str | None, total: int, said: str
    ) -> None:
        results = index.search("red van lorry", match=match)
        assert (results.total, results.match) == (total, said)

    def test_all_is_never_relaxed(self, index: Index) -> None:
        assert index.search("green van lorry red", match="all").total == 0
        assert index.search("green van lorry red").relaxed

    def test_a_long_question_needs_any_and_says_so(self, index: Index) -> None:
        results = index.search("a report of some tractor seen burning beside seven empty houses")
        assert results.match == "any"
        assert results.total == 2
        assert not results.relaxed

    def test_an_unknown_choice_is_refused(self, index: Index) -> None:
        with pytest.raises(QueryError, match="no match 'some'"):
            index.search("red", match="some")
