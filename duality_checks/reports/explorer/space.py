"""The panel of planes in space: the sphere that they cut, and the zonotope whose corners are the chambers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.families import named
from hyperplane_arrangements.geometry.angles import row_space

from ...pricing.landscape import first_rows
from .page import Panel

#: The page draws all of it anew while it is turned.
MOST_PLANES = 30
_PARTS = ("plane_words", "cones", "turning")
_EXAMPLES = {
    "braid_4": "braid_4: its zonotope is the permutohedron",
    "type_b_3": "type_b_3: the symmetries of the cube",
    "h3": "h3: the symmetries of the icosahedron",
    "generic_4_3": "generic_4_3: four planes in general position",
    "generic_6_3": "generic_6_3: six planes in general position",
    "near_pencil_5": "near_pencil_5: four planes through a line, and one more",
}
_DIGITS = 6


def space_panel(arrangement: Arrangement | None = None, name: str = "") -> Panel:
    """Planes through 0 in space, to be turned.

    Args:
        arrangement: what to begin with (see `space_of`); the braid arrangement if None.
        name: what to call it.

    Raises:
        InputError: it is not made of planes in space.

    Example:
        >>> space_panel().mount
        'mountSpace'
    """
    begun = [] if arrangement is None else [space_of(arrangement, name)]
    shapes = [space_of(named(family), title) for family, title in _EXAMPLES.items()]
    return Panel("Planes in space", "space", "mountSpace", {"shapes": begun + shapes}, _PARTS)


def fits(arrangement: Arrangement) -> bool:
    """Whether it is planes in space, and not too many of them.

    Example:
        >>> fits(named("braid_4")), fits(named("braid_3"))
        (True, False)
    """
    planes = arrangement.is_central and arrangement.rank == 3
    return planes and len(arrangement.hyperplanes) <= MOST_PLANES


def space_of(arrangement: Arrangement, name: str) -> dict[str, Any]:
    """The chambers, walls and rays of a central arrangement of rank 3, and where its zonotope has them.

    What there is and what bounds what is exact; places are floats. The zonotope is the sum of segments of
    length two across the planes (statement 1.2, with unit normals): its corners are the chambers, its edges
    the walls between two of them, its faces the rays, each with the chambers around it.

    Returns:
        `planes`: name and unit normal of each different one. `chambers`: their signs as a text, one sign a
        plane, a label or None, and the corner. `walls`: two chambers and the plane between them. `rays`: a
        unit vector, the planes through it, and the chambers around it, in order. `chi`: the coefficients of
        the characteristic polynomial, from `t**3` down.

    Raises:
        InputError: another rank, affine, or too many planes.

    Example:
        >>> cube = space_of(Arrangement([[1, 0, 0], [0, 1, 0], [0, 0, 1]]), "three")
        >>> [len(cube[kind]) for kind in ("chambers", "walls", "rays")], cube["chi"]
        ([8, 12, 6], [1, -3, 3, -1])
    """
    if not fits(arrangement):
        kind = "central" if arrangement.is_central else "affine"
        planes = len(first_rows(arrangement.hyperplane_of_row))
        raise InputError(
            f"the arrangement is {kind}, of rank {arrangement.rank}, with {planes} hyperplanes; planes in "
            f"space are central, of rank 3, and up to {MOST_PLANES}"
        )
    rows = sorted(first_rows(arrangement.hyperplane_of_row).tolist())
    normals = arrangement.normals.scaled[rows] @ row_space(arrangement)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    signs = np.asarray(arrangement.chambers().signs)[:, rows]
    chamber_of = {_key(row): k for k, row in enumerate(signs)}
    walls = _walls(signs, chamber_of)
    labels = _orders(arrangement, np.asarray(arrangement.chambers().signs), name)
    corners = signs @ normals
    return {
        "name": name,
        "planes": [
            {"name": arrangement.label(row), "normal": _rounded(normal)}
            for row, normal in zip(rows, normals, strict=True)
        ],
        "chambers": [
            {"key": _key(row), "label": label, "at": _rounded(corner)}
            for row, label, corner in zip(signs, labels, corners, strict=True)
        ],
        "walls": walls,
        "rays": _rays(arrangement.cocircuits()[:, rows], normals, signs, walls),
        "chi": list(map(int, arrangement.whitney_numbers())),
    }


def _key(signs: Sequence[int]) -> str:
    return "".join("+" if sign > 0 else "-" for sign in signs)


def _rounded(vector: np.ndarray) -> list[float]:
    return [round(float(x), _DIGITS) for x in vector]


def _walls(signs: np.ndarray, chamber_of: Mapping[str, int]) -> list[list[int]]:
    """Chambers that differ in one sign: the first has the minus."""
    found = []
    for k, row in enumerate(signs):
        for plane in np.flatnonzero(row < 0).tolist():
            across = row.copy()
            across[plane] = 1
            other = chamber_of.get(_key(across))
            if other is not None:
                found.append([k, other, plane])
    return found


def _rays(
    covectors: np.ndarray, normals: np.ndarray, signs: np.ndarray, walls: Sequence[Sequence[int]]
) -> list[dict[str, Any]]:
    beside: dict[int, list[int]] = {k: [] for k in range(len(signs))}
    for one, other, _ in walls:
        beside[one].append(other)
        beside[other].append(one)
    rays = []
    for covector in covectors:
        planes, rest = np.flatnonzero(covector == 0), np.flatnonzero(covector)
        around = np.flatnonzero((signs[:, rest] == covector[rest]).all(axis=1)).tolist()
        # Where two of the planes meet, on the side that the other signs say.
        pairs = [np.cross(normals[planes[0]], normals[plane]) for plane in planes[1:]]
        axis = max(pairs, key=np.linalg.norm) / np.linalg.norm(max(pairs, key=np.linalg.norm))
        heights = normals[rest] @ axis
        furthest = int(np.abs(heights).argmax())
        axis *= np.sign(heights[furthest]) * covector[rest[furthest]]
        rays.append({"at": _rounded(axis), "planes": planes.tolist(), "chambers": _circle(around, beside)})
    return rays


def _circle(members: Sequence[int], beside: Mapping[int, Sequence[int]]) -> list[int]:
    """The chambers around a ray one after the other: each has two neighbours among them."""
    left, order = set(members), [members[0]]
    left.remove(members[0])
    while left:
        order.append(next(other for other in beside[order[-1]] if other in left))
        left.remove(order[-1])
    return order


def _orders(arrangement: Arrangement, signs: np.ndarray, name: str) -> list[str | None]:
    """Chambers of a braid arrangement are orders of its coordinates: 2134 where x2 < x1 < x3 < x4."""
    if not name.startswith("braid_"):
        return [None] * len(signs)
    smaller = np.zeros((len(signs), arrangement.dimension), dtype=int)
    for k, normal in enumerate(arrangement.normals.integers.tolist()):
        i, j = normal.index(1), normal.index(-1)
        smaller[:, i] += signs[:, k] > 0
        smaller[:, j] += signs[:, k] < 0
    return ["".join(str(i + 1) for i in np.argsort(row)) for row in smaller]
