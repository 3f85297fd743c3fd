"""Whoever does the pieces of a job: the same results, also where workers die or nobody is there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from dying import DyingExecutor, dies_once
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.machine.workers import Workers, using_executor, using_workers, workers


def test_a_process_that_kills_itself_loses_nothing(tmp_path) -> None:
    flag = tmp_path / "die"
    flag.touch()
    with using_workers(Workers.processes(1)):
        assert workers().map(dies_once, [(str(flag), k) for k in range(4)]) == [0, 1, 4, 9]
    assert not flag.exists()


@settings(max_examples=30)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.integers(0, 20))
def test_pieces_of_executors_that_die_are_done_again(lives: list[int], jobs: int) -> None:
    left = iter(lives)
    team = Workers(lambda: DyingExecutor(next(left)), 3, pools=len(lives))
    assert team.map(abs, range(-jobs, 0)) == list(range(jobs, 0, -1))


def test_after_somebodys_executor_died_this_process_goes_on() -> None:
    given_one = DyingExecutor(2)
    assert Workers.of(given_one).map(abs, [-1, -2, -3, -4]) == [1, 2, 3, 4]


def test_work_that_fails_is_no_worker_that_died() -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(ZeroDivisionError):
        Workers.of(pool).map(lambda x: 1 // x, [1, 0])


def test_somebodys_executor_is_left_running_and_ours_is_not() -> None:
    with ThreadPoolExecutor(1) as pool:
        with using_executor(pool):
            assert workers().map(abs, [-1]) == [1]
        assert pool.submit(abs, -2).result() == 2
    mine = ThreadPoolExecutor(1)
    with using_workers(Workers(lambda: mine, 1)):
        assert workers().map(abs, [-1]) == [1]
    with pytest.raises(RuntimeError):
        mine.submit(abs, 1)


@pytest.mark.parametrize(("count", "shown"), [(0, "0"), (-1, "-1"), (1.5, "1.5"), (True, "True")])
def test_a_number_of_workers_that_is_none(count: object, shown: str) -> None:
    with pytest.raises(InputError, match=rf"^workers is {shown}; give a positive number of processes$"):
        Workers.processes(count)


def test_what_is_no_executor_is_refused() -> None:
    wanted = r"executor is of type int; give a concurrent\.futures\.Executor"
    with pytest.raises(InputError, match=wanted), using_executor(3):
        pass


@pytest.mark.slow
def test_a_cluster_does_the_pieces_and_one_that_is_not_there_is_named() -> None:
    distributed = pytest.importorskip("distributed")
    from hyperplane_arrangements.machine.cluster import cluster

    with pytest.raises(InputError, match=r"no cluster answers at 'tcp://127\.0\.0\.1:9'.*dask scheduler"):
        cluster("tcp://127.0.0.1:9", patience=0.3)
    quiet = {"processes": False, "dashboard_address": None, "threads_per_worker": 1}
    with distributed.LocalCluster(n_workers=1, **quiet) as local:
        team = cluster(local.scheduler_address)
        with using_workers(team):
            assert team.count == 1 and workers().map(abs, [-1, 2, -3]) == [1, 2, 3]
        local.scale(0)
        local.sync(local._correct_state)
        with pytest.raises(InputError, match="has no workers"):
            cluster(local.scheduler_address)
