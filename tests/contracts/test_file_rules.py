"""What the contracts say of files is what pieces takes."""

from __future__ import annotations

from services.contracts.file_rules import FORMATS
from services.pieces.domain.formats import Format
from services.pieces.inspection.format_checks import CHECKS


def test_pieces_checks_every_format_that_may_be_asked_for() -> None:
    assert tuple(Format) == FORMATS
    assert set(CHECKS) == set(Format)
