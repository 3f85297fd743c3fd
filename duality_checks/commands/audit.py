"""``convex-landscape audit``: a trained network against the global optimum."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options

if TYPE_CHECKING:
    from ..auditing import Audit
    from ..importing import Network
    from ..problem import TrainingProblem

BIASES = ("auto", "none", "column", "free")


class _Finite(click.FloatRange):
    """A number from 0 on; ``nan`` and ``inf`` are none."""

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        number = super().convert(value, param, context)
        if not isfinite(number):
            self.fail(f"{value} is not a finite number.", param, context)
        return number


@click.command()
@click.argument("network", type=click.Path(path_type=Path), metavar="NETWORK")
@click.option(
    "--data", type=click.Path(path_type=Path), metavar="DATA.csv|DATA.npy", help="What it learnt from."
)
@click.option("--target", metavar="COLUMN", help="The column it predicts.")
@click.option(
    "--features",
    callback=options.column_names,
    metavar="A,B",
    help="Columns it predicts from, in its order; default: all.",
)
@click.option("--beta", metavar="B", help="Weight decay it was trained with, exactly: 0.1 or 1/3.")
@click.option(
    "--bias",
    type=click.Choice(BIASES),
    default="auto",
    show_default=True,
    help="none; column: a column of ones, penalised; free: unpenalised, with an output intercept.",
)
@click.option(
    "--free",
    metavar="nothing|intercept|linear|biases|A+B",
    help="What is not penalised, for a network that certify wrote; default: the intercept and the linear "
    "skip that it has.",
)
@click.option("--activation", metavar="relu|leaky:K|abs", help="Activation.  [default: the file's, or relu]")
@click.option(
    "--epsilon",
    type=_Finite(min=0),
    default=1e-6,
    show_default=True,
    metavar="E",
    help="How far, relatively, a stationary network may be from stationary; 0 for exactly.",
)
@click.option(
    "--gap",
    type=_Finite(min=0),
    metavar="G",
    help="Claim that its objective exceeds p* by at most this share of itself; the exit code is 1 unless "
    "that is proven.",
)
@options.max_chambers
@options.as_json
def audit(
    network: Path,
    data: Path | None,
    target: str | None,
    features: list[str] | None,
    beta: str | None,
    bias: str,
    free: str | None,
    activation: str | None,
    epsilon: float,
    gap: float | None,
    max_chambers: int,
    as_json: bool,
) -> int:
    """Judge a trained network: how far from the GLOBAL optimum, stationary or not, and what would improve it.

    NETWORK is our JSON, an .npz archive (hidden, output, hidden_bias, output_bias; or coefs_0, coefs_1,
    intercepts_0, intercepts_1 as scikit-learn's MLPRegressor has them), or a PyTorch state_dict (.pt, .pth).

    \b
    convex-landscape audit network.json --data houses.csv --target price --beta 0.1
    convex-landscape audit model.pt --data houses.csv --target price --features area,rooms --beta 1/3
    convex-landscape audit mlp.npz --data houses.csv --target price --beta 0.01 --gap 0.001 --json
    convex-landscape audit skip.json --data houses.csv --target price --beta 0.1 --free linear

    With --bias auto, biases of the file are free, as PyTorch and scikit-learn train them (for MLPRegressor
    beta is its alpha); a network without biases that takes one input more than there are features has a
    column of ones. A network with a linear skip gets its distance from the optimum; whether it is stationary
    is not judged.

    Up to 50,000 chambers, and up to rank 3, the bound on the optimum rests on a certificate that the
    independent checker accepts; beyond, on this package's own enumeration, and the output says so.
    """
    from ..auditing import audit as judge
    from ..importing import read_network
    from .terminal import progress

    loaded, kappa = read_network(network)
    problem, placed = _placed(loaded, kappa, data, target, features, beta, bias, free, activation)
    with progress() as say:
        found = judge(problem, placed, epsilon=epsilon, max_chambers=max_chambers, say=say)
    claim = None if gap is None else Claim.of(found, gap)
    if as_json:
        click.echo(json.dumps(found.facts() | ({} if claim is None else claim.facts())))
    else:
        click.echo(str(found) if claim is None else f"{found}\n{claim}")
    return 0 if claim is None or claim.standing == "proven" else 1


@dataclass(frozen=True, slots=True)
class Claim:
    """What was claimed of a network, and what became of it.

    Attributes:
        gap: the claim is `objective - p* <= gap * objective`.
        standing: "proven", "refuted", or "open" where the interval for p* is too wide to say.
    """

    gap: float
    standing: str

    @classmethod
    def of(cls, found: Audit, gap: float) -> Claim:
        """Decide the claim, exactly."""
        allowed = Fraction(gap) * found.objective
        if found.excess is not None and found.excess[1] <= allowed:
            return cls(gap, "proven")
        return cls(gap, "refuted" if found.objective - found.upper > allowed else "open")

    def facts(self) -> dict[str, Any]:
        return {"gap": self.gap, "claim": self.standing}

    def __str__(self) -> str:
        return f"claim         within {self.gap:g} of p*, relatively: {self.standing.upper()}"


def _placed(
    network: Network,
    kappa: Fraction | None,
    data: Path | None,
    target: str | None,
    features: list[str] | None,
    beta: str | None,
    bias: str,
    free: str | None,
    activation: str | None,
) -> tuple[TrainingProblem, Network]:
    """The problem as the network sees it, and the network in the form that belongs to it."""
    from ..data.datasets import training_data
    from ..data.tables import parse_number, read_table
    from ..network import TwoLayerNetwork
    from ..problem import TrainingProblem, parse_activation, positive

    if beta is None:
        raise click.UsageError("--beta is missing: which weight decay was the network trained with?")
    if data is None:
        raise click.UsageError("--data is missing: which table was the network trained on?")
    decay = positive(parse_number(beta, "--beta"), "--beta")
    table = read_table(data)
    if target is None:
        raise click.UsageError(
            f"--target is missing: which column is predicted? {data} has {', '.join(table.columns)}"
        )
    if kappa is None and isinstance(network, TwoLayerNetwork):
        # Arrays do not tell their activation.
        network = replace(network, kappa=parse_activation(activation or "relu"))
    slope = parse_activation(activation) if activation is not None else kappa or Fraction(0)
    chosen = training_data(table, target=target, features=features, bias=False)
    place = _bias(network, len(chosen.X[0]), bias)
    if place == "column":
        chosen = training_data(table, target=target, features=features, bias=True)
    problem = TrainingProblem(chosen.X, chosen.y, decay, slope, free=_free(network, free))
    return problem, _matched(network, place, slope)


def _free(network: Network, asked: str | None) -> str:
    """What the problem leaves unpenalised beside the biases of other libraries' networks."""
    from ..importing import BiasedNetwork
    from ..terms.free import NOTHING

    if isinstance(network, BiasedNetwork):
        if asked is not None:
            raise click.UsageError("--free is for networks that certify wrote; here --bias says what is free")
        return NOTHING
    parts = ["intercept"] * bool(network.intercept) + ["linear"] * bool(network.linear.any())
    return asked or "+".join(parts) or NOTHING


def _bias(network: Network, columns: int, bias: str) -> str:
    """Where the biases are: as asked for, or as the network has them."""
    from ..importing import BiasedNetwork

    if bias != "auto":
        return bias
    if isinstance(network, BiasedNetwork):
        return "free"
    return "column" if network.hidden.shape[1] == columns + 1 else "none"


def _matched(network: Network, place: str, slope: Fraction) -> Network:
    from hyperplane_arrangements.errors import InputError

    from ..importing import BiasedNetwork

    if isinstance(network, BiasedNetwork):
        if place == "none":
            raise InputError(
                "the network has biases, but with --bias none the problem has none; use --bias free or "
                "--bias column"
            )
        return network if place == "free" else network.with_bias_column(slope)
    if place == "free":
        raise InputError("the network has no biases to be free; use --bias none or --bias column")
    return network
