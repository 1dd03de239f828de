"""No API changes unseen: what services publish is what docs/api holds, whose changes are read with the commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.service_names import SERVICES
from tests.architecture.openapi import FOLDER, published


@pytest.mark.parametrize("service", SERVICES)
def test_an_api_is_what_its_description_says(service: str, tmp_path: Path) -> None:
    recorded = (FOLDER / f"{service}.json").read_text(encoding="utf-8")
    assert published(service, tmp_path) == recorded, (
        "an API has changed: python -m tests.architecture.openapi, CHANGELOG"
    )
