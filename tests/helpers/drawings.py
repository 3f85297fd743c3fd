"""Whether two SVG files of matplotlib are the same drawing, though their bytes differ.

Versions of matplotlib lay out and number things a little differently, and machines round differently. So the
texts have to be the same, and the elements drawn (paths, markers, images) the same in number and order. Where
one version drew both, the corners of each element also agree to within a point, its colours to within two of
255.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

_CREATOR = re.compile(r"Matplotlib v([\d.]+)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_COLOR = re.compile(r"(?:fill|stroke): #([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})")
_FAR, _OTHER_COLOR = 1.0, 2.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """The texts of a picture, and its elements: name, place (corners), and colours."""

    version: str
    texts: list[str]
    names: list[str]
    places: list[list[float]]
    colors: list[list[float]]


def read(svg: str) -> Drawing:
    """Read a picture that matplotlib has drawn."""
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag.endswith("}defs")]:
            parent.remove(child)
    made = _CREATOR.search(svg)
    drawing = Drawing(made[1] if made else "", [], [], [], [])
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        if name == "text":
            drawing.texts.append("".join(element.itertext()).strip())
        elif name in ("path", "use", "image"):
            style = element.get("style", "")
            drawing.names.append(name)
            drawing.places.append(_place(element))
            drawing.colors.append([float(int(x, 16)) for rgb in _COLOR.findall(style) for x in rgb])
    return drawing


def _place(element: ElementTree.Element) -> list[float]:
    if element.tag.endswith("}path"):
        numbers = [float(x) for x in _NUMBER.findall(element.get("d", ""))]
        return [pick(numbers[start::2]) for start in (0, 1) for pick in (min, max)] if numbers else []
    return [float(element.get(key, "0")) for key in ("x", "y", "width", "height")]


def difference(old: Drawing, new: Drawing) -> str:
    """What tells two pictures apart; nothing if they are the same drawing."""
    if old.texts != new.texts:
        return f"texts: {old.texts} became {new.texts}"
    if old.names != new.names:
        return f"{len(old.names)} elements became {len(new.names)}, or other ones"
    if old.version == new.version:
        for kind, allowed in (("places", _FAR), ("colors", _OTHER_COLOR)):
            for i, (before, after) in enumerate(zip(getattr(old, kind), getattr(new, kind), strict=True)):
                far = len(before) != len(after) or any(
                    abs(a - b) > allowed for a, b in zip(before, after, strict=True)
                )
                if far:
                    return f"{kind} of element {i}: {before} became {after}"
    return ""
