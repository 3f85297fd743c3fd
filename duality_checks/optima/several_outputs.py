"""Training networks with several outputs to the global optimum, with a proven interval (statement 2.8).

    ``min 1/2 norm(f - Y)_F^2 + beta/2 sum_j (norm(w_j)^2 + norm(alpha_j)_q^2)``,
    ``f = sum_j phi(X w_j) alpha_j'``.

With q = 1 this is one problem an output, for every loss, penalty and readout: each is trained, certified and
checked, and the bounds are added. With q = 2, the usual weight decay, the outputs share neurons, and
``norm(V'phi(Xu)) <= beta norm(u)`` has to hold for all u: one cover of the sphere proves it (statement 7.5b),
in a certificate of version 4 that the independent checker reads.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from time import perf_counter

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.rational import ZERO, Vector

from .. import checker
from ..certificates.certificate import Certificate, certify, check, cover_document, packed
from ..certificates.checking import check_texts
from ..checker import Refusal, Verdict
from ..cover.coupled_proof import coupled_cover, off_by, written_coupled
from ..cover.effort import WHOLE, Effort, is_late
from ..cover.proof import Coordinates
from ..cover.search import Limits
from ..data.problem_file import strings
from ..exact.enclosures import Enclosed
from ..exact.judged import objective_of
from ..exact.orthogonal import orthogonal
from ..networks.rational import RationalNetwork
from ..networks.two_layer import TwoLayerNetwork, side_by_side
from ..pricing.landscape import require_squares
from ..problem import TrainingProblem
from ..training.columns import train
from ..training.narrowing import narrowed
from ..training.neurons import with_best_skip
from ..training.polyhedral import balanced
from ..training.rounds import MAX_CHAMBERS, Solution
from .shared_training import SharedLandscape, train_shared

NEAR = 2.0**-30  # how far what is left of a network in floats may move a dual norm, as a share
SLACK = 2.0**-38  # of a dual that just fits, for the roundings of its norm
ROUNDINGS = 8  # of a search, in less than which no box that holds a maximum can be closed
ATTEMPTS = 12
COARSER = 2.0**-4  # of a dual whose cover takes too long
FEW_CONES = 1_000_000  # of a search that may fail, at rank 3; four times as many a rank more
# The first search, of a dual that hardly has room, may take a share of them. Where the norm is beta all along
# an arc it takes 433,408 (the petals of Iris), and 128 where the dual is a little further inside.
SPARING, INSIDE = 20, 64
GRAIN_BITS = 50  # of the largest entry of a dual


@dataclass(frozen=True, eq=False, slots=True)
class OutputsProof(Enclosed):
    """A network with several outputs and what proves ``lower <= p* <= upper``.

    Attributes:
        network: the network.
        lower, upper: exact.
        certificates: one an output for the 1-norm coupling, else empty.
        dual: V in rational columns, one an output.
        problem: the digest of the problem that outputs share neurons in, else "".
        cover: the cover that proves V feasible there, else None.
        has_intercept: whether that problem leaves an intercept free.
    """

    network: TwoLayerNetwork
    lower: Fraction
    upper: Fraction
    certificates: tuple[Certificate, ...]
    dual: tuple[Vector, ...]
    problem: str = ""
    cover: checker.Cover | None = None
    has_intercept: bool = False

    def to_json(self) -> str:
        """The certificate file for outputs that share neurons, version 4.

        Raises:
            InputError: each output has a certificate of its own.
        """
        if self.cover is None:
            raise InputError("these outputs have a certificate each: save proof.certificates")
        document = {
            **checker.CERTIFICATE,
            "version": 4,
            "problem": self.problem,
            "lower": str(self.lower),
            "upper": str(self.upper),
            "dual": [packed(v) for v in self.dual],
            "network": {
                "hidden": _table(self.network.hidden.tolist()),
                "output": _table(self.network.output.tolist()),
                **({"skip": _table(self.network.intercept[:, None].tolist())} if self.has_intercept else {}),
            },
            "cover": cover_document(self.cover, shared=True),
        }
        return json.dumps(document) + "\n"


def train_outputs(
    problem: TrainingProblem, *, max_chambers: int = MAX_CHAMBERS, effort: Effort = WHOLE
) -> OutputsProof:
    """The global optimum with several outputs, and its proof.

    Args:
        problem: of any number of outputs.
        max_chambers: refuse arrangements with more chambers before starting, where these are gone through.
        effort: limits of the whole job; outputs of their own share the time.

    Raises:
        InputError: outputs share neurons, with terms that :meth:`TrainingProblem.require_shared` refuses.
        TooLargeError: the arrangement has more chambers than ``max_chambers``.

    Example:
        >>> X, Y = [[1, 0], [0, 1]], [[3, 4], [0, 0]]
        >>> apart = train_outputs(TrainingProblem(X, Y, beta=1))  # 3 - 1/2 + 4 - 1/2
        >>> shared = train_outputs(TrainingProblem(X, Y, beta=1, coupling="2-norm"))  # 5 - 1/2
        >>> apart.lower <= 6 <= apart.upper, shared.lower <= Fraction(9, 2) <= shared.upper
        (True, True)
    """
    from ..pricing.limits import is_searched, require_feasible

    if problem.shares:
        return _shared(problem.require_shared(), effort)
    if not is_searched(problem):
        require_feasible(problem.arrangement, max_chambers)
    return _apart(problem, max_chambers, effort)


def check_outputs(problem: TrainingProblem, proof: OutputsProof) -> Verdict:
    """Verify a proof by the independent checker: a certificate for each output, or one for all.

    Args:
        problem: the problem.
        proof: from :func:`train_outputs`, or from anywhere.

    Returns:
        The verdict on the whole interval.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [[3, 1], [2, 0]], beta=1)
        >>> check_outputs(problem, train_outputs(problem)).proven
        True
    """
    try:
        lower, upper = _bounds(problem.require_shared(), proof) if problem.shares else _sums(problem, proof)
    except Refusal as reason:
        return Verdict(False, str(reason))
    if (lower, upper) != (proof.lower, proof.upper):
        return Verdict(False, "the bounds are not those that the parts prove")
    return Verdict(True, "", lower, upper)


def _apart(problem: TrainingProblem, max_chambers: int, effort: Effort) -> OutputsProof:
    solutions, certificates = list[Solution](), list[Certificate]()
    for one, part in zip(problem.outputs, effort.shares(len(problem.targets)), strict=True):
        solutions.append(train(one, max_chambers=max_chambers, effort=part))
        certificates.append(certify(one, solutions[-1], max_chambers=max_chambers, effort=part))
    network = side_by_side([solution.network for solution in solutions])
    lower = sum((one.lower for one in certificates), ZERO)
    upper = sum((one.upper for one in certificates), ZERO)
    return OutputsProof(network, lower, upper, tuple(certificates), tuple(one.dual for one in certificates))


def _sums(problem: TrainingProblem, proof: OutputsProof) -> tuple[Fraction, Fraction]:
    if len(proof.certificates) != len(problem.targets):
        raise Refusal(f"{len(proof.certificates)} certificates for {len(problem.targets)} outputs")
    lower = upper = ZERO
    for c, (one, certificate) in enumerate(zip(problem.outputs, proof.certificates, strict=True)):
        verdict = check(one, certificate)
        if verdict.lower is None or verdict.upper is None:
            raise Refusal(f"output {c}: {verdict.reason}")
        lower, upper = lower + verdict.lower, upper + verdict.upper
    _require_network(problem, proof)
    return lower, upper


def _require_network(problem: TrainingProblem, proof: OutputsProof) -> None:
    """The network is that of the certificates, side by side; balanced, where they have neurons of norm 1."""
    network = proof.network
    _require_shape(problem, network)
    parts = [
        RationalNetwork(
            one.network_hidden, one.network_output, one.network_skip[0] if problem.free.intercept else ZERO
        ).floats(problem.kappa, problem.d)
        for one in proof.certificates
    ]
    if problem.penalty.polyhedral:
        parts = [balanced(part) for part in parts]
    proven = side_by_side(parts)
    if not all(
        np.array_equal(own, stated)
        for own, stated in (
            (network.hidden, proven.hidden),
            (network.output, proven.output),
            (network.intercept, proven.intercept),
        )
    ):
        raise Refusal("the network is not the one that the certificates prove")


def _shared(problem: TrainingProblem, effort: Effort) -> OutputsProof:
    Y = problem.Y
    require_squares(problem)
    shared = SharedLandscape.of(problem)
    began, size = perf_counter(), problem.X.shape[0] * problem.arrangement.rank * Y.shape[1]
    found = train_shared(shared, Y, float(problem.beta), effort.training().checkable(size))
    sizes = np.linalg.norm(found.weights, axis=1)
    atoms = shared.landscape.outputs(found.directions @ shared.landscape.basis)
    columns = atoms[:, None, :] * (found.weights / np.maximum(sizes, 1e-300)[:, None]).T[None]
    columns = columns.reshape(Y.size, len(sizes))
    kept = narrowed(columns, sizes, np.ones(len(sizes)))
    alive = np.flatnonzero(kept)
    roots = np.sqrt(kept[alive])[:, None]
    network = TwoLayerNetwork(
        found.directions[alive] * roots, found.weights[alive] / sizes[alive, None] * roots, problem.kappa
    )
    # The errors beside the neurons alone: the readout takes off what the best intercepts fit.
    errors = Y - network.predict(problem.features)
    if problem.free.intercept:
        best = [with_best_skip(one, network.one(k)) for k, one in enumerate(problem.outputs)]
        network = replace(network, intercept=[one.intercept for one in best])
    stated = checker.read_problem(problem.to_json())
    squares = shared.readout.clean(shared.readout.squared(errors))
    # A search that was stopped is not begun again to its end.
    norm = shared.norm(squares) if effort.whole else found.reach * (1 + NEAR)
    dual, cover = _feasible(problem, stated, shared.readout.dual(squares), norm, effort.after(began))
    values = _values(problem, network, dual)
    return OutputsProof(network, *values, (), dual, stated.digest, cover, problem.free.intercept)


def _feasible(
    problem: TrainingProblem,
    stated: checker.Problem,
    residual: np.ndarray,
    size: float,
    effort: Effort,
) -> tuple[tuple[Vector, ...], checker.Cover]:
    """A multiple of the errors beside the neurons, whose dual norm is of this size, rounded, and a cover that
    proves it feasible; zero in the worst case."""
    coordinates = Coordinates.of(stated)
    zero = tuple((ZERO,) * problem.n for _ in problem.outputs)
    if not residual.any() or not np.isfinite(size):
        return zero, written_coupled(coordinates, zero, coupled_cover(coordinates, zero))
    scale = min(1.0, float(problem.beta) / size) if size > 0 else 1.0
    cones = effort.cones or FEW_CONES * 4 ** max(coordinates.dimension - 3, 0)
    limits = Limits(points=1, cones=cones, progress=effort.progress)
    grain = _grain(scale * residual)
    columns = [list(map(Fraction, column)) for column in residual.T.tolist()]
    rounded = off_by(coordinates, [_rounded(column, Fraction(scale), grain) for column in columns])
    slack, began = min(max(SLACK, ROUNDINGS * rounded), COARSER), perf_counter()
    for turn in range(ATTEMPTS):
        # Half of the time that is left: to check takes as long as to write.
        deadline = effort.after(began, parts=2).deadline()
        if effort.seconds is not None and is_late(began + effort.seconds):
            break
        share = Fraction(scale * (1 - slack))
        dual = tuple(_without_what_is_free(problem, _rounded(column, share, grain)) for column in columns)
        most = cones if turn else max(cones // SPARING, 1)
        found = coupled_cover(coordinates, dual, replace(limits, cones=most, deadline=deadline))
        if found.proven:
            with suppress(Refusal):
                return dual, written_coupled(coordinates, dual, found, deadline)
        # Where there is no time for so many cones, a bound that needs far fewer.
        slack = max((8 if turn else INSIDE) * slack, COARSER if is_late(deadline) else 0.0)
        if slack >= 1:
            break
    return zero, written_coupled(coordinates, zero, coupled_cover(coordinates, zero))


def _grain(values: np.ndarray) -> Fraction:
    """A power of two, a share of the largest value: what is rounded to it has short numerators, with which
    all that is checked is done."""
    return Fraction(2) ** (math.frexp(float(np.abs(values).max()))[1] - GRAIN_BITS)


def _rounded(column: Sequence[Fraction], share: Fraction, grain: Fraction) -> Vector:
    """A share of a column, rounded."""
    return tuple(round(share * x / grain) * grain for x in column)


def _without_what_is_free(problem: TrainingProblem, v: Vector) -> Vector:
    """A vector nearby that is orthogonal to a free intercept."""
    found = orthogonal(v, problem.equations, range(len(v)))
    return v if found is None else found


def _bounds(problem: TrainingProblem, proof: OutputsProof) -> tuple[Fraction, Fraction]:
    _require_shapes(problem, proof)
    if proof.cover is None:
        raise Refusal("there is no cover that proves the dual feasible")
    verdict = check_texts(problem.to_json(), proof.to_json())
    if verdict.lower is None or verdict.upper is None:
        raise Refusal(verdict.reason)
    return verdict.lower, verdict.upper


def _table(rows: Sequence[Sequence[float]]) -> list[list[str]]:
    """Floats as exact rationals."""
    return [strings([Fraction(x) for x in row]) for row in rows]


def _require_shapes(problem: TrainingProblem, proof: OutputsProof) -> None:
    """The network and the dual are of this problem."""
    count = len(problem.targets)
    _require_shape(problem, proof.network)
    if [len(column) for column in proof.dual] != [problem.n] * count:
        raise Refusal(f"the dual is not {count} columns of {problem.n} entries")


def _require_shape(problem: TrainingProblem, network: TwoLayerNetwork) -> None:
    count = len(problem.targets)
    if network.kappa != problem.kappa:
        raise Refusal(f"the network has kappa={network.kappa}, the problem kappa={problem.kappa}")
    if network.hidden.shape != (network.width, problem.d) or network.output.shape != (network.width, count):
        raise Refusal(f"the network is not of {problem.d} inputs and {count} outputs")
    if network.linear.any() or (np.any(network.intercept) and not problem.free.intercept):
        raise Refusal("the network has an intercept or a linear skip, which the problem has not")


def _values(
    problem: TrainingProblem, network: TwoLayerNetwork, dual: Sequence[Vector]
) -> tuple[Fraction, Fraction]:
    """The value of the dual, ``tr(V'Y) - 1/2 norm(V)_F^2`` without weights and intercept, and the objective
    of the network's floats, exactly."""
    lower = sum((one.exact_dual(v) for one, v in zip(problem.outputs, dual, strict=True)), ZERO)
    return max(lower, ZERO), objective_of(problem, network)
