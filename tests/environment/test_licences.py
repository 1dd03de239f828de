"""A package whose licence would ask for the portal's own code, or that names none, is not shipped unnoticed."""

import json
from pathlib import Path
from typing import Any

from deploy.tools import licences

SHIPPED: tuple[list[dict[str, Any]], ...] = (
    [{"license": {"id": "LGPL-3.0-only"}}],
    [{"expression": "MPL-2.0 AND (Apache-2.0 OR MIT)"}],
)
NOT_SHIPPED: tuple[list[dict[str, Any]], ...] = (
    [{"expression": "MIT AND GPL-3.0-only"}],
    [{"license": {"id": "GPL-3.0-only"}}],
    [{"license": {"id": "AGPL-3.0-or-later"}}],
    [{"license": {"name": "declared license file: LICENSE-MIT"}}],
    [],
)


def test_what_may_be_shipped(tmp_path: Path) -> None:
    listed = tmp_path / "pieces.json"
    for declared in (*SHIPPED, *NOT_SHIPPED):
        component = {"name": "something", "version": "1.0", "licenses": declared}
        listed.write_text(json.dumps({"components": [component]}), encoding="utf-8")
        assert licences.main([listed]) == (0 if declared in SHIPPED else 1), declared
