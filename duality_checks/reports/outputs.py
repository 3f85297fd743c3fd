"""A job with several outputs: one proven job an output, or one proof for neurons that outputs share (2.8)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from ..checker import Verdict
from ..data.datasets import TrainingData
from ..data.preparation import Input, Output, Preparation
from ..effort import WHOLE, Effort
from ..limits import is_searched, require_feasible
from ..optima.several_outputs import (
    MultiOutputProblem,
    VectorNetwork,
    check_outputs,
    intercepts_of,
    train_outputs,
)
from ..prepared import PreparedNetwork
from .hints import hints_of_outputs
from .outcome import Clock, Outcome, require_improvable, settle, share_of

if TYPE_CHECKING:
    from ..optima.several_outputs import OutputsProof
    from ..problem import TrainingProblem

PROOF_FORMAT = "convex-landscape proof for shared neurons"


@dataclass(frozen=True, slots=True)
class OutputsOutcome:
    """What a job with several outputs produced.

    Args:
        data: one an output, with the same features.
        problems: likewise.
        coupling: ``"1-norm"`` or ``"2-norm"``.
        beta_ratio: the share of ``beta_max`` that was asked for, None when ``beta`` itself was.
        network: with all outputs.
        lower: the bound below, exactly.
        upper: the network's objective, exactly.
        verdict: on the whole interval.
        parts: with the 1-norm one job an output, each with its certificate; with the 2-norm none.
        proof: with the 2-norm the dual that proves the bound, which this package checks; with the 1-norm
            None.
        seconds: the time of each part, by name.
        hints: where its numbers may mislead.
    """

    data: tuple[TrainingData, ...]
    problems: tuple[TrainingProblem, ...]
    coupling: str
    beta_ratio: Fraction | None
    network: VectorNetwork
    lower: Fraction
    upper: Fraction
    verdict: Verdict
    parts: tuple[Outcome, ...]
    proof: OutputsProof | None
    seconds: dict[str, float]
    hints: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the outputs."""
        return tuple(one.target for one in self.data)

    def network_json(self) -> str:
        """The network file, with the names of the columns and their preparation."""
        kept = [one.preparation for one in self.data if one.preparation is not None]
        if len(kept) == len(self.data):
            outputs = tuple(output for one in kept for output in one.outputs)
            preparation = replace(kept[0], outputs=outputs)
        else:
            inputs = tuple(map(Input, self.data[0].features))
            preparation = Preparation(inputs, False, tuple(map(Output, self.targets)))
        return PreparedNetwork(self.network, preparation).to_json()

    def proof_json(self) -> str:
        """The data and the dual of a proof for shared neurons: what it takes to check it again."""
        assert self.proof is not None
        first = self.problems[0]
        document = {
            "format": PROOF_FORMAT,
            "version": 1,
            "beta": str(first.beta),
            "kappa": str(first.kappa),
            "lower": str(self.lower),
            "upper": str(self.upper),
            **({"free": first.free.name} if first.free else {}),
            **({"weights": list(map(str, first.sample_weights))} if first.is_weighted else {}),
            "outputs": list(self.targets),
            "X": [list(map(str, row)) for row in first.X.fractions],
            "Y": [list(map(str, row)) for row in zip(*(one.y for one in self.problems), strict=True)],
            "dual": [list(map(str, row)) for row in zip(*self.proof.dual, strict=True)],
        }
        return json.dumps(document) + "\n"


def prove_outputs(
    data: Sequence[TrainingData],
    *,
    coupling: str,
    beta: Fraction | None,
    beta_ratio: Fraction | None,
    activation: str,
    max_chambers: int,
    say: Callable[[str], None],
    effort: Effort = WHOLE,
    **terms: Any,
) -> OutputsOutcome:
    """Train a network with several outputs to the global optimum and prove it.

    Args:
        data: one an output, with the same rows of features.
        coupling: the norm of a neuron's output weights in the penalty.
        beta: the weight decay; None to take it from ``beta_ratio``.
        beta_ratio: the share of ``beta_max``, from which on all outputs are zero, when ``beta`` is None.
        activation: as in :func:`~duality_checks.reports.outcome.prove`.
        max_chambers: likewise.
        say: likewise.
        effort: likewise, with the 1-norm; the outputs share the time.
        terms: ``loss``, ``penalty`` and ``free``, likewise.

    Raises:
        InputError: the data or the terms cannot be used, or cannot be coupled so.
        TooLargeError: the number of chambers is over the limit.
    """
    clock, decay = Clock(), 1 if beta is None else beta
    targets = list(zip(*(one.y for one in data), strict=True))
    terms = {**data[0].terms, **terms}
    stated = MultiOutputProblem(data[0].X, targets, decay, activation, coupling=coupling, **terms)
    say("Counting the activation patterns")
    if coupling != "1-norm" or not is_searched(stated.outputs[0]):
        require_feasible(stated.outputs[0].arrangement, max_chambers)
    clock.lap("counting")
    share = None if beta is not None else beta_ratio
    if beta is None:
        say("Finding beta_max")
        require_improvable(stated.outputs)
        largest = beta_max_of_outputs(stated, max_chambers, effort)
        require_improvable(stated.outputs, largest)
        decay = share_of(largest, beta_ratio)
        problems = tuple(one.with_beta(decay) for one in stated.outputs)
        clock.lap("beta_max")
    else:
        problems = stated.outputs
    if coupling == "1-norm":
        found = _apart(tuple(data), problems, share, clock, max_chambers, say, effort)
    else:
        found = _shared(tuple(data), problems, targets, share, clock, max_chambers, say)
    return replace(found, hints=hints_of_outputs(data, problems, found.network.output))


def beta_max_of_outputs(problem: MultiOutputProblem, max_chambers: int, effort: Effort = WHOLE) -> float:
    """The weight decay from which on all outputs are zero, in floats."""
    if problem.coupling == "1-norm":
        from ..optima.paths import approximate_beta_max

        return max(approximate_beta_max(one, max_chambers, effort) for one in problem.outputs)
    from ..optima.paths import where_equal
    from ..optima.vector_output import SharedNeurons

    def size(beta: float) -> float:
        shared = SharedNeurons(problem.outputs[0].with_beta(beta))
        return shared.maximum(shared.readout.squared(problem.targets)).value

    return where_equal(size) if problem.outputs[0].free.decayed else size(1.0)


def _apart(
    data: tuple[TrainingData, ...],
    problems: tuple[TrainingProblem, ...],
    share: Fraction | None,
    clock: Clock,
    max_chambers: int,
    say: Callable[[str], None],
    effort: Effort,
) -> OutputsOutcome:
    """One job an output; the neurons of all of them side by side."""
    from scipy.linalg import block_diag

    parts, began = [], perf_counter()
    for number, (one, problem) in enumerate(zip(data, problems, strict=True), start=1):
        prefix = f"Output {number} of {len(data)}: "
        own = Clock()

        def tell(text: str, prefix: str = prefix) -> None:
            say(prefix + text[0].lower() + text[1:])

        own_effort = effort.after(began, len(data) + 1 - number)
        parts.append(settle(one, problem, share, own, max_chambers=max_chambers, say=tell, effort=own_effort))
        for name, seconds in own.laps.items():
            clock.laps[name] = clock.laps.get(name, 0.0) + seconds
    networks = [part.solution.network for part in parts]
    network = VectorNetwork(
        np.concatenate([one.hidden for one in networks]),
        block_diag(*(one.output[:, None] for one in networks)),
        problems[0].kappa,
        intercepts_of(networks),
    )
    lower = sum((part.certificate.lower for part in parts), Fraction(0))
    upper = sum((part.certificate.upper for part in parts), Fraction(0))
    verdict = Verdict(True, "", lower, upper)
    for part in parts:
        if not part.verdict.proven:
            verdict = Verdict(False, f"output {part.data.target}: {part.verdict.reason}")
            break
    return OutputsOutcome(
        data, problems, "1-norm", share, network, lower, upper, verdict, tuple(parts), None, clock.laps
    )


def _shared(
    data: tuple[TrainingData, ...],
    problems: tuple[TrainingProblem, ...],
    targets: list[tuple[Fraction, ...]],
    share: Fraction | None,
    clock: Clock,
    max_chambers: int,
    say: Callable[[str], None],
) -> OutputsOutcome:
    first = problems[0]
    terms = {"free": first.free, "sample_weights": first.sample_weights, "readout": first.readout}
    problem = MultiOutputProblem(first.X, targets, first.beta, first.kappa, coupling="2-norm", **terms)
    say("Training neurons that all outputs share")
    proof = train_outputs(problem, max_chambers=max_chambers)
    clock.lap("training")
    say("Checking every chamber in rational arithmetic")
    verdict = check_outputs(problem, proof)
    clock.lap("checking")
    return OutputsOutcome(
        data,
        problem.outputs,
        "2-norm",
        share,
        proof.network,
        proof.lower,
        proof.upper,
        verdict,
        (),
        proof,
        clock.laps,
    )
