"""Archives and files of many articles: read in place, bounded, nothing lost in silence."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import stat
import struct
import tarfile
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from searchkit.article import Rejected
from searchkit.errors import ArticleError
from searchkit.ingest.candidates import Candidate, Seen
from searchkit.ingest.contents import elements, lines
from searchkit.ingest.formats import Format
from searchkit.ingest.sources import scan
from searchkit.ingest.streams import Forward, Inflated
from searchkit.settings import INGEST_LIMITS, IngestLimits

TEXT = b"# A headline\n\nSome words about it.\n"


def read(path: Path, limits: IngestLimits = INGEST_LIMITS) -> list[Seen]:
    return list(scan(path, base=path.parent, limits=limits))


def told(seen: list[Seen]) -> dict[str, str]:
    """Key to what happened: ``article``, or the reason."""
    said: dict[str, str] = {}
    for one in seen:
        key = one.path if isinstance(one, Rejected) else getattr(one, "key", "")
        assert key not in said, f"{key} was met twice"
        said[str(key)] = "article" if isinstance(one, Candidate) else getattr(one, "reason", "?")
    return said


def zip_of(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def tar_bytes(members: dict[str, bytes], change: Callable[[tarfile.TarInfo], object] = id) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            change(info)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".tar": bytes,
    ".tar.gz": gzip.compress,
    ".tgz": gzip.compress,
    ".tar.bz2": bz2.compress,
    ".tar.xz": lzma.compress,
}


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_tar_archive_gives_its_members_in_order(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"news{suffix}"
    path.write_bytes(PACKERS[suffix](tar_bytes({"./Kent/b.md": TEXT, "a.html": b"<p>x</p>"})))
    first, second = read(path)
    assert isinstance(first, Candidate)
    assert isinstance(second, Candidate)
    assert (first.key, first.container) == (f"news{suffix}!/Kent/b.md", f"news{suffix}")
    assert (first.data, first.path, first.format) == (TEXT, None, Format.MARKDOWN)
    assert (second.key, second.format) == (f"news{suffix}!/a.html", Format.HTML)


def test_a_zip_archive_gives_its_members_in_order(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "news.ZIP", {"Kent/b.md": TEXT, "Sussex/é.txt": b"y"})
    assert told(read(path)) == {
        "news.ZIP!/Kent/b.md": "article",
        "news.ZIP!/Sussex/é.txt": "article",
    }


def test_utf8_names_that_a_zip_does_not_announce_are_understood(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "n.zip", {"qqqq.md": TEXT})
    path.write_bytes(path.read_bytes().replace(b"qqqq.md", "éé.md".encode()))
    assert told(read(path)) == {"n.zip!/éé.md": "article"}


def test_what_is_no_article_is_skipped_with_its_reason(tmp_path: Path) -> None:
    members = {"a.md": TEXT, "b.jpg": b"", ".git/c.md": b"", "__MACOSX/d.md": b"", "e.zip": b"PK"}
    for path in (
        zip_of(tmp_path / "n.zip", members),
        Path(tmp_path / "n.tar"),
    ):
        if path.suffix == ".tar":
            path.write_bytes(tar_bytes(members))
        assert told(read(path)) == {
            f"{path.name}!/a.md": "article",
            f"{path.name}!/b.jpg": "not an article: .jpg",
            f"{path.name}!/.git/c.md": "in a hidden folder",
            f"{path.name}!/__MACOSX/d.md": "in a technical folder",
            f"{path.name}!/e.zip": "an archive inside an archive: unpack the outer one to have it "
            "read",
        }


@pytest.mark.parametrize("suffix", [".zip", ".tar"])
def test_names_that_lead_out_of_the_archive_are_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"n{suffix}"
    names = ("../up.md", "a/../../up.md", "/etc/a.md", "C:\\a.md", "..\\up.md", "ok.md")
    members = dict.fromkeys(names, TEXT)
    zip_of(path, members) if suffix == ".zip" else path.write_bytes(tar_bytes(members))
    said = list(told(read(path)).values())
    out = "its path leads out of the archive (..): refused"
    absolute = "an absolute path inside an archive: refused"
    assert said == [out, out, absolute, absolute, out, "article"]
    assert [p.name for p in tmp_path.rglob("*")] == [path.name], "nothing is written anywhere"


def test_control_characters_in_names_never_reach_a_key(tmp_path: Path) -> None:
    path = tmp_path / "n.tar"
    path.write_bytes(tar_bytes({"a\x1b[31m\n.md": TEXT}))
    assert told(read(path)) == {
        "n.tar!/a\\x1b[31m\\x0a.md": "the name has control characters in it: rename it"
    }


def test_a_name_that_is_not_utf8_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "n.tar"
    path.write_bytes(tar_bytes({"zz.md": TEXT}).replace(b"zz.md", b"\xff\xfe.md"))
    # The header's checksum is mended, so that only the name is odd.
    data = bytearray(path.read_bytes())
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    path.write_bytes(data)
    assert told(read(path)) == {"n.tar!/\\xff\\xfe.md": "the name is not valid UTF-8: rename it"}


@pytest.mark.parametrize("suffix", [".zip", ".tar"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_one_name_get_keys_of_their_own(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"n{suffix}"
    if suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for data in (b"1", b"2", b"3"):
                archive.writestr("a.md", data)
    else:
        path.write_bytes(tar_bytes({"a.md": b"1", "./a.md": b"2", ".//a.md": b"3"}))
    found = [one for one in read(path) if isinstance(one, Candidate)]
    assert [one.key for one in found] == [f"n{suffix}!/a.md{n}" for n in ("", "~2", "~3")]
    assert [one.data for one in found] == [b"1", b"2", b"3"]


def test_links_and_devices_in_a_tar_are_not_read(tmp_path: Path) -> None:
    kinds = {
        "link.md": (tarfile.SYMTYPE, "a symbolic link"),
        "hard.md": (tarfile.LNKTYPE, "a hard link to another member"),
        "pipe.md": (
            tarfile.FIFOTYPE,
            "it is a device or a named pipe: only regular files are read",
        ),
        "zero.md": (
            tarfile.CHRTYPE,
            "it is a device or a named pipe: only regular files are read",
        ),
    }

    def change(info: tarfile.TarInfo) -> None:
        info.type, info.linkname = kinds[info.name][0], "/etc/passwd"

    path = tmp_path / "n.tar"
    path.write_bytes(tar_bytes(dict.fromkeys(kinds, b""), change))
    assert told(read(path)) == {f"n.tar!/{name}": why for name, (_, why) in kinds.items()}


def test_a_link_in_a_zip_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "n.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("link.md")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert told(read(path)) == {
        "n.zip!/link.md": "it is a symbolic link: only regular files are read"
    }


def encrypted(path: Path) -> Path:
    """Sets the encryption bit in the local header and in the directory."""
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    return path


def test_an_encrypted_member_is_rejected_and_the_others_are_read(tmp_path: Path) -> None:
    path = encrypted(zip_of(tmp_path / "n.zip", {"a.md": TEXT, "b.md": TEXT}))
    assert told(read(path)) == {
        "n.zip!/a.md": "it is encrypted: unpack the archive with its password first",
        "n.zip!/b.md": "article",
    }


def test_a_packing_method_that_is_not_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "n.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.md", TEXT)
    (said,) = told(read(path)).values()
    assert said == "it is packed by a method that is not read here: unpack the archive first"


# --- limits ------------------------------------------------------------------------------------


def zeros_zip(path: Path, size: int) -> Path:
    """A zip whose one member unpacks to ``size`` zeros, made without unpacking anything."""
    block = bytes(1_000_000)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = piece * (size // len(block)) + packer.flush()
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, 0, len(packed), 0xFFFFFFF0, 4, 0)
    local = b"PK\x03\x04" + head + b"a.md" + packed
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + head + bytes(14) + b"a.md"
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), len(local), 0)
    path.write_bytes(local + entry + end)
    return path


def zeros_gz(path: Path, size: int, head: bytes = b"") -> Path:
    """A gzip of ``head`` and ``size`` zeros, made without packing them all."""
    block = bytes(1_000_000)
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    start = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    path.write_bytes(start + piece * (size // len(block)))
    return path


def test_a_zip_of_ten_gigabytes_of_zeros_is_refused_at_once(tmp_path: Path) -> None:
    path = zeros_zip(tmp_path / "n.zip", 10**10)
    started = time.process_time()
    assert told(read(path)) == {"n.zip!/a.md": "larger than 5 MB"}
    assert time.process_time() - started < 10


BOMB = "it unpacks to more than 200 times its size, like a decompression bomb; stopped there"


def test_a_tar_gz_of_ten_gigabytes_of_zeros_is_refused_at_once(tmp_path: Path) -> None:
    info = tarfile.TarInfo("a.jpg")
    info.size = 10**10
    path = zeros_gz(tmp_path / "n.tgz", 10**10, info.tobuf())
    started = time.process_time()
    assert told(read(path)) == {"n.tgz!/a.jpg": "not an article: .jpg", "n.tgz": BOMB}
    assert time.process_time() - started < 10


def test_a_packed_article_of_ten_gigabytes_is_refused_at_once(tmp_path: Path) -> None:
    path = zeros_gz(tmp_path / "a.md.gz", 10**10)
    started = time.process_time()
    assert told(read(path)) == {"a.md.gz": "larger than 5 MB"}
    assert time.process_time() - started < 10


def test_members_that_together_are_a_bomb_stop_the_archive(tmp_path: Path) -> None:
    members = {f"{n:03d}.md": bytes(1_000_000) for n in range(40)}
    path = zip_of(tmp_path / "n.zip", members)
    said = told(read(path))
    assert said.pop("n.zip") == BOMB
    assert 8 <= len(said) < 40
    assert set(said.values()) == {"article"}


def test_the_total_size_of_an_archive_is_limited(tmp_path: Path) -> None:
    limits = replace(INGEST_LIMITS, archive_bytes=250_000)
    noise = {f"{n}.md": os.urandom(100_000) for n in range(4)}
    path = zip_of(tmp_path / "n.zip", noise)
    said = told(read(path, limits))
    assert said.pop("n.zip") == "it unpacks to more than 0.25 MB; stopped there"
    assert list(said.values()) == ["article", "article"]


@pytest.mark.parametrize("suffix", [".zip", ".tar"])
def test_the_number_of_members_is_limited(tmp_path: Path, suffix: str) -> None:
    limits = replace(INGEST_LIMITS, archive_members=3)
    path = tmp_path / f"n{suffix}"
    members = {f"{n}.md": TEXT for n in range(5)}
    zip_of(path, members) if suffix == ".zip" else path.write_bytes(tar_bytes(members))
    said = told(read(path, limits))
    assert said.pop(path.name) == "it has more than 3 members; stopped there"
    assert len(said) == 3


def test_a_member_above_the_limit_costs_only_itself(tmp_path: Path) -> None:
    limits = replace(INGEST_LIMITS, article_bytes=1_000)
    members = {"a.md": b"x" * 1_001, "b.md": b"x" * 1_000}
    for path in (zip_of(tmp_path / "n.zip", members), tmp_path / "n.tar"):
        if path.suffix == ".tar":
            path.write_bytes(tar_bytes(members))
        assert list(told(read(path, limits)).values()) == ["larger than 1,000 bytes", "article"]


def test_a_tar_header_that_claims_gigabytes_fills_no_memory(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 8 * 10**9
    path = tmp_path / "n.tar"
    with path.open("wb") as out:
        out.write(info.tobuf())
        out.truncate(9 * 10**9)
    assert told(read(path)) == {"n.tar": "it is damaged: a header in it claims 8,000 MB"}


def test_a_tar_header_that_points_backwards_ends_the_archive(tmp_path: Path) -> None:
    info = tarfile.TarInfo("a.jpg")
    info.size = -(10**4)
    path = tmp_path / "n.tar"
    path.write_bytes(
        tar_bytes({"ok.md": TEXT})[:1024] + info.tobuf(tarfile.GNU_FORMAT) + bytes(9000)
    )
    said = told(read(path))
    assert said["n.tar!/ok.md"] == "article"
    assert said["n.tar"] == "it is damaged: a header in it points backwards"


# --- damage ------------------------------------------------------------------------------------


def test_a_truncated_zip_is_rejected(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "n.zip", {"a.md": TEXT, "b.md": TEXT})
    path.write_bytes(path.read_bytes()[:-30])
    assert told(read(path)) == {"n.zip": "it is damaged or cut short (file is not a zip file)"}


def test_a_damaged_zip_member_costs_only_itself(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "n.zip", {"a.md": os.urandom(500), "b.md": TEXT})
    data = bytearray(path.read_bytes())
    data[100] ^= 0xFF
    path.write_bytes(data)
    first, second = told(read(path)).values()
    assert first.startswith("it is damaged inside the archive (")
    assert second == "article"


@pytest.mark.parametrize(
    ("suffix", "cut", "reason"),
    [
        (".tar", 1024, "it has no end mark: it may be cut short"),
        (".tar", 1024 + 100, "it is cut short: its last header is not whole"),
        (".tar", 1024 + 512 + 10, "it is damaged or cut short (unexpected end of data)"),
        (".tar.gz", -8, "it is cut short: its packed data has no end"),
        (".tar.gz", 60, "it is cut short: its packed data has no end"),
        (".tar.bz2", -8, "it is cut short: its packed data has no end"),
        (".tar.xz", -8, "it is cut short: its packed data has no end"),
    ],
)
def test_a_truncated_tar_is_rejected_after_what_could_be_read(
    tmp_path: Path, suffix: str, cut: int, reason: str
) -> None:
    path = tmp_path / f"n{suffix}"
    path.write_bytes(PACKERS[suffix](tar_bytes({"a.md": TEXT, "b.md": TEXT}))[:cut])
    said = told(read(path))
    assert said.pop(path.name) == reason
    assert set(said.values()) <= {"article"}


def test_a_broken_header_is_not_taken_for_the_end(tmp_path: Path) -> None:
    data = bytearray(tar_bytes({"a.md": TEXT, "b.md": TEXT, "c.md": TEXT}))
    data[1024 + 150] ^= 0xFF
    path = tmp_path / "n.tar"
    path.write_bytes(data)
    assert told(read(path)) == {
        "n.tar!/a.md": "article",
        "n.tar": "it is damaged: what follows is no tar header",
    }


def test_a_second_archive_glued_to_the_first_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "n.tar"
    path.write_bytes(tar_bytes({"a.md": TEXT}) + tar_bytes({"b.md": TEXT}))
    assert told(read(path)) == {
        "n.tar!/a.md": "article",
        "n.tar": "more data follows its end mark; that was not read",
    }


def test_packed_streams_glued_together_are_read_as_one(tmp_path: Path) -> None:
    for suffix, pack in ((".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)):
        path = tmp_path / f"a.md{suffix}"
        path.write_bytes(pack(b"one ") + pack(b"two") + bytes(8))
        (found,) = read(path)
        assert isinstance(found, Candidate)
        assert (found.key, found.data) == (path.name, b"one two")


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tar.xz", ".tar.bz2"])
def test_an_empty_file_is_no_archive(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"n{suffix}"
    path.touch()
    (only,) = read(path)
    assert isinstance(only, Rejected)
    assert only.reason.startswith(("it is damaged or cut short", "it is cut short"))


MEMBERS = {
    "a.md": TEXT * 30,
    "b/c.md": b"x" * 700,
    "d.jpg": b"\xff\xd8",
    "e.jsonl": b'{"a":1}\n' * 3,
}


def well_formed(suffix: str) -> bytes:
    if suffix in PACKERS:
        return PACKERS[suffix](tar_bytes(MEMBERS))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in MEMBERS.items():
            archive.writestr(name, data)
    return out.getvalue()


WHOLE = {suffix: well_formed(suffix) for suffix in (".zip", *PACKERS)}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    suffix=st.sampled_from(sorted(WHOLE)),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), max_size=5),
    cut=st.floats(0, 1),
)
def test_no_damage_raises_and_every_key_is_met_once(
    tmp_path: Path, suffix: str, flips: list[tuple[float, int]], cut: float
) -> None:
    data = bytearray(WHOLE[suffix])
    for where, mask in flips:
        data[int(where * (len(data) - 1))] ^= mask
    path = tmp_path / f"n{suffix}"
    path.write_bytes(data[: int(len(data) * cut)] if cut < 0.9 else data)
    said = told(read(path))
    assert said, "a named archive is never passed over in silence"
    if cut < 0.9 and suffix != ".tar":
        assert path.name in said, "an archive cut short is itself rejected"


# --- JSON Lines and arrays ---------------------------------------------------------------------


def test_json_lines_are_candidates_by_line(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"title":"a"}\n\n  \r\n[1]\nplain\n{"title":"b"}')
    seen = read(path)
    assert told(seen) == {
        "news.jsonl:1": "article",
        "news.jsonl:4": "not a JSON object",
        "news.jsonl:5": "not a JSON object",
        "news.jsonl:6": "article",
    }
    first = seen[0]
    assert isinstance(first, Candidate)
    assert (first.container, first.line, first.data) == ("news.jsonl", 1, b'{"title":"a"}')


def test_json_lines_may_be_packed_or_lie_in_an_archive(tmp_path: Path) -> None:
    text = b'{"title":"a"}\nno\n'
    packed = tmp_path / "n.jsonl.gz"
    packed.write_bytes(gzip.compress(text))
    assert told(read(packed)) == {"n.jsonl.gz:1": "article", "n.jsonl.gz:2": "not a JSON object"}
    inside = zip_of(tmp_path / "n.zip", {"d/n.ndjson": text})
    assert told(read(inside)) == {
        "n.zip!/d/n.ndjson:1": "article",
        "n.zip!/d/n.ndjson:2": "not a JSON object",
    }


def test_json_lines_in_utf16_are_rejected_once(tmp_path: Path) -> None:
    path = tmp_path / "n.jsonl"
    path.write_bytes('{"title":"a"}\n{"title":"b"}'.encode("utf-16"))
    assert told(read(path)) == {"n.jsonl": "it is UTF-16: save it as UTF-8"}


def test_a_line_of_hundreds_of_megabytes_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "n.jsonl"
    with path.open("wb") as out:
        out.write(b'{"title":"')
        out.truncate(400_000_000)
        out.seek(0, 2)
        out.write(b'"}\n{"title":"next"}\n')
    tracemalloc.start()
    assert told(read(path)) == {"n.jsonl:1": "larger than 5 MB", "n.jsonl:2": "article"}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000


def test_a_json_file_of_one_object_is_one_article_and_an_array_is_many(tmp_path: Path) -> None:
    one, many = tmp_path / "one.json", tmp_path / "many.json"
    one.write_text('  {"title": "a"}')
    many.write_text(' [{"title": "a, [b]"},\n 5, {"x": "\\"]"} ]\n')
    assert told(read(one)) == {"one.json": "article"}
    seen = read(many)
    assert told(seen) == {
        "many.json#1": "article",
        "many.json#2": "not a JSON object",
        "many.json#3": "article",
    }
    assert [one.data for one in seen if isinstance(one, Candidate)] == [
        b'{"title": "a, [b]"}',
        b'{"x": "\\"]"}',
    ]


def test_a_broken_array_is_rejected_after_what_could_be_read(tmp_path: Path) -> None:
    path = tmp_path / "n.json"
    path.write_text('[{"title":"a"}, {"title":"b"}')
    assert told(read(path)) == {
        "n.json#1": "article",
        "n.json": "it is cut short: its JSON array has no end",
    }
    path.write_text('[{"title":"a"}] []')
    assert told(read(path)) == {
        "n.json#1": "article",
        "n.json": "it is damaged: something follows the JSON array",
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


class Slow:
    """A stream that gives a few bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        self._stream, self._step = io.BytesIO(data), step

    def read(self, size: int, /) -> bytes:
        return self._stream.read(min(size, self._step))


@settings(max_examples=80)
@given(st.lists(json_values), st.sampled_from([None, 2]), st.integers(1, 7), st.booleans())
@example([], None, 1, False)
def test_cutting_an_array_gives_the_elements_that_a_json_parser_gives(
    values: list[object], indent: int | None, step: int, ascii_only: bool
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "replace")
    cut = list(elements(Slow(text, step), "k", 10**6))
    assert [number for number, _ in cut] == list(range(1, len(cut) + 1))
    assert [json.loads(one or b"") for _, one in cut] == json.loads(text)


@settings(max_examples=150)
@given(st.binary(max_size=60), st.integers(1, 7), st.integers(1, 20))
@example(b"\xef\xbb\xbfa\nb", 3, 20)
def test_cutting_lines_gives_the_lines_that_bytes_split_gives(
    data: bytes, step: int, limit: int
) -> None:
    wanted = data.split(b"\n")
    if not wanted[-1]:
        wanted.pop()
    got = list(lines(Slow(data, step), limit))
    assert [number for number, _ in got] == list(range(1, len(wanted) + 1))
    for (_, line), whole in zip(got, wanted, strict=True):
        if line is None:
            assert len(whole) > limit
        else:
            assert line in (whole.strip(), whole.removeprefix(b"\xef\xbb\xbf").strip())


@settings(max_examples=60)
@given(st.binary(max_size=3_000), st.sampled_from([".gz", ".bz2", ".xz"]), st.integers(1, 50))
def test_inflating_gives_back_what_was_packed(data: bytes, suffix: str, step: int) -> None:
    stream = Inflated(Slow(PACKERS[f".tar{suffix}"](data), step), suffix, "k", INGEST_LIMITS)
    assert b"".join(iter(lambda: stream.read(1 + step * 13), b"")) == data


def test_a_forward_stream_never_goes_back() -> None:
    stream = Forward(io.BytesIO(b"abcdef"), "k")
    assert stream.read(2) == b"ab"
    assert stream.seek(4) == 4
    assert stream.read(9) == b"ef"
    with pytest.raises(ArticleError, match="points backwards"):
        stream.seek(1)
    with pytest.raises(ArticleError, match="claims"):
        stream.read(10**9)
