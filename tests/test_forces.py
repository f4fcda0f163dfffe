"""Forces: the table, the names people use, the force behind an article, and who is mentioned."""

from __future__ import annotations

import json
from collections import Counter
from importlib.resources import files
from pathlib import Path
from threading import Barrier, Thread

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.errors import QueryError, SettingsError, UnknownForce
from searchkit.forces import (
    Gazetteer,
    forces,
    forces_in_nation,
    forces_in_region,
    get_force,
    load_gazetteer,
    match_force,
    mentions,
    regions,
    require_force,
    resolve_force,
    suggest_forces,
)


def resolved(text: str) -> str | None:
    force = resolve_force(text)
    return force.id if force else None


def ids(text: str) -> list[str]:
    return [force.id for force in suggest_forces(text)]


def test_the_table_has_45_territorial_and_three_special_forces() -> None:
    nations = Counter(force.nation for force in forces())
    assert nations == {"england": 39, "wales": 4, "scotland": 1, "northern-ireland": 1, "uk": 3}
    assert [f.id for f in forces() if f.region == "national"] == ["btp", "cnc", "mdp"]


def test_every_force_resolves_from_each_of_its_names_hosts_and_suffixes() -> None:
    for force in forces():
        for name in (*force.names, *force.hosts):
            assert resolve_force(name) == force, name
        for suffix in force.title_suffixes:
            found, _ = match_force("", "", f"A headline | {suffix}", "")
            assert found is not None
            assert found.id == force.id, suffix


@pytest.mark.parametrize(
    ("text", "force_id"),
    [
        ("met", "metropolitan"),
        ("New Scotland Yard", "metropolitan"),
        ("GMP", "greater-manchester"),
        ("D&C", "devon-and-cornwall"),
        ("a & s", "avon-and-somerset"),
        ("Avon & Somerset Constabulary", "avon-and-somerset"),
        ("HERTFORDSHIRE POLICE", "hertfordshire"),
        ("herts", "hertfordshire"),
        ("Kent Police Service", "kent"),
        ("dyfed powys", "dyfed-powys"),
        ("Heddlu Gogledd Cymru", "north-wales"),
        ("Heddlu Dé Cymru", "south-wales"),
        ("Hampshire Constabulary", "hampshire"),
        ("Strathclyde Police", "scotland"),
        ("MoD Police", "mdp"),
        ("www.essex.police.uk", "essex"),
        ("https://news.met.police.uk/news/a-b-1", "metropolitan"),
        ("https%3a%2f%2fwww.lancashire.police.uk%2fnews", "lancashire"),
        ("https://www.gov.uk/government/organisations/civil-nuclear-constabulary/about", "cnc"),
    ],
)
def test_a_force_goes_by_many_names(text: str, force_id: str) -> None:
    assert resolved(text) == force_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "police",
        "Constabulary",
        "wales",
        "london",
        "yorkshire",
        "northern",
        "hertz",
        "www.gov.uk",
        "https://www.gov.uk/government/news/a-day-out",
        "notessex.police.uk",
        "essex.police.uk.example.com",
    ],
)
def test_what_names_no_force_or_could_name_several_is_not_guessed(text: str) -> None:
    assert resolve_force(text) is None


def test_typing_slips_and_parts_of_names_are_suggested() -> None:
    assert ids("hertz") == ["hertfordshire"]
    assert ids("esex") == ["essex"]
    assert ids("gpm") == ["greater-manchester"]
    assert ids("leicster") == ["leicestershire"]
    assert set(ids("london")) == {"metropolitan", "city-of-london"}
    assert ids("devon") == ["devon-and-cornwall"]
    assert ids("xyzzy") == ids("") == []
    assert len(suggest_forces("yorkshire", limit=2)) == 2


def test_a_required_force_that_is_unknown_says_what_to_type_instead() -> None:
    with pytest.raises(UnknownForce) as caught:
        require_force("hertz", 6)
    (remark,) = caught.value.diagnostics
    assert (remark.kind, remark.start, remark.end, remark.fatal) == ("unknown-force", 6, 11, True)
    assert str(caught.value) == "unknown force 'hertz'"
    assert caught.value.hint == (
        "did you mean Hertfordshire (hertfordshire)?  searchkit forces lists them all"
    )


def test_several_suggestions_are_joined_as_english_and_none_leaves_the_list() -> None:
    with pytest.raises(UnknownForce, match="unknown force") as caught:
        require_force("yorkshire")
    assert "North Yorkshire (north-yorkshire), South Yorkshire" in caught.value.hint
    assert " or West Yorkshire (west-yorkshire)?" in caught.value.hint
    with pytest.raises(UnknownForce) as bare:
        get_force("xyzzy")
    assert bare.value.hint == "searchkit forces lists them all"


def test_get_force_takes_ids_only() -> None:
    assert get_force("kent").name == "Kent Police"
    with pytest.raises(UnknownForce):
        get_force("Kent")


def test_area_is_believed_before_host_title_and_site_name() -> None:
    url = "https://www.essex.police.uk/news/1"
    title = "Man charged | Surrey Police"
    found, notes = match_force("Kent", url, title, "Sussex Police")
    assert found is not None
    assert (found.id, found.name, found.source) == ("kent", "Kent Police", "area")
    assert notes == (
        "area says Kent, host says Essex",
        "area says Kent, title says Surrey",
        "area says Kent, site name says Sussex",
    )


@pytest.mark.parametrize(
    ("url", "title", "site", "expected"),
    [
        ("https://www.essex.police.uk/n", "A | Essex Police", "", ("essex", "host")),
        ("http://beta.northumbria.police.uk:80/n", "", "", ("northumbria", "host")),
        ("https%3a%2f%2fwww.kent.police.uk%2fn", "", "", ("kent", "host")),
        ("https://example.org/n", "Man - Watford | Kent Police", "", ("kent", "title")),
        ("", "Two charged - SYP", "", ("south-yorkshire", "title")),
        ("", "", "Suffolk Constabulary", ("suffolk", "site-name")),
    ],
)
def test_without_an_area_the_next_best_evidence_decides(
    url: str, title: str, site: str, expected: tuple[str, str]
) -> None:
    found, notes = match_force("", url, title, site)
    assert found is not None
    assert (found.id, found.source) == expected
    assert notes == ()


def test_an_unknown_area_is_noted_and_the_host_decides() -> None:
    found, notes = match_force("Borsetshire", "https://www.kent.police.uk/", "", "")
    assert found is not None
    assert (found.id, found.source) == ("kent", "host")
    assert notes == ("area 'Borsetshire' is no known force",)


def test_a_town_or_county_after_a_dash_is_no_force_and_nothing_is_no_match() -> None:
    assert match_force("", "", "Man charged - Durham", "Mynewsdesk") == (None, ())


def test_other_forces_are_mentioned_by_names_that_are_no_places() -> None:
    text = (
        "Kent Police worked with GMP, the Met’s divers, Devon & Cornwall Police and Police "
        "Scotland. Norfolk and Suffolk Constabularies helped North Wales Police."
    )
    assert mentions(text, "kent") == (
        "greater-manchester",
        "metropolitan",
        "devon-and-cornwall",
        "scotland",
        "norfolk",
        "suffolk",
        "north-wales",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "He drove from Kent through Essex to Durham and Cleveland.",
        "The Met Office warned of rain.",
        "The Kent Police and Crime Commissioner spoke.",
        "Sussex Police, Fire and Crime Commissioner",
        "the Essex Police Federation",
        "He met the Cumbrian; they MET Kent’s police. ukGMP x-GMP",
        "Northern Ireland police",
    ],
)
def test_places_and_other_bodies_are_no_mentions(text: str) -> None:
    assert mentions(text, "") == ()


@settings(max_examples=60)
@given(st.sampled_from(forces()), st.text(max_size=30), st.text(max_size=30))
def test_a_force_is_mentioned_by_its_name_and_never_by_its_own_article(
    force: object, before: str, after: str
) -> None:
    assert isinstance(force, type(forces()[0]))
    text = f"{before} {force.name}. {after}"
    assert force.id in mentions(text, "")
    assert force.id not in mentions(text, force.id)


def test_regions_and_nations_go_by_any_spelling() -> None:
    assert len(regions()) == 13
    north_west = {"cheshire", "cumbria", "greater-manchester", "lancashire", "merseyside"}
    for text in ("north west", "North-West", "the North West", "NORTHWEST"):
        assert {f.id for f in forces_in_region(text)} == north_west
    assert {f.id for f in forces_in_nation("Cymru")} == {
        "dyfed-powys",
        "gwent",
        "north-wales",
        "south-wales",
    }
    assert forces_in_nation("UK") == forces()
    assert {f.id for region in regions() for f in forces_in_region(region)} == {
        f.id for f in forces()
    }


def test_an_unknown_region_or_nation_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(QueryError) as caught:
        forces_in_region("nroth west", 7, 17)
    (remark,) = caught.value.diagnostics
    assert (remark.kind, remark.start, remark.end) == ("unknown-region", 7, 17)
    assert remark.hint.startswith("did you mean North West?  one of: North East, ")
    with pytest.raises(QueryError) as nation:
        forces_in_nation("france")
    assert nation.value.diagnostics[0].kind == "unknown-nation"


def extra(folder: Path, text: str) -> Gazetteer:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return load_gazetteer(path)


def test_the_shipped_table_is_the_one_people_edit() -> None:
    data = files("searchkit") / "data"
    edited = yaml.safe_load((data / "forces.yaml").read_bytes())
    assert json.loads((data / "forces.json").read_bytes()) == edited, "run script/gazetteer"


def test_a_file_of_ones_own_changes_forces_and_adds_others(tmp_path: Path) -> None:
    own = extra(
        tmp_path,
        "forces:\n"
        "- {id: kent, name: Kent County Police, aliases: [KP], hosts: [kent.example]}\n"
        "- {id: borset, area: Borsetshire, name: Borsetshire Police, region: South West}\n",
    )
    assert resolve_force("KP", own) == resolve_force("kent.example", own) == own.by_id["kent"]
    assert own.by_id["kent"].name == "Kent County Police"
    assert own.by_id["kent"].hosts == ("kent.police.uk", "kent.example")
    assert mentions("Borsetshire Police said", "", own) == ("borset",)
    assert len(forces(own)) == len(forces()) + 1
    assert own.fingerprint != load_gazetteer().fingerprint
    assert resolve_force("KP") is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("forces: [{id: essex, aliases: [GMP]}]", "both answer to 'GMP'"),
        ("forces: [{id: essex, hosts: [kent.police.uk]}]", "both answer to 'kent.police.uk'"),
        ("forces: [{area: Nowhere}]", "a force has no 'id'"),
        ("forces: [{id: nowhere, name: Nowhere Police}]", "has no 'area'"),
        ("forces: [{id: essex, region: Atlantis}]", "region 'Atlantis' of force 'essex'"),
        ("forces: [{id: essex, nickname: Ex}]", "unknown key 'nickname'"),
        ("forces: [{id: essex, aliases: Ex}]", "'aliases' of force 'essex' must be a list"),
        ("forces: [{id: essex, name: [Ex]}]", "'name' of force 'essex' must be a text"),
        ("forces: essex", "'forces' must be a list"),
        ("regions: {Atlantis: []}", "only 'forces' can be changed"),
        ("- essex", "must be a mapping"),
        ("forces: [", "is not YAML"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_the_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        extra(tmp_path, text)
    assert reason in str(caught.value)
    assert "mine.yaml" in caught.value.origin


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_gazetteer(tmp_path / "absent.yaml")


def test_threads_that_ask_at_once_get_the_same_table() -> None:
    from searchkit.forces.gazetteer import _InForce

    fresh, barrier, seen = _InForce(), Barrier(4), []

    def ask() -> None:
        barrier.wait()
        seen.append(fresh())

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(table) for table in seen}) == 1


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_no_text_breaks_resolving_suggesting_matching_or_mentioning(text: str) -> None:
    force = resolve_force(text)
    assert force is None or force in forces()
    assert len(suggest_forces(text)) <= 3
    found, notes = match_force(text, text, text, text)
    assert found is None or get_force(found.id).name == found.name
    assert all(notes)
    assert mentions(text, "kent") == tuple(dict.fromkeys(mentions(text, "kent")))


def test_no_name_or_address_of_the_shipped_table_means_two_forces() -> None:
    load_gazetteer().check()
