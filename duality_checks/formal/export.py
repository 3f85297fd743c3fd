"""A file for Coq: the user's numbers, and a theorem that compiles only if the certificate proves it."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR
from typing import TYPE_CHECKING

from hyperplane_arrangements.errors import InputError

from ..checker import Certificate, Problem, Refusal, decimal, parse, read_certificate, read_problem
from .coverage import refuse_penalty, refuse_problem
from .gallina import certificate_term, problem_term, rational
from .sources import library_text

if TYPE_CHECKING:
    from .. import certificate as certificates
    from ..problem import TrainingProblem

THEOREM = """\
(** * A theorem about the data below

    No network, of any width and with any real weights, has an objective below {floor};
    and there is one whose objective is at most {ceiling}.

    To believe it, read the definitions of [problem], [network], [fits] and [objective], and compare the
    numbers of [data] with yours: the digest of their file is
    {digest}.
    Coq's kernel does the rest. *)

{library}
Open Scope Q_scope.

Definition data : problem := {problem}.

(** What the proof is made from; none of it has to be believed. *)
Definition claim : certificate := {certificate}.

Lemma accepted : accept data claim = true.
Proof. vm_cast_no_check (eq_refl true). Qed.

Theorem optimum :
  (forall network, fits data network ->
     Q2R ({lower}) <= objective data network)%R /\\
  (exists network, fits data network /\\
     objective data network = Q2R ({upper}))%R.
Proof. destruct (checker_sound data claim accepted) as (L & _ & U). split; [exact L|exact (U eq_refl)]. Qed.

Print Assumptions optimum.
"""


def coq_text(problem: Problem, certificate: Certificate) -> str:
    """The text of a file for Coq 8.16 whose theorem says what the certificate claims.

    Args:
        problem, certificate: as the checker reads them. Nothing is checked here: Coq does.

    Returns:
        Text that `coqc` compiles if the certificate is a proof, and not otherwise.

    Raises:
        InputError: a problem or a certificate that the formal proof does not cover.
    """
    return THEOREM.format(
        floor=decimal(certificate.lower, ROUND_FLOOR, 12),
        ceiling=decimal(certificate.upper, ROUND_CEILING, 12),
        digest=problem.digest,
        library=library_text(),
        problem=problem_term(problem),
        certificate=certificate_term(problem, certificate),
        lower=rational(certificate.lower),
        upper=rational(certificate.upper),
    )


def claims(problem_text: str, certificate_text: str) -> tuple[Problem, Certificate]:
    """A problem and a certificate for it, read as strictly as the checker does; nothing is proven.

    Raises:
        InputError: a text that is neither, a certificate for another problem, or a problem that the formal
            proof does not cover.
    """
    try:
        problem = read_problem(problem_text)
    except Refusal as reason:
        raise InputError(f"{reason}; write problems with TrainingProblem.save") from None
    refuse_problem(problem)
    refuse_penalty(problem)
    try:
        shape = len(problem.target), len(problem.rows), len(problem.rows[0]), len(problem.skips)
        certificate = read_certificate(parse(certificate_text), *shape)
    except Refusal as reason:
        raise InputError(f"{reason}; write certificates with Certificate.save") from None
    if certificate.problem != problem.digest:
        raise InputError("certificate: written for another problem; give the problem that it was made with")
    return problem, certificate


def to_coq(problem: TrainingProblem, certificate: certificates.Certificate) -> str:
    """A file for Coq about any certificate: one that lists chambers is made again as a cover.

    Args:
        problem, certificate: of this package.

    Raises:
        InputError: what the formal proof does not cover.

    Example:
        >>> from ..certificate import certify
        >>> from ..problem import TrainingProblem
        >>> from ..training.columns import train
        >>> problem = TrainingProblem([[1, 0], [0, 2], [1, 1]], [1, -1, 2], beta="1/2")
        >>> text = to_coq(problem, certify(problem, train(problem)))
        >>> "Theorem optimum" in text, "beta := 1 # 2" in text
        (True, True)
    """
    from .covering import with_cover

    return coq_text(*claims(problem.to_json(), with_cover(problem, certificate).to_json()))
