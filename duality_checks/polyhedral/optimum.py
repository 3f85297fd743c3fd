"""Polyhedral norms in place of the 2-norm: the optimum is rational, and the gap exactly zero (2.7).

The part of the unit ball in a closed chamber is a polytope. On it the network is linear, so its vertices,
over all chambers, are all the neurons that an optimum needs, and ``norm_dual(v) <= beta`` is finitely many
linear inequalities. That leaves a linear program (l1, hinge) or a projection onto a polyhedron (squared
loss), solved here in rational arithmetic. The problem is

    ``min ell(f) + beta sum_j abs(alpha_j)``, ``f = sum_j alpha_j phi(X u_j)``, ``norm(u_j) <= 1``,

the same as ``min ell(f) + beta/2 sum_j (norm(w_j)^2 + alpha_j^2)`` by rescaling. Meant for small instances.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from hyperplane_arrangements.errors import InputError

from ..exact.norms import Vector, dot, gradient
from ..problem import TrainingProblem
from ..terms.losses import parse_loss

ZERO, ONE = Fraction(0), Fraction(1)
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
        fit: f, from the network itself.
        dual: v.
        upper: ``ell(f) + beta sum_j abs(alpha_j)``.
        lower: ``-ell*(-v)``.
    """

    neurons: tuple[Neuron, ...]
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


def norm_of(u: Sequence[Fraction], norm: str) -> Fraction:
    """The 1-norm or the infinity norm.

    Example:
        >>> norm_of([Fraction(3), Fraction(-4)], "1-norm"), norm_of([Fraction(3), Fraction(-4)], "inf-norm")
        (Fraction(7, 1), Fraction(4, 1))
    """
    return sum(map(abs, u), ZERO) if norm == "1-norm" else max(map(abs, u))


def directions(problem: TrainingProblem, norm: str) -> tuple[Vector, ...]:
    """The nonzero vertices of the unit ball cut by the chambers, over ALL chambers, each once.

    Example:
        >>> found = directions(TrainingProblem([[1, 0], [0, 1]], [0, 0], 1), "1-norm")
        >>> sorted(tuple(map(int, u)) for u in found)
        [(-1, 0), (0, -1), (0, 1), (1, 0)]
    """
    import cdd
    import cdd.gmp

    ball = [[ONE, *(-x for x in facet)] for facet in ball_facets(norm, problem.d)]
    found: dict[Vector, None] = {}
    for signs in problem.arrangement.chambers().signs.tolist():
        cone = [
            [ZERO, *(sign * x for x in row)]
            for sign, row in zip(signs, problem.X.fractions, strict=True)
            if sign
        ]
        matrix = cdd.gmp.matrix_from_array(ball + cone, rep_type=cdd.RepType.INEQUALITY)
        generators = cdd.gmp.copy_generators(cdd.gmp.polyhedron_from_matrix(matrix))
        found |= {tuple(vertex[1:]): None for vertex in generators.array if any(vertex[1:])}
    return tuple(found)


def outputs(problem: TrainingProblem, u: Sequence[Fraction]) -> Vector:
    """``phi(X u)``, exactly."""
    before = (dot(row, u) for row in problem.X.fractions)
    return tuple(t if t > 0 else problem.kappa * t for t in before)


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
    problem.require_penalised("the exact optimum of a polyhedral norm")
    stated = parse_loss(loss)
    stated.require_targets(problem.y)
    candidates = [(u, outputs(problem, u)) for u in directions(problem, norm)]
    signed = [(u, sign, tuple(sign * x for x in a)) for u, a in candidates for sign in (1, -1) if any(a)]
    atoms = [atom for _, _, atom in signed]
    weights, dual = exact_lasso(atoms, problem.y, problem.beta, loss)
    fit = combination(atoms, weights, problem.n)
    neurons = tuple(
        Neuron(u, sign * weight) for (u, sign, _), weight in zip(signed, weights, strict=True) if weight
    )
    upper = stated.upper(fit, problem.y) + problem.beta * sum(weights)
    return Optimum(neurons, fit, dual, upper, stated.lower(dual, problem.y))


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
    _require_program(loss)
    if loss == "squared":
        weights = nonnegative_lasso(atoms, y, beta)
        fit = combination(atoms, weights, len(y))
        return weights, tuple(a - f for a, f in zip(y, fit, strict=True))
    rows = [(beta, tuple(-x for x in atom)) for atom in atoms]
    dual, multipliers = maximise(y, rows + _dual_box(y, loss))
    return multipliers[: len(atoms)], dual


def _require_program(loss: str) -> None:
    if loss not in LOSSES:
        raise InputError(
            f"loss={loss!r} gives no linear or quadratic program; use one of {', '.join(LOSSES)}"
        )


def _dual_box(y: Vector, loss: str) -> list[tuple[Fraction, Vector]]:
    """The rows ``b + a'v >= 0`` of the domain of the conjugate: abs(v_k) <= 1, or 0 <= y_k v_k <= 1."""
    rows = []
    for k, target in enumerate(y):
        unit = tuple(Fraction(int(j == k)) * (target if loss == "hinge" else 1) for j in range(len(y)))
        rows.append((ONE, tuple(-x for x in unit)))
        rows.append((ZERO if loss == "hinge" else ONE, unit))
    return rows


def combination(atoms: Sequence[Vector], weights: Sequence[Fraction], n: int) -> Vector:
    """``sum_j weights_j atoms_j``, length n."""
    total = [ZERO] * n
    for atom, weight in zip(atoms, weights, strict=True):
        if weight:
            total = [f + weight * x for f, x in zip(total, atom, strict=True)]
    return tuple(total)


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
    import cdd
    import cdd.gmp

    table = [[b, *a] for b, a in rows] + [[ZERO, *objective]]
    program = cdd.gmp.linprog_from_array(table, obj_type=cdd.LPObjType.MAX)
    cdd.gmp.linprog_solve(program)
    if program.status != cdd.LPStatusType.OPTIMAL:
        raise UnboundedError(f"the linear program has no finite optimum: {program.status.name}")
    multipliers = [ZERO] * len(rows)
    for k, value in program.dual_solution:
        multipliers[k] = abs(Fraction(value))
    return tuple(map(Fraction, program.primal_solution)), tuple(multipliers)


def nonnegative_lasso(
    atoms: Sequence[Vector], y: Vector, beta: Fraction, start: Mapping[int, Fraction] | None = None
) -> tuple[Fraction, ...]:
    """Minimise ``1/2 norm(sum_j t_j a_j - y)^2 + beta sum_j t_j`` over ``t >= 0``, exactly.

    An active set of independent atoms with positive weights; in exact arithmetic the objective falls at every
    step, and no set comes twice.

    Args:
        atoms: m vectors of length n.
        y: length n.
        beta: positive.
        start: positive weights of independent atoms to begin with, by number: the nearer they are to the
            optimum, the fewer steps.

    Returns:
        t, length m.

    Example:
        >>> nonnegative_lasso([(ONE, ZERO), (ZERO, ONE)], (Fraction(3), ONE), Fraction(2))
        (Fraction(1, 1), Fraction(0, 1))
    """
    lasso = _Lasso.of(atoms, y, beta)
    weights = lasso.descend({j: _flint(weight) for j, weight in start.items()}) if start else {}
    while True:
        gains = lasso.gains(weights)
        entering = max(range(len(atoms)), key=gains.__getitem__, default=None)
        if entering is None or gains[entering] <= 0:
            found = {j: Fraction(int(weight.p), int(weight.q)) for j, weight in weights.items()}
            return tuple(found.get(j, ZERO) for j in range(len(atoms)))
        weights = lasso.descend(lasso.enter(weights, entering))


@dataclass(frozen=True, eq=False, slots=True)
class _Lasso:
    """The inner products of the atoms with each other, and with y less beta, in python-flint's rationals."""

    gram: Any
    pull: list[Any]

    @classmethod
    def of(cls, atoms: Sequence[Vector], y: Vector, beta: Fraction) -> _Lasso:
        from flint import fmpq_mat

        rows = fmpq_mat(len(atoms), len(y), [_flint(x) for atom in atoms for x in atom])
        pull = rows * fmpq_mat(len(y), 1, [_flint(x) for x in y])
        return cls(rows * rows.transpose(), [pull[j, 0] - _flint(beta) for j in range(len(atoms))])

    def gains(self, weights: dict[int, Any]) -> list[Any]:
        """How fast the objective falls with each weight."""
        return [
            pull - sum(self.gram[j, i] * weight for i, weight in weights.items())
            for j, pull in enumerate(self.pull)
        ]

    def solve(self, chosen: list[int], right: list[Any]) -> list[Any]:
        """The weights of independent atoms with these inner products with them."""
        from flint import fmpq_mat

        size = len(chosen)
        if not size:
            return []
        block = fmpq_mat(size, size, [self.gram[i, j] for i in chosen for j in chosen])
        found = block.solve(fmpq_mat(size, 1, right))
        return [found[i, 0] for i in range(size)]

    def enter(self, weights: dict[int, Any], entering: int) -> dict[int, Any]:
        """Add an atom with weight 0; if it depends on the others, let it take the place of one of them."""
        chosen = list(weights)
        products = [self.gram[i, entering] for i in chosen]
        shares = self.solve(chosen, products)
        rest = self.gram[entering, entering] - sum(a * b for a, b in zip(products, shares, strict=True))
        if rest != 0:
            return {**weights, entering: _flint(ZERO)}
        # Along the dependence the fit stays and the penalty falls, as the gain is beta (sum(shares) - 1) > 0.
        step = min(weights[j] / share for j, share in zip(chosen, shares, strict=True) if share > 0)
        moved = {j: weights[j] - step * share for j, share in zip(chosen, shares, strict=True)}
        return {j: weight for j, weight in {**moved, entering: step}.items() if weight != 0}

    def descend(self, weights: dict[int, Any]) -> dict[int, Any]:
        """Go to the minimiser over the chosen atoms, dropping those whose weights would turn negative."""
        while True:
            chosen = list(weights)
            aim = dict(zip(chosen, self.solve(chosen, [self.pull[i] for i in chosen]), strict=True))
            falling = [j for j in chosen if aim[j] < 0]
            if not falling:
                return {j: value for j, value in aim.items() if value != 0}
            step = min(weights[j] / (weights[j] - aim[j]) for j in falling)
            moved = {j: value + step * (aim[j] - value) for j, value in weights.items()}
            weights = {j: value for j, value in moved.items() if value != 0}


def _flint(value: Fraction) -> Any:
    from flint import fmpq

    return fmpq(value.numerator, value.denominator)


def chamber_multipliers(
    problem: TrainingProblem, v: Vector, norm: str
) -> list[tuple[list[int], int, dict[int, Fraction], Fraction]]:
    """The polyhedral statement 2.3: on each chamber multipliers whose dual norm bounds the landscape.

    ``max {c'u : u in C, norm(u) <= 1} = min_{lambda >= 0} norm*(c + X'S lambda)``, a linear program.

    Returns:
        For each chamber and sign of v: the signs, the sign, the multipliers by row, and the bound.
    """
    found = []
    facets = ball_facets(norm, problem.d)
    for signs in problem.arrangement.chambers().signs.tolist():
        used = [k for k, sign in enumerate(signs) if sign]
        cone = [(ZERO, tuple(signs[k] * x for x in problem.X.fractions[k])) for k in used]
        rows = cone + [(ONE, tuple(-x for x in facet)) for facet in facets]
        c = gradient(problem, signs, v)
        for sign in (1, -1):
            _, values = maximise(tuple(sign * x for x in c), rows)
            lambdas = {k: value for k, value in zip(used, values, strict=False) if value}
            found.append((signs, sign, lambdas, sum(values[len(used) :], ZERO)))
    return found


def dual_norm_of(u: Sequence[Fraction], norm: str) -> Fraction:
    """The norm dual to the given one.

    Example:
        >>> dual_norm_of([Fraction(3), Fraction(-4)], "1-norm")
        Fraction(4, 1)
    """
    return norm_of(u, "inf-norm" if norm == "1-norm" else "1-norm")
