"""The command ``convex-landscape``: it gathers the verbs and turns what happens into exit codes.

Exit codes: 0 proven (or done), 1 refused, 2 bad input, 70 a fault of this program, about which nothing is
said of the input; 128 and the number of the signal where one ends the job: 130 after Ctrl-C, 143 after
SIGTERM, 141 when nobody reads the output any more. Errors of our own are one line on standard error; a
traceback is a bug.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

import click

from hyperplane_arrangements.errors import ConvexLandscapeError, InputError
from hyperplane_arrangements.machine.cores import VARIABLE, using_cores

from .commands.audit import audit
from .commands.certify import certify
from .commands.chambers import chambers
from .commands.check import check
from .commands.draw import draw
from .commands.explain import explain
from .commands.explore import explore
from .commands.export import export
from .commands.path import path
from .commands.predict import predict
from .commands.showing import as_shown
from .commands.signals import Terminated, terminable
from .commands.theorems import theorems

BAD_INPUT, INTERNAL, INTERRUPTED, UNREAD, SIGNALLED = 2, 70, 130, 141, 128


@contextmanager
def _readers() -> Iterator[None]:
    """What to do where the output is cut off: by `convex-landscape --help | head -1`, or by a full disk."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.ENOSPC):
            raise
        _forget(sys.stdout)
        if error.errno == errno.EPIPE:
            raise click.exceptions.Exit(UNREAD) from None
        raise InputError("the output cannot be written: the disk is full; make room on it") from None


def _forget(stream: TextIO) -> None:
    """Let a stream that cannot be written lead nowhere: what is left in its buffer would fail again as the
    interpreter flushes it at exit, which makes the exit code 120."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


@contextmanager
def _errors_unread() -> Iterator[None]:
    """Nobody may read the errors either."""
    try:
        yield
        sys.stderr.flush()
    except OSError:
        _forget(sys.stderr)


class _Verbs(click.Group):
    """A group whose output may be cut off, its help included."""

    def make_context(self, *words: Any, **options: Any) -> click.Context:
        with _readers():
            return super().make_context(*words, **options)

    def invoke(self, context: click.Context) -> Any:
        with _readers():
            code = super().invoke(context)
            sys.stdout.flush()
        return code


@click.group(
    cls=_Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 proven (or done), 1 refused, 2 bad input, 70 internal error, 130 interrupted, 143 "
    "terminated.",
)
@click.version_option(package_name="convex-landscape")
@click.option(
    "--cores",
    type=click.IntRange(min=1),
    envvar=VARIABLE,
    show_envvar=True,
    metavar="N",
    help="How many work at once; all that there are by default.",
)
@click.pass_context
def cli(context: click.Context, cores: int | None) -> None:
    """Train two-layer networks to their GLOBAL optimum, and prove it in rational arithmetic.

    \b
    convex-landscape certify                            # Fisher's Iris, shipped with the package
    convex-landscape certify DATA.csv --target price    # a file of yours
    convex-landscape check problem.json certificate.json
    convex-landscape explain problem.json certificate.json         # a theorem on a page
    convex-landscape export --coq problem.json certificate.json    # a theorem for Coq
    convex-landscape path DATA.csv --target price       # the optimum for EVERY weight decay, proven
    convex-landscape predict network.json DATA.csv      # what a certified network says of other rows
    convex-landscape audit network.json --data DATA.csv --target price --beta 0.1
    convex-landscape chambers DATA.csv --count
    convex-landscape draw braid_4                       # a picture, of data or of a named family
    convex-landscape explore                            # a page: lines to drag, and what they count
    convex-landscape theorems                           # every statement of the theory, verified
    """
    context.with_resource(using_cores(cores))


cli.add_command(audit)
cli.add_command(certify)
cli.add_command(check)
cli.add_command(chambers)
cli.add_command(draw)
cli.add_command(explain)
cli.add_command(explore)
cli.add_command(export)
cli.add_command(path)
cli.add_command(predict)
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
        with _errors_unread():
            error.show()
        return BAD_INPUT
    except ConvexLandscapeError as error:
        _complain(str(error))
        return BAD_INPUT
    except MemoryError:
        _complain("the job needs more memory than there is; give fewer rows")
        return BAD_INPUT
    except click.Abort as abort:
        ended = abort.__cause__
        told = "ended by a signal" if isinstance(ended, Terminated) else "interrupted"
        _complain(f"{told}; nothing half-written is left")
        return SIGNALLED + ended.number if isinstance(ended, Terminated) else INTERRUPTED
    except Exception as error:  # 1 would say that something was refused
        with _errors_unread():
            click.echo(traceback.format_exc(), err=True, nl=False)
        _complain(
            f"internal error ({type(error).__name__}): nothing is proven or refuted, and the traceback above "
            "is a bug of this program; please report it with the command"
        )
        return INTERNAL


def _complain(text: str) -> None:
    with _errors_unread():
        click.echo(as_shown(f"convex-landscape: {text}", sys.stderr), err=True)


if __name__ == "__main__":
    sys.exit(main())
