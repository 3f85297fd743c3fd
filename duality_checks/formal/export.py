"""A file for Coq: the user's numbers, and a theorem about them that compiles only if the certificate proves it."""

from __future__ import annotations

from ..checker import Certificate, Problem, decimal, ROUND_CEILING, ROUND_FLOOR
from .gallina import certificate_term, problem_term, rational
from .sources import library_text

IMPORT = "From ConvexLandscape Require Import Base64 Soundness."
THEOREM = """\
(** * A theorem about the data below

    No network, of any width and with any real weights, has an objective below {floor};
    and there is one whose objective is at most {ceiling}.

    To believe it, read the definitions of [problem], [network], [fits] and [objective], and compare the numbers of
    [data] with yours: the digest of their file is
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


def coq_text(problem: Problem, certificate: Certificate, *, alone: bool = True) -> str:
    """The text of a file for Coq 8.16 whose theorem says what the certificate claims.

    Args:
        problem, certificate: as the checker reads them. Nothing is checked here: Coq does.
        alone: whether the proof of the checker's theorem comes with it; otherwise it is imported from a library
            `ConvexLandscape`, compiled before.

    Returns:
        Text that `coqc` compiles if the certificate is a proof, and not otherwise.

    Raises:
        InputError: a problem or a certificate that the formal proof does not cover.
    """
    return THEOREM.format(
        floor=decimal(certificate.lower, ROUND_FLOOR, 12),
        ceiling=decimal(certificate.upper, ROUND_CEILING, 12),
        digest=problem.digest,
        library=library_text() if alone else IMPORT,
        problem=problem_term(problem),
        certificate=certificate_term(problem, certificate),
        lower=rational(certificate.lower),
        upper=rational(certificate.upper),
    )
