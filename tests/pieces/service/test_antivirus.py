"""Every file is scanned by the worker; what is not clean is opened by its depositor alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import update
from structlog.testing import capture_logs

from services.chassis.clock import system_now
from services.chassis.events.retry_policy import ATTEMPTS_BEFORE_PARKING, RETRY_SECONDS
from services.objects import ObjectStore
from services.pieces.antivirus import Antivirus, AntivirusUnavailable
from services.pieces.jobs import jobs
from services.pieces.models import db, event_tables
from services.pieces.operations.antivirus_scans import ABANDONED_AFTER
from tests.pieces import sample_files
from tests.pieces.pieces_service import PiecesService
from tests.support.clamav import EICAR
from tests.support.misbehaving_smtp import misbehaving_server

if TYPE_CHECKING:
    from tests.support.clamav import ClamAVServer
    from tests.support.object_store import Bucket


@pytest.fixture(scope="module")
def clamav(own_clamav: ClamAVServer) -> ClamAVServer:
    """A server of this module alone: it is stopped here."""
    return own_clamav


def _infected() -> bytes:
    return sample_files.zipped({"eicar.com": EICAR}, compression=0)


def test_a_clean_file_waits_for_nobody_and_is_then_opened_by_staff(scanned_service: PiecesService) -> None:
    scanned_service.registered().deposit("NATIDE06")
    assert scanned_service.piece("NATIDE06")["deposit"]["scan"] == "analyse en cours"
    path = f"/pieces/{scanned_service.piece('NATIDE06')['id']}/file"
    waiting = scanned_service.staff("GET", path)
    assert waiting.status_code == 409
    assert "analyse en cours" in waiting.get_json()["detail"]
    assert scanned_service.download("NATIDE06").status_code == 200

    assert scanned_service.run_follow_ups() == []
    assert scanned_service.piece("NATIDE06")["deposit"]["scan"] == "saine"
    opened = scanned_service.staff("GET", path)
    assert opened.status_code == 200
    assert opened.headers["X-Antivirus"] == "clean"
    assert "Warning" not in opened.headers


def test_an_infected_file_is_opened_by_no_staff_and_cannot_be_validated(scanned_service: PiecesService) -> None:
    assert scanned_service.registered().deposit("NATIDE06", _infected(), "archive.zip").status_code == 201
    scanned_service.run_follow_ups()
    shown = scanned_service.piece("NATIDE06")
    assert shown["deposit"]["scan"] == "infectée"
    assert scanned_service.staff("GET", f"/pieces/{shown['id']}/file").status_code == 409
    assert scanned_service.download("NATIDE06").status_code == 200
    assert "dangereux" in scanned_service.group("NATIONALITE")["validate_blocked_reason"]
    assert scanned_service.control("NATIDE06", "compliant").status_code == 422
    assert scanned_service.control("NATIDE06", "non_compliant", comment="Fichier infecté").status_code == 200


def test_without_a_verdict_the_scan_is_shown_as_failed_and_tried_again(
    scanned_service: PiecesService, clamav: ClamAVServer
) -> None:
    scanned_service.registered().deposit("NATIDE06")
    clamav.stop()
    try:
        assert scanned_service.run_follow_ups() == ["AntivirusUnavailable"]
    finally:
        clamav.start()
    assert scanned_service.piece("NATIDE06")["deposit"]["scan"] == "analyse en échec"
    metrics = scanned_service.app.test_client().get("/metrics").text
    assert 'pieces_scans_total{state="failed"}' in metrics
    assert scanned_service.run_follow_ups() == []
    assert scanned_service.piece("NATIDE06")["deposit"]["scan"] == "saine"


def test_a_clamd_that_hangs_is_given_up_in_time_and_asked_again(
    scanned_service: PiecesService, clamav: ClamAVServer
) -> None:
    scanned_service.registered().deposit("NATIDE06")
    scanned_service.use_antivirus(Antivirus(clamav.url, 2.0))
    clamav.pause()
    try:
        assert scanned_service.run_follow_ups() == ["AntivirusUnavailable"]
    finally:
        clamav.resume()
    assert scanned_service.piece("NATIDE06")["deposit"]["scan"] == "analyse en échec"
    assert scanned_service.run_follow_ups() == []
    assert scanned_service.piece("NATIDE06")["deposit"]["scan"] == "saine"


def test_a_clamd_that_drips_is_given_up_in_time() -> None:
    """Each byte comes soon enough, and the line never ends."""
    with misbehaving_server({}, slow_bytes=True) as server, pytest.raises(AntivirusUnavailable, match="TimeoutError"):
        Antivirus(f"tcp://127.0.0.1:{server.port}", 1.0).is_clean([b"text"])


def test_a_file_that_gives_way_while_it_is_scanned_is_not_told_as_lost(
    scanned_service: PiecesService, bucket: Bucket
) -> None:
    class Overtaken(ObjectStore):
        overtaken = False

        @contextmanager
        def open(self, key: str) -> Iterator[Iterator[bytes]]:
            if not self.overtaken:
                self.overtaken = True
                scanned_service.deposit("NATIDE06", sample_files.pdf(), "autre.pdf")
                self.delete(key)
            with super().open(key) as chunks:
                yield chunks

    scanned_service.registered().deposit("NATIDE06")
    scanned_service.use_store(Overtaken(bucket.url))
    with capture_logs() as logs:
        scanned_service.run_follow_ups()
    assert "object_lost" not in [line["event"] for line in logs]
    assert scanned_service.run_follow_ups() == []
    shown = scanned_service.piece("NATIDE06")["deposit"]
    assert (shown["filename"], shown["scan"]) == ("autre.pdf", "saine")


def test_an_operator_has_files_scanned_again(scanned_service: PiecesService) -> None:
    scanned_service.registered().deposit("NATIDE06")
    scanned_service.run_follow_ups()
    runner = scanned_service.app.test_cli_runner()
    assert isinstance(runner, CliRunner)
    assert "0 fichier(s)" in runner.invoke(args=["rescan"]).output
    assert "1 fichier(s)" in runner.invoke(args=["rescan", "--all"]).output
    assert scanned_service.run_follow_ups() == []


def test_a_scan_is_called_given_up_later_than_the_worker_gives_it_up() -> None:
    repeated = ATTEMPTS_BEFORE_PARKING - 1 - len(RETRY_SECONDS)
    assert timedelta(seconds=sum(RETRY_SECONDS) + repeated * RETRY_SECONDS[-1]) < ABANDONED_AFTER


def test_a_scan_that_was_given_up_is_asked_for_again_each_night_and_one_under_way_is_not(
    scanned_service: PiecesService,
) -> None:
    scanned_service.registered().deposit("NATIDE06")
    with (
        scanned_service.app.app_context(),
        db.operation() as session,
    ):  # what an operator sees parked after a day
        session.execute(update(event_tables.Outbox).values(published_at=system_now()))
    with scanned_service.app.app_context():
        jobs["rescan"].run()
    assert scanned_service.run_follow_ups() == []
    assert scanned_service.piece("NATIDE06")["deposit"]["scan"] == "analyse en cours"

    scanned_service.move_to(scanned_service.now + ABANDONED_AFTER + timedelta(minutes=1))
    with scanned_service.app.app_context():
        jobs["rescan"].run()
    assert scanned_service.run_follow_ups() == []
    assert scanned_service.piece("NATIDE06")["deposit"]["scan"] == "saine"
