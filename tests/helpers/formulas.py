"""Formulas that a page would lose, because Markdown is read first, and those that are not set at all.

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
_WORDS = "alpha|beta|gamma|delta|kappa|lambda|mu|tau|sigma|phi|psi|chi|theta|omega|eps|ell"
_PLAIN = re.compile(
    rf"(?<![\w.-])(?:{_WORDS})(?![\w-])"  # a Greek letter as a word,
    r"|[<>!]=|\w\^|(?<!\w)[A-Za-z]\*|\b[A-Za-z]_\w\b"  # a comparison, a power, an optimum, an index,
    r"|(?<![\w'])\w'[A-Za-z(](?!\w)|\b(?:norm|norm_dual|abs|sqrt)\("  # a product, a function,
    r"|(?<![\w'.-])(?!(?<=\()\w\))-?[b-zB-HJ-Z](?![\w.'-])"  # or a letter alone; (b) is a name.
)
_CALL = re.compile(r"(?!(?:norm|norm_dual|abs|sqrt|max|min|sum|phi|psi)\b)[A-Za-z_]{3,}[(:]")


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


def plain(text: str) -> list[str]:
    """The formulas of a page that are not set as formulas: in words, as code, or as a block that is indented.

    Example:
        >>> plain("$a_i$, n x d, `numpy`, `scaled(problem, beta)`; `c'u <= beta`, (b) where t is 0")
        ["`c'u <= beta`", 't']
    """
    found = []
    for token in _PARSER.parse(text):
        if token.type == "code_block":
            found.append(token.content)
        if token.type != "inline":
            continue
        codes = [child.content for child in token.children or [] if child.type == "code_inline"]
        found += [f"`{code}`" for code in codes if _PLAIN.search(code) and not _CALL.match(code)]
        words = "".join(_seen(child) for child in token.children or [] if child.type != "code_inline")
        words = re.sub(r"\$[^$]*\$|\b\w x \w\b", "$", words)
        found += [match[0] for match in _PLAIN.finditer(words)]
    return found


def _seen(token: Token) -> str:
    if token.type == "text":
        return token.content
    if token.type == "text_special":  # Before a letter a backslash stays.
        return token.content if token.content == token.markup else _TAKEN[token.type] + token.content
    return _TAKEN.get(token.type, "\x05")
