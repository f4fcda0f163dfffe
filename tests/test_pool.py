"""The parser pool: every candidate answered once, in order, whatever the parser does."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from array import array
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.analysis import words
from searchkit.article import Article, Rejected
from searchkit.errors import SearchkitError
from searchkit.fields import TEXTS
from searchkit.ingest.candidates import Candidate
from searchkit.ingest.formats import Format
from searchkit.ingest.frames import pack, unpack
from searchkit.ingest.pool import Parsed, ParserPool
from searchkit.ingest.repeats import LearnedLine, Repeats
from searchkit.ingest.sources import scan
from searchkit.prepared import Prepared
from searchkit.settings import INGEST_LIMITS

ROOT = Path(__file__).resolve().parent.parent

UNRULY = """
import ctypes, os, signal, sys, time
from pathlib import Path
from searchkit.article import Article, Rejected

def read(data, *, path, format=None, limits=None):
    word, _, rest = data.decode().partition(" ")
    if word == "hang":
        while True:
            pass
    if word == "sleep":
        time.sleep(float(rest))
    if word == "stubborn":
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        time.sleep(1000)
    if word == "crash":
        ctypes.string_at(0)
    if word == "once":
        mark = Path(rest)
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), 9)
    if word == "grow":
        held = []
        while True:
            held.append(bytearray(10_000_000))
    if word == "leave":
        sys.exit(7)
    if word == "bug":
        raise ZeroDivisionError("by\\nnothing")
    if word == "print":
        print("noise"); print("more noise", file=sys.stderr); os.write(1, b"raw noise")
    if word == "half":
        return Article(id=path, title="\\ud800", body="")
    if word == "refuse":
        return Rejected(path, 3, "no article")
    return Article(id=path, title=data.decode(), body=str(os.getpid()))

def steps(data, *, path, format=None, limits=None):
    word, _, rest = data.decode().partition(" ")
    yield
    if word == "slow":
        for _ in range(8):
            time.sleep(float(rest) / 8)
            yield
    held = bytearray(int(rest) * 2**20) if word == "hold" else b""
    yield
    found = read(data, path=path, format=format, limits=limits)
    yield
    return found
"""


@pytest.fixture
def unruly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a reader that does what the text of an article tells it to."""
    (tmp_path / "unruly_reader.py").write_text(UNRULY)
    monkeypatch.syspath_prepend(tmp_path)
    return "unruly_reader:read"


@pytest.fixture
def stepping(unruly: str) -> str:
    """The name of a reader that does the same in steps."""
    return unruly.replace(":read", ":steps")


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    """No test here may hang."""

    def too_long(*_: object) -> None:
        raise TimeoutError("a test of the pool hung")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(240)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def texts(*words: str) -> list[tuple[Candidate, str]]:
    return [(Candidate(f"a{n}", f"a{n}", data=w.encode()), "") for n, w in enumerate(words)]


def reasons(parsed: list[Parsed]) -> list[str]:
    """Per result: the reason of a rejection, else ``ok``."""
    return [p.outcome.reason if isinstance(p.outcome, Rejected) else "ok" for p in parsed]


def still_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_the_seeds_come_back_as_articles_with_their_key_and_hash(seeds: Path) -> None:
    candidates = [c for c in scan(seeds, base=seeds.parent) if isinstance(c, Candidate)]
    with ParserPool(2) as pool:
        parsed = list(pool.parse((c, "") for c in candidates))
    assert [p.candidate for p in parsed] == candidates
    for one in parsed:
        ready = one.outcome
        assert isinstance(ready, Prepared)
        article = ready.article()
        assert one.candidate.path is not None
        digest = hashlib.sha256(Path(one.candidate.path).read_bytes()).hexdigest()
        assert one.sha256 == article.sha256 == ready.facts.sha256 == digest
        assert article.path == ready.facts.path == one.candidate.key
        assert article.title
        numbers = array("I", ready.tokens)[: ready.lengths[TEXTS.index("title")]]
        assert [ready.vocabulary[number] for number in numbers] == words(article.title)


def test_results_come_in_the_order_of_the_candidates(unruly: str) -> None:
    words = [f"sleep {0.02 if n % 7 == 0 else 0}" for n in range(300)]
    with ParserPool(3, reader=unruly, plain=True) as pool:
        parsed = list(pool.parse(texts(*words)))
    assert [p.candidate.key for p in parsed] == [f"a{n}" for n in range(300)]
    assert len({p.outcome.body for p in parsed if isinstance(p.outcome, Article)}) > 1


def test_a_worker_that_is_turned_to_another_duty_goes_on(unruly: str) -> None:
    with ParserPool(1, reader=unruly, plain=True) as pool:
        (first,) = pool.parse(texts("a"))
        pool.turn(repeats=Repeats((LearnedLine("Stay safe, stay warm."),)))
        body = "---\ntitle: Warm\n---\nA cold night is forecast in Kent.\n\nStay safe, stay warm.\n"
        (second,) = pool.parse(texts(body))
        pool.turn(reader=unruly, plain=True)
        (third,) = pool.parse(texts("b"))
    assert isinstance(first.outcome, Article)
    assert isinstance(third.outcome, Article)
    assert first.outcome.body == third.outcome.body, "another process answered"
    assert isinstance(second.outcome, Prepared)
    assert second.outcome.article().contact == "Stay safe, stay warm."


def test_a_few_articles_start_only_one_worker(unruly: str) -> None:
    with ParserPool(4, reader=unruly, plain=True) as pool:
        parsed = list(pool.parse(texts(*"abcde")))
    assert len({p.outcome.body for p in parsed if isinstance(p.outcome, Article)}) == 1


def test_candidates_are_drawn_only_a_little_ahead(unruly: str) -> None:
    drawn = 0

    def endless() -> Iterator[tuple[Candidate, str]]:
        nonlocal drawn
        while True:
            drawn += 1
            yield Candidate(f"a{drawn}", f"a{drawn}", data=b"x"), ""

    with ParserPool(2, reader=unruly, plain=True) as pool:
        results = pool.parse(endless())
        for _ in range(500):
            next(results)
        assert drawn <= 500 + 2 * 2 * 160
        results.close()
        assert [p.candidate.key for p in pool.parse(texts("again"))] == ["a0"]


def test_large_articles_do_not_pile_up(unruly: str) -> None:
    drawn = 0

    def large() -> Iterator[tuple[Candidate, str]]:
        nonlocal drawn
        for drawn in range(30):
            yield Candidate(f"a{drawn}", f"a{drawn}", data=b"x" * 4_000_000), ""

    with ParserPool(1, reader=unruly, plain=True) as pool:
        results = pool.parse(large())
        next(results)
        assert drawn < 20
        assert sum(1 for _ in results) == 29


def test_a_hanging_parser_costs_one_article(unruly: str) -> None:
    limits = replace(INGEST_LIMITS, seconds=0.4)
    with ParserPool(1, limits, reader=unruly, plain=True) as pool:
        parsed = list(pool.parse(texts("a", "hang", "b", "c")))
    assert reasons(parsed) == ["ok", "took longer than 0.4 s", "ok", "ok"]


def test_a_worker_that_even_its_alarm_does_not_end_is_given_up(
    unruly: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("searchkit.ingest.pool._GRACE_SECONDS", 0.5)
    limits = replace(INGEST_LIMITS, seconds=0.5)
    with ParserPool(1, limits, reader=unruly, plain=True) as pool:
        parsed = list(pool.parse(texts("a", "stubborn", "b")))
    assert reasons(parsed) == ["ok", "took longer than 0.5 s", "ok"]


def test_a_crashing_parser_costs_one_article(unruly: str) -> None:
    with ParserPool(2, reader=unruly, plain=True) as pool:
        parsed = list(pool.parse(texts(*(["a"] * 30), "crash", *(["b"] * 30), "leave", "c")))
    assert reasons(parsed) == (
        ["ok"] * 30
        + ["the parser crashed (signal 11)"]
        + ["ok"] * 30
        + ["the parser crashed (exit status 7)", "ok"]
    )


def test_a_worker_killed_from_outside_costs_nothing(unruly: str, tmp_path: Path) -> None:
    with ParserPool(1, reader=unruly, plain=True) as pool:
        parsed = list(pool.parse(texts("a", f"once {tmp_path / 'mark'}", "b")))
    assert reasons(parsed) == ["ok", "ok", "ok"]


def test_a_parser_that_grows_costs_one_article(unruly: str) -> None:
    limits = replace(INGEST_LIMITS, memory_bytes=64 * 2**20)
    with ParserPool(1, limits, reader=unruly, plain=True) as pool:
        parsed = list(pool.parse(texts("a", "grow", "b")))
    assert reasons(parsed) == ["ok", "needed more than 64 MB", "ok"]
    pids = [p.outcome.body for p in parsed if isinstance(p.outcome, Article)]
    assert pids[0] != pids[1], "a worker that ran out of memory is replaced"


def test_side_by_side_each_is_blamed_for_its_own(stepping: str) -> None:
    limits = replace(INGEST_LIMITS, seconds=0.5, memory_bytes=64 * 2**20)
    words = [*"abcde", "hang", *"fgh", "grow", "i", "crash", *"jklmnopq", "bug", "refuse", "leave"]
    with ParserPool(1, limits, reader=stepping, plain=True) as pool:
        parsed = list(pool.parse(texts(*words, *"rst")))
    told = dict(zip([*words, *"rst"], reasons(parsed), strict=True))
    assert {word: reason for word, reason in told.items() if reason != "ok"} == {
        "hang": "took longer than 0.5 s",
        "grow": "needed more than 64 MB",
        "crash": "the parser crashed (signal 11)",
        "bug": told["bug"],
        "refuse": "no article",
        "leave": "the parser crashed (exit status 7)",
    }
    assert told["bug"].startswith("searchkit bug: ZeroDivisionError")
    titles = [p.outcome.title for p in parsed if isinstance(p.outcome, Article)]
    assert titles == [word for word in [*words, *"rst"] if told[word] == "ok"]


def test_side_by_side_every_article_has_its_own_time(stepping: str) -> None:
    limits = replace(INGEST_LIMITS, seconds=1.0)
    words = ["slow 0.4", "a", "slow 0.4", "slow 0.4", "slow 1.6", "slow 0.4"]
    with ParserPool(1, limits, reader=stepping, plain=True) as pool:
        parsed = list(pool.parse(texts(*words)))
    assert reasons(parsed) == ["ok"] * 4 + ["took longer than 1 s", "ok"]


def test_what_is_too_much_side_by_side_is_parsed_alone(stepping: str) -> None:
    limits = replace(INGEST_LIMITS, memory_bytes=100 * 2**20)
    with ParserPool(1, limits, reader=stepping, plain=True) as pool:
        parsed = list(pool.parse(texts(*(["hold 40"] * 10), "hold 200", *(["hold 40"] * 3))))
    assert reasons(parsed) == ["ok"] * 10 + ["needed more than 100 MB"] + ["ok"] * 3


def test_an_exception_in_the_parser_is_told_in_one_line(unruly: str) -> None:
    with ParserPool(1, reader=unruly, plain=True) as pool:
        parsed = list(pool.parse(texts("bug", "a")))
    reason, after = reasons(parsed)
    assert reason.startswith("searchkit bug: ZeroDivisionError: by nothing (at unruly_reader.py:")
    assert "\n" not in reason
    assert after == "ok"


@pytest.mark.parametrize("plain", [True, False])
def test_an_article_that_cannot_be_sent_costs_no_other(unruly: str, plain: bool) -> None:
    with ParserPool(1, reader=unruly, plain=plain) as pool:
        parsed = list(pool.parse(texts(*"abc", "half", *"de", "half", "crash", "f")))
    assert [p.candidate.key for p in parsed] == [f"a{n}" for n in range(9)]
    told = reasons(parsed)
    bad = [told.pop(n) for n in (6, 3)]
    assert all(reason.startswith("searchkit bug: UnicodeEncodeError") for reason in bad)
    assert told == ["ok"] * 5 + ["the parser crashed (signal 11)", "ok"]


def test_what_a_parser_prints_reaches_nobody(
    unruly: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with ParserPool(1, reader=unruly, plain=True) as pool:
        assert reasons(list(pool.parse(texts("print", "print", "a")))) == ["ok"] * 3
    assert capfd.readouterr() == ("", "")


def test_known_bytes_are_not_parsed_again(unruly: str, tmp_path: Path) -> None:
    plain = tmp_path / "a.md"
    plain.write_text("crash")
    digest = hashlib.sha256(b"crash").hexdigest()
    known = [
        (Candidate("a.md", "a.md", path=str(plain)), digest),
        (Candidate("b", "b", data=b"crash"), digest),
        (Candidate("c", "c", data=b"fine"), digest),
    ]
    with ParserPool(1, reader=unruly, plain=True) as pool:
        parsed = list(pool.parse(known))
    assert [p.outcome for p in parsed[:2]] == [None, None]
    assert [p.sha256 for p in parsed[:2]] == [digest, digest]
    assert isinstance(parsed[2].outcome, Article)


def test_a_line_of_json_lines_is_named_by_its_key_alone(unruly: str) -> None:
    one = Candidate("n.jsonl:12", "n.jsonl", data=b"refuse", format=Format.JSON, line=12)
    with ParserPool(1, reader=unruly, plain=True) as pool:
        parsed = list(pool.parse([(one, ""), *texts("refuse")]))
    assert [str(p.outcome) for p in parsed] == ["n.jsonl:12: no article", "a0:3: no article"]


def test_the_time_limit_counts_the_article_not_the_wait_for_the_reader_of_results(
    unruly: str,
) -> None:
    limits = replace(INGEST_LIMITS, seconds=0.5)
    with ParserPool(1, limits, reader=unruly, plain=True) as pool:
        results = pool.parse(texts(*(["x" * 50_000] * 60)))
        first = next(results)
        time.sleep(1)
        assert reasons([first, *results]) == ["ok"] * 60


def test_a_reader_that_cannot_be_imported_is_an_error_not_a_pile_of_rejections() -> None:
    with (
        ParserPool(1, reader="searchkit.no_such_module:read") as pool,
        pytest.raises(SearchkitError, match=r"the parser could not be started: .*no_such"),
    ):
        list(pool.parse(texts("a", "b")))


def test_an_error_in_the_source_of_candidates_comes_through(unruly: str) -> None:
    def broken() -> Iterator[tuple[Candidate, str]]:
        yield from texts("a")
        raise OSError("the disk is gone")

    with ParserPool(1, reader=unruly, plain=True) as pool:
        with pytest.raises(OSError, match="the disk is gone"):
            list(pool.parse(broken()))
        assert reasons(list(pool.parse(texts("a")))) == ["ok"]


def test_no_worker_is_left_when_the_pool_closes(unruly: str) -> None:
    with ParserPool(3, reader=unruly, plain=True) as pool:
        results = pool.parse(texts(*(["sleep 0.01"] * 100), *(["hang"] * 20)))
        first = next(results)
        assert isinstance(first.outcome, Article)
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        assert first.outcome.body in children
        results.close()
    assert not any(still_running(int(pid)) for pid in children)


def test_workers_go_when_the_parent_is_killed(unruly: str, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import sys, time
            sys.path[:0] = [{str(ROOT)!r}, {str(tmp_path)!r}]
            from searchkit.ingest.candidates import Candidate
            from searchkit.ingest.pool import ParserPool
            pool = ParserPool(2, reader="unruly_reader:read", plain=True)
            many = [(Candidate(str(n), str(n), data=b"sleep 0.01"), "") for n in range(40)]
            print(*{{p.outcome.body for p in pool.parse(many)}}, flush=True)
            time.sleep(60)
            """
        )
    )
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(pids) == 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 60
    while any(map(still_running, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(map(still_running, pids))


def test_ctrl_c_goes_to_the_parent_alone_and_leaves_no_worker(unruly: str, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import signal, sys
            sys.path[:0] = [{str(ROOT)!r}, {str(tmp_path)!r}]
            from searchkit.ingest.candidates import Candidate
            from searchkit.ingest.pool import ParserPool
            # A process that a shell starts in the background does not mind Ctrl-C by itself.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            many = ((Candidate(str(n), str(n), data=b"sleep 0.01"), "") for n in range(10**6))
            pids = set()
            try:
                with ParserPool(2, reader="unruly_reader:read", plain=True) as pool:
                    for number, parsed in enumerate(pool.parse(many)):
                        pids.add(parsed.outcome.body)
                        if number == 50:
                            print("running", flush=True)
            except KeyboardInterrupt:
                print(*pids, flush=True)
            """
        )
    )
    parent = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "running\n"
    os.killpg(parent.pid, signal.SIGINT)
    out, err = parent.communicate(timeout=60)
    assert err == ""
    assert parent.returncode == 0
    assert not any(still_running(int(pid)) for pid in out.split())


def test_a_script_without_a_main_guard_and_from_another_folder_works(
    seeds: Path, tmp_path: Path
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    script = tmp_path / "bare" / "script.py"
    script.parent.mkdir()
    script.write_text(
        textwrap.dedent(
            f"""
            import os, sys
            sys.path.append({str(ROOT)!r})
            from pathlib import Path
            from searchkit.ingest.pool import ParserPool
            from searchkit.ingest.sources import scan
            os.chdir({str(tmp_path)!r})
            seeds = Path({str(seeds)!r})
            with ParserPool(2, plain=True) as pool:
                for one in pool.parse((c, "") for c in scan(seeds, base=seeds.parent)):
                    print(one.outcome.path)
            """
        )
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == [f"seeds/{p.name}" for p in sorted(seeds.glob("*.txt"))]


def test_at_least_one_job_is_needed() -> None:
    with pytest.raises(ValueError, match="at least one job"):
        ParserPool(0)


def test_a_closed_pool_says_so(unruly: str) -> None:
    with ParserPool(1, reader=unruly, plain=True) as pool:
        pass
    with pytest.raises(ValueError, match="closed"):
        next(pool.parse(texts("a")))


json_values = st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.none()))


@settings(max_examples=50)
@given(st.lists(st.tuples(json_values, st.binary()), max_size=4), st.integers(1, 9))
def test_frames_come_out_as_they_went_in_however_the_bytes_arrive(
    frames: list[tuple[dict[str, object], bytes]], step: int
) -> None:
    stream = b"".join(pack(head, body) for head, body in frames)
    buffer, got = bytearray(), []
    for start in range(0, len(stream), step):
        buffer += stream[start : start + step]
        while (frame := unpack(buffer)) is not None:
            got.append(frame)
    assert got == frames
    assert not buffer
