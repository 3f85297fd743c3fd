"""Certificates: from a numerical solution to rationals that prove an interval around p* (statements 2.3-2.5).

The network's floats are rationals, so its exact objective is a proven upper bound. The dual vector is scaled
until, with rounded multipliers, it is feasible on every chamber in integer arithmetic: then its value is a
proven lower bound. Everything here may be wrong: the checker reads the file that results and believes none
of it.
"""

from __future__ import annotations

import binascii
import contextlib
import json
import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.machine.workers import using_executor
from hyperplane_arrangements.values.display import Shown
from hyperplane_arrangements.values.pasting import MOST

from .. import checker
from ..checker import Basis, BiasCut, Chamber, Cover, Cut, Form, Part, Quadratic, Refusal, Slopes, Verdict
from ..cover.effort import WHOLE, Effort, is_late
from ..data.files import read_text, write_text
from ..data.problem_file import strings
from ..exact.enclosures import Enclosed, float_above, float_below, require_writable
from ..exact.judged import judged, skip_of
from ..exact.rounding import on_a_grid
from ..pricing.limits import LISTED_AT_MOST, few_chambers
from ..terms.given import reals, whole
from .checking import check_texts
from .draft import draft
from .proof import feasible_multiple
from .said import multiples_said
from .witnesses import integer_points

if TYPE_CHECKING:
    from ..problem import TrainingProblem

_MOST_ROWS = 10**9
_PASTED = 40_000  # characters of a certificate that are shown
# Room for the errors of a dual norm found in floats.
_ROOM = 1 - 1e-12
_ATTEMPTS = 8
# Of a dual that there was no time to prove: what is much easier to.
_COARSE = 0.9
# At rank 3; more say that a dual this near to its bound is not worth it, and a little further inside is.
_FEW_CONES = 100_000
SIGNS_AT_MOST = 200_000  # of a list, one a chamber and hyperplane: at rank 2 rows are many and chambers few
_Proof = TypeVar("_Proof")
# A multiple of the dual, and the rule by which the network says it, if it does.
_Multiple = tuple[tuple[Fraction, ...], Slopes | None]
VERSIONS = {"chambers": 1, "sweep": 2, "cover": 3, "quadratic": 3}


class Proposal(Protocol):
    """What a certificate is made from: any trained network and any dual vector."""

    @property
    def network(self) -> Any: ...

    @property
    def dual(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Certificate(Shown, Enclosed):
    """A proof that `lower <= p* <= upper`, for the problem with this digest.

    Attributes:
        problem: SHA-256 of the canonical JSON of the problem.
        lower: the dual objective of z (for the squared loss `z'y - 1/2 z'z`).
        upper: the exact objective of the network (logs rounded up; neurons balanced for a polyhedral norm).
        dual: z, length n.
        network_hidden: the rows w_j, m x d.
        network_output: the weights alpha_j, length m.
        chambers: for each chamber of the problem, an integer point inside and multipliers for z and -z; or
            None: then the rank is 2 or 3, the problem implies the chambers, and the checker goes through
            them itself, unless there is a cover.
        network_skip: the weights of what the outputs have beside neurons: the intercept, then the linear
            skip.
        cover: trees of boxes that cover all directions, in place of chambers, at any rank (statement 7.2).
        quadratic: or a quadratic function for z and one for -z, at any rank (statement 7.8).
        slopes: how the network says z, and then the file has no z; None if it is written out.
    """

    problem: str
    lower: Fraction
    upper: Fraction
    dual: tuple[Fraction, ...]
    network_hidden: tuple[tuple[Fraction, ...], ...]
    network_output: tuple[Fraction, ...]
    chambers: tuple[Chamber, ...] | None
    network_skip: tuple[Fraction, ...] = ()
    cover: Cover | None = None
    quadratic: Quadratic | None = None
    slopes: Slopes | None = None

    @property
    def method(self) -> str:
        """What proves the dual feasible: ``cover``, ``quadratic``, ``chambers``, or the checker's own
        ``sweep``."""
        named = {"cover": self.cover, "quadratic": self.quadratic, "chambers": self.chambers}
        return next((name for name, proof in named.items() if proof is not None), "sweep")

    def __repr__(self) -> str:
        numbers = len(self.dual) + sum(map(len, self.network_hidden))
        numbers += sum(len(chamber.witness) for chamber in self.chambers or ())
        if numbers <= MOST and self.slopes is None and len(text := self.to_json()) <= _PASTED:
            return f"Certificate.from_json({text!r})"
        low, high = float_below(self.lower), float_above(self.upper)
        return f"<Certificate: {low!r} <= p* <= {high!r}, by {self.method}>"

    def to_json(self) -> str:
        """The certificate file, one chamber a line; every number an exact rational in lowest terms."""
        head = {
            **checker.CERTIFICATE,
            "version": VERSIONS[self.method],
            "problem": self.problem,
            "lower": str(self.lower),
            "upper": str(self.upper),
            "dual": self._dual_document(),
            "network": {
                "hidden": [strings(row) for row in self.network_hidden],
                "output": strings(self.network_output),
                **({"skip": strings(self.network_skip)} if self.network_skip else {}),
            },
        }
        if self.cover is not None:
            head["cover"] = cover_document(self.cover)
        if self.quadratic is not None:
            head["quadratic"] = _quadratic_document(self.quadratic)
        if self.chambers is None:
            return f"{json.dumps(head)}\n"
        chambers = ",\n".join(json.dumps(_chamber_document(chamber)) for chamber in self.chambers)
        return f'{json.dumps(head)[:-1]}, "chambers": [\n{chambers}\n]}}\n'

    def _dual_document(self) -> dict[str, Any] | list[str]:
        if self.method == "chambers":
            return strings(self.dual)
        if self.slopes is None:
            return packed(self.dual)
        return {"share": str(self.slopes.share), "unit": str(self.slopes.unit)}

    def save(self, path: str | Path) -> None:
        """Write the certificate file; nothing half-written stays on disk.

        Raises:
            InputError: the file cannot be written.
        """
        write_text(path, self.to_json())

    @classmethod
    def from_json(
        cls, text: str, source: str = "certificate", problem: TrainingProblem | None = None
    ) -> Certificate:
        """Read the text of a certificate file, as strictly as the checker does.

        Args:
            text: the file.
            source: what errors call it.
            problem: the problem that it is for; needed only where the dual is said by the network.

        Raises:
            InputError: not a certificate in the canonical format, or one that needs a problem.
        """
        try:
            document = checker.parse(text)
            claim = checker.read_certificate(document, *_claimed_shape(document))
            if claim.slopes is not None:
                claim = checker.with_dual(_problem_of(claim, problem, source), claim)
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
            cover=claim.cover,
            quadratic=claim.quadratic,
            slopes=claim.slopes,
        )

    @classmethod
    def load(cls, path: str | Path, problem: TrainingProblem | None = None) -> Certificate:
        """Read a certificate file written by `save`; arguments as for `from_json`.

        Raises:
            InputError: the file is missing or damaged, or needs the problem.
        """
        return cls.from_json(read_text(path), source=str(path), problem=problem)


def check(problem: TrainingProblem, certificate: Certificate, *, executor: Executor | None = None) -> Verdict:
    """Let the independent checker decide: both arguments are written as text, and the text is checked.

    Args:
        problem: the problem.
        certificate: of any origin.
        executor: who checks parts of a long cover, as many as there are workers; this process if
            None.

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
    with using_executor(executor):
        return check_texts(problem.to_json(), certificate.to_json())


def certify(
    problem: TrainingProblem,
    solution: Proposal,
    *,
    max_chambers: int = 5_000_000,
    effort: Effort = WHOLE,
    list_at_most: int | None = None,
    executor: Executor | None = None,
) -> Certificate:
    """A certificate from a numerical solution, as tight as the solution is good.

    The upper bound is the exact objective of `solution.network`, which fits the problem in every part
    (:func:`~duality_checks.exact.judged.judged`). The lower bound comes from the best multiple
    of `solution.dual` that is feasible on every chamber (statement 2.5), proven in integers; `relative_gap`
    shows how far that is from optimal. Cost: linear in chambers times rows, plus one small projection for
    each chamber whose gradient is longer than beta.

    More than `LISTED_AT_MOST` chambers (:func:`~duality_checks.pricing.limits.is_covered` has the figures),
    or `SIGNS_AT_MOST` of their signs, are not listed: then all directions are covered, at any rank. But at
    rank 2 the checker goes once around the circle by itself, unless biases are free: with its check that took
    0.019, 0.38 and 2.0 CPU seconds at 250, 5,000 and 25,000 rows, a cover 0.040, 0.77 and 4.4, and a list
    0.094 at 250 and 0.95 at 1,000; of 100,000 rows of 17 digits 3.6 s and 1 kB, a cover 14 s and 45 kB.

    Args:
        problem: with its arrangement; all its chambers are listed.
        solution: anything with `.network`, of any kind that `judged` takes, and `.dual` (length n).
        max_chambers: refuse to list more than these.
        effort: that of the training, where it was limited: then all directions are covered for the dual as it
            is, and no better multiple of it is looked for. Of the time half of what training has left is
            taken: the other half is for the check. A dual that is not proven by then is cut down, in the
            end to zero.
        list_at_most: cover all directions above so many chambers, at any rank, in place of `LISTED_AT_MOST`.
            Covers are checked faster; a list is read more easily.
        executor: who searches for a cover and writes it, as for :func:`train`.

    Returns:
        The certificate; `check` proves it.

    Raises:
        InputError: a network that does not fit, a dual of the wrong length or not of finite real numbers,
            numbers outside the range of floats, or bounds too long for the format.
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
    with using_executor(executor):
        stated = as_read(problem.to_json())
        return certify_read(problem, stated, solution, max_chambers, effort, list_at_most)


def certify_read(
    problem: TrainingProblem,
    stated: checker.Problem,
    solution: Proposal,
    max_chambers: int,
    effort: Effort,
    list_at_most: int | None = None,
) -> Certificate:
    """`certify`, for a problem that the checker has read: by the method that fits the arrangement."""
    effort = effort.after(perf_counter() - getattr(solution, "seconds", 0.0))
    max_chambers = whole(max_chambers, "max_chambers", least=0)
    dual = _dual_vector(problem, solution.dual)
    network = judged(problem, solution.network)
    arrangement, cover, quadratic, slopes, found = problem.arrangement, None, None, None, None
    functions = _bounded(problem, stated, solution)
    most = LISTED_AT_MOST if list_at_most is None else whole(list_at_most, "list_at_most", least=0)
    listed = min(most, SIGNS_AT_MOST // max(1, len(arrangement.hyperplanes)))
    if functions is not None:
        (feasible, quadratic), chambers = functions, None
    elif problem.penalty.polyhedral:
        from .polyhedral import exact_parts

        network, feasible, chambers = exact_parts(problem, solution)
    elif not few_chambers(arrangement, listed):
        chambers = None
        plain = problem.bias is None and not problem.is_max_pooled
        found = checker.outputs(stated, network.hidden, network.output, skip_of(problem, network))
        say = multiples_said(problem, stated, found, dual) or _written_out(problem, dual)
        if arrangement.rank == 2 and plain and list_at_most is None:
            feasible, slopes = _swept_once(problem, stated, dual, say, effort)
        else:
            (feasible, slopes), cover = _covered(problem, stated, dual, say, effort)
    elif problem.is_max_pooled:
        from .max_pooling import listed_chambers

        feasible, chambers = listed_chambers(problem, stated, dual, max_chambers)
    else:
        feasible, chambers = _listed(problem, stated, dual, max_chambers)
    skip = skip_of(problem, network)
    certificate = Certificate(
        problem=stated.digest,
        lower=checker.dual_value(stated, feasible),
        upper=checker.objective(stated, network.hidden, network.output, skip, found),
        dual=feasible,
        network_hidden=network.hidden,
        network_output=network.output,
        chambers=chambers,
        network_skip=skip,
        cover=cover,
        quadratic=quadratic,
        slopes=slopes,
    )
    require_writable(certificate.lower, certificate.upper)
    return certificate


def _bounded(
    problem: TrainingProblem, stated: checker.Problem, solution: Proposal
) -> tuple[tuple[Fraction, ...], Quadratic] | None:
    """What the quadratic functions of a solution prove, where it has them for its dual."""
    relaxation = getattr(solution, "relaxation", None)
    if relaxation is None:
        return None
    known = relaxation.proof
    if known is not None and known.problem == stated.digest:
        return known.dual, known.functions
    from ..cover.proof import Coordinates
    from ..training.cylinder import landscape_of
    from ..training.relaxation_proof import proven

    coordinates = Coordinates.of(stated)
    return proven(problem, coordinates, landscape_of(problem, coordinates), relaxation)


def _written_out(problem: TrainingProblem, dual: np.ndarray) -> Callable[[float], _Multiple]:
    """Multiples of a dual that no rule says."""
    return lambda scale: (on_a_grid(problem, scale * dual)[0], None)


def _covered(
    problem: TrainingProblem,
    stated: checker.Problem,
    dual: np.ndarray,
    say: Callable[[float], _Multiple],
    effort: Effort,
) -> tuple[_Multiple, Cover]:
    """A multiple of the dual that a cover proves feasible: itself, if it is as near as it was thought to be.

    Raises:
        InputError: no multiple was proven.
    """
    from ..cover.proof import Coordinates, covers, written
    from ..cover.search import Limits

    coordinates = Coordinates.of(stated).turned(say(1.0)[0])
    cones = _FEW_CONES * 4 ** max(coordinates.dimension - 3, 0)

    def prove(feasible: tuple[Fraction, ...], deadline: float | None) -> Cover | None:
        limits = Limits(points=1, cones=cones, deadline=deadline, progress=effort.progress)
        found = covers(coordinates, feasible, keep=True, limits=limits)
        return written(coordinates, feasible, found, deadline) if found[1].proven else None

    return _first_proven(problem, dual, say, effort, prove)


def _swept_once(
    problem: TrainingProblem,
    stated: checker.Problem,
    dual: np.ndarray,
    say: Callable[[float], _Multiple],
    effort: Effort,
) -> _Multiple:
    """The same at rank 2, where the checker's own sweep proves it and the dual norm is known at once.

    Raises:
        InputError: no multiple was proven.
    """
    size = _largest_multiple(problem, dual, effort) if effort.whole else None

    def prove(feasible: tuple[Fraction, ...], deadline: float | None) -> bool:
        checker.sweep_proves(stated, feasible)
        return True

    return _first_proven(problem, dual, say, effort, prove, size)[0]


def _first_proven(
    problem: TrainingProblem,
    dual: np.ndarray,
    say: Callable[[float], _Multiple],
    effort: Effort,
    prove: Callable[[tuple[Fraction, ...], float | None], _Proof | None],
    size: float | None = None,
) -> tuple[_Multiple, _Proof]:
    """The dual, or else the largest multiple that its dual norm allows, or less: the first of them that is
    proven, with the proof. What proves returns None, or raises a `Refusal`, where it does not before its
    deadline; the size is that multiple, where it is known."""
    scale = problem.loss.multiple(dual, problem.target) if effort.whole else 1.0
    room, began = _ROOM, perf_counter()
    for _ in range(_ATTEMPTS):
        multiple = say((scale if size is None else min(scale, size)) * room)
        # Half of the time that is left: to check takes as long as to write.
        deadline = effort.after(began, parts=2).deadline()
        with contextlib.suppress(Refusal):
            proof = prove(multiple[0], deadline)
            if proof is not None:
                return multiple, proof
        if is_late(deadline):
            room *= _COARSE
        else:
            if size is None:
                size = _largest_multiple(problem, dual, effort.after(began, parts=4))
            room = 1 - 16 * (1 - room)
    nothing = _written_out(problem, dual)(0.0)
    proof = None if effort.seconds is None else prove(nothing[0], None)
    if proof is not None:
        return nothing, proof
    raise InputError("dual: no multiple of it was proven feasible; train the problem further")


def _largest_multiple(problem: TrainingProblem, dual: np.ndarray, effort: Effort) -> float:
    from ..pricing.dual_norm import dual_norm

    norm = dual_norm(problem, dual, effort=effort)
    return float(problem.beta) / norm if norm > 0 else np.inf


def _listed(
    problem: TrainingProblem, stated: checker.Problem, dual: np.ndarray, max_chambers: int
) -> tuple[tuple[Fraction, ...], tuple[Chamber, ...]]:
    """A feasible multiple of the dual, and all chambers with their multipliers."""
    chambers = problem.arrangement.chambers(max_chambers)
    signs, points = chambers.signs, integer_points(problem.X, chambers)
    feasible, found = feasible_multiple(problem, stated, draft(problem, dual, signs), signs)
    count, none = len(points), dict[int, Fraction]()
    listed = (
        Chamber(point, found.get(i, none), found.get(count + i, none)) for i, point in enumerate(points)
    )
    return feasible, tuple(listed)


def as_read(text: str) -> checker.Problem:
    """The problem of a file as the checker reads it, for `certify_read` and `check_read`.

    Raises:
        InputError: it cannot be stated.
    """
    try:
        return checker.read_problem(text)
    except checker.Refusal as reason:
        raise InputError(f"{reason}; round X, y and beta") from None


def _dual_vector(problem: TrainingProblem, dual: Any) -> np.ndarray:
    vector = reals(dual, "dual")
    if vector.shape != (problem.n,):
        raise InputError(f"dual has shape {vector.shape}; give one entry a sample, ({problem.n},)")
    numbers = np.concatenate([problem.features.ravel(), problem.target])
    if not np.isfinite(numbers).all() or not 1e-280 < float(problem.beta) < 1e280:
        raise InputError("X, y or beta is beyond the range of floats; rescale the problem")
    return vector


def packed(values: Sequence[Fraction]) -> dict[str, Any] | list[str]:
    """A vector as whole multiples of one unit, in as few bytes each as hold them all, where these are few."""
    numerators, scale = checker.integers(values)
    common = math.gcd(*numerators) or 1
    width = max(abs(n // common).bit_length() for n in numerators) // 8 + 1
    if width > 8:
        return strings(values)
    entries = b"".join((n // common).to_bytes(width, "big", signed=True) for n in numerators)
    return {"unit": str(Fraction(common, scale)), "bytes": width, "entries": _base64(entries)}


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode()


def cover_document(cover: Cover, *, shared: bool = False) -> dict[str, Any]:
    """A cover as the file of a certificate has it; where outputs share neurons there is one tree."""
    trees = {"tree": cover.plus} if shared else {"plus": cover.plus, "minus": cover.minus}
    return {
        "basis": _basis_document(cover.basis),
        "depth": cover.depth,
        "bits": cover.bits,
        **{name: _base64(tree) for name, tree in trees.items()},
    }


def _quadratic_document(quadratic: Quadratic) -> dict[str, Any]:
    return {
        "basis": _basis_document(quadratic.basis),
        "plus": _pieces_document(quadratic.plus),
        "minus": _pieces_document(quadratic.minus),
    }


def _basis_document(basis: Basis | None) -> Any:
    return None if basis is None else [strings(line) for line in basis]


def _pieces_document(part: Part) -> dict[str, Any]:
    if isinstance(part, Cut | BiasCut):
        return {
            "cut": str(part.at) if isinstance(part, BiasCut) else list(map(str, part.normal)),
            "above": _pieces_document(part.above),
            "below": _pieces_document(part.below),
        }
    head = {"share": str(part.share), "rows": _base64(part.rows)}
    if isinstance(part, Form):
        return {"degree": part.degree, **head, "gram": _base64(part.gram)}
    biased = {} if part.bias is None else {"bias": str(part.bias)}
    return {**head, "products": _base64(part.products), **biased}


def _chamber_document(chamber: Chamber) -> dict[str, Any]:
    return {
        "witness": [str(value) for value in chamber.witness],
        "plus": {str(row): str(value) for row, value in chamber.plus.items()},
        "minus": {str(row): str(value) for row, value in chamber.minus.items()},
    }


def _problem_of(claim: checker.Certificate, problem: TrainingProblem | None, source: str) -> checker.Problem:
    """The problem by whose outputs a dual is said.

    Raises:
        InputError: there is none, or it is another one.
    """
    if problem is None:
        raise InputError(f"{source}: its dual is said by its network's outputs; give the problem too")
    stated = as_read(problem.to_json())
    if stated.digest != claim.problem:
        raise InputError(f"{source}: written for another problem; give the problem that it was made with")
    return stated


def _claimed_shape(document: Any) -> tuple[int, int, int, int]:
    """The n, N, d and number of free columns that a document seems to be a certificate for; 0 where there is
    nothing to be seen.

    Nothing in a certificate says how many rows the problem has.
    """
    functions = [_length(document, "quadratic", side, "cut") for side in ("plus", "minus")]
    d = _length(document, "chambers", 0, "witness") or _length(document, "network", "hidden", 0)
    d = d or max(_length(document, kind, "basis", 0) for kind in ("cover", "quadratic")) or max(functions)
    return _samples(document), _MOST_ROWS, d, _length(document, "network", "skip")


def _samples(document: Any) -> int:
    """The length of the dual, packed or not."""
    try:
        packed = document["dual"]
        return len(binascii.a2b_base64(packed["entries"])) // packed["bytes"]
    except (LookupError, TypeError, ValueError, ZeroDivisionError):
        return _length(document, "dual")


def _length(document: Any, *path: str | int) -> int:
    try:
        for step in path:
            document = document[step]
        return len(document)
    except (LookupError, TypeError):
        return 0
