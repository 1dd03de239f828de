"""A replaced or deleted file stays for a while, can be restored for its exam office, and is then erased."""

from services.objects.lifecycle import ERASING_DELAY
from services.pieces.operations.deposits import KEPT_SECOND_THOUGHT, SECOND_THOUGHT
from tests.pieces import sample_files
from tests.pieces.example_events import DURING
from tests.pieces.pieces_service import ERASED_AFTER_DAYS, KEPT_DAYS, STAFF, PiecesService


def _restore(
    service: PiecesService,
    deposit_id: str,
    academie: str = "03",
    by: str = STAFF,
    reason: str = "demandé par téléphone",
) -> int:
    words = ("restore-deposit", deposit_id, "--academie", academie, "--by", by, "--reason", reason)
    return service.run_command(*words).exit_code


def _replaced(service: PiecesService) -> PiecesService:
    """« deux.png » has taken the place of « un.pdf »."""
    service.registered().deposit("NATIDE06", sample_files.pdf(), "un.pdf")
    service.deposit("NATIDE06", sample_files.image(), "deux.png")
    return service


def test_a_removed_file_stays_for_its_time_and_one_that_was_controlled_for_ever(registered: PiecesService) -> None:
    for code in ("NATIDE06", "CINSIG03", "BTSETAS4"):
        registered.deposit(code)
    registered.move_to(DURING + 2 * SECOND_THOUGHT)
    registered.deposit("NATIDE06", sample_files.image(), "deux.png")
    registered.delete("CINSIG03")
    registered.control("BTSETAS4", "non_compliant", comment="Illisible", resubmit_until="2021-11-20")
    registered.deposit("BTSETAS4", sample_files.image(), "nette.png")
    registered.run_follow_ups()
    registered.run_nightly_jobs()
    registered.age_retained_objects(KEPT_DAYS)
    registered.run_nightly_jobs()
    assert len(registered.objects()) == 5
    registered.age_retained_objects(ERASED_AFTER_DAYS - KEPT_DAYS)
    registered.run_nightly_jobs()
    controlled = registered.piece_for_staff("BTSETAS4")["history"]["controls"][0]["deposit_id"]
    kept = [row.object_key for row in registered.deposits() if row.removed_at is None or row.id == controlled]
    assert registered.objects() == set(kept)
    assert len(kept) == 3
    assert registered.run_command("reconcile").exit_code == 0


def test_a_replaced_file_can_be_made_current_again_and_the_other_one_then_waits(service: PiecesService) -> None:
    first, second = _replaced(service).deposits()
    history = service.piece_for_staff("NATIDE06")["history"]["deposits"]
    assert [(item["filename"], bool(item["kept_until"])) for item in history] == [("un.pdf", True), ("deux.png", False)]
    assert "un.pdf" not in str(service.list_pieces()), "staff alone see it"
    assert _restore(service, first.id) == 0
    assert service.download("NATIDE06").data == sample_files.pdf()
    service.age_retained_objects((KEPT_SECOND_THOUGHT + ERASING_DELAY).days + 0.01)
    service.run_nightly_jobs()
    assert _restore(service, second.id) == 0, "what staff took away is no second thought of its candidate"
    assert service.piece("NATIDE06")["deposit"]["filename"] == "deux.png"
    service.age_retained_objects(ERASED_AFTER_DAYS)
    service.run_nightly_jobs()
    assert service.download("NATIDE06").data == sample_files.image()
    assert _restore(service, first.id) == 1
    assert ("staff", "deposit.restored") in service.audit_trail()


def test_a_file_is_restored_with_the_validation_and_the_refusal_that_were_its_own(service: PiecesService) -> None:
    assert _replaced(service).validate("NATIONALITE").status_code == 200
    etag = service.piece_for_staff("NATIDE06")["etag"]
    assert _restore(service, service.deposits()[0].id) == 0
    piece = service.piece("NATIDE06")
    assert piece["deposit"]["filename"] == "un.pdf"
    assert piece["deposit"]["validated_at"] is not None
    assert service.piece_for_staff("NATIDE06")["etag"] != etag
    service.control("NATIDE06", "non_compliant")
    service.deposit("NATIDE06", sample_files.image(), "trois.png")
    assert _restore(service, service.deposits()[0].id) == 0
    assert service.piece_for_staff("NATIDE06")["status"] == "non_compliant"


def test_nothing_is_restored_for_another_academie_nor_twice_nor_when_it_is_unknown(deposited: PiecesService) -> None:
    (row,) = deposited.deposits()
    assert _restore(deposited, row.id) == 1
    deposited.delete("NATIDE06")
    assert _restore(deposited, row.id, academie="10") == 1
    assert _restore(deposited, "0" * 32) == 1
    assert _restore(deposited, row.id, by="gestionnaire@portail.example") == 1
    assert _restore(deposited, row.id, reason=" ") == 1
    assert deposited.piece("NATIDE06")["deposit"] is None
    assert _restore(deposited, row.id) == 0
