"""``convex-landscape audit``: a trained network against the global optimum."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options

if TYPE_CHECKING:
    from ..auditing import Audit
    from ..data.datasets import TrainingData
    from ..data.preparation import Labels
    from ..data.tables import Table
    from ..importing import Imported
    from ..problem import TrainingProblem

BIASES = ("auto", "none", "column", "free", "decayed")


def _allowance(context: click.Context, option: click.Parameter, number: float | None) -> float | None:
    from ..tolerances import allowance

    return None if number is None else float(allowance(number, option.opts[0]))


def _share(context: click.Context, option: click.Parameter, number: float | None) -> float | None:
    from ..tolerances import relative

    return None if number is None else float(relative(number, option.opts[0]))


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
@click.option("--weights", metavar="COLUMN", help="Weights of the samples: 2 counts a row twice.")
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
    type=float,
    callback=_share,
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
    weights: str | None,
    labels: Labels | None,
    reading: options.Reading,
    beta: str | None,
    weight_decay: str | None,
    loss: str,
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
    intercepts_0, intercepts_1 as scikit-learn's MLPRegressor has them), a PyTorch state_dict (.pt, .pth,
    .ckpt, bare or in a checkpoint), or .safetensors.

    \b
    convex-landscape audit network.json --data houses.csv --target price --beta 0.1
    convex-landscape audit model.pt --data houses.csv --target price --features area,rooms --weight-decay 1e-3
    convex-landscape audit mlp.npz --data houses.csv --target price --beta 0.01 --gap 0.001 --json
    convex-landscape audit skip.json --data houses.csv --target price --beta 0.1 --free linear

    A file of weights does not say what was minimised. With --bias auto, in PyTorch's files all parameters
    decay, biases too, as weight_decay of SGD and Adam has it; elsewhere biases are free, as scikit-learn
    trains them (beta is its alpha). The first line printed names what is judged, and how to name another.
    With MSELoss() (a mean over n rows) and weight_decay=wd, beta is n wd / 2, with other mean losses n wd:
    --weight-decay wd does that. AdamW's decay belongs to no objective. A network without biases that takes
    one input more than there are features has a column of ones. With a linear skip or another than the
    squared loss it is not judged whether the network is stationary.

    Up to 50,000 chambers, and up to rank 3, the bound on the optimum rests on a certificate that the
    independent checker accepts; beyond, on this package's own enumeration, and the output says so.
    """
    from ..auditing import audit as judge
    from ..importing import import_network
    from .terminal import progress

    loaded = import_network(network)
    stated = _Stated(
        data, target, features, weights, labels, reading, beta, weight_decay, loss, bias, free, activation
    )
    problem, placed, biases = stated.placed(loaded)
    with progress() as say:
        found = judge(problem, placed, biases=biases, epsilon=epsilon, max_chambers=max_chambers, say=say)
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


@dataclass(frozen=True, slots=True)
class _Stated:
    """What the command line says of the training."""

    data: Path | None
    target: str | None
    features: list[str] | None
    weights: str | None
    labels: Labels | None
    reading: options.Reading
    beta: str | None
    weight_decay: str | None
    loss: str
    bias: str
    free: str | None
    activation: str | None

    def placed(self, found: Imported) -> tuple[TrainingProblem, Imported, str | None]:
        """The problem, the network, and what is said of its biases."""
        from ..importing import Imported
        from ..problem import TrainingProblem, parse_activation

        if (self.beta is None) == (self.weight_decay is None):
            raise click.UsageError(
                "--beta is missing: which weight decay was the network trained with? (--weight-decay takes "
                "PyTorch's)"
                if self.beta is None
                else "--beta and --weight-decay exclude each other; give one of them"
            )
        if self.data is None:
            raise click.UsageError("--data is missing: which table was the network trained on?")
        table = self.reading.table(self.data)
        asked = None if self.activation is None else parse_activation(self.activation)
        slope = asked if asked is not None else found.kappa or Fraction(0)
        chosen = self._chosen(table, found)
        place = self._place(found, chosen)
        X = [(*row, Fraction(1)) for row in chosen.X] if place == "ones" else chosen.X
        problem = TrainingProblem(
            X,
            chosen.y,
            self._decay(len(chosen.y)),
            slope,
            loss=self.loss,
            free=self._free(found),
            sample_weights=chosen.weights,
        )
        notes = (
            found.notes if asked is None else tuple(note for note in found.notes if "judged as" not in note)
        )
        stated = Imported(found.network, found.origin, found.kappa, notes)
        return problem, stated, place if place in ("free", "decayed", "column") else None

    def _chosen(self, table: Table, found: Imported) -> TrainingData:
        """The columns that the command line names, or that the network's file does with their
        preparation."""
        from ..data.datasets import known_labels, prepared_data, training_data, weights_in
        from ..data.preparation import Output

        known = found.preparation
        outputs = () if known is None else known.outputs
        target = self.target or (outputs[0].column if len(outputs) == 1 else None)
        if target is None:
            raise click.UsageError(
                f"--target is missing: which column is predicted? {self.data} has {', '.join(table.columns)}"
            )
        if known is None or self.features not in (None, list(known.columns)):
            if known is not None and not known.is_plain:
                raise click.UsageError(
                    f"the network's file says that it reads {', '.join(known.columns)}, and how they are "
                    "prepared; leave --features out"
                )
            spoken = [target, self.weights]
            wanted = table.others(spoken) if self.features is None else self.features
            return training_data(
                self.reading.kept(table, [*wanted, *spoken]),
                target=target,
                features=self.features,
                bias=False,
                weights=self.weights,
                labels=self.labels,
            )
        table = self.reading.kept(table, [*known.columns, target, self.weights])
        labels = next((one.labels for one in outputs if one.column == target), None)
        if self.labels is not None:
            labels = known_labels(table, target, self.labels)
        shares = None if self.weights is None else weights_in(table, self.weights)
        return prepared_data(table, replace(known, outputs=(Output(target, labels),)), shares)

    def _decay(self, n: int) -> Fraction:
        """beta, exactly; for a mean over n rows n wd, and half of that for the squared loss."""
        from ..data.tables import parse_number
        from ..problem import positive

        if self.beta is not None:
            return positive(parse_number(self.beta, "--beta"), "--beta")
        assert self.weight_decay is not None
        decay = positive(parse_number(self.weight_decay, "--weight-decay"), "--weight-decay")
        return decay * n / (2 if self.loss == "squared" else 1)

    def _free(self, found: Imported) -> str:
        """What the problem leaves unpenalised beside the biases of other libraries' networks."""
        from ..network import TwoLayerNetwork
        from ..terms.free import NOTHING

        network = found.network
        if not isinstance(network, TwoLayerNetwork):
            if self.free is not None:
                raise click.UsageError(
                    "--free is for networks that certify wrote; here --bias says what is free"
                )
            return NOTHING
        parts = ["intercept"] * bool(network.intercept) + ["linear"] * bool(network.linear.any())
        return self.free or "+".join(parts) or NOTHING

    def _place(self, found: Imported, chosen: TrainingData) -> str | None:
        """Where the biases are: "ones" for a column of ones to be added, which the network takes as an input;
        as asked for; or None."""
        from hyperplane_arrangements.errors import InputError

        from ..network import TwoLayerNetwork

        if isinstance(found.network, TwoLayerNetwork):
            if self.bias in ("free", "decayed"):
                raise InputError(
                    f"the network has no biases to be {self.bias}; use --bias none or --bias column"
                )
            if chosen.preparation is not None and chosen.preparation.ones:
                return None
            has_ones = self.bias == "column" or (
                self.bias == "auto" and found.network.hidden.shape[1] == len(chosen.features) + 1
            )
            return "ones" if has_ones else None
        if self.bias == "none":
            raise InputError(
                "the network has biases, but with --bias none the problem has none; use --bias free, --bias "
                "decayed or --bias column"
            )
        return None if self.bias == "auto" else self.bias
