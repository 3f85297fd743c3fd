"""The reference: a page for each package, its public names first, and one for each module behind them."""

from __future__ import annotations

import re
from html import escape, unescape

from .docstrings import Resolve, first_sentence, html
from .modules import PACKAGES, Member, Module, defined, public_names
from .prose import colored, docstring, render
from .shell import Page, relative

_NAME = re.compile(r'<span class="(?:n|nc|nf)">(\w+)</span>')


class Reference:
    """All pages, and where each name is explained.

    Attributes:
        modules: by dotted name.
        public: from a public name to its package, module and member.
        places: from the path of a file of the packages to its page, for links of texts.
    """

    def __init__(self, modules: dict[str, Module]) -> None:
        self.modules = modules
        self.public: dict[str, tuple[str, Module, Member]] = {}
        for package in PACKAGES:
            homes = _homes(modules[package])
            for name in public_names(modules[package]):
                found = defined(modules, f"{package}.{homes[name]}.{name}")
                if found is None:
                    raise LookupError(f"{package}.{name} is public and defined nowhere")
                self.public[f"{package}.{name}"] = (package, *found)
        self._known = self._targets()
        self.places = {module.path: page_of(module.name) for module in modules.values()}
        for module in modules.values():
            if module.is_package:
                folder = module.path.removesuffix("/__init__.py")
                self.places[folder] = self.places[f"{folder}/README.md"] = page_of(module.name)

    def _targets(self) -> dict[str, list[str]]:
        """From every way to write a name to the places that it may mean, public ones first."""
        known: dict[str, list[str]] = {}

        def put(dotted: str, target: str) -> None:
            """Under its name with as many of the names before it as one likes."""
            parts = dotted.split(".")
            for k in range(len(parts)):
                known.setdefault(".".join(parts[k:]), []).append(target)

        for full, (package, _, member) in self.public.items():
            for one in (member, *member.members):
                put(f"{full.rpartition('.')[0]}.{one.name}", f"{page_of(package)}#{one.name}")
        for module in self.modules.values():
            put(module.name, page_of(module.name))
            for member in module.members:
                for one in (member, *member.members):
                    put(f"{module.name}.{one.name}", f"{page_of(module.name)}#{one.name}")
        return known

    def resolver(self, page: str) -> Resolve:
        """Links of a page: to a name of its own, else a public one, else the only one (in its package)."""
        package = page.removesuffix(".html").split(".")[0]

        def resolve(name: str) -> str | None:
            targets = self._known.get(name.removesuffix("()"), [])
            own = [target for target in targets if target.startswith(f"{page}#")]
            packages = tuple(f"{page_of(package)}#" for package in PACKAGES)
            public = [target for target in targets if target.startswith(packages)]
            near = [target for target in targets if target.startswith(package)]
            chosen = own or public or (near if len(near) == 1 else targets if len(targets) == 1 else [])
            return relative(chosen[0], page) if chosen else None

        return resolve

    def member(self, member: Member, module: Module, page: str, level: int = 3) -> str:
        """One name: what defines it, where, and what its docstring says."""
        resolve = self.resolver(page)
        source = relative(f"{source_of(module)}#L{member.line}", page)
        inner = "".join(self.member(one, module, page, level + 1) for one in member.members)
        return (
            f'<section class="member" id="{member.name}">'
            f'<a class="source" href="{source}">source</a>'
            f'<h{level}><a class="self" href="#{member.name}">{member.name}</a>'
            f'<span class="kind">{member.kind}</span></h{level}>'
            f'<pre class="signature"><code>{self._signature(member.signature, resolve)}</code></pre>'
            f"{html(member.doc, resolve)}{self._inherited(member, module, page)}{inner}</section>"
        )

    def _signature(self, signature: str, resolve: Resolve) -> str:
        """In colours; names of types that are explained are links."""

        def link(found: re.Match[str]) -> str:
            target = resolve(found[1]) if found[1][:1].isupper() else None
            return f'<a href="{target}">{found[0]}</a>' if target else found[0]

        return _NAME.sub(link, colored(signature, "python"))

    def _inherited(self, member: Member, module: Module, page: str) -> str:
        """The members that a class has from those of ours that it is made of."""
        own = {one.last for one in member.members}
        parts = []
        for base in member.bases:
            found = defined(self.modules, f"{module.name}.{base}")
            if found is None:
                continue
            home, parent = found
            links = [
                f'<a href="{relative(f"{page_of(home.name)}#{one.name}", page)}">{one.last}</a>'
                for one in parent.members
                if one.last not in own
            ]
            if links:
                parts.append(f"<h5>From {parent.name}</h5><p>{', '.join(links)}</p>")
        return "".join(parts)

    def package_page(self, package: str) -> Page:
        """The public names of a package, then the modules behind them."""
        path, module = page_of(package), self.modules[package]
        members = [(full, home, one) for full, (name, home, one) in self.public.items() if name == package]
        resolve = self.resolver(path)
        table = "".join(
            f'<tr><td><a href="#{one.name}"><code>{one.name}</code></a></td>'
            f"<td>{docstring(first_sentence(one.doc), resolve, inline=True)}</td></tr>"
            for _, _, one in members
        )
        body = (
            f"<h1>{package}</h1>{html(module.doc, resolve)}"
            f'<h2 id="public-names">Public names</h2><div class="wide names"><table>{table}</table></div>'
            + "".join(self.member(one, home, path) for _, home, one in members)
            + f'<h2 id="modules">Modules behind them</h2>{self._tree(package, path)}'
        )
        aside = [("", "Public names"), *((f"{path}#{one.name}", one.name) for _, _, one in members)]
        aside += [("", "Behind them"), (f"{path}#modules", "Modules")]
        found = tuple((one.name, one.name) for _, _, one in members)
        found += tuple((m.name, m.name) for _, _, one in members for m in one.members)
        return Page(path, package, body, tuple(aside), kind="reference", found=found)

    def _tree(self, package: str, page: str) -> str:
        rows = "".join(
            f'<tr><td><a href="{relative(page_of(name), page)}"><code>{name}</code></a></td>'
            f"<td>{docstring(first_sentence(module.doc), lambda _: None, inline=True)}</td></tr>"
            for name, module in self.modules.items()
            if name.startswith(package + ".")
        )
        return f'<div class="wide names"><table>{rows}</table></div>'

    def module_page(self, name: str, room: str = "") -> Page:
        """All that a module defines; for a room, what its README says and the modules in it."""
        path, module = page_of(name), self.modules[name]
        parts = name.split(".")
        crumbs = ".".join(
            f'<wbr><a href="{relative(page_of(above), path)}">{above.rpartition(".")[2]}</a>'
            for above in (".".join(parts[: k + 1]) for k in range(len(parts)))
        )
        inside = self._tree(name, path) if module.is_package else ""
        body = (
            f'<a class="source" href="{relative(source_of(module), path)}">source</a><h1>{crumbs}</h1>'
            f"{html(module.doc, self.resolver(path))}{room}{inside}"
            + "".join(self.member(member, module, path) for member in module.members)
        )
        aside = tuple((f"{path}#{member.name}", member.name) for member in module.members)
        above = ".".join(parts[:-1])
        return Page(path, name, body, ((page_of(above), above), *aside), kind="reference")

    def index(self) -> Page:
        """Both packages, each name with a sentence."""
        path, parts = "reference/index.html", []
        for package in PACKAGES:
            home = relative(page_of(package), path)
            rows = "".join(
                f'<tr><td><a href="{home}#{one.name}"><code>{one.name}</code></a>'
                f"</td><td>{docstring(first_sentence(one.doc), lambda _: None, inline=True)}</td></tr>"
                for _, (name, _, one) in self.public.items()
                if name == package
            )
            parts.append(
                f'<h2 id="{package}"><a href="{relative(page_of(package), path)}">{package}</a></h2>'
                f"{html(self.modules[package].doc.split(chr(10) * 2)[0], lambda _: None)}"
                f'<div class="wide names"><table>{rows}</table></div>'
            )
        return Page(path, "Reference", "<h1>Reference</h1>" + "".join(parts), kind="reference")

    def pages(self, room: dict[str, str]) -> list[Page]:
        """All of it.

        Args:
            room: from a package inside the two to what its README says, in HTML.
        """
        found = [self.index(), *(self.package_page(package) for package in PACKAGES)]
        found += [self.module_page(name, room.get(name, "")) for name in self.modules if name not in PACKAGES]
        return found + [_source_page(module) for module in self.modules.values()]


def page_of(module: str) -> str:
    """The page of a module.

    Example:
        >>> page_of("duality_checks.checker")
        'reference/duality_checks.checker.html'
    """
    return f"reference/{module}.html"


def source_of(module: Module) -> str:
    """The page that shows a module's text."""
    return f"files/{module.path}.html"


def _homes(package: Module) -> dict[str, str]:
    """From a public name to the module that has it, as the package says it for type checkers."""
    start = package.name + "."
    return {
        name: dotted.removeprefix(start).rpartition(".")[0]
        for name, dotted in package.imported.items()
        if dotted.startswith(start)
    }


def _source_page(module: Module) -> Page:
    lines = colored(module.source, "python").splitlines()
    rows = "\n".join(f'<a id="L{k}" href="#L{k}">{k:>4}</a>  {line}' for k, line in enumerate(lines, 1))
    path = source_of(module)
    body = (
        f'<h1><a href="{relative(page_of(module.name), path)}">{escape(module.path)}</a></h1>'
        f'<pre tabindex="0"><code>{rows}</code></pre>'
    )
    return Page(path, module.path, body, kind="file")


def room_text(text: str, resolve_link: object, resolve: Resolve) -> str:
    """What the README of a room says, without its title; files named in code are links."""
    body = render(text, resolve_link).body  # type: ignore[arg-type]
    body = re.sub(r"<h1\b.*?</h1>", "", body, flags=re.DOTALL)

    def link(found: re.Match[str]) -> str:
        name = unescape(found[1])
        target = resolve(name.removesuffix(".py").removesuffix("/").replace("/", "."))
        return f'<a href="{target}">{found[0]}</a>' if target else found[0]

    return re.sub(r"<code>([\w./]+(?:\.py|/))</code>", link, body)
