"""Kill the indexer with SIGKILL at random moments and look at what is left.

    python benchmarks/kill_run.py FOLDER_OF_ARTICLES --times 50 --articles 600

Before every round some files are edited, deleted, moved or brought back; the indexer is
started as a process of its own and killed after a random time.  The index must then open
and hold, article by article and word by word, either what it held before the round or
what the folder holds now.  Prints one line a round and a closing line; exits with 1 at
the first index that is neither.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from searchkit import Index

State = dict[str, str]


def held(index: Path) -> State:
    """Path to content hash of every article the index holds, the search agreeing."""
    with Index.open(index) as ix:
        state = {article.path: article.sha256 for article in ix.articles()}
        assert ix.search("", limit=0).total == len(state), "the search counts other articles"
        for mark in {f"mark{n}" for n in range(10)}:
            texts = sum(mark in article.body.split() for article in ix.articles())
            found = ix.search(mark, limit=0).total if texts else texts
            assert found == texts, f"{mark}: found in {found} articles, stands in {texts}"
        return state


def wanted(folder: Path) -> State:
    """The same, of the folder."""
    import hashlib

    return {
        f"{folder.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
    }


def disturb(folder: Path, spare: Path, dice: random.Random) -> None:
    """Edit, delete, move and bring back a few files."""
    files = sorted(folder.iterdir())
    for path in dice.sample(files, 20):
        text = path.read_text(encoding="utf-8", errors="strict")
        path.write_text(f"{text}\n\nmark{dice.randrange(10)} was added.\n", encoding="utf-8")
    for path in dice.sample(files, 8):
        path.rename(spare / path.name)
    for path in dice.sample(sorted(folder.iterdir()), 8):
        path.rename(folder / f"moved-{dice.randrange(10**9)}.md")
    away = sorted(spare.iterdir())
    # As many come back as go, once some are away: the folder must last for any number of rounds.
    for path in dice.sample(away, 6 if len(away) < 24 else 8):
        path.rename(folder / path.name)


def indexer(index: Path, folder: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "searchkit", "index", str(folder), "--index", str(index)]
    return subprocess.Popen(
        [*command, "--yes", "-q", *more],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[bytes]) -> float:
    """Wait for a run that nobody kills; returns its seconds."""
    started = time.monotonic()
    _, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    return time.monotonic() - started


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--articles", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    root = Path(tempfile.mkdtemp(prefix="searchkit-kill-"))
    folder, spare, index = root / "articles", root / "spare", root / "index"
    folder.mkdir()
    spare.mkdir()
    everything = sorted(options.corpus.rglob("*.md"))
    for path in dice.sample(everything, min(options.articles, len(everything))):
        shutil.copy(path, folder / path.name)
    whole = finish(indexer(index, folder))
    disturb(folder, spare, dice)
    part = finish(indexer(index, folder))
    print(f"{options.articles} articles: a full run takes {whole:.1f} s, a small one {part:.1f} s")
    outcomes = {"before": 0, "after": 0}
    for turn in range(1, options.times + 1):
        before = held(index)
        disturb(folder, spare, dice)
        full = turn % 5 == 0
        process = indexer(index, folder, *(["--full"] if full else []))
        # Half of the kills aim at the end of the run, where the commit is.
        share = dice.choice((dice.uniform(0.0, 1.2), dice.uniform(0.8, 1.3)))
        time.sleep(share * (whole if full else part))
        # Every other time the parsing workers are left to notice for themselves.
        if turn % 2:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.communicate()
        after = held(index)
        state = "before" if after == before else "after" if after == wanted(folder) else ""
        print(f"{turn:3}  {'full' if full else 'incremental':11}  {state or 'NEITHER'}", flush=True)
        if not state:
            print(f"left in {root}")
            return 1
        outcomes[state] += 1
    finish(indexer(index, folder))
    assert held(index) == wanted(folder), "the last, undisturbed run did not follow the folder"
    shutil.rmtree(root)
    print(
        f"{options.times} kills survived: {outcomes['before']} left the index as it was, "
        f"{outcomes['after']} had committed"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
