"""Boilerplate does not match, is never shown in snippets, and can be asked for."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus import Place, Placed

from searchkit import Index
from searchkit.cli import main
from searchkit.cli.exits import Exit
from searchkit.engines.whoosh import generations

Captured = pytest.CaptureFixture[str]

LINE = "Watch our film about the 3 signs of fraud."
CONTACT = "Anyone with information is asked to call 101 quoting 35/{n}/20, or Crimestoppers."


def write(folder: Path, number: int, title: str, *paragraphs: str) -> None:
    path = folder / "Kent" / f"{number:03}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    fence = "`" * 3
    url = f"https://www.kent.police.uk/news/{number}"
    head = [f"{fence}yaml", "area: Kent", f"url: {url}", f"title: {title}", fence]
    path.write_text("\n".join([*head, "", "\n\n".join(paragraphs), ""]), encoding="utf-8")


def fill(folder: Path) -> Path:
    """Forty thefts with a contact line, one in two with a line that is repeated, and a campaign."""
    for n in range(40):
        word = "".join("abcdefghij"[int(digit)] for digit in f"{n:02}")
        story = f"A bicycle was stolen from {word}ham. The {word} was found by the quay."
        tail = [f"Film {n}: {LINE}"[len(f"Film {n}: ") :]] if n % 2 else []
        write(folder, n, f"Theft in {word}ham", story, CONTACT.format(n=100 + n), *tail)
    write(folder, 90, "Crimestoppers campaign", "Crimestoppers began a campaign in Coldhithe.")
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Place:
    folder = tmp_path_factory.mktemp("boilerplate")
    place = placed(folder / "index")
    with Index.build(fill(folder / "news"), place):
        return place


@pytest.fixture
def index(place: Place) -> Iterator[Index]:
    with Index.open(place) as ix:
        yield ix


def test_words_of_contact_lines_match_when_asked_for_only(index: Index) -> None:
    assert [hit.title for hit in index.search("crimestoppers")] == ["Crimestoppers campaign"]
    assert index.search("crimestoppers", include_boilerplate=True).total == 41
    assert index.search("boilerplate:crimestoppers").total == 40
    assert index.search("body:crimestoppers").total == 1
    assert index.search("body:crimestoppers", include_boilerplate=True).total == 41


def test_learned_lines_do_not_match_either(index: Index) -> None:
    assert [line.text for line in index.boilerplate().lines] == [LINE]
    assert index.search("signs of fraud").total == 0
    assert index.search("signs of fraud", include_boilerplate=True).total == 20


def test_a_phrase_does_not_reach_into_boilerplate_nor_out_of_it(index: Index) -> None:
    assert index.search('"the quay anyone"').total == 0
    assert index.search('"the quay anyone"', include_boilerplate=True).total == 0
    assert index.search('"asked to call 101"', include_boilerplate=True).total == 40
    assert index.search('"the quay"').total == 40


def test_what_is_excluded_is_excluded_from_boilerplate_too_where_that_is_included(
    index: Index,
) -> None:
    assert index.search("bicycle -crimestoppers").total == 40
    assert index.search("bicycle -crimestoppers", include_boilerplate=True).total == 0


def test_boilerplate_adds_nothing_to_a_score(index: Index) -> None:
    plain = {hit.id: hit.score for hit in index.search("bicycle", limit=50)}
    wider = {h.id: h.score for h in index.search("bicycle", limit=50, include_boilerplate=True)}
    assert plain == wider
    both = index.search("crimestoppers", limit=50, include_boilerplate=True)
    assert both.hits[0].title == "Crimestoppers campaign"
    assert all(hit.score == 0 for hit in both.hits[1:])


def test_the_incident_number_of_a_contact_line_is_found_all_the_same(index: Index) -> None:
    for text in ("35/117/20", "ref:35/117/20"):
        hit = index.search(text).hits[0]
        assert hit.article.references == ("35/117/20",)
        assert "101" not in hit.snippet.text


def test_that_only_boilerplate_holds_the_words_is_said(index: Index) -> None:
    results = index.search("fraud")
    assert results.total == 0
    remark = next(w for w in results.warnings if w.kind == "only-boilerplate")
    assert remark.message == "20 articles mention this only in contact boilerplate"
    assert "--include-boilerplate" in remark.hint
    for text in ("unicorn", "bicycle", "boilerplate:unicorn"):
        kinds = [warning.kind for warning in index.search(text).warnings]
        assert "only-boilerplate" not in kinds


def test_snippets_show_boilerplate_only_to_who_asks_for_it(index: Index) -> None:
    for hit in index.search("bicycle quay", limit=50):
        shown = " ".join(snippet.text for snippet in hit.snippets)
        assert "quay" in shown
        assert not any(word in shown for word in ("101", "Crimestoppers", "film"))
    for query, wider in (("boilerplate:crimestoppers", False), ("film", True)):
        hit = index.search(query, include_boilerplate=wider).hits[0]
        lit = [snippet.text[a:b] for snippet in hit.snippets for a, b in snippet.highlights]
        assert [word.lower() for word in lit] == [query.rpartition(":")[2]]
        assert hit.matched_fields == ("boilerplate",)
        for snippet in hit.snippets:
            assert hit.article.body[snippet.start :].startswith(snippet.text)


def test_the_body_is_kept_whole(index: Index) -> None:
    article = index.search("35/117/20").hits[0].article
    assert article.body.endswith(f"or Crimestoppers.\n\n{LINE}")
    assert article.contact == f"{CONTACT.format(n=117)}\n{LINE}"
    assert len(article.prose) == len(article.body)
    assert "Crimestoppers" not in article.prose


def test_later_runs_mark_what_the_first_learned(tmp_path: Path) -> None:
    news = fill(tmp_path / "news")
    with Index.build(news, tmp_path / "index") as ix:
        before = ix.boilerplate()
        write(news, 50, "A raid", "A raid in Coldhithe.", LINE.replace("3", "5"))
        for n in range(40):
            word = chr(97 + n % 26) * (n // 26 + 1)
            write(news, 60 + n, f"Talk {word}", f"A talk about {word}.", "Tea at four")
        ix.add(news)
        assert ix.boilerplate() == before
        assert ix.search("film").total == 0
        assert ix.search('"tea at four"').total == 40
        ix.add(full=True, pinned=["A raid in Coldhithe."], released=[LINE])
        assert {line.text for line in ix.boilerplate().lines} == {
            "A raid in Coldhithe.",
            "Tea at four",
        }
        assert (ix.search("film").total, ix.search('"tea at four"').total) == (21, 0)


def test_any_number_of_processes_makes_the_same_index(tmp_path: Path) -> None:
    news = fill(tmp_path / "news")
    made = []
    for jobs in (1, 3):
        with Index.create(tmp_path / f"index{jobs}") as ix:
            ix.add(news, jobs=jobs)
            made.append(ix.boilerplate())
            path = tmp_path / f"index{jobs}"
            generation = generations.read(path, generations.CURRENT)
            made.append([segment.file.sha256 for segment in generation.segments])
    assert made[:2] == made[2:]


def test_the_command_line_lists_what_was_learned(
    place: Place, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["boilerplate", "--index", str(place), "--area", "kent"]) == Exit.OK
    assert capsys.readouterr().out == (
        f"Kent Police (41 articles read)\n  20 articles  {LINE}\n\nlearned from 41 articles\n"
    )
    assert main(["boilerplate", "--index", str(place), "--area", "essex"]) == Exit.OK
    assert "no line was learned" in capsys.readouterr().out
    (tmp_path / "searchkit.toml").write_text(f'boilerplate_release = ["{LINE}"]\n')
    assert main(["boilerplate", "--index", str(place), "--json"]) == Exit.OK
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["schema"] == "searchkit.boilerplate/1"
    assert told["lines"] == [{"text": LINE, "force": "kent", "articles": 20, "pinned": False}]
    assert f"searchkit index --index {shlex.quote(str(place))} --full" in err


def test_the_command_line_searches_boilerplate_when_asked(place: Place, capsys: Captured) -> None:
    assert main(["query", "fraud", "--index", str(place)]) == Exit.NOTHING
    assert "20 articles mention this only in contact boilerplate" in capsys.readouterr().err
    ask = ["query", "fraud", "--include-boilerplate", "--index", str(place), "--json"]
    assert main(ask) == Exit.OK
    assert json.loads(capsys.readouterr().out)["total"] == 20


def test_an_article_is_shown_with_its_boilerplate_dimmed(place: Place, capsys: Captured) -> None:
    url = "https://www.kent.police.uk/news/17"
    assert main(["show", url, "--index", str(place), "--color", "always", "--no-pager"]) == Exit.OK
    dimmed = [line for line in capsys.readouterr().out.splitlines() if "\x1b[2m" in line]
    assert any("Crimestoppers" in line for line in dimmed)
    assert not any("bicycle" in line for line in dimmed)
    assert main(["show", url, "--index", str(place), "--json"]) == Exit.OK
    shown = json.loads(capsys.readouterr().out)
    assert [shown["body"][a:b] for a, b in shown["boilerplate"]] == [CONTACT.format(n=117), LINE]
