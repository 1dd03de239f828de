"""Each type of problem is written down once, in services/contracts/problem_types.py."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from deploy.tools.problem_types import lines
from services.contracts.problem_types import ALL, BY_SLUG, BY_STATUS

ROOT = Path(__file__).parents[2]
HOME = ROOT / "services" / "contracts" / "problem_types.py"


def _sources() -> Iterator[Path]:
    for folder in ("services", "gateway"):
        yield from sorted(path for path in (ROOT / folder).rglob("*.py") if path != HOME)


def test_no_two_types_have_the_same_slug() -> None:
    assert [slug for slug, number in Counter(kind.slug for kind in ALL).items() if number > 1] == []
    assert all(re.fullmatch("[a-z-]+", kind.slug) for kind in ALL)


def test_the_page_of_the_documentation_is_made_of_them() -> None:
    page = (ROOT / "docs" / "problem-types.md").read_text(encoding="utf-8")
    assert page == "\n".join(lines()) + "\n", "make definitions"


def test_no_source_writes_a_slug_that_has_a_name() -> None:
    slugs = {slug for slug in BY_SLUG if "-" in slug}  # the others are words as well
    written = {str(path.relative_to(ROOT)): slugs & set(_texts(path)) for path in _sources()}
    assert {path: texts for path, texts in written.items() if texts} == {}


def test_a_status_of_any_route_has_a_type() -> None:
    assert {400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503} <= BY_STATUS.keys()


def _texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
