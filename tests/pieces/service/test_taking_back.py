"""Who has just decided on a piece takes the decision back, until somebody acts on it."""

from typing import Any

from services.contracts.pieces import PiecesStateChanged
from services.pieces.domain.control import ACTED_UPON, NOT_THE_CALLERS
from tests.pieces import sample_files
from tests.pieces.ladder import published
from tests.pieces.pieces_service import PiecesService, validated

SENT_AGAIN = "sent_again=true"
KEPT = ("status", "comment", "received_on", "resubmit_until", "validated_at", "deposit")


def state(service: PiecesService) -> dict[str, Any]:
    piece = service.piece_for_staff("NATIDE06")
    return {name: piece[name] for name in KEPT}


def test_what_was_before_counts_again_and_the_history_says_so(service: PiecesService) -> None:
    validated(service)
    before = state(service)
    service.control("NATIDE06", "non_compliant", comment="Floue", resubmit_until="2021-11-15")
    answer = service.take_back("NATIDE06")
    *_, begun, _, ended = published(service, PiecesStateChanged.TYPE)
    assert ended["state"] == begun["state"], "registrations is told"
    assert (answer.status_code, answer.headers["ETag"]) == (200, answer.get_json()["etag"])
    assert state(service) == before
    assert service.audit_trail()[-1] == ("staff", "piece.control_taken_back")
    assert service.listed_codes(SENT_AGAIN) == [], "it was never controlled, as lists count"
    controls = service.piece_for_staff("NATIDE06")["history"]["controls"]
    assert [(row["status"], row["taken_back"], row["takes_back"]) for row in controls] == [
        ("non_compliant", True, False),
        ("non_compliant", False, True),
    ]
    [*_, last] = service.read_as_staff("/changes")["items"]
    assert (last["kind"], last["code"]) == ("controlled", "NATIDE06"), "who follows the feed reads the piece anew"
    service.control("NATIDE06", "non_compliant", comment="Floue", resubmit_until="2021-11-15")
    refused = state(service)
    service.control("NATIDE06", "compliant")
    service.take_back("NATIDE06")
    assert state(service) == refused, "corrected wrongly, it comes back with its end"
    assert service.take_back("NATIDE06").status_code == 200, "then the one before"
    assert state(service) == before


def test_pressed_twice_it_takes_back_one(service: PiecesService) -> None:
    validated(service)
    for status in ("received", "compliant"):
        service.control("NATIDE06", status)
    read = service.piece_for_staff("NATIDE06")["etag"]
    first = service.take_back("NATIDE06", etag=read)
    again = service.take_back("NATIDE06", etag=read)
    assert (again.status_code, again.get_json()) == (200, first.get_json())
    assert state(service)["status"] == "received"


def refusal(service: PiecesService, **who: str) -> tuple[int, str]:
    answer = service.take_back("NATIDE06", **who)
    return answer.status_code, answer.get_json()["detail"]


def test_what_others_have_done_since_stays(service: PiecesService) -> None:
    validated(service)
    assert refusal(service) == (409, NOT_THE_CALLERS)
    service.control("NATIDE06", "non_compliant")
    assert refusal(service, by="0") == (409, NOT_THE_CALLERS)
    assert service.take_back("NATIDE06", etag='"stale"').status_code == 412
    service.deposit("NATIDE06", sample_files.image(), "nette.png")
    assert refusal(service) == (409, ACTED_UPON)
    service.control("NATIDE06", "compliant", by="0")
    assert refusal(service) == (409, NOT_THE_CALLERS)
    piece = service.piece_for_staff("NATIDE06")
    path, read = f"/pieces/{piece['id']}/control", {"If-Match": piece["etag"]}
    assert service.staff("DELETE", path, by="0", academies=("20",), headers=read).status_code == 404
    assert service.staff("DELETE", path, by="0").status_code == 428


def test_a_gestionnaire_reads_their_last_decision_and_their_pace(service: PiecesService) -> None:
    validated(service).deposit("CINSIG03")
    assert service.read_as_staff("/own-controls") == {"last_hour": 0, "control": None, "piece": None}
    for code, status in (("NATIDE06", "received"), ("NATIDE06", "compliant"), ("CINSIG03", "compliant")):
        service.control(code, status)
    own = service.read_as_staff("/own-controls")
    assert (own["last_hour"], own["piece"]["code"], own["control"]["can_be_taken_back"]) == (2, "CINSIG03", True)
    service.take_back("CINSIG03")
    own = service.read_as_staff("/own-controls")
    assert (own["last_hour"], own["piece"]["code"], own["control"]["status"]) == (1, "NATIDE06", "compliant")
    service.control("NATIDE06", "received", by="0")
    assert not service.read_as_staff("/own-controls")["control"]["can_be_taken_back"]
    assert service.read_as_staff("/own-controls", by="1")["control"] is None
    assert service.read_as_staff("/own-controls", academies=("20",))["piece"] is None
