"""What CONTRIBUTING.md says where to find is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATHS = re.findall(
    r"`((?:catalogue|deploy|docs|gateway|services|tests|tools)/[\w./-]+)`",
    (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
)


@pytest.mark.parametrize("path", sorted(set(PATHS)))
def test_a_path_of_the_page_exists(path: str) -> None:
    assert (ROOT / path).exists()
