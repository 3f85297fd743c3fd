"""Numerical optima over chosen blocks: a conic program, then Newton steps inside the faces it ends on.

Floats propose; the network that comes out is rational, with every neuron exactly in its block, and
:func:`~duality_checks.stationary_points.restricted.certify_restricted` proves how good it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from ..exact.setting import Setting
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from .blocks import Block
from .conic import conic_optimum
from .faces import Face, merged, penalised_size, rational, refined
from .restricted import RestrictedCertificate, certify_restricted

_NEGLIGIBLE = 1e-7
_DUST = 1e-9
# An optimum that touches a kink smoothly is found only to the root of the solver's tolerance.
_REACHES = (1e-4, 1e-6, 1e-8)
_EQUAL = 1 + 1e-14


def restricted_optimum(problem: TrainingProblem | Setting, blocks: Sequence[Block]) -> RestrictedCertificate:
    """The optimum of the convex program over some blocks, with its proof.

    Args:
        problem: the problem, with the 2-norm. For the 1-norm and the infinity norm optima are rational:
            see :func:`~duality_checks.stationary_points.polyhedral.exact_restricted_optimum`.
        blocks: the blocks; none is allowed, and leaves the zero network.

    Returns:
        A certificate: the network, in the blocks, and a proven interval, typically of relative width 1e-14.

    Raises:
        ConvexLandscapeError: the numerical solver failed.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [5, 2], beta=1)
        >>> found = restricted_optimum(problem, [Block((1, -1), 1), Block((-1, 1), 1)])
        >>> found.check().holds, found.lower, found.upper
        (True, Fraction(6, 1), Fraction(6, 1))
    """
    setting = Setting.of(problem)
    blocks = tuple(blocks)
    vectors, intercept = conic_optimum(setting, blocks)
    sizes = np.array([penalised_size(setting, vector) for vector in vectors])
    # No vector is longer than norm(y)^2 / (2 beta); interior points leave dust of that times their tolerance.
    longest = float(sum(y * y for y in setting.y) / (2 * setting.beta))
    dust = max(_NEGLIGIBLE * sizes.max(initial=0.0), _DUST * longest)
    kept = [b for b in range(len(blocks)) if sizes[b] > dust]
    trials = [refined(setting, [], intercept)]
    for reach in _REACHES:
        near = [Face.near(setting, blocks[b], vectors[b], reach) for b in kept]
        trials.append(refined(setting, merged(setting, [f for f in near if f.basis.shape[1]]), intercept))
    least = min(value for value, _, _ in trials)
    _, faces, intercept = next(trial for trial in trials if trial[0] <= least * _EQUAL)
    neurons = [neuron for face in faces if (neuron := rational(setting, face)) is not None]
    constant = Fraction(intercept) if setting.intercept else Fraction(0)
    network = RationalNetwork(tuple(w for w, _ in neurons), tuple(a for _, a in neurons), constant)
    return certify_restricted(setting, blocks, network)
