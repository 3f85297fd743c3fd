"""How much room each chamber leaves under the dual constraint: `beta - norm(Proj c)` (statement 2.3), in
floats."""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.geometry.bits import packed
from hyperplane_arrangements.machine.cores import blocks

from ..pricing.landscape import Landscape

# The chambers of a block share the rounds of their projections, so that larger blocks are faster up to here.
_ENTRIES_AT_ONCE = 1_000_000


def chamber_values(
    landscape: Landscape, dual: np.ndarray, directions: np.ndarray, floor: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """The largest values of `v'phi(Xu)` and of `-v'phi(Xu)` in the chambers that directions are in.

    Args:
        landscape: of the problem.
        dual: v, length n.
        directions: m x r, in the landscape's coordinates; on no hyperplane.
        floor: chambers whose gradient is no longer than this are left at 0, which saves time.

    Returns:
        Two arrays of length m: `norm(Proj_C c)` and `norm(Proj_C -c)` for the chamber C of each direction.

    Example:
        In the quadrant of (1, 1) the gradient (3, -1) projects to (3, 0), and its opposite to (0, 1).

        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [0, 0], beta=1)
        >>> landscape = Landscape.of(problem)
        >>> inside = np.array([[1.0, 1.0]]) @ landscape.basis
        >>> plus, minus = chamber_values(landscape, np.array([3.0, -1.0]), inside)
        >>> round(float(plus[0]), 12), round(float(minus[0]), 12)
        (3.0, 1.0)
    """
    _, first, owner = np.unique(_keys(landscape, directions), return_index=True, return_inverse=True)
    parts = [
        _values(landscape, dual, directions[first[part]], floor)
        for part in blocks(len(first), len(landscape.normals), _ENTRIES_AT_ONCE)
    ]
    plus, minus = np.concatenate([np.empty((2, 0)), *parts], axis=1)
    return plus[owner], minus[owner]


def sharing(landscape: Landscape, directions: np.ndarray) -> np.ndarray:
    """How many of some directions (m x r) are in the chamber of each, length m.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> landscape = Landscape.of(TrainingProblem([[1, 0], [0, 1]], [0, 0], beta=1))
        >>> sharing(landscape, np.array([[1.0, 1], [1, 2], [1, -1]]) @ landscape.basis).tolist()
        [2, 2, 1]
    """
    _, owner, count = np.unique(_keys(landscape, directions), return_inverse=True, return_counts=True)
    shared: np.ndarray = count[owner]
    return shared


def _values(landscape: Landscape, dual: np.ndarray, inside: np.ndarray, floor: float) -> np.ndarray:
    """The two values of each of some chambers: 2 x B."""
    signs = np.where(inside @ landscape.normals.T > 0, 1, -1).astype(np.int8)
    linear, bends = landscape.parts(dual)
    gradients = linear + (signs * bends) @ landscape.normals
    chosen = np.linalg.norm(gradients, axis=1) > floor
    values = np.zeros((2, len(inside)))
    values[0, chosen] = _projected(landscape.normals, signs[chosen], gradients[chosen])
    values[1, chosen] = _projected(landscape.normals, signs[chosen], -gradients[chosen])
    return values


def _keys(landscape: Landscape, directions: np.ndarray) -> np.ndarray:
    """One number a direction, the same in a chamber and, but for chance, different between chambers.

    Its signs as words of 64 bits, each times a random one.
    """
    n = len(landscape.normals)
    weights = np.random.default_rng(0).integers(0, 2**64, -(-n // 64), np.uint64)
    keys = np.empty(len(directions), np.uint64)
    for part in blocks(len(directions), n):
        keys[part] = packed(directions[part] @ landscape.normals.T > 0, len(weights)) @ weights
    return keys


def _projected(rows: np.ndarray, signs: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    from ..pricing.multipliers import cone_projections

    return np.linalg.norm(cone_projections(rows, signs, gradients)[1], axis=1)
