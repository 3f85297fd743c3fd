"""A cluster of ``dask.distributed`` as workers (the extra ``distributed``)."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

from ..errors import InputError, MissingExtraError
from .workers import Workers

PATIENCE = 10  # seconds until a cluster that does not answer is not there


def cluster(address: str, *, patience: float = PATIENCE) -> Workers:
    """The workers of the cluster whose scheduler is at an address such as ``tcp://10.0.0.1:8786``.

    Args:
        address: of the scheduler.
        patience: seconds to wait for its answer.

    Raises:
        MissingExtraError: dask is not installed.
        InputError: nobody answers, or the cluster has no workers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise MissingExtraError(
            "a cluster needs dask: install convex-landscape[distributed], or use --workers N on this machine"
        ) from None
    try:
        client: Any = Client(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"no cluster answers at {address!r} ({str(error) or type(error).__name__:.120}); start one with "
            "`dask scheduler` and `dask worker`, or use --workers N on this machine"
        ) from None
    count = sum(client.ncores().values())
    if count == 0:
        client.close()
        raise InputError(
            f"the cluster at {address!r} has no workers; start some with `dask worker {address}`"
        )
    return Workers(lambda: _executor(client), count, pools=2, after=client.close)


def _executor(client: Any) -> Executor:
    made: Executor = client.get_executor(pure=False, retries=3)
    return made
