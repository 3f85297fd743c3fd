"""``convex-landscape path``: the optimum for every weight decay, proven."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from . import options
from .columns import Columns, listed, require_own_ones, takes_data
from .output import output_folder
from .showing import tell

if TYPE_CHECKING:
    from ..cover.effort import Effort
    from ..data.datasets import TrainingData
    from ..optima.path_band import PathBand
    from ..optima.paths import PathPoint
    from ..problem import TrainingProblem
    from ..reports.path import PathOutcome

DEFAULT_FROM, DEFAULT_TO, DEFAULT_WIDTH = "1/1000", "1", "1e-3"


@click.command()
@takes_data
@options.weights
@options.takes_terms
@options.max_chambers
@click.option(
    "--from",
    "least",
    default=DEFAULT_FROM,
    show_default=True,
    metavar="R",
    help="The least weight decay, as a share of beta_max; 0 for all, where a network fits the targets.",
)
@click.option(
    "--to",
    "most",
    default=DEFAULT_TO,
    show_default=True,
    metavar="R",
    help="The largest, as a share likewise.",
)
@click.option(
    "--width",
    default=DEFAULT_WIDTH,
    show_default=True,
    metavar="W",
    help="How narrow the band has to be everywhere, relative to its upper bound.",
)
@options.takes_limits
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write path.json, report.html, and the problem and certificate of each node there.",
)
@options.as_json
def path(
    columns: Columns,
    weights: str | None,
    activation: str,
    terms: dict[str, Any],
    max_chambers: int,
    least: str,
    most: str,
    width: str,
    effort: Effort,
    output: Path | None,
    as_json: bool,
) -> int:
    """Prove the GLOBAL optimum for EVERY weight decay of a range, not for some.

    p*(beta) is concave in beta, so finitely many certificates prove a band around all of it: networks from
    above, dual vectors from below. Where the band is widest, another network is trained, certified and
    checked, until the band is narrow everywhere. Without DATA it runs on Fisher's Iris.

    \b
    convex-landscape path
    convex-landscape path houses.csv --target price --features area,rooms
    convex-landscape path houses.csv --target price --from 0 --width 1/100 --output band
    convex-landscape path mail.csv --target spam --labels no,yes --loss logistic --time-limit 60

    The columns and what is trained are said as for certify. After Ctrl-C the band so far is printed, since it
    is proven.
    """
    from ..optima.path_refining import ends
    from ..problem import TrainingProblem
    from ..reports.path import INTERRUPTED, path_facts, path_summary
    from ..terms.given import relative

    began = perf_counter()
    if len(columns.targets) > 1:
        raise click.UsageError("a path is for one --target; give each a command of its own")
    (chosen,) = columns.chosen(weights)
    require_own_ones(chosen, terms)
    # A limit of time counts where chambers are listed: no certificate is added after it.
    options.refuse_limits(replace(effort, seconds=None), listed(chosen, terms))
    problem = TrainingProblem(chosen.X, chosen.y, 1, activation, **terms, **chosen.terms)
    shares = options.number(least, "--from"), options.number(most, "--to")
    first, last = ends(problem, *shares, names=("--from", "--to"))
    narrow = relative(options.number(width, "--width"), "--width", zero=False)
    job = _Job(chosen, problem, narrow, effort, max_chambers, began)
    with nullcontext() if output is None else output_folder(output) as deliver:
        outcome = job.run(first, last)
        files = {} if deliver is None else job.files(outcome)
        if deliver is not None:
            deliver(files)
    if as_json:
        click.echo(json.dumps(path_facts(outcome) | ({"output": str(output)} if output else {})))
    else:
        tell(path_summary(outcome))
        if output:
            tell(f"{'written':<10}{len(files)} files in {output}")
    if outcome.ended == INTERRUPTED:
        raise KeyboardInterrupt
    return 0


@dataclass(frozen=True, slots=True)
class _Job:
    """A path to be proven, and the points that were certified on the way, by their betas."""

    data: TrainingData
    problem: TrainingProblem
    width: Fraction
    effort: Effort
    max_chambers: int
    began: float
    points: dict[Fraction, PathPoint] = field(default_factory=dict)

    def run(self, least: Fraction, most: Fraction) -> PathOutcome:
        """The band between two shares of beta_max; the one so far after Ctrl-C, if there is one."""
        from ..optima.path_refining import ends, path_bands
        from ..optima.paths import quick_beta_max
        from ..optima.shares import improvable_below, share_of
        from ..reports.path import INTERRUPTED, PathOutcome
        from .terminal import progress

        band: PathBand | None = None
        ended = ""
        with progress() as say:
            say("Finding beta_max")
            largest = improvable_below(
                self.problem, self.max_chambers, self.effort.after(self.began, parts=4)
            )
            low = share_of(largest, least, "--from") if least else Fraction(0)
            high = share_of(largest, most, "--to")
            ends(self.problem, low, high, names=("--from, rounded,", "--to, rounded,"))
            say("Training and proving the ends of the path")
            options: dict[str, Any] = {
                "width": self.width,
                "max_chambers": self.max_chambers,
                "effort": self.effort.after(self.began),
            }
            try:
                for band in path_bands(self.problem, low, high, keep=self._keep, **options):
                    say(
                        f"{len(band.nodes)} certificates: within {float(band.relative_width):.2g} "
                        f"everywhere, {float(self.width):.2g} is asked for"
                    )
            except KeyboardInterrupt:
                if band is None:
                    raise
                ended = INTERRUPTED
        assert band is not None
        seconds = perf_counter() - self.began
        limit = self.effort.seconds
        limits = "floats and --max-cones" if limit is None else "floats, --max-cones and --time-limit"
        late = limit is not None and seconds >= limit
        ended = ended or (
            "the time limit" if late else f"its certificates are as narrow as {limits} let them be"
        )
        proven = quick_beta_max(self.problem)
        return PathOutcome(self.data, self.problem, band, largest, self.width, seconds, ended, proven)

    def _keep(self, point: PathPoint) -> None:
        self.points[point.problem.beta] = point

    def files(self, outcome: PathOutcome) -> dict[str, str]:
        """Everything as texts: the band, and the problem and the certificate of each node."""
        from ..reports.path import path_facts, path_page

        found = {"path.json": f"{json.dumps(path_facts(outcome))}\n", "report.html": path_page(outcome)}
        for k, beta in enumerate(sorted(self.points), 1):
            found[f"problem-{k}.json"] = self.points[beta].problem.to_json()
            found[f"certificate-{k}.json"] = self.points[beta].certificate.to_json()
        return found
