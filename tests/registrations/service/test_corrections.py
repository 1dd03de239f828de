"""Staff correct a candidature in a draft of their own: any tab, also once registrations are closed,
with a reason."""

import pytest
from flask import Flask

from services.registrations.follow_ups import registry
from tests.registrations.domain.example_dossier import ANSWERS, MOVED, at
from tests.registrations.service.candidate_client import (
    STAFF_SCOPES,
    CandidateClient,
    audited,
    move_to,
)
from tests.registrations.service.corrector import Corrector
from tests.support import tokens
from tests.support.service_worker import published, run_follow_ups
from tests.support.smtp import Mailbox

AFTER_CLOSING = at("2021-12-05 12:00")


def acts(app: Flask) -> list[str]:
    """What the audit trail says of corrections that are not saved, with who did it."""
    return [
        f"{entry.action} {entry.actor_id}"
        for entry in audited(app)
        if entry.action.startswith("correction.")
    ]


@pytest.fixture
def corrected(sending: Flask, saved: str) -> Corrector:
    """After closing staff wrote another address; it is not saved yet."""
    move_to(AFTER_CLOSING)
    desk = Corrector(sending, saved)
    assert desk.start() == 201
    assert desk.write(2, MOVED).json == {"revision": 2, "goto": 3}
    return desk


def test_a_correction_that_was_begun_goes_on(corrected: Corrector) -> None:
    assert corrected.start() == 200


def test_of_two_windows_of_a_correction_the_later_one_is_told(corrected: Corrector) -> None:
    stale = corrected.write(2, {**MOVED, "adresse": "3 rue du bois"})
    assert stale.status_code == 409
    assert stale.json["theirs"]["adresse"] == "2 rue du lac"


def test_a_correction_shows_what_it_changes(corrected: Corrector) -> None:
    (change,) = corrected.tab(9)["changes"]
    assert "1 rue du port" in change["before"]
    assert "2 rue du lac" in change["after"]


def test_a_correction_is_saved_with_a_reason_as_it_was_read(corrected: Corrector) -> None:
    assert corrected.save(reason=" ").status_code == 422
    assert corrected.save(revision=1).status_code == 409


def test_a_saved_correction_is_a_new_version_once(corrected: Corrector, saved: str) -> None:
    answers = [corrected.save().json for _ in range(2)]
    assert answers == [{"candidature_id": saved, "version": 2}] * 2
    detail = corrected.get(f"/{saved}").json
    assert detail["versions"][0]["saved_by"] == "staff:agent"
    assert detail["under_way"] == []


def test_a_corrected_tab_changes_no_other_part(sending: Flask, corrected: Corrector) -> None:
    corrected.save()
    first, second = published(sending, "registrations.registration_saved.v1")
    assert second["data"]["reason"] == "Adresse rectifiée"
    assert first["data"]["identity"] == second["data"]["identity"]
    assert first["data"]["epreuves"] == second["data"]["epreuves"]


def test_a_candidate_is_told_of_a_correction_and_why(
    sending: Flask, corrected: Corrector, mailbox: Mailbox
) -> None:
    corrected.save()
    run_follow_ups(sending, registry)
    mail = mailbox.wait_for(to=tokens.DUBOIS["email"], seconds=5)
    assert mail.subject == "Modification d'inscription : BREVET DE TECHNICIEN SUPERIEUR"
    assert "Motif : Adresse rectifiée" in mail.text


def test_the_trail_says_which_version_staff_saved_and_why(
    sending: Flask, corrected: Corrector
) -> None:
    corrected.save()
    [entry] = audited(sending, action="candidature.saved", actor_kind="staff")
    assert {"version": 2, "reason": "Adresse rectifiée"}.items() <= (entry.after or {}).items()


def test_abandoned_half_way_it_changes_nothing(
    sending: Flask, candidate: CandidateClient, saved: str
) -> None:
    desk = Corrector(sending, saved)
    desk.start()
    desk.write(2, MOVED)
    assert candidate.get("/mine")["drafts"] == [], "it is none of the candidate's"
    assert candidate.call("GET", f"/drafts/{desk.draft_id}").status_code == 404
    assert desk.call("DELETE", f"/drafts/{desk.draft_id}").status_code == 204
    assert [desk.write(2, MOVED).status_code, desk.save().status_code] == [404, 404]
    assert len(published(sending, "registrations.registration_saved.v1")) == 1
    assert acts(sending) == ["correction.started agent", "correction.abandoned agent"]


def test_it_opens_where_something_can_be_typed_and_keeps_its_reason(
    sending: Flask, saved: str
) -> None:
    desk = Corrector(sending, saved)
    desk.start()
    draft = desk.call("GET", f"/drafts/{desk.draft_id}").json
    assert (draft["current"], draft["modified"]["name"]) == (2, "DUBOIS Pierre")
    desk.write(9, {}, action="previous", reason="Adresse")
    assert desk.tab(2)["reason"] == "Adresse"
    assert desk.write(2, {**MOVED, "adresse": ""}).status_code == 422
    tabs = desk.call("GET", f"/drafts/{desk.draft_id}").json["tabs"]
    assert [tab["number"] for tab in tabs if tab["state"] != "done"] == [2], (
        "none is current: any may be opened"
    )
    assert desk.save(2, "Adresse rectifiée").status_code == 422
    assert desk.tab(9)["reason"] == "Adresse rectifiée", "also where the save is refused"


def test_colleagues_share_one_correction_and_read_who_began_it(sending: Flask, saved: str) -> None:
    desk = Corrector(sending, saved)
    colleague = Corrector(sending, saved, name="autre")
    desk.start()
    desk.write(2, MOVED)
    (held,) = colleague.get(f"/{saved}").json["under_way"]
    assert (held["staff_id"], held["draft_id"]) == ("agent", desk.draft_id)
    assert (colleague.start(), colleague.draft_id, desk.start()) == (200, desk.draft_id, 200)
    assert acts(sending) == ["correction.started agent", "correction.resumed autre"]
    assert colleague.save().status_code == 201
    assert desk.get(f"/{saved}").json["versions"][0]["saved_by"] == "staff:autre"


def test_whoever_saves_second_is_told_and_loses_nothing(
    sending: Flask, candidate: CandidateClient, saved: str
) -> None:
    desk = Corrector(sending, saved)
    draft = candidate.modify(saved).json
    desk.start()
    assert [holder["staff_id"] for holder in desk.get(f"/{saved}").json["under_way"]] == [
        None,
        "agent",
    ]
    desk.write(2, MOVED)
    assert desk.save().status_code == 201
    theirs = candidate.write(draft, 2, {**MOVED, "adresse": "3 rue du bois"}).json
    refused = candidate.save({**draft, **theirs})
    assert (refused.status_code, "(Version 02)" in refused.json["detail"]) == (409, True)
    candidate.call("DELETE", f"/drafts/{draft['id']}")
    desk.start()
    again = candidate.modify(saved).json
    assert (
        candidate.save(
            {**again, **candidate.write(again, 2, ANSWERS["identification"]).json}
        ).status_code
        == 201
    )
    assert (
        desk.save(1).status_code,
        candidate.get("/candidatures")["candidatures"][0]["version"],
    ) == (409, 3)


def test_only_managers_of_the_académie_correct_in_time(
    sending: Flask, candidate: CandidateClient, saved: str
) -> None:
    desk = Corrector(sending, saved)
    elsewhere = Corrector(sending, saved, academie="20")
    desk.start()
    assert elsewhere.start() == 404
    elsewhere.draft_id = desk.draft_id
    assert [elsewhere.write(2, MOVED).status_code, elsewhere.save(1).status_code] == [404, 404]
    reader = Corrector(sending, saved, "candidatures:read")
    reader.draft_id = desk.draft_id
    assert [reader.start(), reader.write(2, MOVED).status_code, reader.save(1).status_code] == [
        403
    ] * 3
    desk.draft_id = candidate.modify(saved).json["id"]
    assert desk.write(2, MOVED).status_code == 404, "a candidate's own"
    move_to(at("2024-10-05 12:00"))
    assert desk.start() == 409


def test_a_rule_is_overridden_by_its_name_by_an_administrateur_alone(
    sending: Flask, saved: str
) -> None:
    desk = Corrector(sending, saved)
    desk.start()
    desk.write(4, {**ANSWERS["qualification"], "forme": "progressive"})
    codes = [
        epreuve["code"]
        for epreuve in desk.tab(7)["epreuves"]
        if not epreuve["code"].startswith("EF")
    ]
    none_sat = {f"position-{code}": "non_inscrit" for code in codes}
    assert desk.write(7, {**ANSWERS["epreuves"], **none_sat}, 2).status_code == 422
    (refusal,) = desk.tab(9)["refusals"]
    assert refusal["rule"] == "progressive_at_least"
    assert desk.save(3).status_code == 422
    assert desk.save(3, "Dérogation", "progressive_at_least").status_code == 403
    administrateur = Corrector(sending, saved, *STAFF_SCOPES, "candidates:correct")
    assert administrateur.start() == 200
    assert administrateur.save(3, "Dérogation", "facultatives_at_most").status_code == 422
    assert administrateur.save(3, "Dérogation", "progressive_at_least").status_code == 201
    assert desk.get(f"/{saved}").json["versions"][0]["overridden"] == [refusal["detail"]]
    [entry] = audited(sending, action="candidature.saved", actor_kind="staff")
    assert (entry.after or {})["overridden"] == 1, "the sentence may say what was typed"
