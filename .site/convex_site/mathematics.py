"""Formulas in TeX to MathML, which browsers set themselves: no script, no font, no network."""

from __future__ import annotations

import re
from xml.etree import ElementTree

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
_LARGE = re.compile(r'<mo[^>]*?((?: (?:min|max)size="[^"]*")*)>\\([lr](?:vert|Vert|brace|brack))</mo>')
_BECOMES = re.compile(r"<m[io]>(?:&#x0003A;|:)</m[io]><mo>(?:&#x0003D;|=)</mo>")
_AS_MARKED = {mark: (sign, form) for mark, sign, form in _SIDES.values()}


_SHORT, _LONG = 18, 30  # letters: what no line needs to break, and what no narrow line can hold
_RELATIONS = "=<>\u2264\u2265\u2254\u2208\u2286\u2192\u2260\u21d2\u21a6"
_SPACE = "{http://www.w3.org/1998/Math/MathML}"
ElementTree.register_namespace("", _SPACE.strip("{}"))


def _fence(found: re.Match[str]) -> str:
    sign, form = _AS_MARKED[chr(int(found[1], 16)) if found[1] else found[2]]
    return f'<mo stretchy="false" form="{form}">{sign}</mo>'


def _large(found: re.Match[str]) -> str:
    _, sign, form = _SIDES["\\" + found[2]]
    return f'<mo{found[1]} stretchy="true" fence="true" form="{form}">{sign}</mo>'


def mathml(formula: str, *, display: bool = False) -> str:
    """One formula.

    Args:
        formula: TeX, as between dollars.
        display: on a line of its own; else lines may break before its relations.

    Example:
        >>> "<msub>" in mathml("a_i")
        True
    """
    marked = _SIZED.sub(lambda found: found[0] if found[1] else f"{_SIDES[found[2]][0]} ", formula.strip())
    text = convert(marked, display="block" if display else "inline")
    text = _BECOMES.sub("<mo>\u2254</mo>", _MARKED.sub(_fence, _LARGE.sub(_large, text)))
    return text if display else "<wbr>".join(_pieces(text))


def _pieces(text: str) -> list[str]:
    """An inline formula in the parts between which a line may break, each a formula: browsers break none."""
    formula = ElementTree.fromstring(text)
    row = formula[0]
    if row.tag != f"{_SPACE}mrow" or len("".join(row.itertext())) <= _SHORT:
        return [text]
    parts: list[list[ElementTree.Element]] = [[]]
    for item in row:
        words = "".join(item.itertext())
        before = "".join(word for one in parts[-1] for word in one.itertext())
        relates = item.tag == f"{_SPACE}mo" and words in _RELATIONS and len(before) > 3
        inside = sum(map(before.count, "([{")) > sum(map(before.count, ")]}"))
        if parts[-1] and (relates or (before.endswith(",") and not inside)):
            parts.append([])
        parts[-1].append(item)
    found = []
    for part in parts:
        one = ElementTree.Element(formula.tag, formula.attrib)
        ElementTree.SubElement(one, row.tag).extend(part)
        long = len("".join(one.itertext())) > _LONG
        shown = ElementTree.tostring(one, encoding="unicode")
        found.append(f'<span class="long">{shown}</span>' if long else shown)
    return found
