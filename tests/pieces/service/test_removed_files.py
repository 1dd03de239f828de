"""A replaced or deleted file stays for a while, can be restored for its exam office, and is then erased."""

from __future__ import annotations

from sqlalchemy import delete

from services.chassis.events import follow_up
from services.pieces.models import db, object_tables
from tests.pieces import sample_files
from tests.pieces.pieces_service import KEPT_DAYS, STAFF, Portal


def _restore(
    portal: Portal, deposit_id: str, academie: str = "03", by: str = STAFF, reason: str = "demandé par téléphone"
) -> int:
    words = ("restore-deposit", deposit_id, "--academie", academie, "--by", by, "--reason", reason)
    return portal.commands(*words).exit_code


def test_bytes_of_a_removed_file_stay_and_are_erased_after_their_time(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06", sample_files.pdf())
    portal.deposit("NATIDE06", sample_files.image(), "carte.png")
    portal.deposit("CINSIG03")
    portal.delete("CINSIG03")
    portal.works()
    portal.runs_nightly_jobs()
    assert len(portal.objects()) == 3
    portal.ages(KEPT_DAYS)
    portal.runs_nightly_jobs()
    assert len(portal.objects()) == 3
    portal.ages(1.01)
    portal.runs_nightly_jobs()
    current = [row.object_key for row in portal.deposits() if row.removed_at is None]
    assert portal.objects() == set(current)
    assert portal.commands("reconcile").exit_code == 0


def test_bytes_on_which_an_opinion_was_given_are_never_erased(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06", sample_files.pdf())
    portal.control("NATIDE06", "non_compliant", comment="Illisible", resubmit_until="2021-11-20")
    portal.deposit("NATIDE06", sample_files.image(), "carte.png")
    portal.ages(KEPT_DAYS + 2)
    portal.runs_nightly_jobs()
    assert len(portal.objects()) == 2


def test_staff_sees_until_when_a_removed_file_can_be_restored_and_its_depositor_does_not_see_it(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06", sample_files.pdf(), "un.pdf")
    portal.deposit("NATIDE06", sample_files.image(), "deux.png")
    past = {item["filename"]: item for item in portal.seen("NATIDE06")["history"]["deposits"]}
    assert past["un.pdf"]["kept_until"] > past["un.pdf"]["deposited_at"]
    assert past["deux.png"]["kept_until"] is None
    assert "un.pdf" not in portal.call("GET", "/candidatures/cafe0000000000000000000000000001/pieces").text


def test_a_replaced_file_can_be_made_current_again_and_the_other_one_then_waits(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06", sample_files.pdf(), "un.pdf")
    portal.deposit("NATIDE06", sample_files.image(), "deux.png")
    first, second = portal.deposits()
    assert _restore(portal, first.id) == 0
    assert portal.opened("NATIDE06").data == sample_files.pdf()
    assert _restore(portal, second.id) == 0
    assert portal.piece("NATIDE06")["deposit"]["filename"] == "deux.png"
    portal.ages(KEPT_DAYS + 2)
    portal.runs_nightly_jobs()
    assert portal.opened("NATIDE06").data == sample_files.image()
    assert _restore(portal, first.id) == 1
    assert ("staff", "deposit.restored") in portal.trail()


def test_a_deleted_file_is_restored_with_the_candidates_validation_standing(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06", sample_files.pdf(), "un.pdf")
    portal.deposit("NATIDE06", sample_files.image(), "deux.png")
    assert portal.validate("NATIONALITE").status_code == 200
    etag = portal.seen("NATIDE06")["etag"]
    assert _restore(portal, portal.deposits()[0].id) == 0
    piece = portal.piece("NATIDE06")
    assert piece["deposit"]["filename"] == "un.pdf"
    assert piece["deposit"]["validated_at"] is not None
    assert portal.seen("NATIDE06")["etag"] != etag


def test_nothing_is_restored_for_another_academie_nor_twice_nor_when_it_is_unknown(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06")
    (row,) = portal.deposits()
    assert _restore(portal, row.id) == 1
    portal.delete("NATIDE06")
    assert _restore(portal, row.id, academie="10") == 1
    assert _restore(portal, "0" * 32) == 1
    assert _restore(portal, row.id, by="gestionnaire@portail.example") == 1
    assert _restore(portal, row.id, reason=" ") == 1
    assert portal.piece("NATIDE06")["deposit"] is None
    assert _restore(portal, row.id) == 0


def test_a_refusal_given_on_the_very_file_holds_again(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06", sample_files.pdf(), "un.pdf")
    portal.control("NATIDE06", "non_compliant", comment="Illisible", resubmit_until="2021-11-20")
    portal.deposit("NATIDE06", sample_files.image(), "deux.png")
    assert _restore(portal, portal.deposits()[0].id) == 0
    assert portal.seen("NATIDE06")["status"] == "non_compliant"


def test_an_erasing_that_an_earlier_version_asked_for_keeps_the_file_for_its_time_too(portal: Portal) -> None:
    portal.registered().deposit("NATIDE06")
    portal.delete("NATIDE06")
    (row,) = portal.deposits()
    with portal.app.app_context(), db.operation() as session:
        session.execute(delete(object_tables.RetiredObject))
        for _ in range(2):
            follow_up(session, "erase_object", {"deposit_id": row.id}, subject="x")
    assert portal.works() == []
    portal.runs_nightly_jobs()
    assert portal.objects() == {row.object_key}
    portal.ages(KEPT_DAYS + 2)
    portal.runs_nightly_jobs()
    assert not portal.objects()
