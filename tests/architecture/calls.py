"""Which functions of a service's operations write an event or an object, and which of them others call. By reading."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
_WRITING = {
    "services.chassis.events": {"publish"},
    "services.chassis.tasks.rows": {"follow_up"},
    "services.objects": {"operation_naming", "put_verified", "retire"},
}


class Operations:
    """Those of one service. A function is « module.function »."""

    def __init__(self, service: str) -> None:
        self._package = f"services.{service}.operations"
        self._folder = ROOT / "services" / service

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        """All of them, private ones too."""
        return {
            f"{path.stem}.{node.name}": node
            for path in self._modules
            for node in _parsed(path).body
            if isinstance(node, ast.FunctionDef)
        }

    @cached_property
    def writers(self) -> set[str]:
        """Those that write an event or an object, themselves or by what they call."""
        calls = {name: set(self._called(name)) for name in self.functions}
        writers = {name for name in self.functions if self._writes(name)}
        while more := {name for name, called in calls.items() if called & writers} - writers:
            writers |= more
        return writers

    @cached_property
    def entrances(self) -> set[str]:
        """Those that the API, reactions, follow-ups, jobs and commands call."""
        outside = [path for path in self._folder.rglob("*.py") if path not in self._modules]
        return {name for path in outside for name in self._named(_parsed(path), _imported(self._package, path))}

    @property
    def _modules(self) -> list[Path]:
        return sorted((self._folder / "operations").glob("*.py"))

    def _called(self, name: str) -> Iterator[str]:
        path = self._folder / "operations" / f"{name.partition('.')[0]}.py"
        known = _imported(self._package, path) | {
            node.name: f"{path.stem}.{node.name}" for node in _parsed(path).body if isinstance(node, ast.FunctionDef)
        }
        yield from self._named(self.functions[name], known)

    def _named(self, tree: ast.AST, known: dict[str, str]) -> Iterator[str]:
        """Functions of the operations that are mentioned below `tree`."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                name = known.get(node.id, "")
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = f"{known.get(node.value.id, '')}.{node.attr}"
            else:
                continue
            if name in self.functions:
                yield name

    def _writes(self, name: str) -> bool:
        module = _parsed(self._folder / "operations" / f"{name.partition('.')[0]}.py")
        writing = set().union(*(_imported_from(module, source) & names for source, names in _WRITING.items()))
        calls = [node.func for node in ast.walk(self.functions[name]) if isinstance(node, ast.Call)]
        return any(isinstance(called, ast.Name) and called.id in writing for called in calls)


@cache
def _imported(package: str, path: Path) -> dict[str, str]:
    """Local name → « module » or « module.function » of the operations."""
    names: dict[str, str] = {}
    for node in ast.walk(_parsed(path)):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(package):
            continue
        module = (node.module or "").removeprefix(package).lstrip(".")
        for alias in node.names:
            names[alias.asname or alias.name] = f"{module}.{alias.name}" if module else alias.name
    return names


def _imported_from(tree: ast.Module, module: str) -> set[str]:
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == module]
    return {alias.asname or alias.name for node in imports for alias in node.names}


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
