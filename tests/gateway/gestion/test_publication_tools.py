"""Tools publish through the gateway's API; their files pass, up to a size of their own."""

from __future__ import annotations

import pytest

from gateway.api.limits import max_body_bytes
from services.chassis.web.body_limit import MAX_BODY_BYTES
from services.contracts.file_rules import MAX_FILE_BYTES

ID = "0" * 32


@pytest.mark.parametrize("kind", ["csv", "pdfs"])
def test_a_file_of_an_import_may_be_larger_than_other_bodies(kind: str) -> None:
    assert max_body_bytes("documents", f"imports/{ID}/{kind}") == MAX_FILE_BYTES


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("documents", "imports"),
        ("documents", f"imports/{ID}/publication"),
        ("documents", "imports/x/csv"),
        ("pieces", f"imports/{ID}/csv"),
        ("documents", f"imports/{ID}/csv/autre"),
    ],
)
def test_other_paths_keep_the_ordinary_body_limit(service: str, path: str) -> None:
    assert max_body_bytes(service, path) == MAX_BODY_BYTES
