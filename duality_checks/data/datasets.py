"""Data to train on: features and targets chosen from a table; and Fisher's Iris, shipped with us.

``data/iris.csv`` holds the 150 flowers of R. A. Fisher, "The use of multiple measurements in taxonomic
problems", Annals of Eugenics 7 (1936), 179-188: lengths and widths of sepals and petals in centimetres, exact
decimals. The values are those of scikit-learn and R, which agree with Fisher's table; the copy at the UCI
repository differs from it in rows 35 and 38. ``data/made_up_houses.csv`` is made up, for examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib import resources
from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.errors import InputError

from ..terms.words import count
from .cells import is_number
from .preparation import BIAS as BIAS
from .preparation import Labels, Output, Preparation, Wanted, as_label, in_order, labels_in
from .tables import Table, parse_csv

if TYPE_CHECKING:
    from hyperplane_arrangements.exact import ExactMatrix

    from ..terms.max_pooling import MaxPooling


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Exact features and targets with their names.

    Args:
        source: where the data came from.
        features: the names of the columns of ``X``; the bias is called ``(ones)``.
        target: the name of the column of targets.
        X: n x d, exactly.
        y: n Fractions.
        weights: of the samples, n positive Fractions; None for ones.
        preparation: what made them of the columns of a table, with the target as its output; None where
            there was no table.
        readout: the sample that each row of X belongs to, for a convolution, and whether the largest counts;
            None where row i is sample i.
    """

    source: str
    features: tuple[str, ...]
    target: str
    X: ExactMatrix
    y: tuple[Fraction, ...]
    weights: tuple[Fraction, ...] | None = None
    preparation: Preparation | None = None
    readout: tuple[int, ...] | MaxPooling | None = None

    @property
    def terms(self) -> dict[str, Any]:
        """What it says of a problem beside X and y: the arguments of a TrainingProblem."""
        pooled = {} if self.readout is None else {"readout": self.readout}
        return {"sample_weights": self.weights, **pooled}

    @property
    def measured(self) -> tuple[str | None, ...]:
        """The names of the columns that hold numbers; None for those of 0 and 1 for a label."""
        inputs = () if self.preparation is None else self.preparation.inputs
        labelled = {one.name for one in inputs if one.label is not None}
        return tuple(None if name in labelled else name for name in self.features)


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
        >>> data.features, data.X.shape, sum(data.y)
        (('petal_length', 'petal_width', '(ones)'), (100, 3), Fraction(0, 1))
    """
    from hyperplane_arrangements.exact import exact_matrix

    table, names, pair = iris(), ("petal_length", "petal_width"), ("versicolor", "virginica")
    preparation = replace(Preparation.of(table, names, ones=bias), outputs=(Output("species", pair),))
    parts = [preparation.rows(table.where("species", species)) for species in pair]
    y = tuple(Fraction(label) for label, part in zip((-1, 1), parts, strict=True) for _ in part)
    source = "Fisher's Iris, versicolor (-1) against virginica (+1)"
    X = exact_matrix(parts[0] + parts[1])
    return TrainingData(source, preparation.names, "species", X, y, preparation=preparation)


def training_data(
    table: Table,
    *,
    target: str,
    features: Sequence[str] | None = None,
    bias: bool = True,
    weights: str | None = None,
    labels: Labels | None = None,
    wanted: Wanted | None = None,
) -> TrainingData:
    """Choose features and target from a table.

    Args:
        table: the table.
        target: the column of targets.
        features: the columns of features, in this order; every other column when None.
        bias: append a column of ones.
        weights: the column of the samples' weights; None for ones.
        labels: what the target says for -1 and for +1, None in place of the first for all others; None where
            it holds numbers.
        wanted: how features are prepared; taken as they stand when None.

    Raises:
        InputError: a column is missing, chosen twice or both feature and target; a cell is no finite number;
            fewer than two rows; no features, or only zeros in them; a weight that is not positive; a target
            that is none of the labels.

    Example:
        >>> data = training_data(parse_csv("x,y\\n0.5,1\\n2,3", "memory"), target="y", bias=False)
        >>> data.X.fractions, data.y
        (((Fraction(1, 2),), (Fraction(2, 1),)), (Fraction(1, 1), Fraction(3, 1)))
    """
    names = feature_names(table, features, [target], weights)
    shares = None if weights is None else weights_in(table, weights)
    _require_once(names)
    try:
        preparation = Preparation.of(table, names, ones=bias, wanted=wanted, weights=shares)
        output = Output(target, known_labels(table, target, labels))
        return prepared_data(table, replace(preparation, outputs=(output,)), shares)
    except InputError as error:
        raise InputError(f"{error}{_as_labels(table, names, wanted)}") from None


def _as_labels(table: Table, names: Sequence[str], wanted: Wanted | None) -> str:
    """How to take a column of text that is asked for as numbers, where labels can be."""
    if wanted is None or not table.cells:
        return ""
    for name in names:
        place = table.index(name)
        cells = [cells[place] for cells in table.cells]
        if name not in wanted.one_hot and not any(
            isinstance(c, Fraction) or is_number(c, table.decimal) for c in cells
        ):
            return f"; or take {name!r} as a column of labels: --one-hot {name}"
    return ""


def prepared_data(
    table: Table, preparation: Preparation, weights: tuple[Fraction, ...] | None = None
) -> TrainingData:
    """The data that a preparation makes of a table.

    Args:
        table: the table.
        preparation: with one output.
        weights: of the samples.

    Raises:
        InputError: the columns cannot be prepared so; fewer than two rows; only zeros in the features.

    Example:
        >>> table = parse_csv("x,y\\n1,5\\n2,6", "memory")
        >>> prepared_data(table, training_data(table, target="y").preparation).X.fractions[1]
        (Fraction(2, 1), Fraction(1, 1))
    """
    from hyperplane_arrangements.exact import exact_matrix

    (output,) = preparation.outputs
    rows = preparation.rows(table)
    found = rows if not preparation.ones else [row[:-1] for row in rows]
    _require_use(table, [one.name for one in preparation.inputs], found)
    y = targets(table, output.column, output.labels)
    readout = preparation.readout(len(y))
    X = exact_matrix(rows)
    return TrainingData(table.source, preparation.names, output.column, X, y, weights, preparation, readout)


def with_target(data: TrainingData, table: Table, target: str, labels: Labels | None = None) -> TrainingData:
    """The same features with another target from the table that they are of.

    Raises:
        InputError: the column cannot be a target.

    Example:
        >>> table = parse_csv("x,y,z\\n1,5,3\\n2,6,4", "memory")
        >>> with_target(training_data(table, target="y", features=["x"]), table, "z").y
        (Fraction(3, 1), Fraction(4, 1))
    """
    known = known_labels(table, target, labels)
    kept = data.preparation and replace(data.preparation, outputs=(Output(target, known),))
    return replace(data, target=target, y=targets(table, target, known), preparation=kept)


def feature_names(
    table: Table, features: Sequence[str] | None, outputs: Sequence[str], weights: str | None
) -> tuple[str, ...]:
    """The columns of features: those that are named, or all but the targets and the weights.

    Raises:
        InputError: a column is missing, or one of them is target or holds weights too.

    Example:
        >>> feature_names(parse_csv("x,y,z\\n1,2,3", "memory"), None, ["y"], None)
        ('x', 'z')
    """
    for output in outputs:
        table.index(output)
    names = tuple(table.others([*outputs, weights]) if features is None else features)
    if not names:
        beside = f"target {outputs[0]!r}" if len(outputs) == 1 else "targets"
        raise InputError(f"{table.source} has no column beside the {beside}; add a feature")
    for output in outputs:
        if output in names:
            raise InputError(f"column {output!r} is both target and feature; leave it out of the features")
    if weights is not None and weights in (*outputs, *names):
        raise InputError(f"column {weights!r} holds the weights and is target or feature too; name another")
    return names


def targets(table: Table, column: str, labels: Labels | None = None) -> tuple[Fraction, ...]:
    """The numbers in a column, or -1 and +1 for two labels; "1" and "1.0" are one label.

    Args:
        table: the table.
        column: its column.
        labels: those for -1 and for +1; None in place of the first for everything but the second.

    Raises:
        InputError: a cell is no number, or none of the labels; one label for all.

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
    no, yes = labels
    if no is None:
        return tuple(Fraction(1 if found == as_label(yes) else -1) for found in labels_in(table, column))
    sides = {as_label(label): Fraction(side) for label, side in zip((no, yes), (-1, 1), strict=True)}
    if len(sides) != 2:
        raise InputError(f"--labels {no},{yes} are one label; name two, for -1 and for +1")
    found = []
    for row, label in enumerate(labels_in(table, column)):
        if label not in sides:
            raise InputError(
                f"{table.place(row)}, column {column!r}: {str(label)!r} is neither {no!r} nor {yes!r}; name "
                "the two labels, or leave the row out"
            )
        found.append(sides[label])
    return tuple(found)


def known_labels(table: Table, column: str, labels: Labels | None) -> Labels | None:
    """The labels of a target with the first one by its name, if it is None and there is one other.

    Raises:
        InputError: the second is not there, or there is no other.

    Example:
        >>> known_labels(parse_csv("y\\na\\nb\\na", "memory"), "y", (None, "b"))
        ('a', 'b')
    """
    if labels is None or labels[0] is not None:
        return labels
    yes, found = as_label(labels[1]), set(labels_in(table, column))
    others = in_order(found - {yes})
    if yes not in found or not others:
        what = "nothing but" if yes in found else "no"
        listed = ", ".join(repr(str(label)) for label in others[:8])
        remedy = f"; give one of {listed}" if others else "; there is nothing to tell it from"
        raise InputError(f"{table.source}: column {column!r} holds {what} {labels[1]!r}{remedy}")
    return (str(others[0]) if len(others) == 1 else None), labels[1]


def _naming(table: Table, column: str) -> str:
    """How to name labels, where a column holds two texts."""
    place = table.index(column)
    texts = sorted({str(cells[place]) for cells in table.cells})
    if len(texts) != 2 or any(is_number(text, table.decimal) for text in texts):
        return ""
    return f"; or say which of its two labels is -1 and which is +1: --labels {texts[0]},{texts[1]}"


def weights_in(table: Table, column: str) -> tuple[Fraction, ...]:
    """The weights in a column, all of them positive.

    Raises:
        InputError: one is not.
    """
    found = tuple(value for (value,) in table.numbers([column]))
    for row, weight in enumerate(found):
        if weight <= 0:
            remedy = "drop that row" if weight == 0 else "weights are positive"
            raise InputError(
                f"{table.place(row)}, column {column!r}: the weight {weight} is not positive; {remedy}"
            )
    return found


def exact_columns(table: Table, columns: Sequence[str] | None = None) -> ExactMatrix:
    """The exact numbers in the chosen columns (all of them when None), checked to be worth a computation.

    Raises:
        InputError: a column is missing or chosen twice; a cell is no finite number; fewer than two rows; only
            zeros.

    Example:
        >>> exact_columns(parse_csv("x,y\\n0.5,1\\n2,3", "memory")).integers.tolist()
        [[1, 2], [2, 3]]
    """
    names = tuple(table.others() if columns is None else columns)
    _require_once(names)
    if not names or len(table.cells) < 2:
        _require_use(table, names, table.numbers(names))
    X = table.exact(names)
    _require_use(table, names, X.integers.tolist())
    return X


def with_ones(X: ExactMatrix) -> ExactMatrix:
    """The matrix with a column of ones behind its own.

    Example:
        >>> with_ones(exact_columns(parse_csv("x\\n0.5\\n3", "memory"))).fractions[0]
        (Fraction(1, 2), Fraction(1, 1))
    """
    from hyperplane_arrangements.exact import exact_matrix

    return exact_matrix([(*row, 1) for row in X.fractions])


def _require_once(names: Sequence[str]) -> None:
    """Refuse columns that are named twice."""
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"column {name!r} is chosen twice; name each column once")


def _require_use(table: Table, names: Sequence[str], rows: Sequence[Sequence[Fraction | int]]) -> None:
    """Refuse fewer than two rows, and nothing but zeros."""
    if len(table.cells) < 2:
        raise InputError(f"{table.source} has {count(len(table.cells), 'row')} of data; give at least two")
    if not any(value for row in rows for value in row):
        raise InputError(
            f"{table.source} holds only zeros in {', '.join(map(repr, names))}: no hyperplane, nothing "
            "to learn from; choose other columns"
        )
