"""``convex-landscape certify`` with several targets: one network, one proof, one folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .showing import tell

if TYPE_CHECKING:
    from ..data.datasets import TrainingData
    from ..effort import Effort
    from ..reports.outputs import OutputsOutcome


def certify_outputs(
    data: tuple[TrainingData, ...],
    *,
    coupling: str,
    beta: Fraction | None,
    beta_ratio: Fraction | None,
    activation: str,
    terms: dict[str, str],
    output: Path,
    max_chambers: int,
    effort: Effort,
    as_json: bool,
) -> int:
    """Train, prove and write what `certify` writes, for several outputs (statement 2.8).

    Args:
        data: one an output, with the same features.
        coupling: the norm of a neuron's output weights in the penalty.
        beta: the weight decay, or None.
        beta_ratio: its share of ``beta_max``, or None.
        activation: as in ``certify``.
        terms: loss, penalty and what is free.
        output: the folder.
        max_chambers: the limit.
        effort: of searches over all directions.
        as_json: one JSON object in place of text.

    Returns:
        The exit code.

    Raises:
        UsageError: a limit of time where outputs share neurons.
    """
    if coupling == "2-norm" and effort.seconds is not None:
        raise click.UsageError(
            "--time-limit ends searches over all directions; --coupling 2-norm goes through all chambers: "
            "leave it out, or use --coupling 1-norm"
        )
    from ..reports.outputs import prove_outputs
    from ..reports.outputs_text import outputs_facts, outputs_summary
    from .output import output_folder
    from .terminal import progress

    with output_folder(output) as deliver:
        with progress() as say:
            outcome = prove_outputs(
                data,
                coupling=coupling,
                beta=beta,
                beta_ratio=beta_ratio,
                activation=activation,
                max_chambers=max_chambers,
                say=say,
                effort=effort,
                **terms,
            )
            say("Writing the reports")
            files = documents(outcome)
        deliver(files)
    if as_json:
        click.echo(json.dumps(outputs_facts(outcome) | {"output": str(output)}))
    else:
        tell(f"{outputs_summary(outcome)}\n{'written':<10} {', '.join(files)} in {output}")
    return 0 if outcome.verdict.proven else 1


def documents(outcome: OutputsOutcome) -> dict[str, str]:
    """The files of a job: their names and texts. The page with pictures needs the extra `plot`."""
    from ..reports.outputs_html import outputs_html
    from ..reports.outputs_text import certificate_file, outputs_markdown, problem_file

    files: dict[str, str] = {}
    for number, part in enumerate(outcome.parts, start=1):
        files[problem_file(number)] = part.problem_text
        files[certificate_file(number)] = part.certificate_text
    if not outcome.parts:
        files["proof.json"] = outcome.proof_json()
    files["network.json"] = outcome.network_json()
    files["report.md"] = outputs_markdown(outcome)
    return files | page(lambda: outputs_html(outcome))


def page(write: Callable[[], str]) -> dict[str, str]:
    """The page with pictures, where matplotlib (the extra `plot`) is installed."""
    from importlib.util import find_spec

    return {"report.html": write()} if find_spec("matplotlib") else {}
