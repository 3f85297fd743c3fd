"""The command ``convex-landscape``: it gathers the verbs and turns what happens into exit codes.

Exit codes: 0 proven (or done), 1 refused, 2 bad input, 130 interrupted. Errors of our own are one line on
standard error; a traceback is a bug.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from hyperplane_arrangements.errors import ConvexLandscapeError

from .commands.audit import audit
from .commands.certify import certify
from .commands.chambers import chambers
from .commands.check import check
from .commands.draw import draw
from .commands.theorems import theorems

BAD_INPUT, INTERRUPTED = 2, 130


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 proven, 1 refused, 2 bad input, 130 interrupted.",
)
@click.version_option(package_name="convex-landscape")
def cli() -> None:
    """Train two-layer networks to their GLOBAL optimum, and prove it in rational arithmetic.

    \b
    convex-landscape certify                            # Fisher's Iris, shipped with the package
    convex-landscape certify DATA.csv --target price    # a file of yours
    convex-landscape check problem.json certificate.json
    convex-landscape chambers DATA.csv --count
    convex-landscape draw braid_4                       # a picture, of data or of a named family
    convex-landscape theorems                           # every statement of the theory, verified
    """


cli.add_command(audit)
cli.add_command(certify)
cli.add_command(check)
cli.add_command(chambers)
cli.add_command(draw)
cli.add_command(theorems)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: the words after the program's name; those of the process when None.

    Returns:
        The exit code.

    Example:
        >>> main(["chambers", "nowhere.csv"])
        2
    """
    try:
        return int(cli.main(arguments, prog_name="convex-landscape", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return BAD_INPUT
    except ConvexLandscapeError as error:
        click.echo(f"convex-landscape: {error}", err=True)
        return BAD_INPUT
    except click.Abort:
        click.echo("convex-landscape: interrupted; nothing half-written is left", err=True)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
