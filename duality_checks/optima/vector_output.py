"""Networks with several outputs: ``f = sum_j phi(X w_j) alpha_j'``, n x k (statement 2.8).

With the penalty ``norm(w_j)^2 + norm(alpha_j)_1^2`` the problem is one scalar problem an output. With
``norm(alpha_j)_2`` the outputs share neurons, and the dual norm is

    ``norm_dual(V) = max_{norm(u) <= 1} norm(V' phi(X u))``,

the largest singular value of ``V'DX`` on each chamber unless its direction is outside: then a face of the
chamber takes over. All faces are tried, so the maximum is global; values are float64, numerical.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyperplane_arrangements.errors import InputError

from ..pricing.free import ProjectedReadout
from ..problem import TrainingProblem
from ..terms.activations import phi
from ..terms.free import DECAYED, NOTHING
from ..terms.given import reals

INSIDE = 1e-9
ROUNDS = 60
COLUMNS = 20
GAP = 1e-9
UNUSED = 1e-10


@dataclass(frozen=True, eq=False, slots=True)
class DualMaximum:
    """``norm_dual(V)``, numerical, and a unit direction u at which it is attained (length d)."""

    value: float
    direction: np.ndarray


@dataclass(frozen=True, eq=False, slots=True)
class VectorSolution:
    """A network with k outputs in rescaled form, and bounds that hold up to rounding.

    Attributes:
        directions: unit vectors, m x d.
        weights: rows alpha_j, m x k.
        lower: the value of the scaled dual.
        upper: ``1/2 norm(f - Y)_F^2 + beta sum_j norm(alpha_j)_2``.
    """

    directions: np.ndarray
    weights: np.ndarray
    lower: float
    upper: float


class SharedNeurons:
    """The faces of an arrangement, ready to price any V.

    With weights of the samples or an intercept, all is in terms of the squares that these make of the loss
    (:class:`~duality_checks.pricing.free.ProjectedReadout`): outputs, targets, residuals.

    Args:
        problem: X, beta, the activation, weights and the intercept; its y plays no part.

    Raises:
        InputError: another norm than the 2-norm, a readout, a linear skip or free biases.

    Example:
        >>> shared = SharedNeurons(TrainingProblem([[1, 0], [0, 1]], [0, 0], 1))
        >>> round(shared.maximum(np.array([[3.0, 0.0], [0.0, 4.0]])).value, 12)
        4.0
    """

    def __init__(self, problem: TrainingProblem):
        from hyperplane_arrangements.geometry.faces import faces

        problem.require_ball("several outputs", (NOTHING, "intercept", DECAYED))
        self.problem = problem
        self.readout = ProjectedReadout.of_squares(problem)
        self._X = problem.features
        covectors = faces(problem.arrangement).covectors
        nonzero = np.any(self._X, axis=1)
        self._faces = [
            (signs, basis)
            for signs in covectors
            if (basis := _null_space(self._X, self._X[nonzero & (signs == 0)])).shape[1]
        ]

    def outputs(self, directions: np.ndarray) -> np.ndarray:
        """``phi(X u)`` at many directions (m x d), as columns, in terms of the squares: n x m."""
        return self.readout.squared(phi(self._X @ directions.T, self.problem.kappa))

    def maximum(self, V: np.ndarray) -> DualMaximum:
        """``norm_dual(V)`` over all faces (V is n x k), the zero vector's included."""
        found = self.maxima(V, 0.0)
        return found[0] if found else DualMaximum(0.0, np.zeros(self.problem.d))

    def maxima(self, V: np.ndarray, floor: float) -> list[DualMaximum]:
        """The candidates for maxima above ``floor``, each direction once, best first.

        In the relative interior of a face a local maximum on the sphere is a leading singular direction of
        ``V'DX`` restricted to the face's span; where that is outside, the maximum is on a smaller face.
        """
        found: dict[tuple[float, ...], DualMaximum] = {}
        own, V = V, self.readout.dual(V)
        kappa, size = float(self.problem.kappa), np.abs(self._X).max()
        for signs, basis in self._faces:
            slopes = np.where(signs > 0, 1.0, kappa)
            _, values, right = np.linalg.svd((V * slopes[:, None]).T @ self._X @ basis, full_matrices=False)
            for u in (basis @ right[0], -basis @ right[0]):
                heights = (signs * (self._X @ u))[signs != 0]
                if values[0] > floor and (heights >= -INSIDE * size).all():
                    value = float(np.linalg.norm(own.T @ self.outputs(u[None])[:, 0]))
                    found.setdefault(tuple(np.round(u / INSIDE)), DualMaximum(value, u))
        return sorted(found.values(), key=lambda one: -one.value)

    def train(self, Y: np.ndarray) -> VectorSolution:
        """The optimum with the 2-norm on output weights, numerically: column generation over all faces.

        Args:
            Y: targets, n x k.

        Raises:
            InputError: Y has another number of rows than X.

        Example:
            >>> shared = SharedNeurons(TrainingProblem([[1, 0], [0, 1]], [0, 0], 1))
            >>> found = shared.train(np.array([[3.0, 4.0], [0.0, 0.0]]))
            >>> round(found.upper, 6)  # one neuron serves both outputs: 5 - 1/2
            4.5
        """
        target = reals(Y, "Y")
        if target.ndim != 2 or len(target) != self.problem.n:
            raise InputError(f"Y has shape {target.shape}; give {self.problem.n} rows, one column an output")
        target = self.readout.squared(target)
        beta = float(self.problem.beta)
        directions, weights = np.zeros((0, self.problem.d)), np.zeros((0, target.shape[1]))
        best: VectorSolution | None = None
        for _ in range(ROUNDS):
            residual = self.readout.clean(target - self.outputs(directions) @ weights)
            found = self.maxima(residual, 0.0)
            norm = found[0].value if found else 0.0
            upper = 0.5 * float(np.sum(residual**2)) + beta * float(np.linalg.norm(weights, axis=1).sum())
            scale = min(1.0, beta / norm) if norm > 0 else 1.0
            lower = scale * float(np.sum(residual * target)) - 0.5 * scale**2 * float(np.sum(residual**2))
            if best is None or upper - lower < best.upper - best.lower:
                best = VectorSolution(directions, weights, lower, upper)
            if norm <= beta or best.upper - best.lower <= GAP * best.upper:
                break
            new = [one.direction for one in found if one.value > beta][:COLUMNS]
            directions = np.vstack([directions, new])
            weights = _group_lasso(self.outputs(directions), target, beta)
            kept = np.linalg.norm(weights, axis=1) > UNUSED * np.abs(weights).max(initial=0.0)
            directions, weights = directions[kept], weights[kept]
        assert best is not None
        return best


def _group_lasso(atoms: np.ndarray, target: np.ndarray, beta: float) -> np.ndarray:
    """Minimise ``1/2 norm(atoms @ W - target)_F^2 + beta sum_j norm(W_j)``: W, m x k."""
    from scipy import sparse

    from ..terms.losses import Squared
    from ..training.program import minimise, norms_part

    (_, m), k = atoms.shape, target.shape[1]
    penalty = norms_part(np.arange(m * k).reshape(k, m).T, m * k, beta)
    columns = sparse.kron(sparse.identity(k), atoms, format="csc")
    return minimise(Squared(), target.T.ravel(), penalty, columns).found[: m * k].reshape(k, m).T


def _null_space(X: np.ndarray, kinks: np.ndarray) -> np.ndarray:
    """An orthonormal basis of the part of the row space on which the kink rows vanish, d x dimension."""
    _, values, right = np.linalg.svd(X)
    basis = right[: int((values > 1e-10 * values[0]).sum())].T
    if not len(kinks):
        return basis
    _, values, right = np.linalg.svd(kinks @ basis)
    return basis @ right[int((values > 1e-10 * max(values[0], 1e-300)).sum()) :].T
