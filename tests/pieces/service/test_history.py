"""What « Historique » tells of the pieces of a candidature."""

from tests.documents.example_events import CANDIDATE, CANDIDATURE
from tests.pieces.example_events import OTHER
from tests.pieces.pieces_service import PiecesService


def acts(service: PiecesService, by: str = CANDIDATE) -> list[str]:
    answer = service.call("GET", f"/candidatures/{CANDIDATURE}/history", by=by)
    assert answer.status_code == 200, answer.text
    return [event["act"] for event in answer.get_json()["events"]]


def test_a_decision_that_was_taken_back_is_not_told_one_that_counts_is(deposited: PiecesService) -> None:
    deposited.control("NATIDE06", "non_compliant", comment="Floue")
    deposited.take_back("NATIDE06")
    assert acts(deposited) == ["deposit.made"]
    deposited.control("NATIDE06", "compliant")
    assert acts(deposited) == ["piece.controlled", "deposit.made"]


def test_a_file_that_another_replaced_was_not_deleted(deposited: PiecesService) -> None:
    deposited.deposit("NATIDE06")
    deposited.delete("NATIDE06")
    deposited.deposit("NATIDE06")
    assert acts(deposited) == ["deposit.made", "deposit.deleted", "deposit.replaced", "deposit.made"]
    assert acts(deposited, by=OTHER) == []
