"""Preparation of columns: against scikit-learn's, back from its document, and with weights of rows."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duality_checks.data.datasets import training_data, versicolor_against_virginica
from duality_checks.data.preparation import BIAS, Input, Output, Preparation, Wanted
from duality_checks.data.tables import Table, parse_csv
from hyperplane_arrangements.errors import InputError

cells = st.decimals(-10_000, 10_000, places=2).map(str)
towns = st.sampled_from(["Rome", "Oslo", "Bern", "1", "1.0", "a, b"])
tables = st.lists(st.tuples(cells, towns), min_size=2, max_size=9).filter(
    lambda rows: len({Fraction(x) for x, _ in rows}) > 1
)


def table_of(rows: list[tuple[str, str]]) -> Table:
    return Table("memory", ("x", "town"), tuple(rows))


@given(tables)
def test_columns_are_those_that_scikit_learn_makes(rows: list[tuple[str, str]]) -> None:
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    wanted = Wanted(standardise=True, one_hot=("town",))
    found = np.array(
        Preparation.of(table_of(rows), ["x", "town"], ones=True, wanted=wanted).rows(table_of(rows)),
        dtype=float,
    )
    numbers = preprocessing.StandardScaler().fit_transform([[float(x)] for x, _ in rows])
    # 1 and 1.0 are one label here; scikit-learn is given them as one.
    labels = [[town.replace("1.0", "1")] for _, town in rows]
    hot = preprocessing.OneHotEncoder(sparse_output=False).fit_transform(labels)
    assert np.allclose(found[:, 0], numbers[:, 0], rtol=1e-5, atol=1e-5)
    assert np.array_equal(found[:, 1:-1], hot) and set(found[:, -1]) == {1.0}


@given(tables, st.lists(st.integers(1, 4), min_size=9, max_size=9))
def test_a_row_of_weight_two_counts_as_two_rows(rows: list[tuple[str, str]], counts: list[int]) -> None:
    repeated = [row for row, count in zip(rows, counts, strict=False) for _ in range(count)]
    weights = [Fraction(count) for count in counts[: len(rows)]]
    wanted = Wanted(standardise=True)
    once = Preparation.of(table_of(rows), ["x"], ones=False, wanted=wanted, weights=weights)
    assert once == Preparation.of(table_of(repeated), ["x"], ones=False, wanted=wanted)


@given(tables, st.booleans(), st.booleans(), st.sampled_from([None, ("a", "b"), (None, "b")]))
def test_a_preparation_survives_its_document(
    rows: list[tuple[str, str]], ones: bool, standardise: bool, labels: Any
) -> None:
    table = table_of(rows)
    wanted = Wanted(standardise, ("town",))
    made = Preparation.of(table, ["town", "x"], ones=ones, wanted=wanted)
    made = Preparation(made.inputs, made.ones, (Output("y", labels),))
    back = Preparation.parse(json.loads(json.dumps(made.document())), "memory")
    assert back == made and back.rows(table) == made.rows(table)


def test_the_numbers_stay_short() -> None:
    table = parse_csv("x\n1\n2\n4\n", "memory")
    (one,) = Preparation.of(table, ["x"], ones=False, wanted=Wanted(standardise=True)).inputs
    # Mean 7/3 and deviation sqrt(14)/3 = 1.2472191..., to six digits of the deviation.
    assert (one.shift, one.scale) == (Fraction("2.333333"), Fraction("0.801784"))


def test_wide_and_tiny_columns_are_standardised_too() -> None:
    table = parse_csv("x,z\n1e200,1e-200\n3e200,3e-200\n", "memory")
    found = Preparation.of(table, ["x", "z"], ones=False, wanted=Wanted(standardise=True))
    assert found.rows(table) == ((-1, -1), (1, 1))


@pytest.mark.parametrize(
    ("names", "wanted", "message"),
    [
        (["x"], Wanted(one_hot=("town",)), "--one-hot town: the column is no feature; add it to --features"),
        (["x"], Wanted(one_hot=("street",)), "has no column 'street'"),
        (["same"], Wanted(standardise=True), "'same' is constant, so --standardise would divide by 0"),
        (["town"], Wanted(standardise=True), "row 1 .*holds 'Rome', which is not a number"),
        (["gone"], Wanted(one_hot=("gone",)), "row 2 .*column 'gone' is empty; drop or impute the row"),
    ],
)
def test_what_cannot_be_prepared(names: list[str], wanted: Wanted, message: str) -> None:
    table = parse_csv("x,town,same,gone\n1,Rome,3,a\n2,Oslo,3,\n", "memory")
    with pytest.raises(InputError, match=message):
        Preparation.of(table, names, ones=True, wanted=wanted).rows(table)


def test_a_label_that_was_never_seen() -> None:
    seen = parse_csv("town\nRome\nOslo\n", "memory")
    made = Preparation.of(seen, ["town"], ones=False, wanted=Wanted(one_hot=("town",)))
    with pytest.raises(InputError, match=r"row 1 \(line 2\), column 'town': .* 'Bern', but Oslo, Rome"):
        made.rows(parse_csv("town\nBern\n", "memory"))


@pytest.mark.parametrize(
    "change",
    [
        {"ones": 1},
        {"columns": [{"column": "x", "shift": 0, "scale": "1"}]},
        {"columns": [{"column": "x", "shift": "0", "scale": "1/0"}]},
        {"columns": [{"column": "x"}]},
        {"targets": [{"column": "y", "positive": "a"}]},
        {"extra": 1},
    ],
)
def test_a_damaged_document_is_refused(change: dict[str, Any]) -> None:
    document = Preparation((Input("x"),), True, (Output("y"),)).document()
    with pytest.raises(InputError, match="memory: preparation is damaged"):
        Preparation.parse(document | change, "memory")


def test_targets_of_one_label_against_the_others() -> None:
    table = parse_csv("x,y\n1,a\n2,b\n3,c\n", "memory")
    found = training_data(table, target="y", labels=(None, "b"))
    assert found.y == (-1, 1, -1) and found.preparation is not None
    assert found.preparation.outputs == (Output("y", (None, "b")),)
    pair = training_data(parse_csv("x,y\n1,no\n2,yes\n", "memory"), target="y", labels=(None, "yes"))
    assert pair.preparation is not None and pair.preparation.outputs[0].labels == ("no", "yes")
    for text, label, message in [
        ("x,y\n1,a\n2,b\n", "c", "holds no 'c'; give one of 'a', 'b'"),
        ("x,y\n1,a\n2,a\n", "a", "holds nothing but 'a'; there is nothing to tell it from"),
    ]:
        with pytest.raises(InputError, match=message):
            training_data(parse_csv(text, "memory"), target="y", labels=(None, label))


def test_iris_remembers_its_columns_too() -> None:
    made = versicolor_against_virginica().preparation
    assert made is not None and made.names == ("petal_length", "petal_width", BIAS)
    assert made.outputs[0].said(1.0) == "virginica"
