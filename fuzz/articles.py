"""The bytes of articles: markdown, HTML and JSON, damaged in every way, read as the indexer does.

    python -m fuzz.articles --seconds 600 --articles FOLDER

Whatever the bytes are, they give an ``Article`` that can be indexed, stored and shown, or a
``Rejected`` with one line of reason.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from searchkit.article import Rejected
from searchkit.ingest.formats import Format
from searchkit.ingest.reader import read_article
from searchkit.prepared import Preparer
from searchkit.render.envelope import article_to_dict

from .loop import ODD, arguments, mutated, report, run

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
_MOST_SEEDS = 300

PAGES = (
    b"<!DOCTYPE html><html><head><title>A theft - Kent Police</title><meta property='og:url' "
    b"content='https://www.kent.police.uk/news/a/'></head><body><h1>A theft</h1><p>Officers "
    b"found <b>it</b>.</p><table><tr><td>x</table><script>a<b</script></body></html>",
    b'{"title": "A theft", "url": "https://www.kent.police.uk/a", "date": "2021-08-20", '
    b'"body": "Officers found it.", "tags": ["a", {"b": [1, null, true]}]}',
    b"---\ntitle: A theft\ndate: 20/8/2021\n---\n\n# A theft\n\nOn 20 August 2021\n\n* one\n",
)

PIECES = (
    *(odd.encode("utf-8", "surrogatepass") for odd in ODD),
    b"```yaml\n", b"```\n", b"---\n", b"...\n", b"title: ", b"url: http://", b"area: ", b"- ",
    b"&a ", b"*a ", b"<<: ", b"!!python/object:os.system ", b"? ", b": ", b"{", b"[", b"}", b"]",
    b"<a href='", b"<div>", b"</div>", b"<!--", b"-->", b"<![CDATA[", b"&#0;", b"&#xD800;",
    b"&amp;", b"<p", b"<script>", b"<style>", b"<table>", b"<", b">", b"**", b"__", b"[a](", b"![",
    b"](b)", b"# ", b"> ", b"| a | b |\n|---|---|\n", b"\\", b"`", b"~~~\n", b"\n\n", b"\r",
    b"\x00",
    b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xc3", b"\x80", b"\xed\xa0\x80", b"1/2/2021",
    b"Posted on ", b"31 February 2021 ", b'{"a": ', b'"', b"1e999", b"NaN", b"\\ud800", b"1" * 5000,
)  # fmt: skip


def maker(texts: list[bytes]) -> Callable[[random.Random], tuple[bytes, Format | None]]:
    """A function that makes bytes, and the format they are said to be in."""
    forms = (None, Format.MARKDOWN, Format.HTML, Format.JSON)

    def make(rng: random.Random) -> tuple[bytes, Format | None]:
        kind = rng.randrange(10)
        if kind == 0:
            return rng.randbytes(rng.randrange(400)), rng.choice(forms)
        if kind == 1:
            return b"".join(rng.choices(PIECES, k=rng.randrange(80))), rng.choice(forms)
        if kind == 2:
            return rng.choice(PIECES) * rng.choice((10, 1_000, 10_000)), rng.choice(forms)
        data = mutated(rng.choice(texts), rng, PIECES)
        return data, rng.choice((None, None, *forms))

    return make


def read(given: tuple[bytes, Format | None]) -> None:
    """Reads one article; raises ``ValueError`` for one that cannot be used."""
    data, form = given
    read_one = read_article(data, path="a/b.md", format=form)
    if isinstance(read_one, Rejected):
        if not read_one.reason or "\n" in str(read_one) or len(str(read_one)) > 1_000:
            raise ValueError(f"not a reason to show: {read_one!r:.300}")
        return
    Preparer().prepare([read_one])
    json.dumps(article_to_dict(read_one), ensure_ascii=False).encode()
    if "\x00" in read_one.title + read_one.body + read_one.lead:
        raise ValueError("a NUL got into the text")
    if not (read_one.title and read_one.id):
        raise ValueError("an article without a title or an id")


def texts_in(folder: Path | None) -> list[bytes]:
    """Articles to start from: the seeds, some pages, and some of those in ``folder``."""
    found = sorted(folder.rglob("*.md")) if folder else []
    step = max(1, len(found) // _MOST_SEEDS)
    files = [*sorted(SEEDS.glob("*.txt")), *found[::step]]
    return [*PAGES, *(path.read_bytes()[:20_000] for path in files)]


def main() -> int:
    def extra(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--articles", type=Path, help="a folder of articles to start from")

    options: Any = arguments(__doc__ or "", extra)
    tally = run(maker(texts_in(options.articles)), read, options)
    return report("articles", tally, options)


if __name__ == "__main__":
    sys.exit(main())
