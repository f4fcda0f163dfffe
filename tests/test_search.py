"""What a search says beside its hits: what to leave out, what was meant, what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus import Placed

from searchkit import Index, QueryError, Results


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, placed: Placed, seeds: Path) -> Iterator[Index]:
    with Index.build(seeds, placed(tmp_path_factory.mktemp("search") / "index")) as ix:
        yield ix


@pytest.fixture(scope="module")
def burglaries(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Iterator[Index]:
    """Thirty articles on burglaries, one of them in Lower Wexcombe."""
    folder = tmp_path_factory.mktemp("burglaries")
    for number in range(30):
        place = "Lower Wexcombe" if number == 0 else f"Upper Street {number}"
        text = f"---\narea: Kent\ntitle: Burglary number {number}\n---\n"
        text += f"Officers investigate a burglary in {place} on Monday, when a clock was stolen.\n"
        (folder / f"{number}.md").write_text(text)
    with Index.build(folder, placed(folder.parent / "burglaries-index")) as ix:
        yield ix


@pytest.fixture(scope="module")
def inns(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Iterator[Index]:
    """One article, with forms of very common words."""
    folder = tmp_path_factory.mktemp("inns")
    text = "Ins and inness, howes and abouts: burglaries and burglars in Lower Wexcombe."
    (folder / "a.md").write_text(f"A headline\n\n{text}\n")
    with Index.build(folder, placed(folder / "index")) as ix:
        yield ix


def kinds(found: Results) -> list[str]:
    return [warning.kind for warning in found.warnings]


class TestNothingFound:
    def test_it_counts_what_there_is_without_each_filter(self, index: Index) -> None:
        found = index.search("diversity", area="essex", on="2020")
        assert found.total == 0
        assert found.without == {"area": 2, "on": 1, "all": 3}

    def test_it_counts_what_there_is_without_each_narrowing_clause(self, index: Index) -> None:
        found = index.search("diversity force:essex date:2020")
        assert found.without == {
            "force:essex": 2,
            "date:2020": 1,
            "all": 3,
        }

    def test_excluded_words_narrow_too(self, index: Index) -> None:
        assert index.search("diversity -police").without == {"-police": 3}

    def test_words_are_no_filter(self, index: Index) -> None:
        assert index.search("zeppelin").without == {}

    def test_nothing_is_counted_where_something_is_found(self, index: Index) -> None:
        assert index.search("diversity", area="essex").without == {}

    def test_where_most_words_are_found_it_still_counts_all_of_them_without_the_filter(
        self, index: Index
    ) -> None:
        found = index.search("recruitment actors", area="hertfordshire")
        assert found.relaxed
        assert found.without == {"area": 1}


class TestForcesWithoutArticles:
    def test_a_force_of_which_the_index_holds_nothing_is_named(self, index: Index) -> None:
        found = index.search("diversity", area=("kent", "essex"))
        assert found.total == 1
        (warning,) = found.warnings
        assert warning.kind == "empty-force"
        assert warning.message == "the index holds no articles of Kent Police"

    def test_so_is_one_in_the_query_text(self, index: Index) -> None:
        assert kinds(index.search("diversity force:kent")) == ["empty-force"]

    def test_an_excluded_force_is_not_missed(self, index: Index) -> None:
        assert kinds(index.search("diversity -force:kent")) == []


class TestSuggestions:
    def test_a_slip_is_answered_with_the_word_that_many_articles_hold(
        self, burglaries: Index
    ) -> None:
        found = burglaries.search("burglery wexcombe")
        assert found.suggestions == ("burglary wexcombe",)
        assert burglaries.search(found.suggestions[0]).total == 1

    def test_several_slips_are_put_right_at_once(self, burglaries: Index) -> None:
        assert burglaries.search("burglery invetsigate").suggestions == ("burglary investigate",)

    def test_a_word_that_is_only_rare_is_left_alone(self, burglaries: Index) -> None:
        assert burglaries.search("wexcombe").suggestions == ()
        assert burglaries.search("clocl").suggestions == ("clock",)

    def test_nothing_is_suggested_where_nothing_is_near(self, burglaries: Index) -> None:
        assert burglaries.search("zeppelin").suggestions == ()

    def test_short_words_numbers_and_excluded_words_are_not_doubted(
        self, burglaries: Index
    ) -> None:
        assert burglaries.search("clo").suggestions == ()
        assert burglaries.search("12345").suggestions == ()
        assert burglaries.search("zeppelin -burglery").suggestions == ()

    def test_a_suggestion_that_the_filters_leave_empty_is_not_made(self, burglaries: Index) -> None:
        assert burglaries.search("burglery", area="essex").suggestions == ()

    def test_the_filters_stay(self, burglaries: Index) -> None:
        assert burglaries.search("burglery", area="kent").suggestions == ("burglary",)


@pytest.mark.parametrize("option", ["since", "until", "on"])
def test_a_bad_day_in_an_option_is_answered_as_the_option_takes_it(
    index: Index, option: str
) -> None:
    with pytest.raises(QueryError) as caught:
        index.search("diversity", **{option: "31/02/2021"})
    (remark,) = caught.value.diagnostics
    assert remark.message.endswith(f"(--{option})")
    assert remark.hint == "use 28/2/2021, feb-2021"


class TestForms:
    """Which words are said to have been widened, and to what."""

    def widened(self, found: Results) -> dict[str, tuple[str, ...]]:
        return {form.word: form.others for form in found.forms}

    def test_a_common_word_that_is_left_out_has_none(self, inns: Index) -> None:
        assert self.widened(inns.search("in")) == {"in": ("inness", "ins")}
        found = inns.search("burglary in wexcombe")
        assert self.widened(found) == {"burglary": ("burglaries",), "wexcombe": ()}

    def test_nor_has_it_where_most_words_are_found(self, inns: Index) -> None:
        found = inns.search("burglry in wexcombe")
        assert found.relaxed
        assert "in" not in self.widened(found)

    def test_nor_have_the_function_words_of_a_question(self, inns: Index) -> None:
        text = "how about a burglary in wexcombe"
        assert self.widened(inns.search(text))["about"] == ("abouts",)
        found = inns.search(text, match="any")
        assert found.match == "any"
        assert self.widened(found) == {"burglary": ("burglaries",), "wexcombe": ()}
