"""Forged certificates: changes of an honest one, what each breaks, and the reason the checker must give."""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

from brute_force import (
    BIASED_DUAL,
    BIASED_ROWS,
    BIASED_SKIP,
    BIASED_TARGET,
    DUAL,
    HIDDEN,
    OUTPUT,
    PEAK,
    ROWS,
    SKIPPED_DUAL,
    SKIPPED_SKIP,
    TARGET,
    Case,
    certificate_document,
    defects,
    digest,
    dual_norm_squared,
    dual_objective,
    exact_objective,
    gradient,
    honest,
    honest_biases,
    honest_decay,
    honest_skip,
    honest_weights,
    problem_document,
    signs_at,
    text,
)

Edit = Callable[[Case], Case]


@dataclass(frozen=True)
class Mutation:
    """A change, the reason the checker must give, and what the change breaks."""

    edit: Edit
    reason: str
    breaks: str


MUTATIONS: dict[str, Mutation] = {}


def mutation(name: str, reason: str, breaks: str = "format") -> Callable[[Callable[[Any, Any], Any]], None]:
    """Register a change of copies of the two documents; what it returns, if anything, is a new case."""

    def register(change: Callable[[Any, Any], Any]) -> None:
        def edit(case: Case) -> Case:
            problem, certificate = deepcopy(case.problem), deepcopy(case.certificate)
            result = change(problem, certificate)
            return result if isinstance(result, Case) else Case(problem, certificate)

        assert name not in MUTATIONS
        MUTATIONS[name] = Mutation(edit, reason, breaks)

    return register


def respelled(name: str, change: Callable[[str], str], reason: str) -> None:
    """Register a change of the certificate's text."""
    MUTATIONS[name] = Mutation(lambda case: replace(case, respell=change), reason, "format")


def with_multipliers(c: Any, name: str = "plus") -> dict[str, str]:
    """The multipliers of the first chamber that needs some."""
    return next(entry[name] for entry in c["chambers"] if entry[name])


def restated(p: Any, c: Any) -> None:
    """Recompute both bounds and the digest, so that only what was changed is wrong."""
    c["lower"] = text(dual_objective(p, list(map(Fraction, c["dual"]))))
    hidden = [list(map(Fraction, w)) for w in c["network"]["hidden"]]
    skip = list(map(Fraction, c["network"].get("skip", [])))
    c["upper"] = text(exact_objective(p, hidden, list(map(Fraction, c["network"]["output"])), skip))
    c["problem"] = digest(p)


def infeasible(factor: Fraction = Fraction(3, 2)) -> Case:
    """A dual scaled beyond beta, everything else as good as it can be: a false bound for a forger to sell."""
    case = honest()
    return Case(case.problem, certificate_document(case.problem, [factor * v for v in DUAL], HIDDEN, OUTPUT))


def bad_chambers(case: Case) -> list[int]:
    """The chambers on which the bound fails."""
    return [
        i
        for i in range(len(case.certificate["chambers"]))
        if any(name.startswith("bound") for name in defects(only(case, i)))
    ]


def only(case: Case, i: int) -> Case:
    return Case(case.problem, {**case.certificate, "chambers": [case.certificate["chambers"][i]]})


# Chambers: the list.


@mutation("chamber dropped", "chambers: 5 are listed, but there are more than 5", "incomplete")
def _(p, c):
    del c["chambers"][0]


@mutation("all chambers dropped", "chambers: 0 are listed, but there are more than 0", "incomplete")
def _(p, c):
    c["chambers"].clear()


@mutation("bad chamber dropped", "chambers: .* listed, but there are more than", "incomplete")
def _(p, c):
    case = infeasible()
    bad = bad_chambers(case)
    assert bad
    case.certificate["chambers"] = [e for i, e in enumerate(case.certificate["chambers"]) if i not in bad]
    return case


@mutation("chamber repeated", r"chambers\[6\] is the same chamber as chambers\[0\]", "repeated")
def _(p, c):
    c["chambers"].append(c["chambers"][0])


@mutation(
    "chamber replaced by a scaled copy", r"chambers\[5\] is the same chamber as chambers\[0\]", "repeated"
)
def _(p, c):
    c["chambers"][5] = deepcopy(c["chambers"][0])
    c["chambers"][5]["witness"] = [text(Fraction(u) * Fraction(7, 3)) for u in c["chambers"][5]["witness"]]


@mutation("bad chambers replaced by copies", r"is the same chamber as", "repeated")
def _(p, c):
    case = infeasible()
    bad = bad_chambers(case)
    good = next(i for i in range(6) if i not in bad)
    for i in bad:
        case.certificate["chambers"][i] = case.certificate["chambers"][good]
    return case


@mutation("witness zero", r"chambers\[0\]: the witness is on the hyperplane of row 0", "outside")
def _(p, c):
    c["chambers"][0]["witness"] = ["0", "0"]


@mutation("bad chamber replaced by zero", "the witness is on the hyperplane of row 0", "outside")
def _(p, c):
    return bad_chamber_replaced_by(["0", "0"])


@mutation("witness on a hyperplane", "the witness is on the hyperplane of row 3", "outside")
def _(p, c):
    c["chambers"][0]["witness"] = ["1", "1"]


@mutation("witness on the last hyperplane", "the witness is on the hyperplane of row 5", "outside")
def _(p, c):
    c["chambers"][0]["witness"] = ["5", "0"]


@mutation("witness negated", r"is the same chamber as", "repeated")
def _(p, c):
    c["chambers"][0]["witness"] = [text(-Fraction(u)) for u in c["chambers"][0]["witness"]]


def bad_chamber_replaced_by(witness: list[str]) -> Case:
    """The one chamber that refutes a false dual gives way to a point that is in no chamber."""
    problem = problem_document(ROWS, TARGET, Fraction(19, 2))
    case = Case(problem, certificate_document(problem, PEAK, HIDDEN, OUTPUT))
    (bad,) = bad_chambers(case)
    case.certificate["chambers"][bad] = {"witness": witness, "plus": {}, "minus": {}}
    return case


# Witnesses: the entries.


@mutation("witness a float", r"chambers\[0\].witness: .* is not a string such as")
def _(p, c):
    c["chambers"][0]["witness"] = [float(Fraction(u)) for u in c["chambers"][0]["witness"]]


@mutation("witness an integer", r"chambers\[0\].witness: .* is not a string such as")
def _(p, c):
    c["chambers"][0]["witness"] = [int(u) for u in c["chambers"][0]["witness"]]


@mutation("witness a boolean", r"witness: False is not a string such as")
def _(p, c):
    chamber = signs_at(ROWS, (0, 1))
    entry = next(e for e in c["chambers"] if signs_at(ROWS, list(map(int, e["witness"]))) == chamber)
    entry["witness"] = [False, True]


@mutation("witness null", r"witness: None is not a string such as")
def _(p, c):
    c["chambers"][0]["witness"][0] = None


@mutation("witness too long", r"chambers\[0\].witness has 3 entries, not 2")
def _(p, c):
    c["chambers"][0]["witness"].append("0")


@mutation("witness too short", r"chambers\[0\].witness has 1 entries, not 2")
def _(p, c):
    c["chambers"][0]["witness"].pop()


@mutation("witness no list", r"chambers\[0\].witness is not a list")
def _(p, c):
    c["chambers"][0]["witness"] = "12"


@mutation("witness huge", r"chambers\[0\].witness: a number of 400\d digits; the limit is 4000")
def _(p, c):
    c["chambers"][0]["witness"] = [u + "0" * 4000 if u != "0" else u for u in c["chambers"][0]["witness"]]


@mutation("common denominator huge", "X: the common denominator has more than 4000 digits")
def _(p, c):
    for k, denominator in ((3, 10**2001), (5, 10**2001 + 1)):
        p["X"][k] = [text(Fraction(x) * (1 - Fraction(1, denominator))) for x in p["X"][k]]
    c["network"] = {"hidden": [], "output": []}
    restated(p, c)


@mutation("long integers", "X: over the common denominator an integer has more than 2000 digits")
def _(p, c):
    p["X"][3] = [text(Fraction(x) * (1 - Fraction(1, 10**2002))) for x in p["X"][3]]
    c["network"] = {"hidden": [], "output": []}
    restated(p, c)


@mutation("common denominator of targets huge", "y: the common denominator has more than 4000 digits")
def _(p, c):
    # The bounds are then too long to be written: this keeps the checker from finding them in minutes.
    p["y"] = long_fractions(p["y"])


def long_fractions(values: list[str]) -> list[str]:
    """Each a little less, by long denominators without common factors."""
    return [text(Fraction(x) * (1 - Fraction(1, 10**2001 + j))) for j, x in enumerate(values)]


@mutation(
    "common denominator of hidden weights huge", "hidden: the common denominator has more than 4000 digits"
)
def _(p, c):
    # The objective is then too long to be written: this keeps the checker from finding it in hours.
    c["network"]["hidden"] = [long_fractions(w) for w in c["network"]["hidden"]]


@mutation(
    "common denominator of output weights huge", "output: the common denominator has more than 4000 digits"
)
def _(p, c):
    c["network"]["output"] = long_fractions(c["network"]["output"])


@mutation(
    "common denominator of a witness huge", r"chambers\[0\].witness: the common denominator has more than"
)
def _(p, c):
    witness = [text(10**6 * Fraction(u) + 1) for u in c["chambers"][0]["witness"]]
    c["chambers"][0]["witness"] = long_fractions(witness)


@mutation(
    "common denominator of multipliers huge", r"chambers\[\d\].plus: the common denominator has more than"
)
def _(p, c):
    # Equal rows may share a multiplier, and a larger beta leaves room.
    problem = problem_document(ROWS, TARGET, 50)
    case = Case(problem, certificate_document(problem, DUAL, HIDDEN, OUTPUT))
    case.certificate["chambers"][0]["plus"] = dict(zip("34", long_fractions(["1/100", "1/100"]), strict=True))
    return case


# The dual.


@mutation("dual scaled up", r"chambers\[\d\].(plus|minus): the bound .* fails", "bound plus")
def _(p, c):
    c["dual"] = [text(2 * Fraction(v)) for v in c["dual"]]
    restated(p, c)


@mutation("dual too long by a hair", r"chambers\[\d\].(plus|minus): the bound .* fails", "bound plus")
def _(p, c):
    # The honest beta leaves room for that, so here it is the dual norm itself, rounded down in digit 20.
    square = dual_norm_squared(ROWS, DUAL, Fraction(0))
    beta = Fraction(math.isqrt(math.floor(square * 10**40)), 10**20)
    tight = problem_document(ROWS, TARGET, beta)
    return Case(tight, certificate_document(tight, DUAL, HIDDEN, OUTPUT))


@mutation("signs of the dual flipped", r"the bound .* fails", "bound plus")
def _(p, c):
    c["dual"] = [text(-Fraction(v)) for v in c["dual"]]
    restated(p, c)


@mutation("best effort for an infeasible dual", r"the bound .* fails", "bound plus")
def _(p, c):
    return infeasible()


@mutation("dual too short", "dual has 5 entries, not 6")
def _(p, c):
    c["dual"].pop()


@mutation("dual too long", "dual has 7 entries, not 6")
def _(p, c):
    c["dual"].append("0")


@mutation("dual not a number", "dual: nan is not a string such as")
def _(p, c):
    c["dual"][0] = math.nan


@mutation("dual infinite", "dual: inf is not a string such as")
def _(p, c):
    c["dual"][0] = math.inf


def spelling(name: str, spelled: str) -> None:
    """Another way to write the value 1/2, 1 or 0, or none at all, in the dual."""

    @mutation(f"spelled {name}", r"dual: '.*' is not a string such as")
    def _(p, c):
        c["dual"][0] = spelled


for _name, _spelled in {
    "1/0": "1/0",
    "scientific": "1e0",
    "decimal": "1.0",
    "plus": "+1",
    "leading space": " 1",
    "trailing newline": "1\n",
    "leading zero": "01",
    "zero denominator part": "1/01",
    "minus zero": "-0",
    "negative denominator": "-1/-1",
    "underscore": "1_0",
    "other digits": "\u0661",
    "nan": "nan",
    "empty": "",
    "hexadecimal": "0x1",
}.items():
    spelling(_name, _spelled)


@mutation("not in lowest terms", "dual: 2/4 is not in lowest terms")
def _(p, c):
    assert c["dual"][1] == "-1/2"
    c["dual"][1] = "2/4"


@mutation("same value not in lowest terms", "dual: -2/4 is not in lowest terms")
def _(p, c):
    assert c["dual"][1] == "-1/2"
    c["dual"][1] = "-2/4"


@mutation("denominator one", "dual: 1/1 is not in lowest terms")
def _(p, c):
    assert c["dual"][0] == "1"
    c["dual"][0] = "1/1"


# Multipliers.


@mutation("multipliers dropped", r".plus: the bound .* fails", "bound plus")
def _(p, c):
    for entry in c["chambers"]:
        entry["plus"] = {}


@mutation("multipliers for minus dropped", r".minus: the bound .* fails", "bound minus")
def _(p, c):
    for entry in c["chambers"]:
        entry["minus"] = {}


@mutation("one multiplier dropped", r".plus: the bound .* fails", "bound plus")
def _(p, c):
    with_multipliers(c).clear()


@mutation("multiplier negated", r"the multiplier is not positive", "negative")
def _(p, c):
    part = with_multipliers(c)
    key = next(iter(part))
    part[key] = "-" + part[key]


@mutation("multiplier zero", r"the multiplier is not positive", "negative")
def _(p, c):
    next(e for e in c["chambers"] if not e["plus"])["plus"] = {"0": "0"}


@mutation("negative multipliers and the zero network", r"the multiplier is not positive", "negative")
def _(p, c):
    return zero_network_by_negative_multipliers()


def zero_network_by_negative_multipliers() -> Case:
    """Multipliers of any sign cancel every gradient: they "prove" zero optimal where it is not."""
    problem = problem_document(ROWS, TARGET, 1)
    case = Case(problem, certificate_document(problem, TARGET, [], []))
    assert dual_norm_squared(ROWS, TARGET, Fraction(0)) > 1
    for i in bad_chambers(case):
        entry = case.certificate["chambers"][i]
        signs = signs_at(ROWS, list(map(Fraction, entry["witness"])))
        for name, s in (("plus", 1), ("minus", -1)):
            c = gradient(ROWS, signs, [s * v for v in TARGET], Fraction(0))
            (a, b), (e, f) = ROWS[0], ROWS[3]
            determinant = Fraction(a * f - b * e)
            pair = {0: signs[0] * (-c[0] * f + c[1] * e) / determinant}
            pair[3] = signs[3] * (-c[1] * a + c[0] * b) / determinant
            entry[name] = {str(k): text(v) for k, v in pair.items() if v}
    return case


@mutation("multipliers of plus and minus exchanged", r"the bound .* fails", "bound plus")
def _(p, c):
    for entry in c["chambers"]:
        entry["plus"], entry["minus"] = entry["minus"], entry["plus"]


@mutation("multiplier moved to another row", r"the bound .* fails", "bound plus")
def _(p, c):
    case = Case(p, c)
    for entry in c["chambers"]:
        for key, row in product(list(entry["plus"]), ("0", "1", "3", "4", "5")):
            if row not in entry["plus"]:
                before = dict(entry["plus"])
                entry["plus"][row] = entry["plus"].pop(key)
                # A move between parallel rows may stay valid: only a move that breaks the bound is a
                # mutation.
                if "bound plus" in defects(case):
                    return
                entry["plus"] = before
    raise AssertionError("no move breaks the bound")


@mutation("multipliers moved to another chamber", r"the bound .* fails", "bound plus")
def _(p, c):
    for source, sink in product(c["chambers"], repeat=2):
        if source["plus"] and not sink["plus"]:
            sink["plus"], source["plus"] = source["plus"], {}
            return


@mutation("multiplier too small", r".plus: the bound .* fails", "bound plus")
def _(p, c):
    part = with_multipliers(c)
    key = next(iter(part))
    part[key] = text(Fraction(part[key]) / 2)


@mutation("multiplier too large", r".plus: the bound .* fails", "bound plus")
def _(p, c):
    part = with_multipliers(c)
    key = next(iter(part))
    part[key] = text(Fraction(part[key]) * 10)


@mutation("multiplier on a zero row", r"chambers\[0\]: a multiplier on the zero row 2")
def _(p, c):
    c["chambers"][0]["plus"]["2"] = "1"


def key_spelling(name: str, change: Callable[[str], str]) -> None:
    @mutation(f"row number {name}", r"is not a row number from '0' to '5'")
    def _(p, c):
        part = with_multipliers(c)
        key = next(iter(part))
        part[change(key)] = part.pop(key)


for _name, _change in {
    "aliased by a zero": lambda k: "0" + k,
    "aliased by a space": lambda k: " " + k,
    "counted from the end": lambda k: str(int(k) - 6),
    "out of range": lambda k: "6",
    "minus one": lambda k: "-1",
    "far out of range": lambda k: "9" * 5000,
    "empty": lambda k: "",
    "a fraction": lambda k: k + ".0",
}.items():
    key_spelling(_name, _change)


@mutation("multipliers a list", r"chambers\[0\].plus is not an object")
def _(p, c):
    c["chambers"][0]["plus"] = []


@mutation("multiplier a float", r"chambers\[\d\].plus\[\d\]: .* is not a string such as")
def _(p, c):
    part = with_multipliers(c)
    key = next(iter(part))
    part[key] = math.ceil(Fraction(part[key]) * 2**20) / 2**20


# The network and the bounds.


@mutation("upper bound lowered", "upper: not the objective of the network", "upper")
def _(p, c):
    c["upper"] = text(Fraction(c["upper"]) - Fraction(1, 1000))


@mutation("upper bound raised", "upper: not the objective of the network", "upper")
def _(p, c):
    c["upper"] = text(Fraction(c["upper"]) + Fraction(1, 1000))


@mutation("lower bound raised", "lower: not the value of the dual", "lower")
def _(p, c):
    c["lower"] = text(Fraction(c["lower"]) + Fraction(1, 10**30))


@mutation("lower bound lowered", "lower: not the value of the dual", "lower")
def _(p, c):
    c["lower"] = text(Fraction(c["lower"]) - 1)


@mutation("neuron dropped", "upper: not the objective of the network", "upper")
def _(p, c):
    c["network"]["hidden"].pop()
    c["network"]["output"].pop()


@mutation("neuron without output", "output has 1 entries, not 2")
def _(p, c):
    c["network"]["output"].pop()


@mutation("output without neuron", "output has 2 entries, not 1")
def _(p, c):
    c["network"]["hidden"].pop()


@mutation("neuron too long", r"hidden\[0\] has 3 entries, not 2")
def _(p, c):
    c["network"]["hidden"][0].append("0")


@mutation("network transposed away", "hidden is not a list")
def _(p, c):
    c["network"]["hidden"] = {"0": ["1", "2"]}


# Fields and text.


@mutation("unknown field", "certificate: unknown field 'note'")
def _(p, c):
    c["note"] = "trust me"


@mutation("unknown field of a chamber", r"chambers\[0\]: unknown field 'proven'")
def _(p, c):
    c["chambers"][0]["proven"] = "yes"


@mutation("unknown field of the network", "network: unknown field 'bias'")
def _(p, c):
    c["network"]["bias"] = []


@mutation("missing field", "certificate: missing field 'dual'")
def _(p, c):
    del c["dual"]


@mutation("missing field of a chamber", r"chambers\[0\]: missing field 'minus'")
def _(p, c):
    del c["chambers"][0]["minus"]


@mutation("another format", "certificate: format is 'convex-landscape problem'")
def _(p, c):
    c["format"] = "convex-landscape problem"


@mutation("the files the other way round", "problem: format is 'convex-landscape certificate'")
def _(p, c):
    return Case(c, p)


@mutation("another version", "certificate: version is 4, not 1, 2 or 3")
def _(p, c):
    c["version"] = 4


@mutation("another version of the problem", "problem: version is 9, not 1, 2, 3 or 4")
def _(p, c):
    return Case({**p, "version": 9, "later": []}, c)


@mutation("version true", "certificate: version is True, not 1, 2 or 3")
def _(p, c):
    c["version"] = True


@mutation("version a float", "certificate: version is 1.0, not 1, 2 or 3")
def _(p, c):
    c["version"] = 1.0


@mutation("another problem's certificate", "certificate: written for another problem", "digest")
def _(p, c):
    other = honest(Fraction(1, 2))
    return Case(p, other.certificate)


@mutation("digest changed", "certificate: written for another problem", "digest")
def _(p, c):
    c["problem"] = "0" * 64


@mutation("problem changed under the certificate", "certificate: written for another problem", "digest")
def _(p, c):
    p["y"][0] = "2"


@mutation("digest not a string", "certificate: problem is not a string")
def _(p, c):
    c["problem"] = None


respelled("truncated", lambda t: t[: len(t) // 2], "not one JSON value")
respelled("last brace missing", lambda t: t[:-1], "not one JSON value")
respelled("trailing text", lambda t: t + " proven", "not one JSON value.*Extra data")
respelled("two documents", lambda t: t + t, "not one JSON value.*Extra data")
respelled("empty", lambda t: "", "not one JSON value")
respelled("a list", lambda t: "[]", "certificate is not an object")
respelled("null", lambda t: "null", "certificate is not an object")
respelled("byte order mark", lambda t: "\ufeff" + t, "not one JSON value")
respelled("too deep", lambda t: "[" * 100_000, "not one JSON value")
respelled("duplicate field", lambda t: '{"lower": "0", ' + t[1:], "duplicate key 'lower'")
respelled(
    "duplicate row",
    lambda t: t.replace('"plus": {"', '"plus": {"0": "9", "0": "9", "', 1),
    "duplicate key '0'",
)
respelled(
    "huge integer", lambda t: t.replace('"version": 1', '"version": 1' + "0" * 5000), "not one JSON value"
)


# The problem.


@mutation("beta zero", "problem: beta is 0, not positive", "beta")
def _(p, c):
    return with_beta(Fraction(0))


@mutation("beta negative", "problem: beta is .*, not positive", "beta")
def _(p, c):
    return with_beta(-Fraction(p["beta"]))


def with_beta(beta: Fraction) -> Case:
    """A certificate that is in order but for the sign of beta."""
    problem = problem_document(ROWS, TARGET, beta)
    dual = DUAL if beta else [Fraction(0)] * 6
    return Case(problem, certificate_document(problem, dual, [], []))


def with_loss(
    loss: str, dual: list[Fraction], *, target: Any = TARGET, network: bool = True, penalty: str = "2-norm"
) -> Case:
    """The best certificate for another problem on the same rows: beta so large that the dual is feasible."""
    problem = problem_document(ROWS, target, 50, loss=loss, penalty=penalty)
    hidden, output = (HIDDEN, OUTPUT) if network else ([], [])
    if penalty == "3-norm":
        claim = certificate_document({**problem, "penalty": "inf-norm"}, dual, hidden, output)
        return Case(problem, {**claim, "problem": digest(problem)})
    return Case(problem, certificate_document(problem, dual, hidden, output))


@mutation("kappa one", "problem: kappa is 1, not below 1", "kappa")
def _(p, c):
    return honest(Fraction(1))


@mutation("kappa above one", "problem: kappa is 3/2, not below 1", "kappa")
def _(p, c):
    return honest(Fraction(3, 2))


@mutation("problem with another loss", "certificate: written for another problem", "digest")
def _(p, c):
    p["loss"] = "l1"


@mutation("problem with an unknown loss", "problem: loss is 'cubic', not huber:DELTA or one of squared, l1")
def _(p, c):
    p["loss"] = "cubic"


@mutation("loss not a string", "problem: loss is not a string")
def _(p, c):
    p["loss"] = ["squared"]


@mutation("huber without delta", "problem: loss is 'huber', not huber:DELTA")
def _(p, c):
    p["loss"] = "huber"


@mutation("huber with a decimal", "problem: loss: delta: '0.5' is not a string such as")
def _(p, c):
    p["loss"] = "huber:0.5"


@mutation("huber of zero", "problem: loss: delta is 0, not positive", "delta")
def _(p, c):
    return with_loss("huber:0", dual=[Fraction(0)] * 6, network=False)


@mutation("labels that are none", "problem: y has the entry 2, but hinge needs labels 1 and -1", "labels")
def _(p, c):
    return with_loss("hinge", [Fraction(1, 4)] * 6, target=[1, 1, 2, 1, 1, 1])


@mutation("dual outside the domain", "dual: entry 5 is outside the domain .* of the l1 loss", "domain")
def _(p, c):
    return with_loss("l1", [Fraction(0)] * 5 + [Fraction(-9, 8)])


@mutation(
    "hinge dual of the wrong sign", "dual: entry 0 is outside the domain .* of the hinge loss", "domain"
)
def _(p, c):
    return with_loss("hinge", [Fraction(-1, 8)] + [Fraction(1, 4)] * 5, target=[1] * 6)


@mutation("problem with another penalty", "certificate: written for another problem", "digest")
def _(p, c):
    p["penalty"] = "1-norm"


@mutation("problem with an unknown penalty", "problem: penalty is '3-norm', not one of 2-norm, 1-norm")
def _(p, c):
    return with_loss("squared", DUAL, penalty="3-norm")


@mutation("penalty not a string", "problem: penalty is None, not one of")
def _(p, c):
    p["penalty"] = None


@mutation("bound of the 2-norm sold for the inf-norm", "norm_.* <= beta fails", "bound plus")
def _(p, c):
    p["penalty"] = "inf-norm"
    restated(p, c)


@mutation("dual scaled up with the 1-norm", "norm_.* <= beta fails", "bound plus")
def _(p, c):
    case = with_loss("squared", DUAL, penalty="1-norm")
    beta = Fraction(case.problem["beta"]) / 50
    problem = {**case.problem, "beta": text(beta)}
    return Case(problem, certificate_document(problem, DUAL, HIDDEN, OUTPUT))


@mutation("readout a number", "problem: readout is not a list")
def _(p, c):
    p["readout"] = 0


@mutation("readout too short", "problem: readout has 5 entries, not 6")
def _(p, c):
    p["readout"] = ["0"] * 5


@mutation("readout of numbers", "problem: readout: an entry is not a string")
def _(p, c):
    p["readout"] = [0] * 6


@mutation("readout beyond the samples", "problem: readout: '6' is not a row number from '0' to '5'")
def _(p, c):
    p["readout"] = list("012346")


@mutation("identity as a list", "problem: readout: this list is written 'identity'")
def _(p, c):
    p["readout"] = list("012345")


@mutation("another readout", "upper: not the objective of the network", "upper")
def _(p, c):
    p["readout"] = list("102345")
    c["problem"] = digest(p)


@mutation("problem with an unknown field", "problem: unknown field 'weights'")
def _(p, c):
    p["weights"] = []


@mutation("problem without targets", "problem: missing field 'y'")
def _(p, c):
    del p["y"]


@mutation("problem ragged", r"problem: X\[1\] has 1 entries, not 2")
def _(p, c):
    p["X"][1].pop()


@mutation("problem without rows", "problem: X has no rows")
def _(p, c):
    p["X"], p["y"] = [], []


@mutation("problem without columns", "problem: X has no columns")
def _(p, c):
    p["X"] = [[] for _ in p["X"]]


@mutation("problem with too few targets", "problem: y has 5 entries, not 6")
def _(p, c):
    p["y"].pop()


@mutation("problem with a float", r"problem: X\[0\]: 2.0 is not a string such as")
def _(p, c):
    p["X"][0][0] = 2.0


# What is free of the penalty.


def skipped(dual: list[Fraction]) -> Case:
    """The case with a free intercept and linear skip, everything made for this dual."""
    problem = honest_skip().problem
    return Case(problem, certificate_document(problem, dual, HIDDEN, OUTPUT, SKIPPED_SKIP))


@mutation("sum of the dual off by a hair", "dual: not orthogonal to free column 0", "free")
def _(p, c):
    dual = list(SKIPPED_DUAL)
    dual[2] += Fraction(1, 10**40)  # on the zero row, so that the other columns stay orthogonal
    return skipped(dual)


@mutation("dual off the linear skip by a hair", "dual: not orthogonal to free column 2", "free")
def _(p, c):
    dual = list(SKIPPED_DUAL)
    dual[5] += Fraction(1, 10**40)
    dual[2] -= Fraction(1, 10**40)
    return skipped(dual)


@mutation("a better dual that is not orthogonal", "dual: not orthogonal to free column 0", "free")
def _(p, c):
    return skipped(DUAL)


@mutation("bias left over", r"chambers\[\d\].(plus|minus): the multipliers leave something", "bias")
def _(p, c):
    # So large a beta that the other coordinate is short without multipliers.
    problem = problem_document(BIASED_ROWS, BIASED_TARGET, 100, version=2, free="biases")
    case = Case(problem, certificate_document(problem, BIASED_DUAL, HIDDEN, OUTPUT, BIASED_SKIP))
    for entry in case.certificate["chambers"]:
        entry["plus"], entry["minus"] = {}, {}
    return case


@mutation("bias left over by a hair", r": the multipliers leave something of the free bias", "bias")
def _(p, c):
    problem = problem_document(BIASED_ROWS, BIASED_TARGET, 100, version=2, free="biases")
    case = Case(problem, certificate_document(problem, BIASED_DUAL, HIDDEN, OUTPUT, BIASED_SKIP))
    part = with_multipliers(case.certificate)
    key = next(iter(part))
    part[key] = text(Fraction(part[key]) + Fraction(1, 10**40))
    return case


@mutation("bias cancelled, the rest too long", r": the bound norm_\*.* <= beta fails", "bound plus")
def _(p, c):
    case = honest_biases()
    beta = Fraction(case.problem["beta"]) * (1 - Fraction(1, 10**40))
    problem = {**case.problem, "beta": text(beta)}
    return Case(problem, certificate_document(problem, BIASED_DUAL, HIDDEN, OUTPUT, BIASED_SKIP))


def biased(penalty: str, beta: Fraction | None = None, dual: list[Fraction] = BIASED_DUAL) -> Case:
    """The case with free biases and a polyhedral norm, everything made for this beta and dual."""
    problem = honest_biases(penalty).problem
    problem = problem if beta is None else {**problem, "beta": text(beta)}
    return Case(problem, certificate_document(problem, dual, HIDDEN, OUTPUT, BIASED_SKIP))


@mutation("sum of the dual off by a hair with the 1-norm", "dual: not orthogonal to free column 0", "free")
def _(p, c):
    case = biased("1-norm", Fraction(100))
    dual = [BIASED_DUAL[0] + Fraction(1, 10**40), *BIASED_DUAL[1:]]
    case.certificate["dual"] = [text(v) for v in dual]
    restated(case.problem, case.certificate)
    return case


@mutation(
    "bias left over with the inf-norm",
    r"chambers\[\d\].(plus|minus): the multipliers leave something",
    "bias",
)
def _(p, c):
    case = biased("inf-norm", Fraction(100))
    for entry in case.certificate["chambers"]:
        entry["plus"], entry["minus"] = {}, {}
    return case


@mutation(
    "bias cancelled, the rest too long in the 1-norm", r": the bound norm_\*.* <= beta fails", "bound plus"
)
def _(p, c):
    beta = Fraction(honest_biases().problem["beta"]) * (1 - Fraction(1, 10**40))
    return biased("1-norm", beta)


@mutation("free bias counted in the 1-norm", "upper: not the objective of the network", "upper")
def _(p, c):
    case = biased("1-norm")
    penalised = {**case.problem, "free": "intercept"}
    hidden = [list(map(Fraction, w)) for w in case.certificate["network"]["hidden"]]
    case.certificate["upper"] = text(exact_objective(penalised, hidden, OUTPUT, BIASED_SKIP))
    return case


@mutation(
    "biases free that are not there", "free biases need exactly one column of ones, and X has 0", "ones"
)
def _(p, c):
    case = honest_biases()
    case.problem["X"][3][1] = "2"
    case.certificate["problem"] = digest(case.problem)
    return case


@mutation("two columns of ones", "free biases need exactly one column of ones, and X has 2", "ones")
def _(p, c):
    case = honest_biases()
    for row in case.problem["X"]:
        row[0] = "1"
    case.certificate["problem"] = digest(case.problem)
    return case


@mutation("penalised biases said to be free", "certificate: written for another problem", "digest")
def _(p, c):
    case = honest_biases()
    problem = {**case.problem, "free": "intercept"}
    return Case(problem, case.certificate)


@mutation("upper bound without the penalty of the biases", "upper: not the objective of the network", "upper")
def _(p, c):
    case = honest_biases()
    problem = {**case.problem, "free": "intercept"}
    certificate = certificate_document(problem, BIASED_DUAL, HIDDEN, OUTPUT, BIASED_SKIP)
    return Case(problem, {**certificate, "upper": case.certificate["upper"]})


@mutation("skip dropped", "network: missing field 'skip'")
def _(p, c):
    case = honest_skip()
    del case.certificate["network"]["skip"]
    return case


@mutation("skip of another size", "skip has 2 entries, not 3")
def _(p, c):
    case = honest_skip()
    case.certificate["network"]["skip"].pop()
    return case


@mutation("skip where nothing is free", "network: unknown field 'skip'")
def _(p, c):
    c["network"]["skip"] = ["1"]


@mutation("weight of the skip changed", "upper: not the objective of the network", "upper")
def _(p, c):
    case = honest_skip()
    case.certificate["network"]["skip"][1] = "0"
    return case


@mutation("free parts in another order", "problem: free is 'linear.intercept', not one of")
def _(p, c):
    case = honest_skip()
    return Case({**case.problem, "free": "linear+intercept"}, case.certificate)


@mutation("nothing free in version 2", "problem: free is 'nothing', not one of")
def _(p, c):
    return Case({**p, "version": 2, "free": "nothing"}, c)


@mutation("something free in version 1", "problem: unknown field 'free'")
def _(p, c):
    p["free"] = "intercept"


# Weights of samples, and an intercept that is not free.


@mutation("weight changed", "certificate: written for another problem", "digest")
def _(p, c):
    case = honest_weights()
    case.problem["weights"][0] = "3"
    return case


@mutation("upper bound without the weights", "upper: not the objective of the network", "upper")
def _(p, c):
    case = honest_weights()
    plain = {name: value for name, value in case.problem.items() if name != "weights"}
    case.certificate["upper"] = text(exact_objective(plain, HIDDEN, OUTPUT))
    return case


@mutation("lower bound without the weights", "lower: not the value of the dual", "lower")
def _(p, c):
    case = honest_weights()
    plain = {name: value for name, value in case.problem.items() if name != "weights"}
    case.certificate["lower"] = text(dual_objective(plain, DUAL))
    return case


@mutation("dual as large as another sample's weight allows", "dual: entry 0 is outside the domain", "domain")
def _(p, c):
    weights = ["1/2", *case_of_weights("l1").problem["weights"][1:]]
    case = case_of_weights("l1", weights)
    case.certificate["dual"][0] = "1"
    restated(case.problem, case.certificate)
    return case


def case_of_weights(loss: str, weights: list[str] | None = None) -> Case:
    """The case with weights and another loss, all of its dual within a quarter."""
    problem = {**honest_weights().problem, "loss": loss}
    problem = problem if weights is None else {**problem, "weights": weights}
    return Case(problem, certificate_document(problem, [v / 4 for v in DUAL], HIDDEN, OUTPUT))


def reweighed(weights: list[str]) -> Case:
    """The case with these weights and everything made for them as far as they can be used."""
    case = honest_weights()
    case.problem["weights"] = weights
    case.certificate["problem"] = digest(case.problem)
    return case


@mutation("weight zero", r"problem: weights\[2\] is 0, not positive", "weights")
def _(p, c):
    return reweighed(["2", "1", "0", "1", "1", "1"])


@mutation("weight negative", r"problem: weights\[5\] is -1/2, not positive", "weights")
def _(p, c):
    case = reweighed(["1", "1", "1", "1", "1", "-1/2"])
    # What an unwary program would compute: a loss that falls without end.
    restated(case.problem, case.certificate)
    return case


@mutation("weights all one", "problem: weights that are all 1 are not written")
def _(p, c):
    case = reweighed(["1"] * 6)
    restated(case.problem, case.certificate)
    return case


@mutation("one weight too few", "problem: weights has 5 entries, not 6")
def _(p, c):
    return reweighed(["1", "1", "1", "1", "2"])


@mutation("weights in version 2", "problem: unknown field 'weights'")
def _(p, c):
    case = honest_weights()
    return Case({**case.problem, "version": 2, "free": "intercept"}, case.certificate)


@mutation("weights huge", "problem: weights: the common denominator has more than 4000 digits")
def _(p, c):
    return reweighed([text(Fraction(10**2500 + 1)), text(Fraction(10**2500 + 3)), "1", "1", "1", "1"])


@mutation("decayed intercept that costs nothing", "upper: not the objective of the network", "upper")
def _(p, c):
    case = honest_decay()
    free = {**case.problem, "free": "intercept"}
    case.certificate["upper"] = text(exact_objective(free, HIDDEN, OUTPUT, BIASED_SKIP))
    return case


@mutation("decayed intercept left out of the dual", "lower: not the value of the dual", "lower")
def _(p, c):
    case = honest_decay()
    assert sum(DUAL)
    plain = {name: value for name, value in case.problem.items() if name != "free"}
    case.certificate["lower"] = text(dual_objective(plain, DUAL))
    return case


@mutation("decayed intercept said to be free", "dual: not orthogonal to free column 0", "free")
def _(p, c):
    case = honest_decay()
    case.problem["free"] = "intercept"
    restated(case.problem, case.certificate)
    return case


@mutation("decayed intercept in version 1", "problem: unknown field 'free'")
def _(p, c):
    case = honest_decay()
    return Case({**case.problem, "version": 1}, case.certificate)
