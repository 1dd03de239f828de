"""Types of problems, which tools tell by their slugs: services/contracts/problem_types.py."""

import re
from collections import Counter
from pathlib import Path

from deploy.tools.problem_types import lines
from services.contracts.problem_types import ALL

PAGE = Path(__file__).parents[2] / "docs" / "problem-types.md"


def test_no_two_types_have_the_same_slug() -> None:
    assert [slug for slug, number in Counter(kind.slug for kind in ALL).items() if number > 1] == []
    assert all(re.fullmatch("[a-z-]+", kind.slug) for kind in ALL)


def test_the_page_for_authors_of_tools_is_what_the_command_makes_of_them() -> None:
    assert PAGE.read_text(encoding="utf-8") == "\n".join(lines()) + "\n", "make definitions"
