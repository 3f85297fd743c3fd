"""Pages of headings, paragraphs and tables, and their three spellings: Markdown, HTML and LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Heading:
    """A line above a section; the first one is the title."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells below a header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Table

MATH = {
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "β": r"$\beta$",
    "κ": r"$\kappa$",
    "λ": r"$\lambda$",
    "φ": r"$\varphi$",
    "α": r"$\alpha$",
    "Σ": r"$\Sigma$",
    "²": r"$^2$",
    "½": r"$\frac12$",
    "∞": r"$\infty$",
    "·": r"$\cdot$",
    "|": r"\textbar{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    **{sign: f"\\{sign}" for sign in "#$%&_{}"},
}
LATEX = """\\documentclass{{article}}
\\usepackage[utf8]{{inputenc}}
\\usepackage{{longtable}}
\\begin{{document}}
{body}
\\end{{document}}
"""
HTML = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ max-width: 60em; margin: 2em auto; font-family: serif; line-height: 1.4 }}
table {{ border-collapse: collapse }}
td, th {{ border: 1px solid #999; padding: .2em .6em; text-align: left }}
</style></head><body>
{body}
</body></html>
"""


def markdown(page: Sequence[Block]) -> str:
    """The page in Markdown.

    Example:
        >>> print(markdown([Heading("A"), Table(("x",), (("|u| ≤ 1",),))]), end="")
        # A
        <BLANKLINE>
        | x |
        | --- |
        | \\|u\\| ≤ 1 |
    """
    return "\n\n".join(_spelled(page, _heading_md, _escape_md, _table_md)) + "\n"


def html(page: Sequence[Block]) -> str:
    """The page in HTML, whole and without links to anything."""
    title = next((block.text for block in page if isinstance(block, Heading)), "")
    body = "\n".join(_spelled(page, _heading_html, lambda text: f"<p>{escape(text)}</p>", _table_html))
    return HTML.format(title=escape(title), body=body)


def latex(page: Sequence[Block]) -> str:
    """The page in LaTeX, a whole document.

    Example:
        >>> print(latex([Paragraph("50% of β")]).splitlines()[4])
        50\\% of $\\beta$
    """
    return LATEX.format(body="\n\n".join(_spelled(page, _heading_latex, _escape_latex, _table_latex)))


FORMATS: dict[str, Callable[[Sequence[Block]], str]] = {"markdown": markdown, "html": html, "latex": latex}


def _spelled(
    page: Sequence[Block],
    heading: Callable[[str, bool], str],
    paragraph: Callable[[str], str],
    table: Callable[[Table], str],
) -> list[str]:
    parts, first = [], True
    for block in page:
        if isinstance(block, Heading):
            parts.append(heading(block.text, first))
            first = False
        else:
            parts.append(paragraph(block.text) if isinstance(block, Paragraph) else table(block))
    return parts


def _heading_md(text: str, first: bool) -> str:
    return f"{'#' if first else '##'} {_escape_md(text)}"


def _escape_md(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\`*_<>|" else sign for sign in text)


def _table_md(table: Table) -> str:
    lines = [table.header, ("---",) * len(table.header), *table.rows]
    cells = ((cell if i == 1 else _escape_md(cell) for cell in line) for i, line in enumerate(lines))
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def _heading_html(text: str, first: bool) -> str:
    tag = "h1" if first else "h2"
    return f"<{tag}>{escape(text)}</{tag}>"


def _table_html(table: Table) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in table.header)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in table.rows)
    return f"<table>\n<tr>{head}</tr>\n{rows}</table>"


def _heading_latex(text: str, first: bool) -> str:
    return f"\\{'section' if first else 'subsection'}*{{{_escape_latex(text)}}}"


def _escape_latex(text: str) -> str:
    return "".join(MATH.get(sign, sign) for sign in text)


def _table_latex(table: Table) -> str:
    lines = [f"{' & '.join(map(_escape_latex, line))} \\\\" for line in (table.header, *table.rows)]
    lines.insert(1, "\\hline")
    return f"\\begin{{longtable}}{{{'l' * len(table.header)}}}\n" + "\n".join(lines) + "\n\\end{longtable}"
