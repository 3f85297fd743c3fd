"""Neurons on faces of their blocks: Newton steps inside the faces, and exact rational neurons at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact import signs

from .blocks import Block
from .restricted import sqrt_below
from .restricted_conic import slopes
from .setting import Setting, Vector
from .stationary import project_onto_flat

_NEWTON_STEPS = 30
_SMALL = 1e-3


def penalised_size(setting: Setting, vector: np.ndarray) -> float:
    """norm(P v), in floats."""
    kept = vector.copy()
    kept[list(setting.free)] = 0.0
    return float(np.linalg.norm(kept))


@dataclass(frozen=True, eq=False, slots=True)
class Face:
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
    def near(cls, setting: Setting, block: Block, vector: np.ndarray, reach: float) -> Face:
        """The face of all kinks within reach of a vector of the block."""
        rows = setting.X.floats
        sizes = np.linalg.norm(rows, axis=1)
        heights = np.abs(rows @ vector) / np.where(sizes > 0, sizes, 1.0)
        near = heights <= reach * np.linalg.norm(vector)
        held = [s == 0 for s in block.signs]
        return cls.on(setting, block, np.flatnonzero((near | held) & (sizes > 0)).tolist(), vector)

    @classmethod
    def on(cls, setting: Setting, block: Block, kinks: Sequence[int], vector: np.ndarray) -> Face:
        """The face of some kinks, and the nearest point of its span."""
        basis = np.eye(setting.inputs)
        if kinks:
            _, sizes, right = np.linalg.svd(setting.X.floats[list(kinks)])
            basis = right[int((sizes > 1e-9 * sizes[0]).sum()) :].T
        return cls(block, tuple(kinks), basis, basis @ (basis.T @ vector))


def merged(setting: Setting, faces: list[Face]) -> list[Face]:
    """Neurons of one face, listed in several chambers around it, as one: the same fit at no larger norm."""
    found: dict[tuple[bytes, int], Face] = {}
    for face in faces:
        heights = setting.X.floats @ face.point
        heights[list(face.kinks)] = 0.0
        key = np.sign(heights).tobytes(), face.block.output
        point = found[key].point + face.point if key in found else face.point
        found[key] = replace(face, point=point)
    return list(found.values())


def refined(setting: Setting, faces: list[Face], intercept: float) -> tuple[float, list[Face], float]:
    """Newton steps, without the small neurons that an interior point cannot get rid of.

    Returns:
        The objective, the faces with their points moved, and the intercept.
    """
    value, faces, intercept = _newton(setting, faces, intercept)
    for small in sorted(faces, key=lambda face: penalised_size(setting, face.point)):
        if penalised_size(setting, small.point) > _SMALL * max(
            penalised_size(setting, face.point) for face in faces
        ):
            break
        # Compared with the neurons of now, which Newton may have moved since the list was made.
        fewer = [face for face in faces if (face.block, face.kinks) != (small.block, small.kinks)]
        trial = _newton(setting, fewer, intercept)
        if trial[0] <= value:
            value, faces, intercept = trial
    return value, faces, intercept


def _newton(setting: Setting, faces: list[Face], intercept: float) -> tuple[float, list[Face], float]:
    """Newton steps on fixed faces, while they lower the objective and no neuron leaves its block.

    Returns:
        The objective, the faces with their points moved, and the intercept.
    """
    target = np.array([float(y) for y in setting.y])
    rows = setting.X.floats
    columns = [f.block.output * slopes(setting, f.block)[:, None] * (rows @ f.basis) for f in faces]
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
        Face(f.block, f.kinks, f.basis, f.basis @ z[a:b])
        for f, a, b in zip(faces, ends, ends[1:], strict=False)
    ]
    return current, moved, float(z[-1]) if setting.intercept else 0.0


def _stays(setting: Setting, face: Face, vector: np.ndarray) -> bool:
    heights = setting.X.floats @ vector * np.array(face.block.signs)
    heights[list(face.kinks)] = 0.0
    return bool((heights >= 0).all() and penalised_size(setting, vector) > 0)


def rational(setting: Setting, face: Face) -> tuple[Vector, Fraction] | None:
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
