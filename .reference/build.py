"""Build the API reference from the docstrings: `python .reference/build.py` writes `.reference/html`.

`python .reference/build.py TARGET` writes elsewhere. `python .reference/build.py TARGET --contents` reads
every module too, but writes the pages of the packages alone, in a third of the time: they list all there is.

The packages import their public names when these are first used. The generator reads what is there, so
they are put there first, and the modules of each package are named beside them.
"""

from __future__ import annotations

import shutil
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pdoc
from pdoc.doc import Module
from pdoc.extract import walk_specs
from pdoc.render_helpers import to_html

PACKAGES = ("hyperplane_arrangements", "duality_checks")
TARGET = Path(__file__).parent / "html"
BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
PAGE = """<!doctype html><meta charset="utf-8"><title>Benchmarks</title>
<style>
:root {{color-scheme: light dark}}
body {{max-width: 60rem; margin: auto; padding: 1rem; font-family: sans-serif}}
td, th {{padding: 0 .5rem; text-align: left}}
img {{max-width: 100%; background: white}}
</style>
{}"""


def complete(name: str) -> str:
    """A package with its public names filled in, and with its modules among them, at every depth."""
    package = import_module(name)
    public = list(getattr(package, "__all__", ()))
    for item in public:
        setattr(package, item, getattr(package, item))
    inside = list(iter_modules(package.__path__))
    package.__all__ = public + [module.name for module in inside if module.name not in public]
    for module in inside:
        if module.ispkg:
            complete(f"{name}.{module.name}")
    return name


def benchmarks(target: Path) -> None:
    """Write the page of the benchmarks with its charts, and link it from the packages."""
    text = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    (target / "benchmarks.html").write_text(PAGE.format(to_html(text)), encoding="utf-8")
    for chart in BENCHMARKS.glob("*.svg"):
        shutil.copy(chart, target)


def pages(target: Path) -> None:
    """Write a page for each module, and an index to search."""
    pdoc.pdoc(*PACKAGES, output_directory=target)


def contents(target: Path) -> None:
    """Read every module; write the pages of the packages."""
    modules = {name: Module.from_name(name) for name in walk_specs(PACKAGES)}
    for name, module in modules.items():
        _ = module.own_members  # warns of what cannot be read
        if module.submodules:
            page = target / f"{name.replace('.', '/')}.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(pdoc.render.html_module(module, modules), encoding="utf-8")


def build(target: Path, write: Callable[[Path], None]) -> None:
    """Write the reference.

    Raises:
        Warning: a name or a module could not be read.
    """
    pdoc.render.configure(docformat="google", footer_text="Convex Landscape", show_source=write is pages)
    for name in map(complete, PACKAGES):
        package = import_module(name)
        package.__doc__ = f"{package.__doc__}\n\nHow fast it is: [benchmarks](benchmarks.html)."
    write(target)
    benchmarks(target)


if __name__ == "__main__":
    warnings.filterwarnings("error", message="(?s).*(does not resolve|Error importing)")
    words = [word for word in sys.argv[1:] if word != "--contents"]
    build(Path(words[0]) if words else TARGET, contents if "--contents" in sys.argv else pages)
