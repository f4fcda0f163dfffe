"""Which generations readers may have open, as the cluster lists points in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from cluster import Cluster as Nodes

from searchkit.engines.opensearch import lending
from searchkit.engines.opensearch.address import Address
from searchkit.engines.opensearch.connection import Cluster
from searchkit.engines.opensearch.lending import lent
from searchkit.errors import ClusterRefused, ClusterUnreachable
from searchkit.settings import ClusterOptions

LATE = lending.GRACE + timedelta(minutes=1)
LONG_AGO = lending.LONGEST + timedelta(minutes=1)


class Line:
    """Generations of one index, committed one after the other: how long ago each was replaced."""

    def __init__(self, nodes: Nodes, *replaced: timedelta) -> None:
        self.address = Address.parse(nodes.address("lent"))
        self.cluster = Cluster(self.address, ClusterOptions(replicas=0))
        number = len(replaced) + 1
        self.names = [f"{self.address.name}-{one:06d}-ab{one}" for one in range(number)]
        now = datetime.now(timezone.utc)
        moments = [now - LONG_AGO - LONG_AGO, *(now - one for one in replaced)]
        self.told: dict[str, dict[str, Any]] = {
            name: {"physical": name, "previous": before, "committed": moment.isoformat()}
            for name, before, moment in zip(self.names, ["", *self.names], moments, strict=False)
        }

    def lent(self) -> list[int]:
        """The numbers of the generations that are lent."""
        found = lent(self.cluster, self.names[-1], self.told)
        return sorted(self.names.index(one) for one in found)


@pytest.fixture
def line(cluster: Nodes) -> Line:
    return Line(cluster, LONG_AGO, LATE, timedelta(minutes=1), timedelta(0))


@pytest.fixture
def nodes(cluster: Nodes, line: Line) -> Iterator[Nodes]:
    for name in line.names[:2]:
        body = {"settings": {"number_of_shards": 2, "number_of_replicas": 0}}
        cluster.ask(f"{name}?wait_for_active_shards=all", "PUT", body)
    yield cluster
    cluster.ask(",".join(line.names[:2]), "DELETE")


def test_what_was_replaced_a_moment_ago_may_be_open(nodes: Nodes, line: Line) -> None:
    assert line.lent() == [2]


def test_for_the_newest_and_the_one_before_it_nothing_is_asked(
    cluster: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(cluster, LONG_AGO)
    monkeypatch.setattr(line.cluster.client, "get_all_pits", raising(ClusterUnreachable))
    assert line.lent() == []


def test_what_is_held_at_a_point_in_time_is_open_until_that_is_let_go(
    nodes: Nodes, line: Line
) -> None:
    point = nodes.ask(f"{line.names[1]}/_search/point_in_time?keep_alive=30m", "POST")
    assert line.lent() == [1, 2]
    nodes.displace(line.names[1])
    assert line.lent() == [1, 2]
    nodes.ask("_search/point_in_time", "DELETE", {"pit_id": [point["pit_id"]]})
    assert line.lent() == [2]


def test_what_a_dead_run_left_is_not_lent(nodes: Nodes, line: Line) -> None:
    nodes.ask(f"{line.names[1]}/_search/point_in_time?keep_alive=1m", "POST")
    del line.told[line.names[1]]["committed"]
    assert line.lent() == [2]


def test_what_a_later_run_left_is_not_lent(cluster: Nodes) -> None:
    line = Line(cluster, LONG_AGO, LONG_AGO)
    assert lent(line.cluster, line.names[0], line.told) == set()


@pytest.mark.parametrize(
    "answer",
    [
        {"pits": [], "failures": [{"node-2": "no string"}]},
        {"failures": [{"node-2": "no string"}]},
        {"pits": [{"pit_id": "?"}]},
        {"pits": [{}]},
        {"pits": None},
    ],
)
def test_where_points_in_time_are_not_listed_generations_are_kept_for_a_day(
    line: Line, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    asked = []
    monkeypatch.setattr(lending, "_WAITS", (0.0, 0.0))
    monkeypatch.setattr(line.cluster.client, "get_all_pits", lambda **_: asked.append(1) or answer)
    assert line.lent() == [1, 2]
    assert len(asked) == 3


def test_who_may_not_list_points_in_time_can_index_all_the_same(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line.cluster.client, "get_all_pits", raising(ClusterRefused))
    assert line.lent() == [1, 2]


def test_a_cluster_that_is_away_is_told_as_that(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line.cluster.client, "get_all_pits", raising(ClusterUnreachable))
    with pytest.raises(ClusterUnreachable):
        line.lent()


def raising(kind: type[ClusterUnreachable | ClusterRefused]) -> Any:
    def ask(**_: object) -> None:
        raise kind("opensearch://x", "said", "hint")

    return ask
