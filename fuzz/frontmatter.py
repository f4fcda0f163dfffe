"""Front matter: blocks of YAML, plain and hostile, split from their articles.

    python -m fuzz.frontmatter --seconds 600

A text gives text values or an ``ArticleError``; and where the fast reader of plain YAML answers,
the strict one that reads libyaml's events answers the same.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from searchkit.errors import ArticleError
from searchkit.ingest import frontmatter
from searchkit.ingest.plainyaml import read_plain
from searchkit.settings import INGEST_LIMITS

from .articles import PIECES
from .loop import arguments, mutated, report, run

BLOCKS = (
    b"title: A theft in Deal\nurl: https://www.kent.police.uk/news/a/\ndate: 20/8/2021 12:30\n",
    b"area: Kent\ntags:\n- one\n- 'two: three'\n- \"fo\\tur\"\nmeta:\n  og:\n    title: x\n",
    b"a: 'it''s'\nb: >\n  folded\n  text\nc: |-\n  kept\n  text\nd: [x, {y: z}]\ne: ~\n",
    b"? complex\n: value\n# comment\nkey with spaces: yes # another\n'quoted': 012\nempty:\n",
)
_OPENINGS = ("```yaml\n", "---\n", "````yml\n", "\n\n```yaml\n")
_ENDS = ("```\n", "---\n", "````\n", "...\n", "")
_YAML = (
    *PIECES, b"  ", b"\t", b"a: b\n", b"'", b'"', b"|\n", b">-\n", b"#", b"%YAML 1.1\n", b"!!set ",
    b"&x [", b"*x", b"<<: *x\n", b"? ", b"- - - ", b"{a: ", b"[[[[", b"\\x00", b"\\U0010FFFF", b"@",
)  # fmt: skip


def make(rng: random.Random) -> str:
    """A text with a block in front, mostly between fences."""
    if rng.random() < 0.2:
        block = b"".join(rng.choices(_YAML, k=rng.randrange(40)))
    else:
        block = mutated(rng.choice(BLOCKS), rng, _YAML)
    text = block.decode("utf-8", "replace")
    if rng.random() < 0.1:
        return text
    at = rng.randrange(len(_OPENINGS))
    end = _ENDS[at] if at < 3 else _ENDS[0]
    return f"{_OPENINGS[at]}{text}\n{end if rng.random() < 0.9 else ''}\nOfficers found it.\n"


def read(text: str) -> None:
    """Reads one text; raises ``ValueError`` where two readers differ, or a value is no text."""
    try:
        front = frontmatter.split(text, "a.md")
    except ArticleError as error:
        if "\n" in str(error) or len(str(error)) > 1_000:
            raise ValueError(f"not a reason to show: {error!s:.300}") from error
        return
    if not all(isinstance(part, str) for pair in front.values.items() for part in pair):
        raise ValueError("a value that is no text")
    block = text.partition("\n")[2] if not front.found else text
    _compare(block)


def _compare(text: str) -> None:
    """Where the fast reader takes a block, the strict one takes it too, and for the same."""
    depth = INGEST_LIMITS.front_matter_depth
    block = "\n".join(text.split("\n")[1:-3])
    quick = read_plain(block, depth)
    if quick is None:
        return
    strict = frontmatter._read_all(block, "a.md", 1, depth)
    if quick != strict:
        raise ValueError(f"two readers, two answers: {quick!r:.300} and {strict!r:.300}")


def main() -> int:
    options = arguments(__doc__ or "")
    return report(Path(__file__).stem, run(make, read, options), options)


if __name__ == "__main__":
    sys.exit(main())
