"""Where tests find the seeds and, if it is there, the shared corpus; and where their indexes live.

A test that asks for an index made by way of ``placed`` runs twice: over one in a folder, and over
one on a real OpenSearch cluster.  Leave the second out with ``-m "not cluster"``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from cluster import Cluster
    from corpus import Place, Placed
    from playwright.sync_api import Browser
    from starlette.testclient import TestClient

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
ON_CLUSTER = pytest.mark.cluster

# What is tested is never how long an example takes, nor how long it takes to be made.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever is of a cluster alone; ``placed`` marks what is so in one of its runs."""
    for item in items:
        if "cluster" in getattr(item, "fixturenames", ()):
            item.add_marker(ON_CLUSTER)


@pytest.fixture(scope="session")
def seeds() -> Path:
    return SEEDS


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared material: ``SEARCHKIT_SHARED``, else ``../shared``."""
    folder = Path(os.environ.get("SEARCHKIT_SHARED", ROOT.parent / "shared"))
    if not (folder / "corpus").is_dir():
        said = f"no shared corpus in {folder}: set SEARCHKIT_SHARED to its folder"
        if os.environ.get("SEARCHKIT_REQUIRE_SHARED"):
            pytest.fail(said)
        pytest.skip(said)
    return folder


@pytest.fixture(scope="session")
def real_articles(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real articles, unpacked once a session outside the repository."""
    import tarfile

    target = tmp_path_factory.mktemp("corpus")
    with tarfile.open(shared / "corpus" / "police-news.tar.xz") as archive:
        archive.extractall(target, filter="data") if hasattr(
            tarfile, "data_filter"
        ) else archive.extractall(target)
    return target / "police-news"


@pytest.fixture(scope="session", params=["folder", pytest.param("cluster", marks=ON_CLUSTER)])
def placed(request: pytest.FixtureRequest) -> Placed:
    """Gives the place of a new index: the folder named, or an address on the cluster.  Every test
    that has to do with it runs with both."""
    if request.param == "folder":
        return lambda folder: folder
    cluster: Cluster = request.getfixturevalue("cluster")
    return lambda folder: cluster.address(folder.name)


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory, placed: Placed) -> Place:
    """The place of an index of the 60 articles of ``corpus.write_files`` and the seeds; only to
    be read."""
    from corpus import write_files

    from searchkit import Index

    folder = tmp_path_factory.mktemp("small")
    write_files(folder / "news", 60)
    place = placed(folder / "index")
    with pytest.MonkeyPatch.context() as patch:
        # Paths of articles begin beside an index in a folder, else in the working folder.
        patch.chdir(folder)
        with Index.create(place) as index:
            index.add(folder / "news", SEEDS)
    return place


@pytest.fixture(scope="session")
def client(small_index: Place) -> Iterator[TestClient]:
    """A client of the web application over ``small_index``."""
    from serving import served

    with served(small_index) as one:
        yield one


@pytest.fixture(scope="session")
def site(small_index: Place) -> Iterator[str]:
    """The URL of a server on loopback that answers from ``small_index``."""
    from browsing import serving

    with serving(small_index) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window.  Of a module, not of the session: while it is open, no other test
    can run an event loop."""
    from browsing import chromium

    with chromium() as one:
        yield one


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A real OpenSearch cluster: see ``cluster.running``.  Indexes there have one copy of each
    shard, which is made sooner; tests of lost nodes ask for more."""
    from cluster import running

    with running(tmp_path_factory.mktemp("cluster")) as one, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEARCHKIT_OPENSEARCH_REPLICAS", "0")
        yield one
