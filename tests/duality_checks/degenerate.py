"""Problems with ties: rows that repeat, are opposite, are zero or meet in one point."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from duality_checks import TrainingProblem
from duality_checks.theorems.samples import ACTIVATIONS
from hyperplane_arrangements.strategies import normals

fractions = st.builds(Fraction, st.integers(-6, 6), st.integers(1, 4))


@st.composite
def problems(draw, most):
    """Of rank 1 to 3 and at most so many rows, every activation."""
    kind = draw(st.sampled_from(["general", "repeated", "concurrent"]))
    rows = draw(normals(degeneracy=kind))[:most]
    if not any(map(any, rows)):
        rows[0][0] = 1
    y = draw(st.lists(fractions, min_size=len(rows), max_size=len(rows)))
    beta = draw(st.builds(Fraction, st.integers(1, 8), st.just(8)))
    return TrainingProblem(rows, y, beta, draw(st.sampled_from(ACTIVATIONS)))
