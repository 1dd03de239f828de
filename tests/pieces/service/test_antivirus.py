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
from services.objects import ObjectStore
from services.pieces.antivirus import Antivirus, AntivirusUnavailable
from services.pieces.jobs import jobs
from services.pieces.models import db, event_tables
from services.pieces.operations.scans import GIVEN_UP
from tests.pieces import made
from tests.pieces.portal import Portal
from tests.support.clamav import EICAR
from tests.support.misbehaving_smtp import misbehaving_server

if TYPE_CHECKING:
    from tests.support.clamav import ClamAV
    from tests.support.object_store import Bucket


def _infected() -> bytes:
    return made.zipped({"eicar.com": EICAR}, compression=0)


def test_a_clean_file_waits_for_nobody_and_is_then_opened_by_staff(guarded: Portal) -> None:
    guarded.registered().deposit("NATIDE06")
    assert guarded.piece("NATIDE06")["deposit"]["scan"] == "analyse en cours"
    path = f"/pieces/{guarded.piece('NATIDE06')['id']}/file"
    waiting = guarded.staff("GET", path)
    assert waiting.status_code == 409
    assert "analyse en cours" in waiting.get_json()["detail"]
    assert guarded.opened("NATIDE06").status_code == 200

    assert guarded.works() == []
    assert guarded.piece("NATIDE06")["deposit"]["scan"] == "saine"
    opened = guarded.staff("GET", path)
    assert opened.status_code == 200
    assert opened.headers["X-Antivirus"] == "clean"
    assert "Warning" not in opened.headers


def test_an_infected_file_is_opened_by_no_staff_and_cannot_be_validated(guarded: Portal) -> None:
    assert guarded.registered().deposit("NATIDE06", _infected(), "archive.zip").status_code == 201
    guarded.works()
    shown = guarded.piece("NATIDE06")
    assert shown["deposit"]["scan"] == "infectée"
    assert guarded.staff("GET", f"/pieces/{shown['id']}/file").status_code == 409
    assert guarded.opened("NATIDE06").status_code == 200
    assert "dangereux" in guarded.group("NATIONALITE")["validate_blocked_reason"]
    assert guarded.control("NATIDE06", "compliant").status_code == 422
    assert guarded.control("NATIDE06", "non_compliant", comment="Fichier infecté").status_code == 200


def test_without_a_verdict_the_scan_is_shown_as_failed_and_tried_again(guarded: Portal, clamav: ClamAV) -> None:
    guarded.registered().deposit("NATIDE06")
    clamav.stop()
    try:
        assert guarded.works() == ["AntivirusUnavailable"]
    finally:
        clamav.start()
    assert guarded.piece("NATIDE06")["deposit"]["scan"] == "analyse en échec"
    metrics = guarded.app.test_client().get("/metrics").text
    assert 'pieces_scans_total{state="failed"}' in metrics
    assert guarded.works() == []
    assert guarded.piece("NATIDE06")["deposit"]["scan"] == "saine"


def test_a_clamd_that_hangs_is_given_up_in_time_and_asked_again(guarded: Portal, clamav: ClamAV) -> None:
    guarded.registered().deposit("NATIDE06")
    guarded.asks(Antivirus(clamav.url, 2.0))
    clamav.pause()
    try:
        assert guarded.works() == ["AntivirusUnavailable"]
    finally:
        clamav.resume()
    assert guarded.piece("NATIDE06")["deposit"]["scan"] == "analyse en échec"
    assert guarded.works() == []
    assert guarded.piece("NATIDE06")["deposit"]["scan"] == "saine"


def test_a_clamd_that_drips_is_given_up_in_time() -> None:
    """Each byte comes soon enough, and the line never ends."""
    with misbehaving_server({}, dripping=True) as server, pytest.raises(AntivirusUnavailable, match="TimeoutError"):
        Antivirus(f"tcp://127.0.0.1:{server.port}", 1.0).is_clean([b"text"])


def test_a_file_that_gives_way_while_it_is_scanned_is_not_told_as_lost(guarded: Portal, bucket: Bucket) -> None:
    class Overtaken(ObjectStore):
        overtaken = False

        @contextmanager
        def open(self, key: str) -> Iterator[Iterator[bytes]]:
            if not self.overtaken:
                self.overtaken = True
                guarded.deposit("NATIDE06", made.pdf(), "autre.pdf")
                self.delete(key)
            with super().open(key) as chunks:
                yield chunks

    guarded.registered().deposit("NATIDE06")
    guarded.stores_in(Overtaken(bucket.url))
    with capture_logs() as logs:
        guarded.works()
    assert "object_lost" not in [line["event"] for line in logs]
    assert guarded.works() == []
    shown = guarded.piece("NATIDE06")["deposit"]
    assert (shown["filename"], shown["scan"]) == ("autre.pdf", "saine")


def test_an_operator_has_files_scanned_again(guarded: Portal) -> None:
    guarded.registered().deposit("NATIDE06")
    guarded.works()
    runner = guarded.app.test_cli_runner()
    assert isinstance(runner, CliRunner)
    assert "0 fichier(s)" in runner.invoke(args=["rescan"]).output
    assert "1 fichier(s)" in runner.invoke(args=["rescan", "--all"]).output
    assert guarded.works() == []


def test_a_scan_that_was_given_up_is_asked_for_again_each_night_and_one_under_way_is_not(guarded: Portal) -> None:
    guarded.registered().deposit("NATIDE06")
    with guarded.app.app_context(), db.operation() as session:  # what an operator sees parked after a day
        session.execute(update(event_tables.Outbox).values(published_at=system_now()))
    with guarded.app.app_context():
        jobs["rescan"].run()
    assert guarded.works() == []
    assert guarded.piece("NATIDE06")["deposit"]["scan"] == "analyse en cours"

    guarded.at(guarded.now + GIVEN_UP + timedelta(minutes=1))
    with guarded.app.app_context():
        jobs["rescan"].run()
    assert guarded.works() == []
    assert guarded.piece("NATIDE06")["deposit"]["scan"] == "saine"
