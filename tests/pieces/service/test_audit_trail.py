"""What migrations add that no model says: the audit trail is only ever added to."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.pieces.models import db
from tests.pieces.pieces_service import PiecesService


@pytest.mark.parametrize("change", ["UPDATE audit_entries SET actor_id = 'x'", "DELETE FROM audit_entries"])
def test_the_audit_trail_cannot_be_changed(service: PiecesService, change: str) -> None:
    service.registered().deposit("NATIDE06")
    with service.app.app_context(), pytest.raises(DBAPIError, match="append-only"), db.operation() as session:
        session.execute(text(change))
