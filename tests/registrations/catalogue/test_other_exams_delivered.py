"""The exams delivered besides the BTS: what is read and accepted first, and the parents of who is born abroad."""

from dataclasses import replace

from services.registrations.domain import facts, registration_form
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.obstacles import exclusivity_key
from services.registrations.domain.registration_content import requested_pieces
from services.registrations.domain.windows import closing
from tests.registrations.catalogue.bts_dossiers import EXAMS, opening_of
from tests.registrations.domain.example_dossier import ANSWERS, DOSSIER, PIERRE, as_saved, with_answers
from tests.registrations.domain.tab_reading import pointers, told

BIRTH_CERTIFICATE = "CFGNAIS1"


def begun(code: str) -> Dossier:
    """Of the guide's candidate, in the only session of that exam."""
    (session,) = EXAMS[code].sessions
    answers = {name: ANSWERS[name] for name in ("identification", "candidature")}
    return replace(DOSSIER, exam=EXAMS[code], session=session, opening=opening_of(session, "03"), answers=answers)


def test_a_concours_opens_with_its_closing_date_and_is_refused_until_that_is_attested() -> None:
    concours = begun("CAPTRANS")
    titles = [tab.title for tab in registration_form.tab_states(concours, 1)]
    assert titles[:3] == ["Recrutement(s) ouvert(s)", "Modalités d'inscription", "Identification"]
    read = " ".join(registration_form.tab_view(concours, 1).paragraphs)
    assert (concours.exam.label in read, closing(concours.opening.closes) in read) == (True, True)
    assert (pointers(concours, 1), pointers(concours, 2)) == (["fermeture_lue"], ["modalites_acceptees"])
    attested = with_answers("recrutements", concours, fermeture_lue="oui")
    assert pointers(attested, 1) == []
    assert told(attested)["J'atteste avoir pris connaissance de la date de fermeture"] == "Oui"


def test_parents_are_asked_of_who_is_born_abroad_and_of_nobody_else() -> None:
    at_home = with_answers("modalites", begun("CFG"), modalites_acceptees="oui")
    abroad = replace(at_home, identity=replace(PIERRE, pays_naissance="127", departement_naissance=None))
    assert (pointers(at_home, 2), pointers(abroad, 2)) == ([], ["pere", "mere"])
    answered = with_answers("identification", abroad, pere="ROSSI Mario", mere="inconnu")
    assert registration_form.all_tab_errors(answered) == ()
    asked = {piece.code for piece in requested_pieces(answered, facts.lookup(answered))}
    assert BIRTH_CERTIFICATE in asked
    saved = as_saved(answered)
    confirmation = saved.confirmation
    printed = [(line.label, line.value) for section in confirmation.extra for line in section.lines]
    assert ("Nom et prénoms du père", "ROSSI Mario") in printed
    assert (confirmation.categorie, confirmation.forme, confirmation.diplome) == (None, None, None)
    assert exclusivity_key(answered) == f"exam=CFG|session={answered.session.name}"
    assert {(line.position_label, line.mode_label) for line in saved.epreuves if line.mandatory} == {
        ("Inscrit", "Ponctuel")
    }
    assert exclusivity_key(replace(answered, exam=replace(answered.exam, exclusive=()))) is None
    corrected = replace(answered, identity=PIERRE)
    assert "ROSSI Mario" not in told(corrected).values(), "a birthplace that was mended in the meantime"
    assert BIRTH_CERTIFICATE not in {piece.code for piece in requested_pieces(corrected, facts.lookup(corrected))}
