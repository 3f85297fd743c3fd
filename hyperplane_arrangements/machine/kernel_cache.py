"""Compiled kernels are kept in the user's cache folder, never beside the code. Imported only by kernels.

A file beside the code outlives an uninstall and keeps the folder of its package alive, which Python then
takes for a package. So each compiled function is a file in the user's folder, in one of its own for each
version of this package, numba, Python and processor:

* `$NUMBA_CACHE_DIR/convex-landscape`, if that is set; else
* `$XDG_CACHE_HOME/convex-landscape`, by default `~/.cache/convex-landscape`; on macOS
  `~/Library/Caches/convex-landscape`; on Windows `%LOCALAPPDATA%\\convex-landscape\\Cache`.

It may be deleted at any time, and shared by processes that start together: a file is written whole or not at
all, and its name says what it was compiled from. Where nothing can be written, functions are compiled in
memory, and one notice says so.

numba's own cache (`cache=True`) has an index beside the files that two processes can write at once, and asks
only whether the file of a kernel has changed, not those of the kernels and constants it uses.
"""

from __future__ import annotations

import hashlib
import logging
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from functools import cache, cached_property, partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numba
import numpy as np
from numba.core import config, types
from numba.core.compiler import CompileResult
from numba.core.dispatcher import Dispatcher
from numba.core.serialize import dumps

from ..errors import InputError
from .writing import write_whole

NAME = "convex-landscape"
_told: set[Path | None] = set()
_config: Any = config
_DIGEST = hashlib.sha256().digest_size
_FOREIGN = {
    "builtins",
    "llvmlite",
    "math",
    "numba",
    "numpy",
}  # numba's version stands for what it makes of these


def cached_njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`numba.njit`, whose compiled code is kept in the user's cache folder.

    A kernel that calls it with a number written out compiles nothing more than one with a variable does.

    Args:
        options: those of `numba.njit`, without `cache`.

    Example:
        >>> @cached_njit(nogil=True)
        ... def double(x):
        ...     return x + x
        >>> double(2.0)
        4.0
    """
    jit = numba.njit(**options)

    def decorate(function: Callable[..., Any]) -> Any:
        compiled: Any = jit(function)
        if hasattr(compiled, "py_func"):  # else it is the function itself: NUMBA_DISABLE_JIT
            compiled._cache = KernelCache(compiled)
            compiled.get_call_template = partial(_template, compiled.get_call_template)
        return compiled

    return decorate


def inner_njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`cached_njit` for functions that only kernels call: no time goes into an entry for Python.

    Args:
        options: as there.
    """
    return cached_njit(**options, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def _template(template: Any, args: Any, kws: Any) -> Any:
    """What a dispatcher says of a call, with the types of numbers in place of the numbers themselves."""
    return template(
        tuple(map(types.unliteral, args)), {name: types.unliteral(kind) for name, kind in kws.items()}
    )


def cache_home() -> Path | None:
    """The folder for all versions, which may not be there yet; None where the user has no home.

    Example:
        >>> from unittest.mock import patch
        >>> with patch.dict(os.environ, XDG_CACHE_HOME="/var/tmp"), patch("numba.config.CACHE_DIR", ""):
        ...     print(cache_home() if sys.platform == "linux" else "/var/tmp/convex-landscape")
        /var/tmp/convex-landscape
    """
    if _config.CACHE_DIR:
        return Path(_config.CACHE_DIR) / NAME
    try:
        if sys.platform == "win32":
            local = os.environ.get("LOCALAPPDATA")
            return (Path(local) if local else Path.home() / "AppData" / "Local") / NAME / "Cache"
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / NAME
        named = Path(os.environ.get("XDG_CACHE_HOME", ""))
        return (named if named.is_absolute() else Path.home() / ".cache") / NAME
    except RuntimeError:  # no home folder
        return None


class KernelCache:
    """The compiled code of one function on disk: what numba's dispatcher asks of a cache.

    Args:
        dispatcher: the function, as numba holds it.
    """

    def __init__(self, dispatcher: Any) -> None:
        self._dispatcher = dispatcher
        self._enabled = True

    @property
    def cache_path(self) -> str | None:
        home = cache_home()
        return None if home is None else str(home)

    def enable(self) -> None:
        self._enabled = True

    def disable(self) -> None:
        self._enabled = False

    def flush(self) -> None:
        """Nothing: files that nobody asks for are never read again."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function for a signature; None if there is none that is whole."""
        target_context.refresh()
        home = cache_home()
        if home is None or not self._enabled:
            return None
        try:
            content = self._place(home, sig, target_context.codegen()).read_bytes()
            if hashlib.sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
                return None
            stored, reduced = pickle.loads(content[_DIGEST:])
            return CompileResult._rebuild(target_context, *reduced) if stored == sig else None
        except Exception:  # whatever is wrong with a file there, compiling anew mends it
            return None

    def save_overload(self, sig: Any, result: Any) -> None:
        """Keep the compiled function for a signature, if that can be done."""
        if not self._enabled or result.objectmode or result.library.has_dynamic_globals:
            return
        home = cache_home()
        if home is None:
            return _say_that_nothing_is_kept(home, "there is no home folder")
        content = dumps((sig, result._reduce()))
        place = self._place(home, sig, result.codegen)
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(place, hashlib.sha256(content).digest() + content)
        except (OSError, InputError) as error:
            _say_that_nothing_is_kept(home, str(error).partition(";")[0])

    def _place(self, home: Path, sig: Any, codegen: Any) -> Path:
        function = self._dispatcher.py_func
        digest = hashlib.sha256("\n".join([*self._source, *_described(sig)]).encode()).hexdigest()[:24]
        name = "".join(c if c.isalnum() or c in "._" else "-" for c in function.__qualname__)[-60:]
        return home / _version(codegen.magic_tuple()) / f"{function.__module__}.{name}-{digest}.kernel"

    @cached_property
    def _source(self) -> list[str]:
        return sorted(set(_ingredients(self._dispatcher)))


def _say_that_nothing_is_kept(home: Path | None, reason: object) -> None:
    """Once for each folder: a log message, which nothing turns into an error."""
    if home not in _told:
        _told.add(home)
        logging.getLogger(__name__).warning(
            "Compiled kernels cannot be kept (%s), so that each new process compiles them again; "
            "set XDG_CACHE_HOME or NUMBA_CACHE_DIR to a folder that can be written.",
            reason,
        )


@cache
def _version(processor: tuple[str, ...]) -> str:
    """The folder for this package, numba, Python and processor."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        ours = version(NAME)
    except PackageNotFoundError:  # run from its sources
        ours = "0"
    digest = hashlib.sha256(repr(processor).encode()).hexdigest()[:8]
    return (
        f"{ours}-numba{numba.__version__}-{sys.implementation.cache_tag}-{processor[1] or 'generic'}-{digest}"
    )


def _ingredients(dispatcher: Any) -> Iterator[str]:
    """What a function is compiled from: code, options and constants, its own and of functions it names."""
    seen: set[int] = set()
    waiting: list[Any] = [dispatcher]
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Dispatcher):
            yield f"options {_text(value.targetoptions)}"
        # An intrinsic has the Python function that generates it under another name.
        function = getattr(value, "py_func", None) or getattr(value, "_defn", None) or value
        if not isinstance(function, FunctionType) or function.__module__.partition(".")[0] in _FOREIGN:
            continue
        title = f"{function.__module__}.{function.__qualname__}"
        yield f"function {title} {_text(function.__code__)} {_text(function.__defaults__)}"
        for name, used in _uses(function):
            if isinstance(used, Dispatcher | FunctionType) or hasattr(used, "_defn"):
                waiting.append(used)
            elif not callable(used):
                yield f"constant {title}.{name} = {_text(used)}"


def _uses(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """What a function finds under the names in its code, in modules as well."""
    code = function.__code__
    scope = dict(function.__globals__)
    cells = zip(code.co_freevars, function.__closure__ or (), strict=True)
    scope |= {name: cell.cell_contents for name, cell in cells}
    names = sorted(_names(code))
    for name in names:
        value = scope.get(name)
        if isinstance(value, ModuleType):
            yield from ((inner, vars(value)[inner]) for inner in names if inner in vars(value))
        elif name in scope:
            yield name, value


def _names(code: CodeType) -> set[str]:
    """The names that code and the functions inside it look up."""
    inner = (_names(part) for part in code.co_consts if isinstance(part, CodeType))
    return {*code.co_names, *code.co_freevars}.union(*inner)


def _text(value: Any) -> str:
    """A text that is the same in every process, and another one for another value."""
    if isinstance(value, CodeType):
        return f"{value.co_code.hex()} {value.co_names} {value.co_varnames} {_text(value.co_consts)}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
    if isinstance(value, set | frozenset):
        return str(sorted(map(_text, value)))
    if isinstance(value, dict):
        return str([(key, _text(value[key])) for key in sorted(value)])
    if isinstance(value, tuple):
        return str([type(value).__name__, *map(_text, value)])
    return repr(value)


def _described(sig: Any) -> Iterator[str]:
    """The types of a signature, tuples with the names of their fields."""
    for kind in sig if isinstance(sig, tuple) else (*sig.args, sig.return_type):
        yield str(kind)
        if isinstance(kind, types.BaseNamedTuple):
            named: Any = kind
            yield str(named.fields)
            yield from _described(tuple(named.types))
