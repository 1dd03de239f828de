"""A random sample of mutants, by cosmic-ray's operators; the same seed gives the same ones on the same code."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

from tests.mutation import HOLDS_RULES

Place = tuple[int, int]


@dataclass(frozen=True)
class Mutant:
    """`file` (below the root) with one small change from `line` to `last_line`; `text` is the whole changed file."""

    file: str
    operator: str
    line: int
    last_line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.operator.rpartition('/')[2]}"


def sample(root: Path, count: int, seed: int) -> list[Mutant]:
    """Draw files by their number of lines, in each a line that can be changed, of that line one change."""
    chance = random.Random(seed)
    files = sorted(path for folder in HOLDS_RULES for path in root.glob(f"{folder}/**/*.py") if path.stat().st_size)
    weights = [path.read_text(encoding="utf-8").count("\n") for path in files]
    drawn: dict[str, Mutant] = {}
    while len(drawn) < count:
        [path] = chance.choices(files, weights)
        changes = _changes(path)
        if changes:
            mutant = _mutant(root, path, *chance.choice(chance.choice(changes)))
            drawn[f"{mutant}{mutant.text}"] = mutant
    return list(drawn.values())


def _mutant(root: Path, path: Path, operator: str, occurrence: int, line: int, last_line: int) -> Mutant:
    text = mutate_code(path.read_text(encoding="utf-8"), get_operator(operator)(), occurrence)
    return Mutant(str(path.relative_to(root)), operator, line, last_line, text)


@cache
def _changes(path: Path) -> list[list[tuple[str, int, int, int]]]:
    """What can be changed, line by line: operator, its number among its places in the file, first and last line."""
    source = path.read_text(encoding="utf-8")
    types = list(_spans_of_types(source))
    nodes = list(ast_nodes(get_ast(source)))
    by_line: dict[int, list[tuple[str, int, int, int]]] = {}
    for name in operator_names():
        operator: type[Operator] = get_operator(name)
        if operator.arguments():
            continue
        places = [place for node in nodes for place in operator().mutation_positions(node)]
        for occurrence, (first, last) in enumerate(places):
            if not any(begin <= first and last <= end for begin, end in types):
                by_line.setdefault(first[0], []).append((name, occurrence, first[0], last[0]))
    return list(by_line.values())


def _spans_of_types(source: str) -> Iterator[tuple[Place, Place]]:
    """Where types stand, which nothing reads at run time: annotations, aliases, imports for the type checker."""
    for node in ast.walk(ast.parse(source)):
        kinds = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            kinds.append(node)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp | ast.Subscript):
            name = ast.unparse(node.targets[0])
            kinds.append(node.value if name[:1].isupper() and not name.isupper() else None)
        for kind in filter(None, kinds):
            yield (kind.lineno, kind.col_offset), (kind.end_lineno or 0, kind.end_col_offset or 0)
