"""Certificates: from a numerical solution to rationals that prove an interval around p* (statements 2.3-2.5).

The network's floats are rationals, so its exact objective is a proven upper bound. The dual vector is scaled
until, with rounded multipliers, it is feasible on every chamber in integer arithmetic: then its value is a
proven lower bound. Everything here may be wrong: the checker reads the file that results and believes none
of it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from hyperplane_arrangements.errors import InputError

from . import checker
from .checker import Chamber, Refusal, Verdict
from .exact.rounding import on_a_grid, power_of_two
from .files import read_text, write_text
from .pricing import bounds
from .pricing.bias_multipliers import balanced, bias_coordinates, bias_multipliers
from .pricing.multipliers import cone_multipliers

if TYPE_CHECKING:
    from .exact.norms import Projection
    from .network import TwoLayerNetwork
    from .problem import TrainingProblem

_HALF_ULP = 2.0**-53
# Chambers this close to beta get multipliers, so that rounding and scaling cannot push them over it.
_MARGIN = 1 - 1e-9
# The first scaling stays this far inside: more than the float errors of a projection, less than a gap of use.
_INSIDE = 1 - 2.0**-46
_SEEMS = 1 + 1e-9
_ATTEMPTS = 30
_TINY = 1e-9
_MOST_ROWS = 10**9
# Room for the errors of a dual norm found in floats, and the number of chambers above which there is no list.
_ROOM = 1 - 1e-12
LISTED_AT_MOST = 50_000
# The same with free biases, where every chamber needs multipliers.
LISTED_WITH_BIASES = 2_000
_ENTRIES_AT_ONCE = 4_000_000


class Proposal(Protocol):
    """What a certificate is made from: any trained network and any dual vector."""

    @property
    def network(self) -> TwoLayerNetwork: ...

    @property
    def dual(self) -> np.ndarray: ...


@dataclass(frozen=True, slots=True)
class Certificate:
    """A proof that `lower <= p* <= upper`, for the problem with this digest.

    Attributes:
        problem: SHA-256 of the canonical JSON of the problem.
        lower: the dual objective of z (for the squared loss `z'y - 1/2 z'z`).
        upper: the exact objective of the network (logs rounded up; neurons balanced for a polyhedral norm).
        dual: z, length n.
        network_hidden: the rows w_j, m x d.
        network_output: the weights alpha_j, length m.
        chambers: for each chamber of the problem, an integer point inside and multipliers for z and -z; or
            None: then the rank is 3, the problem implies the chambers, and the checker goes through them
            itself.
        network_skip: the weights of what the problem leaves free in the outputs: the intercept, then the
            linear skip.
    """

    problem: str
    lower: Fraction
    upper: Fraction
    dual: tuple[Fraction, ...]
    network_hidden: tuple[tuple[Fraction, ...], ...]
    network_output: tuple[Fraction, ...]
    chambers: tuple[Chamber, ...] | None
    network_skip: tuple[Fraction, ...] = ()

    @property
    def relative_gap(self) -> float:
        """`(upper - lower) / upper`, and 0 where both are 0."""
        return float((self.upper - self.lower) / self.upper) if self.upper else 0.0

    def _repr_html_(self) -> str:
        from .reports.cards import certificate_card

        return certificate_card(self)

    def to_json(self) -> str:
        """The certificate file, one chamber a line; every number an exact rational in lowest terms."""
        head = {
            **checker.CERTIFICATE,
            "version": 1 if self.chambers is not None else 2,
            "problem": self.problem,
            "lower": str(self.lower),
            "upper": str(self.upper),
            "dual": _strings(self.dual),
            "network": {
                "hidden": [_strings(row) for row in self.network_hidden],
                "output": _strings(self.network_output),
                **({"skip": _strings(self.network_skip)} if self.network_skip else {}),
            },
        }
        if self.chambers is None:
            return f"{json.dumps(head)}\n"
        chambers = ",\n".join(json.dumps(_chamber_document(chamber)) for chamber in self.chambers)
        return f'{json.dumps(head)[:-1]}, "chambers": [\n{chambers}\n]}}\n'

    def save(self, path: str | Path) -> None:
        """Write the certificate file; nothing half-written stays on disk.

        Raises:
            InputError: the file cannot be written.
        """
        write_text(path, self.to_json())

    @classmethod
    def from_json(cls, text: str, source: str = "certificate") -> Certificate:
        """Read the text of a certificate file, as strictly as the checker does.

        Raises:
            InputError: not a certificate in the canonical format.
        """
        try:
            document = checker.parse(text)
            claim = checker.read_certificate(document, *_claimed_shape(document))
        except Refusal as reason:
            raise InputError(f"{source}: {reason}; write certificates with Certificate.save") from None
        return cls(
            problem=claim.problem,
            lower=claim.lower,
            upper=claim.upper,
            dual=claim.dual,
            network_hidden=claim.hidden,
            network_output=claim.output,
            chambers=claim.chambers,
            network_skip=claim.skip,
        )

    @classmethod
    def load(cls, path: str | Path) -> Certificate:
        """Read a certificate file written by `save`.

        Raises:
            InputError: the file is missing or damaged.
        """
        return cls.from_json(read_text(path), source=str(path))


def check(problem: TrainingProblem, certificate: Certificate) -> Verdict:
    """Let the independent checker decide: both arguments are written as text, and the text is checked.

    Returns:
        The checker's verdict; `.proven`, and `.reason` when not.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1]], [1], beta="3/4")
        >>> witnesses = [Chamber((1,), {}, {}), Chamber((-1,), {}, {})]
        >>> digest = checker.read_problem(problem.to_json()).digest
        >>> half, bound = Fraction(1, 2), Fraction(15, 32)
        >>> dual = (Fraction(3, 4),)
        >>> proof = Certificate(digest, bound, bound, dual, ((half,),), (half,), tuple(witnesses))
        >>> print(check(problem, proof))
        PROVEN 15/32 <= p* <= 15/32
    """
    return checker.check_documents(problem.to_json(), certificate.to_json())


def certify(problem: TrainingProblem, solution: Proposal, *, max_chambers: int = 5_000_000) -> Certificate:
    """A certificate from a numerical solution, as tight as the solution is good.

    The upper bound is the exact objective of `solution.network`. The lower bound comes from the best multiple
    of `solution.dual` that is feasible on every chamber (statement 2.5), proven in integers; `relative_gap`
    shows how far that is from optimal. Cost: linear in chambers times rows, plus one small projection for
    each chamber whose gradient is longer than beta.

    At rank 3 more than `LISTED_AT_MOST` chambers (with free biases `LISTED_WITH_BIASES`) are not listed: the
    dual is scaled by its numerical dual norm, a little further inside, and the proof is left to the checker's
    own sweep.

    Args:
        problem: with its arrangement; all its chambers are listed.
        solution: anything with `.network` and `.dual` (length n).
        max_chambers: refuse to list more than these.

    Returns:
        The certificate; `check` proves it.

    Raises:
        InputError: a dual of the wrong length or not finite, numbers outside the range of floats, or bounds
            too long for the format.
        TooLargeError: too many chambers to list.

    Example:
        >>> from types import SimpleNamespace
        >>> from duality_checks import TrainingProblem, TwoLayerNetwork, certify, check
        >>> problem = TrainingProblem([[1], [-2]], [1, 0], beta="3/4")
        >>> guess = SimpleNamespace(network=TwoLayerNetwork([[0.5]], [0.5]), dual=[0.75, 0.0])
        >>> certificate = certify(problem, guess)
        >>> check(problem, certificate).proven, certificate.relative_gap < 1e-12
        (True, True)
    """
    stated = _stated(problem)
    dual = _dual_vector(problem, solution.dual)
    if solution.network.hidden.shape[1] != problem.d:
        raise InputError(
            f"network: hidden has {solution.network.hidden.shape[1]} columns but X has {problem.d}; "
            "train on this problem's features"
        )
    hidden = tuple(tuple(map(_exact, row)) for row in solution.network.hidden)
    output = tuple(map(_exact, solution.network.output))
    skip = tuple(map(_exact, solution.network.skip(problem)))
    arrangement = problem.arrangement
    if problem.penalty.polyhedral:
        from .polyhedral.certificate import exact_parts

        problem.require_penalised(f"a certificate for the {problem.penalty.name}")
        hidden, output, feasible, chambers = exact_parts(problem, solution)
    elif arrangement.rank == 3 and arrangement.count_chambers() > _listed_at_most(problem):
        feasible, chambers = _inside(problem, stated, dual), None
    else:
        feasible, chambers = _listed(problem, stated, dual, max_chambers)
    certificate = Certificate(
        problem=stated.digest,
        lower=checker.dual_value(stated, feasible),
        upper=checker.objective(stated, hidden, output, skip),
        dual=feasible,
        network_hidden=hidden,
        network_output=output,
        chambers=chambers,
        network_skip=skip,
    )
    _require_writable(certificate)
    return certificate


def _listed_at_most(problem: TrainingProblem) -> int:
    return LISTED_AT_MOST if problem.bias is None else LISTED_WITH_BIASES


def _listed(
    problem: TrainingProblem, stated: checker.Problem, dual: np.ndarray, max_chambers: int
) -> tuple[tuple[Fraction, ...], tuple[Chamber, ...]]:
    """A feasible multiple of the dual, and all chambers with their multipliers."""
    chambers = problem.arrangement.chambers(max_chambers)
    feasible, multipliers = _prove(problem, stated, _draft(problem, dual, chambers.signs), chambers.signs)
    none: dict[int, Fraction] = {}
    listed = (
        Chamber(_integer_point(point), *multipliers.get(i, (none, none)))
        for i, point in enumerate(chambers.witnesses)
    )
    return feasible, tuple(listed)


def _inside(problem: TrainingProblem, stated: checker.Problem, dual: np.ndarray) -> tuple[Fraction, ...]:
    """A multiple of the dual that is feasible as far as floats can tell, with room for their errors."""
    from .pricing.pricers import dual_norm

    size = dual_norm(problem, dual)
    best = problem.loss.multiple(dual, problem.target)
    scale = min(best, float(problem.beta) / size) if size > 0 else best
    feasible, _ = on_a_grid(problem, scale * _ROOM * dual)
    return feasible if checker.dual_value(stated, feasible) > 0 else (Fraction(0),) * problem.n


@dataclass(frozen=True, eq=False, slots=True)
class _Draft:
    """A dual vector and multipliers in floats, to be multiplied by one scale.

    Attributes:
        dual: v, length n.
        scale: the multiple of v that seems best.
        chambers: the numbers of the chambers that get multipliers, increasing.
        plus: rows and multipliers for v on those chambers, both B x r.
        minus: the same for -v.
    """

    dual: np.ndarray
    scale: float
    chambers: np.ndarray
    plus: tuple[np.ndarray, np.ndarray]
    minus: tuple[np.ndarray, np.ndarray]


def _stated(problem: TrainingProblem) -> checker.Problem:
    """The problem as the checker reads it."""
    try:
        return checker.read_problem(problem.to_json())
    except checker.Refusal as reason:
        raise InputError(f"{reason}; round X, y and beta") from None


def _draft(problem: TrainingProblem, dual: np.ndarray, signs: np.ndarray) -> _Draft:
    """Multipliers where gradients are long, and the best multiple of the dual (statement 2.5), in floats."""
    if problem.bias is not None:
        return _bias_draft(problem, dual, signs)
    rows, beta = _coordinates(problem)
    gradients = _gradients(signs, problem.readout.spread(dual), rows, float(problem.kappa))
    lengths = np.linalg.norm(gradients, axis=1)
    best = problem.loss.multiple(dual, problem.target)
    floor = beta * _MARGIN
    while True:
        chosen = np.flatnonzero(lengths > floor)
        plus = cone_multipliers(rows, signs[chosen], gradients[chosen])
        minus = cone_multipliers(rows, signs[chosen], -gradients[chosen])
        reach = max(
            _longest(problem, dual, signs[chosen], _shortened(rows, signs[chosen], gradients[chosen], plus)),
            _longest(
                problem, -dual, signs[chosen], _shortened(rows, signs[chosen], -gradients[chosen], minus)
            ),
        )
        # Chambers below the floor matter only if the dual is to be scaled up past them.
        if reach >= floor or floor * best <= beta * _MARGIN:
            scale = min(best, beta / max(reach, floor)) * _INSIDE
            return _Draft(dual, scale, chosen, plus, minus)
        floor = max(floor / 2, beta * _MARGIN / best * _MARGIN)


def _bias_draft(problem: TrainingProblem, dual: np.ndarray, signs: np.ndarray) -> _Draft:
    """The same with free biases, which have to be cancelled on every chamber."""
    rows, beta = bias_coordinates(problem)
    gradients = _gradients(signs, problem.readout.spread(dual), rows, float(problem.kappa))
    best = problem.loss.multiple(dual, problem.target)
    floor = beta / max(best, 1.0) * _MARGIN
    plus, above = bias_multipliers(rows, signs, gradients, floor)
    minus, below = bias_multipliers(rows, signs, -gradients, floor)
    reach = max(float(above.max()), float(below.max()), beta * _TINY)
    scale = min(best, beta / reach * _INSIDE)
    return _Draft(dual, scale, np.arange(len(signs)), plus, minus)


def _prove(
    problem: TrainingProblem, stated: checker.Problem, draft: _Draft, signs: np.ndarray
) -> tuple[tuple[Fraction, ...], dict[int, tuple[dict[int, Fraction], dict[int, Fraction]]]]:
    """A multiple of the dual, with multipliers, that is feasible on every chamber in integers."""
    place = {int(chamber): b for b, chamber in enumerate(draft.chambers)}
    grain = power_of_two(float(problem.beta) / float(np.abs(problem.features).max()), 56)
    scale, zero = draft.scale, (Fraction(0),) * problem.n
    for _ in range(_ATTEMPTS):
        dual, floats = on_a_grid(problem, scale * draft.dual)
        system = checker.scaled(stated, dual)
        parts = _on_grain(draft.plus, scale / grain, grain), _on_grain(draft.minus, scale / grain, grain)
        certain = _surely_within(problem, floats, signs, draft.chambers, parts)
        multipliers = {}
        worst = 1.0
        for i in np.flatnonzero(~_surely_short(problem, floats, signs)).tolist():
            plus, minus = (_fractions(part, place.get(i)) for part in parts)
            multipliers[i] = plus, minus
            if certain[i]:
                continue
            pattern = (signs[i] > 0).tobytes()
            gradient = system.gradient(pattern)
            opposite = [-value for value in gradient]
            if problem.bias is not None:
                plus = balanced(system, gradient, pattern, plus)
                minus = balanced(system, opposite, pattern, minus)
                multipliers[i] = plus, minus
            for side, c, lambdas in ((1, gradient, plus), (-1, opposite, minus)):
                square, limit = system.squares(*system.moved(c, pattern, lambdas))
                if square > limit and problem.bias is None:
                    spread = [side * dual[sample] for sample in stated.samples]
                    lambdas.clear()
                    lambdas.update(_projection(problem, signs[i], spread).multipliers)
                    square, limit = system.squares(*system.moved(c, pattern, lambdas))
                if square > limit:
                    worst = max(worst, math.nextafter(square / limit, math.inf))
        if worst == 1.0:
            # Rounding can leave a useless dual below 0, which z = 0 proves for nothing.
            return (dual, multipliers) if checker.dual_value(stated, dual) > 0 else (zero, {})
        scale *= (1 - 2.0**-50) / math.sqrt(worst)
    raise InputError(
        f"dual: no multiple could be made feasible in {_ATTEMPTS} attempts; is the data scaled very unevenly?"
    )


def _on_grain(
    part: tuple[np.ndarray, np.ndarray], scale: float, grain: float
) -> tuple[np.ndarray, np.ndarray]:
    """The same rows with multipliers that are multiples of the grain, a power of two: exact as floats."""
    support, values = part
    return support, np.rint(values * scale) * grain


def _fractions(part: tuple[np.ndarray, np.ndarray], b: int | None) -> dict[int, Fraction]:
    """The positive multipliers of one chamber."""
    if b is None:
        return {}
    support, values = part
    pairs = zip(support[b].tolist(), values[b].tolist(), strict=True)
    return {row: Fraction(value) for row, value in pairs if value > 0}


def _surely_within(
    problem: TrainingProblem,
    dual: np.ndarray,
    signs: np.ndarray,
    chosen: np.ndarray,
    parts: tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
) -> np.ndarray:
    """The chambers where floats prove both bounds with multipliers; what they cannot is left to integers."""
    certain = np.zeros(len(signs), dtype=bool)
    if problem.bias is not None or len(chosen) == 0:
        return certain
    with np.errstate(over="ignore", invalid="ignore"):
        vectors, error = bounds.gradients(problem, signs[chosen], dual)
        ends = (
            bounds.shortened(problem, signs[chosen], side * vectors, error, *part)
            for side, part in zip((1.0, -1.0), parts, strict=True)
        )
        certain[chosen] = np.all([bounds.squares_above(problem, *end) < 1.0 for end in ends], axis=0)
    return certain


def _surely_short(problem: TrainingProblem, dual: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """The chambers where `norm(c) < beta` is certain: floats with a rigorous bound on all rounding errors.

    A sum of n products, each of rounded factors, in any order, errs by less than `2 (n + 8) ulp` of the sum
    of their absolute values; the split `c = (1 - kappa) sum_positive + kappa sum_all` multiplies that by at
    most `1 + 2 abs(kappa)`. What is not certain is left to integers; with free biases nothing is.
    """
    if problem.bias is not None:
        return np.zeros(len(signs), dtype=bool)
    rows, kappa, dual = problem.features, float(problem.kappa), problem.readout.spread(dual)
    mass = np.abs(dual) @ np.abs(rows)
    error = 4 * (len(rows) + 16) * _HALF_ULP * (1 + 2 * abs(kappa)) * mass
    gradients = _gradients(signs, dual, rows, kappa)
    # The last term covers squares that underflow.
    bound = (np.linalg.norm(gradients, axis=1) + np.linalg.norm(error)) * (1 + 1e-12) + 1e-150
    return bound < float(problem.beta) * (1 - 1e-12)


def _gradients(signs: np.ndarray, dual: np.ndarray, rows: np.ndarray, kappa: float) -> np.ndarray:
    """`X' D v` on each chamber, P x r."""
    terms = dual[:, None] * rows
    size = max(1, _ENTRIES_AT_ONCE // max(1, signs.shape[1]))
    parts = [(signs[i : i + size] > 0).astype(float) @ terms for i in range(0, len(signs), size)]
    return (1 - kappa) * np.concatenate(parts) + kappa * terms.sum(axis=0)


def _shortened(
    rows: np.ndarray, signs: np.ndarray, gradients: np.ndarray, part: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """The lengths of the gradients, projected by multipliers in floats."""
    support, values = part
    weights = values * np.take_along_axis(signs, np.maximum(support, 0), axis=1)
    moved = gradients + np.einsum("bt,btr->br", weights, rows[support])
    return np.linalg.norm(moved, axis=1)


def _longest(problem: TrainingProblem, dual: np.ndarray, signs: np.ndarray, lengths: np.ndarray) -> float:
    """The length of the longest projected gradient, where lengths found in floats may be too long.

    In a chamber as thin as floats allow the multipliers are beyond the precision of floats. So the longest is
    asked again in rationals, then the next, until one is as long as it seemed.
    """
    largest, v = float(np.abs(problem.features).max()), problem.readout.spread(dual).tolist()
    longest = 0.0
    for i in np.argsort(-lengths).tolist():
        if lengths[i] <= longest * _SEEMS:
            break
        square = float(_projection(problem, signs[i], tuple(map(Fraction, v))).square)
        longest = max(longest, math.sqrt(square) / largest)
    return longest


def _projection(problem: TrainingProblem, signs: np.ndarray, v: Sequence[Fraction]) -> Projection:
    """Of the gradient on a chamber, for a dual with an entry a row, in rationals."""
    from .exact.norms import gradient, project

    sides = signs.tolist()
    return project(problem.X.fractions, sides, gradient(problem, sides, v))


def _coordinates(problem: TrainingProblem) -> tuple[np.ndarray, float]:
    """The rows in an orthonormal basis of the row space (n x r), and beta, over the largest entry of X."""
    largest = np.abs(problem.features).max()
    scaled = problem.features / largest
    _, _, right = np.linalg.svd(scaled, full_matrices=False)
    return scaled @ right[: problem.arrangement.rank].T, float(problem.beta) / float(largest)


def _dual_vector(problem: TrainingProblem, dual: Any) -> np.ndarray:
    vector = np.asarray(dual, dtype=float)
    if vector.shape != (problem.n,):
        raise InputError(f"dual has shape {vector.shape}; give one entry a sample, ({problem.n},)")
    if not np.isfinite(vector).all():
        raise InputError(
            f"dual[{int(np.argmin(np.isfinite(vector)))}] is not finite; train the problem again"
        )
    numbers = np.concatenate([problem.features.ravel(), problem.target])
    if not np.isfinite(numbers).all() or not 1e-280 < float(problem.beta) < 1e280:
        raise InputError("X, y or beta is beyond the range of floats; rescale the problem")
    return vector


def _require_writable(certificate: Certificate) -> None:
    for name, bound in (("lower", certificate.lower), ("upper", certificate.upper)):
        digits = math.ceil(max(abs(bound.numerator), bound.denominator).bit_length() * math.log10(2))
        if digits > checker.MAX_DIGITS:
            raise InputError(
                f"the exact {name} bound has about {digits} digits, more than the format's "
                f"{checker.MAX_DIGITS}; round X, y and beta to fewer digits or to a common denominator"
            )


def _exact(value: Any) -> Fraction:
    return Fraction(float(value))


def _integer_point(point: np.ndarray) -> tuple[int, ...]:
    """The smallest integer point on the ray through an exact point."""
    if point.dtype == object:
        values = [int(value) for value in point]
    else:
        ratios = [value.as_integer_ratio() for value in point.tolist()]
        scale = max(denominator for _, denominator in ratios)  # powers of two: each divides the largest
        values = [numerator * (scale // denominator) for numerator, denominator in ratios]
    divisor = math.gcd(*values) or 1
    return tuple(value // divisor for value in values)


def _strings(values: Sequence[Fraction]) -> list[str]:
    return [str(value) for value in values]


def _chamber_document(chamber: Chamber) -> dict[str, Any]:
    return {
        "witness": [str(value) for value in chamber.witness],
        "plus": {str(row): str(value) for row, value in chamber.plus.items()},
        "minus": {str(row): str(value) for row, value in chamber.minus.items()},
    }


def _claimed_shape(document: Any) -> tuple[int, int, int, int]:
    """The n, N, d and number of free columns that a document seems to be a certificate for; 0 where there is
    nothing to be seen.

    Nothing in a certificate says how many rows the problem has.
    """
    d = _length(document, "chambers", 0, "witness") or _length(document, "network", "hidden", 0)
    return _length(document, "dual"), _MOST_ROWS, d, _length(document, "network", "skip")


def _length(document: Any, *path: str | int) -> int:
    try:
        for step in path:
            document = document[step]
        return len(document)
    except (LookupError, TypeError):
        return 0
