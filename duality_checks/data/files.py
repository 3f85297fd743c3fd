"""Text and JSON files, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.machine.writing import write_whole


def write_text(path: str | Path, text: str) -> None:
    """Write ``text`` to ``path`` through a temporary file beside it, so that no reader sees half of it.

    Raises:
        InputError: the folder is missing or cannot be written.
    """
    write_whole(path, text.encode("utf-8"))


def read_text(path: str | Path) -> str:
    """The text of a UTF-8 file.

    Raises:
        InputError: the file is missing, unreadable or not UTF-8.
    """
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text; save it as UTF-8, or name another file") from None


def read_bytes(path: str | Path) -> bytes:
    """The bytes of a file.

    Raises:
        InputError: the file is missing or unreadable.
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None


def read_json(
    text: str,
    source: str,
    form: str,
    versions: Mapping[int, tuple[str, ...]],
    *,
    optional: tuple[str, ...] = (),
) -> dict[str, Any]:
    """A JSON object of the format ``form``, of a version that is known and with exactly its fields.

    Args:
        text: the document.
        source: what to call it in messages, usually its path.
        form: the expected value of its ``format`` field.
        versions: of each version the names of the fields beside ``format`` and ``version``.
        optional: the names of fields that may be missing.

    Raises:
        InputError: not JSON, not an object, another format or version, duplicate, missing or unknown fields.

    Example:
        >>> read_json('{"format": "x", "version": 1, "a": 2}', "memory", "x", {1: ("a",)})["a"]
        2
    """

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        document = dict(pairs)
        if len(document) != len(pairs):
            raise InputError(f"{source}: a JSON object repeats a key")
        return document

    try:
        document = json.loads(text, object_pairs_hook=object_of)
    except InputError:
        raise
    except (ValueError, RecursionError) as error:  # integers of more than 4300 digits are no JSONDecodeError
        raise InputError(f"{source}: not a JSON document ({error}); was the file cut short?") from None
    if not isinstance(document, dict) or document.get("format") != form:
        raise InputError(f"{source}: not a '{form}' file")
    stated = document.get("version")
    if type(stated) is not int or stated not in versions:
        *others, last = map(str, versions)
        known = f"versions {', '.join(others)} and {last}" if others else f"version {last}"
        raise InputError(f"{source}: version {stated!r} is unknown; this program reads {known} of a '{form}'")
    expected = {"format", "version", *versions[stated]}
    for name in sorted((expected ^ document.keys()) - set(optional)):
        verb = "is missing" if name in expected else "is unknown"
        raise InputError(f"{source}: field {name!r} {verb}")
    return document
