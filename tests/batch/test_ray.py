"""The same batch on a Ray cluster of two nodes, one of which is lost half-way: equal to the local one."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from formreader.batch import Setup, WorkersError, gather, identify, run_batch
from formreader.store import RunStore
from formreader.store.readout import causes, counts, entries

ray = pytest.importorskip("ray")
pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # Ray leaves sockets and files to the end of the process
    pytest.mark.skipif("FORMREADER_TEST_CLUSTER" not in os.environ, reason="a minute of its own: make test-cluster"),
]
PAGES = [Path(__file__).parents[2] / "samples" / f"id-2022-chasil-ppwp-{page}.jpg" for page in (1, 2)]
STATION = r"(?P<station>chasil)"


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    from ray.cluster_utils import Cluster

    path = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path(__file__).parent), path]))
    node = {"num_cpus": 1, "object_store_memory": 80 * 2**20, "include_dashboard": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        started = Cluster(initialize_head=True, head_node_args=node)
        ray.init(address=started.address, log_to_driver=False)
        yield started
        ray.shutdown()
        started.shutdown()
    os.environ["PYTHONPATH"] = path


@pytest.fixture
def two_nodes(cluster):
    extra = cluster.add_node(num_cpus=1, object_store_memory=80 * 2**20)
    cluster.wait_for_nodes()
    yield cluster, extra
    if extra in cluster.list_all_nodes():
        cluster.remove_node(extra)


def engine(reader: str = "stubs:StubReader", limit_s: float = 20.0, size: int | None = None) -> object:
    from formreader.batch.ray_engine import RayEngine

    return RayEngine(size, Setup(reader=reader), limit_s)


def read(tmp_path: Path, running: object, *items: Path, lose: object = None) -> RunStore:
    """Reads ``items`` on the engine; ``lose`` is called once, when a third of the pages are done."""
    store = RunStore(tmp_path, create=True)
    store.register(gather(items, tmp_path / "run", pattern=STATION))
    wanted = counts(store.engine).inputs // 3
    pending = [lose] if lose else []

    def go_on() -> bool:
        if pending and counts(store.engine).finished >= wanted:
            pending.pop()()
        return True

    try:
        run_batch(store, running, store.begin_run(identify(running, lambda: True), {}), go_on)
    finally:
        running.close()
    return store


def test_a_node_that_is_lost_half_way_costs_no_photograph(two_nodes, make, tmp_path):
    cluster, extra = two_nodes
    folder = make(**{f"p{i:02d}": f"sleep 0.3 {i}" for i in range(18)})
    store = read(tmp_path, engine(), folder, lose=lambda: cluster.remove_node(extra))
    found = counts(store.engine)
    assert (found.accepted, found.left, causes(store.engine)) == (18, 0, {})
    store.engine.dispose()


def test_what_harms_a_worker_is_held_against_the_photograph(two_nodes, make, tmp_path):
    folder = make(hangs="sleep 60", quits="exit", raises="raise", good="reads 5")
    store = read(tmp_path, engine(limit_s=3.0), folder)
    assert causes(store.engine) == {"timed_out": 1, "crashed": 1, "reader_error": 1}
    assert counts(store.engine).accepted == 1
    store.engine.dispose()


def test_an_actor_that_cannot_read_ends_the_batch_with_the_cause(two_nodes, make, tmp_path):
    with pytest.raises(WorkersError, match="no digits model"):
        read(tmp_path, engine("stubs:UnfitReader", size=1), make(a="reads 5"))


def test_ray_reads_what_processes_read_bit_for_bit(two_nodes, run_over, tmp_path):
    here = run_over(*PAGES, reader="formreader.batch.reading:open_reader", pattern=STATION)
    far = tmp_path / "far"
    far.mkdir()
    store = read(far, engine("formreader.batch.reading:open_reader"), *PAGES)
    there = [json.dumps({**one.sheet, "timing_ms": None}) for one in entries(store.engine)]
    assert there == [json.dumps({**one.sheet, "timing_ms": None}) for one in here.entries]
    assert all("document" in one.sheet for one in here.entries), "weighed together too"
    store.engine.dispose()
