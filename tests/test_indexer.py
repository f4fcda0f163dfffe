"""Runs of the indexer follow their sources exactly, and change all or nothing."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from corpus import Placed

from searchkit import Index, IndexReport, catalogue
from searchkit.errors import ArticleError, IndexLocked, MassRemoval, SourceError
from searchkit.ingest import sources

FRONT = """```yaml
area: Kent
title: {title}
url: https://www.kent.police.uk/news/{slug}/
{more}```
"""


def article(slug: str, text: str, **more: str) -> str:
    extra = "".join(f"{key}: '{value}'\n" for key, value in more.items())
    title = slug.replace("-", " ").capitalize()
    return FRONT.format(title=title, slug=slug, more=extra) + f"\n21 August 2020\n\n{text}\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    # Old enough for the indexer to trust that the time stamp tells a later edit.
    os.utime(path, (1_600_000_000, 1_600_000_000 + len(text)))
    return path


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    for n in range(12):
        write(folder, f"{n:02}.md", article(f"burglary-{n}", f"A shed was broken into, number{n}."))
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index.create(tmp_path / "index")


@pytest.fixture
def anywhere(tmp_path: Path, placed: Placed) -> Index:
    """The same in a folder and on a cluster, for what is of sources and of what was seen."""
    return Index.create(placed(tmp_path / "index"))


def counts(report: IndexReport) -> dict[str, int]:
    names = ("new", "changed", "moved", "removed", "unchanged")
    return {name: getattr(report, name) for name in names if getattr(report, name)}


def paths(index: Index, text: str) -> set[str]:
    return {Path(hit.path).name for hit in index.search(text, limit=100)}


def test_a_first_run_takes_everything_and_a_second_changes_nothing(
    anywhere: Index, news: Path
) -> None:
    first = anywhere.add(news)
    assert counts(first) == {"new": 12}
    assert (first.articles, first.undated, first.seen) == (12, 0, 12)
    generation = anywhere.search("shed").generation
    second = anywhere.add(news)
    assert counts(second) == {"unchanged": 12}
    assert second.seen == 12
    assert anywhere.search("shed").generation == generation


@pytest.mark.parametrize(("worth", "written"), [(13, False), (12, True)])
def test_files_that_settled_are_worth_a_generation_only_where_they_are_many(
    index: Index, news: Path, monkeypatch: pytest.MonkeyPatch, worth: int, written: bool
) -> None:
    monkeypatch.setattr(catalogue, "_WORTH_A_GENERATION", worth)
    monkeypatch.setattr(sources, "_SETTLED", 1 << 62)
    generation = index.add(news).generation
    monkeypatch.setattr(sources, "_SETTLED", 0)
    later = index.add(news)
    assert counts(later) == {"unchanged": 12}
    assert bool(later.generation) == written
    assert (index.search("shed").generation == generation) != written
    assert index.add(news).generation == ""


def test_edits_deletions_moves_and_arrivals_are_followed(anywhere: Index, news: Path) -> None:
    anywhere.add(news)
    write(news, "00.md", article("burglary-0", "A barn was broken into."))
    (news / "01.md").unlink()
    (news / "02.md").rename(news / "renamed.md")
    write(news, "deeper/12.md", article("burglary-12", "A shed far away."))
    report = anywhere.add(news)
    assert counts(report) == {"new": 1, "changed": 1, "moved": 1, "removed": 1, "unchanged": 9}
    assert paths(anywhere, "barn") == {"00.md"}
    assert paths(anywhere, "number1") == set()
    assert paths(anywhere, "number2") == {"renamed.md"}
    assert paths(anywhere, "far") == {"12.md"}
    assert anywhere.search("", limit=100).total == 12


def test_a_touched_file_is_not_a_changed_article(index: Index, news: Path) -> None:
    index.add(news)
    os.utime(news / "03.md")
    assert counts(index.add(news)) == {"unchanged": 12}


def test_an_edit_that_keeps_size_and_time_soon_after_a_run_is_seen(
    index: Index, tmp_path: Path
) -> None:
    news = tmp_path / "fresh"
    news.mkdir()
    path = news / "a.md"
    path.write_text(article("fire", "A red car."), encoding="utf-8")
    before = path.stat()
    index.add(news)
    path.write_text(article("fire", "A tan car."), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert counts(index.add(news)) == {"changed": 1}
    assert paths(index, "tan") == {"a.md"}


def test_a_dry_run_reports_and_changes_nothing(index: Index, news: Path) -> None:
    index.add(news)
    (news / "01.md").unlink()
    write(news, "00.md", article("burglary-0", "A barn was broken into."))
    report = index.add(news, dry_run=True)
    assert counts(report) == {"changed": 1, "removed": 1, "unchanged": 10}
    assert report.dry_run
    assert paths(index, "barn") == set()
    assert paths(index, "number1") == {"01.md"}


def test_sources_are_remembered_and_other_sources_are_left_alone(
    anywhere: Index, news: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    write(other, "x.md", article("theft-1", "A bicycle was stolen."))
    anywhere.add(news)
    assert counts(anywhere.add(other)) == {"new": 1, "unchanged": 12}
    (news / "05.md").unlink()
    assert counts(anywhere.add()) == {"removed": 1, "unchanged": 12}
    assert [Path(source).name for source in anywhere.sources] == ["news", "other"]


def test_a_run_that_would_remove_much_stops_and_changes_nothing(index: Index, news: Path) -> None:
    for n in range(12, 40):
        write(news, f"{n:02}.md", article(f"burglary-{n}", f"A shed, number{n}."))
    index.add(news)
    for n in range(20):
        (news / f"{n:02}.md").unlink()
    with pytest.raises(MassRemoval) as caught:
        index.add(news)
    assert str(caught.value) == "this run would remove 20 of 40 articles; nothing was changed"
    assert "--yes" in caught.value.hint
    assert index.search("", limit=1).total == 40
    assert counts(index.add(news, yes=True)) == {"removed": 20, "unchanged": 20}


def test_what_is_no_article_is_named_and_never_stops_the_run(index: Index, news: Path) -> None:
    write(news, "bad.md", "```yaml\ntitle: never closed\n")
    write(news, "empty.md", "")
    (news / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    for _ in range(2):
        report = index.add(news)
        assert [Path(r.path).name for r in report.rejected] == ["bad.md", "empty.md"]
        assert [Path(s.key).name for s in report.skipped] == ["photo.jpg"]
        assert report.seen == 15
        assert report.articles == 12


def test_on_request_the_first_bad_article_stops_the_run(index: Index, news: Path) -> None:
    write(news, "bad.md", "```yaml\ntitle: never closed\n")
    with pytest.raises(ArticleError, match=r"bad\.md"):
        index.add(news, on_error="fail")
    assert index.search("").total == 0


def test_a_file_that_turns_bad_keeps_what_was_indexed_before(index: Index, news: Path) -> None:
    index.add(news)
    write(news, "04.md", "```yaml\ntitle: never closed\n")
    report = index.add(news)
    assert counts(report) == {"unchanged": 12}
    assert [Path(r.path).name for r in report.rejected] == ["04.md"]
    assert paths(index, "number4") == {"04.md"}


def test_the_newest_version_of_a_url_stands_for_it(anywhere: Index, tmp_path: Path) -> None:
    news = tmp_path / "versions"
    old = article("appeal", "Two men.", **{"article.modified.time": "2021-01-01T10:00:00Z"})
    new = article("appeal", "Three men.", **{"article.modified.time": "2021-01-05T10:00:00Z"})
    write(news, "a.md", new)
    write(news, "b.md", old)
    report = anywhere.add(news)
    assert counts(report) == {"new": 1}
    assert [(Path(s.path).name, Path(s.by).name) for s in report.superseded] == [("b.md", "a.md")]
    assert paths(anywhere, "three") == {"a.md"}
    assert paths(anywhere, "two") == set()
    (news / "a.md").unlink()
    assert counts(anywhere.add(news)) == {"changed": 1}
    assert paths(anywhere, "two") == {"b.md"}


def test_an_identical_copy_is_counted_once(anywhere: Index, news: Path) -> None:
    anywhere.add(news)
    shutil.copy(news / "06.md", news / "00-copy.md")
    report = anywhere.add(news)
    assert counts(report) == {"unchanged": 12}
    assert [s.reason for s in report.superseded] == ["identical copy"]
    assert paths(anywhere, "number6") == {"06.md"}
    (news / "06.md").unlink()
    assert counts(anywhere.add(news)) == {"moved": 1, "unchanged": 11}
    assert paths(anywhere, "number6") == {"00-copy.md"}


def test_an_archive_and_a_jsonl_file_are_sources_too(index: Index, tmp_path: Path) -> None:
    archive = tmp_path / "news.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for n in range(3):
            packed.writestr(f"Kent/{n}.md", article(f"zipped-{n}", f"Zipped number{n}."))
    lines = tmp_path / "news.jsonl"
    rows = [
        {"title": f"Line {n}", "url": f"https://www.kent.police.uk/{n}", "body": "x"}
        for n in range(2)
    ]
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for path in (archive, lines):
        os.utime(path, (1_600_000_000, 1_600_000_000))
    assert counts(index.add(archive, lines)) == {"new": 5}
    assert counts(index.add(archive, lines)) == {"unchanged": 5}
    assert {hit.path for hit in index.search("line")} == {"news.jsonl:1", "news.jsonl:2"}
    rows.pop(0)
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert counts(index.add(lines)) == {"moved": 1, "removed": 1, "unchanged": 3}


def test_what_comes_by_a_stream_stays_through_later_runs(anywhere: Index, news: Path) -> None:
    streamed = io.BytesIO(article("streamed", "It came through a pipe.").encode())
    assert counts(anywhere.add(streamed)) == {"new": 1}
    assert counts(anywhere.add(news)) == {"new": 12, "unchanged": 1}
    assert counts(anywhere.add(full=True)) == {"unchanged": 13}
    assert anywhere.search("pipe").total == 1


def test_a_full_run_rebuilds_from_the_given_sources_alone(anywhere: Index, news: Path) -> None:
    anywhere.add(news)
    report = anywhere.add(news, full=True)
    assert counts(report) == {"unchanged": 12}
    assert report.rebuilt
    assert paths(anywhere, "number7") == {"07.md"}


def test_a_missing_source_is_an_error_that_changes_nothing(index: Index, news: Path) -> None:
    index.add(news)
    with pytest.raises(SourceError, match="nowhere"):
        index.add(news, news.parent / "nowhere")
    assert index.search("").total == 12


def test_a_second_writer_is_told_who_holds_the_index(index: Index, news: Path) -> None:
    told: list[str] = []

    def interfere(progress: object) -> None:
        if told:
            return
        with pytest.raises(IndexLocked) as caught:
            Index.open(index.path).add(news, lock_timeout=0.1, on_wait=told.append)
        assert f"process {os.getpid()}" in str(caught.value)

    index.add(news, progress=interfere)
    assert len(told) == 1
    assert f"process {os.getpid()}" in told[0]


def test_a_reader_follows_a_new_generation_by_itself(index: Index, news: Path) -> None:
    reader = Index.open(index.path)
    assert reader.search("shed").total == 0
    index.add(news)
    assert reader.search("shed").total == 12


def test_a_run_without_any_source_is_refused(index: Index) -> None:
    with pytest.raises(SourceError, match="no source is named"):
        index.add()


def test_a_folder_named_almost_like_a_source_is_not_taken_for_a_part_of_it(
    index: Index, tmp_path: Path
) -> None:
    folders = ["news", "news#old", "news!", "news:2"]
    for number, name in enumerate(folders):
        write(tmp_path / name, "a.md", article(f"theft-{number}", f"A bicycle, number{number}."))
    assert counts(index.add(*(tmp_path / name for name in folders))) == {"new": 4}
    assert counts(index.add(tmp_path / "news")) == {"unchanged": 4}


def test_a_copy_that_has_changed_since_it_was_read_does_not_get_in_unseen(
    index: Index, news: Path, tmp_path: Path
) -> None:
    copy = write(tmp_path / "z-copies", "00.md", (news / "00.md").read_text())
    index.add(news, copy.parent)
    (news / "00.md").unlink()
    write(copy.parent, "00.md", article("another", "A bridge was painted, strangeword."))
    assert counts(index.add(news)) == {"removed": 1, "unchanged": 11}
    assert paths(index, "strangeword") == set()
    assert counts(index.add(copy.parent)) == {"new": 1, "unchanged": 11}
    copy.unlink()
    assert counts(index.add(copy.parent)) == {"removed": 1, "unchanged": 11}
    assert len(list(index.articles())) == 11


def test_an_article_that_came_by_a_stream_first_does_not_stop_its_file_from_going(
    index: Index, news: Path
) -> None:
    index.add(io.BytesIO(article("burglary-0", "An early version.").encode()))
    index.add(news)
    (news / "00.md").unlink()
    assert counts(index.add(news)) == {"removed": 1, "unchanged": 11}


def test_copies_in_an_archive_take_over_when_the_folder_goes_reading_it_only_once(
    index: Index, news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "z-copies.zip", "w") as archive:
        for path in sorted(news.iterdir()):
            archive.write(path, path.name)
    index.add(news, tmp_path / "z-copies.zip")
    shutil.rmtree(news)
    news.mkdir()
    opened: list[object] = []
    whole = zipfile.ZipFile.infolist
    monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda z: opened.append(z) or whole(z))
    assert counts(index.add(news)) == {"moved": 12}
    assert len(opened) == 1


def test_a_rebuild_of_a_damaged_index_knows_its_sources_and_asks_before_it_loses_much(
    index: Index, news: Path, tmp_path: Path
) -> None:
    index.add(news)
    segment = next((tmp_path / "index").glob("stores/*/*.seg"))
    segment.write_bytes(segment.read_bytes()[:100])
    other = write(tmp_path / "other", "x.md", article("x", "Something else.")).parent
    with pytest.raises(MassRemoval):
        index.add(other, full=True)
    assert counts(index.add(full=True)) == {"unchanged": 12}
    assert len(paths(index, "shed")) == 12


def test_a_source_that_is_gone_for_good_can_be_left_out(index: Index, news: Path) -> None:
    index.add(news)
    shutil.rmtree(news)
    with pytest.raises(SourceError) as caught:
        index.add()
    assert "--full" in caught.value.hint


def test_folders_nested_beyond_all_reason_are_one_line_of_the_report(
    index: Index, news: Path
) -> None:
    place = os.open(news, os.O_RDONLY)
    for _ in range(1_200):
        os.mkdir("d", dir_fd=place)
        inner = os.open("d", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(place)
    report = index.add(news)
    # Nothing written in Python takes so deep a folder away again.
    subprocess.run(["rm", "-r", str(news / "d")], check=True)
    assert counts(report) == {"new": 12}
    assert [rejected.reason for rejected in report.rejected] == ["more than 32 folders deep"]


def test_every_part_of_what_was_seen_is_counted_even_under_one_name(
    index: Index, news: Path
) -> None:
    write(news, "bad\\x01.md", "---\nno end")
    write(news, "bad\x01.md", "---\nno end")
    write(news, "notes.xyz", "not meant")
    report = index.add(news)
    assert (report.read, len(report.skipped), len(report.rejected)) == (12, 1, 2)
    assert report.seen == 15
