"""The page: the problem, the theorem, both halves of its proof, and what the reader compares."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_EVEN
from fractions import Fraction

from hyperplane_arrangements.errors import InputError

from ... import checker
from ...checker import Certificate, Problem, Refusal, decimal
from .blocks import Block, Heading, Paragraph, Table
from .cones import Cone, cones
from .numbers import (
    ChamberRow,
    chamber_rows,
    compared,
    conjugates,
    losses,
    outputs,
    shown,
    shown_below,
    shown_vector,
)
from .steps import Step, chamber_steps, cone_steps, steps

ROWS = 40  # of a table; a page has no room for more

NORMS = {"2-norm": "2-norm", "1-norm": "∞-norm", "inf-norm": "1-norm"}


def explained(problem_text: str, certificate_text: str) -> list[Block]:
    """The page for a certificate that the checker accepts.

    Args:
        problem_text, certificate_text: the two documents.

    Returns:
        Blocks for `blocks.markdown`, `blocks.html` and `blocks.latex`.

    Raises:
        InputError: the documents are not readable, the checker refuses, or the problem has max pooling.
    """
    try:
        problem = checker.read_problem(problem_text)
        checker.verify(problem, certificate_text).require()
        shape = len(problem.target), len(problem.cuts), len(problem.rows[0]), len(problem.skips)
        claim = checker.read_certificate(checker.parse(certificate_text, "certificate"), *shape)
        certificate = checker.with_dual(problem, claim)
    except Refusal as reason:
        raise InputError(f"{reason}; only what `convex-landscape check` proves is explained") from None
    if problem.largest:
        raise InputError(
            "a problem with max pooling is checked, but not explained; use `convex-landscape check`"
        )
    return [
        *_statement(problem, certificate),
        *_upper(problem, certificate),
        *_lower(problem, certificate),
        *_feasible(problem, certificate),
    ]


def _statement(problem: Problem, certificate: Certificate) -> list[Block]:
    kind, delta = problem.loss
    loss = f"huber loss with delta {shown(delta)}" if kind == "huber" else f"{kind} loss"
    slope = f"φ(t) = max(t, 0) + {shown(problem.kappa)} min(t, 0)" if problem.kappa else "φ(t) = max(t, 0)"
    free = {True: "decayed intercept", False: "free linear terms"}[problem.decayed] if problem.skips else ""
    lower, upper = certificate.lower, certificate.upper
    claim = (
        f"No network, of any width, has an objective below {shown(lower)}, and the one below attains it: "
        f"p* = {shown(lower)}."
        if lower == upper
        else f"{shown_below(lower)} ≤ p* ≤ {shown(upper)}."
    )
    table = Table(
        ("row k", "x_k", "sample", "y", "weight"),
        tuple(
            (str(k), shown_vector(row), str(i), shown(problem.target[i]), shown(problem.weights[i]))
            for k, (row, i) in enumerate(zip(problem.rows, problem.samples, strict=True))
        )[:ROWS],
    )
    return [
        Heading("A theorem about this problem"),
        Paragraph(
            f"Over all networks f(x) = Σ_j α_j φ(w_j'x) of any width, {slope}, let p* be the least value of "
            f"the sum of the {loss} over the samples and β/2 Σ_j (norm(w_j)² + α_j²), "
            f"β = {shown(problem.beta)}, "
            f"in the {problem.penalty}{f', with {free}' if free else ''}"
            f"{f'; the weights of column {problem.bias} are free' if problem.bias is not None else ''}."
        ),
        table,
        *_cut(len(problem.rows), "rows"),
        Paragraph(f"Theorem. {claim}"),
    ]


def _upper(problem: Problem, certificate: Certificate) -> list[Block]:
    values = outputs(problem, certificate)
    each = losses(problem, values)
    rest = certificate.upper - sum(each, Fraction(0))
    balanced = "β Σ_j norm(w_j) |α_j|" if problem.penalty != "2-norm" else "β/2 Σ_j (norm(w_j)² + α_j²)"
    scaled = (
        " (scaling w_j by t and α_j by 1/t keeps f, and the best t makes the penalty this)"
        if problem.penalty != "2-norm"
        else ""
    )
    neurons = zip(certificate.hidden, certificate.output, strict=True)
    blocks: list[Block] = [
        Heading("The upper bound: a network"),
        Table(
            ("neuron j", "w_j", "α_j"),
            tuple((str(j), shown_vector(w), shown(a)) for j, (w, a) in enumerate(neurons))[:ROWS],
        ),
        *_cut(len(certificate.hidden), "neurons"),
    ]
    if certificate.skip:
        blocks.append(Paragraph(f"Beside neurons: {shown_vector(certificate.skip)}."))
    triples = enumerate(zip(values, problem.target, each, strict=True))
    return [
        *blocks,
        Table(
            ("sample i", "f_i", "y_i", "loss"),
            tuple((str(i), shown(f), shown(y), shown(loss)) for i, (f, y, loss) in triples)[:ROWS],
        ),
        *_cut(len(values), "samples"),
        Paragraph(
            f"The losses add up to {shown(sum(each, Fraction(0)))}, the penalty {balanced} is {shown(rest)}"
            f"{scaled}; together {shown(certificate.upper)}."
        ),
    ]


def _lower(problem: Problem, certificate: Certificate) -> list[Block]:
    each = conjugates(problem, certificate.dual)
    taken = sum(each, Fraction(0)) - certificate.lower
    rows = zip(certificate.dual, problem.target, each, strict=True)
    less = f", less {shown(taken)} for the decayed intercept" if taken else ""
    free = " (What is free adds nothing to Σ_i z_i f_i.)" if problem.skips and not problem.decayed else ""
    return [
        Heading("The lower bound: a vector z"),
        Paragraph(
            "For any f and z, loss(f_i; y_i) ≥ d_i - z_i f_i, d_i being the least value of "
            "loss(f; y_i) + z_i f. If |Σ_k z_k φ(x_k'u)| ≤ β norm(u) for all u, then Σ_i z_i f_i is at most "
            "β Σ_j norm(w_j) |α_j|, which is at most the penalty; so p* ≥ Σ_i d_i."
            f"{free}"
        ),
        Table(
            ("sample i", "z_i", "y_i", "d_i"),
            tuple((str(i), *map(shown, row)) for i, row in enumerate(rows))[:ROWS],
        ),
        *_cut(len(each), "samples"),
        Paragraph(f"The d_i add up to {shown(sum(each, Fraction(0)))}{less}: the lower bound."),
    ]


def _feasible(problem: Problem, certificate: Certificate) -> list[Block]:
    title = Heading("Why |Σ_k z_k φ(x_k'u)| ≤ β norm(u) for all u")
    if certificate.cover is not None:
        own = certificate.cover.basis is None
        kept = "basis" if problem.bias is None else "point, which is taken off all rows"
        where = "" if own else f" (in the coordinates of the certificate's {kept})"
        found = cones(problem, certificate.dual, certificate.cover)
        return [
            title,
            *_by_cones(found, where),
            *_steps(problem, certificate, cone_steps(found, len(found[0].box))),
        ]
    if certificate.chambers is not None:
        rows = chamber_rows(problem, certificate.dual, certificate.chambers)
        return [
            title,
            *_by_chambers(rows, problem),
            *_steps(problem, certificate, chamber_steps(rows, problem)),
        ]
    count = len(checker.hyperplanes(checker.integer_rows(problem.rows)[0]))
    if certificate.quadratic is not None and isinstance(certificate.quadratic.plus, checker.Form):
        return [
            title,
            Paragraph(
                f"On the unit sphere abs(t), t = n'u, in each of {count} terms max(0, t) = (t + abs(t))/2 is "
                f"replaced by a curve of degree {certificate.quadratic.plus.degree}: by one that touches it "
                "from above where the factor of the term is positive, and by one that touches it from below "
                "where that is negative, mixed there with a line. What they add up to is one function for z "
                "and one for -z. Its linear part c'u is at most m + (c'u)²/(4 m), m a share of β. The "
                "checker verifies, in integers, that β less all of this, as a form, has a positive "
                "semidefinite matrix in the products of half as many variables; the certificate says those "
                "of its entries that the form does not determine."
            ),
        ]
    if certificate.quadratic is not None and problem.bias is not None:
        return [title, Paragraph(_spans_in_words(certificate.quadratic, count))]
    if certificate.quadratic is not None:
        return [
            title,
            Paragraph(
                f"On the unit sphere each of {count} terms max(0, t), t = n'u, is replaced by a parabola: "
                "by (t + (t²/τ + τ)/2)/2, which is above it, where its factor is positive, and by "
                "a t + b t²/L, 0 ≤ b ≤ a ≤ 1 - b, L the length of n, which is below it, where that is "
                "negative. What they add up to is c'u + u'Qu + θ, one function for z and one for -z. The "
                "checker verifies, in integers, that the matrix of s norm(u)² - u'Qu - c'u + β - θ - s in "
                "(u, 1) is positive definite, with the certificate's s. "
                + _cuts_in_words(certificate.quadratic)
            ),
        ]
    return [
        title,
        Paragraph(
            f"The certificate lists nothing: the checker goes along all {count} great circles x_k'u = 0, and "
            "compares, in integers, every ray, arc and cell on and beside them with β. No page holds them."
        ),
        *_steps(problem, certificate, [("norms", "great circles, all along", str(count), "")]),
    ]


def _spans_in_words(quadratic: checker.Quadratic, count: int) -> str:
    """How functions are bounds for all free biases."""
    plus, minus = map(_count, (quadratic.plus, quadratic.minus))
    return (
        "The biases b are free, and u = (w, b) has norm(w) = 1. Let R be the largest norm of a row without "
        "its bias. Beyond R and -R no height x_k'w + b changes its sign, and as z adds up to 0, "
        f"z'φ(Xu) changes no more. So b/R from -1 to 1 is enough, in spans, {plus} of them for z and {minus} "
        f"for -z, each with a function of its own. On a span each of {count} terms max(0, t), t = n'u, that "
        "does not keep its sign is replaced by a parabola: by (t + (t²/τ + τ)/2)/2, which is above it, where "
        "its factor is positive, and by a t + b t²/L, 0 ≤ b ≤ a ≤ 1 - b, L at least abs(t), which is below "
        "it, where that is negative. To what they add up to, c'u + u'Qu + θ, r times the product of the "
        "distances of b/R from both ends is added. The checker verifies, in integers, that the matrix of "
        "s norm(w)² + β - θ - s less all that in (u, 1) is positive definite, with the certificate's s and r."
    )


def _cuts_in_words(quadratic: checker.Quadratic) -> str:
    """How many pieces of the sphere have functions of their own, and what the cuts give."""
    plus, minus = map(_count, (quadratic.plus, quadratic.minus))
    if plus == minus == 1:
        return ""
    return (
        f"Planes through 0 cut the sphere into {plus} pieces for z and {minus} for -z, each with a function "
        "of its own. Where f'u ≥ 0 and g'u ≥ 0 for two cuts, multiples of (f'u)(g'u) and of "
        "(f'u)(norm(w) + w'u) are added to it, which are not negative there."
    )


def _count(part: checker.Part) -> int:
    return _count(part.above) + _count(part.below) if isinstance(part, checker.Cut | checker.BiasCut) else 1


def _steps(problem: Problem, certificate: Certificate, proof: list[Step]) -> list[Block]:
    return [Heading("What the checker looked at"), steps(problem, certificate, proof)]


def _by_chambers(rows: list[ChamberRow], problem: Problem) -> list[Block]:
    squared = problem.penalty == "2-norm"
    size = "norm²" if squared else NORMS[problem.penalty]
    limit = "β²" if squared else "β"
    tightest = max(rows, key=lambda row: row.size)
    closest = " of ".join(compared(tightest.size, tightest.limit))
    table = Table(
        ("chamber", "point u", "signs of x_k'u", "z or -z", "c", "λ", "c + X'Sλ", f"{size} ≤ {limit}"),
        tuple(
            (
                str(row.number),
                shown_vector(row.point),
                row.signs,
                "z" if row.sign == "+" else "-z",
                shown_vector(row.gradient),
                ", ".join(f"λ_{k} = {shown(v)}" for k, v in row.multipliers.items()) or "0",
                shown_vector(row.moved),
                " ≤ ".join(compared(row.size, row.limit)),
            )
            for row in rows
        )[: 2 * ROWS],
    )
    return [
        Paragraph(
            f"The hyperplanes x_k'u = 0 cut space into {len(rows) // 2} chambers. On each of them the "
            "φ(x_k'u) are linear, so the sum is c'u. For λ ≥ 0 and S the signs, c'u ≤ (c + X'Sλ)'u ≤ "
            f"norm(c + X'Sλ) norm(u), the norm of c + X'Sλ being the {NORMS[problem.penalty]}. "
            "(The points have different signs, so their chambers differ; that these are all is a count.)"
        ),
        table,
        *_cut(len(rows), "comparisons", 2 * ROWS),
        Paragraph(
            f"The tightest of {len(rows)} comparisons is in chamber {tightest.number}, for "
            f"{'z' if tightest.sign == '+' else '-z'}: {closest}."
        ),
    ]


def _by_cones(found: list[Cone], where: str) -> list[Block]:
    tightest = max(found, key=lambda cone: cone.share)
    header = ("z or -z", "box of w", "w inside", "slopes", "c", "e", "norm(e)² / β²")
    return [
        Paragraph(
            f"All directions{where} lie in cones over boxes on the faces of a cube, {len(found)} of them for "
            "z and for -z together. On the cone over a box a row of one sign is linear. One of both signs "
            "lies below a line: of positive weight below its chord, of negative weight below any line of a "
            "slope from 0 to 1; the slopes stand by row (rows on one hyperplane count as one). So the sum is "
            "at most c'w on the box, what chords have at 0 going to the coordinate that is 1 or -1; c'w ≤ "
            "e'w at every corner of the box, hence on its cone, and norm(e) ≤ β."
        ),
        Table(header, tuple(map(_cone_cells, found[:ROWS]))),
        Paragraph("The slopes, c and e are rounded to six digits; the last column is exact or above."),
        *_cut(len(found), "cones"),
        Paragraph(
            f"The tightest of {len(found)} comparisons: norm(e)² / β² is {_share(tightest)}, on the cone "
            f"over {_box(tightest)}, for {_side(tightest)}."
        ),
    ]


def _cone_cells(cone: Cone) -> tuple[str, ...]:
    return (
        _side(cone),
        _box(cone),
        shown_vector(cone.point),
        ", ".join(f"{k}: {_near(slope)}" for k, slope in cone.slopes.items()) or "none",
        f"({', '.join(map(_near, cone.above))})",
        f"({', '.join(map(_near, cone.short))})",
        _share(cone),
    )


def _side(cone: Cone) -> str:
    return "z" if cone.sign == "+" else "-z"


def _near(value: Fraction) -> str:
    """To six digits, in full where that is shorter."""
    return str(value) if len(str(value)) <= 7 else str(decimal(value, ROUND_HALF_EVEN, 6))


def _box(cone: Cone) -> str:
    return " · ".join(shown(a) if a == b else f"[{shown(a)}, {shown(b)}]" for a, b in cone.box)


def _share(cone: Cone) -> str:
    return str(decimal(cone.share, ROUND_CEILING, 12))


def _cut(count: int, what: str, most: int = ROWS) -> list[Block]:
    return [Paragraph(f"These are the first {most} of {count} {what}.")] if count > most else []
