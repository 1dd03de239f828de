"""« J'ai fourni toutes mes pièces », and what it freezes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.pieces import sample_files
from tests.pieces.example_events import DURING, PIECES, registration_saved
from tests.pieces.pieces_service import PiecesService, at_once


def _complete(service: PiecesService) -> PiecesService:
    """The regroupement « Dossier épreuve » with its two required pieces."""
    service.registered()
    for code in ("BTSEE-EF3", "BTSLIVCOMP"):
        assert service.deposit(code).status_code == 201
    return service


def test_a_regroupement_is_validated_once_every_required_piece_is_there_and_then_stays(service: PiecesService) -> None:
    service.registered().deposit("BTSEE-EF3")
    group = service.group("DOSSIER")
    assert (group["can_validate"], "BTSLIVCOMP" in group["validate_blocked_reason"]) == (False, True)
    refused = service.validate("DOSSIER")
    assert (refused.status_code, refused.get_json()["detail"]) == (403, group["validate_blocked_reason"])
    service.deposit("BTSLIVCOMP")
    assert service.group("DOSSIER")["can_validate"]
    assert service.validate("DOSSIER").status_code == 200
    shown = service.piece("BTSLIVCOMP")
    assert shown["deposit"]["validated_sentence"] == "Validé le 05/10/2021 15:59 (heure/Paris)"
    assert (shown["can_deposit"], shown["can_delete"]) == (False, False)
    assert service.deposit("BTSLIVCOMP").status_code == 403
    assert service.delete("BTSLIVCOMP").status_code == 403
    assert service.deposit("BTSPRESENT-BQ").status_code == 403, "an optional piece of the regroupement is frozen too"
    assert service.deposit("NATIDE06").status_code == 201, "another regroupement is not"
    assert not service.group("DOSSIER")["can_validate"]
    assert service.validate("INCONNU").status_code == 404


def test_a_repeated_validation_changes_nothing(service: PiecesService) -> None:
    _complete(service).validate("DOSSIER")
    before = service.group("DOSSIER"), service.audit_trail()
    service.move_to(DURING + timedelta(hours=1))
    assert service.validate("DOSSIER").status_code == 200
    assert (service.group("DOSSIER"), service.audit_trail()) == before


def test_a_piece_asked_for_after_the_validation_is_deposited_and_validated_alone(service: PiecesService) -> None:
    _complete(service).validate("DOSSIER")
    validated = service.piece("BTSLIVCOMP")
    new = replace(PIECES[-1], code="NOUVELLE", required=True)
    service.handle_events(registration_saved(version=2, pieces=(*PIECES, new)))
    assert service.deposit("NOUVELLE").status_code == 201
    assert service.validate("DOSSIER").status_code == 200
    assert service.piece("BTSLIVCOMP") == validated


@pytest.mark.engines("sqlite", "postgresql")
def test_two_windows_that_deposit_at_once_leave_one_file(registered: PiecesService) -> None:
    piece_id = registered.piece("NATIDE06")["id"]
    acts = [lambda n=n: registered.upload(piece_id, sample_files.pdf(pages=n + 1), f"{n}.pdf") for n in range(2)]
    assert at_once(*acts) == [201] * 2
    current = [row for row in registered.deposits() if row.removed_at is None]
    assert len(current) == 1
    assert len(registered.objects()) == 2


@pytest.mark.engines("sqlite", "postgresql")
def test_validations_against_a_deletion_count_once_and_leave_no_validated_void(service: PiecesService) -> None:
    piece_id = _complete(service).piece("BTSLIVCOMP")["id"]
    answers = at_once(
        lambda: service.validate("DOSSIER"),
        lambda: service.call("DELETE", f"/pieces/{piece_id}/deposit"),
        lambda: service.validate("DOSSIER"),
    )
    validated = answers[0] == 200
    assert answers == ([200, 403, 200] if validated else [403, 204, 403])
    assert (service.piece("BTSLIVCOMP")["deposit"] is not None) is validated
    assert service.audit_trail().count(("candidate", "piece.validated")) == (3 if validated else 0)
