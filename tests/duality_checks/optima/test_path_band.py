"""Bands of whole paths, against closed forms, exact optima at single betas, and a published algorithm."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, certify, check, train
from duality_checks.checker import Refusal, dual_value, read_problem
from duality_checks.cover.effort import Effort
from duality_checks.exact.polyhedral import optimum
from duality_checks.networks.objective import exact_fit
from duality_checks.optima import path_refining
from duality_checks.optima.path_band import PathBand, PathNode, Piece, bend_of
from duality_checks.optima.path_refining import between, path_band, path_bands
from duality_checks.optima.spanning import UnreachableError
from duality_checks.pricing.polyhedral import Neurons
from duality_checks.theorems import t5_5_path as path
from hyperplane_arrangements.errors import InputError

fractions = st.builds(Fraction, st.integers(-6, 6), st.integers(1, 3))
positives = st.builds(Fraction, st.integers(1, 9), st.integers(1, 4))
SMALL = TrainingProblem([[0, 1], [1, 1], [2, 1], [3, 1]], [0, 1, "1/2", 2], 1)


def soft_thresholds(c: list[Fraction], y: list[Fraction], beta: Fraction) -> Fraction:
    """p*(beta) for one column c and the squared loss (statement 2.11): the two sides of 0 are apart."""
    value = sum((t * t for t, x in zip(y, c, strict=True) if not x), Fraction(0)) / 2
    for side in (1, -1):
        part = [max(side * x, Fraction(0)) for x in c]
        if any(part):
            square, along = sum(x * x for x in part), sum(x * t for x, t in zip(part, y, strict=True))
            size = max(abs(along) - beta, Fraction(0)) / square
            share = size if along > 0 else -size
            value += beta * size
            value += sum((t - share * x) ** 2 for t, x in zip(y, part, strict=True) if x) / 2
    return value


# ------------------------------------------------------------------ pieces


nodes = st.builds(
    lambda low, gap, loss, penalty: PathNode(Fraction(0), loss + low * penalty - gap, loss, penalty, 1),
    positives, positives, positives, positives,
)  # fmt: skip


@settings(max_examples=20)
@given(nodes, nodes, positives, positives, fractions.map(abs), fractions.map(abs))
def test_a_piece_is_the_least_mixture_and_the_bent_chord(
    a: PathNode, b: PathNode, low: Fraction, gap: Fraction, c: Fraction, e: Fraction
) -> None:
    left, right = replace(a, beta=low), replace(b, beta=low + gap)
    piece, grid = Piece(left, right, c, e), [Fraction(k, 12) for k in range(13)]
    wide = piece.relative_width
    for s in grid:
        beta = low + s * gap
        mixtures = [(1 - t) * left.line(beta) + t * right.line(beta) - t * (1 - t) * c for t in grid]
        # The parabola in t is at most c/24^2 below its values on the grid.
        assert min(mixtures) - c / 24**2 <= piece.upper(beta) <= min(mixtures)
        assert piece.lower(beta) == (1 - s) * left.lower + s * right.lower + s * (1 - s) * e
        assert piece.upper(beta) - piece.lower(beta) <= wide * piece.upper(beta)


@pytest.mark.parametrize("loss", ["squared", "l1", "huber:1/2", "hinge", "squared-hinge", "logistic"])
def test_bends_are_what_mixtures_gain(loss: str) -> None:
    """Of fits the loss, of dual vectors the checker's own dual value."""
    rng = np.random.default_rng(5)
    labels = [1, -1, 1, 1]
    problem = TrainingProblem([[1], [2], [-1], [3]], labels, 1, loss=loss, sample_weights=["1/2", 1, 2, 3])
    stated, weights = read_problem(problem.to_json()), problem.sample_weights
    inverse = [1 / w for w in weights]
    for _ in range(20):
        f, g = ([Fraction(int(k), 8) for k in rng.integers(-20, 21, 4)] for _ in range(2))
        c = bend_of(problem.plain_loss.curved, f, g, weights)
        inside = [problem.loss.exactly_inside(v, problem.y) for v in (f, g)]
        d = bend_of(problem.plain_loss.conjugate_curved, *inside, inverse)
        assert (c > 0) == (loss == "squared" and f != g)
        for t in (Fraction(1, 2), Fraction(1, 7)):
            mixed = [(1 - t) * x + t * y for x, y in zip(f, g, strict=True)]
            ends = [problem.loss.upper(x, problem.y) for x in (f, g)]
            most = (1 - t) * ends[0] + t * ends[1] - t * (1 - t) * c
            assert problem.loss.upper(mixed, problem.y) <= most + Fraction(1, 10**15)
            both = [(1 - t) * x + t * y for x, y in zip(*inside, strict=True)]
            values = [dual_value(stated, v) for v in inside]
            least = (1 - t) * values[0] + t * values[1] + t * (1 - t) * d
            assert dual_value(stated, both) >= least - Fraction(1, 10**15)


# ------------------------------------------------------------------ oracles


@settings(max_examples=12)
@given(st.lists(st.tuples(fractions, fractions), min_size=2, max_size=5), st.lists(positives, max_size=5))
def test_one_column_has_a_closed_form_at_every_beta(
    rows: list[tuple[Fraction, Fraction]], betas: list[Fraction]
) -> None:
    c, y = ([row[k] for row in rows] for k in (0, 1))
    if not any(c):
        return
    problem = TrainingProblem([[x] for x in c], y, 1)
    band = path_band(problem, "1/8", 5, width="1/50")
    assert band.relative_width <= Fraction(1, 50)
    for beta in [*betas, Fraction(1, 99), Fraction(50), *(node.beta for node in band.nodes)]:
        assert band.lower(beta) <= soft_thresholds(c, y, beta) <= band.upper(beta)


@pytest.mark.parametrize("loss", ["squared", "l1"])
def test_exact_optima_at_single_betas_are_inside(loss: str) -> None:
    """With the 1-norm the optimum is rational, and found by pivots on a finite list of neurons."""
    problem = TrainingProblem(SMALL.X, SMALL.y, 1, loss=loss, penalty="1-norm")
    band = path_band(problem, "1/8", 8, width="1/20")
    for beta in (Fraction(1, 7), Fraction(4, 9), Fraction(3, 2), Fraction(5), Fraction(9)):
        exact = optimum(problem.with_beta(beta), "1-norm", loss)
        assert band.lower(beta) <= exact.upper == exact.lower <= band.upper(beta)


def test_the_band_follows_a_published_path_algorithm() -> None:
    """scikit-learn's least angle regression on the finitely many neurons of the infinity norm."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    problem = TrainingProblem(SMALL.X, SMALL.y, 1, penalty="inf-norm")
    columns, y = Neurons.of(problem).columns, problem.target
    alphas, _, weights = linear_model.lars_path(
        np.hstack([columns, -columns]), y, method="lasso", positive=True
    )
    band = path_band(problem, "1/8", 8, width="1/500")
    seen = 0
    for alpha, w in zip(alphas, weights.T, strict=True):
        beta = alpha * len(y)
        if 1 / 8 <= beta <= 8:
            value = 0.5 * np.sum((y - np.hstack([columns, -columns]) @ w) ** 2) + beta * w.sum()
            assert band.lower(beta) - 1e-9 <= value <= band.upper(beta) + 1e-9
            seen += 1
    assert seen >= 3


@pytest.mark.parametrize(
    "terms",
    [
        {"loss": "logistic", "y": [-1, 1, -1, 1]},
        {"loss": "squared-hinge", "y": [-1, 1, -1, 1], "sample_weights": [1, 2, "1/2", 1]},
        {"free": "intercept"},
        {"free": "decayed-intercept"},
        {"activation": "leaky:0.1", "loss": "huber:1/2", "readout": [0, 0, 1, 1], "y": [1, -2]},
    ],
)
def test_other_problems_have_bands_too(terms: dict[str, object]) -> None:
    problem = TrainingProblem(SMALL.X, **{"y": SMALL.y, "beta": 1, **terms})
    band = path_band(problem, "1/20", 2, width="1/50")
    assert band.relative_width <= Fraction(1, 50)
    for beta in (Fraction(1, 13), Fraction(1, 3), Fraction(6, 5)):
        one = problem.with_beta(beta)
        found = certify(one, train(one))
        assert check(one, found).proven
        assert band.lower(beta) <= found.upper and found.lower <= band.upper(beta)


# ------------------------------------------------------------------ refining


def test_bands_grow_narrower_and_their_nodes_are_certified() -> None:
    points = []
    bands = list(path_bands(SMALL, "1/16", 4, width="1/100", keep=points.append))
    widths = [band.relative_width for band in bands]
    assert widths == sorted(widths, reverse=True) and widths[-1] <= Fraction(1, 100) < widths[-2]
    assert sorted(point.problem.beta for point in points) == [node.beta for node in bands[-1].nodes]
    for point in points:
        node = next(node for node in bands[-1].nodes if node.beta == point.problem.beta)
        found = point.certificate
        assert (node.lower, node.upper) == (found.lower, found.upper)
        fit = exact_fit(point.problem, found.network_hidden, found.network_output)
        assert node.loss == point.problem.loss.upper(fit, point.problem.y)
        assert check(point.problem, found).proven


def test_covers_in_place_of_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    points = []
    monkeypatch.setattr(path_refining, "_LISTED", 0)
    band = path_band(SMALL, "1/16", 4, width="1/20", keep=points.append)
    assert band.relative_width <= Fraction(1, 20)
    for point in points:
        assert point.certificate.cover is not None and point.certificate.chambers is None
        assert check(point.problem, point.certificate).proven
    listed = certify(SMALL, train(SMALL))
    assert listed.cover is None and certify(SMALL, train(SMALL), list_at_most=0).cover is not None
    assert band.lower(1) <= listed.upper and listed.lower <= band.upper(1)


def test_the_whole_path_ends_in_the_least_norm() -> None:
    """One neuron a sample, by hand: 5 and 2; p*(beta) = 7 beta - beta^2 below beta = 2."""
    problem = TrainingProblem([[1], [-1]], [5, 2], 1)
    band = path_band(problem, 0, 6, width="1/100")
    assert band.nodes[0].beta == 0 and band.nodes[0].penalty == pytest.approx(7)
    for beta in (Fraction(1, 10**9), Fraction(1, 10), Fraction(1)):
        assert band.lower(beta) <= 7 * beta - beta**2 <= band.upper(beta)
        assert band.upper(beta) - band.lower(beta) <= Fraction(1, 100) * band.upper(beta)


def test_no_network_fits_and_then_there_is_no_whole_path() -> None:
    with pytest.raises(UnreachableError, match="no network fits the targets"):
        path_band(TrainingProblem([[1], [1]], [5, 2], 1), 0, 6)


def test_an_exhausted_job_leaves_what_is_proven() -> None:
    late = path_band(SMALL, "1/16", 4, effort=Effort(seconds=1e-9))
    few = path_band(SMALL, "1/16", 4, most_nodes=3)
    assert [len(band.nodes) for band in (late, few)] == [2, 3]
    for band in (late, few):
        shown = str(band).split()[2]
        assert Fraction(shown) >= band.relative_width > Fraction(shown) * Fraction(99, 100)
        exact = certify(SMALL, train(SMALL))
        assert band.lower(1) <= exact.upper and exact.lower <= band.upper(1)
        assert band.relative_width > path_refining.WIDTH


def test_what_makes_no_band_is_refused() -> None:
    with pytest.raises(InputError, match=r"^low=2 is not below high=1; give the least weight decay first"):
        path_band(SMALL, 2, 1)
    with pytest.raises(InputError, match=r"^width is 0; give a finite number > 0 and < 1"):
        path_band(SMALL, 1, 2, width=0)
    with pytest.raises(
        InputError, match=r"^low=0: the path ends .* and the logistic loss with free='nothing'"
    ):
        path_band(TrainingProblem([[1], [2]], [1, -1], 1, loss="logistic"), 0, 1)
    node = PathNode(*map(Fraction, (1, 1, 0, 1)), 1)
    with pytest.raises(InputError, match=r"^a piece goes from beta=1 to 1"):
        Piece(node, node)
    with pytest.raises(InputError, match=r"^a band is one piece or more"):
        PathBand(())
    two, three = replace(node, beta=Fraction(2)), replace(node, beta=Fraction(3))
    with pytest.raises(InputError, match=r"^a band is one piece or more"):
        PathBand((Piece(node, two), Piece(node, three)))
    with pytest.raises(InputError, match=r"^beta=0 is not positive"):
        PathBand((Piece(node, two),)).lower(0)


@given(positives, positives)
def test_the_beta_between_is_between_and_short(a: Fraction, b: Fraction) -> None:
    low, high = min(a, b), max(a, b) + Fraction(1, 10**6)
    found = between(low, high)
    assert low < found < high and len(str(float(found))) <= 12


# ------------------------------------------------------------------ negative controls


@cache
def honest() -> path.Path:
    return path.banded(SMALL, (Fraction(1, 2), Fraction(1, 3)))


def bent(name: str, factor: int) -> path.Path:
    """The honest band with a bend of every piece multiplied."""
    pieces = [replace(piece, **{name: factor * getattr(piece, name)}) for piece in honest().band.pieces]
    return replace(honest(), band=PathBand(tuple(pieces)), width=Fraction(10**6))


def test_a_forged_certificate_makes_no_node(monkeypatch: pytest.MonkeyPatch) -> None:
    def forged(*arguments: object, **options: object) -> object:
        honest = certify(*arguments, **options)
        return replace(honest, lower=honest.lower + 1, upper=honest.upper + 1)

    monkeypatch.setattr(path_refining, "certify", forged)
    with pytest.raises(Refusal):
        path_band(SMALL, "1/16", 4)


def test_bends_that_claim_too_much_are_caught() -> None:
    assert path.check(honest()).proven
    assert "the band's upper bound" in path.check(bent("network_bend", 3)).reason
    assert "the band's lower bound" in path.check(bent("dual_bend", 3)).reason


def test_a_chord_through_lower_bounds_above_the_path_is_caught() -> None:
    lifted = [replace(node, lower=node.upper * Fraction(101, 100)) for node in honest().band.nodes]
    pieces = tuple(Piece(a, b) for a, b in pairwise(lifted))
    assert (
        "bounds of a node are in order fails"
        in path.check(replace(honest(), band=PathBand(pieces), width=Fraction(10**6))).reason
    )
    hidden = [
        replace(node, loss=node.loss * 2, lower=node.lower * Fraction(11, 10)) for node in honest().band.nodes
    ]
    pieces = tuple(Piece(a, b) for a, b in pairwise(hidden))
    forged = replace(honest(), band=PathBand(pieces), width=Fraction(1))
    assert "the band's lower bound" in path.check(forged).reason


def test_networks_that_are_no_optima_are_caught_by_what_is_above_or_below() -> None:
    assert path.check(path.control()).reason.startswith("the band's lower bound <= an objective fails")
    made = honest()
    # Between optima the path is above the chord, not below it.
    straight = [PathNode(node.beta, node.lower, node.upper, Fraction(0), 1) for node in made.band.nodes[:1]]
    last = made.band.nodes[-1]
    flat = PathBand(
        (Piece(straight[0], replace(last, loss=straight[0].loss, penalty=Fraction(0), lower=Fraction(0))),)
    )
    forged = replace(honest(), band=flat, width=Fraction(2))
    assert "the band's upper bound" in path.check(forged).reason


def test_a_band_wider_than_claimed_is_caught() -> None:
    narrower = replace(honest(), width=Fraction(1, 10**6))
    assert path.check(narrower).reason.startswith("the band is narrow fails")
