"""Certificates: rationals that prove an interval around p* (statements 2.3-2.5), and what their files say."""

from __future__ import annotations

import json
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.rational import Vector
from hyperplane_arrangements.machine.workers import using_executor
from hyperplane_arrangements.values.display import Shown
from hyperplane_arrangements.values.pasting import MOST

from .. import checker
from ..checker import Chamber, Cover, Quadratic, Refusal, Slopes, Verdict
from ..data.files import read_text, write_text
from ..data.problem_file import strings
from ..exact.enclosures import Enclosed, float_above, float_below
from .checking import as_read, check_texts
from .documents import chamber_document, claimed, cover_document, packed, quadratic_document

if TYPE_CHECKING:
    from ..problem import TrainingProblem

_PASTED = 40_000  # characters of a certificate that are shown
VERSIONS = {"chambers": 1, "sweep": 2, "cover": 3, "quadratic": 3}
SHARED = 4


@dataclass(frozen=True, slots=True)
class Certificate(Shown, Enclosed):
    """A proof that `lower <= p* <= upper`, for the problem with this digest.

    Attributes:
        problem: SHA-256 of the canonical JSON of the problem.
        lower: the dual objective of z (for the squared loss `z'y - 1/2 z'z`).
        upper: the exact objective of the network (logs rounded up; neurons balanced for a polyhedral norm).
        dual: z, length n; where q outputs share neurons Z, its q columns.
        network_hidden: the rows w_j, m x d.
        network_output: the weights alpha_j, length m; or m x q.
        chambers: for each chamber of the problem, an integer point inside and multipliers for z and -z; or
            None: then the rank is 2 or 3, the problem implies the chambers, and the checker goes through
            them itself, unless there is a cover.
        network_skip: the weights of what the outputs have beside neurons: the intercept, then the linear
            skip; or q times these.
        cover: trees of boxes that cover all directions, in place of chambers, at any rank (statement 7.2).
        quadratic: or a quadratic function for z and one for -z, at any rank (statement 7.8).
        slopes: how the network says z, and then the file has no z; None if it is written out.
    """

    problem: str
    lower: Fraction
    upper: Fraction
    dual: tuple[Any, ...]
    network_hidden: tuple[Vector, ...]
    network_output: tuple[Any, ...]
    chambers: tuple[Chamber, ...] | None
    network_skip: tuple[Any, ...] = ()
    cover: Cover | None = None
    quadratic: Quadratic | None = None
    slopes: Slopes | None = None

    @property
    def method(self) -> str:
        """What proves the dual feasible: ``cover``, ``quadratic``, ``chambers``, or the checker's own
        ``sweep``."""
        named = {"cover": self.cover, "quadratic": self.quadratic, "chambers": self.chambers}
        return next((name for name, proof in named.items() if proof is not None), "sweep")

    @property
    def is_of_several(self) -> bool:
        """Whether it is of outputs that share neurons: what is an output's own is then one of q."""
        return isinstance(self.dual[0], tuple)

    @property
    def duals(self) -> tuple[Vector, ...]:
        """The columns of Z, also where there is one."""
        return self.dual if self.is_of_several else (self.dual,)

    def __repr__(self) -> str:
        numbers = sum(map(len, self.duals)) + sum(map(len, self.network_hidden))
        numbers += sum(len(chamber.witness) for chamber in self.chambers or ())
        if numbers <= MOST and self.slopes is None and len(text := self.to_json()) <= _PASTED:
            return f"Certificate.from_json({text!r})"
        low, high = float_below(self.lower), float_above(self.upper)
        return f"<Certificate: {low!r} <= p* <= {high!r}, by {self.method}>"

    def to_json(self) -> str:
        """The certificate file, one chamber a line; every number an exact rational in lowest terms."""
        head = {
            **checker.CERTIFICATE,
            "version": SHARED if self.is_of_several else VERSIONS[self.method],
            "problem": self.problem,
            "lower": str(self.lower),
            "upper": str(self.upper),
            "dual": self._dual_document(),
            "network": {
                "hidden": _numbers(self.network_hidden),
                "output": _numbers(self.network_output),
                **({"skip": _numbers(self.network_skip)} if self.network_skip else {}),
            },
        }
        if self.cover is not None:
            head["cover"] = cover_document(self.cover, shared=self.is_of_several)
        if self.quadratic is not None:
            head["quadratic"] = quadratic_document(self.quadratic)
        if self.chambers is None:
            return f"{json.dumps(head)}\n"
        chambers = ",\n".join(json.dumps(chamber_document(chamber)) for chamber in self.chambers)
        return f'{json.dumps(head)[:-1]}, "chambers": [\n{chambers}\n]}}\n'

    def _dual_document(self) -> Any:
        if self.is_of_several:
            return [packed(z) for z in self.dual]
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
            document = checker.parse(text, "certificate")
            claim = claimed(document)
            if isinstance(claim, checker.SharedCertificate):
                return cls._of_several(document["problem"], claim)
            if claim.slopes is not None:
                claim = checker.with_dual(_problem_of(claim, problem, source), claim)
        except Refusal as reason:
            raise InputError(
                f"{source}: {reason}; give a file that certify or Certificate.save wrote"
            ) from None
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
    def _of_several(cls, problem: str, claim: checker.SharedCertificate) -> Certificate:
        bounds, skips = (claim.lower, claim.upper), claim.skips if any(claim.skips) else ()
        return cls(problem, *bounds, claim.duals, claim.hidden, claim.output, None, skips, claim.cover)

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


def _numbers(values: tuple[Any, ...]) -> list[Any]:
    """Numbers as a file has them, or rows of them."""
    return [strings(row) for row in values] if values and isinstance(values[0], tuple) else strings(values)


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
