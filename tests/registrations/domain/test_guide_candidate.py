"""Pierre DUBOIS of the guide: récapitulatif (§5.7), confirmation (§6), the pièces asked for."""

from services.registrations.domain import registration_form
from services.registrations.domain.obstacles import exclusivity_key
from tests.registrations.domain.example_dossier import DOSSIER, as_saved

RECAP = registration_form.recap(DOSSIER)
OUTCOME = as_saved(DOSSIER)


def lines(title: str) -> list[tuple[str, str]]:
    section = next(section for section in RECAP.sections if section.title == title)
    return [(line.label, line.value) for line in section.lines]


def test_the_recap_has_the_guides_sections_in_its_order() -> None:
    guide = [
        "Qualification présentée",
        "Identification du candidat",
        "Adresse et contact",
        "Situation du candidat",
        "Diplôme possédé",
    ]
    assert [section.title for section in RECAP.sections if section.title in guide] == guide
    assert RECAP.numero_candidat == "02103000001"
    assert "n'est pas encore enregistrée" in (RECAP.warning or "")


def test_the_recap_says_who_he_is_where_he_lives_what_he_does_presents_and_holds() -> None:
    assert lines("Identification du candidat") == [
        ("Civilité", "MONSIEUR"),
        ("Nom de famille", "DUBOIS"),
        ("Nom d'usage", ""),
        ("Prénoms", "Pierre"),
        ("Date de naissance", "01/01/2002"),
        ("Commune de naissance", "TROYES"),
        ("Département, DOM ou COM de naissance", "010"),
        ("Pays de naissance", "FRANCE (DONT OUTRE-MER)"),
        ("Nationalité", "Français"),
    ]
    assert lines("Adresse et contact") == [
        ("Adresse", "1 rue du port 25000 BESANCON FRANCE (DONT OUTRE-MER)"),
        ("Téléphone mobile", "0606060606"),
        ("Téléphone fixe", ""),
        ("Adresse mail", "pdubois@ac-rennes.fr"),
    ]
    label = "Catégorie socio-professionnelle du candidat ou d'un représentant légal"
    assert lines("Situation du candidat") == [(label, "Employés de commerce")]
    assert lines("Qualification présentée")[0] == ("Spécialité", "Banque - conseiller de clientèle")
    assert lines("Diplôme possédé") == [("Diplôme possédé", "BACCALAURÉAT GÉNÉRAL - Bac général")]


def test_the_recap_shows_what_was_typed_about_the_candidature() -> None:
    values = dict(lines("Informations candidature"))
    assert values["Catégorie du candidat"] == "FORMATION CONTINUE (320)"
    assert values["Etablissement"] == "LP P.ADRIEN PARIS - BESANCON (0250013D)"
    assert values["Situation à l'inscription"] == "Redoublant"
    assert values["Demande d'aménagement(s) d'épreuves au titre du handicap"] == "Non"
    assert [value for label, value in values.items() if label.startswith("J'accepte")] == ["Non", "Oui"]


def test_the_recap_lists_his_epreuves() -> None:
    shown = [
        (" - ".join(p for p in (line.code, line.label, line.option) if p), line.position_label, line.mode_label)
        for line in RECAP.epreuves
    ]
    assert shown == [
        ("E1 - Culture générale et expression", "Inscrit", "Ponctuel"),
        ("E2 - Langue vivante 1 - Anglais", "Inscrit", "Ponctuel"),
        ("E2-A - Langue vivante 1 : Écrite - Anglais", "Inscrit", "Ponctuel"),
        ("E2-B - Langue vivante 1 : Orale - Anglais", "Inscrit", "Ponctuel"),
        ("E3 - Gestion de la relation client", "Inscrit", "Ponctuel"),
        ("E4 - Dévelop.suivi.activ.commercia.", "Inscrit", None),
        ("E4-A - Étude de cas", "Inscrit", "Ponctuel"),
        ("E4-B - Analyse situation commerciale", "Inscrit", "Ponctuel"),
        ("E5 - Env.éco.jur.orga.activ.bancai.", "Inscrit", "Ponctuel"),
        ("C-ANGL - Certification en langue anglaise", "Inscrit", "Ponctuel"),
        ("EF1 - Langue vivante 2 - Allemand", "Inscrit", "Ponctuel"),
        ("EF2 - Certification professionnelle", "Non Inscrit", None),
        ("EF3 - Engagement étudiant", "Inscrit", "Ponctuel"),
    ]


def test_the_confirmation_hides_the_parts_of_e2_and_shows_those_of_e4() -> None:
    printed = [line.code for line in OUTCOME.epreuves if not line.hidden_on_pdf]
    assert printed == ["E1", "E2", "E3", "E4", "E4-A", "E4-B", "E5", "C-ANGL", "EF1", "EF2", "EF3"]
    assert [line.unit for line in OUTCOME.epreuves if line.code in ("E4", "E4-A", "EF1")] == [None, "U41", "UF1"]


def test_the_confirmation_says_what_the_guides_does() -> None:
    confirmation = OUTCOME.confirmation
    assert confirmation.nationalite == "Française"
    assert confirmation.address == ("1 rue du port", "25000 BESANCON")
    assert confirmation.birthplace == "TROYES - 010"
    assert (confirmation.telephone, confirmation.mobile) == (None, "06 06 06 06 06")
    assert (confirmation.vae, confirmation.handicap) == (False, False)
    assert confirmation.etablissement == "LP P.ADRIEN PARIS - BESANCON (0250013D)"
    assert confirmation.categorie == "FORMATION CONTINUE (320)"
    assert confirmation.diplome == "BACCALAURÉAT GÉNÉRAL Bac général (00012)"
    assert confirmation.return_by == "2021-10-31"
    assert confirmation.specialite == "Banque - conseiller de clientèle (31310)"
    assert (confirmation.forme, confirmation.deja_presente) == ("Globale", "2021")


def test_the_pieces_are_those_of_his_candidature_and_session() -> None:
    assert [piece.code for piece in OUTCOME.pieces] == ["CINSIG03", "NATIDE06", "BTSETAS4", "BTSEE-EF3"]
    assert [form.code for form in OUTCOME.forms] == ["BTSEE-EF3"]
    assert OUTCOME.pieces[0].deposit_closes == "2021-10-31T23:00:00+00:00"
    assert exclusivity_key(DOSSIER) == "exam=BTS|session=2022"
