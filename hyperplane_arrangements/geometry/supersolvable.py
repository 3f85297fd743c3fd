"""Modular chains of flats, exponents, and what they say about freeness.

A central arrangement of rank r is supersolvable if there are flats X_0 < X_1 < ... < X_r, one of each rank,
each modular in the next. By Björner, Edelman and Ziegler (1990), Hyperplane arrangements with a lattice of
regions, theorem 4.3, X_(k-1) is modular in X_k if any two hyperplanes through X_k that do not contain X_(k-1)
meet inside one that does. With e_k, how many hyperplanes contain X_k and not X_(k-1), chi is the product of
the t - e_k (Stanley 1972, Supersolvable lattices), and the arrangement is free with these exponents (Jambu
and Terao 1984).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import InputError
from ..exact.rows import inner
from ..plain import PlainArrangement
from .flats import Flat, intersection_lattice, whitney_numbers


@dataclass(frozen=True, slots=True)
class ModularChain:
    """A chain of modular flats, which proves that an arrangement is supersolvable.

    Attributes:
        flats: the rows that contain X_0, ..., X_r.
        exponents: e_1, ..., e_r, in the order of the chain.
    """

    flats: tuple[frozenset[int], ...]
    exponents: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Freeness:
    """Whether an arrangement is free, as far as its lattice and its mirrors say.

    Attributes:
        is_free: None if no criterion decides.
        exponents: in increasing order; empty if it is not known to be free.
        reason: the theorem that decides, in a sentence.
    """

    is_free: bool | None
    exponents: tuple[int, ...]
    reason: str


def modular_chain(arrangement: PlainArrangement) -> ModularChain | None:
    """Find a chain of modular flats, exactly.

    Any modular flat of rank one less may be taken, as the flats under it in a supersolvable lattice make one
    again (Stanley 1972, proposition 3.2), so nothing is tried twice.

    Args:
        arrangement: central, with a hyperplane.

    Returns:
        The chain; None if the arrangement is not supersolvable.

    Raises:
        InputError: affine, or without a hyperplane.

    Example:
        >>> from hyperplane_arrangements.families import braid, generic
        >>> modular_chain(braid(4)).exponents, modular_chain(generic(4, 3))
        ((1, 2, 3), None)
    """
    if not arrangement.is_central:
        raise InputError(
            "arrangement is affine; modular flats are looked for in central ones: take its cone()"
        )
    if not arrangement.rank:
        raise InputError("every normal is zero; chains of modular flats need a hyperplane")
    lattice = intersection_lattice(arrangement)
    first = _first_rows(arrangement)
    lines = [flat.mask & first for flat in lattice.levels[2]] if len(lattice.levels) > 2 else []
    (top,) = lattice.levels[-1]
    chain, exponents = [top], []
    for level in reversed(lattice.levels[:-1]):
        upper = chain[-1]
        found = next((flat for flat in level if _is_modular(flat, upper, lines)), None)
        if found is None:
            return None
        exponents.append(((upper.mask & ~found.mask) & first).bit_count())
        chain.append(found)
    return ModularChain(tuple(flat.rows for flat in reversed(chain)), tuple(reversed(exponents)))


def _first_rows(arrangement: PlainArrangement) -> int:
    """The first row of each hyperplane, as bits."""
    of_row = arrangement.hyperplane_of_row.tolist()
    return sum(1 << of_row.index(h) for h in set(of_row) if h >= 0)


def _is_modular(flat: Flat, upper: Flat, lines: Sequence[int]) -> bool:
    """Whether a flat is modular among those of `upper`, whose rank is one more: two hyperplanes off it meet
    in a flat of codimension two that lies on one of its own."""
    if flat.mask & ~upper.mask:
        return False
    return not any(not line & ~upper.mask and not line & flat.mask and (line & (line - 1)) for line in lines)


def is_closed_under_reflections(arrangement: PlainArrangement) -> bool:
    """Whether the mirror image of every hyperplane in every other is one of them, in exact numbers.

    Then they are all mirrors of a finite group, which moves finitely many normals: a Coxeter arrangement.

    Args:
        arrangement: central.

    Raises:
        InputError: affine.

    Example:
        >>> from hyperplane_arrangements.families import generic, h3
        >>> is_closed_under_reflections(h3()), is_closed_under_reflections(generic(4, 3))
        (True, False)
    """
    if not arrangement.is_central:
        raise InputError("arrangement is affine; reflections are looked for in central ones: take its cone()")
    rows = [row for row in arrangement.normals.fractions if any(row)]
    lines = {_scaled(row) for row in rows}
    for mirror in lines:
        square = inner(mirror, mirror)
        for row in lines:
            share = 2 * inner(mirror, row) / square
            if _scaled([y - share * x for x, y in zip(mirror, row, strict=True)]) not in lines:
                return False
    return True


def _scaled(row: Sequence[Any]) -> tuple[Any, ...]:
    """The multiple of a row whose first entry that is not zero is 1."""
    first = next(x for x in row if x)
    return tuple(x / first for x in row)


def freeness(arrangement: PlainArrangement) -> Freeness:
    """Whether a central arrangement is free, by three criteria that its lattice and its mirrors decide.

    A supersolvable one is free, with the exponents of a modular chain (Jambu and Terao 1984). The
    characteristic polynomial of a free one has its exponents as roots, nonnegative integers (Terao 1981);
    where it has not, the arrangement is not free. All mirrors of a finite reflection group are free: the
    gradients of the basic invariants are a basis, by Saito's criterion (Saito 1975; Orlik and Terao 1992,
    theorem 6.60). Others are left undecided.

    Args:
        arrangement: central, with a hyperplane.

    Raises:
        InputError: affine, or without a hyperplane.

    Example:
        >>> from hyperplane_arrangements.families import generic, h3, type_b
        >>> for member in (type_b(3), generic(4, 3), h3()):
        ...     verdict = freeness(member)
        ...     print(verdict.is_free, verdict.exponents)
        True (1, 3, 5)
        False ()
        True (1, 5, 9)
    """
    chain = modular_chain(arrangement)
    if chain is not None:
        return Freeness(True, tuple(sorted(chain.exponents)), "supersolvable, so free (Jambu and Terao 1984)")
    roots = _integer_roots(whitney_numbers(arrangement))
    if roots is None:
        return Freeness(
            False,
            (),
            "the characteristic polynomial has roots that are no integers, so not free (Terao 1981)",
        )
    if is_closed_under_reflections(arrangement):
        exponents = roots[-arrangement.rank :]
        return Freeness(True, exponents, "all mirrors of a finite reflection group, so free (Saito 1975)")
    return Freeness(None, (), "not supersolvable, and the characteristic polynomial does not decide")


def _integer_roots(coefficients: Sequence[int]) -> tuple[int, ...] | None:
    """The roots of a monic polynomial, highest coefficient first, in increasing order; None unless all are
    nonnegative integers."""
    rest, root, found = list(coefficients), 0, list[int]()
    while len(rest) > 1 and root <= sum(map(abs, coefficients)):
        quotient = [rest[0]]
        for coefficient in rest[1:]:
            quotient.append(coefficient + root * quotient[-1])
        if quotient[-1]:
            root += 1
        else:
            rest = quotient[:-1]
            found.append(root)
    return tuple(found) if len(rest) == 1 else None
