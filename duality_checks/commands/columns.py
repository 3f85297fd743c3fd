"""The columns that a network learns from, and those it predicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .options import Reading

if TYPE_CHECKING:
    from ..data.datasets import TrainingData
    from ..data.preparation import Labels, Wanted


_COLUMNS = (
    click.argument("data", type=click.Path(path_type=Path), required=False, metavar="[DATA.csv|DATA.npy]"),
    click.option(
        "--target",
        "targets",
        multiple=True,
        metavar="COLUMN",
        help="The column to predict; again for more outputs.",
    ),
    click.option(
        "--features",
        callback=options.column_names,
        metavar="A,B",
        help="Columns to predict it from; default: all.",
    ),
    options.labels,
    options.prepares_table,
    options.reads_table,
    click.option("--no-bias", is_flag=True, help="Do not append a column of ones."),
)


def takes_data(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options on the data that a network learns from; it gets them as `columns`."""

    @wraps(command)
    def told(
        *,
        data: Path | None,
        targets: tuple[str, ...],
        features: list[str] | None,
        labels: Labels | None,
        wanted: Wanted,
        reading: options.Reading,
        no_bias: bool,
        **rest: Any,
    ) -> Any:
        columns = Columns(data, targets, features, labels, wanted, reading, bias=not no_bias)
        return command(columns=columns, **rest)

    return options.with_options(_COLUMNS, told)


@dataclass(frozen=True, slots=True)
class Columns:
    """What the command line says of the data to learn from.

    Attributes:
        data: the file; None for Fisher's Iris.
        targets: the columns to predict.
        features: the columns to predict them from; all others when None.
        labels: what targets say for -1 and for +1.
        wanted: how to prepare the features.
        reading: how to read the file.
        bias: append a column of ones.
    """

    data: Path | None
    targets: tuple[str, ...]
    features: list[str] | None
    labels: Labels | None
    wanted: Wanted
    reading: Reading
    bias: bool

    def chosen(self, weights: str | None = None) -> list[TrainingData]:
        """The data, once for each target, with the same features.

        Args:
            weights: the column of the samples' weights; ones when None.

        Raises:
            InputError: the file cannot be used, or has no such columns.
            UsageError: columns without a file, no target, or one of them twice.
        """
        from ..data.datasets import feature_names, training_data, versicolor_against_virginica, with_target
        from ..data.preparation import Wanted

        data, targets, features, reading = self.data, self.targets, self.features, self.reading
        if data is None:
            if targets or features is not None or weights is not None:
                raise click.UsageError(
                    "--target, --features and --weights choose columns of DATA; give the file too"
                )
            if self.labels is not None or reading != Reading() or self.wanted != Wanted():
                raise click.UsageError(
                    "--labels, --separator, --standardise and the like say how to read and prepare DATA; "
                    "give the file too"
                )
            return [versicolor_against_virginica(bias=self.bias)]
        table = reading.table(data)
        if not targets:
            raise click.UsageError(
                f"--target is missing: which column is to be predicted? {data} has {table.names()}"
            )
        for target in targets:
            table.index(target)
            if targets.count(target) > 1:
                raise click.UsageError(f"--target {target} is given twice; name each output once")
        names = feature_names(table, features, targets, weights)
        table = reading.kept(table, [*names, *targets, weights])
        first, *others = targets
        chosen = training_data(
            table,
            target=first,
            features=names,
            bias=self.bias,
            weights=weights,
            labels=self.labels,
            wanted=self.wanted,
        )
        if reading.drop_missing and chosen.preparation is not None:
            chosen = replace(chosen, preparation=replace(chosen.preparation, drop_missing=True))
        return [chosen, *(with_target(chosen, table, target, self.labels) for target in others)]


def require_own_ones(data: TrainingData, terms: dict[str, Any]) -> None:
    """Refuse --free biases unless one column holds nothing but ones: their weights are the biases.

    Raises:
        UsageError: none does, or several; the message names them and the options that change it.
    """
    from ..arguments import ones_of
    from ..data.preparation import BIAS

    if "biases" not in terms["free"]:
        return
    found = [data.features[j] for j in ones_of(data.X)]
    if len(found) == 1:
        return
    if not found:
        raise click.UsageError("--free biases are the weights on a column of ones: leave --no-bias out")
    others = [name for name in found if name != BIAS]
    named = ", ".join(map(repr, others))
    if others == found:
        remedy = "leave all but one out by --features"
    elif len(others) > 1:
        remedy = "leave them out by --features"
    else:
        remedy = f"leave {named} out by --features, or pass --no-bias to take it for the biases"
    alike = "holds nothing but 1" if len(others) == 1 else "hold nothing but 1"
    raise click.UsageError(
        f"--free biases are the weights on ONE column of ones, and {named} {alike}: {remedy}"
    )


def listed(data: TrainingData, terms: dict[str, Any]) -> dict[str, bool]:
    """The options that go through all chambers, and whether they are chosen."""
    from ..terms.max_pooling import MaxPooling

    penalty = terms["penalty"]
    pooled = isinstance(data.readout, MaxPooling)
    return {f"--penalty {penalty}": penalty != "2-norm", "--pooling max": pooled}
