"""The file of a problem, ``problem.json``: which fields each version of the format has, and what they say.

Version 1 has nothing free and no weights, version 2 says what is free, version 3 lists the weights of the
samples and says what is free, be it nothing. So a problem has one version, and files without weights are what
they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.errors import InputError

from .files import read_json, version_of
from .terms.free import NAMES, NOTHING
from .terms.max_pooling import MaxPooling
from .terms.readouts import Readout

if TYPE_CHECKING:
    from .problem import TrainingProblem

FORMAT = "convex-landscape problem"
FIELDS = ("loss", "penalty", "readout", "kappa", "beta", "X", "y")
# What later versions say beside those.
LATER = {2: ("free",), 3: ("free", "weights")}


def problem_document(problem: TrainingProblem) -> dict[str, Any]:
    """The fields of the file, every number a text: an exact rational in lowest terms.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1], [2]], [0, 1], beta=1, sample_weights=[1, "1/3"])
        >>> document = problem_document(problem)
        >>> document["version"], document["free"], document["weights"]
        (3, 'nothing', ['1', '1/3'])
    """
    later = problem.is_weighted or bool(problem.free)
    return {
        "format": FORMAT,
        "version": 3 if problem.is_weighted else 1 + later,
        **({"free": problem.free.name} if later else {}),
        **({"weights": list(map(str, problem.sample_weights))} if problem.is_weighted else {}),
        "loss": problem.plain_loss.name,
        "penalty": problem.penalty.name,
        "readout": _readout_document(problem.readout),
        "kappa": str(problem.kappa),
        "beta": str(problem.beta),
        "X": [[str(value) for value in row] for row in problem.X.fractions],
        "y": [str(value) for value in problem.y],
    }


def read_problem(text: str, source: str) -> dict[str, Any]:
    """The arguments of a :class:`TrainingProblem` from the text of a file.

    Raises:
        InputError: not JSON, another format, or fields that are missing or unknown.
    """
    version = version_of(text)
    version = version if version in LATER else 1
    document = read_json(text, source, FORMAT, (*FIELDS, *LATER.get(version, ())), version=version)
    known = NAMES[1:] if version == 2 else NAMES
    if version > 1 and document["free"] not in known:
        raise InputError(f"{source}: free={document['free']!r} is none of {', '.join(known)}")
    weights = document.get("weights")
    if weights is not None and not (isinstance(weights, list) and set(map(str, weights)) - {"1"}):
        raise InputError(f"{source}: weights are no list, or are all 1; write version 1 or 2 without them")
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
    }


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
