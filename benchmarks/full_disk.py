"""Index on a disk until it is full, and go on.

    sudo python benchmarks/full_disk.py FOLDER_OF_ARTICLES

Needs root and Linux: a small tmpfs, then a small ext4 file system in a file, are mounted.  The
indexer gets more articles again and again until there is no space left; the index must then be as
it was.  Every other byte of the disk is filled up, also between the runs that follow, each of
which removes articles: they must be gone from the index.  With the space freed, what did not fit
must be added.  Prints a line a step; exits with 1 at the first that goes wrong.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from searchkit import Index

AT_ONCE = 60


def held(index: Path) -> set[str]:
    """The content hashes that the index holds, the search agreeing."""
    with Index.open(index) as ix:
        hashes = {article.sha256 for article in ix.articles()}
        result = ix.search("", limit=0)
        assert result.total == len(hashes), "the search counts other articles"
        assert not result.warnings, result.warnings
        return hashes


def wanted(folder: Path) -> set[str]:
    """The same, of the folder."""
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def run(index: Path, folder: Path) -> str:
    """Run the indexer; what it says where it fails."""
    command = [sys.executable, "-m", "searchkit", "index", folder, "--index", index, "--yes", "-q"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 or done.stderr, "failed and said nothing"
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr.strip() if done.returncode else ""


def fill(place: Path) -> int:
    """Leave no byte free; how many there were."""
    with open(place / "filling", "ab", buffering=0) as file:
        return sum(_written(file, size) for size in (1 << 16, 4096, 512, 1))


def _written(file: io.FileIO, size: int) -> int:
    """Write so many bytes at once until there is no room; how many bytes there were."""
    count = 0
    try:
        while True:
            count += file.write(bytes(size))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return count


def lived(place: Path, corpus: list[Path], folder: Path) -> None:
    """The whole story, on the file system mounted at ``place``."""
    index, later = place / "index", iter(corpus)
    said, before = "", set()
    while not said:
        if index.exists():
            before = held(index)
        for path, _ in zip(later, range(AT_ONCE), strict=False):
            shutil.copy(path, folder / path.name)
        said = run(index, folder)
    print(f"  full at {len(wanted(folder))} articles: {said.splitlines()[0]}")
    assert "no space left" in said, said
    assert held(index) == before, "the index is not as it was"
    missing = sorted(path for path in folder.iterdir() if _hash(path) not in before)
    for path in missing:
        path.unlink()
    for turn in range(1, 6):
        print(f"  {fill(place):,} bytes filled up, {_free(place)} free", end="; ")
        for path in sorted(folder.iterdir())[:7]:
            path.unlink()
        said = run(index, folder)
        assert not said, said
        assert held(index) == wanted(folder), "a deletion is not visible"
        print(f"removal {turn} done: {len(wanted(folder))} articles")
    (place / "filling").unlink()
    for path in corpus[:7]:
        shutil.copy(path, folder / path.name)
    said = run(index, folder)
    assert not said, said
    assert held(index) == wanted(folder), "what did not fit was not added"
    print(f"  space freed: {len(wanted(folder))} articles")


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _free(place: Path) -> int:
    seen = os.statvfs(place)
    return seen.f_bavail * seen.f_frsize


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--megabytes", type=int, default=8)
    options = parser.parse_args()
    corpus = sorted(options.corpus.rglob("*.md"))[::9]
    root = Path(tempfile.mkdtemp(prefix="searchkit-full-"))
    place, folder, image = root / "mounted", root / "articles", root / "disk.img"
    size = options.megabytes << 20
    image.write_bytes(bytes(size))
    subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", image], check=True)
    place.mkdir()
    for kind, mount in (
        ("tmpfs", ["-t", "tmpfs", "-o", f"size={size}", "tmpfs"]),
        ("ext4", ["-o", "loop", str(image)]),
    ):
        print(f"{kind}, {options.megabytes} MB")
        folder.mkdir()
        subprocess.run(["mount", *mount, place], check=True)
        try:
            lived(place, corpus, folder)
        finally:
            subprocess.run(["umount", place], check=True)
        shutil.rmtree(folder)
    shutil.rmtree(root)
    print("full disks survived: nothing lost, every removal visible")
    return 0


if __name__ == "__main__":
    sys.exit(main())
