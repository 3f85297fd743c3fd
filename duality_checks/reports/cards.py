"""What notebooks show for problems, networks, solutions, certificates and verdicts: a few facts each."""

from __future__ import annotations

from fractions import Fraction
from html import escape
from typing import Any

from hyperplane_arrangements.pictures.cards import card, columns
from hyperplane_arrangements.values import display

from ..approximation.subsets import ProvenInterval
from ..certificates.certificate import Certificate
from ..exact.enclosures import decimal_interval, exact_text, scientific_above
from ..networks.two_layer import TwoLayerNetwork
from ..optima.optimal_set import OptimalSet
from ..pricing.interval import IntervalProof
from ..problem import TrainingProblem
from ..stationary_points.stationary import Stationarity
from ..terms.words import activation_name, count
from ..training.rounds import Solution
from .text import relative_gap


def _interval(lower: Fraction, upper: Fraction) -> list[tuple[str, str]]:
    low, high = decimal_interval(lower, upper)
    gap = scientific_above(relative_gap(lower, upper))
    return [("interval", f"{low} <= p* <= {high}"), ("relative width", f"at most {gap}")]


@display.html.register
def problem_card(problem: TrainingProblem) -> str:
    """What a notebook shows for a training problem.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> "2 samples, 1 column" in problem_card(TrainingProblem([[1], [2]], [1, 0], beta=1))
        True
    """
    return card(
        "Training problem",
        [
            ("data", f"{count(problem.n, 'sample')}, {count(problem.d, 'column')}"),
            ("activation", activation_name(problem.kappa)),
            ("loss", problem.loss.name),
            ("penalty", problem.penalty.name),
            ("beta", exact_text(problem.beta)),
        ],
    )


@display.html.register
def solution_card(solution: Solution) -> str:
    """What a notebook shows for a solution."""
    return card(
        "Solution (numerical)",
        [
            ("objective", f"{solution.upper:.12g}"),
            ("lower bound", f"{solution.lower:.12g}"),
            ("relative gap", f"{solution.relative_gap:.2g}"),
            ("network", count(solution.network.width, "neuron")),
            ("training", f"{count(len(solution.rounds), 'round')}, {solution.seconds:.2g} s"),
        ],
    )


@display.html.register
def certificate_card(certificate: Certificate) -> str:
    """What a notebook shows for a certificate: a claim, until it is checked."""
    chambers: Any = certificate.chambers
    unlisted = {"cover": "covered by cones over boxes", "quadratic": "below functions of degree 2, 4 or 6"}
    listed = (
        unlisted.get(certificate.method, "implied by the problem")
        if chambers is None
        else f"{len(chambers):,} listed"
    )
    return card(
        "Certificate (a claim until checked)",
        [
            *_interval(certificate.lower, certificate.upper),
            ("chambers", listed),
            ("problem", certificate.problem[:16]),
        ],
    )


@display.html.register
def network_card(network: TwoLayerNetwork) -> str:
    """The weights of the largest neurons.

    Example:
        >>> from duality_checks import TwoLayerNetwork
        >>> "1 neuron, ReLU" in network_card(TwoLayerNetwork([[1.0, -1.0]], [2.0]))
        True
    """
    order = sorted(range(network.width), key=lambda j: -abs(network.output[j]))
    rows = [[f"{x:+.6g}" for x in (network.output[j], *network.hidden[j])] for j in order]
    header = ["output", *(f"w {k}" for k in range(1, network.hidden.shape[1] + 1))]
    table = columns(f"{count(network.width, 'neuron')}, {activation_name(network.kappa)}", header, rows)
    if not network.has_skip:
        return table
    skip = ", ".join(f"{x:+.6g}" for x in network.linear)
    return f"<div>{table}<p>intercept {network.intercept:+.6g}, linear skip ({skip})</p></div>"


@display.html.register
def interval_card(found: IntervalProof | ProvenInterval) -> str:
    """What is proven about p*."""
    return card("Proven interval", _interval(found.lower, found.upper))


@display.html.register
def sentence(found: OptimalSet | Stationarity) -> str:
    """What a verdict says of itself."""
    return f"<p>{escape(str(found))}</p>"
