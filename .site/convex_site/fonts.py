"""The letters of formulas: STIX Two Math (SIL Open Font License), as many of its glyphs as the site needs.

Browsers set MathML by the measures of a font for mathematics, which many machines lack. It stands in the
style sheet itself, where pages read from the disk may use it too.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from html import unescape
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

_MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
_LATIN = "".join(map(chr, range(0x20, 0x7F)))
#: Letters of one character are set in italics: other characters of the font.
_ITALIC = {**{ord(c): 0x1D44E + ord(c) - 97 for c in "abcdefghijklmnopqrstuvwxyz"}, ord("h"): 0x210E}
_ITALIC |= {ord(c): 0x1D434 + ord(c) - 65 for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_ITALIC |= {0x3B1 + k: 0x1D6FC + k for k in range(25)} | {0x391 + k: 0x1D6E2 + k for k in range(25)}
_ITALIC |= {0x3F5: 0x1D716, 0x3D1: 0x1D717, 0x3D5: 0x1D719, 0x2202: 0x1D715}


def letters(bodies: Iterable[str]) -> set[int]:
    """The characters of all formulas of some pages, upright and in italics."""
    used = set(map(ord, _LATIN)) | {0x2032, 0x2212}
    for body in bodies:
        for formula in _MATH.findall(body):
            used |= set(map(ord, unescape(re.sub("<[^>]*>", "", formula))))
    return used | {_ITALIC[c] for c in used if c in _ITALIC}


def face(bodies: Iterable[str]) -> str:
    """A rule of a style sheet that holds the font."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    package = find_spec("ziamath")
    assert package and package.origin
    font = TTFont(Path(package.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf")
    options = Options(layout_features=["ssty", "dtls", "flac"], hinting=False, notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=letters(bodies))
    subsetter.subset(font)
    font.flavor = "woff"
    out = BytesIO()
    font.save(out)
    data = b64encode(out.getvalue()).decode()
    return (
        '/* STIX Two Math, SIL Open Font License 1.1, in part */\n@font-face { font-family: "Formulas"; '
        f'src: url("data:font/woff;base64,{data}") format("woff"); }}\n'
    )
