"""``convex-landscape certify``: from data to a proven global optimum."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..terms.words import COUPLINGS
from . import options
from .columns import Columns, listed, require_own_ones, takes_data
from .gated import certify_gated
from .output import output_folder
from .showing import tell

if TYPE_CHECKING:
    from ..cover.effort import Effort
    from ..data.datasets import TrainingData
    from ..problem import TrainingProblem
    from ..reports.outcome import Outcome
    from ..training.checkpoint import Checkpoint, State

DEFAULT_OUTPUT = "convex-landscape-output"


@click.command()
@takes_data
@options.weights
@options.beta
@options.beta_ratio
@options.takes_terms
@click.option(
    "--coupling",
    type=click.Choice(COUPLINGS),
    default=COUPLINGS[0],
    show_default=True,
    help="With several outputs: the norm of a neuron's output weights in the penalty.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=DEFAULT_OUTPUT,
    show_default=True,
    metavar="DIR",
    help="Where the files go.",
)
@options.max_chambers
@click.option(
    "--gated",
    is_flag=True,
    help="Train networks whose gates are no weights: a group Lasso, and a bound for ReLU networks. beta_max "
    "is theirs.",
)
@options.takes_effort
@options.takes_workers
@click.option(
    "--start",
    type=click.Path(path_type=Path),
    metavar="NETWORK",
    help="Begin with the neurons of a network of the same columns: of another beta, or another library's.",
)
@click.option("--resume", is_flag=True, help="Go on from the state that an interrupted run left in DIR.")
@options.as_json
def certify(
    columns: Columns,
    weights: str | None,
    beta: str | None,
    beta_ratio: str | None,
    activation: str,
    terms: dict[str, Any],
    coupling: str,
    output: Path,
    max_chambers: int,
    effort: Effort,
    gated: bool,
    start: Path | None,
    resume: bool,
    as_json: bool,
) -> int:
    """Train a two-layer network to its GLOBAL optimum and prove it.

    Enumerates every activation pattern exactly, trains over all of them, writes a rational certificate
    and checks it with the independent checker. Without DATA it runs on Fisher's Iris, versicolor against
    virginica by their petals. Numbers in a CSV file are read as exact decimals; a first line of numbers
    only is data, and its columns are then called 1, 2, ... DATA may be -, standard input. Semicolons, tabs
    and decimal commas are seen where the file leaves no doubt, and said.

    \b
    convex-landscape certify
    convex-landscape certify houses.csv --target price --features area,rooms --beta-ratio 0.1
    convex-landscape certify matrix.npy --target 4 --beta 1/3 --activation leaky:0.1 --json
    convex-landscape certify houses.csv --target price --features area --free biases
    convex-landscape certify wide.csv --target y --gap 0.01 --time-limit 60
    convex-landscape certify mail.csv --target spam --labels no,yes --loss logistic --drop-missing
    convex-landscape certify flats.csv --target rent --standardise --one-hot city
    convex-landscape certify mail.csv --target folder --positive spam --loss logistic
    convex-landscape certify signals.csv --target class --filter 3 --stride 2
    convex-landscape certify signals.csv --target class --filter 2 --pooling max
    convex-landscape certify houses.csv --target price --beta 0.1 --start earlier/network.json
    convex-landscape certify houses.csv --target price --beta 0.1 --gated
    convex-landscape certify haus.csv --target preis --separator ';' --decimal , --encoding latin-1
    convex-landscape certify houses.csv --target price --target rent --features area,rooms
    convex-landscape certify houses.csv --target price --target rent --features area --coupling 2-norm

    beta_max is the weight decay from which on the zero network is optimal.

    Where the patterns are too many to enumerate, all directions are covered by cones instead, at any rank.
    A search that comes to --time-limit or --max-cones leaves what was proven before: a certificate all the
    same, with a wider gap, which is printed. The time is that of the whole job.

    Several --target train one network with as many outputs. With --coupling 1-norm each output is a convex
    program of its own with its own certificate, and the bounds are added. With 2-norm, the usual weight
    decay, the outputs share neurons: one certificate, for any loss, at any rank.
    """
    from ..reports.outcome import prove
    from ..reports.text import outcome_facts, summary
    from ..training.checkpoint import Checkpoint
    from .terminal import progress

    decay, share = weight_decay(beta, beta_ratio)
    stated: dict[str, Any] = {"beta": decay, "beta_ratio": share}
    stated |= {"activation": activation, "max_chambers": max_chambers}
    chosen = columns.chosen(weights)
    original, *others = chosen
    options.refuse_limits(effort, {"--gated": gated} | listed(original, terms))
    if gated:
        if others or resume or start is not None:
            raise click.UsageError(
                "--gated is for one --target, without --start and --resume; leave them out"
            )
        return certify_gated(original, **stated, terms=terms, output=output, as_json=as_json)
    if resume and start is not None:
        raise click.UsageError("--start and --resume both say where training begins; give one of them")
    if original.readout is not None and "biases" in terms["free"]:
        raise click.UsageError(
            "--free biases is for networks that see whole rows: the places of a --filter are pooled, their "
            "ones too; use --free intercept"
        )
    require_own_ones(original, terms)
    checkpoint = Checkpoint(output / "state.json")
    if resume:
        checkpoint.require()
    recall = checkpoint.load if resume else _beginning(start, original)
    with output_folder(output) as deliver:
        with progress() as say, _kept(checkpoint):
            outcome = prove(
                chosen,
                **stated,
                **terms,
                coupling=coupling,
                say=say,
                effort=effort,
                recall=recall,
                keep=checkpoint.save,
            )
            say("Writing the reports")
            files = documents(outcome)
        deliver(files)
        checkpoint.remove()
    if as_json:
        click.echo(json.dumps(outcome_facts(outcome) | {"output": str(output)}))
    else:
        tell(f"{summary(outcome)}\n{'written':<10}{', '.join(files)} in {output}")
    return 0 if outcome.verdict.proven else 1


def _beginning(
    start: Path | None, data: TrainingData
) -> Callable[[Sequence[TrainingProblem]], Sequence[State | None]]:
    """What training begins with: nothing, or the neurons of a network file."""
    from ..interfaces.foreign.files import import_network
    from ..interfaces.foreign.networks import starting_networks
    from ..training.checkpoint import State

    if start is None:
        return lambda programs: [None] * len(programs)
    found = import_network(start)
    return lambda programs: list(map(State, starting_networks(found, programs, data.features)))


@contextmanager
def _kept(checkpoint: Checkpoint) -> Iterator[None]:
    """Say how to go on when a job is interrupted after its first round."""
    try:
        yield
    except KeyboardInterrupt:
        if checkpoint.path.exists():
            place = checkpoint.path
            click.echo(f"the state is kept in {place}; the same command with --resume goes on", err=True)
        raise


def documents(outcome: Outcome) -> dict[str, str]:
    """The files of a job: their names and texts."""
    from ..reports.html import html
    from ..reports.markdown import markdown

    return outcome.documents() | {"report.md": markdown(outcome), "report.html": html(outcome)}


def weight_decay(beta: str | None, beta_ratio: str | None) -> tuple[Fraction | None, Fraction | None]:
    """What --beta and --beta-ratio say: the weight decay, or the share of beta_max that it is to be."""
    from ..arguments import positive

    if beta is not None and beta_ratio is not None:
        raise click.UsageError("--beta and --beta-ratio exclude each other; give one of them")
    if beta is not None:
        return positive(options.number(beta, "--beta"), "--beta"), None
    share = options.DEFAULT_RATIO if beta_ratio is None else beta_ratio
    return None, positive(options.number(share, "--beta-ratio"), "--beta-ratio")
