"""Numerical optima over chosen blocks: a conic program, then Newton steps inside the faces it ends on.

Floats propose; the network that comes out is rational, with every neuron exactly in its block, and
:func:`~duality_checks.restricted.certify_restricted` proves how good it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.errors import ConvexLandscapeError
from hyperplane_arrangements.exact import signs

from .blocks import Block
from .problem import TrainingProblem
from .restricted import RestrictedCertificate, certify_restricted, sqrt_below
from .setting import RationalNetwork, Setting
from .stationary import project_onto_flat

_NEGLIGIBLE = 1e-7
_DUST = 1e-9
_SMALL = 1e-3
_ON_KINK = 1e-6
_NEWTON_STEPS = 30


def restricted_optimum(problem: TrainingProblem | Setting, blocks: Sequence[Block]) -> RestrictedCertificate:
    """The optimum of the convex program over some blocks, with its proof.

    Args:
        problem: the problem.
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
    vectors, intercept = _conic(setting, blocks)
    sizes = np.array([_size(setting, vector) for vector in vectors])
    # No vector is longer than norm(y)^2 / (2 beta); interior points leave dust of that times their tolerance.
    longest = float(sum(y * y for y in setting.y) / (2 * setting.beta))
    dust = max(_NEGLIGIBLE * sizes.max(initial=0.0), _DUST * longest)
    kept = [b for b in range(len(blocks)) if sizes[b] > dust]
    faces = _merged(setting, [_Face.of(setting, blocks[b], vectors[b]) for b in kept])
    faces, intercept = _refined(setting, [face for face in faces if face.basis.shape[1]], intercept)
    neurons = [neuron for face in faces if (neuron := _rational(setting, face)) is not None]
    constant = Fraction(intercept) if setting.intercept else Fraction(0)
    network = RationalNetwork(tuple(w for w, _ in neurons), tuple(a for _, a in neurons), constant)
    return certify_restricted(setting, blocks, network)


def _size(setting: Setting, vector: np.ndarray) -> float:
    kept = vector.copy()
    kept[list(setting.free)] = 0.0
    return float(np.linalg.norm(kept))


def _slopes(setting: Setting, block: Block) -> np.ndarray:
    return np.array([float(s) for s in setting.slopes(block.signs)])


def _conic(setting: Setting, blocks: tuple[Block, ...]) -> tuple[np.ndarray, float]:
    """The vectors v_i (B x p) and the intercept, by clarabel."""
    import clarabel
    from scipy import sparse

    n, p, count = setting.n, setting.inputs, len(blocks)
    rows, target = setting.X.floats, np.array([float(y) for y in setting.y])
    if not count and not setting.intercept:
        return np.zeros((0, p)), 0.0
    kept = [i for i in range(p) if i not in setting.free]
    # Unknowns: residual (n), the vectors (B p), their sizes (B), the intercept (1).
    size = n + count * (p + 1) + 1
    atoms = [b.output * _slopes(setting, b)[:, None] * rows for b in blocks]
    constant = np.full((n, 1), 1.0 if setting.intercept else 0.0)
    fit = sparse.hstack(
        [sparse.eye(n), *map(sparse.csc_matrix, atoms), sparse.csc_matrix((n, count)), constant]
    )
    parts, right = [fit], [target]
    cones = [clarabel.ZeroConeT(n)]
    held, sided = [], []
    for b, block in enumerate(blocks):
        for k in np.flatnonzero(setting.nonzero):
            row = np.zeros(size)
            row[n + b * p : n + (b + 1) * p] = -(block.signs[k] or 1) * rows[k] / np.linalg.norm(rows[k])
            (sided if block.signs[k] else held).append(row)
    for found, cone in ((held, clarabel.ZeroConeT), (sided, clarabel.NonnegativeConeT)):
        if found:
            parts.append(sparse.csc_matrix(np.array(found)))
            right.append(np.zeros(len(found)))
            cones.append(cone(len(found)))
    for b in range(count):
        lengths = np.zeros((1 + len(kept), size))
        lengths[0, n + count * p + b] = -1.0
        lengths[np.arange(1, 1 + len(kept)), [n + b * p + i for i in kept]] = -1.0
        parts.append(sparse.csc_matrix(lengths))
        right.append(np.zeros(len(lengths)))
        cones.append(clarabel.SecondOrderConeT(len(lengths)))
    if not setting.intercept:
        last = sparse.csc_matrix(([1.0], ([0], [size - 1])), shape=(1, size))
        parts.append(last)
        right.append(np.zeros(1))
        cones.append(clarabel.ZeroConeT(1))
    quadratic = sparse.diags(np.r_[np.ones(n), np.zeros(size - n)], format="csc")
    linear = np.zeros(size)
    linear[n + count * p : n + count * (p + 1)] = float(setting.beta)
    options = clarabel.DefaultSettings()
    options.verbose = False
    options.tol_gap_abs = options.tol_gap_rel = options.tol_feas = 1e-11
    matrix = sparse.vstack(parts, format="csc")
    solver = clarabel.DefaultSolver(quadratic, linear, matrix, np.concatenate(right), cones, options)
    solution = solver.solve()
    found = np.array(solution.x)
    if not np.isfinite(found).all():
        raise ConvexLandscapeError(f"the conic solver ended with {solution.status}; rescale the data")
    return found[n : n + count * p].reshape(count, p), float(found[-1])


@dataclass(frozen=True, eq=False, slots=True)
class _Face:
    """A neuron inside a face of its block.

    Attributes:
        block: the block.
        kinks: rows on which the neuron lies.
        basis: orthonormal basis of the face's span, p x k.
        point: the vector v, length p.
    """

    block: Block
    kinks: tuple[int, ...]
    basis: np.ndarray
    point: np.ndarray

    @classmethod
    def of(cls, setting: Setting, block: Block, vector: np.ndarray) -> _Face:
        rows = setting.X.floats
        sizes = np.linalg.norm(rows, axis=1)
        heights = np.abs(rows @ vector) / np.where(sizes > 0, sizes, 1.0)
        near = heights <= _ON_KINK * np.linalg.norm(vector)
        held = [s == 0 for s in block.signs]
        return cls.on(setting, block, np.flatnonzero((near | held) & (sizes > 0)).tolist(), vector)

    @classmethod
    def on(cls, setting: Setting, block: Block, kinks: Sequence[int], vector: np.ndarray) -> _Face:
        basis = np.eye(setting.inputs)
        if kinks:
            _, sizes, right = np.linalg.svd(setting.X.floats[list(kinks)])
            basis = right[int((sizes > 1e-9 * sizes[0]).sum()) :].T
        return cls(block, tuple(kinks), basis, basis @ (basis.T @ vector))


def _merged(setting: Setting, faces: list[_Face]) -> list[_Face]:
    """Neurons of one face, listed in several chambers around it, as one: the same fit at no larger norm."""
    found: dict[tuple[bytes, int], _Face] = {}
    for face in faces:
        heights = setting.X.floats @ face.point
        heights[list(face.kinks)] = 0.0
        key = np.sign(heights).tobytes(), face.block.output
        point = found[key].point + face.point if key in found else face.point
        found[key] = replace(face, point=point)
    return list(found.values())


def _refined(setting: Setting, faces: list[_Face], intercept: float) -> tuple[list[_Face], float]:
    """Newton steps, without the small neurons that the interior point could not get rid of."""
    value, faces, intercept = _newton(setting, faces, intercept)
    for small in sorted(faces, key=lambda face: _size(setting, face.point)):
        if _size(setting, small.point) > _SMALL * max(_size(setting, face.point) for face in faces):
            break
        # Compared with the neurons of now, which Newton may have moved since the list was made.
        fewer = [face for face in faces if (face.block, face.kinks) != (small.block, small.kinks)]
        trial = _newton(setting, fewer, intercept)
        if trial[0] <= value:
            value, faces, intercept = trial
    return faces, intercept


def _newton(setting: Setting, faces: list[_Face], intercept: float) -> tuple[float, list[_Face], float]:
    """Newton steps on fixed faces, while they lower the objective and no neuron leaves its block.

    Returns:
        The objective, the faces with their points moved, and the intercept.
    """
    target = np.array([float(y) for y in setting.y])
    rows = setting.X.floats
    columns = [f.block.output * _slopes(setting, f.block)[:, None] * (rows @ f.basis) for f in faces]
    constant = np.ones((setting.n, int(setting.intercept)))
    atoms = np.concatenate([*columns, constant], axis=1)
    ends = np.cumsum([0, *(f.basis.shape[1] for f in faces)])
    z = np.concatenate([*(f.basis.T @ f.point for f in faces), np.full(int(setting.intercept), intercept)])
    keep = np.ones(setting.inputs)
    keep[list(setting.free)] = 0.0
    metrics = [(f.basis.T * keep) @ f.basis for f in faces]
    beta = float(setting.beta)

    def value(z: np.ndarray) -> float:
        residual = atoms @ z - target
        total = 0.5 * float(residual @ residual)
        for metric, a, b in zip(metrics, ends, ends[1:], strict=False):
            total += beta * float(np.sqrt(max(z[a:b] @ metric @ z[a:b], 0.0)))
        return total

    current = value(z)
    for _ in range(_NEWTON_STEPS):
        gradient, hessian = atoms.T @ (atoms @ z - target), atoms.T @ atoms
        for metric, a, b in zip(metrics, ends, ends[1:], strict=False):
            size = np.sqrt(z[a:b] @ metric @ z[a:b])
            unit = metric @ z[a:b] / size
            gradient[a:b] += beta * unit
            hessian[a:b, a:b] += beta * (metric - np.outer(unit, unit)) / size
        step = -np.linalg.lstsq(hessian, gradient, rcond=1e-13)[0]
        trial = z + step
        new = value(trial)
        inside = all(
            _stays(setting, face, face.basis @ trial[a:b])
            for face, a, b in zip(faces, ends, ends[1:], strict=False)
        )
        # Rounding decides the last steps, so equal values are allowed.
        if not inside or not new <= current * (1 + 1e-15):
            break
        settled = float(np.abs(step).max(initial=0.0)) <= 1e-16 * float(np.abs(z).max(initial=1.0))
        z, current = trial, new
        if settled:
            break
    moved = [
        _Face(f.block, f.kinks, f.basis, f.basis @ z[a:b])
        for f, a, b in zip(faces, ends, ends[1:], strict=False)
    ]
    return current, moved, float(z[-1]) if setting.intercept else 0.0


def _stays(setting: Setting, face: _Face, vector: np.ndarray) -> bool:
    heights = setting.X.floats @ vector * np.array(face.block.signs)
    heights[list(face.kinks)] = 0.0
    return bool((heights >= 0).all() and _size(setting, vector) > 0)


def _rational(setting: Setting, face: _Face) -> tuple[tuple[Fraction, ...], Fraction] | None:
    """The neuron in rationals, exactly in its block; None if rounding leaves nothing of it."""
    kinks = set(face.kinks)
    vector = tuple(Fraction(float(x)) for x in face.point)
    while True:
        if kinks:
            vector = project_onto_flat([setting.rows[k] for k in sorted(kinks)], vector)
        if not any(setting.penalised(vector)):
            return None
        at = signs(setting.X, [vector])[0].tolist()
        wrong = [k for k, (a, s) in enumerate(zip(at, face.block.signs, strict=True)) if a and a != s]
        if not wrong:
            break
        kinks.update(wrong)
    kept = setting.penalised(vector)
    size = sqrt_below(sum((x * x for x in kept), Fraction(0)))
    # w = v / alpha with alpha near sqrt(norm(v)) keeps v exactly and is balanced up to rounding.
    alpha = sqrt_below(size) if sqrt_below(size) ** 2 == size else Fraction(float(size) ** 0.5)
    return tuple(x / alpha for x in vector), face.block.output * alpha
