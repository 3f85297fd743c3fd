"""Markdown to HTML: anchors as on GitHub, formulas in MathML, code in colours, links by a function."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from .flowchart import svg
from .mathematics import mathml

Resolve = Callable[[str], str]
_ATTRIBUTE = re.compile(r'(<(?:a|img)\b[^>]*?\b(?:href|src)=")([^"]*)(")')
_LEXERS = {
    "pycon": "pycon",
    "python": "python",
    "coq": "coq",
    "sh": "bash",
    "json": "json",
    "js": "javascript",
}
_FORMATTER = HtmlFormatter(nowrap=True)


@dataclass(frozen=True, slots=True)
class Text:
    """A text as HTML: its title, its body, and its headings (level, anchor, words as HTML)."""

    title: str
    body: str
    headings: tuple[tuple[int, str, str], ...]


def colored(code: str, language: str) -> str:
    """Code as HTML, its text unchanged.

    Example:
        >>> colored("a < 1", "text")
        'a &lt; 1'
    """
    try:
        lexer = get_lexer_by_name(_LEXERS[language], stripnl=False, ensurenl=False)
    except (KeyError, ClassNotFound):
        return escape(code, quote=False)
    return highlight(code, lexer, _FORMATTER)


def block(code: str, language: str, kind: str = "code") -> str:
    """A block of code."""
    return f'<pre class="{kind}" tabindex="0"><code>{colored(code, language)}</code></pre>\n'


def _fence(token: Token) -> str:
    language = token.info.split()[0] if token.info.strip() else "text"
    if language == "math":
        return f'<div class="formula">{mathml(token.content, display=True)}</div>\n'
    if language == "mermaid":
        return svg(token.content)
    return block(token.content, "python" if language == "{code-cell}" else language)


def slug(words: str, taken: dict[str, int]) -> str:
    """The anchor of a heading, as GitHub makes it.

    Example:
        >>> taken = {}
        >>> slug("What is proven?", taken), slug("What is proven?", taken)
        ('what-is-proven', 'what-is-proven-1')
    """
    name = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
    taken[name] = taken.get(name, -1) + 1
    return f"{name}-{taken[name]}" if taken[name] else name


def _formula(content: str) -> str:
    return mathml(content[1:-1] if content[:1] == content[-1:] == "`" else content)


def parser(formulas: bool = True, html: bool = True) -> MarkdownIt:
    """A parser whose blocks of code have colours, and whose tables and formulas may be wide."""
    markdown = MarkdownIt("commonmark", {"html": html}).enable(["table", "strikethrough"])
    if formulas:
        dollarmath_plugin(markdown, allow_labels=False, allow_space=False, double_inline=False)
    rules = {
        "fence": lambda self, tokens, i, options, env: _fence(tokens[i]),
        "code_block": lambda self, tokens, i, options, env: block(tokens[i].content, "text"),
        "math_inline": lambda self, tokens, i, options, env: _formula(tokens[i].content),
        "math_block": lambda self, tokens, i, options, env: (
            f'<div class="formula">{mathml(tokens[i].content, display=True)}</div>'
        ),
        "table_open": lambda self, tokens, i, options, env: '<div class="wide" tabindex="0"><table>\n',
        "table_close": lambda self, tokens, i, options, env: "</table></div>\n",
    }
    for name, rule in rules.items():
        markdown.add_render_rule(name, rule)
    return markdown


_TEXT, _DOCSTRING = parser(), parser(formulas=False, html=False)


def _words(token: Token) -> str:
    return "".join(child.content for child in token.children or [] if child.type != "image")


def _relink(tokens: list[Token], resolve: Resolve) -> None:
    for token in tokens:
        for name in ("href", "src"):
            if name in token.attrs:
                token.attrs[name] = resolve(str(token.attrs[name]))
        if token.type in ("html_block", "html_inline"):
            token.content = _ATTRIBUTE.sub(
                lambda found: found[1] + escape(resolve(unescape(found[2]))) + found[3], token.content
            )
        _relink(token.children or [], resolve)


def _figures(tokens: list[Token]) -> None:
    """An image alone in its paragraph is a figure."""
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        alone = token.type == "inline" and [child.type for child in token.children or []] == ["image"]
        if alone and before.type == "paragraph_open":
            before.tag = after.tag = "figure"


def render(text: str, resolve: Resolve = str) -> Text:
    """A whole text.

    Args:
        text: Markdown as on GitHub: tables, formulas between dollars and in blocks, HTML.
        resolve: from a link of the text to one of the page.

    Example:
        >>> render("# A\\n\\n[b](b.md)", lambda link: link.replace(".md", ".html")).body
        '<h1 id="a">A</h1>\\n<p><a href="b.html">b</a></p>\\n'
    """
    environment: dict[str, object] = {}
    tokens = _TEXT.parse(text, environment)
    _relink(tokens, resolve)
    _figures(tokens)
    taken: dict[str, int] = {}
    headings = []
    for token, inside in pairwise(tokens):
        if token.type == "heading_open":
            anchor = slug(_words(inside), taken)
            token.attrs["id"] = anchor
            words = _TEXT.renderer.renderInline(inside.children or [], _TEXT.options, environment)
            headings.append((int(token.tag[1]), anchor, re.sub(r"</?a\b[^>]*>", "", words)))
    title = next((re.sub("<[^>]*>", "", words) for level, _, words in headings if level == 1), "")
    return Text(unescape(title), _TEXT.renderer.render(tokens, _TEXT.options, environment), tuple(headings))


def docstring(text: str, resolve: Callable[[str], str | None], *, inline: bool = False) -> str:
    """A docstring, or a part of one: names in code that `resolve` knows are links."""
    markdown = _DOCSTRING
    text = re.sub(r":\w+:(`)", r"\1", text)
    body = markdown.renderInline(text) if inline else markdown.render(text)

    def link(found: re.Match[str]) -> str:
        target = resolve(unescape(found[1]))
        return f'<a href="{target}">{found[0]}</a>' if target else found[0]

    return re.sub(r"<code>([\w.]+(?:\(\))?)</code>", link, body)
