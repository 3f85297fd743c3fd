"""Documents that every checker must judge alike: honest ones, forged ones, and slips of the pen."""

from __future__ import annotations

import contextlib
import json
import random
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from itertools import islice

import bias_forgeries
import form_forgeries
import numpy as np
import quadratic_forgeries
from biased_covers import biased_cover
from brute_force import honest as listed_case
from brute_force import honest_biases, honest_decay, honest_skip, honest_weights
from cover_forgeries import COVERABLE, FORGERIES, bits_of, covered, honest, put_bits, with_term
from forgeries import MUTATIONS
from pairs_of_terms import each_pair_of_terms
from quadratic_forgeries import by_functions

from duality_checks import Certificate, TrainingProblem, certify, check, checker, train
from duality_checks.pricing.dual_norm import dual_norm

Case = tuple[str, str]


def expected(case: Case) -> str:
    """What the checker says: the interval in full, or that it refuses."""
    found = checker.check_documents(*case)
    return f"PROVEN {found.lower} <= p* <= {found.upper}" if found.proven else "REFUSED"


def texts(problem: object, document: object) -> Case:
    return json.dumps(problem), json.dumps(document)


def forged_covers() -> dict[str, Case]:
    cases = {}
    for name, (change, _) in FORGERIES.items():
        problem, document = honest()
        change(problem, document)
        cases[name] = texts(problem, document)
    # What calls itself version 2 is not covered by all, and is asked about elsewhere.
    del cases["called version 2"]
    assert len(cases) >= 35
    return cases


def forged_lists() -> dict[str, Case]:
    cases = {name: change.edit(listed_case()).texts() for name, change in MUTATIONS.items()}
    assert len(cases) >= 150
    return cases


def honest_lists() -> dict[str, Case]:
    cases = {f"kappa {kappa}": listed_case(Fraction(kappa)) for kappa in ("0", "1/10", "-1", "-5/2")}
    cases |= {f"biases, {norm}": honest_biases(norm) for norm in ("2-norm", "1-norm", "inf-norm")}
    cases |= {"skip": honest_skip(), "weights": honest_weights(), "decay": honest_decay()}
    return {name: case.texts() for name, case in cases.items()}


def quadratic_functions() -> dict[str, Case]:
    """Of each term but the logistic loss."""
    problems = [with_term(options) for options in COVERABLE if options != {"loss": "logistic"}]
    found = {f"by functions, {k}": (p.to_json(), by_functions(p).to_json()) for k, p in enumerate(problems)}
    return found | {f"of degree {k}": texts(*form_forgeries.honest(k)) for k in (4, 6)}


def forged_quadratic_functions() -> dict[str, Case]:
    cases = {}
    for degree, made in (
        ("functions", quadratic_forgeries),
        ("biases", bias_forgeries),
        ("degree 4", form_forgeries),
    ):
        for name, (change, _) in made.FORGERIES.items():
            problem, document = made.honest()
            change(problem, document)
            cases[f"{degree}: {name}"] = texts(problem, document)
    assert len(cases) >= 20
    return cases


def pairs_of_terms(every: int = 1) -> dict[str, Case]:
    cases = {}
    for problem in islice(each_pair_of_terms(), 0, None, every):
        found = certify(problem, train(problem))
        cases[f"{problem.loss.name} {problem.penalty.name} {problem.free} {len(cases)}"] = (
            problem.to_json(),
            found.to_json(),
        )
    return cases


def idle_samples() -> TrainingProblem:
    """With the hinge loss most entries of the dual vector are zero."""
    rows = [[k % 5 - 2, k * k % 7 - 3, 1] for k in range(12)]
    return TrainingProblem(rows, [1 if row[0] > 0 else -1 for row in rows], beta="1/4", loss="hinge")


def honest_covers() -> dict[str, Case]:
    """Of each term but the logistic loss, in a basis, with weights, with samples that do not matter."""
    cases = {f"cover, kappa {kappa}": texts(*honest(Fraction(kappa))) for kappa in ("0", "-1", "1/10")}
    for options in COVERABLE:
        if options != {"loss": "logistic"}:
            problem = with_term(options)
            cases[str(options)] = problem.to_json(), covered(problem, train(problem)).to_json()
    rows = [[1, 2, 3], [2, 4, 6], [0, 1, 1], [-1, -2, -3]]
    for name, problem in {
        "in a basis": TrainingProblem(rows, [1, 0, 2, -1], beta="1/10"),
        "weighted": TrainingProblem(rows, [1, 0, 2, -1], beta="1/10", sample_weights=[1, 2, "1/3", "1/2"]),
        "samples without a say": idle_samples(),
        "one column": TrainingProblem([[1], [-2]], [1, 3], beta="1/10", free="intercept"),
    }.items():
        cases[name] = problem.to_json(), covered(problem, train(problem)).to_json()
    stated, document = cases["weighted"]
    made = {"columns": ['\u00e9"\n'], "ones": True, "targets": None}
    cases["of a table"] = json.dumps(json.loads(stated) | {"preparation": made}), document
    assert Certificate.from_json(cases["samples without a say"][1]).dual.count(0) > 1
    return cases


def flipped(document: dict, side: str, k: int) -> dict:
    """The document with one bit of its cover changed."""
    bits, changed = bits_of(document, side), deepcopy(document)
    put_bits(changed, bits[:k] + ("1" if bits[k] == "0" else "0") + bits[k + 1 :], side)
    return changed


def flipped_bits() -> dict[str, Case]:
    """Some proven, some not."""
    draw, cases = random.Random(5), {}
    problem, document = honest()
    for i in range(120):
        side = draw.choice(["plus", "minus"])
        k = draw.randrange(len(bits_of(document, side)))
        cases[f"{i}: bit {k} of {side}"] = texts(problem, flipped(document, side, k))
    return cases


BIASED_ROWS = [[2, 0, 1], [3, 1, 1], [-1, 2, 1], [0, -2, 1], [1, 1, 1]]


def biased_covers(free: str) -> dict[str, Case]:
    """The first is proven; then every third bit is changed; the last is in other coordinates, and refused."""
    problem = TrainingProblem(BIASED_ROWS, [1, -1, 1, 2, 0], beta="1/2", free=free)
    document = biased_cover(problem)
    cases = {"as it is": (problem.to_json(), json.dumps(document))}
    for side in ("plus", "minus"):
        for k in range(0, len(bits_of(document, side)), 3):
            cases[f"bit {k} of {side}"] = (problem.to_json(), json.dumps(flipped(document, side, k)))
    # In other coordinates no bias could be told from the rest.
    unit = [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]
    based = {**document, "cover": {**document["cover"], "basis": unit}}
    return {**cases, "basis": (problem.to_json(), json.dumps(based))}


SIGNS = '0123456789-/.,:"[]{} eE+ntu\\=AZaz_\t\n\x00\x7f\u00e9'


def misspelled(text: str, draw: random.Random) -> str:
    """The text with one slip of the pen: a letter changed, left out, put in; two exchanged; some twice."""
    i, j = sorted(draw.sample(range(len(text)), 2))
    kinds = (
        text[:i] + draw.choice(SIGNS) + text[i + 1 :],
        text[:i] + text[i + 1 :],
        text[:i] + draw.choice(SIGNS) + text[i:],
        text[:i] + text[j] + text[i + 1 : j] + text[i] + text[j + 1 :],
        text[: i + 9] + text[i:],
    )
    return draw.choice(kinds)


def slips_of_the_pen() -> dict[str, Case]:
    draw, cases = random.Random(7), {}
    honest_ones = [texts(*honest(Fraction(kappa))) for kappa in ("0", "1/10")]
    honest_ones += [listed_case().texts(), honest_biases("1-norm").texts()]
    for i in range(300):
        problem, document = draw.choice(honest_ones)
        if draw.random() < 0.4:
            problem = misspelled(problem, draw)
            with contextlib.suppress(checker.Refusal):  # else the digest alone would be refused
                digest = checker.read_problem(problem).digest
                document = json.dumps({**json.loads(document), "problem": digest})
        else:
            document = misspelled(document, draw)
        cases[str(i)] = (problem, document)
    return cases


PROBLEM_FAULTS = [
    ('"beta": "', '"beta": "0'),
    ('"kappa": "0"', '"kappa": "1"'),
    ('"kappa": "0"', '"kappa": "0/1"'),
    ('"kappa": "0"', '"kappa": "-0"'),
    ('"kappa": "0"', '"kappa": 0'),
    ('"kappa": "0"', '"kappa": "2/4"'),
    ('"kappa": "0"', '"kappa": "0", "kappa": "0"'),
    ('"kappa": "0"', '"Kappa": "0"'),
    ('"loss": "squared"', '"loss": "hinge"'),
    ('"loss": "squared"', '"loss": "cubed"'),
    ('"loss": "squared"', '"loss": "huber:0"'),
    ('"loss": "squared"', '"loss": "huber:-1/2"'),
    ('"version": 1', '"version": 1.0'),
    ('"version": 1', '"version": true'),
    ('"version": 1', '"version": 4'),
    ('"version": 1', '"version": 2'),
    ('"version": 1', '"version": 2, "free": "nothing"'),
    ('"version": 1', '"version": 3, "free": "nothing", "weights": ["1", "1", "1", "1", "1", "1", "1", "1"]'),
    ('"version": 1', '"version": 3, "free": "nothing", "weights": ["1", "1", "1", "1", "1", "1", "1", "0"]'),
    ('"version": 1', '"version": 2, "free": "biases"'),
    ('"readout": "identity"', '"readout": ["0", "1", "2", "3", "4", "5", "6", "7"]'),
    ('"readout": "identity"', '"readout": ["0", "1", "2", "3", "4", "5", "6", "8"]'),
    ('"readout": "identity"', '"readout": ["0", "1", "2", "3", "4", "5", "6", "07"]'),
    ('"readout": "identity"', '"readout": [0, 1, 2, 3, 4, 5, 6, 7]'),
    ('"penalty": "2-norm"', '"penalty": "3-norm"'),
    ('"y": [', '"y": ["1", '),
    ('"X": [', '"X": [["1", "2"], '),
    ("}", "} x"),
    ("}", ""),
    ("}", ",}"),
    ("{", "\ufeff{"),
    ('"kappa": "0"', f'"kappa": "-{"9" * 4001}"'),
]


def faulty_documents() -> dict[str, Case]:
    problem, document = texts(*honest())
    cases = {}
    for old, new in PROBLEM_FAULTS:
        assert old in problem
        cases[f"{old} -> {new:.60}"] = (problem.replace(old, new, 1), document)
    for old, new in (
        ('"depth": ', '"depth": 0'),
        ('"format"', '"\\ud800"'),
        ('"hidden": [[', '"hidden": [["1"], ['),
        ('"output": [', '"output": ["1", '),
        ('"network": {', '"network": {"skip": [], '),
        ('"lower": "', '"lower": "+'),
        ('"lower": "', '"lower": " '),
        ('"version": 3', '"version": 3.0'),
        ('"version": 3', '"version": 4'),
        ('"bytes": ', '"bytes": 1e'),
    ):
        assert old in document
        cases[f"certificate: {old} -> {new}"] = (problem, document.replace(old, new, 1))
    return cases


def other_spellings() -> dict[str, Case]:
    problem, document = honest()
    backwards = dict(reversed(list(problem.items())))
    return {
        "keys in another order": texts(backwards, document),
        "spaces": (json.dumps(problem, indent=3), json.dumps(document, indent="\t") + "\r\n"),
        "escapes": (json.dumps(problem).replace("squared", "\\u0073quared"), json.dumps(document)),
    }


def swept_case() -> tuple[TrainingProblem, Certificate]:
    """A certificate of version 2: at rank 3 the checker needs neither chambers nor a cover."""
    problem = with_term({"loss": "squared"})
    listed = certify(problem, train(problem))
    swept = replace(listed, chambers=None, lower=checker.dual_value(stated(problem), listed.dual))
    assert check(problem, swept).proven and json.loads(swept.to_json())["version"] == 2
    return problem, swept


def swept_documents(count: int) -> dict[str, Case]:
    """Version 2 in the plane, in space, and with free biases: weight decay a little above the dual norm of
    some vector, so that it is proven, and a little below."""
    draw, cases = random.Random(3), {}
    for k in range(count):
        d, biased = 2 + (k % 3 > 0), k % 3 == 2
        rows = [[draw.randint(-4, 4) for _ in range(d - biased)] + [1] * biased for _ in range(6)]
        dual = [draw.randint(-5, 5) for _ in range(6)]
        dual[-1] -= sum(dual) * biased
        terms = {
            "activation": draw.choice(["relu", "abs", "leaky:-1/2"]),
            "free": "biases" if biased else "nothing",
        }
        problem = TrainingProblem(rows, dual, 1, **terms)
        if problem.arrangement.rank < d:
            continue
        size = dual_norm(problem, np.array(dual, dtype=float))
        for name, factor in (("above", 1 + 1e-9), ("below", 1 - 1e-9)):
            decayed = problem.with_beta(Fraction(size * factor))
            cases[f"{k}, {name}"] = decayed.to_json(), _swept_document(decayed, dual)
    return cases


def _swept_document(problem: TrainingProblem, dual: list[int]) -> str:
    """The dual as it is, and the network that is nothing."""
    found = stated(problem)
    skip = (Fraction(0),) * len(found.skips)
    document = {
        "format": "convex-landscape certificate",
        "version": 2,
        "problem": found.digest,
        "lower": str(checker.dual_value(found, tuple(map(Fraction, dual)))),
        "upper": str(checker.objective(found, (), (), skip)),
        "dual": list(map(str, dual)),
        "network": {"hidden": [], "output": []} | ({"skip": ["0"] * len(skip)} if skip else {}),
    }
    return json.dumps(document)


def stated(problem: TrainingProblem) -> checker.Problem:
    return checker.read_problem(problem.to_json())
