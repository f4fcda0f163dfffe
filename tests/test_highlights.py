"""What is found by looking only where words can stand is what reading everything finds."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import example, given, settings
from hypothesis import strategies as st

from searchkit.analysis import Token, compounds, stem, tokens
from searchkit.clauses import Lit, Words, is_near
from searchkit.highlights import FIELDS, Highlighter, Span
from searchkit.query.nodes import Fuzzy, Not, Or, Phrase, Prefix, Term

Clause = Term | Phrase | Prefix | Fuzzy


def answered(clause: Clause, surface: str) -> bool | None:
    """Whether a surface is the very word, or a form of it; ``None`` for neither."""
    match clause:
        case Term(word, _, exact):
            fits = surface == word if exact else stem(surface) == stem(word)
        case Prefix(word):
            fits = surface.startswith(word)
        case Fuzzy(word, _, edits):
            fits = is_near(word, surface, edits)
        case _:
            return None
    return surface == word if fits else None


def word_spans(found: list[Token], clauses: list[Clause]) -> Iterator[Span]:
    for token in found:
        best = None
        for number, clause in enumerate(clauses):
            exact = answered(clause, token.surface)
            if exact is not None and (best is None or (exact and not best[1])):
                best = (number, exact)
        if best is not None:
            yield Span(token.start, token.end, best[0], token.surface, best[1])


def phrase_spans(text: str, offset: int, number: int, phrase: Phrase) -> Iterator[Span]:
    found = [[token] for token in tokens(text)]
    for made in compounds(text):
        found[made.position].append(made)
    size = len(phrase.words)
    lit = set()
    for at in range(len(found)):
        if phrase.slop:
            window = [
                token
                for here in found[at : at + size + phrase.slop]
                for token in here
                if token.surface in phrase.words
            ]
            begun = any(token.surface in phrase.words for token in found[at])
            if begun and {token.surface for token in window} == set(phrase.words):
                lit.update(window)
            continue
        taken = [
            next((token for token in here if token.surface == word), None)
            for here, word in zip(found[at:], phrase.words, strict=False)
        ]
        whole = [token for token in taken if token is not None]
        if len(whole) == size:
            start, end = whole[0].start, whole[-1].end
            if "\n" in text[start:end]:
                lit.update(whole)
            else:
                yield Span(offset + start, offset + end, number, " ".join(phrase.words), True)
    for token in sorted(lit, key=lambda token: (token.position, token.start)):
        yield Span(offset + token.start, offset + token.end, number, token.surface, True)


def plainly(text: str, clauses: list[Clause]) -> list[Span]:
    """The spans of ``text`` by reading all of it."""
    spans = list(word_spans(tokens(text), clauses))
    for made in compounds(text):
        if not any(made.start <= span.start < made.end for span in spans):
            spans.extend(word_spans([made], clauses))
    phrases = [(n, c) for n, c in enumerate(clauses) if isinstance(c, Phrase)]
    start = 0
    for line in text.split("\n"):
        for number, phrase in phrases:
            spans.extend(phrase_spans(line, start, number, phrase))
        start += len(line) + 1
    if not spans:
        spans = [s for number, phrase in phrases for s in phrase_spans(text, 0, number, phrase)]
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


_pieces = st.sampled_from(
    [
        *"stop and search stopped STOP-and-search O’Brien obrien o'brien's men man's women".split(),
        *"2,300 2300 23 café Cafe’s cafes dying dies die skies sky ﬁne fine thieves".split(),
        *"thief’s , . – “stop ” …".split(),
        "\n",
        "and\u00a0search",
        "e-mail, stop-search, Covid-19 A&E",
    ]
)
texts = st.one_of(
    st.lists(_pieces, max_size=40).map(" ".join),
    st.lists(st.one_of(_pieces, st.sampled_from([" ", "'", "-", "\n"])), max_size=40).map("".join),
    st.text(max_size=60),
)
_words = st.sampled_from(
    "stop and search stopsearch email a&e obrien man men woman cafe die sky thief 2300 s".split()
)
clauses = st.one_of(
    st.builds(Term, _words, exact=st.booleans()),
    st.builds(Prefix, st.sampled_from(["sto", "caf", "23", "m", "obr", "stops"])),
    st.builds(Fuzzy, st.sampled_from(["serch", "stpo", "cafe"]), edits=st.integers(1, 2)),
    st.builds(
        Phrase,
        st.one_of(
            st.lists(_words, min_size=1, max_size=3).map(tuple),
            st.just(("stop", "and", "search")),
            st.just(("and", "search")),
        ),
        slop=st.sampled_from([0, 0, 2]),
    ),
)


@settings(max_examples=600)
@given(text=texts, wanted=st.lists(clauses, min_size=1, max_size=4, unique=True))
def test_spans_are_those_that_reading_everything_finds(text: str, wanted: list[Clause]) -> None:
    query = Or((*wanted, Not(Term("search"))))
    assert Highlighter(query).find(text, "body") == (plainly(text, wanted) if text else [])


def test_a_phrase_in_a_text_without_spaces_is_found_wherever_it_stands() -> None:
    text = "stop-and-search-" * 3_000
    found = Highlighter(Phrase(("stop", "and", "search"))).find(text, "body")
    assert [(s.start, s.end) for s in found] == [(16 * n, 16 * n + 15) for n in range(3_000)]


@settings(max_examples=300)
@given(
    title=texts,
    lead=texts,
    rest=texts,
    begins=st.booleans(),
    wanted=st.lists(clauses, min_size=1, max_size=3, unique=True),
    only=st.sampled_from([None, "title", "body"]),
)
def test_fields_looked_through_at_once_answer_as_each_by_itself(
    title: str, lead: str, rest: str, begins: bool, wanted: list[Clause], only: str | None
) -> None:
    body = f"{lead}\n{rest}" if begins else rest
    finder = Highlighter(Or((*wanted, Term("police", only))))
    several = [(title, lead, body), (lead, body, title), ("", "", ""), (body, title, lead)]
    each = [
        tuple(finder.find(text, name) for text, name in zip(texts, FIELDS, strict=True))
        for texts in several
    ]
    assert finder.find_all(several) == each


@given(st.text(alphabet="aBc'’-.,;:!?)\"é1&", max_size=8))
@example("Cab.")
@example('CAB)",')
@example("a" * 65)
@example("a" * 70 + ".")
def test_a_word_that_is_seen_without_analysis_is_the_one_that_analysis_finds(stretch: str) -> None:
    lit = Lit(Words(tuple(Prefix(letter) for letter in "abce1")))
    assert lit[stretch] == lit._analysed(stretch)
