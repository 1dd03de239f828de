"""The four services have the shape that docs/architecture.md describes; what only one has is named here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
EVERY_SERVICE = {
    "__init__.py",
    "__main__.py",
    "api",
    "app.py",
    "cli.py",
    "domain",
    "follow_ups.py",
    "jobs.py",
    "migrations",
    "models.py",
    "operations",
    "queries",
    "settings.py",
    "worker.py",
}
WHERE_NEEDED = {"clients", "dependencies.py", "handlers.py", "mail_texts.py", "metrics.py"}
ONE_SERVICE = {
    "accounts": {
        "civil_status_mapping.py",
        "derived_keys.py",
        "hashing_queue.py",
        "opaque_secrets.py",
        "password_hashing.py",
        "signing.py",
    },
    "registrations": {"catalogue"},
    "documents": {"inspection", "rendering"},
    "pieces": {"antivirus.py", "inspection"},
}


@pytest.mark.parametrize("service", ONE_SERVICE)
def test_a_service_has_the_shape_of_all(service: str) -> None:
    names = {path.name for path in (ROOT / "services" / service).iterdir() if path.name != "__pycache__"}
    parts = {"models.py" if name == "models" else name for name in names}
    assert parts >= EVERY_SERVICE
    assert parts - EVERY_SERVICE - WHERE_NEEDED == ONE_SERVICE[service]


def test_the_page_describes_every_part_of_the_shape() -> None:
    described = set(re.findall(r"`([\w.]+)/?`", PAGE))
    assert (EVERY_SERVICE | WHERE_NEEDED) - described == {"__init__.py"}
