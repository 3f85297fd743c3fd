"""Statement 1.1: how many chambers there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.enumeration.chambers import upper_bound
from hyperplane_arrangements.exact import exact_matrix, rank

from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .samples import Row, random_rows


@dataclass(frozen=True, slots=True)
class Count:
    """Rows, and the claimed number of chambers of their central arrangement."""

    rows: tuple[tuple[int, ...], ...]
    claimed: int


def counted(rows: list[Row]) -> Count:
    """The claim of the statement: the chambers number ``abs(chi(-1))``, by deletion and restriction."""
    from hyperplane_arrangements.geometry.flats import zaslavsky_chambers

    return Count(tuple(map(tuple, rows)), zaslavsky_chambers(Arrangement(exact_matrix(rows))))


def in_general_position(rows: tuple[tuple[int, ...], ...], r: int) -> bool:
    """Whether every r of the rows are independent.

    Example:
        >>> in_general_position(((1, 0), (0, 1), (1, 1)), 2), in_general_position(((1, 0), (2, 0), (0, 1)), 2)
        (True, False)
    """
    return r == 0 or all(rank(exact_matrix(some)) == r for some in combinations(rows, r))


def unequal_shares(arrangement: Arrangement) -> Iterator[str]:
    """The flats whose Moebius function is not the sum of what the flats above hand to it.

    Example:
        >>> list(unequal_shares(Arrangement([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]])))
        []
    """
    from hyperplane_arrangements.geometry.flats import intersection_lattice

    rows = arrangement.distinct.rows
    if not rows:
        return
    lattice = intersection_lattice(Arrangement(rows))
    flats = {flat.mask: flat for flat in lattice}
    total = dict.fromkeys(flats, 0)
    for above, below in lattice.covers:
        missing = hyperplanes_through(below) - hyperplanes_through(above)
        total[below] += missing * abs(flats[above].moebius)
    for mask, flat in flats.items():
        if flat.rank and total[mask] != hyperplanes_through(mask) * abs(flat.moebius):
            yield f"the flat on the hyperplanes {sorted(flat.rows)} is not the sum of its shares"


def hyperplanes_through(mask: int) -> int:
    """The number of hyperplanes that contain a flat, of its set of them."""
    return mask.bit_count()


@all_hold
def check(instance: Count) -> Iterator[Outcome]:
    """Compare the claim with the listed chambers, their exact witnesses, and Cover's bound; add up shares."""
    arrangement = Arrangement(exact_matrix(instance.rows))
    chambers = arrangement.chambers()
    signs = chambers.signs
    yield that(len(set(map(bytes, signs))) == len(signs), "two listed chambers have the same signs")
    seen = [arrangement.chamber_of(point).tolist() for point in chambers.witnesses.tolist()]
    yield that(seen == signs.tolist(), "a witness is not inside its chamber")
    yield that(
        ((signs == 0) == ~np.any(arrangement.normals.integers, axis=1)).all(), "a sign is 0 on a nonzero row"
    )
    yield that(
        equal(len(signs), instance.claimed, "count").holds,
        f"{instance.claimed} chambers are claimed, {len(signs)} are listed with witnesses",
    )
    # Zero rows are no hyperplane; repeats stay, so that a repeated row is not in general position.
    n, r = int(np.any(arrangement.normals.integers, axis=1).sum()), arrangement.rank
    bound = upper_bound(n, r)
    yield at_least(bound, len(signs), "Cover's bound")
    generic = in_general_position(tuple(row for row in instance.rows if any(row)), r)
    yield that(
        (bound == len(signs)) == generic,
        f"general position is {generic}, but {len(signs)} chambers are compared with the bound {bound}",
    )
    unequal = next(unequal_shares(arrangement), "")
    yield that(not unequal, unequal)


def fixed() -> Iterator[Count]:
    """A generic, a repeated, a concurrent and a zero row; rank one; no hyperplane at all; the braid."""
    yield counted([[1, 0], [0, 1], [1, 1], [1, -1]])
    yield counted([[1, 0], [0, 1], [1, 1], [-2, -2]])
    yield counted([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 0]])
    yield counted([[2, 4], [-1, -2]])
    yield counted([[0, 0]])
    yield counted([[1, -1, 0, 0], [1, 0, -1, 0], [1, 0, 0, -1], [0, 1, -1, 0], [0, 1, 0, -1], [0, 0, 1, -1]])


def control() -> Count:
    """Three lines, one of them twice, counted as if they were four."""
    return Count(((1, 0), (0, 1), (1, 1), (-2, -2)), upper_bound(4, 2))


THEOREM = Theorem(
    id="1.1",
    name="count of chambers",
    statement=(
        "A central arrangement of n hyperplanes of rank r has abs(chi(-1)) chambers, at most "
        "2 sum_{k<r} C(n-1, k), with equality if and only if every r of the normals are independent. "
        "abs(mu(F)) is the sum of (1 - n(G) / n(F)) abs(mu(G)) over the flats G just above F, where n counts "
        "the hyperplanes through a flat."
    ),
    source="Zaslavsky 1975; Cover 1965; Ergen and Pilanci 2025, section II",
    note="1.1-count.md",
    fixed=fixed,
    draw=lambda rng: counted(random_rows(rng, most=6)),
    check=check,
    false_claim="four rows, two of them opposite, cut the plane into as many chambers as four lines",
    control=control,
)
