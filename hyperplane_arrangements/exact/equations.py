"""Linear equations as texts, in and out: `x + y = 1` is the row (1, 1) with the offset 1."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..errors import InputError
from .numbers import clipped, exact_scalar
from .quadratic import irrational

_NUMBER = r"\d+(?:\.\d*)?(?:/\d+)?|\.\d+"
_TERM = re.compile(
    rf"\s*(?P<sign>[+-]?)\s*(?:(?P<number>{_NUMBER})\s*\*?)?\s*(?:(?P<name>[A-Za-z_]\w*)\s*(?:/\s*(?P<over>\d+))?)?\s*"
)


@dataclass(frozen=True, slots=True)
class Equations:
    """Linear equations `row . variables = offset`.

    Attributes:
        rows: the coefficients, those of the right-hand side subtracted.
        offsets: the constants, those of the left-hand side subtracted.
        texts: each equation as it was written.
        variables: what the columns stand for.
    """

    rows: tuple[tuple[Fraction, ...], ...]
    offsets: tuple[Fraction, ...]
    texts: tuple[str, ...]
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hyperplane:
    """One row of an arrangement: `normal . x = offset`.

    Attributes:
        normal: d fractions.
        offset: 0 if the arrangement is central.
        name: the one given to it; without one, its equation.

    Example:
        >>> print(Hyperplane((Fraction(1), Fraction(1)), Fraction(1, 2), ""))
        x1 + x2 = 1/2
    """

    normal: tuple[Fraction, ...]
    offset: Fraction
    name: str

    def __str__(self) -> str:
        return self.equation()

    def equation(self, variables: Sequence[str] | None = None) -> str:
        """The equation, its coordinates called x1, x2, ... or as given."""
        given = variables or [f"x{j + 1}" for j in range(len(self.normal))]
        return equation_text(self.normal, self.offset, given)


def read_equations(text: str, variables: Sequence[str] | str | None = None) -> Equations:
    """Read linear equations, one after the other.

    Args:
        text: equations such as `2x - y/3 = 0.5`, separated by commas, semicolons or line ends.
        variables: the names of the coordinates in order, a text with spaces between them or a sequence; those
            that occur if None, x2 before x10.

    Raises:
        InputError: what is no linear equation with rational coefficients, or a variable that is not listed.

    Example:
        >>> found = read_equations("x = 2y, 3 x + 1/2 = y")
        >>> [[*map(str, row)] for row in found.rows], [*map(str, found.offsets)], found.variables
        ([['1', '-2'], ['3', '-1']], ['0', '-1/2'], ('x', 'y'))
    """
    texts = tuple(part.strip() for part in re.split(r"[,;\n]", text) if part.strip())
    if not texts:
        raise InputError(f"text is {clipped(text)}; give at least one equation, such as x + y = 1")
    sums = [_difference(part) for part in texts]
    known = _variables(sums, variables)
    for part, terms in zip(texts, sums, strict=True):
        unknown = next((name for name in terms if name and name not in known), None)
        if unknown:
            raise InputError(f"{clipped(part)} has {unknown}, which is not among {' '.join(known)}; add it")
    rows = tuple(tuple(terms.get(name, Fraction(0)) for name in known) for terms in sums)
    return Equations(rows, tuple(-terms.get("", Fraction(0)) for terms in sums), texts, known)


def _variables(sums: Iterable[dict[str, Fraction]], given: Sequence[str] | str | None) -> tuple[str, ...]:
    names = given.split() if isinstance(given, str) else given
    if names is None:
        names = sorted({name for terms in sums for name in terms if name}, key=_natural)
    if not names or len(set(names)) < len(names):
        raise InputError(f"variables are {' '.join(names) or 'none'}; give each coordinate a name of its own")
    return tuple(names)


def _natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts x2 before x10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name) if part]


def _difference(equation: str) -> dict[str, Fraction]:
    """The left-hand side minus the right-hand side: a coefficient a variable, the constant under ''."""
    sides = equation.replace("\N{MINUS SIGN}", "-").split("=")
    if len(sides) != 2:
        raise InputError(f"{clipped(equation)} has {len(sides) - 1} signs of equality; write one equation")
    total: dict[str, Fraction] = {}
    for factor, side in zip((1, -1), sides, strict=True):
        for name, value in _terms(side, equation):
            total[name] = total.get(name, Fraction(0)) + factor * value
    return total


def _terms(side: str, equation: str) -> Iterable[tuple[str, Fraction]]:
    place = 0
    while place < len(side) or not place:
        found = _TERM.match(side, place)
        empty = found is None or not (found["number"] or found["name"])
        if found is None or empty or (place and not found["sign"]):
            raise InputError(
                f"{clipped(equation)} is no linear equation at {clipped(side[place:].strip())}; "
                "write sums of terms such as 2x, x1/3 and 0.5"
            )
        value = exact_scalar(found["number"] or "1", clipped(equation)) / int(found["over"] or 1)
        yield found["name"] or "", -value if found["sign"] == "-" else value
        place = found.end()


def equation_text(row: Sequence[Fraction], offset: Fraction, variables: Sequence[str]) -> str:
    """An equation as a text that `read_equations` reads as the same row and offset.

    Without an offset what is negative stands on the right-hand side. (Square roots are written, not read.)

    Args:
        row: coefficients.
        offset: the constant.
        variables: a name for each coefficient.

    Example:
        >>> equation_text([1, -1], 0, "xy"), equation_text([1, 1], 0, "xy"), equation_text([2, -1], 1, "xy")
        ('x = y', 'x = -y', '2x - y = 1')
    """
    if irrational([row]):
        pairs = [(c, name) for c, name in zip(row, variables, strict=True) if c]
        return f"{' + '.join(name if c == 1 else f'({c})*{name}' for c, name in pairs) or 0} = {offset}"
    terms = [(Fraction(value), name) for value, name in zip(row, variables, strict=True) if value]
    if offset or not terms:
        return f"{_sum(terms)} = {offset}"
    left, right = [t for t in terms if t[0] > 0], [(-c, name) for c, name in terms if c < 0]
    if not (left and right) and len(terms) == 2:
        left, right = terms[:1], [(-c, name) for c, name in terms[1:]]
    elif not left:
        left, right = terms, []
    return f"{_sum(left)} = {_sum(right)}"


def _sum(terms: Sequence[tuple[Fraction, str]]) -> str:
    text = ""
    for value, name in terms:
        size = abs(value)
        space = "*" if size.denominator > 1 else ""
        sign = (" - " if value < 0 else " + ") if text else ("-" if value < 0 else "")
        text += f"{sign}{'' if size == 1 else f'{size}{space}'}{name}"
    return text or "0"


def sage_text(rows: Iterable[Hyperplane]) -> str:
    """The arrangement of some rows as Python code for SageMath, which calls it A.

    Args:
        rows: with rational normals; a row of zeros is no hyperplane there, and left out with a comment.

    Raises:
        InputError: a normal has a square root.

    Example:
        >>> print(sage_text([Hyperplane((Fraction(1), Fraction(-1, 2)), Fraction(3), "")]))
        from sage.all import QQ, HyperplaneArrangements
        H = HyperplaneArrangements(QQ, names=("x1", "x2"))
        x1, x2 = H.gens()
        A = H(
            x1 - QQ(1)/2*x2 - 3,
        )
    """
    listed = list(rows)
    if irrational([row.normal for row in listed]):
        raise InputError("the normals have square roots; the text for SageMath is written for rational ones")
    names = [f"x{j + 1}" for j in range(len(listed[0].normal))]
    quoted = ", ".join(f'"{name}"' for name in names) + ("," if len(names) == 1 else "")
    lines = [
        "from sage.all import QQ, HyperplaneArrangements",
        f"H = HyperplaneArrangements(QQ, names=({quoted}))",
        f"{', '.join(names)}{',' if len(names) == 1 else ''} = H.gens()",
        "A = H(",
    ]
    for i, row in enumerate(listed):
        terms = [(x, f"*{name}") for x, name in zip(row.normal, names, strict=True)] + [(-row.offset, "")]
        lines.append(f"    {_sage_sum(terms)}," if any(row.normal) else f"    # row {i} is zero")
    return "\n".join([*lines, ")"])


def _sage_sum(terms: Iterable[tuple[Fraction, str]]) -> str:
    text = ""
    for value, name in terms:
        if value:
            size = abs(value)
            number = (
                str(size.numerator) if size.denominator == 1 else f"QQ({size.numerator})/{size.denominator}"
            )
            sign = (" - " if value < 0 else " + ") if text else ("-" if value < 0 else "")
            text += sign + (name[1:] if name and size == 1 else number + name)
    return text
