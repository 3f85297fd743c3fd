"""An output folder that receives all of its files, or none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hyperplane_arrangements.errors import InputError

Deliver = Callable[[Mapping[str, str]], None]


@contextmanager
def output_folder(path: str | Path) -> Iterator[Deliver]:
    """Claim a folder before a long job, so that a folder that cannot be written is no surprise after it.

    Everything is staged in a hidden folder inside and moved into place at once. When the job fails or is
    interrupted, the staged files and the folders made for them vanish.

    Yields:
        A function that delivers texts by file name, replacing files of the same names.

    Raises:
        InputError: the folder cannot be made or written.

    Example:
        >>> with TemporaryDirectory() as parent:
        ...     with output_folder(Path(parent) / "out") as deliver:
        ...         deliver({"a.txt": "one"})
        ...     (Path(parent) / "out" / "a.txt").read_text()
        'one'
    """
    folder = Path(path)
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stage = TemporaryDirectory(dir=folder, prefix=".unfinished-")
    except OSError as error:
        raise _unwritable(folder, error) from None

    def deliver(texts: Mapping[str, str]) -> None:
        try:
            for name, text in texts.items():
                (Path(stage.name) / name).write_text(text, encoding="utf-8")
            for name in texts:
                os.replace(Path(stage.name) / name, folder / name)
        except OSError as error:
            raise _unwritable(folder, error) from None

    try:
        yield deliver
    finally:
        stage.cleanup()
        for place in made:
            if any(place.iterdir()):
                break
            place.rmdir()


def _unwritable(folder: Path, error: OSError) -> InputError:
    return InputError(f"--output {folder} cannot be written: {error.strerror}; choose another folder")
