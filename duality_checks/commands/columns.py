"""The columns that a network learns from, and those it predicts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import Reading

if TYPE_CHECKING:
    from ..data.datasets import TrainingData
    from ..data.preparation import Labels, Wanted


def chosen_data(
    data: Path | None,
    targets: tuple[str, ...],
    features: list[str] | None,
    *,
    bias: bool,
    weights: str | None = None,
    labels: Labels | None = None,
    reading: Reading | None = None,
    wanted: Wanted | None = None,
) -> list[TrainingData]:
    """What `certify` trains on: the columns of a table, or Fisher's Iris.

    Args:
        data: the file; None for Fisher's Iris.
        targets: the columns to predict.
        features: the columns to predict them from; all others when None.
        bias: append a column of ones.
        weights: the column of the samples' weights; ones when None.
        labels: what targets say for -1 and for +1.
        reading: how to read the file.
        wanted: how to prepare the features.

    Returns:
        The data, once for each target, with the same features.

    Raises:
        InputError: the file cannot be used, or has no such columns.
        UsageError: columns without a file, no target, or one of them twice.

    Example:
        >>> len(chosen_data(None, (), None, bias=True)[0].X)
        100
    """
    from ..data.datasets import feature_names, training_data, versicolor_against_virginica, with_target
    from ..data.preparation import Wanted

    reading, wanted = reading or Reading(), wanted or Wanted()

    if data is None:
        if targets or features is not None or weights is not None:
            raise click.UsageError(
                "--target, --features and --weights choose columns of DATA; give the file too"
            )
        if labels is not None or reading != Reading() or wanted != Wanted():
            raise click.UsageError(
                "--labels, --separator, --standardise and the like say how to read and prepare DATA; give "
                "the file too"
            )
        return [versicolor_against_virginica(bias=bias)]
    table = reading.table(data)
    if not targets:
        raise click.UsageError(
            f"--target is missing: which column is to be predicted? {data} has {', '.join(table.columns)}"
        )
    for target in targets:
        table.index(target)
        if targets.count(target) > 1:
            raise click.UsageError(f"--target {target} is given twice; name each output once")
    names = feature_names(table, features, targets, weights)
    table = reading.kept(table, [*names, *targets, weights])
    first, *others = targets
    chosen = training_data(
        table, target=first, features=names, bias=bias, weights=weights, labels=labels, wanted=wanted
    )
    if reading.drop_missing and chosen.preparation is not None:
        chosen = replace(chosen, preparation=replace(chosen.preparation, drop_missing=True))
    return [chosen, *(with_target(chosen, table, target, labels) for target in others)]
