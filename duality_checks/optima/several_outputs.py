"""Training networks with several outputs to the global optimum, with a proven interval (statement 2.8).

    ``min 1/2 norm(f - Y)_F^2 + beta/2 sum_j (norm(w_j)^2 + norm(alpha_j)_q^2)``,
    ``f = sum_j phi(X w_j) alpha_j'``.

With q = 1 this is one problem an output, for every loss, penalty and readout: each is trained, certified and
checked, and the bounds are added. With q = 2, the usual weight decay, the outputs share neurons, and
``norm(V'phi(Xu)) <= beta norm(u)`` has to hold on every chamber: a quadratic form that is nonnegative on a
cone, which is decided exactly up to rank 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from fractions import Fraction
from time import perf_counter
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_matrix
from hyperplane_arrangements.exact.rational import independent_rows
from hyperplane_arrangements.pasting import Call, Pasted

from ..certificates.certificate import Certificate, certify, check
from ..checker import Refusal, Verdict
from ..effort import WHOLE, Effort
from ..exact.copositive import MOST, gram, is_nonnegative_on, is_positive_semidefinite
from ..exact.norms import Vector
from ..exact.orthogonal import orthogonal
from ..exact.setting import ZERO, combination, dot
from ..networks.rational import RationalNetwork
from ..networks.vector import VectorNetwork as VectorNetwork
from ..networks.vector import side_by_side
from ..pricing.landscape import require_squares
from ..problem import TrainingProblem
from ..terms.free import DECAYED, NAMES, NOTHING
from ..training.columns import train
from ..training.free import with_best_skip
from ..training.narrowing import narrowed
from ..training.polyhedral import balanced
from ..training.rounds import MAX_CHAMBERS
from .vector_output import SharedNeurons

COUPLINGS = ("1-norm", "2-norm")
INSIDE = 1 - 2.0**-40
ATTEMPTS = 12
GRAIN = 2**50


class MultiOutputProblem(Pasted):
    """Training a network with k outputs.

    Args:
        X: data, N x d, as for :class:`~duality_checks.problem.TrainingProblem`.
        Y: targets, n x k, likewise.
        beta: weight decay, positive.
        activation: as there.
        coupling: the norm of a neuron's output weights in the penalty: ``"1-norm"`` (the outputs separate) or
            ``"2-norm"`` (the usual weight decay; squared loss and 2-norm penalty, rank at most 3).
        terms: ``loss``, ``penalty``, ``readout``, ``sample_weights`` and ``free``, as there. What is free is
            so for every output; with the 2-norm coupling an intercept may be, or decay.

    Raises:
        InputError: as there; an unknown coupling, or terms or a rank for which the 2-norm coupling cannot be
            proven.

    Example:
        >>> problem = MultiOutputProblem([[1, 0], [0, 1]], [[3, 4], [0, 0]], beta=1, coupling="2-norm")
        >>> len(problem.outputs), problem.coupling
        (2, '2-norm')
    """

    def __init__(
        self, X: Any, Y: Any, beta: Any, activation: Any = "relu", *, coupling: str = "1-norm", **terms: Any
    ):
        if coupling not in COUPLINGS:
            raise InputError(f"coupling={coupling!r} is unknown; use {' or '.join(COUPLINGS)}")
        columns = list(zip(*exact_matrix(Y, name="Y").fractions, strict=True))
        first = TrainingProblem(X, columns[0], beta, activation, **terms)
        first.require_penalised("several outputs", tuple(name for name in NAMES if "linear" not in name))
        if coupling == "2-norm":
            if first.plain_loss.name != "squared":
                first.require_standard("the 2-norm coupling")
            first.require_ball("the 2-norm coupling", (NOTHING, "intercept", DECAYED))
            if first.arrangement.rank > MOST:
                raise InputError(
                    f"X has rank {first.arrangement.rank}; the 2-norm coupling is proven up to rank {MOST}: "
                    "use fewer columns, or coupling='1-norm'"
                )
        self.outputs: tuple[TrainingProblem, ...] = tuple(_like(first, column) for column in columns)
        self.coupling = coupling

    def _call(self) -> Call:
        one = self.outputs[0]._call()
        targets = list(zip(*(problem.y for problem in self.outputs), strict=True))
        return Call(
            type(self).__name__, (one.arguments[0], targets), {**one.named, "coupling": self.coupling}
        )

    def _measured(self) -> str:
        one = self.outputs[0]._measured()
        return f"{one}, {len(self.outputs):,} outputs" if one else ""

    @property
    def beta(self) -> Fraction:
        """The weight decay."""
        return self.outputs[0].beta

    def with_beta(self, beta: Any) -> MultiOutputProblem:
        """The same problem with another weight decay; the arrangement is shared.

        Raises:
            InputError: it is not positive.
        """
        other = copy(self)
        other.outputs = tuple(problem.with_beta(beta) for problem in self.outputs)
        return other

    @property
    def targets(self) -> np.ndarray:
        """Y in floats, n x k."""
        return np.stack([problem.target for problem in self.outputs], axis=1)


def _like(problem: TrainingProblem, y: Sequence[Fraction]) -> TrainingProblem:
    """The same problem with other targets; the arrangement is shared."""
    other = TrainingProblem(
        problem.X,
        y,
        problem.beta,
        problem.kappa,
        loss=problem.loss,
        penalty=problem.penalty,
        readout=problem.readout,
        free=problem.free,
    )
    other.__dict__["arrangement"] = problem.arrangement
    return other


@dataclass(frozen=True, eq=False, slots=True)
class OutputsProof:
    """A network with several outputs and what proves ``lower <= p* <= upper``.

    Attributes:
        network: the network.
        lower, upper: exact.
        certificates: one an output for the 1-norm coupling, else empty.
        dual: V in rational columns, one an output.
    """

    network: VectorNetwork
    lower: Fraction
    upper: Fraction
    certificates: tuple[Certificate, ...]
    dual: tuple[Vector, ...]

    @property
    def relative_gap(self) -> float:
        """``(upper - lower) / upper``, and 0 where both are 0."""
        return float((self.upper - self.lower) / self.upper) if self.upper else 0.0


def train_outputs(
    problem: MultiOutputProblem, *, max_chambers: int = MAX_CHAMBERS, effort: Effort = WHOLE
) -> OutputsProof:
    """The global optimum with several outputs, and its proof.

    Args:
        problem: the problem.
        max_chambers: refuse arrangements with more chambers before starting, where these are gone through.
        effort: with the 1-norm, of searches over all directions; outputs share the time.

    Raises:
        TooLargeError: the arrangement has more chambers than ``max_chambers``.

    Example:
        >>> X, Y = [[1, 0], [0, 1]], [[3, 4], [0, 0]]
        >>> apart = train_outputs(MultiOutputProblem(X, Y, beta=1))  # 3 - 1/2 + 4 - 1/2
        >>> shared = train_outputs(MultiOutputProblem(X, Y, beta=1, coupling="2-norm"))  # 5 - 1/2
        >>> apart.lower <= 6 <= apart.upper, shared.lower <= Fraction(9, 2) <= shared.upper
        (True, True)
    """
    from ..limits import is_searched, require_feasible

    apart = problem.coupling == "1-norm"
    if not (apart and is_searched(problem.outputs[0])):
        require_feasible(problem.outputs[0].arrangement, max_chambers)
    return _apart(problem, max_chambers, effort) if apart else _shared(problem)


def check_outputs(problem: MultiOutputProblem, proof: OutputsProof) -> Verdict:
    """Verify a proof: each output's certificate by the independent checker, or V on every chamber, exactly.

    Args:
        problem: the problem.
        proof: from :func:`train_outputs`, or from anywhere.

    Returns:
        The verdict on the whole interval.

    Example:
        >>> problem = MultiOutputProblem([[1], [-1]], [[3, 1], [2, 0]], beta=1)
        >>> check_outputs(problem, train_outputs(problem)).proven
        True
    """
    try:
        lower, upper = _sums(problem, proof) if problem.coupling == "1-norm" else _bounds(problem, proof)
    except Refusal as reason:
        return Verdict(False, str(reason))
    if (lower, upper) != (proof.lower, proof.upper):
        return Verdict(False, "the bounds are not those that the parts prove")
    return Verdict(True, "", lower, upper)


def _apart(problem: MultiOutputProblem, max_chambers: int, effort: Effort) -> OutputsProof:
    began, count = perf_counter(), len(problem.outputs)
    efforts = (effort.after(began, count - k) for k in range(count))
    solutions = [
        train(one, max_chambers=max_chambers, effort=part)
        for one, part in zip(problem.outputs, efforts, strict=True)
    ]
    certificates = tuple(
        certify(one, solution, max_chambers=max_chambers, effort=effort)
        for one, solution in zip(problem.outputs, solutions, strict=True)
    )
    network = side_by_side([solution.network for solution in solutions])
    lower = sum((one.lower for one in certificates), ZERO)
    upper = sum((one.upper for one in certificates), ZERO)
    return OutputsProof(network, lower, upper, certificates, tuple(one.dual for one in certificates))


def _sums(problem: MultiOutputProblem, proof: OutputsProof) -> tuple[Fraction, Fraction]:
    if len(proof.certificates) != len(problem.outputs):
        raise Refusal(f"{len(proof.certificates)} certificates for {len(problem.outputs)} outputs")
    lower = upper = ZERO
    for c, (one, certificate) in enumerate(zip(problem.outputs, proof.certificates, strict=True)):
        verdict = check(one, certificate)
        if verdict.lower is None or verdict.upper is None:
            raise Refusal(f"output {c}: {verdict.reason}")
        lower, upper = lower + verdict.lower, upper + verdict.upper
    _require_network(problem, proof)
    return lower, upper


def _require_network(problem: MultiOutputProblem, proof: OutputsProof) -> None:
    """The network is that of the certificates, side by side; balanced, where they have neurons of norm 1."""
    first, network = problem.outputs[0], proof.network
    _require_shape(problem, network)
    parts = [
        RationalNetwork(
            one.network_hidden, one.network_output, one.network_skip[0] if first.free.intercept else ZERO
        ).floats(first.kappa, first.d)
        for one in proof.certificates
    ]
    if first.penalty.polyhedral:
        parts = [balanced(part) for part in parts]
    proven = side_by_side(parts)
    if not all(
        np.array_equal(own, stated)
        for own, stated in (
            (network.hidden, proven.hidden),
            (network.output, proven.output),
            (_constants(network), _constants(proven)),
        )
    ):
        raise Refusal("the network is not the one that the certificates prove")


def _constants(network: VectorNetwork) -> np.ndarray:
    """The intercepts, also where there are none."""
    return np.zeros(network.output.shape[1]) if network.intercepts is None else network.intercepts


def _shared(problem: MultiOutputProblem) -> OutputsProof:
    first, Y = problem.outputs[0], problem.targets
    for one in problem.outputs:
        require_squares(one)
    shared = SharedNeurons(first)
    found = shared.train(Y)
    sizes = np.linalg.norm(found.weights, axis=1)
    atoms = shared.outputs(found.directions)
    columns = atoms[:, None, :] * (found.weights / np.maximum(sizes, 1e-300)[:, None]).T[None]
    columns = columns.reshape(Y.size, len(sizes))
    kept = narrowed(columns, sizes, np.ones(len(sizes)))
    alive = np.flatnonzero(kept)
    roots = np.sqrt(kept[alive])[:, None]
    network = VectorNetwork(
        found.directions[alive] * roots, found.weights[alive] / sizes[alive, None] * roots, first.kappa
    )
    # The errors beside the neurons alone: the readout takes off what the best intercepts fit.
    dual = _feasible(problem, shared, Y - network.predict(first.features))
    network = replace(network, intercepts=_best_intercepts(problem, network))
    return OutputsProof(network, *_values(problem, network, dual), (), dual)


def _best_intercepts(problem: MultiOutputProblem, network: VectorNetwork) -> np.ndarray | None:
    """The constants that fit best beside the neurons, one an output; None where there are none."""
    if not problem.outputs[0].free.intercept:
        return None
    return np.array([with_best_skip(one, network.one(k)).intercept for k, one in enumerate(problem.outputs)])


def _feasible(problem: MultiOutputProblem, shared: SharedNeurons, errors: np.ndarray) -> tuple[Vector, ...]:
    """A multiple of the dual that belongs to the errors beside the neurons, rounded, that is feasible on
    every chamber, exactly; zero in the worst case."""
    squares = shared.readout.clean(shared.readout.squared(errors))
    size, residual = shared.maximum(squares).value, shared.readout.dual(squares)
    if not residual.any():
        return tuple((ZERO,) * problem.outputs[0].n for _ in problem.outputs)
    scale = min(1.0, float(problem.beta) / size) if size > 0 else 1.0
    slack = 1 - INSIDE
    for _ in range(ATTEMPTS):
        grain = GRAIN / Fraction(float(np.abs(residual).max()))  # beyond floats where the targets are tiny
        table = [[round(Fraction(x) * grain) / grain for x in row] for row in residual.tolist()]
        share = Fraction(scale * (1 - slack))
        dual = tuple(
            _without_what_is_free(problem, tuple(share * x for x in column))
            for column in zip(*table, strict=True)
        )
        if _broken(problem, dual) is None:
            return dual
        slack *= 8
    return tuple((ZERO,) * problem.outputs[0].n for _ in problem.outputs)


def _without_what_is_free(problem: MultiOutputProblem, v: Vector) -> Vector:
    """A vector nearby that is orthogonal to a free intercept."""
    found = orthogonal(v, problem.outputs[0].equations, range(len(v)))
    return v if found is None else found


def _bounds(problem: MultiOutputProblem, proof: OutputsProof) -> tuple[Fraction, Fraction]:
    _require_shapes(problem, proof)
    for column in problem.outputs[0].equations:
        if any(dot(column, v) for v in proof.dual):
            raise Refusal("a column of the dual is not orthogonal to the free intercept")
    broken = _broken(problem, proof.dual)
    if broken is not None:
        raise Refusal(f"chamber {broken}: norm(V'phi(Xu)) exceeds beta there")
    return _values(problem, proof.network, proof.dual)


def _require_shapes(problem: MultiOutputProblem, proof: OutputsProof) -> None:
    """The network and the dual are of this problem."""
    first, count = problem.outputs[0], len(problem.outputs)
    _require_shape(problem, proof.network)
    if [len(column) for column in proof.dual] != [first.n] * count:
        raise Refusal(f"the dual is not {count} columns of {first.n} entries")


def _require_shape(problem: MultiOutputProblem, network: VectorNetwork) -> None:
    first, count = problem.outputs[0], len(problem.outputs)
    if network.kappa != first.kappa:
        raise Refusal(f"the network has kappa={network.kappa}, the problem kappa={first.kappa}")
    if network.hidden.shape != (network.width, first.d) or network.output.shape != (network.width, count):
        raise Refusal(f"the network is not of {first.d} inputs and {count} outputs")


def _broken(problem: MultiOutputProblem, dual: Sequence[Vector]) -> int | None:
    """The number of a chamber on which ``norm(V'phi(Xu)) <= beta norm(u)`` fails, exactly; None if none."""
    first = problem.outputs[0]
    rows = first.X.fractions
    basis = [rows[k] for k in independent_rows(first.X)]
    square = first.beta**2
    ball = gram(basis)
    inside = [tuple(dot(row, b) for b in basis) for row in rows]
    for number, signs in enumerate(first.arrangement.chambers().signs.tolist()):
        slopes = [1 if s > 0 else first.kappa for s in signs]
        # On u = sum_i a_i basis_i the outputs are linear in a: k forms of length r.
        forms = [
            combination([s * z for s, z in zip(slopes, v, strict=True)], inside, len(basis)) for v in dual
        ]
        rest = [
            [
                square * ball[i][j] - sum((form[i] * form[j] for form in forms), ZERO)
                for j in range(len(basis))
            ]
            for i in range(len(basis))
        ]
        cone = [tuple(s * x for x in row) for s, row in zip(signs, inside, strict=True) if s]
        if not is_positive_semidefinite(rest) and not is_nonnegative_on(rest, cone):
            return number
    return None


def _values(
    problem: MultiOutputProblem, network: VectorNetwork, dual: Sequence[Vector]
) -> tuple[Fraction, Fraction]:
    """The value of the dual, ``tr(V'Y) - 1/2 norm(V)_F^2`` without weights and intercept, and the objective
    of the network's floats, exactly."""
    lower, upper = sum((one.exact_dual(v) for one, v in zip(problem.outputs, dual, strict=True)), ZERO), ZERO
    for c, one in enumerate(problem.outputs):
        # A scalar network's objective holds the hidden weights; they are counted once below.
        upper += network.one(c).exact_objective(one)
    hidden = sum((Fraction(x) ** 2 for x in network.hidden.ravel().tolist()), ZERO)
    return max(lower, ZERO), upper - problem.beta / 2 * hidden * (len(problem.outputs) - 1)
