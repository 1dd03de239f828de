"""What a draft offers to choose from: searches, and the spécialités of its session."""

from __future__ import annotations

from tests.registrations.service.candidate_client import CandidateClient


def test_a_search_proposes_the_guides_establishment(candidate: CandidateClient) -> None:
    draft = candidate.draft()
    draft = {**draft, **candidate.write(draft, 3, {"categorie": "320"}, action="stay").json}
    options = candidate.get(f"/drafts/{draft['id']}/tabs/3/search?field=etablissement&q=adrien%20PARIS")["options"]
    assert options == [{"value": "0250013D", "label": "LP P.ADRIEN PARIS - BESANCON (0250013D)"}]


def test_a_school_of_the_own_departement_comes_first(candidate: CandidateClient) -> None:
    draft = candidate.draft()
    draft = {**draft, **candidate.write(draft, 3, {"categorie": "320"}, action="stay").json}
    for code_postal, nearest in (("25000", "LYCEE HABILITE"), ("51100", "LYCEE DE DEMONSTRATION")):
        draft = {**draft, **candidate.write(draft, 2, {"code_postal": code_postal}, action="stay").json}
        options = candidate.get(f"/drafts/{draft['id']}/tabs/3/search?field=etablissement&q=lycee")["options"]
        assert options[0]["label"].startswith(nearest)
        assert len(options) == 2


def test_a_search_that_gives_nothing_says_what_to_do(candidate: CandidateClient) -> None:
    draft = candidate.draft()
    answer = candidate.get(f"/drafts/{draft['id']}/tabs/4/search?field=specialite&q=astronomie")
    assert answer["options"] == []
    assert "Parcourir les spécialités" in answer["advice"]


def test_specialites_are_listed_by_domain_and_say_what_they_ask(
    candidate: CandidateClient, other: CandidateClient
) -> None:
    draft = candidate.draft()
    domains = candidate.get(f"/drafts/{draft['id']}/specialites")["domains"]
    codes = [specialite["code"] for domain in domains for specialite in domain["specialites"]]
    assert "31213" in codes
    asked = candidate.get(f"/drafts/{draft['id']}/specialites/31213")
    assert asked["epreuves"]
    assert candidate.call("GET", f"/drafts/{draft['id']}/specialites/99999").status_code == 404
    assert other.call("GET", f"/drafts/{draft['id']}/specialites").status_code == 404
