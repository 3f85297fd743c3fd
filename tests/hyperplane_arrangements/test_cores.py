"""How many cores work: what is asked for, in order of who asks last."""

import pytest

from hyperplane_arrangements import InputError
from hyperplane_arrangements.cores import VARIABLE, cores, using_cores


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
