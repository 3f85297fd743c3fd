"""Training to the global optimum, whatever the problem's terms (statements 2.1 and 3.7).

The loop is in :mod:`.loop`, and who takes part in it in :mod:`.table`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.machine.workers import using_executor

from ..cover.effort import WHOLE, Effort
from ..networks.two_layer import TwoLayerNetwork
from ..problem import TrainingProblem
from .rounds import MAX_CHAMBERS, Round, Solution
from .table import trained
from .threads import one_blas_thread


@one_blas_thread()
def train(
    problem: TrainingProblem,
    *,
    max_chambers: int = MAX_CHAMBERS,
    progress: Callable[[Round], Any] | None = None,
    start: TwoLayerNetwork | None = None,
    effort: Effort = WHOLE,
    executor: Executor | None = None,
) -> Solution:
    """The global optimum of a training problem, by statement 2.1, numerically.

    Args:
        problem: of one output, or of outputs that share neurons.
        max_chambers: refuse arrangements with more chambers before starting.
        progress: called after each round.
        start: a network to begin with, such as the optimum of a nearby problem or the last one of an
            interrupted run; the result is the same, sooner.
        effort: where directions are searched, how narrow the bounds have to be, and the limits of the whole
            job; give :func:`certify` the same. Training takes six tenths of the time, or where quadratic
            functions prove the bound up to 85 hundredths.
        executor: who searches all directions with this process, where that takes more than a second: any
            executor, of processes or of a cluster. What workers that die had is done again.

    Returns:
        The solution, typically with a relative gap of 1e-12, or with the best bounds of the effort.

    Raises:
        TooLargeError: the arrangement has more chambers than ``max_chambers``.
        InputError: ``start`` is no such network, or has another number of inputs or outputs; outputs are a
            program each, or share neurons with terms that :meth:`TrainingProblem.require_shared` refuses.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> solution = train(TrainingProblem([[1.0], [-1.0]], [3.0, 2.0], beta=1.0))
        >>> solution.network.width, round(solution.upper, 12)  # two soft thresholds: 3 - 1/2 + 2 - 1/2
        (2, 4.0)
    """
    if start is not None:
        _require_start(problem, start)
    with using_executor(executor):
        return _train(problem, max_chambers=max_chambers, progress=progress, start=start, effort=effort)


def _train(
    problem: TrainingProblem,
    *,
    max_chambers: int,
    progress: Callable[[Round], Any] | None,
    start: TwoLayerNetwork | None,
    effort: Effort,
) -> Solution:
    """By the trainer of the problem's terms."""
    settings: dict[str, Any] = {
        "max_chambers": max_chambers,
        "progress": progress,
        "start": start,
        "effort": effort.training(),
    }
    if not effort.whole:
        from .relaxed import is_relaxed, train_relaxed

        if is_relaxed(problem, effort):
            return train_relaxed(trained, problem, **settings)
    return trained(problem, **settings)


def _require_start(problem: TrainingProblem, start: Any) -> None:
    if not isinstance(start, TwoLayerNetwork):
        raise InputError(f"start is of type {type(start).__name__}; give a TwoLayerNetwork")
    if start.count != len(problem.targets):
        outputs = f"start has {start.count} outputs, and the problem {len(problem.targets)}"
        raise InputError(f"{outputs}; give a network with as many")
    if start.hidden.shape[1] != problem.d:
        raise InputError(f"start has {start.hidden.shape[1]} inputs but the problem has {problem.d} columns")
