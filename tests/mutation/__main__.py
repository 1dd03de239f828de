"""Try a sample of mutants:  python -m tests.mutation REACHED [--count 200] [--seed 23] [--seconds 60]

REACHED is the folder that the plugin `reached_lines` filled in a run of the tests. Each mutant is put into a checkout
of its own, one for each core, and tried with the tests that reach its lines, the quickest first, until one fails.
Those that take more than `--seconds` together are left out: the last column says so.
"""

import argparse
import ast
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import accumulate
from pathlib import Path
from queue import Queue
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from coverage import CoverageData

from tests.mutation import HOLDS_RULES

ROOT = Path(__file__).parents[2]
BUILT = (".venv", "node_modules", "gateway/static")
CORES = 2
PATIENCE = 600.0
NO_SUCH_TEST = "not found: "


class Change(NamedTuple):
    """What may be changed: the operator of cosmic-ray, which of its places in the file, its first and last line."""

    operator: str
    occurrence: int
    line: int
    last_line: int


def sample(count: int, seed: int) -> list[tuple[Path, Change]]:
    """Draw files by their number of lines, in each a line that can be changed, of that line one change; the same seed
    gives the same ones on the same code."""
    chance = random.Random(seed)
    files = sorted(path for folder in HOLDS_RULES for path in ROOT.glob(f"{folder}/**/*.py") if path.stat().st_size)
    weights = [path.read_text(encoding="utf-8").count("\n") for path in files]
    drawn: dict[tuple[Path, Change], None] = {}
    while len(drawn) < count:
        [path] = chance.choices(files, weights)
        if lines := _changes(path):
            drawn[path, chance.choice(chance.choice(lines))] = None
    return list(drawn)


@cache
def _changes(path: Path) -> list[list[Change]]:
    """What can be changed, line by line."""
    source = path.read_text(encoding="utf-8")
    types, nodes = list(_spans_of_types(source)), list(ast_nodes(get_ast(source)))
    by_line: dict[int, list[Change]] = {}
    for name in operator_names():
        operator = get_operator(name)
        if operator.arguments():
            continue
        places = (place for node in nodes for place in operator().mutation_positions(node))
        for occurrence, (first, last) in enumerate(places):
            if not any(begin <= first and last <= end for begin, end in types):
                by_line.setdefault(first[0], []).append(Change(name, occurrence, first[0], last[0]))
    return list(by_line.values())


def _spans_of_types(source: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
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


class ReachedLines:
    """Which tests reach a line, and how long each takes."""

    def __init__(self, folder: Path) -> None:
        data = CoverageData(no_disk=True)
        for part in sorted(folder.glob("*.coverage")):
            of_process = CoverageData(str(part))
            of_process.read()
            data.update(of_process)
        self._files = {os.path.relpath(path, ROOT): data.contexts_by_lineno(path) for path in data.measured_files()}
        lines = [line for part in folder.glob("*.seconds") for line in part.read_text().splitlines()]
        self.seconds: dict[str, float] = dict(map(json.loads, lines))

    def tests(self, path: Path, change: Change) -> list[str]:
        """The tests that reach its lines, the quickest first; of what runs at import, all that reach its file.

        Not those on PostgreSQL: rules know no engine, and the same tests run on SQLite.
        """
        by_line: dict[int, list[str]] = self._files.get(str(path.relative_to(ROOT)), {})
        changed = range(change.line, change.last_line + 1)
        reached = {test for line in changed for test in by_line.get(line, ())} - {""}
        reached = reached or {test for tests in by_line.values() for test in tests}
        return sorted(
            (test for test in reached & self.seconds.keys() if "postgresql" not in test), key=self.seconds.__getitem__
        )


@contextmanager
def _checkout() -> Iterator[Path]:
    """A copy of what is committed, which shares what was built."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        place = Path(folder) / "checkout"
        subprocess.run(["git", "clone", "--quiet", "--shared", ROOT, place], check=True)
        for built in BUILT:
            (place / built).symlink_to(ROOT / built)
        yield place


def _try(path: Path, change: Change, tests: list[str], checkout: Path) -> str:
    """« killed », « survived », or « timed out », which counts as killed."""
    file, listed = checkout / path.relative_to(ROOT), checkout / ".mutant-tests"
    original = file.read_text(encoding="utf-8")
    listed.write_text("\n".join(tests), encoding="utf-8")
    file.write_text(mutate_code(original, get_operator(change.operator)(), change.occurrence), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", f"@{listed}"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return "timed out"
    finally:
        file.write_text(original, encoding="utf-8")
    assert NO_SUCH_TEST not in done.stderr, f"not the tests of which the lines were noted: {done.stderr}"
    return "killed" if done.returncode else "survived"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reached", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    reached, free = ReachedLines(given.reached), Queue[Path]()

    def tried(mutant: tuple[Path, Change]) -> str:
        path, change = mutant
        all_tests = reached.tests(path, change)
        spent = accumulate(reached.seconds[test] for test in all_tests)
        tests = [test for test, seconds in zip(all_tests, spent, strict=True) if seconds <= given.seconds]
        checkout = free.get()
        try:
            outcome = _try(path, change, tests or all_tests[:1], checkout) if all_tests else "reached by none"
        finally:
            free.put(checkout)
        name = change.operator.rpartition("/")[2]
        print(
            f"{outcome}\t{path.relative_to(ROOT)}:{change.line} {name}\t{len(tests)} of {len(all_tests)} tests",
            flush=True,
        )
        return outcome

    with ExitStack() as checkouts, ThreadPoolExecutor(CORES) as pool:
        for _ in range(CORES):
            free.put(checkouts.enter_context(_checkout()))
        outcomes = list(pool.map(tried, sample(given.count, given.seed)))
    for outcome in sorted(set(outcomes)):
        print(f"{outcome}: {outcomes.count(outcome)} of {len(outcomes)}")


if __name__ == "__main__":
    main()
