"""The candidates of the journeys, and what each of them types: by page, by the label of the
field."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

PASSWORD = "Bouleau/2021"
FRANCE = "FRANCE (DONT OUTRE-MER)"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Search:
    """The words typed into a search, and the option taken."""

    words: str
    taken: str


Answer = str | bool | Search
Page = Mapping[str, Answer]


@dataclass(frozen=True)
class Persona:
    """`account` is « Formulaire de création » without address and password; `tabs` by the tab's
    title; `exam` is what is pressed on the way to the académie."""

    email: str
    account: Page
    academie: str
    tabs: Mapping[str, Page]
    exam: tuple[str, ...] = ("Examen", "BREVET DE TECHNICIEN SUPERIEUR", "BTS 2022")


def new_address() -> str:
    return f"candidat.{next(_numbers)}@example.org"


def civil_status(civilite: str, nom: str, prenoms: str, born: str) -> dict[str, Answer]:
    return {
        "Civilité": civilite,
        "Nom de famille": nom,
        "Confirmation du nom de naissance": nom,
        "Prénoms": prenoms,
        "Date de naissance": born,
        "Confirmation date de naissance": born,
    }


CSP = "Catégorie socio-professionnelle du candidat ou d'un représentant légal"
HANDICAP = "Demande d'aménagement(s) d'épreuves au titre du handicap (1)"
PRESSE = (
    "J'accepte la communication de mes résultats d'examen, en vue d'une publication par la presse "
    "ou sur les sites internet de sociétés de droit privé"
)
COLLECTIVITES = (
    "J'accepte la communication de mes résultats, de mon nom et de mon adresse aux collectivités "
    "territoriales en vue d'éventuelles félicitations"
)
SAME_BTS = (
    "Je me suis déjà présenté(e) à ce BTS lors d'une session précédente et je n'ai pas obtenu le "
    "diplôme"
)
ALREADY_SAT = "Déjà présenté(e) (redoublant ou ajourné)"

DUBOIS = Persona(
    email="pdubois@ac-rennes.fr",
    account={
        **civil_status("MONSIEUR", "DUBOIS", "Pierre", "01/01/2002"),
        "Pays de naissance": FRANCE,
        "Département, DOM ou COM de naissance": "010 - AUBE",
        "Commune de naissance": Search("troy", "TROYES"),
    },
    academie="ACADÉMIE DE BESANCON",
    tabs={
        "Candidatures précédentes": {},
        "Identification": {
            "Nationalité": "Français",
            "Numéro, rue, voie": "1 rue du port",
            "Code postal": "25000",
            "Localité": "Besançon",
            "Téléphone portable": "0606060606",
            CSP: "Employés de commerce",
        },
        "Informations candidature": {
            "Catégorie du candidat": "FORMATION CONTINUE (320)",
            "Situation à l'inscription": ALREADY_SAT,
            "Aménagement de la durée de formation": "Non",
            "Etablissement": Search("adrien paris", "LP P.ADRIEN PARIS - BESANCON (0250013D)"),
            HANDICAP: "Non",
            PRESSE: "Non",
            COLLECTIVITES: "Oui",
        },
        "Qualification présentée": {
            "Spécialité": Search("banque", "Banque - conseiller de clientèle (31310)"),
            "Forme de passage": "Globale",
            "Dérogation à la forme de passage": "Non",
        },
        "Acquis": {
            SAME_BTS: True,
            "Année de la session": "2021",
            "Académie": "ACADÉMIE DE BESANCON",
        },
        "Diplôme possédé": {"Diplôme ou formation": "BACCALAURÉAT GÉNÉRAL"},
        "Epreuves": {
            "E2 / Option": "Anglais",
            "EF1 / Position": "Inscrit",
            "EF1 / Option": "Allemand",
            "EF2 / Position": "Non Inscrit",
            "EF3 / Position": "Inscrit",
        },
        "Récapitulatif": {},
    },
)

# As unlike Pierre DUBOIS as the session allows: whatever the code assumes of his answers shows.
TRAN = Persona(
    email="thi.anh@example.org",
    account={
        **civil_status("MADAME", "Đặng", "Thị Ánh", "29/02/2000"),
        "Nom d'usage": "L'Œuvrard",
        "Pays de naissance": "VIET NAM",
        "Ville de naissance": "Đà Nẵng",
    },
    academie="ACADÉMIE DE REIMS",
    tabs={
        "Candidatures précédentes": {},
        "Identification": {
            "Nationalité": "Vietnamienne",
            "Numéro, rue, voie": "12 bis, place d'Erlon",
            "Complément adresse 1": "Bâtiment C",
            "Code postal": "51100",
            "Localité": "Reims",
            "Téléphone fixe": "+33326050607",
            CSP: "Ouvriers non qualifiés de type artisanal",
        },
        "Informations candidature": {
            "Catégorie du candidat": "ENSEIGNEMENT A DISTANCE (410)",
            "Situation à l'inscription": ALREADY_SAT,
            "Aménagement de la durée de formation": "Non",
            "Etablissement": Search("cned", "CNED"),
            HANDICAP: "Oui",
            PRESSE: "Oui",
            COLLECTIVITES: "Non",
        },
        "Qualification présentée": {
            "Spécialité": Search(
                "operationnel management", "Management commercial opérationnel (31213)"
            ),
            "Forme de passage": "Progressive",
        },
        "Acquis": {
            SAME_BTS: True,
            "Année de la session": "2020",
            "Académie": "ACADÉMIE DE LILLE",
            "E5 - Gestion opérationnelle : note obtenue": "12,5",
            "E5 - Gestion opérationnelle : à conserver": True,
        },
        "Diplôme possédé": {"Diplôme ou formation": "DIPLOMES TITRES ETRANGERS"},
        "Epreuves": {"E2 / Option": "Espagnol", "EF4 / Position": "Inscrit"},
        "Récapitulatif": {},
    },
)

# Of the exam that asks who is born abroad for the parents.
TRAN_FOR_THE_CFG = replace(
    TRAN,
    exam=("Examen", "CERTIFICAT DE FORMATION GENERALE", "Session 2022"),
    tabs={
        "Modalités d'inscription": {"J'accepte les modalités d'inscription": True},
        "Identification": {
            **TRAN.tabs["Identification"],
            "Nom et prénoms du père": "Đặng Văn Nam",
            "Nom de naissance et prénoms de la mère": "inconnu",
        },
        "Informations candidature": {HANDICAP: "Non"},
        "Epreuves": {},
        "Récapitulatif": {},
    },
)


def another_dubois() -> Persona:
    """Pierre DUBOIS at a mail address of his own."""
    return replace(DUBOIS, email=new_address())
