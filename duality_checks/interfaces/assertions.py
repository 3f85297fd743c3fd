"""Assertions for your own tests: each proves its claim, or fails with the instance and the reason.

A failure prints the problem as code that can be pasted, so that Hypothesis's smallest example can be rerun
by hand. The claims are decided in rational arithmetic; `gap` and `epsilon` say what is claimed, they are no
tolerances.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.errors import InputError

from ..exact.enclosures import float_above, float_below
from ..terms.given import allowance, relative

if TYPE_CHECKING:
    from ..certificates.certificate import Certificate
    from ..networks.rational import RationalNetwork
    from ..problem import TrainingProblem
    from ..stationary_points.stationary import Stationarity

_ROWS_SHOWN = 12
_DIGITS = 17


@dataclass(frozen=True, eq=False, slots=True)
class _Proposal:
    network: RationalNetwork
    dual: Any


def assert_global_optimum(problem: TrainingProblem, network: Any, *, gap: float = 1e-6) -> Certificate:
    """Assert that a network is globally optimal up to a relative gap, over every chamber (statement 2.4).

    The claim is `objective - p* <= gap * objective`. The network may come from any solver; the dual is found
    here, and the independent checker has the last word.

    Args:
        problem: of one output, or of outputs that share neurons.
        network: a :class:`~duality_checks.networks.two_layer.TwoLayerNetwork`, a RationalNetwork, a network
            of another library, or any object with weights: see :func:`~duality_checks.exact.judged.judged`.
            It is judged as it predicts: with its own activation, biases, intercept and linear skip.
        gap: the relative gap that is claimed, above 0 and below 1.

    Returns:
        The certificate for this network; with a polyhedral norm, for its neurons once balanced.

    Raises:
        AssertionError: the claim is refuted by a better network, or it could not be proven.
        InputError: a gap that is not above 0 and below 1, or a network that does not fit the problem.
        TooLargeError: too many chambers.

    Example:
        >>> from duality_checks import TrainingProblem, TwoLayerNetwork
        >>> problem = TrainingProblem([[1], [-1]], [3, 1], beta=1)
        >>> assert_global_optimum(problem, TwoLayerNetwork([[2**0.5]], [2**0.5])).relative_gap < 1e-6
        True
        >>> assert_global_optimum(problem, TwoLayerNetwork([[1.0]], [1.0]))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        AssertionError: not a global optimum: ...
    """
    __tracebackhide__ = True
    from ..exact.judged import objective_of
    from ..training.columns import train

    claimed, chosen = relative(gap, "gap", zero=False), _judged(problem.require_one_program(), network)
    solution = train(problem)
    certificate, objective = _certified(problem, chosen, solution.dual)
    if objective - certificate.lower <= claimed * objective:
        return certificate
    best = objective_of(problem, solution.network)
    facts = [
        f"objective of the network  {_above(objective)}",
        f"p* is at least            {_below(certificate.lower)}",
    ]
    if objective - best > claimed * objective:
        verdict = "not a global optimum: a better network exists (proven)"
        excess = float((objective - best) / objective)
        facts += [
            f"p* is at most             {_above(best)}",
            f"relative excess           {excess:.3g}, but gap = {float(claimed):g}",
            *_way_out(problem, chosen),
        ]
    else:
        verdict = f"not a global optimum: not proven to a relative gap of {float(claimed):g} (nor refuted)"
        proven = float((objective - certificate.lower) / objective)
        facts += [f"relative gap proven       {proven:.3g}; ask for a larger gap"]
    raise AssertionError(_failure(verdict, facts, problem, _shown(network, chosen)))


def assert_strong_duality(problem: TrainingProblem, solution: Any, *, gap: float = 1e-9) -> Certificate:
    """Assert that a network and a dual vector prove each other optimal up to a relative gap (statements 2.1,
    2.5).

    The best multiple of the dual that is feasible on every chamber gives the lower bound; a dual that is far
    from feasible is scaled down, and its gap shows it.

    Args:
        problem: of one output, or of outputs that share neurons.
        solution: anything with `.network`, of any kind that :func:`assert_global_optimum` takes, and `.dual`
            (length n, or n x q), such as a :class:`~duality_checks.training.rounds.Solution`.
        gap: the relative gap that is claimed, above 0 and below 1.

    Returns:
        The certificate, accepted by the checker.

    Raises:
        AssertionError: the gap proven is larger.
        InputError: a gap that is not above 0 and below 1, or a network or dual that does not fit.
        TooLargeError: too many chambers.

    Example:
        >>> from duality_checks import TrainingProblem, train
        >>> problem = TrainingProblem([[1], [-1]], [3, 1], beta=1)
        >>> assert_strong_duality(problem, train(problem)).lower > 0
        True
    """
    __tracebackhide__ = True
    claimed = relative(gap, "gap", zero=False)
    chosen = _judged(problem.require_one_program(), solution.network)
    certificate, objective = _certified(problem, chosen, solution.dual)
    if objective - certificate.lower <= claimed * objective:
        return certificate
    found = float((objective - certificate.lower) / objective)
    facts = [
        f"primal objective          {_above(objective)}",
        f"best feasible dual value  {_below(certificate.lower)}",
        f"relative gap              {found:.3g}, but gap = {float(claimed):g}",
        "either the network is not optimal or the dual is not: assert_global_optimum says which",
    ]
    raise AssertionError(_failure("no strong duality", facts, problem, _shown(solution.network, chosen)))


def assert_stationary(problem: TrainingProblem, network: Any, *, epsilon: float = 1e-6) -> Stationarity:
    """Assert that a network is stationary, or proven to be nearly so (statements 3.1 and 3.4).

    Args:
        problem: of one output, or of outputs that share neurons.
        network: of any kind that :func:`assert_global_optimum` takes.
        epsilon: the relative distance of zero from the Clarke subdifferential that is allowed, at least 0; 0
            asks for stationarity itself.

    Returns:
        The verdict, see :func:`~duality_checks.stationary_points.stationary.stationarity`.

    Raises:
        AssertionError: the network is not stationary; the text has a direction along which the objective
            falls.
        InputError: the network does not fit, or an epsilon that is negative or not finite.

    Example:
        >>> from duality_checks.stationary_points.examples import spurious_minimum
        >>> print(assert_stationary(*spurious_minimum(), epsilon=0))
        stationary (proven): directionally
    """
    __tracebackhide__ = True
    from ..stationary_points.stationary import Standing, stationarity

    allowed = float(allowance(epsilon, "epsilon"))
    chosen = _judged(problem, network)
    verdict = stationarity(problem, chosen, epsilon=allowed)
    if verdict.standing is Standing.NOT:
        facts = [f"epsilon = {allowed:g}"]
        raise AssertionError(_failure(str(verdict), facts, problem, _shown(network, chosen)))
    return verdict


def assert_complete(chambers: Any, arrangement: Any = None) -> None:
    """Assert that a list of sign vectors is the list of all chambers, each once (statement 1.1).

    Args:
        chambers: `hyperplane_arrangements.Chambers`, or any P x n array of signs.
        arrangement: the arrangement the signs belong to; that of `chambers` if None.

    Raises:
        AssertionError: a chamber is missing or listed twice, or a sign vector belongs to no chamber. The text
            names it, and the missing one with a point inside.
        InputError: signs of another shape, or no arrangement to compare them with.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> arrangement = Arrangement([[1, 0], [0, 1]])
        >>> assert_complete([[1, 1], [1, -1], [-1, 1], [-1, -1]], arrangement)
        >>> assert_complete([[1, 1], [1, -1], [-1, 1]], arrangement)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        AssertionError: the list of chambers is not complete: 3 listed, 4 there are
        ...
    """
    __tracebackhide__ = True
    import numpy as np

    owner = getattr(chambers, "arrangement", None) if arrangement is None else arrangement
    if owner is None:
        raise InputError("arrangement is missing; say which arrangement the sign vectors belong to")
    signs = np.asarray(getattr(chambers, "signs", chambers))
    if signs.ndim != 2 or signs.shape[1] != owner.n:
        raise InputError(f"chambers have shape {signs.shape}; give one sign for each of the {owner.n} rows")
    right = owner.chambers()
    known = {tuple(row): i for i, row in enumerate(right.signs.tolist())}
    listed = [tuple(row) for row in signs.tolist()]
    facts = []
    seen: set[tuple[int, ...]] = set()
    for i, row in enumerate(listed):
        if row not in known:
            facts.append(f"row {i} is no chamber: {_signs(row)}")
        elif row in seen:
            facts.append(f"row {i} is listed before: {_signs(row)}")
        seen.add(row)
    for row in known.keys() - seen:
        inside = ", ".join(map(str, right.witnesses[known[row]].tolist()))
        facts.append(f"missing: {_signs(row)}, with ({inside}) inside")
    if facts:
        raise AssertionError(
            f"the list of chambers is not complete: {len(listed)} listed, {len(right)} there are\n"
            + _lines(_some(facts))
            + f"arrangement: {owner.as_code()}"
        )


def _judged(problem: TrainingProblem, network: Any) -> RationalNetwork:
    """The very network, on the columns of the problem, exactly."""
    from ..exact.judged import judged
    from .placing import native

    return judged(problem, native(problem, network))


def _certified(problem: TrainingProblem, network: RationalNetwork, dual: Any) -> tuple[Certificate, Fraction]:
    """A certificate that the checker accepts, and what the network costs as it is: that of a polyhedral norm
    counts its neurons balanced."""
    __tracebackhide__ = True
    from ..certificates.certificate import check
    from ..certificates.certifying import certify
    from ..exact.judged import objective_of

    certificate = certify(problem, _Proposal(network, dual))
    verdict = check(problem, certificate)
    if not verdict.proven:
        raise AssertionError(
            _failure(f"the checker refused the certificate: {verdict.reason}", [], problem, None)
        )
    return certificate, objective_of(problem, network) if problem.penalty.polyhedral else certificate.upper


def _shown(network: Any, judged: RationalNetwork) -> Any:
    """The network as it was given where that can be written down, else as it was judged."""
    from ..networks.two_layer import TwoLayerNetwork

    return network if isinstance(network, TwoLayerNetwork) else judged


def _way_out(problem: TrainingProblem, network: RationalNetwork) -> list[str]:
    """The neuron to add (statement 3.7), for networks that are not optimal."""
    from ..stationary_points.escape import improving_neuron

    try:
        escape = improving_neuron(problem, network)
    except InputError:  # Neurons to add are found for the squared loss and the 2-norm only.
        return []
    if escape is None:
        return ["no single neuron improves it: its own weights can be moved"]
    weights = ", ".join(f"{float(w):.6g}" for w in escape.weights)
    return [
        f"adding the neuron w = ({weights}), alpha = {float(escape.output):.6g} lowers the objective by "
        f"{float(escape.decrease):.6g} (proven)"
    ]


def _failure(verdict: str, facts: list[str], problem: TrainingProblem, network: Any) -> str:
    from ..networks.rational import RationalNetwork

    text = f"{verdict}\n{_lines(facts)}instance: {problem.as_code()}"
    if network is None:
        return text
    exact = RationalNetwork.of(network)
    if not (exact.width or any(exact.constants) or exact.linear):
        return f"{text}\nnetwork: zero, no neuron"
    return f"{text}\nnetwork: {network.as_code()}"


def _lines(facts: list[str]) -> str:
    return "".join(f"  {fact}\n" for fact in facts)


def _some(facts: list[str]) -> list[str]:
    more = len(facts) - _ROWS_SHOWN
    return facts if more <= 0 else [*facts[:_ROWS_SHOWN], f"... and {more} more"]


def _above(value: Fraction) -> str:
    return _exact_or(value, float_above(value))


def _below(value: Fraction) -> str:
    return _exact_or(value, float_below(value))


def _exact_or(value: Fraction, rounded: float) -> str:
    text = str(value)
    return text if len(text) <= _DIGITS else repr(rounded)


def _signs(row: tuple[int, ...]) -> str:
    return "".join("-0+"[sign + 1] if sign in (-1, 0, 1) else "?" for sign in row)
