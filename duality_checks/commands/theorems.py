"""``convex-landscape theorems``: every statement of the catalogue, verified on command."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyperplane_arrangements.errors import InputError

from .showing import tell

if TYPE_CHECKING:
    from ..theorems.catalogue import Report


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME ...]")
@click.option(
    "--instances",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    metavar="N",
    help="Random instances a statement, beside the fixed ones.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="S",
    help="Which random ones.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE.html", help="Write a page as well.")
def theorems(names: tuple[str, ...], instances: int, seed: int, as_json: bool, report: Path | None) -> int:
    """Verify the statements of the theory on fixed and on random small instances.

    NAME is a number (2.4), a section (2) or part of a name (zonotope); without one all are verified. A line
    says what was checked: how many instances; proven (in exact arithmetic) or numerical, with its tolerance;
    the tightest margin by which the claim held (minus the error of an equality); and whether a deliberately
    false twin was refused by the same check. Exit code 1 when anything fails.

    \b
    convex-landscape theorems
    convex-landscape theorems 2.4 "zero network" --instances 50 --seed 7
    convex-landscape theorems --report theorems.html
    """
    from ..data.files import write_text
    from ..theorems.catalogue import select, verify
    from .terminal import progress

    chosen = select(names)
    if report is not None:
        _require_folder(report)
    found: list[Report] = []
    for theorem in chosen:
        with progress() as say:
            say(f"Verifying {theorem.id} {theorem.name}")
            found.append(verify(theorem, instances, seed))
        if not as_json:
            tell(line(found[-1]))
    if as_json:
        click.echo(json.dumps([facts(one) for one in found], indent=1))
    if report is not None:
        from .theorems_page import page

        write_text(report, page(found, instances, seed, place=report.resolve().parent, notes=_notes()))
    return 0 if all(one.holds for one in found) else 1


def _notes() -> Path | None:
    """The folder of the notes, beside the packages in a checkout; a wheel has none."""
    folder = Path(__file__).resolve().parents[2] / "proofs_notes"
    return folder if (folder / "README.md").exists() else None


def _require_folder(report: Path) -> None:
    """A page that cannot be written is no surprise for the end."""
    if not os.access(report.parent, os.W_OK) or report.is_dir():
        raise InputError(f"--report {report} cannot be written; name a file in an existing folder")


def line(report: Report) -> str:
    """One line a statement.

    Example:
        >>> from ..theorems import theorems, verify
        >>> print(line(verify(theorems()["1.1"], count=0)))
        1.1   count of chambers               6 instances  proven              margin 0         control caught
    """
    from ..theorems.catalogue import theorems

    theorem = report.theorem
    width = max(len(other.name) for other in theorems().values())
    return (
        f"{theorem.id:<5} {theorem.name:<{width}} {len(report.outcomes):>3} instances  {report.verdict:<19} "
        f"margin {report.margin:<9} control {'caught' if report.caught else 'NOT CAUGHT'}"
    )


def facts(report: Report) -> dict[str, Any]:
    """A report as a JSON object."""
    theorem, summary = report.theorem, report.summary
    return {
        "id": theorem.id,
        "name": theorem.name,
        "statement": theorem.statement,
        "source": theorem.source,
        "note": theorem.note,
        "holds": report.holds,
        "instances": len(report.outcomes),
        "proven": report.holds and summary.proven,
        "tolerance": summary.tolerance,
        "margin": float(summary.margin) if math.isfinite(summary.margin) else None,
        "reason": summary.reason,
        "false_claim": theorem.false_claim,
        "control_caught": report.caught,
        "control_reason": report.control.reason,
        "seconds": round(report.seconds, 3),
    }
