"""The independent checker: is this certificate a proof about this problem?

One file, the standard library only; copy it anywhere and run
`python checker.py PROBLEM.json CERTIFICATE.json`. It prints `PROVEN lower <= p* <= upper` (exit 0) or
`REFUSED: first reason` (exit 1; 2 for a problem or a file that cannot be used). Every number is a rational,
every comparison is exact, and nothing is believed.

The problem: over networks f(x) = sum_j alpha_j phi(w_j'x) of any width, phi(t) = max(t,0) + kappa min(t,0),

    p* = min sum_i s_i loss(f_i; y_i) + beta/2 sum_j (norm(w_j)^2 + alpha_j^2).

The loss is squared, l1, huber:DELTA, hinge, squared-hinge or logistic; the norm is the 2-norm, 1-norm or
inf-norm. The readout says which sample i each row x_k of X belongs to: f_i is the sum of f(x_k) over them. By
default (identity) row i is sample i. With max pooling f_i = sum_j alpha_j max_k phi(w_j'x_k) over them, and
nothing is free. Below z_k stands for the entry of z that belongs to row k. The weights
s_i of the samples are 1, but for problems of version 3, which list them. How X was made of a table may be
said in `preparation`: nothing rests on it, it is not read, and the digest leaves it out.

A problem of version 2 or 3 says what is free of the penalty: an output intercept, a linear skip (f(x) gets
terms c + b'x), or the biases: the weights on the column of ones of X, which norm(w_j) then leaves out. Free
biases bring the intercept, for a neuron that is nothing but a bias is a constant that costs nothing. A
decayed intercept is not free: f(x) gets a term c that costs beta/2 c^2.

The argument (statements 2.3 and 2.4; proofs_notes has the proofs):

1. A network with rational weights has a rational objective, and p* is at most that: the upper bound. (Logs
   are rounded up. For the 1-norm and the inf-norm the neurons are balanced first: scaling w_j by t > 0 and
   alpha_j by 1/t keeps f, and the best real t makes the penalty beta sum_j norm(w_j) abs(alpha_j).)
2. The hyperplanes x_k'u = 0 cut space into chambers. Listed points off all hyperplanes lie in chambers;
   distinct sign vectors are distinct chambers; as many as there are chambers (counted here) are all of them.
3. On a chamber with signs S and slopes D, z'phi(Xu) = c'u with c = X'Dz. For any multipliers lambda >= 0 and
   any u of the chamber with norm(u) <= 1, c'u <= (c + X'S lambda)'u <= norm_*(c + X'S lambda), the dual norm.
   If that is at most beta on every chamber, for z and for -z, then abs(z'phi(Xu)) <= beta norm(u) everywhere.
   (With free biases (c + X'S lambda)_bias must be 0; then it is u without its bias whose norm counts.)
4. For such a z, p* >= d(z) = min_f sum_i s_i loss(f_i; y_i) + z'f, for the squared loss with weights 1
   z'y - 1/2 z'z: the lower bound. (Minus infinity outside a domain, which is checked; for the logistic loss
   logs are rounded. With weights it is sum_i s_i d_i(z_i / s_i), d_i being that of one sample.) What is free
   in f must add nothing to z'f: sum_k z_k = 0 for the intercept, sum_k z_k x_k = 0 for the linear skip. A
   decayed intercept c adds beta/2 c^2 - c sum_k z_k, which is least, minus (sum_k z_k)^2 / (2 beta), at
   c = sum_k z_k / beta.

With max pooling h_i(u) = max_k phi(x_k'u), the largest over the rows of sample i, takes the place of
phi(Xu)_i (statement 2.15). The hyperplanes of step 2 are those of the rows x_k and of x_k - x_l for each two
rows of a sample; for kappa < 0 also of x_k - kappa x_l. On a chamber of all these the largest of the
functions x_k'u and kappa x_k'u, which h_i is, is the same everywhere: the one that is largest at the listed
point. So c is the sum of these, each times z_i, and lambda has an entry for each hyperplane.

In versions 2 and 3 a certificate may say z by its network: z_i is share times s_i times -loss'(f_i; y_i), for
losses with rational slopes, rounded to a multiple of a unit. It is a choice of z, checked like any other.

A certificate of version 2 lists no chambers. For data of rank 2 or 3 and the 2-norm all faces are then swept
here in integers, at rank 3 one great circle after the other: a maximum of z'phi(Xu) over the sphere lies
inside some face, and there it is the projection of the gradient c onto the span of the face. So it is enough
that, for each face, this projection is no longer than beta or does not lie inside the face. With free biases
the same is done in the plane for each kink of the data, where all maxima are.

A certificate of version 3 covers all directions (statement 7.2). Write z'phi(Xu) = base'u + sum_h w_h
max(0, n_h'u), one term a hyperplane. The faces of the cube [-1, 1]^r are halved into boxes by a tree. On a
box, rows that keep their sign are linear; where w_h > 0 a chord lies above max(0, t), where w_h < 0 any line
s t with 0 <= s <= 1 does, and the certificate says which. Their sum is a linear c'u >= z'phi(Xu) on the cone
over the box, and a vector e with c'u <= e'u there is found from c. If norm(e) <= beta on every box, for z and
for -z, then abs(z'phi(Xu)) <= beta norm(u) everywhere: the two halves of a box are the box, and every ray
meets a face of the cube. Others may go over parts of a tree at the same time, each from one box to another.

With max pooling (statement 7.2b) z'h(u) = sum_i z_i max_p a_p'u, over the pieces a_p of sample i: its rows,
and kappa times its rows. On a box those that are nowhere above another one are left out. Where z_i < 0 any
convex combination of the others is below their maximum, and the certificate says which; where z_i > 0 any
linear function l't is below it by no more than the most by which a piece is above l't at a corner of the box,
and that much is added.

A problem of version 4 has q outputs that share neurons: y lists q entries a sample, alpha_j is a vector,
and the penalty has norm(alpha_j)^2. Its certificates, of version 4, have one z an output, the columns of Z,
and p* is at least the sum of their d(z) if norm(Z'phi(Xu)) <= beta norm(u) for all u (statements 2.8 and
7.5b). One cover proves it. On a box take integers a, about Z'phi(Xu) at its middle. For sum_b a_b z_b
chords and slopes give c'u >= a'Z'phi(Xu) and e as above; what Z'phi(Xu) is across a is bounded by
intervals; the two squares are added. Where that is too much, the lines of these slopes and chords give a
matrix N, and Z'phi(Xu) = Nu + sum_h w_h delta_h, delta_h >= 0 above a slope and <= 0 below a chord. If on
the box w_h'(2Nu + sum_k w_k delta_k) is at most push_h < 0 for each slope, and >= 0 for each chord, then
norm(Z'phi(Xu))^2 <= norm(Nu)^2 + sum_h push_h delta_h; and delta_h >= bend (n_h'u)^2 for some bend > 0. So
it is enough that beta^2 norm(u)^2 minus this quadratic form is positive definite.

Or it names quadratic functions for z and for -z that are nowhere on the sphere below it (statement 7.8):
max(0, t) = (t + abs(t))/2 <= (t + (t^2/tau + tau)/2)/2 for any tau > 0, and max(0, t) >= a t + b t^2/L
for abs(t) <= L and 0 <= b <= a <= 1 - b. What these add up to, c'u + u'Qu + const, is at most beta for
norm(u) = 1 if the matrix of beta - const - share beta - c'u + u'(share beta I - Q)u in (u, 1) is positive
definite. Planes through 0 may cut the sphere into pieces, each with a function of its own (7.8b): where
f'u >= 0 and g'u >= 0 for cuts f and g, (f'u)(g'u) >= 0 and (f'u)(norm(w) + w'u) >= 0 for any w, so that
multiples of these may be added to the function.

With free biases u = (w, b), norm(w) = 1, and cuts are at values of b (7.8d), of which a point m is taken off
all rows first: their heights are (x_k - m)'w + b for another b. Let R be the largest norm of a
row without its bias, rounded up. Where b >= R no height x_k'w + b is negative, where b <= -R none is
positive: there z'phi(Xu) does not change with b, since sum_k z_k = 0. So t = b/R from -1 to 1 is enough, and
cuts part that into spans [low, high]. On one, rows that keep their sign are linear, the others have
L = norm(n without its bias) + abs(its bias) R max(abs(low), abs(high)), and r (t - low)(high - t) is not
negative for r >= 0. So it is enough that, with s = share beta and r = bias beta, the matrix of
beta - const - s - c'u + s norm(w)^2 - u'Qu - r (t - low)(high - t) is positive definite.

Or functions of degree 4 or 6 (statement 7.8c), with other curves above and below abs(t). Their linear part is
at most corner + (c'u)^2/(4 corner), corner a share of beta, and beta less all of this, for norm(u) = 1 a form
of degree 4 or 6, is not negative if in the products of two or three variables it has a positive semidefinite
matrix. Its entries are not determined by the form: the certificate says those that are left open.
"""

from __future__ import annotations

import binascii
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from html import escape
from itertools import chain, combinations_with_replacement, compress, groupby, pairwise
from math import factorial, gcd, isqrt, lcm, prod
from operator import add, mul, sub
from typing import Any, NamedTuple

MAX_DIGITS = 4000  # of a numerator or a denominator; Python itself reads integers of up to 4300 digits
TOO_LONG = 10**MAX_DIGITS
SHORT_DIGITS = 40  # of integers that are welcome in any number of columns
PROBLEM: dict[str, Any] = {"format": "convex-landscape problem", "version": 1}
LOSSES = ("squared", "l1", "hinge", "squared-hinge", "logistic")
LABELLED = ("hinge", "squared-hinge", "logistic")
PENALTIES = ("2-norm", "1-norm", "inf-norm")
DECAYED = "decayed-intercept"
FREE = ("intercept", "linear", "intercept+linear", DECAYED, "biases", "biases+linear")
# What later versions of a problem say beside the fields of the first.
LATER = {2: ["free"], 3: ["free", "weights"], 4: ["free", "weights", "coupling"]}
COUPLING = "2-norm"
PARAMETER = 3  # bytes of a parameter of a quadratic function
MULTIPLIER = 4  # bytes of a signed multiplier of a product
PRODUCT_BITS = 24  # of multipliers, as shares of beta, and of cuts
MOST_CUTS = 64  # one after the other
GRAM_BITS = 64  # that are kept of beta in the matrix of a form
SHORT_BITS = 96  # of the numbers that a matrix is first tried with
LENGTH_BITS = 32  # of lengths, which are rounded up
WHOLE_SPAN = (Fraction(-1), Fraction(1))  # of b/R
NEARLY = 36
CHORD_BITS = 48  # of the slopes of chords, which are rounded down
DIRECTION_BITS = 24  # of a direction of outputs
MAX_HALVINGS = 64  # of an interval
LOG_DIGITS = 40  # of decimal logarithms, which the standard library documents as correctly rounded
CERTIFICATE: dict[str, Any] = {"format": "convex-landscape certificate", "version": 1}
RATIONAL = re.compile(r"(-?(?:0|[1-9][0-9]*))(?:/([1-9][0-9]*))?")
INDEX = re.compile(r"0|[1-9][0-9]*")

Row = tuple[int, ...]
Basis = tuple[tuple[Fraction, ...], ...]
Span = tuple[Fraction, Fraction]


class Refusal(ValueError):
    """Why a document is not accepted."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was proven, or the first reason why nothing was.

    Attributes:
        proven: whether `lower <= p* <= upper` is proven.
        reason: why not; '' when proven.
        lower: the proven lower bound, None when refused.
        upper: the proven upper bound, None when refused.
    """

    proven: bool
    reason: str
    lower: Fraction | None = None
    upper: Fraction | None = None

    def __str__(self) -> str:
        """The sentence printed: exact where short, else decimals rounded outward and the relative width."""
        if self.lower is None or self.upper is None:
            return f"REFUSED: {self.reason}"
        if max(len(str(self.lower)), len(str(self.upper))) <= 40:
            return f"PROVEN {self.lower} <= p* <= {self.upper}"
        # A network that costs nothing, with a bound below 0.
        width = (self.upper - self.lower) / (self.upper or abs(self.lower))
        return (
            f"PROVEN {decimal(self.lower, ROUND_FLOOR)} <= p* <= {decimal(self.upper, ROUND_CEILING)}"
            f" (relative width {decimal(width, ROUND_CEILING, digits=2)})"
        )

    def __repr__(self) -> str:
        return f"<Verdict: {self}>"

    def _repr_html_(self) -> str:
        return f"<p><code>{escape(str(self))}</code></p>"

    def require(self) -> Verdict:
        """Return this verdict if it is proven; raise `Refusal` with the reason otherwise."""
        if not self.proven:
            raise Refusal(self.reason)
        return self


@dataclass(frozen=True, slots=True)
class Problem:
    """The problem as read: X (N x d), y (n), beta > 0, kappa < 1, and the digest that certificates quote.

    The loss is a name and a number (huber's delta, else 0); `samples` is the sample of each row. `skips` are
    the columns (length N) that outputs may add, freely unless they are `decayed`, and `bias` is the column of
    the free biases, if any. `weights` are those of the samples (n). `largest`: whether a sample's output is
    the largest over its rows, not their sum. `cuts` are the rows whose hyperplanes cut space into chambers.
    `others` are the targets of the outputs after the first, which share its neurons; mostly there are none.
    """

    loss: tuple[str, Fraction]
    penalty: str
    samples: Sequence[int]
    rows: tuple[tuple[Fraction, ...], ...]
    target: tuple[Fraction, ...]
    beta: Fraction
    kappa: Fraction
    skips: tuple[tuple[Fraction, ...], ...]
    decayed: bool
    bias: int | None
    weights: tuple[Fraction, ...]
    largest: bool
    cuts: tuple[tuple[Fraction, ...], ...]
    digest: str
    others: tuple[tuple[Fraction, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Chamber:
    """A point of a chamber (d integers, up to scale) and the multipliers (row -> lambda) for z and for -z."""

    witness: Row
    plus: dict[int, Fraction]
    minus: dict[int, Fraction]


@dataclass(frozen=True, slots=True)
class Cover:
    """Trees of boxes for z and for -z, in bits; the basis (r x d) of their coordinates, or None for u's own.

    With free biases the basis is a single row m instead, and the coordinates are those of u with b + m'w for
    its bias b. With several outputs `plus` is the only tree. Ends of boxes are integers over 2^depth, slopes
    are integers over 2^bits.
    """

    basis: Basis | None
    depth: int
    bits: int
    plus: bytes
    minus: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """A quadratic function for a piece of the sphere: which share of beta the squares get, PARAMETER bytes
    for tau, or for a and for b, of each hyperplane that counts, and MULTIPLIER bytes for each product; with
    free biases also which share the square of the bias gets."""

    share: Fraction
    rows: bytes
    products: bytes
    bias: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A function of degree 4 or 6: which share of beta bounds its linear part, PARAMETER bytes for each point
    where a curve touches from above, or for a slope and the point from below, of each hyperplane that counts,
    and MULTIPLIER bytes for each entry of the matrix of a form that the form does not say."""

    degree: int
    share: Fraction
    rows: bytes
    gram: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """Two parts of the sphere: where normal'u >= 0, and where it is <= 0."""

    normal: Row
    above: Part
    below: Part


@dataclass(frozen=True, slots=True)
class BiasCut:
    """Two parts of all biases: where b >= at R norm(w), and where b is at most that."""

    at: Fraction
    above: Part
    below: Part


Part = Cut | BiasCut | Piece | Form


@dataclass(frozen=True, slots=True)
class Quadratic:
    """Functions of degree 2, 4 or 6 for z and for -z, in the coordinates of a basis, as those of a cover."""

    basis: Basis | None
    plus: Part
    minus: Part


@dataclass(frozen=True, slots=True)
class Slopes:
    """z said by the network: share s_i times -loss'(f_i; y_i), rounded towards 0 to multiples of the unit."""

    share: Fraction
    unit: Fraction


@dataclass(frozen=True, slots=True)
class SharedCertificate:
    """The claim for q outputs that share neurons: the bounds, Z (q columns), network (m x d, m x q; for each
    output the weights of the free columns) and the cover."""

    lower: Fraction
    upper: Fraction
    duals: tuple[tuple[Fraction, ...], ...]
    hidden: tuple[tuple[Fraction, ...], ...]
    output: tuple[tuple[Fraction, ...], ...]
    skips: tuple[tuple[Fraction, ...], ...]
    cover: Cover


@dataclass(frozen=True, slots=True)
class Certificate:
    """The claim as read: the problem's digest, bounds, z (n; nothing before `with_dual` where slopes say it),
    network (m x d, m; the weights of the free columns), and chambers, a cover, quadratic functions or none of
    them."""

    problem: str
    lower: Fraction
    upper: Fraction
    dual: tuple[Fraction, ...]
    hidden: tuple[tuple[Fraction, ...], ...]
    output: tuple[Fraction, ...]
    skip: tuple[Fraction, ...]
    chambers: tuple[Chamber, ...] | None
    cover: Cover | None
    quadratic: Quadratic | None
    slopes: Slopes | None


# ------------------------------------------------ reading: strict, one way to write each thing


def require(condition: bool, reason: str) -> None:
    """Refuse unless the condition holds."""
    if not condition:
        raise Refusal(reason)


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object no key of which is written twice."""
    result: dict[str, Any] = {}
    for key, value in pairs:
        require(key not in result, f"duplicate key {key!a:.80}")
        result[key] = value
    return result


def parse(text: str, where: str) -> Any:
    """The JSON value that the whole text spells."""
    try:
        return json.loads(text, object_pairs_hook=unique_keys)
    except Refusal:
        raise
    except (ValueError, RecursionError) as error:
        raise Refusal(f"{where}: not one JSON value: {str(error)!a:.120}") from None


def fields(document: Any, names: Iterable[str], where: str) -> dict[str, Any]:
    """The document, an object with exactly these fields."""
    require(type(document) is dict, f"{where} is not an object")
    wanted = set(names)
    if document.keys() != wanted:
        kind = "missing" if wanted - document.keys() else "unknown"
        name = min(wanted - document.keys() or document.keys() - wanted)
        raise Refusal(f"{where}: {kind} field {name!a:.80}")
    return document


def format_is(document: Any, expected: str, where: str) -> None:
    """What kind of document it says it is, if it says so."""
    found = document.get("format", expected) if type(document) is dict else expected
    require(found == expected, f"{where}: format is {found!a:.80}, not {expected!a}")


def version_of(document: Any, known: tuple[int, ...], where: str) -> int:
    """The version that a document states, one of those that are read; True is not 1 here."""
    version = document.get("version", known[0]) if type(document) is dict else known[0]
    *others, last = map(str, known)
    listed = f"{', '.join(others)} or {last}" if others else last
    require(type(version) is int and version in known, f"{where}: version is {version!a:.80}, not {listed}")
    return int(version)


def rational(value: Any, where: str) -> Fraction:
    """The rational that a canonical string spells: "p", or "p/q" in lowest terms with q > 1."""
    match = RATIONAL.fullmatch(value) if type(value) is str else None
    if match is None or value == "-0":
        raise Refusal(f"{where}: {value!a:.80} is not a string such as '7' or '-3/4'")
    digits_within_limit(value, where)
    numerator, denominator = int(match[1]), int(match[2] or 1)
    if match[2]:
        lowest_terms(numerator, denominator, where)
    return Fraction(numerator, denominator)


def digits_within_limit(text: str, where: str) -> None:
    """No numerator or denominator longer than MAX_DIGITS."""
    if len(text) > MAX_DIGITS:
        longest = max(len(part.lstrip("-")) for part in text.split("/"))
        require(longest <= MAX_DIGITS, f"{where}: a number of {longest} digits; the limit is {MAX_DIGITS}")


def common_denominator_within_limit(values: Iterable[Fraction], where: str) -> None:
    """No common denominator longer than MAX_DIGITS: of long ones without common factors a product takes
    hours."""
    scale = 1
    for denominator in {value.denominator for value in values}:
        scale = lcm(scale, denominator)
        require(scale < TOO_LONG, f"{where}: the common denominator has more than {MAX_DIGITS} digits")


def minors_within_limit(rows: Sequence[Sequence[Fraction]], where: str) -> None:
    """No common denominator, and no minor of the rows in integers, much longer than MAX_DIGITS: counting
    chambers and checking a basis multiply as many entries as there are columns. Short ones always pass."""
    common_denominator_within_limit(chain(*rows), where)
    entries, _ = integers([value for row in rows for value in row])
    digits = max(SHORT_DIGITS, MAX_DIGITS // min(len(rows), len(rows[0])))
    short = max(map(abs, entries)) < 10**digits
    require(short, f"{where}: over the common denominator an integer has more than {digits} digits")


def lowest_terms(numerator: int, denominator: int, where: str) -> None:
    """A written denominator is above 1 and shares no factor with the numerator."""
    if denominator == 1 or gcd(numerator, denominator) != 1:
        raise Refusal(f"{where}: {f'{numerator}/{denominator}':.80} is not in lowest terms")


def array(value: Any, length: int | None, where: str) -> list[Any]:
    """A list, of this length unless None."""
    require(type(value) is list, f"{where} is not a list")
    require(length is None or len(value) == length, f"{where} has {len(value)} entries, not {length}")
    return value


def vector(value: Any, length: int | None, where: str) -> tuple[Fraction, ...]:
    """A list of rationals."""
    return tuple(rational(entry, where) for entry in array(value, length, where))


def index(key: str, count: int, where: str) -> int:
    """The row number that a canonical string spells: '0' to 'count - 1', no sign, no leading zero."""
    if INDEX.fullmatch(key) is None or len(key) > len(str(count)) or int(key) >= count:
        raise Refusal(f"{where}: {key!a:.80} is not a row number from '0' to '{count - 1}'")
    return int(key)


def multipliers(value: Any, rows: int, where: str) -> dict[int, Fraction]:
    """Row -> lambda > 0."""
    require(type(value) is dict, f"{where} is not an object")
    result = {}
    for key, entry in value.items():
        row = index(key, rows, where)
        result[row] = rational(entry, f"{where}[{row}]")
        multiplier_is_positive(result[row], f"{where}[{row}]")
    common_denominator_within_limit(result.values(), where)
    return result


def multiplier_is_positive(value: Fraction, where: str) -> None:
    """Only multipliers >= 0 prove anything; those equal to 0 are not written."""
    require(value > 0, f"{where}: the multiplier is not positive")


def read_problem(text: str) -> Problem:
    """The problem that the text spells, or a refusal."""
    where = "problem"
    names = [*PROBLEM, "loss", "penalty", "readout", "kappa", "beta", "X", "y"]
    document = parse(text, where)
    if type(document) is dict:
        document.pop("preparation", None)
    format_is(document, PROBLEM["format"], where)
    version = version_of(document, (1, *LATER), where)
    fields(document, [*names, *LATER.get(version, [])], where)
    free = "" if version == 1 else read_free(document["free"], FREE if version == 2 else ("nothing", *FREE))
    if version == 4:
        coupling_is_known(document["coupling"])
    loss = read_loss(document["loss"])
    penalty_is_known(document["penalty"])
    beta = rational(document["beta"], "problem: beta")
    kappa = rational(document["kappa"], "problem: kappa")
    beta_is_positive(beta)
    kappa_is_below_one(kappa)
    rows = array(document["X"], None, "problem: X")
    require(len(rows) > 0, "problem: X has no rows")
    width = len(array(rows[0], None, "problem: X[0]"))
    require(width > 0, "problem: X has no columns")
    readout = document["readout"]
    largest, pooled = type(readout) is dict, readout != "identity"
    if largest:
        readout = fields(readout, ["max"], "problem: readout")["max"]
        require(free in ("", "nothing"), "problem: with max pooling nothing can be free")
    target, *others = read_targets(document["y"], None if pooled else len(rows), version == 4)
    labels_fit(loss, [*target, *chain(*others)])
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    X = tuple(vector(row, width, f"problem: X[{k}]") for k, row in enumerate(rows))
    minors_within_limit(X, "problem: X")
    common_denominator_within_limit([*target, *chain(*others)], "problem: y")
    weights = (Fraction(1),) * len(target)
    if "weights" in document:
        weights = read_weights(document["weights"], len(target), version == 4)
    reader = read_groups if largest else read_samples
    samples = reader(readout, len(rows), len(target)) if pooled else range(len(rows))
    cuts = (*X, *comparisons(X, samples, kappa)) if largest else X
    if largest:
        minors_within_limit(cuts, "problem: X")
    if others:
        outputs_can_share(document["penalty"], largest, "biases" in free)
    return Problem(
        loss=loss,
        penalty=document["penalty"],
        samples=samples,
        rows=X,
        target=target,
        beta=beta,
        kappa=kappa,
        digest=hashlib.sha256(canonical.encode()).hexdigest(),
        skips=added_columns(free, X),
        decayed=free == DECAYED,
        bias=column_of_ones(X) if "biases" in free else None,
        weights=weights,
        largest=largest,
        cuts=cuts,
        others=tuple(others),
    )


def read_targets(value: Any, count: int | None, several: bool) -> list[tuple[Fraction, ...]]:
    """The targets, one vector an output; with several, the text has a list of them for each sample."""
    if not several:
        return [vector(value, count, "problem: y")]
    rows = array(value, count, "problem: y")
    width = len(array(rows[0], None, "problem: y[0]")) if rows else 0
    require(width > 1, f"problem: y has {width} outputs, and version 4 is for more than one")
    entries = [vector(row, width, f"problem: y[{i}]") for i, row in enumerate(rows)]
    return list(zip(*entries, strict=True))


def coupling_is_known(value: Any) -> None:
    """Outputs whose weights are penalised one by one are problems of their own."""
    require(value == COUPLING, f"problem: coupling is {value!a:.80}, not {COUPLING}")


def outputs_can_share(penalty: str, largest: bool, biased: bool) -> None:
    """The argument for several outputs is for the 2-norm of all weights, and sums."""
    plain = penalty == "2-norm" and not largest and not biased
    require(
        plain, "problem: outputs share neurons with the 2-norm alone, without max pooling and free biases"
    )


def comparisons(
    rows: Sequence[Sequence[Fraction]], samples: Sequence[int], kappa: Fraction
) -> Iterable[tuple[Fraction, ...]]:
    """Sample by sample, for each of its rows x_k before x_l: x_k - x_l, and for kappa < 0 then
    x_k - kappa x_l and x_l - kappa x_k."""
    members: dict[int, list[Sequence[Fraction]]] = {sample: [] for sample in range(max(samples) + 1)}
    for row, sample in zip(rows, samples, strict=True):
        members[sample].append(row)
    for own in members.values():
        for k, first in enumerate(own):
            for second in own[k + 1 :]:
                yield tuple(map(sub, first, second))
                if kappa < 0:
                    yield tuple(x - kappa * y for x, y in zip(first, second, strict=True))
                    yield tuple(y - kappa * x for x, y in zip(first, second, strict=True))


def read_free(value: Any, known: Sequence[str]) -> str:
    """What is free of the penalty, in the one spelling of it."""
    found = type(value) is str and value in known
    require(found, f"problem: free is {value!a:.80}, not one of {', '.join(known)}")
    return str(value)


def read_weights(value: Any, count: int, always: bool) -> tuple[Fraction, ...]:
    """The weights of the samples; where all are 1 they are not written, but with several outputs always. What
    is divided by them stays short."""
    weights = vector(value, count, "problem: weights")
    for i, weight in enumerate(weights):
        weight_is_positive(weight, f"problem: weights[{i}]")
    ones = set(weights) == {1} and not always
    require(not ones, "problem: weights that are all 1 are not written, in version 1 or 2")
    common_denominator_within_limit(chain(weights, [1 / weight for weight in weights]), "problem: weights")
    return weights


def weight_is_positive(weight: Fraction, where: str) -> None:
    """A loss times 0 is no reason to have a sample; times less it is not convex."""
    require(weight > 0, f"{where} is {weight!s:.80}, not positive")


def added_columns(free: str, rows: Sequence[Sequence[Fraction]]) -> tuple[tuple[Fraction, ...], ...]:
    """The columns that outputs may add: of ones for the intercept, then those of X for the linear skip."""
    columns = [] if free in ("", "nothing", "linear") else [(Fraction(1),) * len(rows)]
    return (*columns, *(zip(*rows, strict=True) if "linear" in free else ()))


def column_of_ones(rows: Sequence[Sequence[Fraction]]) -> int:
    """The column whose weights are the biases: the only one of ones, so that there is no choice."""
    found = [j for j, column in enumerate(zip(*rows, strict=True)) if set(column) == {1}]
    require(len(found) == 1, f"problem: free biases need exactly one column of ones, and X has {len(found)}")
    return found[0]


def read_loss(value: Any) -> tuple[str, Fraction]:
    """The loss that a name spells: its kind, and delta for huber:DELTA."""
    require(type(value) is str, "problem: loss is not a string")
    kind, colon, delta = value.partition(":")
    if kind == "huber" and colon:
        number = rational(delta, "problem: loss: delta")
        delta_is_positive(number)
        return kind, number
    require(value in LOSSES, f"problem: loss is {value!a:.80}, not huber:DELTA or one of {', '.join(LOSSES)}")
    return value, Fraction(0)


def read_samples(value: Any, rows: int, count: int) -> tuple[int, ...]:
    """The sample of each row: a list of row numbers, or nothing but "identity"."""
    entries = array(value, rows, "problem: readout")
    require(all(type(entry) is str for entry in entries), "problem: readout: an entry is not a string")
    samples = tuple(index(entry, count, "problem: readout") for entry in entries)
    require(samples != tuple(range(rows)), "problem: readout: this list is written 'identity'")
    return samples


def read_groups(value: Any, rows: int, count: int) -> tuple[int, ...]:
    """The same with max pooling. The largest over one row each is a sum over it, and written so."""
    samples = read_samples(value, rows, count)
    require(len(set(samples)) == count, "problem: readout: a sample has no rows to take the largest of")
    require(len(samples) > count, "problem: readout: this list is written without max")
    return samples


def penalty_is_known(value: Any) -> None:
    """Only norms with a dual norm below."""
    known = type(value) is str and value in PENALTIES
    require(known, f"problem: penalty is {value!a:.80}, not one of {', '.join(PENALTIES)}")


def delta_is_positive(delta: Fraction) -> None:
    """At 0 the Huber loss is zero; below it is not convex."""
    require(delta > 0, f"problem: loss: delta is {delta!s:.80}, not positive")


def labels_fit(loss: tuple[str, Fraction], target: Sequence[Fraction]) -> None:
    """The formulas for losses of a margin y f hold for labels -1 and +1."""
    wrong = loss[0] in LABELLED and next((value for value in target if abs(value) != 1), 0)
    require(not wrong, f"problem: y has the entry {wrong!s:.80}, but {loss[0]} needs labels 1 and -1")


def beta_is_positive(beta: Fraction) -> None:
    """Without a penalty the argument divides by nothing, but p* is another problem's."""
    require(beta > 0, f"problem: beta is {beta!s:.80}, not positive")


def kappa_is_below_one(kappa: Fraction) -> None:
    """At kappa = 1 the network is linear; above, phi is not the function described."""
    require(kappa < 1, f"problem: kappa is {kappa!s:.80}, not below 1")


def read_certificate(document: Any, n: int, rows: int, d: int, skips: int) -> Certificate:
    """The certificate in a parsed document, for a problem of n samples, so many rows, d columns and so many
    free columns. Without free columns nothing is written about them."""
    format_is(document, CERTIFICATE["format"], "certificate")
    version = version_of(document, (1, 2, 3), "certificate")
    third = ["quadratic"] if version == 3 and "quadratic" in document else ["cover"]
    proof = {1: ["chambers"], 2: [], 3: third}[version]
    names = [*CERTIFICATE, "problem", "lower", "upper", "dual", "network", *proof]
    fields(document, names, "certificate")
    listed = proof == ["chambers"]
    network = fields(document["network"], ["hidden", "output", *(["skip"] if skips else [])], "network")
    hidden = array(network["hidden"], None, "hidden")
    chambers = array(document["chambers"], None, "chambers") if listed else []
    require(type(document["problem"]) is str, "certificate: problem is not a string")
    dual, slopes = read_dual(document["dual"], n, packed=version in (2, 3))
    return Certificate(
        problem=document["problem"],
        lower=rational(document["lower"], "lower"),
        upper=rational(document["upper"], "upper"),
        dual=dual,
        hidden=tuple(vector(row, d, f"hidden[{j}]") for j, row in enumerate(hidden)),
        output=vector(network["output"], len(hidden), "output"),
        skip=vector(network.get("skip", []), skips, "skip"),
        chambers=tuple(read_chamber(entry, rows, d, f"chambers[{i}]") for i, entry in enumerate(chambers))
        if listed
        else None,
        cover=read_cover(document["cover"], d) if proof == ["cover"] else None,
        quadratic=read_quadratic(document["quadratic"], d) if proof == ["quadratic"] else None,
        slopes=slopes,
    )


def read_dual(value: Any, n: int, packed: bool) -> tuple[tuple[Fraction, ...], Slopes | None]:
    """The entries of z, listed or packed, or the rule by which the network says them."""
    if not packed or type(value) is not dict:
        return vector(value, n, "dual"), None
    if "share" not in value:
        return packed_vector(value, n, "dual"), None
    document = fields(value, ["share", "unit"], "dual")
    share, unit = (rational(document[name], f"dual.{name}") for name in ("share", "unit"))
    rule_is_positive(share, "dual.share")
    rule_is_positive(unit, "dual.unit")
    return (), Slopes(share, unit)


def rule_is_positive(value: Fraction, where: str) -> None:
    """A unit of 0 divides by nothing; below 0 there would be two ways to write each rule."""
    require(value > 0, f"{where} is {value!s:.80}, not positive")


def packed_bytes(value: Any, where: str) -> bytes:
    """The bytes that a string of base64 spells, in the one way to write them."""
    require(type(value) is str, f"{where} is not a string")
    try:
        found = binascii.a2b_base64(value.encode("ascii"), strict_mode=True)
    except (ValueError, UnicodeEncodeError):
        raise Refusal(f"{where} is not base64") from None
    require(binascii.b2a_base64(found, newline=False).decode() == value, f"{where} is not base64")
    return found


def packed_vector(value: dict[str, Any], length: int, where: str) -> tuple[Fraction, ...]:
    """A vector as signed integers of so many bytes each, times a unit."""
    document = fields(value, ["unit", "bytes", "entries"], where)
    unit, width = (
        rational(document["unit"], f"{where}.unit"),
        whole(document["bytes"], 1, 64, f"{where}.bytes"),
    )
    data = packed_bytes(document["entries"], f"{where}.entries")
    require(
        len(data) == width * length,
        f"{where}.entries has {len(data)} bytes, not {width} for each of {length}",
    )
    return tuple(unit * entry for entry in signed_integers(data, width))


def signed_integers(data: bytes, width: int) -> list[int]:
    """Integers of so many bytes each, most significant first."""
    return [int.from_bytes(data[k : k + width], "big", signed=True) for k in range(0, len(data), width)]


def whole(value: Any, least: int, most: int, where: str) -> int:
    """A small integer."""
    fits = type(value) is int and least <= value <= most
    require(fits, f"{where} is {value!a:.80}, not an integer from {least} to {most}")
    return int(value)


def read_shared_certificate(document: Any, n: int, d: int, skips: int, outputs: int) -> SharedCertificate:
    """The certificate of version 4 in a parsed document, for a problem of n samples, d columns, so many free
    columns and so many outputs."""
    names = [*CERTIFICATE, "problem", "lower", "upper", "dual", "network", "cover"]
    format_is(document, CERTIFICATE["format"], "certificate")
    version_of(document, (4,), "certificate")
    fields(document, names, "certificate")
    network = fields(document["network"], ["hidden", "output", *(["skip"] if skips else [])], "network")
    hidden = array(network["hidden"], None, "hidden")
    output = array(network["output"], len(hidden), "output")
    added = array(network["skip"], outputs, "skip") if skips else [[]] * outputs
    require(type(document["problem"]) is str, "certificate: problem is not a string")
    return SharedCertificate(
        lower=rational(document["lower"], "lower"),
        upper=rational(document["upper"], "upper"),
        duals=tuple(
            packed_vector(z, n, f"dual[{b}]") if type(z) is dict else vector(z, n, f"dual[{b}]")
            for b, z in enumerate(array(document["dual"], outputs, "dual"))
        ),
        hidden=tuple(vector(row, d, f"hidden[{j}]") for j, row in enumerate(hidden)),
        output=tuple(vector(row, outputs, f"output[{j}]") for j, row in enumerate(output)),
        skips=tuple(vector(row, skips, f"skip[{b}]") for b, row in enumerate(added)),
        cover=read_cover(document["cover"], d, ["tree"]),
    )


def read_cover(value: Any, d: int, trees: Sequence[str] = ("plus", "minus")) -> Cover:
    """The cover of a certificate of version 3, or of version 4 with its one tree."""
    document = fields(value, ["basis", "depth", "bits", *trees], "cover")
    return Cover(
        basis=read_basis(document["basis"], d, "cover.basis"),
        depth=whole(document["depth"], 0, MAX_HALVINGS, "cover.depth"),
        bits=whole(document["bits"], 1, CHORD_BITS, "cover.bits"),
        plus=packed_bytes(document[trees[0]], f"cover.{trees[0]}"),
        minus=packed_bytes(document["minus"], "cover.minus") if "minus" in trees else b"",
    )


def read_basis(value: Any, d: int, where: str) -> Basis | None:
    """The basis of coordinates, or None for those of u."""
    if value is None:
        return None
    lines = array(value, None, where)
    require(0 < len(lines) <= d, f"{where} has {len(lines)} rows, and X has {d} columns")
    basis = tuple(vector(line, d, f"{where}[{i}]") for i, line in enumerate(lines))
    minors_within_limit(basis, where)
    return basis


def read_quadratic(value: Any, d: int) -> Quadratic:
    """The quadratic functions of a certificate of version 3."""
    document = fields(value, ["basis", "plus", "minus"], "quadratic")
    basis = read_basis(document["basis"], d, "quadratic.basis")
    return Quadratic(
        basis, *(read_pieces(document[name], 0, f"quadratic.{name}") for name in ("plus", "minus"))
    )


def read_pieces(value: Any, cuts: int, where: str) -> Part:
    """What is behind so many cuts: another one, or a function."""
    require(cuts <= MOST_CUTS, f"{where}: more than {MOST_CUTS} cuts, one after the other")
    if type(value) is dict and "cut" in value:
        document = fields(value, ["cut", "above", "below"], where)
        biased = type(document["cut"]) is str
        at = rational(document["cut"], f"{where}.cut") if biased else Fraction(0)
        normal = [] if biased else vector(document["cut"], None, f"{where}.cut")
        require(all(x.denominator == 1 for x in normal), f"{where}.cut is not of whole numbers")
        above, below = (
            read_pieces(document[name], cuts + 1, f"{where}.{name}") for name in ("above", "below")
        )
        return BiasCut(at, above, below) if biased else Cut(tuple(map(int, normal)), above, below)
    more = [name for name in ("degree", "bias") if type(value) is dict and name in value][:1]
    further = more == ["degree"]
    last = "gram" if further else "products"
    document = fields(value, ["share", "rows", last, *more], where)
    share = rational(document["share"], f"{where}.share")
    rows, rest = (packed_bytes(document[name], f"{where}.{name}") for name in ("rows", last))
    if not further:
        bias = rational(document["bias"], f"{where}.bias") if more else None
        return Piece(share, rows, rest, bias)
    degree = whole(document["degree"], 4, 6, f"{where}.degree")
    require(degree % 2 == 0, f"{where}.degree is 5, not 4 or 6")
    return Form(degree, share, rows, rest)


def read_chamber(value: Any, rows: int, d: int, where: str) -> Chamber:
    """One entry of the list of chambers."""
    document = fields(value, ["witness", "plus", "minus"], where)
    witness = vector(document["witness"], d, f"{where}.witness")
    common_denominator_within_limit(witness, f"{where}.witness")
    return Chamber(
        witness=tuple(integers(witness)[0]),
        plus=multipliers(document["plus"], rows, f"{where}.plus"),
        minus=multipliers(document["minus"], rows, f"{where}.minus"),
    )


# ------------------------------------------------ exact arithmetic


def integers(values: Sequence[Fraction]) -> tuple[list[int], int]:
    """The values times their least common denominator, and that denominator."""
    denominators = {value.denominator for value in values}
    scale = lcm(*denominators)
    if len(denominators) == 1:
        return [value.numerator for value in values], scale
    factors = {denominator: scale // denominator for denominator in denominators}
    return [value.numerator * factors[value.denominator] for value in values], scale


def integer_rows(rows: Sequence[Sequence[Fraction]]) -> tuple[list[Row], int]:
    """The rows times their least common denominator, and that denominator."""
    flat, scale = integers([value for row in rows for value in row])
    width = len(rows[0]) if rows else 0
    return [tuple(flat[k * width : (k + 1) * width]) for k in range(len(rows))], scale


def dot(a: Sequence[int], b: Sequence[int]) -> int:
    """The inner product."""
    return sum(map(mul, a, b))


def summed(values: Iterable[Fraction]) -> Fraction:
    """The sum, of those with equal denominators first."""
    numerators: dict[int, int] = {}
    for value in values:
        numerators[value.denominator] = numerators.get(value.denominator, 0) + value.numerator
    return sum((Fraction(p, q) for q, p in sorted(numerators.items())), Fraction(0))


def times(s: Fraction, value: Fraction) -> Fraction:
    """The product; most weights are 1, and cost nothing."""
    return value if s == 1 else s * value


Outputs = tuple[list[int], int]


def outputs(
    problem: Problem,
    hidden: Sequence[Sequence[Fraction]],
    output: Sequence[Fraction],
    skip: Sequence[Fraction] = (),
) -> Outputs:
    """f_i of the network and of what it adds, times an integer, and that integer."""
    rows, row_scale = integer_rows(problem.rows)
    weights, weight_scale = integer_rows(hidden)
    numerators, output_scale = integers([*output, *skip])
    alphas, thetas = numerators[: len(output)], numerators[len(output) :]
    slope, unit = problem.kappa.numerator, problem.kappa.denominator
    fits = [0] * len(problem.target)
    tops: dict[int, list[int]] = {}
    for row, sample in zip(rows, problem.samples, strict=True):
        inputs = [dot(row, weight) for weight in weights]
        fired = [unit * t if t > 0 else slope * t for t in inputs]
        if problem.largest:
            tops[sample] = list(map(max, tops.get(sample, fired), fired))
        else:
            fits[sample] += dot(alphas, fired)
    for sample, fired in tops.items():
        fits[sample] = dot(alphas, fired)
    for theta, column in zip(thetas, problem.skips, strict=bool(skip)):
        lift = theta * weight_scale * unit
        for sample, b in zip(problem.samples, column, strict=True):
            fits[sample] += lift * b.numerator * (row_scale // b.denominator)
    return fits, row_scale * weight_scale * output_scale * unit


def objective(
    problem: Problem,
    hidden: Sequence[Sequence[Fraction]],
    output: Sequence[Fraction],
    skip: Sequence[Fraction] = (),
    found: Outputs | None = None,
) -> Fraction:
    """The weighted loss of the network plus beta times its penalty; exactly, but for logs, which are rounded
    up. Its outputs are `found` already, or None."""
    fits, scale = found or outputs(problem, hidden, output, skip)
    if squares_alone(problem):
        errors, whole = errors_of(problem, fits, scale)
        losses = Fraction(dot(errors, errors), 2 * whole**2)
    else:
        values = [Fraction(f, scale) for f in fits]
        triples = zip(problem.weights, values, problem.target, strict=True)
        losses = summed(times(s, loss_above(problem.loss, f, y)) for s, f, y in triples)
    penalised = [without(weights, problem.bias) for weights in hidden]
    penalty = weight_penalty(problem.penalty, penalised, output)
    if problem.decayed:
        penalty += sum((theta**2 for theta in skip), Fraction(0)) / 2
    return losses + problem.beta * penalty


def errors_of(problem: Problem, fits: Sequence[int], scale: int) -> tuple[list[int], int]:
    """y_i - f_i, times an integer, and that integer."""
    targets, target_scale = integers(problem.target)
    errors = [scale * y - target_scale * f for f, y in zip(fits, targets, strict=True)]
    return errors, scale * target_scale


def descents(problem: Problem, fits: Sequence[int], scale: int) -> tuple[list[int], int]:
    """-loss'(f_i; y_i), times an integer, and that integer, where it is rational and there at every f."""
    kind, delta = problem.loss
    errors, whole = errors_of(problem, fits, scale)
    if kind == "huber":
        most, own = delta.numerator * whole, delta.denominator
        return [max(-most, min(most, own * error)) for error in errors], whole * own
    if kind == "squared-hinge":
        return [error if error * y > 0 else 0 for error, y in zip(errors, problem.target, strict=True)], whole
    require(kind == "squared", f"dual: the {kind} loss has no rational slope everywhere to say it by")
    return errors, whole


def said(problem: Problem, rule: Slopes, found: Outputs) -> tuple[Fraction, ...]:
    """z as the rule says it, from the outputs of the network."""
    values, whole_scale = descents(problem, *found)
    weights, weight_scale = integers(problem.weights)
    factor = rule.share / (rule.unit * whole_scale * weight_scale)
    up, down = factor.numerator, factor.denominator
    multiples = (s * value * up for s, value in zip(weights, values, strict=True))
    return tuple(rule.unit * (m // down if m > 0 else -(-m // down)) for m in multiples)


def with_dual(problem: Problem, certificate: Certificate, found: Outputs | None = None) -> Certificate:
    """The certificate with z, whether listed or said by its network, whose outputs are `found` or None."""
    if certificate.slopes is None:
        return certificate
    found = found or outputs(problem, certificate.hidden, certificate.output, certificate.skip)
    return replace(certificate, dual=said(problem, certificate.slopes, found))


def squares_alone(problem: Problem) -> bool:
    """Whether the loss is 1/2 norm(f - y)^2, whose sum takes a tenth of the time over one denominator."""
    return problem.loss[0] == "squared" and set(problem.weights) == {1}


def without(values: Sequence[Any], place: int | None) -> tuple[Any, ...]:
    """The values but for the one at this place."""
    return tuple(values) if place is None else (*values[:place], *values[place + 1 :])


def weight_penalty(
    penalty: str, hidden: Sequence[Sequence[Fraction]], output: Sequence[Fraction]
) -> Fraction:
    """1/2 sum_j (norm(w_j)^2 + alpha_j^2) of these weights for the 2-norm; for the others, whose norms are
    rational, its least value over all scalings of the neurons, sum_j norm(w_j) abs(alpha_j)."""
    if penalty == "2-norm":
        entries, scale = integers([*chain(*hidden), *output])
        return Fraction(dot(entries, entries), 2 * scale**2)
    sizes = [[Fraction(0), *map(abs, weight)] for weight in hidden]
    norms = [sum(entries, Fraction(0)) if penalty == "1-norm" else max(entries) for entries in sizes]
    return sum((size * abs(alpha) for size, alpha in zip(norms, output, strict=True)), Fraction(0))


def loss_above(loss: tuple[str, Fraction], f: Fraction, y: Fraction) -> Fraction:
    """The loss of one sample; for the logistic loss a rational above it."""
    kind, delta = loss
    error = abs(f - y)
    if kind == "squared" or (kind == "huber" and error <= delta):
        return error**2 / 2
    if kind == "huber":
        return delta * error - delta**2 / 2
    if kind == "l1":
        return error
    margin = y * f
    if kind == "logistic":
        return log_one_plus_exp_above(-margin)
    short = max(Fraction(0), 1 - margin)
    return short if kind == "hinge" else short**2 / 2


def conjugate_below(loss: tuple[str, Fraction], z: Fraction, y: Fraction) -> Fraction:
    """min_f loss(f; y) + z f for z in the domain; for the logistic loss a rational below it."""
    if loss[0] in ("l1", "hinge"):
        return z * y
    if loss[0] == "logistic":
        return entropy_below(z * y)
    return z * (y - z / 2)


def in_domain(loss: tuple[str, Fraction], z: Fraction, y: Fraction) -> bool:
    """Whether min_f loss(f; y) + z f is finite."""
    kind, delta = loss
    if kind in ("l1", "huber"):
        return abs(z) <= (delta if kind == "huber" else 1)
    if kind == "squared":
        return True
    return z * y >= 0 and (kind == "squared-hinge" or z * y <= 1)


def log_above(value: Decimal) -> Fraction:
    """Above the logarithm: ln is correctly rounded, so the next decimal is above. (Not for log 1 = 0, next to
    which decimals have a million digits.)"""
    context = Context(prec=LOG_DIGITS)
    return Fraction(0 if value == 1 else context.next_plus(context.ln(value)))


def log_one_plus_exp_above(t: Fraction) -> Fraction:
    """Above log(1 + exp(t)) = max(t, 0) + log(1 + exp(-abs(t))), each step rounded up."""
    context = Context(prec=LOG_DIGITS, rounding=ROUND_CEILING)
    size = decimal(abs(t), ROUND_FLOOR, LOG_DIGITS)
    tail = context.next_plus(context.exp(size.copy_negate()))
    return max(t, Fraction(0)) + log_above(context.add(Decimal(1), tail))


def entropy_below(a: Fraction) -> Fraction:
    """Below -a log a - (1-a) log(1-a) for 0 <= a <= 1, where 0 log 0 is 0."""
    shares = [share for share in (a, 1 - a) if share not in (0, 1)]
    return -sum((b * log_above(decimal(b, ROUND_CEILING, LOG_DIGITS)) for b in shares), Fraction(0))


def dual_value(problem: Problem, dual: Sequence[Fraction]) -> Fraction:
    """d(z) = min_f sum_i s_i loss(f_i; y_i) + z'f for z in the domain, less what a decayed intercept takes
    off; exactly, or below it, where logs are rounded."""
    if squares_alone(problem):
        (entries, scale), (targets, target_scale) = integers(dual), integers(problem.target)
        doubled = 2 * scale * dot(entries, targets) - target_scale * dot(entries, entries)
        value = Fraction(doubled, 2 * scale**2 * target_scale)
    else:
        triples = zip(problem.weights, dual, problem.target, strict=True)
        value = summed(
            times(s, conjugate_below(problem.loss, z / s if s != 1 else z, y)) for s, z, y in triples
        )
    if problem.decayed:
        value -= sum((product_with(problem, column, dual) ** 2 for column in problem.skips), Fraction(0)) / (
            2 * problem.beta
        )
    return value


def product_with(problem: Problem, column: Sequence[Fraction], dual: Sequence[Fraction]) -> Fraction:
    """sum_k z_k b_k for a column b of what outputs may add."""
    pairs = zip(problem.samples, column, strict=True)
    return sum((dual[sample] * b for sample, b in pairs), Fraction(0))


def decimal(value: Fraction, rounding: str, digits: int = 20) -> Decimal:
    """The value to so many significant digits, rounded in the direction named."""
    context = Context(prec=digits, rounding=rounding)
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))


# ------------------------------------------------ the number of chambers


def primitive(row: Sequence[int]) -> Row:
    """The same hyperplane's integer normal without common factor, its first nonzero entry positive."""
    divisor = gcd(*row)
    if next(filter(None, row), 0) < 0:
        divisor = -divisor
    return tuple(value // divisor for value in row)


def hyperplanes(rows: Iterable[Sequence[int]]) -> list[Row]:
    """The distinct hyperplanes: zero rows dropped, repeated, parallel and opposite rows merged."""
    return list(dict.fromkeys(primitive(row) for row in rows if any(row)))


def pivot_columns(rows: Sequence[Row]) -> dict[int, Row]:
    """Columns that form a basis of the column space; their number is the rank. Exact elimination.

    With each a combination of the rows that is 0 in the others of them. Divided by their entries there, these
    are a basis of the row space in which any row has its own entries in these columns as coordinates.
    """
    basis: dict[int, Row] = {}
    for column in range(len(rows[0])):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is not None:
            rows = hyperplanes(eliminate(row, pivot, column) for row in rows)
            basis = {c: primitive(eliminate(row, pivot, column)) for c, row in basis.items()}
            basis[column] = pivot
    return basis


def eliminate(row: Row, pivot: Row, column: int) -> Row:
    """The combination of row and pivot that is zero in this column (nonzero in pivot)."""
    a, b = pivot[column], row[column]
    return tuple([a * x - b * y for x, y in zip(row, pivot, strict=True)])


def restriction(normals: Sequence[Row], pivot: Row) -> list[Row]:
    """The hyperplanes that the others cut out of the pivot's, in coordinates with one column fewer."""
    column = next(j for j, value in enumerate(pivot) if value)
    reduced = (eliminate(row, pivot, column) for row in normals)
    return hyperplanes(row[:column] + row[column + 1 :] for row in reduced)


def count_chambers(normals: Sequence[Row], dimension: int, limit: int) -> int:
    """The number of chambers of distinct hyperplanes; above the limit, any number above it.

    Deletion and restriction: adding hyperplane k to those before it splits as many chambers as they cut out
    of hyperplane k, so the count is 1 + sum_k count(those before k, restricted to k). In two dimensions m
    lines make 2m chambers.
    """
    if dimension <= 2:
        return 2 * len(normals) or 1
    total = 1
    for k, normal in enumerate(normals):
        total += count_chambers(restriction(normals[:k], normal), dimension - 1, limit - total)
        if total > limit:
            break
    return total


# ------------------------------------------------ the chambers: distinct, complete


def pattern(rows: Sequence[Row], witness: Row, where: str) -> bytes:
    """One byte a row: 1 where x_k'u > 0, else 0."""
    products = [sum(map(mul, row, witness)) for row in rows]
    if 0 in products:
        witness_is_inside(rows, products, where)
    return bytes([value > 0 for value in products])


def witness_is_inside(rows: Sequence[Row], products: Sequence[int], where: str) -> None:
    """No hyperplane passes through the witness: only zero rows vanish there."""
    for k, (row, product) in enumerate(zip(rows, products, strict=True)):
        require(product != 0 or not any(row), f"{where}: the witness is on the hyperplane of row {k}")


def chambers_are_distinct(patterns: Sequence[bytes]) -> None:
    """No two witnesses have the same signs."""
    seen: dict[bytes, int] = {}
    for i, signs in enumerate(patterns):
        first = seen.setdefault(signs, i)
        require(first == i, f"chambers[{i}] is the same chamber as chambers[{first}]")


def chambers_are_complete(rows: Sequence[Row], listed: int) -> None:
    """As many are listed as there are. A basis of columns keeps the arrangement (statement 1.4)."""
    columns = pivot_columns(rows)
    normals = hyperplanes(tuple(row[j] for j in columns) for row in rows)
    count = count_chambers(normals, len(columns), limit=listed)
    known = f"more than {listed}" if count > listed else f"only {count}"
    require(count == listed, f"chambers: {listed} are listed, but there are {known}")


# ------------------------------------------------ dual feasibility, chamber by chamber


@dataclass(frozen=True, slots=True)
class Scaled:
    """Statement 2.3 with all denominators cleared, once for all chambers.

    Attributes:
        rows: those that cut space, times an integer.
        columns: the columns of (z_k x_k)_k, times an integer.
        slope, one: kappa = slope / one.
        lift: what turns `rows` into the scale of `gradient`.
        radius: norm_*(gradient) <= radius means norm_*(c) <= beta.
        penalty: the norm whose dual norm_* is.
        bias: the column that the norm leaves out, if any.
    """

    rows: list[Row]
    columns: list[list[int]]
    slope: int
    one: int
    lift: int
    radius: int
    penalty: str
    bias: int | None

    def gradient(self, signs: bytes) -> list[int]:
        """c = X'Dz on the chamber, times an integer."""
        gain, slope = self.one - self.slope, self.slope
        return [gain * sum(compress(column, signs)) + slope * sum(column) for column in self.columns]

    def gradient_of(self, picks: Sequence[tuple[int, int]]) -> list[int]:
        """The same with max pooling: the row of each sample that is the largest, and its slope."""
        return [sum(slope * column[row] for row, slope in picks) for column in self.columns]

    def moved(
        self, gradient: Sequence[int], signs: bytes, lambdas: dict[int, Fraction]
    ) -> tuple[list[int], int]:
        """c + X'S lambda, times the scale of the gradient and an integer, and that integer."""
        values, scale = integers(list(lambdas.values()))
        total = [scale * value for value in gradient]
        for row, value in zip(lambdas, values, strict=True):
            weight = self.lift * (value if signs[row] else -value)
            total = [t + weight * x for t, x in zip(total, self.rows[row], strict=True)]
        return total, scale

    def squares(self, moved: Sequence[int], scale: int) -> tuple[int, int]:
        """norm_*(c + X'S lambda)^2 without the bias, and beta^2, times one positive integer."""
        return dual_square(self.penalty, without(moved, self.bias)), (self.radius * scale) ** 2


def dual_square(penalty: str, vector: Sequence[int]) -> int:
    """norm_*(vector)^2: the 1-norm and the inf-norm are dual to each other, the 2-norm to itself."""
    if not vector:
        return 0
    if penalty == "2-norm":
        return dot(vector, vector)
    return int(max(map(abs, vector)) if penalty == "1-norm" else sum(map(abs, vector))) ** 2


def cleared(
    problem: Problem, dual: Sequence[Fraction], factor: int, common: int = 1
) -> tuple[list[int], int, int]:
    """z by row times an integer, a multiple of the common one, that integer, and beta times it and the
    factor: all in integers."""
    values, least = integers([dual[sample] for sample in problem.samples])
    scale = lcm(least, common)
    values = [value * (scale // least) for value in values]
    radius = problem.beta * factor * scale
    return [radius.denominator * value for value in values], radius.denominator * scale, radius.numerator


def scaled(problem: Problem, dual: Sequence[Fraction]) -> Scaled:
    """Clear the denominators of X, z, kappa and beta."""
    rows, row_scale = integer_rows(problem.cuts)
    one = problem.kappa.denominator
    values, dual_scale, radius = cleared(problem, dual, one * row_scale)
    return Scaled(
        rows=rows,
        columns=[
            [z * x for z, x in zip(values, column, strict=True)]
            for column in zip(*rows[: len(values)], strict=True)
        ],
        slope=problem.kappa.numerator,
        one=one,
        lift=one * dual_scale,
        radius=radius,
        penalty=problem.penalty,
        bias=problem.bias,
    )


def listed_chambers_prove(problem: Problem, dual: Sequence[Fraction], chambers: Sequence[Chamber]) -> None:
    """The listed chambers are all there are, and on each of them z and -z are bounded."""
    rows, _ = integer_rows(problem.cuts)
    patterns = [pattern(rows, chamber.witness, f"chambers[{i}]") for i, chamber in enumerate(chambers)]
    multipliers_are_on_hyperplanes(problem, chambers)
    chambers_are_distinct(patterns)
    chambers_are_complete(rows, len(patterns))
    dual_is_feasible(problem, dual, chambers, patterns)


def dual_is_feasible(
    problem: Problem, dual: Sequence[Fraction], chambers: Sequence[Chamber], patterns: Sequence[bytes]
) -> None:
    """norm_*(c + X'S lambda) <= beta on every chamber, for z with `plus` and for -z with `minus`."""
    system = scaled(problem, dual)
    for i, (chamber, signs) in enumerate(zip(chambers, patterns, strict=True)):
        gradient = gradient_on(problem, system, signs, chamber.witness)
        opposite = [-value for value in gradient]
        for name, c, lambdas in (("plus", gradient, chamber.plus), ("minus", opposite, chamber.minus)):
            total, scale = system.moved(c, signs, lambdas)
            bias_vanishes(total, problem.bias, f"chambers[{i}].{name}")
            bound_holds(*system.squares(total, scale), f"chambers[{i}].{name}")


def gradient_on(problem: Problem, system: Scaled, signs: bytes, witness: Row) -> list[int]:
    """The gradient on the chamber of a point, times an integer."""
    if problem.largest:
        return system.gradient_of(largest_rows(problem, system.rows, witness))
    return system.gradient(signs)


def largest_rows(problem: Problem, rows: Sequence[Row], witness: Row) -> list[tuple[int, int]]:
    """The row of each sample with the largest phi at a point, and the slope of phi there, over that of t > 0.

    All in integers: kappa is slope / one, and phi is taken one times.
    """
    slope, one = problem.kappa.numerator, problem.kappa.denominator
    best: dict[int, tuple[int, int, int]] = {}
    for k, (row, sample) in enumerate(zip(rows, problem.samples, strict=False)):
        t = dot(row, witness)
        found = (t * (one if t > 0 else slope), k, one if t > 0 else slope)
        best[sample] = max(best.get(sample, found), found)
    return [(k, gain) for _, k, gain in best.values()]


def bias_vanishes(total: Sequence[int], bias: int | None, where: str) -> None:
    """A free bias may be any number, so what multiplies it must be 0."""
    held = bias is None or total[bias] == 0
    require(held, f"{where}: the multipliers leave something of the free bias")


def bound_holds(norm_squared: int, beta_squared: int, where: str) -> None:
    """The bound on one chamber, for one sign of z."""
    require(norm_squared <= beta_squared, f"{where}: the bound norm_*(c + X'S lambda) <= beta fails")


# ------------------------------------------------ dual feasibility, a cover of all directions


@dataclass(frozen=True, slots=True)
class Kinks:
    """g(u) = z'phi(Xu) = base't + sum_h weights[h] max(0, rows[h]'t) in coordinates t, all in integers.

    Attributes:
        rows: y_h, one for each hyperplane of X, oriented as the first row on it.
        weights, base: times a common scale.
        limit: e't with norm(e)^2 <= limit, in a multiple of that scale, is at most beta norm(u).
        free: the coordinate that the norm leaves out, if any.
    """

    rows: list[Row]
    weights: list[int]
    base: list[int]
    limit: int
    free: int | None

    @property
    def rank(self) -> int:
        """The number of coordinates."""
        return len(self.base)

    def negated(self) -> Kinks:
        """The same for -z."""
        flipped = [-value for value in self.weights], [-value for value in self.base]
        return Kinks(self.rows, *flipped, self.limit, self.free)


@dataclass(frozen=True, slots=True)
class Maxima(Kinks):
    """g(u) = z'h(u) = base't + sum_i z_i max_p pieces[p]'t with max pooling, over the pieces of each sample
    of two or more, all in integers. `base` has what samples of one piece add.

    Attributes:
        pieces: of all samples, and then `owner`, the sample of each, and `heights`, z_i by sample.
        pairs: numbers p < q of two pieces of one sample each: `rows` are pieces[q] - pieces[p] and `weights`
            their z_i.
    """

    pieces: list[Row]
    owner: list[int]
    heights: list[int]
    pairs: list[tuple[int, int]]

    def negated(self) -> Maxima:
        """The same for -z."""
        weights, base, heights = ([-x for x in values] for values in (self.weights, self.base, self.heights))
        return Maxima(
            self.rows, weights, base, self.limit, None, self.pieces, self.owner, heights, self.pairs
        )


def maxima(
    problem: Problem, dual: Sequence[Fraction], basis: Sequence[Sequence[Fraction]] | None, shift: int
) -> Maxima:
    """The pieces of each sample in order, row by row: the row, and kappa times it; each but once."""
    rows, row_scale = integer_rows(problem.rows)
    lines, basis_scale = integer_rows(basis or [])
    slope, one = problem.kappa.numerator, problem.kappa.denominator
    values, _, radius = cleared(problem, dual, one * row_scale * basis_scale)
    heights = dict(zip(problem.samples, values, strict=True))
    own: dict[int, dict[Row, None]] = {sample: {} for sample in range(len(problem.target))}
    for row, sample in zip(rows, problem.samples, strict=True):
        own[sample] |= {tuple([one * x for x in row]): None, tuple([slope * x for x in row]): None}
    limit = radius**2 << 2 * shift
    if basis is not None:
        spans_all(lines, hyperplanes(rows))
        limit = int(limit * (1 - skewness(lines, basis_scale)))
        own = {i: {tuple([dot(line, a) for line in lines]): None for a in some} for i, some in own.items()}
    pieces = [piece for some in own.values() for piece in some]
    owner = [sample for sample, some in own.items() for _ in some]
    pairs = [(p, q) for q in range(len(pieces)) for p in range(q) if owner[p] == owner[q]]
    alone = [p for p, sample in enumerate(owner) if len(own[sample]) == 1]
    return Maxima(
        rows=[tuple(map(sub, pieces[q], pieces[p])) for p, q in pairs],
        weights=[heights[owner[p]] for p, _ in pairs],
        base=plus([0] * len(pieces[0]), [heights[owner[p]] for p in alone], [pieces[p] for p in alone]),
        limit=limit,
        free=None,
        pieces=pieces,
        owner=owner,
        heights=[heights[sample] for sample in own],
        pairs=pairs,
    )


def kinks(
    problem: Problem,
    dual: Sequence[Fraction],
    basis: Sequence[Sequence[Fraction]] | None,
    shift: int,
    common: int = 1,
) -> Kinks:
    """Merge parallel and opposite rows: max(0, -t) = max(0, t) - t. In the coordinates of the basis, if any;
    the limit is for vectors times 2^shift. The common denominator of a dual may be that of several."""
    rows, row_scale = integer_rows(problem.rows)
    lines, basis_scale = integer_rows(basis or [])
    slope, one = problem.kappa.numerator, problem.kappa.denominator
    values, _, radius = cleared(problem, dual, one * row_scale * basis_scale, common)
    normals: dict[Row, Row] = {}
    weights: dict[Row, int] = {}
    base = [slope * dot(values, column) for column in zip(*rows, strict=True)]
    for row, z in zip(rows, values, strict=True):
        if any(row):
            size = gcd(*row)
            own = tuple([x // size for x in row])
            key = own if next(filter(None, own)) > 0 else tuple([-x for x in own])
            normal = normals.setdefault(key, own)
            weights[key] = weights.get(key, 0) + (one - slope) * size * z
            if normal != own:
                base = [b + (one - slope) * z * x for b, x in zip(base, row, strict=True)]
    limit = radius**2 << 2 * shift
    if basis is None:
        return Kinks(list(normals.values()), list(weights.values()), base, limit, problem.bias)
    if problem.bias is not None:
        moved = [about(lines[0], basis_scale, problem.bias, row) for row in (base, *normals.values())]
        return Kinks(moved[1:], list(weights.values()), list(moved[0]), limit, problem.bias)
    spans_all(lines, list(normals))
    return Kinks(
        rows=[tuple(dot(line, row) for line in lines) for row in normals.values()],
        weights=list(weights.values()),
        base=[dot(line, base) for line in lines],
        limit=int(limit * (1 - skewness(lines, basis_scale))),
        free=None,
    )


def about(point: Row, scale: int, bias: int, row: Sequence[int]) -> Row:
    """A row x in the coordinates (w, b + m'w) of u = (w, b), which change no norm of w: x - x_b m, times the
    scale of the point m."""
    return tuple(scale * x - row[bias] * m for x, m in zip(row, point, strict=True))


def spans_all(lines: Sequence[Row], normals: Sequence[Row]) -> None:
    """Every row of X is a combination of the basis, so that g sees of u no more than t does. The rows of X
    come first: eliminated with them, which have few digits, all others stay short. As many rows as there are
    columns span everything, for `skewness` refuses them if they are dependent."""
    if len(lines) == len(lines[0]):
        return
    rank = len(pivot_columns([*normals, *lines]))
    require(rank == len(lines), f"the basis has {len(lines)} rows, but with X their rank is {rank}")


def skewness(lines: Sequence[Row], scale: int) -> Fraction:
    """eps with norm(u)^2 >= (1 - eps) norm(t)^2 for u = B't: the largest row sum of abs(BB' - I)."""
    square = scale**2
    sums = [
        sum(abs(dot(a, b) - (square if i == k else 0)) for k, b in enumerate(lines))
        for i, a in enumerate(lines)
    ]
    require(max(sums) < square, "the basis is too far from orthonormal to bound a norm")
    return Fraction(max(sums), square)


@dataclass(frozen=True, slots=True)
class Shared(Kinks):
    """norm(Z'phi(Xu)) for several outputs: the norm of base t + sum_h w_h max(0, rows[h]'t), all in integers.
    `base` and `columns`, the w_h, are lists of one an output; `weights` only says that all rows count. The
    matrix w_h rows[h]' of each row is one number in `terms`, :func:`joined` with the width."""

    base: Any
    columns: list[list[int]]
    terms: list[int]
    width: int

    @property
    def rank(self) -> int:
        """The number of coordinates."""
        return len(self.base[0])


def shared(
    problem: Problem,
    duals: Sequence[Sequence[Fraction]],
    basis: Sequence[Sequence[Fraction]] | None,
    shift: int,
) -> Shared:
    """The kinks of all outputs over one denominator, where any of them bends."""
    common = lcm(*(z.denominator for z in chain(*duals)))
    found = [kinks(problem, dual, basis, shift, common) for dual in duals]
    weights = zip(*(g.weights for g in found), strict=True)
    some = [k for k, entries in enumerate(weights) if any(entries)]
    rows = [found[0].rows[k] for k in some]
    own = [[g.weights[k] for g in found] for k in some]
    sizes = [max(map(abs, entries)) * max(map(abs, row)) for entries, row in zip(own, rows, strict=True)]
    width = sum(sizes).bit_length() + CHORD_BITS + 1
    return Shared(
        rows=rows,
        weights=[1] * len(some),
        base=[g.base for g in found],
        limit=found[0].limit,
        free=None,
        columns=[[g.weights[k] for k in some] for g in found],
        terms=[
            joined([w * x for w in entries for x in row], width)
            for entries, row in zip(own, rows, strict=True)
        ],
        width=width,
    )


def joined(values: Sequence[int], width: int) -> int:
    """Integers as one, sum_i values[i] 2^(i width): its sums and multiples are those of all entries."""
    return sum(value << i * width for i, value in enumerate(values))


def parted(number: int, width: int, count: int) -> list[int]:
    """The entries of such a number; they are below 2^(width - 1) in size."""
    half = 1 << width - 1
    number += joined([half] * count, width)
    return [(number >> i * width & 2 * half - 1) - half for i in range(count)]


class Bits:
    """The bits of a tree, read from the first on."""

    def __init__(self, data: bytes, where: str):
        self.text = bin(int.from_bytes(b"\1" + data, "big"))[3:]
        self.place = 0
        self.where = where

    def take(self, count: int) -> int:
        """The next bits as a number."""
        part = self.text[self.place : self.place + count]
        require(len(part) == count, f"{self.where}: the tree ends too early")
        self.place += count
        return int(part, 2) if count else 0

    def halved(self, width: int) -> int | None:
        """The coordinate in which the next box is halved; None for a leaf."""
        return self.take(width) if self.take(1) else None

    def slope(self, row: int, count: int, nearer: int) -> int:
        """The slope of a row of negative weight, in 2^count: the nearer of 0 and 1, the other, or a
        number."""
        if self.text[self.place : self.place + 1] == "0":
            self.place += 1
            return nearer << count
        self.take(1)
        return self.take(count) if self.take(1) else (1 - nearer) << count

    def shares(self, pieces: Sequence[int], count: int) -> list[int]:
        """The shares of the pieces of a sample of negative weight, in 2^count: one of them has all, or each
        but the last a number or none, and the last one the rest."""
        one = 1 << count
        if not self.take(1):
            chosen = self.take((len(pieces) - 1).bit_length())
            piece_is_there(chosen, len(pieces), self.where)
            return [one if k == chosen else 0 for k in range(len(pieces))]
        found = [self.take(count) if self.take(1) else 0 for _ in pieces[1:]]
        shares_are_convex(sum(found), one, self.where)
        return [*found, one - sum(found)]

    def finished(self) -> None:
        """Nothing but the rest of the last byte, in zeros, is left."""
        rest = self.text[self.place :]
        require(len(rest) < 8 and "1" not in rest, f"{self.where}: something is left after the tree")
        self.place = len(self.text)


Undecided = list[tuple[int, int, int]]


Path = tuple[int, ...]  # of a box: the number of its face, then 2i or 2i + 1 for a half in coordinate i
Mark = tuple[int, Path]  # the bit at which a box begins, and its path; () at the end of the tree
Side = tuple[Kinks, Cover, bytes, str]  # a function, and the bytes of its tree with their name


class Box(NamedTuple):
    """A box on a face of the cube.

    Attributes:
        path: how halving comes to it; 2i stands for the lower half.
        j: the coordinate of the face.
        lo, hi: its ends.
        c: the linear part of g on the box that was halved.
        spans: the rows that count and are undecided there, each with the least and the largest y'w, w in the
            box.
    """

    path: Path
    j: int
    lo: list[int]
    hi: list[int]
    c: Any
    spans: Iterable[tuple[int, int, int]]


def nowhere(side: Side) -> list[Mark]:
    """No marks: each side is one part."""
    return []


def cover_proves(
    problem: Problem, dual: Sequence[Fraction], cover: Cover, run: Any = None, marks: Any = nowhere
) -> None:
    """abs(z'phi(Xu)) <= beta norm(u) for all u: on the cone over every box, for z and for -z."""
    cover_fits(problem, cover)
    terms = maxima if problem.largest else kinks
    g = terms(problem, dual, cover.basis, 2 * cover.depth + CHORD_BITS)
    plus, minus = (g, cover, cover.plus, "cover.plus"), (g.negated(), cover, cover.minus, "cover.minus")
    sides_hold([plus, minus], run, marks)


def shared_cover_proves(
    problem: Problem,
    duals: Sequence[Sequence[Fraction]],
    cover: Cover,
    run: Any = None,
    marks: Any = nowhere,
) -> None:
    """norm(Z'phi(Xu)) <= beta norm(u) for all u: on the cone over every box."""
    g = shared(problem, duals, cover.basis, 2 * cover.depth + CHORD_BITS)
    sides_hold([(g, cover, cover.plus, "cover.tree")], run, marks)


def cover_fits(problem: Problem, cover: Cover) -> None:
    """The argument is for the 2-norm, and the coordinates leave the bias beside the norm."""
    require(problem.penalty == "2-norm", f"certificate: with the {problem.penalty} chambers must be listed")
    bias_is_beside(problem, cover.basis)


def bias_is_beside(problem: Problem, basis: Basis | None) -> None:
    """With free biases a basis is a single point, which leaves the norm of the other weights as it is."""
    if problem.bias is not None and basis is not None:
        held = len(basis) == 1 and basis[0][problem.bias] == 0
        require(held, "the basis: with free biases it is one row, with 0 in the column of ones")


def sides_hold(sides: Sequence[Side], run: Any, marks: Any) -> None:
    """Every tree from its first box to its end: in parts, by what runs them, or in one walk here. The marks
    where parts begin are guesses; if any part fails, the walk decides."""
    if run is not None:
        parts = [(side, *ends) for side in sides for ends in pairwise(marked(side, marks(side)))]
        if list(run(part_holds, parts)) == [True] * len(parts):
            return
    for g, cover, data, where in sides:
        faces_hold(g, cover, Bits(data, where))


def marked(side: Side, marks: Iterable[Mark]) -> list[Mark]:
    """The marks of a tree with its first box, at bit 0, and its end."""
    return [(0, (0,)), *marks, (8 * len(side[2]), ())]


def part_holds(part: tuple[Side, Any, Any]) -> bool:
    """Whether the walk that begins at one mark comes to the other. The bit and the path of the next box say
    all that is left to walk; so parts of which each ends where the next begins are one walk."""
    (g, cover, data, where), start, end = part
    bits = Bits(data, where)
    try:
        bits.place, path = start
        boxes_hold(g, cover, bits, path, end[1])
        if not end[1]:
            bits.finished()
        return bool(bits.place == end[0])
    except Exception:  # a mark can be anything
        return False


def faces_hold(g: Kinks, cover: Cover, bits: Bits) -> None:
    """All faces of the cube, each with its tree."""
    boxes_hold(g, cover, bits, (0,), ())
    bits.finished()


def boxes_hold(g: Kinks, cover: Cover, bits: Bits, path: Path, end: Path) -> None:
    """The bound on all leaves from the box of one path to that of another."""
    for box, c, undecided in leaves(g, cover, bits, path, end):
        leaf_holds(g, cover, bits, box.j, box.lo, box.hi, c, undecided)


def leaves(
    g: Kinks, cover: Cover, bits: Bits, path: Path = (0,), end: Path = ()
) -> Iterator[tuple[Box, Any, Undecided]]:
    """The leaves from the box of one path to that of another in the order of the tree; () is its end. A box
    is halved, lower half first, or it is a leaf. What it says is to be read before the next one is."""
    width = (g.rank - 1).bit_length()
    stack = boxes_from(g, cover, bits.where, path)
    while stack and stack[-1].path != end:
        box = stack.pop()
        c, undecided = decided(g, box.c, box.spans)
        i = bits.halved(width)
        if i is None:
            yield box, c, undecided
        else:
            stack += halves(g, cover, bits.where, box, i, c, undecided)
    require(bool(stack) == bool(end), f"{bits.where}: the tree has no box {end}")


def boxes_from(g: Kinks, cover: Cover, where: str, path: Path) -> list[Box]:
    """The box of a path and all that come after it, the last one first."""
    first, *turns = path
    stack = faces(g, cover)[first:][::-1]
    for turn in turns:
        i, upper = divmod(turn, 2)
        box = stack.pop()
        stack += halves(g, cover, where, box, i, *decided(g, box.c, box.spans))
        if upper:
            stack.pop()
    return stack


def faces(g: Kinks, cover: Cover) -> list[Box]:
    """t_j = 1 and t_j = -1 for each j."""
    r, one = g.rank, 1 << cover.depth
    found: list[Box] = []
    for j in range(r):
        for sigma in (1, -1):
            lo, hi = [-one] * r, [one] * r
            lo[j] = hi[j] = sigma * one
            found.append(Box((len(found),), j, lo, hi, g.base, box_spans(g, lo, hi)))
    return found


def halves(g: Kinks, cover: Cover, where: str, box: Box, i: int, c: Any, undecided: Undecided) -> list[Box]:
    """The upper half of a box in coordinate i, and the lower one. Rows decided by the box are so in both."""
    path, j, lo, hi, _, _ = box
    coordinate_is_free(i, j, len(lo), where)
    step, odd = divmod(hi[i] - lo[i], 2)
    halves_are_whole(odd, where, cover.depth)
    middle = lo[i] + step
    entries = [(k, low, high, g.rows[k][i] * step) for k, low, high in undecided]
    upper = [(k, low + x, high) if x > 0 else (k, low, high + x) for k, low, high, x in entries]
    lower = [(k, low, high - x) if x > 0 else (k, low - x, high) for k, low, high, x in entries]
    return [
        Box((*path, 2 * i + 1), j, [*lo[:i], middle, *lo[i + 1 :]], hi, c, upper),
        Box((*path, 2 * i), j, lo, [*hi[:i], middle, *hi[i + 1 :]], c, lower),
    ]


def coordinate_is_free(i: int, j: int, count: int, where: str) -> None:
    """Only a coordinate that varies on the face can be halved."""
    require(i < count and i != j, f"{where}: no coordinate {i} to halve on a face of coordinate {j}")


def halves_are_whole(odd: int, where: str, depth: int) -> None:
    """An end of a half that were rounded would leave a gap between the two."""
    require(not odd, f"{where}: an interval is halved more than {depth} times")


def box_spans(g: Kinks, lo: Sequence[int], hi: Sequence[int]) -> Iterable[tuple[int, int, int]]:
    """The rows that count, each with the least and the largest y'w, w in the box."""
    for k, (row, weight) in enumerate(zip(g.rows, g.weights, strict=True)):
        if weight:
            yield k, *span(row, lo, hi)


def span(row: Sequence[int], lo: Sequence[int], hi: Sequence[int]) -> tuple[int, int]:
    """The least and the largest y'w, w in the box: twice its value at the middle of the box, less and plus
    twice how far it goes from there."""
    twice = sum(map(mul, row, map(add, lo, hi)))
    reach = sum(map(mul, map(abs, row), map(sub, hi, lo)))
    return (twice - reach) // 2, (twice + reach) // 2


def decided(g: Kinks, c: Any, spans: Iterable[tuple[int, int, int]]) -> tuple[Any, Undecided]:
    """c with the rows that are positive on the box, and the rows that are neither positive nor negative. With
    several outputs a row that is zero somewhere on the box is neither, for a maximum may lie there."""
    if isinstance(g, Maxima):
        return largest_left(g, c, list(spans))
    touching = isinstance(g, Shared)
    positive, rest = [], []
    for span in spans:
        if span[1] > 0 or (span[1] == 0 and not touching):
            positive.append(span[0])
        elif span[2] > 0 or (span[2] == 0 and touching):
            rest.append(span)
    rows = [g.rows[k] for k in positive]
    if isinstance(g, Shared):
        return [
            plus(part, [w[k] for k in positive], rows) for part, w in zip(c, g.columns, strict=True)
        ], rest
    return plus(c, [g.weights[k] for k in positive], rows), rest


def largest_left(g: Maxima, c: Sequence[int], spans: Undecided) -> tuple[list[int], Undecided]:
    """c with the pieces that are the largest of their samples on the whole box, and the pairs of pieces that
    the box does not decide. A piece goes only while one that is nowhere below it is there."""
    gone: set[int] = set()
    for k, low, high in spans:
        p, q = g.pairs[k]
        if p not in gone and q not in gone and (low >= 0 or high <= 0):
            gone.add(p if low >= 0 else q)
    rest = [entry for entry in spans if gone.isdisjoint(g.pairs[entry[0]])]
    seen = dict.fromkeys(p for k, _, _ in spans for p in g.pairs[k] if p not in gone)
    open_ = {p for k, _, _ in rest for p in g.pairs[k]}
    alone = [p for p in seen if p not in open_]
    return plus(c, [g.heights[g.owner[p]] for p in alone], [g.pieces[p] for p in alone]), rest


def pieces_left(g: Maxima, undecided: Undecided) -> Iterable[tuple[int, list[int]]]:
    """z_i and the pieces of the samples that a box leaves more than one, both in order."""
    found = sorted({p for k, _, _ in undecided for p in g.pairs[k]})
    for sample, own in groupby(found, key=g.owner.__getitem__):
        yield g.heights[sample], list(own)


@dataclass(frozen=True, slots=True)
class Bends:
    """The undecided rows of a box, in lists: `lows <= n'w <= highs`, the weights of each output, and a' of
    them; and, times 2^CHORD_BITS, the slopes of their lines, those of their chords, and what chords add to
    these."""

    rows: list[Row]
    terms: list[int]
    lows: list[int]
    highs: list[int]
    weights: list[list[int]]
    heights: list[int]
    slopes: list[int]
    chords: list[int]
    rests: list[int]


def shared_leaf_holds(
    g: Shared,
    cover: Cover,
    bits: Bits,
    j: int,
    lo: list[int],
    hi: list[int],
    c: list[list[int]],
    undecided: Undecided,
) -> None:
    """The bound on the cone over one box with several outputs: along a direction of outputs and across it, or
    by a quadratic form."""
    weights = [[column[k] for k, _, _ in undecided] for column in g.columns]
    a = direction(weights, lo, hi, c, undecided)
    found = bends(g, cover, bits, a, weights, undecided)
    held = squares_hold(g, cover, a, j, lo, hi, c, found) or pushed_back(g, cover, j, lo, hi, c, found)
    shared_leaf_is_bounded(held, f"{bits.where}: the leaf that ends at bit {bits.place}")


def shared_leaf_is_bounded(held: bool, where: str) -> None:
    """norm(Z'phi(Xu)) <= beta norm(u) on the cone over one box."""
    require(held, f"{where}: neither bound of norm(Z'phi(Xu)) by beta holds")


def direction(
    weights: Sequence[Sequence[int]],
    lo: Sequence[int],
    hi: Sequence[int],
    c: Sequence[Sequence[int]],
    undecided: Undecided,
) -> list[int]:
    """About g at the middle of the box, in few bits; what is proven of any direction holds of this one."""
    twice = list(map(add, lo, hi))
    heights = [max(0, low + high) for _, low, high in undecided]
    found = [dot(part, twice) + dot(column, heights) for part, column in zip(c, weights, strict=True)]
    longest = max(map(abs, found))
    if longest == 0:
        return [1] + [0] * (len(found) - 1)
    return [(value << DIRECTION_BITS) // longest for value in found]


def bends(
    g: Shared,
    cover: Cover,
    bits: Bits,
    a: Sequence[int],
    weights: list[list[int]],
    undecided: Undecided,
) -> Bends:
    """The rows with their lines: chords where max(0, t) is to be over-estimated, else slopes, as read."""
    one, finer = 1 << CHORD_BITS, CHORD_BITS - cover.bits
    chords = [(high << CHORD_BITS) // (high - low) for _, low, high in undecided]
    heights = plus([0] * len(undecided), a, weights)
    lines = zip(undecided, heights, chords, strict=True)
    return Bends(
        rows=[g.rows[k] for k, _, _ in undecided],
        terms=[g.terms[k] for k, _, _ in undecided],
        lows=[low for _, low, _ in undecided],
        highs=[high for _, _, high in undecided],
        weights=weights,
        heights=heights,
        slopes=[
            chord if height > 0 else bits.slope(k, cover.bits, int(low + high > 0)) << finer
            for (k, low, high), height, chord in lines
        ],
        chords=chords,
        # A chord that is rounded down leaves most at the upper end.
        rests=[(one - chord) * high for (_, _, high), chord in zip(undecided, chords, strict=True)],
    )


def squares_hold(
    g: Shared,
    cover: Cover,
    a: Sequence[int],
    j: int,
    lo: list[int],
    hi: list[int],
    c: Sequence[Sequence[int]],
    terms: Bends,
) -> bool:
    """norm(a)^2 norm(g)^2 = (a'g)^2 + norm(norm(a) g - a'g a/norm(a))^2, each of them bounded, is at most
    norm(a)^2 beta^2."""
    size = dot(a, a)
    r = len(lo)
    bent = parted(sum(map(mul, terms.terms, terms.chords)), g.width, r * len(c))
    lines = [
        [(x << CHORD_BITS) + y for x, y in zip(part, bent[b * r : b * r + r], strict=True)]
        for b, part in enumerate(c)
    ]
    along = plus([0] * len(lo), a, lines)
    twice, widths = list(map(add, lo, hi)), list(map(sub, hi, lo))

    def middle_and_reach(line: Sequence[int], weights: Sequence[int]) -> tuple[int, int]:
        reach = dot(list(map(abs, line)), widths) + dot(list(map(abs, weights)), terms.rests)
        return dot(line, twice) + dot(weights, terms.rests), reach

    middle, reach = middle_and_reach(along, terms.heights)
    back, across = max(reach - middle, 0), 0
    for share, line, weights in zip(a, lines, terms.weights, strict=True):
        rest = [size * x - share * y for x, y in zip(line, along, strict=True)]
        own = [size * x - share * y for x, y in zip(weights, terms.heights, strict=True)]
        middle, reach = middle_and_reach(rest, own)
        across += (abs(middle) + reach) ** 2
    shortest = sum(max(low, -high, 0) ** 2 for low, high in zip(lo, hi, strict=True))
    back, across = (-(-(square << 4 * cover.depth) // (4 * shortest)) for square in (back**2, across))
    # Where lines are not chords.
    falling = [k for k, height in enumerate(terms.heights) if height <= 0]
    shares = [terms.heights[k] * (terms.slopes[k] - terms.chords[k]) for k in falling]
    ahead = plus(along, shares, [terms.rows[k] for k in falling])
    ahead = [value << cover.depth for value in ahead]
    constant = dot([max(height, 0) for height in terms.heights], terms.rests)
    ahead[j] += constant if lo[j] > 0 else -constant
    square = square_on_cone(ahead, lo, hi, j, None)
    return square is not None and max(square, back) * size + across <= g.limit * size**2


def pushed_back(
    g: Shared,
    cover: Cover,
    j: int,
    lo: list[int],
    hi: list[int],
    c: Sequence[Sequence[int]],
    terms: Bends,
) -> bool:
    """Whether all terms make norm(g) smaller than norm(Nu), so much that beta is above both together."""
    one, sigma = 1 << CHORD_BITS, 1 if lo[j] > 0 else -1
    rests = [rest if height > 0 else 0 for rest, height in zip(terms.rests, terms.heights, strict=True)]
    lines = []
    for part, weights in zip(c, terms.weights, strict=True):
        line = plus([x << CHORD_BITS for x in part], list(map(mul, weights, terms.slopes)), terms.rows)
        line = [x << cover.depth for x in line]
        line[j] += sigma * dot(weights, rests)
        lines.append(line)
    columns = list(zip(*lines, strict=True))
    matrix = [[-dot(x, y) for y in columns] for x in columns]
    for i, row in enumerate(matrix):
        row[i] += g.limit >> 2 * cover.depth
    farthest = [
        rest if height > 0 else max(-slope * low, (one - slope) * high)
        for rest, height, slope, low, high in zip(
            terms.rests, terms.heights, terms.slopes, terms.lows, terms.highs, strict=True
        )
    ]
    own = list(zip(*terms.weights, strict=True))
    for k, entries in enumerate(own):
        sign = -1 if terms.heights[k] > 0 else 1
        line = [sign * dot(entries, column) for column in columns]
        push = dot(line, list(map(add, lo, hi))) + dot(list(map(abs, line)), list(map(sub, hi, lo)))
        for other, height, far in zip(own, terms.heights, farthest, strict=True):
            both = sign * dot(entries, other)
            push += max(0, -both if height > 0 else both) * far << cover.depth
        if push > 0:
            return False
        if terms.heights[k] <= 0:
            slope = terms.slopes[k]
            sides = ((one - slope, terms.highs[k]), (slope, -terms.lows[k]))
            bend = min(-push * share // reach for share, reach in sides if reach) << cover.depth
            for x, row in zip(terms.rows[k], matrix, strict=True):
                row[:] = [value + bend * x * y for value, y in zip(row, terms.rows[k], strict=True)]
    return is_positive_definite(matrix)


def plus(c: Sequence[int], shares: Sequence[int], rows: Sequence[Sequence[int]]) -> list[int]:
    """c with the sum of some rows, each times its share."""
    columns = zip(*rows, strict=True) if rows else [()] * len(c)
    return [x + sum(map(mul, shares, column)) for x, column in zip(c, columns, strict=True)]


def leaf_holds(
    g: Kinks,
    cover: Cover,
    bits: Bits,
    j: int,
    lo: list[int],
    hi: list[int],
    c: Any,
    undecided: Undecided,
) -> None:
    """The bound on the cone over one box. c is over-estimated with the chords and the slopes of this leaf."""
    if isinstance(g, Shared):
        shared_leaf_holds(g, cover, bits, j, lo, hi, c, undecided)
        return
    if isinstance(g, Maxima):
        shares, rows, constant = largest_above(g, cover, bits, lo, hi, undecided)
    else:
        shares, rows, constant = kinks_above(g, cover, bits, undecided)
    total = plus([value << CHORD_BITS for value in c], shares, rows)
    total = [value << cover.depth for value in total]
    total[j] += constant if lo[j] > 0 else -constant
    square = square_on_cone(total, lo, hi, j, g.free)
    leaf_is_bounded(square, g.limit, f"{bits.where}: the leaf that ends at bit {bits.place}")


Estimate = tuple[list[int], list[Row], int]


def kinks_above(g: Kinks, cover: Cover, bits: Bits, undecided: Undecided) -> Estimate:
    """Shares of rows, and a constant, whose sum is above the undecided terms; all times 2^CHORD_BITS."""
    one = 1 << CHORD_BITS
    shares, constant = [], 0
    for k, low, high in undecided:
        weight = g.weights[k]
        if weight > 0:
            share = (high << CHORD_BITS) // (high - low)
            constant += weight * max(-share * low, (one - share) * high)
        else:
            share = bits.slope(k, cover.bits, int(low + high > 0)) << (CHORD_BITS - cover.bits)
        shares.append(share * weight)
    return shares, [g.rows[k] for k, _, _ in undecided], constant


def largest_above(
    g: Maxima, cover: Cover, bits: Bits, lo: Sequence[int], hi: Sequence[int], undecided: Undecided
) -> Estimate:
    """The same with max pooling, where rows are pieces or the lines above them."""
    shares: list[int] = []
    rows: list[Row] = []
    constant = 0
    for weight, pieces in pieces_left(g, undecided):
        own = [g.pieces[p] for p in pieces]
        if weight > 0:
            line, height = lid(own, lo, hi)
            shares.append(weight)
            rows.append(line)
            constant += weight * height
        else:
            stated = bits.shares(pieces, cover.bits)
            shares += [weight * share << (CHORD_BITS - cover.bits) for share in stated]
            rows += own
    return shares, rows, constant


def lid(pieces: Sequence[Row], lo: Sequence[int], hi: Sequence[int]) -> tuple[Row, int]:
    """l and a constant with a'w <= l'w + constant for all pieces a on the box, times 2^CHORD_BITS.

    The constant is right for any l. This one is a chord between the first two pieces, then one between that
    and the third, and so on, without those that are hardly ever the largest; what is rounded there is in the
    constant.
    """
    raised = [tuple([x << CHORD_BITS for x in piece]) for piece in pieces]
    line, *others = clearly_larger(raised, lo, hi)
    for piece in others:
        way = tuple(map(sub, piece, line))
        low, high = span(way, lo, hi)
        if high > 0:
            share = (high << CHORD_BITS) // (high - min(low, 0))
            line = tuple([x + (share * y >> CHORD_BITS) for x, y in zip(line, way, strict=True)])
    return line, max(span(tuple(map(sub, piece, line)), lo, hi)[1] for piece in raised)


def clearly_larger(pieces: Sequence[Row], lo: Sequence[int], hi: Sequence[int]) -> list[Row]:
    """The pieces but those that another one is nowhere below, or by less than 2^-NEARLY of their sizes."""
    unit, gone = max(map(abs, [*lo, *hi])), set()
    for a, first in enumerate(pieces):
        for b in range(a + 1, len(pieces)):
            if a not in gone and b not in gone:
                low, high = span(tuple(map(sub, pieces[b], first)), lo, hi)
                near = unit * (sum(map(abs, first)) + sum(map(abs, pieces[b]))) >> NEARLY
                if low >= -near or high <= near:
                    gone.add(a if low >= -near else b)
    return [piece for k, piece in enumerate(pieces) if k not in gone]


def piece_is_there(chosen: int, count: int, where: str) -> None:
    """Bits can spell more numbers than there are pieces."""
    require(chosen < count, f"{where}: no piece {chosen} of the {count} that are left of a sample")


def shares_are_convex(total: int, one: int, where: str) -> None:
    """The last share is the rest, which must not be negative."""
    require(total <= one, f"{where}: the shares of the pieces of a sample are more than 1")


def leaf_is_bounded(square: int | None, limit: int, where: str) -> None:
    """norm(e) <= beta on the cone over one box."""
    require(square is not None and square <= limit, f"{where}: the bound norm(e) <= beta fails")


def square_on_cone(c: list[int], lo: list[int], hi: list[int], j: int, free: int | None) -> int | None:
    """norm(e)^2 for an e with c't <= e't on the cone over the box, times abs(lo[j])^2; None if there is none.

    For any tau >= 0: e_i = clip(c_i, tau lo_i, tau hi_i), so that (c_i - e_i) t_i is largest at an end, and
    what these ends add up to goes to coordinate j. The best tau solves a piecewise linear equation; it is
    found by Newton's method within a bracket, and the bound holds for every tau. In the free coordinate e
    must be 0.
    """
    sigma, unit = (1, lo[j]) if lo[j] > 0 else (-1, -lo[j])
    others = [(x, a, b) for i, (x, a, b) in enumerate(zip(c, lo, hi, strict=True)) if i != j and i != free]
    rest = sigma * c[j] * unit
    if free is not None and free != j:
        rest += max(c[free] * lo[free], c[free] * hi[free])
    own = 0 if free == j else unit * unit
    tau, least, most = 0, 0, None
    for _ in range(4 * len(c) + 8):
        above, below = rest, own
        for x, a, b in others:
            end = b if x > tau * b else a if x < tau * a else 0
            above, below = above + end * x, below + end * end
        if above > below * tau:
            least = tau
        else:
            most = tau
        further = 2 * tau + 1 + max(abs(x) for x, _, _ in others) if others else tau
        wanted = max(-(-above // below), 0) if below else further if above > 0 else tau
        if wanted == tau or (most is not None and most - least <= 1):
            break
        inside = least < wanted and (most is None or wanted < most)
        tau = wanted if inside else (least + most) // 2 if most is not None else 2 * least + 1
    tau = tau if most is None else min(most, max(tau, least))
    square = 0
    for x, a, b in others:
        e = min(max(x, tau * a), tau * b)
        rest += (x - e) * (b if x > e else a)
        square += e * e
    rest = max(rest, 0)
    if free == j:
        return square * unit * unit if rest == 0 else None
    return square * unit * unit + rest * rest


# ------------------------------------------------ dual feasibility, one quadratic function a sign


def quadratic_proves(problem: Problem, dual: Sequence[Fraction], quadratic: Quadratic) -> None:
    """abs(z'phi(Xu)) <= beta norm(u) for all u: both functions are above and bounded."""
    quadratic_fits(problem)
    bias_is_beside(problem, quadratic.basis)
    g = kinks(problem, dual, quadratic.basis, 0)
    pieces_hold(g, quadratic.plus, (), WHOLE_SPAN, "quadratic.plus")
    pieces_hold(g.negated(), quadratic.minus, (), WHOLE_SPAN, "quadratic.minus")


def quadratic_fits(problem: Problem) -> None:
    """The argument is for the 2-norm of all weights, and for sums."""
    require(problem.penalty == "2-norm", f"certificate: with the {problem.penalty} chambers must be listed")
    require(not problem.largest, "certificate: with max pooling a list or a cover is needed")


def pieces_hold(g: Kinks, part: Part, facets: tuple[Row, ...], span: Span, where: str) -> None:
    """Every piece of this part, where f'u >= 0 for all facets f, or where b/R is in the span."""
    if isinstance(part, Piece):
        quadratic_holds(g, part, facets, span, where)
        return
    if isinstance(part, BiasCut):
        bias_is_free(g, where)
        pieces_hold(g, part.above, facets, (part.at, span[1]), f"{where}.above")
        pieces_hold(g, part.below, facets, (span[0], part.at), f"{where}.below")
        return
    sphere_is_whole(g, where)
    if isinstance(part, Form):
        form_holds(g, part, where)
        return
    count = len(part.normal)
    require(count == g.rank, f"{where}.cut has {count} entries, not {g.rank}")
    pieces_hold(g, part.above, (*facets, part.normal), span, f"{where}.above")
    pieces_hold(g, part.below, (*facets, tuple(-x for x in part.normal)), span, f"{where}.below")


def sphere_is_whole(g: Kinks, where: str) -> None:
    """What planes and forms rest on: u has norm 1."""
    require(g.free is None, f"{where}: with free biases neither planes nor forms prove anything")


def bias_is_free(g: Kinks, where: str) -> None:
    """A cut at a bias needs one."""
    require(g.free is not None, f"{where}: a cut at a bias, which is not free")


def quadratic_holds(g: Kinks, piece: Piece, facets: Sequence[Row], span: Span, where: str) -> None:
    """One function: beta - c'u - u'Qu - const, times a scale, is positive for norm(u) = 1, or with free
    biases for norm(w) = 1 and b/R in the span."""
    bias_has_a_share(g, piece, where)
    reach, bias = bias_limit(g), piece.bias or Fraction(0)
    shift = 64 + max((abs(x).bit_length() for row in g.rows for x in row), default=0)
    c, squares, constant = [2 * b << shift for b in g.base], [], 0
    counted = []
    for row, weight in zip(g.rows, g.weights, strict=True):
        side = fixed_side(row, g.free, reach, span) if weight else -1
        if side == 0:
            counted.append((row, weight))
        elif side > 0:
            c = [x + (2 * weight << shift) * y for x, y in zip(c, row, strict=True)]
    lengths = [height_limit(row, g.free, reach, span) for row, _ in counted]
    found = parameters(counted, lengths, piece.rows, shift, where)
    for (row, _), (linear, square, rest) in zip(counted, found, strict=True):
        c = [x + linear * y for x, y in zip(c, row, strict=True)]
        squares.append((square, row))
        constant += rest
    beta = 2 * isqrt(g.limit) << shift
    diagonal, linear_parts = [piece.share * beta for _ in c], [Fraction(x) for x in c]
    corner = beta - constant - piece.share * beta
    if g.free is not None:
        (low, high), own = span, Fraction(1 << LENGTH_BITS, reach)
        diagonal[g.free] = bias * beta * own**2
        linear_parts[g.free] += bias * beta * (low + high) * own
        corner += bias * beta * low * high
    matrix = bound_matrix(linear_parts, squares, diagonal, corner)
    added = products(facets, piece.products, len(c), where)
    # The matrix is that of the form times twice a denominator, the other one times 2^(3 PRODUCT_BITS + 1).
    gain = lcm(*(x.denominator for x in (*linear_parts, *diagonal, corner))) * beta
    others = 1 << 3 * PRODUCT_BITS
    matrix = [
        [others * x - gain * y for x, y in zip(*lines, strict=True)]
        for lines in zip(matrix, added, strict=True)
    ]
    quadratic_is_bounded(matrix, where)


def bias_has_a_share(g: Kinks, piece: Piece, where: str) -> None:
    """The square of the bias has one where it is free, and it is not negative: abs(b) is R at most."""
    require((piece.bias is None) == (g.free is None), f"{where}: a bias exactly where biases are free")
    require(piece.bias is None or piece.bias >= 0, f"{where}.bias is negative")


def bias_limit(g: Kinks) -> int:
    """2^LENGTH_BITS times R, rounded up: with free biases the largest norm of a row (x, 1) without its 1."""
    if g.free is None:
        return 0
    weights = [without(row, g.free) for row in g.rows]
    squares = (Fraction(dot(w, w), row[g.free] ** 2) for w, row in zip(weights, g.rows, strict=True))
    return isqrt(int(max(squares) * (1 << 2 * LENGTH_BITS))) + 1


def weight_limit(row: Row, free: int | None) -> int:
    """2^LENGTH_BITS times the norm of a row without its free bias, rounded up."""
    weights = without(row, free)
    return isqrt(dot(weights, weights) << 2 * LENGTH_BITS) + 1


def height_limit(row: Row, free: int | None, reach: int, span: Span) -> int:
    """2^LENGTH_BITS times L, rounded up: abs(row'u) <= L for norm(u) = 1, or with a free bias for norm(w) = 1
    and b/R in the span."""
    if free is None:
        return weight_limit(row, free)
    # Less the floor of the opposite: rounded up.
    return weight_limit(row, free) - (-abs(row[free]) * reach * max(map(abs, span)) // 1)


def fixed_side(row: Row, free: int | None, reach: int, span: Span) -> int:
    """1 where row'u >= 0 for norm(w) = 1 and all b/R in the span, -1 where it is <= 0, else 0."""
    if free is None:
        return 0
    ends, weights = [row[free] * reach * end for end in span], weight_limit(row, free)
    return int(min(ends) >= weights) or -int(max(ends) <= -weights)


def products(facets: Sequence[Row], data: bytes, d: int, where: str) -> list[list[int]]:
    """2^(3 PRODUCT_BITS) times the matrix in (u, 1) of twice the products of facets, as shares of beta."""
    k, size = len(facets), MULTIPLIER
    pairs = k * (k - 1) // 2
    products_are_whole(len(data) == size * (pairs + k * d), where)
    numbers = signed_integers(data, size)
    multipliers_are_nonnegative(all(x >= 0 for x in numbers[:pairs]), where)
    rest = iter(numbers)
    terms: list[tuple[int, Row, Row]] = []
    for i, f in enumerate(facets):
        terms += [(next(rest), (*f, 0), (*other, 0)) for other in facets[i + 1 :]]
    for f in facets:
        vector_of_f = [next(rest) for _ in range(d)]
        terms.append((1 << PRODUCT_BITS, (*f, 0), (*vector_of_f, length_of(vector_of_f))))
    matrix = [[0] * (d + 1) for _ in range(d + 1)]
    for factor, f, w in terms:
        for i in range(d + 1):
            for j in range(d + 1):
                matrix[i][j] += factor * (f[i] * w[j] + w[i] * f[j])
    return matrix


def products_are_whole(condition: bool, where: str) -> None:
    """As many multipliers as there are products."""
    require(condition, f"{where}.products: another number of multipliers than products")


def multipliers_are_nonnegative(condition: bool, where: str) -> None:
    """Only multiples of what is not negative may be added."""
    require(condition, f"{where}.products: a negative multiplier")


def length_of(w: Sequence[int]) -> int:
    """norm(w), rounded up."""
    return isqrt(dot(w, w)) + 1


def parameters(
    counted: Sequence[tuple[Row, int]], lengths: Sequence[int], data: bytes, shift: int, where: str
) -> Iterable[tuple[int, int, int]]:
    """For each hyperplane 2^(shift+1) times the coefficients of t, t^2 and 1, rounded up: for norm(u) = 1
    w max(0, t) is at most what they add up to. L is the length of the row, rounded up, tau a share of L."""
    one, unit, place = 1 << 8 * PARAMETER, 1 << LENGTH_BITS, 0
    for (_, weight), length in zip(counted, lengths, strict=True):
        size = PARAMETER if weight > 0 else 2 * PARAMETER
        part, place = data[place : place + size], place + size
        parameters_are_whole(len(part) == size, f"{where}: there are parameters for too few rows")
        if weight > 0:
            x = int.from_bytes(part, "big")
            tau_is_positive(x, where)
            yield (
                weight << shift,
                -(-(weight * one * unit << shift) // (2 * length * x)),
                -(-(weight * length * x << shift) // (2 * one * unit)),
            )
        else:
            a, b = (int.from_bytes(part[k : k + PARAMETER], "big") for k in (0, PARAMETER))
            parabola_is_below(a, b, one, where)
            yield (
                (2 * weight * a << shift) // one,
                -(-(2 * weight * b * unit << shift) // (one * length)),
                0,
            )
    parameters_are_whole(place == len(data), f"{where}: there are parameters for too many rows")


def parameters_are_whole(condition: bool, reason: str) -> None:
    """As many parameters as there are rows that count."""
    require(condition, reason)


def tau_is_positive(x: int, where: str) -> None:
    """A parabola of width 0 is none."""
    require(x > 0, f"{where}: tau is 0")


def parabola_is_below(a: int, b: int, one: int, where: str) -> None:
    """a t + b t^2/L is at most max(0, t) for abs(t) <= L."""
    require(b <= a <= one - b, f"{where}: a parabola that is not below max(0, t)")


def quadratic_is_bounded(matrix: list[list[int]], where: str) -> None:
    """beta less the function is positive for norm(u) = 1: short numbers mostly show it, ten times as fast."""
    definite = is_positive_definite(shortened(matrix)) or is_positive_definite(matrix)
    require(definite, f"{where}: the function is not proven to be at most beta")


def bound_matrix(
    c: Sequence[Fraction], squares: Sequence[tuple[int, Row]], diagonal: Sequence[Fraction], corner: Fraction
) -> list[list[int]]:
    """A multiple of the matrix of sum diagonal_i u_i^2 - sum s (row'u)^2 - c'u + corner in (u, 1)."""
    d, scale = len(c), 2 * lcm(*(x.denominator for x in (*c, *diagonal, corner)))
    matrix = [[0] * (d + 1) for _ in range(d + 1)]
    for i in range(d):
        shares = [s * row[i] for s, row in squares]
        for k in range(i, d):
            matrix[i][k] = matrix[k][i] = -scale * sum(map(mul, shares, [row[k] for _, row in squares]))
        matrix[i][i] += int(scale * diagonal[i])
        matrix[i][d] = matrix[d][i] = -int(scale // 2 * c[i])
    matrix[d][d] = int(scale * corner)
    return matrix


def is_positive_definite(matrix: list[list[int]]) -> bool:
    """Whether all leading minors of a symmetric matrix are positive: the pivots of exact elimination, which
    goes through what is on and above the diagonal."""
    lines, last = [line[i:] for i, line in enumerate(matrix)], 1
    while lines:
        pivot, *others = lines.pop(0)
        if pivot <= 0:
            return False
        lines = [
            [(x * pivot - own * y) // last for x, y in zip(line, others[i:], strict=True)]
            for i, (own, line) in enumerate(zip(others, lines, strict=True))
        ]
        last = pivot
    return True


def shortened(matrix: list[list[int]]) -> list[list[int]]:
    """A matrix of shorter numbers of which a power of two is nowhere above a symmetric one: what rounding
    down takes away is in [0, 1) an entry, so by Gershgorin's circles never below -(d - 1) norm(u)^2."""
    shift = max(max(abs(x).bit_length() for line in matrix for x in line) - SHORT_BITS, 0)
    less = len(matrix) - 1 if shift else 0
    return [[(x >> shift) - less * (i == k) for k, x in enumerate(line)] for i, line in enumerate(matrix)]


# ------------------------------------------------ dual feasibility, functions of degree 4 and 6


def form_holds(g: Kinks, part: Form, where: str) -> None:
    """One function: beta - c'u - sum of curves, times a scale, is not negative for norm(u) = 1, as c'u <=
    corner + (c'u)^2 / (4 corner), and as what is left is a form with a matrix that has a square root."""
    degree, d = part.degree, len(g.base)
    shift = 64 + degree * max((abs(x).bit_length() for row in g.rows for x in row), default=0)
    c = [2 * b << shift for b in g.base]
    powers: list[list[tuple[int, Row]]] = [[] for _ in range(degree // 2 + 1)]
    counted = [(row, weight) for row, weight in zip(g.rows, g.weights, strict=True) if weight]
    for (row, _), (linear, even) in zip(counted, curves(counted, part, shift, where), strict=True):
        c = [x + linear * y for x, y in zip(c, row, strict=True)]
        for terms, coefficient in zip(powers, even, strict=True):
            terms.append((coefficient, row))
    beta = 2 * isqrt(g.limit) << shift
    corner = int(part.share * beta)
    corner_is_positive(corner, where)
    constant = sum(coefficient for coefficient, _ in powers[0])
    matrix = bound_matrix(
        [Fraction(x) for x in c], powers[1], [Fraction(beta - corner - constant)] * d, Fraction(corner)
    )
    last = matrix[-1]
    # All of this, and what follows, is 4 corner times as large.
    pairs = combinations_with_replacement(range(d), 2)
    form: dict[Row, int] = {
        (i, k): (1 if i == k else 2) * (last[d] * matrix[i][k] - last[i] * last[k]) for i, k in pairs
    }
    for k in range(2, degree // 2 + 1):
        form = less_powers(times_norm(form, d), [(4 * corner * s, row) for s, row in powers[k]], k)
    gram = gram_matrix(form, 4 * corner * beta, part.gram, d, where)
    small = max((4 * corner * beta << PRODUCT_BITS).bit_length() - GRAM_BITS, 0)
    # Each entry loses less than 1: so no eigenvalue is lowered by more than the number of rows.
    rounded = [[x >> small for x in line] for line in gram]
    form_is_bounded(has_square_root(rounded, len(gram)), where)


def corner_is_positive(corner: int, where: str) -> None:
    """Nothing of beta bounds no linear part."""
    require(corner > 0, f"{where}.share: nothing of beta for the linear part")


def form_is_bounded(condition: bool, where: str) -> None:
    """beta less the function is not negative for norm(u) = 1."""
    require(condition, f"{where}: the function is not proven to be at most beta")


def curves(
    counted: Sequence[tuple[Row, int]], part: Form, shift: int, where: str
) -> Iterable[tuple[int, list[int]]]:
    """For each hyperplane 2^(shift+1) times the coefficients of t, and of 1, t^2, t^4, ..., rounded up: for
    norm(u) = 1 w max(0, t) is at most what they add up to. They are curves in abs(t)/L, L the length of the
    row, rounded up."""
    one, half, place = 1 << 8 * PARAMETER, part.degree // 2, 0
    for row, weight in counted:
        length = Fraction(weight_limit(row, None), 1 << LENGTH_BITS)
        count = half - 1 if weight > 0 else 2
        data, place = part.rows[place : place + count * PARAMETER], place + count * PARAMETER
        parameters_are_whole(
            len(data) == count * PARAMETER, f"{where}: there are parameters for too few rows"
        )
        numbers = [int.from_bytes(data[k : k + PARAMETER], "big") for k in range(0, len(data), PARAMETER)]
        points = [Fraction(x, one) for x in numbers]
        points_are_positive(all(points[-1:] if weight < 0 else points), where)
        slope = Fraction(1, 2) if weight > 0 else points[0]
        even = above(points) if weight > 0 else below(points[1], half)
        scale = (weight << shift + 1) * min(slope, 1 - slope) * length
        heights = [scale * x / length ** (2 * k) for k, x in enumerate(even)]
        yield int((weight << shift + 1) * slope), [-(-x.numerator // x.denominator) for x in heights]
    parameters_are_whole(place == len(part.rows), f"{where}: there are parameters for too many rows")


def points_are_positive(condition: bool, where: str) -> None:
    """No curve touches at 0 with its slope."""
    require(condition, f"{where}: a curve that touches at 0")


def above(points: Sequence[Any]) -> list[Any]:
    """Coefficients of 1, s^2, s^4, ... of a polynomial that is at least s for 0 <= s <= 1: it touches s at
    one point and meets it at 1, or touches it at two."""
    if len(points) == 1:
        (x,) = points
        scale = 2 * x * (1 + x) ** 2
        return [x**2 * (1 + 2 * x) / scale, ((1 + x) ** 2 + 2 * x**2) / scale, -1 / scale]
    p, q = points[0] + points[1], points[0] * points[1]
    scale = 2 * p**3 * q
    terms = q**2 * (p**2 + q), p**4 - p**2 * q + 3 * q**2, 3 * q - 2 * p**2, 1
    return [x / scale for x in terms]


def below(y: Any, half: int) -> list[Any]:
    """The same for one that is at most s: it meets s at 0, touches it at y and of degree 6 meets it at 1."""
    if half == 2:
        return [0 * y, 3 / (2 * y), -1 / (2 * y**3)]
    scale = 2 * y**3 * (1 + y) ** 2
    terms = 0 * y, y**2 * (3 + 6 * y + 4 * y**2 + 2 * y**3), -(1 + 2 * y + 3 * y**2 + 4 * y**3), 1 + 2 * y
    return [x / scale for x in terms]


def times_norm(form: dict[Row, int], d: int) -> dict[Row, int]:
    """The coefficients of norm(u)^2 times a form, each by the variables of its monomial, in order."""
    found: dict[Row, int] = {}
    for indices, value in form.items():
        for k in range(d):
            key = tuple(sorted((*indices, k, k)))
            found[key] = found.get(key, 0) + value
    return found


def less_powers(form: dict[Row, int], terms: Sequence[tuple[int, Row]], half: int) -> dict[Row, int]:
    """The coefficients of a form of degree 2 half in d variables less the sum of s (row'u)^(2 half)."""
    d = len(terms[0][1]) if terms else 0
    values = {
        indices: [prod([row[i] for i in indices]) for _, row in terms]
        for indices in combinations_with_replacement(range(d), half)
    }
    weights = [s for s, _ in terms]
    shares = {indices: list(map(mul, weights, line)) for indices, line in values.items()}
    found = dict(form)
    for indices in combinations_with_replacement(range(d), 2 * half):
        total = sum(map(mul, shares[indices[:half]], values[indices[half:]]))
        often = factorial(2 * half) // prod([factorial(indices.count(i)) for i in {*indices}])
        found[indices] = found.get(indices, 0) - often * total
    return found


def gram_matrix(form: dict[Row, int], unit: int, data: bytes, d: int, where: str) -> list[list[int]]:
    """2^(PRODUCT_BITS + 1) times the matrix of a form in the products of half as many variables. Of the
    entries for two products, those where the last variable of the first is after the first one of the second
    are written, in units of 2^-PRODUCT_BITS unit; the form says the others."""
    half = len(next(iter(form))) // 2
    products = list(combinations_with_replacement(range(d), half))
    places = [(a, b) for b in range(len(products)) for a in range(b + 1)]
    written = [(a, b) for a, b in places if products[a][-1] > products[b][0]]
    gram_is_whole(len(data) == MULTIPLIER * len(written), where)
    left = {indices: value << PRODUCT_BITS for indices, value in form.items()}
    gram = [[0] * len(products) for _ in products]
    for (a, b), number in zip(written, signed_integers(data, MULTIPLIER), strict=True):
        gram[a][b] = gram[b][a] = 2 * number * unit
        left[tuple(sorted(products[a] + products[b]))] -= (1 if a == b else 2) * number * unit
    for a, b in places:
        if products[a][-1] <= products[b][0]:
            gram[a][b] = gram[b][a] = (2 if a == b else 1) * left[products[a] + products[b]]
    return gram


def gram_is_whole(condition: bool, where: str) -> None:
    """As many entries as the form leaves open."""
    require(condition, f"{where}.gram: another number of entries than the form leaves open")


def has_square_root(matrix: Sequence[Sequence[int]], margin: int) -> bool:
    """Whether the symmetric matrix, less the margin on its diagonal, is positive semidefinite; a root R in
    integers with R R' = 4^bits (matrix - (margin + rows) I) less remainders shows it. The remainders, from 0
    on and below 4^bits beside the diagonal, lower no eigenvalue by more than the number of rows."""
    bits = max(line[i].bit_length() for i, line in enumerate(matrix)) // 2 + 1
    root: list[list[int]] = []
    for i, line in enumerate(matrix):
        row: list[int] = []
        for j in range(i):
            row.append(((line[j] << 2 * bits) - sum(map(mul, row, root[j]))) // root[j][j])
        left = (line[i] - margin - len(matrix) << 2 * bits) - sum(map(mul, row, row))
        if left <= 0:
            return False
        root.append([*row, isqrt(left)])
    return True


# ------------------------------------------------ dual feasibility, all faces of a rank-3 arrangement


@dataclass(frozen=True, slots=True)
class Field:
    """z'phi(Xu) = a't + sum_j b_j abs(h_j't) in three coordinates t of the row space, in integers.

    Vectors c, h are rows in these coordinates; `gram` is the inner product of the rows of X that they stand
    for, up to scale. Where the signs of all h_j't are s_j, the gradient is c = a + E with E = sum_j s_j b_j
    h_j; at -u it is a - E. So the four vectors E + a, E - a, -E + a, -E - a serve z and -z at u and at -u.

    Attributes:
        normals: the distinct h_j, their first nonzero entry positive.
        raised: gram h_j for each.
        bends: b_j for each.
        linear: a.
        raised_linear: gram a.
        determinant: of gram.
        limit: norm(c) <= beta means (c, c) <= limit.
    """

    normals: list[Row]
    raised: list[Row]
    bends: list[int]
    linear: Row
    raised_linear: Row
    determinant: int
    limit: int


def inner(a: Sequence[int], b: Sequence[int]) -> int:
    """The inner product of three entries, where speed counts."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def sign(value: int) -> int:
    """-1, 0 or 1."""
    return (value > 0) - (value < 0)


def cross(a: Sequence[int], b: Sequence[int]) -> Row:
    """The vector product."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def field(problem: Problem, dual: Sequence[Fraction]) -> Field:
    """The landscape of z, on a basis of columns (statement 1.4), with parallel rows as one hyperplane."""
    wide, row_scale = integer_rows(problem.rows)
    basis = pivot_columns(wide)
    rows = [tuple(row[j] for j in basis) for row in wide]
    gram, gram_scale = row_gram(basis)
    slope, one = problem.kappa.numerator, problem.kappa.denominator
    values, _, radius = cleared(problem, dual, 2 * one * row_scale)
    weights = dict.fromkeys(hyperplanes(rows), 0)
    for row, z in zip(rows, values, strict=True):
        if any(row):
            weights[primitive(row)] += (one - slope) * z * gcd(*row)
    linear = [(one + slope) * dot(values, column) for column in zip(*rows, strict=True)]
    divisor = gcd(radius, *weights.values(), *linear)
    odd = tuple(value // divisor for value in linear)
    return Field(
        normals=list(weights),
        raised=[tuple(dot(line, h) for line in gram) for h in weights],
        bends=[value // divisor for value in weights.values()],
        linear=odd,
        raised_linear=tuple(dot(line, odd) for line in gram),
        determinant=dot(gram[0], cross(gram[1], gram[2])),
        limit=gram_scale * (radius // divisor) ** 2,
    )


def row_gram(basis: dict[int, Row]) -> tuple[list[Row], int]:
    """The inner product of rows in the coordinates that `pivot_columns` gives, times an integer, and that
    integer."""
    scale = lcm(*(row[column] for column, row in basis.items()))
    units = [[scale // row[column] * x for x in row] for column, row in basis.items()]
    return [tuple(dot(a, b) for b in units) for a in units], scale**2


def crossings(normals: Sequence[Row], j: int) -> tuple[list[list[int]], list[int]]:
    """The other hyperplanes in the order in which they cross great circle j over half a turn.

    Returns:
        The groups that cross together, and the signs of all h_k before the first crossing.

    In the plane of h = h_j, where h[i] > 0, the entries (i+1, i+2) of a vector are coordinates, and
    h_k'u = -det(h x h_k, u) / h[i] in them: h_k vanishes on its crossing h x h_k, or minus that, whichever
    has an angle in [0, pi), and changes its sign there. Angles are ordered by integer parts of cotangents,
    magnified so
    far that different ones differ: they are fractions, their denominators of at most `bits` bits.
    """
    h = normals[j]
    i = next(i for i, value in enumerate(h) if value)
    p, q = (i + 1) % 3, (i + 2) % 3
    a, b, c = h[i], h[p], h[q]
    ends = [(c * g[i] - a * g[q], a * g[p] - b * g[i]) for g in normals]
    bits = max(max(abs(x), abs(y)).bit_length() for x, y in ends)
    first = -1 << (4 * bits)
    keys = [(-x << (2 * bits)) // y if y else first for x, y in ends]
    side = [1 if y > 0 or (y == 0 and x > 0) else -1 for x, y in ends]
    order = sorted((k for k in range(len(normals)) if k != j), key=keys.__getitem__)
    return [list(group) for _, group in groupby(order, key=keys.__getitem__)], side


def sweep_proves(problem: Problem, dual: Sequence[Fraction]) -> None:
    """abs(z'phi(Xu)) <= beta norm(u) for all u: no face of the arrangement holds a maximum above beta."""
    rows, row_scale = integer_rows(problem.rows)
    basis = pivot_columns(rows)
    sweep_fits(problem, len(basis))
    if problem.bias is not None:
        kinks_prove(problem, dual, problem.bias)
    elif len(basis) == 2:
        plane_holds(plane(problem, dual, rows, row_scale, basis), problem.kappa, (0, 0), "in the plane")
    else:
        landscape = field(problem, dual)
        for j in range(len(landscape.normals)):
            sweep_circle(landscape, j)


def sweep_fits(problem: Problem, rank: int) -> None:
    """The sweep is in so many dimensions, and projects onto faces, which is right for the 2-norm alone."""
    require(problem.penalty == "2-norm", f"certificate: with the {problem.penalty} chambers must be listed")
    require(not problem.largest, "certificate: with max pooling a list or a cover is needed")
    fits = rank == 3 or (rank == 2 and problem.bias is None)
    require(fits, f"certificate: without chambers the rank must be 3, or 2 without free biases, not {rank}")


def sweep_circle(f: Field, j: int) -> None:
    """The rays and arcs on great circle j and the cells beside its arcs, over half a turn.

    Every cell has an arc on its boundary, so all circles together meet all cells. `even` is E without the
    term of h_j, which is 0 on the circle and b_j h_j on its positive side. The gradients s (E + r a) with s,
    r = +-1 are all four. Beside a cell where all of them are short, those on its arcs and rays are shorter
    still.
    """
    groups, side = crossings(f.normals, j)
    normal, h, b = f.normals[j], f.raised[j], f.bends[j]
    own, odd, tilt = inner(h, normal), inner(f.linear, f.raised_linear), inner(h, f.linear)
    arc_limit = f.limit * own
    side[j] = 0
    steps = [s * bend for s, bend in zip(side, f.bends, strict=True)]
    even = [dot(steps, column) for column in zip(*f.normals, strict=True)]
    raised = [dot(steps, column) for column in zip(*f.raised, strict=True)]
    hint = j
    for start, group in zip([groups[-1], *groups[:-1]], groups, strict=True):
        ends = (start[0], group[0])
        square, along, mixed = inner(even, raised), inner(even, h), inner(even, f.raised_linear)
        long_cells = 0
        for tau in (1, -1):
            step = tau * b
            size = square + step * (2 * along + step * own) + odd
            bias = 2 * (mixed + step * tilt)
            if size + abs(bias) > f.limit:
                long_cells += 1
                side[j] = tau
                for r in (1, -1):
                    inward = along + step * own + r * tilt
                    if inward and size + r * bias > f.limit:
                        s = tau if inward > 0 else -tau
                        c = [
                            s * (x + step * y + r * z) for x, y, z in zip(even, normal, f.linear, strict=True)
                        ]
                        hint = cell_holds(f, c, side, (*ends, hint), j)
        if long_cells == 2:
            for r in (1, -1):
                if (square + odd + 2 * r * mixed) * own - (along + r * tilt) ** 2 > arc_limit:
                    arc_holds(f, [x + r * z for x, z in zip(even, f.linear, strict=True)], side, ends, j)
            if j < group[0]:
                ray_holds(f, even, j, group[0])
        for k in group:
            turn = 2 * side[k] * f.bends[k]
            even = [x - turn * y for x, y in zip(even, f.normals[k], strict=True)]
            raised = [x - turn * y for x, y in zip(raised, f.raised[k], strict=True)]
            side[k] = -side[k]


def cell_holds(f: Field, c: Sequence[int], side: Sequence[int], guesses: Sequence[int], j: int) -> int:
    """A gradient longer than beta points out of its own cell; returns a hyperplane that separates the two."""
    for k in chain(guesses, range(len(side))):
        if side[k] * inner(f.raised[k], c) <= 0:
            return k
    raise Refusal(f"the bound abs(z'phi(Xu)) <= beta norm(u) fails in a cell beside hyperplane {j}")


def arc_holds(f: Field, c: Sequence[int], side: Sequence[int], ends: Sequence[int], j: int) -> None:
    """A projection onto circle j longer than beta, of c and of -c, lies outside the open arc between two
    crossings.

    That of s c need not where the landscape of s z bends up across the circle: there it has no maximum.
    """
    h, b = f.raised[j], f.bends[j]
    own, height = inner(h, f.normals[j]), inner(h, c)
    inside = {side[k] * sign(own * inner(f.raised[k], c) - height * inner(h, f.normals[k])) for k in ends}
    fails = inside in ({1}, {-1}) and b * min(inside) <= 0
    require(not fails, f"the bound abs(z'phi(Xu)) <= beta norm(u) fails on an arc of hyperplane {j}")


def ray_holds(f: Field, even: Sequence[int], j: int, k: int) -> None:
    """On the ray where hyperplanes j and k meet: the value, abs(E't) + abs(a't), is at most beta norm(u)."""
    ray = cross(f.normals[j], f.normals[k])
    value = abs(inner(even, ray)) + abs(inner(f.linear, ray))
    h = f.raised[j]
    square = inner(h, f.normals[j]) * inner(f.raised[k], f.normals[k]) - inner(h, f.normals[k]) ** 2
    holds = value**2 * f.determinant <= f.limit * square
    require(holds, f"the bound abs(z'phi(Xu)) <= beta norm(u) fails where hyperplanes {j} and {k} meet")


# ------------------------------------------------ the same in the plane; with free biases kink by kink


@dataclass(frozen=True, slots=True)
class Plane:
    """z'phi(Xu) for rows of rank 2, or at a kink of the data, in two coordinates t.

    With a free bias, z'phi(Xu) as a function of it bends at the kinks alone, where x_k'u = 0, and is constant
    beyond them, sum_k z_k being 0: so it is largest at one of them. There it is a't + sum_j b_j abs(h_j't), a
    Field with the differences x_i - x_k in place of rows, and the norm is that of all of t.

    Attributes:
        rows: x_i for each row i, or x_i - x_0, times an integer.
        columns: two of theirs, which are the coordinates.
        values: z_i, times an integer.
        gram: the inner product (p, q, r) = ((p, q), (q, r)) of the rows that these stand for.
        limit: norm(c) <= beta means (c, c) <= limit, for c in the scale that `plane_holds` gives it.
    """

    rows: list[Row]
    columns: Row
    values: list[int]
    gram: Row
    limit: int


def kinks_prove(problem: Problem, dual: Sequence[Fraction], bias: int) -> None:
    """The bound at the kink of every row, over half a turn."""
    rows, row_scale = integer_rows([without(row, bias) for row in problem.rows])
    differences = [tuple(map(sub, row, rows[0])) for row in rows]
    flat = plane(problem, dual, differences, row_scale, pivot_columns(differences))
    i, j = flat.columns
    for kink, k in {(row[i], row[j]): k for k, row in enumerate(flat.rows)}.items():
        plane_holds(flat, problem.kappa, kink, f"at the kink of row {k}")


def plane(
    problem: Problem, dual: Sequence[Fraction], rows: list[Row], row_scale: int, basis: dict[int, Row]
) -> Plane:
    """Rows of rank 2 on two independent columns of theirs (statement 1.4), and what they stand for."""
    ((p, q), (_, r)), gram_scale = row_gram(basis)
    values, _, radius = cleared(problem, dual, 2 * problem.kappa.denominator * row_scale)
    return Plane(rows, tuple(basis), values, (p, q, r), gram_scale * radius**2)


def plane_holds(plane: Plane, kappa: Fraction, kink: Row, where: str) -> None:
    """No ray and no arc between two of them holds a maximum above beta, for z and -z at t and -t.

    Lines are sorted by the angles of their normals, from above -90 to 90 degrees. So t = (1, 0), turned a
    little, has positive products with all of them, and turning on makes one after the other negative.
    """
    slope, one = kappa.numerator, kappa.denominator
    p, q, r = plane.gram
    i, j = plane.columns
    x0, y0 = kink
    bends: dict[Row, int] = {}
    odd_x = odd_y = even_x = even_y = 0
    for row, z in zip(plane.rows, plane.values, strict=True):
        x, y = row[i] - x0, row[j] - y0
        if x or y:
            size = gcd(x, y) if x > 0 or (x == 0 and y > 0) else -gcd(x, y)
            line = (x // size, y // size)
            bends[line] = bends.get(line, 0) + (one - slope) * z * abs(size)
            odd_x, odd_y = odd_x + (one + slope) * z * x, odd_y + (one + slope) * z * y
    bits = max(x for x, _ in bends).bit_length()
    last = 1 << (2 * bits + 1 + max(abs(y) for _, y in bends).bit_length())
    lines = sorted(bends, key=lambda line: (line[1] << (2 * bits)) // line[0] if line[0] else last)
    for x, y in lines:
        even_x, even_y = even_x + bends[x, y] * x, even_y + bends[x, y] * y
    before, side = lines[-1], 1
    for x, y in lines:
        for s in (1, -1):
            c, d = even_x + s * odd_x, even_y + s * odd_y
            up, across = p * c + q * d, q * c + r * d
            if c * up + d * across > plane.limit:
                behind, ahead = side * (before[0] * up + before[1] * across), x * up + y * across
                inside = (behind > 0 and ahead > 0) or (behind < 0 and ahead < 0)
                require(not inside, f"the bound abs(z'phi(Xu)) <= beta norm(u) fails {where}")
        value = abs(x * even_y - y * even_x) + abs(x * odd_y - y * odd_x)
        holds = value**2 * (p * r - q * q) <= plane.limit * (p * x * x + 2 * q * x * y + r * y * y)
        require(holds, f"the bound abs(z'phi(Xu)) <= beta norm(u) fails on a ray {where}")
        even_x, even_y = even_x - 2 * bends[x, y] * x, even_y - 2 * bends[x, y] * y
        before, side = (x, y), -1


# ------------------------------------------------ the claim: for this problem, with these bounds


def digest_matches(document: Any, problem: Problem) -> None:
    """Written for this problem. (All else is checked against the problem anyway: this names the mistake, and
    comes first, since another problem has other shapes too. What names no problem is refused as it is read.)
    """
    named = document.get("problem") if type(document) is dict else None
    require(type(named) is not str or named == problem.digest, "certificate: written for another problem")


def multipliers_are_on_hyperplanes(problem: Problem, chambers: Sequence[Chamber]) -> None:
    """None on a zero row. (It would do nothing there: this keeps one way to write each certificate.)"""
    zero = {k for k, row in enumerate(problem.cuts) if not any(row)}
    for i, chamber in enumerate(chambers):
        where = zero & (chamber.plus.keys() | chamber.minus.keys())
        require(not where, f"chambers[{i}]: a multiplier on the zero row {min(where, default=0)}")


def upper_is_exact(problem: Problem, certificate: Certificate, found: Outputs) -> None:
    """The upper bound is the network's objective: equal, so that there is one way to write a claim."""
    value = objective(problem, certificate.hidden, certificate.output, certificate.skip, found)
    require(certificate.upper == value, "upper: not the objective of the network")


def lower_is_exact(problem: Problem, certificate: Certificate) -> None:
    """The lower bound is the value of the dual: equal, so that there is one way to write a claim."""
    value = dual_value(problem, certificate.dual)
    require(certificate.lower == value, "lower: not the value of the dual")


def dual_is_in_domain(problem: Problem, dual: Sequence[Fraction]) -> None:
    """Outside the domain d(z) is minus infinity, whatever a formula says."""
    for i, (s, z, y) in enumerate(zip(problem.weights, dual, problem.target, strict=True)):
        inside = in_domain(problem.loss, z / s if s != 1 else z, y)
        require(
            inside, f"dual: entry {i} is outside the domain of the conjugate of the {problem.loss[0]} loss"
        )


def dual_ignores_what_is_free(problem: Problem, dual: Sequence[Fraction]) -> None:
    """What is free in f adds nothing to z'f: otherwise d(z) is minus infinity."""
    for j, column in enumerate(() if problem.decayed else problem.skips):
        require(product_with(problem, column, dual) == 0, f"dual: not orthogonal to free column {j}")


def one_by_one(problem: Problem) -> list[Problem]:
    """One problem for each output, all else the same."""
    return [replace(problem, target=target, others=()) for target in (problem.target, *problem.others)]


def shared_objective(problem: Problem, hidden: Any, output: Any, skips: Any) -> Fraction:
    """The objective of a network with several outputs: the sum of theirs, but the hidden weights, which each
    of them counts, once."""
    columns = list(zip(*output, strict=True)) or [()] * len(skips)
    parts = zip(one_by_one(problem), columns, skips, strict=True)
    total = summed(objective(one, hidden, column, skip) for one, column, skip in parts)
    return total - (len(skips) - 1) * problem.beta * weight_penalty(problem.penalty, hidden, [])


def shared_claim_holds(problem: Problem, certificate: SharedCertificate, run: Any, marks: Any) -> None:
    """As for one output: the two values, what the dual must be orthogonal to, and its feasibility."""
    common_denominator_within_limit(chain(*certificate.duals), "dual")
    common_denominator_within_limit(chain(*certificate.hidden), "hidden")
    common_denominator_within_limit(chain(*certificate.output, *certificate.skips), "output")
    upper = shared_objective(problem, certificate.hidden, certificate.output, certificate.skips)
    require(certificate.upper == upper, "upper: not the objective of the network")
    pairs = list(zip(one_by_one(problem), certificate.duals, strict=True))
    for one, dual in pairs:
        dual_is_in_domain(one, dual)
        dual_ignores_what_is_free(one, dual)
    lower = summed(dual_value(one, dual) for one, dual in pairs)
    require(certificate.lower == lower, "lower: not the value of the dual")
    shared_cover_proves(problem, certificate.duals, certificate.cover, run, marks)
    bounds_are_ordered(certificate)


def bounds_are_ordered(certificate: Certificate | SharedCertificate) -> None:
    """Redundant by weak duality once all else holds; it stays as an alarm about this very program."""
    require(certificate.lower <= certificate.upper, "the lower bound is above the upper bound")


def verify(problem: Problem, certificate_text: str, run: Any = None, marks: Any = nowhere) -> Verdict:
    """All checks, in the order in which a reader would ask; the first that fails is the reason. What runs
    the parts of a cover, if anything, applies a function to each item of a list, as `map` does; `marks`
    guesses where they begin."""
    try:
        shape = len(problem.target), len(problem.cuts), len(problem.rows[0]), len(problem.skips)
        document = parse(certificate_text, "certificate")
        digest_matches(document, problem)
        if problem.others:
            several = read_shared_certificate(document, shape[0], *shape[2:], len(problem.others) + 1)
            shared_claim_holds(problem, several, run, marks)
            return Verdict(True, "", several.lower, several.upper)
        certificate = read_certificate(document, *shape)
        common_denominator_within_limit(certificate.dual, "dual")
        common_denominator_within_limit(chain(*certificate.hidden), "hidden")
        common_denominator_within_limit(certificate.output + certificate.skip, "output")
        found = outputs(problem, certificate.hidden, certificate.output, certificate.skip)
        upper_is_exact(problem, certificate, found)
        certificate = with_dual(problem, certificate, found)
        dual_is_in_domain(problem, certificate.dual)
        dual_ignores_what_is_free(problem, certificate.dual)
        lower_is_exact(problem, certificate)
        if certificate.cover is not None:
            cover_proves(problem, certificate.dual, certificate.cover, run, marks)
        elif certificate.quadratic is not None:
            quadratic_proves(problem, certificate.dual, certificate.quadratic)
        elif certificate.chambers is None:
            sweep_proves(problem, certificate.dual)
        else:
            listed_chambers_prove(problem, certificate.dual, certificate.chambers)
        bounds_are_ordered(certificate)
    except Refusal as reason:
        return Verdict(False, str(reason))
    return Verdict(True, "", certificate.lower, certificate.upper)


def check_documents(problem_text: str, certificate_text: str) -> Verdict:
    """Check a certificate against a problem, both as JSON text.

    Args:
        problem_text: the problem, in the format written by `TrainingProblem.save`.
        certificate_text: the certificate, in the format written by `Certificate.save`.

    Returns:
        The verdict: PROVEN with both bounds, or REFUSED with the first reason. Bad text raises nothing.

    Example:
        One sample x = y = 1 with beta = 3/4: the best network is phi(u/2)/2, and z = 3/4 proves it.

        >>> problem = '''{"format": "convex-landscape problem", "version": 1, "loss": "squared",
        ...     "penalty": "2-norm", "readout": "identity", "kappa": "0", "beta": "3/4",
        ...     "X": [["1"]], "y": ["1"]}'''
        >>> certificate = '''{"format": "convex-landscape certificate", "version": 1, "problem": "%s",
        ...     "lower": "15/32", "upper": "15/32", "dual": ["3/4"],
        ...     "network": {"hidden": [["1/2"]], "output": ["1/2"]},
        ...     "chambers": [{"witness": ["1"], "plus": {}, "minus": {}},
        ...                  {"witness": ["-1"], "plus": {}, "minus": {}}]}''' % read_problem(problem).digest
        >>> print(check_documents(problem, certificate))
        PROVEN 15/32 <= p* <= 15/32
        >>> print(check_documents(problem, certificate.replace('"dual": ["3/4"]', '"dual": ["1"]')))
        REFUSED: lower: not the value of the dual
    """
    try:
        problem = read_problem(problem_text)
    except Refusal as reason:
        return Verdict(False, str(reason))
    return verify(problem, certificate_text)


def read_file(path: str) -> str:
    """The text in a file."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"cannot read {path!a}: {error!s}") from None


def main(arguments: Sequence[str]) -> int:
    """The command: 0 proven, 1 refused, 2 no such use, unreadable file or unusable problem."""
    if len(arguments) != 2:
        print("usage: python checker.py PROBLEM.json CERTIFICATE.json", file=sys.stderr)
        return 2
    try:
        texts = [read_file(path) for path in arguments]
        problem = read_problem(texts[0])
    except Refusal as reason:
        print(f"REFUSED: {reason}", file=sys.stderr)
        return 2
    verdict = verify(problem, texts[1])
    print(verdict)
    return 0 if verdict.proven else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
