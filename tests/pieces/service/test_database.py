"""What the database itself keeps, whoever writes: staff's queues, the trail, what older versions left."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.pieces.models import db
from tests.pieces import sample_files
from tests.pieces.example_events import academie, registration_saved
from tests.pieces.pieces_service import PiecesService

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # triggers and migrations of each are its own

TO_CONTROL = "status=none&deposited=true"


def test_what_has_a_file_and_no_opinion_is_to_control(service: PiecesService) -> None:
    service.registered()
    assert service.listed_codes(TO_CONTROL) == []
    service.deposit("NATIDE06")
    service.deposit("CINSIG03")
    assert service.listed_codes(TO_CONTROL) == ["CINSIG03", "NATIDE06"]
    service.deposit("NATIDE06", sample_files.image(), "autre.png")
    service.delete("CINSIG03")
    assert service.listed_codes(TO_CONTROL) == ["NATIDE06"]
    assert "CINSIG03" in service.listed_codes("deposited=false")
    service.control("NATIDE06", "received")
    assert service.listed_codes(TO_CONTROL) == []
    assert service.listed_codes("status=received") == ["NATIDE06"]


def test_a_queue_follows_a_candidature_to_another_academie(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    service.handle_events(registration_saved(version=2, academie=academie("06", "ACADÉMIE DE CLERMONT-FERRAND")))
    assert service.listed_codes(TO_CONTROL, "03") == []
    assert service.listed_codes(TO_CONTROL, "06") == ["NATIDE06"]
    for code, numbers in (("03", []), ("06", [1])):
        waiting = service.read_as_staff("/control-queue", academies=(code,))["items"]
        assert [item["number"] for item in waiting] == numbers


def test_a_piece_that_the_version_before_writes_is_in_its_academies_queue(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    copy = (
        "INSERT INTO pieces (id, candidature_id, code, label, group_code, group_label, position, asked, required, "
        "formats, deposit_opens, deposit_closes, revision, validated_at) SELECT 'x', candidature_id, 'X', label, "
        "group_code, group_label, 99, asked, required, formats, deposit_opens, deposit_closes, 1, deposit_opens "
        "FROM pieces WHERE code = 'NATIDE06'"
    )
    with service.app.app_context(), db.operation() as session:
        session.execute(text(copy))
    assert service.listed_codes("status=none&validated=true") == ["X"]
    assert "X" not in service.listed_codes("status=none&validated=false")


def test_the_audit_trail_cannot_be_changed(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    for change in ("UPDATE audit_entries SET actor_id = 'x'", "DELETE FROM audit_entries"):
        with service.app.app_context(), pytest.raises(DBAPIError, match="append-only"), db.operation() as session:
            session.execute(text(change))
