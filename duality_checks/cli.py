"""The command ``convex-landscape``: it gathers the verbs and turns what happens into exit codes.

Exit codes: 0 proven (or done), 1 refused, 2 bad input; 128 and the number of the signal where one ends the
job: 130 after Ctrl-C, 143 after SIGTERM, 141 when nobody reads the output any more. Errors of our own are one
line on standard error; a traceback is a bug.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from hyperplane_arrangements.errors import ConvexLandscapeError, InputError

from .commands.audit import audit
from .commands.certify import certify
from .commands.chambers import chambers
from .commands.check import check
from .commands.draw import draw
from .commands.signals import Terminated, terminable
from .commands.theorems import theorems

BAD_INPUT, INTERRUPTED, UNREAD, SIGNALLED = 2, 130, 141, 128


class _Verbs(click.Group):
    """A group whose output may be cut off: by `convex-landscape chambers DATA | head`, or by a full disk."""

    def invoke(self, context: click.Context) -> Any:
        try:
            code = super().invoke(context)
            sys.stdout.flush()
        except OSError as error:
            if error.errno not in (errno.EPIPE, errno.ENOSPC):
                raise
            # What is left in the buffer would fail again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if error.errno == errno.EPIPE:
                return UNREAD
            raise InputError("the output cannot be written: the disk is full; make room on it") from None
        return code


@click.group(
    cls=_Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 proven (or done), 1 refused, 2 bad input, 130 interrupted, 143 terminated.",
)
@click.version_option(package_name="convex-landscape")
def cli() -> None:
    """Train two-layer networks to their GLOBAL optimum, and prove it in rational arithmetic.

    \b
    convex-landscape certify                            # Fisher's Iris, shipped with the package
    convex-landscape certify DATA.csv --target price    # a file of yours
    convex-landscape check problem.json certificate.json
    convex-landscape audit network.json --data DATA.csv --target price --beta 0.1
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
        with terminable():
            return int(cli.main(arguments, prog_name="convex-landscape", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return BAD_INPUT
    except ConvexLandscapeError as error:
        click.echo(f"convex-landscape: {error}", err=True)
        return BAD_INPUT
    except MemoryError:
        click.echo("convex-landscape: the job needs more memory than there is; give fewer rows", err=True)
        return BAD_INPUT
    except click.Abort as abort:
        ended = abort.__cause__
        told = "ended by a signal" if isinstance(ended, Terminated) else "interrupted"
        click.echo(f"convex-landscape: {told}; nothing half-written is left", err=True)
        return SIGNALLED + ended.number if isinstance(ended, Terminated) else INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
