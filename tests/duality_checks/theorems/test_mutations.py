"""What the checks rest on, broken on purpose: each mutation must make some check refuse."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import factorial

import numpy as np
import pytest

from duality_checks.exact import norms as exact_norm
from duality_checks.exact import polyhedral as polyhedral_optimum
from duality_checks.optima import vector_output
from duality_checks.problem import TrainingProblem
from duality_checks.terms.max_pooling import MaxPooling, compared
from duality_checks.theorems import t1_1_count as count
from duality_checks.theorems import t1_1_supersolvable as supersolvable
from duality_checks.theorems import t1_1_varchenko as varchenko
from duality_checks.theorems import t1_4_reduction as reduction
from duality_checks.theorems import t2_2_network as network
from duality_checks.theorems import t2_3_certificate as certificate
from duality_checks.theorems import t2_7_polyhedral as polyhedral
from duality_checks.theorems import t2_9_whitened as whitened
from duality_checks.theorems import t2_11_rank_one as rank_one
from duality_checks.theorems import t2_12_interpolation as interpolation
from duality_checks.theorems import t2_13_linear_limit as linear
from duality_checks.theorems import t2_15_max_pooling as max_pooling
from duality_checks.theorems import theorems
from duality_checks.theorems.samples import degenerate_problems
from hyperplane_arrangements.enumeration.chambers import Chambers


def refusals(number: str, count: int = 5) -> list[str]:
    """The reasons of all refusals on the fixed instances and a few random ones."""
    theorem = theorems()[number]
    outcomes = map(theorem.check, theorem.instances(count, seed=3))
    return [outcome.reason for outcome in outcomes if not outcome.holds]


@pytest.fixture
def sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of chambers without their last antipodal pair, as sampling leaves them."""
    honest = Chambers.signs.fget
    monkeypatch.setattr(Chambers, "signs", property(lambda self: honest(self)[:-2]))


@pytest.fixture
def zero_is_plus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zero rows are taken to be on their positive side."""
    honest = Chambers.signs.fget

    def signs(self: Chambers) -> np.ndarray:
        found = honest(self).copy()
        found[found == 0] = 1
        return found

    monkeypatch.setattr(Chambers, "signs", property(signs))


def test_sampled_chambers_are_caught(sampled: None) -> None:
    assert "a witness is not inside its chamber" in refusals("1.1")


def test_sampled_chambers_are_caught_by_closed_forms(sampled: None) -> None:
    assert any(reason.startswith("norm_dual(v)^2 fails") for reason in refusals("2.9"))


@pytest.mark.parametrize("counted", [lambda mask: 1, lambda mask: mask.bit_count() + 1])
def test_shares_of_other_numbers_of_hyperplanes_are_caught(counted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(count, "hyperplanes_through", counted)
    assert any("is not the sum of its shares" in reason for reason in refusals("1.1"))


def test_other_exponents_are_caught() -> None:
    for honest in supersolvable.fixed():
        more = replace(honest, exponents=(*honest.exponents[:-1], honest.exponents[-1] + 1))
        assert "the number of chambers fails" in supersolvable.check(more).reason
    # With the product right and the sum wrong it is the polynomial that says so.
    cube = next(one for one in supersolvable.fixed() if sorted(one.exponents) == [1, 3, 5])
    assert "chi(" in supersolvable.check(replace(cube, exponents=(0, 5, 7))).reason


def test_another_multiplicity_of_a_flat_is_caught() -> None:
    honest = next(varchenko.fixed())
    for k, (rows, times) in enumerate(honest.factors):
        factors = (*honest.factors[:k], (rows, times + 1), *honest.factors[k + 1 :])
        assert "the determinant fails" in varchenko.check(replace(honest, factors=factors)).reason


def test_weights_of_all_orders_of_four_things_have_zagier_s_determinant() -> None:
    """Zagier (1992): the product over k = 2, ..., n of ``(1 - q^(k(k-1)))^(n! (n-k+1) / (k(k-1)))``."""
    q, n = Fraction(1, 2), 4
    rows = [[(k == i) - (k == j) for k in range(n)] for i in range(n) for j in range(i)]
    found = varchenko.determinant(varchenko.matrix(varchenko.factored(rows, [q] * len(rows))))
    expected = Fraction(1)
    for k in range(2, n + 1):
        expected *= (1 - q ** (k * (k - 1))) ** (factorial(n) * (n - k + 1) // (k * (k - 1)))
    assert found == expected


def test_a_table_over_some_chambers_is_caught() -> None:
    honest = certificate.shortest(degenerate_problems()[0], degenerate_problems()[0].y)
    some = dict(list(honest.table.items())[:-2])
    assert "no multipliers for chamber" in certificate.check(replace(honest, table=some)).reason


def test_a_table_without_the_minus_side_is_caught() -> None:
    honest = certificate.shortest(degenerate_problems()[0], degenerate_problems()[0].y)
    plus = {key: value for key, value in honest.table.items() if key[1] > 0}
    assert "and -1 v" in certificate.check(replace(honest, table=plus)).reason


def test_a_negative_multiplier_is_caught() -> None:
    honest = certificate.shortest(degenerate_problems()[0], degenerate_problems()[0].y)
    forged = {key: {**value, 0: Fraction(-1)} for key, value in honest.table.items()}
    assert certificate.check(replace(honest, table=forged)).reason.startswith("lambda >= 0 fails")


def test_a_dual_norm_without_the_minus_side_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_sided(problem: TrainingProblem, v: exact_norm.Vector) -> Fraction:
        chambers = problem.arrangement.chambers().signs.tolist()
        rows = problem.X.fractions
        found = [exact_norm.project(rows, s, exact_norm.gradient(problem, s, v)).square for s in chambers]
        return max(found)

    monkeypatch.setattr(whitened, "dual_norm_squared", one_sided)
    assert any(reason.startswith("norm_dual(v)^2 fails") for reason in refusals("2.9"))


def test_the_gradient_without_the_cone_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "duality_checks.theorems.bounds.project", lambda rows, signs, c: exact_norm.Projection(c, {})
    )
    assert any("zero is not optimal at the threshold" in reason for reason in refusals("2.6"))


def test_zero_taken_as_plus_is_caught(zero_is_plus: None) -> None:
    assert "a witness is not inside its chamber" in refusals("1.1")


def test_zero_taken_as_plus_on_a_hyperplane_is_caught() -> None:
    problem = TrainingProblem([[1, 0], [-1, 0]], [1, 1], 1)
    block = network.Block((1, 1), 1, Fraction(1), (Fraction(0), Fraction(1)))
    outcome = network.check(network.Point(problem, (block,)))
    assert outcome.reason == "(1, 1) are the signs of no chamber"


def test_a_program_with_the_factor_of_the_network_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = network.program_objective

    def halved(point: network.Point) -> Fraction:
        half = TrainingProblem(point.problem.X, point.problem.y, point.problem.beta / 2, point.problem.kappa)
        return honest(replace(point, problem=half))

    monkeypatch.setattr(network, "program_objective", halved)
    assert any(reason.startswith("program objective = network objective fails") for reason in refusals("2.2"))


def test_a_threshold_with_the_factor_of_the_network_is_caught() -> None:
    instance = next(iter(rank_one.fixed()))
    for wrong in (instance.beta / 2, instance.beta * 2):
        forged = rank_one.with_threshold(instance.c, instance.a, instance.y, instance.beta, wrong)
        assert not rank_one.check(forged).holds


def test_slopes_of_another_activation_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def relu_everywhere(
        problem: TrainingProblem, signs: list[int], v: exact_norm.Vector
    ) -> exact_norm.Vector:
        other = TrainingProblem(problem.X, problem.y, problem.beta)
        return exact_norm.gradient(other, signs, v)

    monkeypatch.setattr("duality_checks.theorems.bounds.gradient", relu_everywhere)
    assert refusals("2.6")


def test_counting_repeated_rows_twice_is_caught() -> None:
    assert not count.check(count.Count(((1, 0), (0, 1), (0, -1)), count.upper_bound(3, 2))).holds


def test_a_reduction_that_keeps_too_much_is_caught() -> None:
    whole = reduction.columns_of([[1, 2, 3], [2, 1, 3]], (0, 1, 2))
    assert reduction.check(whole).reason.startswith("r columns are kept fails")


def test_a_polyhedral_optimum_over_some_directions_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = polyhedral_optimum.directions
    monkeypatch.setattr(polyhedral_optimum, "directions", lambda problem, norm: honest(problem, norm)[:-2])
    assert "the dual vector is feasible fails" in " ".join(refusals("2.7"))


def test_a_polyhedral_neuron_that_is_too_long_is_caught() -> None:
    honest = next(iter(theorems()["2.7"].fixed()))
    longer = tuple(
        polyhedral_optimum.Neuron(tuple(2 * x for x in neuron.direction), neuron.weight / 2)
        for neuron in honest.claimed.neurons
    )
    forged = replace(honest, claimed=replace(honest.claimed, neurons=longer))
    assert polyhedral.check(forged).reason.startswith("norm(u) <= 1 fails")


def test_shared_outputs_priced_without_the_smaller_faces_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = vector_output.SharedNeurons.__init__

    def chambers_only(self: vector_output.SharedNeurons, problem: TrainingProblem) -> None:
        honest(self, problem)
        rank = problem.arrangement.rank
        self._faces = [(signs, basis) for signs, basis in self._faces if basis.shape[1] == rank]

    monkeypatch.setattr(vector_output.SharedNeurons, "__init__", chambers_only)
    assert refusals("2.8", count=3)


def test_an_interpolation_that_does_not_fit_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = interpolation.interpolate

    def off(*arguments: object) -> object:
        found = honest(*arguments)
        return replace(found, fit=tuple(value + 1 for value in found.fit))

    monkeypatch.setattr(interpolation, "interpolate", off)
    assert "the network does not fit" in refusals("2.12", count=1)


def test_a_linear_limit_without_its_second_term_is_caught() -> None:
    for instance in theorems()["2.13"].instances(20, seed=1):
        along = linear.transposed_times(instance.problem, instance.v)
        bound = exact_norm.root_above(exact_norm.dot(along, along))
        if not linear.check(replace(instance, bound=bound)).holds:
            return
    raise AssertionError("the bound norm(X'v) was never refused")


def test_comparisons_for_a_negative_slope_are_needed() -> None:
    """Without ``x_k - kappa x_l`` the larger of ``phi(t_k)``, ``phi(t_l)`` changes within a chamber."""
    X, v = TrainingProblem([[3, 1], [1, -2]], [0, 0], 1).X, (Fraction(1),)
    pooling = MaxPooling((0, 0))
    for kappa, holds in ((Fraction(-1), False), (Fraction(0), True), (Fraction(1, 2), True)):
        problem = TrainingProblem(X, v, 1, kappa, readout=pooling)
        instance = max_pooling.Pooled(problem, v, compared(X, pooling, Fraction(0)))
        assert max_pooling.check(instance).holds == holds
        assert max_pooling.check(replace(instance, cuts=compared(X, pooling, kappa))).holds


def test_a_row_that_is_not_the_largest_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = max_pooling.largest
    monkeypatch.setattr(max_pooling, "largest", lambda problem, u: honest(problem, [-x for x in u]))
    assert refusals("2.15", 1)
