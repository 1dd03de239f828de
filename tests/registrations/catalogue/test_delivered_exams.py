"""The catalogue in the repository, held to the guide; the exams delivered besides the BTS."""

import csv
import re
from dataclasses import replace
from pathlib import Path

from services.contracts import page_labels
from services.registrations.catalogue.contents import check
from services.registrations.domain import facts, registration_form
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.obstacles import exclusivity_key
from services.registrations.domain.registration_content import requested_pieces
from services.registrations.domain.windows import closing
from tests.registrations.catalogue.bts_dossiers import (
    BTS,
    EXAMS,
    OFFERED,
    ROOT,
    SESSIONS,
    dossier,
    in_besancon,
)
from tests.registrations.domain.example_dossier import ANSWERS, DOSSIER, as_saved, with_answers
from tests.registrations.domain.tab_reading import pointers, told


def test_the_repository_s_catalogue_has_no_mistake() -> None:
    assert check(ROOT) == 0


def test_other_answers_than_the_guide_s_owe_other_pieces() -> None:
    for tab, answers, owed, not_owed in (
        ("epreuves", {"position-EF3": "non_inscrit"}, set(), {"BTSEE-EF3"}),
        (
            "acquis",
            {"meme_bts-garder-E1": "oui", "meme_bts-note-E1": "12,5"},
            {"BTSRELEV1"},
            set(),
        ),
        ("candidature", {"categorie": "410", "etablissement": "CNED"}, {"BTSCNED1"}, {"BTSETAS4"}),
    ):
        candidate = with_answers(tab, in_besancon(BTS, SESSIONS["2022"]), **answers)
        pieces = {piece.code for piece in requested_pieces(candidate, facts.lookup(candidate))}
        assert (pieces & owed, pieces & not_owed) == (owed, set()), answers


def test_every_specialite_has_a_domain_and_every_public_category_says_for_whom_it_is() -> None:
    assert [specialite.code for specialite in BTS.specialites if specialite.domain is None] == []
    assert [
        category.code for category in BTS.categories if category.public and not category.help
    ] == []


def test_what_people_type_for_a_specialite_is_answered_in_a_session_of_today() -> None:
    candidate = in_besancon(BTS, SESSIONS["2027"])
    tab = next(
        number
        for number, declared in enumerate(BTS.tabs, start=1)
        if declared.kind == "qualification"
    )
    for typed in ("banque", "compta", "gestion", "informatique", "MCO", "NDRC", "SIO", "CG"):
        found = registration_form.search(candidate, tab, "specialite", typed)
        advice = registration_form.search_advice(candidate, tab, "specialite", typed) or ""
        assert found or "proposée par ce portail jusqu'à la session" in advice, typed


def test_every_offered_specialite_can_be_registered_for_and_tells_each_language_sat() -> None:
    candidates = {" ".join(pair): dossier(*pair) for pair in OFFERED}
    assert [
        name for name, each in candidates.items() if registration_form.all_tab_errors(each)
    ] == []
    assert {
        name: unnamed for name, each in candidates.items() if (unnamed := _unnamed_languages(each))
    } == {}


def _unnamed_languages(candidate: Dossier) -> list[str]:
    """The épreuves of a language that are sat without saying of which."""
    names = [item.label for item in BTS.lists["langues"]]
    languages = {
        each.code for each in candidate.structure.epreuves if each.options or each.options_of
    }
    sat = [
        line for line in registration_form.recap(candidate).epreuves if line.position == "inscrit"
    ]
    unnamed = (
        line for line in sat if not line.option and not any(name in line.label for name in names)
    )
    return [line.code for line in unnamed if line.code in languages]


def test_pages_and_buttons_that_exam_texts_quote_are_the_portals() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in ROOT.rglob("*.yaml"))
    quoted = set(re.findall(r"« ((?:Mes |M'|J'ai fourni|Enregistrer)[^»]*) »", texts))
    assert quoted
    assert quoted <= {label for name, label in vars(page_labels).items() if name.isupper()}


def test_a_specialite_is_offered_and_replaced_as_the_nomenclature_has_it() -> None:
    """`bcn.csv`: these spécialités in the nomenclature BCN (ministry, Licence Ouverte)."""
    rows = csv.DictReader(
        Path(__file__).with_name("bcn.csv").read_text(encoding="utf-8").splitlines(), delimiter=";"
    )
    known = {
        row["code"]: (int(row["premiere_session"]), int(row["derniere_session"] or 9999))
        for row in rows
    }
    for specialite in BTS.specialites:
        first, last = known[specialite.code]
        assert (
            first <= (specialite.first_session or 0) <= (specialite.last_session or 9999) <= last
        ), specialite.label
        assert set(re.findall(r"\b\d{5}\b", specialite.replaced_by or "")) <= known.keys(), (
            specialite.label
        )


BIRTH_CERTIFICATE = "CFGNAIS1"


def begun(code: str) -> Dossier:
    """Of the guide's candidate, in the only session of that exam."""
    (session,) = EXAMS[code].sessions
    answers = {name: ANSWERS[name] for name in ("identification", "candidature")}
    return replace(in_besancon(EXAMS[code], session), answers=answers)


def test_a_concours_opens_with_its_closing_date_and_is_refused_until_that_is_attested() -> None:
    concours = begun("CAPTRANS")
    titles = [tab.title for tab in registration_form.tab_states(concours, 1)]
    assert titles[:3] == ["Recrutement(s) ouvert(s)", "Modalités d'inscription", "Identification"]
    read = " ".join(registration_form.tab_view(concours, 1).paragraphs)
    assert (concours.exam.label in read, closing(concours.opening.closes) in read) == (True, True)
    assert (pointers(concours, 1), pointers(concours, 2)) == (
        ["fermeture_lue"],
        ["modalites_acceptees"],
    )
    attested = with_answers("recrutements", concours, fermeture_lue="oui")
    assert pointers(attested, 1) == []
    assert told(attested)["J'atteste avoir pris connaissance de la date de fermeture"] == "Oui"


AT_HOME = with_answers("modalites", begun("CFG"), modalites_acceptees="oui")
BORN_ABROAD = replace(
    AT_HOME, identity=replace(DOSSIER.identity, pays_naissance="127", departement_naissance=None)
)
WITH_PARENTS = with_answers("identification", BORN_ABROAD, pere="ROSSI Mario", mere="inconnu")


def codes_of_pieces(dossier: Dossier) -> set[str]:
    return {piece.code for piece in requested_pieces(dossier, facts.lookup(dossier))}


def test_parents_are_asked_of_who_is_born_abroad_and_of_nobody_else() -> None:
    assert pointers(AT_HOME, 2) == []
    assert pointers(BORN_ABROAD, 2) == ["pere", "mere"]
    assert registration_form.all_tab_errors(WITH_PARENTS) == ()


def test_a_birth_certificate_is_asked_of_who_is_born_abroad() -> None:
    assert BIRTH_CERTIFICATE in codes_of_pieces(WITH_PARENTS)


def test_parents_are_printed() -> None:
    confirmation = as_saved(WITH_PARENTS).confirmation
    printed = [(line.label, line.value) for section in confirmation.extra for line in section.lines]
    assert ("Nom et prénoms du père", "ROSSI Mario") in printed


def test_parents_count_no_more_once_a_birthplace_is_mended() -> None:
    corrected = replace(WITH_PARENTS, identity=DOSSIER.identity)
    assert "ROSSI Mario" not in told(corrected).values()
    assert BIRTH_CERTIFICATE not in codes_of_pieces(corrected)


def test_a_cfg_has_no_categorie_no_forme_and_no_diplome() -> None:
    confirmation = as_saved(WITH_PARENTS).confirmation
    lines = (confirmation.categorie, confirmation.forme, confirmation.diplome)
    assert lines == (None, None, None)


def test_one_registers_once_for_a_cfg_of_a_session_where_its_exam_says_so() -> None:
    assert exclusivity_key(WITH_PARENTS) == f"exam=CFG|session={WITH_PARENTS.session.name}"
    without = replace(WITH_PARENTS, exam=replace(WITH_PARENTS.exam, exclusive=()))
    assert exclusivity_key(without) is None


def test_every_mandatory_epreuve_of_a_cfg_is_sat_at_its_end() -> None:
    epreuves = as_saved(WITH_PARENTS).epreuves
    sat = {(line.position_label, line.mode_label) for line in epreuves if line.mandatory}
    assert sat == {("Inscrit", "Ponctuel")}
