"""Sentences that only tell whom to ring are known by what they ask, in any force's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.ingest.contact import contact_spans
from searchkit.masks import without


def marked(text: str) -> list[str]:
    return [text[start:end] for start, end in contact_spans(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Anyone with information is asked to call 101 quoting reference 35/1/20.",
        "Anyone with any information about this incident should contact officers on 101.",
        "Alternatively, contact the independent charity Crimestoppers on 0800 555 111.",
        "Alternatively, to stay 100 per cent anonymous, contact Crimestoppers online.",
        "You can also report information online, or call the non-emergency number 101.",
        "Information can be passed anonymously to Crimestoppers by calling 0800 555 111.",
        "“If you saw what happened, please call me on 101.”",
        "In an emergency always call 999.",
        "Please quote incident number 12190123456.",
        "Police can be contacted on 101 quoting incident 420 of 27 January.",
        "Any witnesses are urged to get in touch with police.",
        "You will not have to give your name or go to court.",
        "Crimestoppers is an independent charity and calls are anonymous.",
        "Incident number: 12190123456",
        "Email: a.poe@example.police.uk",
        "Contact details:",
        "Calling us on 101",
        "or by calling 101, quoting incident number 481 of 22 March.",
        "Again call 101 and quote reference 5221029647.",
        "Calls can also be made anonymously to Crimestoppers on 0800 555 111.",
        "To report a crime, call police on 101.",
        "In an emergency dial 999.",
        "If you can help contact 101 and give the call handler the reference 5220220759.",
        "I would ask that you contact detectives on 101.",
        "This can be done anonymously via independent charity Crimestoppers.",
        "“Report to us by calling 101, or online at www.kent.police.uk.”",
    ],
)
def test_a_call_to_make_contact_is_boilerplate(sentence: str) -> None:
    assert marked(sentence) == [sentence]


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        (
            "Anyone who saw a silver estate in Coldhithe Lane is asked to call 101.",
            "asked to call 101.",
        ),
        (
            "Anyone with information about the stolen tractor should call 101.",
            "should call 101.",
        ),
        (
            "If you believe somebody is hare coursing near the quay call police on 101.",
            "call police on 101.",
        ),
        (
            "Please call 101 if you saw the silver estate near the quay.",
            "Please call 101",
        ),
    ],
)
def test_what_it_tells_beside_that_is_news(sentence: str, asked: str) -> None:
    assert marked(sentence) == [asked]


@pytest.mark.parametrize(
    "sentence",
    [
        "Crimestoppers is offering a reward of £5,000 for information on the raid.",
        "Crimestoppers launched its campaign against county lines in Coldhithe.",
        "The charity Crimestoppers said it had received 101 reports last year.",
        "A passer-by called 999 and officers arrived within minutes.",
        "Call handlers answered 5,000 calls to 999 over the weekend.",
        "Use of the 101 service has risen by a tenth.",
        "Calling 101 costs nothing.",
        "Many people call 101 to report what others should deal with.",
        "If people call 101 about parking, others wait.",
        "For years she called 101 about noise.",
        "Of those asked, 51% would have dialled 101.",
        "A man who stole 101 bicycles has been jailed.",
        "Officers contacted the family and told them online.",
        "People were told to call in at the quay, where 250 volunteers waited.",
    ],
)
def test_news_about_calls_and_charities_is_no_boilerplate(sentence: str) -> None:
    assert marked(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "officer"),
    [
        ("Anyone with information should contact PC Ann Poe on 101.", "PC Ann Poe"),
        ("Please call 101 and ask for DC 1377 Poe, quoting 495.", "DC 1377 Poe"),
        ("Please call Detective Constable Poe on 101.", "Detective Constable Poe"),
        ("Witnesses are asked to email Sgt McPoe-O'Neill or call 101.", "Sgt McPoe-O'Neill"),
        ("Call Case Investigator Poe 01234 on 101.", "Case Investigator Poe 01234"),
        ("Please call 101, select option 1 and ask for Ann Poe-Lee.", "Ann Poe-Lee"),
        ("Please call 101 and ask for Traffic Constable Ann Poe.", "Traffic Constable Ann Poe"),
        ("Please call 101 and ask for Kent Police.", ""),
    ],
)
def test_whom_to_ask_for_is_of_the_article(sentence: str, officer: str) -> None:
    spans = contact_spans(sentence)
    left = without(sentence, spans)
    assert left.split() == officer.split()


def test_neighbouring_sentences_are_one_span_and_lines_are_apart() -> None:
    text = "He fled. Call 101. Or contact Crimestoppers on 0800 555 111.\nPlease call 101."
    assert marked(text) == [
        "Call 101. Or contact Crimestoppers on 0800 555 111.",
        "Please call 101.",
    ]


_PIECES = st.sampled_from(
    "Anyone with information|is asked to call 101|quoting 35/1/20|.|. |\n|İ|Crimestoppers|’|“|”"
    "|in Coldhithe|who saw a car|please|0800 555 111|a@b.police.uk| |, |!|?|anonymous|…".split("|")
)


@given(st.lists(_PIECES, max_size=30).map(" ".join))
def test_spans_ascend_and_lie_within_lines(text: str) -> None:
    spans = contact_spans(text)
    places = [place for span in spans for place in span]
    assert places == sorted(set(places))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert not any("\n" in text[start:end] for start, end in spans)
