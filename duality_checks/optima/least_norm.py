"""The limit of small weight decay: the networks of least norm that fit, or that separate (statement 2.12).

    ``min sum_j norm(w_j) abs(alpha_j)``  s.t.  ``f = y``,   or  ``y_k f_k >= 1`` for all k,

over ALL networks, with a proven interval. The penalty is exact: with the l1 loss (the hinge loss) a weight
decay ``beta`` below ``1/max_k abs(v_k)``, v a dual optimum, has the same networks and ``p*(beta)`` is
beta times the least norm. So the trainings and the independent checker for those losses do the work, and
whatever beta is, ``p*(beta)/beta`` is a lower bound. The upper bound is the norm of a rational network whose
outputs are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from time import perf_counter
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import ConvexLandscapeError
from hyperplane_arrangements.exact.rational import ZERO, Vector

from ..certificates.certificate import Certificate, check
from ..certificates.certifying import certify
from ..cover.effort import TRAINING, WHOLE, Effort
from ..exact.enclosures import Enclosed, decimal_interval
from ..exact.judged import fit_of
from ..exact.norms import root_above
from ..networks.rational import RationalNetwork
from ..networks.two_layer import TwoLayerNetwork
from ..problem import TrainingProblem
from ..training.columns import train
from ..training.rounds import MAX_CHAMBERS, Round
from .spanning import Reach, UnreachableError, corrected, reach_margins, reach_targets

# The first weight decay is this share of the dual norm of the labels' signs, over n; the next ones fall so.
START = 16
FALL = 8
STAGES = 12
# How far a trained network may be from the targets or margins, relative to the largest, to be corrected.
MET = 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class LeastNormProof(Enclosed):
    """A proven interval around the least norm, ``lower <= g <= upper``.

    Attributes:
        lower: ``v'y``, exactly.
        upper: a rational at least ``sum_j norm(w_j) abs(alpha_j)`` of ``network``, within 1e-30; equal to
            ``lower`` for a polyhedral norm.
        network: outputs exactly y (or exact margins at least 1).
        floats: the network as trained: the same up to rounding, at most n neurons; as made, with more, where
            limits left no other.
        dual: v: ``norm_dual(v) <= 1`` on all chambers (and ``y_k v_k >= 0`` for margins).
        penalised: the problem with the l1 or hinge loss and the beta for which the penalty is exact.
        certificate: of that problem; its lower bound over beta is ``lower``.
    """

    lower: Fraction
    upper: Fraction
    network: RationalNetwork
    floats: TwoLayerNetwork
    dual: Vector
    penalised: TrainingProblem
    certificate: Certificate

    def __str__(self) -> str:
        lower, upper = decimal_interval(self.lower, self.upper)
        return f"{lower} <= least norm <= {upper} (proven)"


def least_norm_fit(
    problem: TrainingProblem,
    *,
    max_chambers: int = MAX_CHAMBERS,
    effort: Effort = WHOLE,
    progress: Callable[[Round], Any] | None = None,
) -> LeastNormProof:
    """The least norm of a network with ``f = y`` exactly: the limit of ``p*(beta)/beta`` as beta falls to 0.

    Args:
        problem: any data, activation, penalty and readout; its beta and loss play no part.
        max_chambers: refuse arrangements with more chambers before starting.
        effort: the relative gap that will do, and the limits of the job, after which what was proven by then
            is told: of a network made to meet the targets, whatever its norm, if training has none.
        progress: called after each round of training.

    Raises:
        UnreachableError: no network fits; with the vector that proves it.
        TooLargeError: too many chambers.
        InputError: something is free of penalty.

    Example:
        >>> found = least_norm_fit(TrainingProblem([[1], [-1]], [5, 2], beta=1))
        >>> found.lower <= 7 <= found.upper, found.relative_gap < 1e-9  # a neuron a sample: 5 + 2
        (True, True)
    """
    problem.require_penalised("the least norm").require_sums("the least norm")
    reach = reach_targets(problem)
    _require(
        reach, "fits the targets", "samples in one place need one target, and those on a ray its multiples"
    )
    return _least_norm(problem, "l1", reach.network, max_chambers, effort, progress)


def least_norm_margin(
    problem: TrainingProblem,
    *,
    max_chambers: int = MAX_CHAMBERS,
    effort: Effort = WHOLE,
    progress: Callable[[Round], Any] | None = None,
) -> LeastNormProof:
    """The least norm of a network with ``y_k f_k >= 1`` for all k, for labels y: hard margin.

    Args:
        problem: as for :func:`least_norm_fit`, with labels -1 and +1.
        max_chambers: refuse arrangements with more chambers before starting.
        effort: the relative gap that will do, and the limits of the job, after which what was proven by then
            is told: of a network made to meet the targets, whatever its norm, if training has none.
        progress: called after each round of training.

    Raises:
        UnreachableError: no network separates the labels; with the vector that proves it.
        TooLargeError: too many chambers.
        InputError: targets that are no labels, or something is free of penalty.

    Example:
        >>> found = least_norm_margin(TrainingProblem([[1], [2], [-1]], [1, 1, -1], beta=1))
        >>> outputs = fit_of(found.penalised, found.network)
        >>> found.lower <= 2 <= found.upper, min(map(abs, outputs)) == 1
        (True, True)
    """
    problem.require_penalised("the least norm").require_sums("the least norm")
    reach = reach_margins(problem)
    _require(reach, "separates the labels", "leave out samples that contradict each other")
    return _least_norm(problem, "hinge", reach.network, max_chambers, effort, progress)


def _require(reach: Reach, does: str, remedy: str) -> None:
    if reach.obstruction is not None:
        place = next(k for k, z in enumerate(reach.obstruction) if z)
        raise UnreachableError(
            f"y: no network {does}: a vector z, nonzero at sample {place}, has z'phi(Xu) = 0 for all u "
            f"(see .obstruction); {remedy}",
            reach.obstruction,
        )


def _least_norm(
    problem: TrainingProblem,
    loss: str,
    made: RationalNetwork | None,
    max_chambers: int,
    effort: Effort,
    progress: Callable[[Round], Any] | None,
) -> LeastNormProof:
    began = perf_counter()
    beta, start = _first_beta(problem, max_chambers, effort.after(began, parts=4)), None
    for _ in range(STAGES):
        penalised = problem.restated(beta=beta, loss=loss, sample_weights=None)
        rest = effort.after(began)
        solution = train(penalised, max_chambers=max_chambers, progress=progress, start=start, effort=rest)
        start = solution.network
        network, floats = _meeting(penalised, solution), solution.network
        late = effort.seconds is not None and perf_counter() - began > TRAINING * effort.seconds
        if network is None and made is not None and late:
            network, floats = made, made.floats(problem.kappa, problem.d)
        if network is not None:
            rest = effort.after(began)
            certificate = certify(penalised, solution, max_chambers=max_chambers, effort=rest)
            check(penalised, certificate).require()
            lower = max(certificate.lower / beta, ZERO)
            dual = tuple(z / beta for z in certificate.dual)
            upper = norm_above(problem, network)
            return LeastNormProof(lower, upper, network, floats, dual, penalised, certificate)
        beta /= FALL
    raise ConvexLandscapeError(
        f"training is still far from the targets at beta = {float(beta):.1e}: they are too close to what no "
        "network can do; round the data, or merge samples that almost coincide"
    )


def _first_beta(problem: TrainingProblem, max_chambers: int, effort: Effort) -> Fraction:
    """A power of two, well below the weight decay from which on the zero network is optimal."""
    from .paths import approximate_beta_max

    labels = [1 if y > 0 else -1 for y in problem.y]
    stated = problem.restated(y=labels, beta=1, loss="squared", sample_weights=None)
    size = approximate_beta_max(stated, max_chambers, effort) / (START * problem.n)
    return Fraction(2) ** int(np.floor(np.log2(size))) if size > 0 else Fraction(1)


def _meeting(problem: TrainingProblem, solution: Any) -> RationalNetwork | None:
    """A rational network next to a trained one that fits exactly, or has margins of exactly 1; None if the
    trained one is far from it."""
    exact = getattr(solution, "exact_network", None)
    if exact is not None:
        outputs = fit_of(problem, exact)
        return exact if problem.loss.upper(outputs, problem.y) == 0 else None
    network = RationalNetwork.of(_reweighed(problem, solution.network))
    outputs = fit_of(problem, network)
    size = max(map(abs, problem.y))
    if problem.loss.name == "l1":
        errors = [abs(a - b) for a, b in zip(outputs, problem.y, strict=True)]
        return corrected(problem, network, problem.y) if max(errors) <= MET * size else None
    least = min(y * f for y, f in zip(problem.y, outputs, strict=True))
    if least < 1 - MET:
        return None
    return RationalNetwork(network.hidden, [alpha / least for alpha in network.output])


def _reweighed(problem: TrainingProblem, network: TwoLayerNetwork) -> TwoLayerNetwork:
    """With output weights moved by least squares to where the targets or the tight margins are met better."""
    columns = problem.readout.pool(network.neurons(problem.features))
    missing = problem.target - columns @ network.output
    tight = np.abs(missing) <= MET * np.abs(problem.target).max()
    step = np.linalg.lstsq(columns[tight], missing[tight], rcond=1e-13)[0]
    moved = network.output + step
    same = (np.sign(moved) == np.sign(network.output)).all()
    return TwoLayerNetwork(network.hidden, moved, network.kappa) if same else network


def norm_above(problem: TrainingProblem, network: RationalNetwork) -> Fraction:
    """A rational at least ``sum_j norm(w_j) abs(alpha_j)``; equal to it for a polyhedral norm.

    Example:
        >>> norm_above(TrainingProblem([[1, 0]], [1], 1), RationalNetwork([[3, 4]], [2]))
        Fraction(10, 1)
    """
    pairs = zip(network.hidden, network.output, strict=True)
    return sum((root_above(problem.penalty.square(w)) * abs(alpha) for w, alpha in pairs), ZERO)
