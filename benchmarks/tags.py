"""Draw articles of every tag at random, to be read and judged: docs/tags.md has the verdicts.

    python benchmarks/tags.py --index DIR --seed 1 --each 3

One line a pair: tag, article, where the evidence stands and what it is, headline, lead.  The
same index, seed and number give the same pairs.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict

from searchkit import Index
from searchkit.article import Article, Tag

_SHOWN = 150  # characters of the lead


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--index", default="index")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--each", type=int, default=3, help="pairs of each tag")
    given = options.parse_args()
    tagged: dict[str, list[tuple[Article, Tag]]] = defaultdict(list)
    with Index.open(given.index) as index:
        for article in sorted(index.articles(), key=lambda one: one.id):
            for tag in article.tags:
                tagged[tag.id].append((article, tag))
    chance = random.Random(given.seed)
    for tag_id, pairs in sorted(tagged.items()):
        for article, tag in chance.sample(pairs, min(given.each, len(pairs))):
            parts = (article.title, article.lead[:_SHOWN].replace("\n", " "))
            sys.stdout.write(
                f"{tag_id} {article.id[:8]} {tag.where}: {tag.evidence} | {' | '.join(parts)}\n"
            )


if __name__ == "__main__":
    main()
