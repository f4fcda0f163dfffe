"""Bad input, end to end: each kind gets one clear line, costs only itself, and nothing hangs.

Every test puts the bad thing between two good articles, scans the folder, parses what was
found in workers, and checks that everything seen is accounted for.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from searchkit.article import Article, Rejected
from searchkit.ingest.candidates import Candidate, Seen, Skipped, Unchanged
from searchkit.ingest.pool import ParserPool
from searchkit.ingest.sources import scan, scan_stream

ROOT = Path(__file__).resolve().parent.parent
ALARM_SECONDS = 240
"""A bound for the test; the bound for one article is five seconds."""

GOOD = """```yaml
area: Barsetshire
title: {title}
url: https://www.barsetshire.example/news/{title}
```

Officers in Barchester found a lost bicycle.
"""


def _too_long(*_: object) -> None:
    raise TimeoutError("bad input made searchkit hang")


@pytest.fixture(autouse=True)
def _nothing_hangs() -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(ALARM_SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    with ParserPool(1, plain=True) as shared:
        yield shared


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a good article before and after whatever is put into it."""
    root = tmp_path / "news"
    root.mkdir()
    for name in ("a-first", "z-last"):
        (root / f"{name}.md").write_text(GOOD.format(title=name))
    return root


def account(seen: Iterator[Seen], pool: ParserPool) -> tuple[list[str], list[str], list[str]]:
    """Keys of articles, and lines for what was skipped and what was rejected.

    Checks conservation: everything seen is exactly one of the three.
    """
    skipped: list[str] = []
    rejected: list[str] = []
    articles: list[str] = []
    count = 0

    def candidates() -> Iterator[tuple[Candidate, str]]:
        nonlocal count
        for one in seen:
            count += 1
            assert not isinstance(one, Unchanged)
            if isinstance(one, Candidate):
                yield one, ""
            elif isinstance(one, Skipped):
                skipped.append(f"{one.key}: {one.reason}")
            else:
                rejected.append(str(one))

    for parsed in pool.parse(candidates()):
        if isinstance(parsed.outcome, Article):
            articles.append(parsed.candidate.key)
        else:
            assert isinstance(parsed.outcome, Rejected)
            assert parsed.outcome.path == parsed.candidate.key
            rejected.append(str(parsed.outcome))
    assert count == len(articles) + len(skipped) + len(rejected)
    return articles, skipped, rejected


def rejection(folder: Path, pool: ParserPool) -> str:
    """The one line that the one bad thing in ``folder`` got; both good articles were read."""
    articles, skipped, rejected = account(scan(folder, base=folder.parent), pool)
    assert articles == ["news/a-first.md", "news/z-last.md"]
    assert skipped == []
    (line,) = rejected
    assert "searchkit bug" not in line
    assert "\n" not in line
    return line


# --- bad text ----------------------------------------------------------------------------------


def fenced(block: str) -> bytes:
    return f"```yaml\n{block}\n```\n\nOfficers found a bicycle.\n".encode()


ALIAS_BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "\n".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)
)
MERGE_BOMB = "a0: &a0 {x: 1}\n" + "\n".join(
    f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)
)

BAD_TEXTS = {
    "front matter without an end": (
        b"```yaml\ntitle: A bicycle\n\nOfficers found it.\n",
        ("news/m.md:1", "no end"),
    ),
    "YAML that is none": (
        fenced('title: "A bicycle\narea: Barsetshire'),
        ("news/m.md:4", "not valid YAML"),
    ),
    "an alias bomb": (fenced(ALIAS_BOMB), ("news/m.md:2", "anchor")),
    "a merge key bomb": (fenced(MERGE_BOMB), ("news/m.md:2", "anchor")),
    "a merge key": (fenced("<<: {title: A}"), ("news/m.md:2", "merge key")),
    "a tag": (fenced("title: !!python/name:os.system x"), ("news/m.md:2", "a tag")),
    "51 KB of brackets": (
        fenced("title: " + "[" * 51_000),
        ("news/m.md:2", "nested more than 16 deep"),
    ),
    "front matter above 64 KB": (
        fenced("title: " + "x" * 66_000),
        ("news/m.md:2", "the limit is 65,536"),
    ),
    "front matter that is a list": (
        fenced("- title: A"),
        ("news/m.md:2", "a list, not keys and values"),
    ),
    "a key twice": (
        fenced("title: A\narea: B\ntitle: C"),
        ("news/m.md:4", "'title' is there twice"),
    ),
    "bytes that are not UTF-8": (
        b"A bicycle\n\nFound in Barchest\xe9r.\n",
        ("news/m.md:3", "not UTF-8 at byte 28: save it as UTF-8"),
    ),
    "UTF-16": (
        "A bicycle\n\nFound.\n".encode("utf-16"),
        ("news/m.md", "UTF-16: save it as UTF-8"),
    ),
    "a NUL": (
        b"A bicycle\n\nFound\0.\n",
        ("news/m.md:3", "a NUL byte"),
    ),
    "an empty file": (b"", ("news/m.md", "empty")),
    "nothing but blanks": (b" \n\t\r\n", ("news/m.md", "empty")),
    "a picture": (
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8,
        ("news/m.md", "a NUL byte"),
    ),
}


@pytest.mark.parametrize("what", BAD_TEXTS)
def test_a_bad_text_gets_one_clear_line(folder: Path, pool: ParserPool, what: str) -> None:
    content, (place, words) = BAD_TEXTS[what]
    (folder / "m.md").write_bytes(content)
    started = time.monotonic()
    where, _, reason = rejection(folder, pool).partition(": ")
    assert where == place
    assert words in reason
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("[" * 100_000, "news/m.json: it is cut short: its JSON array has no end"),
        ('{"title":' * 100_000, "news/m.json: JSON nested too deeply"),
        ('{"title": "A"', "news/m.json:1: not valid JSON: Expecting ',' delimiter"),
    ],
)
def test_bad_json_gets_one_clear_line(
    folder: Path, pool: ParserPool, content: str, line: str
) -> None:
    (folder / "m.json").write_text(content)
    assert rejection(folder, pool) == line


@pytest.mark.parametrize(
    "page",
    ["<a " * 70_000, "<div>" * 20_000, "<!--" * 50_000, "<![CDATA[" * 20_000, "&#" * 200_000],
    ids=["open tags", "deep elements", "open comments", "open CDATA", "broken references"],
)
def test_hostile_pages_neither_hang_nor_cost_another_article(
    folder: Path, pool: ParserPool, page: str
) -> None:
    (folder / "m.html").write_text(f"<html><body><p>A bicycle</p>{page}")
    articles, skipped, rejected = account(scan(folder, base=folder.parent), pool)
    assert [key for key in articles if key != "news/m.html"] == [
        "news/a-first.md",
        "news/z-last.md",
    ]
    assert skipped == []
    assert not any("searchkit bug" in line for line in rejected)


@pytest.mark.parametrize(
    "text",
    ["[" * 50_000, "*" * 50_000, "> " * 20_000, "`" * 50_000, "[a](" * 20_000, "- " * 20_000],
    ids=["brackets", "stars", "quotes", "ticks", "links", "bullets"],
)
def test_hostile_markdown_neither_hangs_nor_costs_another_article(
    folder: Path, pool: ParserPool, text: str
) -> None:
    (folder / "m.md").write_text(f"A bicycle\n\n{text}\n")
    articles, _, rejected = account(scan(folder, base=folder.parent), pool)
    assert {"news/a-first.md", "news/z-last.md"} <= set(articles)
    assert not any("searchkit bug" in line for line in rejected)


# --- bad files ---------------------------------------------------------------------------------


def test_a_file_of_100_megabytes_is_refused_unread(folder: Path, pool: ParserPool) -> None:
    with (folder / "m.md").open("wb") as out:
        out.truncate(10**8)
    assert rejection(folder, pool) == "news/m.md: larger than 5 MB (it has 100 MB)"


def test_a_file_that_grows_after_the_scan_is_refused(folder: Path, pool: ParserPool) -> None:
    grown = folder / "m.md"
    grown.write_text("A bicycle\n")

    def growing() -> Iterator[Seen]:
        for one in scan(folder, base=folder.parent):
            if isinstance(one, Candidate) and one.path == str(grown):
                with grown.open("wb") as out:
                    out.truncate(10**10)
            yield one

    _, _, rejected = account(growing(), pool)
    assert rejected == ["news/m.md: larger than 5 MB (it has 10,000 MB)"]


def test_a_file_that_vanishes_or_turns_into_something_else_is_told(
    folder: Path, pool: ParserPool
) -> None:
    for name in ("gone", "linked", "piped"):
        (folder / f"m-{name}.md").write_text("A bicycle\n")

    def meddled() -> Iterator[Seen]:
        for one in scan(folder, base=folder.parent):
            if isinstance(one, Candidate) and one.path is not None:
                path = Path(one.path)
                kind = path.stem.partition("-")[2]
                if kind in ("gone", "linked", "piped"):
                    path.unlink()
                if kind == "linked":
                    path.symlink_to("/etc/passwd")
                if kind == "piped":
                    os.mkfifo(path)
            yield one

    articles, _, rejected = account(meddled(), pool)
    assert articles == ["news/a-first.md", "news/z-last.md"]
    assert rejected == [
        "news/m-gone.md: it vanished while it was being read",
        "news/m-linked.md: it is a symbolic link: only regular files are read",
        "news/m-piped.md: it is a named pipe: only regular files are read",
    ]


WITHOUT_OVERRIDE = """
import ctypes, os, sys
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2
if os.geteuid() == 0:
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0
os.execv(sys.executable, [sys.executable, "-c", *sys.argv[1:]])
"""
"""Runs a script as a user whom permissions bind, even if this one is root."""

UNREADABLE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from searchkit.article import Rejected
from searchkit.ingest.candidates import Candidate
from searchkit.ingest.pool import ParserPool
from searchkit.ingest.sources import scan
base = Path(sys.argv[2])
seen = list(scan(base / "news", base=base))
with ParserPool(1, plain=True) as pool:
    for parsed in pool.parse((c, "") for c in seen if isinstance(c, Candidate)):
        print(parsed.outcome if isinstance(parsed.outcome, Rejected) else parsed.outcome.path)
for one in seen:
    if isinstance(one, Rejected):
        print(one)
"""


def test_files_and_folders_that_may_not_be_read_are_told(folder: Path) -> None:
    (folder / "m.md").write_text("A bicycle\n")
    (folder / "n.zip").write_bytes(b"PK")
    (folder / "shut").mkdir()
    (folder / "shut" / "inside.md").write_text("A bicycle\n")
    for shut in ("m.md", "n.zip", "shut"):
        (folder / shut).chmod(0)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_OVERRIDE, UNREADABLE, str(ROOT), str(folder.parent)],
        capture_output=True,
        text=True,
        check=False,
    )
    (folder / "shut").chmod(0o755)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "news/a-first.md",
        "news/m.md: it may not be read (permission denied)",
        "news/z-last.md",
        "news/n.zip: it may not be read (permission denied)",
        "news/shut: it may not be read (permission denied)",
    ]


def test_a_symlink_out_of_the_root_is_not_followed(
    folder: Path, pool: ParserPool, tmp_path: Path
) -> None:
    (tmp_path / "secret.md").write_text(GOOD.format(title="secret"))
    (folder / "m.md").symlink_to("../secret.md")
    line = "news/m.md: a symbolic link out of the source: not followed"
    assert rejection(folder, pool) == line
    (folder / "m.md").unlink()
    (folder / "m").symlink_to("/")
    assert rejection(folder, pool) == "news/m: a symbolic link out of the source: not followed"


def test_a_symlink_loop_ends(folder: Path, pool: ParserPool) -> None:
    (folder / "m.md").symlink_to("m.md")
    assert rejection(folder, pool) == "news/m.md: a symbolic link that leads nowhere"
    (folder / "m.md").unlink()
    (folder / "loop").symlink_to(".")
    articles, skipped, rejected = account(scan(folder, base=folder.parent), pool)
    assert (len(articles), rejected) == (2, [])
    assert skipped == ["news/loop: a symbolic link to ."]


def test_a_named_pipe_is_not_waited_for(folder: Path, pool: ParserPool) -> None:
    os.mkfifo(folder / "m.md")
    line = "news/m.md: it is a named pipe: only regular files are read"
    assert rejection(folder, pool) == line


def test_a_socket_is_not_opened(folder: Path, pool: ParserPool) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(folder)
        server.bind("m.md")
        os.chdir(here)
        line = "news/m.md: it is a socket: only regular files are read"
        assert rejection(folder, pool) == line


# --- bad archives ------------------------------------------------------------------------------


def zipped(path: Path, **members: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def tarred(path: Path, **members: bytes) -> None:
    with tarfile.open(path, "w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def test_a_zip_bomb_is_refused(folder: Path, pool: ParserPool) -> None:
    zipped(folder / "m.zip", **{"a.md": bytes(100_000_000)})
    started = time.monotonic()
    assert rejection(folder, pool) == "news/m.zip!/a.md: larger than 5 MB"
    assert time.monotonic() - started < 60


def test_a_bomb_of_many_members_is_stopped(folder: Path, pool: ParserPool) -> None:
    zipped(folder / "m.zip", **{f"{n:03d}.md": bytes(4_000_000) for n in range(30)})
    articles, _, rejected = account(scan(folder, base=folder.parent), pool)
    assert articles == ["news/a-first.md", "news/z-last.md"]
    (stopped,) = [line for line in rejected if line.startswith("news/m.zip: ")]
    assert "like a decompression bomb; stopped there" in stopped
    assert len(rejected) < 10


def test_archives_inside_archives_are_not_opened(folder: Path, pool: ParserPool) -> None:
    zipped(folder / "m.zip", **{"inner.zip": b"PK\x03\x04"})
    articles, skipped, rejected = account(scan(folder, base=folder.parent), pool)
    assert (len(articles), rejected) == (2, [])
    assert skipped == [
        "news/m.zip!/inner.zip: an archive inside an archive: unpack the outer one to have it read"
    ]


@pytest.mark.parametrize("make", [zipped, tarred])
def test_a_path_out_of_an_archive_is_refused(
    folder: Path, pool: ParserPool, make: Callable[..., None]
) -> None:
    name = "m.zip" if make is zipped else "m.tar"
    make(folder / name, **{"../../evil.md": b"A bicycle\n"})
    line = f"news/{name}!/../../evil.md: its path leads out of the archive (..): refused"
    assert rejection(folder, pool) == line
    assert not list(folder.parent.parent.rglob("evil.md"))


def test_a_truncated_zip_is_told(folder: Path, pool: ParserPool) -> None:
    zipped(folder / "m.zip", **{"a.md": b"A bicycle\n" * 50})
    data = (folder / "m.zip").read_bytes()
    (folder / "m.zip").write_bytes(data[: len(data) // 2])
    line = "news/m.zip: it is damaged or cut short (file is not a zip file)"
    assert rejection(folder, pool) == line


def test_a_truncated_tar_keeps_what_could_be_read(folder: Path, pool: ParserPool) -> None:
    tarred(folder / "m.tar", **{"a.md": b"A bicycle\n", "b.md": b"Another one\n"})
    data = (folder / "m.tar").read_bytes()
    (folder / "m.tar").write_bytes(data[:1536])
    articles, _, rejected = account(scan(folder, base=folder.parent), pool)
    assert articles == ["news/a-first.md", "news/m.tar!/a.md", "news/z-last.md"]
    assert rejected == ["news/m.tar: it is damaged or cut short (unexpected end of data)"]


def test_an_encrypted_zip_is_told(folder: Path, pool: ParserPool) -> None:
    zipped(folder / "m.zip", **{"a.md": b"A bicycle\n"})
    data = bytearray((folder / "m.zip").read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (folder / "m.zip").write_bytes(data)
    line = "news/m.zip!/a.md: it is encrypted: unpack the archive with its password first"
    assert rejection(folder, pool) == line


def test_bad_lines_of_json_lines_are_told_with_their_numbers(
    folder: Path, pool: ParserPool
) -> None:
    good = json.dumps({"title": "A bicycle", "body": "Officers found it."})
    (folder / "m.jsonl").write_text(f'{good}\nplain words\n{{"title": \n\n{good}\n[1]\n')
    articles, _, rejected = account(scan(folder, base=folder.parent), pool)
    assert articles[1:-1] == ["news/m.jsonl:1", "news/m.jsonl:5"]
    assert rejected == [
        "news/m.jsonl:2: not a JSON object",
        "news/m.jsonl:6: not a JSON object",
        "news/m.jsonl:3: not valid JSON: Expecting value",
    ]


def test_a_packed_bomb_on_standard_input_is_refused(pool: ParserPool) -> None:
    _, _, rejected = account(scan_stream(io.BytesIO(gzip.compress(bytes(10**7)))), pool)
    assert rejected == ["stdin: it is packed: save it as a file ending in .gz and name that"]


def test_everything_bad_at_once_loses_nothing(folder: Path, pool: ParserPool) -> None:
    for number, (content, _) in enumerate(BAD_TEXTS.values()):
        (folder / f"m{number:02d}.md").write_bytes(content)
    articles, skipped, rejected = account(scan(folder, base=folder.parent), pool)
    assert articles == ["news/a-first.md", "news/z-last.md"]
    assert skipped == []
    for line, (_, (_, words)) in zip(rejected, BAD_TEXTS.values(), strict=True):
        assert words in line
