"""The site: texts become pages, links lead somewhere, it needs no network and tells nothing of its builder.

The whole of it is built, and walked through, by its own command, which fails where a link does; continuous
integration runs that. What is tested here are the parts, and that the walk finds what it is sent for.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
from html import unescape
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent

for needed in ("markdown_it", "mdit_py_plugins", "latex2mathml", "pygments"):
    if not importlib.util.find_spec(needed):
        pytest.skip(f"{needed} is not installed: install the extra docs", allow_module_level=True)

sys.path[:0] = [str(ROOT / ".site"), str(ROOT / "tests" / "duality_checks")]

from browser import NEEDED, opened  # noqa: E402
from convex_site import crawl, gallery, notebooks, texts  # noqa: E402
from convex_site.flowchart import layers, svg  # noqa: E402
from convex_site.flowchart import read as read_chart  # noqa: E402
from convex_site.mathematics import mathml  # noqa: E402
from convex_site.prose import render  # noqa: E402
from convex_site.shell import SECTIONS, Page, html, relative, write  # noqa: E402

from hyperplane_arrangements import FAMILIES, InputError, named  # noqa: E402
from hyperplane_arrangements.pictures.notebook import KINDS  # noqa: E402
from hyperplane_arrangements.pictures.notebook import svg as svg_of  # noqa: E402

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def checkout() -> texts.Checkout:
    return texts.Checkout(ROOT, texts.sources(ROOT))


# ------------------------------------------------------------------ texts


def test_every_text_of_the_course_is_a_page_and_no_two_share_one(checkout: texts.Checkout) -> None:
    pages = list(checkout.pages.values())
    assert len(set(pages)) == len(pages)
    for path in (ROOT / "proofs_notes").rglob("*.md"):
        assert path.relative_to(ROOT).as_posix() in checkout.pages
    assert len(notebooks.names(checkout)) == 4
    begun = {page.split("/")[0] for page in pages} | {"reference", "gallery"}
    assert {target.split("/")[0] for _, target in SECTIONS} <= begun


def test_the_course_is_in_the_order_of_its_index(checkout: texts.Checkout) -> None:
    order = [path for _, path in texts.reading_order(ROOT) if path]
    assert order[0] == "proofs_notes/1.1-count.md" and len(order) == len(set(order)) > 50
    notes = [path for path in order if re.match(r"proofs_notes/\d", path)]
    assert len(notes) == len(list((ROOT / "proofs_notes").glob("[0-9]*.md")))


def test_links_of_the_readme_lead_to_pages_and_pictures_come_along(checkout: texts.Checkout) -> None:
    body = texts.text_page(checkout, "README.md").body
    targets = [link for link in re.findall(r'(?:href|src)="([^"]*)"', body) if "//" not in link]
    assert "proofs_notes/index.html" in targets and "CHANGELOG.html" in targets
    assert not [link for link in targets if link.endswith((".md", ".py"))]
    assert checkout.pictures == {"proofs_notes/report-iris.png"} and "CITATION.cff" in checkout.shown


def test_a_link_to_nothing_is_refused(checkout: texts.Checkout) -> None:
    assert checkout.link("proofs_notes/1.1-count.md", "../README.md#what-is-proven") == (
        "../index.html#what-is-proven"
    )
    with pytest.raises(
        texts.DanglingLinkError, match=r"README\.md links to proofs_notes/9\.9\.md, which is not"
    ):
        checkout.link("README.md", "proofs_notes/9.9.md")


def test_anchors_are_those_of_github() -> None:
    text = render("# A `b`, c\n\n## What is proven?\n\n## What is proven?\n\n## $x_k$ and *y*\n")
    assert [anchor for _, anchor, _ in text.headings] == [
        "a-b-c",
        "what-is-proven",
        "what-is-proven-1",
        "x_k-and-y",
    ]


def test_formulas_are_set_and_dollars_in_code_are_not() -> None:
    body = render(
        "Let $`\\{a_i\\}`$ and $x_k'u$.\n\n```math\n\\frac{a}{b}\n```\n\n```sh\necho $HOME $PATH\n```\n"
    ).body
    assert body.count("<math") == 3 and 'display="block"' in body and "<mfrac>" in body
    assert "$" not in re.sub(r"<pre.*?</pre>", "", body, flags=re.DOTALL)
    assert "HOME" in re.sub("<[^>]*>", "", body)


def test_no_formula_of_the_course_is_left_in_tex(checkout: texts.Checkout) -> None:
    """The longest notes; the site's own build reads all."""
    for name in ("1.1-count", "2.7-polyhedral-norms"):
        body = texts.text_page(checkout, f"proofs_notes/{name}.md").body
        formulas = re.findall(r"<math.*?</math>", body, re.DOTALL)
        assert len(formulas) > 40
        assert not [formula for formula in formulas if re.search(r"\\|merror|&#x?0*5C;", formula)]


def test_bars_and_braces_know_their_side() -> None:
    found = re.findall(
        r"<mo[^>]*>([|{}\u2016])</mo>", mathml(r"\lvert x \rvert \lVert y \rVert_2 \lbrace z \rbrace")
    )
    assert "".join(found) == "||\u2016\u2016{}"
    assert mathml(r"\lvert x").count('form="prefix"') == mathml(r"x \rvert").count('form="postfix"') == 1
    large = mathml(r"\Bigl\lVert x \Bigr\rVert")
    assert (
        "\\" not in large
        and large.count("minsize") == 2
        and re.findall('form="([a-z]*)">\u2016', large) == ["prefix", "postfix"]
    )
    assert 'stretchy="true"' in mathml(r"\left\lvert \frac{a}{b} \right\rvert")


def test_lines_may_break_before_the_relations_of_a_long_formula() -> None:
    """Nothing is lost by it, and neither short nor displayed formulas are cut."""
    text = r"N(A_k) = N(A_{k-1}) + N(A^{H_k}) \le 2 N(A_{k-1}), k \in \lbrace 1, \dots, n \rbrace"
    cut = mathml(text)
    starts = re.findall(r"<wbr><math[^>]*><mrow><m[io][^>]*>(.*?)</m", cut)
    assert starts == ["=", "\u2264", "k"]
    assert mathml(text, display=True).count("<math") == mathml("a = b + c").count("<math") == 1
    letters = ["".join(re.sub("<[^>]*>", "", one).split()) for one in (cut, mathml(text, display=True))]
    assert unescape(letters[0]) == unescape(letters[1])
    assert '<span class="long">' in mathml(
        "a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r"
    )


def test_the_chart_of_the_readme_is_drawn() -> None:
    (text,) = re.findall(r"```mermaid\n(.*?)```", README, re.DOTALL)
    boxes, arrows = read_chart(text)
    assert len(boxes) == 6 and len(arrows) == 7
    assert [len(row) for row in layers(boxes, arrows)] == [1, 2, 1, 1, 1]
    drawn = svg(text)
    assert drawn.count("<rect") == 6 and drawn.count('class="arrow"') == 7
    for lines in boxes.values():
        assert all(f">{line}</text>" in drawn for line in lines)


# ------------------------------------------------------------------ notebooks


def test_a_stored_picture_gives_way_to_the_one_that_was_drawn(
    checkout: texts.Checkout, tmp_path: Path
) -> None:
    name = notebooks.names(checkout)[0]
    text = (ROOT / name).read_text(encoding="utf-8")
    words = re.findall(r"^!\[(.*)\]\(pictures/", text, re.MULTILINE)
    drawn = [{"output_type": "display_data", "data": {"image/png": "aGVsbG8=", "text/plain": "<Figure>"}}]
    outputs = [drawn if "plot_" in cell.split("```")[0] else [] for cell in text.split("```{code-cell}")[1:]]
    executed = notebooks.page(checkout, name, tmp_path, outputs).body
    read = notebooks.page(checkout, name, tmp_path, []).body
    assert words and all(executed.count(f'alt="{one}"') == read.count(f'alt="{one}"') == 1 for one in words)
    assert ".svg" in read and "notebook-" not in re.sub("href=.*?>", "", executed)


def test_outputs_stand_after_their_cells(checkout: texts.Checkout, tmp_path: Path) -> None:
    name = notebooks.names(checkout)[0]
    count = (ROOT / name).read_text(encoding="utf-8").count("```{code-cell}")
    picture = {"output_type": "display_data", "data": {"image/png": "aGVsbG8=", "text/plain": "<Figure>"}}
    outputs = [[{"output_type": "stream", "text": f"cell {k} < 9"}] for k in range(count - 1)] + [[picture]]
    page = notebooks.page(checkout, name, tmp_path, outputs)
    for k in range(count - 1):
        assert page.body.count(f"cell {k} &lt; 9") == 1
    assert page.body.count('class="output"') == count and "{code-cell}" not in page.body
    (source,) = re.findall(r'<img src="([^"]*)" alt="[^"]+">', page.body)
    assert (tmp_path / "notebooks" / source).read_bytes() == b"hello"


# ------------------------------------------------------------------ the gallery


@pytest.fixture(scope="module")
def plan() -> dict[str, list[gallery.Picture]]:
    pytest.importorskip("matplotlib", reason="pictures need the extra plot")
    return gallery.plan()


def test_every_family_is_in_the_gallery_in_every_kind_that_it_has(
    plan: dict[str, list[gallery.Picture]],
) -> None:
    assert set(plan) == {"", *FAMILIES} and set(gallery.SHOWN) == set(KINDS)
    files = [picture.file for pictures in plan.values() for picture in pictures]
    assert len(files) == len(set(files)) > 70
    for family, members in gallery.MEMBERS.items():
        shown = {picture.file.rpartition(".")[0].partition("-")[2] for picture in plan[family]}
        for kind in KINDS.keys() - shown:  # none of its members may be one for this kind, or it is too large
            for parameters in members:
                arrangement = FAMILIES[family].build(*parameters)
                if (FAMILIES[family].chambers(*parameters) or 0) <= 1_000:
                    with pytest.raises(InputError):
                        arrangement.draw(kind)


def test_the_code_of_a_picture_has_three_lines_and_its_count_is_the_published_one(
    plan: dict[str, list[gallery.Picture]],
) -> None:
    published = 0
    for family, pictures in plan.items():
        for picture in pictures if family else ():
            name = picture.file.partition("-")[0]
            assert picture.code.count("\n") == 2 and f'named("{name}")' in picture.code
            parameters = tuple(map(int, re.findall(r"_(\d+)", name)))
            (said,) = re.findall(r": ([\d,]+) chambers", picture.caption)
            assert int(said.replace(",", "")) == named(name).count_chambers(), name
            if FAMILIES[family].chambers(*parameters) is not None:
                assert FAMILIES[family].citation in picture.caption
                published += 1
    assert published > 60


@pytest.mark.parametrize(
    "file", ["g2-lines.svg", "braid_3-tope-graph.svg", "braid_4-lattice.svg", "permutohedron.svg"]
)
def test_the_lines_below_a_picture_draw_it(
    file: str, plan: dict[str, list[gallery.Picture]], tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    known = {picture.file: picture for pictures in plan.values() for picture in pictures}
    name, _, kind = file.removesuffix(".svg").partition("-")
    picture = known.get(file) or gallery.Picture(file, "", "", gallery.code_of(name, kind))
    gallery.draw(picture, tmp_path)
    drawn = (tmp_path / file).read_text(encoding="utf-8")
    if kind:
        assert drawn.count("<path") == svg_of(named(name), kind).count("<path") > 5
    assert [path.name for path in tmp_path.iterdir()] == [file]
    assert not [one for one in recwarn if "layout" in str(one.message)]


def test_code_that_draws_nothing_is_caught(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        gallery.draw(gallery.Picture("x.svg", "", "", "a = 1"), tmp_path)


def test_chambers_of_braid_4_are_labelled_by_permutations() -> None:
    """All of them, and neighbours differ by an exchange of neighbours: the weak order."""
    code = gallery.SPECIAL[0].code.rpartition("\n")[0]
    space: dict[str, Any] = {}
    exec(code, space)
    orders = space["orders"]
    assert sorted(orders) == sorted(map("".join, permutations("1234")))
    for a, b in space["braid"].tope_graph().edges:
        different = [k for k in range(4) if orders[a][k] != orders[b][k]]
        assert len(different) == 2 and different[1] - different[0] == 1


def test_counts_of_the_triptych_add_up() -> None:
    """18 and 6: the chromatic polynomials at -1 of four points joined but for one pair, and of a triangle."""
    picture = gallery.SPECIAL[1]
    braid = named("braid_4")
    counts = [part.count_chambers() for part in (braid, braid.deletion(0), braid.restriction(0))]
    t = -1
    assert counts == [24, abs(t * (t - 1) * (t - 2) ** 2), abs(t * (t - 1) * (t - 2))]
    assert all(f"{count}" in picture.caption for count in counts) and counts[0] == counts[1] + counts[2]


def test_every_picture_of_the_page_is_described_and_large_families_say_why(
    plan: dict[str, list[gallery.Picture]],
) -> None:
    body = gallery.page(plan).body
    shown = re.findall(r'<img src="([^"]*)" loading="lazy" alt="([^"]{30,})"', body)
    assert [file for file, _ in shown] == [picture.file for pictures in plan.values() for picture in pictures]
    assert f'<a href="../{gallery.EXPLORER}">' in body
    assert body.count("more than a picture can show") == 2 and "14,400 chambers" in body


def test_the_page_that_is_moved_by_hand_needs_nothing_else(tmp_path: Path) -> None:
    text = gallery.explorer()
    assert text.count("<section ") == 3
    (tmp_path / gallery.EXPLORER).write_text(text, encoding="utf-8")
    (tmp_path / "index.html").write_text(f'<a href="{gallery.EXPLORER}"></a>', encoding="utf-8")
    assert list(crawl.dangling(tmp_path)) == []


# ------------------------------------------------------------------ the walk through what was built


def built(folder: Path, **pages: str) -> Path:
    for name, body in pages.items():
        (folder / f"{name}.html").write_text(body, encoding="utf-8")
    return folder


def test_a_site_whose_links_lead_somewhere_passes(tmp_path: Path) -> None:
    site = built(
        tmp_path,
        index='<a href="other.html#here">x</a><a href="https://arxiv.org/abs/1"><a href="#top" id="top">',
        other='<p id="here"><img src="data:,x"><a href="index.html">',
    )
    assert list(crawl.dangling(site)) == []


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('<a href="gone.html">', "gone.html leads to no file"),
        ('<a href="index.html#gone">', "index.html#gone leads to no anchor"),
        ('<a href="#gone">', "#gone leads to no anchor"),
        ('<img src="gone.svg">', "gone.svg leads to no file"),
        ('<script src="https://elsewhere.org/x.js"></script>', "<script> asks the network for"),
        ('<link href="//elsewhere.org/x.css">', "<link> asks the network for"),
        ('<img srcset="gone.png 2x">', "gone.png leads to no file"),
    ],
)
def test_what_leads_nowhere_is_found(tmp_path: Path, body: str, complaint: str) -> None:
    assert complaint in "".join(crawl.dangling(built(tmp_path, index=body)))


def test_a_page_that_nothing_leads_to_and_a_sheet_that_loads_are_found(tmp_path: Path) -> None:
    (tmp_path / "style.css").write_text('@font-face { src: url("//fonts.org/a") } b { src: url(data:x) }')
    found = list(crawl.dangling(built(tmp_path, index="", lost="")))
    assert found == ["lost.html: no link leads there", "style.css: asks for //fonts.org/a"]


def test_what_does_not_belong_is_found(tmp_path: Path) -> None:
    site = built(tmp_path, index="built in /tmp/there", other="fine")
    assert list(crawl.strangers(site, {"/tmp/": "a path"})) == ["index.html: a path: /tmp/"]


def words_of_the_builder() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("site_builder", ROOT / ".site" / "build.py")
    assert spec and spec.loader
    builder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(builder)
    return dict(builder.strange_words())


def test_the_builder_looks_for_places_of_its_machine_registries_and_tex(tmp_path: Path) -> None:
    words = words_of_the_builder()
    bad = {"here": str(ROOT / "x"), "home": f"{Path.home()}/x", "tex": "<mo>\\lVert</mo>"}
    bad["registry"] = ".".join(("https://files", "python" + "hosted", "org"))
    found = list(crawl.strangers(built(tmp_path, **bad), words))
    assert len(found) == len(bad), found


def test_the_texts_have_none_of_that(checkout: texts.Checkout, tmp_path: Path) -> None:
    pages = [texts.text_page(checkout, name) for name in ("README.md", "CONTRIBUTING.md", texts.INDEX)]
    write(pages, tmp_path)
    assert list(crawl.strangers(tmp_path, words_of_the_builder())) == []


# ------------------------------------------------------------------ pages


@NEEDED
def test_the_button_turns_the_theme_and_the_search_finds_names(tmp_path: Path) -> None:
    """In a browser, from the disk, under the rules that the page sets itself."""
    for name in ("style.css", "theme.js", "search.js"):
        shutil.copy(ROOT / ".site" / "convex_site" / name, tmp_path)
    index = [["train", "reference/duality_checks.html#train", "duality_checks"], ["Strain", "x.html", "y"]]
    (tmp_path / "search-index.js").write_text(f"const INDEX = {json.dumps(index)};", encoding="utf-8")
    with opened(html(Page("page.html", "Title", "<p>text</p>")), tmp_path) as shown:
        paper = "getComputedStyle(document.documentElement).backgroundColor"
        before = shown.ask(paper)
        shown.ask("document.querySelector('button.theme').click()")
        assert shown.ask(paper) != before
        shown.ask("document.querySelector('button.theme').click()")
        assert shown.ask(paper) == before
        field = "document.querySelector('.search input')"
        shown.ask(f"{field}.value = 'TRAIN'; {field}.dispatchEvent(new Event('input'))")
        links = "[...document.querySelectorAll('.search li a')].map(one => one.getAttribute('href'))"
        assert shown.ask(links) == ["reference/duality_checks.html#train", "x.html"]


def test_a_page_asks_for_nothing_but_what_is_beside_it() -> None:
    page = html(
        Page("a/b.html", "T <1>", "<p>x</p>", aside=(("a/b.html", "here"), ("", "Part"), ("c.html", "c")))
    )
    assert {tag for tag, link in crawl.Seen.of(page).links if re.match("[a-z]+:", link)} == set()
    assert "<title>T &lt;1&gt;" in page and 'data-root="../"' in page and "default-src 'none'" in page
    assert '<a href="b.html" aria-current="page">here</a>' in page and 'href="../c.html"' in page


def test_one_section_at_most_is_the_current_one() -> None:
    for path in ("index.html", "proofs_notes/1.1-count.html", *(target for _, target in SECTIONS)):
        bar = html(Page(path, "", "")).split("</header>")[0]
        assert bar.count("aria-current") == (path != "index.html"), path


def test_relative_links() -> None:
    assert relative("a/b.html#c", "a/d.html") == "b.html#c"
    assert relative("a/b.html", "a/b.html") == "b.html"
