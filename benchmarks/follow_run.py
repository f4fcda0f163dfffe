"""Delete, edit and move articles, and see that the report and the hits follow exactly.

    python benchmarks/follow_run.py FOLDER_OF_ARTICLES --articles 2000 --each 100

Copies a sample, indexes it twice, then deletes, edits and moves ``--each`` files and indexes
again.  Prints the reports, and exits with 1 where a count or a hit is not what was done.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path

from searchkit import Index, IndexReport

MARK = "zyxwedit"


def shown(report: IndexReport) -> dict[str, int | float]:
    """The counts of a report."""
    names = ("articles", "new", "changed", "moved", "removed", "unchanged")
    counts: dict[str, int | float] = {name: getattr(report, name) for name in names}
    return {**counts, "rejected": len(report.rejected), "seconds": round(report.seconds, 2)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    root = Path(tempfile.mkdtemp(prefix="searchkit-follow-"))
    folder = root / "articles"
    everything = sorted(options.corpus.rglob("*.md"))
    for path in dice.sample(everything, min(options.articles, len(everything))):
        target = folder / path.relative_to(options.corpus)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    with Index.create(root / "index") as ix:
        print("first ", shown(ix.add(folder)))
        paths = [article.path for article in ix.articles()]
        print("again ", shown(ix.add(folder)))
        chosen = dice.sample(sorted(paths), 3 * options.each)
        deleted, edited, moved = (chosen[i::3] for i in range(3))
        for key in deleted:
            (root / key).unlink()
        for number, key in enumerate(edited):
            with (root / key).open("a", encoding="utf-8") as file:
                file.write(f"\n\n{MARK}{number} was added.\n")
        new_home = folder / "moved"
        new_home.mkdir()
        for number, key in enumerate(moved):
            (root / key).rename(new_home / f"{number}.md")
        report = ix.add(folder, yes=True)
        print("after ", shown(report))
        count = options.each
        expected = {"new": 0, "changed": count, "moved": count, "removed": count}
        wrong = [
            f"{k}: {getattr(report, k)}" for k, n in expected.items() if getattr(report, k) != n
        ]
        for number, key in enumerate(edited):
            found = [hit.path for hit in ix.search(f"{MARK}{number}")]
            if found != [key]:
                wrong.append(f"{MARK}{number} finds {found}")
        held = {article.path for article in ix.articles()}
        wrong += [f"{key} is still there" for key in (*deleted, *moved) if key in held]
        wrong += [
            f"{n}.md is missing" for n in range(count) if f"articles/moved/{n}.md" not in held
        ]
    shutil.rmtree(root)
    print(
        "\n".join(wrong)
        if wrong
        else f"{count} deleted, {count} edited, {count} moved: all followed"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
