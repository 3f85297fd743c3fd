"""Whether a job's number of chambers is within the limit, and what would make it so."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.errors import TooLargeError

from ..exact.enclosures import scientific_above
from ..terms.given import whole

if TYPE_CHECKING:
    from hyperplane_arrangements.arrangement import Arrangement

    from ..problem import TrainingProblem

# Counting takes time in proportion to the count: an exact figure this many times over the limit is not worth
# its time, nor is it advice to raise the limit by so much.
FAR = 20
QUICK_RANK = 8  # counting so many chambers costs least near this rank
COUNTED_AT_ONCE = 1_000_000
IN_SAMPLE = 100_000  # chambers, of some rows
LOST = 16  # times the share of Cover's bound that some rows fall short of it is more than all rows do
# Chambers that training, proofs and certificates go through; above, they cover all directions (`is_covered`).
LISTED_AT_MOST = 2_000
COUNTED_AT_MOST = 5_000_000
DIGITS = 18  # of a bound that people read
# Of a cover, unless more are asked for: writing one down and checking it take about a millisecond each.
MAX_CONES = 100_000


def most_chambers(hyperplanes: int, rank: int) -> int:
    """Cover's bound on the chambers of a central arrangement, reached in general position (statement 1.1).

    Example:
        >>> most_chambers(1000, 3)
        999002
    """
    return 2 * sum(comb(hyperplanes - 1, k) for k in range(rank))


def chambers_at_most(arrangement: Arrangement) -> int:
    """Cover's bound for the distinct hyperplanes of an arrangement.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> chambers_at_most(Arrangement([[1, 0], [0, 1], [0, 2]]))
        4
    """
    return most_chambers(len(arrangement.hyperplanes), arrangement.rank)


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


def is_covered(arrangement: Arrangement) -> bool:
    """Whether directions are searched by a cover instead of chamber by chamber (statement 7.4).

    The one rule: where Cover's bound on the chambers is above ``LISTED_AT_MOST``. It takes no time to decide.
    Measured, in CPU seconds at ``beta = n/100`` and ``n/1000`` (Gaussian features and ones, random signs,
    kernels loaded), training, and after the plus sign the certificate with its check:

    ========  ==========  ========================  ========================
    rank      chambers    by a list                 by a cover
    ========  ==========  ========================  ========================
    3            994      .02 + .08; .07 + .09      .04 + .05; .10 + .09
    3          1,982      .03 + .16; .09 + .20      .04 + .05; .16 + .11
    3          4,972      .04 + .57; .16 + .68      .05 + .09; .28 + .22
    3         20,024      .10 + 3.1; .34 + 3.4      .06 + .14; .28 + .41
    4          1,152      .06 + .09; .09 + .10      .05 + .11; .07 + .15
    4          2,320      .08 + .19; .16 + .20      .05 + .14; .13 + .22
    4          5,252      .20 + .57; .33 + .55      .09 + .22; .15 + .29
    4         21,402      .54 + 2.1; 1.1 + 2.3      .11 + .32; .31 + .56
    5            772      .09 + .08; .07 + .08      .06 + .16; .06 + .17
    5          1,588      .18 + .15                 .08 + .20
    5          6,428      .76 + .68; 1.5 + .71      .12 + .37; .21 + .42
    5         25,902      3.4 + 2.6; 3.4 + 2.9      .11 + .46; .19 + .70
    ========  ==========  ========================  ========================

    At rank 2 training sorts the rows around a circle at any size.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> is_covered(Arrangement([[1, 0, 0], [0, 1, 0], [0, 0, 1]]))
        False
    """
    return arrangement.rank >= 3 and chambers_at_most(arrangement) > LISTED_AT_MOST


def is_searched(problem: TrainingProblem) -> bool:
    """Whether a problem is trained and certified by searches over all directions (statement 7.4), so that no
    number of chambers is too many: not with a polyhedral norm, which needs its list. With max pooling
    chambers are those of the rows and their comparisons. Outputs that share neurons always are.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> is_searched(TrainingProblem([[1], [2]], [0, 1], beta=1))
        False
    """
    if problem.penalty.polyhedral:
        return False
    return problem.shares or is_covered(problem.arrangement)


def few_chambers(arrangement: Arrangement, limit: int) -> bool:
    """Whether there are at most so many chambers; they are counted only where that is quick.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> few_chambers(Arrangement([[1], [-1]]), 2), few_chambers(Arrangement([[1], [-1]]), 1)
        (True, False)
    """
    most = chambers_at_most(arrangement)
    if most <= limit or most > FAR * limit:
        return most <= limit
    return arrangement.count_chambers() <= limit


def counted_chambers(arrangement: Arrangement) -> int | None:
    """How many chambers there are where counting is quick, else None.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> counted_chambers(Arrangement([[1, 0], [0, 1]]))
        4
    """
    return arrangement.count_chambers() if chambers_at_most(arrangement) <= COUNTED_AT_MOST else None


def chambers_in_words(arrangement: Arrangement) -> str:
    """How many chambers there are: exactly where counting is quick, else Cover's bound.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> chambers_in_words(Arrangement([[1, 0], [0, 1]]))
        '4'
    """
    count = counted_chambers(arrangement)
    return f"at most {in_digits(chambers_at_most(arrangement))}" if count is None else f"{count:,}"


def in_digits(bound: int) -> str:
    """A number that others are at most; rounded up to three digits where it has more than `DIGITS`.

    Example:
        >>> in_digits(5_218_348_222), in_digits(10**227 + 1)
        ('5,218,348,222', '1.01e+227')
    """
    return f"{bound:,}" if bound < 10**DIGITS else scientific_above(Fraction(bound))


def require_feasible(arrangement: Arrangement, limit: int) -> None:
    """Refuse a job before it starts when it has more chambers than the limit.

    Cover's bound decides most small jobs, and at once those that are too large by it where some of the rows,
    drawn at random, are in general position or nearly so: then all of them are. Otherwise chambers are
    counted. Rows only ever add chambers, and a subspace meets no more chambers than there are: so a job that
    is far too large is refused by the exact count of some of its rows in some subspace, in a time that the
    limit bounds.

    Raises:
        TooLargeError: with the predicted number, and what would make the job feasible.
        InputError: a limit that is no whole number from 0 on.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> require_feasible(Arrangement([[1, 0], [0, 1], [1, 1]]), 6)
    """
    limit = whole(limit, "max_chambers", least=0)
    most, rank = chambers_at_most(arrangement), arrangement.rank
    if most <= limit:
        return
    if limit > IN_SAMPLE and most > COUNTED_AT_ONCE and _least_by_sample(arrangement) > limit:
        text = advice(f"up to {in_digits(most)}", arrangement.n, rank, most, limit)
        raise TooLargeError(text, predicted=most, limit=limit)
    if most > FAR * limit:
        least = _some_of_many(arrangement, limit).count_chambers()
        if least > limit:
            text = advice(f"{least:,} to {in_digits(most)}", arrangement.n, rank, most, limit)
            raise TooLargeError(text, predicted=most, limit=limit)
    exact = arrangement.count_chambers()
    if exact > limit:
        text = advice(f"{exact:,}", arrangement.n, rank, exact, limit)
        raise TooLargeError(text, predicted=exact, limit=limit)


def _some_of_many(arrangement: Arrangement, limit: int) -> Arrangement:
    """As few rows as may have more chambers than the limit, in a subspace if their rank is high."""
    hyperplanes, rank = _in_few_dimensions(arrangement)
    return type(arrangement)(hyperplanes[: most_hyperplanes(rank, limit) + 1].tolist())


def _least_by_sample(arrangement: Arrangement) -> float:
    """What Cover's bound says of all rows, less what their position takes off it: some rows show how much."""
    import numpy as np

    hyperplanes, rank = _in_few_dimensions(arrangement)
    size = min(max(most_hyperplanes(rank, IN_SAMPLE), rank + 2), len(hyperplanes))
    drawn = np.random.default_rng(0).choice(len(hyperplanes), size, replace=False)
    some = type(arrangement)(hyperplanes[drawn].tolist())
    lost = 1 - some.count_chambers() / most_chambers(size, rank)
    return (1 - LOST * lost) * most_chambers(len(hyperplanes), rank)


def _in_few_dimensions(arrangement: Arrangement) -> tuple[Any, int]:
    """The distinct hyperplanes, in a subspace if their rank is high, and their rank there."""
    hyperplanes, rank = arrangement.hyperplanes, arrangement.rank
    if rank <= QUICK_RANK:
        return hyperplanes, rank
    import numpy as np  # a check prints counts, and needs nothing else of numpy

    basis = np.random.default_rng(0).integers(-9, 10, size=(rank, QUICK_RANK))
    return hyperplanes @ basis.astype(object), QUICK_RANK


def advice(predicted: str, n: int, rank: int, enough: int, limit: int) -> str:
    """How to bring a job under the limit, in numbers.

    Args:
        predicted: the predicted number of chambers, in words.
        n: the number of rows.
        rank: their rank.
        enough: a limit that would do.
        limit: the limit there is.

    Example:
        >>> print(advice("8,997,002", 3000, 3, 8_997_002, 5_000_000))
        8,997,002 chambers are predicted and the limit is 5,000,000. Feasible: at most 2,236 of the 3,000
        rows, or columns of rank at most 2 (choose fewer with --features), or --max-chambers 8997002 with the
        memory and time that takes.
    """
    ways = []
    rows = most_hyperplanes(rank, limit)
    if rows >= 1:
        ways.append(f"at most {rows:,} of the {n:,} rows")
    fitting = [r for r in range(1, rank) if most_chambers(n, r) <= limit]
    if fitting:
        ways.append(f"columns of rank at most {fitting[-1]} (choose fewer with --features)")
    if enough <= FAR * limit or not ways:
        ways.append(f"--max-chambers {enough} with the memory and time that takes")
    return f"{predicted} chambers are predicted and the limit is {limit:,}. Feasible: {', or '.join(ways)}."
