"""References and operations: what is found, how it is spelt, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.ingest.references import operations, references
from searchkit.refnumbers import normalise_reference


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("call 101 quoting incident 495 of 11 January 2021.", "495 OF 2021-01-11"),
        ("quoting log 320 of 18 December or", "320 OF 12-18"),
        ("incident number 2300 of Thursday, 12 December, 2019, or", "2300 OF 2019-12-12"),
        ("quoting reference 1796 of October 8th.", "1796 OF 10-08"),
        ("quoting serial 0738 of 13/10.", "738 OF 10-13"),
        ("quoting reference 1293 30/12/17.”", "1293 OF 2017-12-30"),
        ("Crime/incident number: 0384 140221 Information", "384 OF 2021-02-14"),
        ("call 101 quoting CAD 1234/5 Mar.", "1234 OF 03-05"),
        ("tweet us quoting CAD 5257/20DEC20.", "5257 OF 2020-12-20"),
        ("quoting incident 0355i of 20 September.", "355I OF 09-20"),
        ("the crime reference number 35/60797/20.", "35/60797/20"),
        ("quoting reference 44200401677, or", "44200401677"),
        ("please quote reference number ** 5221009505 **", "5221009505"),
        ("quoting IML 626984.", "626984"),
        ("quoting crime reference PR/P19275677.", "PR/P19275677"),
        ("quoting PR/ 45210015279 via:", "PR/45210015279"),
        ("reference number NYP 12012018-0048", "NYP-12012018-0048"),
        ("quoting reference 21*165004;", "21*165004"),
        ("quoting crime reference F2/18/888. You", "F2/18/888"),
        ("quoting incident number 8:306. Alternatively", "8:306"),
        ("quoting reference HW/FM/004/20.", "HW/FM/004/20"),
        ("quoting Operation Blackbird or 44200068330.", "44200068330"),
        ("three bins were set alight (37/70774/20).", "37/70774/20"),
    ],
)
def test_a_number_that_is_announced_is_a_reference(text: str, found: str) -> None:
    assert references(text) == (found,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Call 101, or quote nothing to Crimestoppers on 0800 555 111.",
        "quoting reference 0800 555 111",
        "The incident room is on 01632 960123, quoting 101.",
        "Contact PC Example, reference 07700 900123.",
        "The incident happened at 9.30pm on 5 May 2020.",
        "The incident, 12 January 2021, is closed.",
        "crime 12/05/2020",
        "quoting 12/05/2020",
        "In this incident a 45-year-old man lost £1,200.",
        "Recorded crimes: 4,708, down 12%.",
        "There were 250 incidents and 1,400 crimes in 2019/20.",
        "reference 2019/20 figures",
        "a bicycle, serial number WSBC60151234",
        "See https://www.example.police.uk/incident/12200187801 for more.",
        "The Crime and Policing Act 2014",
    ],
)
def test_telephones_dates_times_ages_sums_and_goods_are_no_references(text: str) -> None:
    assert references(text) == ()


def test_several_numbers_after_one_announcement_all_count_once_and_in_order() -> None:
    text = "quoting crime numbers 38363/18 or 38370/18. Please quote 38363/18 again."
    assert references(text) == ("38363/18", "38370/18")


def test_a_reference_from_metadata_comes_first() -> None:
    assert references("quoting log 320 of 18 December", " 44200401677 ") == (
        "44200401677",
        "320 OF 12-18",
    )


@pytest.mark.parametrize(
    ("typed", "spelt"),
    [
        ("35 / 60797 / 20", "35/60797/20"),
        ("pr/p19275677", "PR/P19275677"),
        ("crime ref: 35/60797/20", "35/60797/20"),
        ("CAD 1234/5 mar", "1234 OF 03-05"),
        ("Log 495 of 11th January 2021", "495 OF 2021-01-11"),
        ("495 of 11/01/21", "495 OF 2021-01-11"),
        ("81 11 June 2020", "81 OF 2020-06-11"),
        ("35/80481/19 of 9 November", "35/80481/19"),
        ("495 of 45 January", "495 OF 45 JANUARY"),
        ("", ""),
    ],
)
def test_what_people_type_is_spelt_like_what_is_printed(typed: str, spelt: str) -> None:
    assert normalise_reference(typed) == spelt


_SCRAPS = st.lists(
    st.sampled_from(
        "quoting reference incident number log CAD ISR of today 495 0128 35/60797/20 11 January "
        "2021 140221 / - : , ** 44200401677 0800 555 111 PR/P19275677 20Dec".split()
    ),
    max_size=12,
).map(" ".join)


@settings(max_examples=200)
@given(st.one_of(_SCRAPS, st.text(max_size=60)))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_reference(text)
    assert normalise_reference(once) == once


@settings(max_examples=200)
@given(st.one_of(_SCRAPS, st.text(max_size=120)))
def test_what_is_found_has_a_figure_and_is_spelt_as_queries_spell_it(text: str) -> None:
    for reference in references(text):
        assert any(c.isdigit() for c in reference)
        assert normalise_reference(reference) == reference


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Operation Lionheart began. Officers of Op Sceptre joined.", ("lionheart", "sceptre")),
        ("Operation Close Pass is back; Operation Close Pass works.", ("close pass",)),
        ("Operation Galaxy Sergeant Sam Sample of Operation Galaxy", ("galaxy",)),
        ("Operation Raptor South and Operation Raptor", ("raptor",)),
        ("Operation Sceptre's success", ("sceptre",)),
        ("Operation ‘Season’s Greetings’ is on", ("seasons greetings",)),
        ("OPERATION BURGRAVE and #OpTarget", ("burgrave", "target")),
        ("The Operations Manager of the Operation Support Team", ()),
        ("Operation of the site. An operation In Leeds. Co-Op Store", ()),
        ("Police Operation In March", ()),
    ],
)
def test_operations_are_known_by_their_capital_letters(text: str, names: tuple[str, ...]) -> None:
    assert operations(text) == names
