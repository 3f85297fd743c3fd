"""Many plain decimals at once: ``-12.50``, no power of ten and no fraction. As exact as one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from hyperplane_arrangements.exact import ExactMatrix

_PLAIN = re.compile(r"(?:[+-]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})\n)+", re.ASCII)
_MACHINE = 2**63


def plain_matrix(cells: Sequence[str], width: int) -> ExactMatrix | None:
    """The numbers in cells of text, row by row; None where a cell is anything but a short plain decimal.

    Without their points the texts are integers, over powers of ten that the places of the points tell.

    Args:
        cells: n * width texts, with decimal points.
        width: at least 1.

    Example:
        >>> plain_matrix(["0.50", "1", "-.25", "2."], 2).fractions[1]
        (Fraction(-1, 4), Fraction(2, 1))
        >>> plain_matrix(["0.5", "1e3"], 2) is None
        True
    """
    text = "\n".join([*cells, ""])
    if not _PLAIN.fullmatch(text):
        return None
    numbers = list(map(int, text.replace(".", "").split()))
    if len(numbers) != len(cells):  # a cell of several lines
        return None
    places = np.array([len(cell) - cell.find(".") - 1 if "." in cell else 0 for cell in cells])
    bound = max(map(abs, numbers)) * 10 ** int(places.max())
    kind = np.int64 if bound < _MACHINE else object
    return _over_least(np.array(numbers, dtype=kind).reshape(-1, width), places.reshape(-1, width), kind)


def _over_least(numbers: np.ndarray, places: np.ndarray, kind: type) -> ExactMatrix:
    """Each number divided by ten to its places, each row over its least common denominator."""
    powers: np.ndarray = np.array([10**k for k in range(int(places.max()) + 1)], dtype=kind)
    most = places.max(axis=1)
    numbers, tens = numbers * powers[most[:, None] - places], powers[most]
    common = np.gcd(np.gcd.reduce(numbers, axis=1), tens)
    integers = (numbers // common[:, None]).astype(object)
    integers.flags.writeable = False
    return ExactMatrix(integers, tuple((tens // common).tolist()))
