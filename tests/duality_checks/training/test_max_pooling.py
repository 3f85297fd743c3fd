"""Max pooling: trained and proven against CVXPY on chambers by angles, closed forms, and what is refused."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from math import atan2, pi
from typing import Any

import numpy as np
import pytest

import duality_checks as dc
from duality_checks import TrainingProblem, TwoLayerNetwork, certify, check, checker, dual_norm, train
from duality_checks.certificates.certificate import Certificate
from duality_checks.data.preparation import Input, Output, Preparation, Window
from duality_checks.terms.max_pooling import MaxPooling
from hyperplane_arrangements.errors import InputError

KAPPAS = ("relu", "leaky:1/4", "abs", "leaky:-2")
LOSSES = ("squared", "l1", "hinge", "squared-hinge", "logistic", "huber:1/2")


def drawn(seed: int, n: int = 3, patches: int = 2, d: int = 2, **terms: Any) -> TrainingProblem:
    rng = np.random.default_rng(seed)
    groups = tuple(i for i in range(n) for _ in range(patches))
    X = rng.integers(-4, 5, (n * patches, d))
    X[0, 0] = 1
    y = rng.choice([-1, 1], n) if terms.get("loss", "squared") in LOSSES[2:5] else rng.integers(-3, 4, n)
    terms = {"activation": KAPPAS[seed % len(KAPPAS)], "beta": "1/2", **terms}
    return TrainingProblem(X.tolist(), y.tolist(), readout=MaxPooling(groups), **terms)


def largest(problem: TrainingProblem, u: np.ndarray) -> np.ndarray:
    """h(u) by its definition, sample by sample."""
    kappa, found = float(problem.kappa), []
    for i in range(problem.n):
        own = [row for row, group in zip(problem.features, problem.readout.groups, strict=True) if group == i]
        found.append(max(max(row @ u, 0) + kappa * min(row @ u, 0) for row in own))
    return np.array(found)


def sectors(problem: TrainingProblem) -> list[tuple[np.ndarray, np.ndarray]]:
    """The cones of the plane on which h is linear: the two rays of each, from all differences of what is
    compared, ``x`` and ``kappa x`` for each row."""
    angles = {0.0, pi / 2, pi, 3 * pi / 2}
    for i in range(problem.n):
        own = [row for row, group in zip(problem.features, problem.readout.groups, strict=True) if group == i]
        parts = [s * row for row in own for s in (1.0, float(problem.kappa))]
        for a in parts:
            for b in parts:
                if np.abs(a - b).any():
                    turn = atan2(a[0] - b[0], b[1] - a[1]) % (2 * pi)
                    angles |= {turn, (turn + pi) % (2 * pi)}
    ordered = sorted(angles)
    kept = [a for a, b in zip(ordered, [*ordered[1:], ordered[0] + 2 * pi], strict=True) if b - a > 1e-9]
    ends = [*kept[1:], kept[0] + 2 * pi]
    return [
        (np.array([np.cos(a), np.sin(a)]), np.array([np.cos(b), np.sin(b)]))
        for a, b in zip(kept, ends, strict=True)
    ]


def by_cvxpy(problem: TrainingProblem) -> float:
    """``min ell(sum_b s_b h(v_b)) + beta sum norm(v_b)``, ``v_b = p ray + q next ray`` with p, q >= 0."""
    import cvxpy as cp

    cones = sectors(problem)
    weights = cp.Variable((2 * len(cones), 2), nonneg=True)
    rays = [pair for pair in cones for _ in (0, 1)]
    atoms = [s * np.stack([largest(problem, u) for u in pair], 1) for pair in cones for s in (1, -1)]
    fit = cp.sum([atom @ weights[b] for b, atom in enumerate(atoms)])
    first, second = (np.array([pair[k] for pair in rays]) for k in (0, 1))
    vectors = cp.multiply(weights[:, :1], first) + cp.multiply(weights[:, 1:], second)
    loss = 0.5 * cp.sum_squares(fit - problem.target)
    price = float(problem.beta) * cp.sum(cp.norm(vectors, axis=1))
    stated = cp.Problem(cp.Minimize(loss + price))
    return float(stated.solve(solver=cp.CLARABEL))


@pytest.mark.parametrize("first", range(0, 50, 10))
def test_fifty_random_instances_agree_with_cvxpy(first: int) -> None:
    for seed in range(first, first + 10):
        problem = drawn(seed)
        solution = train(problem)
        certificate, cover = (certify(problem, solution, list_at_most=most) for most in (5_000, 0))
        assert (certificate.method, cover.method) == ("chambers", "cover")
        for found in (certificate, cover):
            verdict = check(problem, found)
            assert verdict.proven, verdict.reason
            assert found.relative_gap < 1e-9
        assert by_cvxpy(problem) == pytest.approx(float(certificate.upper), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("loss", LOSSES[1:])
def test_every_loss_is_trained_and_proven(loss: str) -> None:
    problem = drawn(1, loss=loss)
    certificate = certify(problem, train(problem))
    assert check(problem, certificate).proven and certificate.relative_gap < 1e-7


def test_chambers_that_are_dropped_do_not_come_back_for_ever() -> None:
    """Once the same sets of chambers took turns, a gap of a half was left."""
    X = [[2, 0], [1.1, -0.2], [-0.6, -0.7], [0.1, 1.6], [-0.4, -0.3], [0.1, -0.2], [1.3, -1.3]]
    X += [[0.3, 2.7], [-0.8, 1.3], [0.7, -0.9]]
    groups = MaxPooling((3, 0, 0, 0, 2, 0, 2, 3, 4, 1))
    rows = [list(map(str, row)) for row in X]
    problem = TrainingProblem(rows, [-2, -2, 3, 0, -1], "9/17", loss="l1", readout=groups)
    solution = train(problem)
    assert solution.relative_gap < 1e-9 and len(solution.rounds) < 20


def test_weights_of_samples_count_as_repetition() -> None:
    once = drawn(4, n=2)
    doubled = TrainingProblem(
        [*once.X.fractions, *once.X.fractions[:2]],
        [*once.y, once.y[0]],
        once.beta,
        once.kappa,
        readout=MaxPooling((*once.readout.groups, 2, 2)),
    )
    weighted = drawn(4, n=2, sample_weights=[2, 1])
    one, two = (certify(problem, train(problem)) for problem in (doubled, weighted))
    assert check(doubled, one).proven and check(weighted, two).proven
    assert float(one.upper) == pytest.approx(float(two.upper), rel=1e-9)


def test_a_dominated_row_is_one_that_is_not_there() -> None:
    """One feature, positive rows: the largest is that of the larger row for u > 0, of the smaller one for
    u < 0; with the ReLU the latter is 0, so each sample is its larger row."""
    pooled = TrainingProblem([[1], [3], [2], [1]], [4, -1], beta=1, readout=MaxPooling((0, 0, 1, 1)))
    plain = TrainingProblem([[3], [2]], [4, -1], beta=1)
    assert train(pooled).upper == pytest.approx(train(plain).upper, rel=1e-9)
    assert dual_norm(pooled, pooled.target) == pytest.approx(10.0)


def test_opposite_rows_pool_to_the_absolute_value() -> None:
    """``max(phi(t), phi(-t)) = abs(t)`` for ``abs(kappa) <= 1``: the ordinary problem with phi = abs."""
    rows, y = [[1, 2], [3, -1], [-2, 1]], [3, -2, 1]
    doubled = [row for x in rows for row in (x, [-v for v in x])]
    pooled = TrainingProblem(doubled, y, beta="1/2", readout=MaxPooling((0, 0, 1, 1, 2, 2)))
    plain = TrainingProblem(rows, y, beta="1/2", activation="abs")
    assert train(pooled).upper == pytest.approx(train(plain).upper, rel=1e-10)


def test_a_start_and_a_path_end_where_training_does() -> None:
    problem = drawn(8, n=4)
    cold = train(problem)
    warm = train(problem, start=cold.network)
    assert warm.upper == pytest.approx(cold.upper, rel=1e-9)
    assert warm.rounds[0].upper <= cold.upper * (1 + 1e-9) < cold.rounds[0].upper
    lower, upper = dc.beta_max(problem)
    assert 0 < lower <= upper and float(upper - lower) <= 1e-9 * float(upper)
    points = list(dc.beta_path(problem, [2 * upper, problem.beta]))
    assert points[0].solution.network.width == 0
    assert float(points[1].certificate.upper) == pytest.approx(cold.upper, rel=1e-9)


def test_the_dual_norm_is_no_less_than_what_many_directions_show() -> None:
    problem = drawn(12, n=4, patches=3, d=3, activation="relu")
    u = np.random.default_rng(0).normal(size=(2_000, 3))
    seen = max(abs(problem.target @ largest(problem, w / np.linalg.norm(w))) for w in u)
    assert seen <= dual_norm(problem, problem.target) <= 1.2 * seen


def test_several_outputs_are_each_pooled() -> None:
    problem = drawn(16)
    two = dc.TrainingProblem(
        problem.X, [[y, -2 * y] for y in problem.y], problem.beta, readout=problem.readout
    )
    proof = dc.train_outputs(two)
    assert dc.check_outputs(two, proof).proven


# ------------------------------------------------ forged certificates


def honest() -> tuple[TrainingProblem, dict[str, Any]]:
    problem = drawn(2, activation="leaky:-1/3")
    return problem, json.loads(certify(problem, train(problem)).to_json())


def reason(problem: TrainingProblem, document: dict[str, Any], text: str | None = None) -> str:
    return checker.check_documents(text or problem.to_json(), json.dumps(document)).reason


def test_the_honest_one_is_proven_and_read_again() -> None:
    problem, document = honest()
    assert reason(problem, document) == ""
    again = Certificate.from_json(json.dumps(document))
    assert json.loads(again.to_json()) == document
    assert TrainingProblem.from_json(problem.to_json()) == problem


def test_a_chamber_left_out_is_missed() -> None:
    problem, document = honest()
    document["chambers"].pop()
    assert "are listed, but there are more" in reason(problem, document)


def test_chambers_of_rows_alone_are_too_few() -> None:
    """The chambers of X do not know which row is the largest."""
    problem, document = honest()
    plain = TrainingProblem(problem.X, [0] * 6, 1, problem.kappa)
    witnesses = plain.arrangement.chambers().witnesses.astype(int).tolist()
    document["chambers"] = [{"witness": list(map(str, w)), "plus": {}, "minus": {}} for w in witnesses]
    found = reason(problem, document)
    assert "chambers: 12 are listed, but there are more" in found or "on the hyperplane of row" in found


def test_a_witness_where_two_rows_are_equal_is_refused() -> None:
    problem = TrainingProblem([[2, 1], [1, 2]], [3], beta=1, readout=MaxPooling((0, 0)))
    document = json.loads(certify(problem, train(problem)).to_json())
    document["chambers"][0]["witness"] = ["1", "1"]
    assert reason(problem, document) == "chambers[0]: the witness is on the hyperplane of row 2"


def test_a_dual_that_is_too_long_is_refused() -> None:
    problem, document = honest()
    longer = [Fraction(z) * (1 + Fraction(1, 10**6)) for z in document["dual"]]
    document["dual"] = list(map(str, longer))
    document["lower"] = str(checker.dual_value(checker.read_problem(problem.to_json()), longer))
    assert "the bound norm_*(c + X'S lambda) <= beta fails" in reason(problem, document)


def test_the_certificate_of_the_sum_is_not_one_of_the_maximum() -> None:
    problem, _ = honest()
    summed = TrainingProblem(
        problem.X, problem.y, problem.beta, problem.kappa, readout=problem.readout.groups
    )
    document = json.loads(certify(summed, train(summed)).to_json())
    assert reason(problem, document) == "certificate: written for another problem"
    document["problem"] = checker.read_problem(problem.to_json()).digest
    assert reason(problem, document) == "upper: not the objective of the network"


def test_a_multiplier_of_the_other_side_is_refused() -> None:
    problem, document = honest()
    for chamber in document["chambers"]:
        for name in ("plus", "minus"):
            if chamber[name]:
                chamber[name] = {row: f"-{value}" for row, value in chamber[name].items()}
    assert "the multiplier is not positive" in reason(problem, document)


@pytest.mark.parametrize(
    ("readout", "why"),
    [
        ({"max": ["0", "1", "2"]}, "problem: readout: this list is written 'identity'"),
        ({"max": ["1", "0", "2"]}, "problem: readout: this list is written without max"),
        ({"max": ["0", "0", "0"]}, "problem: readout: a sample has no rows to take the largest of"),
        ({"max": ["0", "0"]}, "problem: readout has 2 entries, not 3"),
        ({"min": ["0", "0", "1"]}, "problem: readout: missing field 'max'"),
        ({"max": [0, 0, 1]}, "problem: readout: an entry is not a string"),
    ],
)
def test_readouts_that_are_none(readout: Any, why: str) -> None:
    problem = TrainingProblem([[1], [2], [3]], [1, 2, 3], beta=1)
    document = {**json.loads(problem.to_json()), "readout": readout}
    assert why in checker.check_documents(json.dumps(document), "{}").reason


def test_nothing_is_free_beside_max_pooling() -> None:
    problem, document = honest()
    stated = {**json.loads(problem.to_json()), "version": 2, "free": "intercept"}
    assert reason(problem, document, json.dumps(stated)) == "problem: with max pooling nothing can be free"


def test_other_proofs_than_lists_and_covers_are_refused() -> None:
    problem, document = honest()
    swept = {key: value for key, value in document.items() if key != "chambers"} | {"version": 2}
    piece = {"share": "0", "rows": "AA==", "products": ""}
    quadratic = {"basis": None, "plus": piece, "minus": piece}
    for forged in (swept, {**swept, "version": 3, "quadratic": quadratic}):
        assert reason(problem, forged) == "certificate: with max pooling a list or a cover is needed"


# ------------------------------------------------ what is refused, by name


def stated(**terms: Any) -> TrainingProblem:
    return drawn(0, **terms)


NETWORK = TwoLayerNetwork([[1.0, 0.0]], [1.0])
REFUSED = {
    "free": (lambda: stated(free="intercept"), "free='intercept' beside max pooling is not treated"),
    "concave": (lambda: stated(activation="slopes:0,2"), "only convex ones have a convex program"),
    "penalty": (lambda: stated(penalty="1-norm"), "penalty='1-norm' beside max pooling is not treated"),
    "audit of stationarity": (lambda: dc.stationarity(stated(), NETWORK), "deciding stationary points needs"),
    "gated": (lambda: dc.gated_relaxation(stated()), "the problem has 'max pooling'"),
    "interval": (lambda: dc.prove_interval(stated(), train(stated())), "no readout"),
    "least norm": (lambda: dc.least_norm_fit(stated()), "the least norm needs outputs that are sums"),
    "reach": (lambda: dc.reach_targets(stated()), "reaching the targets needs outputs that are sums"),
    "sampling": (lambda: dc.bound_by_sampling(stated(), 5, seed=0), "no readout"),
    "optimal set": (lambda: dc.exact_optimal_set(stated(), None), "the problem has 'max pooling'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_treated_is_refused_by_name(name: str) -> None:
    call, message = REFUSED[name]
    with pytest.raises(InputError, match=message):
        call()


@pytest.mark.parametrize("pooling", ["average", "max"])
def test_a_preparation_remembers_its_pooling(pooling: str) -> None:
    kept = Preparation((Input("a"), Input("b"), Input("c")), False, (Output("y"),), Window(2, 1, pooling))
    document = kept.document()
    assert Preparation.parse(document, "memory") == kept
    assert ("pooling" in document["window"]) == (pooling == "max")
    assert isinstance(kept.readout(2), MaxPooling) == (pooling == "max")
    for wrong in ("average", "sum", 3):
        with pytest.raises(InputError, match="preparation is damaged"):
            Preparation.parse({**document, "window": {"filter": 2, "stride": 1, "pooling": wrong}}, "memory")


def test_formal_proofs_and_pages_are_refused_by_name() -> None:
    from duality_checks.reports.explaining.formal.export import claims
    from duality_checks.reports.explaining.theorem import explained

    problem, document = honest()
    with pytest.raises(InputError, match="the formal proof does not cover max pooling"):
        claims(problem.to_json(), json.dumps(document))
    with pytest.raises(InputError, match="is checked, but not explained"):
        explained(problem.to_json(), json.dumps(copy.deepcopy(document)))
