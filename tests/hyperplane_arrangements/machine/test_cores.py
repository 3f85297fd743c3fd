"""How many cores work: what is asked for, in order of who asks last."""

import ast
import threading
from pathlib import Path

import pytest

import duality_checks
import hyperplane_arrangements
from hyperplane_arrangements import InputError
from hyperplane_arrangements.machine.cores import VARIABLE, cores, parts, shared_out, using_cores


def test_the_environment_says_how_many(monkeypatch):
    monkeypatch.setenv(VARIABLE, "3")
    assert cores() == 3


def test_all_that_the_process_may_use_without_it(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {4, 5, 6, 7, 11}, raising=False)
    assert cores() == 5


def test_a_block_goes_before_the_environment_and_ends(monkeypatch):
    monkeypatch.setenv(VARIABLE, "3")
    with using_cores(5):
        assert cores() == 5
        with using_cores(None):
            assert cores() == 3
        assert cores() == 5
    assert cores() == 3


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5"])
def test_an_environment_that_is_no_number_is_refused(monkeypatch, text):
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(InputError, match=f"{VARIABLE} is '{text}'; give a positive number of cores"):
        cores()


@pytest.mark.parametrize("count", [0, -2, 1.5, True, "2"])
def test_an_argument_that_is_no_number_is_refused(count):
    with pytest.raises(InputError, match="give a positive integer, or None for all"), using_cores(count):
        pass


def test_as_many_threads_work_at_once_as_there_are_cores():
    together = threading.Barrier(3, timeout=20)
    with using_cores(3):
        assert sorted(shared_out(lambda job: together.wait(), range(6))) == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("count", "jobs", "worth"), [(1, [3, 1, 2], True), (4, [3], True), (4, [3, 1], False)]
)
def test_no_thread_is_started_for_what_is_not_worth_it(monkeypatch, count, jobs, worth):
    monkeypatch.setattr(threading.Thread, "start", lambda _: pytest.fail("a thread was started"))
    with using_cores(count):
        assert list(shared_out(str, jobs, worth=worth)) == list(map(str, jobs))
    with using_cores(2), pytest.raises(pytest.fail.Exception):
        list(shared_out(str, [3, 1]))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8])
def test_parts_are_all_of_it_once(count):
    with using_cores(3):
        found = [list(range(count))[part] for part in parts(count)]
    assert [k for part in found for k in part] == list(range(count))
    assert all(found) and len(found) <= 3
    assert max(map(len, found), default=0) == -(-count // 3)


def test_nobody_else_decides_how_many():
    """No pool of threads of a number of its own, and nobody counts the machine's cores, but in one module."""
    own = {"cpu_count", "sched_getaffinity", "process_cpu_count"}
    for package in (hyperplane_arrangements, duality_checks):
        for path in Path(package.__file__).parent.rglob("*.py"):
            if path.name == "cores.py":
                continue
            source = path.read_text(encoding="utf-8")
            if not any(word in source for word in (*own, "PoolExecutor")):
                continue
            for node in ast.walk(ast.parse(source)):
                assert not (isinstance(node, ast.Attribute) and node.attr in own), path
                called = node.func if isinstance(node, ast.Call) else None
                if isinstance(called, ast.Name) and called.id == "ProcessPoolExecutor":
                    assert path.name == "workers.py", path  # as many as the user says
                elif isinstance(called, ast.Name) and called.id.endswith("PoolExecutor"):
                    assert [ast.unparse(size) for size in node.args] == ["cores()"], path
