"""Options that several verbs have, each written once."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from ..pricing.limits import MAX_CONES

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from hyperplane_arrangements.machine.workers import Workers

    from ..cover.effort import Effort
    from ..data.preparation import Labels, Preparation
    from ..data.tables import Table

MAX_CHAMBERS = 5_000_000
DEFAULT_RATIO = "0.05"
Option = Callable[[Callable[..., Any]], Callable[..., Any]]


def with_options(some: Iterable[Option], command: Callable[..., Any]) -> Callable[..., Any]:
    """A command with more options, in this order."""
    for option in reversed(tuple(some)):
        command = option(command)
    return command


def column_names(context: click.Context, option: click.Parameter, text: str | None) -> list[str] | None:
    """The names in ``A,B`` or ``"A, with comma",B``."""
    return None if text is None else [name.strip() for name in next(csv.reader([text]), [])]


def two_labels(context: click.Context, option: click.Parameter, text: str | None) -> Labels | None:
    """The labels in ``NO,YES``."""
    names = column_names(context, option, text)
    if names is None:
        return None
    if len(names) != 2:
        raise click.BadParameter("give two, for -1 and for +1, such as no,yes", context, option)
    return names[0], names[1]


as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
max_chambers = click.option(
    "--max-chambers",
    type=click.IntRange(min=1),
    default=MAX_CHAMBERS,
    show_default=True,
    metavar="N",
    help="Refuse to start with more.",
)
columns = click.option(
    "--features", callback=column_names, metavar="A,B", help="Columns to take; all of them by default."
)
bias = click.option(
    "--bias", is_flag=True, help="Append a column of ones, as certify does: the chambers of its neurons."
)
offsets = click.option(
    "--offsets", metavar="COLUMN", help="The column of right-hand sides; without it all are 0."
)
weights = click.option("--weights", metavar="COLUMN", help="Weights of the samples: 2 counts a row twice.")
beta = click.option("--beta", metavar="B", help="Weight decay, exactly: 0.1 or 1/3.")
beta_ratio = click.option(
    "--beta-ratio", metavar="R", help=f"Weight decay as a share of beta_max.  [default: {DEFAULT_RATIO}]"
)
_TERMS = (
    click.option(
        "--activation",
        default="relu",
        show_default=True,
        metavar="relu|leaky:K|abs|slopes:A,B",
        help="Activation.",
    ),
    click.option(
        "--loss",
        default="squared",
        show_default=True,
        metavar="squared|l1|huber:D|hinge|squared-hinge|logistic",
        help="Loss; the last three need labels -1 and 1.",
    ),
    click.option(
        "--penalty",
        default="2-norm",
        show_default=True,
        metavar="2-norm|1-norm|inf-norm",
        help="Norm of the hidden weights.",
    ),
    click.option(
        "--free",
        default="nothing",
        show_default=True,
        metavar="nothing|intercept|linear|biases|A+B|decayed-intercept",
        help="What is not penalised: an output intercept, a linear skip, hidden biases with the intercept; "
        "or an intercept that is, as by PyTorch's weight_decay.",
    ),
)


def takes_terms(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options on what is trained; it gets them as `activation` and as the other `terms`."""

    @wraps(command)
    def told(*, loss: str, penalty: str, free: str, **rest: Any) -> Any:
        return command(terms={"loss": loss, "penalty": penalty, "free": free}, **rest)

    return with_options(_TERMS, told)


_LABELS = (
    click.option(
        "--labels", callback=two_labels, metavar="NO,YES", help="What the target says for -1 and for +1."
    ),
    click.option("--positive", metavar="LABEL", help="What it says for +1; everything else is -1."),
)


def labels(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options on what a target says; it gets them as one `labels`."""

    @wraps(command)
    def told(*, labels: Labels | None, positive: str | None, **rest: Any) -> Any:
        if labels is not None and positive is not None:
            raise click.UsageError("--labels and --positive exclude each other; give one of them")
        return command(labels=labels if positive is None else (None, positive), **rest)

    return with_options(_LABELS, told)


_PREPARES = (
    click.option(
        "--standardise",
        is_flag=True,
        help="Shift and scale columns of numbers to mean 0 and standard deviation 1.",
    ),
    click.option(
        "--one-hot",
        multiple=True,
        metavar="COLUMN",
        help="A column of labels: one column of 0 and 1 for each; again for more.",
    ),
    click.option(
        "--filter",
        "size",
        type=click.IntRange(min=1),
        metavar="K",
        help="The features of a row are a signal: neurons see K of them at once, pooled over all places.",
    ),
    click.option(
        "--stride", type=click.IntRange(min=1), metavar="S", help="Step between places.  [default: 1]"
    ),
    click.option(
        "--pooling",
        type=click.Choice(("average", "max")),
        help="What is made of a neuron's outputs at all places.  [default: average]",
    ),
)


def prepares_table(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options on what becomes of features; it gets them as one `wanted`."""

    @wraps(command)
    def told(
        *,
        standardise: bool,
        one_hot: tuple[str, ...],
        size: int | None,
        stride: int | None,
        pooling: str | None,
        **rest: Any,
    ) -> Any:
        from ..data.preparation import Wanted, Window

        if size is None and stride is not None:
            raise click.UsageError("--stride is the step of a --filter; give that too")
        if size is None and pooling is not None:
            raise click.UsageError("--pooling is that of a --filter; give that too")
        window = None if size is None else Window(size, stride or 1, pooling or "average")
        return command(wanted=Wanted(standardise, one_hot, window), **rest)

    return with_options(_PREPARES, told)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the command line says of a table: its dialect, and whether rows with missing cells go."""

    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    header: bool | None = None
    drop_missing: bool = False

    def table(self, path: str | Path) -> Table:
        """The table in a file."""
        from ..data.dialects import Dialect
        from ..data.tables import read_table

        return read_table(path, Dialect(self.separator, self.decimal, self.encoding, self.header))

    def like(self, preparation: Preparation) -> Reading:
        """The same for a network that was trained without the rows with missing cells: they go again."""
        return replace(self, drop_missing=self.drop_missing or preparation.drop_missing)

    def kept(self, table: Table, names: Iterable[str | None]) -> Table:
        """The rows to take when these columns are chosen; what is to be said of the table is said."""
        found = table.complete(name for name in names if name is not None) if self.drop_missing else table
        for note in found.notes:
            click.echo(f"note: {found.source}: {note}", err=True)
        return found


def number(text: str, option: str) -> Fraction:
    """The number that an option says, exactly.

    Raises:
        InputError: it says none, or an infinite one.

    Example:
        >>> number("1/3", "--beta")
        Fraction(1, 3)
    """
    from hyperplane_arrangements.errors import InputError

    from ..data.cells import parse_number, shown

    try:
        return parse_number(text, option)
    except InputError:
        raise InputError(
            f"{option} is {shown(text)}; give a finite number, exactly: a decimal with a point or a "
            "fraction, such as 0.1 or 1/3"
        ) from None


def share(context: click.Context, option: click.Parameter, number: str | None) -> float | None:
    """A relative gap: from 0 to below 1."""
    from ..terms.given import relative

    return None if number is None else float(relative(number, option.opts[0]))


def _limit(context: click.Context, option: click.Parameter, number: float | None) -> float | None:
    from ..cover.effort import limit

    return limit(number, option.opts[0])


_GAP = click.option(
    "--gap",
    callback=share,
    default="0",
    show_default=True,
    metavar="G",
    help="A relative gap between the bounds that will do, such as 0.01 or 1/100.",
)
_LIMITS = (
    click.option(
        "--time-limit",
        type=float,
        callback=_limit,
        metavar="SECONDS",
        help="For the whole job, training, certificate and check: prove what is reached by then.",
    ),
    click.option(
        "--max-cones",
        type=int,
        callback=_limit,
        default=MAX_CONES,
        show_default=True,
        metavar="N",
        help="Stop a search over all directions then; a certificate takes a millisecond or more a cone.",
    ),
)


def takes_limits(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options on when to stop; it gets them as one `effort`."""

    @wraps(command)
    def told(*, time_limit: float | None, max_cones: int, **rest: Any) -> Any:
        from ..cover.effort import Effort

        return command(effort=Effort(0.0, time_limit, max_cones), **rest)

    return with_options(_LIMITS, told)


def refuse_limits(effort: Effort, listed: dict[str, bool]) -> None:
    """Take no limit of a search, and forget it, where chambers are gone through one by one."""
    option = next((option for option, given in listed.items() if given), None)
    source = click.get_current_context().get_parameter_source("max_cones")
    limit = "--time-limit" if effort.seconds is not None else "--max-cones"
    given = effort.seconds is not None or source is click.core.ParameterSource.COMMANDLINE
    if option is not None and given:
        raise click.UsageError(
            f"{limit} ends searches over all directions, and {option} goes through all chambers: leave it "
            "out; --max-chambers says how many are too many"
        )


def takes_effort(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options on how long to search and how narrow bounds have to be; it gets them as one
    `effort`."""

    @takes_limits
    @wraps(command)
    def told(*, gap: float, effort: Effort, **rest: Any) -> Any:
        return command(effort=replace(effort, gap=gap), **rest)

    return _GAP(told)


_WORKERS = (
    click.option(
        "--workers",
        type=click.IntRange(min=1),
        metavar="N",
        help="Let N processes search and check long covers; 1 is this one alone.  [default: 1]",
    ),
    click.option(
        "--cluster",
        metavar="ADDRESS",
        help="Let the workers of dask's scheduler at ADDRESS do so; needs the extra `distributed`.",
    ),
)


def takes_workers(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options on who does the pieces of long jobs; they work while it runs."""

    @wraps(command)
    def told(*, workers: int | None, cluster: str | None, **rest: Any) -> Any:
        from hyperplane_arrangements.machine.workers import using_workers

        if workers is not None and cluster is not None:
            raise click.UsageError("--workers and --cluster exclude each other; give one of them")
        with using_workers(_team(workers, cluster)):
            return command(**rest)

    return with_options(_WORKERS, told)


def _team(workers: int | None, address: str | None) -> Workers | None:
    if address is not None:
        from hyperplane_arrangements.machine.cluster import cluster

        return cluster(address)
    if workers is None or workers == 1:
        return None
    from hyperplane_arrangements.machine.workers import Workers

    return Workers.processes(workers)


_READING = (
    click.option("--separator", metavar="C", help="Between cells: , ; | tab space.  [default: by its look]"),
    click.option("--decimal", metavar=".|,", help="Decimal mark.  [default: by its look]"),
    click.option(
        "--encoding", metavar="NAME", help="latin-1, utf-16-le, ...  [default: UTF-8, or as marked]"
    ),
    click.option(
        "--header/--no-header",
        default=None,
        help="Whether the first line names the columns.  [default: unless it holds numbers only]",
    ),
    click.option(
        "--drop-missing", is_flag=True, help="Leave out rows with an empty cell in a chosen column."
    ),
)


def reads_table(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options on how to read a table; it gets them as one `reading`."""

    @wraps(command)
    def told(
        *,
        separator: str | None,
        decimal: str | None,
        encoding: str | None,
        header: bool | None,
        drop_missing: bool,
        **rest: Any,
    ) -> Any:
        return command(reading=Reading(separator, decimal, encoding, header, drop_missing), **rest)

    return with_options(_READING, told)
