"""What each step of the checker looked at, how many of it, and where it was tightest: a page in one table."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING
from fractions import Fraction

from ... import checker
from ...checker import Certificate, Problem, decimal
from .blocks import Table
from .cones import Cone
from .numbers import ChamberRow, compared, shown, shown_below

HEADER = ("step", "what it looks at", "how many", "tightest")

Step = tuple[str, str, str, str]


def steps(problem: Problem, certificate: Certificate, proof: Sequence[Step]) -> Table:
    """All steps, in the order of the checker; `proof` are those of the bound on ``z'phi(Xu)``."""
    neurons, rows, samples = len(certificate.hidden), len(problem.rows), len(problem.target)
    kinds = {True: "a decayed column", False: "free columns, to which z is orthogonal"}
    free = [("outputs", kinds[problem.decayed], str(len(problem.skips)), "")] if problem.skips else []
    return Table(
        HEADER,
        (
            ("upper bound", "neurons at rows", f"{neurons} · {rows}", ""),
            ("upper bound", "losses of samples", str(samples), ""),
            ("lower bound", "entries of z in their domain", str(samples), _domain(problem, certificate.dual)),
            *free,
            *proof,
            ("interval", "upper less lower bound", "1", shown(certificate.upper - certificate.lower)),
        ),
    )


def _domain(problem: Problem, dual: Sequence[Fraction]) -> str:
    """The entry of z that is nearest to where its loss has no bound."""
    kind, delta = problem.loss
    triples = list(zip(problem.weights, dual, problem.target, strict=True))
    if kind == "squared":
        return "any will do"
    if kind == "squared-hinge":
        return f"0 ≤ {shown_below(min(z * y for _, z, y in triples))}"
    if kind in ("hinge", "logistic"):
        shares = [z * y / s for s, z, y in triples]
        return f"0 ≤ {shown_below(min(shares))}, {_ordered(max(shares), Fraction(1))}"
    return _ordered(max(abs(z / s) for s, z, _ in triples), delta if kind == "huber" else Fraction(1))


def _ordered(size: Fraction, limit: Fraction) -> str:
    return " ≤ ".join(compared(size, limit))


def chamber_steps(rows: Sequence[ChamberRow], problem: Problem) -> list[Step]:
    """Of a list: points, their number, comparisons."""
    chambers = len(rows) // 2
    hyperplanes = len(checker.hyperplanes(checker.integer_rows(problem.rows)[0]))
    pushed = sum(bool(row.multipliers) for row in rows)
    return [
        ("points", "signs of rows, none of them 0", f"{chambers} · {len(problem.rows)}", ""),
        ("points", f"chambers of {hyperplanes} hyperplanes, counted", str(chambers), "as many as points"),
        ("norms", "comparisons with β", str(len(rows)), _percent(max(row.size / row.limit for row in rows))),
        ("norms", "of these with multipliers", str(pushed), ""),
    ]


def cone_steps(found: Sequence[Cone], dimension: int) -> list[Step]:
    """Of a cover: boxes, open rows, comparisons."""
    faces = 4 * dimension
    return [
        ("boxes", "faces of the cube, for z and for -z", str(faces), ""),
        ("boxes", "halved", str(len(found) - faces), ""),
        ("boxes", "rows of both signs", str(sum(len(cone.slopes) for cone in found)), _most_open(found)),
        ("norms", "comparisons with β", str(len(found)), _percent(max(cone.share for cone in found))),
    ]


def _most_open(found: Sequence[Cone]) -> str:
    return f"at most {max(len(cone.slopes) for cone in found)} on one box"


def _percent(share: Fraction) -> str:
    """How much of its limit a norm or its square is, rounded up, but not to all of it."""
    if share == 1:
        return "the limit itself"
    digits = 4
    while (text := decimal(100 * share, ROUND_CEILING, digits)) >= 100:
        digits += 3
    return f"{text:f} % of the limit"
