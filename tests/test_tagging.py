"""Articles are tagged with kinds of crime and stages by words that are shown, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path

import pytest
import yaml
from corpus import Place, Placed
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import validate

import searchkit
from searchkit import Index
from searchkit.article import TAG_PLACES, Tag
from searchkit.cli import main
from searchkit.ingest import version
from searchkit.query import parser
from searchkit.query.nodes import Or, Term
from searchkit.query.parsed import Parsed
from searchkit.tagging import in_force, known_tags, known_values, labels_of, tag_table, tags_of

DATA = Path(searchkit.__file__).parent / "data"


def ids(title: str, lead: str = "", category: str = "") -> set[str]:
    return {tag.id for tag in tags_of(title, lead, category)}


class TestTable:
    def test_what_is_read_says_what_is_edited(self) -> None:
        edited = yaml.safe_load((DATA / "tags.yaml").read_bytes())
        assert json.loads((DATA / "tags.json").read_bytes()) == edited, "run script/gazetteer"

    def test_every_tag_that_a_row_names_is_there(self) -> None:
        for tag in known_tags().values():
            assert {*tag.unless, tag.needs or tag.id, tag.like or tag.id} <= set(known_tags())

    def test_every_word_of_a_phrase_is_a_word_of_texts(self) -> None:
        rows = yaml.safe_load((DATA / "tags.yaml").read_bytes())
        lists = [rows["never"]]
        for row in rows["tags"]:
            assert not row.keys() - {
                *("id", "label", "head", "title", "alone", "not_if", "unless", "with", "like")
            }
            lists += [row.get(name, []) for name in ("head", "title", "alone", "not_if")]
        words = {
            w for phrases in lists for p in phrases for part in p.split() for w in part.split("|")
        }
        assert all(w == w.lower() and (w.isalnum() or w in ("", "*", "^", "$")) for w in words)

    def test_a_change_of_the_table_changes_the_cleaning(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        before = version.cleaning_version()
        package = tmp_path / "data"
        package.mkdir()
        for name in ("forces.json", "tags.json"):
            (package / name).write_bytes((DATA / name).read_bytes())
        (package / "tags.json").write_bytes(b"{}")
        monkeypatch.setattr(version, "files", lambda _: tmp_path)
        assert version.cleaning_version.__wrapped__() != before


class TestTypes:
    @pytest.mark.parametrize(
        ("title", "expected"),
        [
            ("Man jailed for burglary in Wexcombe", {"type:burglary", "stage:sentenced"}),
            ("Appeal after knifepoint robbery", {"type:robbery", "stage:appeal", "type:knife"}),
            ("Drug driver banned from driving", {"type:road", "stage:sentenced"}),
            ("Two charged with attempted murder", {"type:assault", "stage:charged"}),
            ("Sexual assault in Wexcombe", {"type:sexual"}),
            ("Hit-and-run in Wexcombe", {"type:road"}),
            ("Anti-social behaviour in the park", {"type:asb"}),
            ("‘County lines’ gang’s cannabis", {"type:drugs"}),
            ("PCSO recruitment opens", {"type:corporate", "stage:corporate"}),
        ],
    )
    def test_a_headline_has_the_tags_of_its_words(self, title: str, expected: set[str]) -> None:
        assert ids(title) == expected

    @pytest.mark.parametrize(
        "title",
        [
            "Constable opens establishment",
            "Stab vest found in attic",
            "Murder mystery evening in Wexcombe",
            "Missing cat Tibbles",
            "Shot putter visits school",
            "Sex workers get help",
            "Wexcombe",
            "",
        ],
    )
    def test_words_that_only_look_like_crime_give_no_tag(self, title: str) -> None:
        assert not {tag for tag in ids(title) if tag.startswith("type:")}

    def test_a_weak_word_counts_only_where_no_other_does(self) -> None:
        assert "type:theft" in ids("Trophy stolen")
        assert "type:theft" not in ids("Trophy stolen in burglary")

    def test_a_phrase_ends_at_a_full_stop(self) -> None:
        assert "stage:court" in ids("", "He was in court today")
        assert "stage:court" not in ids("", "They let him in. Court orders are rare.")


class TestStages:
    @pytest.mark.parametrize(
        ("title", "stage"),
        [
            ("Woman cleared: found not guilty", "stage:convicted"),
            ("Man not charged after incident", "stage:charged"),
            ("Man released without charge", "stage:charged"),
            ("No arrests after protest", "stage:arrest"),
            ("Man wanted for robbery has been arrested", "stage:wanted"),
            ("Wanted man located", "stage:wanted"),
            ("Missing boy located", "stage:missing"),
            ("Body found in search for missing man", "stage:missing"),
            ("Body found in search for missing man", "stage:found"),
            ("Missing woman still not found", "stage:found"),
            ("Drivers could be jailed", "stage:sentenced"),
            ("Man due to be sentenced", "stage:sentenced"),
            ("Court of Appeal hears case", "stage:appeal"),
            ("Christmas toy appeal", "stage:appeal"),
            ("Campaign of harassment", "stage:campaign"),
            ("Found wallet", "stage:found"),
        ],
    )
    def test_what_would_be_wrong_of_a_person_is_not_said(self, title: str, stage: str) -> None:
        assert stage not in ids(title)

    def test_a_missing_person_who_is_found_is_found(self) -> None:
        assert ids("Missing John Example found") == {"type:missing", "stage:found"}
        assert "stage:missing" in ids("Have you seen missing John Example?")

    def test_a_label_counts_like_a_headline(self) -> None:
        (tag,) = tags_of("Wexcombe", "", "UPDATE")
        assert tag == Tag("stage:update", "update", "category")


class TestEvidence:
    def test_a_tag_says_its_first_words_and_where_they_stand(self) -> None:
        (one, two) = tags_of("Man Jailed", "He was sentenced for the armed robbery.", "")
        assert (one, two) == (
            Tag("type:robbery", "robbery", "lead"),
            Tag("stage:sentenced", "jailed", "title"),
        )

    @given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20))
    def test_any_text_has_known_tags_with_words_of_its_own(
        self, title: str, lead: str, category: str
    ) -> None:
        self.check(title, lead, category)

    @given(st.lists(st.sampled_from(sorted(in_force().tree)), max_size=12).map(" ".join))
    def test_words_of_the_table_in_any_order_do_no_harm(self, text: str) -> None:
        self.check(text, text, "")

    def check(self, title: str, lead: str, category: str) -> None:
        found = tags_of(title, lead, category)
        texts = {"title": title, "lead": lead, "category": category}
        order = list(known_tags())
        assert [order.index(tag.id) for tag in found] == sorted({order.index(t.id) for t in found})
        for tag in found:
            assert tag.where in TAG_PLACES
            plain = texts[tag.where].lower().replace("’", "").replace("'", "")
            assert tag.evidence
            assert all(word in plain for word in tag.evidence.split())

    def test_a_phrase_is_found_as_it_stands_in_the_table(self) -> None:
        rows = {
            "never": ["a never b"],
            "tags": [{"id": "type:x", "label": "x", "head": ["a|b c|"]}],
        }
        table = tag_table(rows)
        for first, second in product("ab", ("", " c")):
            (tag,) = tags_of(f"{first}{second}", "", "", table)
            assert tag == Tag("type:x", f"{first}{second}", "title")
        assert tags_of("a never b", "", "", table) == ()


def parse(text: str) -> Parsed:
    return parser.parse(text, today=date(2021, 4, 1))


class TestQuery:
    def test_a_tag_is_asked_for_by_value_or_label(self) -> None:
        assert parse("type:burglary").query == Term("burglary", "type", exact=True)
        assert parse('type:"Anti-social behaviour"').query == Term("asb", "type", exact=True)
        assert parse("stage:Appeal").query == Term("appeal", "stage", exact=True)
        assert parse("type:knife,firearm").query == Or(
            (Term("knife", "type", exact=True), Term("firearm", "type", exact=True))
        )

    def test_an_unknown_tag_names_the_nearest_known_one(self) -> None:
        (remark,) = parse("type:burglry").diagnostics
        assert (remark.kind, remark.start, remark.end, remark.fatal) == ("unknown-tag", 5, 12, True)
        assert "did you mean type:burglary?" in remark.hint
        (other,) = parse("stage:xyzzy").diagnostics
        assert all(value in other.hint for value in known_values("stage"))


ARTICLES = {
    "one": ("Man jailed for burglary in Wexcombe", "A man was jailed."),
    "two": ("Appeal after burglary in Wexcombe", "Officers appeal for witnesses."),
    "three": ("Wexcombe in spring", "Nothing happened."),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Place:
    folder = tmp_path_factory.mktemp("tagged")
    for name, (title, text) in ARTICLES.items():
        (folder / f"{name}.md").write_text(f"---\narea: Kent\ntitle: {title}\n---\n{text}\n")
    where = placed(folder.parent / "tagged-index")
    Index.build(folder, where).close()
    return where


@pytest.fixture
def index(built: Place) -> Iterator[Index]:
    with Index.open(built) as ix:
        yield ix


class TestSearch:
    def test_tags_narrow_and_are_counted(self, index: Index) -> None:
        found = index.search("type:burglary", facets="type,stage".split(","))
        assert {hit.title for hit in found} == {ARTICLES[name][0] for name in ("one", "two")}
        assert [(b.value, b.count) for b in found.facets["type"]] == [("burglary", 2)]
        assert {b.value: b.count for b in found.facets["stage"]} == {
            "appeal": 1,
            "sentenced": 1,
        }
        assert index.search("type:burglary -stage:appeal").total == 1

    def test_the_index_keeps_the_evidence(self, index: Index) -> None:
        (hit,) = index.search("stage:sentenced")
        assert hit.article.tags == tags_of(ARTICLES["one"][0], hit.article.lead, "")

    def test_a_hit_shows_its_types_and_its_json_the_evidence(
        self, built: Place, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["query", "stage:sentenced", "--index", str(built)]) == 0
        assert "· burglary ·" in capsys.readouterr().out
        assert main(["query", "stage:sentenced", "--json", "--index", str(built)]) == 0
        answer = json.loads(capsys.readouterr().out)
        validate(answer, json.loads((DATA / "results.schema.json").read_bytes()))
        assert {"id": "stage:sentenced", "evidence": "jailed", "where": "title"} in answer["hits"][
            0
        ]["tags"]

    def test_show_lists_tags_with_their_evidence(
        self, built: Place, index: Index, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (hit,) = index.search("stage:sentenced")
        assert main(["show", hit.id, "--index", str(built)]) == 0
        assert "type:burglary ('burglary' in the headline)" in capsys.readouterr().out

    def test_labels_of_another_version_are_shown_as_they_are(self) -> None:
        assert labels_of(("asb", "piracy")) == "anti-social behaviour, type:piracy"


class TestCommand:
    def test_it_lists_every_tag_with_its_count(
        self, built: Place, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["tags", "--index", str(built)]) == 0
        lines = {line.split()[0]: line.split()[-1] for line in capsys.readouterr().out.splitlines()}
        assert set(known_tags()) == lines.keys() - {"tag"}
        assert (lines["type:burglary"], lines["type:fraud"]) == ("2", "0")
        assert main(["tags", "--json", "--index", str(built)]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert answer["articles"] == 3
        assert [tag["id"] for tag in answer["tags"]] == list(known_tags())

    def test_a_text_is_tested_without_an_index(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["tags", "test", "Man", "jailed"]) == 0
        assert 'stage:sentenced  "jailed"' in capsys.readouterr().out
        assert main(["tags", "test", "Constable", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["tags"] == []
        assert main(["tags", "test", "Constable"]) == 0
        assert "No tags" in capsys.readouterr().out

    def test_anything_else_is_a_usage_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["tags", "tset", "Man jailed"]) == 2
        assert main(["tags", "test"]) == 2
        assert "searchkit tags test" in capsys.readouterr().err
