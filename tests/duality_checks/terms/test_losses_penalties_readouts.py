"""Every activation, loss, penalty and readout, trained and proven: CVXPY, closed forms, invariances."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from by_cvxpy import full_program
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rationals import fractions

from duality_checks import TrainingProblem, TwoLayerNetwork, certify, check, train
from duality_checks.terms.readouts import patches_1d, patches_2d
from duality_checks.training.table import CONIC, trained

LOSSES = ["squared", "l1", "huber:1/2", "hinge", "squared-hinge", "logistic"]
PENALTIES = ["2-norm", "1-norm", "inf-norm"]
EXACT = {(loss, norm) for loss in ("squared", "l1", "hinge") for norm in ("1-norm", "inf-norm")}
READOUTS = {"identity": "identity", "pooled": [0, 0, 1, 2, 2, 3, 1, 3]}
ACTIVATIONS = ["relu", "leaky:1/10", "abs"]


def instance(loss, penalty, readout, activation, seed=0):
    generator = np.random.default_rng([seed, *map(ord, loss + penalty + str(readout) + activation)])
    X = np.column_stack([generator.integers(-9, 10, 8), np.ones(8, int)])
    n = 8 if readout == "identity" else 4
    y = generator.choice([-1, 1], n)
    beta = generator.choice(["1/4", "1", "2"])
    return TrainingProblem(X, y, beta, activation, loss=loss, penalty=penalty, readout=readout)


@pytest.mark.parametrize("readout", READOUTS)
@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_combination_is_proven_and_agrees_with_the_full_program(loss, penalty, readout):
    for activation in ACTIVATIONS:
        problem = instance(loss, penalty, READOUTS[readout], activation)
        solution = train(problem)
        certificate = certify(problem, solution)
        verdict = check(problem, certificate)
        assert verdict.proven, verdict.reason
        if (loss, penalty) in EXACT:
            assert certificate.lower == certificate.upper
        else:
            assert 0 <= certificate.relative_gap <= 1e-9
        assert float(certificate.upper) == pytest.approx(full_program(problem), rel=1e-6, abs=1e-6)
        assert solution.network.width <= problem.n
        assert solution.upper == pytest.approx(float(certificate.upper), rel=1e-9)


def one_sample(loss, x, y, beta, penalty="2-norm"):
    problem = TrainingProblem([x], [y], beta, loss=loss, penalty=penalty)
    return certify(problem, train(problem))


# One sample: f = t norm_*(x) costs beta t, so p* = min_f loss(f) + (beta / norm_*(x)) abs(f), by calculus.
@pytest.mark.parametrize(
    ("loss", "y", "beta", "expected"),
    [
        ("squared", 2, 5, Fraction(3, 2)),
        ("l1", 2, 5, Fraction(2)),
        ("l1", 2, 6, Fraction(2)),
        ("l1", 2, "5/2", Fraction(1)),
        ("huber:1/2", 2, 2, Fraction(2 * 2, 5) - Fraction(2, 5) ** 2 / 2),
        ("huber:1/2", 2, 3, Fraction(1) - Fraction(1, 8)),
        ("hinge", 1, 2, Fraction(2, 5)),
        ("hinge", -1, 7, Fraction(1)),
        ("squared-hinge", 1, 2, Fraction(2, 5) - Fraction(2, 5) ** 2 / 2),
    ],
)
def test_one_sample_by_calculus(loss, y, beta, expected):
    found = one_sample(loss, [3, 4], y, beta)
    assert float(found.lower) == pytest.approx(float(expected), rel=1e-9)
    assert found.lower <= expected <= found.upper


def test_one_sample_of_the_logistic_loss():
    share = 0.4
    entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
    found = one_sample("logistic", [3, 4], 1, 2)
    assert found.lower <= Fraction(entropy) + Fraction(1, 10**15)
    assert float(found.upper) == pytest.approx(entropy, rel=1e-12)


@pytest.mark.parametrize(("penalty", "norm"), [("1-norm", 4), ("inf-norm", 7)])
def test_one_sample_with_polyhedral_norms_is_exact(penalty, norm):
    found = one_sample("squared", [3, 4], 2, 3, penalty)
    share = Fraction(3, norm)
    assert found.lower == found.upper == 2 * share - share**2 / 2


# Invariances.

small = st.integers(-4, 4)


@st.composite
def problems(draw, penalties=("2-norm",)):
    n = draw(st.integers(2, 5))
    X = [[draw(small), 1] for _ in range(n)]
    y = [draw(st.sampled_from([-1, 1])) for _ in range(n)]
    beta = draw(st.sampled_from(["1/5", "1/2", "1", "3/2"]))
    activation = draw(st.sampled_from(ACTIVATIONS))
    loss, penalty = draw(st.sampled_from(LOSSES)), draw(st.sampled_from(penalties))
    return TrainingProblem(X, y, beta, activation, loss=loss, penalty=penalty)


def like(problem, X=None, y=None, beta=None, readout=None):
    return TrainingProblem(
        problem.X.fractions if X is None else X,
        problem.y if y is None else y,
        problem.beta if beta is None else beta,
        problem.kappa,
        loss=problem.loss,
        penalty=problem.penalty,
        readout=problem.readout if readout is None else readout,
    )


def optimum(problem):
    certificate = certify(problem, train(problem))
    verdict = check(problem, certificate)
    assert verdict.proven, verdict.reason
    assert certificate.relative_gap <= 1e-9
    return float(certificate.upper)


def agree(a, b):
    assert a == pytest.approx(b, rel=1e-8, abs=1e-9)


@settings(deadline=None, max_examples=15)
@given(problems(PENALTIES), st.randoms(use_true_random=False))
def test_the_order_of_samples_does_not_matter(problem, random):
    order = list(range(problem.n))
    random.shuffle(order)
    shuffled = like(problem, [problem.X.fractions[k] for k in order], [problem.y[k] for k in order])
    agree(optimum(problem), optimum(shuffled))


@settings(deadline=None, max_examples=15)
@given(problems(PENALTIES), fractions("1/3", 3, 5))
def test_scaling_data_and_beta_together_changes_nothing(problem, c):
    """phi(c X w) = c phi(X w): the same fit with beta / c of the weights' product."""
    scaled = like(problem, [[c * x for x in row] for row in problem.X.fractions], beta=c * problem.beta)
    agree(optimum(problem), optimum(scaled))


@pytest.mark.parametrize(("across", "up"), [(2**-30, 1), (2**30, 2**-30), (1, 2**30)])
@pytest.mark.parametrize("penalty", ["2-norm", "1-norm"])
@pytest.mark.parametrize("loss", ["squared", "l1", "huber:1/2", "hinge", "squared-hinge", "logistic"])
def test_units_of_data_and_targets_cost_no_accuracy(loss, penalty, across, up):
    """Once a solver's absolute tolerances left gaps of a tenth and more where data were not of size 1."""
    problem = instance(loss, penalty, "identity", "relu")
    across, up = Fraction(across), Fraction(1 if problem.loss.labels else up)
    degree = 1 if loss == "l1" else 2
    scaled = TrainingProblem(
        [[across * x for x in row] for row in problem.X.fractions],
        [up * y for y in problem.y],
        beta=across * up ** (degree - 1) * problem.beta,
        loss=f"huber:{up / 2}" if loss == "huber:1/2" else loss,
        penalty=penalty,
    )
    found, expected = certify(scaled, train(scaled)), certify(problem, train(problem))
    assert found.relative_gap < 1e-7
    assert found.lower <= up**degree * expected.upper and up**degree * expected.lower <= found.upper


@settings(deadline=None, max_examples=15)
@given(problems())
def test_rotating_the_features_changes_nothing_for_the_2_norm(problem):
    turned = [
        [Fraction(3, 5) * a - Fraction(4, 5) * b, Fraction(4, 5) * a + Fraction(3, 5) * b]
        for a, b in problem.X.fractions
    ]
    agree(optimum(problem), optimum(like(problem, turned)))


def test_rotating_the_features_matters_for_the_1_norm():
    """Negative control of the invariance above."""
    assert (
        one_sample("squared", [5, 0], 2, 3, "1-norm").lower
        != one_sample("squared", [3, 4], 2, 3, "1-norm").lower
    )


@settings(deadline=None, max_examples=15)
@given(problems(PENALTIES))
def test_a_zero_row_adds_the_loss_at_zero(problem):
    y = problem.y[0]
    longer = like(problem, [*problem.X.fractions, [0] * problem.d], [*problem.y, y], readout="identity")
    alone = problem.loss.value(np.zeros(1), np.array([float(y)]))
    agree(optimum(problem) + alone, optimum(longer))


@settings(deadline=None, max_examples=15)
@given(problems())
def test_copies_of_all_samples_are_a_smaller_weight_decay(problem):
    """Every sample twice doubles the loss: p*(two copies, 2 beta) = 2 p*(one, beta)."""
    twice = like(
        problem, [*problem.X.fractions] * 2, [*problem.y] * 2, beta=2 * problem.beta, readout="identity"
    )
    agree(2 * optimum(problem), optimum(twice))


@settings(deadline=None, max_examples=15)
@given(problems(PENALTIES), st.data())
def test_copies_of_one_sample_are_that_sample_with_more_weight(problem, data):
    """There are no weights, but phi is homogeneous: m losses of (x, y) are one of (c x, c y), with c = m for
    the l1 loss and c^2 = m for the squared one."""
    loss = data.draw(st.sampled_from(["l1", "squared"]))
    copies, factor = {"l1": (2, 2), "squared": (4, 2)}[loss]
    k = data.draw(st.integers(0, problem.n - 1))
    rows, y = [list(row) for row in problem.X.fractions], list(problem.y)

    def stated(rows, y):
        return TrainingProblem(rows, y, problem.beta, problem.kappa, loss=loss, penalty=problem.penalty)

    repeated = stated(rows + [rows[k]] * (copies - 1), y + [y[k]] * (copies - 1))
    rows[k], y[k] = [factor * x for x in rows[k]], factor * y[k]
    agree(optimum(repeated), optimum(stated(rows, y)))


@settings(deadline=None, max_examples=15)
@given(problems(PENALTIES), fractions("11/10", 3, 10))
def test_the_optimum_grows_with_beta_at_most_in_proportion(problem, factor):
    """p*(beta) is a minimum of functions that rise with beta and are concave (linear) in it."""
    below, above = optimum(problem), optimum(like(problem, beta=factor * problem.beta))
    assert below <= above * (1 + 1e-9) <= float(factor) * below * (1 + 1e-8)


@settings(deadline=None, max_examples=25)
@given(problems(PENALTIES), st.data())
def test_every_network_is_above_the_proven_lower_bound(problem, data):
    width = data.draw(st.integers(0, 3))
    numbers = st.floats(-2, 2)
    hidden = [[data.draw(numbers) for _ in range(problem.d)] for _ in range(width)]
    network = TwoLayerNetwork(
        np.array(hidden).reshape(width, problem.d), [data.draw(numbers) for _ in hidden], problem.kappa
    )
    assert network.exact_objective(problem) >= certify(problem, train(problem)).lower


@settings(deadline=None, max_examples=10)
@given(problems(), st.data())
def test_a_readout_of_one_row_each_is_the_identity_in_disguise(problem, data):
    order = data.draw(st.permutations(range(problem.n)))
    assume(order != list(range(problem.n)))
    disguised = like(problem, [problem.X.fractions[k] for k in order], readout=order)
    agree(optimum(problem), optimum(disguised))


@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_newton_and_the_conic_solver_agree(loss):
    problem = instance(loss, "2-norm", "identity", "relu", seed=3)
    agree(train(problem).upper, trained(problem, row=CONIC).upper)


# Convolution.


@pytest.mark.parametrize("loss", ["squared", "hinge"])
def test_convolutions_are_averages_over_patches(loss):
    generator = np.random.default_rng(5)
    signals, y = generator.integers(-3, 4, (4, 5)), [1, -1, 1, 1]
    patches, readout = patches_1d(signals, size=2, stride=2, bias=True)
    problem = TrainingProblem(patches, y, "1/5", loss=loss, readout=readout)
    network = train(problem).network
    by_hand = [np.mean([network.predict([[*signal[s : s + 2], 1]])[0] for s in (0, 2)]) for signal in signals]
    assert np.allclose(network.outputs(problem), by_hand)
    assert problem.arrangement.rank == 3
    assert check(problem, certify(problem, train(problem))).proven


def test_patches_of_images_are_those_of_a_sliding_window():
    images = np.arange(2 * 4 * 5).reshape(2, 4, 5)
    patches, readout = patches_2d(images, size=(2, 3), stride=2)
    windows = np.lib.stride_tricks.sliding_window_view(images, (2, 3), axis=(1, 2))[:, ::2, ::2]
    count = windows.shape[1] * windows.shape[2]
    assert np.allclose(patches.floats * count, windows.reshape(-1, 6))
    assert readout.samples == (0,) * count + (1,) * count


# Negative control: a chamber hidden from pricing.


@pytest.mark.parametrize(("loss", "penalty"), [("squared", "1-norm"), ("hinge", "inf-norm")])
def test_a_neuron_hidden_from_polyhedral_pricing_gives_a_wrong_optimum_that_is_refused(
    loss, penalty, monkeypatch
):
    from duality_checks.pricing.polyhedral import Neurons

    problem = instance(loss, penalty, "identity", "relu", seed=1)
    right = train(problem)
    used = {tuple(row) for row in right.exact_network.hidden}
    honest = Neurons.of

    def blind(stated):
        every = honest(stated)
        seen = [j for j in range(len(every)) if every.direction(j) not in used]
        parts = every.rays[seen], every.lengths[seen], every.active[seen], every.units, every.columns[:, seen]
        return Neurons(stated, *parts)

    monkeypatch.setattr(Neurons, "of", blind)
    wrong = train(problem)
    assert wrong.upper > right.upper * (1 + 1e-6)
    assert wrong.relative_gap <= 1e-9  # it believes to be optimal
    honest_certificate = certify(problem, right)
    claim = replace(
        honest_certificate,
        lower=problem.loss.lower(wrong.exact_dual, problem.y),
        dual=tuple(wrong.exact_dual),
    )
    assert not check(problem, claim).proven
    assert certify(problem, wrong).relative_gap > 1e-6  # scaled to be feasible, it proves no more


@pytest.mark.parametrize("loss", ["squared", "hinge", "logistic"])
def test_an_active_chamber_hidden_from_pricing_gives_a_wrong_optimum_that_is_refused(loss, monkeypatch):
    problem = instance(loss, "2-norm", "identity", "relu", seed=1)
    right = train(problem)
    hidden_side = right.active[0][0]

    from duality_checks.pricing import free as pricing

    def blind(arrangement, landscape, *options):
        full = original(arrangement, landscape, *options)

        def seen(found):
            sides = np.sign(landscape.rows @ found.directions.T).T
            known = hidden_side != 0
            return found[np.flatnonzero(~(sides[:, known] == hidden_side[known]).all(axis=1))]

        class Blind:
            def maxima(self, *arguments):
                return seen(full.maxima(*arguments))

            def glimpse(self, *arguments):
                return seen(full.glimpse(*arguments))

        return Blind()

    original = pricing.pricer_on
    monkeypatch.setattr(pricing, "pricer_on", blind)
    wrong = train(problem)
    monkeypatch.undo()
    assert wrong.upper > right.upper * (1 + 1e-6)
    assert wrong.relative_gap <= 1e-6  # it believes to be optimal
    honest = certify(problem, right)
    claim = replace(
        honest,
        dual=tuple(map(Fraction, wrong.dual.tolist())),
        lower=problem.loss.lower(tuple(map(Fraction, wrong.dual.tolist())), problem.y),
    )
    verdict = check(problem, claim)
    assert not verdict.proven and "beta fails" in verdict.reason
    certificate = certify(problem, wrong)
    assert check(problem, certificate).proven and certificate.relative_gap > 1e-7
