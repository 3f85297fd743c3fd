"""What the strategies draw is what they say, and shrinks; forged certificates are refused."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from duality_checks import check
from duality_checks.arguments import parse_activation
from duality_checks.checker import check_documents
from duality_checks.networks.rational import RationalNetwork
from duality_checks.problem import TrainingProblem
from duality_checks.stationary_points.stationary import first_order
from duality_checks.strategies import (
    ACTIVATIONS,
    FORGERIES,
    certificates,
    forged_certificates,
    networks,
    stationary_points,
    training_problems,
)
from hyperplane_arrangements.errors import InputError


@given(st.data(), st.integers(1, 3), st.sampled_from(ACTIVATIONS))
def test_problems_have_the_size_rank_and_activation_asked_for(
    data: st.DataObject, rank: int, activation: str
) -> None:
    problem = data.draw(training_problems(size=rank + 2, rank=rank, activation=activation))
    assert problem.n == rank + 2
    assert problem.arrangement.rank == rank
    assert problem.kappa == parse_activation(activation)
    assert problem.beta > 0


@pytest.mark.parametrize("seed", [0, 13, 31])
def test_problems_shrink_to_few_rows_of_small_integers(seed: int) -> None:
    """Wherever the search begins: from 13 it once ended at four rows, whose number could not shrink alone."""
    problem = find(
        training_problems(),
        lambda p: p.n >= 2 and p.y[0] > 1,
        settings=settings(database=None, phases=[Phase.generate, Phase.shrink]),
        random=Random(seed),
    )
    assert problem.n == 2
    assert all(abs(x) <= 1 for row in problem.X.fractions for x in row)
    assert problem.y[0] == Fraction(3, 2)


@given(st.data(), st.integers(1, 3), st.integers(0, 3))
def test_networks_have_the_shape_asked_for_and_exact_weights(
    data: st.DataObject, inputs: int, width: int
) -> None:
    network = data.draw(networks(inputs=inputs, width=width, activation="abs"))
    assert network.hidden.shape == (width, inputs)
    assert (2 * network.hidden == (2 * network.hidden).round()).all()
    assert network.kappa == -1


@given(stationary_points())
def test_stationary_points_are_stationary_by_the_definition(
    point: tuple[TrainingProblem, RationalNetwork],
) -> None:
    """From the gradient written out in rationals: no kink is on a sample, so the objective is smooth."""
    problem, network = point
    rows, kappa = problem.X.fractions, problem.kappa
    before = [
        [sum(x * w for x, w in zip(row, weights, strict=True)) for row in rows] for weights in network.hidden
    ]
    assert all(t != 0 for line in before for t in line)
    slopes = [[Fraction(1) if t > 0 else kappa for t in line] for line in before]
    fit = [
        sum(a * s[k] * t[k] for a, s, t in zip(network.output, slopes, before, strict=True))
        for k in range(problem.n)
    ]
    v = [y - f for y, f in zip(problem.y, fit, strict=True)]
    for weights, alpha, t, s in zip(network.hidden, network.output, before, slopes, strict=True):
        assert problem.beta * alpha == sum(v[k] * s[k] * t[k] for k in range(problem.n))
        for i, w in enumerate(weights):
            assert problem.beta * w == alpha * sum(v[k] * s[k] * rows[k][i] for k in range(problem.n))


@settings(max_examples=25)
@given(stationary_points())
def test_stationary_points_pass_the_exact_decision(point: tuple[TrainingProblem, RationalNetwork]) -> None:
    assert first_order(*point).is_directional


@settings(max_examples=25)
@given(stationary_points())
def test_a_moved_stationary_point_is_none(point: tuple[TrainingProblem, RationalNetwork]) -> None:
    problem, network = point
    moved = RationalNetwork([[2 * w for w in network.hidden[0]], *network.hidden[1:]], network.output)
    assert not first_order(problem, moved).is_clarke


def test_a_rank_there_is_no_stationary_point_for() -> None:
    with pytest.raises(InputError, match="rank is 4; give 1, 2 or 3"):
        find(stationary_points(rank=4), lambda point: True)


@settings(max_examples=25)
@given(certificates())
def test_certificates_are_accepted(pair: tuple) -> None:
    problem, certificate = pair
    verdict = check(problem, certificate)
    assert verdict.proven, verdict.reason
    assert len(certificate.chambers) == problem.arrangement.count_chambers()


@pytest.mark.parametrize("forgery", FORGERIES)
@settings(max_examples=10)
@given(data=st.data())
def test_forged_certificates_are_refused(forgery: str, data: st.DataObject) -> None:
    texts = data.draw(forged_certificates(forgery=forgery))
    verdict = check_documents(*texts)
    assert not verdict.proven
    assert "canonical" not in verdict.reason


def test_a_forgery_there_is_none_of() -> None:
    with pytest.raises(InputError, match="forgery is 'colour'; choose one of lower, "):
        find(forged_certificates(forgery="colour"), lambda texts: True)
