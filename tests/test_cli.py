"""The command line from end to end: on the seeds, in this process and in real ones."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from searchkit.cli import main
from searchkit.cli.app import COMMANDS
from searchkit.cli.exits import MEANINGS, Exit
from searchkit.engines.whoosh.lock import WriterLock
from searchkit.index import Index

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOTS = Path(__file__).resolve().parent / "snapshots"
UPDATE = "UPDATE_SNAPSHOTS"
ESSEX = "seeds/000_939fb2e9a25a1d78.txt"

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Path:
    """An index of the three seeds."""
    place = tmp_path_factory.mktemp("cli") / "index"
    Index.build(seeds, place).close()
    return place


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: Path) -> Path:
    """A user of their own: no settings but the index, and an empty state folder."""
    for name in list(os.environ):
        if name.startswith(("SEARCHKIT_", "XDG_")) or name in ("NO_COLOR", "PAGER", "COLUMNS"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SEARCHKIT_INDEX", str(built))
    monkeypatch.chdir(ROOT)
    return tmp_path


LISTENING = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from searchkit.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""The command line in a process that minds Ctrl-C, which one started in the background by a shell
does not."""


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    command = [sys.executable, "-m", "searchkit", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


class TestQuery:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("diversity", ["diversity"]),
            ("phrase", ['"police officer"', "--facet", "force,year:1"]),
            ("browse", ["--since", "2020", "--until", "2020", "--snippet", "lead"]),
            ("nothing", ["zebra", "crossing"]),
            ("explain-query", ["police", "-essex", "--explain-query"]),
            ("colour", ["diversity", "--area", "essex", "--color", "always"]),
            ("show", ["show", ESSEX]),
            ("forces", ["forces"]),
        ],
    )
    def test_it_looks_as_it_did(self, name: str, words: list[str], capsys: Captured) -> None:
        command = words if words[0] in COMMANDS else ["query", *words]
        main(command)
        text = capsys.readouterr().out.replace(str(ROOT), ".")
        kept = SNAPSHOTS / f"{name}.txt"
        if os.environ.get(UPDATE):
            kept.write_text(text, encoding="utf-8")
        assert text == kept.read_text(encoding="utf-8")
        assert all(
            len(re.sub(r"\x1b\[[0-9;]*m", "", line)) <= 80 or "https://" in line
            for line in text.splitlines()
        )

    def test_json_fits_the_published_schema(self, capsys: Captured) -> None:
        schema = resources.files("searchkit").joinpath("data/results.schema.json")
        assert main(["query", "diversity", "--json", "--facet", "force,year", "--explain"]) == 0
        value = json.loads(capsys.readouterr().out)
        jsonschema.validate(value, json.loads(schema.read_text("utf-8")))
        assert value["total"] == 3
        assert [bucket["count"] for bucket in value["facets"]["force"]] == [1, 1, 1]
        assert all("diverse" in hit["matched_terms"] for hit in value["hits"])
        assert all(hit["explanation"] for hit in value["hits"])

    def test_jsonl_and_plain_are_a_line_a_hit(self, capsys: Captured) -> None:
        main(["query", "diversity", "--jsonl"])
        assert [json.loads(x)["rank"] for x in capsys.readouterr().out.splitlines()] == [1, 2, 3]
        main(["query", "diversity", "--plain"])
        rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
        assert {row[1] for row in rows} == {"essex", "hertfordshire", "avon-and-somerset"}
        assert all(len(row) == 5 for row in rows)

    def test_files_lists_every_match_and_zero_ends_them_with_nul(self, capsys: Captured) -> None:
        main(["query", "police", "-l"])
        assert len(capsys.readouterr().out.splitlines()) == 3
        for flags in (["-0"], ["-l0"], ["-l", "-0"], ["--files", "--null"]):
            main(["query", "police", *flags])
            out = capsys.readouterr().out
            assert out.count("\0") == 3
            assert "\n" not in out

    def test_words_need_no_quotes_and_a_dash_leaves_one_out(self, capsys: Captured) -> None:
        for words in (["police", "-essex"], ["-essex", "police"], ["police", "--", "-essex"]):
            main(["query", *words, "--json"] if "--" not in words else ["query", "--json", *words])
            value = json.loads(capsys.readouterr().out)
            assert value["query"]["text"].split() == [w for w in words if w != "--"]
            assert value["total"] == 2

    def test_a_word_that_begins_like_a_flag_is_a_word(self, capsys: Captured) -> None:
        main(["query", "police", "-london", "--json"])
        assert json.loads(capsys.readouterr().out)["query"]["text"] == "police -london"

    def test_a_page_beyond_the_last_is_told_from_nothing_found(self, capsys: Captured) -> None:
        assert main(["query", "police", "--page", "9", "--plain"]) == Exit.OK
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err == "there is no such page: 3 articles match\n"
        main(["query", "police", "--page", "9"])
        assert "There is no page 9: the last is --page 1" in capsys.readouterr().out

    def test_a_filter_that_leaves_nothing_is_named(self, capsys: Captured) -> None:
        assert main(["query", "police", "--area", "kent", "--on", "2021"]) == Exit.NOTHING
        told = capsys.readouterr()
        assert "But:     1 without --area · 3 without any of these\n" in told.out
        assert "the index holds no articles of Kent Police" in told.err
        main(["query", "police", "--area", "kent", "--explain-query"])
        assert "without  area: 3\n" in capsys.readouterr().out

    def test_the_command_for_a_force_has_no_empty_word(self, capsys: Captured) -> None:
        main(["query", ""])
        assert "searchkit query --area " in capsys.readouterr().out

    def test_pages_go_on_where_the_last_one_ended(self, capsys: Captured) -> None:
        main(["query", "police", "--limit", "2", "--jsonl"])
        first = capsys.readouterr()
        assert first.err == "1 to 2 of 3; --limit all for every one\n"
        main(["query", "police", "--limit", "2", "--page", "2", "--jsonl"])
        second = capsys.readouterr()
        assert [json.loads(line)["rank"] for line in second.out.splitlines()] == [3]
        assert second.err == ""

    def test_warnings_go_to_standard_error_and_quiet_silences_them(self, capsys: Captured) -> None:
        main(["query", '"diversity', "--plain"])
        told = capsys.readouterr()
        assert told.err.startswith("warning: ")
        assert len(told.out.splitlines()) == 3
        main(["query", '"diversity', "--plain", "-q"])
        assert capsys.readouterr().err == ""

    def test_flags_may_stand_before_the_command(self, capsys: Captured) -> None:
        assert main(["--limit", "1", "query", "police", "--plain"]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 1
        assert main(["--quiet", "--color", "never", "forces"]) == 0

    def test_several_areas_mean_any_of_them(self, capsys: Captured) -> None:
        main(["query", "--area", "essex", "--area", "Herts", "--json"])
        value = json.loads(capsys.readouterr().out)
        assert value["total"] == 2
        assert value["query"]["filters"] == {"area": ["essex", "Herts"]}

    def test_the_snippet_can_be_narrowed_or_left_out(self, capsys: Captured) -> None:
        main(["query", "diversity", "--snippet", "80", "--fragments", "1", "--json"])
        hits = json.loads(capsys.readouterr().out)["hits"]
        assert all(len(hit["snippets"][0]["text"]) <= 92 for hit in hits)
        main(["query", "diversity", "--snippet", "none", "--json"])
        assert all(not h["snippets"] for h in json.loads(capsys.readouterr().out)["hits"])


class TestShow:
    def test_a_number_is_a_place_in_the_last_list(self, capsys: Captured) -> None:
        main(["query", "diversity", "--area", "hertfordshire"])
        capsys.readouterr()
        assert main(["show", "1"]) == 0
        assert capsys.readouterr().out.startswith("Almost 2,300 hopefuls keen")

    def test_raw_gives_the_original_bytes(self) -> None:
        command = [sys.executable, "-m", "searchkit", "show", ESSEX, "--raw"]
        done = subprocess.run(command, capture_output=True, timeout=60, check=True)
        assert done.stdout == (ROOT / ESSEX).read_bytes()

    def test_json_gives_the_whole_article(self, capsys: Captured) -> None:
        main(["show", ESSEX, "--json"])
        value = json.loads(capsys.readouterr().out)
        assert value["date"]["raw"] == "19:05 02/02/2021"
        assert "We Value Difference" in value["body"]
        assert main(["show", value["id"]]) == main(["show", value["url"]]) == 0
        assert main(["show", value["id"][:8]]) == 0

    @pytest.mark.parametrize(
        ("wanted", "message", "hint"),
        [
            ("1", "no article '1' in the index", "no search has listed anything yet"),
            ("nowhere.txt", "no article 'nowhere.txt' in the index", "searchkit query WORDS"),
        ],
    )
    def test_what_is_not_there_is_named(
        self, wanted: str, message: str, hint: str, capsys: Captured
    ) -> None:
        assert main(["show", wanted]) == Exit.NOTHING
        told = capsys.readouterr().err.splitlines()
        assert told[0] == f"error: {message}"
        assert hint in told[1]

    def test_a_number_beyond_the_list_names_its_ends(self, capsys: Captured) -> None:
        main(["query", "diversity"])
        assert main(["show", "9"]) == Exit.NOTHING
        assert "the last search listed 1 to 3" in capsys.readouterr().err

    def test_a_list_of_another_index_is_not_mistaken(
        self, tmp_path: Path, seeds: Path, capsys: Captured
    ) -> None:
        other = tmp_path / "other"
        Index.build(seeds, other).close()
        main(["query", "diversity"])
        assert main(["show", "1", "--index", str(other)]) == Exit.NOTHING
        assert "the last search was of another index" in capsys.readouterr().err


class TestIndex:
    def test_the_first_run_says_what_it_found_and_what_to_do_next(
        self, tmp_path: Path, capsys: Captured
    ) -> None:
        place = tmp_path / "news"
        assert main(["index", "--index", str(place)]) == 0
        told = capsys.readouterr()
        lines = told.out.splitlines()
        assert lines[0] == "Read seeds  ·  3 articles"
        assert lines[1].startswith("  3 new · 0 changed · 0 removed · 0 undated · 0 errors   ")
        assert lines[2] == (
            "Forces: Avon and Somerset 1, Essex 1, Hertfordshire 1      "
            "Dates: 14 Jul 2020 – 2 Feb 2021"
        )
        assert lines[3] == (
            f"Index ready in {place}/.  Try:  "
            f'searchkit query --index {shlex.quote(str(place))} "diversity"'
        )
        assert told.err == "Reading seeds\n"
        assert main(["index", "--index", str(place)]) == 0
        assert "0 new · 0 changed · 0 removed · 3 unchanged" in capsys.readouterr().out

    def test_a_dry_run_writes_nothing(self, tmp_path: Path, capsys: Captured) -> None:
        place = tmp_path / "news"
        assert main(["index", "seeds", "-n", "--index", str(place)]) == 0
        assert "Nothing was written: this was a dry run." in capsys.readouterr().out
        assert not place.exists()

    def test_the_report_is_json_for_programs_and_quiet_says_nothing(
        self, tmp_path: Path, capsys: Captured
    ) -> None:
        assert main(["index", "seeds", "--json", "-q", "--index", str(tmp_path / "a")]) == 0
        told = capsys.readouterr()
        value = json.loads(told.out)
        assert (value["seen"], value["new"], value["rejected"]) == (3, 3, [])
        assert value["forces"] == {"avon-and-somerset": 1, "essex": 1, "hertfordshire": 1}
        assert told.err == ""
        assert main(["index", "-q", "--index", str(tmp_path / "a")]) == 0
        assert capsys.readouterr() == ("", "")

    def test_rejected_input_is_named_and_the_exit_code_says_so(
        self, tmp_path: Path, capsys: Captured
    ) -> None:
        bad = tmp_path / "articles" / "bad.md"
        bad.parent.mkdir()
        bad.write_bytes(b"```yaml\ntitle: x\nNUL \x00 here\n```\n\nBody.\n")
        file = tmp_path / "report.tsv"
        flags = ["--index", str(tmp_path / "a"), "--report", str(file)]
        assert main(["index", str(bad.parent), *flags]) == Exit.NOTHING
        told = capsys.readouterr()
        assert "bad.md" in told.err.splitlines()[-1]
        assert "1 error " in told.out
        assert file.read_text(encoding="utf-8").startswith("rejected\t")
        assert main(["index", str(bad.parent), *flags, "--on-error", "fail"]) == Exit.NOTHING
        assert capsys.readouterr().err.splitlines()[-1].startswith("error: ")

    def test_standard_input_is_a_source(self, tmp_path: Path) -> None:
        command = [sys.executable, "-m", "searchkit", "index", "-", "--index", str(tmp_path / "a")]
        given = (ROOT / ESSEX).read_bytes()
        done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=True)
        assert b"1 new" in done.stdout

    def test_a_source_that_is_not_there_makes_no_index(
        self, tmp_path: Path, capsys: Captured
    ) -> None:
        assert main(["index", "nowhere", "--index", str(tmp_path / "a")]) == Exit.USAGE
        told = capsys.readouterr().err.splitlines()
        assert told[0] == "error: nowhere: there is no such file or folder"
        assert not (tmp_path / "a").exists()


class TestOthers:
    def test_alone_it_says_in_a_dozen_lines_what_it_is(self, capsys: Captured) -> None:
        assert main([]) == 0
        text = capsys.readouterr().out
        assert len(text.splitlines()) <= 12
        assert "searchkit query county lines" in text

    def test_forces_and_stats_speak_json(self, capsys: Captured) -> None:
        main(["forces", "--json"])
        listed = json.loads(capsys.readouterr().out)
        assert sum(force["articles"] for force in listed) == 3
        assert {
            "id": "kent",
            "name": "Kent Police",
            "articles": 0,
            "first": None,
            "last": None,
        } in (listed)
        main(["stats", "--json"])
        assert json.loads(capsys.readouterr().out)["articles"] == 3

    def test_all_forces_are_listed_on_demand(self, capsys: Captured) -> None:
        main(["forces", "--all"])
        assert "Kent Police" in capsys.readouterr().out

    def test_version_and_completion(self, capsys: Captured) -> None:
        assert main(["--version"]) == 0
        assert re.fullmatch(r"searchkit \d+\.\d+\.\d+\n", capsys.readouterr().out)
        for shell in ("bash", "zsh", "fish"):
            assert main(["completion", shell]) == 0
            assert "_SEARCHKIT_COMPLETE" in capsys.readouterr().out

    def test_force_ids_are_completed(self) -> None:
        variables = {
            **os.environ,
            "_SEARCHKIT_COMPLETE": "bash_complete",
            "COMP_WORDS": "searchkit query --area ess",
            "COMP_CWORD": "3",
        }
        command = [sys.executable, "-c", "from searchkit.cli import main; main()"]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
        assert done.stdout == "plain,essex\n"


class TestStartingUp:
    """What is not needed is not imported: a command line should answer at once."""

    @pytest.mark.parametrize(
        ("words", "idle"),
        [
            (["--help"], {"numpy", "whoosh", "yaml", "rich.console", "searchkit.index"}),
            (["query", "diversity"], {"bs4", "lxml", "pyromark", "rich.console", "tarfile"}),
            (["query", "diversity"], {"whoosh", "yaml", "zipfile", "secrets"}),
            (["query", "diversity"], {"html", "searchkit.ukdates", "searchkit.query.dates"}),
            (
                ["query", "diversity"],
                {"opensearchpy", "searchkit.clusters", "searchkit.engines.opensearch"},
            ),
            (
                ["query", "diversity"],
                {"searchkit.catalogue", "searchkit.run", "searchkit.engines.whoosh.writer"},
            ),
        ],
    )
    def test_a_command_leaves_alone_what_it_does_not_need(
        self, words: list[str], idle: set[str]
    ) -> None:
        code = (
            "import sys; from searchkit.cli import main; "
            f"main({words!r}); sys.stderr.write(' '.join(sys.modules))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
        )
        assert idle & set(done.stderr.split()) == set()

    def test_a_search_starts_no_threads_for_algebra(self) -> None:
        code = (
            "import os; from searchkit.cli import main; main(['query', 'diversity']); "
            "import sys; sys.stderr.write(os.environ['OPENBLAS_NUM_THREADS'])"
        )
        free = {name: value for name, value in os.environ.items() if "THREADS" not in name}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=free, check=True
        )
        assert done.stderr == "1"


class TestEndings:
    """Every exit code, and what is said on the way out."""

    def test_every_code_has_a_meaning(self) -> None:
        assert set(MEANINGS) == set(Exit)

    def test_0_something_was_found(self) -> None:
        assert run("query", "diversity").returncode == 0

    def test_1_nothing_was_found(self) -> None:
        done = run("query", "zebra")
        assert done.returncode == 1
        assert done.stdout.startswith("No articles match zebra\n")

    @pytest.mark.parametrize(
        ("words", "message", "hint"),
        [
            (["query", "date:31/02/2021"], "31/02/2021 is not a real date", "date:28/2/2021"),
            (["query", "--since", "32/1/2020"], "32/1/2020", "--since"),
            (["query", "force:hertz"], "unknown force 'hertz'", "did you mean Hertfordshire"),
            (["query", "--area", "hertz"], "unknown force 'hertz'", "did you mean Hertfordshire"),
            (["query", "a*"], "a* is too short for a wildcard", "at least 3 letters"),
            (["query", "--lmit", "3"], "no option --lmit", "did you mean --limit?"),
            (["query", "x", "-v"], "no option -v", "to leave out the word v:  -- -v"),
            (["query", "--limit", "0"], "--limit 0 is no number of results", "--help"),
            (["query", "--facet", "town"], "no facet 'town'; there are force", "--help"),
            (["query", "--facet", "year:x"], "x is no number of values", "--help"),
            (["query", "--json", "--plain"], "--json and --plain cannot be had together", "--help"),
            (["query", "--schema", "2"], "there is no schema 2", "--help"),
            (["query", "--page", "0"], "--page", "--help"),
            (["query", "--snippet", "9"], "snippet must be none, lead or a number", "'9'"),
            (["show", "1", "--raw", "--json"], "--raw and --json cannot be had together", "--help"),
            (["show"], "missing argument", "searchkit show --help"),
            (["qeury", "x"], "no command qeury; did you mean query?", "searchkit --help"),
            (["burglary"], "no command burglary; to search:  searchkit query", "--help"),
            (["index", "--lock-timeout", "-1"], "lock_timeout must be from 0", "--lock-timeout"),
        ],
    )
    def test_2_what_makes_no_sense_is_named_with_a_way_out(
        self, words: list[str], message: str, hint: str, capsys: Captured
    ) -> None:
        assert main(words) == Exit.USAGE
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith("error: ")
        assert message in told.err
        assert hint in told.err
        assert "Traceback" not in told.err
        assert len(told.err.splitlines()) <= 2

    def test_3_there_is_no_index(self, tmp_path: Path, capsys: Captured) -> None:
        none = str(tmp_path / "none")
        assert main(["query", "burglary", "--index", none]) == Exit.INDEX
        assert capsys.readouterr().err == (
            f"error: no index in {none}\n"
            f"       create one with:  searchkit index --index {shlex.quote(none)}\n"
        )

    def test_3_there_is_no_index_in_the_usual_place(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("SEARCHKIT_INDEX", raising=False)
        assert main(["query", "burglary"]) == Exit.INDEX
        assert capsys.readouterr().err.endswith("create one with:  searchkit index\n")

    def test_3_a_damaged_index_is_built_anew_on_demand(
        self, tmp_path: Path, seeds: Path, capsys: Captured
    ) -> None:
        place = tmp_path / "a"
        named = shlex.quote(str(place))
        Index.build(seeds, place).close()
        for file in place.rglob("*"):
            if file.is_file() and file.name not in ("searchkit.index", "lock"):
                file.write_bytes(b"\x00" * 8)
        for words in (["query", "diversity"], ["index", "seeds"]):
            assert main([*words, "--index", str(place)]) == Exit.INDEX
            told = capsys.readouterr().err.splitlines()
            assert told[-2].startswith("error: ")
            assert told[-1].strip() == f"repair it with:  searchkit check --index {named} --repair"
        assert main(["check", "--repair", "--index", str(place)]) == Exit.USAGE
        hint = f"name one:  searchkit index --index {named} --full FOLDER"
        assert hint in capsys.readouterr().err
        assert main(["index", "seeds", "--full", "--index", str(place)]) == Exit.OK
        assert "Index rebuilt in" in capsys.readouterr().out
        assert main(["query", "diversity", "--index", str(place)]) == Exit.OK

    def test_4_somebody_else_is_writing(
        self, tmp_path: Path, seeds: Path, capsys: Captured
    ) -> None:
        place = tmp_path / "a"
        Index.build(seeds, place).close()
        lock = WriterLock(place)
        lock.acquire(0.0)
        try:
            flags = ["--index", str(place), "--lock-timeout", "0.2"]
            assert main(["index", "seeds", *flags]) == Exit.LOCKED
        finally:
            lock.release()
        told = capsys.readouterr().err
        assert "waiting for" in told
        assert "is being written by" in told
        assert str(os.getpid()) in told
        assert told.splitlines()[-1].strip().startswith("wait for it to end")

    def test_70_a_fault_of_searchkit_asks_for_a_report(
        self, monkeypatch: pytest.MonkeyPatch, capsys: Captured
    ) -> None:
        def broken(*_: object, **__: object) -> Index:
            raise RuntimeError("the wheel came off")

        monkeypatch.setattr(Index, "open", broken)
        assert main(["stats"]) == Exit.BUG
        assert capsys.readouterr().err == (
            "error: unexpected RuntimeError: the wheel came off\n"
            "       this is a fault of searchkit: run it again with --debug\n"
        )
        with pytest.raises(RuntimeError):
            main(["stats", "--debug"])

    @pytest.mark.parametrize(
        ("sent", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)]
    )
    def test_130_and_143_stopped_the_index_is_unchanged(
        self, sent: signal.Signals, code: Exit, tmp_path: Path, seeds: Path
    ) -> None:
        place = tmp_path / "a"
        Index.build(seeds, place).close()
        command = [sys.executable, "-c", LISTENING, "index", "-", "--index", str(place)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running:
            assert running.stderr is not None
            assert running.stderr.readline() == "Reading -\n"
            time.sleep(0.3)
            running.send_signal(sent)
            assert running.wait(60) == code
            told = running.stderr.read()
        assert told.strip() == "stopped; index unchanged"
        with Index.open(place) as index:
            assert index.search("diversity").total == 3

    def test_141_nobody_reads_the_output_any_more(self) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        command = [sys.executable, "-m", "searchkit", "query", "police", "--jsonl"]
        with os.fdopen(writer, "w") as closed:
            done = subprocess.run(
                command, stdout=closed, stderr=subprocess.PIPE, text=True, timeout=60, check=False
            )
        assert done.returncode == Exit.READER_GONE
        assert done.stderr == ""
