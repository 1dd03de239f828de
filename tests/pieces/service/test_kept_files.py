"""A replaced or deleted file stays for a while, can be restored and is then erased; rows and
objects are compared."""

import io

import pytest
from sqlalchemy import update

from services.chassis.process.stopping import stopping_answered_by
from services.objects import ObjectStore, StoreUnavailable
from services.objects.lifecycle import ERASING_DELAY
from services.pieces.models import Deposit, db
from services.pieces.operations.deposits import KEPT_SECOND_THOUGHT, SECOND_THOUGHT
from tests.pieces import sample_files
from tests.pieces.example_events import DURING
from tests.pieces.pieces_service import ERASED_AFTER_DAYS, KEPT_DAYS, NO_STORE, STAFF, PiecesService
from tests.support.object_store import Bucket


def _restore(service: PiecesService, deposit_id: str, *other: str) -> int:
    """`other`: options that replace those of an ordinary restoration."""
    words = ("--academie", "03", "--by", STAFF, "--reason", "demandé par téléphone", *other)
    return service.run_command("restore-deposit", deposit_id, *words).exit_code


@pytest.fixture
def replaced(registered: PiecesService) -> PiecesService:
    """« deux.png » has taken the place of « un.pdf »."""
    registered.deposit("NATIDE06", sample_files.pdf(), "un.pdf")
    registered.deposit("NATIDE06", sample_files.image(), "deux.png")
    return registered


def test_a_removed_file_stays_for_its_time_and_one_that_was_controlled_for_ever(
    registered: PiecesService,
) -> None:
    for code in ("NATIDE06", "CINSIG03", "BTSETAS4"):
        registered.deposit(code)
    registered.move_to(DURING + 2 * SECOND_THOUGHT)
    registered.deposit("NATIDE06", sample_files.image(), "deux.png")
    registered.delete("CINSIG03")
    registered.control(
        "BTSETAS4", "non_compliant", comment="Illisible", resubmit_until="2021-11-20"
    )
    registered.deposit("BTSETAS4", sample_files.image(), "nette.png")
    registered.run_follow_ups()
    registered.run_nightly_jobs()
    registered.age_retained_objects(KEPT_DAYS)
    registered.run_nightly_jobs()
    assert len(registered.objects()) == 5
    registered.age_retained_objects(ERASED_AFTER_DAYS - KEPT_DAYS)
    registered.run_nightly_jobs()
    controlled = registered.piece_for_staff("BTSETAS4")["history"]["controls"][0]["deposit_id"]
    kept = [
        row.object_key
        for row in registered.deposits()
        if row.removed_at is None or row.id == controlled
    ]
    assert registered.objects() == set(kept)
    assert len(kept) == 3
    assert registered.run_command("reconcile").exit_code == 0


def test_a_replaced_file_can_be_made_current_again_and_the_other_one_then_waits(
    replaced: PiecesService,
) -> None:
    first, second = replaced.deposits()
    history = replaced.piece_for_staff("NATIDE06")["history"]["deposits"]
    assert [(item["filename"], bool(item["kept_until"])) for item in history] == [
        ("un.pdf", True),
        ("deux.png", False),
    ]
    assert "un.pdf" not in str(replaced.list_pieces()), "staff alone see it"
    assert _restore(replaced, first.id) == 0
    assert replaced.download("NATIDE06").data == sample_files.pdf()
    replaced.age_retained_objects((KEPT_SECOND_THOUGHT + ERASING_DELAY).days + 0.01)
    replaced.run_nightly_jobs()
    assert _restore(replaced, second.id) == 0, (
        "what staff took away is no second thought of its candidate"
    )
    assert replaced.piece("NATIDE06")["deposit"]["filename"] == "deux.png"
    replaced.age_retained_objects(ERASED_AFTER_DAYS)
    replaced.run_nightly_jobs()
    assert replaced.download("NATIDE06").data == sample_files.image()
    assert _restore(replaced, first.id) == 1
    assert ("staff", "deposit.restored") in replaced.audit_trail()


def test_a_file_is_restored_with_the_validation_and_the_refusal_that_were_its_own(
    replaced: PiecesService,
) -> None:
    assert replaced.validate("NATIONALITE").status_code == 200
    etag = replaced.piece_for_staff("NATIDE06")["etag"]
    assert _restore(replaced, replaced.deposits()[0].id) == 0
    piece = replaced.piece("NATIDE06")
    assert piece["deposit"]["filename"] == "un.pdf"
    assert piece["deposit"]["validated_at"] is not None
    assert replaced.piece_for_staff("NATIDE06")["etag"] != etag
    replaced.control("NATIDE06", "non_compliant")
    replaced.deposit("NATIDE06", sample_files.image(), "trois.png")
    assert _restore(replaced, replaced.deposits()[0].id) == 0
    assert replaced.piece_for_staff("NATIDE06")["status"] == "non_compliant"


REFUSED_UNTIL = "2021-11-20"
LONGER = "2021-12-24"


def _reopening(service: PiecesService) -> tuple[str | None, str | None]:
    """The status of the piece, and until when it can be deposited again."""
    piece = service.piece_for_staff("NATIDE06")
    return piece["status"], piece["resubmit_until"]


def test_a_file_is_restored_with_the_end_of_its_own_refusal(registered: PiecesService) -> None:
    registered.deposit("NATIDE06", sample_files.pdf(), "un.pdf")
    never_refused = _reopening(registered)
    registered.deposit("NATIDE06", sample_files.image(), "deux.png")
    registered.control("NATIDE06", "non_compliant", resubmit_until=REFUSED_UNTIL)
    refused = _reopening(registered)
    registered.deposit("NATIDE06", sample_files.image(), "trois.png")
    sent_again = _reopening(registered)
    registered.control("NATIDE06", "non_compliant", resubmit_until=LONGER)
    first, second, third = registered.deposits()
    assert _restore(registered, second.id) == 0
    assert _reopening(registered) == refused
    assert _restore(registered, first.id) == 0
    assert _reopening(registered) == never_refused
    registered.deposit("NATIDE06", sample_files.image(), "quatre.png")
    assert _restore(registered, third.id) == 0
    assert _reopening(registered)[0] == "non_compliant", "as it was replaced, refused"
    registered.deposit("NATIDE06", sample_files.image(), "cinq.png")
    assert _reopening(registered)[0] is None
    assert sent_again == (None, refused[1])


def test_a_file_that_the_version_before_removed_is_restored_with_its_last_control(
    registered: PiecesService,
) -> None:
    """It noted nothing of the piece."""
    registered.deposit("NATIDE06", sample_files.pdf(), "un.pdf")
    registered.deposit("NATIDE06", sample_files.image(), "deux.png")
    registered.control("NATIDE06", "non_compliant", resubmit_until=REFUSED_UNTIL)
    refused = _reopening(registered)
    registered.deposit("NATIDE06", sample_files.image(), "trois.png")
    registered.control("NATIDE06", "non_compliant", resubmit_until=LONGER)
    with registered.app.app_context(), db.operation() as transaction:
        transaction.execute(update(Deposit).values(piece_as_left=None))
    first, second, _ = registered.deposits()
    assert _restore(registered, second.id) == 0
    assert _reopening(registered) == refused
    with registered.app.app_context(), db.operation() as transaction:
        transaction.execute(update(Deposit).values(piece_as_left=None))
    assert _restore(registered, first.id) == 0
    assert _reopening(registered) == (None, None)


def test_nothing_is_restored_for_another_academie_nor_twice_nor_when_it_is_unknown(
    deposited: PiecesService,
) -> None:
    (row,) = deposited.deposits()
    assert _restore(deposited, row.id) == 1
    deposited.delete("NATIDE06")
    assert _restore(deposited, "0" * 32) == 1
    for other in (
        ("--academie", "10"),
        ("--by", "gestionnaire@portail.example"),
        ("--reason", " "),
    ):
        assert _restore(deposited, row.id, *other) == 1, other
    assert deposited.piece("NATIDE06")["deposit"] is None
    assert _restore(deposited, row.id) == 0


def test_an_object_that_no_row_names_is_reported_and_stays(deposited: PiecesService) -> None:
    strange = ["pieces/20200101/strange", "unfinished"]
    for key in (
        *strange,
        "installation-id",
        "quarantine/20200101/pieces/old",
    ):  # the last two: of earlier versions
        deposited.dependencies.store.put(key, io.BytesIO(b"bytes"), 5, "application/pdf")
    with stopping_answered_by(lambda: True):
        assert not deposited.run_nightly_jobs().complete
    assert deposited.metrics("objects_") == [], (
        "a run that is stopped says nothing of what it has not seen"
    )
    result = deposited.run_command("reconcile")
    assert (result.exit_code, result.output.count("inconnu : ")) == (0, 2), result.output
    deposited.age_retained_objects(ERASED_AFTER_DAYS)
    assert deposited.run_nightly_jobs().unknown == strange
    assert len(deposited.objects()) == 5
    assert 'objects_unknown{service="pieces"} 2.0' in deposited.metrics("objects_")


def test_an_object_that_is_lost_or_changed_is_reported_and_not_opened(
    deposited: PiecesService, bucket: Bucket
) -> None:
    deposited.deposit("CINSIG03")
    assert deposited.metrics("objects_") == []
    lost, changed = deposited.deposits()
    deposited.dependencies.store.delete(lost.object_key)
    path = bucket.folder / changed.object_key
    path.write_bytes(path.read_bytes()[::-1])
    result = deposited.run_command("reconcile")
    assert result.exit_code == 1, result.output
    assert lost.id in result.output
    for code in ("NATIDE06", "CINSIG03"):
        assert deposited.download(code).get_json()["type"] == "/problems/fichier-perdu"
    deposited.run_job("reconcile")
    shown = {'objects_lost{service="pieces"} 1.0', 'objects_unknown{service="pieces"} 0.0'}
    assert shown <= set(deposited.metrics("objects_"))


def test_a_removed_file_that_can_still_be_restored_is_reported_when_it_is_lost(
    deposited: PiecesService,
) -> None:
    assert (
        deposited.run_command("reconcile").output
        == "1 ligne(s), 1 objet(s), 0 perdu(s), 0 inconnu(s)\n"
    )
    (key,) = deposited.objects()
    deposited.delete("NATIDE06")
    deposited.dependencies.store.delete(key)
    assert deposited.run_command("reconcile").exit_code == 1
    deposited.age_retained_objects(ERASED_AFTER_DAYS)
    assert deposited.run_command("reconcile").exit_code == 0
    assert deposited.run_nightly_jobs().lost_count == 0


def test_with_the_store_down_nothing_is_taken_for_lost(
    deposited: PiecesService, bucket: Bucket
) -> None:
    deposited.use(store=ObjectStore(NO_STORE))
    with pytest.raises(StoreUnavailable):
        deposited.run_nightly_jobs()
    assert deposited.run_command("reconcile").exit_code == 1
    deposited.use(store=ObjectStore(bucket.url))
    assert deposited.run_nightly_jobs().lost_count == 0
