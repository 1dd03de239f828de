"""What the pages say is left to do with the pieces, and that nothing is once all are validated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.clients.pieces import Group, Period, Piece, PiecesToDo, RequestedPieces
from gateway.web.to_do import CandidateFacts, to_do_items
from services.contracts import page_labels

PIECE = Piece("p", "NATIDE06", "Identité", True, ("pdf",), None, False, False, None, None, None, None, None)
GROUP = Group("NATIONALITE", "Nationalité", False, None, (PIECE,))


def asked(group: Group, *, open_now: bool = True) -> RequestedPieces:
    return RequestedPieces(
        (Period("A déposer en ligne", open_now, (group,)),), "En cliquant …", "BTS", "BTS 2022", "REIMS"
    )


def test_all_is_handed_over_once_nothing_can_be_deposited_nor_validated() -> None:
    assert asked(GROUP).is_all_handed_over
    assert not asked(replace(GROUP, can_validate=True)).is_all_handed_over
    assert not asked(replace(GROUP, pieces=(replace(PIECE, can_deposit=True),))).is_all_handed_over
    assert not asked(GROUP, open_now=False).is_all_handed_over


def test_what_is_to_validate_names_the_button(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.web.to_do.url_for", lambda *_, **__: "/")
    left = PiecesToDo("c", 1, 0, 0, 2, "2021-10-31T23:00:00+00:00", None, (), ())
    with_button = f"2 regroupements de pièces à valider par « {page_labels.VALIDATE} »"
    assert left_texts(left) == [with_button]


def left_texts(left: PiecesToDo) -> list[str]:
    return [item.text for item in to_do_items(CandidateFacts(pieces_to_do=(left,)))]
