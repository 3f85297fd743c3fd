"""The gallery: each family in each kind of picture that it has, by three lines of code, which are run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from textwrap import dedent

from .prose import block
from .shell import Page

#: Members of each family, the first of which that a kind of picture applies to, and can be read in, is shown.
MEMBERS: dict[str, tuple[tuple[int, ...], ...]] = {
    "braid": ((4,), (3,)),
    "type_b": ((3,), (2,)),
    "type_d": ((3,), (2,)),
    "type_e": ((6,),),
    "f4": ((),),
    "h3": ((),),
    "h4": ((),),
    "g2": ((),),
    "resonance": ((3,), (2,)),
    "threshold": ((2,), (1,)),
    "threshold_graph": ((3,), (2,)),
    "cross_polytope": ((2,), (1,)),
    "shi": ((3,),),
    "catalan": ((3,),),
    "linial": ((3,), (4,)),
    "semiorder": ((3,),),
    "generic": ((6, 3), (5, 2)),
    "generic_affine": ((5, 2),),
    "near_pencil": ((6,),),
    "discriminantal": ((5, 2), (4, 2)),
}
#: What each kind shows.
SHOWN = {
    "lines": "its lines in the plane",
    "sphere": "its great circles, the whole sphere seen from one of its points",
    "zonotope": "its zonotope, with a corner for each chamber",
    "tope-graph": "its chambers and the walls between them",
    "lattice": "its intersection lattice",
}
#: Where in the site the page is whose pictures are moved by hand.
EXPLORER = "explore.html"
_MOST_CHAMBERS, _MOST_FLATS = 1_200, 150  # dots that can be told apart


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, the code that draws it into a file of that name, and what it says below."""

    file: str
    title: str
    caption: str
    code: str
    large: bool = False


def applies(name: str, kind: str) -> bool:
    """Whether a kind of picture is one for a named arrangement, and its dots can be told apart."""
    from hyperplane_arrangements import named

    arrangement = named(name)
    if kind == "lines":
        return 2 in (arrangement.dimension, arrangement.rank)
    if kind == "sphere":
        return arrangement.is_central and arrangement.rank == 3
    if kind == "zonotope":
        return arrangement.is_central and arrangement.rank in (2, 3)
    if kind == "tope-graph":
        return arrangement.count_chambers() <= _MOST_CHAMBERS
    return (
        arrangement.count_chambers() <= _MOST_CHAMBERS and sum(arrangement.flats().flat_counts) <= _MOST_FLATS
    )


def code_of(name: str, kind: str) -> str:
    """The three lines that draw a named arrangement.

    Example:
        >>> print(code_of("braid_3", "lines"))
        from hyperplane_arrangements import named
        arrangement = named("braid_3")
        arrangement.save_picture("braid_3-lines.svg", "lines")
    """
    return (
        "from hyperplane_arrangements import named\n"
        f'arrangement = named("{name}")\n'
        f'arrangement.save_picture("{name}-{kind}.svg", "{kind}")'
    )


def count_of(family: str, parameters: tuple[int, ...]) -> tuple[int, str]:
    """How many chambers a member has, and who says so: the literature, where it does."""
    from hyperplane_arrangements.families import FAMILIES

    published = FAMILIES[family].chambers(*parameters)
    if published is not None:
        return published, FAMILIES[family].citation
    return FAMILIES[family].build(*parameters).count_chambers(), "counted"


def pictures_of(family: str) -> Iterator[Picture]:
    """Those of a family, one a kind."""
    for kind, shown in SHOWN.items():
        for parameters in MEMBERS[family]:
            name = "_".join(map(str, (family, *parameters)))
            if applies(name, kind):
                count, source = count_of(family, parameters)
                caption = f"{shown}: {count:,} chambers ({source})"
                yield Picture(f"{name}-{kind}.svg", f"{name}, {kind}", caption, code_of(name, kind))
                break


#: Pictures that take more than a name.
SPECIAL = (
    Picture(
        "braid_4-permutations.svg",
        "The 24 orders of four numbers",
        "braid_4 on the sphere: each chamber says which coordinate is least, which next. Crossing a circle "
        "exchanges two neighbours.",
        dedent(
            """\
            from hyperplane_arrangements import named
            braid = named("braid_4")
            orders = ["".join(sorted("1234", key=lambda i: c.point[int(i) - 1])) for c in braid.chambers()]
            braid.save_picture("braid_4-permutations.svg", "sphere", labels=orders)"""
        ),
        large=True,
    ),
    Picture(
        "deletion-restriction.svg",
        "Deletion and restriction",
        "Without one of its planes braid_4 has 18 chambers; on that plane the others leave 6; and "
        "24 = 18 + 6 (statement 1.1).",
        dedent(
            """\
            from matplotlib.figure import Figure
            from hyperplane_arrangements import named
            braid, figure = named("braid_4"), Figure(figsize=(15, 5.6), layout="constrained")
            parts = {"all": braid, "deletion": braid.deletion(0), "restriction": braid.restriction(0)}
            for ax, (title, part) in zip(figure.subplots(1, 3), parts.items()):
                part.draw(ax=ax, title=f"{title}: {part.count_chambers()} chambers", labels=None)
            figure.savefig("deletion-restriction.svg")"""
        ),
        large=True,
    ),
    Picture(
        "permutohedron.svg",
        "The permutohedron",
        "The zonotope of braid_4: its corners are the same 24 orders, its edges the same exchanges.",
        dedent(
            """\
            from hyperplane_arrangements import named
            braid = named("braid_4")
            orders = ["".join(sorted("1234", key=lambda i: c.point[int(i) - 1])) for c in braid.chambers()]
            braid.save_picture("permutohedron.svg", "zonotope", labels=orders)"""
        ),
    ),
    Picture(
        "shares-of-the-sphere.svg",
        "Shares of the sphere",
        "The mirrors of the cube with one plane more, by how much of the sphere each chamber is (statement "
        "4.2b).",
        dedent(
            """\
            from hyperplane_arrangements import named
            planes = named("type_b_3").with_row([1, 2, 3])
            look = {"labels": None, "values": planes.solid_angles()}
            planes.save_picture("shares-of-the-sphere.svg", "sphere", **look)"""
        ),
    ),
)


def draw(picture: Picture, folder: Path) -> None:
    """Run the code of a picture in a folder, where it writes its file.

    Raises:
        FileNotFoundError: it did not.
    """
    from matplotlib import rc_context

    folder.mkdir(parents=True, exist_ok=True)
    before = Path.cwd()
    os.chdir(folder)
    try:
        with rc_context({"svg.hashsalt": "gallery", "svg.fonttype": "none"}):
            exec(compile(picture.code, picture.file, "exec"), {"__name__": "__main__"})
    finally:
        os.chdir(before)
    (folder / picture.file).stat()


def _figure(picture: Picture) -> str:
    wide = "figsize" in picture.code
    kind = f' class="{"very " * wide}large"' if picture.large else ""
    return (
        f'<figure{kind}><img src="{picture.file}" loading="lazy" alt="{escape(picture.title)}: '
        f'{escape(picture.caption)}"><figcaption><strong>{escape(picture.title)}</strong>: '
        f"{escape(picture.caption)}</figcaption>{block(picture.code, 'python')}</figure>"
    )


def plan() -> dict[str, list[Picture]]:
    """All pictures, by family; those that take more than a name under none."""
    return {"": list(SPECIAL), **{family: list(pictures_of(family)) for family in MEMBERS}}


def explorer() -> str:
    """The page whose pictures are moved by hand, which stands by itself."""
    from duality_checks.reports.explorer.page import page as assembled
    from duality_checks.reports.explorer.plane import plane_panel
    from duality_checks.reports.explorer.space import space_panel
    from duality_checks.reports.explorer.training import training_panel

    return assembled([plane_panel(), space_panel(), training_panel()])


def page(pictures: dict[str, list[Picture]]) -> Page:
    """The page of all pictures."""
    from hyperplane_arrangements.families import FAMILIES

    path, parts, aside = "gallery/index.html", [], []
    for family, found in pictures.items():
        anchor, words = (family, family) if family else ("more-than-a-name", "More than a name")
        aside.append((f"{path}#{anchor}", words))
        about = ""
        if family:
            said = (FAMILIES[family].build.__doc__ or "").split("\n")[0].replace("`", "")
            about = f"<p>{escape(said.removeprefix('Return '))}</p>"
        if not found:
            count, source = count_of(family, MEMBERS[family][0])
            about += f"<p>{count:,} chambers ({escape(source)}): more than a picture can show.</p>"
        figures = "".join(map(_figure, found))
        parts.append(f'<h2 id="{anchor}">{words}</h2>{about}<div class="gallery">{figures}</div>')
    intro = (
        "<h1>Gallery</h1><p>Every named family in every kind of picture that it has. Each picture is drawn "
        "by the lines below it, and by nothing else; counts are those of the literature named beside them. "
        'What <code>draw</code> and <code>save_picture</code> take is in <a href="../reference/'
        'hyperplane_arrangements.html#Arrangement.draw">the reference</a>.</p>'
        f'<p><a href="../{EXPLORER}">Drag lines and turn planes and zonotopes yourself</a>: a page of '
        "<code>convex-landscape explore</code>.</p>"
    )
    return Page(path, "Gallery", intro + "".join(parts), tuple(aside), kind="gallery-page")
