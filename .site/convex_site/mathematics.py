"""Formulas in TeX to MathML, which browsers set themselves: no script, no font, no network."""

from __future__ import annotations

import re

from latex2mathml.converter import convert

# Bars and braces tell nobody which side they are on once they are characters: these are told before.
_SIDES = {
    r"\lvert": ("\ue000", "|", "prefix"),
    r"\rvert": ("\ue001", "|", "postfix"),
    r"\lVert": ("\ue002", "\u2016", "prefix"),
    r"\rVert": ("\ue003", "\u2016", "postfix"),
    r"\lbrace": ("\ue004", "{", "prefix"),
    r"\rbrace": ("\ue005", "}", "postfix"),
    r"\lbrack": ("\ue006", "[", "prefix"),
    r"\rbrack": ("\ue007", "]", "postfix"),
}
_SIZED = re.compile(
    r"(\\(?:left|right|[Bb]ig{1,2}[lr]?)\s*)?(\\[lr](?:vert|Vert|brace|brack))(?![a-zA-Z])\s?"
)
_MARKED = re.compile(r"<m[io][^>]*>(?:&#x0?(E00[0-7]);|([\ue000-\ue007]))</m[io]>")
_BECOMES = re.compile(r"<m[io]>(?:&#x0003A;|:)</m[io]><mo>(?:&#x0003D;|=)</mo>")
_AS_MARKED = {mark: (sign, form) for mark, sign, form in _SIDES.values()}


def _fence(found: re.Match[str]) -> str:
    sign, form = _AS_MARKED[chr(int(found[1], 16)) if found[1] else found[2]]
    return f'<mo stretchy="false" form="{form}">{sign}</mo>'


def mathml(formula: str, *, display: bool = False) -> str:
    """One formula.

    Args:
        formula: TeX, as between dollars.
        display: on a line of its own.

    Example:
        >>> "<msub>" in mathml("a_i")
        True
    """
    marked = _SIZED.sub(lambda found: found[0] if found[1] else f"{_SIDES[found[2]][0]} ", formula.strip())
    text = convert(marked, display="block" if display else "inline")
    return _BECOMES.sub("<mo>\u2254</mo>", _MARKED.sub(_fence, text))
