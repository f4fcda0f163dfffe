"""A node of the cluster is lost: nothing that was written goes, and no answer is wrong.

``benchmarks/node_loss.py`` does the same at length, at other moments, with two nodes, too.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from cluster import Cluster
from corpus import write_files

from benchmarks.losses.answers import Question, differences, disagreements, held, questions
from benchmarks.losses.load import Load, known
from searchkit import Index
from searchkit.engines.opensearch import bulk, rerank
from searchkit.report import Progress

ARTICLES = 120
SECONDS = 120.0


@pytest.fixture
def nodes(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """A cluster that may lose nodes; an index on it has a shard for each, and a replica."""
    if cluster.folder is None:
        pytest.skip("the cluster of SEARCHKIT_CLUSTER was not started by the tests")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEARCHKIT_OPENSEARCH_SHARDS", "3")
    monkeypatch.setenv("SEARCHKIT_OPENSEARCH_REPLICAS", "1")
    monkeypatch.setattr(bulk, "REQUEST_DOCUMENTS", 20)
    return cluster


@pytest.fixture
def model(nodes: Cluster, tmp_path: Path) -> Index:
    """An embedded index of the articles in ``news``."""
    write_files(tmp_path / "news", ARTICLES)
    return Index.build("news", tmp_path / "model")


def asked_of(index: Index) -> list[Question]:
    return questions(list(held(index).values()), random.Random(3), 16)


def manager(nodes: Cluster) -> int:
    (told,) = nodes.ask("_cat/cluster_manager?format=json")
    return int(told["node"].rpartition("-")[2])


def test_a_run_that_loses_the_manager_half_way_is_whole(nodes: Cluster, model: Index) -> None:
    lost: list[int] = []

    def lose(progress: Progress) -> None:
        if not lost and progress.done >= ARTICLES // 2:
            lost.append(manager(nodes))
            nodes.kill(*lost)

    try:
        with Index.create(nodes.address()) as index:
            report = index.add("news", progress=lose)
            assert (len(lost), report.articles) == (1, ARTICLES)
            assert list(differences(index, held(model))) == []
            assert list(disagreements(index, asked_of(model), model)) == []
    finally:
        nodes.revive(*lost)
        nodes.wait_green()


def test_no_answer_is_wrong_when_the_first_host_is_lost_and_comes_back(
    nodes: Cluster, model: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the first hits of a question teach is asked again and again.
    monkeypatch.setattr(rerank, "_HEADS", 1)
    with Index.build("news", nodes.address()) as index:
        answers = known(index, asked_of(model))
        with Load(index, answers, threads=2) as load, nodes.without(1):
            before = load.answered
            until = time.monotonic() + SECONDS
            while load.answered < before + len(answers):
                assert time.monotonic() < until, f"{load.answered - before} answers since"
                time.sleep(0.1)
        counts = load.counts
    assert (counts.wrong, counts.failed, counts.hung) == ([], [], 0)
    assert counts.right > counts.errors
