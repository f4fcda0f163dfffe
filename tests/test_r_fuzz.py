"""R16 and R18 in short: a few thousand inputs of each fuzzer, the long runs being ``fuzz/``; and
everything that they have found so far."""

from __future__ import annotations

import random
import time
from argparse import Namespace
from pathlib import Path

import pytest

from fuzz import articles, dates, frontmatter, loop, queries
from searchkit import Index
from searchkit.errors import ArticleNotFound
from searchkit.ingest.dates import publication_date
from searchkit.query.remarks import quoted
from searchkit.ukdates import parse_uk_date

SEEDS = Path(__file__).resolve().parent.parent / "seeds"


def options(executions: int) -> Namespace:
    # The largest inputs are of five megabytes: on a slow and busy machine they take their time.
    return Namespace(seconds=240.0, executions=executions, seed=random.randrange(10**6), slow=10.0)


def clean(tally: loop.Tally, chosen: Namespace) -> None:
    shown = "\n".join(f"{data!r:.1000}\n{told}" for data, told in tally.findings)
    assert not tally.findings, f"seed {chosen.seed}: {shown}"
    assert tally.executions > 100


def test_r16_any_text_gives_results_or_a_query_error(tmp_path: Path) -> None:
    chosen = options(1_000)
    with Index.build(SEEDS, tmp_path / "index") as index:
        make, target = queries.maker(list(queries.QUERIES)), queries.target(index, every=50)
        clean(loop.run(make, target, chosen), chosen)


def test_r16_any_bytes_of_an_article_give_an_article_or_a_reason() -> None:
    chosen = options(200)
    clean(loop.run(articles.maker(articles.texts_in(None)), articles.read, chosen), chosen)


def test_r18_any_front_matter_is_read_alike_by_both_readers_or_refused() -> None:
    chosen = options(2_000)
    clean(loop.run(frontmatter.make, frontmatter.read, chosen), chosen)


def test_r16_any_date_is_read_or_refused() -> None:
    chosen = options(500)
    clean(loop.run(dates.make, dates.read, chosen), chosen)


def test_the_loop_notices_what_raises_and_what_takes_long() -> None:
    def target(number: int) -> None:
        if number == 3:
            raise ValueError("three")
        if number == 5:
            time.sleep(60)

    numbers = iter(range(1000))
    chosen = Namespace(seconds=30.0, executions=10, seed=1, slow=0.05)
    tally = loop.run(lambda _rng: next(numbers), target, chosen)
    assert [data for data, _ in tally.findings] == [3, 5]
    assert "three" in tally.findings[0][1]
    assert tally.executions == 10


@pytest.mark.parametrize("wanted", ["\udc84", "knife \udfff", "a\x00b"])
def test_r16_found_what_no_file_can_be_named_does_not_pass_for_damage(
    tmp_path: Path, wanted: str
) -> None:
    with Index.build(SEEDS, tmp_path / "index") as index:
        with pytest.raises(ArticleNotFound):
            index.find(wanted)
        assert index.get(wanted) is None


@pytest.mark.parametrize("room", [" ", "\t", "\u00a0", " \n"])
def test_r17_found_room_in_a_date_takes_no_time(room: str) -> None:
    fastest = 1.0
    for turn in range(5):
        # Each time another text: what was read once is remembered.
        text = f"Published: 1 Sep{room * (3_000 + turn)}x"
        begun = time.process_time()
        assert parse_uk_date(text) is None
        publication_date({"date": text}, [text], "https://www.kent.police.uk/news/a/")
        fastest = min(fastest, time.process_time() - begun)
    assert fastest < 0.1
    apart = parse_uk_date(f"Published:{room * 300}1 September 2020")
    assert apart is not None
    assert apart.to_dict()["iso"] == "2020-09-01"


def test_r14_found_quoting_a_long_text_takes_no_time() -> None:
    text = "9" * 10**7
    fastest = 1.0
    for _ in range(5):
        begun = time.process_time()
        assert len(quoted(text)) == 40
        fastest = min(fastest, time.process_time() - begun)
    assert fastest < 0.005
