"""A file for Coq: the user's numbers, and a theorem that compiles only if the certificate proves it."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR
from itertools import chain

from hyperplane_arrangements.errors import InputError

from ....checker import (
    Certificate,
    Problem,
    Refusal,
    common_denominator_within_limit,
    cover_fits,
    decimal,
    parse,
    read_certificate,
    read_problem,
    with_dual,
    without,
)
from .coverage import refuse_problem
from .gallina import certificate_term, problem_term, rational
from .sources import library_text

THEOREM = """\
(** * A theorem about the data below

    No network, of any width and with any real weights, has an objective below {floor};
    and {reached} at most {ceiling}.

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
{attained}

Print Assumptions optimum.
"""

ONE = "there is one whose objective is"
REACHED = """\
  (exists network, fits data network /\\
     objective data network = Q2R ({upper}))%R.
Proof.
  destruct (checker_sound data claim accepted) as (L & _ & U).
  split; [exact L|exact (U eq_refl)].
Qed."""

# The best scaling of a neuron without weights that the penalty sees is a limit.
NEAR = "networks come as near as one likes to a value of"
APPROACHED = """\
  (forall e, 0 < e -> exists network, fits data network /\\
     objective data network <= Q2R ({upper}) + e)%R.
Proof.
  destruct (checker_sound data claim accepted) as (L & N & _).
  split; [exact L|exact N].
Qed."""


def coq_text(problem: Problem, certificate: Certificate) -> str:
    """The text of a file for Coq 8.16 whose theorem says what the certificate claims.

    Args:
        problem, certificate: as the checker reads them. Nothing is checked here: Coq does.

    Returns:
        Text that `coqc` compiles if the certificate is a proof, and not otherwise.

    Raises:
        InputError: a problem or a certificate that the formal proof does not cover.
    """
    said, attained = ONE, REACHED
    if not has_best_scaling(problem, certificate):
        said, attained = NEAR, APPROACHED
    return THEOREM.format(
        reached=said,
        attained=attained.format(upper=rational(certificate.upper)),
        floor=decimal(certificate.lower, ROUND_FLOOR, 12),
        ceiling=decimal(certificate.upper, ROUND_CEILING, 12),
        digest=problem.digest,
        library=library_text(),
        problem=problem_term(problem),
        certificate=certificate_term(problem, certificate),
        lower=rational(certificate.lower),
    )


def has_best_scaling(problem: Problem, certificate: Certificate) -> bool:
    """Whether a network attains the upper bound: its neurons can be scaled so that both sizes are equal.

    For a polyhedral norm that takes weights which the penalty sees, unless the neuron is not heard. (The
    function `scalable` of the formal proof.)
    """
    pairs = zip(certificate.hidden, certificate.output, strict=True)
    seen = ((without(w, problem.bias), a) for w, a in pairs)
    return problem.penalty == "2-norm" or all(any(w) or not a for w, a in seen)


def claims(problem_text: str, certificate_text: str) -> tuple[Problem, Certificate]:
    """A problem and a certificate for it, read as strictly as the checker does; nothing is proven.

    Raises:
        InputError: a text that is neither, a certificate for another problem, or a problem that the formal
            proof does not cover.
    """
    try:
        problem = read_problem(problem_text)
    except Refusal as reason:
        raise InputError(f"{reason}; give a file that certify or TrainingProblem.save wrote") from None
    refuse_problem(problem)
    try:
        shape = len(problem.target), len(problem.rows), len(problem.rows[0]), len(problem.skips)
        certificate = with_dual(problem, read_certificate(parse(certificate_text, "certificate"), *shape))
        common_denominator_within_limit(certificate.dual, "dual")
        common_denominator_within_limit(chain(*certificate.hidden), "hidden")
        common_denominator_within_limit(certificate.output + certificate.skip, "output")
        if certificate.cover is not None:
            cover_fits(problem, certificate.cover)
    except Refusal as reason:
        raise InputError(f"{reason}; give a file that certify or Certificate.save wrote") from None
    if certificate.problem != problem.digest:
        raise InputError("certificate: written for another problem; give the problem that it was made with")
    return problem, certificate
