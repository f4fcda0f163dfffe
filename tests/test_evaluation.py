"""Judged collections and known articles: read, asked, written down and compared."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from corpus import articles, write_files
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import Index
from searchkit.cli import main
from searchkit.cli.exits import Exit
from searchkit.errors import SourceError
from searchkit.evaluation import known
from searchkit.evaluation.collections import read_collection
from searchkit.evaluation.judged import evaluate, evaluate_collection, open_collection
from searchkit.evaluation.lookups import LOOKED_FOR, evaluate_known, following, typing
from searchkit.evaluation.metrics import RANKED
from searchkit.evaluation.mistyped import can_slip, slip
from searchkit.evaluation.runs import Ranked, read_run, write_run
from searchkit.evaluation.topics import Topic

Captured = pytest.CaptureFixture[str]

DOCUMENTS = (
    ("1", "Bees", "How bees find their way home over open fields."),
    ("2", "", "Wasps build nests of paper; bees build theirs of wax."),
    ("3", "Ants", "Ants follow trails. A trail is a scent."),
    ("4", "Only a title", ""),
)
QUERIES = (("q1", "HOW do bees NOT get lost?"), ("q2", "paper (nests"), ("q3", "beetles"))
GRADES = (("q1", "1", 2), ("q1", "2", 1), ("q2", "2", 1), ("q2", "3", 0), ("q3", "3", 0))


@pytest.fixture
def insects(tmp_path: Path) -> Path:
    """A small judged collection; its third query has no relevant document."""
    folder = tmp_path / "insects"
    folder.mkdir()
    _write(
        folder / "docs.jsonl",
        [dict(zip(("id", "title", "text"), d, strict=True)) for d in DOCUMENTS],
    )
    _write(folder / "queries.jsonl", [dict(zip(("id", "text"), q, strict=True)) for q in QUERIES])
    lines = ["\t".join(map(str, grade)) for grade in GRADES]
    (folder / "qrels.tsv").write_text("\n".join(lines) + "\n")
    return folder


def _write(path: Path, objects: list[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(held) + "\n" for held in objects))


class TestCollections:
    def test_topics_are_the_queries_with_a_relevant_document(self, insects: Path) -> None:
        held = read_collection(insects)
        assert held.name == "insects"
        assert [document.id for document in held.documents] == ["1", "2", "3", "4"]
        assert [topic.id for topic in held.topics] == ["q1", "q2"]
        assert held.topics[0].judged == {"1": 2, "2": 1}
        assert (held.unjudged, held.absent) == (1, 0)

    def test_numbers_do_for_ids_and_four_columns_for_three(self, insects: Path) -> None:
        (insects / "queries.jsonl").write_text('{"id": 7, "text": "bees"}\n')
        (insects / "qrels.tsv").write_text("7 0 1 1\n7 0 99 1\n")
        held = read_collection(insects)
        assert [topic.id for topic in held.topics] == ["7"]
        assert held.absent == 1

    @pytest.mark.parametrize(
        ("file", "text", "said"),
        [
            (
                "docs.jsonl",
                '{"id": "1", "text": "a"}\n\n{"id": }\n',
                "docs.jsonl:3: it is not JSON",
            ),
            ("docs.jsonl", "[1]\n", "docs.jsonl:1: it is not a JSON object"),
            ("docs.jsonl", '{"title": "a", "text": "b"}\n', "docs.jsonl:1: it has no id"),
            ("docs.jsonl", '{"id": "1", "title": "a"}\n', "docs.jsonl:1: it has no text"),
            ("docs.jsonl", '{"id": "1", "text": ""}\n' * 2, "docs.jsonl:2: document '1' was"),
            ("docs.jsonl", "", "docs.jsonl: it holds no document"),
            ("queries.jsonl", '{"id": "1", "text": ""}\n' * 2, "queries.jsonl:2: query '1' was"),
            ("qrels.tsv", "q1\t1\n", "qrels.tsv:1: a query, a document and a grade, not 2"),
            ("qrels.tsv", "q1\t1\t1\nq9\t1\t1\n", "qrels.tsv:2: there is no query 'q9'"),
            ("qrels.tsv", "q1\t1\tgood\n", "qrels.tsv:1: a grade is a whole number, not 'good'"),
            ("qrels.tsv", "q1\t1\t0\n", "qrels.tsv: it judges no document relevant"),
            ("qrels.tsv", b"q1\t\xff\t0\n", "qrels.tsv: it is not UTF-8"),
            ("qrels.tsv", None, "qrels.tsv: there is no such file"),
        ],
    )
    def test_what_is_wrong_is_said_with_its_place(
        self, insects: Path, file: str, text: str | bytes | None, said: str
    ) -> None:
        if text is None:
            (insects / file).unlink()
        else:
            (insects / file).write_bytes(text.encode() if isinstance(text, str) else text)
        with pytest.raises(SourceError) as caught:
            read_collection(insects)
        assert said in str(caught.value)
        assert "qrels.tsv" in caught.value.hint

    def test_a_folder_that_is_not_there_is_no_collection(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="no such folder"):
            read_collection(tmp_path / "nowhere")


class TestJudged:
    def test_a_question_is_words_whatever_it_looks_like(
        self, insects: Path, tmp_path: Path
    ) -> None:
        done = evaluate_collection(read_collection(insects), tmp_path / "index")
        assert [one.document for one in done.rankings["q1"]][:2] == ["1", "2"]
        assert [one.document for one in done.rankings["q2"]] == ["2"]
        assert done.means["ndcg@10"] == 1.0
        assert (done.documents, done.topics) == (4, 2)

    def test_an_index_that_is_there_is_taken(self, insects: Path, tmp_path: Path) -> None:
        held = read_collection(insects)
        with open_collection(held, tmp_path / "index") as first:
            generation = first.generation
        with open_collection(held, tmp_path / "index") as second:
            assert second.generation == generation
            assert second.search("title").hits[0].path == "4"

    def test_what_finds_nothing_counts_as_nothing(self) -> None:
        topics = [Topic("a", "x", {"1": 1}), Topic("b", "y", {"2": 1})]
        done = evaluate("", topics, lambda text: [Ranked("1", 1.0)] if text == "x" else [])
        assert done.means["mrr"] == 0.5

    def test_a_saved_run_is_compared_topic_by_topic(self) -> None:
        topics = [Topic(str(n), str(n), {"1": 1}) for n in range(30)]
        saved = {topic.id: [Ranked("2", 2.0), Ranked("1", 1.0)] for topic in topics[:-1]}
        done = evaluate("", topics, lambda text: [Ranked("1", 1.0)])
        beside = done.beside(saved, topics, RANKED).baseline
        assert beside is not None
        assert beside.means["mrr"] == pytest.approx(0.5 * 29 / 30)
        assert beside.p["mrr"] < 0.001
        assert beside.p["recall@100"] == 1.0
        assert beside.missing == 1


NAMES = st.text("abc-", min_size=1, max_size=3)


class TestRuns:
    @settings(max_examples=25)
    @given(st.dictionaries(NAMES, st.dictionaries(NAMES, st.floats(0, 40), max_size=5), max_size=3))
    def test_what_is_read_stands_in_the_order_that_was_written(
        self, held: dict[str, dict[str, float]]
    ) -> None:
        rankings = {
            topic: [Ranked(*pair) for pair in sorted(scores.items(), key=lambda pair: -pair[1])]
            for topic, scores in held.items()
        }
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "deep" / "a.run"
            write_run(path, rankings, "test")
            found = read_run(path)
        for topic, ranking in rankings.items():
            back = found.get(topic, [])
            assert [one.document for one in back] == [one.document for one in ranking]
            scores = [one.score for one in back]
            assert all(high > low for high, low in pairwise(scores))

    def test_lines_are_those_of_trec(self, tmp_path: Path) -> None:
        write_run(tmp_path / "a.run", {"q 1": [Ranked("d1", 2.5), Ranked("d2", 2.5)]}, "me")
        assert (tmp_path / "a.run").read_text() == (
            "q_1 Q0 d1 1 2.500000 me\nq_1 Q0 d2 2 2.499990 me\n"
        )

    @pytest.mark.parametrize("line", ["q Q0 d 1 2.0", "q Q0 d 1 high me", "q Q0 d 1 nan me"])
    def test_another_line_is_named(self, tmp_path: Path, line: str) -> None:
        path = tmp_path / "a.run"
        path.write_text(f"q Q0 d 1 2.0 me\n{line}\n")
        with pytest.raises(SourceError, match=r"a\.run:2"):
            read_run(path)

    def test_a_run_that_is_not_there_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="cannot be read"):
            read_run(tmp_path / "a.run")


class TestKnownItems:
    sample = known.draw(articles(120), 40, seed=3)

    def test_the_same_seed_draws_the_same_articles_and_words(self) -> None:
        again = list(articles(120))
        random.Random(5).shuffle(again)
        other = known.draw(again, 40, seed=3)
        assert [one.id for one in other.articles] == [one.id for one in self.sample.articles]
        for kind in known.KINDS:
            assert known.topics(other, kind, 3) == known.topics(self.sample, kind, 3)

    def test_another_seed_draws_others(self) -> None:
        other = known.draw(articles(120), 40, seed=4)
        assert {a.id for a in other.articles} != {a.id for a in self.sample.articles}
        assert known.topics(self.sample, "body", 3) != known.topics(self.sample, "body", 4)

    def test_a_smaller_sample_is_part_of_a_larger_one(self) -> None:
        assert known.draw(articles(120), 10, seed=3).articles == self.sample.articles[:10]

    def test_the_words_are_the_article_s_own(self) -> None:
        for kind, text in (("lead", "lead"), ("body", "body")):
            asked = known.topics(self.sample, kind, 3)
            assert len(asked) > 20
            for topic in asked:
                article = self._article(topic)
                assert set(topic.text.split()) <= set(known.words(getattr(article, text)))

    def test_a_phrase_stands_in_the_text(self) -> None:
        asked = known.topics(self.sample, "phrase", 3)
        assert len(asked) > 20
        for topic in asked:
            phrase = topic.text.strip('"')
            assert topic.text == f'"{phrase}"'
            assert phrase in self._article(topic).body.lower()
            assert 4 <= len(phrase.split()) <= 6

    def test_one_word_is_misspelt_and_no_word_of_any_article(self) -> None:
        asked = known.topics(self.sample, "misspelt", 3)
        assert len(asked) > 20
        for topic in asked:
            wrong = [word for word in topic.text.split() if word not in self.sample.holding]
            assert len(wrong) == 1

    def test_a_force_and_a_month_are_those_of_publication(self) -> None:
        asked = known.topics(self.sample, "force-month", 3)
        assert asked
        for topic in asked:
            article = self._article(topic)
            assert article.date.start is not None
            assert article.force is not None
            assert topic.text.endswith(f"{article.date.start:%B %Y}".lower())

    def test_articles_of_the_very_same_text_are_all_right(self) -> None:
        texts = {article.id: " ".join(article.body.split()) for article in articles(120)}
        for topic in known.topics(self.sample, "phrase", 3):
            wanted = texts[self._article(topic).id]
            assert set(topic.judged) == {id_ for id_, text in texts.items() if text == wanted}

    @settings(max_examples=25)
    @given(st.text("abcdefgz", min_size=5, max_size=9), st.integers())
    def test_a_slip_changes_one_place_and_not_the_first(self, word: str, seed: int) -> None:
        assert can_slip(word)
        typed = slip(word, random.Random(seed))
        assert typed != word
        assert typed[0] == word[0]
        assert abs(len(typed) - len(word)) <= 1

    def _article(self, topic: Topic) -> known.Article:
        wanted = topic.id.rpartition("-")[2]
        return next(article for article in self.sample.articles if article.id == wanted)


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An index of forty invented releases."""
    folder = tmp_path_factory.mktemp("releases")
    write_files(folder / "files", 40)
    Index.build(folder / "files", folder / "index").close()
    return folder / "index"


class TestLookups:
    def test_every_kind_is_asked_and_phrases_are_found(self, releases: Path) -> None:
        with Index.open(releases) as index:
            sample = known.draw(index.articles(), 40, 1)
            done = {one.name: one for one, _ in evaluate_known(index, sample, 1)}
        assert set(done) == set(LOOKED_FOR)
        assert done["phrase"].means["success@10"] > 0.8

    def test_who_takes_the_correction_finds_what_was_meant(self, tmp_path: Path) -> None:
        for number in range(40):
            text = f"---\narea: Kent\ntitle: Notice {number}\n---\nOfficers spoke of a trombone.\n"
            (tmp_path / f"{number}.md").write_text(text)
        with Index.build(tmp_path, tmp_path / "index") as index:
            assert typing(index)("tromboen") == []
            assert len(following(index)("tromboen")) == 10


class TestTheCommand:
    def test_a_run_is_written_and_compared_with(
        self, insects: Path, tmp_path: Path, capsys: Captured
    ) -> None:
        runs = tmp_path / "runs"
        assert main(["eval", str(insects), "--run", str(runs)]) == Exit.OK
        shown = capsys.readouterr().out.splitlines()
        assert shown[0].split() == ("collection articles topics nDCG@10 MAP MRR recall@100".split())
        assert shown[1].split() == ["insects", "4", "2", *["1.000"] * 4]
        assert main(["eval", str(insects), "--baseline", str(runs)]) == Exit.OK
        assert capsys.readouterr().out.splitlines()[2:4] == [
            "  saved run                      1.000  1.000  1.000       1.000",
            "  p                              1.000  1.000  1.000       1.000",
        ]
        one = str(runs / "insects.run")
        assert main(["eval", str(insects), "--baseline", one, "--json"]) == Exit.OK
        (held,) = json.loads(capsys.readouterr().out)["collections"]
        assert held["baseline"]["p"]["map"] == 1.0
        assert held["values"]["mrr"] == {"q1": 1.0, "q2": 1.0}
        assert held["queries_unjudged"] == 1

    def test_a_saved_run_of_other_queries_is_said(
        self, insects: Path, tmp_path: Path, capsys: Captured
    ) -> None:
        (tmp_path / "old.run").write_text("q1 Q0 1 1 2.0 me\n")
        assert main(["eval", str(insects), "--baseline", str(tmp_path / "old.run")]) == Exit.OK
        assert "the saved run lacks 1 of 2 queries" in capsys.readouterr().err

    def test_known_articles_are_looked_for_by_kind(
        self, releases: Path, tmp_path: Path, capsys: Captured
    ) -> None:
        known_item = ["eval", "--known-item", "--sample", "10", "--index", str(releases)]
        assert main([*known_item, "--run", str(tmp_path)]) == Exit.OK
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].split() == "remembered articles topics MRR success@1 success@10".split()
        assert [line.split()[0] for line in lines[1:]] == [
            *("lead", "body", "phrase", "misspelt", "corrected", "force-month"),
            "mean",
        ]
        assert main([*known_item, "--baseline", str(tmp_path), "--json"]) == Exit.OK
        kinds = json.loads(capsys.readouterr().out)["known_items"]
        assert all(kind["baseline"]["p"]["mrr"] == 1.0 for kind in kinds)

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["eval"], "nothing to measure"),
            (["eval", "nowhere"], "nowhere: there is no such folder"),
            (["eval", "{insects}", "{insects}"], "insects: two collections have this name"),
            (["eval", "{insects}", "--baseline", "nowhere"], "insects.run: it cannot be read"),
            (["eval", "{insects}", "--depth", "0"], "--depth"),
        ],
    )
    def test_what_makes_no_sense_is_one_line(
        self, insects: Path, capsys: Captured, words: list[str], said: str
    ) -> None:
        given = [word.replace("{insects}", str(insects)) for word in words]
        assert main(given) == Exit.USAGE
        captured = capsys.readouterr()
        assert captured.out == ""
        assert said in captured.err
        assert "Traceback" not in captured.err

    def test_several_collections_need_several_saved_runs(
        self, insects: Path, tmp_path: Path, capsys: Captured
    ) -> None:
        other = tmp_path / "others"
        insects.rename(other)
        (tmp_path / "more").symlink_to(other)
        run = tmp_path / "one.run"
        run.write_text("q1 Q0 1 1 2.0 me\n")
        command = ["eval", str(other), "--known-item", "--baseline", str(run)]
        assert main(command) == Exit.USAGE
        assert "sets of queries" in capsys.readouterr().err

    def test_an_index_without_articles_is_said(self, tmp_path: Path, capsys: Captured) -> None:
        Index.create(tmp_path / "index").close()
        assert main(["eval", "--known-item", "--index", str(tmp_path / "index")]) == Exit.NOTHING
        assert "no article" in capsys.readouterr().err
