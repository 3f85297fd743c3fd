"""Neurons on faces of their blocks: Newton steps inside the faces, and exact rational neurons at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact import signs
from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.setting import Setting
from .blocks import Block
from .conic import slopes
from .restricted import sqrt_below
from .stationary import project_onto_flat

_NEWTON_STEPS = 30
_SHORTEST = 2.0**-10
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
    setting.require_plain("a restricted program")
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


@dataclass(frozen=True, eq=False, slots=True)
class _Smooth:
    """The program on fixed faces, smooth in the coordinates z of the neurons and the intercept.

    Attributes:
        faces: the faces.
        target: y.
        atoms: the outputs that the coordinates give, n x (sum of dimensions, and 1 for an intercept).
        ends: where each face's coordinates begin, and the end.
        metrics: the penalty is `beta * sqrt(z' metric z)` on each face.
        beta: the weight decay.
    """

    faces: list[Face]
    target: np.ndarray
    atoms: np.ndarray
    ends: list[int]
    metrics: list[np.ndarray]
    beta: float

    @classmethod
    def of(cls, setting: Setting, faces: list[Face]) -> _Smooth:
        rows, target = setting.X.floats, np.array([float(y) for y in setting.y])
        columns = [f.block.output * slopes(setting, f.block)[:, None] * (rows @ f.basis) for f in faces]
        atoms = np.concatenate([*columns, np.ones((setting.n, int(setting.intercept)))], axis=1)
        ends = np.cumsum([0, *(f.basis.shape[1] for f in faces)]).tolist()
        keep = np.ones(setting.inputs)
        keep[list(setting.free)] = 0.0
        return cls(
            faces, target, atoms, ends, [(f.basis.T * keep) @ f.basis for f in faces], float(setting.beta)
        )

    def parts(self, z: np.ndarray) -> list[np.ndarray]:
        """The coordinates of each neuron."""
        return [z[a:b] for a, b in zip(self.ends, self.ends[1:], strict=False)]

    def value(self, z: np.ndarray) -> float:
        """The objective."""
        residual = self.atoms @ z - self.target
        sizes = (part @ metric @ part for part, metric in zip(self.parts(z), self.metrics, strict=True))
        return 0.5 * float(residual @ residual) + self.beta * sum(float(np.sqrt(max(s, 0.0))) for s in sizes)

    def newton_step(self, z: np.ndarray) -> np.ndarray:
        """Newton's step; the shortest where there are many."""
        gradient, hessian = self.atoms.T @ (self.atoms @ z - self.target), self.atoms.T @ self.atoms
        for metric, a, b in zip(self.metrics, self.ends, self.ends[1:], strict=False):
            size = np.sqrt(z[a:b] @ metric @ z[a:b])
            unit = metric @ z[a:b] / size
            gradient[a:b] += self.beta * unit
            hessian[a:b, a:b] += self.beta * (metric - np.outer(unit, unit)) / size
        return -np.linalg.lstsq(hessian, gradient, rcond=1e-13)[0]

    def inside(self, setting: Setting, z: np.ndarray) -> bool:
        """Whether every neuron is in its block, and not zero."""
        return all(
            _stays(setting, face, face.basis @ part)
            for face, part in zip(self.faces, self.parts(z), strict=True)
        )


def _newton(setting: Setting, faces: list[Face], intercept: float) -> tuple[float, list[Face], float]:
    """Newton steps on fixed faces, shortened until they lower the objective and stay in the blocks.

    Returns:
        The objective, the faces with their points moved, and the intercept.
    """
    program = _Smooth.of(setting, faces)
    z = np.concatenate([*(f.basis.T @ f.point for f in faces), np.zeros(int(setting.intercept))])
    if setting.intercept:
        # Neurons that only added a constant are gone, so the solver's intercept is not the best any more.
        z[-1] = float(np.mean(program.target - program.atoms @ z))
    current = program.value(z)
    for _ in range(_NEWTON_STEPS):
        step = program.newton_step(z)
        length = 1.0
        while length > _SHORTEST:
            trial = z + length * step
            # Rounding decides the last steps, so equal values are allowed.
            if program.value(trial) <= current * (1 + 1e-15) and program.inside(setting, trial):
                break
            length /= 2
        else:
            break
        settled = float(np.abs(step).max(initial=0.0)) <= 1e-16 * float(np.abs(z).max(initial=1.0))
        z, current = trial, program.value(trial)
        if settled:
            break
    moved = [
        Face(f.block, f.kinks, f.basis, f.basis @ part)
        for f, part in zip(faces, program.parts(z), strict=True)
    ]
    return current, moved, float(z[-1]) if setting.intercept else intercept


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
    size = sqrt_below(dot(kept, kept))
    # w = v / alpha with alpha near sqrt(norm(v)) keeps v exactly and is balanced up to rounding.
    alpha = sqrt_below(size) if sqrt_below(size) ** 2 == size else Fraction(float(size) ** 0.5)
    return tuple(x / alpha for x in vector), face.block.output * alpha
