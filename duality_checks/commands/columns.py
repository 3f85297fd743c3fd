"""The columns that a network learns from, and those it predicts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hyperplane_arrangements.errors import InputError

from .options import Reading

if TYPE_CHECKING:
    from ..data.datasets import TrainingData


def chosen_data(
    data: Path | None,
    targets: tuple[str, ...],
    features: list[str] | None,
    *,
    bias: bool,
    weights: str | None = None,
    labels: tuple[str, str] | None = None,
    reading: Reading | None = None,
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

    Returns:
        The data, once for each target, with the same features.

    Raises:
        InputError: the file cannot be used, or has no such columns.
        UsageError: columns without a file, no target, or one of them twice.

    Example:
        >>> len(chosen_data(None, (), None, bias=True)[0].X)
        100
    """
    from ..data.datasets import targets as targets_of
    from ..data.datasets import training_data, versicolor_against_virginica

    reading = reading or Reading()

    if data is None:
        if targets or features is not None or weights is not None:
            raise click.UsageError(
                "--target, --features and --weights choose columns of DATA; give the file too"
            )
        if labels is not None or reading != Reading():
            raise click.UsageError(
                "--labels, --separator and the like say how to read DATA; give the file too"
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
    if len(targets) > 1 and features is None:
        features = table.others([*targets, weights])
        if not features:
            raise InputError(f"{table.source} has no column beside the targets; add a feature")
    first, *others = targets
    wanted = table.others([*targets, weights]) if features is None else features
    table = reading.kept(table, [*wanted, *targets, weights])
    chosen = training_data(table, target=first, features=features, bias=bias, weights=weights, labels=labels)
    found = [chosen]
    for target in others:
        if target in chosen.features:
            raise InputError(f"column {target!r} is both target and feature; leave it out of the features")
        if target == weights:
            raise InputError(f"column {weights!r} holds the weights and is a target too; name another")
        found.append(replace(chosen, target=target, y=targets_of(table, target, labels)))
    return found
