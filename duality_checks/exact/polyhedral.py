"""Polyhedral norms in place of the 2-norm: the optimum is rational, and the gap exactly zero (2.7).

The part of the unit ball in a closed chamber is a polytope. On it the network is linear, so its vertices,
over all chambers, are all the neurons that an optimum needs, and ``norm_dual(v) <= beta`` is finitely many
linear inequalities. That leaves a linear program (l1, hinge) or a projection onto a polyhedron (squared
loss), solved here in rational arithmetic. The problem is

    ``min ell(f) + beta sum_j abs(alpha_j)``, ``f = sum_j alpha_j phi(X u_j)``, ``norm(u_j) <= 1``,

the same as ``min ell(f) + beta/2 sum_j (norm(w_j)^2 + alpha_j^2)`` by rescaling. Meant for small instances.

What is free of the penalty (statement 2.14) keeps it so. A free column of the outputs is an equation of the
dual. With free biases the ball is a cylinder, unbounded along the bias, but ``v'phi(X u)`` is constant that
way, and so is largest at a vertex again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.cddlib import cddlib, generators
from hyperplane_arrangements.exact.rational import ONE, ZERO, Vector, combination

from ..networks.objective import activated
from ..problem import TrainingProblem
from ..terms.losses import parse_loss
from ..terms.weighted import weighted
from .norms import gradient
from .polyhedral_lasso import Metric, least_squares, nonnegative_lasso

NORMS = ("1-norm", "inf-norm")
LOSSES = ("squared", "l1", "hinge")


@dataclass(frozen=True, slots=True)
class Neuron:
    """A direction u of norm 1 and its signed output weight in the rescaled form."""

    direction: Vector
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Optimum:
    """An optimal network and an optimal dual vector; ``upper == lower`` is the proof that they are.

    Attributes:
        neurons: with nonzero weights.
        skip: the weights of what is free in the outputs, ``problem.skips``.
        fit: f, from the network itself.
        dual: v.
        upper: ``ell(f) + beta sum_j abs(alpha_j)``.
        lower: ``-ell*(-v)``.
    """

    neurons: tuple[Neuron, ...]
    skip: Vector
    fit: Vector
    dual: Vector
    upper: Fraction
    lower: Fraction


def ball_facets(norm: str, dimension: int) -> list[Vector]:
    """The normals q with ``norm(u) = max_q q'u``.

    Raises:
        InputError: an unknown norm.

    Example:
        >>> len(ball_facets("1-norm", 3)), len(ball_facets("inf-norm", 3))
        (8, 6)
    """
    if norm == "1-norm":
        return [tuple(map(Fraction, signs)) for signs in product((1, -1), repeat=dimension)]
    if norm == "inf-norm":
        return [
            tuple(Fraction(sign * (i == j)) for j in range(dimension))
            for i in range(dimension)
            for sign in (1, -1)
        ]
    raise InputError(f"norm={norm!r} is not polyhedral or unknown; use one of {', '.join(NORMS)}")


def penalised_facets(problem: TrainingProblem, norm: str) -> list[Vector]:
    """The normals q with ``norm(P u) = max_q q'u``, P u being u without a free bias.

    Example:
        >>> problem = TrainingProblem([[3, 1]], [1], 1, free="biases")
        >>> [tuple(map(int, q)) for q in penalised_facets(problem, "1-norm")]
        [(1, 0), (-1, 0)]
    """
    if problem.bias is None:
        return ball_facets(norm, problem.d)
    j = problem.bias
    return [(*q[:j], ZERO, *q[j:]) for q in ball_facets(norm, problem.d - 1)]


def norm_of(u: Sequence[Fraction], norm: str) -> Fraction:
    """The 1-norm or the infinity norm.

    Example:
        >>> norm_of([Fraction(3), Fraction(-4)], "1-norm"), norm_of([Fraction(3), Fraction(-4)], "inf-norm")
        (Fraction(7, 1), Fraction(4, 1))
    """
    return sum(map(abs, u), ZERO) if norm == "1-norm" else max(map(abs, u))


def directions(problem: TrainingProblem, norm: str) -> tuple[Vector, ...]:
    """The nonzero vertices of the unit ball cut by the chambers, over ALL chambers, each once.

    With free biases of the cylinder ``norm(P u) <= 1``.

    Example:
        >>> found = directions(TrainingProblem([[1, 0], [0, 1]], [0, 0], 1), "1-norm")
        >>> sorted(tuple(map(int, u)) for u in found)
        [(-1, 0), (0, -1), (0, 1), (1, 0)]
    """
    ball = [[ONE, *(-x for x in facet)] for facet in penalised_facets(problem, norm)]
    found: dict[Vector, None] = {}
    for signs in problem.arrangement.chambers().signs.tolist():
        cone = [
            [ZERO, *(sign * x for x in row)]
            for sign, row in zip(signs, problem.X.fractions, strict=True)
            if sign
        ]
        found |= dict.fromkeys(u for u in generators(ball + cone)[0] if any(u))
    return tuple(found)


def optimum(problem: TrainingProblem, norm: str, loss: str = "squared") -> Optimum:
    """The optimum over networks of any width, exactly.

    Args:
        problem: X, y, beta and the activation; for the hinge loss y are labels, -1 or +1.
        norm: "1-norm" or "inf-norm", of the hidden weights.
        loss: "squared", "l1" or "hinge".

    Raises:
        InputError: an unknown norm or loss, or targets that are no labels.

    Example:
        >>> found = optimum(TrainingProblem([[1], [-1]], [3, 2], beta=1), "1-norm")
        >>> found.upper == found.lower == 4, [str(neuron.weight) for neuron in found.neurons]
        (True, ['2', '1'])
    """
    _require_program(loss)
    stated = weighted(parse_loss(loss), problem.sample_weights, problem.n)
    stated.require_targets(problem.y)
    candidates = [(u, activated(problem, u)) for u in directions(problem, norm)]
    signed = [(u, sign, tuple(sign * x for x in a)) for u, a in candidates for sign in (1, -1) if any(a)]
    atoms = [atom for _, _, atom in signed]
    weights, skip, dual = free_lasso(
        atoms, problem.skips, problem.y, problem.beta, loss, metric=metric_of(problem)
    )
    fit = combination([*weights, *skip], [*atoms, *problem.skips], problem.n)
    neurons = tuple(
        Neuron(u, sign * weight) for (u, sign, _), weight in zip(signed, weights, strict=True) if weight
    )
    upper = stated.upper(fit, problem.y) + problem.beta * sum(weights) + problem.skip_decay(skip)
    lower = stated.lower(dual, problem.y) - problem.exact_brake(dual)
    return Optimum(neurons, skip, fit, dual, upper, lower)


def exact_lasso(
    atoms: Sequence[Vector], y: Vector, beta: Fraction, loss: str = "squared"
) -> tuple[tuple[Fraction, ...], Vector]:
    """Minimise ``ell(sum_j t_j a_j) + beta sum_j t_j`` over ``t >= 0``, and its dual, both exactly.

    Args:
        atoms: vectors of length n, any number of them.
        y: targets, length n.
        beta: positive.
        loss: "squared", "l1" or "hinge".

    Returns:
        The weights t, and a dual vector v with ``a_j'v <= beta`` for all j; their objectives are equal.

    Raises:
        InputError: another loss.

    Example:
        >>> weights, dual = exact_lasso([(ONE, ONE)], (Fraction(3), Fraction(1)), ONE, "l1")
        >>> weights, sum(dual)
        ((Fraction(1, 1),), Fraction(1, 1))
    """
    weights, _, dual = free_lasso(atoms, (), y, beta, loss)
    return weights, dual


def free_lasso(
    atoms: Sequence[Vector],
    free: Sequence[Vector],
    y: Vector,
    beta: Fraction,
    loss: str = "squared",
    start: Mapping[int, Fraction] | None = None,
    metric: Metric | None = None,
) -> tuple[Vector, Vector, Vector]:
    """The same with columns B that cost nothing: minimise ``ell(sum_j t_j a_j + B theta) + beta sum_j t_j``.

    Args:
        atoms, y, beta, loss: as for :func:`exact_lasso`.
        free: the columns of B, of length n, any number of them.
        start: as for :func:`nonnegative_lasso`; for the squared loss.
        metric: weights of the samples, and what theta costs: ones and nothing by default.

    Returns:
        t, theta, and v with ``a_j'v <= beta`` and ``B'v = -decay theta``; the objectives are equal.

    Raises:
        InputError: another loss, or a decay with another than the squared loss.

    Example:
        >>> weights, skip, dual = free_lasso([(ZERO, ONE)], [(ONE, ONE)], (Fraction(3), Fraction(9)), ONE)
        >>> [str(x) for x in (*weights, *skip, *dual)]
        ['4', '4', '-1', '1']
    """
    metric = metric or Metric.plain(len(y))
    _require_program(loss, metric)
    if loss == "squared":
        weights = nonnegative_lasso(atoms, y, beta, start, free, metric)
        rest = tuple(a - b for a, b in zip(y, combination(weights, atoms, len(y)), strict=True))
        skip = least_squares(free, rest, metric)
        left = zip(metric.weights, rest, combination(skip, free, len(y)), strict=True)
        return weights, skip, tuple(w * (a - b) for w, a, b in left)
    rows = [(beta, tuple(-x for x in atom)) for atom in atoms]
    rows += [(ZERO, tuple(side * x for x in column)) for column in free for side in (-1, 1)]
    dual, multipliers = maximise(y, rows + _dual_box(y, loss, metric.weights))
    both = multipliers[len(atoms) : len(rows)]
    return multipliers[: len(atoms)], tuple(a - b for a, b in zip(both[::2], both[1::2], strict=True)), dual


def has_program(problem: TrainingProblem) -> bool:
    """Whether the optimum with a polyhedral norm is found in rationals here: by a linear program, or by a
    projection onto a polyhedron.

    Example:
        >>> [has_program(TrainingProblem([[1]], [1], 1, loss=name)) for name in ("l1", "logistic")]
        [True, False]
    """
    loss = problem.plain_loss.name
    return loss in LOSSES and (loss == "squared" or not problem.free.decayed)


def metric_of(problem: TrainingProblem) -> Metric:
    """The weights of a problem's samples, and what its intercept costs."""
    return Metric(tuple(problem.sample_weights), problem.beta if problem.free.decayed else ZERO)


def _require_program(loss: str, metric: Metric | None = None) -> None:
    if loss not in LOSSES:
        raise InputError(
            f"loss={loss!r} gives no linear or quadratic program; use one of {', '.join(LOSSES)}"
        )
    if metric is not None and metric.decay and loss != "squared":
        raise InputError(
            f"loss={loss!r} with an intercept that decays gives no linear program; use the squared loss, or "
            "free='intercept'"
        )


def _dual_box(y: Vector, loss: str, weights: Vector) -> list[tuple[Fraction, Vector]]:
    """The rows ``b + a'v >= 0`` of the domain of the conjugate: abs(v_k) <= w_k, or 0 <= y_k v_k <= w_k."""
    rows = []
    for k, (target, weight) in enumerate(zip(y, weights, strict=True)):
        unit = tuple(Fraction(int(j == k)) * (target if loss == "hinge" else 1) for j in range(len(y)))
        rows.append((weight, tuple(-x for x in unit)))
        rows.append((ZERO if loss == "hinge" else weight, unit))
    return rows


class UnboundedError(InputError):
    """A linear program has no finite optimum."""


def maximise(
    objective: Vector, rows: Sequence[tuple[Fraction, Vector]]
) -> tuple[Vector, tuple[Fraction, ...]]:
    """Maximise ``objective'v`` subject to ``b + a'v >= 0`` for each row (b, a), exactly.

    Returns:
        An optimal v, and one multiplier a row: ``objective = -sum_k multiplier_k a_k``, all nonnegative, and
        ``objective'v = sum_k multiplier_k b_k``.

    Raises:
        UnboundedError: there is no finite maximum.

    Example:
        >>> v, multipliers = maximise((ONE,), [(Fraction(3), (Fraction(-2),)), (ONE, (ONE,))])
        >>> v, multipliers
        ((Fraction(3, 2),), (Fraction(1, 2), Fraction(0, 1)))
    """
    cdd = cddlib()

    table = [[b, *a] for b, a in rows] + [[ZERO, *objective]]
    program = cdd.gmp.linprog_from_array(table, obj_type=cdd.LPObjType.MAX)
    cdd.gmp.linprog_solve(program)
    if program.status != cdd.LPStatusType.OPTIMAL:
        raise UnboundedError(f"the linear program has no finite optimum: {program.status.name}")
    multipliers = [ZERO] * len(rows)
    for k, value in program.dual_solution:
        multipliers[k] = abs(Fraction(value))
    return tuple(map(Fraction, program.primal_solution)), tuple(multipliers)


def chamber_multipliers(
    problem: TrainingProblem, v: Vector, norm: str
) -> list[tuple[list[int], int, dict[int, Fraction], Fraction]]:
    """The polyhedral statement 2.3: on each chamber multipliers whose dual norm bounds the landscape.

    ``max {c'u : u in C, norm(u) <= 1} = min_{lambda >= 0} norm*(c + X'S lambda)``, a linear program.

    Returns:
        For each chamber and sign of v: the signs, the sign, the multipliers by row, and the bound.
    """
    found = []
    for signs in problem.arrangement.chambers().signs.tolist():
        c = gradient(problem, signs, v)
        for sign in (1, -1):
            lambdas, bound = multipliers_on(problem, norm, signs, tuple(sign * x for x in c))
            found.append((signs, sign, lambdas, bound))
    return found


def multipliers_on(
    problem: TrainingProblem, norm: str, signs: Sequence[int], c: Vector
) -> tuple[dict[int, Fraction], Fraction]:
    """On one chamber: the multipliers by row for a gradient c, and the least bound, which they prove.

    With free biases they cancel the bias coordinate of c.

    Raises:
        UnboundedError: that is impossible, since v does not sum to zero.

    Example:
        Between the kinks at 0 and 2: the slope 1 in the bias goes to the row that holds it.

        >>> problem = TrainingProblem([[0, 1], [2, 1]], [1, 2], 1, penalty="1-norm", free="biases")
        >>> lambdas, bound = multipliers_on(problem, "1-norm", (-1, 1), (Fraction(1, 2), ONE))
        >>> {row: str(value) for row, value in lambdas.items()}, str(bound)
        ({0: '1'}, '1/2')
    """
    used = [k for k, sign in enumerate(signs) if sign]
    rows = [(ZERO, tuple(signs[k] * x for x in problem.X.fractions[k])) for k in used]
    rows += [(ONE, tuple(-x for x in facet)) for facet in penalised_facets(problem, norm)]
    _, values = maximise(c, rows)
    lambdas = {k: value for k, value in zip(used, values, strict=False) if value}
    return lambdas, sum(values[len(used) :], ZERO)


def dual_norm_of(u: Sequence[Fraction], norm: str) -> Fraction:
    """The norm dual to the given one.

    Example:
        >>> dual_norm_of([Fraction(3), Fraction(-4)], "1-norm")
        Fraction(4, 1)
    """
    return norm_of(u, "inf-norm" if norm == "1-norm" else "1-norm")
