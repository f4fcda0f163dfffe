"""Every command does at an address what it does in a folder, or says in a line what to do instead;
a stand-in keeps the indexes."""

from __future__ import annotations

import json
import re
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from elsewhere import PLACE, Elsewhere, stand_in

from searchkit import Index
from searchkit.agreement import agreement
from searchkit.catalogue import Catalogue
from searchkit.cli import main
from searchkit.cli.exits import Exit
from searchkit.cli.last import recall
from searchkit.doctor import Status, examine
from searchkit.engines.opensearch.outside import Survey
from searchkit.errors import ArticleNotFound, ClusterBusy, ClusterDegraded, IndexCorrupt
from searchkit.homes import home_of
from searchkit.integrity import check, repair
from searchkit.settings import load_settings

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Path:
    """A folder with the seeds, and an index of them in ``index``."""
    tree = tmp_path_factory.mktemp("template")
    (tree / "seeds").symlink_to(seeds)
    Index.build(tree / "seeds", tree / "index").close()
    return tree


@pytest.fixture
def elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: Path, capsys: Captured
) -> Elsewhere:
    """The seeds, indexed at ``PLACE`` from a working folder that has them."""
    shutil.copytree(template / "index", tmp_path / "elsewhere" / "news")
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "seeds").symlink_to(template / "seeds")
    monkeypatch.chdir(tmp_path / "tree")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SEARCHKIT_INDEX", PLACE)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    return stand_in(monkeypatch, tmp_path / "elsewhere")


def test_an_index_is_made_and_brought_up_to_date_at_an_address(
    elsewhere: Elsewhere, capsys: Captured
) -> None:
    other = f"{PLACE}-too"
    assert main(["index", "--index", other]) == Exit.OK
    report = capsys.readouterr().out
    assert f'Index ready in {other}.  Try:  searchkit query --index {other} "diversity"' in report
    assert main(["index", "--index", other]) == Exit.OK
    assert "3 unchanged" in capsys.readouterr().out
    assert [path.name for path in Path().iterdir()] == ["seeds"]


@pytest.mark.parametrize(
    "words",
    [
        ["query", "police"],
        ["query", "police", "--plain"],
        ["query", "police", "--files"],
        ["count", "police"],
        ["facets", "force", "year"],
        ["timeline", "--by", "year"],
        ["compare", "police", "man"],
        ["export", "police", "--format", "csv"],
        ["feed", "police"],
        ["show", "seeds/004_a380245022b8a975.txt"],
        ["show", "seeds/004_a380245022b8a975.txt", "--raw"],
        ["copies", "seeds/004_a380245022b8a975.txt"],
        ["forces"],
        ["tags"],
        ["boilerplate"],
        ["quality"],
        ["remove", "--list"],
    ],
    ids=" ".join,
)
def test_a_command_answers_as_of_a_folder(
    words: list[str],
    elsewhere: Elsewhere,
    template: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ending = main(words)
    answer = capsys.readouterr()
    assert ending == Exit.OK
    assert answer.out
    shutil.copytree(template / "index", "index")
    monkeypatch.setenv("SEARCHKIT_INDEX", "index")
    assert main(words) == ending
    beside = capsys.readouterr()
    for told in (beside, answer):
        assert "Traceback" not in told.err
    assert beside.err == answer.err
    assert _timeless(beside.out) == _timeless(answer.out)


def _timeless(text: str) -> str:
    """``text`` without the times of searches and of feeds."""
    text = re.sub(r"[\d.,]+ m?s\b", "", text)
    return re.sub(r"<updated>[^<]*</updated>", "", text)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["stats"], PLACE),
        (["stats", "--json"], f'"index": "{PLACE}"'),
        (["index"], f"Index ready in {PLACE}."),
        (["index", "--dry-run"], "3 unchanged"),
        (["index", "--full"], f"Index rebuilt in {PLACE}."),
        (["check"], f"Checked {PLACE}  ·  3 articles, "),
        (["check", "--thorough"], "3 texts compared"),
        (["check", "--repair"], "sound: nothing is wrong"),
        (["config"], f'index = "{PLACE}"'),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_tells_the_address(
    words: list[str], told: str, elsewhere: Elsewhere, capsys: Captured
) -> None:
    assert main(words) == Exit.OK
    assert told in capsys.readouterr().out


def test_results_are_remembered_by_address(
    elsewhere: Elsewhere, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["query", "diversity"])
    monkeypatch.chdir(tmp_path)
    assert main(["show", "1"]) == Exit.OK
    state = tmp_path / ".local" / "state" / "searchkit"
    assert recall(1, PLACE, state)
    with pytest.raises(ArticleNotFound) as caught:
        recall(1, "index", state)
    assert caught.value.hint.endswith(f"--index {PLACE}")


def test_hints_name_the_address(elsewhere: Elsewhere, capsys: Captured) -> None:
    other = PLACE.replace("news", "others")
    assert main(["query", "x", "--index", other]) == Exit.INDEX
    assert capsys.readouterr().err == (
        f"error: no index in {other}\n       create one with:  searchkit index --index {other}\n"
    )


def test_waiting_for_a_cluster_is_bounded_by_its_client_alone(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    def left(words: list[str]) -> tuple[float, float]:
        """Seconds of wall and of processor time that a query has when its index is opened."""
        seen: list[tuple[float, float]] = []
        opened = Index.open

        def noting(*given: Any, **options: Any) -> Index:
            clocks = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL)
            seen.append(tuple(signal.getitimer(clock)[0] for clock in clocks))  # type: ignore[arg-type]
            return opened(*given, **options)

        with monkeypatch.context() as patched:
            patched.setattr(Index, "open", noting)
            main(words)
        return seen[0]

    wall, processor = left(["query", "police"])
    assert (wall, processor > 0) == (0.0, True)
    wall, processor = left(["query", "police", "--index", "nowhere"])
    assert 0 < wall < processor
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0.0


@pytest.mark.parametrize("words", [["backup", "copy.tar"], ["restore", "copy.tar"]])
def test_backups_are_left_to_the_cluster(
    words: list[str], elsewhere: Elsewhere, capsys: Captured
) -> None:
    assert main(words) == Exit.USAGE
    error, hint = capsys.readouterr().err.splitlines()
    assert error.startswith(f"error: {PLACE}: a ")
    assert "snapshot" in hint
    assert "docs/opensearch.md" in hint


class TestChecking:
    def test_what_is_found_has_to_be_what_was_indexed(self, elsewhere: Elsewhere) -> None:
        assert check(PLACE).sound
        home = home_of(PLACE)
        with home.open_reader() as engine:  # type: ignore[attr-defined]
            catalogue = Catalogue.load(engine.catalogue(), PLACE)
            gone, changed, kept = (engine.get(one) for one in sorted(catalogue.live()))
        writer = home.open_writer(lock_timeout=5)
        writer.delete(gone.id)
        writer.put(replace(changed, sha256="0" * 64))
        writer.put(replace(kept, id="f" * 16, url=""))
        writer.delete(kept.id)
        writer.put(replace(kept, id="e" * 16, url=""))
        writer.commit(catalogue.dump())
        told = "\n".join(f"{f.where}: {f.what}" for f in check(PLACE, thorough=True).faults)
        assert f"the entry of {changed.id} is of another content" in told
        assert f"2 articles ({', '.join(sorted((gone.id, kept.id)))}): not found" in told
        assert f"2 articles ({'e' * 16}, {'f' * 16}): found, though the catalogue has none" in told
        some = check(PLACE).faults
        assert any(gone.id in fault.what for fault in some)

    def test_numbers_are_compared_where_nothing_else_is(self, elsewhere: Elsewhere) -> None:
        home = home_of(PLACE)
        with home.open_reader() as engine:  # type: ignore[attr-defined]
            data = engine.catalogue()
            article = next(iter(engine.articles()))
        writer = home.open_writer(lock_timeout=5)
        writer.put(replace(article, id="f" * 16, url=""))
        writer.commit(data)
        found = agreement(home, 1)
        assert found.compared == 1
        assert found.faults == (("catalogue", "it names 3 articles, and 4 are found"),)

    def test_a_repair_indexes_everything_anew(self, elsewhere: Elsewhere, capsys: Captured) -> None:
        home = home_of(PLACE)
        with home.open_reader() as engine:  # type: ignore[attr-defined]
            data, article = engine.catalogue(), next(iter(engine.articles()))
        writer = home.open_writer(lock_timeout=5)
        writer.delete(article.id)
        writer.commit(data)
        assert main(["check"]) == Exit.INDEX
        told = capsys.readouterr().out
        assert "damaged: " in told
        assert f"Repair it with:  searchkit check --repair --index {PLACE}" in told
        assert main(["check", "--repair"]) == Exit.OK
        assert "No article was lost." in capsys.readouterr().out
        with Index.open(PLACE) as index:
            assert index.get(article.id) is not None
        assert repair(PLACE).rebuilt is None

    def test_an_index_that_does_not_open_is_a_fault_and_a_cluster_that_fails_an_error(
        self, elsewhere: Elsewhere
    ) -> None:
        elsewhere.failing = IndexCorrupt(PLACE, "a piece of its catalogue is missing")
        (fault,) = check(PLACE).faults
        assert (fault.where, fault.what) == ("index", "a piece of its catalogue is missing")
        elsewhere.failing = ClusterDegraded(PLACE, "1 of 3 shards failed")
        with pytest.raises(ClusterDegraded):
            check(PLACE)


class TestTheDoctor:
    def told(self) -> dict[str, tuple[Status, str, str]]:
        found = examine(PLACE, load_settings({"HOME": "/nowhere"}))
        return {c.name: (c.status, c.found, c.advice) for c in found.checks}

    @pytest.fixture
    def seen(self, elsewhere: Elsewhere) -> Survey:
        """What there is, where all is well."""
        elsewhere.seen = replace(
            elsewhere.seen,
            index_health="green",
            generation="7",
            articles=3,
            versions=(("format", 1), ("schema", 4)),
            shards=2,
            replicas=1,
            size=1_500_000,
        )
        return elsewhere.seen

    def test_it_tells_of_cluster_index_and_sources(self, seen: Survey) -> None:
        told = self.told()
        assert told["address"][:2] == (Status.OK, PLACE)
        assert told["cluster"][:2] == (Status.OK, "OpenSearch 2.19.1, 3 nodes, green")
        assert told["newest"][1] == (
            "generation 7: 3 articles in 2 shards with 1 replica each, 1.5 MB, green; "
            "format 1, schema 4"
        )
        assert told["answers"][0] is told["lock"][0] is Status.OK
        assert told["source"][1].startswith("folder ")

    @pytest.mark.parametrize(
        ("field", "health", "name", "told"),
        [
            ("index_health", "yellow", "newest", Status.WARNING),
            ("index_health", "red", "newest", Status.PROBLEM),
            ("health", "yellow", "cluster", Status.OK),
            ("health", "red", "cluster", Status.WARNING),
        ],
    )
    def test_missing_copies_are_a_warning_and_missing_shards_a_problem(
        self,
        field: str,
        health: str,
        name: str,
        told: Status,
        seen: Survey,
        elsewhere: Elsewhere,
    ) -> None:
        elsewhere.seen = replace(seen, **{field: health})
        kind, found, advice = self.told()[name]
        assert kind is told
        assert health in found
        assert ("node" in advice) == (told is not Status.OK)

    def test_it_tells_who_writes_and_what_lies_beside(
        self, seen: Survey, elsewhere: Elsewhere
    ) -> None:
        elsewhere.seen = replace(seen, writer="process 7", others=3, others_size=2_000_000)
        told = self.told()
        assert told["lock"][:2] == (Status.WARNING, "held by process 7")
        assert told["other indices"][:2] == (
            Status.OK,
            "3 of the generation before and of runs, 2.0 MB",
        )

    def test_an_index_of_another_version_is_a_problem(
        self, seen: Survey, elsewhere: Elsewhere
    ) -> None:
        elsewhere.seen = replace(seen, problem="another searchkit wrote it", hint="rebuild it")
        told = self.told()
        wanted = "another searchkit wrote it (format 1, schema 4)"
        assert told["newest"] == (Status.PROBLEM, wanted, "rebuild it")
        assert "answers" not in told

    def test_an_index_that_is_not_there_can_be_made(self, elsewhere: Elsewhere) -> None:
        kind, found, advice = self.told()["index"]
        assert (kind, found) == (Status.PROBLEM, f"there is no index {PLACE}")
        assert advice == f"create one:  searchkit index --index {PLACE} FOLDER"

    def test_a_cluster_that_does_not_answer_ends_the_looking(self, elsewhere: Elsewhere) -> None:
        elsewhere.failing = ClusterBusy(PLACE, "it has too much to do", "wait")
        told = self.told()
        assert told["cluster"] == (Status.PROBLEM, f"{PLACE}: it has too much to do", "wait")
        assert "answers" not in told

    def test_it_is_told_as_json(self, seen: Survey, capsys: Captured) -> None:
        assert main(["doctor", "--json"]) == Exit.OK
        names = {check["name"] for check in json.loads(capsys.readouterr().out)["checks"]}
        assert {"address", "client", "cluster", "newest", "answers", "source"} <= names
        assert "free space" not in names
