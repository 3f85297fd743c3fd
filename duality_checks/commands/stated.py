"""What the command line of `audit` says of the training, and the problem and the network that it states."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hyperplane_arrangements.exact import ExactMatrix

    from ..data.datasets import TrainingData
    from ..data.preparation import Labels
    from ..data.tables import Table
    from ..interfaces.foreign.networks import Imported
    from ..problem import TrainingProblem


@dataclass(frozen=True, slots=True)
class Stated:
    """What the command line says of the training."""

    data: Path | None
    targets: tuple[str, ...]
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

    def placed(
        self, found: Imported, coupling: str
    ) -> tuple[TrainingProblem, Imported, str | None, list[TrainingData]]:
        """The problem of all outputs, the network, what is said of its biases, and the data of each output.

        Raises:
            InputError: the table, the numbers or the network cannot be used so.
            UsageError: something is missing, or said twice.
        """
        from ..arguments import parse_activation
        from ..data.datasets import with_ones
        from ..data.preparation import BIAS
        from ..interfaces.foreign.networks import Imported
        from ..problem import TrainingProblem

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
        place = self._place(found, chosen[0])
        X, Y = chosen[0].X, list(zip(*(one.y for one in chosen), strict=True))
        X, names = (with_ones(X), (*chosen[0].features, BIAS)) if place == "ones" else (X, chosen[0].features)
        free = self._free(found)
        if "biases" in free:
            _require_own_ones(X, names)
        problem = TrainingProblem(
            X,
            Y,
            self._decay(len(Y) * len(chosen)),
            slope,
            loss=self.loss,
            free=free,
            coupling=coupling,
            **chosen[0].terms,
        )
        notes = (
            found.notes if asked is None else tuple(note for note in found.notes if "judged as" not in note)
        )
        stated = Imported(found.network, found.origin, found.kappa, notes)
        biases = place if place in ("free", "decayed", "column") else None
        return problem, stated, biases, chosen

    def _chosen(self, table: Table, found: Imported) -> list[TrainingData]:
        """The columns that the command line names, or that the network's file does with their preparation;
        once for each output."""
        from ..data.datasets import (
            feature_names,
            known_labels,
            prepared_data,
            training_data,
            weights_in,
            with_target,
        )
        from ..data.preparation import Output

        known = found.preparation
        outputs = () if known is None else known.outputs
        targets = self.targets or tuple(one.column for one in outputs)
        if not targets:
            raise click.UsageError(
                f"--target is missing: which column is predicted? {self.data} has {table.names()}"
            )
        if known is None or self.features not in (None, list(known.columns)):
            if known is not None and not known.is_plain:
                raise click.UsageError(
                    f"the network's file says that it reads {', '.join(known.columns)}, and how they are "
                    "prepared; leave --features out"
                )
            names = feature_names(table, self.features, targets, self.weights)
            table = self.reading.kept(table, [*names, *targets, self.weights])
            first = training_data(
                table,
                target=targets[0],
                features=names,
                bias=False,
                weights=self.weights,
                labels=self.labels,
            )
            return [first, *(with_target(first, table, target, self.labels) for target in targets[1:])]
        table = self.reading.like(known).kept(table, [*known.columns, *targets, self.weights])
        shares = None if self.weights is None else weights_in(table, self.weights)
        chosen = []
        for target in targets:
            labels = next((one.labels for one in outputs if one.column == target), None)
            if self.labels is not None:
                labels = known_labels(table, target, self.labels)
            output = Output(target, labels)
            chosen.append(prepared_data(table, replace(known, outputs=(output,)), shares))
        return chosen

    def _decay(self, n: int) -> Fraction:
        """beta, exactly; for a mean over n numbers n wd, and half of that for the squared loss."""
        from ..arguments import positive
        from ..data.tables import parse_number

        if self.beta is not None:
            return positive(parse_number(self.beta, "--beta"), "--beta")
        assert self.weight_decay is not None
        decay = positive(parse_number(self.weight_decay, "--weight-decay"), "--weight-decay")
        return decay * n / (2 if self.loss == "squared" else 1)

    def _free(self, found: Imported) -> str:
        """What the problem leaves unpenalised beside the biases of other libraries' networks."""
        import numpy as np

        from ..networks.two_layer import TwoLayerNetwork
        from ..terms.free import NOTHING

        network = found.network
        if not isinstance(network, TwoLayerNetwork):
            if self.free is not None:
                raise click.UsageError(
                    "--free is for networks that certify wrote; here --bias says what is free"
                )
            return NOTHING
        parts = ["intercept"] * bool(np.any(network.intercept)) + ["linear"] * bool(network.linear.any())
        return self.free or "+".join(parts) or NOTHING

    def _place(self, found: Imported, chosen: TrainingData) -> str | None:
        """Where the biases are: "ones" for a column of ones to be added, which the network takes as an input;
        as asked for; or None."""
        from hyperplane_arrangements.errors import InputError

        from ..interfaces.foreign.networks import BiasedNetwork

        if not isinstance(found.network, BiasedNetwork):
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


def _require_own_ones(X: ExactMatrix, names: Sequence[str]) -> None:
    """Refuse --free biases where a network takes no column of ones, or several: their weights are the biases.

    Raises:
        UsageError: naming them.
    """
    from ..arguments import ones_of

    found = [repr(names[j]) for j in ones_of(X)]
    if not found:
        raise click.UsageError(
            "--free biases are the weights on a column of ones, and the network takes none: leave biases out "
            "of --free"
        )
    if len(found) > 1:
        raise click.UsageError(
            f"--free biases are the weights on ONE column of ones, and the network takes {', '.join(found)}: "
            "judge one that was trained with one of them alone, or leave biases out of --free"
        )
