"""Formulas that a page would lose, because Markdown is read first.

On GitHub a formula between dollars is text until Markdown is done with it: a backslash before punctuation is
gone, underscores may have become emphasis. Displayed formulas are safe in a fenced ``math`` block.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable("table").disable("text_join")
_FORMULA = re.compile(r"\$([^$]+)\$(.?)", re.DOTALL)
#: What Markdown made of something, as one character in the text around it.
_TAKEN = {
    "text_special": "\x01",
    "softbreak": "\n",
    "code_inline": "\x02",
    "html_inline": "\x03",
    "link_open": "\x04",
}
_COMPLAINTS = (
    ("\x01", "a backslash is lost"),
    ("\n", "runs over a line"),
    ("\x02", "has code inside"),
    ("\x03", "has HTML inside"),
    ("\x04", "has a link inside"),
    ("\x05", "has emphasis inside"),
)
_REFUSED = ("\\operatorname",)


def troubles(text: str) -> list[str]:
    """The formulas of a page that would not be seen as they are written, and why.

    Example:
        >>> troubles("good: $a_i$, $b_i$; bad: $\\\\{a\\\\}$")
        ['$\\x01{a\\x01}$: a backslash is lost']
    """
    found = [f"{macro}: GitHub refuses it" for macro in _REFUSED if macro in text]
    for token in _PARSER.parse(text):
        if token.type != "inline" or "$" not in token.content:
            continue
        words = "".join(_seen(child) for child in token.children or [])
        if words.count("$") % 2:
            found.append(f"{token.content[:60]}...: a dollar without its partner")
        if "$$" in words:
            found.append(f"{token.content[:60]}...: display it in a math block")
            continue
        for formula in _FORMULA.finditer(words):
            inside, after = formula.groups()
            found += [f"${inside}$: {why}" for sign, why in _COMPLAINTS if sign in inside]
            if inside != inside.strip():
                found.append(f"${inside}$: a space beside a dollar")
            if after.isalnum():
                found.append(f"${inside}${after}: a letter right after it")
    return found


def _seen(token: Token) -> str:
    if token.type == "text":
        return token.content
    if token.type == "text_special":  # Before a letter a backslash stays.
        return token.content if token.content == token.markup else _TAKEN[token.type] + token.content
    return _TAKEN.get(token.type, "\x05")
