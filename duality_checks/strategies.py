"""Hypothesis strategies for your own tests: training problems, networks, stationary points, certificates.

Needs the extra `hypothesis`. Like those of :mod:`hyperplane_arrangements.strategies` they are built up and
never filtered, and what they draw shrinks to few rows of small integers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hyperplane_arrangements.errors import InputError, MissingExtraError
from hyperplane_arrangements.exact.rational import Vector, dot

try:
    from hypothesis import strategies as st
except ImportError as error:
    raise MissingExtraError(
        "duality_checks.strategies needs hypothesis; install the extra: convex-landscape[hypothesis]"
    ) from error

from hyperplane_arrangements.exact import exact_matrix, pivot_columns
from hyperplane_arrangements.strategies import normals

from .certificates.certificate import Certificate
from .certificates.certifying import certify
from .exact.setting import Setting
from .networks.rational import RationalNetwork
from .networks.two_layer import TwoLayerNetwork
from .problem import TrainingProblem
from .training.columns import train

#: The activations that are drawn: names and slopes that :func:`~duality_checks.arguments.parse_activation`
#: takes.
ACTIVATIONS = ("relu", "leaky:1/10", "abs")

#: What can be wrong with a forged certificate.
FORGERIES = ("lower", "upper", "dual", "problem", "chamber missing", "chamber twice", "witness")

_HALVES = st.integers(-6, 6).map(lambda k: Fraction(k, 2))
_BETAS = st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 2), Fraction(1, 4), Fraction(1, 10)])
# Whole vectors of whole length: the weights of a balanced neuron and its output weight are then rational.
_WHOLE: dict[int, list[tuple[tuple[int, ...], int]]] = {
    1: [((1,), 1)],
    2: [((1, 0), 1), ((0, 1), 1), ((3, 4), 5), ((-4, 3), 5)],
    3: [((1, 0, 0), 1), ((0, 1, 0), 1), ((1, 2, 2), 3), ((2, -1, 2), 3), ((2, 3, 6), 7), ((0, 3, -4), 5)],
}


def activations() -> Any:
    """One of :data:`ACTIVATIONS`."""
    return st.sampled_from(ACTIVATIONS)


@st.composite
def training_problems(
    draw: Callable[[Any], Any],
    *,
    size: int | None = None,
    rank: int | None = None,
    columns: int | None = None,
    degeneracy: str | None = None,
    activation: str | None = None,
) -> TrainingProblem:
    """Training problems of at most a few hundred chambers: proving one takes milliseconds.

    Args:
        size: number of rows; rank to rank + 4 if None.
        rank: exact rank of the data; 1 to 3 if None.
        columns: number of features; rank or rank + 1 if None.
        degeneracy: how the rows are special, see :func:`hyperplane_arrangements.strategies.normals`; any way
            if None.
        activation: as :class:`~duality_checks.problem.TrainingProblem` takes it; any of :data:`ACTIVATIONS`
            if None.

    Returns:
        A strategy for problems with squared loss and 2-norm weight decay.

    Raises:
        InputError: a size or a number of columns below the rank, or no such degeneracy.

    Example:
        >>> from hypothesis import find
        >>> problem = find(training_problems(size=2, rank=1, activation="relu"), lambda p: any(p.y))
        >>> problem.n, problem.d, problem.beta
        (2, 1, Fraction(1, 1))
    """
    slope = draw(activations()) if activation is None else activation
    beta = draw(_BETAS)
    rows = draw(normals(size=size, rank=rank, dimension=columns, degeneracy=degeneracy))
    # The last draw: where a row is dropped, the last target is left over and nothing else moves.
    targets = draw(st.lists(_HALVES, min_size=len(rows), max_size=len(rows)))
    return TrainingProblem(rows, targets, beta, slope)


@st.composite
def networks(
    draw: Callable[[Any], Any], *, inputs: int, width: int | None = None, activation: str = "relu"
) -> TwoLayerNetwork:
    """Networks with small weights, all multiples of 1/2, so that nothing rounds; zero neurons may occur.

    Args:
        inputs: the number of features.
        width: the number of neurons; 0 to 3 if None.
        activation: as :class:`~duality_checks.problem.TrainingProblem` takes it.

    Example:
        >>> from hypothesis import find
        >>> find(networks(inputs=2, width=1), lambda network: network.output.any()).output.tolist()
        [0.5]
    """
    import numpy as np

    from .arguments import parse_activation

    m = draw(st.integers(0, 3)) if width is None else width
    weights = draw(st.lists(_HALVES, min_size=m * (inputs + 1), max_size=m * (inputs + 1)))
    table = np.array([float(w) for w in weights]).reshape(m, inputs + 1)
    return TwoLayerNetwork(table[:, :-1], table[:, -1], parse_activation(activation))


@st.composite
def stationary_points(
    draw: Callable[[Any], Any], *, rank: int | None = None, activation: str | None = None
) -> tuple[TrainingProblem, RationalNetwork]:
    """Problems with a network that is directionally stationary, exactly; seldom the global optimum.

    Built backwards: weights and data are drawn, and the targets are the ones that make the network stationary
    (statement 3.1). One neuron, or two in opposite directions; no kink is on a sample.

    Args:
        rank: of the data, 1 to 3; any of them if None.
        activation: any of :data:`ACTIVATIONS` if None.

    Returns:
        A strategy for pairs of a problem and a network with rational weights.

    Raises:
        InputError: a rank that is not 1, 2 or 3.

    Example:
        >>> from hypothesis import given, settings
        >>> from duality_checks.stationary_points.stationary import first_order
        >>> @settings(max_examples=5, deadline=None)
        ... @given(stationary_points(rank=1))
        ... def test_every_point_is_stationary(point):
        ...     assert first_order(*point).is_directional
        >>> test_every_point_is_stationary()
    """
    if rank is not None and rank not in _WHOLE:
        raise InputError(f"rank is {rank}; give 1, 2 or 3, or None for any of them")
    r = draw(st.integers(1, 3)) if rank is None else rank
    slope = draw(activations()) if activation is None else activation
    beta = draw(_BETAS)
    direction, length = draw(st.sampled_from(_WHOLE[r]))
    scale = draw(st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 2)]))
    ahead = _rows_ahead(draw, direction, r)
    problem = TrainingProblem(ahead, [0] * len(ahead), beta, slope)
    signs = [draw(st.sampled_from([1, -1]))]
    # With the absolute value a neuron and its opposite are the same one.
    if problem.kappa != -1 and draw(st.booleans()):
        signs.append(draw(st.sampled_from([1, -1])))
        ahead = [*ahead, *([-x for x in row] for row in _rows_ahead(draw, direction, r))]
    sides = (1, -1)[: len(signs)]
    network = RationalNetwork(
        tuple(tuple(scale * side * x for x in direction) for side in sides),
        tuple(scale * length * s for s in signs),
    )
    setting = Setting.of(TrainingProblem(ahead, [0] * len(ahead), beta, slope))
    wanted = [
        [beta * s * side * Fraction(x, length) for x in direction]
        for s, side in zip(signs, sides, strict=True)
    ]
    v = _residual(draw, setting, network, wanted)
    fit = [-value for value in setting.residual(network)]
    targets = [a + b for a, b in zip(fit, v, strict=True)]
    return TrainingProblem(ahead, targets, beta, slope), network


def _rows_ahead(draw: Any, direction: tuple[int, ...], rank: int) -> list[list[int]]:
    """Rows of full rank that are strictly on the positive side of a direction."""
    rows = draw(normals(rank=rank, dimension=rank, degeneracy="general"))
    found = []
    for row in rows:
        height = sum(x * u for x, u in zip(row, direction, strict=True))
        # A row on the hyperplane leaves it along the direction, which is independent of all such rows.
        found.append(
            [x + u for x, u in zip(row, direction, strict=True)]
            if height == 0
            else [x if height > 0 else -x for x in row]
        )
    return found if len(pivot_columns(exact_matrix(found))) == rank else [*found, *_simplex(direction, rank)]


def _simplex(direction: tuple[int, ...], rank: int) -> list[list[int]]:
    """Independent rows on the positive side: unit vectors, each shifted along the direction."""
    reach = 1 + max(map(abs, direction))
    return [[reach * u + (i == j) for j, u in enumerate(direction)] for i in range(rank)]


def _residual(draw: Any, setting: Setting, network: RationalNetwork, wanted: list[list[Fraction]]) -> Vector:
    """A vector v with `X'D_j v = wanted_j` at every neuron: drawn, and corrected on independent columns."""
    columns = []
    slopes = [setting.slopes([1 if dot(row, w) > 0 else -1 for row in setting.rows]) for w in network.hidden]
    for k, row in enumerate(setting.rows):
        columns.append([slope[k] * x for slope in slopes for x in row])
    goal = [value for part in wanted for value in part]
    v = draw(st.lists(_HALVES, min_size=setting.n, max_size=setting.n))
    chosen = pivot_columns(exact_matrix([list(line) for line in zip(*columns, strict=True)]))
    for k in chosen:
        v[k] = Fraction(0)
    rest = [g - dot(line, v) for g, line in zip(goal, zip(*columns, strict=True), strict=True)]
    for k, value in zip(chosen, _solved([columns[k] for k in chosen], rest), strict=True):
        v[k] = value
    return tuple(v)


def _solved(columns: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """The exact solution of a square system given by its columns."""
    from flint import fmpq, fmpq_mat

    def cell(value: Fraction) -> Any:
        return fmpq(value.numerator, value.denominator)

    left = fmpq_mat([[cell(column[i]) for column in columns] for i in range(len(right))])
    found = left.solve(fmpq_mat([[cell(value)] for value in right]))
    return [Fraction(int(found[i, 0].p), int(found[i, 0].q)) for i in range(len(columns))]


@st.composite
def certificates(draw: Callable[[Any], Any], problems: Any = None) -> tuple[TrainingProblem, Certificate]:
    """Problems with an honest certificate that lists their chambers; every checker must accept it.

    Args:
        problems: a strategy for training problems; :func:`training_problems` if None.

    Example:
        >>> from hypothesis import given, settings
        >>> from duality_checks import check
        >>> @settings(max_examples=5, deadline=None)
        ... @given(certificates())
        ... def test_every_certificate_is_accepted(pair):
        ...     assert check(*pair).proven
        >>> test_every_certificate_is_accepted()
    """
    problem = draw(training_problems() if problems is None else problems)
    return problem, certify(problem, train(problem))


@st.composite
def forged_certificates(
    draw: Callable[[Any], Any], problems: Any = None, *, forgery: str | None = None
) -> tuple[str, str]:
    """The text of a problem and of a certificate with one thing wrong; every checker must refuse it.

    Args:
        problems: a strategy for training problems; :func:`training_problems` if None.
        forgery: one of :data:`FORGERIES`; any of them if None.

    Returns:
        A strategy for pairs of texts.

    Raises:
        InputError: no such forgery.

    Example:
        >>> from hypothesis import given, settings
        >>> from duality_checks.checker import check_documents
        >>> @settings(max_examples=5, deadline=None)
        ... @given(forged_certificates(forgery="lower"))
        ... def test_no_forgery_is_accepted(texts):
        ...     assert not check_documents(*texts).proven
        >>> test_no_forgery_is_accepted()
    """
    if forgery is not None and forgery not in FORGERIES:
        raise InputError(f"forgery is {forgery!r}; choose one of {', '.join(FORGERIES)}, or None for any")
    problem, certificate = draw(certificates(problems))
    document = json.loads(certificate.to_json())
    _forge(draw, document, draw(st.sampled_from(FORGERIES)) if forgery is None else forgery)
    return problem.to_json(), json.dumps(document)


def _forge(draw: Any, document: dict[str, Any], forgery: str) -> None:
    """Change a certificate in one place, so that what it says is false."""
    step = Fraction(1, draw(st.sampled_from([1, 1000, 10**20])))
    chambers = document["chambers"]
    place = draw(st.integers(0, len(chambers) - 1))
    if forgery == "lower":
        document["lower"] = str(Fraction(document["lower"]) + step)
    elif forgery == "upper":
        document["upper"] = str(Fraction(document["upper"]) - step)
    elif forgery == "dual":
        entry = draw(st.integers(0, len(document["dual"]) - 1))
        # The value stays the same only for a step of 2 (y_k - z_k), which is smaller in problems drawn here.
        document["dual"][entry] = str(Fraction(document["dual"][entry]) + 10**6 + step)
    elif forgery == "problem":
        document["problem"] = ("1" if document["problem"][0] == "0" else "0") + document["problem"][1:]
    elif forgery == "chamber missing":
        del chambers[place]
    elif forgery == "chamber twice":
        chambers.append(chambers[place])
    else:
        chambers[place]["witness"] = [str(-Fraction(x)) for x in chambers[place]["witness"]]
