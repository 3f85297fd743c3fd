"""``convex-landscape explain``: a certificate as a theorem on a page."""

from __future__ import annotations

import json
from pathlib import Path

import click

from . import options

FORMATS = ("markdown", "html", "latex")


@click.command()
@click.argument("problem", type=click.Path(path_type=Path), metavar="PROBLEM.json")
@click.argument("certificate", type=click.Path(path_type=Path), metavar="CERTIFICATE.json")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="markdown", show_default=True, help="Of the page."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to; printed by default.",
)
@options.as_json
def explain(problem: Path, certificate: Path, form: str, output: Path | None, as_json: bool) -> int:
    """Print a theorem on a page: the problem, the network, the dual vector, and every comparison.

    For a small problem each comparison fits in a row, and you check it with a pencil; with the 1-norm or the
    inf-norm all fractions are exact and often short. For larger ones the page says what the checker compared,
    how often, and where it was tightest.

    \b
    convex-landscape explain problem.json certificate.json
    convex-landscape explain problem.json certificate.json --format latex --output theorem.tex
    """
    from ..data.files import read_text, write_text
    from ..reports.explaining import blocks
    from ..reports.explaining.theorem import explained

    text = blocks.FORMATS[form](explained(read_text(problem), read_text(certificate)))
    if output is None:
        click.echo(json.dumps({"page": text}) if as_json else text, nl=as_json)
        return 0
    write_text(output, text)
    click.echo(json.dumps({"written": str(output)}) if as_json else f"written   {output}")
    return 0
