"""``convex-landscape check``: the independent checker on two files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from . import options
from .showing import tell


@click.command()
@click.argument("problem", type=click.Path(path_type=Path), metavar="PROBLEM.json")
@click.argument("certificate", type=click.Path(path_type=Path), metavar="CERTIFICATE.json")
@options.takes_workers
@options.as_json
def check(problem: Path, certificate: Path, as_json: bool) -> int:
    """Check a certificate in rational arithmetic, trusting nothing but the problem.

    Says PROVEN with the interval that holds the global optimum p*, or REFUSED with the first reason. The
    checker is one file that needs the standard library alone; copy it anywhere and run it as `python
    checker.py PROBLEM.json CERTIFICATE.json`.

    \b
    convex-landscape check convex-landscape-output/problem.json convex-landscape-output/certificate.json
    """
    from hyperplane_arrangements.errors import InputError

    from ..certificates.checking import check_read
    from ..checker import Refusal, read_problem
    from ..data.files import read_text
    from ..reports.text import verdict_facts
    from .terminal import progress

    problem_text, certificate_text = read_text(problem), read_text(certificate)
    try:
        stated = read_problem(problem_text)
    except Refusal as reason:
        raise InputError(f"{problem} states no problem: {reason}") from None
    with progress() as say:
        say("Checking in rational arithmetic")
        verdict = check_read(stated, certificate_text)
    if as_json:
        click.echo(json.dumps(verdict_facts(verdict)))
    else:
        tell(str(verdict))
    return 0 if verdict.proven else 1
