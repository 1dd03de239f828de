"""Every file is scanned by the worker; what is not clean is opened by its depositor alone."""

import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from services.chassis.clock import system_now
from services.chassis.tasks.rows import ATTEMPTS_BEFORE_PARKING, RETRY_SECONDS
from services.contracts.pieces import PiecesStateChanged
from services.pieces.antivirus import Antivirus, AntivirusUnavailable
from services.pieces.models import db, event_tables
from services.pieces.operations.antivirus_scans import ABANDONED_AFTER
from services.pieces.queries.pieces import lock_candidatures
from tests.documents.example_events import CANDIDATURE
from tests.pieces import sample_files
from tests.pieces.ladder import published
from tests.pieces.pieces_service import PiecesService
from tests.support.clamav import EICAR, ClamAV
from tests.support.processes import wait_until
from tests.support.service_worker import somebody_waits

WATCHED = {"failed": 1, "infected": 0, "pending": 0}


def _infected() -> bytes:
    return sample_files.zipped({"eicar.txt": EICAR}, compression=0)


def test_a_clean_file_waits_for_nobody_and_is_then_opened_by_staff(scanned_service: PiecesService) -> None:
    scanned_service.registered().deposit("NATIDE06")
    assert scanned_service.piece("NATIDE06")["deposit"]["scan"] == "analyse en cours"
    path = f"/pieces/{scanned_service.piece('NATIDE06')['id']}"
    for refused in (scanned_service.staff("GET", f"{path}/file"), scanned_service.staff("GET", f"{path}/pages/1")):
        assert refused.status_code == 409
        assert "analyse en cours" in refused.get_json()["detail"]
    assert not scanned_service.piece_for_staff("NATIDE06")["deposit"]["openable"]
    assert scanned_service.download("NATIDE06").status_code == 200

    assert scanned_service.run_follow_ups() == []
    assert scanned_service.piece("NATIDE06")["deposit"]["scan"] == "saine"
    assert scanned_service.piece_for_staff("NATIDE06")["deposit"]["openable"]
    assert scanned_service.staff("GET", f"{path}/pages/1").status_code == 200
    opened = scanned_service.staff("GET", f"{path}/file")
    assert opened.status_code == 200
    assert opened.headers["X-Antivirus"] == "clean"
    assert "Warning" not in opened.headers
    assert "0 fichier(s)" in scanned_service.run_command("rescan").output


def test_an_infected_file_is_opened_by_no_staff_and_cannot_be_validated(
    scanned_service: PiecesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scanned_service.registered().deposit("NATIDE06", _infected(), "archive.zip").status_code == 201
    told_before = len(published(scanned_service, PiecesStateChanged.TYPE))
    scanned_service.run_follow_ups()
    assert len(published(scanned_service, PiecesStateChanged.TYPE)) == told_before + 1
    shown = scanned_service.piece("NATIDE06")
    assert shown["deposit"]["scan"] == "infectée"
    for form in ("copy", "original"):
        assert scanned_service.staff("GET", f"/pieces/{shown['id']}/file?form={form}").status_code == 409
    assert scanned_service.download("NATIDE06").status_code == 200
    assert "dangereux" in scanned_service.group("NATIONALITE")["validate_blocked_reason"]
    assert scanned_service.control("NATIDE06", "compliant").status_code == 422
    assert scanned_service.control("NATIDE06", "non_compliant", comment="Fichier infecté").status_code == 200
    told_before = len(published(scanned_service, PiecesStateChanged.TYPE))
    monkeypatch.setattr(Antivirus, "is_clean", lambda *_: True)  # the antivirus has learnt better
    scanned_service.run_command("rescan", "--all")
    scanned_service.run_follow_ups()
    assert len(published(scanned_service, PiecesStateChanged.TYPE)) == told_before + 1, "the contrary is told too"


@pytest.mark.engines("postgresql")
def test_a_verdict_waits_for_who_changes_the_candidature(scanned_service: PiecesService) -> None:
    scanned_service.registered().deposit("NATIDE06", _infected(), "archive.zip")
    with ThreadPoolExecutor(1) as pool:
        with scanned_service.app.app_context(), db.operation() as session:
            lock_candidatures(session, [CANDIDATURE])
            verdict = pool.submit(scanned_service.run_follow_ups)
            wait_until(lambda: verdict.done() or somebody_waits(db), 20, "the verdict to wait")
            assert not verdict.done()
        assert verdict.result() == []


def test_without_a_verdict_the_scan_is_failed_and_tried_again(scanned_service: PiecesService, clamav: ClamAV) -> None:
    scanned_service.registered().deposit("NATIDE06")
    scanned_service.use(antivirus=Antivirus("tcp://127.0.0.1:9"))
    assert scanned_service.run_follow_ups() == ["AntivirusUnavailable"]
    assert scanned_service.piece("NATIDE06")["deposit"]["scan"] == "analyse en échec"
    scanned_service.run_job("count-scans")
    metrics = scanned_service.metrics()
    counted = [f'pieces_deposits_by_scan{{state="{state}"}} {number}.0' for state, number in WATCHED.items()]
    assert sorted(line for line in metrics if line.startswith("pieces_deposits_by_scan")) == counted
    scanned_service.use(antivirus=Antivirus(clamav.url))
    assert scanned_service.run_follow_ups() == []
    assert scanned_service.piece("NATIDE06")["deposit"]["scan"] == "saine"


def test_a_clamd_that_hangs_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.pieces.antivirus.CHECK_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hung = Antivirus(f"tcp://127.0.0.1:{silent.getsockname()[1]}", 0.2)
        with pytest.raises(AntivirusUnavailable, match="TimeoutError"):
            hung.is_clean([b"text"])
        assert hung.check() == "unreachable"


def test_a_scan_is_called_given_up_later_than_the_worker_gives_it_up() -> None:
    repeated = ATTEMPTS_BEFORE_PARKING - 1 - len(RETRY_SECONDS)
    assert timedelta(seconds=sum(RETRY_SECONDS) + repeated * RETRY_SECONDS[-1]) < ABANDONED_AFTER


def test_a_scan_given_up_is_asked_for_again_each_night_and_one_under_way_is_not(scanned_service: PiecesService) -> None:
    scanned_service.registered().deposit("NATIDE06")
    with scanned_service.app.app_context(), db.operation() as session:  # what an operator sees parked after a day
        session.execute(update(event_tables.Task).values(state="parked", ended_at=system_now()))
    scanned_service.run_job("rescan")
    assert scanned_service.run_follow_ups() == []
    assert scanned_service.piece("NATIDE06")["deposit"]["scan"] == "analyse en cours"

    scanned_service.move_to(scanned_service.now + ABANDONED_AFTER + timedelta(minutes=1))
    scanned_service.run_job("rescan")
    assert scanned_service.run_follow_ups() == []
    assert scanned_service.piece("NATIDE06")["deposit"]["scan"] == "saine"
