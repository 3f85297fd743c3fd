"""From a numerical solution to a certificate (statements 2.3-2.5).

The network's floats are rationals, so its exact objective is a proven upper bound. The dual vector is scaled
until, with rounded multipliers, it is feasible on every chamber in integer arithmetic: then its value is a
proven lower bound. Everything here may be wrong: the checker reads the file that results and believes none
of it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import Executor
from fractions import Fraction
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.machine.workers import using_executor

from .. import checker
from ..checker import Chamber, Cover, Quadratic, Refusal, Slopes
from ..cover.effort import WHOLE, Effort, is_late
from ..exact.enclosures import require_writable
from ..exact.judged import judged, skip_of
from ..exact.rounding import on_a_grid
from ..pricing.limits import LISTED_AT_MOST, few_chambers
from ..terms.given import reals, whole
from .certificate import Certificate
from .checking import as_read
from .draft import draft
from .proof import feasible_multiple
from .said import multiples_said
from .witnesses import integer_points

if TYPE_CHECKING:
    from ..problem import TrainingProblem

# Room for the errors of a dual norm found in floats.
_ROOM = 1 - 1e-12
_ATTEMPTS = 8
# Of a dual that there was no time to prove: what is much easier to.
_COARSE = 0.9
# At rank 3; more say that a dual this near to its bound is not worth it, and a little further inside is.
_FEW_CONES = 100_000
SIGNS_AT_MOST = 200_000  # of a list, one a chamber and hyperplane: at rank 2 rows are many and chambers few
_Proof = TypeVar("_Proof")
# A multiple of the dual, and the rule by which the network says it, if it does.
_Multiple = tuple[tuple[Fraction, ...], Slopes | None]


class Proposal(Protocol):
    """What a certificate is made from: any trained network and any dual vector."""

    @property
    def network(self) -> Any: ...

    @property
    def dual(self) -> Any: ...


def certify(
    problem: TrainingProblem,
    solution: Proposal,
    *,
    max_chambers: int = 5_000_000,
    effort: Effort = WHOLE,
    list_at_most: int | None = None,
    executor: Executor | None = None,
) -> Certificate:
    """A certificate from a numerical solution, as tight as the solution is good.

    The upper bound is the exact objective of `solution.network`, which fits the problem in every part
    (:func:`~duality_checks.exact.judged.judged`). The lower bound comes from the best multiple
    of `solution.dual` that is feasible on every chamber (statement 2.5), proven in integers; `relative_gap`
    shows how far that is from optimal. Cost: linear in chambers times rows, plus one small projection for
    each chamber whose gradient is longer than beta.

    More than `LISTED_AT_MOST` chambers (:func:`~duality_checks.pricing.limits.is_covered` has the figures),
    or `SIGNS_AT_MOST` of their signs, are not listed: then all directions are covered, at any rank. But at
    rank 2 the checker goes once around the circle by itself, unless biases are free: with its check that took
    0.019, 0.38 and 2.0 CPU seconds at 250, 5,000 and 25,000 rows, a cover 0.040, 0.77 and 4.4, and a list
    0.094 at 250 and 0.95 at 1,000; of 100,000 rows of 17 digits 3.6 s and 1 kB, a cover 14 s and 45 kB.

    Args:
        problem: of one output, or of outputs that share neurons.
        solution: anything with `.network`, of any kind that `judged` takes, and `.dual` (length n, or n x q).
        max_chambers: refuse to list more than these.
        effort: that of the training, where it was limited: then all directions are covered for the dual as it
            is, and no better multiple of it is looked for. Of the time half of what training has left is
            taken: the other half is for the check. A dual that is not proven by then is cut down, in the
            end to zero.
        list_at_most: cover all directions above so many chambers, at any rank, in place of `LISTED_AT_MOST`.
            Covers are checked faster; a list is read more easily.
        executor: who searches for a cover and writes it, as for :func:`train`.

    Returns:
        The certificate; `check` proves it.

    Raises:
        InputError: a network that does not fit, a dual of the wrong length or not of finite real numbers,
            numbers outside the range of floats, bounds too long for the format, or outputs that are a problem
            each: certify `problem.programs`.
        TooLargeError: too many chambers to list.

    Example:
        >>> from types import SimpleNamespace
        >>> from duality_checks import TrainingProblem, TwoLayerNetwork, certify, check
        >>> problem = TrainingProblem([[1], [-2]], [1, 0], beta="3/4")
        >>> guess = SimpleNamespace(network=TwoLayerNetwork([[0.5]], [0.5]), dual=[0.75, 0.0])
        >>> certificate = certify(problem, guess)
        >>> check(problem, certificate).proven, certificate.relative_gap < 1e-12
        (True, True)
    """
    if problem.shares:
        problem.require_shared()
    with using_executor(executor):
        stated = as_read(problem.to_json())
        return certify_read(problem, stated, solution, max_chambers, effort, list_at_most)


def certify_read(
    problem: TrainingProblem,
    stated: checker.Problem,
    solution: Proposal,
    max_chambers: int,
    effort: Effort,
    list_at_most: int | None = None,
) -> Certificate:
    """`certify`, for a problem that the checker has read: by the method that fits the arrangement."""
    effort = effort.after(perf_counter() - getattr(solution, "seconds", 0.0))
    max_chambers = whole(max_chambers, "max_chambers", least=0)
    dual = _dual_floats(problem, solution.dual)
    if problem.shares:
        return _shared(problem, stated, solution, dual, effort)
    network = judged(problem, solution.network)
    arrangement, cover, quadratic, slopes, found = problem.arrangement, None, None, None, None
    functions = _bounded(problem, stated, solution)
    most = LISTED_AT_MOST if list_at_most is None else whole(list_at_most, "list_at_most", least=0)
    listed = min(most, SIGNS_AT_MOST // max(1, len(arrangement.hyperplanes)))
    if functions is not None:
        (feasible, quadratic), chambers = functions, None
    elif problem.penalty.polyhedral:
        from .polyhedral import exact_parts

        network, feasible, chambers = exact_parts(problem, solution)
    elif not few_chambers(arrangement, listed):
        chambers = None
        plain = problem.bias is None and not problem.is_max_pooled
        found = checker.outputs(stated, network.hidden, network.output, skip_of(problem, network))
        say = multiples_said(problem, stated, found, dual) or _written_out(problem, dual)
        if arrangement.rank == 2 and plain and list_at_most is None:
            feasible, slopes = _swept_once(problem, stated, dual, say, effort)
        else:
            (feasible, slopes), cover = _covered(problem, stated, dual, say, effort)
    elif problem.is_max_pooled:
        from .max_pooling import listed_chambers

        feasible, chambers = listed_chambers(problem, stated, dual, max_chambers)
    else:
        feasible, chambers = _listed(problem, stated, dual, max_chambers)
    skip = skip_of(problem, network)
    certificate = Certificate(
        problem=stated.digest,
        lower=checker.dual_value(stated, feasible),
        upper=checker.objective(stated, network.hidden, network.output, skip, found),
        dual=feasible,
        network_hidden=network.hidden,
        network_output=network.output,
        chambers=chambers,
        network_skip=skip,
        cover=cover,
        quadratic=quadratic,
        slopes=slopes,
    )
    require_writable(certificate.lower, certificate.upper)
    return certificate


def _shared(
    problem: TrainingProblem, stated: checker.Problem, solution: Proposal, dual: np.ndarray, effort: Effort
) -> Certificate:
    """The certificate of outputs that share neurons: always a cover."""
    from .shared import feasible_duals

    network = judged(problem, solution.network)
    skips = tuple(skip_of(one, network.one(k)) for k, one in enumerate(problem.outputs))
    duals, cover = feasible_duals(problem, stated, dual, effort)
    parts = zip(checker.one_by_one(stated), duals, strict=True)
    certificate = Certificate(
        problem=stated.digest,
        lower=checker.summed(checker.dual_value(one, z) for one, z in parts),
        upper=checker.shared_objective(stated, network.hidden, network.outgoing, skips),
        dual=duals,
        network_hidden=network.hidden,
        network_output=network.outgoing,
        chambers=None,
        network_skip=skips if any(skips) else (),
        cover=cover,
    )
    require_writable(certificate.lower, certificate.upper)
    return certificate


def _bounded(
    problem: TrainingProblem, stated: checker.Problem, solution: Proposal
) -> tuple[tuple[Fraction, ...], Quadratic] | None:
    """What the quadratic functions of a solution prove, where it has them for its dual."""
    relaxation = getattr(solution, "relaxation", None)
    if relaxation is None:
        return None
    known = relaxation.proof
    if known is not None and known.problem == stated.digest:
        return known.dual, known.functions
    from ..cover.proof import Coordinates
    from ..training.cylinder import landscape_of
    from ..training.relaxation_proof import proven

    coordinates = Coordinates.of(stated)
    return proven(problem, coordinates, landscape_of(problem, coordinates), relaxation)


def _written_out(problem: TrainingProblem, dual: np.ndarray) -> Callable[[float], _Multiple]:
    """Multiples of a dual that no rule says."""
    return lambda scale: (on_a_grid(problem, scale * dual)[0], None)


def _covered(
    problem: TrainingProblem,
    stated: checker.Problem,
    dual: np.ndarray,
    say: Callable[[float], _Multiple],
    effort: Effort,
) -> tuple[_Multiple, Cover]:
    """A multiple of the dual that a cover proves feasible: itself, if it is as near as it was thought to be.

    Raises:
        InputError: no multiple was proven.
    """
    from ..cover.proof import Coordinates, covers, written
    from ..cover.search import Limits

    coordinates = Coordinates.of(stated).turned(say(1.0)[0])
    cones = _FEW_CONES * 4 ** max(coordinates.dimension - 3, 0)

    def prove(feasible: tuple[Fraction, ...], deadline: float | None) -> Cover | None:
        limits = Limits(points=1, cones=cones, deadline=deadline, progress=effort.progress)
        found = covers(coordinates, feasible, keep=True, limits=limits)
        return written(coordinates, feasible, found, deadline) if found[1].proven else None

    return _first_proven(problem, dual, say, effort, prove)


def _swept_once(
    problem: TrainingProblem,
    stated: checker.Problem,
    dual: np.ndarray,
    say: Callable[[float], _Multiple],
    effort: Effort,
) -> _Multiple:
    """The same at rank 2, where the checker's own sweep proves it and the dual norm is known at once.

    Raises:
        InputError: no multiple was proven.
    """
    size = _largest_multiple(problem, dual, effort) if effort.whole else None

    def prove(feasible: tuple[Fraction, ...], deadline: float | None) -> bool:
        checker.sweep_proves(stated, feasible)
        return True

    return _first_proven(problem, dual, say, effort, prove, size)[0]


def _first_proven(
    problem: TrainingProblem,
    dual: np.ndarray,
    say: Callable[[float], _Multiple],
    effort: Effort,
    prove: Callable[[tuple[Fraction, ...], float | None], _Proof | None],
    size: float | None = None,
) -> tuple[_Multiple, _Proof]:
    """The dual, or else the largest multiple that its dual norm allows, or less: the first of them that is
    proven, with the proof. What proves returns None, or raises a `Refusal`, where it does not before its
    deadline; the size is that multiple, where it is known."""
    scale = problem.loss.multiple(dual, problem.target) if effort.whole else 1.0
    room, began = _ROOM, perf_counter()
    # In time, a dual of zeros is proven as it is below, at once.
    for _ in range(_ATTEMPTS if dual.any() or effort.seconds is None else 0):
        multiple = say((scale if size is None else min(scale, size)) * room)
        # Half of the time that is left: to check takes as long as to write.
        deadline = effort.after(began, parts=2).deadline()
        with contextlib.suppress(Refusal):
            proof = prove(multiple[0], deadline)
            if proof is not None:
                return multiple, proof
        if is_late(deadline):
            room *= _COARSE
        else:
            if size is None:
                size = _largest_multiple(problem, dual, effort.after(began, parts=4))
            room = 1 - 16 * (1 - room)
    nothing = _written_out(problem, dual)(0.0)
    proof = None if effort.seconds is None else prove(nothing[0], None)
    if proof is not None:
        return nothing, proof
    raise InputError("dual: no multiple of it was proven feasible; train the problem further")


def _largest_multiple(problem: TrainingProblem, dual: np.ndarray, effort: Effort) -> float:
    from ..pricing.dual_norm import dual_norm

    norm = dual_norm(problem, dual, effort=effort)
    return float(problem.beta) / norm if norm > 0 else np.inf


def _listed(
    problem: TrainingProblem, stated: checker.Problem, dual: np.ndarray, max_chambers: int
) -> tuple[tuple[Fraction, ...], tuple[Chamber, ...]]:
    """A feasible multiple of the dual, and all chambers with their multipliers."""
    chambers = problem.arrangement.chambers(max_chambers)
    signs, points = chambers.signs, integer_points(problem.X, chambers)
    feasible, found = feasible_multiple(problem, stated, draft(problem, dual, signs), signs)
    count, none = len(points), dict[int, Fraction]()
    listed = (
        Chamber(point, found.get(i, none), found.get(count + i, none)) for i, point in enumerate(points)
    )
    return feasible, tuple(listed)


def _dual_floats(problem: TrainingProblem, dual: Any) -> np.ndarray:
    values, q = reals(dual, "dual"), len(problem.targets)
    wanted, meant = ((problem.n, q), "row") if problem.shares else ((problem.n,), "entry")
    if values.shape != wanted:
        raise InputError(f"dual has shape {values.shape}; give one {meant} a sample, {wanted}")
    numbers = np.concatenate([problem.features.ravel(), problem.Y.ravel()])
    if not np.isfinite(numbers).all() or not 1e-280 < float(problem.beta) < 1e280:
        raise InputError("X, y or beta is beyond the range of floats; rescale the problem")
    return values
