"""Small problems in which losses, penalties, what is free and readouts meet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from duality_checks import TrainingProblem

LOSSES = ("squared", "l1", "huber:1/2", "hinge", "squared-hinge")
PENALTIES = ("2-norm", "1-norm", "inf-norm")
FREE = (
    "nothing",
    "intercept",
    "linear",
    "intercept+linear",
    "decayed-intercept",
    "biases",
    "biases+linear",
)
ROWS = [[3, -2], [-2, 1], [4, 4], [-1, -3], [0, 2], [-4, 1]]


def each_pair_of_terms() -> Iterator[TrainingProblem]:
    """Thirty-five problems: each two terms of different kinds meet in one of them."""
    for k, (loss, free) in enumerate(product(range(len(LOSSES)), range(len(FREE)))):
        yield problem_with(LOSSES[loss], PENALTIES[(loss + free) % 3], FREE[free], pooled=k % 2 == 1)


def problem_with(loss: str, penalty: str, free: str, *, pooled: bool) -> TrainingProblem:
    """Two rows a sample where they are pooled, else one."""
    rows = [[*row, 1] for row in ROWS] if "biases" in free else ROWS
    target = [1, -1, 1] if pooled else [1, -1, 1, 1, -1, -1]
    readout = {"readout": [0, 0, 1, 1, 2, 2]} if pooled else {}
    return TrainingProblem(rows, target, beta="1/2", loss=loss, penalty=penalty, free=free, **readout)
