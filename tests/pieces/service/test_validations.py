"""« J'ai fourni toutes mes pièces », and what it freezes."""

from __future__ import annotations

import dataclasses
import threading
from datetime import timedelta
from typing import Any

from tests.pieces import sample_files
from tests.pieces.example_events import CLOSES, DURING, PIECES, SECOND, piece, saved
from tests.pieces.pieces_service import Portal


def _complete(portal: Portal) -> Portal:
    """The regroupement « Dossier épreuve » with its two required pieces."""
    portal.registered()
    for code in ("BTSEE-EF3", "BTSLIVCOMP"):
        assert portal.deposit(code).status_code == 201
    return portal


def test_a_regroupement_is_validated_once_every_required_piece_is_there(portal: Portal) -> None:
    portal.registered().deposit("BTSEE-EF3")
    group = portal.group("DOSSIER")
    assert not group["can_validate"]
    assert group["validate_blocked_reason"] == "Il manque une pièce : BTSLIVCOMP : Livret de compétences."
    refused = portal.validate("DOSSIER")
    assert refused.status_code == 403
    assert "BTSLIVCOMP" in refused.get_json()["detail"]

    portal.deposit("BTSLIVCOMP")
    assert portal.group("DOSSIER")["can_validate"]
    assert portal.validate("DOSSIER").status_code == 200


def test_validated_pieces_have_their_date_and_change_no_more(portal: Portal) -> None:
    _complete(portal).validate("DOSSIER")
    shown = portal.piece("BTSLIVCOMP")
    assert shown["deposit"]["validated_sentence"] == "Validé le 05/10/2021 15:59 (heure/Paris)"
    assert (shown["can_deposit"], shown["can_delete"]) == (False, False)
    assert portal.deposit("BTSLIVCOMP").status_code == 403
    assert portal.delete("BTSLIVCOMP").status_code == 403
    assert portal.deposit("BTSPRESENT-BQ").status_code == 403, "an optional piece of the regroupement is frozen too"
    assert portal.deposit("NATIDE06").status_code == 201, "another regroupement is not"
    assert not portal.group("DOSSIER")["can_validate"]


def test_a_repeated_validation_changes_nothing(portal: Portal) -> None:
    _complete(portal).validate("DOSSIER")
    before = portal.group("DOSSIER"), portal.trail()
    portal.at(DURING + timedelta(hours=1))
    assert portal.validate("DOSSIER").status_code == 200
    assert (portal.group("DOSSIER"), portal.trail()) == before


def test_an_unknown_regroupement_is_not_found(portal: Portal) -> None:
    assert portal.registered().validate("INCONNU").status_code == 404


def test_nothing_is_validated_after_the_period(portal: Portal) -> None:
    _complete(portal).at(CLOSES)
    assert portal.group("DOSSIER")["validate_blocked_reason"] == (
        "Le dépôt est fermé depuis le 31/10/2021 23:59 (heure/Paris)."
    )
    assert portal.validate("DOSSIER").status_code == 403
    portal.at(CLOSES - SECOND)
    assert portal.validate("DOSSIER").status_code == 200


def test_a_piece_asked_for_after_the_validation_is_deposited_and_validated_alone(portal: Portal) -> None:
    _complete(portal).validate("DOSSIER")
    validated = portal.piece("BTSLIVCOMP")
    portal.hears(saved(version=2, pieces=(*PIECES, piece("NOUVELLE", "Autre", "DOSSIER", "Dossier épreuve"))))
    assert portal.deposit("NOUVELLE").status_code == 201
    assert portal.validate("DOSSIER").status_code == 200
    assert portal.piece("BTSLIVCOMP") == validated


def test_optional_pieces_alone_need_one_file_to_be_validated(portal: Portal) -> None:
    portal.hears(saved(pieces=tuple(dataclasses.replace(one, required=False) for one in PIECES)))
    assert portal.validate("DOSSIER").status_code == 403
    portal.deposit("BTSPRESENT-BQ")
    assert portal.validate("DOSSIER").status_code == 200


def _at_once(*acts: Any) -> list[int]:
    """Status codes of acts begun together."""
    results: list[int] = [0] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place: int) -> None:
        start.wait()
        results[place] = acts[place]().status_code

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_windows_that_deposit_at_once_leave_one_file(portal: Portal) -> None:
    portal.registered()
    piece_id = portal.piece("NATIDE06")["id"]
    acts = [lambda n=n: portal.upload(piece_id, sample_files.pdf(pages=n + 1), f"{n}.pdf") for n in range(2)]
    assert _at_once(*acts) == [201] * 2
    current = [row for row in portal.deposits() if row.removed_at is None]
    assert len(current) == 1
    assert len(portal.objects()) == 2


def test_validation_against_deletion_leaves_no_validated_void(portal: Portal) -> None:
    _complete(portal)
    piece_id = portal.piece("BTSLIVCOMP")["id"]
    validated, deleted = _at_once(
        lambda: portal.validate("DOSSIER"),
        lambda: portal.call("DELETE", f"/pieces/{piece_id}/deposit"),
    )
    assert (validated, deleted) in ((200, 403), (403, 204))
    assert (portal.piece("BTSLIVCOMP")["deposit"] is not None) is (validated == 200)


def test_validation_pressed_in_two_windows_counts_once(portal: Portal) -> None:
    _complete(portal)
    assert _at_once(lambda: portal.validate("DOSSIER"), lambda: portal.validate("DOSSIER")) == [200, 200]
    assert portal.trail().count(("candidate", "piece.validated")) == 3
