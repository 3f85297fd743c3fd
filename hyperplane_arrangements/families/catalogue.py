"""Named arrangements, each with the paper or sequence that published its chamber count.

Every function returns an `Arrangement` with integer rows in a documented order, named by their equations
where these are short; `FAMILIES` lists them with
their published counts (module `published`) for the command line and for tests.

The mirrors of the icosahedron and of the 600-cell, H_3 and H_4, need the golden ratio, (1 + sqrt(5))/2, and
have it exactly. A rounded matrix is no substitute: the five mirrors through each five-fold axis come apart,
and with them the count (120 chambers for H_3) and the sign vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations, product
from typing import Any

from ..arrangement import Arrangement
from ..errors import InputError
from ..exact import clipped, exact_matrix, exact_vector
from ..exact.quadratic import Quadratic, square_root
from . import published


def _at_least(value: int, minimum: int, name: str) -> int:
    """Return `value` as an int, or say why it cannot be the parameter `name`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"{name} is {value!r}; give an integer, at least {minimum}")
    if value < minimum:
        raise InputError(f"{name} is {value}; the smallest this family has is {minimum}")
    return value


def _arrangement(rows: Sequence[Sequence[Any]], offsets: Sequence[int] | None = None) -> Arrangement:
    return Arrangement(exact_matrix(rows), None if offsets is None else exact_vector(offsets, "offsets"))


def _equations(rows: Sequence[Sequence[int]], offsets: Sequence[int] | None = None) -> Arrangement:
    """The arrangement, its hyperplanes named by their equations."""
    bare = _arrangement(rows, offsets)
    return Arrangement(bare.normals, bare.offsets, [str(row).replace(" ", "") for row in bare])


def _row(size: int, entries: Iterable[tuple[int, int]]) -> list[int]:
    """Return a row of the given size with the given (index, value) entries."""
    row = [0] * size
    for index, value in entries:
        row[index] = value
    return row


def _differences(n: int) -> list[list[int]]:
    return [_row(n, [(i, 1), (j, -1)]) for i, j in combinations(range(n), 2)]


def _sums(n: int) -> list[list[int]]:
    return [_row(n, [(i, 1), (j, 1)]) for i, j in combinations(range(n), 2)]


def _units(n: int) -> list[list[int]]:
    return [_row(n, [(i, 1)]) for i in range(n)]


def _deformation(n: int, shifts: tuple[int, ...]) -> Arrangement:
    """Return the hyperplanes `x_i - x_j = s` for i < j and s in `shifts`."""
    _at_least(n, 2, "n")
    rows = [row for row in _differences(n) for _ in shifts]
    return _equations(rows, [shift for _ in _differences(n) for shift in shifts])


def braid(n: int) -> Arrangement:
    """Return `x_i = x_j` in R^n (type A): n! chambers, one for each order of the coordinates.

    Stanley (2007), An introduction to hyperplane arrangements, lecture 1; OEIS A000142.

    Args:
        n: number of coordinates, at least 2.

    Returns:
        The C(n, 2) hyperplanes in lexicographic order of (i, j), rank n - 1.

    Example:
        >>> braid(4).count_chambers()
        24
    """
    return _equations(_differences(_at_least(n, 2, "n")))


def type_b(n: int) -> Arrangement:
    """Return the reflections of the n-cube, `x_i = 0`, `x_i = x_j`, `x_i = -x_j`: 2^n n! chambers.

    Stanley (2007), lecture 5; OEIS A000165.

    Example:
        >>> type_b(3).count_chambers()
        48
    """
    _at_least(n, 1, "n")
    return _equations(_units(n) + _differences(n) + _sums(n))


def type_d(n: int) -> Arrangement:
    """Return `x_i = x_j` and `x_i = -x_j` in R^n: 2^(n-1) n! chambers.

    Stanley (2007), lecture 5; OEIS A002866.

    Example:
        >>> type_d(4).count_chambers()
        192
    """
    _at_least(n, 2, "n")
    return _equations(_differences(n) + _sums(n))


def g2() -> Arrangement:
    """Return the six mirrors of the hexagon, in the plane x + y + z = 0 of R^3: 12 chambers.

    Humphreys (1990), Reflection groups and Coxeter groups, section 2.10.

    Example:
        >>> g2().count_chambers()
        12
    """
    return _equations([*_differences(3), [2, -1, -1], [-1, 2, -1], [-1, -1, 2]])


def f4() -> Arrangement:
    """Return the 24 mirrors of the 24-cell in R^4: 1152 chambers.

    Humphreys (1990), Reflection groups and Coxeter groups, section 2.10.

    Example:
        >>> f4().count_chambers()
        1152
    """
    halves = [[1, *signs] for signs in product((1, -1), repeat=3)]
    return _equations(_units(4) + _differences(4) + _sums(4) + halves)


def _golden() -> tuple[Quadratic, Quadratic]:
    """The golden ratio and its inverse."""
    golden = (1 + square_root(5)) / 2
    return golden, golden - 1


def h3() -> Arrangement:
    """Return the 15 mirrors of the icosahedron in R^3: 120 chambers.

    The normals are the coordinate vectors and the cyclic shifts of (1, +-g, +-1/g), g the golden ratio.
    Humphreys (1990), Reflection groups and Coxeter groups, sections 2.13 and 3.20 for the degrees 2, 6, 10.

    Example:
        >>> h3().count_chambers(), h3().characteristic_polynomial().as_expr().factor()
        (120, (t - 9)*(t - 5)*(t - 1))
    """
    golden, inverse = _golden()
    rows = [(1, s * golden, t * inverse) for s, t in product((1, -1), repeat=2)]
    return _arrangement([*_units(3), *(row[k:] + row[:k] for row in rows for k in range(3))])


def h4() -> Arrangement:
    """Return the 60 mirrors of the 600-cell in R^4: 14400 chambers.

    The normals are the coordinate vectors, (1, +-1, +-1, +-1), and the even permutations of
    (0, 1, +-g, +-1/g), g the golden ratio: half of the 120 unit icosians, doubled. Humphreys (1990), sections
    2.13 and 3.20 for the degrees 2, 12, 20, 30.

    Example:
        >>> h4().n, h4().count_chambers()
        (60, 14400)
    """
    golden, inverse = _golden()
    rows: list[Sequence[Any]] = [*_units(4), *([1, *signs] for signs in product((1, -1), repeat=3))]
    for order in permutations(range(4)):
        if sum(order[i] > order[j] for i, j in combinations(range(4), 2)) % 2 == 0:
            for s, t in product((1, -1), repeat=2):
                row = (0, 1, s * golden, t * inverse)
                rows.append([row[place] for place in order])
    return _arrangement(rows)


def type_e(n: int) -> Arrangement:
    """Return the mirrors of E_6, E_7 or E_8 in R^8: 36, 63 or 120 hyperplanes.

    E_7 is what is orthogonal in E_8 to one root, E_6 what is orthogonal to two roots at 120 degrees.
    Humphreys (1990), Reflection groups and Coxeter groups, sections 2.10 and 2.11 for the orders 51840,
    2903040 and 696729600.

    Example:
        >>> type_e(6).n, type_e(6).rank
        (36, 6)
    """
    if n not in (6, 7, 8):
        raise InputError(f"n is {n!r}; type E has n = 6, 7 and 8 only")
    halves = [[1, *signs] for signs in product((1, -1), repeat=7) if signs.count(-1) % 2 == 0]
    roots = _differences(8) + _sums(8) + halves
    fixed = [_row(8, [(6, 1), (7, 1)]), _row(8, [(5, 1), (6, -1)])][: 8 - n]
    return _equations([r for r in roots if not any(sum(map(int.__mul__, r, f)) for f in fixed)])


def resonance(n: int) -> Arrangement:
    """Return all nonzero 0/1 normals in R^n: chambers 2, 6, 32, 370, 11292, 1066044, ... (no formula known).

    Kühne (2023), The universality of the resonance arrangement and its Betti numbers; OEIS A034997, and
    A344494 for the coefficients of the characteristic polynomial up to n = 9.

    Args:
        n: number of coordinates; row k - 1 has the binary digits of k, so 2^n - 1 rows.

    Example:
        >>> resonance(3).count_chambers()
        32
    """
    _at_least(n, 1, "n")
    return _equations([[k >> i & 1 for i in range(n)] for k in range(1, 2**n)])


def threshold(n: int) -> Arrangement:
    """Return the normals (1, b), b a vertex of the 0/1 cube in R^n: chambers are the threshold functions.

    Winder (1965), Enumeration of seven-argument threshold functions; Muroga, Tsuboi and Baugh (1970),
    Enumeration of threshold functions of eight variables; OEIS A000609. Not to be confused with
    `threshold_graph`.

    Example:
        >>> threshold(3).count_chambers()
        104
    """
    _at_least(n, 1, "n")
    return _equations([[1, *(k >> i & 1 for i in range(n))] for k in range(2**n)])


def threshold_graph(n: int) -> Arrangement:
    """Return `x_i = -x_j` in R^n: chambers are the labelled threshold graphs.

    Stanley (2007), lecture 5; OEIS A005840.

    Example:
        >>> threshold_graph(4).count_chambers()
        46
    """
    _at_least(n, 2, "n")
    return _equations(_sums(n))


def cross_polytope(n: int) -> Arrangement:
    """Return the normals (1, e_i) and (1, -e_i): chambers split the vertices of the cross-polytope linearly.

    There are 2*3^n - 2^n of them, the numbers of OEIS A027649. Derived by counting points: over F_q a point
    (y, x) off all hyperplanes has (q-2)^n choices of x for each of the q-1 values y != 0, and (q-1)^n for
    y = 0; separability arrangements are studied
    by Brysiewicz, Eble, Kühne (2023), Computing characteristic polynomials of hyperplane arrangements with
    symmetries.

    Example:
        >>> cross_polytope(3).count_chambers()
        46
    """
    _at_least(n, 1, "n")
    return _equations([[1, *_row(n, [(i, sign)])] for i in range(n) for sign in (1, -1)])


def shi(n: int) -> Arrangement:
    """Return `x_i - x_j = 0, 1` for i < j: (n+1)^(n-1) chambers, (n-1)^(n-1) of them bounded.

    Shi (1986), The Kazhdan-Lusztig cells in certain affine Weyl groups; Athanasiadis (1996); OEIS A000272.

    Example:
        >>> shi(3).count_chambers()
        16
    """
    return _deformation(n, (0, 1))


def catalan(n: int) -> Arrangement:
    """Return `x_i - x_j = -1, 0, 1` for i < j: n! times the Catalan number C_n chambers.

    Stanley (2007), lecture 5; OEIS A001761.

    Example:
        >>> catalan(3).count_chambers()
        30
    """
    return _deformation(n, (-1, 0, 1))


def linial(n: int) -> Arrangement:
    """Return `x_i - x_j = 1` for i < j: chambers are the alternating trees on n + 1 vertices.

    Postnikov and Stanley (2000), Deformations of Coxeter hyperplane arrangements; OEIS A007889.

    Example:
        >>> linial(4).count_chambers()
        36
    """
    return _deformation(n, (1,))


def semiorder(n: int) -> Arrangement:
    """Return `x_i - x_j = -1, 1` for i < j: chambers are the labelled semiorders.

    Stanley (2007), lecture 5; OEIS A006531.

    Example:
        >>> semiorder(3).count_chambers()
        19
    """
    return _deformation(n, (-1, 1))


def graphical(graph: Any) -> Arrangement:
    """Return `x_u = x_v` for every edge uv: chambers are the acyclic orientations of the graph.

    Greene and Zaslavsky (1983), On the interpretation of Whitney numbers through arrangements of hyperplanes,
    zonotopes, non-Radon partitions, and orientations of graphs; Stanley (1973), Acyclic orientations of
    graphs.

    Args:
        graph: a networkx graph, or an iterable of edges (u, v). Coordinates follow the order of the nodes
            (of first appearance, for edges); rows follow the order of the edges.

    Raises:
        InputError: there is no edge, or a loop (no hyperplane at all has u = v as its equation).

    Example:
        >>> graphical([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]).count_chambers()
        12
    """
    edges = [tuple(edge)[:2] for edge in (graph.edges() if hasattr(graph, "edges") else graph)]
    nodes = graph.nodes() if hasattr(graph, "nodes") else [node for edge in edges for node in edge]
    index = {node: i for i, node in enumerate(dict.fromkeys(nodes))}
    loops = [u for u, v in edges if u == v]
    if loops:
        raise InputError(f"graph has a loop at {loops[0]!r}; remove it: x_u = x_u is no hyperplane")
    if not edges:
        raise InputError("graph has no edge; an arrangement needs at least one hyperplane")
    rows = [_row(len(index), [(index[u], 1), (index[v], -1)]) for u, v in edges]
    return Arrangement(exact_matrix(rows), None, [f"{u}={v}" for u, v in edges])


def generic(n: int, rank: int) -> Arrangement:
    """Return n hyperplanes in general position: normals (1, i, i^2, ...) on the moment curve.

    Any `rank` rows form a Vandermonde matrix with distinct nodes, so they are independent: general position
    is proven, not probable. 2*sum_{k<rank} C(n-1, k) chambers: Schläfli; Cover (1965), Geometrical and
    statistical properties of systems of linear inequalities.

    Args:
        n: number of hyperplanes, at least 1.
        rank: dimension of the space, at least 1 (the rank of the arrangement if n >= rank).

    Example:
        >>> generic(10, 3).count_chambers()
        92
    """
    _at_least(n, 1, "n")
    _at_least(rank, 1, "rank")
    return _arrangement([[i**k for k in range(rank)] for i in _centred(n)])


def generic_affine(n: int, dimension: int) -> Arrangement:
    """Return n affine hyperplanes in general position: sum_{k<=dimension} C(n, k) chambers.

    The cone over them is on the moment curve as in `generic`, and no row of it is parallel to infinity.
    Buck (1943), Partition of space; OEIS A000124 (lines in the plane), A000125 (planes in space).

    Example:
        >>> generic_affine(4, 2).count_chambers()
        11
    """
    _at_least(n, 1, "n")
    _at_least(dimension, 1, "dimension")
    nodes = _centred(n)
    return _arrangement([[i**k for k in range(dimension)] for i in nodes], [i**dimension for i in nodes])


def _centred(n: int) -> range:
    """Return n consecutive integers around zero, to keep their powers small."""
    return range(-(n // 2), n - n // 2)


def near_pencil(n: int) -> Arrangement:
    """Return n - 1 planes through one line and one plane off it, in R^3: 4(n-1) chambers.

    That count is plain: 2(n-1) sectors, cut in two. It is the least that n planes of rank 3 can have: Shannon
    (1976), A lower bound on the number of cells in arrangements of hyperplanes.

    Example:
        >>> near_pencil(6).count_chambers()
        20
    """
    _at_least(n, 3, "n")
    return _equations([[1, i, 0] for i in range(n - 1)] + [[0, 0, 1]])


def discriminantal(n: int, k: int) -> Arrangement:
    """Return B(n, k): the translates of n hyperplanes of R^k of which some k + 1 meet in a point.

    The base hyperplanes have the normals (1, i, ..., i^(k-1)), so k + 1 of them with right-hand sides x_i
    meet exactly when the divided difference of x over those nodes vanishes. B(n, 1) is the braid arrangement.
    Manin and Schechtman (1989), Arrangements of hyperplanes, higher braid groups and higher Bruhat orders;
    Falk (1994), A note on discriminantal arrangements, shows that the lattice may depend on the base, so no
    count is given for n >= 6 and k >= 2 unless n <= k + 2; those of `published.chambers` with k >= 2 are
    derived there.

    Args:
        n: number of base hyperplanes, more than k.
        k: their dimension, at least 1.

    Returns:
        C(n, k + 1) hyperplanes in R^n, rank n - k.

    Example:
        >>> discriminantal(5, 2).count_chambers()
        62
    """
    _at_least(k, 1, "k")
    _at_least(n, k + 1, "n")
    return _arrangement([_divided_difference(n, nodes) for nodes in combinations(range(n), k + 1)])


def _divided_difference(n: int, nodes: tuple[int, ...]) -> list[int]:
    """Return an integer multiple of the divided difference over `nodes` as a row of size n."""
    weights = [_product(i - j for j in nodes if j != i) for i in nodes]
    multiple = _product(abs(weight) for weight in weights)
    return _row(n, [(i, multiple // weight) for i, weight in zip(nodes, weights, strict=True)])


def _product(factors: Iterable[int]) -> int:
    result = 1
    for factor in factors:
        result *= factor
    return result


@dataclass(frozen=True, slots=True)
class Family:
    """A named family: how to build a member, and what has been published about it.

    Attributes:
        name: the key in `FAMILIES`, also the word the command line takes.
        parameters: the names of the integers that select a member.
        build: from these integers to an `Arrangement`.
        citation: where its count is published.
    """

    name: str
    parameters: tuple[str, ...]
    build: Callable[..., Arrangement]
    citation: str

    def chambers(self, *parameters: int) -> int | None:
        """Return the published number of chambers of a member, None where none is published."""
        return published.chambers(self.name, *parameters)

    def characteristic_polynomial(self, *parameters: int) -> Any:
        """Return the published characteristic polynomial (sympy Poly in t), None where none is."""
        return published.characteristic_polynomial(self.name, *parameters)


def _family(build: Callable[..., Arrangement], *parameters: str, citation: str) -> tuple[str, Family]:
    return build.__name__, Family(build.__name__, parameters, build, citation)


#: The named families, by the word that `named` and the command line take.
FAMILIES: dict[str, Family] = dict(
    [
        _family(braid, "n", citation="OEIS A000142; Stanley (2007)"),
        _family(type_b, "n", citation="OEIS A000165; Stanley (2007)"),
        _family(type_d, "n", citation="OEIS A002866; Stanley (2007)"),
        _family(type_e, "n", citation="Humphreys (1990), section 2.11"),
        _family(f4, citation="Humphreys (1990), section 2.10"),
        _family(h3, citation="Humphreys (1990), section 3.20"),
        _family(h4, citation="Humphreys (1990), section 3.20"),
        _family(g2, citation="Humphreys (1990), section 2.10"),
        _family(resonance, "n", citation="OEIS A034997, A344494; Kühne (2023)"),
        _family(threshold, "n", citation="OEIS A000609; Winder (1965)"),
        _family(threshold_graph, "n", citation="OEIS A005840; Stanley (2007)"),
        _family(cross_polytope, "n", citation="derived; OEIS A027649"),
        _family(shi, "n", citation="OEIS A000272; Shi (1986)"),
        _family(catalan, "n", citation="OEIS A001761; Stanley (2007)"),
        _family(linial, "n", citation="OEIS A007889; Postnikov and Stanley (2000)"),
        _family(semiorder, "n", citation="OEIS A006531; Stanley (2007)"),
        _family(generic, "n", "rank", citation="Cover (1965)"),
        _family(generic_affine, "n", "dimension", citation="Buck (1943); OEIS A000124, A000125"),
        _family(near_pencil, "n", citation="derived; Shannon (1976)"),
        _family(discriminantal, "n", "k", citation="derived; Manin and Schechtman (1989); Falk (1994)"),
    ]
)


def named(text: str) -> Arrangement:
    """Return the member a text such as `braid_5` or `generic_10_3` names.

    Args:
        text: a key of `FAMILIES` followed by its parameters, joined by underscores.

    Raises:
        InputError: no such family, or not its number of parameters.

    Example:
        >>> named("generic_10_3").n
        10
    """
    words = text.split("_")
    split = next((i for i, word in enumerate(words) if word.isdecimal()), len(words))
    family = FAMILIES.get("_".join(words[:split]))
    if family is None:
        raise InputError(f"family {clipped(text)} is not known; there are {', '.join(FAMILIES)}")
    if len(words) - split != len(family.parameters) or not all(
        word.isdecimal() and len(word) < 10 for word in words[split:]
    ):
        usage = "_".join([family.name, *(f"<{name}>" for name in family.parameters)])
        raise InputError(f"family {clipped(text)} has the wrong parameters; write {usage}, small integers")
    return family.build(*map(int, words[split:]))
