"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ..errors import InputError


def write_whole(path: str | Path, content: bytes) -> None:
    """Write a file through a temporary one beside it, so that no reader sees half of it.

    Args:
        path: where to; a file there is replaced.
        content: all of it.

    Raises:
        InputError: the folder is missing or cannot be written, or the disk is full.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_whole(Path(folder) / "a", b"one")
        ...     [place.name for place in Path(folder).iterdir()]
        ['a']
    """
    target = Path(path)
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, target)
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror}; choose another folder") from None
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
