"""The guide's exam, session, candidate and dossier as Python values, to test rules without any
file."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from services.clock import PARIS
from services.contracts.accounts import Identity
from services.contracts.registrations import Contact, RegistrationSaved
from services.registrations.domain import exam_definition, registration_form
from services.registrations.domain.conditions import All, Test
from services.registrations.domain.dossier import Dossier, Etablissement, EtablissementSearch
from services.registrations.domain.exam_definition import (
    Epreuve,
    FormText,
    Item,
    PieceRule,
    RuleUse,
    Specialite,
    Tab,
)
from services.registrations.domain.registration_content import registration_saved
from tests.support import tokens


class Directory:
    """A few establishments held in memory."""

    def __init__(self, *etablissements: Etablissement) -> None:
        self._all = etablissements

    def by_code(self, code: str) -> Etablissement | None:
        return next(
            (etablissement for etablissement in self._all if etablissement.code == code), None
        )

    def search(self, search: EtablissementSearch) -> tuple[Etablissement, ...]:
        matching = (
            etablissement
            for etablissement in self._all
            if search.typed.lower() in etablissement.label.lower()
            and (not search.kinds or etablissement.kind in search.kinds)
            and (not search.departements or etablissement.departement in search.departements)
        )
        return tuple(
            sorted(matching, key=lambda item: search.near not in (None, item.departement))
        )[: search.limit]


SCHOOLS = (
    Etablissement("0250013D", "LP P.ADRIEN PARIS - BESANCON (0250013D)", "lycee", "025"),
    Etablissement("0250099Z", "LYCEE HABILITE (0250099Z)", "lycee", "025", habilite_ccf=True),
    Etablissement("CNED", "CNED", "cned"),
    Etablissement("INDIVIDUELS 025", "INDIVIDUELS 025", "individuels", "025"),
    Etablissement("INDIVIDUELS 010", "INDIVIDUELS 010", "individuels", "010"),
    Etablissement("0519990G", "LYCEE DE DEMONSTRATION - REIMS (0519990G)", "lycee", "051"),
)

PONCTUEL = {"R1": "ponctuel", "R3": "ponctuel"}
BOTH = {"R1": "ccf", "R3": "ponctuel"}
LANGUES = ("Anglais", "Allemand", "Espagnol", "Italien")

_obligatoire = partial(Epreuve, kind="obligatoire", unit=None, modes=PONCTUEL)
_facultative = partial(Epreuve, kind="facultative", modes=PONCTUEL)
_of_e2 = partial(_obligatoire, parent="E2", options_of="E2")
_of_e4 = partial(_obligatoire, parent="E4")

CULTURE_GENERALE = _obligatoire(
    "E1",
    "Culture générale et expression",
    unit="U1",
    tags=("culture_generale", "commune:culture_generale"),
)


def _specialite(
    code: str, label: str, first: int, last: int | None, *epreuves: Epreuve
) -> Specialite:
    """With the same épreuves in all its sessions."""
    return Specialite(
        code, label, first, last, (exam_definition.SpecialiteVersion(first, last, epreuves),)
    )


BANQUE = _specialite(
    "31310",
    "Banque - conseiller de clientèle",
    2016,
    2025,
    CULTURE_GENERALE,
    _obligatoire("E2", "Langue vivante 1", unit="U2", options="langues"),
    _of_e2("E2-A", "Langue vivante 1 : Écrite", hidden_on_pdf=True),
    _of_e2("E2-B", "Langue vivante 1 : Orale", modes=BOTH, hidden_on_pdf=True),
    _obligatoire(
        "E3", "Gestion de la relation client", unit="U3", tags=("professionnelle",), modes=BOTH
    ),
    _obligatoire("E4", "Dévelop.suivi.activ.commercia.", modes={}),
    _of_e4("E4-A", "Étude de cas", unit="U41", tags=("professionnelle",)),
    _of_e4("E4-B", "Analyse situation commerciale", unit="U42", modes=BOTH),
    _obligatoire("E5", "Env.éco.jur.orga.activ.bancai.", unit="U5", tags=("economie_droit",)),
    Epreuve(
        "C-ANGL",
        "Certification en langue anglaise",
        "hors_moyenne",
        "ANG",
        modes=PONCTUEL,
        last_session=2022,
    ),
    _facultative("EF1", "Langue vivante 2", unit="UF1", options="langues", differs_from="E2"),
    _facultative("EF2", "Certification professionnelle", unit="UF2"),
    _facultative("EF3", "Engagement étudiant", unit="UF3", tags=("engagement",)),
)
MCO = _specialite(
    "31213",
    "Management commercial opérationnel",
    2021,
    None,
    replace(CULTURE_GENERALE, tags=("commune:culture_generale",)),
    _obligatoire("E2", "Langue vivante étrangère", unit="U2", options="langues", modes={}),
    _of_e2("E21", "Écrit", unit="U21"),
    _of_e2("E22", "Oral", unit="U22"),
)


def at(text: str) -> datetime:
    """« 2021-10-25 12:00 » in Paris."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


BESANCON = exam_definition.Opening(
    academie="03",
    label="ACADÉMIE DE BESANCON",
    code_choice="2022-06",
    code_pdf="2022-08",
    opens=at("2021-10-01 12:00"),
    closes=at("2021-10-25 12:00"),
    deposit_opens=at("2021-10-04 00:00"),
    deposit_closes=at("2021-11-01 00:00"),
    contact=Contact(
        "Recteur", ("1 chemin de l'olivier", "25000 BESANCON"), "03 03 03 03 03", "r@ac-besancon.fr"
    ),
    residence_notice="Vous devez sélectionner l'académie correspondant à votre lieu de résidence.",
)
SESSION = exam_definition.Session(
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
    RuleUse(
        "facultatives_at_most", {"max": 3, "max_referentiel": 2, "besides": "engagement"}, last=2024
    ),
    RuleUse(
        "facultatives_at_most",
        {"max": 2, "max_referentiel": 1, "besides": "engagement"},
        first=2025,
    ),
    RuleUse("options_differ", {}),
    RuleUse("experience_expected", {}),
    RuleUse("diplome_expected", {"tag": "ouvre_bts"}),
    RuleUse("attestation_expected", {"categories": ("320",)}),
    RuleUse("residence_expected", {}),
)


CONFIRMATION = ("CONFIRMATION", "Confirmation d'inscription")
REGLEMENTAIRE = ("REGLEMENTAIRE", "Conditions réglementaires")
AT_A_DISTANCE = Test("fact:categorie", "is", "410")
MARKS_KEPT = Test("fact:acquis_position", "in", ("benefice", "report"))
BOTH_FORMS = ("globale", "progressive")
ALONE = ("individuels",)
EXPERIENCE = (
    exam_definition.YearsBySessions(None, 2022, 3),
    exam_definition.YearsBySessions(2023, None, 1),
)
DUT_TAGS = ("dispense:culture_generale", "dispense_si_unite:economie_droit")
BTS = exam_definition.Exam(
    code="BTS",
    domaine="Examen",
    label="BREVET DE TECHNICIEN SUPERIEUR",
    exclusive=("exam", "session"),
    tabs=TABS,
    rules=RULES,
    categories=(
        exam_definition.Category("110", "SCOLAIRE", False, ("globale",), "R1", None, ("lycee",)),
        exam_definition.Category(
            "320", "FORMATION CONTINUE", True, BOTH_FORMS, "R3", "R1", ("lycee",)
        ),
        exam_definition.Category(
            "410", "ENSEIGNEMENT A DISTANCE", True, BOTH_FORMS, "R3", None, ("cned",)
        ),
        exam_definition.Category(
            "510", "EXPERIENCE PROFESSIONNELLE", True, BOTH_FORMS, "R3", None, ALONE, EXPERIENCE
        ),
        exam_definition.Category("520", "INDIVIDUEL", True, ("globale",), "R3", None, ALONE),
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
            "CINSIG03", "Confirmation d'inscription signée", *CONFIRMATION, proves_version=True
        ),
        PieceRule(
            "NATIDE06",
            "Document justifiant l'identité",
            "NATIONALITE",
            "Nationalité",
            refusal_reasons=("Le document est périmé.",),
            compared_with=("Identification du candidat",),
        ),
        PieceRule(
            "BTSETAS4",
            "Attestation de formation du centre de formation - formation continue",
            *REGLEMENTAIRE,
            when=Test("fact:categorie", "in", ("320",)),
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
        PieceRule(
            "BTSCNED1", "Attestation d'enseignement à distance", *REGLEMENTAIRE, when=AT_A_DISTANCE
        ),
        PieceRule("BTSRELEV1", "Relevé(s) de notes", *REGLEMENTAIRE, when=MARKS_KEPT),
        PieceRule("BTSVAE1", "Décision du jury de VAE", *REGLEMENTAIRE),
    ),
    forms=(
        FormText(
            "BTSEE-EF3",
            "Reconnaissance de l'engagement étudiant",
            ("Je demande…",),
            ("Activité :",),
        ),
        FormText(
            "HANDI",
            "Demande",
            ("Je demande…",),
            (),
            in_menu=True,
            when=Test("fact:handicap", "is", "oui"),
        ),
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
    directory=Directory(*SCHOOLS[:-1]),  # without the one that is far away
    today=date(2021, 10, 4),
)


def with_answers(tab: str, dossier: Dossier = DOSSIER, /, **changes: str) -> Dossier:
    """The dossier with some answers of a tab changed; « __ » in a name stands for « - », as in
    position__EF1."""
    named = {name.replace("__", "-"): value for name, value in changes.items()}
    return replace(
        dossier, answers={**dossier.answers, tab: {**dossier.answers.get(tab, {}), **named}}
    )


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
