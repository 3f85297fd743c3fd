"""Honest certificates by brute force in the plane, and what is wrong with others, without any code under
test.

Everything is a fraction and every set small: chambers from a grid of points, multipliers from every set of
two rows.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from typing import Any

from duality_checks import checker
from hyperplane_arrangements.exact.rational import ZERO

Point = tuple[Fraction, ...]

# Two opposite rows, a zero row, two equal rows: three lines, six chambers, and no chamber with every sign
# negative.
ROWS = [(2, 1), (-4, -2), (0, 0), (1, -1), (1, -1), (0, 3)]
TARGET = [1, -2, 3, 0, 1, 2]
DUAL = [Fraction(1), Fraction(-1, 2), Fraction(1, 4), Fraction(1, 3), Fraction(1), Fraction(-1)]
PEAK = [Fraction(v) for v in (1, -2, -2, 3, -2, 3)]
HIDDEN = [(Fraction(1, 2), Fraction(1, 4)), (Fraction(-1, 3), Fraction(1, 5))]
OUTPUT = [Fraction(1, 2), Fraction(-1, 4)]

# With a last column of ones and two equal rows: four lines, eight chambers; a dual that sums to zero.
BIASED_ROWS = [(0, 1), (1, 1), (1, 1), (3, 1), (-2, 1)]
BIASED_TARGET = [1, -2, 3, 0, 1]
BIASED_DUAL = [Fraction(v) for v in (1, -2, "1/2", 1, "-1/2")]
BIASED_SKIP = [Fraction(1, 3)]
WEIGHTS = [Fraction(v) for v in (2, 1, "1/3", "5/2", 1, 4)]
# For ROWS: orthogonal to the ones and to both columns.
SKIPPED_DUAL = [Fraction(v) for v in ("1/2", "1/2", "-5/2", 2, -1, "1/2")]
SKIPPED_SKIP = [Fraction(1, 3), Fraction(-1, 2), Fraction(2)]

PROBLEM = {"format": "convex-landscape problem", "version": 1}
PROBLEM_FIELDS = ["loss", "penalty", "readout", "kappa", "beta", "X", "y"]
LABELLED = {"hinge", "squared-hinge"}
FREE = {"intercept", "linear", "intercept+linear", "decayed-intercept", "biases", "biases+linear"}
# The fields that each version of a problem adds, and what may be free in it.
LATER: dict[int, tuple[set[str], set[str]]] = {
    1: (set(), set()),
    2: ({"free"}, FREE),
    3: ({"free", "weights"}, FREE | {"nothing"}),
}
DUAL_NORMS = {
    "2-norm": lambda c: inner(c, c),
    "1-norm": lambda c: max(map(abs, c)) ** 2,
    "inf-norm": lambda c: sum(map(abs, c)) ** 2,
}
CERTIFICATE = {"format": "convex-landscape certificate", "version": 1}
CERTIFICATE_FIELDS = ["problem", "lower", "upper", "dual", "network", "chambers"]


def inner(a: Any, b: Any) -> Fraction:
    return sum((Fraction(x) * y for x, y in zip(a, b, strict=True)), Fraction(0))


def signs_at(rows: Any, point: Any) -> tuple[int, ...]:
    return tuple((value > 0) - (value < 0) for value in (inner(row, point) for row in rows))


def all_chambers(rows: Any) -> dict[tuple[int, ...], tuple[int, int]]:
    """Every chamber of a small arrangement in the plane with a grid point inside: two a line, by theory."""
    return _all_chambers(tuple(map(tuple, rows)))


@cache
def _all_chambers(rows: Any) -> dict[tuple[int, ...], tuple[int, int]]:
    found: dict[tuple[int, ...], tuple[int, int]] = {}
    for point in product(range(-9, 10), repeat=2):
        signs = signs_at(rows, point)
        if all(s or not any(row) for s, row in zip(signs, rows, strict=True)):
            found.setdefault(signs, point)
    lines = {Fraction(row[1], row[0]) if row[0] else None for row in rows if any(row)}
    assert len(found) == 2 * len(lines)
    return found


def gradient(rows: Any, signs: Any, dual: Any, kappa: Fraction) -> Point:
    slopes = [1 if s > 0 else kappa for s in signs]
    return tuple(
        sum((d * v * row[j] for d, v, row in zip(slopes, dual, rows, strict=True)), Fraction(0))
        for j in (0, 1)
    )


def moved(rows: Any, signs: Any, c: Point, multipliers: dict[int, Fraction]) -> Point:
    """c + X'S lambda."""
    return tuple(
        c[j] + sum(signs[k] * value * rows[k][j] for k, value in multipliers.items()) for j in (0, 1)
    )


def best_multipliers(
    rows: Any, signs: Any, c: Point, size: Callable[[Point], Fraction] = DUAL_NORMS["2-norm"]
) -> tuple[Fraction, dict[int, Fraction]]:
    """The least norm(c + X'S lambda)^2 over lambda >= 0 in the plane: try every set of at most two rows.

    For another size than the 2-norm these are the candidates of the 2-norm: good, not best.
    """
    best: tuple[Fraction, dict[int, Fraction]] = (size(c), {})
    usable = [k for k, s in enumerate(signs) if s]
    candidates: list[dict[int, Fraction]] = []
    for k in usable:
        candidates.append({k: -signs[k] * inner(rows[k], c) / inner(rows[k], rows[k])})
    for k, j in combinations(usable, 2):
        (a, b), (e, f) = rows[k], rows[j]
        if a * f - b * e:
            determinant = Fraction(a * f - b * e)
            on_k, on_j = (-c[0] * f + c[1] * e) / determinant, (-c[1] * a + c[0] * b) / determinant
            candidates.append({k: signs[k] * on_k, j: signs[j] * on_j})
    for multipliers in candidates:
        if all(value >= 0 for value in multipliers.values()):
            end = moved(rows, signs, c, multipliers)
            found = (size(end), {k: v for k, v in multipliers.items() if v})
            best = min(best, found, key=lambda pair: pair[0])
    return best


def cancelling_multipliers(rows: Any, signs: Any, c: Point) -> tuple[Fraction, dict[int, Fraction]]:
    """The least square of the first coordinate of c + X'S lambda over lambda >= 0 that cancel the second,
    where the rows have 1: by at most two rows."""
    candidates: list[dict[int, Fraction]] = [{}] + [{k: -s * c[1]} for k, s in enumerate(signs)]
    for k, j in combinations(range(len(rows)), 2):
        x, z = rows[k][0], rows[j][0]
        if x != z:
            # a + b = -c[1] and x a + z b = -c[0].
            b = Fraction(x * c[1] - c[0]) / (z - x)
            candidates.append({k: signs[k] * (-c[1] - b), j: signs[j] * b})
    best: tuple[Fraction, dict[int, Fraction]] | None = None
    for multipliers in candidates:
        end = moved(rows, signs, c, multipliers)
        if end[1] == 0 and all(value >= 0 for value in multipliers.values()):
            found = (end[0] ** 2, {k: value for k, value in multipliers.items() if value})
            best = found if best is None else min(best, found, key=lambda pair: pair[0])
    assert best is not None
    return best


def dual_norm_squared(rows: Any, dual: Any, kappa: Fraction) -> Fraction:
    chambers = all_chambers(rows)
    return max(
        best_multipliers(rows, signs, gradient(rows, signs, [s * v for v in dual], kappa))[0]
        for signs in chambers
        for s in (1, -1)
    )


def loss_of(name: str, f: Fraction, y: Fraction) -> Fraction:
    """The losses with rational values, as textbooks write them."""
    kind, _, delta = name.partition(":")
    if kind == "huber":
        e, d = abs(f - y), Fraction(delta)
        return e**2 / 2 if e <= d else d * e - d**2 / 2
    return {
        "squared": (f - y) ** 2 / 2,
        "l1": abs(f - y),
        "hinge": max(ZERO, 1 - y * f),
        "squared-hinge": max(ZERO, 1 - y * f) ** 2 / 2,
    }[kind]


def conjugate_of(name: str, v: Fraction, y: Fraction) -> Fraction:
    """min_f loss(f; y) + v f, where it is finite."""
    return v * y if name in ("l1", "hinge") else v * y - v * v / 2


def in_domain(name: str, v: Fraction, y: Fraction) -> bool:
    kind, _, delta = name.partition(":")
    if kind in ("l1", "huber"):
        return abs(v) <= Fraction(delta or 1)
    return kind == "squared" or (v * y >= 0 and (kind != "hinge" or v * y <= 1))


def samples_of(problem: dict[str, Any]) -> list[int]:
    n = len(problem["X"])
    return list(range(n)) if problem["readout"] == "identity" else list(map(int, problem["readout"]))


def spread(problem: dict[str, Any], dual: Any) -> list[Fraction]:
    return [dual[sample] for sample in samples_of(problem)]


def skips_of(problem: dict[str, Any]) -> list[list[Fraction]]:
    """What the outputs may add beside neurons, one column a list, before pooling."""
    parts = problem.get("free", "").split("+")
    rows = [list(map(Fraction, row)) for row in problem["X"]]
    constant = {"intercept", "biases", "decayed-intercept"} & set(parts)
    ones = [[Fraction(1)] * len(rows)] if constant else []
    return ones + ([[row[j] for row in rows] for j in range(len(rows[0]))] if "linear" in parts else [])


def weights_of(problem: dict[str, Any]) -> list[Fraction]:
    return list(map(Fraction, problem.get("weights", ["1"] * len(problem["y"]))))


def decayed(problem: dict[str, Any]) -> bool:
    return bool(problem.get("free") == "decayed-intercept")


def columns_of_ones(problem: dict[str, Any]) -> list[int]:
    return [j for j in range(len(problem["X"][0])) if {row[j] for row in problem["X"]} == {"1"}]


def bias_of(problem: dict[str, Any]) -> int | None:
    return columns_of_ones(problem)[0] if "biases" in problem.get("free", "") else None


def without(vector: Any, place: int | None) -> list[Fraction]:
    return [x for j, x in enumerate(vector) if j != place]


def exact_objective(problem: dict[str, Any], hidden: Any, output: Any, skip: Any = ()) -> Fraction:
    kappa, beta = Fraction(problem["kappa"]), Fraction(problem["beta"])
    target = list(map(Fraction, problem["y"]))
    fit = [ZERO] * len(target)
    for row, sample in zip(problem["X"], samples_of(problem), strict=True):
        for w, alpha in zip(hidden, output, strict=True):
            t = inner(row, w)
            fit[sample] += alpha * (max(t, 0) + kappa * min(t, 0))
    for theta, column in zip(skip, skips_of(problem), strict=True):
        for b, sample in zip(column, samples_of(problem), strict=True):
            fit[sample] += theta * b
    hidden = [without(w, bias_of(problem)) for w in hidden]
    loss = ZERO
    for w, f, y in zip(weights_of(problem), fit, target, strict=True):
        loss += w * loss_of(problem["loss"], f, y)
    loss += beta / 2 * inner(skip, skip) if decayed(problem) else 0
    if problem["penalty"] == "2-norm":
        return loss + beta / 2 * sum((inner(w, w) + a * a for w, a in zip(hidden, output, strict=True)), ZERO)
    norm = sum if problem["penalty"] == "1-norm" else max
    return loss + beta * sum((norm(map(abs, w)) * abs(a) for w, a in zip(hidden, output, strict=True)), ZERO)


def dual_objective(problem: dict[str, Any], dual: Any) -> Fraction:
    value = ZERO
    for w, v, y in zip(weights_of(problem), dual, map(Fraction, problem["y"]), strict=True):
        value += w * conjugate_of(problem["loss"], Fraction(v) / w, y)
    if decayed(problem):
        value -= sum(spread(problem, dual), ZERO) ** 2 / (2 * Fraction(problem["beta"]))
    return value


def text(value: Any) -> str:
    return str(Fraction(value))


def problem_document(rows: Any, target: Any, beta: Any, kappa: Any = 0, **other: Any) -> dict[str, Any]:
    return {
        **PROBLEM,
        "loss": "squared",
        "penalty": "2-norm",
        "readout": "identity",
        **other,
        "kappa": text(kappa),
        "beta": text(beta),
        "X": [[text(x) for x in row] for row in rows],
        "y": [text(v) for v in target],
    }


def certificate_document(
    problem: dict[str, Any], dual: Any, hidden: Any, output: Any, skip: Any = ()
) -> dict[str, Any]:
    """The honest certificate; where the dual is infeasible it holds the best that can be done."""
    rows = [tuple(map(Fraction, row)) for row in problem["X"]]
    beta, kappa = Fraction(problem["beta"]), Fraction(problem["kappa"])
    size, values = DUAL_NORMS.get(problem["penalty"], DUAL_NORMS["inf-norm"]), spread(problem, dual)
    entries = []
    for signs, witness in all_chambers(rows).items():
        entry: dict[str, Any] = {"witness": [text(u) for u in witness]}
        for name, s in (("plus", 1), ("minus", -1)):
            c = gradient(rows, signs, [s * v for v in values], kappa)
            if bias_of(problem) is not None:
                multipliers = cancelling_multipliers(rows, signs, c)[1]
            else:
                multipliers = best_multipliers(rows, signs, c, size)[1] if size(c) > beta**2 else {}
            entry[name] = {str(k): text(value) for k, value in multipliers.items()}
        entries.append(entry)
    return {
        **CERTIFICATE,
        "problem": digest(problem),
        "lower": text(dual_objective(problem, dual)),
        "upper": text(exact_objective(problem, hidden, output, skip)),
        "dual": [text(v) for v in dual],
        "network": {
            "hidden": [[text(x) for x in w] for w in hidden],
            "output": [text(a) for a in output],
            **({"skip": [text(t) for t in skip]} if skip else {}),
        },
        "chambers": entries,
    }


def digest(problem: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(problem, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class Case:
    """A problem and a certificate, as documents, and what is done to their texts at the end."""

    problem: dict[str, Any]
    certificate: dict[str, Any]
    respell: Callable[[str], str] = str

    def texts(self) -> tuple[str, str]:
        return json.dumps(self.problem), self.respell(json.dumps(self.certificate))

    def check(self) -> checker.Verdict:
        return checker.check_documents(*self.texts())


def honest(kappa: Fraction = ZERO) -> Case:
    """A case with nothing wrong, every part of it used: beta as tight as a thousandth allows."""
    return deepcopy(_honest(kappa))


@cache
def _honest(kappa: Fraction) -> Case:
    square = dual_norm_squared(ROWS, DUAL, kappa)
    beta = Fraction(math.isqrt(math.floor(square * 10**6)) + 1, 10**3)
    problem = problem_document(ROWS, TARGET, beta, kappa)
    return Case(problem, certificate_document(problem, DUAL, HIDDEN, OUTPUT))


def honest_skip() -> Case:
    """A case with a free intercept and a free linear skip, and room under beta."""
    problem = problem_document(ROWS, TARGET, 12, version=2, free="intercept+linear")
    return Case(problem, certificate_document(problem, SKIPPED_DUAL, HIDDEN, OUTPUT, SKIPPED_SKIP))


def honest_biases(penalty: str = "2-norm") -> Case:
    """A case with free biases, beta as tight as it can be: in the plane the semi-norm is an absolute
    value, whatever the norm."""
    square = max(
        cancelling_multipliers(
            BIASED_ROWS, signs, gradient(BIASED_ROWS, signs, [s * v for v in BIASED_DUAL], ZERO)
        )[0]
        for signs in all_chambers(BIASED_ROWS)
        for s in (1, -1)
    )
    beta = Fraction(math.isqrt(square.numerator), math.isqrt(square.denominator))
    assert beta**2 == square
    problem = problem_document(BIASED_ROWS, BIASED_TARGET, beta, version=2, free="biases", penalty=penalty)
    return Case(problem, certificate_document(problem, BIASED_DUAL, HIDDEN, OUTPUT, BIASED_SKIP))


def honest_weights() -> Case:
    """A case whose samples have weights, and nothing free."""
    problem = problem_document(ROWS, TARGET, 12, version=3, free="nothing", weights=list(map(text, WEIGHTS)))
    return Case(problem, certificate_document(problem, DUAL, HIDDEN, OUTPUT))


def honest_decay() -> Case:
    """A case with a decayed intercept, whose dual need not sum to zero."""
    problem = problem_document(ROWS, TARGET, 12, version=2, free="decayed-intercept")
    return Case(problem, certificate_document(problem, DUAL, HIDDEN, OUTPUT, BIASED_SKIP))


# What is wrong, decided without the checker.


def in_integers(X: list[list[str]]) -> list[int]:
    """The entries over their common denominator."""
    entries = [Fraction(x) for row in X for x in row]
    scale = math.lcm(*(x.denominator for x in entries))
    return [int(x * scale) for x in entries]


def canonical_rational(value: Any) -> bool:
    try:
        return type(value) is str and str(Fraction(value)) == value and len(value) <= 4000
    except (ValueError, ZeroDivisionError):
        return False


def repeats_a_key(document: str) -> bool:
    repeats = []

    def watch(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        repeats.append(len(dict(pairs)) < len(pairs))
        return dict(pairs)

    json.loads(document, object_pairs_hook=watch)
    return any(repeats)


def format_defect(case: Case) -> bool:
    """Whether either text is outside the format as documented."""
    spelled = case.texts()
    try:
        if any(repeats_a_key(document) for document in spelled):
            return True
        problem, certificate = map(json.loads, spelled)
        version = problem["version"]
        more, known = LATER.get(version, LATER[1])
        later = version > 1 and problem["free"] != "nothing"
        if version > 1 and problem["free"] not in known:
            return True
        if problem.keys() != {*PROBLEM, *PROBLEM_FIELDS, *more} or certificate.keys() != {
            *CERTIFICATE,
            *CERTIFICATE_FIELDS,
        }:
            return True
        kind, colon, delta = problem["loss"].partition(":")
        if kind not in {"squared", "l1", "huber", *LABELLED} or (kind == "huber") != bool(colon):
            return True
        if problem["penalty"] not in DUAL_NORMS or (colon and not canonical_rational(delta)):
            return True
        samples, identity = problem["readout"], [str(k) for k in range(len(problem["X"]))]
        if samples != "identity" and (
            len(samples) != len(identity) or samples == identity or not set(samples) <= set(identity)
        ):
            return True
        fixed = [(problem["format"], PROBLEM["format"]), (version, version if version in LATER else 1)]
        fixed += [(certificate[name], value) for name, value in CERTIFICATE.items()]
        if any(json.dumps(found) != json.dumps(value) for found, value in fixed):
            return True
        network, rows = certificate["network"], len(problem["X"])
        n = rows if samples == "identity" else len(problem["y"])
        d = len(problem["X"][0])
        if (
            network.keys() != {"hidden", "output", *({"skip"} if later else ())}
            or type(certificate["problem"]) is not str
        ):
            return True
        vectors = [(row, d) for row in problem["X"]] + [(problem["y"], n), (certificate["dual"], n)]
        vectors += [(row, d) for row in network["hidden"]] + [(network["output"], len(network["hidden"]))]
        vectors += [(network["skip"], len(skips_of(problem)))] if later else []
        vectors += [(problem["weights"], n)] if version == 3 else []
        numbers = [problem["beta"], problem["kappa"], certificate["lower"], certificate["upper"]]
        for chamber in certificate["chambers"]:
            if chamber.keys() != {"witness", "plus", "minus"}:
                return True
            vectors.append((chamber["witness"], d))
            for part in (chamber["plus"], chamber["minus"]):
                if any(
                    not (k.isascii() and k.isdigit() and str(int(k)) == k and int(k) < rows) for k in part
                ):
                    return True
                if any(not any(map(Fraction, problem["X"][int(k)])) for k in part):
                    return True
                numbers += part.values()
        if any(type(vector) is not list or len(vector) != length for vector, length in vectors):
            return True
        numbers += [value for vector, _ in vectors for value in vector]
        if version == 3 and set(problem["weights"]) == {"1"}:
            return True
        joint = [[x for row in problem["X"] for x in row], problem["y"], certificate["dual"]]
        joint += [[x for row in network["hidden"] for x in row], network["output"] + network.get("skip", [])]
        for chamber in certificate["chambers"]:
            joint += [chamber["witness"], *(list(chamber[name].values()) for name in ("plus", "minus"))]
        if version == 3 and all(map(canonical_rational, problem["weights"])):
            weights = [w for w in map(Fraction, problem["weights"]) if w]
            joint += [list(map(text, weights)) + [text(1 / w) for w in weights]]
        return (
            not all(map(canonical_rational, numbers))
            or any(math.lcm(*(Fraction(x).denominator for x in part)) >= 10**4000 for part in joint)
            or any(len(str(abs(x))) > max(40, 4000 // min(rows, d)) for x in in_integers(problem["X"]))
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return True


def defects(case: Case) -> set[str]:
    """Everything wrong with a case; empty for a proof."""
    if format_defect(case):
        return {"format"}
    problem, certificate = case.problem, case.certificate
    rows = [tuple(map(Fraction, row)) for row in problem["X"]]
    target, loss = list(map(Fraction, problem["y"])), problem["loss"]
    beta, kappa = Fraction(problem["beta"]), Fraction(problem["kappa"])
    dual = list(map(Fraction, certificate["dual"]))
    hidden = [list(map(Fraction, w)) for w in certificate["network"]["hidden"]]
    output = list(map(Fraction, certificate["network"]["output"]))
    skip = list(map(Fraction, certificate["network"].get("skip", [])))
    found = set()
    if "biases" in problem.get("free", "") and len(columns_of_ones(problem)) != 1:
        return {"ones"}
    weights = weights_of(problem)
    if any(w <= 0 for w in weights):
        return {"weights"}
    if not decayed(problem) and any(inner(column, spread(problem, dual)) for column in skips_of(problem)):
        found.add("free")
    if beta <= 0:
        found.add("beta")
    if kappa >= 1:
        found.add("kappa")
    if certificate["problem"] != digest(problem):
        found.add("digest")
    if Fraction(loss.partition(":")[2] or 1) <= 0:
        found.add("delta")
    if loss in LABELLED and any(abs(y) != 1 for y in target):
        found.add("labels")
    if not all(in_domain(loss, v / w, y) for w, v, y in zip(weights, dual, target, strict=True)):
        found.add("domain")
    if Fraction(certificate["upper"]) != exact_objective(problem, hidden, output, skip):
        found.add("upper")
    if Fraction(certificate["lower"]) != dual_objective(problem, dual):
        found.add("lower")
    listed = [signs_at(rows, list(map(Fraction, entry["witness"]))) for entry in certificate["chambers"]]
    true = set(all_chambers(rows))
    if set(listed) - true:
        found.add("outside")
    if len(set(listed)) < len(listed):
        found.add("repeated")
    if true - set(listed):
        found.add("incomplete")
    for signs, entry in zip(listed, certificate["chambers"], strict=True):
        for name, s in (("plus", 1), ("minus", -1)):
            multipliers = {int(k): Fraction(v) for k, v in entry[name].items()}
            if any(value <= 0 for value in multipliers.values()):
                found.add("negative")
            c = gradient(rows, signs, [s * v for v in spread(problem, dual)], kappa)
            end, bias = moved(rows, signs, c, multipliers), bias_of(problem)
            if bias is not None and end[bias]:
                found.add("bias")
            if DUAL_NORMS[problem["penalty"]](without(end, bias)) > beta**2:
                found.add(f"bound {name}")
    return found
