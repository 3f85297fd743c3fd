"""A problem and a certificate in Coq's language: the records of Definitions.v and Checker.v."""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Sequence
from fractions import Fraction

from ....checker import Certificate, Chamber, Cover, Problem
from .coverage import refuse_problem, refuse_version

PENALTIES = {"2-norm": "TwoNorm", "1-norm": "OneNorm", "inf-norm": "InfNorm"}
LOSSES = {"squared": "Squared", "l1": "L1", "hinge": "Hinge", "squared-hinge": "SquaredHinge"}
WIDTH = 96


def rational(value: Fraction) -> str:
    """A rational as Coq writes it.

    Example:
        >>> rational(Fraction(-3, 4)), rational(Fraction(2))
        ('-3 # 4', '2 # 1')
    """
    return f"{value.numerator} # {value.denominator}"


def listed(entries: Iterable[str], indent: int = 0) -> str:
    """A list, broken into lines.

    Example:
        >>> listed(["1 # 2", "3 # 1"])
        '[1 # 2; 3 # 1]'
    """
    lines, line = [], ""
    for entry in entries:
        if line and len(line) + len(entry) + 2 > WIDTH - indent:
            lines.append(line)
            line = entry
        else:
            line = f"{line}; {entry}" if line else entry
    return stacked([*lines, line], indent)


def stacked(entries: Iterable[str], indent: int) -> str:
    """A list, one entry (or line of entries) a line."""
    between = ";\n" + " " * (indent + 1)
    return f"[{between.join(entries)}]"


def rationals(values: Iterable[Fraction], indent: int = 0) -> str:
    """A list of rationals."""
    return listed(map(rational, values), indent)


def matrix(rows: Sequence[Sequence[Fraction]], indent: int) -> str:
    """A list of lists, one a line."""
    return stacked((rationals(row, indent + 1) for row in rows), indent)


def problem_term(problem: Problem) -> str:
    """The record `problem` of Definitions.v.

    Raises:
        InputError: a problem that the formal proof does not cover.
    """
    refuse_problem(problem)
    kind, delta = problem.loss
    rows = (f"({k}%nat, {rationals(x)})" for k, x in zip(problem.samples, problem.rows, strict=True))
    samples = (
        f"({rational(y)}, {rational(s)})" for y, s in zip(problem.target, problem.weights, strict=True)
    )
    fields = {
        "the_loss": f"Huber ({rational(delta)})" if kind == "huber" else LOSSES[kind],
        "the_penalty": PENALTIES[problem.penalty],
        "kappa": rational(problem.kappa),
        "beta": rational(problem.beta),
        "rows": listed(rows, 10),
        "samples": listed(samples, 13),
        "columns": f"{len(problem.rows[0])}%nat",
        "the_intercept": _intercept(problem),
        "free_linear": "true" if has_linear_skip(problem) else "false",
        "free_bias": "None" if problem.bias is None else f"Some {problem.bias}%nat",
    }
    return record(fields)


def certificate_term(problem: Problem, certificate: Certificate) -> str:
    """The record `certificate` of Checker.v.

    Raises:
        InputError: a certificate that the formal proof does not cover.
    """
    refuse_version(certificate)
    linear = certificate.skip[-len(problem.rows[0]) :] if has_linear_skip(problem) else ()
    offset = certificate.skip[0] if len(certificate.skip) > len(linear) else Fraction(0)
    trained = {
        "hidden_weights": matrix(certificate.hidden, 22),
        "output_weights": rationals(certificate.output, 22),
        "free_offset": rational(offset),
        "free_slope": rationals(linear, 18),
    }
    fields = {
        "lower": rational(certificate.lower),
        "upper": rational(certificate.upper),
        "dual": rationals(certificate.dual, 10),
        "trained": record(trained, 4),
        "proof": _evidence(certificate),
    }
    return record(fields)


def _evidence(certificate: Certificate) -> str:
    """A cover of all directions, or a list of all chambers."""
    if certificate.cover is not None:
        return f"Covered {_cover(certificate.cover)}"
    return f"Listed {stacked(map(_chamber, certificate.chambers or ()), 18)}"


def _cover(cover: Cover) -> str:
    fields = {
        "cover_basis": "None" if cover.basis is None else f"Some {matrix(cover.basis, 25)}",
        "cover_depth": f"{cover.depth}%nat",
        "cover_digits": f"{cover.bits}%nat",
        "cover_plus": _bits(cover.plus),
        "cover_minus": _bits(cover.minus),
    }
    return record(fields, 4)


def _chamber(chamber: Chamber) -> str:
    """A point inside and the multipliers for z and -z, in one line."""
    fields = {
        "witness": listed(f"{x} # 1" for x in chamber.witness),
        "chamber_plus": _multipliers(chamber.plus),
        "chamber_minus": _multipliers(chamber.minus),
    }
    return "{| " + "; ".join(f"{name} := {text}" for name, text in fields.items()) + " |}"


def _multipliers(lambdas: dict[int, Fraction]) -> str:
    return listed(f"({row}%nat, {rational(value)})" for row, value in lambdas.items())


def has_intercept(problem: Problem) -> bool:
    """Whether outputs may add a constant. (Where X is one column of ones, a linear skip is one.)"""
    if len(problem.skips) == 1 == len(problem.rows[0]):
        return set(problem.skips[0]) == {1}
    return len(problem.skips) in (1, len(problem.rows[0]) + 1)


def has_linear_skip(problem: Problem) -> bool:
    """Whether outputs may add a linear function of x."""
    return len(problem.skips) > has_intercept(problem)


def record(fields: dict[str, str], indent: int = 0) -> str:
    """A record, a field a line."""
    lines = (f"{' ' * (indent + 2)}{name} := {text}" for name, text in fields.items())
    return "{|\n" + ";\n".join(lines) + "\n" + " " * indent + "|}"


def _intercept(problem: Problem) -> str:
    if not has_intercept(problem):
        return "NoIntercept"
    return "DecayedIntercept" if problem.decayed else "FreeIntercept"


def _bits(data: bytes) -> str:
    return f'base64 "{binascii.b2a_base64(data, newline=False).decode()}"'
