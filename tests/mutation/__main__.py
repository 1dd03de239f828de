"""Try a sample of mutants:  python -m tests.mutation REACHED [--count 200] [--seed 23] [--seconds 60]

REACHED is the folder that the plugin `reached_lines` filled in a run of the tests. Each mutant is put into a checkout
of its own, one for each core, and tried with the tests that reach its lines, the quickest first, until one fails.
Those that take more than `--seconds` together are left out: the last column says so.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

from coverage import CoverageData

from tests.mutation.sample import Mutant, sample

ROOT = Path(__file__).parents[2]
BUILT = (".venv", "node_modules", "gateway/static")
PATIENCE = 600.0
SURVIVED, NO_SUCH_TEST = 0, "not found: "


class ReachedLines:
    """Which tests reach a line, and how long each takes."""

    def __init__(self, folder: Path) -> None:
        self._data = CoverageData(no_disk=True)
        for part in sorted(folder.glob("*.coverage")):
            of_process = CoverageData(str(part))
            of_process.read()
            self._data.update(of_process)
        self._files = {path: self._data.contexts_by_lineno(path) for path in self._data.measured_files()}
        lines = [json.loads(line) for part in folder.glob("*.seconds") for line in part.read_text().splitlines()]
        self.seconds: dict[str, float] = dict(lines)

    def tests(self, mutant: Mutant) -> list[str]:
        """The tests that reach its lines, the quickest first; of what runs at import, all that reach its file.

        Not those on PostgreSQL: rules know no engine, and the same tests run on SQLite.
        """
        by_line: dict[int, list[str]] = next(
            (lines for path, lines in self._files.items() if path.endswith(f"/{mutant.file}")), {}
        )
        changed = range(mutant.line, mutant.last_line + 1)
        reached = {test for line in changed for test in by_line.get(line, ())} - {""}
        reached = reached or {test for tests in by_line.values() for test in tests} - {""}
        on_sqlite = {test for test in reached & self.seconds.keys() if "postgresql" not in test}
        return sorted(on_sqlite, key=self.seconds.__getitem__)


@contextmanager
def _checkout() -> Iterator[Path]:
    """A copy of what is committed, which shares what was built."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        place = Path(folder) / "checkout"
        subprocess.run(["git", "clone", "--quiet", "--shared", ROOT, place], check=True)
        for built in BUILT:
            (place / built).symlink_to(ROOT / built)
        yield place


def _try(mutant: Mutant, tests: list[str], checkout: Path) -> str:
    """« killed », « survived », or « timed out », which counts as killed."""
    file, listed = checkout / mutant.file, checkout / ".mutant-tests"
    original = file.read_text(encoding="utf-8")
    listed.write_text("\n".join(tests), encoding="utf-8")
    file.write_text(mutant.text, encoding="utf-8")
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
    return "survived" if done.returncode == SURVIVED else "killed"


def _within(tests: list[str], reached: ReachedLines, seconds: float) -> list[str]:
    chosen: list[str] = []
    for test in tests:
        seconds -= reached.seconds[test]
        if seconds < 0 and chosen:
            break
        chosen.append(test)
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reached", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    reached, outcomes = ReachedLines(given.reached), []
    free: Queue[Path] = Queue()

    def tried(mutant: Mutant) -> str:
        all_tests = reached.tests(mutant)
        tests = _within(all_tests, reached, given.seconds)
        checkout = free.get()
        try:
            outcome = _try(mutant, tests, checkout) if tests else "reached by none"
        finally:
            free.put(checkout)
        print(f"{outcome}\t{mutant}\t{len(tests)} of {len(all_tests)} tests", flush=True)
        return outcome

    with _checkout() as first, _checkout() as second, ThreadPoolExecutor(2) as pool:
        free.put(first)
        free.put(second)
        outcomes = list(pool.map(tried, sample(ROOT, given.count, given.seed)))
    for outcome in sorted(set(outcomes)):
        print(f"{outcome}: {outcomes.count(outcome)} of {len(outcomes)}")


if __name__ == "__main__":
    main()
