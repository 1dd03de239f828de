"""Two spécialités with their épreuves: the guide's, and one whose maîtresse prints a unit."""

from dataclasses import replace
from functools import partial

from services.registrations.domain.exam_definition import Epreuve, Specialite, SpecialiteVersion

PONCTUEL = {"R1": "ponctuel", "R3": "ponctuel"}
BOTH = {"R1": "ccf", "R3": "ponctuel"}
LANGUES = ("Anglais", "Allemand", "Espagnol", "Italien")

_obligatoire = partial(Epreuve, kind="obligatoire", unit=None, modes=PONCTUEL)
_facultative = partial(Epreuve, kind="facultative", modes=PONCTUEL)
_of_e2 = partial(_obligatoire, parent="E2", options_of="E2")
_of_e4 = partial(_obligatoire, parent="E4")

CULTURE_GENERALE = _obligatoire(
    "E1", "Culture générale et expression", unit="U1", tags=("culture_generale", "commune:culture_generale")
)
BANQUE = Specialite(
    "31310",
    "Banque - conseiller de clientèle",
    2016,
    2025,
    (
        SpecialiteVersion(
            2016,
            2025,
            (
                CULTURE_GENERALE,
                _obligatoire("E2", "Langue vivante 1", unit="U2", options="langues"),
                _of_e2("E2-A", "Langue vivante 1 : Écrite", hidden_on_pdf=True),
                _of_e2("E2-B", "Langue vivante 1 : Orale", modes=BOTH, hidden_on_pdf=True),
                _obligatoire("E3", "Gestion de la relation client", unit="U3", tags=("professionnelle",), modes=BOTH),
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
            ),
        ),
    ),
)
MCO = Specialite(
    "31213",
    "Management commercial opérationnel",
    2021,
    None,
    (
        SpecialiteVersion(
            2021,
            None,
            (
                replace(CULTURE_GENERALE, tags=("commune:culture_generale",)),
                _obligatoire("E2", "Langue vivante étrangère", unit="U2", options="langues", modes={}),
                _of_e2("E21", "Écrit", unit="U21"),
                _of_e2("E22", "Oral", unit="U22"),
            ),
        ),
    ),
)
