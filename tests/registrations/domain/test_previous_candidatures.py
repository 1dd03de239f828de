"""« Candidatures précédentes »: what is listed, taken over, and excluded (K1); the obstacles to a draft."""

from dataclasses import replace
from datetime import timedelta

from services.contracts import page_labels
from services.registrations.domain import registration_form
from services.registrations.domain.dossier import Dossier, PreviousCandidature
from services.registrations.domain.obstacles import obstacles
from tests.registrations.domain.example_dossier import ANSWERS, BESANCON, DOSSIER, details, with_answers
from tests.registrations.domain.tab_reading import CANDIDATURE, IDENTIFICATION, field, pointers

LAST_YEAR = PreviousCandidature(
    candidature_id="abc",
    exam_code="BTS",
    session_name="2021",
    session_year=2021,
    session_label="BTS 2021",
    academie="03",
    academie_label="ACADÉMIE DE BESANCON",
    numero_inscription="001",
    specialite_code="31310",
    specialite_label="Banque - conseiller de clientèle",
    exclusivity_key="exam=BTS|session=2021",
    active=False,
    answers=ANSWERS,
)
THIS_YEAR = replace(LAST_YEAR, candidature_id="def", exclusivity_key="exam=BTS|session=2022", active=True)


def with_previous(*previous: PreviousCandidature, **fields: str) -> Dossier:
    return with_answers("previous", replace(DOSSIER, previous=previous), **fields)


TAKEN_OVER = replace(with_previous(LAST_YEAR), answers={"previous": {"reprise": "abc"}})


def test_earlier_candidatures_of_the_same_exam_are_listed() -> None:
    shown = registration_form.tab_view(with_previous(LAST_YEAR), 1)
    assert "BTS 2021 - ACADÉMIE DE BESANCON - Banque - conseiller de clientèle - n° 001" in shown.paragraphs
    assert shown.sections
    assert registration_form.tab_view(with_previous(replace(LAST_YEAR, exam_code="CAP")), 1).sections == ()
    assert pointers(with_previous(LAST_YEAR, reprise="xyz"), 1) == ["reprise"], "someone else's"


def test_what_is_taken_over_is_shown_until_the_tab_is_posted_and_counts_only_then() -> None:
    assert field(TAKEN_OVER, IDENTIFICATION, "adresse").value == "1 rue du port"
    posted = replace(TAKEN_OVER, answers={**TAKEN_OVER.answers, "identification": {"adresse": ""}})
    assert field(posted, IDENTIFICATION, "adresse").value == ""
    assert registration_form.tab_errors(TAKEN_OVER, IDENTIFICATION)
    assert field(TAKEN_OVER, CANDIDATURE, "consent_presse").value is None, "consents never are"


def test_k1_a_second_active_candidature_for_the_session_is_refused_beside_the_one_being_modified() -> None:
    [reason] = details(registration_form.tab_errors(with_previous(THIS_YEAR), 1))
    assert "déjà une candidature pour cette session" in reason
    modified, inactive = replace(with_previous(THIS_YEAR), modifies="def"), replace(THIS_YEAR, active=False)
    for dossier in (modified, with_previous(inactive), with_previous(LAST_YEAR)):
        assert registration_form.tab_errors(dossier, 1) == ()


def test_what_keeps_a_draft_from_being_transmitted_is_known_before_it_is_tried() -> None:
    second = timedelta(seconds=1)
    assert obstacles(DOSSIER, BESANCON.opens) == obstacles(DOSSIER, BESANCON.closes - second) == ()
    [early] = obstacles(DOSSIER, BESANCON.opens - second)
    assert (early.reason, "pas encore ouvertes" in early.detail) == ("not_yet", True)
    [late] = obstacles(DOSSIER, BESANCON.closes)
    assert (late.reason, late.candidature_id) == ("closed", None)
    since = page_labels.CLOSED_SINCE.format(end="25/10/2021 à 12:00")
    assert late.detail == f"{since} : ce brouillon ne peut plus être transmis."
    [change] = obstacles(replace(DOSSIER, modifies="def"), BESANCON.closes)
    assert "ces changements ne peuvent plus être transmis" in change.detail
    assert "Votre candidature reste telle qu'elle est enregistrée" in change.detail


def test_k1_another_candidature_stands_in_the_way_beside_the_closing() -> None:
    closed, other = obstacles(with_previous(THIS_YEAR), BESANCON.closes)
    assert (closed.reason, other.reason, other.candidature_id) == ("closed", "other_candidature", "def")
    assert "ACADÉMIE DE BESANCON, n° 001" in other.detail
    assert other.detail.endswith("ce brouillon ne peut pas être transmis tant qu'elle existe.")
