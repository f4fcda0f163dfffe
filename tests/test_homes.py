"""Where an index lives is told by its place: a folder, or the address of an index on a cluster."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus import Place
from elsewhere import PLACE, Elsewhere, stand_in
from serving import served

from searchkit import Index, errors
from searchkit.backup import backup, restore
from searchkit.cli.exits import Exit, exit_for
from searchkit.clusters import ClusterHome, Watched
from searchkit.errors import (
    ClusterProblem,
    ClusterTimeout,
    ClusterUnreachable,
    EngineError,
    IndexNotFound,
    SettingsError,
)
from searchkit.guarded import SearchWorkers
from searchkit.guarded.wire import error_from_dict, error_to_dict, packed, unpacked
from searchkit.homes import FolderHome, folder_of, home_of

NOBODY = "opensearch://127.0.0.1:1/news"


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Elsewhere:
    return stand_in(monkeypatch, tmp_path / "elsewhere")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two articles in it."""
    write(tmp_path / "tree", "a", "bicycle")
    write(tmp_path / "tree", "b", "barn")
    monkeypatch.chdir(tmp_path / "tree")
    return tmp_path / "tree"


@pytest.fixture(scope="module")
def free() -> dict[str, str]:
    """The environment without any setting."""
    return {k: v for k, v in os.environ.items() if not k.startswith("SEARCHKIT_")}


def write(tree: Path, name: str, word: str) -> None:
    (tree / "news").mkdir(parents=True, exist_ok=True)
    (tree / "news" / f"{name}.md").write_text(f"A headline\n\nSome words about a {word}.\n")


class TestChoosing:
    @pytest.mark.parametrize("place", ["index", "./a b", "/srv/news", "opensearch", "a:9200/news"])
    def test_a_path_is_a_folder(self, place: str) -> None:
        for written in (place, Path(place)):
            home = home_of(written)
            assert isinstance(home, FolderHome)
            assert home.name == str(Path(place))
            assert home.lasting == str(Path(place).absolute())
            assert home.base == Path(place).resolve().parent

    @pytest.mark.parametrize(
        ("place", "name"),
        [
            ("opensearch://localhost/news", "opensearch://localhost:9200/news"),
            ("opensearch://127.0.0.1:9301/a-b.c_1", "opensearch://127.0.0.1:9301/a-b.c_1"),
            ("opensearch://One:1,two:2,[::1]/x", "opensearch://one:1,two:2,[::1]:9200/x"),
        ],
    )
    def test_an_address_is_on_a_cluster(self, place: str, name: str) -> None:
        home = home_of(place)
        assert isinstance(home, ClusterHome)
        assert (home.name, home.lasting, home.folder) == (name, name, None)
        assert home_of(name) == home

    def test_a_home_is_its_own(self) -> None:
        for place in ("index", PLACE):
            home = home_of(place)
            assert home_of(home) is home

    @pytest.mark.parametrize(
        "place",
        [
            "opensearch://",
            "opensearch:///news",
            "opensearch://host",
            "opensearch://host/",
            "opensearch://host/a/b",
            "opensearch://host/News",
            "opensearch://host/_news",
            "opensearch://host/new*s",
            "opensearch://host/a,b",
            "opensearch://host/..",
            "opensearch://host:0/news",
            "opensearch://host:70000/news",
            "opensearch://host:port/news",
            "opensearch://host,,other/news",
            "opensearch://ho st/news",
            "opensearch://host/news?x=1",
            "OpenSearch://host/news",
            "http://host:9200/news",
            "https://host/news",
            "elasticsearch://host/news",
            "file:///srv/news",
            "://host/news",
        ],
    )
    def test_a_bad_address_is_refused_in_one_line(self, place: str) -> None:
        with pytest.raises(SettingsError) as caught:
            home_of(place)
        assert "\n" not in str(caught.value) + caught.value.hint
        shown = re.compile(r"opensearch://HOST:(9200|PORT)/NAME|ports go from 1 to 65535")
        assert shown.search(caught.value.hint)

    @pytest.mark.parametrize("who", ["anna:hunter2", "hunter2", ":hunter2", "a:hunter2@b"])
    def test_a_password_in_an_address_is_refused_and_not_repeated(
        self, who: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from searchkit.cli import main

        place = f"opensearch://{who}@localhost/news"
        with pytest.raises(SettingsError) as caught:
            home_of(place)
        told = [str(caught.value) + caught.value.hint]
        for words in (["query", "x"], ["doctor"], ["config"], ["index"], ["stats", "--debug"]):
            if "--debug" not in words:
                assert main([*words, "--index", place]) == (3 if words == ["doctor"] else 2)
            told.append("".join(capsys.readouterr()))
        assert "SEARCHKIT_OPENSEARCH_PASSWORD" in told[0]
        assert not any("hunter2" in each for each in told)

    def test_an_address_that_became_a_path_is_refused(self) -> None:
        with pytest.raises(SettingsError, match="is a path") as caught:
            Index.open(Path(PLACE))
        assert "opensearch://HOST:PORT/NAME" in caught.value.hint

    def test_what_needs_a_folder_says_what_to_do_on_a_cluster(self, tmp_path: Path) -> None:
        assert folder_of(tmp_path, "a backup", "do so") == tmp_path
        for attempt in (
            lambda: backup(PLACE, tmp_path / "copy"),
            lambda: restore(tmp_path / "copy", PLACE),
        ):
            with pytest.raises(SettingsError, match=f"{PLACE}: .* folder") as caught:
                attempt()
            assert "snapshot" in caught.value.hint


class TestTheLibrary:
    def test_an_index_at_an_address_does_what_one_in_a_folder_does(
        self, elsewhere: Elsewhere, tree: Path
    ) -> None:
        with pytest.raises(IndexNotFound, match=PLACE):
            Index.open(PLACE)
        with Index.build("news", PLACE) as index:
            assert index.address == index.stats().path == PLACE
            assert index.sources == (str(tree / "news"),)
            article = index.search("bicycle").hits[0].article
            assert index.find("news/a.md").id == article.id
            assert index.raw(article) == (tree / "news" / "a.md").read_bytes()
            write(tree, "c", "canal")
            assert index.add().new == 1
            before = index.updated
            index.remove(article.id, purge=True)
            assert index.updated > before
            assert (index.count(), index.count("bicycle")) == (2, 0)
            with pytest.raises(EngineError, match="no folder"):
                _ = index.path

    def test_the_same_tree_elsewhere_knows_the_same_keys(
        self, elsewhere: Elsewhere, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Index.build("news", PLACE).close()
        for name, word in (("a", "bicycle"), ("b", "boat")):
            write(tmp_path / "machine2", name, word)
        monkeypatch.chdir(tmp_path / "machine2")
        with Index.open(PLACE) as index:
            assert index.sources == (str(tmp_path / "machine2" / "news"),)
            report = index.add()
            assert (report.unchanged, report.new, report.removed) == (1, 1, 1)

    @pytest.mark.parametrize("placed", ["folder"], indirect=True)
    def test_only_folders_have_a_path(self, small_index: Place) -> None:
        with Index.open(small_index) as index:
            assert index.path == small_index
            assert index.address == str(small_index)


class TestWatching:
    def test_nobody_but_the_first_waits_to_learn_the_newest_name(self) -> None:
        held, looked = threading.Event(), 0

        def look() -> str:
            nonlocal looked
            looked += 1
            if looked == 1:
                return "one"
            assert held.wait(60)
            return "two"

        watched = Watched(look)
        assert watched.name() == "one"
        watched._since -= 60
        assert [watched.name() for _ in range(3)] == ["one"] * 3
        held.set()
        deadline = time.monotonic() + 60
        while watched.name() != "two" and time.monotonic() < deadline:
            time.sleep(0.01)
        assert watched.name() == "two"

    def test_a_cluster_that_does_not_tell_is_asked_again(self) -> None:
        failing = [True]

        def look() -> str:
            if failing[0]:
                raise ClusterUnreachable(PLACE, "no node answers")
            return "one"

        watched = Watched(look)
        assert watched.name() == ""
        failing[0] = False
        watched._since += 60
        assert watched.name() == "", "asked less than a second ago"
        watched._since -= 120
        deadline = time.monotonic() + 60
        while not watched.name() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert watched.name() == "one"

    def test_a_folder_is_followed_at_once(self, tmp_path: Path) -> None:
        newest = home_of(tmp_path / "index").newest()
        assert newest.name() == ""
        with Index.create(tmp_path / "index") as index:
            assert newest.name() == index.generation


class TestNobodyThere:
    """Nothing listens at the address: one line, an exit code, and no traceback."""

    @pytest.mark.parametrize(
        "words",
        [
            ["query", "word"],
            ["index", "."],
            ["serve", "--port", "0"],
            ["mcp"],
            ["check"],
            ["remove", "0123456789abcdef"],
        ],
        ids=lambda words: words[0],
    )
    def test_a_command_says_so(self, words: list[str], free: dict[str, str]) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "searchkit", *words, "--index", NOBODY],
            capture_output=True, text=True, check=False, env=free, timeout=60,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (3, "")
        error, hint = done.stderr.splitlines()
        assert error == f"error: {NOBODY}: no node answers"
        assert hint.startswith("       is it running?")

    def test_the_doctor_says_so_among_other_things(self, free: dict[str, str]) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "searchkit", "doctor", "--json", "--index", NOBODY],
            capture_output=True, text=True, check=False, env=free, timeout=60,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (3, "")
        checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
        assert checks["address"]["found"] == NOBODY
        assert "no node answers" in checks["cluster"]["found"]
        assert not {check["topic"] for check in checks.values()} & {"disk", "sources"}

    def test_a_client_that_is_not_installed_is_named(self, free: dict[str, str]) -> None:
        code = (
            "import sys; sys.modules['opensearchpy'] = None\n"
            "from searchkit.cli import main\n"
            f"sys.exit(main(['query', 'word', '--index', {NOBODY!r}]))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True, text=True, check=False, env=free, timeout=60,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (3, "")
        error, hint = done.stderr.splitlines()
        assert "not installed" in error
        assert hint.strip().endswith("pip install 'searchkit[opensearch]'")

    def test_workers_raise_what_the_cluster_raised(self) -> None:
        with pytest.raises(ClusterUnreachable) as caught:
            SearchWorkers(NOBODY, count=1)
        assert (caught.value.address, caught.value.reason) == (NOBODY, "no node answers")
        assert caught.value.hint

    def test_a_server_says_503_and_not_where_the_cluster_is(self) -> None:
        with served(NOBODY) as client:
            for path in ("/api/search?q=word", "/search?q=word", "/feed.atom?q=word"):
                answer = client.get(path)
                assert answer.status_code == 503, answer.text
                assert int(answer.headers["retry-after"]) >= 1
                assert "127.0.0.1" not in answer.text
                assert "9200" not in answer.text
            assert client.get("/healthz").status_code == 503

    def test_agents_are_not_told_where_it_is(self) -> None:
        from searchkit.agents.tools import _told

        for error in (ClusterUnreachable(NOBODY, "x"), ClusterTimeout(NOBODY, "y")):
            assert isinstance(error, ClusterProblem)
            assert "127.0.0.1" not in _told(error)


class TestSilence:
    """Something listens at the address, and never answers."""

    @pytest.fixture
    def silent(self) -> Iterator[str]:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            yield f"opensearch://127.0.0.1:{listening.getsockname()[1]}/news"

    def test_who_asks_a_worker_is_told_that_the_cluster_was_late(self, silent: str) -> None:
        opener = "searchkit.guarded.worker:await_index"
        with SearchWorkers(silent, count=1, seconds=2.0, opener=opener) as workers:
            with pytest.raises(ClusterTimeout, match=r"within 1\.8 seconds|after 2 s") as caught:
                workers.search("word")
            assert caught.value.address == silent


@pytest.mark.parametrize(
    "kind",
    [
        errors.ClusterProblem,
        errors.ClusterUnreachable,
        errors.ClusterRefused,
        errors.ClusterDegraded,
        errors.ClusterBusy,
        errors.ClusterTimeout,
        errors.ClusterUnsupported,
    ],
)
def test_what_is_wrong_with_a_cluster_crosses_processes(kind: type[ClusterProblem]) -> None:
    error = kind(PLACE, "it is so", "do this")
    told = unpacked(packed({"error": error_to_dict(error)}))["error"]
    arrived = error_from_dict(told)
    assert type(arrived) is kind
    assert isinstance(arrived, EngineError)
    assert (str(arrived), arrived.hint) == (f"{PLACE}: it is so", "do this")
    assert vars(arrived) == vars(error)
    assert exit_for(arrived) is Exit.INDEX


def test_a_problem_of_the_engine_s_own_crosses_as_the_nearest_that_all_know() -> None:
    from searchkit.engines.opensearch.connection import Missing

    arrived = error_from_dict(error_to_dict(Missing(PLACE, "there is no such index")))
    assert type(arrived) is ClusterProblem
    assert str(arrived) == f"{PLACE}: there is no such index"
