"""What the jobs of pieces count is shown by every process that reads it, whoever counted."""

from __future__ import annotations

from services.chassis.jobs import gauges
from services.objects.reconciliation import FEW_UNKNOWN
from services.pieces.dependencies import dependencies
from services.pieces.jobs import jobs
from services.pieces.models import db
from tests.pieces.pieces_service import PiecesService

WATCHED = ("failed", "infected", "pending")


def _shown(service: PiecesService) -> list[str]:
    with service.app.app_context():
        gauges.show(db)
    lines = service.app.test_client().get("/metrics").text.splitlines()
    return [line for line in lines if line.startswith(("pieces_deposits_by_scan", "objects_"))]


def test_losses_and_states_of_scans_are_shown_by_whoever_reads_them(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    assert _shown(service) == []
    (key,) = service.objects()
    with service.app.app_context():
        dependencies().store.delete(key)
        jobs["count-scans"].run()
        jobs["reconcile"].run()
    shown = _shown(service)
    scans = [line for line in shown if line.startswith("pieces_deposits_by_scan")]
    assert sorted(scans) == [f'pieces_deposits_by_scan{{state="{state}"}} 0.0' for state in WATCHED]
    assert 'objects_lost{service="pieces"} 1.0' in shown
    assert 'objects_unknown{service="pieces"} 0.0' in shown


def test_why_a_reconciliation_moved_nothing_is_shown(service: PiecesService) -> None:
    for number in range(FEW_UNKNOWN + 1):
        service.put_object(f"pieces/{number:032x}")
    service.run_nightly_jobs()
    shown = _shown(service)
    assert 'objects_reconciliation_stopped{reason="many_unknown",service="pieces"} 1.0' in shown
    assert 'objects_reconciliation_stopped{reason="foreign_store",service="pieces"} 0.0' in shown
    assert f'objects_unknown{{service="pieces"}} {FEW_UNKNOWN + 1}.0' in shown
