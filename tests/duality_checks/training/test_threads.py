"""Linear algebra in one thread while training, and in as many as before afterwards."""

from __future__ import annotations

import threadpoolctl

from duality_checks import TrainingProblem, train


def test_training_uses_one_thread_and_gives_the_others_back():
    def threads(_=None):
        return [one["num_threads"] for one in threadpoolctl.threadpool_info() if one["user_api"] == "blas"]

    seen = []
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        before = threads()
        train(TrainingProblem([[1], [-1]], [3, 2], beta=1), progress=lambda _: seen.append(threads()))
        assert threads() == before
    assert seen and all(set(one) == {1} for one in seen)
