"""Preparation that is remembered: how columns of a table become the inputs of a network, in exact numbers.

A column of numbers is taken as ``scale * (cell - shift)``, a column of labels as one column of 0 and 1 for
each label, and the target as a number, or as -1 and +1. What was chosen for the data that a network learnt
from hyperplane_arrangements.exact.rational import dot
from is kept with the network, so that other tables are prepared alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.rational import dot

from .cells import is_number, parse_number
from .tables import Rows, Table

if TYPE_CHECKING:
    from ..terms.max_pooling import MaxPooling

BIAS = "(ones)"
# Shifts and scales are decimals of so many digits: any will do as long as they are kept exactly, and short
# ones keep the numbers of the problem short.
DIGITS = 6

POOLINGS = ("average", "max")

# What a target says for -1 and for +1; None stands for everything but the other.
Labels = tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class Window:
    """What a pooled convolution sees of a signal at once.

    Args:
        size: the length of the filter.
        stride: the step between places.
        pooling: what is made of a neuron's outputs at all places, one of `POOLINGS`.

    Raises:
        InputError: they are not positive, or the pooling is unknown.
    """

    size: int
    stride: int = 1
    pooling: str = "average"

    def __post_init__(self) -> None:
        for name, value in (("--filter", self.size), ("--stride", self.stride)):
            if type(value) is not int or value < 1:
                raise InputError(f"{name} {value} is not a positive whole number")
        if self.pooling not in POOLINGS:
            raise InputError(f"--pooling {self.pooling!r} is none of {', '.join(POOLINGS)}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the columns of a table are to be prepared.

    Args:
        standardise: shift and scale columns of numbers to mean 0 and standard deviation 1.
        one_hot: columns of labels.
        window: what a convolution sees at once, where the features are a signal.
    """

    standardise: bool = False
    one_hot: tuple[str, ...] = ()
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a network: ``scale * (cell - shift)``, or 1 where the cell is the label and 0 elsewhere.

    Args:
        column: the column of the table.
        shift: what is taken off.
        scale: what that is multiplied by.
        label: the label; None for a column of numbers.

    Example:
        >>> Input("city", label="Rome").name, Input("area").name
        ('city=Rome', 'area')
    """

    column: str
    shift: Fraction = Fraction(0)
    scale: Fraction = Fraction(1)
    label: str | None = None

    @property
    def name(self) -> str:
        """What to call it in messages."""
        return self.column if self.label is None else f"{self.column}={self.label}"


@dataclass(frozen=True, slots=True)
class Output:
    """What a network predicts.

    Args:
        column: the column of the table.
        labels: what it says for -1 and for +1; None where it holds numbers.

    Example:
        >>> spam = Output("spam", ("no", "yes"))
        >>> spam.said(0.5), spam.said(-2.0), Output("x", (None, "a")).said(-1.0)
        ('yes', 'no', 'not a')
    """

    column: str
    labels: Labels | None = None

    def said(self, value: float) -> str | None:
        """The label that a value stands for; None where there are none."""
        if self.labels is None:
            return None
        no, yes = self.labels
        return yes if value > 0 else no if no is not None else f"not {yes}"


@dataclass(frozen=True, slots=True)
class Preparation:
    """How the rows of a table become the inputs of a network.

    Args:
        inputs: in the order of the network, without the column of ones.
        ones: whether a column of ones comes last.
        outputs: what is predicted.
        window: for a pooled convolution: the inputs of a row are a signal, and the network sees so
            much of it at once; None for a network that sees all of it.
        drop_missing: whether rows with a missing cell are left out.

    Example:
        >>> from .tables import parse_csv
        >>> inputs = (Input("x", Fraction(1), Fraction(1, 2)), Input("c", label="b"))
        >>> rows = Preparation(inputs, True, (Output("y"),)).rows(parse_csv("c,x\\nb,2\\nb,3\\n", "memory"))
        >>> [list(map(str, row)) for row in rows]
        [['1/2', '1', '1'], ['1', '1', '1']]
    """

    inputs: tuple[Input, ...]
    ones: bool
    outputs: tuple[Output, ...] = field(default=())
    window: Window | None = None
    drop_missing: bool = False

    @classmethod
    def of(
        cls,
        table: Table,
        names: Sequence[str],
        *,
        ones: bool,
        wanted: Wanted | None = None,
        weights: Sequence[Fraction] | None = None,
    ) -> Preparation:
        """What is to be done with the named columns of a table that a network learns from.

        Args:
            table: the table.
            names: its columns, in the order of the network's inputs.
            ones: whether a column of ones comes last.
            wanted: nothing more, when None.
            weights: of the rows, for means and deviations; ones when None.

        Raises:
            InputError: a column is missing or no column of numbers; a one-hot column is none of the names; a
                column to standardise is constant.

        Example:
            >>> from .tables import parse_csv
            >>> table = parse_csv("x,c\\n1,b\\n3,a\\n", "memory")
            >>> found = Preparation.of(table, ["x", "c"], ones=False, wanted=Wanted(True, ("c",)))
            >>> [(one.name, str(one.shift), str(one.scale)) for one in found.inputs]
            [('x', '2', '1'), ('c=a', '0', '1'), ('c=b', '0', '1')]
        """
        wanted = wanted or Wanted()
        for name in wanted.one_hot:
            table.index(name)
            if name not in names:
                raise InputError(f"--one-hot {name}: the column is no feature; add it to --features")
        inputs: list[Input] = []
        for name in names:
            if name in wanted.one_hot:
                inputs += [Input(name, label=str(label)) for label in in_order(set(labels_in(table, name)))]
            elif wanted.standardise:
                inputs.append(_standardised(table, name, weights))
            else:
                inputs.append(Input(name))
        return cls(tuple(inputs), ones, (), wanted.window)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a table that the inputs are made of, each once."""
        return tuple(dict.fromkeys(one.column for one in self.inputs))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of what the network takes, the column of ones included; of a signal the places in the
        window."""
        names = [one.name for one in self.inputs]
        if self.window is not None:
            names = [f"filter[{place}]" for place in range(self.window.size)]
        return (*names, *([BIAS] if self.ones else []))

    @property
    def is_plain(self) -> bool:
        """Whether inputs are columns as they stand in a table."""
        return all(one == Input(one.column) for one in self.inputs)

    def readout(self, count: int) -> tuple[int, ...] | MaxPooling | None:
        """The row of the table that each row of the network's inputs belongs to, for so many, and whether the
        largest of them counts; None where each is its own."""
        if self.window is None:
            return None
        from ..terms.max_pooling import MaxPooling

        places = len(range(0, len(self.inputs) - self.window.size + 1, self.window.stride))
        owners = tuple(row for row in range(count) for _ in range(places))
        return MaxPooling(owners) if self.window.pooling == "max" and places > 1 else owners

    def rows(self, table: Table) -> Rows:
        """The exact inputs of the network, one tuple a row of the table; with a window one a place in it,
        for the average divided by the number of places, as that is a sum then.

        Raises:
            InputError: a column is missing, a cell is no number, a label was not there when the network
                learnt, or the window is longer than the signals.
        """
        if self.window is None:
            return self._rows(table, self.ones)
        from ..terms.max_pooling import max_patches_1d
        from ..terms.readouts import patches_1d

        if self.window.size > len(self.inputs):
            raise InputError(
                f"--filter {self.window.size} is longer than the signals: {table.source} has "
                f"{len(self.inputs)} columns for them"
            )
        signals = self._rows(table, False)
        cut = max_patches_1d if self.window.pooling == "max" else patches_1d
        patches, _ = cut(signals, self.window.size, self.window.stride, bias=self.ones)
        return tuple(tuple(row) for row in patches.fractions)

    def _rows(self, table: Table, ones: bool) -> Rows:
        """The exact inputs, one tuple a row of the table.

        Raises:
            InputError: a column is missing, a cell is no number, or a label was not there when the network
                learnt.
        """
        plain = list(dict.fromkeys(one.column for one in self.inputs if one.label is None))
        numbers = table.numbers(plain)
        if self.is_plain and list(self.columns) == plain == [one.column for one in self.inputs]:
            ending = (Fraction(1),)  # one number for all rows, which may be many
            return tuple((*row, *ending) for row in numbers) if ones else numbers
        parts = [_part(one, numbers, plain) for one in self.inputs if one.label is None]
        found = iter(parts)
        hot = {name: self._places(table, name) for name in self.columns if name not in plain}
        columns: list[Sequence[Fraction]] = []
        for one in self.inputs:
            if one.label is None:
                columns.append(next(found))
            else:
                columns.append([Fraction(label == as_label(one.label)) for label in hot[one.column]])
        if ones:
            columns.append([Fraction(1)] * len(table.cells))
        return tuple(zip(*columns, strict=True))

    def _places(self, table: Table, name: str) -> list[str | Fraction]:
        """The labels in a column, all of them known."""
        known = {as_label(one.label) for one in self.inputs if one.column == name and one.label is not None}
        found = labels_in(table, name)
        for row, label in enumerate(found):
            if label not in known:
                listed = ", ".join(map(str, in_order(known)))
                raise InputError(
                    f"{table.place(row)}, column {name!r}: the network never saw {str(label)!r}, but "
                    f"{listed}; leave the row out, or train with it"
                )
        return found

    def document(self) -> dict[str, Any]:
        """It as JSON, every number an exact text.

        Example:
            >>> Preparation((Input("x"),), True, (Output("y", (None, "b")),)).document()["targets"]
            [{'column': 'y', 'negative': None, 'positive': 'b'}]
        """
        return {
            "columns": [
                {"column": one.column, "shift": str(one.shift), "scale": str(one.scale)}
                if one.label is None
                else {"column": one.column, "label": one.label}
                for one in self.inputs
            ],
            "ones": self.ones,
            "targets": [
                {"column": one.column}
                if one.labels is None
                else {"column": one.column, "negative": one.labels[0], "positive": one.labels[1]}
                for one in self.outputs
            ],
            **({} if self.window is None else {"window": _window_document(self.window)}),
            **({"drop_missing": True} if self.drop_missing else {}),
        }

    @classmethod
    def parse(cls, document: Any, source: str) -> Preparation:
        """It from JSON.

        Raises:
            InputError: something else.

        Example:
            >>> whole = Preparation((Input("x", scale=Fraction(1, 3)), Input("c", label="a")), False)
            >>> Preparation.parse(whole.document(), "memory") == whole
            True
        """
        try:
            inputs = tuple(_input(one) for one in document["columns"])
            outputs = tuple(_output(one) for one in document["targets"])
            known = {"columns", "ones", "targets"} | ({"window", "drop_missing"} & document.keys())
            if document.keys() != known or type(document["ones"]) is not bool:
                raise KeyError
            dropped = document.get("drop_missing", False)
            if dropped is not ("drop_missing" in document):
                raise KeyError
            window = _window(document["window"]) if "window" in document else None
        except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError, InputError):
            raise InputError(f"{source}: preparation is damaged; write the network again") from None
        return cls(inputs, document["ones"], outputs, window, dropped)


def _input(one: Mapping[str, Any]) -> Input:
    if one.keys() == {"column", "label"}:
        return Input(_text(one["column"]), label=_text(one["label"]))
    if one.keys() != {"column", "shift", "scale"}:
        raise KeyError
    return Input(_text(one["column"]), Fraction(_text(one["shift"])), Fraction(_text(one["scale"])))


def _output(one: Mapping[str, Any]) -> Output:
    if one.keys() == {"column"}:
        return Output(_text(one["column"]))
    if one.keys() != {"column", "negative", "positive"}:
        raise KeyError
    negative = one["negative"]
    return Output(
        _text(one["column"]), (None if negative is None else _text(negative), _text(one["positive"]))
    )


def _window_document(window: Window) -> dict[str, Any]:
    pooled = {} if window.pooling == "average" else {"pooling": window.pooling}
    return {"filter": window.size, "stride": window.stride, **pooled}


def _window(one: Mapping[str, Any]) -> Window:
    if one.keys() - {"pooling"} != {"filter", "stride"} or one.get("pooling", "max") == "average":
        raise KeyError
    return Window(one["filter"], one["stride"], one.get("pooling", "average"))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _part(one: Input, numbers: Rows, plain: list[str]) -> list[Fraction]:
    place = plain.index(one.column)
    if (one.shift, one.scale) == (0, 1):
        return [row[place] for row in numbers]
    return [(row[place] - one.shift) * one.scale for row in numbers]


def as_label(cell: str | Fraction, decimal: str = ".", place: str = "the label") -> str | Fraction:
    """A cell as a label: 1 and 1.0 are one, text is itself; messages say where it stands.

    Example:
        >>> as_label("1.0"), as_label("a")
        (Fraction(1, 1), 'a')
    """
    if isinstance(cell, str) and is_number(cell, decimal):
        return parse_number(cell, place, decimal)
    return cell


def labels_in(table: Table, name: str) -> list[str | Fraction]:
    """The labels in a column, none of them missing.

    Raises:
        InputError: there is no such column, or a cell of it is empty or infinite.
    """
    place = table.index(name)
    for row, cells in enumerate(table.cells):
        table.require_there(row, cells[place], name)
    return [
        as_label(cells[place], table.decimal, f"{table.place(row)}, column {name!r}")
        for row, cells in enumerate(table.cells)
    ]


def in_order(labels: set[str | Fraction]) -> list[str | Fraction]:
    """Labels: numbers by size, then texts.

    Example:
        >>> in_order({"b", Fraction(2), "a"})
        [Fraction(2, 1), 'a', 'b']
    """
    return sorted(labels, key=lambda label: (isinstance(label, str), label))


def _standardised(table: Table, name: str, weights: Sequence[Fraction] | None) -> Input:
    """The shift to mean 0 and the scale to standard deviation 1, to six digits of the deviation.

    A row of weight 2 counts as two rows. The deviation is that of the rows themselves (divided by n).
    """
    values = [value for (value,) in table.numbers([name])]
    shares = [Fraction(1)] * len(values) if weights is None else weights
    total = sum(shares)
    mean = dot(shares, values) / total
    variance = dot(shares, [(x - mean) ** 2 for x in values]) / total
    if not variance:
        raise InputError(
            f"{table.source}: column {name!r} is constant, so --standardise would divide by 0; leave it out "
            "of --features"
        )
    with localcontext() as context:
        context.prec = 4 * DIGITS
        deviation = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
        scale = Fraction(f"{1 / deviation:.{DIGITS - 1}e}")
        grain = Fraction(10) ** (deviation.adjusted() - DIGITS)
    return Input(name, round(mean / grain) * grain, scale)
