"""Scanning: everything met is told once, in order, and nothing outside is ever touched."""

from __future__ import annotations

import io
import os
import socket
import stat
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.article import Rejected
from searchkit.errors import SourceError
from searchkit.ingest.candidates import Candidate, Seen, Skipped, Unchanged, name_fault, printable
from searchkit.ingest.formats import Format
from searchkit.ingest.sources import INDEX_MARKER, root_key, scan, scan_stream, source_key
from searchkit.settings import INGEST_LIMITS

LONG_AGO = (1_500_000_000, 1_500_000_000)


def tree(root: Path, *names: str) -> Path:
    """Files of these names below ``root``, each holding its own name."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return root


def told(seen: list[Seen]) -> dict[str, str]:
    """Key to what happened: ``article``, ``unchanged``, or the reason."""
    said: dict[str, str] = {}
    for one in seen:
        if isinstance(one, Candidate):
            key, what = one.key, "article"
        elif isinstance(one, Unchanged):
            key, what = one.container, "unchanged"
        else:
            key, what = one.path if isinstance(one, Rejected) else one.key, one.reason
        assert key not in said, f"{key} was met twice"
        said[key] = what
    return said


def read(source: Path, base: Path | None = None) -> dict[str, str]:
    return told(list(scan(source, base=base or source.parent)))


# --- folders -----------------------------------------------------------------------------------


def test_a_folder_gives_its_articles_in_the_order_of_names(tmp_path: Path) -> None:
    tree(tmp_path / "news", "b.md", "a/z.txt", "a/y.HTML", "c.json", "B.markdown")
    assert list(read(tmp_path / "news")) == [
        "news/B.markdown",
        "news/a/y.HTML",
        "news/a/z.txt",
        "news/b.md",
        "news/c.json",
    ]


def test_a_candidate_carries_what_a_parser_and_a_catalogue_need(tmp_path: Path) -> None:
    path = tree(tmp_path, "news/a.txt") / "news" / "a.txt"
    (one,) = scan(tmp_path / "news", base=tmp_path)
    assert isinstance(one, Candidate)
    assert (one.key, one.container) == ("news/a.txt", "news/a.txt")
    assert (one.path, one.data, one.format, one.line) == (str(path), None, Format.MARKDOWN, None)


def test_what_is_not_meant_to_be_an_article_is_skipped_with_its_reason(tmp_path: Path) -> None:
    tree(
        tmp_path / "n",
        *("a.md", "a.md~", "#a.md#", ".a.md", "photo.JPG", "README", "x.7z"),
        *(".git/b.md", "__MACOSX/c.md", "node_modules/d.md", f"index/{INDEX_MARKER}", "index/e.md"),
    )
    assert read(tmp_path / "n") == {
        "n/#a.md#": "a backup file of an editor",
        "n/.a.md": "a hidden file",
        "n/.git": "a hidden folder",
        "n/README": "not an article: no suffix",
        "n/__MACOSX": "a technical folder",
        "n/a.md": "article",
        "n/a.md~": "a backup file of an editor",
        "n/index": "a searchkit index",
        "n/node_modules": "a technical folder",
        "n/photo.JPG": "not an article: .jpg",
        "n/x.7z": "an archive of a kind that is not opened: .7z",
    }


def test_folders_are_walked_to_the_limit_and_no_deeper(tmp_path: Path) -> None:
    deep = "/".join(["d"] * 32)
    tree(tmp_path / "n", f"{deep}/a.md", f"{deep}/d/b.md")
    assert read(tmp_path / "n") == {
        f"n/{deep}/a.md": "article",
        f"n/{deep}/d": "more than 32 folders deep",
    }


def test_folders_nested_far_too_deep_do_no_harm(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(120):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    (said,) = told(list(scan(tmp_path, base=tmp_path))).values()
    assert said == "more than 32 folders deep"


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    assert read(tmp_path) == {}


def test_links_are_never_followed_and_always_told(tmp_path: Path) -> None:
    root = tree(tmp_path / "n", "a.md", "sub/b.md")
    tree(tmp_path, "outside/secret.md")
    (root / "in.md").symlink_to("a.md")
    (root / "loop").symlink_to(".")
    (root / "sub" / "up").symlink_to("..")
    (root / "out.md").symlink_to("../outside/secret.md")
    (root / "outfolder").symlink_to(tmp_path / "outside")
    (root / "dead.md").symlink_to("nowhere")
    (root / "dead").symlink_to("nowhere")
    (root / "self.md").symlink_to("self.md")
    (root / "out.jpg").symlink_to("../outside/secret.md")
    out = "a symbolic link out of the source: not followed"
    assert read(root) == {
        "n/a.md": "article",
        "n/dead": "a symbolic link that leads nowhere",
        "n/dead.md": "a symbolic link that leads nowhere",
        "n/in.md": "a symbolic link to a.md",
        "n/loop": "a symbolic link to .",
        "n/out.jpg": "not an article: .jpg",
        "n/out.md": out,
        "n/outfolder": out,
        "n/self.md": "a symbolic link that leads nowhere",
        "n/sub/b.md": "article",
        "n/sub/up": "a symbolic link to .",
    }


def test_a_folder_beside_the_root_with_its_name_as_a_start_is_outside(tmp_path: Path) -> None:
    root = tree(tmp_path / "n", "a.md")
    tree(tmp_path / "n2", "b.md")
    (root / "b.md").symlink_to("../n2/b.md")
    assert read(root)["n/b.md"] == "a symbolic link out of the source: not followed"


def test_pipes_sockets_and_devices_are_told_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(tmp_path)
        server.bind("sock.txt")
        os.chdir(here)
        said = told(list(scan(tmp_path, base=tmp_path)))
    assert said == {
        "pipe": "not an article: no suffix",
        "pipe.md": "it is a named pipe: only regular files are read",
        "sock.txt": "it is a socket: only regular files are read",
    }


def test_a_file_above_the_limit_is_refused_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "big.md").open("wb") as out:
        out.truncate(10**12)
    assert read(tmp_path)[f"{tmp_path.name}/big.md"] == ("larger than 5 MB (it has 1,000,000 MB)")


def test_names_that_are_not_utf8_are_told_and_stop_nothing(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path / "n")
    os.makedirs(root + b"/dir\xff")
    for name in (b"/\xe9.md", b"/dir\xff/a.md", b"/ok.md"):
        os.close(os.open(root + name, os.O_CREAT | os.O_WRONLY))
    assert read(tmp_path / "n") == {
        "n/dir\\xff": "the name is not valid UTF-8: rename it",
        "n/ok.md": "article",
        "n/\\xe9.md": "the name is not valid UTF-8: rename it",
    }


def test_a_source_whose_own_path_is_not_utf8_can_be_read(tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/odd\xff"))
    tree(odd, "a.md")
    assert read(odd) == {"odd\\xff/a.md": "article"}


def test_control_characters_in_names_never_reach_a_key(tmp_path: Path) -> None:
    (tmp_path / "a\x1b]0;x\x07\n.md").touch()
    assert told(list(scan(tmp_path, base=tmp_path))) == {
        "a\\x1b]0;x\\x07\\x0a.md": "the name has control characters in it: rename it"
    }


def test_a_folder_named_like_the_inside_of_an_archive_is_refused(tmp_path: Path) -> None:
    tree(tmp_path / "n", "a.zip!/b.md")
    assert read(tmp_path / "n") == {
        "n/a.zip!": "a folder named like the inside of an archive: rename it"
    }


# --- what the user names -----------------------------------------------------------------------


def test_a_named_file_of_an_unknown_kind_is_judged_by_its_content(tmp_path: Path) -> None:
    for name, content, verdict in (
        ("news", b"A headline\n", "article"),
        ("news.text", b"\xff\xfea\0", "article"),
        (".hidden.md", b"A headline\n", "article"),
        ("photo.jpg", b"\xff\xd8\0\0", "it is a binary file, not text"),
        ("packed", b"PK\x03\x04", "it is packed: give its name the ending .zip"),
        ("packed2", b"\x1f\x8b\x08", "it is packed: give its name the ending .gz"),
    ):
        (tmp_path / name).write_bytes(content)
        assert read(tmp_path / name) == {name: verdict}
    (candidate,) = scan(tmp_path / "news", base=tmp_path)
    assert isinstance(candidate, Candidate)
    assert candidate.format is None


def test_a_named_link_is_followed_and_keeps_its_own_key(tmp_path: Path) -> None:
    tree(tmp_path, "real/a.md")
    (tmp_path / "current").symlink_to("real")
    (tmp_path / "one.md").symlink_to("real/a.md")
    assert read(tmp_path / "current") == {"current/a.md": "article"}
    (one,) = scan(tmp_path / "one.md", base=tmp_path)
    assert isinstance(one, Candidate)
    assert (one.key, one.path) == ("one.md", str(tmp_path / "real" / "a.md"))


def test_a_source_that_is_not_there_is_an_error_with_a_hint(tmp_path: Path) -> None:
    tree(tmp_path, "articles/a.md")
    with pytest.raises(SourceError, match="no such file or folder") as caught:
        scan(tmp_path / "artcles", base=tmp_path)
    assert caught.value.hint == f"did you mean {tmp_path / 'articles'}?"
    with pytest.raises(SourceError) as caught:
        scan(tmp_path / "no" / "where", base=tmp_path)
    assert "standard input" in caught.value.hint


def test_a_source_with_a_nul_in_its_name_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        scan(f"{tmp_path}/a\0b", base=tmp_path)


def test_a_named_pipe_as_a_source_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    with pytest.raises(SourceError, match="a named pipe, not a file") as caught:
        scan(tmp_path / "pipe.md", base=tmp_path)
    assert caught.value.hint == "pipe it in instead:  searchkit index -"


def test_an_index_as_a_source_is_an_error(tmp_path: Path) -> None:
    tree(tmp_path / "index", INDEX_MARKER)
    with pytest.raises(SourceError, match="this is an index"):
        scan(tmp_path / "index", base=tmp_path)


# --- keys and signatures -----------------------------------------------------------------------


def test_keys_are_relative_to_the_base_where_they_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert source_key(Path("seeds/a.txt"), Path(".")) == "seeds/a.txt"
    assert source_key(tmp_path / "seeds" / ".." / "a.txt", tmp_path) == "a.txt"
    assert source_key(tmp_path, tmp_path) == "."
    assert source_key(tmp_path / "a.txt", tmp_path / "other") == f"{tmp_path}/a.txt"
    assert root_key("-", tmp_path) == "stdin:"
    assert root_key("seeds", tmp_path) == "seeds"


def test_a_base_reached_through_a_link_gives_the_same_keys(tmp_path: Path) -> None:
    tree(tmp_path, "real/seeds/a.txt")
    (tmp_path / "link").symlink_to("real")
    for one in ("real", "link"):
        for base in ("real", "link"):
            key = source_key(tmp_path / one / "seeds" / "a.txt", tmp_path / base)
            assert key == "seeds/a.txt"


def test_the_base_itself_as_a_source_gives_plain_keys(tmp_path: Path) -> None:
    tree(tmp_path, "a.md", "s/b.md")
    assert list(read(tmp_path, tmp_path)) == ["a.md", "s/b.md"]


def test_a_known_signature_saves_opening_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(tmp_path, "a.md", "broken.zip", "b.jsonl")
    later = time.time_ns() + 10**10
    monkeypatch.setattr("searchkit.ingest.sources.time.time_ns", lambda: later)
    known: dict[str, str] = {}

    def unchanged(key: str, signature: str) -> bool:
        return known.setdefault(key, signature) == signature

    assert told(list(scan(tmp_path, base=tmp_path, unchanged=unchanged))) == dict.fromkeys(
        ("a.md", "b.jsonl", "broken.zip"), "unchanged"
    )
    assert all(known.values())
    (tmp_path / "a.md").write_text("A.md")
    os.utime(tmp_path / "a.md", LONG_AGO)
    changed = told(list(scan(tmp_path, base=tmp_path, unchanged=unchanged)))
    assert changed["a.md"] == "article"


def test_a_file_changed_a_moment_ago_has_no_signature(tmp_path: Path) -> None:
    tree(tmp_path, "a.md")
    (one,) = scan(tmp_path, base=tmp_path, unchanged=lambda _key, _signature: True)
    assert isinstance(one, Candidate)
    assert one.signature == ""


names = (
    st.text(min_size=1, max_size=12)
    .map(lambda text: "".join(c for c in text if c not in "/\0" and not "\ud800" <= c <= "\udfff"))
    .filter(lambda name: name not in ("", ".", "..") and len(name.encode()) < 250)
)


@settings(max_examples=60)
@given(st.dictionaries(names, st.sampled_from(["", ".md", ".zip", ".jsonl", ".json", ".gz"])))
def test_every_file_of_a_folder_is_told_under_one_printable_key(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = {name + suffix for name, suffix in files.items()}
        for name in made:
            Path(folder, name).write_bytes(b'{"a":1}')
        said = told(list(scan(folder, base=Path(folder))))
    assert not any(map(name_fault, said))
    files_told = {key.removesuffix(":1") if key.endswith(".jsonl:1") else key for key in said}
    assert files_told == {printable(name) for name in made}


# --- standard input ----------------------------------------------------------------------------


class Pipe(io.RawIOBase):
    """A stream that gives a byte or two at a time, as a slow pipe does."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)

    def read(self, size: int = -1, /) -> bytes:
        return self._stream.read(min(size, 2))


def stream(data: bytes) -> list[Seen]:
    whole, slow = list(scan_stream(io.BytesIO(data))), list(scan_stream(Pipe(data)))
    assert whole == slow
    return list(whole)


def test_one_article_from_standard_input_is_named_by_its_content() -> None:
    (one,) = stream(b"A headline\n")
    assert isinstance(one, Candidate)
    assert one.key == one.container == "stdin:ad614aeedf35"
    assert (one.data, one.format, one.signature) == (b"A headline\n", None, "")


def test_json_lines_from_standard_input_are_told_apart() -> None:
    seen = stream(b'{"title":"a"}\n\nno\n{"title":"a"}\n{"title":"b"}\n')
    assert [type(one) for one in seen] == [Candidate, Rejected, Skipped, Candidate]
    assert list(told(seen).values())[1:3] == ["not a JSON object", "the same text came before"]
    assert all(one.format is Format.JSON for one in seen if isinstance(one, Candidate))


def test_a_json_object_over_many_lines_is_one_article() -> None:
    text = b'{\n  "title": "a"\n}\n'
    (one,) = stream(text)
    assert isinstance(one, Candidate)
    assert one.data == text


def test_a_json_array_from_standard_input_is_many_articles() -> None:
    assert [type(one) for one in stream(b'[{"title":"a"},{"title":"b"}]')] == [Candidate] * 2
    assert told(stream(b'[{"title":"a"}'))["stdin"] == (
        "it is cut short: its JSON array has no end"
    )


def test_packed_data_from_standard_input_is_refused_with_advice() -> None:
    (one,) = stream(b"PK\x03\x04....")
    assert str(one) == "stdin: it is packed: save it as a file ending in .zip and name that"


def test_standard_input_above_the_limit_is_refused() -> None:
    limits = replace(INGEST_LIMITS, article_bytes=10)
    (one,) = scan_stream(io.BytesIO(b"x" * 11), limits=limits)
    assert str(one) == "stdin: larger than 10 bytes"


def test_scanning_changes_nothing_on_disk(tmp_path: Path) -> None:
    root = tree(tmp_path / "n", "a.md", "b.zip", "c.jsonl", "d.tar.gz")
    before = {p: p.stat().st_mtime_ns for p in root.rglob("*")}
    read(root)
    assert {p: p.stat().st_mtime_ns for p in root.rglob("*")} == before
    assert all(stat.S_ISREG(p.stat().st_mode) for p in before)
