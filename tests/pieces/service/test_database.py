"""What the database of each engine keeps, whoever writes, and what goes with a candidature that is
erased."""

from contextlib import closing
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import text

from services.chassis.settings import Secret
from services.contracts.registrations import DataErased, ErasedCandidature
from services.contracts.retention import CANDIDATURES, DOCUMENTS, OF_A_SESSION, PIECES
from services.pieces.models import audit_chain, db
from services.pieces.operations.restoration import reconciliation
from tests.documents.example_events import CANDIDATE, CANDIDATURE
from tests.pieces import sample_files
from tests.pieces.example_events import AMIENS, registration_saved
from tests.pieces.pieces_service import PiecesService, build_settings
from tests.support.object_store import Bucket
from tests.support.service_worker import tables_that_hold

pytestmark = pytest.mark.engines(
    "sqlite", "postgresql"
)  # triggers and migrations of each are its own

TO_CONTROL = "status=none&deposited=true"


def test_what_has_a_file_and_no_opinion_is_to_control(registered: PiecesService) -> None:
    assert registered.listed_codes(TO_CONTROL) == []
    registered.deposit("NATIDE06")
    registered.deposit("CINSIG03")
    assert registered.listed_codes(TO_CONTROL) == ["CINSIG03", "NATIDE06"]
    registered.deposit("NATIDE06", sample_files.image(), "autre.png")
    registered.delete("CINSIG03")
    assert registered.listed_codes(TO_CONTROL) == ["NATIDE06"]
    assert "CINSIG03" in registered.listed_codes("deposited=false")
    registered.control("NATIDE06", "received")
    assert registered.listed_codes(TO_CONTROL) == []
    assert registered.listed_codes("status=received") == ["NATIDE06"]


def test_a_queue_follows_a_candidature_to_another_academie(deposited: PiecesService) -> None:
    deposited.handle_events(registration_saved(version=2, academie=AMIENS))
    for academie, codes in (("03", []), ("20", ["NATIDE06"])):
        assert deposited.listed_codes(TO_CONTROL, academie) == codes
        waiting = deposited.read_as_staff("/control-queue", academies=(academie,))["items"]
        assert [item["number"] for item in waiting] == [1] * len(codes)


def test_a_piece_that_the_version_before_writes_is_in_its_academies_queue(
    deposited: PiecesService,
) -> None:
    copy = (
        "INSERT INTO pieces (id, candidature_id, code, label, group_code, group_label, position, "
        "asked, required, formats, deposit_opens, deposit_closes, revision, validated_at) SELECT "
        "'x', candidature_id, 'X', label, group_code, group_label, 99, asked, required, formats, "
        "deposit_opens, deposit_closes, 1, deposit_opens FROM pieces WHERE code = 'NATIDE06'"
    )
    with deposited.app.app_context(), db.operation() as transaction:
        transaction.execute(text(copy))
    assert deposited.listed_codes("status=none&validated=true") == ["X"]
    assert "X" not in deposited.listed_codes("status=none&validated=false")


WITHOUT_TRIGGERS = {
    "sqlite": "DROP TRIGGER audit_entries_no_update",
    "postgresql": "DROP TRIGGER audit_entries_append_only ON audit_entries",
}


def sign(service: PiecesService) -> None:
    for job in ("chain-audit", "sign-audit"):
        service.run_job(job)


def test_a_row_that_was_changed_by_hand_is_named_by_the_command(deposited: PiecesService) -> None:
    sign(deposited)
    assert "audit-roots/00000001" in deposited.objects()
    with deposited.app.app_context():
        assert reconciliation().report().unknown == []
    deposited.delete("NATIDE06")
    verified = deposited.run_command("audit", "verify")
    assert (verified.exit_code, verified.output) == (0, "0 found\n")
    with deposited.app.app_context(), db.operation() as transaction:
        transaction.execute(text(WITHOUT_TRIGGERS[db.engine.dialect.name]))
        transaction.execute(text("UPDATE audit_entries SET actor_id = 'x' WHERE id = 1"))
    verified = deposited.run_command("audit", "verify")
    assert verified.exit_code == 1
    assert verified.output.startswith("entry 1 was changed")


def test_roots_are_signed_with_the_key_of_the_setting(database_url: str, bucket: Bucket) -> None:
    pem = (
        Ed25519PrivateKey.generate()
        .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        .decode()
    )
    with closing(PiecesService(database_url, bucket.url, audit_key=Secret(pem))) as service:
        service.registered().deposit("NATIDE06")
        sign(service)
        assert service.run_command("audit", "verify").output == "0 found\n"
        with service.app.app_context(), db.operation() as transaction:
            transaction.execute(text("UPDATE audit_roots SET signature = NULL"))
        assert (
            "root 1 is not signed by a key of AUDIT_KEY"
            in service.run_command("audit", "verify").output
        )
    mistakes = build_settings(database_url, bucket.url, audit_key=Secret("no key")).mistakes()
    assert mistakes == ["AUDIT_KEY: an Ed25519 private key in PEM is expected"]


ERASED = (ErasedCandidature(CANDIDATURE, CANDIDATE),)
LEFT = {"retired_objects", "withdrawals", "audit_entries", "audit_keys", "audit_digests", "tasks"}
"""Where its id may stay, of nobody who is known."""


def test_a_candidature_goes_with_its_files_and_its_history(service: PiecesService) -> None:
    """A file that another replaced, refused with a comment that names somebody; the feed has told
    of it."""
    service.registered().deposit("NATIDE06", sample_files.pdf(), "première.pdf")
    service.deposit("NATIDE06", sample_files.pdf(pages=2), "Dupont.pdf")
    assert (
        service.control("NATIDE06", "non_compliant", comment="Revoir, M. Dupont").status_code == 200
    )
    service.run_follow_ups()
    assert tables_that_hold(service.app, "Dupont") >= {"deposits", "controls", "pieces"}
    service.handle_events(DataErased((DOCUMENTS,), ERASED))
    assert "deposits" in tables_that_hold(service.app, "Dupont"), "its pieces are not erased yet"
    for _ in range(2):
        service.handle_events(DataErased(OF_A_SESSION, ERASED))
    service.run_follow_ups()
    assert tables_that_hold(service.app, "Dupont") == set()
    assert tables_that_hold(service.app, registration_saved().numero_candidat) == set()
    assert tables_that_hold(service.app, CANDIDATURE) <= LEFT
    assert service.run_nightly_jobs().lost == []
    assert service.objects() == set()
    with service.app.app_context():
        audit_chain.extend()
        assert [each for each in audit_chain.mismatches("pieces", [], None) if each.entry_id] == []


def test_nothing_that_arrives_late_brings_it_back(service: PiecesService) -> None:
    service.handle_events(DataErased((*OF_A_SESSION, CANDIDATURES), ERASED), registration_saved())
    name = registration_saved().identity.nom_famille
    assert tables_that_hold(service.app, name) == set(), "neither does the task itself"


def test_a_version_after_what_was_erased_is_taken_again(registered: PiecesService) -> None:
    """The session was opened again: its pieces alone were erased, with the first version."""
    registered.handle_events(
        DataErased((PIECES,), (replace(ERASED[0], version=1),)), registration_saved()
    )
    assert tables_that_hold(registered.app, registration_saved().numero_candidat) == set()
    registered.handle_events(registration_saved(version=2))
    assert tables_that_hold(registered.app, registration_saved().numero_candidat) >= {
        "candidatures"
    }
    assert registered.deposit("NATIDE06").status_code < 300
