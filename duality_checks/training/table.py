"""Which master and which pricer a problem gets: the one table of training.

=========  ==================================  ========================  ==========================
penalty    loss, free parts, readout           master                    pricer, in ``pricing/``
=========  ==================================  ========================  ==========================
2-norm     any loss; outputs share neurons     ``shared.Shared``         ``shared.py``, ascents and
                                                                         covers
2-norm     any loss; max pooling of so few     ``max_pooling.MaxConic``  ``max_pooling.py``, a list
           chambers that they are listed       then ``atoms.Atoms``      of chambers
2-norm     any loss; max pooling               ``atoms.Atoms``           ``max_search.py``, ascents
                                                                         and covers
1-norm,    any loss and free part; sums        ``polyhedral.Listed``     ``polyhedral.py``, a list
inf-norm                                       then, if the loss is      of neurons
                                               squared, l1 or hinge,
                                               ``polyhedral.Exact``
2-norm     strictly convex; with something     ``faces.Faces``           ``places.py``: a ring,
           free squared; sums                                            sweeps, lists, covers, for
                                                                         each landscape, or biases
2-norm     any loss and free part; sums        ``conic.Conic``           the same
=========  ==================================  ========================  ==========================

Rows are asked in this order. Beside the table: where much less than the optimum will do and the rank is high,
:mod:`.relaxed` trains by the problem's row twice, with quadratic functions between. Several outputs with the
1-norm coupling are one problem each. What no row treats a training problem refuses by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ..cover.effort import WHOLE, Effort
from ..networks.two_layer import TwoLayerNetwork
from ..pricing.limits import is_searched, require_feasible
from ..problem import TrainingProblem
from .loop import Master, generate
from .rounds import MAX_CHAMBERS, History, Round, Solution


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table.

    Attributes:
        name: of the master.
        fits: whether a problem is of this row, if it is of none before.
        pricer: makes the pricer, from the problem, the most chambers, and the effort.
        master: makes the master, from the problem, the pricer and a network to begin with or None.
    """

    name: str
    fits: Callable[[TrainingProblem], bool]
    pricer: Callable[[TrainingProblem, int, Effort], Any]
    master: Callable[[TrainingProblem, Any, TwoLayerNetwork | None], Master[Any]]


def _landscapes(problem: TrainingProblem, max_chambers: int, effort: Effort) -> Any:
    from ..pricing.free import ProjectedReadout
    from ..pricing.places import places_pricer

    squares = problem.free and _is_newtons(problem)
    readout = ProjectedReadout.of_squares(problem) if squares else None
    return places_pricer(problem, max_chambers, readout, effort)


def _is_newtons(problem: TrainingProblem) -> bool:
    return problem.plain_loss.name == "squared" if problem.free else problem.loss.strictly_convex


def _faces(problem: TrainingProblem, pricing: Any, start: TwoLayerNetwork | None) -> Master[Any]:
    from .faces import Faces

    return Faces(problem, pricing, start)


def _conic(problem: TrainingProblem, pricing: Any, start: TwoLayerNetwork | None) -> Master[Any]:
    from .conic import Conic

    return Conic(problem, pricing, start)


def _shared_landscape(problem: TrainingProblem, max_chambers: int, effort: Effort) -> Any:
    from ..pricing.shared import SharedLandscape
    from .shared import GAP

    size = problem.X.shape[0] * problem.arrangement.rank * len(problem.targets)
    effort = effort.checkable(size)
    return SharedLandscape.of(problem.require_shared(), replace(effort, gap=max(effort.gap, GAP)))


def _shared(problem: TrainingProblem, pricing: Any, start: TwoLayerNetwork | None) -> Master[Any]:
    from .shared import Shared

    return Shared(problem, pricing, start)


def _max_list(problem: TrainingProblem, max_chambers: int, effort: Effort) -> Any:
    from ..pricing.max_pooling import MaxLandscape

    return MaxLandscape.of(problem, max_chambers)


def _max_search(problem: TrainingProblem, max_chambers: int, effort: Effort) -> Any:
    from ..pricing.max_search import MaxSearch

    return MaxSearch.of(problem, effort)


def _neurons(problem: TrainingProblem, max_chambers: int, effort: Effort) -> Any:
    from ..pricing.polyhedral import NeuronList, Neurons

    require_feasible(problem.arrangement, max_chambers)
    return NeuronList.of(Neurons.of(problem))


def _listed(problem: TrainingProblem, pricing: Any, start: TwoLayerNetwork | None) -> Master[Any]:
    from .polyhedral import Listed

    return Listed(problem, pricing, start)


def _max_conic(problem: TrainingProblem, pricing: Any, start: TwoLayerNetwork | None) -> Master[Any]:
    from .max_pooling import MaxConic

    return MaxConic(problem, pricing, start)


def _atoms(problem: TrainingProblem, pricing: Any, start: TwoLayerNetwork | None) -> Master[Any]:
    from .atoms import Atoms

    return Atoms(problem, pricing, start)


SHARED = Row("shared neurons", lambda problem: problem.shares, _shared_landscape, _shared)
MAX_LISTED = Row(
    "max pooling by lists",
    lambda problem: problem.is_max_pooled and not is_searched(problem),
    _max_list,
    _max_conic,
)
MAX_SEARCHED = Row("max pooling by searches", lambda problem: problem.is_max_pooled, _max_search, _atoms)
POLYHEDRAL = Row("polyhedral norms", lambda problem: problem.penalty.polyhedral, _neurons, _listed)
FACES = Row("faces", _is_newtons, _landscapes, _faces)
CONIC = Row("chambers", lambda _: True, _landscapes, _conic)
TABLE = (SHARED, MAX_LISTED, MAX_SEARCHED, POLYHEDRAL, FACES, CONIC)


def row_of(problem: TrainingProblem) -> Row:
    """The first row that fits.

    Example:
        >>> [row_of(TrainingProblem([[1]], [1], 1, loss=loss)).name for loss in ("squared", "l1")]
        ['faces', 'chambers']
    """
    return next(row for row in TABLE if row.fits(problem))


def trained(
    problem: TrainingProblem,
    *,
    row: Row | None = None,
    max_chambers: int = MAX_CHAMBERS,
    progress: Callable[[Round], Any] | None = None,
    start: TwoLayerNetwork | None = None,
    effort: Effort = WHOLE,
) -> Solution:
    """The optimum by the problem's row, or by another that fits as well.

    Args:
        problem: the problem.
        row: of the table; by default the first that fits.
        max_chambers, progress, start, effort: as for :func:`~.columns.train`.
    """
    history, row = History(progress), row or row_of(problem)
    pricing = row.pricer(problem, max_chambers, effort)
    master: Master[Any] | None = row.master(problem, pricing, start)
    while master is not None:
        generate(master, effort, history)
        last, master = master, master.then()
    return last.solution(effort, history)
