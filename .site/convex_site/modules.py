"""What the packages define, read from their source: nothing is imported, and nothing has to be installed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from inspect import cleandoc
from pathlib import Path

PACKAGES = ("hyperplane_arrangements", "duality_checks")
_WIDE = 84


@dataclass(frozen=True, slots=True)
class Member:
    """A function, class, method, property or constant.

    Attributes:
        name: as in its module, a method's with its class: "Arrangement.draw".
        kind: "function", "class", "method", "property" or "constant".
        signature: what one would write to define it, in lines.
        doc: its docstring, cleaned.
        line: where its definition begins.
        bases: of a class, as written.
        members: of a class.
    """

    name: str
    kind: str
    signature: str
    doc: str
    line: int
    bases: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()

    @property
    def last(self) -> str:
        """The name without that of the class."""
        return self.name.rsplit(".", 1)[-1]


@dataclass(frozen=True, slots=True)
class Module:
    """A module.

    Attributes:
        name: dotted.
        path: of its file, relative to the checkout.
        doc: its docstring, cleaned.
        source: its text.
        members: what it defines, in its order, without names that begin with an underscore.
        imported: from a name that it imports to the dotted name of what that is.
    """

    name: str
    path: str
    doc: str
    source: str = field(repr=False)
    members: tuple[Member, ...] = field(repr=False)
    imported: dict[str, str] = field(repr=False)

    @property
    def is_package(self) -> bool:
        return self.path.endswith("__init__.py")

    def get(self, name: str) -> Member | None:
        """A member by name."""
        return next((member for member in self.members if member.name == name), None)


def _doc(node: ast.AST) -> str:
    text = ast.get_docstring(node, clean=False)  # type: ignore[arg-type]
    return cleandoc(text) if text else ""


def _arguments(arguments: ast.arguments, indent: str) -> str:
    """The arguments in one line, or one a line."""
    line = ast.unparse(arguments)
    if len(line) <= _WIDE - len(indent) - 30:
        return line
    plain = [*arguments.posonlyargs, *arguments.args]
    values: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults))
    parts = [_argument(a, value) for a, value in zip(plain, [*values, *arguments.defaults], strict=True)]
    if arguments.posonlyargs:
        parts.insert(len(arguments.posonlyargs), "/")
    if arguments.vararg:
        parts.append("*" + ast.unparse(arguments.vararg))
    elif arguments.kwonlyargs:
        parts.append("*")
    parts += [_argument(a, v) for a, v in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    if arguments.kwarg:
        parts.append("**" + ast.unparse(arguments.kwarg))
    return "\n" + "".join(f"    {part},\n" for part in parts)


def _argument(argument: ast.arg, value: ast.expr | None) -> str:
    text = ast.unparse(argument)
    if value is None:
        return text
    return text + (" = " if argument.annotation else "=") + ast.unparse(value)


def _decorators(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[str]:
    return [ast.unparse(decorator) for decorator in node.decorator_list]


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, owner: str = "") -> Member | None:
    marks = _decorators(node)
    if any(mark.endswith((".setter", "overload")) for mark in marks):
        return None
    is_property = any(mark.endswith(("property", "cached_property")) for mark in marks)
    result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    if is_property:
        signature = f"{node.name}:{result[3:] or ' Any'}"
    else:
        head = "".join(f"@{mark}\n" for mark in marks if mark in ("classmethod", "staticmethod"))
        signature = f"{head}def {node.name}({_arguments(node.args, node.name)}){result}"
    kind = "property" if is_property else "method" if owner else "function"
    name = f"{owner}.{node.name}" if owner else node.name
    return Member(name, kind, signature, _doc(node), node.lineno)


def _class(node: ast.ClassDef) -> Member:
    bases = tuple(ast.unparse(base) for base in node.bases)
    header = f"class {node.name}" + (f"({', '.join(bases)})" if bases else "")
    fields = [
        f"    {ast.unparse(item)}"
        for item in node.body
        if isinstance(item, ast.AnnAssign)
        and isinstance(item.target, ast.Name)
        and not item.target.id.startswith("_")
        and "ClassVar" not in ast.unparse(item.annotation)
    ]
    is_data = any("dataclass" in mark for mark in _decorators(node))
    constructor = next(
        (item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"), None
    )
    if constructor and not is_data:
        arguments = ast.arguments(**{name: getattr(constructor.args, name) for name in ast.arguments._fields})
        arguments.args = arguments.args[1:]
        header += f"\n{node.name}({_arguments(arguments, node.name)})"
    elif fields:
        header = "\n".join([header + ":", *fields])
    members = (
        _function(item, node.name)
        for item in node.body
        if isinstance(item, ast.FunctionDef) and not item.name.startswith("_")
    )
    return Member(node.name, "class", header, _doc(node), node.lineno, bases, tuple(filter(None, members)))


def _constant(node: ast.Assign | ast.AnnAssign, lines: list[str]) -> Member | None:
    """A name in capitals, if a comment `#:` before it says what it is."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    said, k = [], node.lineno - 2
    while k >= 0 and lines[k].startswith("#:"):
        said.insert(0, lines[k].removeprefix("#:").strip())
        k -= 1
    if not isinstance(target, ast.Name) or target.id.startswith("_"):
        return None
    if not said and not (isinstance(node, ast.AnnAssign) and target.id.isupper()):
        return None
    text = ast.unparse(node)
    if isinstance(node, ast.AnnAssign):
        text = f"{target.id}: {ast.unparse(node.annotation)}"
    elif len(text) > _WIDE or "\n" in text:
        text = f"{target.id} = ..."
    return Member(target.id, "constant", text, "\n".join(said), node.lineno)


def _members(tree: ast.Module, lines: list[str]) -> Iterator[Member]:
    for node in tree.body:
        member: Member | None = None
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            member = _function(node)
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            member = _class(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            member = _constant(node, lines)
        if member:
            yield member


def _imported(tree: ast.Module, name: str, is_package: bool) -> dict[str, str]:
    found = {}
    package = name.split(".") if is_package else name.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            home = ".".join([*above, *([node.module] if node.module else [])])
            found |= {alias.asname or alias.name: f"{home}.{alias.name}" for alias in node.names}
    return found


def read(root: Path) -> dict[str, Module]:
    """Every module of the packages, by its dotted name, packages before what is in them."""
    found = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py"), key=lambda path: (*path.parent.parts, path.name)):
            where = path.relative_to(root)
            is_package = path.name == "__init__.py"
            parts = where.parent.parts if is_package else where.with_suffix("").parts
            if any(part.startswith("_") for part in parts):
                continue
            source = path.read_text(encoding="utf-8")
            tree, name = ast.parse(source), ".".join(parts)
            members = tuple(_members(tree, source.splitlines()))
            imported = _imported(tree, name, is_package)
            found[name] = Module(name, where.as_posix(), _doc(tree), source, members, imported)
    return found


def public_names(module: Module) -> list[str]:
    """What `__all__` lists, in its order."""
    for node in ast.parse(module.source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return [str(name) for name in ast.literal_eval(node.value)]
    return []


def defined(modules: dict[str, Module], dotted: str) -> tuple[Module, Member] | None:
    """Where a dotted name is defined, through all that imports it."""
    for _ in range(9):
        home, _, name = dotted.rpartition(".")
        module = modules.get(home)
        if module is None:
            return None
        member = module.get(name)
        if member:
            return module, member
        if name not in module.imported:
            return None
        dotted = module.imported[name]
    return None
