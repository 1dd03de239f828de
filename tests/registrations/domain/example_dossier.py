"""The guide's exam, session, candidate and dossier as Python values, to test rules without any file."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from services.chassis.clock import PARIS
from services.contracts.accounts import Identity
from services.contracts.registrations import Contact, RegistrationSaved
from services.registrations.domain import registration_form
from services.registrations.domain.conditions import ALWAYS, All, Condition, Test
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import (
    Category,
    Exam,
    FormText,
    Item,
    Opening,
    PieceRule,
    RuleUse,
    Session,
    Tab,
    YearsBySessions,
)
from services.registrations.domain.registration_content import registration_saved
from tests.registrations.domain.etablissement_directory import DIRECTORY
from tests.registrations.domain.example_specialites import BANQUE, LANGUES, MCO
from tests.support import tokens


def at(text: str) -> datetime:
    """« 2021-10-25 12:00 » in Paris."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


BESANCON = Opening(
    academie="03",
    label="ACADÉMIE DE BESANCON",
    code_choice="2022-06",
    code_pdf="2022-08",
    opens=at("2021-10-01 12:00"),
    closes=at("2021-10-25 12:00"),
    deposit_opens=at("2021-10-04 00:00"),
    deposit_closes=at("2021-11-01 00:00"),
    contact=Contact("Recteur", ("1 chemin de l'olivier", "25000 BESANCON"), "03 03 03 03 03", "r@ac-besancon.fr"),
    residence_notice="Vous devez sélectionner l'académie correspondant à votre lieu de résidence.",
)
SESSION = Session(
    name="2022",
    year=2022,
    label="BTS 2022",
    closes=at("2022-12-31 00:00"),
    specialites=("31310", "31213"),
    pieces=("CINSIG03", "NATIDE06", "BTSETAS4", "BTSEE-EF3", "BTSCNED1", "BTSRELEV1"),
    openings=(BESANCON,),
)
TABS = (
    Tab("previous", "Candidatures précédentes", "previous"),
    Tab("identification", "Identification", "identification"),
    Tab("candidature", "Informations candidature", "candidature"),
    Tab("qualification", "Qualification présentée", "qualification"),
    Tab("acquis", "Acquis", "acquis"),
    Tab("diploma", "Diplôme possédé", "diploma"),
    Tab("epreuves", "Epreuves", "epreuves"),
    Tab("recap", "Récapitulatif", "recap"),
    Tab("number", "N° Inscription", "number"),
)
RULES = (
    RuleUse("specialite_open", {}),
    RuleUse("forme_allowed", {}),
    RuleUse("benefice", {"years": 5}),
    RuleUse("report", {"years": 5}),
    RuleUse("dispense", {}),
    RuleUse("unit_kept_once", {}),
    RuleUse("globale_complete", {}),
    RuleUse("progressive_at_least", {"minimum": 1}),
    RuleUse("facultatives_at_most", {"max": 3, "max_referentiel": 2, "besides": "engagement"}, last=2024),
    RuleUse("facultatives_at_most", {"max": 2, "max_referentiel": 1, "besides": "engagement"}, first=2025),
    RuleUse("options_differ", {}),
    RuleUse("experience_expected", {}),
    RuleUse("diplome_expected", {"tag": "ouvre_bts"}),
    RuleUse("attestation_expected", {"categories": ("320",)}),
    RuleUse("residence_expected", {}),
)


def _reglementaire(code: str, label: str, when: Condition = ALWAYS) -> PieceRule:
    return PieceRule(code, label, "REGLEMENTAIRE", "Conditions réglementaires", when=when)


DUT_TAGS = ("dispense:culture_generale", "dispense_si_unite:economie_droit")
BTS = Exam(
    code="BTS",
    domaine="Examen",
    label="BREVET DE TECHNICIEN SUPERIEUR",
    exclusive=("exam", "session"),
    tabs=TABS,
    rules=RULES,
    categories=(
        Category("110", "SCOLAIRE", False, ("globale",), "R1", None, ("lycee",)),
        Category("320", "FORMATION CONTINUE", True, ("globale", "progressive"), "R3", "R1", ("lycee",)),
        Category("410", "ENSEIGNEMENT A DISTANCE", True, ("globale", "progressive"), "R3", None, ("cned",)),
        Category(
            "510",
            "EXPERIENCE PROFESSIONNELLE",
            True,
            ("globale", "progressive"),
            "R3",
            None,
            ("individuels",),
            (YearsBySessions(None, 2022, 3), YearsBySessions(2023, None, 1)),
        ),
        Category("520", "INDIVIDUEL", True, ("globale",), "R3", None, ("individuels",)),
    ),
    lists={
        "langues": tuple(Item(name.lower(), name) for name in LANGUES),
        "situations": (Item("premiere", "Première inscription"), Item("redoublant", "Redoublant")),
        "diplomes": (
            Item("bac_general", "BACCALAURÉAT GÉNÉRAL", "00012", "Bac général", ("ouvre_bts",)),
            Item("cap", "CERTIFICAT D'APTITUDE PROFESSIONNELLE"),
        ),
        "acquis_titres": (
            Item("dut", "Diplôme universitaire de technologie (DUT)", tags=DUT_TAGS),
            Item("anglais", "Certification en langue anglaise", tags=("dispense:C-ANGL",)),
            Item("etranger", "Diplôme étranger"),
            Item("bts_autre", "BTS d'une autre spécialité", tags=("dispense:commune",)),
        ),
    },
    specialites=(BANQUE, MCO),
    pieces=(
        PieceRule(
            "CINSIG03",
            "Confirmation d'inscription signée",
            "CONFIRMATION",
            "Confirmation d'inscription",
            proves_version=True,
        ),
        PieceRule(
            "NATIDE06",
            "Document justifiant l'identité",
            "NATIONALITE",
            "Nationalité",
            refusal_reasons=("Le document est périmé.",),
            compared_with=("Identification du candidat",),
        ),
        _reglementaire(
            "BTSETAS4",
            "Attestation de formation du centre de formation - formation continue",
            Test("fact:categorie", "in", ("320",)),
        ),
        PieceRule(
            "BTSEE-EF3",
            "Demande de reconnaissance de l'engagement étudiant",
            "DOSSIER_EPREUVE",
            "Dossier épreuve",
            form="BTSEE-EF3",
            when=All((Test("epreuve:engagement", "is", "inscrit"),)),
            compared_with=("Epreuves",),
        ),
        _reglementaire("BTSCNED1", "Attestation d'enseignement à distance", Test("fact:categorie", "is", "410")),
        _reglementaire("BTSRELEV1", "Relevé(s) de notes", Test("fact:acquis_position", "in", ("benefice", "report"))),
        _reglementaire("BTSVAE1", "Décision du jury de VAE"),
    ),
    forms=(
        FormText("BTSEE-EF3", "Reconnaissance de l'engagement étudiant", ("Je demande…",), ("Activité :",)),
        FormText("HANDI", "Demande", ("Je demande…",), (), in_menu=True, when=Test("fact:handicap", "is", "oui")),
    ),
    texts={
        "demande": ("Vous devez déposer les pièces suivantes.",),
        "handicap_advice": ("Contactez un médecin agréé.",),
    },
    document_types={"confirmation": "Confirmation d'inscription"},  # stored before it was refused
    sessions=(SESSION,),
    refusal_reasons=("Le document n'est pas lisible.", "Le document n'est pas signé."),
)

PIERRE = Identity(**tokens.DUBOIS)
ANSWERS: dict[str, dict[str, str | list[str]]] = {
    "previous": {},
    "identification": {
        "nationalite": "100",
        "pays": "100",
        "adresse": "1 rue du port",
        "code_postal": "25000",
        "localite": "Besançon",
        "telephone_mobile": "06 06 06 06 06",
        "csp": "55",
    },
    "candidature": {
        "categorie": "320",
        "situation": "redoublant",
        "amenagement_duree": "non",
        "etablissement": "0250013D",
        "handicap": "non",
        "consent_presse": "non",
        "consent_collectivites": "oui",
    },
    "qualification": {"specialite": "31310", "forme": "globale", "derogation": "non"},
    "acquis": {"meme_bts": "oui", "meme_bts-annee": "2021", "meme_bts-academie": "03"},
    "diploma": {"diplome": "bac_general"},
    "epreuves": {
        "option-E2": "anglais",
        "position-EF1": "inscrit",
        "option-EF1": "allemand",
        "position-EF2": "non_inscrit",
        "position-EF3": "inscrit",
    },
}
MOVED = {**ANSWERS["identification"], "adresse": "2 rue du lac"}


DOSSIER = Dossier(
    exam=BTS,
    session=SESSION,
    opening=BESANCON,
    identity=PIERRE,
    answers=ANSWERS,
    numero_candidat="02103000001",
    directory=DIRECTORY,
    today=date(2021, 10, 4),
)


def with_answers(tab: str, dossier: Dossier = DOSSIER, **changes: str) -> Dossier:
    """The dossier with some answers of a tab changed; « __ » in a name stands for « - », as in position__EF1."""
    return with_tab_answers(tab, {name.replace("__", "-"): value for name, value in changes.items()}, dossier)


def with_tab_answers(tab: str, changes: dict[str, str], dossier: Dossier = DOSSIER) -> Dossier:
    answers = {**dossier.answers, tab: {**dossier.answers.get(tab, {}), **changes}}
    return replace(dossier, answers=answers)


def as_saved(dossier: Dossier) -> RegistrationSaved:
    """The first version of a dossier, which has to be complete."""
    registration_form.refuse_incomplete(dossier)
    return registration_saved(
        dossier,
        candidature_id="cafe" * 8,
        candidate_id="beef" * 8,
        version=1,
        numero_inscription="001",
        saved_at=at("2021-10-04 10:00"),
    )


def details(errors: Iterable[object]) -> list[str]:
    return [str(getattr(error, "detail", error)) for error in errors]
