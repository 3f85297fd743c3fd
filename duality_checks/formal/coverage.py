"""What the formal proof covers; everything else is refused by its name."""

from __future__ import annotations

from hyperplane_arrangements.errors import InputError

from ..checker import Certificate, Cover, Problem

COVERED = "the squared, l1, huber, hinge and squared-hinge losses, by certificates of version 3 (covers)"


def refuse_problem(problem: Problem) -> None:
    """Only problems that the definitions in Coq can say.

    Raises:
        InputError: the loss rests on logarithms, or outputs are maxima over rows.

    Example:
        >>> from ..problem import TrainingProblem
        >>> from ..checker import read_problem
        >>> problem = TrainingProblem([[1]], [1], beta="3/4", loss="logistic")
        >>> refuse_problem(read_problem(problem.to_json()))
        Traceback (most recent call last):
        hyperplane_arrangements.errors.InputError: problem: the formal proof does not cover the logistic loss,
        whose bounds rest on logarithms; it covers the squared, l1, huber, hinge and squared-hinge losses, by
        certificates of version 3 (covers)
    """
    if problem.largest:
        raise InputError(
            "problem: the formal proof does not cover max pooling; the standalone checker reads its "
            "certificates"
        )
    if problem.loss[0] == "logistic":
        raise InputError(
            "problem: the formal proof does not cover the logistic loss, whose bounds rest on logarithms; "
            f"it covers {COVERED}"
        )


def refuse_penalty(problem: Problem) -> None:
    """Covers are for the 2-norm.

    Raises:
        InputError: another norm.
    """
    if problem.penalty != "2-norm":
        raise InputError(
            f"problem: with the {problem.penalty} chambers are listed, and the formal proof reads no lists; "
            f"it covers {COVERED} for the 2-norm"
        )


def refuse_bias(problem: Problem) -> None:
    """With free biases chambers are listed or swept; covers are not searched for.

    Raises:
        InputError: a free bias.
    """
    if problem.bias is not None:
        raise InputError(f"problem: with free biases no cover is made; the formal proof covers {COVERED}")


def cover_of(certificate: Certificate) -> Cover:
    """The cover of a certificate of version 3.

    Raises:
        InputError: a certificate of another version.
    """
    if certificate.cover is None:
        version = 2 if certificate.chambers is None else 1
        raise InputError(
            f"certificate: version {version} holds no cover, which the formal proof needs; it covers "
            f"{COVERED}; duality_checks.formal.covering.with_cover makes one"
        )
    return certificate.cover
