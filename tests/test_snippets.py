"""What a snippet shows of an article, and what it never shows."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.analysis import stem, tokens
from searchkit.article import Article
from searchkit.highlights import Highlighter
from searchkit.query.nodes import (
    And,
    AtLeast,
    DateRange,
    Every,
    Filter,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Term,
)
from searchkit.snippets import Snippet, SnippetOptions, highlight

BODY = """Appeal after a burglary in Lower Wexcombe
Officers are investigating a burglary at a farm shop in Lower Wexcombe on Monday night. \
A quad bike and a chainsaw were stolen. The quad bike is green.
“We are keen to hear from walkers who saw a green quad bike,” said PC Ada Quill.
Anyone with information about the burglary is asked to call 101, quoting 12/3456/21, \
or Crimestoppers on 0800 555 111."""


def article(body: str = BODY, title: str = "Farm shop broken into", lead: str = "") -> Article:
    return Article(id="0123456789abcdef", title=title, body=body, lead=lead)


def words(*wanted: str) -> Node:
    return And(tuple(Term(word) for word in wanted))


def lit(snippet: Snippet) -> list[str]:
    return [snippet.text[start:end] for start, end in snippet.highlights]


def test_a_snippet_is_a_whole_sentence_of_the_body() -> None:
    found = highlight(article(), Term("chainsaw"))
    assert [s.text for s in found.snippets] == ["A quad bike and a chainsaw were stolen. "
                                                "The quad bike is green."]  # fmt: skip
    assert lit(found.snippets[0]) == ["chainsaw"]
    assert not found.snippets[0].cut_before
    assert not found.snippets[0].cut_after


def test_the_sentence_that_covers_most_of_the_query_comes_first() -> None:
    found = highlight(article(), words("quad", "walkers"))
    assert found.snippets[0].text.startswith("“We are keen to hear from walkers")
    assert lit(found.snippets[0]) == ["walkers", "quad"]


def test_words_far_apart_are_shown_in_two_fragments() -> None:
    found = highlight(article(), words("chainsaw", "walkers"))
    assert sorted(word for s in found.snippets for word in lit(s)) == ["chainsaw", "walkers"]
    assert len(found.snippets) == 2


def test_one_fragment_is_one_fragment() -> None:
    options = SnippetOptions(fragments=1)
    assert len(highlight(article(), words("chainsaw", "walkers"), options).snippets) == 1


def test_lines_that_tell_whom_to_ring_are_not_shown_where_there_is_prose() -> None:
    found = highlight(article(), Term("burglary"))
    assert "101" not in " ".join(s.text for s in found.snippets)
    assert found.snippets[0].text.startswith("Officers are investigating")


def test_lines_that_tell_whom_to_ring_are_shown_where_nothing_else_matches() -> None:
    found = highlight(article(), Term("crimestoppers"))
    assert lit(found.snippets[0]) == ["Crimestoppers"]


def test_a_stem_lights_up_the_form_that_stands_in_the_text() -> None:
    found = highlight(article("The force serves diverse towns."), Term("diversity"))
    assert found.matched_terms == ("diverse",)
    assert lit(found.snippets[0]) == ["diverse"]


def test_an_exact_word_lights_up_nothing_but_itself() -> None:
    body = "Diverse towns.\nThe force values diversity above all."
    found = highlight(article(body), Term("diversity", exact=True))
    assert found.matched_terms == ("diversity",)


def test_a_phrase_is_lit_as_one_and_its_scattered_words_are_not() -> None:
    body = "They stop and talk, then search the car.\nPowers of stop and search were used."
    found = highlight(article(body), Phrase(("stop", "and", "search")))
    assert [lit(s) for s in found.snippets] == [["stop and search"]]
    assert found.matched_terms == ("stop and search",)


def test_a_loose_phrase_lights_up_its_words_where_they_stand_close() -> None:
    body = "A knife was found near the park.\n" + "Nothing of note. " * 9 + "The knife is gone."
    found = highlight(article(body), Phrase(("park", "knife"), slop=5))
    assert [lit(s) for s in found.snippets] == [["knife", "park"]]


def test_a_phrase_over_a_line_end_is_still_found() -> None:
    found = highlight(
        article("He was seen in Upper\nWexcombe at noon."), Phrase(("upper", "wexcombe"))
    )
    assert found.matched_fields == ("body",)
    assert found.snippets


def test_prefixes_and_near_words_are_lit() -> None:
    assert lit(highlight(article(), Prefix("burgl")).snippets[0]) == ["burglary"]
    assert lit(highlight(article(), Fuzzy("burglray", edits=1)).snippets[0]) == ["burglary"]


def test_excluded_words_are_never_lit() -> None:
    query = And((Term("quad"), Not(Or((Term("chainsaw"), Phrase(("green", "quad")))))))
    found = highlight(article(), query)
    assert {word for s in found.snippets for word in lit(s)} == {"quad"}


def test_a_word_asked_for_in_the_title_is_lit_only_there() -> None:
    query = Term("shop", field="title")
    found = highlight(article(), query)
    assert found.matched_fields == ("title",)
    assert found.matched_terms == ("shop",)


def test_where_only_the_title_matches_the_lead_is_shown() -> None:
    found = highlight(article(lead="A farm lost its quad bike."), Term("broken"))
    assert found.matched_fields == ("title",)
    assert [(s.field, s.text, s.highlights) for s in found.snippets] == [
        ("lead", "A farm lost its quad bike.", ())
    ]


def test_without_words_and_without_a_lead_the_first_prose_of_the_body_is_shown() -> None:
    found = highlight(article(), Filter(DateRange()))
    assert found.snippets[0].field == "body"
    assert found.snippets[0].text.startswith("Officers are investigating")


def test_the_lead_is_shown_where_it_covers_more_than_the_body() -> None:
    found = highlight(article(lead="Thieves took a green tractor."), words("green", "tractor"))
    assert found.snippets[0].field == "lead"
    assert lit(found.snippets[0]) == ["green", "tractor"]


def test_modes_none_and_lead_do_as_they_say() -> None:
    given = article(lead="Thieves took a chainsaw.")
    assert highlight(given, Term("chainsaw"), SnippetOptions(mode="none")).snippets == ()
    shown = highlight(given, Term("quad"), SnippetOptions(mode="lead"))
    assert [s.field for s in shown.snippets] == ["lead"]
    assert shown.matched_fields == ("body",)


def test_a_long_sentence_is_cut_at_clauses_and_says_so() -> None:
    body = "The first clause is long, " * 30 + "and the gloves were found, " + "but not here, " * 30
    snippet = highlight(article(body), Term("gloves")).snippets[0]
    assert snippet.cut_before
    assert snippet.cut_after
    assert len(snippet.text) <= 240
    assert str(snippet).startswith("… ")
    assert str(snippet).endswith(" …")
    assert snippet.text[-1].isalpha()


def test_a_heading_or_the_line_above_a_list_gives_way_to_a_sentence() -> None:
    body = (
        "Gloves found in Lower Wexcombe\nThe gloves include:\n- red\n"
        "The gloves were found near the old mill on Monday, where a walker had lost them."
    )
    assert highlight(article(body), Term("gloves")).snippets[0].text.startswith("The gloves were")


def test_a_heading_gives_way_to_a_standfirst_that_says_as_much() -> None:
    lead = "Officers have found a pair of gloves."
    shown = highlight(article("Gloves found\nNothing more is known.", lead=lead), Term("gloves"))
    assert [s.text for s in shown.snippets] == [lead]


def test_a_sentence_that_sends_readers_to_an_address_gives_way_to_one_that_does_not() -> None:
    body = (
        "For more on gloves and how to keep them, visit www.example.org/… any day of the week.\n"
        "A walker told officers on Monday that the pair was left behind at the mill with gloves."
    )
    (snippet,) = highlight(article(body), Term("gloves")).snippets
    assert snippet.text.startswith("A walker told")


def test_a_hashtag_keeps_its_sign() -> None:
    body = "#FindTheGloves is the name of the campaign which starts at the old mill on Monday."
    assert highlight(article(body), Term("campaign")).snippets[0].text.startswith("#FindThe")
    listed = "## * #FindTheGloves is the name of the campaign which starts at the old mill."
    assert highlight(article(listed), Term("campaign")).snippets[0].text.startswith("#FindThe")


def test_list_bullets_are_left_out() -> None:
    body = "* A very long list entry which tells of gloves that were lost near the old mill."
    assert highlight(article(body), Term("gloves")).snippets[0].text.startswith("A very")


def test_html_is_escaped_before_it_is_marked() -> None:
    body = "The sign said <script>alert('gloves')</script> & more of that kind, says the owner."
    snippet = highlight(article(body), Term("gloves")).snippets[0]
    assert (
        "&lt;script&gt;alert(&#x27;<mark>gloves</mark>&#x27;)&lt;/script&gt; &amp;"
        in snippet.html()
    )
    assert "<script>" not in snippet.html()


def test_matched_terms_are_in_order_of_frequency() -> None:
    body = "Police policing. The police were here. Police again."
    assert highlight(article(body), Term("police")).matched_terms[0] == "police"


def test_most_of_the_words_are_lit_where_not_all_are_there() -> None:
    query = AtLeast(1, (Term("chainsaw"), Term("dinosaur")))
    assert lit(highlight(article(), query).snippets[0]) == ["chainsaw"]


def test_everything_has_no_words_to_light() -> None:
    assert highlight(article(), Every()).matched_terms == ()


def test_only_the_beginning_of_a_huge_body_is_looked_at() -> None:
    body = "Nothing to see here at all. " * 5_000 + "The gloves were red."
    assert highlight(article(body), Term("gloves")).matched_fields == ()


_vocabulary = st.sampled_from(
    "gloves police officer’s café stop and search the 101 … “quoted” (1) 12,300 \n . , — • é".split(
        " "
    )
)
_texts = st.lists(_vocabulary, max_size=120).map(" ".join)
_leaves = st.one_of(
    st.builds(
        Term, st.sampled_from(["gloves", "police", "cafe", "the", "101"]), exact=st.booleans()
    ),
    st.builds(Phrase, st.just(("stop", "and", "search")), slop=st.sampled_from([0, 4])),
    st.builds(Prefix, st.just("off")),
    st.builds(Fuzzy, st.just("polcie"), edits=st.just(1)),
)


@settings(max_examples=150)
@given(
    body=st.one_of(_texts, st.text(max_size=200)),
    lead=_texts,
    query=st.lists(_leaves, min_size=1, max_size=4).map(lambda nodes: Or(tuple(nodes))),
    width=st.integers(40, 300),
    fragments=st.integers(1, 4),
)
def test_a_snippet_is_an_exact_slice_and_its_highlights_lie_in_it(
    body: str, lead: str, query: Node, width: int, fragments: int
) -> None:
    given_article = article(body, lead=lead)
    found = highlight(given_article, query, SnippetOptions(fragments, width))
    texts = {"lead": lead, "body": body}
    assert len(found.snippets) <= fragments
    for snippet in found.snippets:
        end = snippet.start + len(snippet.text)
        assert texts[snippet.field][snippet.start : end] == snippet.text
        assert len(snippet.text) <= max(width * 1.15, 200)
        last = 0
        for start, stop in snippet.highlights:
            assert last <= start < stop <= len(snippet.text)
            last = stop
        assert "".join(text for text, _ in snippet.parts()) == snippet.text


_glued = st.lists(
    st.sampled_from(
        [*"gloves Glove’s glove. Gloved ﬁne 12,300 12 é . , ’ _ - ".split(" "), " ", "\n"]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=150)
@given(text=st.one_of(_glued, st.text(max_size=80)), word=st.sampled_from(["glove", "12300", "s"]))
def test_a_word_is_lit_wherever_the_analyser_finds_its_stem(text: str, word: str) -> None:
    found = Highlighter(Term(word)).find(text, "body")
    expected = [(t.start, t.end, t.surface) for t in tokens(text) if t.stem == stem(word)]
    assert [(s.start, s.end, s.surface) for s in found] == expected


@settings(max_examples=100)
@given(text=_glued, start=st.sampled_from(["g", "glove", "1"]))
def test_a_prefix_is_lit_wherever_the_analyser_finds_it(text: str, start: str) -> None:
    found = Highlighter(Prefix(start)).find(text, "body")
    expected = [(t.start, t.end) for t in tokens(text) if t.surface.startswith(start)]
    assert [(s.start, s.end) for s in found] == expected


def test_a_word_that_stands_within_others_is_lit_only_by_itself() -> None:
    found = Highlighter(Term("art", exact=True)).find("part art-house arty art\tstart ART.", "body")
    assert [(s.start, s.end) for s in found] == [(5, 8), (20, 23), (30, 33)]


def test_two_queries_see_the_same_text_with_their_own_eyes() -> None:
    text = "The gloves and the saw."
    assert [s.surface for s in Highlighter(Term("saw")).find(text, "body")] == ["saw"]
    assert [s.surface for s in Highlighter(Term("glove")).find(text, "body")] == ["gloves"]
    assert Highlighter(Term("saw", "title")).find(text, "body") == []
