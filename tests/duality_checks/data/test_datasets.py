"""The choice of features and targets, and the copy of Iris against facts published elsewhere."""

from __future__ import annotations

from fractions import Fraction

import pytest

from duality_checks.data.datasets import (
    BIAS,
    exact_columns,
    iris,
    training_data,
    versicolor_against_virginica,
)
from duality_checks.data.preparation import Wanted
from duality_checks.data.tables import parse_csv
from hyperplane_arrangements.errors import InputError

# Fisher (1936), Table 2: means of sepal length, sepal width, petal length, petal width, in centimetres.
FISHERS_MEANS = {
    "setosa": ("5.006", "3.428", "1.462", "0.246"),
    "versicolor": ("5.936", "2.770", "4.260", "1.326"),
    "virginica": ("6.588", "2.974", "5.552", "2.026"),
}


@pytest.mark.parametrize("species", FISHERS_MEANS)
def test_iris_has_the_means_that_fisher_printed(species: str) -> None:
    table = iris()
    rows = table.where("species", species).numbers(table.columns[:4])
    assert len(rows) == 50
    means = tuple(sum(column) / 50 for column in zip(*rows, strict=True))
    assert means == tuple(Fraction(mean) for mean in FISHERS_MEANS[species])


def test_iris_is_free_of_the_two_known_errors() -> None:
    table = iris()
    measured = table.numbers(table.columns[:4])
    assert measured[34] == tuple(map(Fraction, ("4.9", "3.1", "1.5", "0.2")))
    assert measured[37] == tuple(map(Fraction, ("4.9", "3.6", "1.4", "0.1")))


def test_the_default_pair() -> None:
    data = versicolor_against_virginica()
    assert data.features == ("petal_length", "petal_width", BIAS)
    assert data.y == (Fraction(-1),) * 50 + (Fraction(1),) * 50
    assert data.X.fractions[0] == (Fraction("4.7"), Fraction("1.4"), 1)
    assert data.X.fractions[99] == (Fraction("5.1"), Fraction("1.8"), 1)
    assert [row[:2] for row in data.X.fractions] == list(versicolor_against_virginica(bias=False).X.fractions)


TABLE = parse_csv("a,b,y,name\n1,0,3,u\n2,0,5,v\n", "memory")


def test_features_keep_the_order_in_which_they_were_chosen() -> None:
    data = training_data(TABLE, target="y", features=["b", "a"])
    assert data.features == ("b", "a", BIAS)
    assert data.X.fractions == ((0, 1, 1), (0, 2, 1))
    assert data.y == (3, 5)


def test_every_other_column_is_a_feature_by_default() -> None:
    data = training_data(parse_csv("a,y,b\n1,2,3\n4,5,6\n", "memory"), target="y", bias=False)
    assert data.features == ("a", "b")
    assert data.X.fractions == ((1, 3), (4, 6))


@pytest.mark.parametrize(
    ("target", "features", "message"),
    [
        ("z", None, "memory has no column 'z'; its columns are 'a', 'b', 'y', 'name'"),
        ("y", ["q"], "memory has no column 'q'"),
        ("y", None, "row 1 (line 2), column 'name' holds 'u', which is not a number"),
        ("y", ["a", "y"], "column 'y' is both target and feature"),
        ("y", ["a", "a"], "column 'a' is chosen twice"),
        ("y", [], "has no column beside the target 'y'"),
        ("y", ["b"], "holds only zeros in 'b'"),
        ("name", ["a"], "column 'name' holds 'u'"),
    ],
)
def test_unusable_choices_are_refused(target: str, features: list[str] | None, message: str) -> None:
    with pytest.raises(InputError) as refusal:
        training_data(TABLE, target=target, features=features)
    assert message in str(refusal.value)


@pytest.mark.parametrize(("text", "message"), [("a,y\n", "0 rows of data"), ("a,y\n1,2\n", "1 row of data")])
def test_fewer_than_two_rows_are_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=f"memory has {message}; give at least two"):
        training_data(parse_csv(text, "memory"), target="y")


def test_columns_without_rows_are_not_called_labels() -> None:
    with pytest.raises(InputError, match=r"give at least two$"):
        training_data(parse_csv("a,y\n", "memory"), target="y", wanted=Wanted())


@pytest.mark.parametrize("cell", ["nan", "inf"])
@pytest.mark.parametrize("one_hot", [(), ("b",)])
def test_a_cell_that_is_not_finite_is_shown_where_it_stands(cell: str, one_hot: tuple[str, ...]) -> None:
    table = parse_csv(f"a,b,y\n1,{cell},3\n2,1,1\n", "memory")
    with pytest.raises(InputError, match=rf"^memory: row 1 \(line 2\), column 'b' is {cell}; drop or impute"):
        training_data(table, target="y", wanted=Wanted(one_hot=one_hot))


def test_a_matrix_takes_all_columns_or_those_chosen() -> None:
    table = parse_csv("1,2\n3,4\n", "memory")
    assert exact_columns(table).fractions == ((1, 2), (3, 4))
    assert exact_columns(table, ["2"]).fractions == ((2,), (4,))
