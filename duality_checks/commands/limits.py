"""What would make a job feasible whose number of chambers is over the limit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import comb
from typing import TYPE_CHECKING

from hyperplane_arrangements.errors import TooLargeError

if TYPE_CHECKING:
    from hyperplane_arrangements.arrangement import Arrangement


def most_chambers(hyperplanes: int, rank: int) -> int:
    """Cover's bound on the chambers of a central arrangement, reached in general position (statement 1.1).

    Example:
        >>> most_chambers(1000, 3)
        999002
    """
    return 2 * sum(comb(hyperplanes - 1, k) for k in range(rank))


def most_hyperplanes(rank: int, limit: int) -> int:
    """The largest number of hyperplanes of this rank that has at most ``limit`` chambers wherever they lie.

    Example:
        >>> most_hyperplanes(3, 5_000_000), most_hyperplanes(2, 10)
        (2236, 5)
    """
    low, high = 0, limit + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if most_chambers(middle, rank) <= limit else (low, middle)
    return low


def advice(n: int, rank: int, predicted: int, limit: int) -> str:
    """How to bring a job under the limit, in numbers.

    Example:
        >>> print(advice(3000, 3, 8_991_002, 5_000_000))
        8,991,002 chambers are predicted and the limit is 5,000,000. Feasible: at most 2,236 of the 3,000
        rows, or columns of rank at most 2 (choose fewer with --features), or --max-chambers 8991002 with
        the memory and time that takes.
    """
    ways = []
    rows = most_hyperplanes(rank, limit)
    if rows >= 1:
        ways.append(f"at most {rows:,} of the {n:,} rows")
    fitting = [r for r in range(1, rank) if most_chambers(n, r) <= limit]
    if fitting:
        ways.append(f"columns of rank at most {fitting[-1]} (choose fewer with --features)")
    ways.append(f"--max-chambers {predicted} with the memory and time that takes")
    return f"{predicted:,} chambers are predicted and the limit is {limit:,}. Feasible: {', or '.join(ways)}."


@contextmanager
def with_advice(arrangement: Arrangement) -> Iterator[None]:
    """Reword a refusal for size so that it names the options of the command line.

    Raises:
        TooLargeError: with advice, when the block raised one.
    """
    try:
        yield
    except TooLargeError as error:
        text = advice(arrangement.n, arrangement.rank, error.predicted, error.limit)
        raise TooLargeError(text, predicted=error.predicted, limit=error.limit) from None
