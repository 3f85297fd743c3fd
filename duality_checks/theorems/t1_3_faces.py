"""Statement 1.3: how many faces there are of each dimension."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.exact import exact_matrix

from .catalogue import Outcome, Theorem, all_hold, equal, that
from .samples import Row, random_rows

# The covector axioms are checked on sets of at most so many: the time grows with the cube.
MOST_FOR_AXIOMS = 150


@dataclass(frozen=True, slots=True)
class FaceNumbers:
    """Rows in R^d, and the claimed numbers of faces of dimension 0, ..., d."""

    rows: tuple[tuple[int, ...], ...]
    claimed: tuple[int, ...]


def counted(rows: list[Row]) -> FaceNumbers:
    """The claim of the statement: Zaslavsky's f-vector, from the intersection lattice alone."""
    from hyperplane_arrangements.geometry.flats import intersection_lattice

    return FaceNumbers(
        tuple(map(tuple, rows)), intersection_lattice(Arrangement(exact_matrix(rows))).face_counts
    )


@all_hold
def check(instance: FaceNumbers) -> Iterator[Outcome]:
    """Compare with the covectors, listed flat by flat, with Euler's relation, and the covector axioms."""
    from hyperplane_arrangements.geometry.faces import faces
    from hyperplane_arrangements.geometry.oriented_matroid import check_covector_axioms

    arrangement = Arrangement(exact_matrix(instance.rows))
    listed = faces(arrangement)
    covectors = listed.covectors
    yield that(len(np.unique(covectors, axis=0)) == len(covectors), "two listed faces have the same covector")
    yield that(
        listed.f_vector == instance.claimed,
        f"f-vector {instance.claimed} is claimed, {listed.f_vector} is listed",
    )
    euler = sum((-1) ** k * count for k, count in enumerate(instance.claimed))
    yield equal(euler, (-1) ** arrangement.dimension, "Euler's relation")
    if len(covectors) <= MOST_FOR_AXIOMS:
        finding = check_covector_axioms(covectors)
        yield that(finding.holds, finding.reason)


def fixed() -> Iterator[FaceNumbers]:
    """Three lines; four planes with a zero row and a repeat; a plane in space; no hyperplane."""
    yield counted([[1, 0], [0, 1], [1, 1]])
    yield counted([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [2, 2, 0], [0, 0, 0]])
    yield counted([[1, 2, 3]])
    yield counted([[0, 0]])


def control() -> FaceNumbers:
    """Four planes of which three share a line, with the face numbers of four planes in general position."""
    generic = counted([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]])
    return FaceNumbers(((1, 0, 0), (0, 1, 0), (1, 1, 0), (0, 0, 1)), generic.claimed)


THEOREM = Theorem(
    id="1.3",
    name="faces",
    statement=(
        "The faces are the covectors sign(Xu); the intersection lattice gives their number in each dimension "
        "(Zaslavsky), and sum_k (-1)^k f_k = (-1)^d (Euler)."
    ),
    source="Zaslavsky 1975",
    note="1.3-faces.md",
    fixed=fixed,
    draw=lambda rng: counted(random_rows(rng)),
    check=check,
    false_claim="four planes, three of them through one line, have as many faces as four in general position",
    control=control,
)
