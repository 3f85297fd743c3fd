"""Networks of optima as neurons in their places, exactly: what paths between optima are made of (5.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_vector
from hyperplane_arrangements.exact.rational import ZERO, Vector, combination

from ..exact.judged import judged
from ..networks.two_layer import TwoLayerNetwork
from ..terms.given import relative
from .optimal_set import OptimalSet
from .staircase import support

NONE = -1


@dataclass(frozen=True, slots=True)
class Lineup:
    """Neurons in their places: the one in place j has weight `weights[j] >= 0` on atom `atoms[j]`.

    Args:
        atoms: of each place, an index into the atoms of the set of optima.
        weights: of each place; where it is 0 there is no neuron, and the atom becomes -1.

    Raises:
        InputError: lengths that differ, or a negative weight.

    Example:
        >>> Lineup((3, 0, 3), (1, 0, 2)).total(4)
        (Fraction(0, 1), Fraction(0, 1), Fraction(0, 1), Fraction(3, 1))
    """

    atoms: tuple[int, ...]
    weights: Vector

    if TYPE_CHECKING:  # more is taken than is kept

        def __init__(self, atoms: Sequence[int], weights: Any) -> None: ...

    def __post_init__(self) -> None:
        weights = exact_vector(self.weights, "weights") if len(self.weights) else ()
        if len(weights) != len(self.atoms) or any(t < 0 for t in weights):
            raise InputError(
                f"weights has {len(weights)} entries for {len(self.atoms)} places, the least "
                f"{min(weights, default=ZERO)}; give one that is not negative for each place"
            )
        atoms = tuple(int(i) if t else NONE for i, t in zip(self.atoms, weights, strict=True))
        object.__setattr__(self, "atoms", atoms)
        object.__setattr__(self, "weights", weights)

    @property
    def width(self) -> int:
        """m, the number of places."""
        return len(self.atoms)

    @property
    def is_spread(self) -> bool:
        """Whether every place has a neuron, and no two share an atom."""
        return NONE not in self.atoms and len(set(self.atoms)) == self.width

    def total(self, size: int) -> Vector:
        """The weights summed for each of `size` atoms: the network's point of the polytope."""
        sums = [ZERO] * size
        for i, t in zip(self.atoms, self.weights, strict=True):
            if t:
                sums[i] += t
        return tuple(sums)

    def agrees(self, other: Lineup) -> bool:
        """Whether both have the same atom wherever both have a neuron."""
        pairs = zip(self.atoms, other.atoms, strict=True)
        return all(i == j or NONE in (i, j) for i, j in pairs)

    def toward(self, other: Lineup, share: Fraction) -> Lineup:
        """The network on the way to one that agrees with this one: weights `(1 - share) t + share t'`."""
        atoms = tuple(max(i, j) for i, j in zip(self.atoms, other.atoms, strict=True))
        pairs = zip(self.weights, other.weights, strict=True)
        return Lineup(atoms, tuple((1 - share) * a + share * b for a, b in pairs))

    def network(self, found: OptimalSet) -> TwoLayerNetwork:
        """The balanced network in floats, zero neurons included: `w = sqrt(t) q`, `alpha = s sqrt(t)`."""
        hidden = np.zeros((self.width, found.problem.d))
        output = np.zeros(self.width)
        for place, (i, t) in enumerate(zip(self.atoms, self.weights, strict=True)):
            if t:
                root, atom = float(t) ** 0.5, found.atoms[i]
                hidden[place] = [root * float(x) for x in atom.direction]
                output[place] = root * atom.output
        return TwoLayerNetwork(hidden, output, found.problem.kappa)


def line_up(found: OptimalSet, weights: Vector, width: int) -> Lineup:
    """The network of a point of the polytope, its neurons in the order of the atoms, zero ones last.

    Args:
        found: the set of optima.
        weights: on all atoms.
        width: m, at least the number of nonzero weights.

    Raises:
        InputError: more neurons than places.

    Example:
        >>> from duality_checks.theorems.t5_1_optimal_set import rhombus
        >>> found = rhombus().found
        >>> line_up(found, found.vertices[0], 3).atoms
        (2, 3, -1)
    """
    used = sorted(support(weights))
    if len(used) > width:
        raise InputError(f"weights has {len(used)} nonzero entries, more than width = {width}; widen it")
    free = width - len(used)
    return Lineup((*used, *[NONE] * free), (*(weights[i] for i in used), *[ZERO] * free))


def read_lineup(found: OptimalSet, network: Any, tolerance: float = 1e-4) -> Lineup:
    """The optimal network, exactly, that a network in floats is near to; its neurons stay in their places.

    Args:
        found: the set of optima.
        network: trained, say, in any form that :func:`~duality_checks.exact.judged.judged` takes.
        tolerance: of directions, and of weights relative to the largest; smaller neurons count as zero.

    Raises:
        InputError: a neuron that points along no atom, or weights that are near no optimum.

    Example:
        >>> from duality_checks.theorems.t5_1_optimal_set import rhombus
        >>> found = rhombus().found
        >>> network = found.network(found.vertices[1])
        >>> read_lineup(found, network) == line_up(found, found.vertices[1], 2)
        True
    """
    tolerance = float(relative(tolerance, "tolerance", zero=False))
    plain = judged(found.problem, network).floats(found.problem.kappa, found.problem.d)
    sizes = np.linalg.norm(plain.hidden, axis=1) * np.abs(plain.output)
    scale = max([*sizes.tolist(), *map(float, found.vertices[0]), 1e-300])
    atoms = tuple(
        _atom_of(found, plain, place, tolerance) if size > tolerance * scale else NONE
        for place, size in enumerate(sizes)
    )
    parts = Lineup(atoms, tuple(map(Fraction, sizes.tolist())))
    given = parts.total(len(found.atoms))
    total = _nearest(found, given, Fraction(scale), tolerance)
    pairs = zip(parts.atoms, parts.weights, strict=True)
    return Lineup(atoms, tuple(total[i] * t / given[i] if i != NONE else ZERO for i, t in pairs))


def _nearest(found: OptimalSet, given: Vector, scale: Fraction, tolerance: float) -> Vector:
    """A mixture of the vertices that need no other atoms, near the given weights."""
    from scipy.optimize import nnls

    near = [vertex for vertex in found.vertices if support(vertex) <= support(given)]
    distance = float("inf")
    if near:
        table = np.array([[*(float(x / scale) for x in vertex), 1.0] for vertex in near]).T
        shares, distance = nnls(table, np.array([*(float(x / scale) for x in given), 1.0]))
    if distance > 10 * tolerance:
        raise InputError(
            f"network is not optimal: the nearest optimum with its directions is {distance:.3g} of its "
            "largest weight away; train it further"
        )
    exact = list(map(Fraction, shares.tolist()))
    return combination([share / sum(exact) for share in exact], near, len(found.atoms))


def _atom_of(found: OptimalSet, network: TwoLayerNetwork, place: int, tolerance: float) -> int:
    unit = network.hidden[place] / np.linalg.norm(network.hidden[place])
    apart = [
        float(np.linalg.norm(unit - np.array(atom.direction, float)))
        if atom.output == np.sign(network.output[place])
        else np.inf
        for atom in found.atoms
    ]
    nearest = int(np.argmin(apart)) if apart else NONE
    if nearest == NONE or apart[nearest] > 10 * tolerance:
        raise InputError(
            f"network is not optimal: neuron {place} points along none of the {len(found.atoms)} "
            "directions of the optima; train it further"
        )
    return nearest
