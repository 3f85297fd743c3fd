"""The parts of a certificate's file: written, and read as the checker reads them."""

from __future__ import annotations

import binascii
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from .. import checker
from ..checker import Basis, BiasCut, Chamber, Cover, Cut, Form, Part, Quadratic
from ..data.problem_file import strings

_MOST_ROWS = 10**9


def packed(values: Sequence[Fraction]) -> dict[str, Any] | list[str]:
    """A vector as whole multiples of one unit, in as few bytes each as hold them all, where these are few."""
    numerators, scale = checker.integers(values)
    common = math.gcd(*numerators) or 1
    width = max(abs(n // common).bit_length() for n in numerators) // 8 + 1
    if width > 8:
        return strings(values)
    entries = b"".join((n // common).to_bytes(width, "big", signed=True) for n in numerators)
    return {"unit": str(Fraction(common, scale)), "bytes": width, "entries": _base64(entries)}


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode()


def cover_document(cover: Cover, *, shared: bool = False) -> dict[str, Any]:
    """A cover as the file of a certificate has it; where outputs share neurons there is one tree."""
    trees = {"tree": cover.plus} if shared else {"plus": cover.plus, "minus": cover.minus}
    return {
        "basis": _basis_document(cover.basis),
        "depth": cover.depth,
        "bits": cover.bits,
        **{name: _base64(tree) for name, tree in trees.items()},
    }


def quadratic_document(quadratic: Quadratic) -> dict[str, Any]:
    return {
        "basis": _basis_document(quadratic.basis),
        "plus": _pieces_document(quadratic.plus),
        "minus": _pieces_document(quadratic.minus),
    }


def _basis_document(basis: Basis | None) -> Any:
    return None if basis is None else [strings(line) for line in basis]


def _pieces_document(part: Part) -> dict[str, Any]:
    if isinstance(part, Cut | BiasCut):
        return {
            "cut": str(part.at) if isinstance(part, BiasCut) else list(map(str, part.normal)),
            "above": _pieces_document(part.above),
            "below": _pieces_document(part.below),
        }
    head = {"share": str(part.share), "rows": _base64(part.rows)}
    if isinstance(part, Form):
        return {"degree": part.degree, **head, "gram": _base64(part.gram)}
    biased = {} if part.bias is None else {"bias": str(part.bias)}
    return {**head, "products": _base64(part.products), **biased}


def chamber_document(chamber: Chamber) -> dict[str, Any]:
    return {
        "witness": [str(value) for value in chamber.witness],
        "plus": {str(row): str(value) for row, value in chamber.plus.items()},
        "minus": {str(row): str(value) for row, value in chamber.minus.items()},
    }


def claimed(document: Any) -> checker.Certificate | checker.SharedCertificate:
    """What a parsed file claims, for a problem of the sizes that it seems to be for: nothing in a certificate
    says how many rows the problem has, and there is no other to ask where it is read alone.

    Raises:
        Refusal: it is not in the canonical format.
    """
    d = _length(document, "chambers", 0, "witness") or _length(document, "network", "hidden", 0)
    d = d or max(_length(document, kind, "basis", 0) for kind in ("cover", "quadratic"))
    if isinstance(document, dict) and document.get("version") == 4:
        n, outputs = _samples(document, "dual", 0), _length(document, "dual")
        checker.require(outputs > 1, f"dual has {outputs} columns, and version 4 is for more than one")
        return checker.read_shared_certificate(
            document, n, d, _length(document, "network", "skip", 0), outputs
        )
    d = d or max(_length(document, "quadratic", side, "cut") for side in ("plus", "minus"))
    skips = _length(document, "network", "skip")
    return checker.read_certificate(document, _samples(document, "dual"), _MOST_ROWS, d, skips)


def _samples(document: Any, *path: str | int) -> int:
    """The length of a dual, packed or not; 0 where there is none to be seen."""
    try:
        for step in path:
            document = document[step]
        if isinstance(document, dict):
            return len(binascii.a2b_base64(document["entries"])) // document["bytes"]
        return len(document)
    except (LookupError, TypeError, ValueError, ZeroDivisionError):
        return 0


def _length(document: Any, *path: str | int) -> int:
    try:
        for step in path:
            document = document[step]
        return len(document)
    except (LookupError, TypeError):
        return 0
