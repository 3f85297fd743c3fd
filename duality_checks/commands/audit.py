"""``convex-landscape audit``: a trained network against the global optimum."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .certify import COUPLINGS
from .showing import tell
from .stated import Stated

if TYPE_CHECKING:
    from ..cover.effort import Effort
    from ..data.preparation import Labels
    from ..interfaces.auditing import Audit

BIASES = ("auto", "none", "column", "free", "decayed")
ENOUGH = 0.1


def _allowance(context: click.Context, option: click.Parameter, number: float | None) -> float | None:
    from ..terms.given import allowance

    return None if number is None else float(allowance(number, option.opts[0]))


@click.command()
@click.argument("network", type=click.Path(path_type=Path), metavar="NETWORK")
@click.option(
    "--data", type=click.Path(path_type=Path), metavar="DATA.csv|DATA.npy", help="What it learnt from."
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="COLUMN",
    help="The column it predicts; again for each output.",
)
@click.option(
    "--features",
    callback=options.column_names,
    metavar="A,B",
    help="Columns it predicts from, in its order; default: all.",
)
@options.weights
@options.labels
@options.reads_table
@click.option(
    "--beta",
    metavar="B",
    help="Weight decay it was trained with, exactly: 0.1 or 1/3; alpha of scikit-learn.",
)
@click.option(
    "--weight-decay",
    metavar="WD",
    help="In place of --beta: PyTorch's weight_decay with a mean loss, MSELoss() for the squared one.",
)
@click.option(
    "--loss",
    metavar="squared|l1|huber:D|hinge|squared-hinge|logistic",
    default="squared",
    show_default=True,
    help="Loss it was trained with; logistic is scikit-learn's log loss and PyTorch's BCEWithLogitsLoss.",
)
@click.option(
    "--bias",
    type=click.Choice(BIASES),
    default="auto",
    show_default=True,
    help="none; column: a column of ones, penalised, and the output's bias free; free: none penalised; "
    "decayed: all penalised, the output's too.",
)
@click.option(
    "--free",
    metavar="nothing|intercept|linear|biases|A+B|decayed-intercept",
    help="What is not penalised, for a network that certify wrote; default: the intercept and the linear "
    "skip that it has.",
)
@click.option(
    "--coupling",
    type=click.Choice(COUPLINGS),
    help="With several outputs: the norm of a neuron's output weights in the penalty.  [default: 2-norm, the "
    "usual weight decay; 1-norm for networks that certify wrote]",
)
@click.option("--activation", metavar="relu|leaky:K|abs", help="Activation.  [default: the file's, or relu]")
@click.option(
    "--epsilon",
    type=float,
    callback=_allowance,
    default=1e-6,
    show_default=True,
    metavar="E",
    help="How far, relatively, a stationary network may be from stationary; 0 for exactly.",
)
@click.option(
    "--gap",
    callback=options.share,
    metavar="G",
    help="Claim that its objective exceeds p* by at most this share of itself; the exit code is 1 unless "
    "that is proven.",
)
@options.takes_limits
@options.takes_workers
@options.max_chambers
@options.as_json
def audit(
    network: Path,
    data: Path | None,
    targets: tuple[str, ...],
    features: list[str] | None,
    weights: str | None,
    labels: Labels | None,
    reading: options.Reading,
    beta: str | None,
    weight_decay: str | None,
    loss: str,
    bias: str,
    free: str | None,
    coupling: str | None,
    activation: str | None,
    epsilon: float,
    gap: float | None,
    effort: Effort,
    max_chambers: int,
    as_json: bool,
) -> int:
    """Judge a trained network: how far from the GLOBAL optimum, stationary or not, and what would improve it.

    NETWORK is our JSON, an .npz archive (hidden, output, hidden_bias, output_bias; or coefs_0, coefs_1,
    intercepts_0, intercepts_1 as scikit-learn's MLPRegressor has them), a PyTorch state_dict (.pt, .pth,
    .ckpt, bare or in a checkpoint), or .safetensors.

    \b
    convex-landscape audit network.json --data houses.csv --target price --beta 0.1
    convex-landscape audit model.pt --data houses.csv --target price --features area,rooms --weight-decay 1e-3
    convex-landscape audit mlp.npz --data houses.csv --target price --beta 0.01 --gap 0.001 --json
    convex-landscape audit two.pt --data houses.csv --target price --target rent --features area --beta 0.1
    convex-landscape audit skip.json --data houses.csv --target price --beta 0.1 --free linear
    convex-landscape audit wide.pt --data wide.csv --target y --weight-decay 1e-3 --time-limit 60

    A file of weights does not say what was minimised. With --bias auto, in PyTorch's files all parameters
    decay, biases too, as weight_decay of SGD and Adam has it; elsewhere biases are free, as scikit-learn
    trains them (beta is its alpha). The first line printed names what is judged, and how to name another.
    With MSELoss() (a mean over n rows) and weight_decay=wd, beta is n wd / 2, with other mean losses n wd:
    --weight-decay wd does that. AdamW's decay belongs to no objective. A network without biases that takes
    one input more than there are features has a column of ones. With a linear skip or another than the
    squared loss it is not judged whether the network is stationary.

    Several outputs share neurons: each --target is one, in their order. MSELoss() is then a mean over n k
    numbers, beta is n k wd / 2 (of scikit-learn it is alpha all the same). With penalised
    biases one certificate proves the optimum; else it is enclosed, often widely.

    The bound on the optimum rests on a certificate that the independent checker accepts: over all directions
    where the patterns are too many to list, free biases or not, as far as --time-limit and --max-cones let
    it.
    """
    from ..interfaces.auditing import audit as judge
    from ..interfaces.foreign.files import import_network
    from .terminal import progress

    loaded = import_network(network)
    stated = Stated(
        data, targets, features, weights, labels, reading, beta, weight_decay, loss, bias, free, activation
    )
    norm = coupling or ("1-norm" if loaded.origin == "convex-landscape" else "2-norm")
    problem, placed, biases, data_of = stated.placed(loaded, norm)
    # What decides a claim has to be narrower than the claim.
    effort = effort if gap is None else replace(effort, gap=gap * ENOUGH)
    with progress() as say:
        found = judge(
            problem,
            placed,
            biases=biases,
            targets=[one.target for one in data_of],
            names=data_of[0].measured,
            epsilon=epsilon,
            effort=effort,
            max_chambers=max_chambers,
            say=say,
        )
    claim = None if gap is None else Claim.of(found, gap)
    if as_json:
        click.echo(json.dumps(found.facts() | ({} if claim is None else claim.facts())))
    else:
        tell(str(found) if claim is None else f"{found}\n{claim}")
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
        if found.excess[1] <= allowed:
            return cls(gap, "proven")
        return cls(gap, "refuted" if found.objective - found.upper > allowed else "open")

    def facts(self) -> dict[str, Any]:
        return {"gap": self.gap, "claim": self.standing}

    def __str__(self) -> str:
        return f"claim         within {self.gap:g} of p*, relatively: {self.standing.upper()}"
