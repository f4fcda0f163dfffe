"""Copies found from what the generation before knew: the same as found from nothing, in all."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from releases import joint, missing, release, text

from searchkit import changes
from searchkit.article import Article
from searchkit.engines import joined
from searchkit.engines import whoosh as embedded
from searchkit.engines.whoosh import clustering, generations
from searchkit.engines.whoosh.clusters import Clusters
from searchkit.engines.whoosh.leaf import Leaf
from searchkit.neighbours import pairs


def pool() -> list[Article]:
    """Releases that are copies of each other in many ways, and their later versions."""
    found = []
    for seed in range(5):
        batch = joint(seed, ("kent", "essex", "dorset", "surrey"))
        shouted = batch[0].body.replace(" The ", " THE ").replace("was seen", "Was Seen")
        found += [
            *batch,
            release(f"again{seed}", batch[0].body, "kent", 40, batch[0].title),
            release(f"shouted{seed}", shouted, "essex", 3, batch[0].title),
            release(batch[1].path, f"{text(seed)}\n\n{text(77 + seed, 9)}", "essex", 2),
            release(batch[2].path, batch[2].body, "kent", 300, batch[2].title),
        ]
    found += [release(f"twin{n}", text(800), "essex", n) for n in range(3)]
    return found + [missing(f"Name{n} Other{n}", 20 + n, f"Town{n}", days=n) for n in range(6)]


POOL = pool()
RUNS = st.lists(
    st.tuples(
        st.sets(st.integers(0, len(POOL) - 1), max_size=6),
        st.sets(st.integers(0, len(POOL) - 1), max_size=3),
    ),
    min_size=2,
    max_size=7,
)


def columns(path: Path) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """The file of clusters, as it was written, and as it is where nothing was known before."""
    generation = generations.read(path, "CURRENT")
    folder = generations.store_folder(path, generation)
    leaves = [Leaf(folder, segment) for segment in generation.segments]
    threshold = Clusters.of(folder, generation, leaves).threshold
    anew = clustering.Search.after(folder, None, [], threshold).written(folder, leaves)
    files = [generation.copies.name if generation.copies else "", anew.name if anew else ""]
    return content(folder / files[0], leaves), content(folder / files[1], leaves)


def content(path: Path, leaves: list[Leaf]) -> dict[str, list[int]]:
    if not path.is_file():
        return {}
    file = Clusters(path, leaves)._file
    assert file is not None
    return {name: file.column(name).tolist() for name in file.table}


@settings(max_examples=5, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(RUNS, st.randoms(use_true_random=False))
def test_whatever_comes_goes_or_changes(
    tmp_path_factory: pytest.TempPathFactory,
    runs: list[tuple[set[int], set[int]]],
    chance: random.Random,
) -> None:
    path = tmp_path_factory.mktemp("since") / "index"
    embedded.create(path)
    with pytest.MonkeyPatch.context() as patch:
        # However large the change, and with cuts-off that few texts reach.
        patch.setattr(changes, "_MOST_CHANGED", 1.0)
        for added, removed in [({*range(0, len(POOL), 2)}, set()), *runs]:
            with embedded.open_writer(path, lock_timeout=5) as writer:
                for number in sorted(added):
                    writer.put(POOL[number])
                for number in removed:
                    writer.delete(POOL[number].id)
                if chance.random() < 0.2:
                    writer.purge()
                writer.commit(b"")
            written, anew = columns(path)
            assert written == anew


def put(path: Path, articles: list[Article], **options: float) -> None:
    with embedded.open_writer(path, lock_timeout=5, **options) as writer:  # type: ignore[arg-type]
        for one in articles:
            writer.put(one)
        writer.commit(b"")


def seen(name: str, names: str, force: str = "kent", days: int = 0) -> Article:
    """A release in which people are ``names``."""
    return release(name, f"{text(1)} There were {names} in the early morning.", force, days)


def test_another_article_that_stands_for_a_text_has_it_compared_again(tmp_path: Path) -> None:
    path = tmp_path / "index"
    embedded.create(path)
    people = "Alice Brown, Carol Dent, Ellen Frost, and Grace Hunt"
    lower, upper = sorted((seen(name, people) for name in "ab"), key=lambda one: one.id)
    other = seen("c", "Irene Jones, Kelly Lamb, Mary North, and Olive Pratt", "essex")
    alone = [release(f"alone{n}", text(900 + n)) for n in range(20)]
    put(path, [upper, other, *alone])
    engine = embedded.open_reader(path)
    assert engine.copies(other.id) == ()
    engine.close()
    # The same words in small letters name nobody, so nobody whom the other one does not name.
    for later in (replace(lower, body=lower.body.lower()), seen(lower.path, people, "kent", 90)):
        put(path, [later])
        written, anew = columns(path)
        assert written == anew
        engine = embedded.open_reader(path)
        assert (other.id in engine.copies(lower.id)) == (later.body == later.body.lower())
        engine.close()


def test_an_index_that_is_emptied_and_filled_again(tmp_path: Path) -> None:
    path = tmp_path / "index"
    embedded.create(path)
    put(path, joint(1))
    with embedded.open_writer(path, lock_timeout=5) as writer:
        for one in joint(1):
            writer.delete(one.id)
        writer.commit(b"")
    assert generations.read(path, "CURRENT").copies is None
    put(path, joint(2))
    written, anew = columns(path)
    assert written == anew
    assert len(written["numbers"]) == 1


class TestWhatIsLookedAt:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "index"
        embedded.create(path)
        put(path, [*POOL, *(release(f"alone{n}", text(900 + n)) for n in range(60))])
        return path

    @pytest.fixture
    def joins(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """How many texts were joined, each time that all of them were."""
        seen: list[int] = []
        monkeypatch.setattr(
            joined,
            "pairs",
            lambda texts, least: (seen.append(texts.size), pairs(texts, least))[1],
        )
        return seen

    def test_a_few_articles_more_do_not_have_all_joined(self, path: Path, joins: list[int]) -> None:
        put(path, joint(20))
        assert joins == []
        written, anew = columns(path)
        assert written == anew
        assert len(joins) == 1

    def test_another_threshold_does(self, path: Path, joins: list[int]) -> None:
        put(path, joint(20), containment=0.7)
        assert len(joins) == 1

    def test_so_do_many_articles_more(self, path: Path, joins: list[int]) -> None:
        put(path, [release(f"more{n}", text(3000 + n)) for n in range(60)])
        assert len(joins) == 1

    def test_and_a_file_of_clusters_that_tells_of_other_texts(
        self, path: Path, joins: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = Clusters.basis
        monkeypatch.setattr(
            Clusters, "basis", lambda own: real(own)._replace(texts=real(own).texts + 1)
        )
        put(path, joint(20))
        assert len(joins) == 1
