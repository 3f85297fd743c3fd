"""Data to train on: features and targets chosen from a table; and Fisher's Iris, shipped with us.

``data/iris.csv`` holds the 150 flowers of R. A. Fisher, "The use of multiple measurements in taxonomic
problems", Annals of Eugenics 7 (1936), 179-188: lengths and widths of sepals and petals in centimetres, exact
decimals. The values are those of scikit-learn and R, which agree with Fisher's table; the copy at the UCI
repository differs from it in rows 35 and 38.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib import resources

from hyperplane_arrangements.errors import InputError

from .cells import is_number, parse_number
from .tables import Rows, Table, parse_csv

BIAS = "(ones)"


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Exact features and targets with their names.

    Args:
        source: where the data came from.
        features: the names of the columns of ``X``; the bias is called ``(ones)``.
        target: the name of the column of targets.
        X: n rows of d Fractions.
        y: n Fractions.
        weights: of the samples, n positive Fractions; None for ones.
    """

    source: str
    features: tuple[str, ...]
    target: str
    X: Rows
    y: tuple[Fraction, ...]
    weights: tuple[Fraction, ...] | None = None


def iris() -> Table:
    """Fisher's Iris: four measurements and the species of 150 flowers.

    Example:
        >>> len(iris().cells), iris().columns[-1]
        (150, 'species')
    """
    text = (resources.files(__package__) / "iris.csv").read_text(encoding="utf-8")
    return parse_csv(text, "iris.csv")


def versicolor_against_virginica(*, bias: bool = True) -> TrainingData:
    """The hard pair of Iris: versicolor is -1 and virginica +1, by petal length and width (100 rows).

    Many flowers agree to the millimetre, and many of the rest lie in common planes: 80 distinct rows of 100,
    and a degenerate arrangement.

    Args:
        bias: append a column of ones.

    Example:
        >>> data = versicolor_against_virginica()
        >>> data.features, len(data.X), sum(data.y)
        (('petal_length', 'petal_width', '(ones)'), 100, Fraction(0, 1))
    """
    table, names = iris(), ("petal_length", "petal_width")
    parts = [table.where("species", species).numbers(names) for species in ("versicolor", "virginica")]
    y = tuple(Fraction(label) for label, part in zip((-1, 1), parts, strict=True) for _ in part)
    source = "Fisher's Iris, versicolor (-1) against virginica (+1)"
    return _data(source, names, "species", parts[0] + parts[1], y, bias)


def training_data(
    table: Table,
    *,
    target: str,
    features: Sequence[str] | None = None,
    bias: bool = True,
    weights: str | None = None,
    labels: tuple[str, str] | None = None,
) -> TrainingData:
    """Choose features and target from a table.

    Args:
        table: the table.
        target: the column of targets.
        features: the columns of features, in this order; every other column when None.
        bias: append a column of ones.
        weights: the column of the samples' weights; None for ones.
        labels: what the target says for -1 and for +1; None where it holds numbers.

    Raises:
        InputError: a column is missing, chosen twice or both feature and target; a cell is no finite number;
            fewer than two rows; no features, or only zeros in them; a weight that is not positive; a target
            that is none of the labels.

    Example:
        >>> data = training_data(parse_csv("x,y\\n0.5,1\\n2,3", "memory"), target="y", bias=False)
        >>> data.X, data.y
        (((Fraction(1, 2),), (Fraction(2, 1),)), (Fraction(1, 1), Fraction(3, 1)))
    """
    table.index(target)
    names = tuple(table.others([target, weights]) if features is None else features)
    if not names:
        raise InputError(f"{table.source} has no column beside the target {target!r}; add a feature")
    if target in names:
        raise InputError(f"column {target!r} is both target and feature; leave it out of the features")
    if weights is not None and weights in (target, *names):
        raise InputError(f"column {weights!r} holds the weights and is target or feature too; name another")
    X = matrix(table, names)
    y = targets(table, target, labels)
    found = _data(table.source, names, target, X, y, bias)
    return found if weights is None else replace(found, weights=_weights(table, weights))


def targets(table: Table, column: str, labels: tuple[str, str] | None = None) -> tuple[Fraction, ...]:
    """The numbers in a column, or -1 and +1 for two labels; "1" and "1.0" are one label.

    Raises:
        InputError: a cell is no number, or none of the labels.

    Example:
        >>> table = parse_csv("x,y\\n1,no\\n2,yes", "memory")
        >>> targets(table, "y", ("no", "yes"))
        (Fraction(-1, 1), Fraction(1, 1))
    """
    if labels is None:
        try:
            return tuple(value for (value,) in table.numbers([column]))
        except InputError as error:
            raise InputError(f"{error}{_naming(table, column)}") from None
    sides = {_as_label(label): Fraction(side) for label, side in zip(labels, (-1, 1), strict=True)}
    if len(sides) != 2:
        raise InputError(f"--labels {labels[0]},{labels[1]} are one label; name two, for -1 and for +1")
    place, found = table.index(column), []
    for row, cells in enumerate(table.cells):
        label = _as_label(cells[place], table.decimal)
        if label not in sides:
            raise InputError(
                f"{table.place(row)}, column {column!r}: {str(cells[place])!r} is neither {labels[0]!r} nor "
                f"{labels[1]!r}; name the two labels, or leave the row out"
            )
        found.append(sides[label])
    return tuple(found)


def _as_label(cell: str | Fraction, decimal: str = ".") -> str | Fraction:
    """1 and 1.0 are one label; text is itself."""
    if isinstance(cell, str) and is_number(cell, decimal):
        return parse_number(cell, "the label", decimal)
    return cell


def _naming(table: Table, column: str) -> str:
    """How to name labels, where a column holds two texts."""
    place = table.index(column)
    texts = sorted({str(cells[place]) for cells in table.cells})
    if len(texts) != 2 or any(is_number(text, table.decimal) for text in texts):
        return ""
    return f"; or say which of its two labels is -1 and which is +1: --labels {texts[0]},{texts[1]}"


def _weights(table: Table, column: str) -> tuple[Fraction, ...]:
    """The weights in a column, all of them positive."""
    found = tuple(value for (value,) in table.numbers([column]))
    for row, weight in enumerate(found):
        if weight <= 0:
            remedy = "drop that row" if weight == 0 else "weights are positive"
            raise InputError(
                f"{table.place(row)}, column {column!r}: the weight {weight} is not positive; {remedy}"
            )
    return found


def matrix(table: Table, columns: Sequence[str] | None = None) -> Rows:
    """The exact numbers in the chosen columns (all of them when None), checked to be worth a computation.

    Raises:
        InputError: a column is missing or chosen twice; a cell is no finite number; fewer than two rows; only
            zeros.

    Example:
        >>> matrix(parse_csv("x,y\\n0.5,1\\n2,3", "memory"), ["y"])
        ((Fraction(1, 1),), (Fraction(3, 1),))
    """
    names = tuple(table.others() if columns is None else columns)
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"column {name!r} is chosen twice; name each column once")
    rows = table.numbers(names)
    if len(rows) < 2:
        raise InputError(f"{table.source} has {_count(len(rows), 'row')} of data; give at least two")
    if not any(value for row in rows for value in row):
        raise InputError(
            f"{table.source} holds only zeros in {', '.join(map(repr, names))}: no hyperplane, nothing "
            "to learn from; choose other columns"
        )
    return rows


def _data(
    source: str, names: tuple[str, ...], target: str, X: Rows, y: tuple[Fraction, ...], bias: bool
) -> TrainingData:
    if bias:
        names, X = (*names, BIAS), tuple((*row, Fraction(1)) for row in X)
    return TrainingData(source, names, target, X, y)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
