"""``convex-landscape certify``: from data to a proven global optimum."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .chambers import MAX_CHAMBERS, column_names

if TYPE_CHECKING:
    from ..checkpoint import Checkpoint
    from ..datasets import TrainingData
    from ..outcome import Outcome

DEFAULT_RATIO = "0.05"
DEFAULT_OUTPUT = "convex-landscape-output"


@click.command()
@click.argument("data", type=click.Path(path_type=Path), required=False, metavar="[DATA.csv|DATA.npy]")
@click.option("--target", metavar="COLUMN", help="The column to predict.")
@click.option(
    "--features", callback=column_names, metavar="A,B", help="Columns to predict it from; default: all."
)
@click.option("--no-bias", is_flag=True, help="Do not append a column of ones.")
@click.option("--beta", metavar="B", help="Weight decay, exactly: 0.1 or 1/3.")
@click.option(
    "--beta-ratio", metavar="R", help=f"Weight decay as a share of beta_max.  [default: {DEFAULT_RATIO}]"
)
@click.option(
    "--activation",
    default="relu",
    show_default=True,
    metavar="relu|leaky:K|abs|slopes:A,B",
    help="Activation.",
)
@click.option(
    "--loss",
    default="squared",
    show_default=True,
    metavar="squared|l1|huber:D|hinge|squared-hinge|logistic",
    help="Loss; the last three need labels -1 and 1.",
)
@click.option(
    "--penalty",
    default="2-norm",
    show_default=True,
    metavar="2-norm|1-norm|inf-norm",
    help="Norm of the hidden weights.",
)
@click.option(
    "--output", type=click.Path(path_type=Path), default=DEFAULT_OUTPUT, show_default=True, metavar="DIR"
)
@click.option("--max-chambers", type=click.IntRange(min=1), default=MAX_CHAMBERS, show_default=True)
@click.option("--resume", is_flag=True, help="Go on from the state that an interrupted run left in DIR.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def certify(
    data: Path | None,
    target: str | None,
    features: list[str] | None,
    no_bias: bool,
    beta: str | None,
    beta_ratio: str | None,
    activation: str,
    loss: str,
    penalty: str,
    output: Path,
    max_chambers: int,
    resume: bool,
    as_json: bool,
) -> int:
    """Train a two-layer network to its GLOBAL optimum and prove it.

    Enumerates every activation pattern exactly, trains over all of them, writes a rational certificate
    and checks it with the independent checker. Without DATA it runs on Fisher's Iris, versicolor against
    virginica by their petals. Numbers in a CSV file are read as exact decimals; a first line of numbers
    only is data, and its columns are then called 1, 2, ...

    \b
    convex-landscape certify
    convex-landscape certify houses.csv --target price --features area,rooms --beta-ratio 0.1
    convex-landscape certify matrix.npy --target 4 --beta 1/3 --activation leaky:0.1 --json

    beta_max is the weight decay from which on the zero network is optimal.
    """
    from ..checkpoint import Checkpoint
    from ..outcome import prove
    from ..report import outcome_facts, summary
    from .output import output_folder
    from .terminal import progress

    decay, share = _weight_decay(beta, beta_ratio)
    chosen = _training_data(data, target, features, bias=not no_bias)
    checkpoint = Checkpoint(output / "state.json")
    with output_folder(output) as deliver:
        with progress() as say, _kept(checkpoint):
            outcome = prove(
                chosen,
                beta=decay,
                beta_ratio=share,
                activation=activation,
                loss=loss,
                penalty=penalty,
                max_chambers=max_chambers,
                say=say,
                recall=checkpoint.load if resume else lambda problem: None,
                keep=checkpoint.save,
            )
            say("Writing the reports")
            files = documents(outcome)
        deliver(files)
        checkpoint.remove()
    if as_json:
        click.echo(json.dumps(outcome_facts(outcome) | {"output": str(output)}))
    else:
        click.echo(f"{summary(outcome)}\n{'written':<10}{', '.join(files)} in {output}")
    return 0 if outcome.verdict.proven else 1


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
    """The files of a job: their names and texts. The page with pictures needs the extra `plot`."""
    from importlib.util import find_spec

    from ..html_report import html
    from ..report import markdown

    page = {"report.html": html(outcome)} if find_spec("matplotlib") else {}
    return {
        "problem.json": outcome.problem_text,
        "certificate.json": outcome.certificate_text,
        "network.json": outcome.solution.network.to_json(),
        "report.md": markdown(outcome),
        **page,
    }


def _weight_decay(beta: str | None, beta_ratio: str | None) -> tuple[Fraction | None, Fraction | None]:
    from ..problem import positive
    from ..tables import parse_number

    if beta is not None and beta_ratio is not None:
        raise click.UsageError("--beta and --beta-ratio exclude each other; give one of them")
    if beta is not None:
        return positive(parse_number(beta, "--beta"), "--beta"), None
    share = DEFAULT_RATIO if beta_ratio is None else beta_ratio
    return None, positive(parse_number(share, "--beta-ratio"), "--beta-ratio")


def _training_data(
    data: Path | None, target: str | None, features: list[str] | None, *, bias: bool
) -> TrainingData:
    from ..datasets import training_data, versicolor_against_virginica
    from ..tables import read_table

    if data is None:
        if target is not None or features is not None:
            raise click.UsageError("--target and --features choose columns of DATA; give the file too")
        return versicolor_against_virginica(bias=bias)
    table = read_table(data)
    if target is None:
        raise click.UsageError(
            f"--target is missing: which column is to be predicted? {data} has {', '.join(table.columns)}"
        )
    return training_data(table, target=target, features=features, bias=bias)
