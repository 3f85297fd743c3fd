"""``convex-landscape export``: a certificate as a theorem for a proof assistant, a network for other
libraries."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..pricing.limits import MAX_CONES
from . import options
from .showing import tell

DEFAULTS = {"coq": "optimum.v", "torch": "network.pt", "onnx": "network.onnx"}
READ = {
    "coq": ("PROBLEM.json", "CERTIFICATE.json"),
    "torch": ("NETWORK.json",),
    "onnx": ("NETWORK.json",),
}


@click.command()
@click.option("--coq", "kind", flag_value="coq", help="A theorem for Coq 8.16, of PROBLEM CERTIFICATE.")
@click.option("--torch", "kind", flag_value="torch", help="A PyTorch state_dict, of NETWORK (extra torch).")
@click.option("--onnx", "kind", flag_value="onnx", help="An ONNX model, of NETWORK (extra onnx).")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="FILE.json...")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to.  [default: optimum.v, network.pt or network.onnx]",
)
@click.option("--compile", "compiled", is_flag=True, help="Let Coq check it at once.")
@click.option(
    "--cones",
    type=click.IntRange(min=1),
    default=MAX_CONES,
    show_default=True,
    metavar="N",
    help="Stop a search for a cover at so many; a list of chambers is then taken as it is.",
)
@options.as_json
def export(
    kind: str | None,
    files: tuple[Path, ...],
    output: Path | None,
    compiled: bool,
    cones: int,
    as_json: bool,
) -> int:
    """Write a theorem about your data that Coq's kernel checks, or a network for other libraries.

    With --coq the file holds your numbers, the definitions of networks and objectives over the real numbers,
    the proof that the checker is right, and the theorem: no network, of any width and with any real weights,
    is below the lower bound, and one reaches the upper bound. It compiles only if the certificate is a proof;
    it needs nothing beside it, and no trust in this package.

    \b
    cd convex-landscape-output
    convex-landscape export --coq problem.json certificate.json
    coqc optimum.v
    convex-landscape export --torch network.json
    convex-landscape export --onnx network.json --output price.onnx

    --coq is for every loss but the logistic one. With the 2-norm and without free biases, a certificate that
    lists chambers is made again as a cover of all directions, which costs a share of about 2^-40 of its lower
    bound; other lists are taken as they are. Coq takes a quarter of a minute for the proof, then a second for
    fifty to a hundred cones of a cover, or for ten to twenty thousand rows of chambers.

    --torch and --onnx take the columns as the table has them, and a column of 0 and 1 for each label: shifts
    and scales are in the first layer. Numbers are doubles; the outputs are those of predict, to rounding.
    """
    from .models import export_model

    if kind is None:
        raise click.UsageError("say what to write: --coq, --torch or --onnx")
    target = output or Path(DEFAULTS[kind])
    if len(files) != len(READ[kind]):
        raise click.UsageError(f"--{kind} takes {' and '.join(READ[kind])}, and {len(files)} files are given")
    if kind == "coq":
        return _theorem(files[0], files[1], target, compiled=compiled, cones=cones, as_json=as_json)
    if compiled:
        raise click.UsageError("--compile is for --coq; leave it out")
    facts, lines = export_model(files[0], target, kind)
    click.echo(json.dumps(facts) if as_json else lines)
    return 0


def _theorem(
    problem: Path, certificate: Path, output: Path, *, compiled: bool, cones: int, as_json: bool
) -> int:
    """A certificate as a theorem for Coq."""
    from ..certificates.certificate import Certificate
    from ..data.files import read_text, write_text
    from ..problem import TrainingProblem
    from ..reports.explaining.formal.coq import compiles
    from ..reports.explaining.formal.covering import with_proof
    from ..reports.explaining.formal.export import claims, coq_text
    from .terminal import progress

    texts = read_text(problem), read_text(certificate)
    stated, claim = claims(*texts)
    with progress() as say:
        if claim.cover is None:
            say("Looking for a proof that is short in Coq")
            own = TrainingProblem.load(problem)
            made = with_proof(own, Certificate.from_json(texts[1], problem=own), cones=cones)
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
    if as_json:
        click.echo(json.dumps(facts | compiled_facts))
    else:
        tell(f"written   {output}\nverdict   {verdict}")
    return 1 if complaint else 0
