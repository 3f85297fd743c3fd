"""From duals of outputs that share neurons to a multiple of them that a cover proves feasible (7.5b)."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from time import perf_counter

import numpy as np

from hyperplane_arrangements.exact.rational import ZERO, Vector

from .. import checker
from ..cover.coupled_proof import coupled_cover, largest_norm, off_by, written_coupled
from ..cover.effort import Effort, is_late
from ..cover.proof import Coordinates
from ..cover.search import Limits
from ..exact.rounding import on_a_grid
from ..problem import TrainingProblem

NEAR = 2.0**-30  # how far what is left of a network in floats may move a dual norm, as a share
SLACK = 2.0**-38  # of a dual that just fits, for the roundings of its norm
ROUNDINGS = 8  # of a search, in less than which no box that holds a maximum can be closed
ATTEMPTS = 12
COARSER = 2.0**-4  # of a dual whose cover takes too long
FEW_CONES = 1_000_000  # of a search that may fail, at rank 3; four times as many a rank more
# The first search, of a dual that hardly has room, may take a share of them. Where the norm is beta all along
# an arc it takes 433,408 (the petals of Iris), and 128 where the dual is a little further inside.
SPARING, INSIDE = 20, 64


def feasible_duals(
    problem: TrainingProblem, stated: checker.Problem, dual: np.ndarray, effort: Effort
) -> tuple[tuple[Vector, ...], checker.Cover]:
    """A multiple of duals, rounded, and a cover that proves it feasible; zero in the worst case.

    Args:
        problem: of outputs that share neurons.
        stated: it, as the checker reads it.
        dual: n x q; where the effort is not whole it is taken for feasible, as far as that is known.
        effort: how long may be searched.

    Returns:
        The columns, and the cover.
    """
    coordinates = Coordinates.of(stated)
    zero = tuple((ZERO,) * problem.n for _ in problem.outputs)
    scale = 0.0
    if dual.any():
        # A search that was stopped is not begun again to its end.
        columns = [tuple(map(Fraction, column)) for column in dual.T.tolist()]
        norm = largest_norm(coordinates, columns) if effort.whole else 1 + NEAR
        scale = min(_best(problem, dual) if effort.whole else 1.0, 1 / norm if norm > 0 else 1.0)
    if not 0 < scale < math.inf:
        return zero, written_coupled(coordinates, zero, coupled_cover(coordinates, zero))
    cones = effort.cones or FEW_CONES * 4 ** max(coordinates.dimension - 3, 0)
    limits = Limits(points=1, cones=cones, progress=effort.progress)
    rounded = off_by(coordinates, _rounded(problem, scale * dual))
    slack, began = min(max(SLACK, ROUNDINGS * rounded), COARSER), perf_counter()
    for turn in range(ATTEMPTS):
        # Half of the time that is left: to check takes as long as to write.
        deadline = effort.after(began, parts=2).deadline()
        if effort.seconds is not None and is_late(began + effort.seconds):
            break
        found = _rounded(problem, scale * (1 - slack) * dual)
        most = cones if turn else max(cones // SPARING, 1)
        cover = coupled_cover(coordinates, found, replace(limits, cones=most, deadline=deadline))
        if cover.proven:
            with suppress(checker.Refusal):
                return found, written_coupled(coordinates, found, cover, deadline)
        # Where there is no time for so many cones, a bound that needs far fewer.
        slack = max((8 if turn else INSIDE) * slack, COARSER if is_late(deadline) else 0.0)
        if slack >= 1:
            break
    return zero, written_coupled(coordinates, zero, coupled_cover(coordinates, zero))


def _best(problem: TrainingProblem, dual: np.ndarray) -> float:
    """The multiple of duals whose value is the largest, where that is a quadratic function of it; else 1."""
    if problem.plain_loss.name != "squared":
        return 1.0
    first, second = (
        sum(one.dual(scale * v) for one, v in zip(problem.outputs, dual.T, strict=True)) for scale in (1, 2)
    )
    along, bend = 2 * first - second / 2, 2 * first - second
    return along / bend if bend > 0 else 1.0


def _rounded(problem: TrainingProblem, dual: np.ndarray) -> tuple[Vector, ...]:
    """Short rationals in the domain of the loss, orthogonal to what is free, output by output."""
    return tuple(on_a_grid(one, v)[0] for one, v in zip(problem.outputs, dual.T, strict=True))
