"""The Coq sources of the checker's theorem: beside the modules in a wheel, among the notes in a checkout."""

from __future__ import annotations

import re
from pathlib import Path

from hyperplane_arrangements.errors import InputError

HERE = Path(__file__).parent
PLACES = (HERE / "coq", HERE.parents[3] / "proofs_notes" / "formal")
REQUIRED = re.compile(r"^From (Coq|ConvexLandscape) Require (Import|Export) ([^.]*)\.$", re.MULTILINE)
WHOLE = """\
Module {name}.
{text}
End {name}.
"""


def folder() -> Path:
    """Where the sources are.

    Raises:
        InputError: they were not installed.
    """
    for place in PLACES:
        if (place / "_CoqProject").is_file():
            return place
    raise InputError(f"the Coq sources are not installed in {PLACES[0]}; install the package again")


def sources() -> list[Path]:
    """The files in the order in which they compile.

    Example:
        >>> sources()[0].name, sources()[-1].name
        ('Vectors.v', 'Soundness.v')
    """
    place = folder()
    lines = (place / "_CoqProject").read_text(encoding="utf-8").splitlines()
    return [place / line for line in lines if line.endswith(".v")]


def library_text() -> str:
    """All sources as one text, each file a module: what they need of Coq's own comes first."""
    texts = [path.read_text(encoding="utf-8").strip() for path in sources()]
    own = [found for text in texts for source, _, found in REQUIRED.findall(text) if source == "Coq"]
    names = dict.fromkeys(name for found in own for name in found.split())
    modules = [
        WHOLE.format(name=path.stem, text=REQUIRED.sub(r"\2 \3.", text))
        for path, text in zip(sources(), texts, strict=True)
    ]
    return "\n".join([f"From Coq Require {' '.join(names)}.\n", *modules, "Import Base64 Soundness."])
