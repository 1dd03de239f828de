"""« Ouverture des services », messages of the home page, dates that a manager changes, a catalogue
loaded again."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import Result
from flask import Flask

from services.chassis.errors import Invalid, NotFound, PreconditionFailed
from services.contracts.api.administration import NewMessage
from services.contracts.base import read
from services.contracts.registration_rules import MESSAGE_TEXT_LENGTH
from services.contracts.session_options import SessionOptions
from services.registrations.catalogue.contents import Catalogue
from services.registrations.domain.date_changes import DateChange
from services.registrations.jobs import registry
from services.registrations.models import CatalogueRevision, CurrentExam, OpeningRow, db
from services.registrations.operations.catalogue import (
    compare_catalogue,
    load_catalogue,
    move_demonstration_dates,
)
from services.registrations.operations.messages import publish_message
from services.registrations.operations.openings import change_openings
from tests.registrations.catalogue.demonstration import catalogue
from tests.registrations.domain.example_dossier import BESANCON, at
from tests.registrations.service import candidate_client
from tests.registrations.service.candidate_client import (
    AMIENS,
    GUIDE,
    NOW,
    OPERATOR,
    CandidateClient,
    guide,
    load,
    titles_of_messages,
)
from tests.support.service_worker import published

PICKED = "domaine=Examen&exam=BTS&session=2022"


def _windows(app: Flask) -> list[dict[str, Any]]:
    return published(app, "registrations.window_changed.v1")


def test_what_is_picked_in_turn_ends_with_the_guides_sentence(app: Flask) -> None:
    information = candidate_client.choices(app, f"{PICKED}&academie=03")["information"]
    assert information["sentence"].startswith(
        "Les inscriptions sont ouvertes du 01 octobre 2021 12:00 au 25 octobre"
    )
    assert (information["state"], len(information["opening_id"])) == ("open", 32)
    assert information["residence_notice"].startswith("Vous devez sélectionner")
    nowhere = candidate_client.choices(app, "domaine=Examen&exam=BTS&session=1999")
    assert [step["value"] for step in nowhere["steps"]] == ["Examen", "BTS"], (
        "what of it exists is said"
    )
    assert nowhere["empty_message"]
    assert candidate_client.choices(app, "domaine=Concours")["empty_message"]


def test_changed_dates_win_and_pieces_and_candidates_are_told(
    app: Flask, candidate: CandidateClient
) -> None:
    saved = candidate.registered()
    candidate_client.change_dates(
        app, closes=at("2021-10-04 12:00"), deposit_closes=at("2021-11-15 00:00")
    )
    load(app, GUIDE)
    information = candidate_client.choices(app, f"{PICKED}&academie=03", "consult")["information"]
    assert (information["state"], "04 octobre 2021 12:00" in information["sentence"]) == (
        "closed",
        True,
    )
    told = {"academie": "03", "deposit_closes": "2021-11-14T23:00:00+00:00", "revision": 2}
    assert told.items() <= _windows(app)[-1]["data"].items()
    assert candidate.acknowledgement(saved)["closes_sentence"].endswith("04/10/2021 à 12:00.")


def test_a_change_needs_a_reason_dates_in_order_and_what_candidates_lose_confirmed(
    app: Flask,
) -> None:
    revisions = _revisions(app)
    with app.app_context():
        with pytest.raises(Invalid, match="erreurs"):
            _move(revisions, closes=BESANCON.closes + timedelta(days=1), reason=" ")
        with pytest.raises(Invalid) as refusal:
            _move(revisions, closes=BESANCON.opens, deposit_closes=BESANCON.deposit_opens)
        assert [error.pointer for error in refusal.value.errors] == ["#/closes", "#/deposit_closes"]
        with pytest.raises(NotFound):
            _move({"0" * 32: 1}, closes=NOW)
        with pytest.raises(Invalid) as refusal:
            _move(revisions, closes=NOW)
        assert {error.pointer for error in refusal.value.errors} == {"#/confirmed"}, (
            "what candidates lose"
        )
        assert _revisions(app) == revisions
        _move(revisions, closes=NOW, confirmed=True)


def _revisions(app: Flask) -> dict[str, int]:
    with app.app_context(), db.reading() as transaction:
        return {
            row.id: row.revision for row in transaction.query(OpeningRow).filter_by(session="2022")
        }


def _move(
    revisions: dict[str, int], confirmed: bool = False, reason: str = "Panne", **dates: datetime
) -> None:
    changes = [
        DateChange(opening_id=id, revision=revision, **dates) for id, revision in revisions.items()
    ]
    change_openings(changes, reason=reason, confirmed=confirmed, actor=OPERATOR, at=NOW)


def test_several_openings_are_moved_together_or_not_at_all(app: Flask) -> None:
    revisions = _revisions(app)
    later = BESANCON.closes + timedelta(days=3)
    assert len(revisions) > 1
    with app.app_context():
        first = min(revisions)
        changed = {**revisions, first: revisions[first] + 1}
        with pytest.raises(PreconditionFailed, match="ACADÉMIE"):
            _move(changed, closes=later)
        assert _revisions(app) == revisions
        _move(revisions, closes=later)
        assert set(_revisions(app).values()) == {revision + 1 for revision in revisions.values()}
        with pytest.raises(Invalid, match=r"Aucune date n'a été changée\."):
            _move(_revisions(app), closes=later)


def test_demonstration_sessions_stay_open_and_a_restart_shifts_none(
    app: Flask, tmp_path: Path
) -> None:
    with app.app_context():
        load_catalogue(catalogue(tmp_path, NOW), actor=OPERATOR, at=NOW)
        later = NOW + timedelta(days=3)
        assert load_catalogue(catalogue(tmp_path, later), actor=OPERATOR, at=later) == ()
        assert move_demonstration_dates(later, actor=OPERATOR) == ()
        for days in (60, 400, 800):
            later = NOW + timedelta(days=days)
            assert move_demonstration_dates(later, actor=OPERATOR)
            assert move_demonstration_dates(later, actor=OPERATOR) == (), "moved once, they rest"
        candidate_client.move_to(later := NOW + timedelta(days=1200))
        registry.jobs["move-on-demonstration"].run()
        assert move_demonstration_dates(later, actor=OPERATOR) == (), "moved by the job"


def test_what_a_candidature_uses_survives_a_catalogue_without_it(
    app: Flask, candidate: CandidateClient
) -> None:
    saved = candidate.registered()
    load(
        app,
        replace(
            guide(openings=(AMIENS,), specialites=("31213",)), specialites=GUIDE.specialites[1:]
        ),
    )
    [offered] = candidate_client.choices(app, PICKED)["next"]["choices"]
    assert offered["value"] == "20", "Besançon no longer is"
    assert candidate.save(candidate.modify(saved).json).json["version"] == 2, (
        "and still modified by who has it"
    )


def test_pieces_is_told_of_each_opening_once_and_of_what_changes_in_it(app: Flask) -> None:
    assert sorted(window["data"]["academie"] for window in _windows(app)) == ["03", "20"]
    later = replace(BESANCON, deposit_closes=BESANCON.deposit_closes + timedelta(days=1))
    moved = guide(openings=(AMIENS, later))
    reminding = guide(openings=(AMIENS, later), reminder_days=(7, 0), refusal_mails=True)
    for changed, told in ((moved, ["03"]), (reminding, ["03", "20"]), (reminding, [])):
        before = len(_windows(app))
        load(app, changed)
        assert sorted(window["data"]["academie"] for window in _windows(app)[before:]) == told
    newest = _windows(app)[-1]["data"]
    assert read(SessionOptions, newest["options"]) == SessionOptions(
        reminder_days=(7, 0), refusal_mails=True
    )
    assert (newest["reminder_days"], newest["refusal_mails"]) == ([7, 0], True), (
        "for a reader of the older shape"
    )


def test_an_académie_decides_for_itself_whether_refusals_are_told_by_mail(app: Flask) -> None:
    for own, others in ((None, True), (False, True), (True, False)):
        openings = (replace(BESANCON, refusal_mails=own), AMIENS)
        load(app, guide(openings=openings, refusal_mails=others))
        told = {
            event["data"]["academie"]: event["data"]["options"]["refusal_mails"]
            for event in _windows(app)
        }
        assert told == {"03": others if own is None else own, "20": others}


def test_a_failed_load_leaves_the_catalogue_as_it_was(app: Flask) -> None:
    bad = guide(openings=(replace(BESANCON, closes=BESANCON.opens),))
    with app.app_context():
        with pytest.raises(Exception, match="window_in_order"):
            load_catalogue(Catalogue((replace(GUIDE, label="X"), bad)), actor=OPERATOR, at=NOW)
        with db.reading() as transaction:
            assert transaction.query(CatalogueRevision).count() == 1
            assert transaction.query(CurrentExam).count() == 1
        load_catalogue(Catalogue((GUIDE,)), actor=OPERATOR, at=NOW)
        assert compare_catalogue([GUIDE], NOW) == ()
        with db.reading() as transaction:
            assert transaction.query(CatalogueRevision).count() == 1, (
                "loaded as it was, it changes nothing"
            )


def test_messages_are_shown_within_their_time_the_gravest_first(app: Flask) -> None:
    for title, severity, begins, ends in (
        ("Information", "info", -2, 2),
        ("Indisponibilité", "error", -1, 1),
        ("Demain", "warning", 20, 30),
        ("Hier", "warning", -30, -20),
    ):
        message = NewMessage(
            title=title,
            text="Texte",
            severity=severity,
            shown_from=NOW + timedelta(hours=begins),
            shown_until=NOW + timedelta(hours=ends),
        )
        with app.app_context():
            publish_message(message, actor=OPERATOR, at=NOW)
    assert titles_of_messages(app) == ["Indisponibilité", "Information"]


def test_operators_publish_list_and_withdraw_messages(app: Flask) -> None:
    def run(*arguments: str) -> Result:
        return app.test_cli_runner().invoke(args=list(arguments))

    texts = ("--title", "Indisponibilité", "--text", "Ce soir.")
    message_id = run(
        "publish-message", *texts, "--severity", "warning", "--until", "2021-12-01 00:00"
    ).output.strip()
    assert titles_of_messages(app) == ["Indisponibilité"]
    listed = run("messages").output
    assert f"{message_id} " in listed
    assert "Indisponibilité" in listed
    assert [run("withdraw-message", message_id).exit_code for _ in range(2)] == [0, 1]
    assert (titles_of_messages(app), run("messages").output) == ([], "Aucun message.\n")


def test_a_message_that_is_too_long_or_without_text_or_end_is_refused_with_every_reason(
    app: Flask,
) -> None:
    for title, text, ends, names in (
        ("Titre", "x" * (MESSAGE_TEXT_LENGTH + 1), NOW + timedelta(days=1), ["text"]),
        ("", " ", NOW, ["title", "text", "shown_until"]),
    ):
        message = NewMessage(
            title=title, text=text, severity="info", shown_from=NOW, shown_until=ends
        )
        with app.app_context(), pytest.raises(Invalid) as refusal:
            publish_message(message, actor=OPERATOR, at=NOW)
        assert [error.pointer for error in refusal.value.errors] == [f"#/{name}" for name in names]


# In Paris the first, in UTC the second is in a year that there is not.
@pytest.mark.parametrize("instant", ["9999-12-31T23:30:00+00:00", "0001-01-01T00:00:00+14:00"])
def test_messages_openings_and_searches_of_the_journal_end_in_a_year_there_is(
    app: Flask, instant: str
) -> None:
    administrateur = candidate_client.Desk(app, scopes=["openings:manage", "audit:read"])
    message = {
        "title": "Fermeture",
        "text": "Fermé.",
        "severity": "info",
        "shown_from": "2021-10-01T00:00:00+00:00",
    }
    opening = {
        "openings": [{"id": candidate_client.opening_id(app), "revision": 1}],
        "reason": "Panne",
    }
    for path, body in (
        ("messages", {**message, "shown_until": instant}),
        ("openings/dates", {**opening, "opens": instant}),
        ("openings/dates", {**opening, "deposit_closes": instant}),
    ):
        assert administrateur.call("POST", f"/staff/{path}", **body).status_code == 422, path
    for path in ("/audit", "/audit.csv"):
        assert administrateur.call("GET", f"{path}?since={quote(instant)}").status_code == 422, path
