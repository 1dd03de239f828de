"""The codes of statuses and antivirus states that the gateway's pages know are those that pieces answers with."""

from __future__ import annotations

from gateway.web.justificatifs.liste import NOT_SCANNED, SCAN_WORDS, UNDER_SCAN
from gateway.web.piece_statuses import STATUS_SEVERITIES
from services.pieces.domain.statuses import Scan, Status


def test_every_status_has_a_severity() -> None:
    assert set(STATUS_SEVERITIES) == set(Status)


def test_antivirus_states_are_named_by_their_codes() -> None:
    assert (UNDER_SCAN, NOT_SCANNED) == (Scan.PENDING, Scan.NOT_SCANNED)
    assert set(SCAN_WORDS) == {Scan.CLEAN, Scan.INFECTED}
