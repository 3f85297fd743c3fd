"""The file of a problem, ``problem.json``: which fields each version of the format has, and what they say.

Version 1 has nothing free and no weights, version 2 says what is free, version 3 lists the weights of the
samples and says what is free, be it nothing. Version 4, of outputs that share neurons, says both, and the
coupling, and lists y by rows. So a problem has one version, and files without weights are what they were.

A file of any version may say beside it how X and y were made of a table, in ``preparation``. The problem is
the same without: nothing rests on that, and the digest that certificates name leaves it out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import ExactMatrix
from hyperplane_arrangements.exact.rational import Vector

from ..terms.free import NAMES, NOTHING, Free
from ..terms.losses import Loss
from ..terms.max_pooling import MaxPooling
from ..terms.penalties import Penalty
from ..terms.readouts import Readout
from ..terms.words import COUPLINGS
from .files import read_json

if TYPE_CHECKING:
    from .preparation import Preparation

FORMAT = "convex-landscape problem"
FIELDS = ("loss", "penalty", "readout", "kappa", "beta", "X", "y")
PREPARATION = "preparation"
# What later versions say beside those.
LATER = {2: ("free",), 3: ("free", "weights"), 4: ("free", "weights", "coupling")}


class Stated(Protocol):
    """What a problem says of itself."""

    @property
    def X(self) -> ExactMatrix: ...

    @property
    def targets(self) -> tuple[Vector, ...]: ...

    @property
    def given(self) -> tuple[Any, ...]: ...

    @property
    def beta(self) -> Fraction: ...

    @property
    def kappa(self) -> Fraction: ...

    @property
    def penalty(self) -> Penalty: ...

    @property
    def readout(self) -> Readout | MaxPooling: ...

    @property
    def free(self) -> Free: ...

    @property
    def plain_loss(self) -> Loss: ...

    @property
    def is_weighted(self) -> bool: ...

    @property
    def sample_weights(self) -> Sequence[Fraction]: ...

    @property
    def coupling(self) -> str: ...

    @property
    def shares(self) -> bool: ...


def problem_document(problem: Stated) -> dict[str, Any]:
    """The fields of the file, every number a text: an exact rational in lowest terms.

    Args:
        problem: the problem.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1], [2]], [0, 1], beta=1, sample_weights=[1, "1/3"])
        >>> document = problem_document(problem)
        >>> document["version"], document["free"], document["weights"]
        (3, 'nothing', ['1', '1/3'])
    """
    version = 4 if problem.shares else 3 if problem.is_weighted else 1 + bool(problem.free)
    return {
        "format": FORMAT,
        "version": version,
        **({"free": problem.free.name} if version > 1 else {}),
        **({"weights": strings(problem.sample_weights)} if version > 2 else {}),
        **({"coupling": problem.coupling} if problem.shares else {}),
        "loss": problem.plain_loss.name,
        "penalty": problem.penalty.name,
        "readout": _readout_document(problem.readout),
        "kappa": str(problem.kappa),
        "beta": str(problem.beta),
        # Not by `X.fractions`, which would stay for as long as the problem.
        "X": [
            [str(Fraction(x, q)) for x in row]
            for row, q in zip(problem.X.integers, problem.X.denominators, strict=True)
        ],
        "y": list(map(strings, problem.given)) if problem.shares else strings(problem.given),
    }


def strings(values: Sequence[Fraction]) -> list[str]:
    """Rationals in lowest terms."""
    return [str(value) for value in values]


def prepared(text: str, preparation: Preparation | None) -> str:
    """The text of a problem's file, with how the problem was made of a table."""
    if preparation is None:
        return text
    return f"{text[: text.rindex('}')]}, {json.dumps({PREPARATION: preparation.document()})[1:]}\n"


def _document(text: str, source: str) -> dict[str, Any]:
    versions = {version: (*FIELDS, *more) for version, more in {1: (), **LATER}.items()}
    return read_json(text, source, FORMAT, versions, optional=(PREPARATION,))


def read_problem(text: str, source: str) -> dict[str, Any]:
    """The arguments of a :class:`TrainingProblem` from the text of a file.

    Raises:
        InputError: not JSON, another format, or fields that are missing or unknown.
    """
    document = _document(text, source)
    version = document["version"]
    if PREPARATION in document:
        from .preparation import Preparation

        Preparation.parse(document[PREPARATION], source)  # a file is read as a whole, or not at all
    known = NAMES[1:] if version == 2 else NAMES
    if version > 1 and document["free"] not in known:
        raise InputError(f"{source}: free={document['free']!r} is none of {', '.join(known)}")
    weights = document.get("weights")
    if version == 3 and not (isinstance(weights, list) and set(map(str, weights)) - {"1"}):
        raise InputError(f"{source}: weights are no list, or are all 1; write version 1 or 2 without them")
    if version == 4:
        _require_shared(document, source)
    elif isinstance(document["y"], list) and any(isinstance(y, list) for y in document["y"]):
        raise InputError(f"{source}: y has rows, and version {version} has one target a sample")
    return {
        "X": document["X"],
        "y": document["y"],
        "beta": document["beta"],
        "activation": f"leaky:{document['kappa']}",
        "loss": document["loss"],
        "penalty": document["penalty"],
        "readout": _readout(document["readout"], source),
        "free": document.get("free", NOTHING),
        "sample_weights": weights,
        "coupling": document.get("coupling", COUPLINGS[0]),
    }


def _require_shared(document: dict[str, Any], source: str) -> None:
    """Of version 4: the coupling that it is for, weights, and several targets a sample."""
    coupling, weights, y = document["coupling"], document["weights"], document["y"]
    if coupling != COUPLINGS[1]:
        raise InputError(f"{source}: coupling={coupling!r} is not {COUPLINGS[1]!r}")
    if not isinstance(weights, list):
        raise InputError(f"{source}: weights are no list; version 4 has one a sample")
    if not (isinstance(y, list) and y and all(isinstance(row, list) and len(row) > 1 for row in y)):
        raise InputError(f"{source}: y is no list of rows of two targets or more, as version 4 has it")


def _readout_document(readout: Readout | MaxPooling) -> Any:
    if isinstance(readout, MaxPooling):
        return {"max": list(map(str, readout.groups))}
    return "identity" if readout.is_identity else list(map(str, readout.samples))


def _readout(readout: Any, source: str) -> Any:
    if isinstance(readout, dict) and readout.keys() == {"max"}:
        return MaxPooling(_samples(readout["max"], source))
    return _samples(readout, source)


def _samples(readout: Any, source: str) -> Any:
    if readout == "identity":
        return readout
    if not isinstance(readout, list) or not all(_is_number(entry) for entry in readout):
        raise InputError(f"{source}: readout is neither 'identity' nor a list of sample numbers")
    return [int(entry) for entry in readout]


def _is_number(entry: Any) -> bool:
    """Longer ones number no sample, and Python reads no integer of more than 4300 digits."""
    text = str(entry)
    return text.isdecimal() and len(text) <= 18
