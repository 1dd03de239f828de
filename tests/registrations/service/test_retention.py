"""What registrations erases once a session was kept long enough, and what it does not: on both
engines."""

from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest
from flask import Flask
from sqlalchemy import text

from services.contracts import retention as contract
from services.contracts.accounts import EmailChanged, IdentityCorrected
from services.contracts.retention import (
    CANDIDATURES,
    NO_VERSION_AFTER,
    PIECES,
    RetentionError,
    retention,
)
from services.registrations.jobs import registry
from services.registrations.models import Candidate, audit_chain, db
from services.registrations.operations import candidates
from services.registrations.operations import retention as operations
from services.registrations.queries.retention import due_steps
from tests.registrations.service import candidate_client
from tests.registrations.service.candidate_client import (
    GUIDE_SESSION,
    CandidateClient,
    Desk,
    guide,
    load,
    move_to,
)
from tests.support.service_worker import deliver_event, published

pytestmark = pytest.mark.engines("sqlite", "postgresql")
DUE = retention().kind(CANDIDATURES).erased_from(GUIDE_SESSION.closes)
HELD = {"exam": "BTS", "session": "2022", "reason": "Recours"}
TABLES = ("candidatures", "candidature_versions", "candidature_notes", "drafts", "sent_mails")


def _erase_at(app: Flask, instant: datetime) -> None:
    """The job runs twice."""
    move_to(instant)
    for _ in range(2):
        with app.app_context():
            registry.jobs["erase-due"].run()


def _rows(app: Flask, *tables: str) -> dict[str, int]:
    with app.app_context(), db.reading() as transaction:
        return {
            name: transaction.scalar(text(f"SELECT count(*) FROM {name}"))
            for name in tables or TABLES
        }


def _kinds(app: Flask) -> list[list[str]]:
    return [event["data"]["kinds"] for event in published(app, "registrations.data_erased.v1")]


def test_each_kind_goes_once_it_is_due_and_not_before(
    app: Flask, candidate: CandidateClient, saved: str
) -> None:
    candidate.modify(saved)
    pieces_due = retention().kind(PIECES).erased_from(GUIDE_SESSION.closes)
    _erase_at(app, pieces_due - timedelta(seconds=1))
    assert _kinds(app) == []
    _erase_at(app, pieces_due)
    assert _kinds(app) == [["pieces"]]
    assert _rows(app, "candidatures") == {"candidatures": 1}
    app.test_cli_runner().invoke(args=["publish-candidatures"], catch_exceptions=False)
    _erase_at(app, pieces_due)
    assert _kinds(app) == [["pieces"]] * 2, "told everything again, pieces is told of this too"
    _erase_at(app, DUE)
    assert _kinds(app)[2:] == [["pieces", "documents", "candidatures"]], "all at once"
    told = published(app, "registrations.data_erased.v1")
    versions = [erased["version"] for event in told for erased in event["data"]["candidatures"]]
    assert versions == [1, 1, NO_VERSION_AFTER], (
        "its pieces alone are stored again with a later version"
    )
    assert _rows(app) == dict.fromkeys(TABLES, 0)
    with app.app_context():
        audit_chain.extend()
        assert [
            each for each in audit_chain.mismatches("registrations", [], None) if each.entry_id
        ] == []
    assert candidate_client.audited(app, action="candidature.saved"), (
        "that it was saved stays known"
    )
    with_values = [
        entry.action for entry in candidate_client.audited(app) if entry.before or entry.after
    ]
    assert with_values == ["catalogue.loaded", "etablissements.loaded"], "of nobody"


def test_who_has_no_candidature_left_is_free_and_then_erased_for_good(
    app: Flask, candidate: CandidateClient
) -> None:
    candidate.registered()
    _erase_at(app, DUE)
    identity = {**candidate.identity, "version": 7}
    corrected = IdentityCorrected.from_data(
        {"candidate_id": "pierre", "identity": identity, "reason": "Erreur"}
    )
    with app.app_context():
        with db.reading() as transaction:
            assert transaction.get_one(Candidate, "pierre").engaged_at is None
        candidates.erase_candidate("pierre")
    deliver_event(app, registry, EmailChanged("pierre", 9, "tard@example.org"))
    deliver_event(app, registry, corrected)
    with app.app_context(), db.reading() as transaction:
        row = transaction.get_one(Candidate, "pierre")
        assert (row.email, row.numero_candidat, row.corrected_identity) == (None, None, None)


def test_a_session_that_is_held_back_stays_until_it_is_released(
    app: Flask, candidate: CandidateClient
) -> None:
    candidate.registered()
    administrateur = Desk(app, scopes=["openings:manage"], gave_code=True)
    assert administrateur.call("POST", "/staff/retention/holds", **HELD).status_code == 204
    _erase_at(app, DUE)
    assert _rows(app, "candidatures") == {"candidatures": 1}
    shown = administrateur.call("GET", "/staff/retention").json["erasures"]
    assert {(row["kind"], row["candidatures"], row["hold"]["reason"]) for row in shown} == {
        (kind, 1, "Recours") for kind in ("pieces", "documents", "candidatures")
    }
    administrateur.call("POST", "/staff/retention/releases", **HELD)
    assert [
        row["hold"] for row in administrateur.call("GET", "/staff/retention").json["erasures"]
    ] == [None] * 3
    _erase_at(app, DUE)
    assert _rows(app, "candidatures") == {"candidatures": 0}


def test_a_session_may_be_kept_for_a_time_of_its_own(
    app: Flask, candidate: CandidateClient
) -> None:
    load(app, guide(retention=((CANDIDATURES, "10 ans"),)))
    candidate.registered()
    _erase_at(app, DUE)
    assert _rows(app, "candidatures") == {"candidatures": 1}
    _erase_at(app, GUIDE_SESSION.closes + timedelta(days=3653))
    assert _rows(app, "candidatures") == {"candidatures": 0}


def test_a_session_that_closes_later_after_all_stays_though_its_turn_had_come(
    app: Flask, candidate: CandidateClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate.registered()
    with app.app_context(), db.reading() as transaction:
        listed_before = due_steps(transaction, DUE)
    load(app, guide(closes=GUIDE_SESSION.closes + timedelta(days=30)))
    monkeypatch.setattr(operations, "due_steps", lambda *_: listed_before)
    _erase_at(app, DUE)
    assert _rows(app, "candidatures") == {"candidatures": 1}


def test_a_session_that_closes_later_is_erased_anew_at_its_new_time(
    app: Flask, candidate: CandidateClient
) -> None:
    candidate.registered()
    due = retention().kind(PIECES).erased_from(GUIDE_SESSION.closes)
    later = timedelta(days=30)
    _erase_at(app, due)
    load(app, guide(closes=GUIDE_SESSION.closes + later))
    _erase_at(app, due)
    assert _kinds(app) == [["pieces"]]
    _erase_at(app, due + later + timedelta(days=1))
    assert _kinds(app) == [["pieces"]] * 2, "those that were deposited meanwhile too"


def test_without_a_duration_nothing_is_erased(
    app: Flask, candidate: CandidateClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate.registered()
    monkeypatch.setattr(
        contract.Retention, "kind", Mock(side_effect=RetentionError("candidatures"))
    )
    _erase_at(app, DUE)
    assert _rows(app, "candidatures") == {"candidatures": 1}


def test_what_is_archived_is_read_by_administrateurs_alone(
    app: Flask, candidate: CandidateClient
) -> None:
    saved = candidate.registered()

    def seen(*academies: str) -> tuple[int, int]:
        desk = Desk(app, *academies)
        return len(desk.names()), desk.get(f"/{saved}").status_code

    archived = retention().kind(CANDIDATURES).active.after(GUIDE_SESSION.closes)
    _erase_at(app, archived - timedelta(seconds=1))
    assert seen("03") == (1, 200)
    _erase_at(app, archived)
    assert (seen("03"), seen()) == ((0, 404), (1, 200))
    _erase_at(app, archived - timedelta(days=9))
    assert seen("03") == (1, 200)
