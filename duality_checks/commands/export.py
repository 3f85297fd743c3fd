"""``convex-landscape export``: a certificate as a theorem for a proof assistant."""

from __future__ import annotations

import json
from pathlib import Path

import click

from . import options


@click.command()
@click.option("--coq", is_flag=True, help="For Coq 8.16. (Nothing else is written yet; say it all the same.)")
@click.argument("problem", type=click.Path(path_type=Path), metavar="PROBLEM.json")
@click.argument("certificate", type=click.Path(path_type=Path), metavar="CERTIFICATE.json")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="optimum.v",
    show_default=True,
    metavar="FILE.v",
    help="Where to.",
)
@click.option("--compile", "compiled", is_flag=True, help="Let Coq check it at once.")
@click.option(
    "--cones",
    type=click.IntRange(min=1),
    default=100_000,
    show_default=True,
    metavar="N",
    help="Stop a search for a cover at so many.",
)
@options.as_json
def export(
    coq: bool,
    problem: Path,
    certificate: Path,
    output: Path,
    compiled: bool,
    cones: int,
    as_json: bool,
) -> int:
    """Write a theorem about your data that Coq's kernel checks.

    The file holds your numbers, the definitions of networks and objectives over the real numbers, the proof
    that the checker is right, and the theorem: no network, of any width and with any real weights, is below
    the lower bound, and one reaches the upper bound. It compiles only if the certificate is a proof; it needs
    nothing beside it, and no trust in this package.

    \b
    cd convex-landscape-output
    convex-landscape export --coq problem.json certificate.json
    coqc optimum.v

    For every loss but the logistic one, with the 2-norm. A certificate that lists chambers is made again as a
    cover of all directions, which costs a share of about 2^-40 of its lower bound.
    """
    from ..certificate import Certificate
    from ..files import read_text, write_text
    from ..formal.coq import compiles
    from ..formal.covering import with_cover
    from ..formal.export import claims, coq_text
    from ..problem import TrainingProblem
    from .terminal import progress

    if not coq:
        raise click.UsageError("say for which proof assistant: --coq")
    texts = read_text(problem), read_text(certificate)
    stated, claim = claims(*texts)
    with progress() as say:
        if claim.cover is None:
            say("Covering all directions")
            made = with_cover(TrainingProblem.load(problem), Certificate.from_json(texts[1]), cones=cones)
            stated, claim = claims(texts[0], made.to_json())
        text = coq_text(stated, claim)
        write_text(output, text)
        complaint = None
        if compiled:
            say("Compiling with Coq")
            complaint = compiles(text)
    verdict = {None: "not compiled: run coqc on it", "": "compiled: Coq's kernel accepts the theorem"}.get(
        complaint, f"REFUSED by Coq: {complaint}"
    )
    facts = {"written": str(output), "lower": str(claim.lower), "upper": str(claim.upper)}
    compiled_facts = {} if complaint is None else {"accepted": complaint == ""}
    click.echo(json.dumps(facts | compiled_facts) if as_json else f"written   {output}\nverdict   {verdict}")
    return 1 if complaint else 0
