"""A candidate deposits, sees, opens, replaces and deletes files, and hands groups of them over."""

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from PIL import Image

from services.chassis.process.time_limits import WORK
from services.contracts.piece_rules import MAX_FILE_BYTES, PREVIEW_SIDE
from services.objects import ContentDigest, ObjectStore
from services.pieces.domain.files import deposit_key
from services.pieces.operations.deposits import STORE_RETRY_SECONDS
from tests.documents.example_events import CANDIDATE, CANDIDATURE, withdrawn
from tests.pieces import sample_files
from tests.pieces.example_events import (
    CLOSES,
    DURING,
    OTHER,
    PIECES,
    SECOND,
    registration_saved,
    window_changed,
)
from tests.pieces.pieces_service import NO_STORE, PiecesService, at_once
from tests.support.object_store import Bucket
from tests.support.silent_server import SilentServer
from tests.support.time_limits import limited_to


def test_pieces_are_listed_by_period_and_regroupement_in_the_guides_words(
    service: PiecesService,
) -> None:
    asked = service.registered().list_pieces()
    (period,) = asked["periods"]
    assert (
        period["sentence"].startswith("A déposer en ligne entre le lundi 04"),
        period["open"],
    ) == (True, True)
    labels = [group["label"] for group in period["groups"]]
    assert labels == [
        "Confirmation d'inscription",
        "Nationalité",
        "Conditions réglementaires",
        "Dossier épreuve",
    ]
    codes = [piece["code"] for group in period["groups"] for piece in group["pieces"]]
    assert codes == [piece.code for piece in PIECES]
    assert (
        service.call("GET", "/candidatures").get_json()["candidatures"][0]["session_label"]
        == "BTS 2022"
    )


NAMED = "Pièce d'identité (Đặng).pdf"


def test_a_deposited_file_is_shown_with_its_date(registered: PiecesService) -> None:
    content = sample_files.pdf()
    answer = registered.deposit("NATIDE06", content, NAMED)
    assert answer.status_code == 201, answer.text
    deposit = answer.get_json()["deposit"]
    assert deposit["filename"] == NAMED
    assert deposit["deposited_sentence"] == "Déposé le 05/10/2021 15:59 (heure/Paris)"
    assert (deposit["size"], deposit["scan"]) == (len(content), "non analysée")


def test_a_stored_file_says_whose_it_is(registered: PiecesService) -> None:
    content = sample_files.pdf()
    registered.deposit("NATIDE06", content, NAMED)
    (row,) = registered.deposits()
    assert (row.size, row.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    key = deposit_key(CANDIDATE, CANDIDATURE, "NATIDE06", row.deposited_at, row.id, row.sha256)
    assert registered.objects() == {row.object_key} == {key}


def test_a_deposited_file_is_given_back_as_it_was(registered: PiecesService) -> None:
    content = sample_files.pdf()
    registered.deposit("NATIDE06", content, NAMED)
    file = registered.download("NATIDE06")
    assert (file.content_type, file.data) == ("application/pdf", content)
    assert file.headers["Content-Disposition"] == (
        'attachment; filename="Piece d\'identite (ang).pdf"; '
        "filename*=UTF-8''Pi%C3%A8ce%20d%27identit%C3%A9%20%28%C4%90%E1%BA%B7ng%29.pdf"
    )


def test_a_file_that_is_given_back_does_nothing_in_a_browser(deposited: PiecesService) -> None:
    file = deposited.download("NATIDE06")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Content-Security-Policy"].startswith("sandbox")


def test_a_refused_file_says_why_and_leaves_nothing(registered: PiecesService) -> None:
    image = sample_files.image("JPEG")
    exact = image + b"\0" * (
        MAX_FILE_BYTES - len(image)
    )  # programs add what they like after a JPEG's end
    for content, name, status, words in (
        (b"", "vide.pdf", 422, "vide"),
        (sample_files.pdf()[:-300], "coupé.pdf", 422, "incomplet"),
        (b"<html><script>alert(1)</script>", "page.html", 415, "Formats acceptés : PDF, PNG, JPG"),
    ):
        answer = registered.deposit("NATIDE06", content, name)
        assert (answer.status_code, words in answer.get_json()["detail"]) == (status, True), name
    assert registered.piece("NATIDE06")["deposit"] is None
    assert not registered.objects()
    assert not registered.deposits()
    assert registered.deposit("NATIDE06", exact, "photo.jpg").status_code == 201


class ForgetfulStore(ObjectStore):
    """As one that is restarted between writing an object and reading it back."""

    def size_and_digest(self, key: str) -> ContentDigest:
        self.delete(key)
        return super().size_and_digest(key)


def test_with_the_store_down_or_forgetful_one_is_asked_to_come_back(
    registered: PiecesService, bucket: Bucket
) -> None:
    for store in (ObjectStore(NO_STORE), ForgetfulStore(bucket.url)):
        registered.use(store=store)
        answer = registered.deposit("NATIDE06")
        assert (answer.status_code, answer.headers["Retry-After"]) == (
            503,
            str(STORE_RETRY_SECONDS),
        )
        assert registered.piece("NATIDE06")["deposit"] is None
        assert not registered.deposits()
    registered.use(store=ObjectStore(bucket.url))
    assert not registered.objects()
    assert registered.deposit("NATIDE06").status_code == 201


def test_while_the_store_hangs_lists_answer_and_files_wait_for_later(
    deposited: PiecesService, bucket: Bucket
) -> None:
    kept = deposited.piece("NATIDE06")["id"]
    wanted = deposited.piece("CINSIG03")["id"]
    with (
        SilentServer() as silent,
        limited_to(WORK._replace(store=2)),
        ThreadPoolExecutor() as browser,
    ):
        deposited.use(store=ObjectStore(f"s3+http://nobody:nothing@127.0.0.1:{silent.port}/none"))
        answers = [
            browser.submit(deposited.upload, wanted, sample_files.pdf(), "carte.pdf"),
            browser.submit(deposited.call, "GET", f"/pieces/{kept}/file"),
        ]
        listed = 0
        while not all(answer.done() for answer in answers):
            listed += len(deposited.list_pieces())
        assert listed
        for answer in answers:
            assert answer.result().status_code == 503
            assert "Retry-After" in answer.result().headers
    deposited.use(store=ObjectStore(bucket.url))
    assert deposited.piece("CINSIG03")["deposit"] is None
    assert (
        deposited.download("NATIDE06").status_code,
        deposited.deposit("CINSIG03").status_code,
    ) == (200, 201)


def test_a_new_file_takes_the_place_of_the_former_and_the_bin_takes_it_back(
    service: PiecesService,
) -> None:
    service.registered().deposit("NATIDE06", sample_files.pdf(), "un.pdf")
    service.deposit("NATIDE06", sample_files.image(), "deux.png")
    shown = service.piece("NATIDE06")
    assert (shown["deposit"]["filename"], shown["can_delete"]) == ("deux.png", True)
    assert service.download("NATIDE06").data == sample_files.image()
    assert service.delete("NATIDE06").status_code == 204
    assert service.piece("NATIDE06")["deposit"] is None
    assert service.download("NATIDE06").status_code == 404
    assert service.delete("NATIDE06").status_code == 403
    assert [row.removed_at is not None for row in service.deposits()] == [True, True]
    acts = ["deposit.made", "deposit.made", "deposit.opened", "deposit.deleted"]
    assert service.audit_trail() == [("candidate", act) for act in acts]


def test_what_is_someone_elses_is_not_found(deposited: PiecesService) -> None:
    piece_id = deposited.piece("NATIDE06")["id"]
    for method, path in (
        ("GET", f"/candidatures/{CANDIDATURE}/pieces"),
        ("GET", f"/pieces/{piece_id}/file"),
        ("DELETE", f"/pieces/{piece_id}/deposit"),
        ("POST", f"/candidatures/{CANDIDATURE}/groups/NATIONALITE/validation"),
        ("GET", "/pieces/unknown/file"),
    ):
        assert deposited.call(method, path, by=OTHER).status_code == 404, path
    assert deposited.upload(piece_id, sample_files.pdf(), "a.pdf", by=OTHER).status_code == 404
    assert deposited.call("GET", "/candidatures", by=OTHER).get_json() == {"candidatures": []}
    assert len(deposited.objects()) == 1


def test_a_modified_candidature_changes_the_list_and_loses_no_file(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06", sample_files.pdf(), "carte.pdf")
    left = tuple(piece for piece in PIECES if piece.group_code not in ("NATIONALITE", "DOSSIER"))
    service.handle_events(registration_saved(version=2, pieces=left))
    piece = service.piece("NATIDE06")
    assert (piece["asked"], piece["required"], piece["can_deposit"]) == (False, False, False)
    assert piece["deposit"]["filename"] == "carte.pdf"
    assert service.download("NATIDE06").status_code == 200
    assert [group["code"] for group in service.groups()] == [
        "CONFIRMATION",
        "CONDITIONS",
        "NATIONALITE",
    ]

    service.handle_events(registration_saved(version=3), registration_saved(version=2, pieces=()))
    assert service.piece("NATIDE06")["deposit"]["filename"] == "carte.pdf"
    assert service.piece("NATIDE06")["can_deposit"], (
        "an older version that comes late changes nothing"
    )


def test_a_withdrawn_candidature_is_hidden_in_whatever_order_it_is_told(
    service: PiecesService,
) -> None:
    service.handle_events(withdrawn(), registration_saved())
    assert service.call("GET", f"/candidatures/{CANDIDATURE}/pieces").status_code == 404
    assert service.call("GET", "/candidatures").get_json() == {"candidatures": []}
    assert service.staff("GET", "/pieces").get_json()["items"] == []


def test_a_restored_candidature_is_shown_though_its_end_is_told_after(
    service: PiecesService,
) -> None:
    service.handle_events(registration_saved(version=1))
    service.deposit("NATIDE06")
    service.handle_events(registration_saved(version=3), withdrawn(version=2))
    assert service.piece("NATIDE06")["deposit"], "with what was deposited"
    assert "NATIDE06" in service.listed_codes("")
    assert "withdrawn" not in [
        item["kind"] for item in service.staff("GET", "/changes").get_json()["items"]
    ]


def test_the_period_follows_a_changed_window_before_and_after_the_candidature(
    service: PiecesService,
) -> None:
    later = CLOSES + timedelta(days=7)
    service.handle_events(window_changed(2, closes=later), registration_saved(), window_changed(1))
    assert "dimanche 07 novembre 2021 23:59" in service.list_pieces()["periods"][0]["sentence"]
    service.move_to(CLOSES + SECOND)
    assert service.deposit("NATIDE06").status_code == 201
    service.handle_events(window_changed(3, closes=CLOSES), window_changed(1, academie="10"))
    assert service.deposit("CINSIG03").status_code == 403


def test_a_deposit_is_shown_small_and_nothing_of_it_stays_in_a_shared_browser(
    service: PiecesService,
) -> None:
    assert service.registered().preview("NATIDE06").status_code == 404
    service.deposit("NATIDE06")
    assert service.preview("NATIDE06", by=OTHER).status_code == 404
    answer = service.preview("NATIDE06")
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "private, no-store"
    with Image.open(io.BytesIO(answer.data)) as image:
        assert max(image.size) <= PREVIEW_SIDE
    service.deposit("NATIDE06", sample_files.image("PNG"), "a.png")
    assert service.preview("NATIDE06").data != answer.data
    service.deposit("NATIDE06", sample_files.archive(), "a.zip")
    shows_nothing = service.preview("NATIDE06")
    assert (shows_nothing.status_code, shows_nothing.get_json()["type"]) == (
        415,
        "/problems/apercu-impossible",
    )


@pytest.fixture
def half_given(service: PiecesService) -> PiecesService:
    """One of the two required pieces of DOSSIER is there."""
    service.registered().deposit("BTSEE-EF3")
    return service


@pytest.fixture
def handed_over(half_given: PiecesService) -> PiecesService:
    """The regroupement DOSSIER, complete and validated."""
    half_given.deposit("BTSLIVCOMP")
    assert half_given.group("DOSSIER")["can_validate"]
    assert half_given.validate("DOSSIER").status_code == 200
    return half_given


def test_a_regroupement_is_not_validated_before_every_required_piece_is_there(
    half_given: PiecesService,
) -> None:
    group = half_given.group("DOSSIER")
    assert not group["can_validate"]
    assert "BTSLIVCOMP" in group["validate_blocked_reason"]
    refused = half_given.validate("DOSSIER")
    assert refused.status_code == 403
    assert refused.get_json()["detail"] == group["validate_blocked_reason"]


def test_a_validated_piece_says_when_and_stays_as_it_is(handed_over: PiecesService) -> None:
    shown = handed_over.piece("BTSLIVCOMP")
    assert shown["deposit"]["validated_sentence"] == "Validé le 05/10/2021 15:59 (heure/Paris)"
    assert (shown["can_deposit"], shown["can_delete"]) == (False, False)
    assert handed_over.deposit("BTSLIVCOMP").status_code == 403
    assert handed_over.delete("BTSLIVCOMP").status_code == 403


def test_a_validated_regroupement_freezes_its_optional_pieces_and_no_other_regroupement(
    handed_over: PiecesService,
) -> None:
    assert handed_over.deposit("BTSPRESENT-BQ").status_code == 403
    assert handed_over.deposit("NATIDE06").status_code == 201


def test_a_regroupement_that_is_not_there_is_not_validated(registered: PiecesService) -> None:
    assert registered.validate("INCONNU").status_code == 404


def test_a_regroupement_that_is_validated_again_changes_nothing(
    handed_over: PiecesService,
) -> None:
    before = handed_over.group("DOSSIER"), handed_over.audit_trail()
    assert not handed_over.group("DOSSIER")["can_validate"]
    handed_over.move_to(DURING + timedelta(hours=1))
    assert handed_over.validate("DOSSIER").status_code == 200
    assert (handed_over.group("DOSSIER"), handed_over.audit_trail()) == before


def test_what_is_asked_for_after_a_validation_is_validated_alone(
    handed_over: PiecesService,
) -> None:
    validated = handed_over.piece("BTSLIVCOMP")
    handed_over.move_to(DURING + timedelta(hours=1))
    new = replace(PIECES[-1], code="NOUVELLE", required=True)
    handed_over.handle_events(registration_saved(version=2, pieces=(*PIECES, new)))
    assert handed_over.deposit("NOUVELLE").status_code == 201
    assert handed_over.validate("DOSSIER").status_code == 200
    assert handed_over.piece("BTSLIVCOMP") == validated


@pytest.mark.engines("sqlite", "postgresql")
def test_two_windows_that_deposit_at_once_leave_one_file(registered: PiecesService) -> None:
    piece_id = registered.piece("NATIDE06")["id"]
    acts = [
        lambda n=n: registered.upload(piece_id, sample_files.pdf(pages=n + 1), f"{n}.pdf")
        for n in range(2)
    ]
    assert at_once(*acts) == [201] * 2
    assert [row.removed_at is None for row in registered.deposits()].count(True) == 1
    assert len(registered.objects()) == 2


@pytest.mark.engines("sqlite", "postgresql")
def test_validations_against_a_deletion_count_once_and_leave_no_validated_void(
    service: PiecesService,
) -> None:
    for code in ("BTSEE-EF3", "BTSLIVCOMP"):
        assert service.registered().deposit(code).status_code == 201
    validate = partial(service.validate, "DOSSIER")
    delete = partial(service.call, "DELETE", f"/pieces/{service.piece('BTSLIVCOMP')['id']}/deposit")
    answers = at_once(validate, delete, validate)
    validated = answers[0] == 200
    assert answers == ([200, 403, 200] if validated else [403, 204, 403])
    assert (service.piece("BTSLIVCOMP")["deposit"] is not None) is validated
    assert service.audit_trail().count(("candidate", "piece.validated")) == (3 if validated else 0)
