"""Drafts: typed text is kept, resumed another day, never overwritten unseen; their choices and
obstacles."""

import json
from typing import Any

from flask import Flask
from sqlalchemy import select

from services.contracts.api.drafts import MAX_VALUES
from services.contracts.registration_rules import FIELD_VALUE_LENGTH
from services.registrations.domain.forms import MAX_ANSWERS_BYTES
from services.registrations.models import CandidatureVersion, Draft, db
from tests.registrations.domain.example_dossier import ANSWERS, BESANCON
from tests.registrations.service.candidate_client import CandidateClient, move_to
from tests.support import tokens
from tests.support.service_worker import stored

IDENTIFICATION = 2
CANDIDATURE = 3
QUALIFICATION = 4
EPREUVES = 7


def shown(tab: dict[str, Any], name: str, what: str = "value") -> Any:
    """What a tab shows of a field."""
    fields = [field for section in tab["form"]["sections"] for field in section["fields"]]
    return next(field[what] for field in fields if field["name"] == name)


def test_valider_reserves_the_number_and_resumes_the_form(
    candidate: CandidateClient, other: CandidateClient
) -> None:
    answer = candidate.open()
    again = candidate.open()
    assert (answer.status_code, again.status_code) == (201, 200)
    draft = answer.json
    assert again.json["id"] == draft["id"]
    assert (draft["numero_candidat"], draft["academie_label"]) == (
        "02103000001",
        "ACADÉMIE DE BESANCON",
    )
    assert [tab["title"] for tab in draft["tabs"]][:2] == [
        "Candidatures précédentes",
        "Identification",
    ]
    assert (draft["current"], draft["tabs"][0]["state"]) == (1, "current")
    assert candidate.draft("20")["numero_candidat"] == "02103000001", "for life"
    assert other.draft("20")["numero_candidat"] == "02120000001", "counted by académie"
    assert [
        candidate.call(method, f"/drafts/{draft['id']}").status_code for method in ("DELETE", "GET")
    ] == [204, 404]
    anew = candidate.open()
    assert (anew.status_code, anew.json["numero_candidat"]) == (201, "02103000001"), (
        "what is abandoned is gone"
    )


def test_suivant_leads_to_the_last_tab_unsaved_and_the_list_says_where_one_stands(
    candidate: CandidateClient,
) -> None:
    draft = candidate.draft()
    draft |= candidate.write(draft, 1, {}).json
    (listed,) = candidate.get("/mine")["drafts"]
    assert (listed["id"], listed["current"]) == (draft["id"], IDENTIFICATION)
    assert [tab["state"] for tab in listed["tabs"]][:3] == ["done", "current", "todo"]
    draft = candidate.fill(draft)
    assert candidate.get("/candidatures")["candidatures"] == []
    recap, number = (candidate.tab(draft, at) for at in (8, len(draft["tabs"])))
    assert (recap["recap"]["numero_candidat"], number["kind"]) == (
        draft["numero_candidat"],
        "number",
    )
    assert candidate.save(draft).status_code == 201


def test_suivant_keeps_the_tab_back_with_all_that_is_wrong_and_what_was_typed(
    candidate: CandidateClient,
) -> None:
    draft = candidate.draft()
    untyped = candidate.tab(draft, IDENTIFICATION)
    assert "#/nationalite" in {error["pointer"] for error in untyped["errors"]}, (
        "before anything is typed"
    )
    typed = " 1 rue d’Œuf Đặng \U0001f600 \x1b"
    answer = candidate.write(draft, IDENTIFICATION, {"telephone_mobile": "06", "adresse": typed})
    tab = candidate.tab(draft, IDENTIFICATION)
    for errors in (answer.json["errors"], tab["errors"]):
        assert {"#/telephone_mobile", "#/nationalite", "#/localite"} <= {
            error["pointer"] for error in errors
        }
    assert (shown(tab, "telephone_mobile"), shown(tab, "adresse")) == ("06", typed), (
        "to the character"
    )
    assert (answer.status_code, answer.json["revision"]) == (422, tab["revision"])
    back = candidate.write(
        tab | draft, IDENTIFICATION, {"adresse": ""}, "previous", tab["revision"]
    )
    assert (back.status_code, back.json["goto"]) == (200, 1), "« Précédent » keeps it, right or not"


def test_the_second_window_is_told_with_both_texts_and_nothing_is_overwritten(
    candidate: CandidateClient,
) -> None:
    draft = candidate.draft()
    first = {"adresse": "1 rue du port"}
    candidate.write(draft, IDENTIFICATION, first, action="stay")
    answer = candidate.write(draft, IDENTIFICATION, {"adresse": "2 rue du lac"}, action="stay")
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/brouillon-modifie")
    assert (answer.json["yours"], answer.json["theirs"]) == ({"adresse": "2 rue du lac"}, first)
    for _ in range(2):  # the same text posted twice contradicts nobody
        again = candidate.write(
            draft, IDENTIFICATION, {"adresse": "2 rue du lac"}, "stay", answer.json["revision"]
        )
        assert again.status_code == 200


def test_what_no_browser_sends_is_refused_or_found_nowhere(candidate: CandidateClient) -> None:
    draft = candidate.draft()
    answer = candidate.write(draft, 1, {"x": 1})
    assert (answer.status_code, "values" in answer.json["errors"][0]["pointer"]) == (422, True)
    assert candidate.write(draft, 1, {"x": "y" * (FIELD_VALUE_LENGTH + 1)}).status_code == 422
    assert (
        candidate.write(draft, 1, {str(number): "" for number in range(MAX_VALUES + 1)}).status_code
        == 422
    )
    for id in ("%00", "%F0%9F%98%80", "'--", "a" * 2000):
        assert [
            candidate.call(method, f"/drafts/{id}").status_code for method in ("GET", "DELETE")
        ] == [404, 404]
    assert candidate.write(draft, 99, {}).status_code == 404
    assert candidate.searched(draft, CANDIDATURE, "etablissement", "%_")["options"] is not None


def test_words_of_a_search_are_kept_until_something_is_chosen(candidate: CandidateClient) -> None:
    draft = candidate.draft()
    values = {"categorie": "320", "etablissement": "", "etablissement-texte": "Pasteur"}
    candidate.write(draft, CANDIDATURE, values, action="stay")
    assert shown(candidate.tab(draft, CANDIDATURE), "etablissement", "display") == "Pasteur"
    chosen = {"categorie": "320", "etablissement": "0250013D"}
    stale = {"asked_last_year": "x" * FIELD_VALUE_LENGTH, "email": "a@b.fr"}
    candidate.write(candidate.draft(), CANDIDATURE, values | chosen | stale, action="stay")
    assert stored(candidate.app, select(Draft.answers)) == [{"candidature": chosen}], (
        "what the tab asks for"
    )
    label = "LP P.ADRIEN PARIS - BESANCON (0250013D)"
    assert shown(candidate.tab(draft, CANDIDATURE), "etablissement", "display") == label


def test_fields_closed_by_another_answer_are_kept_and_too_much_text_refused(
    candidate: CandidateClient,
) -> None:
    draft = candidate.draft()
    values = {
        "meme_bts": "",
        "meme_bts-annee": "2020",
        "vae-garder-E3": "oui",
        "diplome-economie_droit": "oui",
    }
    first, second = (candidate.write(draft, 5, values, action="stay") for _ in range(2))
    assert (first.status_code, first.json) == (200, second.json)
    much = ["x" * FIELD_VALUE_LENGTH] * (MAX_ANSWERS_BYTES // FIELD_VALUE_LENGTH // 2)
    typed = dict.fromkeys(("adresse", "complement_1", "complement_2"), much)
    answer = candidate.write(draft, IDENTIFICATION, typed, "stay", first.json["revision"])
    assert (answer.status_code, "trop de texte" in answer.json["detail"]) == (422, True)
    assert stored(candidate.app, select(Draft.answers)) == [{"acquis": values}], (
        "it stays as it was"
    )


def test_a_version_holds_nothing_that_no_tab_asks_for_even_of_a_draft_of_before(
    candidate: CandidateClient,
) -> None:
    draft = candidate.filled()
    with candidate.app.app_context(), db.operation() as transaction:
        (row,) = transaction.scalars(select(Draft)).all()
        before = row.answers
        stale = {"unknown": "x" * MAX_ANSWERS_BYTES, "specialite-texte": "banque"}
        row.answers = {name: {**typed, **stale} for name, typed in before.items()} | {
            "no_tab": {"a": "b"}
        }
    assert candidate.save(draft).status_code == 201
    (version,) = stored(candidate.app, select(CandidatureVersion))
    assert (version.answers, "unknown" in json.dumps(version.payload)) == (before, False)


def test_the_identification_tab_shows_the_identity_of_the_moment(
    candidate: CandidateClient,
) -> None:
    draft = candidate.draft()
    candidate.identity = {**candidate.identity, "version": 2, "nom_famille": "DUPOND"}
    path = f"/drafts/{draft['id']}/tabs/{IDENTIFICATION}"
    headers = {"X-Identity": candidate.assertion}
    tab = candidate.call("GET", path, headers=headers).json
    assert shown(tab, "nom_famille") == "DUPOND"


def test_a_saved_draft_takes_no_more_text_and_names_its_candidature(
    candidate: CandidateClient,
) -> None:
    draft = candidate.filled()
    saved = candidate.save(draft).json["candidature_id"]
    answer = candidate.write(draft, IDENTIFICATION, {"adresse": "x"})
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/brouillon-enregistre")
    named = (
        answer.json["candidature_id"],
        candidate.get(f"/drafts/{draft['id']}")["saved_candidature_id"],
    )
    assert (named, candidate.get("/mine")["drafts"]) == ((saved, saved), [])


def test_a_search_proposes_establishments_of_the_own_departement_first(
    candidate: CandidateClient,
) -> None:
    draft = candidate.draft()
    draft |= candidate.write(draft, CANDIDATURE, {"categorie": "320"}, action="stay").json
    options = candidate.searched(draft, CANDIDATURE, "etablissement", "adrien PARIS")["options"]
    assert options == [{"value": "0250013D", "label": "LP P.ADRIEN PARIS - BESANCON (0250013D)"}]
    for code_postal, nearest in (("25000", "LYCEE HABILITE"), ("51100", "LYCEE DE DEMONSTRATION")):
        draft |= candidate.write(
            draft, IDENTIFICATION, {"code_postal": code_postal}, action="stay"
        ).json
        options = candidate.searched(draft, CANDIDATURE, "etablissement", "lycee")["options"]
        assert options[0]["label"].startswith(nearest)
        assert len(options) == 2


def test_an_identity_that_is_not_the_candidates_own_is_refused(app: Flask) -> None:
    forged = tokens.forged(tokens.identity_assertion("pierre"))
    refused = {"": 401, "x.y.z": 401, forged: 401, tokens.candidate_token("pierre"): 401}
    headers = tokens.bearer(tokens.candidate_token("pierre"))
    for assertion, status in {**refused, tokens.identity_assertion("anne"): 403}.items():
        body = {"opening_id": "0" * 32, "assertion": assertion}
        assert (
            app.test_client().post("/v1/drafts", json=body, headers=headers).status_code == status
        ), assertion


def test_another_specialite_leaves_what_was_chosen_for_the_one_before(
    candidate: CandidateClient,
) -> None:
    draft = candidate.filled()
    answer = candidate.write(
        draft, QUALIFICATION, ANSWERS["qualification"] | {"specialite": "31213"}
    )
    notices = candidate.tab(draft, EPREUVES)["notices"]
    assert any(
        "« EF1 : Langue vivante 2 : Allemand : Inscrit » ne sont pas repris" in text
        for text in notices
    )
    candidate.write(draft, EPREUVES, {"option-E2": "anglais"}, "stay", answer.json["revision"])
    assert not any("repris" in text for text in candidate.tab(draft, EPREUVES)["notices"]), (
        "once it is read"
    )


def test_a_draft_names_its_obstacles_and_is_resumed_late(
    candidate: CandidateClient, other: CandidateClient
) -> None:
    draft = candidate.draft("20")
    assert (draft["obstacles"], draft["modified"]) == ([], None)
    saved = candidate.registered("03")
    (obstacle,) = candidate.get(f"/drafts/{draft['id']}")["obstacles"]
    assert (obstacle["reason"], obstacle["candidature_id"]) == ("other_candidature", saved)
    candidate.withdraw(saved)
    assert candidate.get(f"/drafts/{draft['id']}")["obstacles"] == []
    candidate.received = other.received = BESANCON.closes
    refused = other.open("20")
    assert (refused.status_code, refused.json["type"]) == (403, "/problems/fenetre-fermee")
    assert candidate.open("20").json["id"] == draft["id"]
    move_to(BESANCON.closes)
    (late,) = candidate.get("/mine")["drafts"]
    assert ([each["reason"] for each in late["obstacles"]], bool(late["contact"]["title"])) == (
        ["closed"],
        True,
    )


def test_a_modification_names_the_version_that_it_changes(candidate: CandidateClient) -> None:
    draft = candidate.modify(candidate.registered()).json
    modified = draft["modified"]
    assert (draft["obstacles"], modified["numero_inscription"], modified["version_label"]) == (
        [],
        "001",
        "Version 01",
    )
    assert modified["saved_at"]
    recap = candidate.tab(draft, 8)["recap"]
    number = candidate.tab(draft, 9)
    assert not [
        text
        for text in (recap["warning"], *number["notices"])
        if "n'est pas encore enregistrée" in text
    ]
    for texts in ([recap["warning"]], number["notices"]):  # beside the latter stands what warns
        assert any("vos changements ne sont pas encore transmis" in text.lower() for text in texts)
    assert "obtenir votre numéro" not in " ".join(number["notices"])
