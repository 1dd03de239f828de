"""Finds statements that assign several unrelated things at once (`make lint`).

counted, cursor = 0, None       two facts: each gets its own statement
left, right = right, left       one fact: neither half can be said before the other
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


def main() -> int:
    """Print a line for each of them. Return 1 where there are any, else 0."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    places = [
        place
        for name in listed.stdout.split()
        if "/migrations/versions/" not in name and Path(name).exists()
        for place in unrelated_assignments(Path(name))
    ]
    for place in places:
        print(place)
    return 1 if places else 0


def unrelated_assignments(path: Path) -> Iterator[str]:
    """Yield a line for each statement of a module that could be written as several ones."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Assign(targets=[ast.Tuple() as targets], value=ast.Tuple() as values):
                if _can_be_taken_apart(targets, values):
                    statements = "; ".join(
                        f"{ast.unparse(target)} = {ast.unparse(value)}"
                        for target, value in zip(targets.elts, values.elts, strict=True)
                    )
                    yield f"{path}:{node.lineno}: assign each on a line of its own: {statements}"


def _can_be_taken_apart(targets: ast.Tuple, values: ast.Tuple) -> bool:
    """Return whether the assignments can follow each other: no value reads a target before it."""
    if len(targets.elts) != len(values.elts):
        return False
    assigned: set[str] = set()
    for target, value in zip(targets.elts, values.elts, strict=True):
        if isinstance(target, ast.Starred) or isinstance(value, ast.Starred):
            return False
        if assigned & _places_in(value):
            return False
        assigned |= _places_in(target)
    return True


def _places_in(node: ast.expr) -> set[str]:
    """Return the names, attributes and items that an expression reads or assigns, as written."""
    return {
        ast.unparse(part)
        for part in ast.walk(node)
        if isinstance(part, ast.Name | ast.Attribute | ast.Subscript)
    }


if __name__ == "__main__":
    sys.exit(main())
