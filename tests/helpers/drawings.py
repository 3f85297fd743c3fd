"""Whether two SVG files of matplotlib are the same drawing, though their bytes differ; pictures of pages.

Machines round differently, and versions of matplotlib lay out and divide axes a little differently. So the
same texts and the same elements (paths, markers, images) have to be drawn, in the same order. Where one
version drew both, the corners of each element also agree to within a point, its colours to within two of
255. Where two did, the numbers along the axes are left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from xml.etree import ElementTree

_CREATOR = re.compile(r"Matplotlib v([\d.]+)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_COLOR = re.compile(r"(?:fill|stroke): #([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})")
PICTURE = re.compile(r"^!\[([^\]]*)\]\(([^)]+)\)$", re.MULTILINE)
LARGEST = 60_000
_FAR, _OTHER_COLOR = 1.0, 2.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Something drawn: a text, or an element's name with its corners and colours; a tick's or not."""

    what: str
    place: list[float]
    colors: list[float]
    on_tick: bool

    def differs(self, other: Mark) -> bool:
        """Whether place or colours are others; both are the same text or element."""
        pairs = ((self.place, other.place, _FAR), (self.colors, other.colors, _OTHER_COLOR))
        return any(
            len(mine) != len(its) or any(abs(a - b) > allowed for a, b in zip(mine, its, strict=True))
            for mine, its, allowed in pairs
        )


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a picture shows, and which version of matplotlib drew it."""

    version: str
    marks: list[Mark]


def read(svg: str) -> Drawing:
    """Read a picture that matplotlib has drawn."""
    made = _CREATOR.search(svg)
    return Drawing(made[1] if made else "", list(_marks(ElementTree.fromstring(svg), False)))


def _marks(element: ElementTree.Element, on_tick: bool) -> Iterator[Mark]:
    name = element.tag.rpartition("}")[2]
    on_tick = on_tick or element.get("id", "").startswith(("xtick_", "ytick_"))
    if name == "text":
        # Versions break the parts of a formula into lines of their own.
        yield Mark("text " + "".join("".join(element.itertext()).split()), [], [], on_tick)
    elif name in ("path", "use", "image"):
        colors = [float(int(x, 16)) for rgb in _COLOR.findall(element.get("style", "")) for x in rgb]
        yield Mark(name, _place(name, element), colors, on_tick)
    elif name != "defs":
        for child in element:
            yield from _marks(child, on_tick)


def _place(name: str, element: ElementTree.Element) -> list[float]:
    if name == "path":
        numbers = [float(x) for x in _NUMBER.findall(element.get("d", ""))]
        return [pick(numbers[start::2]) for start in (0, 1) for pick in (min, max)] if numbers else []
    return [float(element.get(key, "0")) for key in ("x", "y", "width", "height")]


def difference(old: Drawing, new: Drawing) -> str:
    """What tells two pictures apart; nothing if they are the same drawing."""
    same_version = old.version == new.version
    before, after = ([m for m in one.marks if same_version or not m.on_tick] for one in (old, new))
    for kind, chosen in (("texts", True), ("elements", False)):
        was, now = (
            [m.what for m in marks if m.what.startswith("text ") == chosen] for marks in (before, after)
        )
        if was != now:
            return f"{kind}: {was} became {now}"
    for was, now in zip(before, after, strict=True):
        if same_version and was.what == now.what and was.differs(now):
            return f"{was.what}: {was.place} {was.colors} became {now.place} {now.colors}"
    return ""


def keep_if_asked(drawn: Path, stored: Path) -> None:
    """With ``NEW_PICTURES`` in the environment what was drawn is stored."""
    if os.environ.get("NEW_PICTURES") and (drawn / "pictures").exists():
        copytree(drawn / "pictures", stored / "pictures", dirs_exist_ok=True)


def check_pictures(text: str, name: str, drawn: Path, stored: Path) -> None:
    """The pictures that a note shows are those its code drew, stored beside it, and described.

    Raises:
        AssertionError: there is none, or one is not shown, drawn, stored, described, small and up to date.
    """
    shown = {target: words for words, target in PICTURE.findall(text) if target.startswith("pictures/")}
    assert shown, f"{name} shows no picture"
    made = {path.relative_to(drawn).as_posix() for path in (drawn / "pictures").glob("*")}
    assert shown.keys() == made, f"{name} shows {sorted(shown)} and draws {sorted(made)}"
    for target, words in shown.items():
        assert Path(target).name.startswith(name.removesuffix(".md")), f"{target} is not named after {name}"
        assert len(words) >= 20, f"{name}: say in words what {target} shows"
        assert (stored / target).exists(), f"{target} is missing: run this test with NEW_PICTURES=1"
        old, new = ((folder / target).read_text(encoding="utf-8") for folder in (stored, drawn))
        assert len(old) < LARGEST, f"{target} has {len(old)} bytes"
        change = difference(read(old), read(new))
        assert not change, f"{target} is out of date ({change}): run this test with NEW_PICTURES=1"
