"""``convex-landscape certify --gated``: gated networks as models of their own, and the bound (4.4)."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..terms.words import count
from .showing import tell

if TYPE_CHECKING:
    from ..data.datasets import TrainingData


def certify_gated(
    data: TrainingData,
    *,
    beta: Fraction | None,
    beta_ratio: Fraction | None,
    activation: str,
    terms: dict[str, str],
    output: Path,
    max_chambers: int,
    as_json: bool,
) -> int:
    """Train the gated network with the least objective and prove it on every chamber.

    Args:
        data: features and targets.
        beta: the weight decay, or None.
        beta_ratio: its share of the gated beta_max, or None.
        activation: as in ``certify``.
        terms: loss, penalty and what is free: those of ``certify`` when nothing is said.
        output: the folder, which receives ``network.json`` and ``proof.json``.
        max_chambers: the limit.
        as_json: one JSON object in place of text.

    Raises:
        InputError: another loss, penalty or readout, or something free.
        TooLargeError: too many chambers.
    """
    from ..approximation.gated import as_network, gated_beta_max, gated_relaxation
    from ..exact.enclosures import decimal_interval, scientific_above
    from ..networks.prepared import PreparedNetwork
    from ..optima.shares import share_of
    from ..pricing.limits import require_feasible
    from ..problem import TrainingProblem
    from ..reports.text import beta_text, interval_facts, relative_gap
    from .output import output_folder
    from .terminal import progress

    stated = TrainingProblem(data.X, data.y, 1 if beta is None else beta, activation, **data.terms, **terms)
    problem = stated.require_standard("--gated")
    with output_folder(output) as deliver:
        with progress() as say:
            require_feasible(problem.arrangement, max_chambers)
            if beta is None:
                say("Finding beta_max")
                largest = gated_beta_max(problem, max_chambers)
                problem = problem.with_beta(share_of(largest, beta_ratio))
            say("Training over all gates")
            found = gated_relaxation(problem, max_chambers)
            network = as_network(problem, found)
        proof = {
            "format": "convex-landscape proof for gates",
            "version": 1,
            "beta": str(problem.beta),
            "kappa": str(problem.kappa),
            "lower": str(found.lower),
            "upper": str(found.upper),
            "X": [list(map(str, row)) for row in problem.X.fractions],
            "y": list(map(str, problem.y)),
            "dual": list(map(str, found.dual)),
            "gates": [
                {"signs": list(signs), "weights": list(map(str, vector))} for signs, vector in found.gates
            ],
        }
        kept = PreparedNetwork(network, data.preparation)
        deliver({"network.json": kept.to_json(), "proof.json": json.dumps(proof) + "\n"})
    gap = scientific_above(relative_gap(found.lower, found.upper))
    if as_json:
        facts = {
            "model": "gated",
            "proven": True,
            "proven_by": "duality_checks",
            "beta": str(problem.beta),
            "chambers": problem.arrangement.count_chambers(),
            "neurons": network.width,
            **interval_facts(found.lower, found.upper),
            "output": str(output),
        }
        click.echo(json.dumps(facts))
        return 0
    low, high = decimal_interval(found.lower, found.upper)
    share = None if beta is not None else beta_ratio
    lines = [
        ("data", f"{data.source}: {count(problem.n, 'row')}, {count(problem.d, 'column')}"),
        ("problem", f"gated networks, squared loss, beta = {beta_text(problem.beta, share)}"),
        ("chambers", f"{problem.arrangement.count_chambers():,} of rank {problem.arrangement.rank}"),
        ("network", f"{count(network.width, 'gated neuron')}"),
        ("optimum", f"{low} <= p_gated <= {high}"),
        ("gap", f"relative width at most {gap}"),
        ("verdict", "PROVEN on every chamber by this package, not by the independent checker"),
        ("bound", f"{low} <= p* for ReLU networks too, often far below"),
        ("written", f"network.json, proof.json in {output}"),
    ]
    tell("\n".join(f"{name:<10}{text}" for name, text in lines))
    return 0
