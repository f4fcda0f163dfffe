"""What a query text is understood as, and what is said about the rest of it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from searchkit import analysis
from searchkit.query.describe import render
from searchkit.query.nodes import (
    And,
    AtLeast,
    DateRange,
    Every,
    Fuzzy,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Term,
    children,
)
from searchkit.query.parser import Parsed, parse, relax
from searchkit.query.remarks import REMARKS
from searchkit.query.values import UNAVAILABLE

TODAY = date(2021, 9, 3)


def read(text: str) -> Parsed:
    return parse(text, today=TODAY)


def tree(text: str) -> Node:
    """The tree of a text about which there is nothing to say."""
    parsed = read(text)
    assert parsed.diagnostics == ()
    return parsed.query


def kinds(text: str) -> list[str]:
    return [diagnostic.kind for diagnostic in read(text).diagnostics]


def both(*nodes: Node) -> And:
    return And(nodes)


KNIFE, CRIME, GUN = Term("knife"), Term("crime"), Term("gun")


# Words


def test_an_empty_query_is_every_article() -> None:
    assert tree("") == tree(" \t\n ") == Every()


def test_words_side_by_side_must_all_occur() -> None:
    assert (
        tree("knife crime")
        == tree("  KNIFE  Crime. ")
        == tree("knife AND crime")
        == both(KNIFE, CRIME)
    )


def test_a_word_typed_twice_is_looked_for_once() -> None:
    assert tree("knife Knife") == KNIFE


def test_common_words_are_dropped_when_others_remain() -> None:
    assert tree("the knife of the crime") == both(KNIFE, CRIME)
    assert [word.dropped for word in read("the knife").words] == [True, False]


def test_common_words_are_kept_when_nothing_else_is_asked_for() -> None:
    assert tree("who are you") == both(Term("who"), Term("are"), Term("you"))
    assert tree("the force:essex") == both(Term("the"), Term("essex", "force", True))
    assert tree("the -knife") == both(Term("the"), Not(KNIFE))


def test_common_words_typed_literally_excluded_or_as_a_choice_are_kept() -> None:
    assert tree("=the knife") == both(Term("the", exact=True), KNIFE)
    assert tree("knife -the") == both(KNIFE, Not(Term("the")))
    assert tree("knife OR the") == Or((KNIFE, Term("the")))


def test_lower_case_and_or_not_are_words() -> None:
    assert tree("knife or not gun") == both(KNIFE, Term("not"), GUN)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12-month", ("12", "month")),
        ("17-year-old", ("17", "year", "old")),
        ("24/7", ("24", "7")),
        ("19*243369", ("19", "243369")),
        ("18–24", ("18", "24")),
        ("A38(M)", ("a38", "m")),
        ("35/60797/20", ("35", "60797", "20")),
        ("PC:1234", ("pc", "1234")),
        ("someone@example.org", ("someone", "example", "org")),
    ],
)
def test_a_word_that_is_several_is_a_phrase(text: str, words: tuple[str, ...]) -> None:
    assert tree(text) == Phrase(words)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        *[("7.05pm", "7.05pm"), ("12:30pm", "12.30pm"), ("10:30", "10.30"), ("£2,300", "2300")],
        *[("O'Neill's", "oneill"), ("é", "e"), ("#Tag", "tag"), ("@handle", "handle")],
    ],
)
def test_numbers_and_apostrophes_make_one_word(text: str, word: str) -> None:
    assert tree(text) == Term(word)


ANTI, SOCIAL, ONE = Term("anti"), Term("social"), Term("antisocial")


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("anti-social", (Phrase(("anti", "social")), ONE)),
        ("anti social", (both(ANTI, SOCIAL), ONE)),
        ("Covid-19", (Phrase(("covid", "19")), Term("covid19"))),
        ("A&E", (Term("a&e"), Phrase(("a", "e")))),
        ("A & E", (Term("a&e"), Phrase(("a", "e")))),
        ("M25", (Term("m25"), Phrase(("m", "25")))),
        ("PC 12", (both(Term("pc"), Term("12")), Term("pc12"), Phrase(("pc", "12")))),
        ("PC12", (Term("pc12"), Phrase(("pc", "12")))),
        ("9.30 pm", (both(Term("9.30"), Term("pm")), Term("9.30pm"))),
        ("£1.2m", (Term("1.2m"), Phrase(("1.2", "million")))),
        ("£1.2 million", (both(Term("1.2"), Term("million")), Term("1.2m"))),
        ("£50k", (Term("50k"), Term("50000"))),
        ("£1.25k", (Term("1.25k"), Term("1250"))),
        (
            '"anti-social crime"',
            (Phrase(("anti", "social", "crime")), Phrase(("antisocial", "crime"))),
        ),
        ('"A & E"', (Term("a&e", exact=True), Phrase(("a", "e")))),
    ],
)
def test_what_people_write_in_two_ways_is_looked_for_in_both(
    text: str, nodes: tuple[Node, ...]
) -> None:
    assert tree(text) == Or(nodes)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("antisocial", ONE),
        ("A38", Term("a38")),
        ("=anti-social", Phrase(("anti", "social"))),
        ("=anti =social", both(Term("anti", exact=True), Term("social", exact=True))),
        ("anti AND social", both(ANTI, SOCIAL)),
        ("anti, social", both(ANTI, SOCIAL)),
        ("anti the social", both(ANTI, SOCIAL)),
        ("title:anti social", both(Term("anti", "title"), SOCIAL)),
        ("anti -social", both(ANTI, Not(SOCIAL))),
        ("men 12", both(Term("men"), Term("12"))),
        ("anti-soc*", Prefix("antisoc")),
        ("anti-socal~", Fuzzy("antisocal")),
    ],
)
def test_other_spellings_are_only_those_that_people_mean(text: str, node: Node) -> None:
    assert tree(text) == node


def test_a_place_is_its_words_where_releases_name_it() -> None:
    fields = ("title", "lead", "category", "address")
    assert tree("place:Watford") == Or(tuple(Term("watford", f, True) for f in fields))
    keynes = tuple(Phrase(("milton", "keynes"), f) for f in fields)
    assert tree('place:"Milton Keynes"') == tree("place:(milton keynes)") == Or(keynes)
    watford = tuple(Term("watford", f, True) for f in fields)
    assert tree('place:"watford, milton keynes"') == Or((*watford, *keynes))


@pytest.mark.parametrize(
    ("name", "hint"),
    [("since", "--since"), ("until", "--until"), ("on", "--on"), ("year", "date:2019")],
)
def test_a_field_that_is_an_option_or_of_other_tools_is_told_what_to_type(
    name: str, hint: str
) -> None:
    (remark,) = read(f"knife {name}:2020").diagnostics
    assert (remark.kind, remark.fatal) == ("unknown-field", True)
    assert hint in remark.hint


def test_a_pasted_url_is_the_article_or_a_link_to_it() -> None:
    words = ("example", "org", "news", "a", "1")
    expected = Or((Phrase(words, "address"), Phrase(words, "links"), Phrase(words)))
    for text in (
        "https://www.example.org/news/a-1/",
        "http://example.org/news/a-1",
        "www.example.org/news/a-1",
        "example.org/news/a-1",
    ):
        assert tree(text) == expected
    assert tree("url:https://example.org/news/a-1") == Phrase(words, "address")


def test_literal_words_compare_the_word_itself() -> None:
    assert tree("=diversity") == tree("+diversity") == Term("diversity", exact=True)
    assert tree("=(knife crime)") == both(Term("knife", exact=True), Term("crime", exact=True))
    assert parse("knife", today=TODAY, exact=True).query == Term("knife", exact=True)


# Phrases


@pytest.mark.parametrize(
    "text",
    [
        '"stop and search"',
        "“stop and search”",
        "„stop and search‟",
        "«stop and search»",
        "'stop and search'",
        "‘stop and search’",
        '"Stop AND (Search"',
    ],
)
def test_quotation_marks_of_all_kinds_make_phrases(text: str) -> None:
    assert tree(text) == Phrase(("stop", "and", "search"))


def test_apostrophes_are_not_quotation_marks() -> None:
    assert tree("drivers' licences don't 'til") == both(
        Term("drivers"), Term("licences"), Term("dont"), Term("til")
    )


def test_a_phrase_of_one_word_is_that_word_literally() -> None:
    assert tree('"diversity"') == Term("diversity", exact=True)


def test_a_window_is_a_phrase_with_slop() -> None:
    assert tree('"knife crime"~5') == Phrase(("knife", "crime"), slop=5)
    assert tree('title:"knife crime"~2') == Phrase(("knife", "crime"), "title", 2)


def test_a_phrase_may_stand_right_beside_a_word() -> None:
    assert tree('"knife crime"gun') == both(Phrase(("knife", "crime")), GUN)


# Beginnings and near spellings


def test_a_star_ends_a_beginning_and_a_tilde_a_near_spelling() -> None:
    assert tree("Burgl*") == Prefix("burgl")
    assert tree("title:burgl*") == Prefix("burgl", "title")
    assert tree("lionhart~") == Fuzzy("lionhart", edits=1)
    assert tree("lionhart~2") == Fuzzy("lionhart", edits=2)
    assert tree("lionhart~0") == Term("lionhart", exact=True)


# Operators


def test_or_binds_weaker_than_words_side_by_side_and_says_so() -> None:
    parsed = read("knife OR gun crime")
    assert parsed.query == Or((KNIFE, both(GUN, CRIME)))
    assert [d.kind for d in parsed.diagnostics] == ["mixed-operators"]
    assert "knife OR (gun crime)" in parsed.diagnostics[0].message


def test_brackets_and_plain_alternatives_need_no_remark() -> None:
    assert tree("(knife OR gun) crime") == both(Or((KNIFE, GUN)), CRIME)
    assert tree("knife|gun||crime") == Or((KNIFE, GUN, CRIME))
    assert tree("knife OR gun AND crime") == Or((KNIFE, both(GUN, CRIME)))


def test_needless_brackets_change_nothing() -> None:
    assert tree("((knife) (crime))") == both(KNIFE, CRIME)


@pytest.mark.parametrize(
    "text", ["knife -crime", "knife NOT crime", "knife AND NOT crime", "knife −crime"]
)
def test_minus_and_not_exclude(text: str) -> None:
    assert tree(text) == both(KNIFE, Not(CRIME))


def test_a_query_may_only_exclude() -> None:
    assert tree("-london") == Not(Term("london"))
    assert tree("-(knife crime)") == Not(both(KNIFE, CRIME))


def test_a_hyphen_inside_or_after_a_word_excludes_nothing() -> None:
    assert tree('"stop and search"-style') == both(Phrase(("stop", "and", "search")), Term("style"))
    assert kinds("Watford - Hertfordshire") == ["ignored-symbols"]
    assert kinds("–london") == kinds("--london") == ["not-a-minus"]


# Fields


def test_fields_and_aliases_of_text_take_words() -> None:
    assert (
        tree("title:knife")
        == tree("headline:knife")
        == tree("Title:knife")
        == Term("knife", "title")
    )
    assert tree("title:(knife OR body:gun)") == Or((Term("knife", "title"), Term("gun", "body")))
    assert tree("-title:knife") == tree("title:-knife") == Not(Term("knife", "title"))
    assert tree("title:=knife") == tree("=title:knife") == Term("knife", "title", exact=True)


def test_forces_are_found_by_any_name() -> None:
    met, kent = Term("metropolitan", "force", True), Term("kent", "force", True)
    assert tree("force:met") == tree('area:"Metropolitan Police"') == met
    assert tree("force:met,kent") == tree("force:(met OR kent)") == Or((met, kent))
    assert tree("-force:met") == Not(met)
    assert tree("mentions:kent") == Term("kent", "mentions", True)


def test_words_in_brackets_after_such_a_field_are_one_value() -> None:
    assert tree("force:(avon and somerset OR kent)") == Or(
        (Term("avon-and-somerset", "force", True), Term("kent", "force", True))
    )


def test_regions_and_nations_stand_for_their_forces() -> None:
    wales = tree("nation:wales")
    assert isinstance(wales, Or)
    assert Term("south-wales", "force", True) in wales.nodes
    assert Term("essex", "force", True) not in wales.nodes
    assert isinstance(tree('region:"north west"'), Or)


def test_keyword_values_are_normalised_as_articles_have_them() -> None:
    assert (
        tree("ref:35/60797/20") == tree('ref:"35 / 60797 / 20"') == Term("35/60797/20", "ref", True)
    )
    assert tree('op:"Operation Lionheart"') == tree("op:LIONHEART") == Term("lionheart", "op", True)
    assert tree("id:Ab12") == Term("Ab12", "id", True)
    assert tree('path:"My files/a*.md"') == Term("My files/a*.md", "path", True)


def test_dates_are_periods() -> None:
    year = DateRange(date(2020, 1, 1), date(2020, 12, 31))
    assert tree("date:2020") == tree("published:2020") == tree("date:(2020)") == year
    assert tree("date:21/08/2020") == DateRange(date(2020, 8, 21), date(2020, 8, 21))
    assert tree("date:2019..") == DateRange(date(2019, 1, 1), None)
    assert tree('date:"last 30 days"') == DateRange(date(2021, 8, 5), date(2021, 9, 3))
    assert tree("is:undated") == Not(DateRange())
    assert tree("is:dated") == tree("has:date") == DateRange()


def test_a_bad_date_quotes_the_fragment_and_its_column() -> None:
    (diagnostic,) = read("burglary date:31/02/2021").diagnostics
    assert diagnostic.message == "31/02/2021 is not a real date (column 15)"
    assert diagnostic.hint.startswith("use date:28/2/2021")
    assert diagnostic.fatal
    assert (diagnostic.start, diagnostic.end) == (14, 24)


def test_an_unknown_field_suggests_a_known_one() -> None:
    (diagnostic,) = read("tilte:knife").diagnostics
    assert (diagnostic.kind, diagnostic.start, diagnostic.end) == ("unknown-field", 0, 5)
    assert "did you mean title:?" in diagnostic.hint


@pytest.mark.parametrize("name", sorted(UNAVAILABLE))
def test_fields_of_later_versions_are_refused_as_such(name: str) -> None:
    assert kinds(f"knife {name}:x") == ["unavailable-field"]


def test_an_unknown_force_suggests_a_known_one() -> None:
    (diagnostic,) = read("force:hertz").diagnostics
    assert "'hertz'" in diagnostic.message
    assert "hertfordshire" in diagnostic.hint


@pytest.mark.parametrize(
    "text", ["Update: knife", "MISSING: John", "re: burglary", "Foo:bar", "at 10:30"]
)
def test_a_colon_alone_makes_no_field(text: str) -> None:
    assert read(text).query != Nothing()
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("force:west midlands knife", 'force:"west midlands"'),
        ("date:21 August 2020", 'date:"21 August 2020"'),
        ("ref:495 of 11 January 2021", 'ref:"495 of 11 January 2021"'),
        ("force:met, kent", 'force:"met, kent"'),
    ],
)
def test_a_value_cut_short_by_a_space_is_noticed(text: str, value: str) -> None:
    (diagnostic,) = read(text).diagnostics
    assert value in diagnostic.hint


# What is said


@pytest.mark.parametrize(
    "text",
    [
        "knife (",
        "knife )",
        'knife "',
        'knife ""',
        "knife ()",
        "OR knife",
        "knife OR",
        "AND knife",
        "knife AND",
        "knife NOT",
        "knife AND AND",
        "knife 🙂",
        "knife \x00",
        "knife \ud800",
        "knife title:,",
    ],
)
def test_what_cannot_be_used_is_left_out_with_a_warning(text: str) -> None:
    parsed = read(text)
    assert parsed.query == KNIFE
    assert parsed.diagnostics
    assert not parsed.fatal


@pytest.mark.parametrize("text", ["🙂", "()", '""', "NOT", "-", "?!", "-🙂", "\x00", "title:,"])
def test_a_text_of_nothing_but_symbols_finds_nothing_and_says_so(text: str) -> None:
    assert read(text).query == Nothing()
    assert "nothing-to-search" in kinds(text)


@pytest.mark.parametrize(
    "text", ["*", "*nife", "?nife", "w*d", "w?d", "17-year-o*", "a/b~", "ref:3*", "knife.*"]
)
def test_wildcards_that_cannot_be_answered_are_refused(text: str) -> None:
    assert read(text).fatal
    assert read(text).query == Nothing()


def test_stars_for_emphasis_are_no_wildcards() -> None:
    parsed = read("**UPDATE** knife")
    assert parsed.query == both(Term("update"), KNIFE)
    assert [d.kind for d in parsed.diagnostics] == ["ignored-stars"]


def test_symbols_side_by_side_are_one_warning() -> None:
    (diagnostic,) = read("🙂 🙂 — knife").diagnostics
    assert (diagnostic.start, diagnostic.end) == (0, 5)


def test_messages_are_printable_and_short() -> None:
    for text in ("\ud800 \x07 🙂", "x" * 65, "*" + "y" * 300, "force:\u202e\ud8ff", "a\u2028*b"):
        for diagnostic in read(text).diagnostics:
            assert diagnostic.message.isprintable()
            assert len(diagnostic.message) < 300


# Words for those who search on


def test_plain_words_are_listed_with_what_governs_them() -> None:
    knife, social, body, london = read("knife anti-social body:Diversities -london").words
    assert (knife.text, knife.surfaces, knife.stem, knife.start, knife.end) == (
        "knife",
        ("knife",),
        "knife",
        0,
        5,
    )
    assert (social.surfaces, social.stem) == (("anti", "social"), "")
    assert (body.field, body.surfaces, body.stem, body.text) == (
        "body",
        ("diversities",),
        "divers",
        "Diversities",
    )
    assert (london.negated, london.exact) == (True, False)


def test_a_word_excluded_twice_over_is_asked_for() -> None:
    assert [word.negated for word in read("-(knife -gun)").words] == [True, False]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("knife", True),
        ("knife crime", True),
        ("the knife -gun", True),
        ("anti-social =knife", True),
        ("-knife", False),
        ("", False),
        ('"knife crime"', False),
        ("knife OR gun", False),
        ("(knife gun)", False),
        ("title:knife", False),
        ("knif* gun", False),
        ("gun date:2020", False),
        ("kn* gun", False),
    ],
)
def test_only_plain_words_may_be_relaxed(text: str, plain: bool) -> None:
    assert read(text).plain is plain


def test_relaxing_asks_for_most_words() -> None:
    assert relax(read("knife crime")) == AtLeast(1, (KNIFE, CRIME))
    assert relax(read("the knife gun crime")) == AtLeast(2, (KNIFE, GUN, CRIME))
    six = relax(read("knife gun crime county lines drugs"))
    assert isinstance(six, AtLeast)
    assert six.minimum == 4
    assert relax(read("knife crime"), 7) == AtLeast(2, (KNIFE, CRIME))


def test_relaxing_still_excludes() -> None:
    assert relax(read("knife crime -gun")) == both(AtLeast(1, (KNIFE, CRIME)), Not(GUN))


@pytest.mark.parametrize(
    "text", ["knife", "the knife", "knife knife", "knife OR gun", "", "force:essex"]
)
def test_there_may_be_nothing_to_relax(text: str) -> None:
    assert relax(read(text)) is None


@pytest.mark.parametrize(
    ("text", "ranked"),
    [
        ("knife", True),
        ('"stop and search"', True),
        ("knif* force:met", True),
        ("force:met", False),
        ("-knife", False),
        ("", False),
    ],
)
def test_only_a_query_for_words_can_rank(text: str, ranked: bool) -> None:
    assert read(text).ranked is ranked


# Any text at all

SYNTAX = st.text(
    st.sampled_from(" abthe\"'()|-=+~*:,.&^?2/🙂“”’–\x00\ud800"),
    max_size=60,
)
PIECES = st.lists(
    st.sampled_from(
        [
            "OR",
            "AND",
            "NOT",
            "(",
            ")",
            '"',
            "'",
            "-",
            "=",
            "~2",
            "*",
            "|",
            " ",
            " ",
            " ",
            "knife",
            "gun",
            "the",
            "title:",
            "force:",
            "date:",
            "met",
            "2020",
            "is:undated",
            "re:",
            "🙂",
        ]
    ),
    max_size=25,
).map("".join)


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=80), SYNTAX, PIECES))
@example("\x00")
@example("\ud800~2")
@example("(" * 900)
@example("title:" * 150)
def test_no_text_raises_and_every_remark_lies_within_it(text: str) -> None:
    parsed = read(text)
    assert parsed.text == text
    assert parsed == read(text)
    for diagnostic in parsed.diagnostics:
        assert 0 <= diagnostic.start < diagnostic.end <= len(text)
        assert diagnostic.kind in REMARKS
        assert REMARKS[diagnostic.kind].fatal == diagnostic.fatal
    for word in parsed.words:
        assert 0 <= word.start < word.end <= len(text)
        assert word.surfaces
    assert not (parsed.fatal and parsed.query != Nothing())
    render(parsed.query).encode()


def surfaces(node: Node) -> set[str]:
    """Every word below ``node``."""
    if isinstance(node, Phrase):
        return set(node.words)
    if isinstance(node, (Term, Prefix, Fuzzy)):
        return {node.word}
    return set().union(*(surfaces(child) for child in children(node)))


@settings(max_examples=300)
@given(st.text(st.sampled_from(" abthe\"'()|-=+~*:,.&^/"), max_size=40))
def test_nothing_typed_is_passed_over_in_silence(text: str) -> None:
    """Where there is nothing to say, every word typed is in the tree or a dropped stop word."""
    parsed = read(text)
    if not parsed.diagnostics:
        dropped = {s for word in parsed.words if word.dropped for s in word.surfaces}
        typed, found = set(analysis.words(text)), surfaces(parsed.query) | dropped
        spelt = {one + sign + other for one in typed for other in typed for sign in ("", "&")}
        spelt |= {part for word in typed for part in word.split("&")}
        assert found <= typed | spelt
        assert all(
            word in found
            or any(f.startswith(word) for f in found)
            or any(f.endswith(word) for f in found)
            for word in typed
        )
