"""An output folder that receives all of its files, or none, and keeps none of an earlier job's."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hyperplane_arrangements.errors import InputError

Deliver = Callable[[Mapping[str, str]], None]

# The names of files that jobs write. Beside those of a later job they would be taken for its own.
NAMES = re.compile(r"(problem|certificate)(-[1-9][0-9]*)?\.json|(proof|network|path)\.json|report\.(md|html)")
# What each of them says near its beginning: its format, or its title.
OURS = re.compile(b"convex-landscape|Global optimum|Path of optima")


@contextmanager
def output_folder(path: str | Path) -> Iterator[Deliver]:
    """Claim a folder before a long job, so that a folder that cannot be written is no surprise after it.

    Everything is staged in a hidden folder inside and moved into place at once. When the job fails or is
    interrupted, the staged files and the folders made for them vanish.

    Yields:
        A function that delivers texts by file name; it replaces files of the same names, and removes what
        else an earlier job delivered there: its certificate is not one for the new problem.

    Raises:
        InputError: the folder cannot be made or written.

    Example:
        >>> with TemporaryDirectory() as parent:
        ...     with output_folder(Path(parent) / "out") as deliver:
        ...         deliver({"network.json": "one", "proof.json": "{'format': 'convex-landscape proof'}"})
        ...     with output_folder(Path(parent) / "out") as deliver:
        ...         deliver({"network.json": "other"})
        ...     [(path.name, path.read_text()) for path in (Path(parent) / "out").iterdir()]
        [('network.json', 'other')]
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
            for path in sorted(folder.iterdir()):
                if path.name not in texts and _is_from_a_job(path):
                    path.unlink()
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


def _is_from_a_job(path: Path) -> bool:
    if not NAMES.fullmatch(path.name) or not path.is_file():
        return False
    with open(path, "rb") as file:
        return OURS.search(file.read(4096)) is not None


def _unwritable(folder: Path, error: OSError) -> InputError:
    return InputError(f"--output {folder} cannot be written: {error.strerror}; choose another folder")
