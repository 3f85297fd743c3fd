"""The public face: an arrangement with a method for each study, imported when first asked.

The modules that answer can be used alone, as functions of an arrangement.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .exact.equations import read_equations, sage_text
from .plain import PlainArrangement

if TYPE_CHECKING:
    import numpy as np

    from .enumeration.chambers import Chambers
    from .geometry.faces import Faces
    from .geometry.flats import IntersectionLattice
    from .geometry.region_poset import VarchenkoFactor
    from .geometry.shapes import ChamberShape, Shapes
    from .geometry.supersolvable import Freeness, ModularChain
    from .geometry.zonotope import Zonotope
    from .values.findings import Finding


class Arrangement(PlainArrangement):
    """A finite arrangement of hyperplanes, exact, its rows kept in the order given.

    Args:
        normals: n x d matrix, one row a hyperplane: floats (exact dyadic rationals), integers, Fractions, or
            texts such as "0.1" and "1/3"; also a + b sqrt(D) by `square_root`, or as "1/2+1/2*sqrt(5)". Zero,
            repeated and opposite rows are allowed and kept track of.
        offsets: n numbers b; hyperplane i is `normals[i] . x = offsets[i]`, its positive side
            `normals[i] . x > offsets[i]`. Without them the arrangement is central: all offsets zero, and
            chambers come in antipodal pairs.
        names: n texts, what the hyperplanes are called in pictures and cards; numbered from 0 without.
            Arrangements are equal whatever their names.

    `len`, indexing (by number or name), slices and `|`, the rows of both, are those of `PlainArrangement`.

    Raises:
        InputError: a matrix that is empty, ragged or not of rational numbers; offsets or names of the wrong
            length.

    Example:
        >>> Arrangement([[1, 0], [0, 1], [1, 1]]).chambers().signs[:2].tolist()
        [[1, -1, -1], [-1, 1, 1]]
        >>> Arrangement([[1, 0], [0, 1], [1, 1]], offsets=[0, 0, 1]).count_chambers()
        7
    """

    __slots__ = ()

    def __init__(self, normals: Any, offsets: Any = None, names: Any = None) -> None:
        super().__init__(normals, offsets, names)

    @classmethod
    def parse(cls, text: str, variables: Sequence[str] | str | None = None) -> Arrangement:
        """Read an arrangement from its equations, which become the names of the rows.

        Args:
            text: equations such as `2x - y/3 = 0.5`, separated by commas, semicolons or line ends. A row is
                the left-hand side minus the right-hand side, so `x1 = x2` is positive where x1 > x2.
            variables: the names of the coordinates in order, "x y z" or a sequence; those that occur if None,
                in alphabetical order, x2 before x10.

        Returns:
            The arrangement; central if no equation has a constant.

        Raises:
            InputError: what is no linear equation with rational coefficients, or an unlisted variable.

        Example:
            >>> lines = Arrangement.parse("x = 0, y = 0, x + y = 1")
            >>> len(lines), lines.count_chambers(), lines.names
            (3, 7, ('x = 0', 'y = 0', 'x + y = 1'))
        """
        found = read_equations(text, variables)
        return cls(found.rows, found.offsets if any(found.offsets) else None, found.texts)

    def count_chambers(self) -> int:
        """The number of chambers, exactly, without listing them.

        It is the number of sets without broken circuit (Whitney; Zaslavsky 1975), statement 1.1: counted by
        deletion and restriction with memoised minors, by a search where minors are seldom alike, or, where
        there is much to count, with the symmetry of the arrangement, found without being told
        (`enumeration.chambers.symmetry_used` says whether).

        Returns:
            The count; 1 if every row is zero.

        Example:
            >>> Arrangement([[1, 0], [0, 1], [1, 1], [2, 2], [0, 0]]).count_chambers()
            6
        """
        from .enumeration.chambers import count_chambers

        return count_chambers(self)

    def chambers(self, max_chambers: int = 5_000_000) -> Chambers:
        """All chambers, exactly.

        Args:
            max_chambers: refuse a longer list before it is begun.

        Returns:
            The list; nothing is enumerated until it is asked for, and `batches` never holds all of it.

        Raises:
            TooLargeError: more than `max_chambers`; the error has the predicted number.

        Example:
            >>> len(Arrangement([[1, 0], [0, 1], [1, 1]]).chambers())
            6
        """
        from .enumeration.chambers import chambers

        return chambers(self, max_chambers)

    def flats(self, max_flats: int = 1_000_000) -> IntersectionLattice:
        """The intersection lattice: `flats.intersection_lattice`.

        Example:
            >>> from hyperplane_arrangements import named
            >>> named("braid_4").flats().flat_counts
            (1, 6, 7, 1)
        """
        from .geometry.flats import intersection_lattice

        return intersection_lattice(self, max_flats)

    def whitney_numbers(self) -> tuple[int, ...]:
        """The signed Whitney numbers of the first kind: `flats.whitney_numbers`."""
        from .geometry.flats import whitney_numbers

        return whitney_numbers(self)

    def characteristic_polynomial(self) -> Any:
        """The characteristic polynomial, a sympy `Poly` in t: `flats.characteristic_polynomial`.

        Example:
            >>> from hyperplane_arrangements import named
            >>> named("shi_3").characteristic_polynomial().as_expr().factor()
            t*(t - 3)**2
        """
        from .geometry.flats import characteristic_polynomial

        return characteristic_polynomial(self)

    def poincare_polynomial(self) -> Any:
        """The Poincare polynomial, a sympy `Poly` in t: `flats.poincare_polynomial`."""
        from .geometry.flats import poincare_polynomial

        return poincare_polynomial(self)

    def count_bounded_chambers(self) -> int:
        """How many chambers are bounded in the span of the normals: `flats.count_bounded_chambers`.

        Example:
            >>> from hyperplane_arrangements import named
            >>> named("shi_4").count_bounded_chambers()
            27
        """
        from .geometry.flats import count_bounded_chambers

        return count_bounded_chambers(self)

    def bounded_chambers(self, max_chambers: int = 1_000_000) -> np.ndarray:
        """The sign vectors of the bounded chambers: `faces.bounded_chambers`."""
        from .geometry.faces import bounded_chambers

        return bounded_chambers(self, max_chambers)

    def faces(self, max_faces: int = 2_000_000) -> Faces:
        """All faces by dimension, as covectors: `faces.faces`.

        Example:
            >>> from hyperplane_arrangements import named
            >>> named("braid_3").faces().f_vector
            (0, 1, 6, 6)
        """
        from .geometry.faces import faces

        return faces(self, max_faces)

    def f_vector(self) -> tuple[int, ...]:
        """How many faces of dimension 0, ..., d there are, counted: `flats.face_numbers`.

        Example:
            >>> from hyperplane_arrangements import named
            >>> named("generic_100_3").f_vector()
            (1, 9900, 19800, 9902)
        """
        from .geometry.flats import face_numbers

        return face_numbers(self)

    def cocircuits(self) -> np.ndarray:
        """The covectors of the smallest faces that are not the centre: `faces.cocircuits`."""
        from .geometry.faces import cocircuits

        return cocircuits(self)

    def chamber_shape(self, signs: Any) -> ChamberShape:
        """Walls, vertices and extreme rays of a chamber: `shapes.chamber_shape`.

        Example:
            >>> from hyperplane_arrangements import Arrangement
            >>> triangle = Arrangement([[1, 0], [0, 1], [1, 1]], [0, 0, 1])
            >>> triangle.chamber_shape(triangle.chamber_of(["1/4", "1/4"])).is_bounded
            True
        """
        from .geometry.shapes import chamber_shape

        return chamber_shape(self, signs)

    def shapes(self, max_chambers: int = 1_000_000) -> Shapes:
        """The shapes of all chambers at once: `shapes.shapes`.

        Example:
            >>> from hyperplane_arrangements import named
            >>> int(named("braid_4").shapes().wall_counts.sum())
            72
        """
        from .geometry.shapes import shapes

        return shapes(self, max_chambers)

    def solid_angles(self) -> np.ndarray:
        """The share of all directions in each chamber, up to rank 3: `angles.solid_angles`."""
        from .geometry.angles import solid_angles

        return solid_angles(self)

    def tope_graph(self, max_chambers: int = 100_000) -> Any:
        """The networkx graph of chambers that share a wall: `tope_graph.tope_graph`.

        Example:
            >>> from hyperplane_arrangements import named
            >>> named("braid_4").tope_graph().number_of_edges()
            36
        """
        from .geometry.tope_graph import tope_graph

        return tope_graph(self, max_chambers)

    def distance(self, first: Any, second: Any) -> int:
        """How many hyperplanes separate two chambers, given by their signs: `tope_graph.distance`."""
        from .geometry.tope_graph import distance

        return distance(self, first, second)

    def region_poset(self, base: Any = 0, max_chambers: int = 20_000) -> Any:
        """The poset of regions from a base chamber, a networkx DiGraph: `region_poset.region_poset`.

        Example:
            >>> from hyperplane_arrangements import named
            >>> poset = named("braid_4").region_poset("++++++")
            >>> poset.number_of_edges(), max(rank for _, rank in poset.nodes(data="rank"))
            (36, 6)
        """
        from .geometry.region_poset import region_poset

        return region_poset(self, base, max_chambers)

    def distance_enumerator(self, base: Any = 0, max_chambers: int = 1_000_000) -> Any:
        """How many chambers there are at each distance of a base, a sympy `Poly` in q:
        `region_poset.distance_enumerator`.

        Example:
            >>> from hyperplane_arrangements import named
            >>> named("type_b_2").distance_enumerator().as_expr().factor()
            (q + 1)**2*(q**2 + 1)
        """
        from .geometry.region_poset import distance_enumerator

        return distance_enumerator(self, base, max_chambers)

    def varchenko_matrix(self, weights: Sequence[Any] | None = None) -> Any:
        """Products of the weights of hyperplanes between chambers: `region_poset.varchenko_matrix`."""
        from .geometry.region_poset import varchenko_matrix

        return varchenko_matrix(self, weights)

    def varchenko_factors(self) -> tuple[VarchenkoFactor, ...]:
        """The factors of that matrix's determinant: `region_poset.varchenko_factors`.

        Example:
            >>> from hyperplane_arrangements import Arrangement
            >>> lines = Arrangement([[1, 0], [0, 1], [1, 1]], [0, 0, 1])
            >>> [(factor.rows, factor.multiplicity) for factor in lines.varchenko_factors()]
            [((0,), 3), ((1,), 3), ((2,), 3)]
        """
        from .geometry.region_poset import varchenko_factors

        return varchenko_factors(self)

    def modular_chain(self) -> ModularChain | None:
        """A chain of modular flats, which proves it supersolvable; None if it is not:
        `supersolvable.modular_chain`.

        Example:
            >>> from hyperplane_arrangements import named
            >>> named("type_b_3").modular_chain().exponents
            (1, 3, 5)
        """
        from .geometry.supersolvable import modular_chain

        return modular_chain(self)

    def freeness(self) -> Freeness:
        """Whether it is free, as far as lattice and mirrors decide, with its exponents.

        Example:
            >>> from hyperplane_arrangements import named
            >>> named("braid_4").freeness().exponents
            (1, 2, 3)
        """
        from .geometry.supersolvable import freeness

        return freeness(self)

    def to_sage(self) -> str:
        """The arrangement as Python code for SageMath, which calls it A; rational normals only.

        Example:
            >>> print(Arrangement([[1, 2]], [3]).to_sage())
            from sage.all import QQ, HyperplaneArrangements
            H = HyperplaneArrangements(QQ, names=("x1", "x2"))
            x1, x2 = H.gens()
            A = H(
                x1 + 2*x2 - 3,
            )
        """
        return sage_text(self)

    def check_simple(self) -> Finding:
        """Whether the hyperplanes are in general position: `tope_graph.check_simple`."""
        from .geometry.tope_graph import check_simple

        return check_simple(self)

    def check_simplicial(self) -> Finding:
        """Whether every chamber is a simplicial cone: `tope_graph.check_simplicial`."""
        from .geometry.tope_graph import check_simplicial

        return check_simplicial(self)

    def zonotope(self) -> Zonotope:
        """The sum of the segments from 0 to each row; the arrangement must be central: `zonotope.Zonotope`.

        Example:
            >>> from hyperplane_arrangements import Arrangement
            >>> Arrangement([[1, 0], [0, 1], [1, 1]]).zonotope().volume()
            Fraction(3, 1)
        """
        from .geometry.zonotope import Zonotope

        return Zonotope(self)

    def draw(
        self,
        kind: str | None = None,
        *,
        ax: Any = None,
        title: str | None = None,
        labels: Any = ...,
        values: Any = None,
        cmap: str | None = None,
        window: tuple[float, float, float, float] | None = None,
        pole: Any = None,
        radius: float | None = None,
        moebius: bool | None = None,
    ) -> Any:
        """Draw it with matplotlib (extra `plot`).

        Args:
            kind: "lines" (rank 2), "sphere" (central of rank 3), "zonotope" (central of rank 2 or 3),
                "tope-graph" or "lattice"; the one that suits it if None.
            ax: matplotlib Axes; a new figure if None. A zonotope of rank 3 needs three-dimensional ones.
            title: above the picture.
            labels: what to write in each chamber: "signs", "index", None, or one text a chamber. In a lattice
                "rows", None, or one text a flat. Left out, what is usual for the kind.
            values: one number a chamber to colour by (not in a lattice); without them neighbours differ.
            cmap: the matplotlib colour map for that.
            window: (left, right, bottom, top), for "lines"; around the crossings if None.
            pole: for "sphere", the direction at the centre.
            radius: for "sphere", of the disc; 1 shows a hemisphere.
            moebius: for "lattice", whether to write the values of the Moebius function; they are, if None.

        Returns:
            The Axes.

        Raises:
            InputError: no such kind, not one for this arrangement, an option that it does not have, or too
                many chambers to be read.
            MissingExtraError: matplotlib is not installed.

        Example:
            >>> from matplotlib.figure import Figure
            >>> from hyperplane_arrangements import named
            >>> ax = named("braid_3").draw(ax=Figure().add_subplot(), labels=None, title="A2")
            >>> len(ax.lines), ax.get_title()
            (3, 'A2')
        """
        from .pictures.notebook import draw

        given = {"title": title, "values": values, "cmap": cmap, "window": window}
        given |= {"pole": pole, "radius": radius, "moebius": moebius}
        chosen = {name: value for name, value in given.items() if value is not None}
        if labels is not ...:
            chosen["labels"] = labels
        return draw(self, kind, ax=ax, **chosen)

    def save_picture(self, path: Any, kind: str | None = None, **options: Any) -> Path:
        """Draw it into a file: `notebook.save_picture`."""
        from .pictures.notebook import save_picture

        return save_picture(self, path, kind, **options)
