"""``convex-landscape certify --samples``: a proven interval where the chambers are too many to enumerate."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from hyperplane_arrangements.errors import TooLargeError

from .showing import tell

if TYPE_CHECKING:
    from ..data.datasets import TrainingData


def sampled_interval(
    data: TrainingData,
    *,
    beta: Fraction | None,
    activation: str,
    terms: dict[str, str],
    samples: int,
    as_json: bool,
) -> int:
    """Print the interval that the chambers of sampled directions prove (statements 4.1 and 4.2).

    Args:
        data: features and targets.
        beta: the weight decay; a share of ``beta_max`` would need all chambers.
        activation: as in ``certify``.
        terms: loss, penalty and what is free; the penalty has to be the 2-norm, with nothing free.
        samples: how many directions.
        as_json: one JSON object in place of text.

    Raises:
        UsageError: no ``beta``.
        InputError: another penalty, or something free.
    """
    from ..approximation.sampling import bound_by_sampling
    from ..problem import TrainingProblem
    from ..reports.text import interval_facts

    if beta is None:
        raise click.UsageError("--samples needs --beta: beta_max is a maximum over all chambers")
    problem = TrainingProblem(data.X, data.y, beta, activation, **data.terms, **terms)
    found = bound_by_sampling(problem, samples)
    if as_json:
        facts = {
            "proven": True,
            "closed": False,
            "method": found.interval.method,
            **interval_facts(found.interval.lower, found.interval.upper),
            "samples": found.samples,
            "chambers": found.chambers,
            "chambers_at_most": found.at_most,
        }
        click.echo(json.dumps(facts))
    else:
        tell(f"INTERVAL from sampled chambers, not the optimum; no files are written\n{found}")
    return 0


def with_advice(error: TooLargeError) -> TooLargeError:
    """The refusal with the way that needs no enumeration.

    Example:
        >>> print(with_advice(TooLargeError("Too many.", predicted=9, limit=7)))
        Too many. Or, with the 2-norm, --samples 500 with --beta: a proven interval from sampled chambers,
        usually wide.
    """
    return TooLargeError(
        f"{error} Or, with the 2-norm, --samples 500 with --beta: a proven interval from sampled chambers, "
        "usually wide.",
        predicted=error.predicted,
        limit=error.limit,
    )
