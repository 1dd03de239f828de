"""A package whose licence would ask for the portal's own code, or that names none, is not shipped unnoticed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.tools import licences


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ([{"license": {"id": "MIT"}}], 0),
        ([{"expression": "Apache-2.0 OR BSD-3-Clause"}], 0),
        ([{"license": {"id": "LGPL-3.0-only"}}], 0),
        ([{"expression": "MPL-2.0 AND (Apache-2.0 OR MIT)"}], 0),
        ([{"expression": "MIT AND GPL-3.0-only"}], 1),
        ([{"license": {"id": "GPL-3.0-only"}}], 1),
        ([{"license": {"id": "AGPL-3.0-or-later"}}], 1),
        ([{"license": {"name": "declared license file: LICENSE-MIT"}}], 1),
        ([], 1),
    ],
)
def test_what_may_be_shipped(tmp_path: Path, declared: list[dict[str, Any]], code: int) -> None:
    listed = tmp_path / "pieces.json"
    component = {"name": "something", "version": "1.0", "licenses": declared}
    listed.write_text(json.dumps({"components": [component]}), encoding="utf-8")
    assert licences.main([listed]) == code
